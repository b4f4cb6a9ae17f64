"""From an utterance to a `TextObservation`: the only function of this package most code calls."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field, replace
from typing import Final

from emomas.perception.acceptance import acceptance
from emomas.perception.acts import read_acts
from emomas.perception.commitment import OPEN_DOUBTS, doubt, hedged
from emomas.perception.cues import read_emotions
from emomas.perception.language import language
from emomas.perception.observation import Offer, TextObservation
from emomas.perception.quantities import in_unit, scan
from emomas.perception.quantity import Quantity, Span
from emomas.perception.questions import topics
from emomas.perception.roles import commits, role
from emomas.perception.sentences import around, sentences
from emomas.perception.tokens import MAX_CHARS, Tokens, tokenise

UNITS: Final = ("days", "minutes", "minutes_past_21", "usd")
"""The units a scenario may bargain in."""

_DIRECTIONS: Final = (None, "lower", "higher")
_FAR: Final = 20.0  # how many times the reference a plausible counter-offer may be
_HEDGED: Final = 0.7  # share of the confidence that a "maybe" leaves
_RANGE: Final = 0.5  # confidence in either end of "30 or 40 days"
_ABSURD: Final = 1e12  # nobody offers this; it keeps every value finite and exact
_TRUST: Final = {"en": 0.3, "und": 0.2, "other": 0.1}


def observe(
    text: str,
    *,
    unit: str,
    today: datetime.date | None = None,
    direction: str | None = None,
    reference: float | None = None,
    plausible: tuple[float, float] | None = None,
) -> TextObservation:
    """Reads offers, negotiation acts and mild emotion evidence from what a person typed.

    text: any string; characters beyond `MAX_CHARS` are ignored; `cues` ("truncated") and `quality` tell.
    unit: one of `UNITS`; numbers of another dimension become cues. Money counts in US dollars.
    today: the day that calendar expressions count from; without it they are cues ("date:by the 15th").
    direction: what the AGENT prefers, "lower" or "higher"; decides which end of a range the speaker means.
    reference: the number on the table, in `unit`; "10 more days" counts from it and is a cue without it.
    plausible: the least and the largest value that can be meant, in `unit`; others are cues.

    Raises ValueError for an unknown unit or direction; never for the text. Time is linear in the text read.
    """
    if unit not in UNITS:
        raise ValueError(f"unit is {unit!r}; it must be one of {', '.join(UNITS)}")
    if direction not in _DIRECTIONS:
        raise ValueError(f"direction is {direction!r}; it must be 'lower', 'higher' or None")
    tokens = tokenise(text)
    numbers = _Numbers(text, tokens, unit, direction, reference, plausible)
    for found in scan(tokens, unit, today):
        if isinstance(found, Span):
            numbers.read_span(found)
        else:
            numbers.read(found)
    offers, cues = numbers.offers, numbers.cues
    rejected = any(cue.startswith("rejected:") for cue in cues)
    said = sentences(tokens)
    accepted = acceptance(said)
    if accepted == "mild":
        cues.append("accept:mild")
    emotions, emotion_cues = read_emotions(tokens, text)
    spoken = language(tokens)
    quality = _TRUST[spoken] + (0.1 if spoken == "en" and len(emotion_cues) > 1 else 0.0) if tokens else 0.0
    if len(text) > MAX_CHARS:
        quality *= 0.5
        cues.append("truncated")
    return TextObservation(
        text=text,
        offers=tuple(offers),
        acts=read_acts(
            said,
            accepted=bool(accepted),
            offered=any(offer.sure or offer.doubt in OPEN_DOUBTS for offer in offers),
            rejected=rejected,
        ),
        emotions=emotions,
        cues=tuple(dict.fromkeys([*cues, *emotion_cues])),
        language=spoken,
        quality=quality,
        asks=topics(said),
    )


@dataclass(slots=True)
class _Numbers:
    """Sorts the quantities of one utterance into offers and cues."""

    text: str
    tokens: Tokens
    unit: str
    direction: str | None
    reference: float | None
    plausible: tuple[float, float] | None
    offers: list[Offer] = field(default_factory=list)
    cues: list[str] = field(default_factory=list)

    def read(self, q: Quantity) -> None:
        """One quantity: an offer if it has the scenario's dimension and the sentence puts it forward."""
        value = in_unit(q, self.unit)
        if value is None:
            self.cues.extend(self._foreign(q))
            return
        doing = role(self.tokens, q)
        if doing == "background" or (q.detail == "weak" and not commits(self.tokens, q)):
            self.cues.extend(self._foreign(q) or (f"background:{_show(value)}",))
            return
        if doing in ("rejected", "quoted"):
            if not q.relative:  # "not a day more" leaves the 30 before it alone
                self.cues.append(f"{doing}:{_show(value)}")
            if doing == "rejected":  # "An hour? I can't wait an hour!" takes the first back
                self.offers = [offer for offer in self.offers if offer.value != value]
            return
        if q.relative:
            if self.reference is None or not math.isfinite(self.reference):
                self.cues.append(f"relative:{'+' if q.relative > 0 else '-'}{_show(value)}")
                return
            value = round(self.reference + q.relative * value, 6)
        elif doing == "bound":
            self.cues.append(f"bound:{_show(value)}")
        if (value >= 0 or self.unit == "minutes_past_21") and abs(value) < _ABSURD:
            self._offer(
                q.first, q.last, value, q.confidence * (0.8 if doing == "bound" or q.relative else 1.0)
            )

    def read_span(self, span: Span) -> None:
        """A range: the end that suits the speaker if the agent's wish is known, else both with less trust."""
        values = [value for q in span if (value := in_unit(q, self.unit)) is not None]
        if len(values) < 2 or max(values) >= _ABSURD:
            for q in span:
                self.cues.extend(self._foreign(q))
            return
        whole = replace(span.low, last=span.high.last)
        doing = role(self.tokens, whole)
        if doing in ("rejected", "quoted", "background"):
            self.cues.extend(f"{doing}:{_show(value)}" for value in values)
        elif self.direction is not None:
            value = max(values) if self.direction == "lower" else min(values)
            self._offer(whole.first, whole.last, value, _RANGE)
        else:
            for q, value in zip(span, values, strict=True):
                self._offer(q.first, q.last, value, min(q.confidence, _RANGE))

    def _offer(self, first: int, last: int, value: float, confidence: float) -> None:
        low, high = self.plausible or (-math.inf, math.inf)
        if not low <= value <= high:
            self.cues.append(f"implausible:{_show(value)}")
            return
        near = self.reference if self.unit != "minutes_past_21" else None
        if near is not None and near > 0 and not near / _FAR <= value <= near * _FAR:
            confidence *= 0.5
        words = around(self.tokens, first, last)
        if hedged(words):
            confidence *= _HEDGED
        doubtful = doubt(words, unit=self.unit, echo=value == self.reference)
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        read = self.text[start:end]
        self.offers.append(Offer(value, self.unit, read, start, end, round(confidence, 3), doubtful))

    def _foreign(self, q: Quantity) -> tuple[str, ...]:
        """The cue for a number that is not in the scenario's dimension, or that is no offer."""
        if q.kind == "date":
            return (f"date:{self.text[self.tokens[q.first].start : self.tokens[q.last - 1].end]}",)
        if q.kind in ("money", "clock"):
            return (f"{q.kind}:{_show(q.value)}",)
        if q.kind == "duration":
            return (f"duration:{_show(q.value)}min",)
        if q.detail.startswith("currency:") or q.detail == "percent":
            return (f"{q.detail}:{_show(q.value)}",)
        return ()


def _show(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
