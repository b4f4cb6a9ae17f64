"""`emomas simulate`: does showing the right emotion pay, and for which policy?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from emomas import _native
from emomas.cli.options import WORLDS, one_of
from emomas.library import DOMAINS, load_scenarios
from emomas.simulation import (
    EVALUATION_SEED,
    LARGEST_SEED,
    MOST_EPISODES,
    Comparison,
    check_size,
    compare,
)

if TYPE_CHECKING:
    from rich.table import Table


def simulate(
    domains: Annotated[
        list[str] | None,
        typer.Argument(help="Domains, ids, folders or CSV files; the four domains if left out."),
    ] = None,
    compare_: Annotated[
        bool, typer.Option("--compare", help="All policies instead of EmoMAS alone.")
    ] = False,
    counterpart: Annotated[
        list[str] | None,
        typer.Option(help="Counterpart types; all four if left out.", callback=one_of(_native.COUNTERPARTS)),
    ] = None,
    runs: Annotated[
        int, typer.Option(min=2, max=MOST_EPISODES, help="Independent runs; each draws its own world.")
    ] = 200,
    episodes: Annotated[
        int, typer.Option(min=1, max=MOST_EPISODES, help="Conversations per run, learning carried over.")
    ] = 40,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Seeds below 1000 are for tuning policies.")
    ] = EVALUATION_SEED,
    world: Annotated[
        str,
        typer.Option(help="sweep, standard, placebo or flipped.", callback=one_of(("sweep", *WORLDS))),
    ] = "sweep",
    unmasked: Annotated[bool, typer.Option("--unsafe-unmasked", help="Laboratory: the mask is off.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Play policies against simulated people and compare each with showing nothing (vanilla).

    All policies meet the same people with the same luck. Utility counts impasses as 0. A star marks
    differences whose Holm-corrected p is below .05.

    [bold]Examples[/bold]

      emomas simulate debt --compare --counterpart victim
      emomas simulate --compare --json > table.json
      emomas simulate debt --compare --world placebo       every difference must be 0
    """
    from rich.progress import BarColumn, Progress, TimeRemainingColumn

    from emomas.cli import view

    check_size(runs, episodes)
    chosen = {name: load_scenarios(name) for name in domains or DOMAINS}
    types = counterpart or list(_native.COUNTERPARTS)
    policies = _native.POLICIES if compare_ else ["vanilla", "emomas"]
    screen = view.console(stderr=as_json)
    results: list[dict[str, object]] = []
    total = len(chosen) * len(types) * len(policies) * runs * episodes
    done = 0
    with Progress(
        "{task.description}", BarColumn(), TimeRemainingColumn(), console=screen, transient=True
    ) as bar:
        task = bar.add_task("conversations", total=total)
        for name, scenarios in chosen.items():
            for kind in types:

                def show(here: int, before: int = done) -> None:
                    bar.update(task, completed=before + here)

                rows = compare(
                    scenarios,
                    counterpart=kind,
                    policies=policies,
                    world=world,
                    runs=runs,
                    episodes=episodes,
                    seed=seed,
                    unsafe_unmasked=unmasked,
                    progress=show,
                )
                done += len(policies) * runs * episodes
                bar.update(task, completed=done)
                screen.print(_table(f"{name}, {kind} counterpart", rows))
                results += [{"scenarios": name, "counterpart": kind, **asdict(row)} for row in rows]
    screen.print(
        f"{runs} runs of {episodes} conversations each, seed {seed}, {world} world, "
        f"mask {'off (laboratory)' if unmasked else 'on'}; Δ is the paired difference to vanilla with its "
        "95 % interval",
        style="dim",
    )
    if as_json:
        settings = {"runs": runs, "episodes": episodes, "seed": seed, "world": world, "masked": not unmasked}
        typer.echo(json.dumps({**settings, "world_hash": _native.world_parameters()[1], "rows": results}))


def _table(title: str, rows: list[Comparison]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", padding=(0, 0), collapse_padding=True)
    for column in ("policy", "utility", "Δ×100", "95 %", "agreed", "left", "liking"):
        table.add_column(column, justify="left" if column == "policy" else "right", no_wrap=True)
    for row in rows:
        base = row.policy == "vanilla"
        star = "*" if row.p_holm < 0.05 else " "
        table.add_row(
            row.policy,
            f"{row.utility:.4f}",
            "" if base else f"{100 * row.difference:+.2f}",
            "" if base else f"{100 * row.low:+.2f}…{100 * row.high:+.2f}{star}",
            f"{row.agreed:.1%}",
            f"{row.counterpart_left:.1%}",
            f"{row.liking:+.2f}",
        )
    return table
