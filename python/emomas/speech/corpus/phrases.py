"""Sentence files: `= heading` lines, below each its sentences, with `(this|that|)` for alternatives.

The last word of a heading may be the intensities it is written for, such as `12`; without it, it is for all.
A sentence in lower case may be joined to another by "so", "but" or a name.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from emomas.speech.request import SLOTS

#: A line is at most this long.
LONGEST_WORDS = 42
#: How often a whole is taken where there are enough of them.
_WHOLES, _ENOUGH = 0.68, 8
FOLDER = Path(__file__).with_name("sentences")

Key = tuple[str, ...]
Pool = tuple[str, ...]

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_SLOT = re.compile(r"\{(\w*)\}")
_FULL = {
    "we'll": "we will",
    "it's": "it is",
    "that's": "that is",
    "there's": "there is",
    "can't": "cannot",
    "won't": "will not",
    "don't": "do not",
    "we're": "we are",
    "you're": "you are",
    "we've": "we have",
    "I'm": "I am",
    "I'll": "I will",
    "I've": "I have",
}
_CONTRACTED = re.compile(
    rf"\b(?:{'|'.join(_FULL)})\b(?! (?:\w+ed|been|got|come|gone|taken|you|we|it|all|better)\b)", re.IGNORECASE
)


@cache
def read(path: str) -> Mapping[Key, Pool]:
    """The pools of a sentence file, by heading without and with each intensity.

    Raises ValueError with the file and line of a sentence without a heading, an unknown placeholder or a
    missing full stop.
    """
    pools: dict[Key, list[str]] = {}
    keys: list[Key] = []
    for number, line in enumerate((FOLDER / path).read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("= "):
            *words, last = line[2:].split()
            keys = [(*words, digit) for digit in last] if last.isdigit() else [(*words, last)]
        elif line and not line.startswith("#"):
            unknown = set(_SLOT.findall(line)) - set(SLOTS)
            if not keys or unknown or line[-1] not in ".!?)":
                raise ValueError(
                    f"{path}, line {number}: {line!r} needs a heading, known slots and a full stop"
                )
            for key in keys:
                pools.setdefault(key, []).append(line)
    return {key: tuple(lines) for key, lines in pools.items()}


@cache
def slots_of(line: str) -> frozenset[str]:
    """The placeholders of a sentence."""
    return frozenset(_SLOT.findall(line))


def some_whole(
    rng: random.Random, own: Pool, general: Pool, allowed: set[str], needed: set[str]
) -> str | None:
    """A complete line, or None now and then, and often where there are few: they must not wear out.

    `own` are written for the very moment or style, and come the more often the more there are. Lines that
    tell an allowed fact are preferred.
    """
    pool = own if rng.random() * (len(own) + 3) < len(own) or not general else general
    if rng.random() > _WHOLES * min(1, (len(own) + len(general)) / _ENOUGH):
        return None
    if allowed:
        telling = pick(rng, [line for line in pool if slots_of(line) & allowed], allowed, needed)
        if telling is not None and rng.random() < 0.6:
            return telling
    return pick(rng, pool, set(), needed)


def pick(rng: random.Random, pool: Iterable[str], allowed: set[str], needed: set[str]) -> str | None:
    """A sentence with all the needed placeholders and no others than the allowed, its alternatives chosen."""
    fits = [line for line in pool if needed <= slots_of(line) <= allowed | needed]
    if not fits:
        return None
    line = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), rng.choice(fits))
    line = re.sub(r" +([,.;:?!])", r"\1", " ".join(line.split()))
    if rng.random() < 0.12:
        line = _CONTRACTED.sub(_spelled_out, line)
    return line


def _spelled_out(match: re.Match[str]) -> str:
    full = _FULL.get(match[0]) or _FULL[match[0].lower()]
    return capital(full) if match[0][0].isupper() else full


def capital(line: str) -> str:
    """The sentence with a capital at its start; a placeholder stays as it is."""
    return line[0].upper() + line[1:]


def joinable(line: str) -> bool:
    """Whether the sentence may follow a comma as it stands."""
    return line[0].islower() or line.startswith(("{", "I ", "I'"))


def lowered(line: str) -> str:
    """The sentence as it stands after a comma: names and "I" keep their capital."""
    if re.match(r"(?:I|I'm|I've|I'd|I'll|God|Oh my God)\b", line):
        return line
    return line[0].lower() + line[1:]


def joined(first: str, word: str, second: str) -> str:
    """`first` without its full stop, a comma, `word`, and `second`."""
    return f"{first[:-1]}, {word} {second}"


def sentences(parts: Iterable[str | None]) -> str:
    """The parts that are there, each with a capital at its start."""
    return " ".join(capital(part) for part in parts if part)
