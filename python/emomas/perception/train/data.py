"""The data sets that the reader of text is trained on."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emomas.errors import ConfigError
from emomas.perception.observation import EMOTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LABELS = 28


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with which of 28 labels each has, shape (texts, 28)."""

    texts: list[str]
    labels: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rated:
    """Texts with valence, arousal and dominance in [−1, 1], shape (texts, 3)."""

    texts: list[str]
    vad: NDArray[np.float64]


def goemotions(folder: Path, split: str) -> Labelled:
    """GoEmotions (CC BY 4.0), `train` or `dev`. Raises ConfigError."""
    texts, rows = [], []
    for line in _lines(folder / "goemotions" / f"{split}.tsv"):
        text, numbers, _ = line.rsplit("\t", 2)
        row = np.zeros(LABELS, dtype=bool)
        row[[int(number) for number in numbers.split(",")]] = True
        texts.append(text)
        rows.append(row)
    return Labelled(texts, np.array(rows))


def label_names(folder: Path) -> list[str]:
    """The 28 labels, in the order of the columns."""
    return _lines(folder / "goemotions" / "labels.txt")


def emotion_of_label(folder: Path) -> NDArray[np.int64]:
    """For each label the number of its emotion, by the paper's Ekman groups."""
    groups = json.loads((folder / "goemotions" / "ekman_mapping.json").read_text(encoding="utf-8"))
    of_name = {name: EMOTIONS.index(emotion) for emotion, names in groups.items() for name in names}
    return np.array([of_name.get(name, EMOTIONS.index("neutral")) for name in label_names(folder)])


def emobank(folder: Path, split: str) -> Rated:
    """EmoBank (CC BY-SA 4.0), `train` or `dev`; its scale of 1 to 5 becomes −1 to 1. Raises ConfigError."""
    lines = _lines(folder / "emobank" / "emobank_train_dev.csv")
    rows = [row for row in csv.DictReader(lines) if row["split"] == split]
    vad = np.array([[float(row[name]) for name in "VAD"] for row in rows])
    return Rated([row["text"] for row in rows], (vad - 3.0) / 2.0)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(
            f"--data: {path} can't be read ({error.strerror}): give the folder that holds goemotions and "
            "emobank"
        ) from error
