"""Reading tensors from *.safetensors files, one at a time, as float32.

The `safetensors` package doesn't give bfloat16 to NumPy, and most checkpoints are bfloat16. The format: eight
bytes with the header's length, a JSON header with type, shape and place of each tensor, then the bytes.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emomas.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_HEADER_BYTES = 100 << 20
_BLOCK = 1 << 20
_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies; `load` reads it."""

    name: str
    path: Path
    kind: str
    shape: tuple[int, ...]
    start: int

    def load(self) -> NDArray[np.float32]:
        """The values as a new float32 array; ModelError if they can't be read."""
        if self.kind not in _SIZES:
            raise ModelError(
                f"{self.path}: tensor {self.name} is {self.kind}: weights must be F32, F16 or BF16; "
                "take the checkpoint that isn't quantised"
            )
        values = np.empty(math.prod(self.shape), dtype=np.float32)
        size = _SIZES[self.kind]
        for at in range(0, len(values), _BLOCK):
            part = values[at : at + _BLOCK]
            try:
                raw = np.fromfile(self.path, _DTYPES[self.kind], len(part), offset=self.start + at * size)
            except OSError as error:
                raise ModelError(f"{self.path}: can't be read: {error.strerror}") from error
            if len(raw) != len(part):
                raise ModelError(f"{self.path} is cut off in tensor {self.name}: get the file again")
            if self.kind == "BF16":
                # A bfloat16 is the upper half of a float32.
                part.view(np.uint32)[:] = raw
                part.view(np.uint32)[:] <<= 16
            else:
                part[:] = raw
        return values.reshape(self.shape)


def index(folder: Path) -> dict[str, Tensor]:
    """All tensors of a checkpoint, sharded or not, by name; ModelError if a file is missing or broken."""
    listing = folder / "model.safetensors.index.json"
    if listing.exists():
        weight_map = _read_json(listing).get("weight_map")
        if not isinstance(weight_map, dict) or not all(
            isinstance(name, str) and name == Path(name).name for name in weight_map.values()
        ):
            raise ModelError(f"{listing}: weight_map must map tensors to file names")
        files = [folder / name for name in sorted(set(weight_map.values()))]
    else:
        files = sorted(folder.glob("*.safetensors"))
        weight_map = None
    if not files:
        pickled = "; *.bin files can hold code and aren't read" if any(folder.glob("*.bin")) else ""
        raise ModelError(f"{folder} has no *.safetensors files{pickled}: take a checkpoint that has them")
    tensors: dict[str, Tensor] = {}
    for file in files:
        for name, tensor in _header(file).items():
            if name in tensors:
                raise ModelError(f"{file}: tensor {name} is in {tensors[name].path.name} too")
            tensors[name] = tensor
    for name, file_name in (weight_map or {}).items():
        if name not in tensors:
            raise ModelError(f"{listing} lists {name}, which isn't in {file_name}")
    return tensors


def _header(path: Path) -> dict[str, Tensor]:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            prefix = file.read(8)
            if len(prefix) < 8:
                raise ModelError(f"{path} has {len(prefix)} bytes, no safetensors file: get it again")
            length = struct.unpack("<Q", prefix)[0]
            if length > min(_MAX_HEADER_BYTES, size - 8):
                raise ModelError(f"{path}: the header wants {length} bytes of {size}: get the file again")
            raw = file.read(length)
    except OSError as error:
        raise ModelError(f"{path}: can't be read ({error.strerror}): get the file again") from error
    try:
        header = json.loads(raw)
    except ValueError as error:
        raise ModelError(f"{path}: the header is no JSON ({error}): get the file again") from error
    if not isinstance(header, dict):
        raise ModelError(f"{path}: the header is no JSON object: get the file again")
    header.pop("__metadata__", None)
    return {name: _tensor(path, name, entry, 8 + length, size) for name, entry in header.items()}


def _tensor(path: Path, name: str, entry: Any, data_start: int, size: int) -> Tensor:
    try:
        kind, shape = entry["dtype"], tuple(entry["shape"])
        start, end = entry["data_offsets"]
    except (TypeError, KeyError, ValueError) as error:
        raise ModelError(f"{path}: tensor {name} has no dtype, shape and data_offsets") from error
    whole = all(type(number) is int and number >= 0 for number in (*shape, start, end))
    if not whole or not isinstance(kind, str) or start > end:
        raise ModelError(f"{path}: tensor {name} has shape {shape} at {start} to {end}")
    if kind in _SIZES and end - start != math.prod(shape) * _SIZES[kind]:
        raise ModelError(f"{path}: tensor {name} has {end - start} bytes, but shape {shape} of {kind}")
    if data_start + end > size:
        raise ModelError(f"{path} is cut off: tensor {name} ends at {data_start + end} of {size} bytes")
    return Tensor(name, path, kind, shape, data_start + start)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: can't be read as JSON: {error}") from error
    if not isinstance(value, dict):
        raise ModelError(f"{path}: no JSON object")
    return value
