"""Samples as packed rows of tokens; the same seed and step give the same batch, so a run can be resumed."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import numpy.typing as npt

from emomas.speech.corpus.samples import draw, line_for
from emomas.speech.request import encode, split_slots
from emomas.speech.tokenizer import Tokenizer

Array = npt.NDArray[np.int32]

#: Requests that are drawn, packed and shuffled together.
CHUNK = 1536
#: Lines that share a prompt.
LINES = 3
_OPEN = 40
#: So that little of a chunk is left over when it is cut into batches.
_REQUESTS_PER_ROW = 24


@dataclass(frozen=True, slots=True)
class Rows:
    """Packed rows, each (n, context).

    segment: the request a token belongs to, 0 for padding; branch: 0 in the prompt, else the number of the
    line, which sees the prompt and itself; position: place of the token, as if its line were the only one.
    """

    tokens: Array
    segment: Array
    branch: Array
    position: Array

    def slice(self, start: int, stop: int) -> Rows:
        """Rows from `start` to before `stop`."""
        span = slice(start, stop)
        return Rows(self.tokens[span], self.segment[span], self.branch[span], self.position[span])


def encode_request(tokenizer: Tokenizer, rng: random.Random, lines: int) -> tuple[list[int], list[list[int]]]:
    """Ids of a fresh request's prompt without its `<say>`, and of lines for it, from `<say>` to `<end>`."""
    request = draw(rng)
    *prompt, say = tokenizer.encode_prompt(encode(request))
    said = [tokenizer.encode_prompt(split_slots(line_for(rng, request))) for _ in range(lines)]
    return prompt, [[say, *ids, tokenizer.end] for ids in said]


def rows(tokenizer: Tokenizer, seed: str, context: int, size: int = CHUNK, lines: int = LINES) -> Rows:
    """`size` requests in rows of `context` tokens; lines that are too long for a row are left out."""
    rng = random.Random(seed)
    table: list[list[tuple[int, int, int, int]]] = []
    for segment in range(1, size + 1):
        prompt, said = encode_request(tokenizer, rng, lines)
        while said and len(prompt) + sum(map(len, said)) > context:
            said.pop()
        cells = [(token, segment, 0, at) for at, token in enumerate(prompt)]
        for branch, ids in enumerate(said, 1):
            cells += [(token, segment, branch, len(prompt) + at) for at, token in enumerate(ids)]
        if not said:
            continue
        # The fullest of the last rows that still has room.
        roomy = [row for row in table[-_OPEN:] if len(row) + len(cells) <= context]
        if roomy:
            max(roomy, key=len).extend(cells)
        else:
            table.append(cells)
    rng.shuffle(table)
    return Rows(*(_padded([[cell[part] for cell in row] for row in table], context) for part in range(4)))


class Stream:
    """Batches without an end, by step number; chunks are drawn ahead of their use, on the other cores."""

    def __init__(self, tokenizer: Tokenizer, seed: int, context: int, batch: int) -> None:
        """Nothing is drawn yet."""
        self._tokenizer, self._seed, self._context, self._batch = tokenizer, seed, context, batch
        self._size = max(CHUNK, _REQUESTS_PER_ROW * batch)
        self._chunk, self._at = -1, 0
        self._rows: Rows | None = None
        self._workers = max(1, (os.cpu_count() or 1) - 1)
        # Not a fork: the trainer has threads.
        self._pool = ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"))
        self._ahead: deque[Future[Rows]] = deque()

    def __enter__(self) -> Stream:
        """Use it in a `with` block, which ends the processes that draw."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop what was drawn ahead."""
        self._pool.shutdown(cancel_futures=True)

    def at(self, chunk: int, row: int) -> None:
        """Go on from this place, as `place` has given it."""
        self._chunk, self._at = chunk, row
        self._rows = None
        self._ahead.clear()

    @property
    def place(self) -> tuple[int, int]:
        """Where the next batch begins: chunk and row."""
        return self._chunk, self._at

    def next(self) -> Rows:
        """The next `batch` rows; the rest of a chunk that is too small for a batch is dropped."""
        if self._rows is None and self._chunk >= 0:
            self._rows = self._drawn()
        if self._rows is None or self._at + self._batch > len(self._rows.tokens):
            self._chunk, self._at = self._chunk + 1, 0
            self._rows = self._drawn()
        self._at += self._batch
        return self._rows.slice(self._at - self._batch, self._at)

    def _drawn(self) -> Rows:
        """The current chunk; those after it are ordered."""
        while len(self._ahead) <= 2 * self._workers:
            seed = f"{self._seed}|{self._chunk + len(self._ahead)}"
            self._ahead.append(self._pool.submit(rows, self._tokenizer, seed, self._context, self._size))
        return self._ahead.popleft().result()


def _padded(table: list[list[int]], context: int) -> Array:
    array = np.zeros((len(table), context), np.int32)
    for at, row in enumerate(table):
        array[at, : len(row)] = row
    return array
