"""Learns the tokenizer's merges from word counts: the most frequent pair first, ties in byte order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from emomas.speech.tokenizer import WORD

Pair = tuple[bytes, bytes]


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Words as the tokenizer cuts them."""
    return Counter(word for text in texts for word in WORD.findall(text))


def learn_merges(words: Mapping[str, int], size: int) -> list[Pair]:
    """At most `size` merges; fewer when no pair comes twice."""
    parts = {word: [bytes([byte]) for byte in word.encode()] for word in sorted(words)}
    counts: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[str]] = defaultdict(set)
    for word, pieces in parts.items():
        for pair in pairwise(pieces):
            counts[pair] += words[word]
            where[pair].add(word)
    merges: list[Pair] = []
    made: set[bytes] = set()
    while len(merges) < size:
        left = {pair: count for pair, count in counts.items() if pair[0] + pair[1] not in made}
        best = max(left, key=lambda pair: (left[pair], pair), default=None)
        if best is None or left[best] < 2:
            break
        merges.append(best)
        made.add(best[0] + best[1])
        for word in sorted(where[best]):
            old, new = parts[word], _merged(parts[word], best)
            for pair in pairwise(old):
                counts[pair] -= words[word]
            for pair in pairwise(new):
                counts[pair] += words[word]
                where[pair].add(word)
            parts[word] = new
        del counts[best]
    return merges


def _merged(pieces: list[bytes], pair: Pair) -> list[bytes]:
    merged: list[bytes] = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged
