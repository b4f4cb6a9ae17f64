"""Lines of the simulated person: a feeling, perhaps an argument, and the act; or all of it in a whole."""

from __future__ import annotations

import random

from emomas.speech.corpus.phrases import LONGEST_WORDS, Pool, capital, joinable, joined, pick, read, sentences
from emomas.speech.request import NEEDED, Request
from emomas.speech.words import JARRING


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
    jarring = request.emotion in JARRING.get(request.act, ())
    shape = rng.random()
    whole = read("counterpart/whole.txt").get((request.domain, request.act, request.emotion), ())
    if whole and request.intensity > 1 and shape < 0.25:
        line = pick(rng, whole, set(request.facts), needed)
        if line is not None:
            return line
    act = _acts(rng, request, needed)
    if jarring or (request.emotion == "neutral" and shape < 0.5):
        return capital(act)
    mood = _mood(rng, request)
    deep = rng.random() < (0, 0.2, 0.45)[request.intensity - 1] and request.emotion != "neutral"
    if deep and shape < 0.74:
        colour = pick(rng, read("counterpart/colour.txt")[request.emotion,], set(), set())
        return sentences([mood, act, colour] if shape < 0.4 and "?" not in act else [colour, mood, act])
    told = "{" in act.replace("{offer}", "")
    push = None if told or request.act == "accept" or rng.random() > 0.3 else _push(rng, request)
    if mood and joinable(act) and shape > 0.86 and mood[-1] == "." and len(mood.split()) < 10:
        return capital(joined(mood, "but" if request.act in ("offer", "accept") else "so", act))
    if mood and shape > 0.74 and request.act in ("hold", "offer", "reject", "talk"):
        return sentences([act, mood] if "?" not in act else [mood, act])
    return sentences([mood, push, act] if shape < 0.6 else [mood, act, push])


def _acts(rng: random.Random, request: Request, needed: set[str]) -> str:
    pool = read(f"counterpart/{request.domain}.txt")[request.act, "any"]
    line = pick(rng, pool, set(request.facts) if rng.random() < 0.8 else set(), needed)
    if line is None:
        raise ValueError(f"{request.domain} {request.act}: no sentence with {needed}")
    return line


def _mood(rng: random.Random, request: Request) -> str | None:
    """Any style may use the general moods, but its own and those of the domain come more often."""
    pools = read("counterpart/mood.txt")
    intensity = str(request.intensity)
    general = pools[("any", request.emotion, intensity)]
    styled = pools.get((request.style, request.emotion, intensity), ())
    local: Pool = ()
    if request.intensity > 1:
        local = read("counterpart/mood_domains.txt").get((request.domain, request.emotion, intensity), ())
    shape = rng.random()
    if styled and shape < 0.45:
        return pick(rng, styled, set(), set())
    return pick(rng, local if local and shape > 0.7 else general, set(), set())


def _push(rng: random.Random, request: Request) -> str | None:
    if request.emotion == "joy":
        return None
    pool = read(f"counterpart/{request.domain}.txt")["push", request.style]
    return pick(rng, pool, set(request.facts), set())
