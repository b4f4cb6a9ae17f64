"""What people type, and the offer it means: a table for each unit, written before the parser."""

from __future__ import annotations

import datetime

import pytest

from emomas.perception import UNITS, observe

TODAY = datetime.date(2026, 3, 2)  # a Monday

Row = tuple[str, float | None]

# fmt: off
DAYS: list[Row] = [
    ("30 days", 30), ("I need 30 days", 30), ("two weeks", 14), ("a fortnight", 14), ("a month", 30),
    ("in six weeks", 42), ("Give me a couple of weeks.", 14), ("a couple months please", 60),
    ("twenty one days", 21), ("twenty-one days", 21), ("a hundred and twenty days", 120),
    ("one hundred twenty-five days", 125), ("a week and a half", 10.5), ("half a year", 182.5),
    ("two and a half weeks", 17.5), ("1.5 months", 45), ("1½ weeks", 10.5), ("48 hours", 2),
    ("a 30-day plan", 30), ("30day plan", 30), ("45 business days", 45), ("three wks", 21), ("45", 45),
    ("make it forty", 40), ("How about 45?", 45), ("I can do 60, no sooner", 60), ("not 30 days, 45", 45),
    ("I can't do 30", None), ("I can't do 30 days. 45 is what I can manage.", 45),
    ("I said 30 days not 20", 30), ("45 instead of 30", 45), ("I'd rather have 60 days than 30", 60),
    ("30 days is too short, I need 60", 60), ("30 days? No way.", None), ("10 days is impossible", None),
    ("20 days won't work but 35 would", 35), ("I can't pay in 10 days", None),
    ("I don't think I can do 20 days", None), ("why not 30 days?", 30), ("can't you give me 45 days?", 45),
    ("Couldn't we say 40 days?", 40), ("no, I need 45 days", 45), ("no 45 days", 45),
    ("no less than 30 days", 30), ("I can't do less than 60 days", 60), ("not before 90 days", 90),
    ("45 days, no more", 45), ("30 days and not a day more", 30), ("30 days max", 30),
    ("at least 50 days", 50), ("You want 30 days but I need 90", 90), ("you said 20 days", None),
    ("your 30 days are a joke", None), ("I'm 30 days late, give me 60", 60),
    ("I lost my job 3 months ago", None), ("I've been waiting for 60 days", None),
    ("for the last two weeks I was ill", None), ("I have 2 kids and 3 jobs", None),
    ("I have 2 kids, I need 90 days", 90), ("I'm 16 and broke", None), ("I am 42 years old", None),
    ("my 16-year-old is ill; 40 days?", 40), ("we meet 3 times a day", None),
    ("I pay every two weeks", None), ("at 5 dollars an hour I can't pay $400 in 10 days", None),
    ("I can pay $1,200", None), ("in 40 days, all $400 of it", 40),
    ("I'm available 24/7", None), ("we could go 50/50", None), ("50% now", None), ("call me at 10:15", None),
    ("by the 15th", 13), ("by March 3", 1), ("on the 3rd of April", 32), ("March 20th works", 18),
    ("next Friday", 11), ("I'll pay on Friday", 4), ("end of the month", 29),
    ("by the end of next month", 59), ("tomorrow", 1), ("by January 5", 309), ("I'll pay you tomorrow", 1),
    ("my interview is tomorrow", None), ("2026-04-01", 30), ("two weeks from today", 14),
    ("a week from Friday", 11), ("the day after tomorrow", 2), ("next week", 7), ("one day at a time", None),
    ("have a nice day", None), ("no one told me", None), ("that one is better", None),
    ("FORTY FIVE DAYS!!!", 45), ("30 dias", None), ("fourty days", 40), ("ninety nine", 99),
    ("I owe 15700", None), ("-5 days", None), ("in 2024 I was fine", None),
    ("three hundred sixty five days", 365), ("seventy-five, or I walk", 75), ("30, no wait, 45", 45),
    ("sixty. Final offer.", 60), ("my friends all got 90 days", None), ("option 2", None), ("0 days", 0),
    ("thirty", 30), ("I don't need 60 days, 45 is enough", 45), ("two weeks' time", 14), ("a day or so", 1),
    ("I can’t do 30 days, I need “50 days”", 50), ("30 days is not too long", 30),
]

MINUTES: list[Row] = [
    ("an hour and a half", 90), ("half an hour", 30), ("45 min", 45), ("2h", 120), ("1h30", 90),
    ("a quarter of an hour", 15), ("three quarters of an hour", 45), ("one hour and twenty minutes", 80),
    ("1 hour 15 minutes", 75), ("1h 5m", 65), ("2 hrs", 120), ("ninety minutes", 90), ("a half hour", 30),
    ("about 20 mins", 20), ("two and a half hours", 150), ("hour and a half", 90), ("45", 45),
    ("I can hold on for 30 minutes", 30), ("I can't last 60 minutes", None),
    ("not an hour, 20 minutes!", 20), ("We need water in 15, hurry", 15), ("1.5 hours", 90), ("an hour", 60),
    ("120 seconds", 2), ("wait a minute", None), ("just a second", None),
    ("I have been here for 3 hours", None), ("in under 40 minutes", 40), ("two hours is too long", None),
    ("$50", None), ("There are 4 of us", None), ("We are 3 people, 2 hurt, 25 minutes is all we have", 25),
    ("you said 90 minutes", None), ("twenty-five minutes tops", 25), ("come by 10:15", None),
    ("30 minutes not 60", 30),
]

BEDTIME: list[Row] = [
    ("half past ten", 90), ("10:15", 75), ("quarter to eleven", 105), ("22:30", 90), ("11pm", 120),
    ("11 p.m.", 120), ("midnight", 180), ("half twelve", 210), ("half ten", 90), ("1 am", 240),
    ("one thirty", 270), ("ten past ten", 70), ("ten to eleven", 110), ("a quarter past nine", 15),
    ("twenty five to eleven", 95), ("ten thirty", 90), ("ten o'clock", 60), ("10 o clock", 60),
    ("at ten", 60), ("9", 0), ("8:30", -30), ("at 8", -60), ("until 12", 180), ("12:30", 210),
    ("00:15", 195), ("half past midnight", 210), ("quarter to midnight", 165),
    ("an hour after midnight", 240), ("1 in the morning", 240), ("ten at night", 60), ("10.30", 90),
    ("10h30", 90), ("1030pm", 90), ("10:30 PM please", 90), ("11ish", 120),
    ("I'm 16, let me stay up until 1", 240), ("I wake up at 7 so bed at 10", 60),
    ("school starts at 8", None), ("not 9, 10", 60), ("I can't sleep at 9", None),
    ("I'm not going to bed before 11", 120), ("I won't sleep at 9:30, 11 is fair", 120),
    ("30 minutes", None), ("I have 2 exams tomorrow", None), ("my friends stay up until 2", None),
    ("no later than 11", 120), ("ten forty-five", 105), ("ten oh five", 65), ("twelve thirty", 210),
    ("you said 9:30", None), ("how about 11?", 120), ("$5", None), ("5 past 11", 125), ("let's say 2", 300),
    ("bedtime at nine is for babies", 0), ("6pm", -180), ("noon", -540),
]

USD: list[Row] = [
    ("$1,200 a month", 1200), ("1.2k", 1200), ("two hundred bucks", 200), ("fifteen hundred dollars", 1500),
    ("€300", None), ("300 euros", None), ("£50", None), ("twenty quid", None), ("$300", 300), ("300$", 300),
    ("USD 450", 450), ("450 usd", 450), ("a grand", 1000), ("two grand", 2000), ("$1.5k", 1500),
    ("5k", 5000), ("$19.99", 19.99), ("fifty cents", 0.5), ("12 dollars and 50 cents", 12.5),
    ("a hundred bucks", 100), ("two thousand three hundred dollars", 2300), ("1,250", 1250),
    ("I can pay 300", 300), ("$2 million", 2e6), ("I can't pay $400", None), ("not $400, $250", 250),
    ("I owe $15,700 but can pay $400 a month", 400), ("I earn $2000 a month", None),
    ("my rent is $900, I can offer $150", 150), ("in 30 days", None),
    ("at 5 dollars an hour I can't pay $400 in 10 days", None), ("no more than $200", 200),
    ("$250 tops", 250), ("You asked for $500. I have offered $300.", 300), ("$500 is too much", None),
    ("a dollar", 1), ("I have 3 kids", None), ("half a million dollars", 500000), ("$50/month", 50),
    ("10%", None), ("one point two k", 1200), ("$ 75", 75), ("I'd go to six fifty dollars", 650),
]

# fmt: on
TABLE = [
    (unit, text, want)
    for unit, rows in zip(UNITS, (DAYS, MINUTES, BEDTIME, USD), strict=True)
    for text, want in rows
]


def value(text: str, unit: str, **more: object) -> float | None:
    offer = observe(text, unit=unit, today=TODAY, reference=None, **more).offer  # type: ignore[arg-type]
    return None if offer is None else offer.value


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 120


@pytest.mark.parametrize(("unit", "text", "want"), TABLE)
def test_table(unit: str, text: str, want: float | None) -> None:
    seen = observe(text, unit=unit, today=TODAY, reference=None)
    got = None if seen.offer is None else seen.offer.value
    assert got == (None if want is None else pytest.approx(want)), seen
    for offer in seen.offers:
        assert offer.text == text[offer.start : offer.end]
        assert offer.unit == unit
        assert 0.0 < offer.confidence <= 1.0


@pytest.mark.parametrize(
    ("unit", "text", "low", "high"),
    [
        ("days", "between 30 and 40 days", 30, 40),
        ("days", "30 or 40 days", 30, 40),
        ("days", "30-40 days", 30, 40),
        ("days", "thirty to forty days", 30, 40),
        ("days", "a week or two", 7, 14),
        ("days", "two to three weeks", 14, 21),
        ("usd", "$200-300", 200, 300),
        ("usd", "between 200 and 300 dollars", 200, 300),
        ("minutes", "10 to 15 minutes", 10, 15),
        ("minutes_past_21", "between 10 and 11pm", 60, 120),
        ("minutes_past_21", "10:00-10:30", 60, 90),
        ("minutes_past_21", "ten or half past ten", 60, 90),
    ],
)
def test_ranges(unit: str, text: str, low: float, high: float) -> None:
    both = observe(text, unit=unit, reference=None)
    assert [o.value for o in both.offers] == [low, high]
    assert max(o.confidence for o in both.offers) <= 0.5
    assert value(text, unit, direction="lower") == high  # the agent wants less, so the speaker means more
    assert value(text, unit, direction="higher") == low


@pytest.mark.parametrize(
    ("unit", "text", "reference", "want"),
    [
        ("days", "I need 10 more days", 30, 40),
        ("days", "another two weeks", 30, 44),
        ("days", "an extra week please", 20, 27),
        ("days", "a week longer", 20, 27),
        ("days", "5 days less", 30, 25),
        ("days", "three days sooner", 30, 27),
        ("minutes", "five more minutes", 60, 65),
        ("minutes_past_21", "half an hour later", 60, 90),
        ("minutes_past_21", "30 minutes earlier", 60, 30),
        ("minutes_past_21", "just another hour", 0, 60),
        ("usd", "$50 more", 200, 250),
        ("usd", "$50 less", 200, 150),
    ],
)
def test_relative_to_the_number_on_the_table(unit: str, text: str, reference: float, want: float) -> None:
    offer = observe(text, unit=unit, reference=reference).offer
    assert offer is not None
    assert offer.value == want
    bare = observe(text, unit=unit, reference=None)
    assert bare.offer is None
    assert any(cue.startswith("relative:") for cue in bare.cues)


@pytest.mark.parametrize(
    ("unit", "text", "cue"),
    [
        ("days", "I can pay $1,200", "money:1200"),
        ("days", "by the 15th", "date:by the 15th"),
        ("usd", "€300", "currency:EUR:300"),
        ("usd", "in 30 days", "duration:43200min"),
        ("days", "I can't do 30", "rejected:30"),
        ("days", "you said 20 days", "quoted:20"),
        ("minutes_past_21", "30 minutes", "duration:30min"),
        ("minutes", "come by 10:15", "clock:75"),
        ("days", "50% now", "percent:50"),
        ("days", "at least 50 days", "bound:50"),
    ],
)
def test_what_is_no_offer_is_still_told(unit: str, text: str, cue: str) -> None:
    assert cue in observe(text, unit=unit, reference=None).cues


@pytest.mark.parametrize("text", ["by the 15th", "next Friday", "by March 3", "end of the month"])
def test_dates_need_a_calendar(text: str) -> None:
    assert observe(text, unit="days", today=TODAY).offer is not None
    assert observe(text, unit="days", today=None).offer is None
    assert any(cue.startswith("date:") for cue in observe(text, unit="days", today=None).cues)


def test_bare_numbers_count_for_less() -> None:
    plain, named = (observe(t, unit="days", reference=None).offer for t in ("45", "45 days"))
    assert plain is not None
    assert named is not None
    assert plain.confidence < named.confidence


def test_far_from_the_reference_counts_for_less() -> None:
    near, far = (observe("4500 days", unit="days", reference=r).offer for r in (4000.0, 40.0))
    assert near is not None
    assert far is not None
    assert far.confidence < near.confidence


@pytest.mark.parametrize("bad", [{"unit": "stones"}, {"unit": "days", "direction": "up"}])
def test_wrong_arguments_are_named(bad: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(reversed(bad.values()))):
        observe("30 days", reference=None, **bad)  # type: ignore[arg-type]
