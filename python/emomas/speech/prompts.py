"""From a request to a model's token ids and back: control tokens for models made here, a chat for others.

Either prompt holds the decision and the names of placeholders; neither holds a number, a name or a date of
the scenario, nor a word of the person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from emomas.errors import ModelError
from emomas.speech.request import Request, encode
from emomas.speech.tokenizer import Tokenizer

if TYPE_CHECKING:
    from emomas.speech.engine.base import Engine
    from emomas.speech.engine.manifest import Manifest

#: Stands for what no line may hold; the guard refuses it.
UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is given: `static` is the same for every request, and its state may be kept."""

    ids: tuple[int, ...]
    static: tuple[int, ...] = ()

    @property
    def hash(self) -> str:
        """The first 16 hex digits of the SHA-256 of all ids."""
        text = " ".join(map(str, (*self.static, *self.ids)))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Prompts(Protocol):
    """Encodes requests for one model and decodes its lines."""

    #: What a line may take where the caller doesn't say.
    deadline_s: float

    def encode(self, request: Request) -> Prompt:
        """The prompt for a request."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """A line as text with `{placeholder}`s; `UNREADABLE` where it holds anything else than text."""
        ...


def prompts_for(checked: Manifest, engine: Engine) -> Prompts:
    """The prompts that a model folder understands; ModelError if its tokenizer doesn't belong to it."""
    table = checked.read_json("tokenizer.json")
    made_here = isinstance(table, dict) and "special" in table
    return ControlPrompts(checked, engine) if made_here else ChatPrompts(checked)


class ControlPrompts:
    """Control tokens, as the bundled model was trained on."""

    deadline_s = 0.3

    def __init__(self, checked: Manifest, engine: Engine) -> None:
        """Load the tokenizer; ModelError unless it is the one that the model was made with."""
        path = checked.verify("tokenizer.json")
        try:
            self._tokenizer = Tokenizer.load(path)
        except ValueError as error:
            raise ModelError(str(error)) from error
        tokens = self._tokenizer.tokens()
        if len(tokens) != engine.vocabulary_size:
            raise ModelError(
                f"{checked.folder}: the tokenizer has {len(tokens)} tokens and the model "
                f"{engine.vocabulary_size}: use the files of one model"
            )
        if "vocabulary.json" in checked.files and checked.read_json("vocabulary.json") != tokens:
            raise ModelError(
                f"{checked.folder}: the tokenizer isn't the one that the model was made with: use the files "
                "of one model"
            )
        special = self._tokenizer.special
        self._controls = frozenset(at for token, at in special.items() if token[0] == "<")

    def encode(self, request: Request) -> Prompt:
        """See `Prompts`."""
        return Prompt(tuple(self._tokenizer.encode_prompt(encode(request))))

    def decode(self, ids: Sequence[int]) -> str:
        """See `Prompts`."""
        return UNREADABLE if self._controls.intersection(ids) else self._tokenizer.decode(ids)


_RULES: Final = (
    "You put one decision of a negotiator into words. Answer with the line itself and nothing else: one or "
    "two short spoken sentences in plain English. Write every required placeholder exactly once, braces "
    "included, and at most one of the optional ones. Write no digits, no amounts in words, no dates and no "
    "names: the placeholders stand for them. Do not threaten, hurry, blame, insult or promise anything."
)
_ROLES: Final = {
    "agent": "an automated assistant that negotiates for somebody",
    "counterpart": "a person who negotiates for themselves",
}
_DOMAINS: Final = {
    "debt": "when an unpaid bill is settled",
    "surgery": "the date of an operation",
    "disaster": "how long a trapped person holds on until help comes",
    "sleep": "when a student goes to bed",
    "custom": "an agreement",
}
_ACTS: Final = {
    "open": "greet {name}, say that you are an automated assistant of {agent}, and propose {offer}",
    "counter": "make a new proposal, {offer}",
    "offer": "propose {offer}",
    "hold": "stay with your proposal, {offer}",
    "ask": "ask what they could agree to",
    "accept": "agree",
    "walk_away": "end the conversation kindly, without an agreement",
    "confirm_offer": "ask whether {plan} is what they propose",
    "confirm_part": "ask whether {plan} is meant for all of it",
    "confirm_deal": "ask whether {plan} is agreed",
    "reject": "refuse what was proposed",
    "leave": "end the conversation",
    "talk": "tell how it is for you",
}
_TOPICS: Final = {
    "identity": "who you are: an automated assistant",
    "machine": "whether you are a machine: yes, an automated assistant",
    "risk": "what the risk is",
    "surgeon": "who operates",
    "rescue": "who is coming to help",
    "balance": "how much is open",
    "option": "what else is possible",
    "unknown": "what you do not know: say that you do not know it",
}
_MOMENTS: Final = {
    "up": "They are content.",
    "hurt": "They are sad, afraid or in pain.",
    "cross": "They are angry.",
    "no": "They refused.",
}
_STRENGTHS: Final = ("faintly", "clearly", "strongly")


class ChatPrompts:
    """Messages in the model's own chat template: the rules, which stay the same, and the decision."""

    deadline_s = 3.0

    def __init__(self, checked: Manifest) -> None:
        """Load tokenizer and template; ModelError if there is none or a package is missing."""
        from emomas.speech.models.chat import ChatTokenizer

        self._tokenizer = ChatTokenizer(checked)
        # What differing prompts begin with is the same for all.
        one, other = (self._chat(text) for text in ("Say", "{offer}"))
        same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
        self._static = tuple(one[:same])

    def encode(self, request: Request) -> Prompt:
        """See `Prompts`."""
        ids, same = tuple(self._chat(_task(request))), len(self._static)
        if ids[:same] != self._static or len(ids) == same:
            return Prompt(ids)
        return Prompt(ids[same:], self._static)

    def decode(self, ids: Sequence[int]) -> str:
        """See `Prompts`; quotation marks around the whole line are taken off."""
        line = self._tokenizer.decode(ids).strip()
        return line[1:-1].strip() if len(line) > 1 and line[0] == line[-1] == '"' else line

    def _chat(self, task: str) -> list[int]:
        return self._tokenizer.chat(
            [{"role": "system", "content": _RULES}, {"role": "user", "content": task}]
        )


def _task(request: Request) -> str:
    """The decision in words."""
    feeling = request.emotion
    shown = "nothing" if feeling == "neutral" else f"{feeling}, {_STRENGTHS[request.intensity - 1]}"
    told = [f"You are {_ROLES[request.role]}. It is about {_DOMAINS[request.domain]}."]
    if request.role == "agent" and request.heard in _MOMENTS:
        told.append(_MOMENTS[request.heard])
    told += [f"First answer {_TOPICS[topic]}." for topic in request.asks[:1]]
    told.append(f"Then {_ACTS[request.act]}. Show {shown}.")
    told.append(f"Required: {_listed(request.slots)}. Optional: {_listed(request.facts)}.")
    return " ".join(told)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names) or "none"
