"""Where imported models live, and how they get there: whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emomas.errors import ConfigError, FileMissingError, StorageError
from emomas.speech.engine import manifest
from emomas.speech.models import architectures, chat, official, tokens
from emomas.speech.models.config import Config
from emomas.speech.models.convert import read_plan, write_model

if TYPE_CHECKING:
    from emomas.speech.engine.manifest import Manifest
    from emomas.speech.models.architectures import Plan

BUNDLED = "bundled"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PART = ".adding-"
#: Taken along, so that the terms stay with the weights.
_TERMS = ("LICENSE*", "LICENCE*", "NOTICE*", "USE_POLICY*")
#: Room beside the weights: tokenizer, vocabulary, scales.
_ROOM_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Licence:
    """What a model's card says about its licence; `identifier` is "unknown" if it says nothing."""

    identifier: str
    link: str = ""
    text_files: tuple[str, ...] = ()


def home() -> Path:
    """The data folder: EMOMAS_HOME, or emomas in XDG_DATA_HOME, or ~/.local/share/emomas."""
    if folder := os.environ.get("EMOMAS_HOME"):
        return Path(folder)
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "emomas"


def models_folder() -> Path:
    """The folder with one folder per model."""
    return home() / "models"


def names() -> list[str]:
    """The imported models, sorted."""
    folder = models_folder()
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.is_dir())


def find(name: str) -> Path:
    """A model's folder; FileMissingError tells what there is."""
    check_name(name)
    folder = models_folder() / name
    if not folder.is_dir():
        known = ", ".join(names()) or "none yet"
        raise FileMissingError(
            f"there is no model {name!r} (there are: {known}): emomas model add ID_OR_FOLDER brings one"
        )
    return folder


def check_name(name: str) -> str:
    """The name, if it can be a folder's; ConfigError otherwise."""
    if not _NAME.fullmatch(name) or name == BUNDLED:
        raise ConfigError(
            f"{name!r} can't be a model's name: give 1 to 64 of a-z, 0-9, '.', '_', '-'; not {BUNDLED!r}"
        )
    return name


def default_name(source: str) -> str:
    """A name made from the last part of an id or a folder."""
    last = re.sub(r"[^a-z0-9._-]+", "-", Path(source).resolve().name.lower()).lstrip("._-")
    return check_name(last[:64])


def licence(folder: Path) -> Licence:
    """The licence that a Hugging Face folder's card (README.md) and files name."""
    files = sorted({path.name for pattern in _TERMS for path in folder.glob(pattern) if path.is_file()})
    fields = _card_fields(folder / "README.md")
    identifier = fields.get("license", "")
    if identifier in ("", "other"):
        identifier = fields.get("license_name", identifier) or identifier
    return Licence(identifier or "unknown", fields.get("license_link", ""), tuple(files))


def _card_fields(card: Path) -> dict[str, str]:
    """Top-level `key: value` lines of the block that opens a card."""
    try:
        lines = card.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    fields: dict[str, str] = {}
    if not lines or lines[0].strip() != "---":
        return fields
    for line in lines[1:]:
        if line.strip() == "---":
            break
        found = re.fullmatch(r"(\w+):\s*(\S.*?)\s*", line)
        if found:
            fields[found[1]] = found[2].strip("'\"")
    return fields


def check(folder: Path) -> str:
    """The architecture of a folder whose weights needn't be there yet; ModelError if unsupported."""
    name = architectures.architecture(Config.read(folder / "config.json"))
    if name in architectures.OFFICIAL:
        official.check(name)
    return name


def add(
    folder: Path,
    name: str,
    *,
    source: str,
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    replace: bool = False,
) -> Manifest:
    """Convert a Hugging Face folder to int8 and keep it as `name`; whole, or nothing is left of it.

    Args:
        folder: config.json, *.safetensors, tokenizer.json.
        name: what it will be called.
        source: where it came from, for the manifest.
        now: the date, for the manifest.
        replace: whether a model of that name may be there already.

    Raises:
        ModelError: the checkpoint can't be converted.
        ConfigError: the name is taken or can't be one.
        StorageError: the disk is full, or something can't be written.
    """
    check_name(name)
    target = models_folder() / name
    if target.exists() and not replace:
        raise ConfigError(f"there is a model {name!r} already: give --name, or emomas model remove {name}")
    which = check(folder)
    plan = None if which in architectures.OFFICIAL else read_plan(folder)
    size = plan.vocabulary_size if plan else Config.read(folder / "config.json").whole("vocab_size")
    vocabulary = tokens.read(folder, size)
    template = chat.find_template(folder)
    if template is not None:
        chat.compile_template(template, str(folder))
    with _part(name) as part:
        _check_room(part, plan)
        if plan is None:
            official.convert(folder, part)
        else:
            write_model(plan, vocabulary.vocabulary, _ctranslate_texts(vocabulary.texts), part)
        shutil.copyfile(folder / "tokenizer.json", part / "tokenizer.json")
        if template is not None:
            (part / chat.TEMPLATE).write_text(template, encoding="utf-8")
        terms = licence(folder)
        for file in terms.text_files:
            shutil.copyfile(folder / file, part / file)
        facts = _facts(folder, name, source, which, plan, vocabulary, terms, now())
        manifest.write(part, facts)
        _sync(part)
        _swap(part, target)
    return manifest.read(target)


def _facts(
    folder: Path,
    name: str,
    source: str,
    which: str,
    plan: Plan | None,
    vocabulary: tokens.Tokens,
    terms: Licence,
    now: datetime,
) -> dict[str, Any]:
    context = plan.context if plan else official.context(Config.read(folder / "config.json"))
    return {
        "name": name,
        "source": source,
        "licence": terms.identifier,
        "licence_link": terms.link,
        "architecture": which,
        "parameters": plan.parameters if plan else official.parameters(folder),
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "stored": "int8",
        "context": context,
        "vocabulary_size": len(vocabulary.vocabulary),
        "end_ids": vocabulary.end_ids,
        "special_tokens": vocabulary.texts,
    }


def _ctranslate_texts(texts: dict[str, str]) -> dict[str, str]:
    """CTranslate2 wants a start token; it is used only if a prompt has none, and prompts here always have."""
    return {
        "bos_token": texts["bos_token"] or texts["eos_token"],
        "eos_token": texts["eos_token"],
        "unk_token": texts["unk_token"],
    }


def remove(name: str) -> None:
    """Delete a model; if it was the chosen one, the bundled one is chosen again."""
    folder = find(name)
    # Out of the list at once, then away.
    part = folder.with_name(f"{_PART}{os.getpid()}-{name}")
    try:
        folder.rename(part)
        shutil.rmtree(part)
    except OSError as error:
        raise StorageError(f"{folder}: can't be removed: {error.strerror}") from error
    if chosen() == name:
        choose(BUNDLED)


def chosen() -> str:
    """The model that `emomas model use` has chosen."""
    try:
        name = (home() / "model").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return BUNDLED
    except OSError as error:
        raise StorageError(f"{home() / 'model'}: can't be read: {error.strerror}") from error
    return name or BUNDLED


def choose(name: str) -> None:
    """Choose the model that speaks by default; "bundled" or an imported one."""
    if name != BUNDLED:
        find(name)
    path = home() / "model"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{_PART}{os.getpid()}")
        part.write_text(name + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise StorageError(f"{path}: can't be written: {error.strerror}") from error


@contextmanager
def _part(name: str) -> Iterator[Path]:
    """A folder beside the models that is gone afterwards, unless it was moved to its place."""
    parent = models_folder()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _clear_parts(parent)
        part = parent / f"{_PART}{os.getpid()}-{name}"
        part.mkdir()
    except OSError as error:
        raise StorageError(f"{parent}: can't be written: {error.strerror}") from error
    try:
        yield part
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        hint = ": free some space, or set EMOMAS_HOME to another disk" if error.errno == errno.ENOSPC else ""
        raise StorageError(f"{part.parent / name}: can't be written: {error.strerror}{hint}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _clear_parts(parent: Path) -> None:
    """Remove what a killed import has left."""
    for left in parent.glob(_PART + "*"):
        owner = left.name.removeprefix(_PART).partition("-")[0]
        if not owner.isdigit() or not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _check_room(part: Path, plan: Plan | None) -> None:
    needed = _ROOM_BYTES + (plan.parameters if plan else 0)
    free = shutil.disk_usage(part).free
    if free < needed:
        raise StorageError(
            f"{part.parent}: {free >> 20} MiB are free, {needed >> 20} MiB are needed: free some space, or "
            "set EMOMAS_HOME to another disk"
        )


def _sync(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _swap(part: Path, target: Path) -> None:
    old = part.with_name(part.name + "-old")
    with suppress(FileNotFoundError):
        target.rename(old)
    part.rename(target)
    shutil.rmtree(old, ignore_errors=True)
