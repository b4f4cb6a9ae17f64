"""Lengths of time: "two weeks", "an hour and a half", "1h30", "another 10 days", all in minutes."""

from __future__ import annotations

from typing import Final

from emomas.perception.numerals import Number, read_number
from emomas.perception.quantity import MINUTES_PER_DAY, Quantity
from emomas.perception.tokens import Tokens, at, word, word_set

_NAMES: Final = {
    1 / 60: "seconds sec secs",
    1.0: "minute minutes min mins minuets",
    60.0: "hour hours hr hrs h",
    MINUTES_PER_DAY: "day days d",
    7 * MINUTES_PER_DAY: "week weeks wk wks",
    14 * MINUTES_PER_DAY: "fortnight fortnights",
    30 * MINUTES_PER_DAY: "month months mo mos mth mths",
    365 * MINUTES_PER_DAY: "year years yr yrs",
}
MINUTES: Final = {name: size for size, names in _NAMES.items() for name in names.split()}
"""Minutes in each unit word; a month is 30 days, as in debt practice and in the reference data."""

_MORE: Final = word_set("more extra additional further")
_LATER: Final = _MORE | {"longer", "later"}
_FEWER: Final = word_set("less fewer")
_SOONER: Final = _FEWER | {"earlier", "sooner", "shorter"}
_PLAIN: Final = word_set("- full whole business working calendar consecutive short long")
_PAST: Final = word_set("ago old late overdue behind already straight")
_MOMENTS: Final = word_set("wait just hold hang on got")


def unit_word(text: str) -> float | None:
    """Minutes in the unit `text` names ("week", "week's"), or None."""
    return MINUTES.get(text.removesuffix("'s"))


def read_duration(tokens: Tokens, i: int) -> Quantity | None:
    """The length of time that begins at token `i`, in minutes; ages, rates and idioms are "other"."""
    lead = word(tokens, i)
    relative, start = (1, i + 1) if lead == "another" or lead in _MORE else (0, i)
    number = read_number(tokens, start, article=True)
    if number is None and relative and lead == "another":
        number = Number(1.0, start, "article")
    if number is None:
        number = _bare_hour_and_a_half(tokens, i)
    if number is None:
        return None
    end = number.end
    for _ in range(3):
        name = word(tokens, end)
        if name in _MORE or name in _FEWER:
            relative = 1 if name in _MORE else -1
        elif name not in _PLAIN:
            break
        end += 1
    size = unit_word(word(tokens, end))
    if size is None or (number.form == "article" and len(word(tokens, end)) == 1):
        return None
    lists = word(tokens, i - 1) in ("not", "no")  # "not an hour, 20 minutes" is two durations
    value, end = _rest(tokens, number.value * size, size, end + 1, ("and",) if lists else ("and", ","))
    kind, detail, last = _not_an_offer(tokens, i, end, number)
    if kind == "duration" and word(tokens, last + 1) != "or":  # "more or less"
        after = word(tokens, last)
        if after in _LATER or after in _SOONER:
            relative, last = (1 if after in _LATER else -1), last + 1
    return Quantity(
        kind, value, i, last, number.value, size, 0.7 if number.form == "vague" else 0.9, detail, relative
    )


def _bare_hour_and_a_half(tokens: Tokens, i: int) -> Number | None:
    half = tuple(word(tokens, i + k) for k in (1, 2, 3)) == ("and", "a", "half")
    return Number(1.0, i, "article") if half and unit_word(word(tokens, i)) else None


def _rest(tokens: Tokens, value: float, size: float, end: int, joins: tuple[str, ...]) -> tuple[float, int]:
    """Adds "and a half", "and twenty minutes", "15 minutes", or the bare 30 of "1h30"."""
    for _ in range(3):
        join = end + 1 if word(tokens, end) in joins else end
        share = {"half": 0.5, "quarter": 0.25}.get(word(tokens, join + 1), 0.0)
        if join > end and word(tokens, join) == "a" and share and unit_word(word(tokens, join + 2)) is None:
            return value + size * share, join + 2
        number = read_number(tokens, join, article=join > end and word(tokens, end) == "and")
        if number is None:
            break
        smaller = unit_word(word(tokens, number.end))
        if word(tokens, number.end) == "m" and size == 60.0:
            smaller = 1.0
        if smaller is not None and smaller < size and number.value * smaller < size:
            value, size, end = value + number.value * smaller, smaller, number.end + 1
            continue
        if size == 60.0 and join == end and 1 <= number.value < 60 and smaller is None:
            return value + number.value, number.end  # "1h30", "an hour fifteen"
        break
    return value, end


def _not_an_offer(tokens: Tokens, i: int, end: int, number: Number) -> tuple[str, str, int]:
    """Kind, detail and end of a duration, which may prove to be an age, the past, a rate or an idiom."""
    before, after = word(tokens, i - 1), word(tokens, end)
    if after == "-":  # 16-year-old
        after = word(tokens, end + 1)
    if after in _PAST or (after in ("in", "past") and word(tokens, end + 1) in ("a", "due")):
        return "other", "past", end + 1
    if before in ("every", "each", "per", "once", "twice", "times"):
        return "other", "rate", end
    if after in ("a", "per", "each", "every", "/") and unit_word(word(tokens, end + 1)):
        return "other", "rate", end + 2
    moment = word(tokens, end - 1) in ("minute", "second", "sec", "min")
    if number.form == "article" and moment and before in _MOMENTS:
        return "other", "idiom", end
    if after == "at" and word(tokens, end + 1) == "a" and word(tokens, end + 2) == "time":
        return "other", "idiom", end + 3
    if at(tokens, i).text == "a" and before in ("what", "quite", "such", "it"):
        return "other", "idiom", end
    return "duration", "", end
