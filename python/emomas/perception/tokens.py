"""Text to tokens: one linear pass, positions kept, so that every later rule works on a list of words."""

from __future__ import annotations

import re
import string
from typing import Final, NamedTuple

MAX_CHARS: Final = 2000
"""What is read of an utterance; nobody types an offer after that, and work stays bounded."""

# Look-alikes of the same length, so that positions in the folded text are positions in the original.
_FOLD: Final = str.maketrans(
    string.ascii_uppercase + "’‘ʼ`´" + "“”„«»" + "‐‑‒–—−" + "…＄﹩",
    string.ascii_lowercase + "'" * 5 + '"' * 5 + "-" * 6 + ".$$",
)

# Alternatives start with different characters and no group repeats inside a group, so matching is linear.
_TOKEN: Final = re.compile(
    r"(?P<num>\d{1,3}(?:,\d{3})+(?:\.\d{1,9})?(?!\d)|\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d:])"
    r"|\d+(?:\.\d+)?(?:e\d{1,3}(?![^\W_]))?)"
    r"|(?P<word>[ap]\.\s?m\b\.?|[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<sym>\n|\S)"
)


def word_list(text: str) -> list[str]:
    """The words of a table written as one string."""
    return text.split()


def word_set(text: str) -> frozenset[str]:
    """The words of a table written as one string, to look up."""
    return frozenset(text.split())


class Token(NamedTuple):
    """text: folded to lower case; start, end: in the utterance; kind: "num", "word", "sym" or "end"."""

    text: str
    start: int
    end: int
    kind: str


END: Final = Token("", 0, 0, "end")
"""What `at` gives beyond either end; it equals no word, number or symbol."""

Tokens = list[Token]


def tokenise(text: str) -> Tokens:
    """The tokens of the first `MAX_CHARS` characters of `text`; any string will do."""
    folded = text[:MAX_CHARS].translate(_FOLD)
    tokens = []
    for match in _TOKEN.finditer(folded):
        word = match.group()
        if match.lastgroup == "word" and word[1:2] == ".":
            word = "am" if word[0] == "a" else "pm"
        elif match.lastgroup == "num":
            word = "".join(word.split())  # 1 200
        tokens.append(Token(word, match.start(), match.end(), match.lastgroup or "sym"))
    return tokens


def at(tokens: Tokens, i: int) -> Token:
    """Token `i`, or `END` where there is none."""
    return tokens[i] if 0 <= i < len(tokens) else END


def word(tokens: Tokens, i: int) -> str:
    """The folded text of token `i`, or "" where there is none."""
    return tokens[i].text if 0 <= i < len(tokens) else ""


def touching(tokens: Tokens, i: int) -> bool:
    """Whether token `i` follows token `i - 1` without a space."""
    return 0 < i < len(tokens) and tokens[i - 1].end == tokens[i].start


def sentence_ends(tokens: Tokens, i: int) -> bool:
    """Whether a sentence is over before token `i`: at the end of the text, . ! ? or a line break."""
    return not 0 <= i < len(tokens) or tokens[i].text in _STOPS


_STOPS: Final = frozenset(".!?\n")
