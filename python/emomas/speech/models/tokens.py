"""A Hugging Face folder's vocabulary, and which tokens start and end a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emomas.errors import ModelError
from emomas.speech.models.config import Config

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Tokens:
    """The vocabulary by id, the ids that end a text, and the special tokens as text ("" if there is none)."""

    vocabulary: list[str]
    end_ids: list[int]
    texts: dict[str, str]


def read(folder: Path, size: int) -> Tokens:
    """Read tokenizer.json and the configs; ModelError if they don't fit a model of `size` ids."""
    vocabulary = _vocabulary(folder / "tokenizer.json", size)
    ids = {token: number for number, token in enumerate(vocabulary)}
    texts = _special(folder, ids)
    ends = {ids[texts["eos_token"]]} if texts["eos_token"] else set()
    for name in ("generation_config.json", "config.json"):
        if (folder / name).exists():
            ends |= _end_ids(Config.read(folder / name), size)
    if not ends:
        raise ModelError(f"{folder}: no eos_token: a text would never end; name one in tokenizer_config.json")
    texts["eos_token"] = texts["eos_token"] or vocabulary[min(ends)]
    return Tokens(vocabulary, sorted(ends), texts)


def _vocabulary(path: Path, size: int) -> list[str]:
    if not path.exists():
        raise ModelError(
            f"{path} is missing: save the tokenizer in the fast format (one tokenizer.json) and try again"
        )
    data = Config.read(path).values
    by_id: dict[int, str] = {}
    for token, number in _entries(path, data):
        if by_id.setdefault(number, token) != token:
            raise ModelError(f"{path}: id {number} is both {by_id[number]!r} and {token!r}")
    largest = max(by_id, default=-1)
    if largest >= size:
        raise ModelError(
            f"{path} goes up to id {largest} ({by_id[largest]!r}), but the model knows only {size} ids: "
            "the tokenizer belongs to another model"
        )
    # Embeddings are often padded to a round number of rows.
    tokens = [by_id.get(number, f"<extra_id_{number}>") for number in range(size)]
    if len(set(tokens)) != size:
        twice = next(token for token in tokens if tokens.count(token) > 1)
        raise ModelError(f"{path}: token {twice!r} has two ids")
    return tokens


def _entries(path: Path, data: dict[str, Any]) -> list[tuple[str, int]]:
    model = data.get("model")
    words = model.get("vocab") if isinstance(model, dict) else None
    if isinstance(words, dict):
        entries = list(words.items())
    elif isinstance(words, list) and all(isinstance(word, list) and word for word in words):
        entries = [(word[0], number) for number, word in enumerate(words)]
    else:
        raise ModelError(f"{path}: model.vocab is neither an object nor a list of pairs")
    added = data.get("added_tokens", [])
    if not isinstance(added, list) or not all(isinstance(entry, dict) for entry in added):
        raise ModelError(f"{path}: added_tokens is no list of objects")
    entries += [(entry.get("content"), entry.get("id")) for entry in added]
    for token, number in entries:
        if not isinstance(token, str) or type(number) is not int or number < 0:
            raise ModelError(f"{path}: {token!r} with id {number!r} is no token")
    return entries


def _special(folder: Path, ids: dict[str, int]) -> dict[str, str]:
    """Special tokens as text; those that the vocabulary lacks count as missing."""
    texts = dict.fromkeys(("bos_token", "eos_token", "unk_token", "pad_token"), "")
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        if not (folder / name).exists():
            continue
        values = Config.read(folder / name).values
        for key in texts:
            value = values.get(key)
            if isinstance(value, dict):
                value = value.get("content")
            if isinstance(value, str) and value in ids:
                texts[key] = value
    return texts


def _end_ids(config: Config, size: int) -> set[int]:
    value = config.values.get("eos_token_id")
    ids = value if isinstance(value, list) else [] if value is None else [value]
    if not all(type(number) is int and 0 <= number < size for number in ids):
        raise ModelError(
            f"{config.where}: eos_token_id is {value!r}, but the model's ids are 0 to {size - 1}"
        )
    return set(ids)
