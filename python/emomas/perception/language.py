"""Is this English? A cheap check, so that English rules can say how little they know of other languages."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from emomas.perception.tokens import Tokens, word_set

_ENGLISH: Final = word_set(
    "the a an and or but not i you he she it we they me him her us them my your his our their this that "
    "these those is are was were be been am do does did have has had can could will would shall should may "
    "might must to of in on at for with from by about until if so because then than as what when where why "
    "how who which no yes ok okay please thanks thank deal pay paid day days week weeks month months hour "
    "hours minute minutes dollars bucks need want give i'm i'll i'd it's that's don't can't won't let's "
    "stop hello hi bye fine sorry time money more less too very really one two three four five six seven "
    "eight nine ten twenty thirty forty fifty hundred half past quarter midnight agree accept offer help "
    "good bad never now here there just only all some any out up wow great sure"
)
_ALSO_FOREIGN: Final = word_set("no a an me an in as he am i do so die was on pay hi us on es far one")


def language(tokens: Tokens) -> str:
    """The language: "en", "other", or "und" (undetermined) when there are too few words to tell.

    A text is English when at least a quarter of its words, and one that no other common language shares, are
    everyday English; it is "other" when most letters are not ASCII or four words hold nothing English.
    """
    words = [token.text for token in tokens if token.kind == "word"]
    letters = sum(map(len, words))
    if not letters:
        return "und"
    if sum(char.isascii() for name in words for char in name) < 0.7 * letters:
        return "other"
    known = sum(name in _ENGLISH for name in words)
    sure = sum(name in _ENGLISH and name not in _ALSO_FOREIGN for name in words)
    sure += sum(pair == ("i", "am") for pair in pairwise(words))
    if known and 4 * known >= len(words) and (sure or len(words) == 1):
        return "en"
    return "other" if len(words) >= 4 and 6 * sure < len(words) else "und"
