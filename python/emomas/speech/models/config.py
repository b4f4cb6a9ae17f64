"""Values from a config.json, each checked when it is asked for."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emomas.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Config:
    """A JSON object and where it stands. A value that is null counts as missing."""

    values: dict[str, Any]
    where: str

    @classmethod
    def read(cls, path: Path) -> Config:
        """A file that holds a JSON object; ModelError otherwise."""
        try:
            values = json.loads(path.read_bytes())
        except OSError as error:
            raise ModelError(
                f"{path}: can't be read ({error.strerror}): is this a model's folder?"
            ) from error
        except ValueError as error:
            raise ModelError(f"{path}: no JSON ({error}): get the file again") from error
        if not isinstance(values, dict):
            raise ModelError(f"{path}: no JSON object: get the file again")
        return cls(values, str(path))

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number from 0 on; ModelError if it is none, or is missing without a default."""
        value = self._get(key, default)
        if type(value) is not int or not 0 <= value < 2**31:
            raise ModelError(f"{self.where}: {key} is {value!r}: a whole number from 0 on is needed")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ModelError(f"{self.where}: {key} is {value!r}: a number is needed")
        return float(value)

    def text(self, key: str, default: str | None = None) -> str:
        """A string."""
        value = self._get(key, default)
        if not isinstance(value, str):
            raise ModelError(f"{self.where}: {key} is {value!r}: a text is needed")
        return value

    def _get(self, key: str, default: Any) -> Any:
        value = self.values.get(key)
        if value is None:
            value = default
        if value is None:
            raise ModelError(f"{self.where} has no {key}: the model can't be understood without it")
        return value
