"""Lines of the agent: mostly wholes, in which emotion and act are a single thought.

Else a lead that carries the emotion, perhaps a fact, and the act.
"""

from __future__ import annotations

import random

from emomas.speech.book import GRAVE
from emomas.speech.corpus.phrases import (
    LONGEST_WORDS,
    Pool,
    capital,
    joinable,
    joined,
    lowered,
    pick,
    read,
    sentences,
    slots_of,
    some_whole,
)
from emomas.speech.request import NEEDED, Request

#: Emotions whose general leads and wholes would be out of place after these moments.
_OWN_ONLY = {
    "joy": ("hurt", "cross", "no"),
    "surprise": ("hurt", "cross", "no"),
    "anger": ("hurt", "up"),
    "sadness": (),
    "fear": (),
    "disgust": (),
    "neutral": (),
}
_MARKS = ("So", "Then", "Now", "Well")
#: Facts that no cheerful sentence may stand beside.
_GRAVE = GRAVE | {"feeling"}


def agent_line(rng: random.Random, request: Request) -> str:
    """A line for the request, with all its slots and at most one of its facts."""
    for _ in range(20):
        line = _compose(rng, request)
        if line is None or len(line.split()) > LONGEST_WORDS:
            continue
        if "name" in request.slots and "{name}" not in line:
            line = _address(rng, line)
        if all(line.count(f"{{{slot}}}") == 1 for slot in request.slots):
            return line
    raise ValueError(f"no line for {request}")


def facts_of(domain: str) -> set[str]:
    """Facts that some sentence of the domain can tell."""
    return set().union(*map(slots_of, _act(domain, "fact"))) - {"offer"}


def answer_slots(domain: str, topic: str) -> list[frozenset[str]]:
    """What the answers to a topic need, answer by answer; empty when the domain has none."""
    answers = read("agent/answers.txt")
    return [slots_of(line) for line in (*answers.get((domain, topic), ()), *answers.get(("any", topic), ()))]


def _compose(rng: random.Random, request: Request) -> str | None:
    allowed, act = set(request.facts), request.act
    needed = set(NEEDED.get(("agent", act), ()))
    if act == "open":
        parts = [
            pick(rng, _domain("greet.txt", request.domain), set(), {"agent", "name"}),
            pick(rng, _starts(request), allowed, set()),
            pick(rng, _acts(rng, request), set(), {"offer"}),
        ]
        return sentences(parts)
    if request.asks:
        answers = read("agent/answers.txt")
        topic = request.asks[0]
        pool = answers.get((request.domain, topic), ()) + answers.get(("any", topic), ())
        extra = set(request.slots) - needed - {"name"}
        return sentences([pick(rng, pool, set(), extra), *_act_parts(rng, request, needed)])
    whole = _whole(rng, request, allowed, needed)
    if act.startswith("confirm"):
        plain = request.emotion == "neutral" or request.intensity == 1
        lead = None if rng.random() < (0.7 if plain else 0.2) else _lead(rng, request, set())
        line = pick(rng, read("agent/confirm.txt")[act,], set(), needed)
        return whole or sentences([lead or _colour(rng, request, 0.8), line])
    tellable = allowed and act in ("counter", "hold", "ask")
    if whole and (not tellable or slots_of(whole) & allowed or rng.random() < 0.5):
        return whole
    return _turn(rng, request, allowed if tellable and rng.random() < 0.85 else set(), needed)


def _turn(rng: random.Random, request: Request, allowed: set[str], needed: set[str]) -> str | None:
    """An ordinary turn put together: a lead and the act, with a fact or at most one other addition."""
    shape = rng.random()
    act = pick(rng, _acts(rng, request), set(), needed)
    if act is None:
        return None
    if request.act in ("counter", "hold") and request.emotion != "neutral" and not allowed and shape < 0.2:
        return sentences([act, _tail(rng, request)])
    lead = _lead(rng, request, set())
    if allowed:
        fact = _fact(rng, request, allowed)
        return sentences([lead, act, fact] if shape < 0.2 and "?" not in act else [lead, fact, act])
    if lead and shape < 0.3 and _follows(act) and lead[-1] == "." and "," not in lead + act:
        return capital(joined(lead, "so", act))
    if request.emotion == "neutral" and shape < 0.6:
        return capital(act)
    # A colour beside a lead that is as short, or as loud, would only say it again.
    if shape > 0.8 and lead and lead[-1] != "!":
        colour = _colour(rng, request)
        if colour and len(colour.split()) + 3 < len(lead.split()):
            return sentences([colour, lead, act])
    return sentences([lead, _marked(rng, act)])


def _act_parts(rng: random.Random, request: Request, needed: set[str]) -> list[str | None]:
    """The act after an answer, which has no lead: the emotion is in a whole or comes at the end."""
    whole = _whole(rng, request, set(), needed)
    if whole is not None or request.act == "ask":
        return [whole or pick(rng, _acts(rng, request), set(), needed)]
    return [pick(rng, _acts(rng, request), set(), needed), _tail(rng, request)]


def _whole(rng: random.Random, request: Request, allowed: set[str], needed: set[str]) -> str | None:
    """A whole for the moment, or for any moment that it would not jar in."""
    pools = read(f"agent/whole_{request.domain}.txt")
    act, emotion, intensity = request.act, request.emotion, str(request.intensity)
    own = pools.get((act, emotion, request.heard, intensity), ())
    general = pools.get((act, emotion, intensity), ())
    if act in ("accept", "walk_away"):
        general = general or read("agent/whole_custom.txt").get((act, emotion, intensity), ())
    elif request.heard in _OWN_ONLY[emotion]:
        general = ()
    return some_whole(rng, own, general, _tellable(request, allowed), needed)


def _tail(rng: random.Random, request: Request) -> str | None:
    return pick(rng, _by_mood("tail.txt", request), set(), set())


def _lead(rng: random.Random, request: Request, allowed: set[str]) -> str | None:
    if request.act in ("accept", "walk_away"):
        file = "settle.txt" if request.act == "accept" else "part.txt"
        return pick(rng, _by_mood(file, request), allowed, set())
    own, general = _leads(rng, request, request.heard), _leads(rng, request, "any")
    if request.heard in _OWN_ONLY[request.emotion] and own:
        general = ()
    share = 0.4 if request.heard == "plain" else 0.65
    pool = own if own and (not general or rng.random() < share) else general
    return pick(rng, pool, allowed, set())


def _colour(rng: random.Random, request: Request, share: float = 0.5) -> str | None:
    """A few words that deepen the feeling: often at the highest intensity, never at the lowest."""
    if request.emotion == "neutral" or rng.random() > share * (0, 0.6, 1.1)[request.intensity - 1]:
        return None
    if request.emotion in ("joy", "surprise") and request.heard in ("hurt", "cross", "no"):
        return None
    pools = read("agent/colour.txt")
    pool = pools.get((request.domain, request.emotion)) or pools["any", request.emotion]
    line = pick(rng, pool, set(), set())
    loud = request.intensity == 3 and request.emotion in ("joy", "anger", "surprise") and rng.random() < 0.4
    return f"{line[:-1]}!" if line and loud and line[-1] == "." else line


def _leads(rng: random.Random, request: Request, moment: str) -> Pool:
    """Disaster and sleep have leads of their own; debt and surgery take theirs now and then."""
    key = (request.emotion, moment, str(request.intensity))
    if request.domain in ("disaster", "sleep"):
        return read(f"agent/lead_{request.domain}.txt").get(key, ())
    general = read(f"agent/lead_{request.emotion}.txt").get(key, ())
    if request.domain == "custom" or rng.random() < 0.6:
        return general
    return read(f"agent/lead_{request.domain}.txt").get(key, ()) or general


def _by_mood(file: str, request: Request) -> Pool:
    pools = read(f"agent/{file}")
    domain = request.domain if request.domain in ("disaster", "sleep") else "any"
    return pools.get((domain, request.emotion, "any", str(request.intensity)), ())


def _starts(request: Request) -> Pool:
    pools = read("agent/start.txt")
    key = (request.emotion, str(request.intensity))
    own = pools.get((request.domain, *key), ())
    return own + (pools[("any", *key)] if request.domain in ("debt", "surgery", "custom") else ())


def _fact(rng: random.Random, request: Request, allowed: set[str]) -> str | None:
    return pick(rng, _act(request.domain, "fact"), _tellable(request, allowed), set())


def _tellable(request: Request, allowed: set[str]) -> set[str]:
    """The allowed facts that would not jar."""
    if request.emotion in ("joy", "surprise"):
        allowed = allowed - _GRAVE
    return allowed - {"risk"} if request.heard == "hurt" else allowed


def _acts(rng: random.Random, request: Request) -> Pool:
    bound = _act(request.domain, request.act, request.phase)
    return bound if bound and rng.random() < 0.3 else _act(request.domain, request.act)


def _act(domain: str, *key: str) -> Pool:
    return read(f"agent/act_{domain}.txt").get(key, ())


def _domain(file: str, domain: str) -> Pool:
    pools = read(f"agent/{file}")
    return pools.get((domain,), ()) or pools[("any",)]


def _follows(act: str) -> bool:
    """Whether the act may come after a comma and "so"."""
    return joinable(act) and act.startswith(("we", "let's", "how about", "could ", "I'd "))


def _marked(rng: random.Random, act: str) -> str:
    """The act, now and then with a word before it that ties it to what came before."""
    if joinable(act) and not act.startswith("{") and rng.random() < 0.08:
        mark = rng.choice(_MARKS)
        return f"{mark}, {act}" if mark != "Then" else f"{mark} {act}"
    return act


def _address(rng: random.Random, line: str) -> str:
    """The line with the person's name in it, before or after its first sentence."""
    end = min((at for at in map(line.find, (". ", "! ", "? ")) if at > 0), default=len(line) - 1)
    if rng.random() < 0.5 and end < 60:
        return f"{line[:end]}, {{name}}{line[end:]}"
    return f"{{name}}, {lowered(line)}"
