"""Text to ids and back with a model's own tokenizer, and its chat template."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from emomas.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from emomas.speech.engine.manifest import Manifest

TEMPLATE = "chat_template.jinja"
_MAX_TEXT_CHARS = 200_000
_UNFINISHED = "\N{REPLACEMENT CHARACTER}"


class ChatTokenizer:
    """The tokenizer and chat template of a model folder."""

    def __init__(self, checked: Manifest) -> None:
        """Load both, compared with the manifest; ModelError if they are damaged or a package is missing."""
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise ModelError("imported models need tokenizers: pip install 'emomas[hf]'") from error
        self._folder = checked.folder
        try:
            self._tokenizer = Tokenizer.from_str(checked.read("tokenizer.json").decode())
        except ModelError:
            raise
        except Exception as error:
            # The package raises bare Exceptions.
            raise ModelError(f"{checked.folder / 'tokenizer.json'}: no tokenizer: {error}") from error
        special = checked.facts.get("special_tokens", {})
        self._special: dict[str, str] = special if isinstance(special, dict) else {}
        added: dict[int, Any] = self._tokenizer.get_added_tokens_decoder()
        # Longest first, so that none is left over as the rest of another.
        self._reserved = sorted(
            (token.content for token in added.values() if token.special), key=len, reverse=True
        )
        self._template = None
        if TEMPLATE in checked.files:
            self._template = compile_template(checked.read(TEMPLATE).decode(), str(checked.folder / TEMPLATE))

    @property
    def has_template(self) -> bool:
        """Whether the model comes with a chat template."""
        return self._template is not None

    def encode(self, text: str, *, trusted: bool = False) -> list[int]:
        """Ids of a text, without start and end tokens; special tokens are recognised only if `trusted`."""
        if len(text) > _MAX_TEXT_CHARS:
            raise ConfigError(f"the text has {len(text)} characters: give at most {_MAX_TEXT_CHARS}")
        if not trusted:
            text = self.plain(text)
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids, special tokens left out."""
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=True)
        return text

    def chat(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        now: datetime | None = None,
        add_generation_prompt: bool = True,
    ) -> list[int]:
        """Ids of a conversation, as the model's template writes it.

        Args:
            messages: each with `role` and `content`; special tokens in contents are taken out, so that nobody
                can end their message and start another's.
            now: what the template takes for the date; without it, templates that ask get the epoch.
            add_generation_prompt: whether the model's answer is to follow.

        Raises:
            ModelError: there is no template, or it refuses these messages.
        """
        if self._template is None:
            raise ModelError(
                f"{self._folder} has no chat template: it isn't made for conversations; "
                f"add the model again with a {TEMPLATE} in its folder"
            )
        cleaned = [{**message, "content": self.plain(message.get("content", ""))} for message in messages]
        text = render(
            self._template,
            cleaned,
            special=self._special,
            now=now,
            add_generation_prompt=add_generation_prompt,
        )
        return self.encode(text, trusted=True)

    def plain(self, text: str) -> str:
        """The text without special tokens."""
        before = None
        # Taking one out may put another together.
        while before != text:
            before = text
            for token in self._reserved:
                text = text.replace(token, "")
        return text


class TextStream:
    """Text of ids as they come; characters that aren't whole yet are held back."""

    def __init__(self, tokenizer: ChatTokenizer) -> None:
        """Start with no ids."""
        self._tokenizer = tokenizer
        self._ids: list[int] = []
        self._said = ""

    def feed(self, token: int) -> str:
        """What a further id adds to the text."""
        self._ids.append(token)
        text = self._tokenizer.decode(self._ids)
        if text.endswith(_UNFINISHED):
            return ""
        new = text[len(self._said) :]
        self._said = text
        return new


def compile_template(source: str, where: str) -> Any:
    """A Jinja template in a sandbox that can't change what it is given; ModelError if it is none."""
    try:
        import jinja2
        from jinja2.ext import Extension
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as error:
        raise ModelError("chat templates need jinja2: pip install 'emomas[hf]'") from error

    class Generation(Extension):
        """`{% generation %}` marks the model's own words for training; here it changes nothing."""

        tags = {"generation"}  # noqa: RUF012

        def parse(self, parser: Any) -> Any:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", Generation]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    try:
        return environment.from_string(source)
    except jinja2.TemplateError as error:
        raise ModelError(f"{where}: no template: {error}") from error


def render(
    template: Any,
    messages: Sequence[Mapping[str, str]],
    *,
    special: Mapping[str, str],
    now: datetime | None,
    add_generation_prompt: bool,
) -> str:
    """The conversation as text; ModelError with the template's own words if it refuses."""
    import jinja2

    moment = now or datetime(1970, 1, 1)
    try:
        text: str = template.render(
            messages=messages,
            tools=None,
            documents=None,
            add_generation_prompt=add_generation_prompt,
            enable_thinking=False,
            strftime_now=moment.strftime,
            **special,
        )
    except (jinja2.TemplateError, TypeError, ValueError, OverflowError) as error:
        raise ModelError(f"the chat template refuses these messages: {error}") from error
    return text


def _to_json(value: Any, indent: int | None = None, **options: Any) -> str:
    # Unlike Jinja's own filter this one doesn't escape for HTML.
    return json.dumps(value, ensure_ascii=False, indent=indent, **options)


def _refuse(message: str) -> None:
    import jinja2

    raise jinja2.TemplateError(message)


def find_template(folder: Path) -> str | None:
    """The chat template of a Hugging Face folder, from its own file or from tokenizer_config.json."""
    from emomas.speech.models.config import Config

    try:
        if (folder / TEMPLATE).exists():
            return (folder / TEMPLATE).read_text(encoding="utf-8")
        if not (folder / "tokenizer_config.json").exists():
            return None
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{folder / TEMPLATE}: can't be read: {error}") from error
    value = Config.read(folder / "tokenizer_config.json").values.get("chat_template")
    if isinstance(value, list):
        # Several by name: the one for conversations is called default.
        named = {entry.get("name"): entry.get("template") for entry in value if isinstance(entry, dict)}
        value = named.get("default")
    return value if isinstance(value, str) else None
