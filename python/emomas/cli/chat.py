"""`emomas chat`: a conversation with you."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from emomas.agent import Agent
from emomas.cli.body import Body, BridgeOption, LinesOption, UnsignedOption, embodied
from emomas.cli.options import JournalOption, PolicyOption, SeedOption, SpeechOption, speech_name
from emomas.errors import ObservationError
from emomas.library import load_scenario
from emomas.speech.quantity import speak_value

if TYPE_CHECKING:
    from rich.console import Console

    from emomas._native import Scenario
    from emomas.perception import TextObservation
    from emomas.reply import Reply


def chat(
    scenario: Annotated[str, typer.Argument(help="A shipped id or a TOML file.")] = "debt-roofer-winter",
    seed: SeedOption = 0,
    policy: PolicyOption = "emomas",
    speech: SpeechOption = None,
    journal: JournalOption = None,
    bridge: BridgeOption = None,
    unsigned: UnsignedOption = False,
    lines: LinesOption = False,
    why: Annotated[bool, typer.Option("--why", help="Show the reasons of each decision.")] = False,
) -> None:
    """Be the counterpart yourself. An empty line says nothing; `bye` or Ctrl-D ends it.

    [bold]Examples[/bold]

      emomas chat sleep-cello-audition
      emomas chat debt-roofer-winter --why --journal mine.journal
      emomas chat --bridge /dev/ttyACM0         the robot shows and says it
    """
    from rich.markup import escape

    from emomas.cli import view

    chosen = load_scenario(scenario)
    agent = Agent(
        chosen, policy=policy, seed=seed, journal=journal, speech=speech_name(speech), today=date.today()
    )
    data = json.loads(chosen.to_json())
    screen = view.console()
    screen.print(f"[bold]{escape(chosen.title)}[/bold]")
    screen.print(
        f"You are {escape(data['parties']['counterpart'])}; you would like "
        f"{speak_value(chosen.counterpart_target, chosen.unit)}. "
        f"You talk to a machine that speaks for {escape(data['parties']['agent'])}.\n"
    )
    view.speech_error(screen, agent.speech_error)
    with embodied(agent, Body(bridge, unsigned, lines), screen):
        _talk(agent, screen, why)
    deal = agent.deal
    if deal is None:
        screen.print("\n[bold]no deal[/bold]")
    else:
        screen.print(f"\n[bold]agreed on {speak_value(deal, chosen.unit)}[/bold]")
    if journal is not None:
        screen.print(f"journal: {journal}; `emomas explain {journal} --turn 1` tells why", markup=False)


def _talk(agent: Agent, screen: Console, why: bool) -> None:
    """Turn by turn until it is closed, or stopped at the device."""
    from emomas.cli import view

    chosen = agent.scenario
    reply = agent.open()
    while True:
        screen.print(view.line("agent", reply.text, reply.emotion, view.place(reply.state)))
        if why:
            for reason in view.why(reply.decision, agent.core.experts, chosen):
                screen.print(f"        · {reason}", style="dim", markup=False)
        if reply.closed:
            break
        text = _typed(screen)
        try:
            heard = agent.observe("bye" if text is None else text)
            reply = agent.decide()
        except ObservationError as error:
            if error.code == "stopped":
                screen.print("        stopped", style="dim")
                break
            # After its last turn the agent can only hear yes or goodbye.
            if error.code != "deadline":
                raise
            agent.close(None, result="agent_left")
            break
        screen.print(f"        heard: {_understood(heard, reply, chosen)}", style="dim", markup=False)


def _typed(screen: Console) -> str | None:
    """The person's next line, or none at the end of input; what comes from a pipe is shown as if typed."""
    if sys.stdin is not None and sys.stdin.isatty() and sys.stdout is not None:
        try:
            return screen.input("    you ")
        except EOFError:
            screen.print()
            return None
    text = "" if sys.stdin is None else sys.stdin.readline()
    screen.print("    you", text.rstrip("\n"), markup=False)
    return text.rstrip("\n") if text else None


def _understood(heard: TextObservation | None, reply: Reply, scenario: Scenario) -> str:
    """What the agent took the person's words for."""
    ends = {"counterpart_accepted": "accepts", "counterpart_left": "leaves"}
    if reply.decision.act_reason in ends:
        return ends[reply.decision.act_reason]
    if heard is not None and heard.offer is not None:
        return f"offer {speak_value(heard.offer.value, scenario.unit)}"
    return "rejects" if heard is not None and "reject" in heard.acts else "no offer"
