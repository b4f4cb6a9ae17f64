"""How a text feels, by the trained model: likelihoods, VAD, and the words that said so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from emomas._native import Evidence, TextModel
from emomas.perception.language import language
from emomas.perception.tokens import tokenise

if TYPE_CHECKING:
    from collections.abc import Sequence

BUNDLED = Path(__file__).with_name("text.bin")
# fmt: off
LABELS = (
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity",
    "desire", "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear",
    "gratitude", "grief", "joy", "love", "nervousness", "optimism", "pride", "realization", "relief",
    "remorse", "sadness", "surprise", "neutral",
)
# fmt: on
"""GoEmotions' labels, in the model's order."""

TRUST = {"en": 1.0, "und": 0.6, "other": 0.1}
"""Quality of a reading by language: the model has read English only."""

SHORT = 4
"""Texts with fewer words than this say less than they seem to."""


@dataclass(frozen=True, slots=True)
class TextReading:
    """What a text says of the one who wrote it.

    emotions: likelihood over `EMOTIONS`, largest 1: the model's probabilities without how common each emotion
    was in its training. probabilities: with it, summing to 1. labels: the finer labels that are present, with
    their probabilities, likeliest first. vad: valence, arousal, dominance in [−1, 1]; vad_sd their standard
    deviations. causes: the words that spoke most for the likeliest emotion, with their shares. language: en,
    other or und. quality: in [0, 1].
    """

    emotions: tuple[float, ...]
    probabilities: tuple[float, ...]
    labels: tuple[tuple[str, float], ...]
    vad: tuple[float, float, float]
    vad_sd: tuple[float, float, float]
    causes: tuple[tuple[str, float], ...]
    language: str
    quality: float


@lru_cache(maxsize=1)
def bundled() -> TextModel:
    """The model that comes with emomas; its card is beside it."""
    return TextModel(BUNDLED.read_bytes())


def read(text: str, model: TextModel | None = None) -> TextReading:
    """Read a text; any will do. Without words its quality is 0."""
    model = bundled() if model is None else model
    text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates carry no meaning
    labels, probabilities, vad, causes = model.read(text)
    ratios = [p / prior for p, prior in zip(probabilities, model.prior, strict=True)]
    present = [
        (name, p) for name, p, least in zip(LABELS, labels, model.thresholds, strict=True) if p >= least
    ]
    tokens = tokenise(text)
    spoken = language(tokens)
    words = sum(token.kind == "word" for token in tokens)
    return TextReading(
        emotions=tuple(ratio / max(ratios) for ratio in ratios),
        probabilities=tuple(probabilities),
        labels=tuple(sorted(present, key=lambda pair: -pair[1])),
        vad=(vad[0], vad[1], vad[2]),
        vad_sd=(model.spread[0], model.spread[1], model.spread[2]),
        causes=tuple((text[start:end], share) for start, end, share in causes),
        language=spoken,
        quality=TRUST[spoken] * min(1.0, words / SHORT) if tokens else 0.0,
    )


class Channel(Protocol):
    """A sense: something that makes evidence of what it is given.

    `number` tells the core whose evidence it is, so that it learns how far to trust each: 0 to 15, of which 1
    is the agent's own for text. Give what `observe` returns to `Agent.observe(evidence=…)`.
    """

    number: int

    def observe(self, data: str) -> Sequence[Evidence]:
        """The evidence in a piece of data; none if it says nothing."""
        ...


class TextChannel:
    """The trained reader of text as a channel.

    It counts for half: comments on a forum, which it has learned from, are not a negotiation.
    """

    number = 2
    weight = 0.5

    def observe(self, data: str) -> Sequence[Evidence]:
        """How a text feels; nothing of a text without words."""
        reading = read(data)
        if reading.quality == 0.0:
            return ()
        quality = self.weight * reading.quality
        return (Evidence.likelihood(list(reading.emotions), channel=self.number, quality=quality),)
