"""The chart that a conversation runs on: what it is told, and what the agent asks it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emomas._native import EMOTIONS, STANCES, Chart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emomas._native import Core, Decision, Scenario
    from emomas.hearing import Heard

CONVERSATION = Path(__file__).with_name("conversation.toml")
"""The chart that agents run on by default; copy it to change it."""

Effect = tuple[str, dict[str, Any]]
"""What a chart asks for: a name, and what comes with it."""

_STANCES = tuple(f"belief.stance.{name}" for name in STANCES)
_EMOTIONS = tuple(f"belief.emotion.{name}" for name in EMOTIONS)

CAUTIOUS = ("anger", "disgust")
"""Emotions that aren't shown in the states `caution` and `crisis`."""


@lru_cache(maxsize=1)
def conversation_chart() -> Chart:
    """The chart that agents run on by default."""
    return Chart.load(CONVERSATION)


def load_chart(chart: Chart | dict[str, Any] | str | Path | None) -> Chart:
    """The chart meant: built, as a dict, in a file, or the default one. Raises ChartError."""
    if chart is None:
        return conversation_chart()
    if isinstance(chart, Chart):
        return chart
    return Chart.from_dict(chart) if isinstance(chart, dict) else Chart.load(chart)


class Conversation:
    """One conversation's run of its chart. Each step goes through the core's journal.

    The state is the machine's alone: `stopped`, `handed_over`, `hands_over` and `forbidden` are read off it.
    """

    def __init__(self, core: Core, scenario: Scenario, chart: Chart) -> None:
        """Start the chart at time 0."""
        self.machine = chart.start()
        self.began = tuple(self.machine.effects)
        self._core = core
        self._safe = chart.safe
        self._known = frozenset(chart.inputs)
        self._set: dict[str, float] = {}
        self._range = abs(scenario.agent_target - scenario.counterpart_target)
        self._turns = scenario.deadline_turns
        self._fixed = {f"threshold.{name}": value for name, value in scenario.thresholds.items()}

    @property
    def stopped(self) -> bool:
        """Whether it is in the chart's SAFE state, in which nothing is said or shown."""
        return self._safe is not None and self.machine.is_in(self._safe)

    @property
    def handed_over(self) -> bool:
        """Whether a person has taken over, so that the agent's part ends."""
        return self.machine.is_in("handed_over")

    @property
    def hands_over(self) -> bool:
        """Whether the agent makes no offers but says that a person takes over."""
        return self.handed_over or self.machine.is_in("crisis")

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Emotions that may not be shown now, beside the mask."""
        return CAUTIOUS if self.machine.is_in("caution") or self.machine.is_in("crisis") else ()

    def wait(self, time_s: float) -> tuple[Effect, ...]:
        """Let the clock reach `time_s`; kept in the journal only if a timer is due by then."""
        due = self.machine.next_due_ns
        return self.tell(time_s=time_s) if due is not None and due <= _ns(time_s) else ()

    def tell(
        self, *events: str, time_s: float, priority: str = "control", data: Mapping[str, float] | None = None
    ) -> tuple[Effect, ...]:
        """Let the clock reach `time_s`, then take the events, each with `data`; returns the effects."""
        return self._tell(time_s, {}, [(event, priority, dict(data or {})) for event in events])

    def decided(
        self, heard: Heard, decision: Decision, own: float | None, theirs: float | None, time_s: float
    ) -> tuple[Effect, ...]:
        """Tell what was heard, and that the core has decided what to do about it."""
        offers = heard.offer is not None and heard.act in ("talk", "reject")
        event = f"heard.{'offer' if offers else heard.act}"
        inputs = {
            **dict(zip(_STANCES, decision.stance_belief, strict=True)),
            **dict(zip(_EMOTIONS, decision.emotion_belief, strict=True)),
            "belief.valence": decision.valence,
            "progress": min(1.0, decision.turn / self._turns),
            **self._gap(own, theirs),
        }
        data = {} if heard.offer is None else {"offer": heard.offer}
        return self._tell(time_s, inputs, [(event, "control", data), ("turn", "control", {})])

    def acted(
        self, act: str, offer: float | None, own: float | None, theirs: float | None, time_s: float
    ) -> tuple[Effect, ...]:
        """Tell what the agent does."""
        data = {} if offer is None else {"offer": offer}
        return self._tell(time_s, self._gap(own, theirs), [(f"act.{act}", "control", data)])

    def _gap(self, own: float | None, theirs: float | None) -> dict[str, float]:
        """The distance between the offers over the scenario's range; 1 while there are no two."""
        if own is None or theirs is None:
            return {"gap_ratio": 1.0}
        return {"gap_ratio": min(1.0, abs(own - theirs) / self._range) if self._range > 0.0 else 0.0}

    def _tell(
        self, time_s: float, inputs: dict[str, float], events: list[tuple[str, str, dict[str, float]]]
    ) -> tuple[Effect, ...]:
        inputs = {**self._fixed, **inputs} if not self._set else inputs
        changed = {n: x for n, x in inputs.items() if n in self._known and self._set.get(n) != x}
        effects = self._core.tell(self.machine, _ns(time_s), changed, events)
        self._set.update(changed)
        return tuple(effects)


def _ns(time_s: float) -> int:
    return max(0, round(time_s * 1e9))
