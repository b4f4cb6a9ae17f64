"""A conversation in words."""

import json
import re
from datetime import date
from pathlib import Path

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


# Nothing closes that was not meant


def said(agent, *texts):
    """The agent's last reply after these utterances."""
    for text in texts:
        reply = agent.reply(text)
    return reply


def opened(name="debt-roofer-winter", **more):
    agent = emomas.Agent(name, seed=1, today=date(2026, 11, 24), **more)
    agent.open()
    return agent


@pytest.mark.parametrize(
    "text",
    [
        "I was in hospital for 10 days",
        "My neighbour got 20 days",
        "if my client pays me maybe in 20 days",
        "I can pay 500 dollars in 10 days, the rest I don't know",
        "half of it by the 15th and the rest later",
        "0 days",
        "1 200 days",
        "sure, sure. And who are you again?",
        "right.",
        "on the 30th, so not before that",
    ],
)
def test_no_deal_without_an_offer(text):
    reply = opened().reply(text)
    assert not reply.closed
    assert reply.deal is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("maybe 20 days", 20),
        ("if my client pays me, in 20 days", 20),
        ("20", 20),
        ("half of it in 20 days", 20),
        ("I can pay in 10 days", 10),  # better than what the agent asked for
        ("okay", 14),
    ],
)
def test_a_doubtful_number_is_read_back_and_closes_with_a_clear_yes_only(text, value):
    reply = opened().reply(text)
    assert (reply.act, reply.offer, reply.closed) == ("confirm", value, False)
    assert f"{value} days" in reply.text
    assert said(opened(), text, "yes, that's right").deal == value
    assert said(opened(), text, f"{value} days, as I said").deal in (None, value)
    for answer in ("no", "hm", "what?", "yes but not yet", "sure, sure"):
        assert said(opened(), text, answer).deal is None


def test_a_correction_after_the_read_back_is_what_counts():
    agent = opened()
    assert agent.reply("I can pay in 10 days").act == "confirm"
    reply = agent.reply("no wait, 30 days")
    assert reply.deal in (None, 30)
    assert agent._their_offer == 30


def test_an_unsaid_concession_is_said_as_a_new_offer():
    agent = opened()
    assert agent.reply("okay").offer == 14
    reply = agent.reply("hm, I don't know")
    assert reply.act == "counter"
    assert f"{reply.offer:.0f} days" in reply.text


def test_a_read_back_on_the_last_turn_can_still_be_confirmed():
    agent = opened("sleep-novel-lamp")
    while agent.core.turn < agent.scenario.deadline_turns - 1:
        agent.reply("hm")
    standing = agent._own_offer
    reply = agent.reply("okay")
    assert (reply.act, reply.offer) == ("confirm", standing)
    reply = agent.reply("yes")
    assert (reply.act, reply.deal) == ("accept", standing)


def test_the_core_hears_talk_while_a_number_is_read_back(tmp_path):
    path = tmp_path / "one.journal"
    agent = opened(journal=path)
    said(agent, "I can pay in 10 days", "yes")
    assert agent.deal == 10
    played = emomas._native.replay(path)
    assert played.identical
    heard = [json.loads(played.observation_json(k)) for k in range(len(played))]
    assert [(step["act"], step["offer"]) for step in heard] == [
        ("silence", None),
        ("talk", None),
        ("talk", 10.0),
    ]


def test_what_the_host_says_is_not_read_back():
    agent = opened()
    agent.observe("maybe 10 days", offer=10.0)
    assert agent.decide().deal == 10
    agent = opened()
    agent.observe("okay", act="accept")
    assert agent.decide().deal == 14


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("debt-roofer-winter", "who are you?", "automated assistant"),
        ("debt-roofer-winter", "are you a robot?", "(machine|not a person|human)"),
        ("surgery-bypass-wedding", "what is the risk?", "a heart attack while waiting"),
        ("disaster-quake-stairwell", "is anybody coming?", "the crew with the listening gear"),
        ("sleep-cello-audition", "what is the risk?", "(do not know|no answer|cannot tell)"),
    ],
)
def test_questions_get_a_short_true_answer(name, text, answer):
    assert re.search(answer, opened(name).reply(text).text, re.IGNORECASE)


@pytest.mark.parametrize("text", ["I lost my job and I cannot pay", "I got laid off", "my leg hurts"])
def test_hardship_is_weak_evidence(text):
    agent = opened()
    heard = agent.observe(text)
    assert heard.emotions is not None
    assert heard.emotions[0] < max(heard.emotions[1], heard.emotions[3])
    assert min(heard.emotions) > 0.25
    assert "channel: 1" in repr(agent._evidence[0])
    assert "channel: 2" in repr(agent._evidence[1])  # the trained reader has its own say


def test_saving_is_durable_before_the_old_file_goes(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr("os.fsync", lambda handle: calls.append("fsync"))
    replaced = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, to: (calls.append("replace"), replaced(self, to))[1])
    opened().save(tmp_path / "learned")
    assert calls == ["fsync", "replace", "fsync"]
