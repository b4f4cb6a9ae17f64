"""What kind of moment an answer falls into: it decides which first sentences are fitting."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

MOMENTS: Final = ("up", "plain", "hurt", "cross", "no")
"""They agreed or are glad; nothing of note; they are sad, afraid or in pain; they are angry; they refuse."""

POOLS: Final = {
    "up": ("any", "up", "plain"),
    "plain": ("any", "plain"),
    "hurt": ("any", "hurt", "down"),
    "cross": ("any", "cross", "down"),
    "no": ("any", "no", "down"),
}
"""Where the first sentences of each moment are, below their emotion."""

_REFUSALS: Final = frozenset(("reject", "leave", "stop", "threaten"))
_CONSENTS: Final = frozenset(("accept", "thank"))
_EMOTIONS: Final = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
# A belief must be this likely, and a cue this much ahead, before words are chosen by it.
_BELIEVED: Final = 0.45
_AHEAD: Final = 0.9


def moment(acts: Collection[str], feeling: str | None) -> str:
    """The moment after these acts of the person, who shows or probably has this feeling."""
    if feeling in ("sadness", "fear"):
        return "hurt"
    if _REFUSALS & set(acts):
        return "no"
    if feeling in ("anger", "disgust"):
        return "cross"
    if "plead" in acts:
        return "hurt"
    return "up" if feeling == "joy" or _CONSENTS & set(acts) else "plain"


def feeling(likelihood: Sequence[float] | None, belief: Sequence[float]) -> str | None:
    """The person's feeling: what the words of this turn say most clearly, else what is believed, else None.

    likelihood, belief: over joy, sadness, anger, fear, surprise, disgust, neutral.
    """
    if likelihood is not None:
        best = max(range(7), key=lambda k: likelihood[k])
        if max(x for k, x in enumerate(likelihood) if k != best) < _AHEAD * likelihood[best]:
            return _EMOTIONS[best]
    # Sadness and fear, or anger and disgust, call for the same words: what counts is their sum.
    for name, among in (("sadness", (1, 3)), ("anger", (2, 5)), ("joy", (0,))):
        if sum(belief[k] for k in among) >= _BELIEVED:
            return name
    return None
