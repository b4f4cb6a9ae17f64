"""Negotiation acts: a table of utterances with the acts they must and must not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emomas.perception import observe
from emomas.perception.acts import ACTS

# utterance, acts that must be found, acts that must not
TABLE: list[tuple[str, str, str]] = [
    ("ok deal", "accept", "reject"),
    ("Deal!", "accept", "reject"),
    ("I agree to that", "accept", "reject"),
    ("I agree.", "accept", ""),
    ("fine, let's do that", "accept", ""),
    ("Agreed, 45 days.", "accept offer", ""),
    ("That works for me", "accept", "reject"),
    ("sounds good", "accept", ""),
    ("Okay.", "accept", ""),
    ("yes, I accept your offer", "accept", ""),
    ("I'll take it", "accept", ""),
    ("you have a deal", "accept", ""),
    ("I can live with that", "accept", ""),
    ("Fair enough, thanks", "accept thank", ""),
    ("I agree it's hard, but 30 days is too short", "reject", "accept"),
    ("deal with it", "", "accept"),
    ("no deal", "reject", "accept"),
    ("I don't agree", "reject", "accept"),
    ("I can't agree to that", "reject", "accept"),
    ("that doesn't work for me", "reject", "accept"),
    ("Deal?", "ask", "accept"),
    ("do we have a deal?", "ask", "accept"),
    ("ok but not 30 days", "", "accept"),
    ("Fine. But I need more time.", "", "accept"),
    ("I agree if you make it 45 days", "offer", "accept"),
    ("that works for me if you make it 50 days", "offer", "accept"),
    ("sounds good but I need more time", "", "accept"),
    ("only if you throw in the fee is it a deal", "", "accept"),
    ("it's a big deal to me", "", "accept"),
    ("I'm fine, I guess", "", "accept"),
    ("That's not fine", "", "accept"),
    ("I would never accept that", "reject", "accept"),
    ("No way.", "reject", "accept"),
    ("No, that's too much", "reject", "accept"),
    ("I refuse", "reject", ""),
    ("I can't do 30", "reject", "offer accept"),
    ("30 days is impossible", "reject", "offer"),
    ("no thanks", "reject", "thank"),
    ("No problem, 45 days it is", "offer", "reject"),
    ("forget it", "reject", ""),
    ("I won't pay that", "reject", "accept"),
    ("absolutely not", "reject", ""),
    ("I can't wait to finish this", "", "reject"),
    ("How about 45 days?", "offer ask", "reject accept"),
    ("I can pay in 40 days", "offer", "reject"),
    ("What happens if I pay later?", "ask", "accept"),
    ("can you lower the fee", "ask", ""),
    ("why", "ask", ""),
    ("I lost my job in May", "disclose", "offer"),
    ("my daughter is in hospital", "disclose", ""),
    ("I have three kids to feed", "disclose", "offer"),
    ("I'm scared, my leg is stuck", "disclose", ""),
    ("I've been sick since January", "disclose", ""),
    ("I'll sue you", "threaten", ""),
    ("You will hear from my lawyer", "threaten", ""),
    ("give me 60 days or else", "threaten offer", ""),
    ("I'm going to report you to the regulator", "threaten", ""),
    ("you'll regret this", "threaten", ""),
    ("I'm not threatening anyone", "", "threaten"),
    ("I won't sue you", "", "threaten"),
    ("are you going to sue me?", "ask", "threaten"),
    ("Please help me, I'm begging you", "plead", ""),
    ("please, just give me 60 days", "plead offer", ""),
    ("have mercy", "plead", ""),
    ("yes please", "accept", "plead"),
    ("thank you so much", "thank", ""),
    ("I appreciate it", "thank", ""),
    ("thanks for nothing", "", "thank"),
    ("goodbye, we're done", "leave", "accept"),
    ("bye", "leave", ""),
    ("This conversation is over.", "leave", ""),
    ("I'm hanging up", "leave", ""),
    ("I'm done with my homework", "", "leave"),
    ("I'm not leaving", "", "leave"),
    ("done", "accept", "leave"),
    ("yes, exactly", "affirm", "reject"),
    ("stop", "stop", ""),
    ("STOP IT NOW", "stop", ""),
    ("please stop calling me", "stop", ""),
    ("leave me alone", "stop", "leave"),
    ("I want to talk to a human", "stop", ""),
    ("let me speak to a real person", "stop", ""),
    ("Can I talk to someone real please", "stop", ""),
    ("turn yourself off", "stop", ""),
    ("I can't stop crying", "", "stop"),
    ("don't stop now", "", "stop"),
    ("I'm at the bus stop", "", "stop"),
    ("I won't stop until you listen", "", "stop"),
    ("hello", "greet", ""),
    ("Good evening, I need help", "greet", ""),
    ("hi there, 30 days?", "greet offer", ""),
    ("I said hello yesterday", "", "greet"),
    ("", "", "accept reject offer ask disclose threaten plead thank leave greet stop"),
]


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 80
    assert set(ACTS) == {act for _, must, _ in TABLE for act in must.split()}  # every act is exercised


@pytest.mark.parametrize(("text", "must", "must_not"), TABLE)
def test_table(text: str, must: str, must_not: str) -> None:
    acts = observe(text, unit="days", reference=None).acts
    assert set(must.split()) <= set(acts), acts
    assert not set(must_not.split()) & set(acts), acts


@given(st.text(alphabet=st.characters()))
def test_acts_are_known_unique_and_in_order(text: str) -> None:
    acts = observe(text, unit="usd", reference=None).acts
    assert list(acts) == [act for act in ACTS if act in acts]


@given(st.sampled_from(["stop", "leave me alone", "talk to a human"]), st.text(max_size=60))
def test_stop_is_heard_after_anything_that_ends(phrase: str, before: str) -> None:
    assert "stop" in observe(f"{before}. {phrase}", unit="days", reference=None).acts
