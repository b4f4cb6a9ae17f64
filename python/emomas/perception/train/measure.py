"""How good a reader of text is, on texts that it was not trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emomas.perception.train.fit import emotion_targets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emomas._native import TextModel
    from emomas.perception.train.data import Labelled, Rated

    Floats = NDArray[np.float64]

BINS = 15


def f1(found: NDArray[np.bool_], true: NDArray[np.bool_]) -> Floats:
    """F1 of each column."""
    hits = (found & true).sum(axis=0)
    score: Floats = 2 * hits / np.maximum(1, found.sum(axis=0) + true.sum(axis=0))
    return score


def calibration(
    probabilities: Floats, right: NDArray[np.bool_]
) -> tuple[float, list[tuple[float, float, int]]]:
    """Expected calibration error, and (confidence, accuracy, texts) of each bin."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    rows = [
        (float(probabilities[bins == at].mean()), float(right[bins == at].mean()), int((bins == at).sum()))
        for at in range(BINS)
        if (bins == at).any()
    ]
    error = sum(n * abs(confidence - accuracy) for confidence, accuracy, n in rows) / len(bins)
    return error, rows


def labels(model: TextModel, data: Labelled, groups: NDArray[np.int64]) -> dict[str, object]:
    """Macro-F1 over 28 labels and over 7 emotions, accuracy and calibration of the likeliest emotion."""
    readings = [model.read(text) for text in data.texts]
    found = np.array([reading[0] for reading in readings]) >= np.array(model.thresholds)
    emotions = np.array([reading[1] for reading in readings])
    shares = emotion_targets(data.labels, groups)
    top = emotions.argmax(axis=1)
    right = shares[np.arange(len(top)), top] > 0
    error, bins = calibration(emotions.max(axis=1), right)
    present = shares > 0
    return {
        "texts": len(data.texts),
        "macro_f1_28": float(f1(found, data.labels).mean()),
        "macro_f1_7": float(f1(np.eye(7, dtype=bool)[top], present).mean()),
        "accuracy_7": float(right.mean()),
        "ece_7": error,
        "bins": bins,
    }


def dimensions(model: TextModel, data: Rated) -> dict[str, object]:
    """Pearson's r of valence, arousal and dominance."""
    read = np.array([model.read(text)[2] for text in data.texts])
    r = [float(np.corrcoef(read[:, d], data.vad[:, d])[0, 1]) for d in range(3)]
    return {"texts": len(data.texts), **dict(zip(("r_valence", "r_arousal", "r_dominance"), r, strict=True))}
