"""What a model folder consists of: `manifest.json` with the SHA-256 of each file and facts about the model.

Nothing of a model is used before its bytes have been compared with the manifest.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emomas.errors import ModelError

NAME = "manifest.json"
FORMAT = 1
DEFAULT_CONTEXT = 1024
_CHUNK_BYTES = 1 << 20
_MAX_MANIFEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """A model folder's checked manifest; `facts` holds everything but the file hashes."""

    folder: Path
    files: dict[str, str]
    facts: dict[str, Any]

    @property
    def model_hash(self) -> str:
        """SHA-256 over the names and hashes of all files."""
        listed = "".join(f"{name} {digest}\n" for name, digest in sorted(self.files.items()))
        return hashlib.sha256(listed.encode()).hexdigest()

    @property
    def context(self) -> int:
        """The longest sequence in tokens."""
        return self._whole("context", DEFAULT_CONTEXT)

    @property
    def end_ids(self) -> list[int]:
        """Ids of the tokens that end a text; empty if only config.json names one."""
        ids = self.facts.get("end_ids", [])
        if not isinstance(ids, list) or not all(type(i) is int and i >= 0 for i in ids):
            raise ModelError(f"{self.folder / NAME}: end_ids is {ids!r}: a list of token ids is needed")
        return ids

    def path(self, name: str) -> Path:
        """Where a listed file lies; ModelError if the manifest doesn't list it."""
        if name not in self.files:
            raise ModelError(f"{self.folder / NAME} doesn't list {name}: {REMEDY}")
        return self.folder / name

    def read(self, name: str) -> bytes:
        """A file's bytes, compared with its hash."""
        path = self.path(name)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: can't be read ({error.strerror}): {REMEDY}") from error
        self._compare(name, hashlib.sha256(data).hexdigest())
        return data

    def verify(self, name: str) -> Path:
        """A file's path, after its hash was compared without holding it in memory."""
        path = self.path(name)
        self._compare(name, file_hash(path))
        return path

    def read_json(self, name: str) -> Any:
        """A file's bytes, compared with its hash and read as JSON."""
        try:
            return json.loads(self.read(name))
        except ValueError as error:
            raise ModelError(f"{self.folder / name}: no JSON ({error}): {REMEDY}") from error

    def _compare(self, name: str, digest: str) -> None:
        if digest != self.files[name]:
            raise ModelError(f"{self.folder / name} is damaged (its SHA-256 isn't the manifest's): {REMEDY}")

    def _whole(self, key: str, default: int) -> int:
        value = self.facts.get(key, default)
        if type(value) is not int or value < 1:
            raise ModelError(f"{self.folder / NAME}: {key} is {value!r}: a positive whole number is needed")
        return value


REMEDY = "add the model again"


def read(folder: Path) -> Manifest:
    """The manifest of a model folder; ModelError if there is none, or it makes no sense."""
    path = folder / NAME
    try:
        if path.stat().st_size > _MAX_MANIFEST_BYTES:
            raise ModelError(f"{path}: larger than {_MAX_MANIFEST_BYTES} bytes, no manifest: {REMEDY}")
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: can't be read ({error.strerror}): {REMEDY}") from error
    try:
        facts = json.loads(data)
    except ValueError as error:
        raise ModelError(f"{path}: no JSON ({error}): {REMEDY}") from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ModelError(f"{path}: no manifest of format {FORMAT}: {REMEDY}")
    files = facts.pop("files", None)
    if not isinstance(files, dict) or not all(
        isinstance(digest, str) and name == Path(name).name and name not in ("", NAME)
        for name, digest in files.items()
    ):
        raise ModelError(f"{path}: files must map plain file names to SHA-256 digests: {REMEDY}")
    return Manifest(folder, files, facts)


def write(folder: Path, facts: dict[str, Any]) -> Manifest:
    """Hash every file in `folder` and write its manifest."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != NAME)
    files = {name: file_hash(folder / name) for name in names}
    text = json.dumps({"format": FORMAT, **facts, "files": files}, indent=2, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")
    return read(folder)


def file_hash(path: Path) -> str:
    """SHA-256 (hex) of a file; ModelError if it can't be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise ModelError(f"{path}: can't be read ({error.strerror}): {REMEDY}") from error
    return digest.hexdigest()
