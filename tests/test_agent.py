"""A conversation in words."""

from datetime import date

import pytest

import emomas
from emomas.library import DOMAINS

FIRST = {domain: emomas.scenario_ids(domain)[0] for domain in DOMAINS}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_conversation_in_every_domain(domain):
    agent = emomas.Agent(FIRST[domain], seed=3)
    reply = agent.open()
    assert reply.act == "open"
    for text in ["I don't know about that.", "That is hard for me!", "no way"]:
        reply = agent.reply(text)
        assert reply.text
        assert reply.emotion in emomas._native.EMOTIONS
        assert all(-1 <= x <= 1 for x in reply.vad)
        assert not reply.closed
    offered = reply.offer
    reply = agent.reply("ok, deal")
    assert (reply.act, reply.closed, reply.deal) == ("accept", True, offered)
    with pytest.raises(emomas.ObservationError) as caught:
        agent.reply("wait")
    assert caught.value.code == "closed"


def test_dates_are_read_from_today():
    agent = emomas.Agent("debt-roofer-winter", today=date(2026, 11, 1))
    agent.open()
    heard = agent.observe("I can pay by the 15th")
    assert heard.offer.value == 14
    assert agent.decide().act == "accept"
    assert agent.deal == 14


def test_numbers_move_the_negotiation():
    agent = emomas.Agent("debt-roofer-winter", seed=1)
    agent.open()
    assert agent.reply("20 days is what I can do").act == "accept"
    assert agent.deal == 20


@pytest.mark.parametrize("text", ["stop", "goodbye, we're done here", "leave me alone"])
def test_leaving_ends_it_without_a_deal(text):
    agent = emomas.Agent("debt-roofer-winter")
    agent.open()
    reply = agent.reply(text)
    assert (reply.act, reply.closed, reply.deal) == ("walk_away", True, None)


@pytest.mark.parametrize(
    "text", ["", " ", "🙂🙂🙂", "asdf qwer", "x" * 10_000, "\x00", "\ud800", "مرحبا", "1e999 days", "-5 days"]
)
def test_nonsense_is_answered(text):
    agent = emomas.Agent("debt-roofer-winter", seed=2)
    agent.open()
    reply = agent.reply(text)
    assert reply.text
    assert reply.offer is None or 14 <= reply.offer <= 60 or reply.act == "accept"


def test_evidence_and_acts_overrule_the_words():
    agent = emomas.Agent("debt-roofer-winter", seed=2)
    agent.open()
    afraid = emomas.Evidence.likelihood([0.05, 0.1, 0.05, 1.0, 0.1, 0.05, 0.1], channel=0)
    agent.observe("hm", evidence=[afraid, afraid], act="talk", offer=100.0, time_s=9.5)
    before = agent.core.emotion_belief[3]
    decision = agent.decide().decision
    assert agent.core.emotion_belief[3] > before
    assert decision.emotion_belief[3] == agent.core.emotion_belief[3]


def test_an_expert_of_ones_own_joins():
    def surprised(agent):
        assert agent.core.turn >= 0
        return [0, 0, 0, 0, 1, 0, 0]

    agent = emomas.Agent("debt-roofer-winter", policy=["external"], experts=[], seed=1)
    with pytest.raises(emomas.ObservationError, match="external"):
        agent.open()
    agent = emomas.Agent("debt-roofer-winter", experts=[surprised], seed=1)
    assert agent.core.experts == ["game", "rl", "coherence", "external"]
    assert agent.open().decision.proposals[3][4] == 1


def test_what_was_learned_is_saved_whole(tmp_path):
    agent = emomas.Agent("debt-roofer-winter", seed=1)
    agent.open()
    agent.reply("never")
    agent.close(None)
    path = tmp_path / "learned"
    agent.save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["learned"]
    other = emomas.Agent("debt-roofer-winter", seed=1)
    other.load(path)
    assert other.core.q_table() == agent.core.q_table()
    assert other.core.turn == 0
    assert other.open().act == "open"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(emomas.SnapshotError) as caught:
        other.load(path)
    assert caught.value.code == "snapshot_length"


def test_the_next_conversation_goes_on_with_what_was_learned():
    agent = emomas.Agent("debt-roofer-winter", seed=1)
    agent.open()
    agent.reply("I could do it in 20 days")
    table = agent.core.q_table()
    agent.begin("debt-nurse-night-shifts")
    assert agent.scenario.id == "debt-nurse-night-shifts"
    assert agent.core.q_table() == table
    assert agent.open().text


def test_turns_run_out():
    agent = emomas.Agent("sleep-novel-lamp", seed=1)
    agent.open()
    for _ in range(agent.scenario.deadline_turns - 1):
        reply = agent.reply("no")
    assert not reply.closed or reply.act == "walk_away"
    if not reply.closed:
        with pytest.raises(emomas.ObservationError) as caught:
            agent.reply("no")
        assert caught.value.code == "deadline"


def test_the_same_seed_says_the_same_words():
    def transcript():
        agent = emomas.Agent("surgery-hip-gardener", seed=6)
        return [agent.open().text] + [
            agent.reply(t).text for t in ["too late", "two weeks?", "30 days", "hm"]
        ]

    assert transcript() == transcript()
