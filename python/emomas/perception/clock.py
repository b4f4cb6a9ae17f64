"""Bedtimes and other clock times, in minutes past 21:00 so that the night runs forward through midnight."""

from __future__ import annotations

import re
from typing import Final

from emomas.perception.durations import unit_word
from emomas.perception.numerals import Number, read_number
from emomas.perception.quantity import Quantity
from emomas.perception.tokens import Tokens, at, touching, word

_ORIGIN: Final = 21 * 60
_NAMED: Final = {"midnight": 180.0, "noon": 12 * 60.0 - _ORIGIN, "midday": 12 * 60.0 - _ORIGIN}
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d\d)")
_RUN_ON: Final = re.compile(r"(\d{1,2})(\d\d)")
_AFTER: Final = frozenset(("past", "after"))
_BEFORE: Final = frozenset(("to", "till", "til", "before"))
_PARTS_OF_DAY: Final = {"morning": "am", "afternoon": "pm", "evening": "pm", "night": "night"}


def past_21(hour: int, minute: int = 0, half: str = "") -> float | None:
    """Minutes past 21:00 of a clock time, or None if there is no such time.

    half: "am", "pm", "night" or "". Without it 5 to 11 is the evening, 12 midnight, 1 to 4 after midnight,
    and 0 and 13 to 24 are read on the 24-hour clock. The day turns at noon: 11 am is 840, noon is -540.
    """
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        return None
    if half == "am" and hour <= 12:
        hour %= 12
    elif half == "pm" and hour <= 12:
        hour = hour % 12 + 12
    elif hour in (12, 24):
        hour = 0
    elif 5 <= hour <= 11:
        hour += 12
    return float((hour if hour >= 12 else hour + 24) * 60 + minute - _ORIGIN)


def read_clock(tokens: Tokens, i: int, *, bare: bool) -> Quantity | None:
    """The clock time that begins at token `i`, or None.

    bare: whether times without a colon, "o'clock" or am/pm count ("ten thirty", "half ten", "10.30"); only
    sensible in a scenario about bedtimes.
    """
    name = word(tokens, i)
    if name in _NAMED:
        return Quantity("clock", _NAMED[name], i, i + 1, 0.0)
    return _past_or_to(tokens, i, bare) or _hour_and_minute(tokens, i, bare)


def _hour(tokens: Tokens, i: int) -> tuple[float, int] | None:
    """A whole hour (1 to 24) or midnight/noon as "hours", with the token after it."""
    if word(tokens, i) in ("midnight", "noon", "midday"):
        return 12.0, i + 1
    number = read_number(tokens, i)
    if number is None or number.value != int(number.value) or not 1 <= number.value <= 24:
        return None
    return number.value, number.end


def _half_of_day(tokens: Tokens, i: int) -> tuple[str, int]:
    """am, pm or night at token `i`, and the token after it."""
    name = word(tokens, i)
    if name in ("am", "pm"):
        return name, i + 1
    if name == "tonight":
        return "night", i + 1
    if name == "at" and word(tokens, i + 1) == "night":
        return "night", i + 2
    if name == "in" and word(tokens, i + 1) == "the" and word(tokens, i + 2) in _PARTS_OF_DAY:
        return _PARTS_OF_DAY[word(tokens, i + 2)], i + 3
    return "", i


def _made(
    tokens: Tokens, i: int, end: int, hour: int, minute: int, half: str, confidence: float = 0.9
) -> Quantity | None:
    value = past_21(hour, minute, half)
    if value is None or unit_word(word(tokens, end)) is not None:  # "ten to eleven minutes"
        return None
    return Quantity("clock", value, i, end, float(hour), 1.0, confidence, half)


def _past_or_to(tokens: Tokens, i: int, bare: bool) -> Quantity | None:
    """Reads "half past ten", "a quarter to eleven", "ten (minutes) past ten", and with `bare` "half ten"."""
    start = i + 1 if word(tokens, i) == "a" else i
    name, j = word(tokens, start), start + 1
    spoken = name in ("half", "quarter")
    if spoken:
        minutes = 30.0 if name == "half" else 15.0
    else:
        number = read_number(tokens, i)
        if number is None or not 1 <= number.value < 60 or number.value % 1:
            return None
        minutes, j = number.value, number.end
        if word(tokens, j) in ("minutes", "minute", "min", "mins"):
            spoken, j = True, j + 1
    link = word(tokens, j)
    if name == "half" and bare and link not in _AFTER and start == i:
        j -= 1  # half ten
    elif link == "past" or (link in _AFTER and (spoken or bare)):
        pass
    elif link in _BEFORE and (spoken or (bare and link != "before")):
        if word(tokens, i - 1) in ("from", "between"):
            return None  # a range of hours
        minutes = -minutes
    else:
        return None
    hour = _hour(tokens, j + 1)
    if hour is None:
        return None
    half, end = _half_of_day(tokens, hour[1])
    if minutes < 0:
        # Step back on the dial first: quarter to five is 4:45, which is after midnight.
        back = (int(hour[0]) - 1) % 12 or 12 if hour[0] <= 12 else int(hour[0]) - 1
        if hour[0] == 12 and half:
            half = "am" if half == "pm" else "pm"
        return _made(tokens, i, end, back, 60 + int(minutes), half)
    return _made(tokens, i, end, int(hour[0]), int(minutes), half)


def _hour_and_minute(tokens: Tokens, i: int, bare: bool) -> Quantity | None:
    first = at(tokens, i)
    if first.kind == "num":
        found = _digital(tokens, i, bare)
        if found is not None:
            hour, minute, j = found
            half, end = _half_of_day(tokens, j)
            return _made(tokens, i, end, hour, minute, half)
    number = read_number(tokens, i)
    if number is None or number.value % 1 or not 0 <= number.value <= 24:
        return None
    j, minute, sure = _spoken_minutes(tokens, number) if bare else (number.end, 0, False)
    half, end = _half_of_day(tokens, j)
    if word(tokens, end) == "o'clock" or (word(tokens, end) == "o" and word(tokens, end + 1) == "clock"):
        half, end = _half_of_day(tokens, end + (1 if word(tokens, end) == "o'clock" else 2))
        sure = True
    dash = end + 1 if word(tokens, end) == "-" else end
    if bare and word(tokens, dash) == "ish":
        sure, end = True, dash + 1
    if half and not bare and word(tokens, number.end) not in ("am", "pm"):
        return None
    return _made(tokens, i, end, int(number.value), minute, half) if half or sure else None


def _digital(tokens: Tokens, i: int, bare: bool) -> tuple[int, int, int] | None:
    """Hour, minute and end of "10:15", "10h15", "22h", and with am/pm or `bare` of "10.15" and "1015"."""
    text, mark = word(tokens, i), word(tokens, i + 1)
    digits = len(text) <= 2
    follows = at(tokens, i + 2)
    joined = touching(tokens, i + 1) and touching(tokens, i + 2) and follows.kind == "num"
    if digits and joined and len(follows.text) == 2 and (mark == ":" or (mark == "h" and bare)):
        return int(text), int(follows.text), i + 3
    if digits and mark == "h" and bare and touching(tokens, i + 1) and int(text) >= 13:
        return int(text), 0, i + 2
    marked = word(tokens, i + 1) in ("am", "pm")
    match = _DOTTED.fullmatch(text) or (_RUN_ON.fullmatch(text) if len(text) > 2 else None)
    if match is not None and (marked or bare) and int(match[2]) < 60 and int(match[1]) <= 24:
        return int(match[1]), int(match[2]), i + 1
    spaced = digits and bare and at(tokens, i + 1).kind == "num" and len(mark) == 2 and int(mark) < 60
    if spaced and 1 <= int(text) <= 12 and unit_word(follows.text) is None:
        return int(text), int(mark), i + 2  # "10 30"
    return None


def _spoken_minutes(tokens: Tokens, hour: Number) -> tuple[int, int, bool]:
    """End, minutes and whether there were any, after an hour in words: "ten thirty", "ten oh five"."""
    j = hour.end
    if hour.form != "words" or hour.value > 12:
        return j, 0, False
    if word(tokens, j) == "-":
        j += 1
    oh = word(tokens, j) in ("oh", "o", "zero")
    number = read_number(tokens, j + oh)
    if number is None or number.form != "words" or number.value % 1:
        return hour.end, 0, False
    low, high = (1, 9) if oh else (10, 59)
    if low <= number.value <= high and unit_word(word(tokens, number.end)) is None:
        return number.end, int(number.value), True
    return hour.end, 0, False
