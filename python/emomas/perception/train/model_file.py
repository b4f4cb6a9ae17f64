"""The file of a trained reader of text; `core-rs/sense/src/model.rs` reads it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from emomas.perception.train.fit import LARGEST_IDF

if TYPE_CHECKING:
    from emomas.perception.train.fit import Weights

MAGIC = b"EMTEXT01"


def packed(weights: Weights) -> bytes:
    """Magic, little-endian floats, idf steps, weights in eight bits, CRC-32."""
    scales = np.abs(weights.weights).max(axis=0) / 127
    floats = np.concatenate(
        [
            [LARGEST_IDF / 255],
            scales,
            weights.biases,
            weights.thresholds,
            weights.mixing.ravel(),
            weights.prior,
            weights.leaning.ravel(),
            weights.spread,
        ]
    )
    table = np.round(weights.weights / scales).astype(np.int8)
    body: bytes = MAGIC + floats.astype("<f4").tobytes() + weights.idf.tobytes() + table.tobytes()
    return body + zlib.crc32(body).to_bytes(4, "little")
