"""Whatever way a value is written, it is read back; and no string whatever raises or takes long."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emomas.perception import UNITS, Offer, TextObservation, observe
from emomas.perception.tokens import MAX_CHARS

TODAY = datetime.date(2026, 3, 2)
Spell = Callable[[int], str]


def value(text: str, unit: str) -> float | None:
    offer = observe(text, unit=unit, today=TODAY).offer
    return None if offer is None else offer.value


# fmt: off
ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# fmt: on


def words(n: int, joiner: str = " ", link: str = " and ") -> str:
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (joiner + ONES[n % 10] if n % 10 else "")
    if n < 1000:
        return ONES[n // 100] + " hundred" + (link + words(n % 100, joiner, link) if n % 100 else "")
    rest = n % 1000
    return words(n // 1000, joiner, link) + " thousand" + (" " + words(rest, joiner, link) if rest else "")


def digits(n: int) -> str:
    return str(n)


spell = st.sampled_from(
    [digits, words, lambda n: words(n, "-"), lambda n: words(n, " ", " "), lambda n: words(n).upper()]
)
frame = st.sampled_from(["{}", "I need {}", "ok, {} then", "How about {}?", "Not today. {}!", "{} please 🙏"])


@given(v=st.integers(0, 999), spell=spell, frame=frame, unit=st.sampled_from(["days", "day", "d"]))
def test_every_rendering_of_days(v: int, spell: Spell, frame: str, unit: str) -> None:
    text = frame.format(f"{spell(v)} {unit}")
    assert value(text, "days") == v, text


@given(
    v=st.integers(2, 50),
    spell=spell,
    frame=frame,
    unit=st.sampled_from([("weeks", 7), ("wks", 7), ("months", 30), ("fortnights", 14)]),
)
def test_every_rendering_of_weeks_and_months(v: int, spell: Spell, frame: str, unit: tuple[str, int]) -> None:
    text = frame.format(f"{spell(v)} {unit[0]}")
    assert value(text, "days") == v * unit[1], text


@given(
    h=st.integers(1, 12),
    m=st.integers(1, 59),
    spell=spell,
    frame=frame,
    shape=st.sampled_from(["{h} hours and {m} minutes", "{h} hrs {m} mins", "{h} hours, {m} min"]),
)
def test_every_rendering_of_hours_and_minutes(h: int, m: int, spell: Spell, frame: str, shape: str) -> None:
    text = frame.format(shape.format(h=spell(h), m=spell(m)))
    assert value(text, "minutes") == 60 * h + m, text


@given(v=st.integers(0, 2000), spell=spell, frame=frame, unit=st.sampled_from(["minutes", "mins", "min"]))
def test_every_rendering_of_minutes(v: int, spell: Spell, frame: str, unit: str) -> None:
    text = frame.format(f"{spell(v)} {unit}")
    assert value(text, "minutes") == v, text


def clock_texts(v: int) -> list[str]:
    """The ways to write the time `v` minutes past 21:00, for 17:00 <= time <= 04:59."""
    hour, minute = divmod((21 * 60 + v) % 1440, 60)
    h12, half = hour % 12 or 12, "am" if hour < 12 else "pm"
    forms = [
        f"{hour:02d}:{minute:02d}",
        f"{h12}:{minute:02d}",
        f"{h12}:{minute:02d}{half}",
        f"{h12}.{minute:02d} {half}",
        f"{hour}h{minute:02d}",
    ]
    after = words(h12 % 12 + 1)
    if minute == 0:
        forms += [f"{h12} {half}", f"{words(h12)} o'clock", f"{h12}{half}", f"at {words(h12)}", f"{h12}"]
    if minute == 15:
        forms += [f"quarter past {words(h12)}", f"a quarter after {h12}"]
    if minute == 30:
        forms += [f"half past {words(h12)}", f"half {words(h12)}"]
    if minute == 45:
        forms += [f"quarter to {after}", f"a quarter to {after}"]
    if minute >= 10:
        forms += [f"{words(h12)} {words(minute)}", f"{words(h12)} {words(minute, '-')} {half}"]
    if 0 < minute < 30:
        forms += [f"{words(minute)} past {words(h12)}", f"{minute} minutes past {h12}"]
    if minute > 30:
        forms += [f"{words(60 - minute)} to {after}", f"{words(60 - minute, '-')} minutes to {after}"]
    if v == 180:
        forms += ["midnight", "12", "12 am"]
    return forms


@pytest.mark.parametrize("v", range(-240, 480))
def test_every_rendering_of_a_bedtime(v: int) -> None:
    for text in clock_texts(v):
        for frame_ in ("{}", "let me stay up until {}", "Not now. {}!"):
            shown = frame_.format(text.removeprefix("at ") if "until" in frame_ else text)
            assert value(shown, "minutes_past_21") == v, shown


@given(
    v=st.integers(1, 99_999),
    spell=spell,
    frame=frame,
    shape=st.sampled_from(["{} dollars", "{} bucks", "{} usd", "{} dollars a month"]),
)
def test_every_rendering_of_dollars(v: int, spell: Spell, frame: str, shape: str) -> None:
    text = frame.format(shape.format(spell(v)))
    assert value(text, "usd") == v, text


@given(
    cents=st.integers(1, 9_999_999),
    frame=frame,
    shape=st.sampled_from(["${:,.2f}", "$ {:.2f}", "{:,.2f} dollars", "{:.2f}$", "${:,.2f} per month"]),
)
def test_every_rendering_of_cents(cents: int, frame: str, shape: str) -> None:
    text = frame.format(shape.format(cents / 100))
    assert value(text, "usd") == pytest.approx(cents / 100), text


@given(v=st.integers(0, 400))
def test_every_date(v: int) -> None:
    day = TODAY + datetime.timedelta(days=v)
    month = day.strftime("%B")
    by, on = f"by {month} {day.day}, {day.year}", f"on the {day.day}th of {month} {day.year}"
    for text in (day.isoformat(), by, on):
        assert value(text, "days") == v, text


SCRAPS = (
    "30 days hundred and half past ten to - $ € . , ? not no a an of by the 15th march between or k : / pm "
    "quarter ½ \ud800 \0 \u202e 😀 next friday end month 99999999999 more another later is too can't you "
    "said 1e999 ٣٠"
)
scrap = st.one_of(
    st.text(),
    st.text(alphabet=st.characters()),  # lone surrogates too
    st.lists(
        st.sampled_from(SCRAPS.split(" ")),
        max_size=40,
    ).map(" ".join),
)


@settings(max_examples=400)
@given(
    text=scrap,
    unit=st.sampled_from(UNITS),
    reference=st.none() | st.floats(0, 1e6),
    today=st.none() | st.dates(),
    direction=st.sampled_from([None, "lower", "higher"]),
)
def test_never_raises(
    text: str, unit: str, reference: float | None, today: datetime.date | None, direction: str | None
) -> None:
    seen = observe(text, unit=unit, today=today, direction=direction, reference=reference)
    assert isinstance(seen, TextObservation)
    assert 0.0 <= seen.quality <= 0.4
    for offer in seen.offers:
        assert isinstance(offer, Offer)
        assert offer.text == text[offer.start : offer.end]
        assert abs(offer.value) < 1e12
    if seen.emotions is not None:
        assert len(seen.emotions) == 7
        assert max(seen.emotions) == 1.0
        assert min(seen.emotions) > 0.049


HUGE = "9" * 400
ODD = ["", HUGE, f"${HUGE} or 1e9", f"{HUGE} days", f"{HUGE} weeks or 3", ".5" * 500, "²³"]
ODD += [" ", "\0", "\ud800", "😀" * 50, "مرحبا ٣٠", "\u202e30 days", "x" * 10_000]


@pytest.mark.parametrize("text", ODD)
def test_odd_strings(text: str) -> None:
    for unit in UNITS:
        observe(text, unit=unit, reference=None)


def test_beyond_the_cap_nothing_is_read_and_quality_falls() -> None:
    glad = "I am glad. "
    whole, cut = (observe(glad * times + "45 days", unit="days") for times in (100, MAX_CHARS))
    assert whole.offer is not None
    assert cut.offer is None
    assert "truncated" in cut.cues
    assert cut.quality == pytest.approx(whole.quality / 2)


# fmt: off
BOMBS = (
    "9", "1,", "a ", "ten to ", "30 days or ", "hundred and ", "not ", "half past ", "(", "' ", "- ", "1 or ",
    "\n", "between 1 and ", "very ", "$", "more ", "no ", "ok ", "i can't ", "i have been ", "will you stop ",
    "😀", "a.m",
)
# fmt: on


def calls(bomb: str, chars: int, unit: str) -> int:
    """Calls made to read `chars` characters of a repeated text: work that no other process disturbs."""
    count = 0

    def note(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    text = (bomb * chars)[:chars]
    sys.setprofile(note)
    try:
        observe(text, unit=unit, today=TODAY, reference=30.0)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", ["days", "minutes_past_21"])
@pytest.mark.parametrize("bomb", BOMBS)
def test_work_is_linear_below_the_cap_and_does_not_grow_beyond_it(bomb: str, unit: str) -> None:
    half = calls(bomb, MAX_CHARS // 2, unit)
    assert half < 2.5 * calls(bomb, MAX_CHARS // 4, unit) + 200
    assert calls(bomb, 100_000, unit) < 2.5 * half + 200
