"""An engine in NumPy: exact seeds, a mask per token, and platforms for which CTranslate2 has no wheel.

It reads CTranslate2's model folders and computes in float32, int8 weights dequantised (four times the file's
size in memory). States of the latest system prompts are kept. Matrix products run in one thread where
threadpoolctl is installed: BLAS threads wait by spinning, and on a busy robot that is 30 times slower.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emomas.errors import ModelError
from emomas.speech.engine import ct2_file, manifest
from emomas.speech.engine.base import (
    CACHED_PROMPTS,
    Clock,
    Constraint,
    OnToken,
    Request,
    Result,
    Run,
    check_continuations,
)
from emomas.speech.engine.decoder import Cache, Decoder
from emomas.speech.engine.sampling import Sampler

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Prompts are read in pieces, between which cancelling and deadlines are looked at.
_PIECE_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Model:
    """A decoder with what else an engine has to know."""

    decoder: Decoder
    end_ids: frozenset[int]
    context: int
    model_hash: str


def read_model(folder: Path) -> Model:
    """A CTranslate2 model folder, its files compared with the manifest; ModelError if it can't be used."""
    checked = manifest.read(folder)
    config = checked.read_json("config.json")
    variables = ct2_file.read(checked.read("model.bin"))
    shape = ct2_file.decoder_shape(variables, config)
    decoder = Decoder(shape, ct2_file.weights(variables, shape.layers))
    end_ids = checked.end_ids
    if not end_ids:
        vocabulary = checked.read_json("vocabulary.json")
        end_ids = [i for i, token in enumerate(vocabulary) if token == config.get("eos_token")]
    return Model(decoder, frozenset(end_ids), checked.context, checked.model_hash)


class NumpyEngine:
    """Runs a `Model` in NumPy."""

    masks = True

    def __init__(self, model: Model, *, clock: Clock = time.monotonic) -> None:
        """Take a model of `read_model` or an imported checkpoint; `clock` counts seconds, for deadlines."""
        if not model.end_ids or max(model.end_ids) >= len(model.decoder.weights.head.weight):
            raise ModelError(
                f"no token of the vocabulary ends a text (end_ids is {sorted(model.end_ids)}): "
                "put end_ids into manifest.json"
            )
        self._model = model
        self._clock = clock
        self._lock = threading.Lock()
        self._one_thread = _one_blas_thread()
        self._static: dict[tuple[int, ...], Cache] = {}
        self._run: Run | None = None
        self._closed = False

    @property
    def vocabulary_size(self) -> int:
        """Ids run from 0 to this, exclusive."""
        weights = self._model.decoder.weights
        return min(len(weights.embedding), len(weights.head.weight))

    @property
    def context(self) -> int:
        """The longest sequence in tokens."""
        return self._model.context

    @property
    def model_hash(self) -> str:
        """SHA-256 of the model's files."""
        return self._model.model_hash

    def generate(
        self,
        prompt_ids: Sequence[int],
        *,
        n: int = 1,
        max_tokens: int = 64,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Collection[int] = (),
        deadline: float | None = None,
        static_prompt: Sequence[int] = (),
        on_token: OnToken | None = None,
        cancel: threading.Event | None = None,
        constraint: Constraint | None = None,
    ) -> list[Result]:
        """Continue a prompt; see `Engine.generate`."""
        request = Request.check(
            self, prompt_ids, static_prompt, n, max_tokens, temperature, seed, stop, constraint
        )
        run = Run(request, self._model.end_ids, self._clock, deadline, on_token, cancel)
        with self._lock:
            self._open()
            self._run = run
            try:
                with self._one_thread():
                    self._drive(run)
            finally:
                self._run = None
        return run.results()

    def score(
        self, prompt: Sequence[int], continuations: Sequence[Sequence[int]]
    ) -> list[NDArray[np.float64]]:
        """Log-probabilities of continuations; see `Engine.score`."""
        before, after = check_continuations(self, prompt, continuations)
        decoder = self._model.decoder
        scores = []
        with self._lock, self._one_thread():
            self._open()
            start = decoder.cache(len(before))
            last = self._read(before, start, None)
            for ids in after:
                cache = start.spread(1, start.length + len(ids))
                logprobs = [_log_softmax(decoder.logits(last))]
                logprobs += [
                    _log_softmax(decoder.logits(decoder.forward(_row(piece), cache)[0]))
                    for piece in _pieces(ids[:-1])
                ]
                scores.append(np.concatenate(logprobs)[np.arange(len(ids)), ids])
        return scores

    def prepare(self) -> None:
        """Nothing is gained beforehand."""

    def close(self) -> None:
        """Halt what is running and wait for it."""
        self._closed = True
        if run := self._run:
            run.halted = True
        with self._lock:
            self._static.clear()

    def _open(self) -> None:
        if self._closed:
            raise ModelError("the engine is closed: make a new one")

    def _drive(self, run: Run) -> None:
        request, decoder = run.request, self._model.decoder
        cache = self._start(run)
        last = self._read(request.prompt, cache, run)
        if run.interrupted():
            return
        cache = cache.spread(request.n, cache.length + request.max_tokens)
        logits = np.repeat(decoder.logits(last), request.n, axis=0)
        sampler = Sampler(run)
        ids = np.zeros((request.n, 1), dtype=np.int64)
        while True:
            for candidate in range(request.n):
                if not run.ended(candidate):
                    token, logprob = sampler.next(candidate, logits[candidate])
                    run.take(candidate, token, logprob)
                    ids[candidate] = token
            if run.over or run.interrupted():
                return
            logits = decoder.logits(decoder.forward(ids, cache)[:, -1])

    def _start(self, run: Run) -> Cache:
        """A cache that holds the static prompt and has room for the prompt."""
        request, decoder = run.request, self._model.decoder
        if not request.static:
            return decoder.cache(len(request.prompt))
        key = tuple(request.static)
        known = self._static.pop(key, None)
        if known is None:
            known = decoder.cache(len(key))
            self._read(request.static, known, run)
            if run.over:
                return known
        self._static[key] = known
        while len(self._static) > CACHED_PROMPTS:
            del self._static[next(iter(self._static))]
        return known.spread(1, known.length + len(request.prompt))

    def _read(self, ids: list[int], cache: Cache, run: Run | None) -> NDArray[np.float32]:
        """The hidden state after the last of `ids`, shape (1, width); stops early if interrupted."""
        decoder = self._model.decoder
        hidden = np.zeros((1, 1, decoder.weights.embedding.shape[1]), dtype=np.float32)
        for piece in _pieces(ids):
            if run is not None and run.interrupted():
                break
            hidden = decoder.forward(_row(piece), cache)
        return hidden[:, -1]


def _one_blas_thread() -> Callable[[], AbstractContextManager[object]]:
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return nullcontext
    controller = ThreadpoolController()
    return lambda: controller.limit(limits=1, user_api="blas")


def _pieces(ids: list[int]) -> list[list[int]]:
    return [ids[at : at + _PIECE_TOKENS] for at in range(0, len(ids), _PIECE_TOKENS)]


def _row(ids: list[int]) -> NDArray[np.int64]:
    return np.asarray([ids], dtype=np.int64)


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    scores = logits.astype(np.float64)
    scores -= scores.max(-1, keepdims=True)
    log_probs: NDArray[np.float64] = scores - np.log(np.sum(np.exp(scores), axis=-1, keepdims=True))
    return log_probs
