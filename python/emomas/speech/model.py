"""A language model that words what the core decided: candidates, the guard, and the deadline.

One model serves all agents of a process, in a thread of its own. What it says has passed `guard.refusal`, or
is not said: `say` returns no line then, and the reason.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from emomas.errors import EmomasError, ModelError
from emomas.perception.cues import read_emotions
from emomas.perception.observation import EMOTIONS
from emomas.perception.tokens import tokenise
from emomas.speech.guard import refusal
from emomas.speech.request import Request, encode
from emomas.speech.tokenizer import Tokenizer

if TYPE_CHECKING:
    from emomas.speech.engine.base import Clock, Engine, Result
    from emomas.speech.engine.worker import Handle, Worker

BUNDLED: Final = Path(__file__).with_name("bundled")
DEADLINE_S: Final = 0.3
CANDIDATES: Final = 4
TEMPERATURE: Final = 0.8
MAX_TOKENS: Final = 72
#: The second time is for candidates that were all refused.
_TRIES = 2

Load = Callable[[], "Engine"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line with its placeholders, or None, and how it came about.

    reason: why candidates were not taken, in alphabetical order: the guard's reasons, `length`, `deadline`,
    `cancelled`, or `error: …`. tokens: of all candidates together. tries: how often candidates were drawn.
    took_ms: wall time.
    """

    line: str | None
    reason: str
    tokens: int
    tries: int
    took_ms: float
    prompt_hash: str
    model_hash: str

    def details(self) -> dict[str, Any]:
        """All but the line, for the journal."""
        return {name: value for name, value in asdict(self).items() if name != "line"}


class SpeechModel:
    """A model in the bundled format, loaded once."""

    def __init__(
        self,
        folder: Path = BUNDLED,
        *,
        deadline_s: float = DEADLINE_S,
        load: Load | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        """Load it; raises ModelError when it is missing, damaged or not in the bundled format.

        `deadline_s` is what a line may take. `load` makes another engine than the one that suits best.
        """
        from emomas.speech.engine.worker import Worker

        try:
            self._tokenizer = Tokenizer.load(folder / "tokenizer.json")
        except (OSError, ValueError) as error:
            raise ModelError(f"{folder} is no speech model: {error}") from error
        self._deadline_s = deadline_s
        self._clock = clock
        self._handle: Handle[Result] | None = None
        self._opened: Engine | None = None
        self._worker: Worker = Worker(lambda: self._open(folder, load), clock=clock)
        # Loads it now, so that the first turn doesn't wait for it.
        self._worker.submit([self._tokenizer.special["<say>"]], max_tokens=1).result()
        assert self._opened is not None
        self.model_hash: str = self._opened.model_hash
        if self._opened.vocabulary_size != len(self._tokenizer):
            self.close()
            raise ModelError(
                f"{folder}: the tokenizer has {len(self._tokenizer)} tokens and the model "
                f"{self._opened.vocabulary_size}: use the files of one model"
            )

    def _open(self, folder: Path, load: Load | None) -> Engine:
        from emomas.speech.models.opening import open_engine

        self._opened = open_engine(folder) if load is None else load()
        return self._opened

    def say(self, request: Request, *, seed: int, said: Collection[str] = ()) -> Spoken:
        """A line for the request, or none with the reason; never later than the deadline.

        `said`: lines of this conversation, with their placeholders; what sounds least like them is preferred.
        """
        began = self._clock()
        prompt = self._tokenizer.encode_prompt(encode(request))
        found, reason, tokens, tries = None, "", 0, 0
        while found is None and tries < _TRIES:
            tries += 1
            try:
                results = self._drawn(prompt, seed * _TRIES + tries, began + self._deadline_s)
            except EmomasError as error:
                reason = f"error: {error}"
                break
            tokens += sum(len(result.ids) for result in results)
            found, refused = self._best(request, results, said)
            reason = ", ".join(sorted(refused))
            if {"deadline", "cancelled"} & refused:
                break
        digest = hashlib.sha256(repr(prompt).encode()).hexdigest()[:16]
        took_ms = round((self._clock() - began) * 1e3, 3)
        return Spoken(found, reason, tokens, tries, took_ms, digest, self.model_hash)

    def cancel(self) -> None:
        """End what is being worded, from any thread: its line is not said."""
        handle = self._handle
        if handle is not None:
            handle.cancel()

    def close(self) -> None:
        """Free the model."""
        self._worker.close()

    def _drawn(self, prompt: list[int], seed: int, deadline: float) -> list[Result]:
        self._handle = self._worker.submit(
            prompt, n=CANDIDATES, max_tokens=MAX_TOKENS, temperature=TEMPERATURE, seed=seed, deadline=deadline
        )
        try:
            return self._handle.result()
        finally:
            self._handle = None

    def _best(
        self, request: Request, results: list[Result], said: Collection[str]
    ) -> tuple[str | None, set[str]]:
        """The line that passes, shows the emotion and repeats least; and why others were refused."""
        passed: list[tuple[float, float, str]] = []
        refused: set[str] = set()
        heard = {run for line in said for run in _runs(line)}
        for result in results:
            line = self._tokenizer.decode(result.ids)
            reason = refusal(request, line) if result.finish == "eos" else result.finish
            if reason is not None:
                refused.add(reason)
                continue
            runs = _runs(line)
            repeated = sum(run in heard for run in runs) / max(1, len(runs))
            likelihood = sum(result.logprobs) / len(result.logprobs)
            passed.append((_shows(line, request.emotion) - repeated, likelihood, line))
        return (max(passed)[2] if passed else None), refused


def _shows(line: str, emotion: str) -> float:
    """How clearly the line shows the emotion to the ears that the agent itself hears with, in [0, 1]."""
    found = read_emotions(tokenise(line), line).likelihood
    return 1 / len(EMOTIONS) if found is None else found[EMOTIONS.index(emotion)] / sum(found)


def _runs(line: str) -> list[tuple[str, ...]]:
    words = line.lower().split()
    return list(zip(words, words[1:], words[2:], strict=False))


_shared: dict[tuple[Path, float], SpeechModel] = {}
_sharing = threading.Lock()


def chosen(
    speech: str | Path | SpeechModel, *, deadline_s: float = DEADLINE_S
) -> tuple[SpeechModel | None, str]:
    """The model that `speech` names, or None and why there is none; a process has each model once.

    speech: "templates" for none; "bundled"; an imported model's name; a folder; or a model. What can't be
    loaded is not fetched from anywhere: templates speak instead.
    """
    if isinstance(speech, SpeechModel):
        return speech, ""
    if speech == "templates":
        return None, ""
    try:
        key = (_folder(speech), deadline_s)
        with _sharing:
            if key not in _shared:
                _shared[key] = SpeechModel(key[0], deadline_s=deadline_s)
            return _shared[key], ""
    except EmomasError as error:
        return None, str(error)


def _folder(speech: str | Path) -> Path:
    if speech == "bundled":
        return BUNDLED
    if Path(speech).is_dir():
        return Path(speech)
    from emomas.speech.models import store

    return store.find(str(speech))
