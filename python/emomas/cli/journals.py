"""`emomas replay` and `emomas explain`: what a journal holds, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from emomas import _native
from emomas.errors import ConfigError, FileMissingError
from emomas.files import whole
from emomas.speech.quantity import speak_value

JournalArg = Annotated[
    Path, typer.Argument(help="A journal written by `emomas run --journal` or by `Agent`.")
]


def _open(path: Path) -> tuple[_native.Replay, _native.Scenario, list[str]]:
    if not path.exists():
        raise FileMissingError(f"{path}: no such journal; `emomas run --journal {path}` writes one")
    if path.is_char_device():
        raise ConfigError(f"{path}: a device, not a journal; give a file that `emomas run --journal` wrote")
    replayed = _native.replay(path)
    header = json.loads(replayed.header_json())
    scenario = _native.Scenario.from_json(json.dumps(header["scenario"]))
    experts = [e if isinstance(e, str) else e["fixed"] for e in header["configuration"]["policy"]["experts"]]
    return replayed, scenario, experts


def replay(
    journal: JournalArg,
    jsonl: Annotated[Path | None, typer.Option(help="Also export the records as JSON Lines.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the verdict.")] = False,
) -> None:
    """Take every decision and chart step of a journal again, compare bit for bit, and show why each was made.

    [bold]Examples[/bold]

      emomas replay out/demo.journal
      emomas replay out/demo.journal --quiet && echo identical
      emomas replay out/demo.journal --jsonl demo.jsonl
    """
    from rich.markup import escape

    from emomas.cli import view

    replayed, scenario, experts = _open(journal)
    screen = view.console()
    header = json.loads(replayed.header_json())
    if not quiet:
        screen.print(
            f"[bold]{escape(scenario.title)}[/bold]  seed {header['seed']}, {escape(header['created_at'])}\n"
        )
        for index in range(len(replayed)):
            decision = replayed.decision(index)
            words = dict(replayed.said(index))
            screen.print(view.agent_line(decision, words.get("agent", ""), scenario))
            for reason in view.why(decision, experts, scenario):
                screen.print(f"        · {reason}", style="dim", markup=False)
            if "counterpart" in words:
                screen.print(view.line("person", words["counterpart"], "…", ""))
        screen.print()
    if replayed.torn_bytes:
        screen.print(
            f"the last record is torn ({replayed.torn_bytes} bytes ignored): everything before it is used"
        )
    if replayed.skipped:
        screen.print(f"{replayed.skipped} records of kinds that this version doesn't know were skipped")
    if jsonl is not None:
        with whole(jsonl) as part:
            records = _native.export_jsonl(journal, part)
        screen.print(f"{records} records exported to {jsonl}", markup=False)
    if replayed.identical:
        screen.print(f"[bold green]identical[/bold green]: {len(replayed)} decisions, bit for bit")
        return
    for turn, what in replayed.differences:
        where = "outcome" if what.startswith("outcome") else f"turn {turn}"
        screen.print(f"[bold red]different[/bold red] {where}: {escape(what)}")
    screen.print(
        f"the journal was written by {header['versions']}; replay it with that version", markup=False
    )
    raise typer.Exit(1)


def explain(
    journal: JournalArg,
    turn: Annotated[int, typer.Option("--turn", "-t", help="The agent's turn, from 1.")] = 1,
) -> None:
    """Tell why one decision was made: what was observed, believed, proposed, refused, chosen.

    [bold]Example[/bold]

      emomas explain out/demo.journal --turn 4
    """
    from rich.markup import escape

    from emomas.cli import view

    replayed, scenario, experts = _open(journal)
    if not 1 <= turn <= len(replayed):
        raise ConfigError(f"--turn is {turn}: the journal has turns 1 to {len(replayed)}")
    decision = replayed.decision(turn - 1)
    observation = json.loads(replayed.observation_json(turn - 1))
    screen = view.console()
    offer = observation["offer"]
    heard = observation["act"] + ("" if offer is None else f", {speak_value(offer, scenario.unit)}")
    changed = dict(replayed.differences).get(turn)
    if changed is not None:
        screen.print(
            f"[red]this version decides differently[/red] ({escape(changed)}); below is its own decision"
        )
    screen.print(f"[bold]turn {turn}, {decision.phase}[/bold]")
    screen.print(f"heard: {heard}; {len(observation['evidence'])} channel(s) sensed")
    for reason in view.why(decision, experts, scenario):
        screen.print(f"· {reason}", markup=False)
    told = zip(replayed.said(turn - 1), replayed.said_details(turn - 1), strict=True)
    for (speaker, text), details in told:
        screen.print(f"{speaker}: {text}", style="dim", markup=False)
        if details is not None:
            screen.print(f"· {view.worded(json.loads(details))}", style="dim", markup=False)
    screen.print()
    screen.print(view.state(decision, experts, screen.width))
