"""What a model's line must be before anybody hears it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Final

from emomas.speech.request import Request

LONGEST_WORDS: Final = 45

_SLOT: Final = re.compile(r"\{([^{}]*)\}")
_UNITS: Final = "(?:second|minute|hour|day|night|week|fortnight|month|year|dollar|euro|pound|cent|percent)"
_COUNTS: Final = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|half|dozen|twice)"
)
#: Only the core says numbers. "One" is one only with a unit behind it: "that one" is no number.
_NUMBER: Final = re.compile(
    rf"(?i)[$€£¥%]|\b{_COUNTS}\b|\bone\s+{_UNITS}s?\b|\ba\s+(?:week|fortnight|month|year)\b"
    rf"|\b(?:(?:in|within|for|after|by|until|per|every)\s+an?|a\s+(?:couple\s+of|few)|several)\s+{_UNITS}s?\b"
    r"|\b(?:noon|midnight)\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b"
)
#: False urgency, threats, blame and promises: no agent presses a person so, whatever it shows.
_PRESSURE: Final = re.compile(
    r"(?i)\b(act now|right now|hurry|immediately|at once|urgent|last chance|running out|too late|or else"
    r"|legal action|lawyers?|courts?|sue|seize|repossess|police|penalt(?:y|ies)|punish|consequences|no choice"
    r"|your fault|blame|because of you|asham|shame|guilt|promise|guarantee|certainly will|trust me)\b"
)
#: A person must be told that a machine speaks, and never get a made-up answer.
_MACHINE: Final = re.compile(r"(?i)\b(?:automated assistant|machine|not a (?:person|human)|no human)\b")
_DECLINED: Final = re.compile(
    r"(?i)(?:n't|\bnot|\bcannot) (?:know|guess|have (?:that|an answer)|tell you|say|answer)\b|n't in what"
    r"|\bno answer\b|\brather not\b|\bhave to guess\b"
)
_END: Final = (".", "!", "?")


def refusal(request: Request, line: str) -> str | None:
    """Why `line` may not be spoken for `request`, as a word, or None if it may.

    The line still has its placeholders. Reasons: empty, shape, long, slots (a placeholder missing, doubled or
    not allowed), number, repeats; and for the agent pressure, undisclosed (it opens or is asked who it is,
    and doesn't say that it is a machine) and unanswered (it makes up an answer).
    """
    if not line.strip():
        return "empty"
    bare = _SLOT.sub("x", line)
    if (
        line != line.strip()
        or not line.endswith(_END)
        or any(mark in bare for mark in '{}<>[]|*#\\_"`\N{REPLACEMENT CHARACTER}')
        or any(unicodedata.category(mark)[0] == "C" for mark in line)
    ):
        return "shape"
    if len(line.split()) > LONGEST_WORDS:
        return "long"
    found = Counter(_SLOT.findall(line))
    told = found.keys() - set(request.slots)
    if any(found[slot] != 1 for slot in request.slots) or not told <= set(request.facts):
        return "slots"
    if len(told) > 1 or any(found[slot] > 1 for slot in told):
        return "slots"
    if any(mark.isnumeric() for mark in bare) or _NUMBER.search(bare):
        return "number"
    if _repeats(bare):
        return "repeats"
    return _agents(request, bare) if request.role == "agent" else None


def _agents(request: Request, line: str) -> str | None:
    """What the agent in particular may not say, or has to."""
    if _PRESSURE.search(line):
        return "pressure"
    if request.act == "open" and "automated assistant" not in line.lower():
        return "undisclosed"
    if request.asks and request.asks[0] in ("identity", "machine") and not _MACHINE.search(line):
        return "undisclosed"
    if request.asks and request.asks[0] == "unknown" and not _DECLINED.search(line):
        return "unanswered"
    return None


def _repeats(line: str) -> bool:
    """Whether four words in a row come again, or a sentence does."""
    words = re.findall(r"[\w']+", line.lower())
    runs = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    sentences = Counter(part.strip().lower() for part in re.split(r"[.!?]+", line) if part.strip())
    return any(count > 1 for count in (*runs.values(), *sentences.values()))
