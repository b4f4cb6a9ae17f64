"""The scan: every number of an utterance with its dimension, left to right, the longest reading first."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from emomas.perception.clock import past_21, read_clock
from emomas.perception.dates import read_date
from emomas.perception.durations import read_duration
from emomas.perception.money import bare_rate, read_money, six_fifty
from emomas.perception.numerals import read_number
from emomas.perception.quantity import MINUTES_PER_DAY, Quantity, Span
from emomas.perception.tokens import Tokens, at, touching, word, word_set

# A bare number counts only before one of these: "45 please" is an offer, "2 kids" is not.
_MAY_FOLLOW: Final = word_set(
    "and or but not is isn't would will won't works work should could can can't cannot max maximum min "
    "minimum tops at please plz pls then for if to instead from because as so ok okay sounds seems was were "
    "i you we it that it's that's which total flat sharp latest earliest only just now today tomorrow "
    "tonight by until till in on with final firm thanks thank maybe right deal dude man bro sir too good "
    "fine great fair best no yes yeah hurry though still even either again than wait sorry actually rather "
    "vs i'm i'll i'd we'd we'll let's how what when like there here enough impossible unless while "
    "yesterday cash altogether together since minus plus up upfront between doesn't don't may might more "
    "less he she they this my your the ? isnt wont cant dont im ill id or maybe about"
)
_LABELS: Final = word_set(
    "i'm im age aged number option room chapter grade step page case plan route bus flight covid question "
    "point class level version he's she's turned turning turn no. nr phase model apartment apt flat gate "
    "line he she day times since"
)
_PEOPLE: Final = word_set(
    "he she they son daughter mother father mom mum dad brother sister kid child boy girl wife husband who i"
)
_ONE_AFTER: Final = word_set("at until till til to by before say about past around between or")
_JOINS: Final = frozenset(("-", "to", "or", "till", "til"))


def scan(tokens: Tokens, unit: str, today: datetime.date | None) -> list[Quantity | Span]:
    """Every quantity of the utterance in order; ranges ("30 or 40 days") come as one `Span`.

    unit: the scenario's; it decides whether "ten thirty" may be a time. Linear in the tokens, since each
    grammar reads a bounded number of them.
    """
    return list(_ranges(tokens, list(_elliptic(_combined(tokens, _singles(tokens, unit, today))))))


def _singles(tokens: Tokens, unit: str, today: datetime.date | None) -> Iterator[Quantity]:
    clock_talk, i = unit == "minutes_past_21", 0
    while i < len(tokens):
        found = [
            q
            for q in (
                # Times before durations where the talk is of bedtimes: there "10h30" is a time.
                read_clock(tokens, i, bare=True) if clock_talk else None,
                read_duration(tokens, i),
                None if clock_talk else read_clock(tokens, i, bare=False),
                read_money(tokens, i),
                read_date(tokens, i, today),
                _bare(tokens, i, unit),
            )
            if q is not None
        ]
        if not found:
            i += 1
            continue
        best = max(found, key=lambda q: q.last)  # the first of equals: the order above is the order of trust
        if best.kind != "skip" and not _negative(tokens, i):
            yield best
        i = max(best.last, i + 1)


def _bare(tokens: Tokens, i: int, unit: str) -> Quantity | None:
    """A number without a unit; kind "skip" where its surroundings say it counts something else."""
    number = (six_fifty(tokens, i) if unit == "usd" else None) or read_number(tokens, i)
    if number is None:
        return None
    end, first = number.end, at(tokens, i)
    plain = Quantity("bare", number.value, i, end, number.value, 1.0, 0.6)
    if word(tokens, end) in ("%", "percent"):
        return replace(plain, kind="other", last=end + 1, detail="percent")
    rated, after = bare_rate(tokens, end)
    if rated:
        return replace(plain, last=after, detail="rate")
    skip = replace(plain, kind="skip")
    before, following = word(tokens, i - 1), at(tokens, end)
    if number.form == "vague" or before in ("#", "/", "@") or following.text in ("/", ":", "@", "+", "*"):
        return skip
    if before == ":" and touching(tokens, i) and touching(tokens, i - 1):
        return skip  # 25:00 is no time, and no 0 either
    if first.text == "one" and end == i + 1 and before not in _ONE_AFTER:
        return skip  # "that one", "no one"
    if before in _LABELS or (before in ("is", "was", "am", "are") and word(tokens, i - 2) in _PEOPLE):
        return skip
    if before in ("in", "since") and first.kind == "num" and 1900 <= number.value <= 2100:
        return skip
    if following.text == "-" and touching(tokens, end) and at(tokens, end + 1).kind == "word":
        return plain if read_number(tokens, end + 1) else skip  # "30-something", but "thirty-forty"
    if following.kind == "word" and (touching(tokens, end) or following.text not in _MAY_FOLLOW):
        return plain if read_number(tokens, end) else skip
    return plain


def _negative(tokens: Tokens, i: int) -> bool:
    """Whether a minus sign stands before token `i`; a negative amount is no offer."""
    return word(tokens, i - 1) == "-" and touching(tokens, i) and not touching(tokens, i - 1)


def _adjacent(tokens: Tokens, a: Quantity, b: Quantity) -> str | None:
    """The single word between two quantities, "" if they touch, None if they are further apart."""
    gap = b.first - a.last
    return word(tokens, a.last) if gap == 1 else "" if gap == 0 else None


def _combined(tokens: Tokens, found: Iterable[Quantity]) -> Iterator[Quantity]:
    """Joins a duration to the point it is counted from: "a week from Friday", "an hour after midnight"."""
    held: Quantity | None = None
    for q in found:
        if held is not None:
            link = _adjacent(tokens, held, q)
            if (
                held.kind == "duration"
                and q.kind == "date"
                and (link in ("from", "after") or (link == "" and word(tokens, q.first) == "from"))
            ):
                days = q.value + held.value / MINUTES_PER_DAY
                held = replace(q, value=days, first=held.first, detail="due")
                continue
            if held.kind == "duration" and q.kind == "clock" and link in ("after", "past", "before"):
                shift = -held.value if link == "before" else held.value
                held = replace(q, value=q.value + shift, first=held.first)
                continue
            yield held
        held = q
    if held is not None:
        yield held


def _elliptic(found: Iterable[Quantity]) -> Iterator[Quantity]:
    """Lends the unit to "maybe three" in "two weeks, maybe three"; a bare 45 after "two weeks" stays bare."""
    last: Quantity | None = None
    for q in found:
        if q.kind == "duration" and not q.relative:
            last = q
        elif q.kind == "bare" and last is not None and last.number / 3 <= q.number <= last.number * 3:
            q = replace(_lend(last, q), confidence=0.5)
        yield q


def _ranges(tokens: Tokens, found: list[Quantity]) -> Iterator[Quantity | Span]:
    i = 0
    while i < len(found):
        a = found[i]
        b = found[i + 1] if i + 1 < len(found) else None
        joined = None if b is None else _span(tokens, a, b)
        if joined is not None:
            yield joined
            i += 2
        else:
            yield a
            i += 1


def _span(tokens: Tokens, a: Quantity, b: Quantity) -> Span | None:
    link = _adjacent(tokens, a, b)
    between = link == "and" and word(tokens, a.first - 1) == "between"
    if not (link in _JOINS or between) or b.relative:
        return None
    if a.kind == "bare" and b.kind != "bare":
        a = _lend(b, a)
    elif b.kind == "bare" and a.kind != "bare":
        b = _lend(a, b)
    if a.kind != b.kind or a.kind not in ("duration", "clock", "money", "bare") or a.relative:
        return None
    return Span(a, b)


def _lend(unit: Quantity, bare: Quantity) -> Quantity:
    """`bare` with the dimension of `unit`."""
    if unit.kind == "clock":
        value = past_21(int(bare.number), 0, unit.detail) if bare.number % 1 == 0 else None
        return bare if value is None else replace(bare, kind="clock", value=value, detail=unit.detail)
    if unit.kind in ("duration", "money"):
        value = bare.number * unit.factor
        return replace(bare, kind=unit.kind, value=value, factor=unit.factor, detail=unit.detail)
    return bare


def in_unit(q: Quantity, unit: str) -> float | None:
    """The value of `q` in the scenario's `unit`, or None where it is of another dimension."""
    if unit == "days":
        if q.kind == "duration" and (q.factor >= MINUTES_PER_DAY or q.value >= MINUTES_PER_DAY / 2):
            return round(q.value / MINUTES_PER_DAY, 6)  # "in an hour" is about a call, not about a plan
        if q.kind == "date" and q.value == q.value:
            return q.value
    elif unit == "minutes":
        if q.kind == "duration" and q.factor <= MINUTES_PER_DAY:
            return round(q.value, 6)
    elif unit == "minutes_past_21":
        if q.kind == "clock":
            return q.value
        if q.kind == "duration" and q.relative:
            return round(q.value, 6)
        if q.kind == "bare" and q.number % 1 == 0 and q.detail != "rate":
            return past_21(int(q.number))
        return None
    elif q.kind == "money" or (q.kind == "bare" and q.detail == "rate"):
        return round(q.value, 6)
    return q.value if q.kind == "bare" and q.detail != "rate" else None
