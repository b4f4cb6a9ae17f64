"""Template files, read and checked once: a book maps a path such as `act.counter.any` to its variants."""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:  # the standard library reads TOML from 3.11 on
    import tomli as tomllib

FOLDER = Path(__file__).with_name("templates")

DOMAINS = ("debt", "surgery", "disaster", "sleep", "custom")

#: Facts a template of each domain may use; every one is optional when a line is made.
FACTS: Mapping[str, frozenset[str]] = {
    "debt": frozenset({"balance", "reason", "purpose", "overdue", "creditor_option"}),
    "surgery": frozenset({"procedure", "condition", "surgeon", "risk", "patient_reason", "option"}),
    "disaster": frozenset({"hazard", "need", "injury", "team", "sign", "comfort"}),
    "sleep": frozenset({"situation", "reason", "feeling", "tomorrow", "routine"}),
    "custom": frozenset({"reason", "situation", "need", "option"}),
}

#: Slots every domain has: names, the numbers on the table, and the number that is read back with its words.
COMMON_SLOTS = frozenset({"agent", "name", "offer", "their_offer", "plan"})

#: Facts that no cheerful sentence may stand beside.
GRAVE = frozenset({"risk", "injury", "hazard", "need", "reason", "condition", "overdue", "patient_reason"})

#: First sentences of their own; every other domain shares `moods.toml`.
_MOODS = {"disaster": "moods_disaster.toml", "sleep": "moods_sleep.toml"}

_PHASES = (".opening", ".bargaining", ".impasse", ".closing")
_SENTENCE_END = re.compile(r"[.!?](?= |$)")


@dataclass(frozen=True)
class Variant:
    """One sentence with `{slot}`s, the slots it needs, and whether it was written for one phase only."""

    text: str
    slots: frozenset[str]
    phase_bound: bool = False


Book = Mapping[str, tuple[Variant, ...]]


@cache
def agent_book(domain: str) -> Book:
    """The agent's templates for a domain, on top of those every domain shares."""
    shared = (
        "common.toml",
        "confirm.toml",
        "hand_over.toml",
        "answers.toml",
        _MOODS.get(domain, "moods.toml"),
    )
    book: dict[str, tuple[Variant, ...]] = {}
    for file in shared:
        book |= _read(file, frozenset())
    return book | _read(f"{domain}.toml", FACTS[domain])


@cache
def counterpart_book(domain: str) -> Book:
    """The simulated person's templates: moods from the shared file, acts and arguments from the domain's."""
    return {**_read("counterpart.toml", frozenset()), **_read(f"counterpart_{domain}.toml", FACTS[domain])}


def parse_variant(text: str, allowed: frozenset[str], *, phase_bound: bool = False) -> Variant:
    """Check one template and find its slots.

    Raises ValueError for a broken brace, an unknown slot, a format spec or conversion, or anything but one
    sentence.
    """
    slots = set()
    for _, slot, spec, conversion in string.Formatter().parse(text):
        if slot is None:
            continue
        if slot not in allowed:
            raise ValueError(f"slot {{{slot}}} in {text!r}: use one of {', '.join(sorted(allowed))}")
        if spec or conversion:
            raise ValueError(f"slot {{{slot}}} in {text!r}: leave out the format spec")
        slots.add(slot)
    if not text or text[-1] not in ".!?" or len(_SENTENCE_END.findall(text)) != 1:
        raise ValueError(f"{text!r}: write one sentence, with its full stop, question or exclamation mark")
    return Variant(text, frozenset(slots), phase_bound)


def _read(file: str, facts: frozenset[str]) -> dict[str, tuple[Variant, ...]]:
    """All lists of one file, by dotted path. Raises ValueError naming the file, path and line at fault."""
    allowed = COMMON_SLOTS | facts
    book: dict[str, tuple[Variant, ...]] = {}
    table = tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))
    for path, lines in _lists(table, ""):
        bound = path.startswith("act.") and path.endswith(_PHASES)
        try:
            book[path] = tuple(parse_variant(line, allowed, phase_bound=bound) for line in lines)
        except ValueError as error:
            raise ValueError(f"{file}: {path}: {error}") from error
    return book


def _lists(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, list[str]]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _lists(value, f"{prefix}{key}.")
        elif isinstance(value, list) and all(isinstance(line, str) for line in value):
            yield prefix + key, value
        else:
            raise ValueError(f"{prefix}{key} is {value!r}: give a list of sentences")
