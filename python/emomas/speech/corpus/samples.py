"""Requests drawn at random, with a line for each: what the model is trained on."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from functools import cache

from emomas.library import load_scenarios
from emomas.speech.book import COMMON_SLOTS, DOMAINS, FACTS
from emomas.speech.corpus.agent_lines import agent_line, answer_slots, facts_of
from emomas.speech.corpus.counterpart_lines import counterpart_line
from emomas.speech.moments import moment
from emomas.speech.request import INTENSITIES, NEEDED, TOPICS, Request, Turn
from emomas.speech.words import EMOTIONS, JARRING, PHASES, STYLES

_AGENT_ACTS = {
    "open": 8,
    "counter": 30,
    "hold": 20,
    "ask": 15,
    "accept": 9,
    "walk_away": 6,
    "confirm_offer": 4,
    "confirm_part": 4,
    "confirm_deal": 4,
}
_COUNTERPART_ACTS = {"offer": 28, "hold": 20, "reject": 18, "accept": 12, "leave": 8, "talk": 18}
_VALUES = {
    "debt": "{} days",
    "surgery": "{} days",
    "disaster": "{} minutes",
    "sleep": "{} PM",
    "custom": "${}",
}


def sample(rng: random.Random) -> tuple[Request, str]:
    """A request and a line for it."""
    request = draw(rng)
    return request, line_for(rng, request)


def draw(rng: random.Random) -> Request:
    """A request of either role, in any domain."""
    domain = rng.choices(DOMAINS, (22, 22, 22, 22, 12))[0]
    return (agent_request if rng.random() < 0.62 else counterpart_request)(rng, domain)


def line_for(rng: random.Random, request: Request) -> str:
    """A line for the request."""
    return (agent_line if request.role == "agent" else counterpart_line)(rng, request)


def agent_request(rng: random.Random, domain: str) -> Request:
    """A request for the agent, after words of the person that make its moment."""
    act = _weighted(rng, _AGENT_ACTS)
    emotion, intensity, phase = rng.choice(EMOTIONS), rng.choice(INTENSITIES), rng.choice(PHASES)
    slots = set(NEEDED.get(("agent", act), ()))
    heard = "plain"
    turns: tuple[Turn, ...] = ()
    if act != "open":
        their_act, feeling = _weighted(rng, _COUNTERPART_ACTS), rng.choice((*EMOTIONS, None))
        heard = moment((their_act,), feeling)
        turns = _heard(rng, domain, their_act, feeling) if rng.random() < 0.35 else ()
        if rng.random() < (0.25 if domain == "disaster" else 0.12):
            slots.add("name")
    asks = _asked(rng, domain, act, slots)
    facts: tuple[str, ...] = ()
    if act in ("open", "counter", "hold", "ask") and not asks and rng.random() < 0.55:
        known = sorted((facts_of(domain) if act != "open" else FACTS[domain]) - slots)
        if act == "open":
            known = [name for name in known if name != "their_offer"]
        facts = tuple(sorted(rng.sample(known, min(len(known), rng.choice((1, 1, 1, 2))))))
    return Request(
        domain,
        "agent",
        act,
        emotion,
        intensity,
        phase,
        heard=heard,
        asks=asks,
        slots=tuple(sorted(slots)),
        facts=facts,
        turns=turns,
    )


def counterpart_request(rng: random.Random, domain: str) -> Request:
    """A request for the counterpart."""
    act = _weighted(rng, _COUNTERPART_ACTS)
    emotions = [e for e in EMOTIONS if e not in JARRING.get(act, ()) or rng.random() < 0.15]
    slots = set(NEEDED.get(("counterpart", act), ()))
    if act == "accept" and rng.random() < 0.5:
        slots.add("offer")
    known = sorted(FACTS[domain] - slots)
    facts = tuple(sorted(rng.sample(known, rng.choice((1, 1, 2))))) if rng.random() < 0.5 else ()
    return Request(
        domain,
        "counterpart",
        act,
        rng.choice(emotions),
        rng.choice(INTENSITIES),
        rng.choice(PHASES),
        style=rng.choice(STYLES),
        slots=tuple(sorted(slots)),
        facts=facts,
        turns=_said(rng, domain) if rng.random() < 0.3 else (),
    )


def fill(rng: random.Random, domain: str, line: str) -> str:
    """The line as it would be heard, with the facts of some scenario and numbers for its slots."""
    facts = rng.choice(_scenarios(domain))
    known = FACTS[domain] | COMMON_SLOTS
    slots = {name: facts.get(name, _value(rng, domain)) for name in sorted(known)}
    return line.format_map(slots)


def _heard(rng: random.Random, domain: str, act: str, feeling: str | None) -> tuple[Turn, ...]:
    """The person's words, and sometimes the agent's before them."""
    slots = NEEDED.get(("counterpart", act), ())
    emotion = feeling or "neutral"
    request = Request(
        domain,
        "counterpart",
        act,
        emotion,
        rng.choice(INTENSITIES),
        style=rng.choice(STYLES),
        slots=slots,
        facts=tuple(sorted(rng.sample(sorted(FACTS[domain]), 2))),
    )
    theirs = Turn(False, fill(rng, domain, counterpart_line(rng, request)))
    if rng.random() < 0.5:
        return (theirs,)
    before = Request(domain, "agent", "counter", rng.choice(EMOTIONS), slots=("offer",))
    return (Turn(True, agent_line(rng, before), template=True), theirs)


def _said(rng: random.Random, domain: str) -> tuple[Turn, ...]:
    act = rng.choice(("counter", "hold", "ask"))
    before = Request(
        domain,
        "agent",
        act,
        rng.choice(EMOTIONS),
        rng.choice(INTENSITIES),
        slots=NEEDED.get(("agent", act), ()),
    )
    return (Turn(False, fill(rng, domain, agent_line(rng, before))),)


def _asked(rng: random.Random, domain: str, act: str, slots: set[str]) -> tuple[str, ...]:
    """A topic, with what its answer needs added to the slots; mostly nothing is asked."""
    if act not in ("counter", "hold", "ask") or rng.random() > 0.16:
        return ()
    topic = rng.choice([topic for topic in TOPICS if answer_slots(domain, topic)])
    slots |= rng.choice(answer_slots(domain, topic))
    return (topic,)


@cache
def _scenarios(domain: str) -> tuple[Mapping[str, str], ...]:
    tables = [] if domain == "custom" else [json.loads(s.to_json()) for s in load_scenarios(domain)]
    return tuple(
        {**table["facts"], "agent": table["parties"]["agent"], "name": table["parties"]["counterpart"]}
        for table in tables
    ) or ({"reason": "a leak", "situation": "a move", "need": "a key", "option": "repaint the hall"},)


def _value(rng: random.Random, domain: str) -> str:
    return _VALUES[domain].format(rng.randrange(1, 200))


def _weighted(rng: random.Random, weights: Mapping[str, int]) -> str:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]
