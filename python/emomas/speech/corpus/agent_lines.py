"""Lines of the agent: a lead that carries the emotion, perhaps a fact, and the act; or all in a whole."""

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
)
from emomas.speech.request import NEEDED, Request

#: Emotions whose general leads would be out of place after these moments.
_OWN_ONLY = {
    "joy": ("hurt", "cross", "no"),
    "surprise": ("hurt", "cross", "no"),
    "anger": ("hurt", "up"),
    "sadness": (),
    "fear": (),
    "disgust": (),
    "neutral": (),
}
_MARKS = ("So", "Then", "Well", "Now", "Look", "So then", "All in all", "Well then")
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


def answer_slots(domain: str, topic: str) -> list[set[str]]:
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
    if act.startswith("confirm"):
        line = pick(rng, read("agent/confirm.txt")[act,], set(), needed)
        plain = request.emotion == "neutral" or request.intensity == 1
        lead = None if rng.random() < (0.7 if plain else 0.2) else _lead(rng, request, set())
        return sentences([lead or _colour(rng, request, 0.8), line])
    return _turn(rng, request, allowed, needed)


def _turn(rng: random.Random, request: Request, allowed: set[str], needed: set[str]) -> str | None:
    """An ordinary turn, in its shape."""
    shape = rng.random()
    telling = allowed and request.act in ("counter", "hold", "ask") and rng.random() < 0.85
    if not telling and shape < (0.6 if request.emotion == "neutral" else 0.3):
        whole = _whole(rng, request, needed)
        if whole is not None:
            return sentences([_colour(rng, request), whole])
    act = pick(rng, _acts(rng, request), set(), needed)
    if act is None:
        return None
    if telling:
        fact = _fact(rng, request, allowed)
        if shape < 0.2 and fact is not None:
            lead = _lead(rng, request, set())
            return sentences([lead, act, fact] if "?" not in act else [lead, fact, act])
        return sentences([_colour(rng, request, 0.25), _lead(rng, request, set()), fact, _marked(rng, act)])
    if shape < 0.42 and request.act in ("counter", "hold") and request.emotion != "neutral":
        tail = pick(rng, _by_mood("tail.txt", request), set(), set())
        return sentences([_colour(rng, request), act, tail])
    lead = _lead(rng, request, allowed)
    if lead and shape < 0.52 and _follows(act) and lead[-1] == "." and len(lead.split()) < 12:
        return capital(joined(lead, "so", act))
    if request.emotion == "neutral" and shape < 0.75:
        return capital(act)
    return sentences([_colour(rng, request), lead, _marked(rng, act)])


def _act_parts(rng: random.Random, request: Request, needed: set[str]) -> list[str | None]:
    """The act after an answer, which has no lead: the emotion is in a whole or comes at the end."""
    whole = _whole(rng, request, needed)
    if whole is not None or request.act == "ask":
        return [whole or pick(rng, _acts(rng, request), set(), needed)]
    act = pick(rng, _acts(rng, request), set(), needed)
    return [act, pick(rng, _by_mood("tail.txt", request), set(), set())]


def _whole(rng: random.Random, request: Request, needed: set[str]) -> str | None:
    pool = read(f"agent/whole_{request.domain}.txt")
    lines = pool.get((request.act, request.emotion, str(request.intensity)), ())
    if request.act in ("accept", "walk_away") and not lines:
        lines = read("agent/whole_custom.txt").get((request.act, request.emotion, str(request.intensity)), ())
    # Few wholes must not be heard over and over.
    return pick(rng, lines, set(), needed) if len(lines) > rng.randrange(4) else None


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
    if request.emotion in ("joy", "surprise"):
        allowed = allowed - _GRAVE
    if request.heard == "hurt":
        allowed = allowed - {"risk"}
    return pick(rng, _act(request.domain, "fact"), allowed, set())


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
    return joinable(act) and act.startswith(("we", "let's", "how about", "our ", "it's ", "could ", "I "))


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
