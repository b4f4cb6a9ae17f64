"""From a model's name or folder to a running engine."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from emomas.errors import ConfigError, ModelError
from emomas.speech.engine import manifest
from emomas.speech.models import safetensors, store, tokens

if TYPE_CHECKING:
    from emomas.speech.engine.base import Clock, Engine
    from emomas.speech.engine.numpy_engine import Model

Kind = Literal["auto", "ctranslate2", "numpy", "llama.cpp"]
KINDS: tuple[Kind, ...] = ("auto", "ctranslate2", "numpy", "llama.cpp")


def open_engine(
    model: str | Path, *, engine: Kind = "auto", threads: int | None = None, clock: Clock = time.monotonic
) -> Engine:
    """Load a model.

    Args:
        model: an imported model's name, a model folder, a Hugging Face folder (NumPy engine only), or a GGUF
            file (llama.cpp only).
        engine: "auto" takes llama.cpp for GGUF files, else CTranslate2 if installed, else NumPy.
        threads: of CTranslate2 and llama.cpp; None leaves it to the engine.
        clock: seconds, for deadlines.

    Raises:
        ModelError: the model is damaged or unsupported, or a package is missing.
        FileMissingError: there is no such model.
    """
    if engine not in KINDS:
        raise ConfigError(f"engine is {engine!r}: give one of {', '.join(KINDS)}")
    path = Path(model) if isinstance(model, Path) or Path(model).exists() else store.find(model)
    if engine == "auto":
        engine = _suitable(path)
    if engine == "llama.cpp":
        from emomas.speech.engine.llama_cpp import LlamaCppEngine

        return LlamaCppEngine(path, threads=threads or 1, clock=clock)
    if engine == "ctranslate2":
        from emomas.speech.engine.ctranslate import CTranslateEngine

        return CTranslateEngine(path, threads=threads, clock=clock)
    from emomas.speech.engine.numpy_engine import NumpyEngine, read_model

    loaded = read_model(path) if (path / manifest.NAME).exists() else read_checkpoint(path)
    return NumpyEngine(loaded, clock=clock)


def _suitable(path: Path) -> Kind:
    if path.is_file():
        return "llama.cpp"
    if (path / manifest.NAME).exists() and find_spec("ctranslate2") is not None:
        return "ctranslate2"
    return "numpy"


def read_checkpoint(folder: Path) -> Model:
    """A Hugging Face folder for the NumPy engine, unconverted; ModelError if it can't be used."""
    from emomas.speech.engine.numpy_engine import Model
    from emomas.speech.models.convert import read_decoder, read_plan

    if not folder.is_dir():
        raise ModelError(f"{folder} is no folder: give a model's folder")
    plan = read_plan(folder)
    words = tokens.read(folder, plan.vocabulary_size)
    files = sorted({tensor.path for tensor in safetensors.index(folder).values()})
    listed = {file.name: manifest.file_hash(file) for file in (*files, folder / "config.json")}
    digest = manifest.Manifest(folder, listed, {}).model_hash
    return Model(read_decoder(plan), frozenset(words.end_ids), plan.context, digest)
