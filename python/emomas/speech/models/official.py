"""Gemma and GPT-2: left to CTranslate2's own converter, which needs torch and transformers."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from emomas.errors import ModelError
from emomas.speech.models import safetensors

if TYPE_CHECKING:
    from pathlib import Path

    from emomas.speech.models.config import Config

_NEEDED = ("torch", "transformers", "ctranslate2")


def check(architecture: str) -> None:
    """ModelError if the packages for this architecture aren't installed."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise ModelError(
            f"{architecture} needs CTranslate2's own converter, and that needs {' and '.join(missing)}: "
            f"pip install {' '.join(missing)} (torch takes some 3 GB), or take another model"
        )


def convert(folder: Path, out: Path) -> None:
    """Write an int8 model into the existing folder `out`; ModelError if the converter fails."""
    from ctranslate2.converters import TransformersConverter

    try:
        # The folder is there already, hence `force`; nothing is fetched for a local path.
        TransformersConverter(str(folder)).convert(str(out), quantization="int8", force=True)
    except (ValueError, RuntimeError, KeyError, AttributeError, NotImplementedError) as error:
        raise ModelError(f"{folder}: CTranslate2's converter failed: {error}") from error


def context(config: Config) -> int:
    """The longest sequence in tokens: Gemma and GPT-2 name it differently."""
    length = config.whole("max_position_embeddings", config.whole("n_positions", 0))
    if config.values.get("sliding_window") is not None:
        # A window that some layers have is no limit for CTranslate2, but what is tested ends there.
        length = min(length, config.whole("sliding_window")) or length
    if not length:
        raise ModelError(f"{config.where} has no max_position_embeddings: the context isn't known")
    return length


def parameters(folder: Path) -> int:
    """The number of weights in the checkpoint."""
    total = 0
    for tensor in safetensors.index(folder).values():
        count = 1
        for size in tensor.shape:
            count *= size
        total += count
    return total
