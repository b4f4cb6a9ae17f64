"""Numbers in digits and English words, read from tokens.

Own grammar instead of text2num 3.1 (MIT, alive, 380 kB native wheels): that one gives no positions in the
utterance, raises on lone surrogates, and leaves "a couple", "a dozen", "two and a half" and a lone "one"
alone, so all the code below but the two word lists would still be needed, plus a binary dependency.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from emomas.perception.tokens import Tokens, at, touching, word, word_list

_SMALL: Final = {
    name: n
    for n, name in enumerate(
        word_list(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen"
        )
    )
} | {"nought": 0, "twelwe": 12}
_TENS: Final = {
    name: 10 * n
    for n, name in enumerate(word_list("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
} | {"fourty": 40, "fivty": 50, "ninty": 90}
_FRACTIONS: Final = {"½": 0.5, "¼": 0.25, "¾": 0.75, "half": 0.5, "quarter": 0.25}
_ARTICLES: Final = frozenset(("a", "an"))
_SCALES: Final = {"thousand": 1e3, "million": 1e6}
_SUFFIXES: Final = {"k": 1e3, "grand": 1e3, "thousand": 1e3, "million": 1e6, "mio": 1e6}


class Number(NamedTuple):
    """value; end: the token after; form: "digits", "words", "article" (a, half a) or "vague" (a couple)."""

    value: float
    end: int
    form: str


def read_number(tokens: Tokens, i: int, *, article: bool = False) -> Number | None:
    """The number that begins at token `i`, fractions included, or None.

    article: whether "a", "an", "half a" and "a quarter of an" alone count as 1, 1, 1/2 and 1/4; only sensible
    where a unit must follow.
    """
    found = _fraction_of(tokens, i) if article else None
    found = found or _vague(tokens, i) or _digits(tokens, i) or _words(tokens, i)
    if found is None and article and word(tokens, i) in _ARTICLES:
        found = Number(1.0, i + 1, "article")
    if found is None or not math.isfinite(found.value) or found.value >= 1e12:
        return None
    return found


def _digits(tokens: Tokens, i: int) -> Number | None:
    first = at(tokens, i)
    if first.text in ("½", "¼", "¾"):
        return Number(_FRACTIONS[first.text], i + 1, "digits")
    if first.kind != "num":
        return None
    value, end = float(first.text.replace(",", "")), i + 1
    if word(tokens, end) in ("½", "¼", "¾"):
        return Number(value + _FRACTIONS[word(tokens, end)], end + 1, "digits")
    if at(tokens, end).kind == "num" and word(tokens, end + 1) == "/" and at(tokens, end + 2).kind == "num":
        bottom = float(word(tokens, end + 2).replace(",", ""))
        if 1 < bottom <= 8:  # 1 1/2
            return Number(value + float(word(tokens, end).replace(",", "")) / bottom, end + 3, "digits")
    return _half_and_scale(tokens, value, end, "digits")


def _half_and_scale(tokens: Tokens, value: float, end: int, form: str) -> Number:
    """`value` with what may follow it: "and a half", "point five", "k", "thousand", "grand"."""
    if tuple(word(tokens, end + k) for k in range(3)) == ("and", "a", "half"):
        value, end = value + 0.5, end + 3
    if form == "words" and word(tokens, end) == "point" and word(tokens, end + 1) in _SMALL:
        end, place = end + 1, 0.1
        while place > 1e-6 and word(tokens, end) in _SMALL and _SMALL[word(tokens, end)] < 10:
            value, end, place = value + place * _SMALL[word(tokens, end)], end + 1, place / 10
        value = round(value, 6)
    scale = word(tokens, end)
    pension = scale == "k" and value == 401  # a 401k
    if scale in _SUFFIXES and not pension and not (form == "words" and scale == "thousand"):
        value, end = value * _SUFFIXES[scale], end + 1
    return Number(value, end, form)


def _words(tokens: Tokens, i: int) -> Number | None:
    """Reads "two thousand three hundred and twenty one": scales, then hundreds, then below a hundred."""
    total, end, part = 0.0, i, _hundreds(tokens, i)
    if part is None:
        return None
    value, end = part
    scaled = False
    for scale, size in sorted(_SCALES.items(), key=lambda item: -item[1]):
        if word(tokens, end) == scale:
            total, end, scaled = total + value * size, end + 1, True
            skip = end + 1 if word(tokens, end) == "and" else end
            part = _hundreds(tokens, skip)
            value = 0.0
            if part is not None and word(tokens, skip) not in _ARTICLES:
                value, end = part
    value += total
    return Number(value, end, "words") if scaled else _half_and_scale(tokens, value, end, "words")


def _hundreds(tokens: Tokens, i: int) -> tuple[float, int] | None:
    low = _below_hundred(tokens, i)
    if low is None and word(tokens, i) in _ARTICLES and word(tokens, i + 1) in ("hundred", *_SCALES):
        low = (1.0, i + 1)
    if low is None and word(tokens, i) in ("hundred", "thousand"):
        low = (1.0, i)
    if low is None:
        return None
    value, end = low
    if word(tokens, end) == "hundred":
        value, end = value * 100, end + 1
        rest = _below_hundred(tokens, end + 1 if word(tokens, end) == "and" else end)
        if rest is not None and rest[0] > 0:
            value, end = value + rest[0], rest[1]
    return value, end


def _below_hundred(tokens: Tokens, i: int) -> tuple[float, int] | None:
    name = word(tokens, i)
    if name in _TENS:
        dash = i + 1 if word(tokens, i + 1) != "-" else i + 2
        ones = _SMALL.get(word(tokens, dash), 0)
        return (_TENS[name] + ones, dash + 1) if 0 < ones < 10 else (_TENS[name], i + 1)
    if name in _SMALL:
        return _SMALL[name], i + 1
    return None


def _vague(tokens: Tokens, i: int) -> Number | None:
    """Reads "a couple (of)", "a dozen", "half a dozen"."""
    if word(tokens, i) == "half" and word(tokens, i + 1) == "a" and word(tokens, i + 2) == "dozen":
        return Number(6.0, i + 3, "vague")
    start = i + 1 if word(tokens, i) in ("a", "one") else i
    for name, value in (("couple", 2.0), ("dozen", 12.0)):
        if word(tokens, start) == name:
            return Number(value, start + (2 if word(tokens, start + 1) == "of" else 1), "vague")
    return None


def _fraction_of(tokens: Tokens, i: int) -> Number | None:
    """Reads "half a(n)", "a half", "three quarters of an", which stand before a unit or a scale."""
    start, count = i, 1.0
    if word(tokens, i) in _ARTICLES or word(tokens, i) == "one":
        start = i + 1
    elif word(tokens, i) in ("two", "three", "2", "3"):
        start, count = i + 1, float(_SMALL.get(word(tokens, i), 0) or word(tokens, i))
    name = word(tokens, start)
    if name == "-":
        start, name = start + 1, word(tokens, start + 1)
    share = _FRACTIONS.get(name.removesuffix("s"))
    if share is None or at(tokens, start).kind != "word":
        return None
    end = start + 1
    for link in ("of", "a", "an"):
        if word(tokens, end) == link:
            end += 1
    found = Number(count * share, end, "article")
    if word(tokens, end) in _SUFFIXES and not touching(tokens, end):  # half a million
        return Number(found.value * _SUFFIXES[word(tokens, end)], end + 1, "words")
    return found
