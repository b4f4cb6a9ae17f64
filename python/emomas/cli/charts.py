"""`emomas chart`: check, draw, run and simulate statecharts."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emomas._native import Chart
from emomas.errors import ConfigError, EmomasError

if TYPE_CHECKING:
    from emomas._native import Machine

app = typer.Typer(help="Check, draw, run and simulate statecharts.", no_args_is_help=True)

ChartArg = Annotated[Path, typer.Argument(help="A chart: .toml, .scxml, .xml or .json.")]
FORMATS = {
    "svg": Chart.to_svg,
    "mermaid": Chart.to_mermaid,
    "dot": Chart.to_dot,
    "scxml": Chart.to_scxml,
    "toml": Chart.to_toml,
}
SUFFIXES = {
    ".svg": "svg",
    ".mmd": "mermaid",
    ".md": "mermaid",
    ".dot": "dot",
    ".scxml": "scxml",
    ".toml": "toml",
}
UNITS_NS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000}


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Charts: .toml, .scxml, .xml or .json.")],
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
) -> None:
    """Check charts; exit code 1 if one can't be built, or with --strict if one has warnings.

    [bold]Examples[/bold]

      emomas chart check kiosk.toml
      emomas chart check --strict charts/*.scxml
    """
    from rich.markup import escape

    from emomas.cli import view

    screen = view.console()
    wrong = 0
    for path in files:
        try:
            chart = Chart.load(path)
        except EmomasError as error:
            wrong += 1
            screen.print(f"[red]no[/red]  {escape(f'{path}: {error}')}", soft_wrap=True)
            continue
        size = f"{len(chart.states)} states, {len(chart.events)} events, {len(chart.effects)} effects"
        screen.print(f"[green]ok[/green]  {escape(f'{path}: {size}')}", soft_wrap=True)
        for warning in chart.warnings:
            screen.print(f"    [yellow]warning[/yellow] {escape(warning)}", soft_wrap=True)
        wrong += strict and bool(chart.warnings)
    if wrong:
        raise typer.Exit(1)


@app.command()
def draw(
    file: ChartArg,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to; standard output if left out.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", "-f", help="svg, mermaid, dot, scxml or toml; by --out if left out."),
    ] = None,
) -> None:
    """Draw a chart, or write it in another format.

    [bold]Examples[/bold]

      emomas chart draw kiosk.toml --out kiosk.svg
      emomas chart draw kiosk.scxml --format mermaid
    """
    form = form or (SUFFIXES.get(out.suffix, "svg") if out else "mermaid")
    if form not in FORMATS:
        raise ConfigError(f"--format is {form!r}: give one of {', '.join(FORMATS)}")
    text = FORMATS[form](Chart.load(file))
    if out is None:
        typer.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    typer.echo(f"wrote {out}")


@app.command()
def run(
    file: ChartArg,
    events: Annotated[
        list[str] | None, typer.Argument(help="Steps; read from standard input if left out.")
    ] = None,
) -> None:
    """Run a chart step by step on a virtual clock, and show states and effects.

    A step is an event, with fields if it has any ("offer amount=40"); "+250ms" lets time pass; "gap = 0.4"
    sets an input; "?offer" tells what an event would do and why.

    [bold]Examples[/bold]

      emomas chart run kiosk.toml hello "offer amount=40" +2s
      emomas chart run kiosk.toml < steps.txt
    """
    machine = Chart.load(file).start()
    _show("start", machine, machine.effects)
    for line in events if events is not None else sys.stdin:
        step = line.strip()
        if step and not step.startswith("#"):
            _show(step, machine, _take(step, machine))


def _take(step: str, machine: Machine) -> list[tuple[str, dict[str, Any]]]:
    if step.startswith("?"):
        _explain(step[1:].strip(), machine)
        return []
    if step.startswith("+"):
        return machine.advance(_duration_ns(step[1:]))
    if assigned := re.fullmatch(r"([\w.]+)\s*=\s*(\S+)", step):
        machine.set(assigned[1], _number(step, assigned[2]))
        return []
    name, *fields = step.split()
    return machine.send(name, **_data(step, fields))


def _data(step: str, fields: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in fields:
        key, equals, value = field.partition("=")
        if not equals or not key:
            raise ConfigError(f"step {step!r}: {field!r} is no field: give key=value")
        data[key] = {"true": True, "false": False}.get(value)
        if data[key] is None:
            data[key] = int(value) if re.fullmatch(r"[+-]?\d+", value) else _number(step, value)
    return data


def _number(step: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"step {step!r}: {text!r} is no number") from None


def _duration_ns(text: str) -> int:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", text)
    if found is None or found[2] not in UNITS_NS:
        raise ConfigError(f"step '+{text}': give a time such as +250ms, +2s or +1.5min")
    return round(float(found[1]) * UNITS_NS[found[2]])


def _explain(event: str, machine: Machine) -> None:
    attempts = machine.explain(event)
    if not attempts:
        typer.echo(f"  nothing waits for {event!r} here; enabled are {', '.join(machine.enabled_events())}")
    for attempt in attempts:
        targets = " ".join(attempt["targets"]) or "itself"
        guard = "" if attempt["guard"] is None else f" [{attempt['guard']}]"
        values = ", ".join(f"{name} = {value}" for name, value in attempt["values"].items())
        typer.echo(
            f"  {attempt['source']} -> {targets}{guard}: {attempt['verdict']}{values and f' ({values})'}"
        )


def _show(step: str, machine: Machine, effects: list[tuple[str, dict[str, Any]]]) -> None:
    said = ", ".join(
        name + "".join(f" {key}={value}" for key, value in data.items()) for name, data in effects
    )
    where = " ".join(machine.leaves) or "finished"
    clock = f"{machine.time_ns / 1e9:9.3f} s"
    typer.echo(f"{clock}  {step:<24}  {where}{said and f'  ! {said}'}")


@app.command()
def simulate(
    file: ChartArg,
    n: Annotated[int, typer.Option("--n", min=1, max=10_000_000, help="Events to send.")] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed sends the same events.")] = 0,
) -> None:
    """Send random events, inputs and time to a chart, and count what is visited.

    [bold]Example[/bold]

      emomas chart simulate kiosk.toml --n 100000 --seed 3
    """
    from rich.table import Table

    from emomas.cli import view

    chart = Chart.load(file)
    visits, effects, totals = _wander(chart, n, random.Random(seed))
    table = Table(title=f"{n} events, seed {seed}")
    table.add_column("state")
    table.add_column("active after", justify="right")
    for state in chart.states:
        table.add_row(state, f"{visits.get(state, 0) / n:.1%}" if state in visits else "[red]never[/red]")
    screen = view.console()
    screen.print(table)
    if effects:
        screen.print("effects: " + ", ".join(f"{name} {count}" for name, count in sorted(effects.items())))
    screen.print(", ".join(f"{name} {count}" for name, count in totals.items()))


def _wander(
    chart: Chart, n: int, rng: random.Random
) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Count active states after each event, effects, and what the machines count.

    A machine that can't go on starts anew.
    """
    visits: dict[str, int] = {}
    effects: dict[str, int] = {}
    totals: dict[str, int] = {}
    machine = chart.start()
    events = [name for name in chart.events if not name.startswith(("done.", "error.", "after."))] or ["tick"]
    for step in range(1, n + 1):
        for name in chart.inputs:
            machine.set(name, rng.random())
        done = machine.advance(rng.randrange(2_000_000_000)) + machine.send(rng.choice(events))
        for name, _ in done:
            effects[name] = effects.get(name, 0) + 1
        for state in machine.configuration:
            visits[state] = visits.get(state, 0) + 1
        stuck = machine.next_due_ns is None and not machine.enabled_events()
        if machine.finished or stuck or step == n:
            for name, count in machine.counters.items():
                totals[name] = totals.get(name, 0) + count
            machine = chart.start()
    return visits, effects, totals
