"""The default engine: CTranslate2 on the CPU, int8.

What CTranslate2 does unasked, and what is done about it here:

- Ids outside the vocabulary crash the process: `Request` checks them.
- The random generator of a CTranslate2 worker takes the global seed at its first draw, once. So each sampled
  request gets a generator that never drew; small models keep one in reserve, made while idle.
- A generation that is still running when Python exits kills the process (exit code 134), and a blocking call
  hides Ctrl-C until it ends: generations run asynchronously, are always waited for, and are halted at exit.
- States of system prompts are kept for ever: at most `CACHED_PROMPTS` are handed over for keeping.
- After a fork the child's copy hangs: it is left alone there, and the model loaded again with one thread.
- All threads together are often slower than one: one, unless a self-test of a larger model says otherwise.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import threading
import time
import weakref
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emomas.errors import ConfigError, ModelError
from emomas.speech.engine import manifest
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

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILES = ("model.bin", "config.json", "vocabulary.json")
#: Up to this size a model is kept in memory, reloads from there, and holds a generator in reserve.
SMALL_BYTES = 64 << 20
#: Below this size one thread is taken without a test: the weights stay in the cache of one core.
TESTED_BYTES = 32 << 20
#: A second thread must gain this much, since it takes a core from the robot.
WORTH_A_CORE = 1.2
_TEST_TOKENS = 6
_SCORE_BYTES = 64 << 20
_POLL_S = 0.02
_EXIT_S = 10.0

#: The seed of CTranslate2 is one per process; held from setting it to the first draw.
_seeding = threading.Lock()
_engines: weakref.WeakSet[CTranslateEngine] = weakref.WeakSet()


class CTranslateEngine:
    """A model folder (model.bin, config.json, vocabulary.json, manifest.json) run by CTranslate2."""

    masks = False

    def __init__(self, folder: Path, *, threads: int | None = None, clock: Clock = time.monotonic) -> None:
        """Check and load the model; ModelError if it is damaged or ctranslate2 isn't installed.

        Args:
            folder: the model.
            threads: 1 or more; None lets the size and a self-test decide.
            clock: seconds, for deadlines.
        """
        if threads is not None and threads < 1:
            raise ConfigError(f"threads is {threads}: give at least 1, or None for a self-test")
        self._library = _import()
        self._clock = clock
        self._manifest = manifest.read(folder)
        self._config = self._read_config()
        self._vocabulary = self._read_vocabulary()
        self._end_ids = self._read_end_ids()
        size_bytes = _size(self._manifest)
        self._files: dict[str, bytes] | None = None
        if size_bytes <= SMALL_BYTES:
            self._files = {name: self._manifest.read(name) for name in FILES}
        self._lock = threading.Lock()
        self._run: Run | None = None
        self._closed = False
        self._generator: Any = None
        self._reserve: Any = None
        self._sampled = False
        self._static: list[tuple[int, ...]] = []
        if threads is None:
            threads = 1
            if size_bytes >= TESTED_BYTES and len(os.sched_getaffinity(0)) > 1:
                threads = pick_threads(self._tokens_per_s)
        self.threads = threads
        if self._generator is None:
            self._generator = self._load(threads)
        _engines.add(self)

    @property
    def vocabulary_size(self) -> int:
        """Ids run from 0 to this, exclusive."""
        return len(self._vocabulary)

    @property
    def context(self) -> int:
        """The longest sequence in tokens."""
        return self._manifest.context

    @property
    def model_hash(self) -> str:
        """SHA-256 of the model's files."""
        return self._manifest.model_hash

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
        run = Run(request, self._end_ids, self._clock, deadline, on_token, cancel)
        with self._lock:
            self._open()
            self._run = run
            try:
                if not run.interrupted():
                    self._drive(run)
            finally:
                self._run = None
        return run.results()

    def score(
        self, prompt: Sequence[int], continuations: Sequence[Sequence[int]]
    ) -> list[NDArray[np.float64]]:
        """Log-probabilities of continuations; see `Engine.score`."""
        import numpy as np

        before, after = check_continuations(self, prompt, continuations)
        sequences = [self._tokens([*before, *ids]) for ids in after]
        scores: list[NDArray[np.float64]] = []
        with self._lock:
            self._open()
            while len(scores) < len(after):
                # All logits of a batch are in memory at once.
                longest = max(map(len, sequences))
                rows = max(1, _SCORE_BYTES // (4 * longest * self.vocabulary_size))
                start = len(scores)
                # The default length limit would cut silently.
                scored = self._generator.score_batch(sequences[start : start + rows], max_input_length=0)
                scores += [
                    np.asarray(one.log_probs[-len(ids) :], dtype=np.float64)
                    for one, ids in zip(scored, after[start:], strict=False)
                ]
        return scores

    def prepare(self) -> None:
        """Make the generator that the next sampled request needs, its system prompt read."""
        with self._lock:
            if self._closed or self._reserve is not None or not self._sampled or self._files is None:
                return
            self._reserve = self._load(self.threads)
            for static in self._static:
                self._reserve.generate_batch(
                    [self._tokens(static[-1:])],
                    static_prompt=self._tokens(static),
                    max_length=1,
                    include_prompt_in_result=False,
                )

    def close(self) -> None:
        """Halt what is running, wait for it, and free the model."""
        self._closed = True
        if run := self._run:
            run.halted = True
        if self._lock.acquire(timeout=_EXIT_S):
            self._generator = self._reserve = self._files = None
            self._lock.release()

    def _open(self) -> None:
        if self._closed:
            raise ModelError("the engine is closed: make a new one")
        if self._generator is None:
            self._generator = self._load(self.threads)

    def _load(self, threads: int) -> Any:
        try:
            if self._files is not None:
                return self._library.Generator("model", files=self._files, intra_threads=threads)
            for name in FILES:
                self._manifest.verify(name)
            return self._library.Generator(str(self._manifest.folder), intra_threads=threads)
        except (RuntimeError, ValueError) as error:
            if isinstance(error, ModelError):
                raise
            raise ModelError(f"{self._manifest.folder}: CTranslate2 can't load it: {error}") from error

    def _fresh(self) -> Any:
        """A generator that has never drawn a random number."""
        generator, self._reserve = self._reserve, None
        if generator is None:
            if self._files is None:
                # A large model isn't held twice.
                self._generator = None
            generator = self._load(self.threads)
        self._generator = generator
        return generator

    def _drive(self, run: Run) -> None:
        """Run a generation to its end; whatever happens here, it isn't running any more afterwards."""
        request = run.request
        sampled = request.temperature > 0
        started, done = threading.Event(), threading.Event()
        errors: list[BaseException] = []

        def step(result: Any) -> bool:
            started.set()
            try:
                over = run.take(result.hypothesis_id, result.token_id, result.log_prob)
            except BaseException as error:
                errors.append(error)
                run.halted = over = True
            if run.over or run.halted:
                done.set()
            return over

        generator = self._fresh() if sampled else self._generator
        options: dict[str, Any] = {}
        if sampled:
            self._sampled = True
            options = {"sampling_topk": 0, "sampling_temperature": request.temperature}
        start = request.prompt
        if request.static:
            key = tuple(request.static)
            if key not in self._static and len(self._static) < CACHED_PROMPTS:
                self._static.append(key)
            if key in self._static:
                options["static_prompt"] = self._tokens(request.static)
            else:
                start = request.static + request.prompt
        if sampled:
            _seeding.acquire()
        seeding = sampled
        try:
            if sampled:
                self._library.set_random_seed(request.seed)
            handle = generator.generate_batch(
                [self._tokens(start)],
                max_length=request.max_tokens,
                num_hypotheses=request.n,
                end_token=sorted(self._end_ids | request.stop),
                include_prompt_in_result=False,
                return_scores=True,
                asynchronous=True,
                callback=step,
                **options,
            )[0]
            try:
                # Short waits: Ctrl-C gets through, and a generation that ends without a step is seen.
                while not started.wait(_POLL_S) and not handle.done():
                    pass
                if seeding:
                    _seeding.release()
                    seeding = False
                while not done.wait(_POLL_S) and not handle.done():
                    pass
            finally:
                run.halted = run.halted or not run.over
                handle.result()
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{self._manifest.folder}: CTranslate2 failed: {error}") from error
        finally:
            if seeding:
                _seeding.release()
        if errors:
            raise errors[0]

    def _tokens(self, ids: Sequence[int]) -> list[str]:
        return [self._vocabulary[i] for i in ids]

    def _tokens_per_s(self, threads: int) -> float:
        self._generator = None
        self._generator = self._load(threads)
        start = [self._vocabulary[next(iter(self._end_ids))]]
        options = {"min_length": _TEST_TOKENS, "max_length": _TEST_TOKENS, "include_prompt_in_result": False}
        self._generator.generate_batch([start], **options)
        before = time.perf_counter()
        self._generator.generate_batch([start], **options)
        return _TEST_TOKENS / (time.perf_counter() - before)

    def _read_config(self) -> dict[str, Any]:
        config = self._manifest.read_json("config.json")
        if not isinstance(config, dict):
            raise ModelError(f"{self._manifest.folder / 'config.json'}: no JSON object: {manifest.REMEDY}")
        return config

    def _read_vocabulary(self) -> list[str]:
        tokens = self._manifest.read_json("vocabulary.json")
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise ModelError(f"{self._manifest.folder / 'vocabulary.json'}: a list of tokens is needed")
        if len(set(tokens)) != len(tokens):
            raise ModelError(f"{self._manifest.folder / 'vocabulary.json'}: a token is listed twice")
        return tokens

    def _read_end_ids(self) -> frozenset[int]:
        ids = self._manifest.end_ids
        if not ids and (token := self._config.get("eos_token")) in self._vocabulary:
            ids = [self._vocabulary.index(token)]
        if not ids or max(ids) >= len(self._vocabulary):
            raise ModelError(
                f"{self._manifest.folder}: no token of the vocabulary ends a text (end_ids is {ids}): "
                "put end_ids into manifest.json"
            )
        return frozenset(ids)

    def _after_fork(self) -> None:
        """In a child: leave the parent's generators alone; freeing them would wait for its threads."""
        for generator in (self._generator, self._reserve):
            if generator is not None:
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(generator))
        self._generator = self._reserve = self._run = None
        self._lock = threading.Lock()
        self.threads = 1


def pick_threads(tokens_per_s: Callable[[int], float]) -> int:
    """1 or 2 threads, by the decoding speed of each; leaves the engine with the chosen one loaded."""
    two, one = tokens_per_s(2), tokens_per_s(1)
    if two < WORTH_A_CORE * one:
        return 1
    tokens_per_s(2)
    return 2


def _size(checked: manifest.Manifest) -> int:
    try:
        return checked.path("model.bin").stat().st_size
    except OSError as error:
        raise ModelError(
            f"{checked.folder / 'model.bin'}: can't be read ({error.strerror}): {manifest.REMEDY}"
        ) from error


def _import() -> Any:
    try:
        import ctranslate2
    except ImportError as error:
        raise ModelError(
            "ctranslate2 isn't installed: pip install 'emomas[speech]', or use the NumPy engine"
        ) from error
    return ctranslate2


def _halt_all() -> None:
    for engine in list(_engines):
        engine.close()


def _child() -> None:
    global _seeding
    _seeding = threading.Lock()
    for engine in list(_engines):
        engine._after_fork()


atexit.register(_halt_all)
os.register_at_fork(after_in_child=_child)
