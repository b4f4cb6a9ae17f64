"""Whole conversations, read by machine: no glad word after a no or a tear, and nothing said twice."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from typing import NamedTuple

import pytest

from emomas import Agent, load_scenario, scenario_ids
from emomas._native import COUNTERPARTS, Dialogue
from emomas.library import DOMAINS
from emomas.speech.book import GRAVE, agent_book

SCENARIOS = [name for domain in DOMAINS for name in scenario_ids(domain)]
TURNS = 15

CHEERFUL = re.compile(
    r"(?i)\b(good (sign|news|ground|point)|that is (very )?good|sounds good|hopeful|great|wonderful"
    r"|lovely|pleasure"
    r"|promising|well done|encouraging|nice|cool|so good|doing so well|welcome|brings us closer"
    r"|changes things for the"
    r" better|good to (hear|know|have|see)|it is good|what a|wow|surprise us|surprising us|helps a "
    r"lot)\b|^good\b|^oh,"
)
"""Glad or pleasantly surprised words."""


class Line(NamedTuple):
    speaker: str
    act: str
    emotion: str
    text: str


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) ", text)


def played(name: str, counterpart: str, policy: str, seed: int) -> list[Line]:
    """A conversation with a simulated person, as `emomas run` plays it."""
    scenario = load_scenario(name)
    agent = Agent(scenario, policy=policy, seed=seed)
    person = Dialogue(scenario, counterpart=counterpart, seed=seed)
    lines: list[Line] = []
    while agent.core.turn < scenario.deadline_turns:
        evidence, heard, number, time_s = person.observation(agent.core.turn)
        agent.observe(evidence=evidence, act=heard, offer=number, time_s=time_s)
        reply = agent.decide()
        decision = reply.decision
        person.follow(decision)
        lines.append(Line("agent", reply.act, reply.emotion, reply.text))
        answer = None if reply.closed else person.counterpart_turn(decision)
        if answer is None:
            break
        act, offer, shown, _ = answer
        act = "offer" if act == "talk" and offer is not None else act
        text = agent.speak_for_counterpart(decision, act=act, emotion=shown, style=counterpart, offer=offer)
        lines.append(Line("person", act, shown, text))
    return lines


@pytest.mark.parametrize("policy", ["emomas", "joy", "surprise"])
@pytest.mark.parametrize("counterpart", COUNTERPARTS)
def test_words_fit_what_was_said_and_are_said_once(counterpart: str, policy: str) -> None:
    heard: Counter[str] = Counter()
    for seed, name in enumerate(SCENARIOS):
        lines = played(name, counterpart, policy, seed)
        for before, line in itertools.pairwise(lines):
            heard[before.act if before.act in ("reject", "leave") else before.emotion] += 1
            sore = before.act in ("reject", "leave") or before.emotion in (
                "sadness",
                "fear",
                "anger",
                "disgust",
            )
            if line.speaker == "agent" and sore:
                assert not CHEERFUL.search(sentences(line.text)[0]), (name, before.text, line.text)
            if line.speaker == "person" and line.act in ("reject", "leave"):
                assert not re.match(r"(Wonderful|Good|Great|Fine|Oh good|Finally some)\b", line.text), (
                    line.text
                )
        for speaker in ("agent", "person"):
            spoken = [line for line in lines if line.speaker == speaker]
            for start in range(max(1, len(spoken) - TURNS + 1)):
                window = Counter(s for line in spoken[start : start + TURNS] for s in sentences(line.text))
                assert max(window.values()) == 1, (name, window.most_common(1))

    assert min(heard[kind] for kind in ("reject", "sadness", "fear", "anger")) >= 3, heard


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_glad_first_sentences_are_the_ones_kept_for_glad_moments(domain: str) -> None:
    book = agent_book(domain)
    for emotion in ("joy", "surprise"):
        for kind in ("mood", "settle", "part"):
            for moment in ("any", "hurt", "cross", "no", "down"):
                for variant in book.get(f"{kind}.{emotion}.{moment}", ()):
                    assert not CHEERFUL.search(variant.text), variant.text
        assert not book.get(f"mood.{emotion}.any")
    assert any(CHEERFUL.search(v.text) for v in book["mood.joy.up"])


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_grave_fact_stands_beside_a_glad_sentence(domain: str) -> None:
    name = scenario_ids(domain)[0]
    grave = GRAVE & set(_facts(name))
    words = Agent(name, seed=2).words
    for turn in range(60):
        for emotion in ("joy", "surprise"):
            text = words.agent_line(
                act="counter",
                emotion=emotion,
                phase="bargaining",
                offer=30.0,
                their_offer=40.0,
                turn=turn,
                heard="plain",
            )
            assert not any(_facts(name)[fact].lower() in text.lower() for fact in grave), text


def _facts(name: str) -> dict[str, str]:
    return json.loads(load_scenario(name).to_json())["facts"]
