"""What a conversation looks like on a terminal of any width, with or without colour."""

from __future__ import annotations

from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleDimensions, Group
from rich.table import Table
from rich.text import Text

from emomas._native import EMOTIONS, STANCES
from emomas.speech.quantity import speak_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from emomas._native import Decision, Scenario

COLOURS = {
    "joy": "yellow",
    "sadness": "blue",
    "anger": "red",
    "fear": "magenta",
    "surprise": "cyan",
    "disgust": "green",
    "neutral": "white",
}
REASONS = {
    "constant": "always says this",
    "first_move": "first move: payoffs alone",
    "win_stay": "the last display paid off: stay",
    "lose_shift": "the last display paid less than usual: shift",
    "unvisited": "has not been here before",
    "learned_value": "learned what pays here",
    "plausible": "follows naturally from what was shown",
    "appropriate": "fits phase, stance and domain",
    "strategic": "expected to move the person",
    "external": "the host's own expert",
    "first_offer": "nothing was offered before",
    "concession_pays": "a concession is expected to pay",
    "waiting_pays": "waiting is expected to pay",
    "next_offer_met": "their offer is as good as the next one planned",
    "better_than_going_on": "their offer is worth more than going on",
    "last_turn": "last turn, and their offer is within limits",
    "final_offer": "last turn: the best last offer",
    "at_reservation": "everything up to the limit is offered",
    "nothing_acceptable": "the turns are used up and nothing acceptable is on the table",
    "counterpart_accepted": "they accepted",
    "counterpart_left": "they left",
}
ENDS = {
    "agreed": "agreed",
    "counterpart_left": "the person left",
    "agent_left": "no turns left",
    "left": "the person left",
    "no_deal": "no deal",
    "stopped": "stopped at the device",
}


def console(*, stderr: bool = False) -> Console:
    """A console that respects NO_COLOR, pipes and narrow terminals."""
    screen = Console(stderr=stderr, highlight=False)
    if screen.is_dumb_terminal:
        # rich takes every dumb terminal for one of 80 columns.
        screen.size = ConsoleDimensions(*get_terminal_size())
    return screen


def speech_error(screen: Console, error: str) -> None:
    """Say once why templates speak."""
    if error:
        screen.print(f"templates speak: {error}\n", style="dim", markup=False)


def worded(details: Mapping[str, Any]) -> str:
    """How a line came about that a model was asked for."""
    refused = details.get("reason")
    return (
        f"worded by {details.get('by', '?')} in {details.get('took_ms', 0.0):.0f} ms; "
        f"{details.get('tokens', 0)} tokens, drawn {details.get('tries', 0)} ×"
        + (f"; not taken: {refused}" if refused else "")
    )


def bar(share: float, width: int) -> str:
    """`share` in [0, 1] as a bar of `width` cells."""
    filled = round(min(max(share, 0.0), 1.0) * width)
    return "━" * filled + "╌" * (width - filled)


def line(who: str, words: str, emotion: str, detail: str) -> Text:
    """One utterance."""
    text = Text()
    text.append(f"{who:>7} ", style="bold" if who == "agent" else "")
    text.append(f"[{emotion}] ", style=COLOURS.get(emotion, ""))
    text.append(words)
    if detail:
        text.append(f"  ({detail})", style="dim")
    return text


def place(state: Sequence[str]) -> str:
    """Where the chart stands, in a few words: its resting regions are left out."""
    return ", ".join(leaf.replace("_", " ") for leaf in state if leaf not in ("nominal", "down"))


def agent_line(decision: Decision, words: str, scenario: Scenario) -> Text:
    """What the agent said and why it offered what it offered."""
    number = "" if decision.offer is None else f" {speak_value(decision.offer, scenario.unit)}"
    return line("agent", words, decision.emotion, f"{decision.act.replace('_', ' ')}{number}")


def _bars(title: str, names: Iterable[str], values: Sequence[float], width: int, top: int = 7) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_row(Text(title, style="bold"))
    ranked = sorted(zip(names, values, strict=True), key=lambda pair: -pair[1])[:top]
    for name, value in ranked:
        table.add_row(f"{name:<15}", Text(bar(value, width), style=COLOURS.get(name, "cyan")), f"{value:.2f}")
    return table


def state(decision: Decision, experts: Sequence[str], width: int) -> Group:
    """Belief, experts and mixture after a decision, side by side where the terminal is wide enough."""
    names = _numbered(experts)
    panels = [
        _bars("stance, believed", STANCES, decision.stance_belief, 8),
        _bars("feeling, believed", EMOTIONS, decision.emotion_belief, 8, top=4),
        _bars("trust in experts", names, decision.weights, 8, top=4),
        _bars("what to show", EMOTIONS, decision.mixture, 8, top=4),
    ]
    if width < 72:
        return Group(*panels)
    rows = []
    per_row = 4 if width >= 140 else 2
    for start in range(0, len(panels), per_row):
        grid = Table.grid(padding=(0, 3))
        grid.add_row(*panels[start : start + per_row])
        rows.append(grid)
    return Group(*rows)


def _numbered(experts: Sequence[str]) -> list[str]:
    """Expert names made unique: two external experts are `external 1` and `external 2`."""
    seen: dict[str, int] = {}
    names = []
    for expert in experts:
        seen[expert] = seen.get(expert, 0) + 1
        names.append(f"{expert} {seen[expert]}" if experts.count(expert) > 1 else expert)
    return names


def why(decision: Decision, experts: Sequence[str], scenario: Scenario) -> list[str]:
    """The reasons of a decision, as sentences."""
    lines = []
    stance = max(range(4), key=lambda i: decision.stance_belief[i])
    feeling = max(range(7), key=lambda i: decision.emotion_belief[i])
    lines.append(
        f"believes the person is {STANCES[stance]} ({decision.stance_belief[stance]:.0%}) and feels "
        f"{EMOTIONS[feeling]} ({decision.emotion_belief[feeling]:.0%}); uncertainty "
        f"{decision.uncertainty:.2f} nat, conflict between channels {decision.conflict:+.2f}"
    )
    names = _numbered(experts)
    for name, weight, proposal, reason in zip(
        names, decision.weights, decision.proposals, decision.reasons, strict=True
    ):
        best = max(range(7), key=lambda i: proposal[i])
        lines.append(
            f"{name} (weight {weight:.2f}) proposes {EMOTIONS[best]} ({proposal[best]:.0%}): "
            f"{REASONS.get(reason, reason)}"
        )
    if decision.refused:
        lines.append(f"the mask refuses {', '.join(decision.refused)} toward this person")
    how = "explored" if decision.explored else "chosen"
    lines.append(f"shows {decision.emotion} ({decision.confidence:.0%} of the mixture, {how})")
    number = "" if decision.offer is None else f" {speak_value(decision.offer, scenario.unit)}"
    act = decision.act.replace("_", " ")
    lines.append(f"{act}{number}: {REASONS.get(decision.act_reason, decision.act_reason)}")
    if decision.earned is not None:
        lines.append(f"the display before this one earned {decision.earned:.2f} (0.50 is no change)")
    return lines
