"""A language model that words what the core decided: candidates, the guard, and the deadline.

One model serves all agents of a process, in a thread of its own. What it says has passed `guard.refusal`, or
is not said: `say` returns no line then, and the reason.
"""

from __future__ import annotations

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
from emomas.speech.prompts import Prompt, Prompts, prompts_for
from emomas.speech.request import Request
from emomas.speech.stop import Stop

if TYPE_CHECKING:
    from emomas.speech.engine.base import Clock, Engine, Result
    from emomas.speech.engine.worker import Worker

BUNDLED: Final = Path(__file__).with_name("bundled")
CANDIDATES: Final = 4
TEMPERATURE: Final = 0.8
MAX_TOKENS: Final = 72
#: The second time is for candidates that were all refused.
_TRIES = 2

#: Any request will do for a first call.
_FIRST: Final = Request("custom", "agent", "ask", "neutral")

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
    """A model loaded once: one made here, or an imported one with a chat template."""

    def __init__(
        self,
        folder: Path = BUNDLED,
        *,
        deadline_s: float | None = None,
        load: Load | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        """Load it; raises ModelError when it is missing or damaged, or its tokenizer belongs to another.

        `deadline_s` is what a line may take: 0.3 unless given, 3 for imported models. `load` makes another
        engine than the one that suits best.
        """
        from emomas.speech.engine.worker import Worker

        self._clock = clock
        self._worker: Worker = Worker(lambda: self._open(folder, load), clock=clock)
        try:
            # Loads it now and reads what all prompts share, so that the first turn doesn't wait for it.
            self._worker.load().result()
            prompt = self._prompts.encode(_FIRST)
            self._worker.submit(prompt.ids, static_prompt=prompt.static, max_tokens=1).result()
        except EmomasError:
            self.close()
            raise
        except Exception as error:
            self.close()
            raise ModelError(f"{folder} can't be used: {_named(error)}") from error
        self.deadline_s = self._prompts.deadline_s if deadline_s is None else deadline_s

    def _open(self, folder: Path, load: Load | None) -> Engine:
        from emomas.speech.engine import manifest
        from emomas.speech.models.opening import open_engine

        engine = open_engine(folder) if load is None else load()
        self._prompts: Prompts = prompts_for(manifest.read(folder), engine)
        self.model_hash: str = engine.model_hash
        return engine

    def say(
        self, request: Request, *, seed: int, said: Collection[str] = (), stop: Stop | None = None
    ) -> Spoken:
        """A line for the request, or none with the reason; never later than the deadline, whatever happens.

        `said`: lines of this conversation, with their placeholders; what sounds least like them is preferred.
        `stop` ends it from another thread.
        """
        began = self._clock()
        stop = Stop() if stop is None else stop
        found, reason, tokens, tries, digest = None, "", 0, 0, ""
        try:
            prompt = self._prompts.encode(request)
            digest = prompt.hash
            while found is None and tries < _TRIES:
                tries += 1
                results = self._drawn(prompt, seed * _TRIES + tries, began + self.deadline_s, stop)
                tokens += sum(len(result.ids) for result in results)
                found, refused = self._best(request, results, said)
                reason = ", ".join(sorted(refused))
                if {"deadline", "cancelled"} & refused:
                    break
        except EmomasError as error:
            reason = f"error: {error}"
        except Exception as error:
            # The conversation goes on, whatever a model and its libraries do.
            reason = f"error: {_named(error)}"
        if stop.cancelled:
            found, reason = None, "cancelled"
        took_ms = round((self._clock() - began) * 1e3, 3)
        return Spoken(found, reason, tokens, tries, took_ms, digest, self.model_hash)

    def close(self) -> None:
        """Free the model."""
        self._worker.close()

    def _drawn(self, prompt: Prompt, seed: int, deadline: float, stop: Stop) -> list[Result]:
        handle = self._worker.submit(
            prompt.ids,
            static_prompt=prompt.static,
            n=CANDIDATES,
            max_tokens=MAX_TOKENS,
            temperature=TEMPERATURE,
            seed=seed,
            deadline=deadline,
        )
        stop.attach(handle)
        return handle.result()

    def _best(
        self, request: Request, results: list[Result], said: Collection[str]
    ) -> tuple[str | None, set[str]]:
        """The line that passes, shows the emotion and repeats least; and why others were refused."""
        passed: list[tuple[float, float, str]] = []
        refused: set[str] = set()
        heard = {run for line in said for run in _runs(line)}
        for result in results:
            line = self._prompts.decode(result.ids)
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


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


_shared: dict[tuple[Path, float | None], SpeechModel] = {}
_sharing = threading.Lock()


def chosen(
    speech: str | Path | SpeechModel, *, deadline_s: float | None = None
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
