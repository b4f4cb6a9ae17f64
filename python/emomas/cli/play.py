"""`emomas run`: conversations with simulated people."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emomas._native import Core, Dialogue, Scenario
from emomas.agent import Agent
from emomas.cli.body import Body, BridgeOption, LinesOption, UnsignedOption, embodied
from emomas.cli.options import (
    CounterpartOption,
    JournalOption,
    PlotOption,
    PolicyOption,
    SeedOption,
    SpeechOption,
    speech_name,
)
from emomas.errors import ConfigError, ObservationError
from emomas.library import load_scenarios
from emomas.simulation import MOST_EPISODES
from emomas.speech.quantity import speak_value

if TYPE_CHECKING:
    from rich.console import Console

    from emomas._native import Decision

Turn = dict[str, object]

BODY_S = 1.0
"""How long a turn lasts where a robot moves with it."""

ScenarioArg = Annotated[
    str, typer.Argument(help="A shipped id, a domain, `all`, a TOML file, a folder, or an EmoMAS CSV file.")
]


def run(
    scenario: ScenarioArg = "debt-roofer-winter",
    n: Annotated[
        int | None,
        typer.Option("--n", "-n", min=1, max=MOST_EPISODES, help="Play this many and summarise."),
    ] = None,
    seed: SeedOption = 0,
    counterpart: CounterpartOption = "vanilla",
    policy: PolicyOption = "emomas",
    placebo: Annotated[bool, typer.Option(help="A world in which emotion has no effect.")] = False,
    speech: SpeechOption = None,
    journal: JournalOption = None,
    plot: PlotOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output, nothing else.")] = False,
    force: Annotated[bool, typer.Option(help="Replace an existing journal.")] = False,
    bridge: BridgeOption = None,
    unsigned: UnsignedOption = False,
    lines: LinesOption = False,
) -> None:
    """Play against a simulated person: one conversation live, or many with a summary.

    [bold]Examples[/bold]

      emomas run                                   one debt negotiation, turn by turn
      emomas run sleep-cello-audition --seed 3 --plot cello.png
      emomas run debt --n 500 --counterpart victim     500 conversations and a table
      emomas run --bridge /dev/ttyACM0                 with a robot's face and body
      emomas run credit_recovery_scenarios.csv --n 200 --json
    """
    scenarios = load_scenarios(scenario)
    body = Body(bridge, unsigned, lines)
    if n is None and len(scenarios) == 1:
        _one(scenarios[0], seed, counterpart, policy, placebo, speech, journal, plot, as_json, force, body)
    else:
        for option, given in (("--journal", journal), ("--bridge", bridge)):
            if given is not None:
                raise ConfigError(f"{option} goes with one conversation: leave out --n and name one scenario")
        _many(scenarios, n or len(scenarios), seed, counterpart, policy, placebo, plot, as_json)


def _one(
    scenario: Scenario,
    seed: int,
    counterpart: str,
    policy: str,
    placebo: bool,
    speech: str | None,
    journal: Path | None,
    plot: Path | None,
    as_json: bool,
    force: bool,
    body: Body,
) -> None:
    from rich.markup import escape

    from emomas.cli import view
    from emomas.speech.model import chosen

    if journal is not None:
        if force:
            journal.unlink(missing_ok=True)
        journal.parent.mkdir(parents=True, exist_ok=True)
    # Nobody waits for an answer here: a slow machine says the same.
    model, speech_error = chosen(speech_name(speech), deadline_s=60.0)
    agent = Agent(scenario, policy=policy, seed=seed, journal=journal, speech=model or "templates")
    person = Dialogue(scenario, counterpart=counterpart, seed=seed, placebo=placebo)
    screen = view.console(stderr=as_json)
    screen.print(
        f"[bold]{escape(scenario.title)}[/bold]  {scenario.id}, {counterpart} counterpart, seed {seed}\n"
    )
    view.speech_error(screen, speech_error)
    with embodied(agent, body, screen):
        turns, decision, stopped = _turns(agent, person, counterpart, screen, BODY_S if body.port else 0.0)
    end = "stopped" if stopped else person.end or "agent_left"
    utility = 0.0 if person.deal is None else scenario.utility(person.deal)
    if not (agent.core.closed or stopped):
        agent.close(person.deal, result=end)
    answers = [(t["act"], t["offer"]) for t in turns if t["speaker"] == "counterpart"]
    blank = _showing_nothing(scenario, seed, counterpart, placebo)
    summary = {
        "scenario": scenario.id,
        "seed": seed,
        "counterpart": counterpart,
        "policy": policy,
        "end": end,
        "deal": person.deal,
        "utility": utility,
        "turns": agent.core.turn,
        "hidden_stance": person.hidden_stance,
        "showing_nothing": {"end": blank[1], "deal": blank[2]},
    }
    if decision is not None and not screen.is_terminal:
        screen.print()
        screen.print(view.state(decision, agent.core.experts, screen.width))
    screen.print()
    deal = "" if person.deal is None else f" on {speak_value(person.deal, scenario.unit)}"
    screen.print(
        f"[bold]{view.ENDS[end]}{deal}[/bold] after {agent.core.turn} turns; utility {utility:.2f} "
        f"(1 target, 0 limit); the person's hidden stance was {person.hidden_stance}"
    )
    if policy != "vanilla" and not stopped:
        screen.print(_counterfactual(answers, blank, scenario))
    if plot is not None:
        from emomas.cli.plot import trajectory

        screen.print(f"picture: {trajectory(turns, agent.core.experts, scenario, plot)}", markup=False)
    if journal is not None:
        screen.print(
            f"journal: {journal}; `emomas replay {journal}` takes every decision again", markup=False
        )
    if as_json:
        typer.echo(json.dumps({**summary, "transcript": turns}))


def _turns(
    agent: Agent, person: Dialogue, style: str, screen: Console, pause_s: float
) -> tuple[list[Turn], Decision | None, bool]:
    """The conversation: its turns, its last decision, and whether a stop at the device ended it."""
    from emomas.cli import view

    scenario = agent.scenario
    turns: list[Turn] = []
    decision: Decision | None = None
    while not agent.core.closed:
        evidence, heard, offer, time_s = person.observation(agent.core.turn)
        try:
            agent.observe(evidence=evidence, act=heard, offer=offer, time_s=time_s)
            reply = agent.decide()
        except ObservationError as error:
            if error.code != "stopped":
                raise
            return turns, decision, True
        decision = reply.decision
        person.follow(decision)
        screen.print(view.agent_line(decision, reply.text, scenario))
        turns.append({"speaker": "agent", "text": reply.text, "decision": json.loads(decision.to_json())})
        answer = None if reply.closed else person.counterpart_turn(decision)
        if answer is None:
            break
        act, offer, displayed, felt = answer
        said = agent.speak_for_counterpart(
            decision, act=_spoken(act, offer), emotion=displayed, style=style, offer=offer
        )
        screen.print(view.line("person", said, displayed, ""))
        turns.append(
            {
                "speaker": "counterpart",
                "text": said,
                "act": act,
                "offer": offer,
                "shows": displayed,
                "feels": felt,
            }
        )
        if screen.is_terminal:
            screen.print(view.state(decision, agent.core.experts, screen.width), style="dim")
            screen.print()
        if person.end is None and agent.core.turn >= scenario.deadline_turns:
            break
        time.sleep(pause_s)
    return turns, decision, False


def _showing_nothing(
    scenario: Scenario, seed: int, counterpart: str, placebo: bool
) -> tuple[list[tuple[str, float | None]], str, float | None]:
    """The same person and luck with an agent that stays neutral: answers, end, deal."""
    core = Core(scenario, policy="vanilla", seed=seed)
    person = Dialogue(scenario, counterpart=counterpart, seed=seed, placebo=placebo)
    answers = []
    while person.end is None and core.turn < scenario.deadline_turns:
        answer = person.counterpart_turn(person.agent_turn(core))
        if answer is not None:
            answers.append(answer[:2])
    return answers, person.end or "agent_left", person.deal


def _counterfactual(
    answers: list[tuple[object, object]],
    blank: tuple[list[tuple[str, float | None]], str, float | None],
    scenario: Scenario,
) -> str:
    """What the displays changed, in a sentence."""
    from itertools import zip_longest

    from emomas.cli import view

    other, end, deal = blank
    pairs = enumerate(zip_longest(answers, other), start=1)
    first = next((turn for turn, (mine, theirs) in pairs if mine != theirs), None)
    if first is None:
        return "Had it shown nothing, the same person would have answered the same."
    how = view.ENDS[end] + ("" if deal is None else f" on {speak_value(deal, scenario.unit)}")
    return (
        f"Had it shown nothing, the same person would have answered differently from turn {first} on: {how}."
    )


def _spoken(act: str, offer: float | None) -> str:
    """The act that words exist for."""
    if act == "talk":
        return "talk" if offer is None else "offer"
    return act


def _many(
    scenarios: list[Scenario],
    n: int,
    seed: int,
    counterpart: str,
    policy: str,
    placebo: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
    from rich.table import Table

    from emomas._native import ENDS
    from emomas.cli import view
    from emomas.simulation import simulate, wilson

    screen = view.console(stderr=as_json)
    with Progress(
        "{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=screen
    ) as bar:
        task = bar.add_task("conversations", total=n)
        result = simulate(
            scenarios,
            policy=policy,
            counterparts=counterpart,
            world="placebo" if placebo else "standard",
            runs=1,
            episodes=n,
            seed=seed,
            progress=lambda done: bar.update(task, completed=done),
        )[0]
        bar.update(task, completed=n)
    table = Table(title=f"{n} conversations, {counterpart} counterpart, policy {policy}, seed {seed}")
    for column in ("domain", "n", "agreed", "they left", "utility", "turns", "liking"):
        table.add_column(column, justify="left" if column == "domain" else "right")
    rows: list[dict[str, Any]] = []
    for domain in dict.fromkeys(s.domain for s in scenarios):
        chosen = [i for i, s in enumerate(scenarios) if s.domain == domain]
        part = result[[int(i) in chosen for i in result["scenario"]]]
        if not len(part):
            continue
        row: dict[str, Any] = {
            "domain": domain,
            "n": len(part),
            "agreed": float((part["end"] == ENDS.index("agreed")).mean()),
            "agreed_95_if_independent": wilson(int((part["end"] == ENDS.index("agreed")).sum()), len(part)),
            "counterpart_left": float((part["end"] == ENDS.index("counterpart_left")).mean()),
            "utility": float(part["utility"].mean()),
            "turns": float(part["turns"].mean()),
            "liking": float(part["liking"].mean()),
        }
        rows.append(row)
        table.add_row(
            domain,
            str(row["n"]),
            "{:.0%} [{:.0%}, {:.0%}]".format(row["agreed"], *row["agreed_95_if_independent"]),
            f"{row['counterpart_left']:.1%}",
            f"{row['utility']:.3f}",
            f"{row['turns']:.1f}",
            f"{row['liking']:+.2f}",
        )
    screen.print(table)
    screen.print(
        "utility: 1 target, 0 limit or no deal; liking in SD; agreed with Wilson's 95 % interval for "
        "independent draws, though this is one run in which the agent learns: `emomas simulate` has "
        "intervals over runs",
        style="dim",
    )
    if plot is not None:
        from emomas.cli.plot import learning

        screen.print(f"picture: {learning(result, plot)}", markup=False)
    if as_json:
        typer.echo(json.dumps({"seed": seed, "policy": policy, "counterpart": counterpart, "domains": rows}))
