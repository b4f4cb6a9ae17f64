"""llama.cpp for a user's GGUF file.

It decodes int8 faster than CTranslate2 from about 30 M parameters on AMD. A thin adapter around
llama-cpp-python: tokens are chosen here (exact seeds, masks), candidates generated one after the other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emomas.errors import ConfigError, ModelError
from emomas.speech.engine.base import (
    Clock,
    Constraint,
    OnToken,
    Request,
    Result,
    Run,
    check_continuations,
)
from emomas.speech.engine.manifest import file_hash
from emomas.speech.engine.sampling import Sampler

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PIECE_TOKENS = 64


class LlamaCppEngine:
    """A GGUF file run by llama.cpp; what two prompts have in common at their start isn't read twice."""

    masks = True

    def __init__(
        self, path: Path, *, context: int = 2048, threads: int = 1, clock: Clock = time.monotonic
    ) -> None:
        """Load the file; ModelError if it can't be, or llama-cpp-python isn't installed."""
        if context < 1 or threads < 1:
            raise ConfigError(f"context is {context} and threads {threads}: give at least 1 each")
        try:
            import llama_cpp
        except ImportError as error:
            raise ModelError(
                "llama-cpp-python isn't installed: pip install 'emomas[llama]' (it is built from source)"
            ) from error
        self._hash = file_hash(path)
        try:
            self._llama: Any = llama_cpp.Llama(
                str(path), n_ctx=context, n_threads=threads, n_threads_batch=threads, verbose=False
            )
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{path}: llama.cpp can't load it: {error}") from error
        self._library = llama_cpp
        self._clock = clock
        self._lock = threading.Lock()
        self._run: Run | None = None
        self._seen: list[int] = []

    @property
    def vocabulary_size(self) -> int:
        """Ids run from 0 to this, exclusive."""
        return int(self._model().n_vocab())

    @property
    def context(self) -> int:
        """The longest sequence in tokens."""
        return int(self._model().n_ctx())

    @property
    def model_hash(self) -> str:
        """SHA-256 of the GGUF file."""
        return self._hash

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
        end_ids = frozenset({int(self._model().token_eos())})
        run = Run(request, end_ids, self._clock, deadline, on_token, cancel)
        prompt = request.static + request.prompt
        with self._lock:
            self._run = run
            try:
                sampler = Sampler(run)
                for candidate in range(request.n):
                    while not run.ended(candidate) and not run.interrupted():
                        logits = self._logits(prompt + run.ids(candidate), run)
                        if not run.interrupted():
                            run.take(candidate, *sampler.next(candidate, logits))
            finally:
                self._run = None
        return run.results()

    def score(
        self, prompt: Sequence[int], continuations: Sequence[Sequence[int]]
    ) -> list[NDArray[np.float64]]:
        """Log-probabilities of continuations; see `Engine.score`."""
        before, after = check_continuations(self, prompt, continuations)
        scores = []
        with self._lock:
            for ids in after:
                logprobs = []
                for place, token in enumerate(ids):
                    logits = self._logits(before + ids[:place], None).astype(np.float64)
                    logits -= logits.max()
                    logprobs.append(logits[token] - np.log(np.sum(np.exp(logits))))
                scores.append(np.asarray(logprobs))
        return scores

    def prepare(self) -> None:
        """Nothing is gained beforehand."""

    def close(self) -> None:
        """Halt what is running and free the model."""
        if run := self._run:
            run.halted = True
        with self._lock:
            if self._llama is not None:
                self._llama.close()
                self._llama = None

    def _model(self) -> Any:
        if self._llama is None:
            raise ModelError("the engine is closed: make a new one")
        return self._llama

    def _logits(self, ids: list[int], run: Run | None) -> NDArray[np.float32]:
        """Logits after the last of `ids`, shape (vocabulary,)."""
        llama = self._model()
        common = 0
        # The last token is always read, for its logits.
        while common < min(len(self._seen), len(ids) - 1) and self._seen[common] == ids[common]:
            common += 1
        self._seen = self._seen[:common]
        # llama-cpp-python drops the cache behind this position.
        llama.n_tokens = common
        for at in range(common, len(ids), _PIECE_TOKENS):
            if run is not None and run.interrupted():
                break
            piece = ids[at : at + _PIECE_TOKENS]
            llama.eval(piece)
            self._seen += piece
        pointer = self._library.llama_get_logits_ith(llama.ctx, -1)
        logits: NDArray[np.float32] = np.ctypeslib.as_array(pointer, shape=(self.vocabulary_size,)).copy()
        return logits
