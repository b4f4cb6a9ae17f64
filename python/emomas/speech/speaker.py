"""One side of a conversation: what it has said already, and how it puts the next line together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from emomas.speech.book import COMMON_SLOTS, Book, Variant

MAX_WORDS = 45
#: A wording rests for this many lines of its speaker before it may come again.
REST = 15
#: A fact isn't brought up again, in whatever words, for this many lines.
FACT_REST = 4

#: How often a wording written for the current phase goes before the general ones.
_PHASE_SHARE = 0.5


class Speaker:
    """Picks variants from a book, the least recently used first."""

    def __init__(self, book: Book, key: str) -> None:
        """Speak from `book`; the same `key` and the same calls give the same lines."""
        self._book = book
        self._key = key
        self._lines = 0
        self._used: dict[str, int] = {}
        self._told: dict[str, int] = {}

    def pool(self, *paths: str) -> list[Variant]:
        """All variants under the given paths; an unknown path has none."""
        return [variant for path in paths for variant in self._book.get(path, ())]

    def chance(self, share: float, what: str, turn: int) -> bool:
        """True in about `share` of the turns; decided by the key, the turn and the number of lines spoken."""
        return int.from_bytes(self._order(f"{what}|{turn}|{self._lines}")[:4], "big") < share * 2**32

    def line(
        self,
        acts: Sequence[Variant],
        slots: Mapping[str, str],
        turn: int,
        *,
        greets: Sequence[Variant] = (),
        answers: Sequence[Variant] = (),
        openers: Sequence[Variant] = (),
        middles: Sequence[Variant] = (),
    ) -> str:
        """Greeting, answer, opener, middle and act joined.

        An opener or middle that is too long or too recent is left out. Keeps to `MAX_WORDS` as long as the
        greeting, the answer and the act alone do.
        """
        by_phase = self.chance(_PHASE_SHARE, "phase", turn)
        said: list[tuple[int, str]] = []
        words = MAX_WORDS
        # Picked in order of need: the act must be said, and the greeting tells the person who is speaking.
        order = (
            (4, acts, True),
            (0, greets, True),
            (1, answers, True),
            (2, openers, False),
            (3, middles, False),
        )
        for place, variants, needed in order:
            variant = self._pick(variants, slots, words, needed=needed, by_phase=by_phase)
            if variant is None:
                continue
            self._remember(variant)
            text = render(variant, slots)
            said.append((place, text))
            words -= len(text.split())
        self._lines += 1
        return " ".join(text for _, text in sorted(said))

    def _pick(
        self,
        variants: Sequence[Variant],
        slots: Mapping[str, str],
        words: int,
        *,
        needed: bool,
        by_phase: bool,
    ) -> Variant | None:
        known = [v for v in variants if v.slots <= slots.keys()]
        fits = [v for v in known if len(render(v, slots).split()) <= words]
        if not needed:
            fits = [v for v in fits if self._fresh(v)]
        elif not fits and known:
            return min(known, key=lambda v: len(render(v, slots).split()))
        return min(
            fits,
            key=lambda v: (self._used.get(v.text, -1), by_phase and not v.phase_bound, self._order(v.text)),
            default=None,
        )

    def _fresh(self, variant: Variant) -> bool:
        rested = self._lines - self._used.get(variant.text, -REST) >= REST
        return rested and all(
            self._lines - self._told.get(slot, -FACT_REST) >= FACT_REST for slot in variant.slots
        )

    def _remember(self, variant: Variant) -> None:
        self._used[variant.text] = self._lines
        for slot in variant.slots - COMMON_SLOTS:
            self._told[slot] = self._lines

    def _order(self, text: str) -> bytes:
        """A seeded order that doesn't depend on where a variant stands in its file."""
        return hashlib.blake2b(f"{self._key}|{text}".encode(), digest_size=8).digest()


def render(variant: Variant, slots: Mapping[str, str]) -> str:
    """The variant's text with its slots filled and a capital at the start."""
    text = variant.text.format_map(slots)
    return text[0].upper() + text[1:]
