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
    doubt: why the speaker may not be offering it (one of `commitment.DOUBTS`), or "".
    """

    value: float
    unit: str
    text: str
    start: int
    end: int
    confidence: float
    doubt: str = ""

    @property
    def sure(self) -> bool:
        """Whether it counts as an offer: the speaker's own, from now on, for the whole and unconditional."""
        return not self.doubt


@dataclass(frozen=True, slots=True)
class TextObservation:
    """Everything read from one utterance.

    text: the utterance, unchanged.
    offers: values put forward, sure or not, in the order of the text; rejected, quoted and implausible
        numbers are in `cues` instead.
    acts: negotiation acts, in the order of `acts.ACTS`, without repeats.
    emotions: likelihood over `EMOTIONS`, largest 1, or None where nothing was found.
    cues: `kind:detail` strings: `anger:furious`, `rejected:30`, `money:1200`, `date:by the 15th`,
        `accept:mild` (a yes that may be only politeness), `truncated`.
    asks: what the person wants to know, as topics of `questions.TOPICS`.
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
    asks: tuple[str, ...] = ()

    @property
    def offer(self) -> Offer | None:
        """The person's current offer: the last sure one, since people correct themselves; or None."""
        return next((offer for offer in reversed(self.offers) if offer.sure), None)
