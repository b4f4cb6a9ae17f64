"""`emomas sense`: what the senses make of something."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from emomas.cli.options import PlotOption
from emomas.errors import ConfigError

if TYPE_CHECKING:
    from rich.table import Table

    from emomas.perception.reading import TextReading

app = typer.Typer(help="See what the senses make of a text.", no_args_is_help=True)


@app.callback()
def _sense() -> None:
    """See what the senses make of a text."""


@app.command()
def text(
    texts: Annotated[list[str], typer.Argument(help="What was said; - reads lines from standard input.")],
    plot: PlotOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line, nothing else.")] = False,
) -> None:
    """How each text feels, by the trained reader: emotions, valence, arousal, dominance, and why.

    [bold]Examples[/bold]

      emomas sense text "I never thought you would help me, thank you"
      emomas sense text - --plot course.png < transcript.txt
    """
    import json
    from dataclasses import asdict

    from emomas.cli import view
    from emomas.perception.reading import read

    said = [line.rstrip("\n") for line in sys.stdin] if texts == ["-"] else texts
    said = [line for line in said if line.strip()]
    if not said:
        raise ConfigError("there is no text: give one, or lines on standard input with -")
    readings = [read(line) for line in said]
    if as_json:
        for line, reading in zip(said, readings, strict=True):
            typer.echo(json.dumps({"text": line, **asdict(reading)}, ensure_ascii=False))
    else:
        screen = view.console()
        for line, reading in zip(said, readings, strict=True):
            screen.print(line, style="bold", markup=False)
            screen.print(_table(reading))
            screen.print(_facts(reading), markup=False)
            screen.print()
    if plot is not None:
        from emomas.cli.plot import course

        where = course(said, readings, plot)
        typer.echo(f"picture: {where}", err=as_json)


def _table(reading: TextReading) -> Table:
    from rich.table import Table

    from emomas._native import EMOTIONS
    from emomas.cli import view

    table = Table(box=None, pad_edge=False)
    table.add_column("emotion")
    table.add_column("likelihood", min_width=28)
    table.add_column("probability", justify="right")
    for name, likelihood, p in zip(EMOTIONS, reading.emotions, reading.probabilities, strict=True):
        table.add_row(name, f"[{view.COLOURS[name]}]{'━' * round(28 * likelihood)}[/]", f"{p:.2f}")
    return table


def _facts(reading: TextReading) -> str:
    lines = [
        "valence {:+.2f}, arousal {:+.2f}, dominance {:+.2f} (± {:.2f}, {:.2f}, {:.2f})".format(
            *reading.vad, *reading.vad_sd
        )
    ]
    if reading.labels:
        lines.append("labels: " + ", ".join(f"{name} {p:.2f}" for name, p in reading.labels))
    if reading.causes:
        lines.append(
            "words that said so: " + ", ".join(f"{word} {share:.0%}" for word, share in reading.causes)
        )
    lines.append(f"language {reading.language}, quality {reading.quality:.2f}")
    return "\n".join(lines)
