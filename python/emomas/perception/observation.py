"""The one type text becomes, whoever fills it: this parser, a tagger or a language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EMOTIONS: Final = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
"""The order of every emotion vector in emomas."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A value somebody puts on the table.

    value: in `unit`. unit: the scenario's unit. text: the characters it was read from, `source[start:end]`.
    confidence: in (0, 1]; about .9 for a number with its unit, .6 for a bare one, .5 and less for a guess.
    """

    value: float
    unit: str
    text: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class TextObservation:
    """Everything read from one utterance.

    text: the utterance, unchanged.
    offers: values put forward, in the order of the text; rejected and quoted numbers are in `cues` instead.
    acts: negotiation acts, in the order of `acts.ACTS`, without repeats.
    emotions: likelihood over `EMOTIONS`, largest 1, or None where nothing was found.
    cues: `kind:detail` strings: `anger:furious`, `rejected:30`, `money:1200`, `date:by the 15th`,
        `truncated`.
    language: "en", "other", or "und" where the text is too short to tell.
    quality: in [0, 1], how far `emotions` and `acts` can be trusted; this parser claims .4 at most.
    """

    text: str
    offers: tuple[Offer, ...]
    acts: tuple[str, ...]
    emotions: tuple[float, ...] | None
    cues: tuple[str, ...]
    language: str
    quality: float

    @property
    def offer(self) -> Offer | None:
        """The person's current offer: the last one put forward, since people correct themselves; or None."""
        return self.offers[-1] if self.offers else None
