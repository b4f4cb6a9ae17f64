"""Fetching a model from the Hugging Face hub: all that emomas uses the network for, and only when asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from emomas.errors import ConfigError, ModelError
from emomas.speech.models import store

_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_SMALL = ["*.json", "*.jinja", "README.md", "LICENSE*", "LICENCE*", "NOTICE*", "USE_POLICY*"]
_WEIGHTS = ["*.safetensors"]


class Download:
    """A model on the hub, at one commit: first its small files, its weights when asked."""

    def __init__(self, hub: Any, model_id: str, commit: str, folder: Path) -> None:
        """Made by `opened`."""
        self._hub = hub
        self._id = model_id
        self._commit = commit
        self.folder = folder
        self._fetch(_SMALL)

    @property
    def source(self) -> str:
        """What the manifest says about where it came from."""
        return f"https://huggingface.co/{self._id}/tree/{self._commit}"

    def weights(self) -> None:
        """Fetch the weights too."""
        self._fetch(_WEIGHTS)

    def _fetch(self, patterns: list[str]) -> None:
        with _errors(self._id):
            self._hub.snapshot_download(
                self._id, revision=self._commit, local_dir=str(self.folder), allow_patterns=patterns
            )


def is_id(text: str) -> bool:
    """Whether a text looks like OWNER/NAME."""
    return _ID.fullmatch(text) is not None


@contextmanager
def opened(model_id: str, revision: str | None = None) -> Iterator[Download]:
    """A model's small files in a folder that is gone afterwards; ModelError if it can't be had."""
    if not is_id(model_id):
        raise ConfigError(f"{model_id!r} is neither a folder nor an id such as owner/name")
    try:
        import huggingface_hub
    except ImportError as error:
        raise ModelError(
            "downloading needs huggingface_hub: pip install 'emomas[hf]', or give a folder with the model"
        ) from error
    with _errors(model_id):
        commit = str(huggingface_hub.HfApi().model_info(model_id, revision=revision).sha)
    parent = store.models_folder()
    parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".download-", dir=parent) as folder:
        yield Download(huggingface_hub, model_id, commit, Path(folder))


@contextmanager
def _errors(model_id: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # The hub's errors have no common base of their own; each kind has its own next step.
        kind = type(error).__name__
        if kind == "GatedRepoError":
            remedy = "accept its terms on huggingface.co, then run hf auth login"
        elif kind in ("RepositoryNotFoundError", "RevisionNotFoundError"):
            remedy = "check the spelling; private models need hf auth login"
        else:
            remedy = "check the connection, or download it elsewhere and give the folder"
        first = (str(error).strip().splitlines() or [""])[0]
        raise ModelError(f"{model_id}: can't be fetched ({kind}: {first}): {remedy}") from error
