"""Plain measures of text: n-gram variety, self-BLEU, a trigram model, spans shared with data sets."""

from __future__ import annotations

import csv
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

_WORD = re.compile(r"\{\w+\}|[\w']+|[.,;:!?]")


def words(line: str) -> list[str]:
    return _WORD.findall(line.lower())


def ngrams(tokens: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(tokens[at : at + n]) for at in range(len(tokens) - n + 1)]


def distinct(lines: Sequence[str], n: int) -> float:
    """Different n-grams over all n-grams (Li et al. 2016)."""
    found = [gram for line in lines for gram in ngrams(words(line), n)]
    return len(set(found)) / len(found)


def self_bleu(lines: Sequence[str], size: int) -> float:
    """Mean BLEU-4 of each of the first `size` lines against all others of them (Zhu et al. 2018).

    Counts are smoothed by adding 1 above unigrams; the brevity penalty takes the closest length.
    """
    tokens = [words(line) for line in lines[:size]]
    counts = [[Counter(ngrams(line, n)) for line in tokens] for n in range(1, 5)]
    best: list[defaultdict[tuple[str, ...], list[tuple[int, int]]]] = [defaultdict(list) for _ in range(4)]
    for n in range(4):
        for at, found in enumerate(counts[n]):
            for gram, count in found.items():
                best[n][gram].append((count, at))
        for ranked in best[n].values():
            ranked.sort(reverse=True)
    total = 0.0
    for at, line in enumerate(tokens):
        logs = 0.0
        for n in range(4):
            found = counts[n][at]
            hits = sum(
                min(count, next((c for c, other in best[n][gram] if other != at), 0))
                for gram, count in found.items()
            )
            smooth = 0 if n == 0 else 1
            logs += math.log(max(hits + smooth, 1e-9) / max(sum(found.values()) + smooth, 1)) / 4
        closest = min(
            (len(t) for other, t in enumerate(tokens) if other != at), key=lambda k: abs(k - len(line))
        )
        total += math.exp(logs + min(0.0, 1 - closest / max(len(line), 1)))
    return total / len(tokens)


class Trigram:
    """Trigram model with Witten-Bell smoothing over token ids, started by a head of control tokens."""

    def __init__(self, end: int) -> None:
        """`end` is the token that ends a line."""
        self._end = end
        self._next: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        self._vocabulary: set[int] = set()

    def learn(self, head: Sequence[int], ids: Sequence[int]) -> None:
        sequence = [*head, *ids]
        for at in range(len(head), len(sequence)):
            self._vocabulary.add(sequence[at])
            for n in range(min(2, at) + 1):
                self._next[tuple(sequence[at - n : at])][sequence[at]] += 1

    def probability(self, context: tuple[int, ...], token: int) -> float:
        lower = self.probability(context[1:], token) if context else 1 / (len(self._vocabulary) + 1)
        found = self._next.get(context)
        if not found:
            return lower
        total, kinds = sum(found.values()), len(found)
        return (found[token] + kinds * lower) / (total + kinds)

    def nats(self, head: Sequence[int], ids: Sequence[int]) -> float:
        sequence = [*head, *ids]
        spots = range(len(head), len(sequence))
        return -sum(math.log(self.probability(tuple(sequence[at - 2 : at]), sequence[at])) for at in spots)

    def sample(self, rng: random.Random, head: Sequence[int], limit: int = 60) -> list[int]:
        sequence = list(head)
        while len(sequence) < len(head) + limit:
            found = self._next.get(tuple(sequence[-2:])) or self._next[sequence[-1],] or self._next[()]
            token = rng.choices(list(found), list(found.values()))[0]
            if token == self._end:
                break
            sequence.append(token)
        return sequence[len(head) :]


def spans(text: str, size: int) -> Iterator[str]:
    """Runs of `size` words, in lower case and without punctuation."""
    tokens = re.findall(r"[a-z']+|\{\w+\}", text.lower())
    for at in range(len(tokens) - size + 1):
        yield " ".join(tokens[at : at + size])


def stream_texts(data: Path) -> Iterator[str]:
    """Every text of the data sets with sentences in them."""
    for file in sorted(data.rglob("*")):
        if file.suffix in (".tsv", ".csv", ".txt") and file.name != "LICENSE":
            with file.open(encoding="utf-8", errors="replace", newline="") as table:
                if file.suffix == ".txt":
                    yield from table
                else:
                    mark = "\t" if file.suffix == ".tsv" else ","
                    for row in csv.reader(table, delimiter=mark, quoting=csv.QUOTE_NONE):
                        yield " ".join(row)
        elif file.suffix in (".json", ".jsonl"):
            text = file.read_text(encoding="utf-8", errors="replace")
            for line in text.splitlines() if file.suffix == ".jsonl" else [text]:
                yield from _strings(json.loads(line)) if line.strip() else ()


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
