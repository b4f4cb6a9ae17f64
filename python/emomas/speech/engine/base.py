"""What every engine takes and gives, and the rules that all of them share.

An engine works on token ids. `Request` checks what it is asked; `Run` collects what it generates and decides
after each token whether a candidate goes on, so that end tokens, deadlines and cancelling mean the same
everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from emomas.errors import ConfigError

if TYPE_CHECKING:
    import threading

    import numpy as np
    from numpy.typing import NDArray

Finish = Literal["eos", "stop", "length", "deadline", "cancelled"]
Clock = Callable[[], float]

MAX_CANDIDATES = 64
#: System prompts whose state an engine keeps; further ones are read anew each time.
CACHED_PROMPTS = 4


class Token(NamedTuple):
    """One generated token: candidate, id, and its log-probability under the plain model (no temperature)."""

    candidate: int
    id: int
    logprob: float


@dataclass(frozen=True, slots=True)
class Result:
    """One candidate. `ids` and `logprobs` leave out the token that ended it."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    finish: Finish


#: Called with each token that is kept, in the engine's thread; returning True ends that candidate ("stop").
OnToken = Callable[[Token], bool | None]


class Constraint(Protocol):
    """Decides which token may come next; only engines with `masks` take one."""

    def allowed(self, candidate: int, ids: Sequence[int]) -> NDArray[np.bool_]:
        """Shape (vocabulary size,): True where the next token after `ids` is allowed."""
        ...


class Engine(Protocol):
    """A language model that continues and scores sequences of token ids.

    Calls from several threads are served one after the other.
    """

    @property
    def vocabulary_size(self) -> int:
        """Ids run from 0 to this, exclusive."""
        ...

    @property
    def context(self) -> int:
        """The longest sequence in tokens, prompt included."""
        ...

    @property
    def model_hash(self) -> str:
        """SHA-256 (hex) of everything the model consists of."""
        ...

    @property
    def masks(self) -> bool:
        """Whether `generate` takes a constraint."""
        ...

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
        """Continue `static_prompt` + `prompt_ids`.

        Args:
            prompt_ids: at least one id.
            n: how many candidates; more than one needs a temperature.
            max_tokens: per candidate; less where the context ends before.
            temperature: 0 takes the likeliest token; 1 samples from the model.
            seed: of the sampling; same seed and inputs, same candidates.
            stop: ids that end a candidate, beside the model's own end tokens.
            deadline: on the engine's clock, in seconds; checked at every token.
            static_prompt: put before the prompt, and its state kept for the next call.
            on_token: hears each token; True ends that candidate.
            cancel: once set, everything ends at the next token.
            constraint: masks tokens; see `masks`.

        Raises:
            ConfigError: an argument is out of range.
            ModelError: the model can't be loaded.
        """
        ...

    def score(
        self, prompt: Sequence[int], continuations: Sequence[Sequence[int]]
    ) -> list[NDArray[np.float64]]:
        """Log-probabilities of each continuation's tokens after `prompt`, one array per continuation."""
        ...

    def prepare(self) -> None:
        """Use idle time to get ready for the next call."""
        ...

    def close(self) -> None:
        """End what is running and free the model; the engine can't be used afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A checked call of `generate`."""

    prompt: list[int]
    static: list[int]
    n: int
    max_tokens: int
    temperature: float
    seed: int
    stop: frozenset[int]
    constraint: Constraint | None

    @classmethod
    def check(
        cls,
        engine: Engine,
        prompt_ids: Sequence[int],
        static_prompt: Sequence[int],
        n: int,
        max_tokens: int,
        temperature: float,
        seed: int,
        stop: Collection[int],
        constraint: Constraint | None,
    ) -> Request:
        """Check every argument against the engine; ConfigError names the one that is wrong."""
        prompt = check_ids("prompt_ids", prompt_ids, engine.vocabulary_size)
        static = check_ids("static_prompt", static_prompt, engine.vocabulary_size)
        stops = check_ids("stop", stop, engine.vocabulary_size)
        if not prompt:
            raise ConfigError("prompt_ids is empty: give at least one token, such as the start token")
        room = engine.context - len(static) - len(prompt)
        if room < 1:
            raise ConfigError(
                f"the prompt has {len(static) + len(prompt)} tokens, the model's context {engine.context}: "
                "shorten it"
            )
        if not 1 <= n <= MAX_CANDIDATES:
            raise ConfigError(f"n is {n}: give 1 to {MAX_CANDIDATES} candidates")
        if not math.isfinite(temperature) or not 0 <= temperature <= 10:
            raise ConfigError(f"temperature is {temperature}: give 0 to 10")
        if n > 1 and temperature == 0:
            raise ConfigError(f"n is {n} at temperature 0: all would be the same, give a temperature")
        if max_tokens < 1:
            raise ConfigError(f"max_tokens is {max_tokens}: give at least 1")
        if not 0 <= seed < 2**32:
            raise ConfigError(f"seed is {seed}: give 0 to {2**32 - 1}")
        if constraint is not None and not engine.masks:
            raise ConfigError("this engine can't mask tokens: use the NumPy engine for a constraint")
        return cls(prompt, static, n, min(max_tokens, room), temperature, seed, frozenset(stops), constraint)


def check_ids(field_name: str, ids: Collection[int], vocabulary_size: int) -> list[int]:
    """`ids` as a list of ints in [0, vocabulary_size); ConfigError names the first that isn't.

    CTranslate2 reads outside its embedding table for others.
    """
    checked = []
    for place, value in enumerate(ids):
        # Most are plain ints; NumPy's are taken through __index__, which floats lack.
        number = value if type(value) is int else _index(field_name, place, value)
        if not 0 <= number < vocabulary_size:
            raise ConfigError(
                f"{field_name}[{place}] is {number}: this model's ids are 0 to {vocabulary_size - 1} "
                "(does the tokenizer belong to the model?)"
            )
        checked.append(number)
    return checked


def _index(field_name: str, place: int, value: object) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ConfigError(f"{field_name}[{place}] is {value!r}: give whole numbers")
    return int(value.__index__())


def check_continuations(
    engine: Engine, prompt: Sequence[int], continuations: Sequence[Sequence[int]]
) -> tuple[list[int], list[list[int]]]:
    """The arguments of `score` as lists of ints in range; ConfigError names what is wrong."""
    before = check_ids("prompt", prompt, engine.vocabulary_size)
    if not before:
        raise ConfigError("prompt is empty: the first token of a sequence has no probability, give one")
    after = []
    for place, ids in enumerate(continuations):
        checked = check_ids(f"continuations[{place}]", ids, engine.vocabulary_size)
        if not checked:
            raise ConfigError(f"continuations[{place}] is empty: give at least one token")
        if len(before) + len(checked) > engine.context:
            raise ConfigError(
                f"prompt and continuations[{place}] have {len(before) + len(checked)} tokens and the model's "
                f"context {engine.context}: shorten them"
            )
        after.append(checked)
    return before, after


@dataclass(slots=True)
class Run:
    """The candidates of one request, token by token."""

    request: Request
    end_ids: frozenset[int]
    clock: Clock
    deadline: float | None = None
    on_token: OnToken | None = None
    cancel: threading.Event | None = None
    halted: bool = False
    _ids: list[list[int]] = field(init=False)
    _logprobs: list[list[float]] = field(init=False)
    _finish: list[Finish | None] = field(init=False)

    def __post_init__(self) -> None:
        """Start with empty candidates."""
        n = self.request.n
        self._ids = [[] for _ in range(n)]
        self._logprobs = [[] for _ in range(n)]
        self._finish = [None] * n

    @property
    def over(self) -> bool:
        """Whether every candidate has ended."""
        return None not in self._finish

    def ids(self, candidate: int) -> list[int]:
        """The tokens of a candidate so far."""
        return self._ids[candidate]

    def ended(self, candidate: int) -> bool:
        """Whether this candidate has ended."""
        return self._finish[candidate] is not None

    def interrupted(self) -> bool:
        """Whether time is up or somebody cancelled; ends all candidates if so."""
        if self.halted or (self.cancel is not None and self.cancel.is_set()):
            self._end_all("cancelled")
        elif self.deadline is not None and self.clock() >= self.deadline:
            self._end_all("deadline")
        return self.over

    def take(self, candidate: int, token: int, logprob: float) -> bool:
        """Add a token; True if the candidate is over."""
        if self.ended(candidate) or self.interrupted():
            return True
        if token in self.end_ids or token in self.request.stop:
            self._finish[candidate] = "eos" if token in self.end_ids else "stop"
            return True
        self._ids[candidate].append(token)
        self._logprobs[candidate].append(logprob)
        if self.on_token is not None and self.on_token(Token(candidate, token, logprob)):
            self._finish[candidate] = "stop"
        elif len(self._ids[candidate]) >= self.request.max_tokens:
            self._finish[candidate] = "length"
        return self.ended(candidate)

    def results(self) -> list[Result]:
        """All candidates; those that are still open end as cancelled."""
        self._end_all("cancelled")
        return [
            Result(tuple(ids), tuple(logprobs), finish or "cancelled")
            for ids, logprobs, finish in zip(self._ids, self._logprobs, self._finish, strict=True)
        ]

    def _end_all(self, finish: Finish) -> None:
        self._finish = [known or finish for known in self._finish]
