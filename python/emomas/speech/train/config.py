"""What a training run is made of, read from a TOML file."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from pathlib import Path

from emomas.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Shape of the model, amount of training and where it is kept.

    merges: merges of the tokenizer; d_ff: width of the SwiGLU layer; context: tokens of a packed row; batch:
    rows of a step; warmup: steps to the full rate; decay: share of the steps at the end over which it falls
    linearly to zero; checkpoint_steps: steps between two checkpoints; folder: where they are kept.
    """

    seed: int = 0
    merges: int = 2400
    layers: int = 4
    heads: int = 6
    d_model: int = 192
    d_ff: int = 512
    context: int = 192
    batch: int = 6
    steps: int = 3000
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    warmup: int = 100
    decay: float = 0.3
    checkpoint_steps: int = 100
    folder: str = "out/speech"

    def __post_init__(self) -> None:
        """Check the sizes against each other."""
        if self.d_model % self.heads or (self.d_model // self.heads) % 2:
            raise ConfigError(f"d_model is {self.d_model}: give an even multiple of heads ({self.heads})")
        for name in ("merges", "layers", "heads", "d_ff", "context", "batch", "steps", "checkpoint_steps"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}: give a positive whole number")
        if not 0.0 < self.decay <= 1.0:
            raise ConfigError(f"decay is {self.decay}: give a share of the steps, above 0 and at most 1")

    def rate(self, step: int) -> float:
        """Learning rate: warm-up, constant, then linear to zero (WSD, Hu et al. 2024)."""
        start = self.steps * (1.0 - self.decay)
        left = min(1.0, (self.steps - step) / max(1.0, self.steps - start))
        return self.learning_rate * min(1.0, (step + 1) / max(1, self.warmup)) * left


def load_config(path: Path) -> TrainConfig:
    """Read a TOML file of `TrainConfig` fields; raises ConfigError for anything else in it."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} can't be read as TOML: {error}") from error
    known = {field.name: field.type for field in fields(TrainConfig)}
    for name, value in table.items():
        if name not in known:
            raise ConfigError(f"{path}: unknown field {name!r}: use some of {', '.join(known)}")
        if known[name] == "float" and type(value) is int:
            table[name] = float(value)
        elif type(value).__name__ != known[name]:
            raise ConfigError(f"{path}: {name} is {value!r}: give it as {known[name]}")
    return TrainConfig(**table)
