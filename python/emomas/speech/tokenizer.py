"""Byte-level pair encoding in plain Python, for the bundled model.

Ids: control tokens, placeholders, the 256 bytes, then the merges in the order they were learned. Text is
always encoded as bytes and merges, so that no text can turn into a control or placeholder token; those come
only from `Control` pieces. Sennrich et al. 2016; byte-level as in GPT-2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from emomas.speech.request import SLOTS, Control, controls

#: Words with the space before them, single digits, punctuation, spaces: together they cover any text.
WORD = re.compile(r"'(?:s|t|re|ve|m|ll|d)\b| ?[^\W\d_]+|\d| ?[^\w\s]+|_|\s+(?!\S)|\s")

_SPECIAL = (*controls(), *(f"{{{name}}}" for name in SLOTS))


class Tokenizer:
    """Text and prompt pieces to ids, and back.

    merges: pairs of byte strings, in the order of their rank.
    """

    def __init__(self, merges: Sequence[tuple[bytes, bytes]]) -> None:
        """Build the vocabulary; raises ValueError when a merge joins what isn't in it yet."""
        self.special = {token: at for at, token in enumerate(_SPECIAL)}
        first = len(_SPECIAL)
        self._bytes = [bytes([byte]) for byte in range(256)]
        self._id = {piece: first + at for at, piece in enumerate(self._bytes)}
        self._rank: dict[tuple[bytes, bytes], int] = {}
        for left, right in merges:
            if left not in self._id or right not in self._id or left + right in self._id:
                raise ValueError(f"merge {left!r} + {right!r} doesn't fit: use the file of this model")
            self._rank[left, right] = len(self._rank)
            self._bytes.append(left + right)
            self._id[left + right] = first + len(self._bytes) - 1
        self._first = first
        self._word = lru_cache(maxsize=8192)(self._merge)
        self.end = self.special["<end>"]

    @classmethod
    def load(cls, path: str | Path) -> Tokenizer:
        """Read a `tokenizer.json`. Raises ValueError when it isn't of this form or has other tokens."""
        try:
            table = json.loads(Path(path).read_text(encoding="utf-8"))
            merges = [(left.encode("latin-1"), right.encode("latin-1")) for left, right in table["merges"]]
            special = tuple(table["special"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} is no tokenizer file: fetch it again with its model") from error
        if special != _SPECIAL:
            raise ValueError(f"{path} has other control tokens than this version: use the model made for it")
        return cls(merges)

    def save(self, path: str | Path) -> None:
        """Write a `tokenizer.json`; bytes are written as the Latin-1 characters of the same number."""
        merges = [[left.decode("latin-1"), right.decode("latin-1")] for left, right in self._rank]
        table = {"special": list(_SPECIAL), "merges": merges}
        Path(path).write_text(json.dumps(table, ensure_ascii=True) + "\n", encoding="utf-8")

    def __reduce__(self) -> tuple[type[Tokenizer], tuple[list[tuple[bytes, bytes]]]]:
        """The merges are all there is to copy."""
        return Tokenizer, (list(self._rank),)

    def __len__(self) -> int:
        """Number of tokens."""
        return self._first + len(self._bytes)

    def encode(self, text: str) -> list[int]:
        """Ids of a text, in which nothing is special; a lone surrogate raises UnicodeEncodeError."""
        return [token for word in WORD.findall(text) for token in self._word(word)]

    def encode_prompt(self, pieces: Iterable[str]) -> list[int]:
        """Ids of `request.encode` pieces; an unknown `Control` raises ValueError."""
        ids: list[int] = []
        for piece in pieces:
            if not isinstance(piece, Control):
                ids += self.encode(piece)
            elif piece in self.special:
                ids.append(self.special[piece])
            else:
                raise ValueError(f"unknown control token {str(piece)!r}: use those of emomas.speech.request")
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Text of ids: placeholders as `{name}`, no control tokens; broken UTF-8 is replaced."""
        raw = b""
        for token in ids:
            if not 0 <= token < len(self):
                raise ValueError(f"token id {token} is outside 0 to {len(self) - 1}")
            if token >= self._first:
                raw += self._bytes[token - self._first]
            elif (name := _SPECIAL[token])[0] == "{":
                raw += name.encode()
        return raw.decode("utf-8", "replace")

    def tokens(self) -> list[str]:
        """A unique printable string for every id, as a vocabulary file needs it."""
        return [*_SPECIAL, *(_printable(piece) for piece in self._bytes)]

    def unspeakable(self) -> list[int]:
        """Ids that no reply may hold: control tokens but `<end>`, and every digit."""
        digits = [self._id[bytes([byte])] for byte in b"0123456789"]
        return [at for token, at in self.special.items() if token[0] == "<" and token != "<end>"] + digits

    def _merge(self, word: str) -> tuple[int, ...]:
        parts = [bytes([byte]) for byte in word.encode("utf-8")]
        while len(parts) > 1:
            ranks = [self._rank.get(pair, len(self._rank)) for pair in pairwise(parts)]
            best = min(ranks)
            if best == len(self._rank):
                break
            at = ranks.index(best)
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return tuple(self._id[part] for part in parts)


def _printable(piece: bytes) -> str:
    # Brackets are shifted too, so that no merge can spell a control token.
    return "".join(chr(b) if 33 <= b <= 126 and b not in b"<>{}" else chr(0x100 + b) for b in piece)
