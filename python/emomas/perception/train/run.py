"""The whole of `emomas train perception`: data in; model, card and picture out."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from emomas._native import TextModel
from emomas.files import whole
from emomas.perception.train import data as sets
from emomas.perception.train import measure
from emomas.perception.train.fit import LABEL_C, RIDGE, fit
from emomas.perception.train.model_file import packed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CARD = """\
# The reader of text

{size:.1f} MiB, SHA-256 {digest}.

Linear in 131,072 hash buckets of words, pairs of words and pieces of words: a logistic regression for
each of GoEmotions' 28 labels (C = {c:g}), a ridge regression for valence, arousal and dominance (alpha =
{ridge}), and a softmax from the labels' scores to seven emotions, fitted with the thresholds on scores
of texts that their model had not seen. Weights in eight bits. `emomas train perception` makes it again.

Trained on GoEmotions (train, {train:,} Reddit comments, CC BY 4.0) and EmoBank (train, {rated:,}
sentences, CC BY-SA 4.0). No text of either is in it. It reads English; in other languages its quality is
.1. Reddit's anger is not a patient's: probabilities are calibrated on GoEmotions, and elsewhere the core
learns how far to trust the channel.

| on texts not trained on | |
|---|---|
| 28 labels, macro-F1 ({texts:,} comments, GoEmotions dev) | {macro_f1_28:.3f} |
| seven emotions, macro-F1 | {macro_f1_7:.3f} |
| seven emotions, the likeliest is right | {accuracy_7:.3f} |
| expected calibration error, seven emotions | {ece_7:.3f} |
| EmoBank dev ({dev_rated:,} sentences), r of valence | {r_valence:.3f} |
| r of arousal | {r_arousal:.3f} |
| r of dominance | {r_dominance:.3f} |

![calibration](reliability.png)
"""


def train(data: Path, out: Path) -> Iterator[str]:
    """Train, measure and write; tells what it does. Raises ConfigError or StorageError."""
    labelled, rated = sets.goemotions(data, "train"), sets.emobank(data, "train")
    groups = sets.emotion_of_label(data)
    dev, dev_rated = sets.goemotions(data, "dev"), sets.emobank(data, "dev")
    yield f"{len(labelled.texts):,} comments with labels, {len(rated.texts):,} sentences with ratings"
    told: list[str] = []
    weights = fit(labelled, rated, groups, told.append)
    content = packed(weights)
    model = TextModel(content)
    scores: dict[str, Any] = {**measure.dimensions(model, dev_rated), **measure.labels(model, dev, groups)}
    bins = scores.pop("bins")
    with whole(out / "text.bin") as part:
        part.write_bytes(content)
    card = CARD.format(
        size=len(content) / 2**20,
        digest=hashlib.sha256(content).hexdigest(),
        c=LABEL_C,
        ridge=", ".join(f"{alpha:g}" for alpha in RIDGE),
        train=len(labelled.texts),
        rated=len(rated.texts),
        dev_rated=len(dev_rated.texts),
        **scores,
    )
    with whole(out / "CARD.md") as part:
        part.write_text(card, encoding="utf-8")
    if find_spec("matplotlib") is not None:
        from emomas.cli.plot import reliability

        reliability(bins, scores["ece_7"], out / "reliability.png")
    yield ", ".join(f"{name} {value:.3f}" for name, value in scores.items() if isinstance(value, float))
    yield f"kept in {out}: text.bin, CARD.md"
