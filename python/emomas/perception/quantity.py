"""The value every grammar of this package returns: a number with its dimension and its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

MINUTES_PER_DAY: Final = 1440.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number read from tokens `first` to `last` (exclusive).

    kind and value: "duration" in minutes, "clock" in minutes past 21:00, "money" in US dollars, "date" in
    days from today, "bare" a plain number, "other" anything that only looks like an offer (an age, a rate).
    number: as written; factor: value = number * factor, so that "30 or 40 days" can lend its unit to 30.
    confidence: in (0, 1]. detail: currency, a.m./p.m., or what an "other" is.
    relative: +1 and -1 for "10 more days" and "10 days less", else 0.
    """

    kind: str
    value: float
    first: int
    last: int
    number: float
    factor: float = 1.0
    confidence: float = 0.9
    detail: str = ""
    relative: int = 0


class Span(NamedTuple):
    """Two quantities joined into a range ("30 or 40 days"), in the order of the text."""

    low: Quantity
    high: Quantity
