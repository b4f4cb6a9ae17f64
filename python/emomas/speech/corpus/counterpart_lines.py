"""Lines of the simulated person: mostly wholes; else a feeling, perhaps an argument, and the act."""

from __future__ import annotations

import random

from emomas.speech.corpus.phrases import (
    LONGEST_WORDS,
    Pool,
    capital,
    joinable,
    joined,
    pick,
    read,
    sentences,
    some_whole,
)
from emomas.speech.request import NEEDED, Request
from emomas.speech.words import JARRING

#: Domains that share the wholes of "any".
_FORMAL = ("debt", "surgery", "custom")
#: How a heavy feeling is tied to the act that goes against it, or with it.
_TIES = {"offer": "but", "accept": "but", "hold": "so", "reject": "so", "leave": "so"}
_HEAVY = ("sadness", "fear", "anger")
#: Acts that may be said before the feeling.
_BEFORE_MOOD = ("hold", "offer", "reject", "talk")


def counterpart_line(rng: random.Random, request: Request) -> str:
    """A line for the request, with all its slots and at most one of its facts."""
    for _ in range(20):
        line = _compose(rng, request)
        if len(line.split()) <= LONGEST_WORDS and all(
            line.count(f"{{{slot}}}") == 1 for slot in request.slots
        ):
            return line
    raise ValueError(f"no line for {request}")


def _compose(rng: random.Random, request: Request) -> str:
    needed = set(NEEDED.get(("counterpart", request.act), ())) | (set(request.slots) & {"offer"})
    whole = _whole(rng, request, needed)
    if whole is not None:
        return whole
    act, shape = _acts(rng, request, needed), rng.random()
    if request.emotion in JARRING.get(request.act, ()) or (request.emotion == "neutral" and shape < 0.5):
        return capital(act)
    mood = _mood(rng, request)
    told = "{" in act.replace("{offer}", "")
    arguing = request.act in ("offer", "hold", "reject") and not told and rng.random() < 0.3
    push = _push(rng, request) if arguing else None
    tied = push is None and shape > 0.8 and request.act in _TIES and request.emotion in _HEAVY
    if tied and mood and joinable(act) and mood[-1] == "." and len(mood) < 60:
        return capital(joined(mood, _TIES[request.act], act))
    if push is None and shape > 0.74 and request.act in _BEFORE_MOOD and "?" not in act:
        return sentences([act, mood])
    return sentences([mood, push, act] if shape < 0.6 else [mood, act, push])


def _whole(rng: random.Random, request: Request, needed: set[str]) -> str | None:
    pools = read("counterpart/whole.txt")
    act, emotion, intensity = request.act, request.emotion, str(request.intensity)
    own: Pool = ()
    general: Pool = ()
    for domain in (request.domain, "any") if request.domain in _FORMAL else (request.domain,):
        own += pools.get((domain, act, emotion, request.style, intensity), ())
        general += pools.get((domain, act, emotion, intensity), ())
    return some_whole(rng, own, general, set(request.facts), needed)


def _acts(rng: random.Random, request: Request, needed: set[str]) -> str:
    pool = read(f"counterpart/{request.domain}.txt")[request.act, "any"]
    line = pick(rng, pool, set(request.facts) if rng.random() < 0.8 else set(), needed)
    if line is None:
        raise ValueError(f"{request.domain} {request.act}: no sentence with {needed}")
    return line


def _mood(rng: random.Random, request: Request) -> str | None:
    """The general moods, those of the style and those of the domain, which some domains mostly need."""
    pools = read("counterpart/mood.txt")
    intensity = str(request.intensity)
    pool = pools["any", request.emotion, intensity]
    styled = pools.get((request.style, request.emotion, intensity), ())
    local: Pool = ()
    if request.intensity > 1:
        local = read("counterpart/mood_domains.txt").get((request.domain, request.emotion, intensity), ())
    formal, shape = request.domain in _FORMAL, rng.random()
    if styled and shape < (0.45 if formal else 0.2):
        pool = styled
    elif request.intensity > 1 and request.emotion != "neutral" and shape > 0.9:
        pool = read("counterpart/colour.txt")[request.emotion,]
    elif local and shape > (0.65 if formal else 0.3):
        pool = local
    return pick(rng, pool, set(), set())


def _push(rng: random.Random, request: Request) -> str | None:
    if request.emotion == "joy":
        return None
    pool = read(f"counterpart/{request.domain}.txt")["push", request.style]
    return pick(rng, pool, set(request.facts), set())
