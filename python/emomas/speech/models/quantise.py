"""Matrices as int8 with a scale per row, such that every processor computes the same integers.

CTranslate2 multiplies activations of 0 to 255 with weights of −127 to 127. On x86 without VNNI the processor
adds two neighbouring products in 16 bits and cuts the sum off at 32,767, which spoils narrow models (relative
error of random logits 0.16 instead of 0.05 at width 256). So the scale of a row is chosen by its largest sum
of two neighbours too: no sum passes 255 · 128 = 32,640.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK_WEIGHTS = 1 << 20
#: Keeps the scale of tiny rows within float32.
_SMALLEST_ROW = np.float32(127) / np.finfo(np.float32).max


def quantise(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Shape (out, in) to int8 of that shape and scales (out,); a weight is int8 / scale of its row.

    Raises ValueError if a weight isn't finite.
    """
    stored = np.empty(matrix.shape, dtype=np.int8)
    scales = np.empty(len(matrix), dtype=np.float32)
    # In blocks, so that a large matrix isn't in memory twice.
    step = max(1, _BLOCK_WEIGHTS // matrix.shape[1])
    for at in range(0, len(matrix), step):
        block = matrix[at : at + step]
        largest = _largest(block)
        if not np.isfinite(largest).all():
            raise ValueError("the weights are not all finite")
        # Rows of zeros stay zero.
        largest[largest == 0] = 127
        scale = np.float32(127) / np.maximum(largest, _SMALLEST_ROW)
        stored[at : at + step] = np.rint(block * scale[:, None])
        scales[at : at + step] = scale
    return stored, scales


def _largest(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest |a|, or |a + b| of a pair of neighbours with the same sign, of each row."""
    largest: NDArray[np.float32] = np.abs(rows).max(axis=1)
    even = rows.shape[1] // 2 * 2
    left, right = rows[:, 0:even:2], rows[:, 1:even:2]
    if even:
        # With opposite signs the sum is smaller than either.
        np.maximum(largest, np.abs(left + right).max(axis=1), out=largest)
    return largest
