"""Runs an engine in a thread of its own, so that the caller's control tick never waits.

`Worker.submit` returns a `Handle` at once. The handle streams tokens, can be cancelled, and ends by itself at
its deadline, even while the engine is still busy with a long prompt or somebody else's request. Several
agents may share one worker; requests are served in order.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from emomas.errors import BusyError
from emomas.speech.engine.base import Clock, Result, Token

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emomas.speech.engine.base import Engine, Finish, OnToken

MAX_WAITING = 32
T = TypeVar("T")
_Call = Callable[["Engine"], list[Any]]
_EXIT_S = 10.0

_workers: weakref.WeakSet[Worker] = weakref.WeakSet()


class Handle(Generic[T]):
    """One request: its tokens as they come, and its results."""

    def __init__(
        self, early: Callable[[Finish, list[Token]], list[T]], deadline: float | None, clock: Clock
    ) -> None:
        """Made by `Worker`; `early` makes results of the tokens so far."""
        self._changed = threading.Condition()
        self._cancel = threading.Event()
        self._deadline = deadline
        self._clock = clock
        self._early = early
        self._tokens: list[Token] = []
        self._results: list[T] | None = None
        self._error: BaseException | None = None

    @property
    def done(self) -> bool:
        """Whether the request has ended, in whatever way."""
        with self._changed:
            self._expire()
            return self._over

    def cancel(self) -> None:
        """End the request now: nothing more is streamed, and the engine stops at its next token."""
        with self._changed:
            self._finish_early("cancelled")

    def result(self) -> list[T]:
        """Wait for the end, at most until the deadline; raises what the engine raised."""
        with self._changed:
            while not self._over:
                self._wait()
            if self._error is not None:
                raise self._error
            return list(self._results or ())

    def __iter__(self) -> Iterator[Token]:
        """Tokens as they come, until the request ends; raises what the engine raised."""
        place = 0
        while True:
            with self._changed:
                while place == len(self._tokens) and not self._over:
                    self._wait()
                if place == len(self._tokens):
                    if self._error is not None:
                        raise self._error
                    return
                token = self._tokens[place]
            place += 1
            yield token

    @property
    def _over(self) -> bool:
        return self._results is not None or self._error is not None

    def _wait(self) -> None:
        """Wait for a change; ends the request if its deadline has come."""
        if self._deadline is None:
            self._changed.wait()
            return
        left_s = self._deadline - self._clock()
        if left_s > 0:
            self._changed.wait(left_s)
        self._expire()

    def _expire(self) -> None:
        if self._deadline is not None and not self._over and self._clock() >= self._deadline:
            self._finish_early("deadline")

    def _finish_early(self, finish: Finish) -> None:
        """Make results of the tokens so far, and let the engine stop."""
        self._cancel.set()
        if self._over:
            return
        self._results = self._early(finish, self._tokens)
        self._changed.notify_all()

    def _hear(self, token: Token, listener: OnToken | None) -> bool:
        """Take a token from the engine; True if nobody wants more."""
        with self._changed:
            self._expire()
            if self._over:
                return True
            self._tokens.append(token)
            self._changed.notify_all()
        return listener is not None and bool(listener(token))

    def _close(self, results: list[T] | None, error: BaseException | None) -> None:
        with self._changed:
            if not self._over:
                self._results, self._error = results, error
                self._changed.notify_all()


class Worker:
    """A thread that serves requests to one engine, first come, first served."""

    def __init__(self, load: Callable[[], Engine], *, clock: Clock = time.monotonic) -> None:
        """Serve the engine that `load` returns; it is called in the thread, before the first request.

        What `load` raises is raised by each handle's `result`.
        """
        self._load = load
        self._clock = clock
        self._engine: Engine | None = None
        self._changed = threading.Condition()
        self._waiting: deque[tuple[_Call, Handle[Any]]] = deque()
        self._current: Handle[Any] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        _workers.add(self)

    def submit(
        self,
        prompt_ids: Sequence[int],
        *,
        n: int = 1,
        deadline: float | None = None,
        on_token: OnToken | None = None,
        **options: Any,
    ) -> Handle[Result]:
        """Queue a request; takes the arguments of `Engine.generate` but `cancel`.

        `on_token` is called in the engine's thread, and mustn't call the engine.

        Raises:
            BusyError: too many requests are waiting, or the worker is closed.
        """
        handle: Handle[Result] = Handle(lambda *now: _so_far(n, *now), deadline, self._clock)

        def call(engine: Engine) -> list[Result]:
            return engine.generate(
                prompt_ids,
                n=n,
                deadline=deadline,
                on_token=lambda token: handle._hear(token, on_token),
                cancel=handle._cancel,
                **options,
            )

        self._queue(call, handle)
        return handle

    def score(
        self,
        prompt: Sequence[int],
        continuations: Sequence[Sequence[int]],
        *,
        deadline: float | None = None,
    ) -> Handle[NDArray[np.float64]]:
        """Queue `Engine.score`; the results are empty if it is cancelled or the deadline passes.

        Raises:
            BusyError: as `submit`.
        """
        handle: Handle[NDArray[np.float64]] = Handle(lambda *_: [], deadline, self._clock)
        self._queue(lambda engine: engine.score(prompt, continuations), handle)
        return handle

    def load(self) -> Handle[Engine]:
        """Queue loading alone; the result is the engine, or empty if it is cancelled.

        Raises:
            BusyError: as `submit`.
        """
        handle: Handle[Engine] = Handle(lambda *_: [], None, self._clock)
        self._queue(lambda engine: [engine], handle)
        return handle

    def _queue(self, call: _Call, handle: Handle[Any]) -> None:
        with self._changed:
            if self._closed:
                raise BusyError("the speech worker is closed: make a new one")
            waiting = [(call, handle) for call, handle in self._waiting if not handle.done]
            if len(waiting) >= MAX_WAITING:
                raise BusyError(
                    f"{MAX_WAITING} requests wait for the language model already: cancel some, or come later"
                )
            self._waiting = deque([*waiting, (call, handle)])
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="emomas-speech", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Cancel everything, wait for the thread, and close the engine."""
        with self._changed:
            self._closed = True
            pending = [handle for _, handle in self._waiting]
            if self._current is not None:
                pending.append(self._current)
            self._waiting.clear()
            self._changed.notify_all()
            thread = self._thread
        for handle in pending:
            handle.cancel()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_EXIT_S)
        if self._engine is not None:
            self._engine.close()

    def _serve(self) -> None:
        while True:
            with self._changed:
                idle = not self._waiting
            if idle and self._engine is not None:
                self._engine.prepare()
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                call, self._current = self._waiting.popleft()
            self._answer(call, self._current)
            with self._changed:
                self._current = None

    def _answer(self, call: _Call, handle: Handle[Any]) -> None:
        if handle.done:
            return
        try:
            if self._engine is None:
                self._engine = self._load()
            handle._close(call(self._engine), None)
        except BaseException as error:
            # Whatever it is belongs to the one who asked; the thread goes on serving.
            handle._close(None, error)

    def _after_fork(self) -> None:
        """In a child there is no thread: what waited is cancelled, and the next request starts one."""
        pending = [handle for _, handle in self._waiting]
        if self._current is not None:
            pending.append(self._current)
        self._changed = threading.Condition()
        self._waiting.clear()
        self._current = self._thread = None
        for handle in pending:
            # Its lock may have been held by a thread that isn't here.
            handle._changed = threading.Condition()
            handle.cancel()


def _so_far(n: int, finish: Finish, tokens: Sequence[Token]) -> list[Result]:
    ids: list[list[int]] = [[] for _ in range(n)]
    logprobs: list[list[float]] = [[] for _ in range(n)]
    for token in tokens:
        ids[token.candidate].append(token.id)
        logprobs[token.candidate].append(token.logprob)
    return [Result(tuple(i), tuple(p), finish) for i, p in zip(ids, logprobs, strict=True)]


def _close_all() -> None:
    for worker in list(_workers):
        worker.close()


def _child() -> None:
    for worker in list(_workers):
        worker._after_fork()


atexit.register(_close_all)
os.register_at_fork(after_in_child=_child)
