"""What an agent answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emomas._native import Decision
    from emomas.charts.conversation import Effect


@dataclass(frozen=True, slots=True)
class Reply:
    """What the agent answers in one turn.

    text: the words. emotion, intensity: what to show. vad: where face and body head for, each in [−1, 1].
    act: open, counter, hold, accept, walk_away; confirm: a number is read back, and only a clear yes to it
    closes; or hand_over: no offer, a person takes over. offer: the number named, in the scenario's unit.
    decision: everything else. closed: whether this ended the conversation; deal: the agreed value.
    state: the chart's active atomic states; effects: what it asks the host for, as (name, data).
    """

    text: str
    emotion: str
    intensity: float
    vad: tuple[float, float, float]
    act: str
    offer: float | None
    decision: Decision
    closed: bool
    deal: float | None
    state: tuple[str, ...]
    effects: tuple[Effect, ...]
