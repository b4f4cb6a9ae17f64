"""Words that fit the moment: what was done and felt, what was asked, and numbers that are read back."""

from __future__ import annotations

import re

import pytest
from test_words import OURS, Scenario, check_shape, sample

from emomas.speech.book import DOMAINS
from emomas.speech.moments import MOMENTS, POOLS, feeling, moment
from emomas.speech.quantity import speak_value
from emomas.speech.words import CONFIRMATIONS, Words


def test_a_moment_is_what_was_done_and_felt() -> None:
    table = {
        ("talk", None): "plain",
        ("offer", "surprise"): "plain",
        ("offer", "joy"): "up",
        ("accept", None): "up",
        ("reject", "joy"): "no",
        ("leave", None): "no",
        ("reject", "sadness"): "hurt",
        ("talk", "fear"): "hurt",
        ("plead", None): "hurt",
        ("offer", "anger"): "cross",
    }
    assert {key: moment((key[0],), key[1]) for key in table} == table
    assert set(POOLS) == set(MOMENTS) >= set(table.values())


def test_a_feeling_comes_from_the_words_and_else_from_the_belief() -> None:
    flat, sad = [1 / 7] * 7, [0.05, 0.3, 0.05, 0.3, 0.1, 0.05, 0.15]
    assert feeling(None, flat) is None
    assert feeling(None, sad) == "sadness"
    assert feeling([0.3, 0.3, 1.0, 0.3, 0.3, 0.3, 0.3], sad) == "anger"
    assert feeling([0.3, 0.3, 1.0, 0.3, 0.3, 0.95, 0.3], sad) == "sadness"  # no cue is ahead


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_question_is_answered_from_the_facts_or_not_at_all(domain: str) -> None:
    scenario = sample(domain)
    call: Scenario = {"act": "counter", "emotion": "joy", "phase": "opening", "offer": OURS[domain]}
    call |= {"their_offer": None, "turn": 1}
    words = Words(scenario, 0)
    assert "automated assistant" in words.agent_line(**call, asks=("identity",))
    assert re.search("machine|not a person|human", words.agent_line(**call, asks=("machine",)))
    risk = words.agent_line(**call, asks=("risk",))
    fact = scenario["facts"].get("risk") or scenario["facts"].get("hazard")
    assert (fact in risk) if fact else re.search("do not know|no answer|cannot tell", risk)
    bare = Words(sample(domain, facts=False), 0).agent_line(**call, asks=("risk",))
    assert re.search("do not know|no answer|cannot tell", bare)
    check_shape(bare)


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_number_is_read_back_in_the_words_of_its_domain(domain: str) -> None:
    words, plan = Words(sample(domain), 0), speak_value(OURS[domain], sample(domain)["quantity"]["unit"])
    call: Scenario = {"emotion": "joy", "phase": "opening", "offer": OURS[domain], "their_offer": None}
    for act in CONFIRMATIONS:
        lines = [words.agent_line(act=act, **call, turn=turn) for turn in range(15)]
        assert len(set(lines)) == 15
        assert all(plan in line for line in lines)
    with pytest.raises(ValueError, match="heard is"):
        words.agent_line(act="hold", **call, turn=1, heard="sideways")


@pytest.mark.parametrize("wrong", ["act", "emotion", "phase", "style", "offer"])
def test_a_wrong_call_is_refused(wrong: str) -> None:
    words = Words(sample("debt"), 0)
    call: Scenario = {"act": "hold", "emotion": "joy", "offer": 3, "turn": 1}
    change: Scenario = {wrong: None if wrong == "offer" else "other"}
    if wrong != "style":
        with pytest.raises(ValueError, match=f"{wrong} is"):
            words.agent_line(**{**call, "phase": "opening", "their_offer": 9, **change})
    if wrong != "phase":
        with pytest.raises(ValueError, match=f"{wrong} is"):
            words.counterpart_line(**{**call, "style": "victim", **change})


def test_an_acceptance_needs_a_number_and_takes_the_shared_one() -> None:
    call: Scenario = {"act": "accept", "emotion": "joy", "phase": "closing", "their_offer": None, "turn": 1}
    assert "3 days" in Words(sample("debt"), 0).agent_line(**call, offer=3)
    with pytest.raises(ValueError, match="their_offer is None"):
        Words(sample("debt"), 0).agent_line(**call, offer=None)
