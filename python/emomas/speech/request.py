"""What the core decided to say, as the language model is asked for it.

A `Request` holds decisions only: which act, which emotion and how strong, what the person's last words were
like, and which placeholders the sentence has to carry. `encode` turns it into the prompt: control tokens, and
the last turns as text. No number, name or date is in it; they are filled in later, by the core.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from emomas.speech.book import COMMON_SLOTS, DOMAINS, FACTS
from emomas.speech.moments import MOMENTS
from emomas.speech.words import AGENT_ACTS, COUNTERPART_ACTS, EMOTIONS, PHASES, STYLES

ROLES: Final = ("agent", "counterpart")
INTENSITIES: Final = (1, 2, 3)
TOPICS: Final = ("identity", "machine", "risk", "surgeon", "rescue", "balance", "option", "unknown")
"""Questions that are answered first; `unknown` is a question without an answer in the facts."""

SLOTS: Final = tuple(sorted(COMMON_SLOTS | frozenset().union(*FACTS.values())))
"""Every placeholder there is, of all domains."""

NEEDED: Final = {
    ("agent", "open"): ("agent", "name", "offer"),
    ("agent", "counter"): ("offer",),
    ("agent", "hold"): ("offer",),
    ("agent", "accept"): ("their_offer",),
    ("agent", "confirm_offer"): ("plan",),
    ("agent", "confirm_part"): ("plan",),
    ("agent", "confirm_deal"): ("plan",),
    ("counterpart", "offer"): ("offer",),
    ("counterpart", "hold"): ("offer",),
}
"""The placeholders that an act can't be said without, by role and act."""

MAX_TURN_WORDS: Final = 24
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
SLOT: Final = re.compile(r"\{([a-z_]+)\}")
"""A placeholder in a template."""


class Control(str):
    """A control or placeholder token of the prompt; a plain `str` beside it is text, whatever it says."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """Something said before. `own`: by the side that speaks next.

    text: the words. With `template`, `{slot}` in it is a placeholder; otherwise it is text like any other.
    """

    own: bool
    text: str
    template: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A line to be worded.

    domain, act, emotion, phase, heard, style: see `words` and `moments`; `style` is the counterpart's, and
    `heard` the moment that the other side's last words made. intensity: how strongly the emotion shows, 1 to
    3. asks: topics to answer first, see `TOPICS`. slots: placeholders that must come, each exactly once.
    facts: placeholders of which at most one may come. turns: the last one or two turns.
    Raises ValueError, naming the field and the remedy, for anything unknown or contradictory.
    """

    domain: str
    role: str
    act: str
    emotion: str
    intensity: int = 2
    phase: str = "bargaining"
    style: str = "vanilla"
    heard: str = "plain"
    asks: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()

    def __post_init__(self) -> None:
        """Check every field, in order."""
        _one_of("domain", self.domain, DOMAINS)
        _one_of("role", self.role, ROLES)
        _one_of("act", self.act, AGENT_ACTS if self.role == "agent" else COUNTERPART_ACTS)
        _one_of("emotion", self.emotion, EMOTIONS)
        _one_of("intensity", self.intensity, INTENSITIES)
        _one_of("phase", self.phase, PHASES)
        _one_of("style", self.style, STYLES)
        _one_of("heard", self.heard, MOMENTS)
        for topic in self.asks:
            _one_of("asks", topic, TOPICS)
        known = tuple(sorted(COMMON_SLOTS | FACTS[self.domain]))
        for field, names in (("slots", self.slots), ("facts", self.facts)):
            for name in names:
                _one_of(field, name, known)
        twice = set(self.slots) & set(self.facts)
        if twice or len(set(self.slots)) < len(self.slots):
            raise ValueError(f"slots {self.slots} and facts {self.facts} overlap: name each placeholder once")
        for name in NEEDED.get((self.role, self.act), ()):
            if name not in self.slots:
                raise ValueError(f"slots is {self.slots}: the act {self.act!r} needs {name!r}")


def encode(request: Request) -> list[str]:
    """The prompt: `Control` tokens in a fixed order, and text as plain `str` after `<they>` and `<own>`.

    Numbers in a text become `<number>`, and only its last words are kept, so that the prompt stays short and
    no number can be copied from it.
    """
    controls = [f"<{request.domain}>", f"<{request.role}>", f"<act:{request.act}>"]
    controls += [f"<{request.emotion}>", f"<intensity:{request.intensity}>", f"<{request.phase}>"]
    controls.append(f"<heard:{request.heard}>" if request.role == "agent" else f"<style:{request.style}>")
    controls += [f"<ask:{topic}>" for topic in sorted(set(request.asks))[:1]]
    tokens: list[str] = [Control(token) for token in (*controls, "<must>", *_slots(request.slots))]
    if request.facts:
        tokens += [Control(token) for token in ("<may>", *_slots(request.facts))]
    for turn in request.turns[-2:]:
        tokens.append(Control("<own>" if turn.own else "<they>"))
        tokens += _pieces(turn)
    tokens.append(Control("<say>"))
    return tokens


def controls() -> Iterator[str]:
    """Every control token there is, in the order of their ids."""
    yield from ("<pad>", "<unk>", "<end>", "<say>", "<must>", "<may>", "<they>", "<own>", "<number>")
    yield from (f"<{name}>" for name in (*DOMAINS, *ROLES, *EMOTIONS, *PHASES))
    yield from (f"<act:{act}>" for act in dict.fromkeys((*AGENT_ACTS, *COUNTERPART_ACTS)))
    yield from (f"<intensity:{intensity}>" for intensity in INTENSITIES)
    yield from (f"<style:{style}>" for style in STYLES)
    yield from (f"<heard:{moment}>" for moment in MOMENTS)
    yield from (f"<ask:{topic}>" for topic in TOPICS)


def split_slots(template: str) -> list[str]:
    """A template's text and its placeholders (`Control`), in order; an unknown name stays text."""
    parts: list[str] = []
    at = 0
    for match in SLOT.finditer(template):
        if match[1] in SLOTS:
            parts += [template[at : match.start()], Control(match[0])]
            at = match.end()
    return [part for part in (*parts, template[at:]) if part]


def _pieces(turn: Turn) -> list[str]:
    text = " ".join(turn.text[-1000:].split()[-MAX_TURN_WORDS:])
    masked: list[str] = []
    for part in split_slots(text) if turn.template else [text]:
        if isinstance(part, Control):
            masked.append(part)
            continue
        at = 0
        for match in _NUMBER.finditer(part):
            masked += [part[at : match.start()], Control("<number>")]
            at = match.end()
        masked.append(part[at:])
    return [part for part in masked if part]


def _slots(names: tuple[str, ...]) -> list[str]:
    return [f"{{{name}}}" for name in sorted(names)]


def _one_of(field: str, value: object, known: tuple[object, ...]) -> None:
    if value not in known:
        raise ValueError(f"{field} is {value!r}: use one of {', '.join(map(str, known))}")
