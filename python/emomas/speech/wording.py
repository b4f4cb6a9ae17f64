"""The words of one conversation: a language model's where it can, the templates' where not.

The model is asked with decisions only. No word of the person reaches it: what they said is heard by
`emomas.perception`, and the moment that it made is part of the request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from emomas.speech.book import FACTS
from emomas.speech.request import NEEDED, SLOT, TOPICS, Request
from emomas.speech.stop import Stop
from emomas.speech.words import AGENT_ACTS, JARRING, Words

if TYPE_CHECKING:
    from emomas.speech.model import SpeechModel

_FACT_SHARE: Final = 0.55
_NAME_SHARE: Final = 0.1
#: Lines that the next one had better not repeat.
_REMEMBERED: Final = 12


@dataclass(frozen=True, slots=True)
class Said:
    """A line ready to be spoken.

    details: how a model came to it, or why a template was taken; None where no model was asked.
    """

    text: str
    details: dict[str, Any] | None = None


class Wording:
    """Speaks for both sides of one conversation; the same seed asks the same of the model."""

    def __init__(self, words: Words, model: SpeechModel | None, seed: int) -> None:
        """Take the templates, which always speak without a `model`."""
        self.words = words
        self._model = model
        self._seed = seed
        self._lines: list[str] = []
        self._count = 0
        self._stop = Stop()

    def agent_line(
        self,
        *,
        act: str,
        emotion: str,
        intensity: float,
        phase: str,
        offer: float | None,
        their_offer: float | None,
        turn: int,
        heard: str | None = None,
        asks: Sequence[str] = (),
    ) -> Said:
        """As `Words.agent_line`; `intensity` in [0, 1] is how strongly the emotion shows."""
        self._stop = Stop()
        values = self.words.agent_values(act, offer, their_offer)

        def template() -> str:
            return self.words.agent_line(
                act=act,
                emotion=emotion,
                phase=phase,
                offer=offer,
                their_offer=their_offer,
                turn=turn,
                heard=heard,
                asks=asks,
            )

        if self._model is None or act not in AGENT_ACTS:
            return Said(template())
        slots = set(NEEDED.get(("agent", act), ()))
        topics: tuple[str, ...] = ()
        if act not in ("open", "accept", "walk_away") and not act.startswith("confirm"):
            topics = self._answerable(asks, values, slots)
        facts: tuple[str, ...] = ()
        if act in ("open", "counter", "hold", "ask") and not topics and self._chance(_FACT_SHARE, "facts"):
            facts = self._some(sorted(values.keys() & (FACTS[self.words.domain] | {"their_offer"}) - slots))
        if act != "open" and self._chance(_NAME_SHARE, "name"):
            slots.add("name")
        request = Request(
            self.words.domain,
            "agent",
            act,
            emotion,
            _level(intensity),
            phase,
            heard=self.words.moment if heard is None else heard,
            asks=topics,
            slots=tuple(sorted(slots)),
            facts=facts,
        )
        return self._worded(request, values, template)

    def counterpart_line(
        self, *, act: str, emotion: str, style: str, phase: str, offer: float | None, turn: int
    ) -> Said:
        """As `Words.counterpart_line`."""
        self._stop = Stop()
        values = self.words.counterpart_values(act, offer)
        line = self.words.counterpart_line(act=act, emotion=emotion, style=style, offer=offer, turn=turn)
        if self._model is None:
            return Said(line)
        slots = {"offer"} & values.keys() if act in ("offer", "hold", "accept") else set()
        facts: tuple[str, ...] = ()
        if self._chance(_FACT_SHARE, "facts"):
            facts = self._some(sorted(values.keys() & FACTS[self.words.domain]))
        request = Request(
            self.words.domain,
            "counterpart",
            act,
            "neutral" if emotion in JARRING.get(act, ()) else emotion,
            2,
            phase,
            style=style,
            slots=tuple(sorted(slots)),
            facts=facts,
        )
        return self._worded(request, values, lambda: line)

    def cancel(self) -> None:
        """End the line that is being worded or spoken, from any thread; the next one begins afresh."""
        self._stop.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether the latest line was cancelled."""
        return self._stop.cancelled

    def _worded(self, request: Request, values: dict[str, str], template: Any) -> Said:
        assert self._model is not None
        self._count += 1
        seed = int.from_bytes(self._hash("line")[:4], "big") % 2**30
        spoken = self._model.say(request, seed=seed, said=self._lines[-_REMEMBERED:], stop=self._stop)
        if spoken.line is not None:
            self._lines.append(spoken.line)
            return Said(fill(spoken.line, values), {"by": "model", **spoken.details()})
        text = "" if spoken.reason == "cancelled" else template()
        return Said(text, {"by": "template" if text else "nobody", **spoken.details()})

    def _answerable(self, asks: Sequence[str], values: dict[str, str], slots: set[str]) -> tuple[str, ...]:
        """The first topic that can be answered, or `unknown`; what its answer needs joins `slots`."""
        if not asks:
            return ()
        from emomas.speech.corpus.agent_lines import answer_slots

        for topic in (*(topic for topic in asks if topic in TOPICS), "unknown"):
            told = [needs for needs in answer_slots(self.words.domain, topic) if needs <= values.keys()]
            if told:
                slots |= told[self._hash("answer")[0] % len(told)]
                return (topic,)
        return ()

    def _some(self, names: list[str]) -> tuple[str, ...]:
        """One or two of the names."""
        order = sorted(names, key=lambda name: self._hash(f"fact {name}"))
        return tuple(sorted(order[: 1 + self._chance(0.25, "second")]))

    def _chance(self, share: float, what: str) -> bool:
        return int.from_bytes(self._hash(what)[:4], "big") < share * 2**32

    def _hash(self, what: str) -> bytes:
        return hashlib.sha256(f"{self._seed}|{self._count}|{what}".encode()).digest()


def fill(line: str, values: dict[str, str]) -> str:
    """The line with its placeholders filled; one that opens a sentence gets a capital letter."""

    def value(match: Any) -> str:
        text = values[match[1]]
        before = line[: match.start()].rstrip()
        return text[:1].upper() + text[1:] if not before or before[-1] in ".!?" else text

    return SLOT.sub(value, line)


def _level(intensity: float) -> int:
    return 1 if intensity < 1 / 3 else 2 if intensity < 2 / 3 else 3
