"""Nothing that only sounds like a deal may count as one.

Offers and yeses together, before the rules on commitment: precision .28 on `A` and .41 on `B`; after: 1.00 on
`A`, .76 on `B` at first meeting and 1.00 once mended for; recall .94 and 1.00 before, 1.00 and 1.00 after. Of
`MEANT_FOR_NOTHING`, the agent closed 17 of the first 55 and 3 of the other 43 at first meeting. All sets were
mended for, so as tests they guard what is known.
"""

from __future__ import annotations

import pytest
from adversarial import MEANT_FOR_NOTHING, TODAY, A, B, Row

from emomas import Agent, load_scenario
from emomas.hearing import plausible
from emomas.perception import observe
from emomas.perception.commitment import DOUBTS

SCENARIOS = {
    "debt": load_scenario("debt-roofer-winter"),
    "surgery": load_scenario("surgery-bypass-wedding"),
    "disaster": load_scenario("disaster-quake-stairwell"),
    "sleep": load_scenario("sleep-cello-audition"),
}


@pytest.mark.parametrize("row", A + B, ids=lambda row: row[1])
def test_only_what_is_meant_counts(row: Row) -> None:
    domain, text, want, accepts = row
    scenario = SCENARIOS[domain]
    seen = observe(
        text,
        unit=scenario.unit,
        today=TODAY,
        direction=scenario.direction,
        reference=scenario.agent_target,
        plausible=plausible(scenario),
    )
    clear = "accept" in seen.acts and "accept:mild" not in seen.cues
    assert (None if seen.offer is None else seen.offer.value, clear) == (want, accepts), seen


@pytest.mark.parametrize(("domain", "text"), MEANT_FOR_NOTHING)
def test_nothing_closes_that_was_not_meant(domain: str, text: str) -> None:
    agent = Agent(SCENARIOS[domain], seed=1, today=TODAY)
    agent.open()
    assert agent.reply(text).deal is None


@pytest.mark.parametrize("row", A + B, ids=lambda row: row[1])
def test_a_deal_is_closed_at_once_or_after_a_yes_or_was_not_meant(row: Row) -> None:
    domain, text, want, accepts = row
    agent = Agent(SCENARIOS[domain], seed=1, today=TODAY)
    standing = agent.open().offer
    reply = agent.reply(text)
    meant = standing if accepts else want
    if meant is None:
        assert reply.deal is None
    elif reply.act == "confirm":
        deal = agent.reply("yes").deal
        # A confirmed offer is an offer like any other: the agent may take it or make its own.
        assert deal == meant or (deal is None and agent._their_offer == meant and not accepts)
    else:
        assert reply.deal in (None, meant)


def test_there_are_lines_enough_in_every_domain() -> None:
    rows = A + B
    assert len({text for _, text, _, _ in rows}) == len(rows) >= 150
    assert all(sum(row[0] == domain for row in rows) >= 15 for domain in SCENARIOS)
    assert sum(want is not None or accepts for _, _, want, accepts in rows) >= 40


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("I can pay in 20 days", ""),
        ("Could you give me 20 days?", ""),
        ("20 days if that's okay", ""),
        ("20 days, just kidding", "withdrawn"),
        ("yeah right, 20 days", "ironic"),
        ("is 20 days normal?", "asked"),
        ("I was ill for 20 days", "past"),
        ("my wife got 20 days", "past"),
        ("my wife needs 20 days", "others"),
        ("if it rains, 20 days", "conditional"),
        ("half of it in 20 days", "partial"),
        ("counting to 20 days", "unclear"),
    ],
)
def test_a_doubt_has_a_name(text: str, doubt: str) -> None:
    (offer,) = observe(text, unit="days").offers
    assert (offer.doubt, offer.sure) == (doubt, not doubt)
    assert doubt in ("", *DOUBTS)


def test_a_maybe_counts_for_less() -> None:
    plain, hedged = (observe(text, unit="days").offer for text in ("20 days", "maybe 20 days"))
    assert plain is not None
    assert hedged is not None
    assert hedged.confidence < plain.confidence


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 200 days", 1200),
        ("1\u202f200 days", 1200),
        ("1e2 days", 100),
        ("10 200 days", 10_200),
        ("30 45 days", 45),
    ],
)
def test_a_number_is_read_whole(text: str, value: float) -> None:
    assert observe(text, unit="days").offers[-1].value == value


@pytest.mark.parametrize("text", ["25:00", "10:75", "99:99"])
def test_what_is_no_time_is_nothing(text: str) -> None:
    assert not observe(text, unit="minutes_past_21").offers


def test_implausible_numbers_are_told_and_no_offers() -> None:
    seen = observe("700 days", unit="days", plausible=(1.0, 480.0))
    assert not seen.offers
    assert "implausible:700" in seen.cues


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("who are you?", "identity"),
        ("who am I talking to", "identity"),
        ("are you a robot?", "machine"),
        ("Is this a real person?", "machine"),
        ("what is the risk?", "risk"),
        ("What about the risk?", "risk"),
        ("who would do the operation", "surgeon"),
        ("is anybody coming?", "rescue"),
        ("how much do I owe?", "balance"),
        ("what can you offer me?", "option"),
        ("who are you to tell me this, are you a machine?", "machine identity"),
        ("why?", ""),
        ("what are you doing", ""),
        ("I know who you are", ""),
    ],
)
def test_what_is_asked(text: str, asks: str) -> None:
    assert observe(text, unit="days").asks == tuple(asks.split())


@pytest.mark.parametrize(
    ("text", "affirms"),
    [
        ("yes", True),
        ("Yes, that's right.", True),
        ("correct", True),
        ("Right.", True),
        ("ok", True),
        ("sure, sure", False),
        ("yes?", False),
        ("yes but", False),
        ("yes I heard you", False),
        ("no", False),
        ("", False),
    ],
)
def test_a_clear_yes_to_a_question(text: str, affirms: bool) -> None:
    assert ("affirm" in observe(text, unit="days").acts) is affirms
