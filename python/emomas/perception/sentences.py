"""Sentences as words with single spaces, the form that patterns over several words are written for."""

from __future__ import annotations

from typing import Final, NamedTuple

from emomas.perception.tokens import Tokens, word

ENDS: Final = frozenset((".", "!", "?", "\n", ";"))
_BREAKS: Final = frozenset((*ENDS, ",", ":", "(", ")", '"'))
_KEPT: Final = frozenset((",", ":", "$", "%", "🙏", "🙄", "😂", "🤣"))
_REACH: Final = 40  # tokens read on either side of a number: keeps the work linear


class Around(NamedTuple):
    """What stands around a number: its clause before it, its sentence before and after it, the next one."""

    clause: str
    before: str
    after: str
    following: str

    @property
    def sentence(self) -> str:
        """The whole sentence, with # where the number is."""
        return f"{self.before} # {self.after}".strip()


def sentences(tokens: Tokens) -> list[str]:
    """Sentences as words with single spaces, each ending in its mark if that is "?"."""
    found: list[list[str]] = [[]]
    for token in tokens:
        if token.text in ENDS:
            if token.text == "?":
                found[-1].append("?")
            if found[-1]:
                found.append([])
        elif token.kind != "sym" or token.text in _KEPT:
            found[-1].append(token.text)
    return [" ".join(words) for words in found if words and words != ["?"]]


def around(tokens: Tokens, first: int, last: int) -> Around:
    """The words around tokens `first` to `last` (exclusive), at most `_REACH` on either side."""
    start = first
    while start > max(0, first - _REACH) and word(tokens, start - 1) not in ENDS:
        start -= 1
    clause = first
    while clause > start and word(tokens, clause - 1) not in _BREAKS:
        clause -= 1
    end = last
    while end < min(len(tokens), last + _REACH) and word(tokens, end) not in ENDS:
        end += 1
    after = _joined(tokens, last, end) + (" ?" if word(tokens, end) == "?" else "")
    stop = end
    while stop < len(tokens) and word(tokens, stop) in ENDS:
        stop += 1
    close = stop
    while close < min(len(tokens), stop + _REACH) and word(tokens, close) not in ENDS:
        close += 1
    return Around(
        _joined(tokens, clause, first),
        _joined(tokens, start, first),
        after.strip(),
        _joined(tokens, stop, close),
    )


def _joined(tokens: Tokens, first: int, last: int) -> str:
    return " ".join(t.text for t in tokens[first:last] if t.kind != "sym" or t.text in _KEPT)
