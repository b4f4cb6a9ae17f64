"""Calendar days ("by the 15th", "next Friday"), in days from today.

Own grammar, measured against the two usual packages: dateparser 1.5 brings regex, pytz, dateutil and tzlocal
(11 MB, .29 s at first use), parsedatetime 2.6 (2020) misses "by the 15th"; both read "I may" and "I sat" as
dates and neither knows "end of the month".
"""

from __future__ import annotations

import calendar
import datetime
import math
from typing import Final

from emomas.perception.numerals import read_number
from emomas.perception.quantity import Quantity
from emomas.perception.tokens import Tokens, at, sentence_ends, touching, word, word_list, word_set

DUE: Final = word_set("by before until till til")
_PREFIX: Final = DUE | {"on", "for", "from", "around", "in"}
_MONTHS: Final = {name.lower(): n for n, name in enumerate(calendar.month_name) if name} | {
    name: n
    for n, names in enumerate(word_list("jan feb mar apr _ jun jul aug sep,sept oct nov dec"), start=1)
    for name in names.split(",")
    if name != "_"
}
_WEEKDAYS: Final = {name.lower(): n for n, name in enumerate(calendar.day_name)} | {
    "mon": 0,
    "tue": 1,
    "tues": 1,
    "thu": 3,
    "thur": 3,
    "thurs": 3,
    "fri": 4,
}
_NOW: Final = {"today": 0, "tonight": 0, "immediately": 0, "asap": 0, "tomorrow": 1, "tmrw": 1, "tomorow": 1}
_ORDINALS: Final = {
    name: n
    for n, name in enumerate(
        word_list(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ),
        start=1,
    )
} | {"thirtieth": 30}
_SUFFIX: Final = frozenset(("st", "nd", "rd", "th"))

Found = tuple[float, int]  # days from today (NaN where `today` is needed and not given), and the token after


def read_date(tokens: Tokens, i: int, today: datetime.date | None) -> Quantity | None:
    """The date that begins at token `i` or at a preposition there.

    value is NaN where the date cannot be placed (no `today`, no such day, or it is over).
    detail is "due" after by/before/until, else "weak": a day named in passing need not be an offer.
    """
    lead, before = word(tokens, i), word(tokens, i - 1)
    if before == "other" or before in ("last", "past", "every", "each", "since") or lead == "since":
        return None
    start = i + 1 if lead in _PREFIX else i
    found = (
        _near(tokens, start)
        or _end_of(tokens, start, today)
        or _this_or_next(tokens, start, today)
        or _written(tokens, start, today, prefixed=start > i and lead != "in")
    )
    if found is None:
        return None
    days, end = found
    if days < 0:
        days = math.nan
    weak = lead not in DUE and word(tokens, start + (word(tokens, start) == "the")) != "end"
    return Quantity("date", days, i, end, days, 1.0, 0.6 if weak else 0.8, "weak" if weak else "due")


def _near(tokens: Tokens, i: int) -> Found | None:
    """Days that need no calendar."""
    start = i + 1 if word(tokens, i) == "the" else i
    if tuple(word(tokens, start + k) for k in range(3)) == ("day", "after", "tomorrow"):
        return 2.0, start + 3
    if word(tokens, i) == "right" and word(tokens, i + 1) in ("now", "away"):
        return 0.0, i + 2
    name = word(tokens, i)
    return (float(_NOW[name]), i + 1) if name in _NOW else None


def _ahead(today: datetime.date | None, day: datetime.date | None) -> float:
    return math.nan if today is None or day is None else float((day - today).days)


def _month_later(day: datetime.date, months: int) -> tuple[int, int]:
    """Year and month `months` after that of `day`."""
    years, month = divmod(day.month - 1 + months, 12)
    return day.year + years, month + 1


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:  # 30 February, or beyond year 9999
        return None


def _last_day(year: int, month: int) -> datetime.date | None:
    return _day(year, month, calendar.monthrange(min(year, 9999), month)[1])


def _end_of(tokens: Tokens, i: int, today: datetime.date | None) -> Found | None:
    """Reads "(the) end / start / middle of (the / this / next) week / month / year / March"."""
    start = i + 1 if word(tokens, i) == "the" else i
    part = word(tokens, start)
    if part not in ("end", "beginning", "start", "middle") or word(tokens, start + 1) != "of":
        return None
    j = start + 2
    step = 1 if word(tokens, j) == "next" else 0
    if word(tokens, j) in ("the", "this", "next"):
        j += 1
    period = word(tokens, j)
    if period not in ("week", "month", "year") and period not in _MONTHS:
        return None
    if today is None:
        return math.nan, j + 1
    if period == "week":  # a working week: it ends on Friday
        friday = (4 - today.weekday()) % 7 + 7 * step
        return float(friday - {"end": 0, "middle": 2}.get(part, 4)), j + 1
    if period == "year":
        year = today.year + step
        target = {"end": _day(year, 12, 31), "middle": _day(year, 7, 1)}.get(part, _day(year, 1, 1))
        return _ahead(today, target), j + 1
    year, month = _month_later(today, step)
    if period in _MONTHS:
        year, month = today.year + (_MONTHS[period] < today.month), _MONTHS[period]
    target = {"end": _last_day(year, month), "middle": _day(year, month, 15)}.get(part, _day(year, month, 1))
    return _ahead(today, target), j + 1


def _this_or_next(tokens: Tokens, i: int, today: datetime.date | None) -> Found | None:
    """A bare or "this" Friday is the coming one, "next Friday" next week's; "next week" is in 7 days."""
    lead = word(tokens, i)
    j = i + 1 if lead in ("this", "next", "coming") else i
    name = word(tokens, j)
    if lead == "next" and name in ("week", "month"):
        return (7.0 if name == "week" else 30.0), j + 1
    if name not in _WEEKDAYS:
        return None
    if today is None:
        return math.nan, j + 1
    ahead = (_WEEKDAYS[name] - today.weekday()) % 7
    if lead == "next":
        ahead = _WEEKDAYS[name] - today.weekday() + 7
    return float(ahead or 7), j + 1


def _written(tokens: Tokens, i: int, today: datetime.date | None, *, prefixed: bool) -> Found | None:
    """Reads "2026-03-15", "March 3(rd)(, 2026)", "(the) 3(rd of) March", "the 15th (of next month)"."""
    iso = [word(tokens, i + k) for k in range(5)]
    if len(iso[0]) == 4 and iso[1] == iso[3] == "-" and all(x.isdecimal() and len(x) <= 4 for x in iso[::2]):
        return _ahead(today, _day(int(iso[0]), int(iso[2]), int(iso[4]))), i + 5
    if word(tokens, i) in _MONTHS:
        month, j = _MONTHS[word(tokens, i)], i + 1
        if word(tokens, j) in (".", "the"):
            j += 1
        number = _day_number(tokens, j)
        return None if number is None else _placed(tokens, today, month, number[0], number[1])
    start = i + 1 if word(tokens, i) == "the" else i
    number = _day_number(tokens, start)
    if number is None:
        return None
    day, j, ordinal = *number, word(tokens, number[1] - 1) in _SUFFIX or at(tokens, start).kind == "word"
    k = j + 1 if word(tokens, j) == "of" else j
    if word(tokens, k) in _MONTHS and (ordinal or word(tokens, k) not in ("may", "march")):
        return _placed(tokens, today, _MONTHS[word(tokens, k)], day, k + 1)
    step = 1 if word(tokens, k) == "next" else 0
    named = k > j and word(tokens, k) in ("this", "next", "the") and word(tokens, k + 1) == "month"
    alone = prefixed and (at(tokens, start).kind == "num" or sentence_ends(tokens, j))
    if not ordinal or not (named or alone):
        return None
    end = k + 2 if named else j
    if today is None:
        return math.nan, end
    if not named:
        step = int(day < today.day)
    return _ahead(today, _day(*_month_later(today, step), day)), end


def _day_number(tokens: Tokens, i: int) -> tuple[int, int] | None:
    """A day of the month ("3", "3rd", "third") and the token after it."""
    if word(tokens, i) in _ORDINALS:
        return _ORDINALS[word(tokens, i)], i + 1
    if word(tokens, i) in ("twenty", "thirty"):
        j = i + 2 if word(tokens, i + 1) == "-" else i + 1
        ones = _ORDINALS.get(word(tokens, j), 99)
        return ((20 if word(tokens, i) == "twenty" else 30) + ones, j + 1) if ones < 10 else None
    number = read_number(tokens, i) if at(tokens, i).kind == "num" else None
    if number is None or number.value % 1 or not 1 <= number.value <= 31 or number.end != i + 1:
        return None
    suffixed = touching(tokens, i + 1) and word(tokens, i + 1) in _SUFFIX
    return int(number.value), i + 2 if suffixed else i + 1


def _placed(tokens: Tokens, today: datetime.date | None, month: int, day: int, end: int) -> Found:
    """A day and month, with the year if it is written, else the next such day."""
    j = end + 1 if word(tokens, end) == "," else end
    if at(tokens, j).kind == "num" and len(word(tokens, j)) == 4 and word(tokens, j).isdecimal():
        return _ahead(today, _day(int(word(tokens, j)), month, day)), j + 1
    if today is None:
        return math.nan, end
    target = _day(today.year, month, day)
    if target is not None and target < today:
        target = _day(today.year + 1, month, day)
    return _ahead(today, target), end
