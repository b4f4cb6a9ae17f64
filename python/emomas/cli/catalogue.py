"""`emomas scenarios` and `emomas world`: what can be played, and the world it is played in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emomas import _native
from emomas.cli.options import WORLDS, one_of
from emomas.errors import EmomasError, ScenarioError
from emomas.files import whole
from emomas.library import load_scenario, scenario_ids
from emomas.speech.quantity import speak_value

app = typer.Typer(help="List, show, check and import scenarios.", no_args_is_help=True)


@app.command("list")
def list_scenarios(
    domain: Annotated[
        str | None, typer.Argument(help="debt, surgery, disaster or sleep; all if left out.")
    ] = None,
) -> None:
    """List the shipped scenarios; in a pipe, one line each: id, domain, title, separated by tabs.

    [bold]Examples[/bold]

      emomas scenarios list disaster
      emomas scenarios list | cut -f 1
    """
    from rich.table import Table

    from emomas.cli import view

    screen = view.console()
    scenarios = [load_scenario(name) for name in scenario_ids(domain)]
    if not screen.is_terminal:
        for s in scenarios:
            typer.echo(f"{s.id}\t{s.domain}\t{s.title}")
        return
    table = Table()
    table.add_column("id", no_wrap=True)
    table.add_column("title", overflow="fold")
    roomy = screen.width >= 100
    for column in ("agent wants", "person wants", "tags") if roomy else ():
        table.add_column(column, overflow="fold")
    for s in scenarios:
        wants = (speak_value(v, s.unit) for v in (s.agent_target, s.counterpart_target))
        table.add_row(s.id, s.title, *((*wants, " ".join(s.tags)) if roomy else ()))
    screen.print(table)


@app.command()
def show(scenario: Annotated[str, typer.Argument(help="A shipped id or a TOML file.")]) -> None:
    """Print a scenario as TOML.

    [bold]Example[/bold]

      emomas scenarios show debt-roofer-winter > mine.toml
    """
    # TOML is UTF-8, whatever the terminal is.
    typer.echo(load_scenario(scenario).to_toml().encode(), nl=False)


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="TOML files or folders.")]) -> None:
    """Check scenarios of your own; exit code 1 if any is wrong.

    [bold]Example[/bold]

      emomas scenarios check mine.toml more/
    """
    from rich.markup import escape

    from emomas.cli import view

    screen = view.console()
    wrong = 0
    for path in files:
        targets = sorted(path.glob("**/*.toml")) if path.is_dir() else [path]
        if not targets:
            screen.print(f"[red]no[/red]  {escape(str(path))}: no TOML file in this folder", soft_wrap=True)
            wrong += 1
        for target in targets:
            passed, verdict = _checked(target)
            mark = "[green]ok[/green]" if passed else "[red]no[/red]"
            screen.print(f"{mark}  {escape(verdict)}", soft_wrap=True)
            wrong += not passed
    if wrong:
        raise typer.Exit(1)


def _checked(path: Path) -> tuple[bool, str]:
    try:
        scenario = _native.Scenario.load(path)
    except EmomasError as error:
        return False, str(error)
    tags = f"  ({', '.join(scenario.tags)})" if scenario.tags else ""
    return True, f"{path}: {scenario.title}{tags}"


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="One of the four EmoMAS benchmark CSV files.")],
    out: Annotated[
        Path | None, typer.Option(help="Write one TOML file per scenario into this folder.")
    ] = None,
) -> None:
    """Read an EmoMAS CSV file, repairing its broken quoting; say which rows were refused and why.

    [bold]Example[/bold]

      emomas scenarios import credit_recovery_scenarios.csv --out crad/
    """
    from emomas.cli import view

    try:
        scenarios, refused, layout, ignored = _native.import_csv(file)
    except ScenarioError as error:
        # The name alone takes part in the seeds; a person needs the path.
        error.args = (str(error).replace(f"{file.name}: ", f"{file}: ", 1),)
        raise
    screen = view.console()
    no_conflict = sum("no_conflict" in s.tags for s in scenarios)
    no_zone = sum("no_zone" in s.tags for s in scenarios)
    screen.print(
        f"{layout}: {len(scenarios)} scenarios ({no_conflict} without conflict, {no_zone} without a zone of "
        f"agreement), {len(refused)} rows refused"
    )
    for column in ignored:
        screen.print(f"ignored column: {column}", markup=False, soft_wrap=True)
    for row, case, reason in refused:
        screen.print(f"refused row {row} (case {case}): {reason}", markup=False, soft_wrap=True)
    if out is not None:
        for scenario in scenarios:
            with whole(out / f"{scenario.id}.toml") as part:
                part.write_text(scenario.to_toml(), encoding="utf-8")
        screen.print(f"{len(scenarios)} files written to {out}; `emomas run {out}` plays them", markup=False)


def world(
    people: Annotated[int, typer.Option(min=100, max=10_000_000, help="Simulated people per cell.")] = 20_000,
    which: Annotated[
        str, typer.Option("--world", help="standard, placebo or flipped.", callback=one_of(WORLDS))
    ] = "standard",
    parameters: Annotated[bool, typer.Option(help="List the parameters instead.")] = False,
) -> None:
    """Check the simulated world against the published findings it must reproduce (V1 to V18).

    [bold]Examples[/bold]

      emomas world
      emomas world --world placebo      every effect must vanish
      emomas world --parameters
    """
    from rich.table import Table

    from emomas.cli import view

    screen = view.console()
    version, digest, values = _native.world_parameters()
    screen.print(f"{version}, sha256 {digest[:16]}…")
    if parameters:
        table = Table()
        table.add_column("parameter")
        table.add_column("value", justify="right")
        for name, value in values:
            table.add_row(name, f"{value:g}")
        screen.print(table)
        return
    with screen.status(f"simulating {people} people per cell"):
        rows = _native.validate_world(world=which, people=people)
    table = Table(title=f"{which} world, {people} people per cell")
    for column in ("finding", "requirement", "estimate", "99 % interval", ""):
        table.add_column(column, overflow="fold")
    for name, requirement, estimate, low, high, passed in rows:
        verdict = "[green]holds[/green]" if passed else "[red]fails[/red]"
        table.add_row(name, requirement, f"{estimate:.2f}", f"{low:.2f} to {high:.2f}", verdict)
    screen.print(table)
    failed = sum(not row[5] for row in rows)
    if failed and which == "standard":
        screen.print(f"{failed} findings fail")
        raise typer.Exit(1)
