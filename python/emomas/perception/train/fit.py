"""Weights from data: one logistic regression a label, one ridge regression a dimension, one small softmax."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from emomas._native import text_features
from emomas.perception.observation import EMOTIONS
from emomas.perception.train.data import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from emomas.perception.train.data import Labelled, Rated

    Floats = NDArray[np.float64]

BUCKETS = 1 << 17
LARGEST_IDF = 12.0
FOLDS = 3
LABEL_C = 3.0
RIDGE = (1.0, 2.0, 3.0)
RIDGE_FOLDS = 5
MIX_C = 0.1


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that a model file holds, unquantised but for the idf.

    idf: (BUCKETS,) in steps of LARGEST_IDF / 255; weights: (BUCKETS, 31) for 28 labels and VAD; biases:
    (31,); thresholds: (28,) probabilities; mixing: (7, 29) from label scores to emotions; prior: (7,);
    leaning: (3, 29) from label scores to VAD; spread: (3,) standard deviations.
    """

    idf: NDArray[np.uint8]
    weights: Floats
    biases: Floats
    thresholds: Floats
    mixing: Floats
    prior: Floats
    leaning: Floats
    spread: Floats


def counts(texts: Sequence[str]) -> sp.csr_matrix:
    """Texts as rows of 1 + ln(how often each bucket occurs)."""
    indices, ends = [], [0]
    for text in texts:
        hashes = np.array(text_features(text), dtype=np.uint64)
        indices.append(((hashes >> np.uint64(17)) ^ hashes) % np.uint64(BUCKETS))
        ends.append(ends[-1] + len(hashes))
    columns = np.concatenate(indices).astype(np.int64)
    rows = sp.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(texts), BUCKETS))
    rows.sum_duplicates()
    rows.data = 1.0 + np.log(rows.data)
    return rows


def steps_of_idf(rows: sp.csr_matrix) -> NDArray[np.uint8]:
    """How rare each bucket is, in 255 steps."""
    documents = np.bincount(rows.indices, minlength=BUCKETS)
    idf = np.log((1 + rows.shape[0]) / (1 + documents)) + 1.0
    steps: NDArray[np.uint8] = np.clip(np.round(idf / LARGEST_IDF * 255), 1, 255).astype(np.uint8)
    return steps


def scaled(rows: sp.csr_matrix, idf: NDArray[np.uint8]) -> sp.csr_matrix:
    """Rows weighted by idf, each of length 1."""
    weighted = rows.multiply(idf * (LARGEST_IDF / 255)).tocsr()
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    lengths[lengths == 0.0] = 1.0
    unit = (sp.diags(1.0 / lengths) @ weighted).tocsr()
    unit.sum_duplicates()
    return unit


def fit(labelled: Labelled, rated: Rated, groups: NDArray[np.int64], tell: Callable[[str], None]) -> Weights:
    """Train everything; `groups` is the emotion of each label. Deterministic."""
    rows = counts(labelled.texts)
    idf = steps_of_idf(rows)
    rows = scaled(rows, idf)
    fold = np.arange(len(labelled.texts)) % FOLDS
    # Scores of texts that their model has not seen: thresholds and the mixing are chosen on them.
    unseen = np.zeros(labelled.labels.shape)
    for number in range(FOLDS):
        tell(f"fold {number + 1} of {FOLDS}")
        weights, biases = _labels(rows[fold != number], labelled.labels[fold != number])
        unseen[fold == number] = rows[fold == number] @ weights + biases
    tell("all of it")
    weights, biases = _labels(rows, labelled.labels)
    mixing, prior = _mixing(unseen, labelled.labels, groups)
    own, own_biases, leaning, spread = _dimensions(
        scaled(counts(rated.texts), idf), rated.vad, weights, biases
    )
    return Weights(
        idf=idf,
        weights=np.hstack([weights, own]),
        biases=np.concatenate([biases, own_biases]),
        thresholds=_thresholds(unseen, labelled.labels),
        mixing=mixing,
        prior=prior,
        leaning=leaning,
        spread=spread,
    )


def _labels(rows: sp.csr_matrix, labels: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Weights (BUCKETS, 28) and biases of one logistic regression for each label."""
    from sklearn.linear_model import LogisticRegression

    def one(label: int) -> Any:
        # liblinear gives the interpreter's lock back while it works.
        model = LogisticRegression(C=LABEL_C, solver="liblinear", tol=1e-3, random_state=0)
        return model.fit(rows, labels[:, label])

    with ThreadPoolExecutor() as pool:
        models = list(pool.map(one, range(LABELS)))
    return np.array([m.coef_[0] for m in models]).T, np.array([m.intercept_[0] for m in models])


def _thresholds(scores: Floats, labels: NDArray[np.bool_]) -> Floats:
    """For each label the probability with the best F1."""
    best = np.zeros(LABELS)
    for label in range(LABELS):
        order = np.argsort(-scores[:, label])
        hits = np.cumsum(labels[order, label])
        f1 = 2 * hits / (np.arange(1, len(order) + 1) + hits[-1])
        best[label] = 1.0 / (1.0 + np.exp(-scores[order[np.argmax(f1)], label]))
    return best


def emotion_targets(labels: NDArray[np.bool_], groups: NDArray[np.int64]) -> Floats:
    """Share of each emotion among a text's labels, shape (texts, 7)."""
    shares = np.zeros((len(labels), len(EMOTIONS)))
    for label, emotion in enumerate(groups):
        shares[:, emotion] += labels[:, label]
    shares /= np.maximum(1.0, shares.sum(axis=1, keepdims=True))
    return shares


def _mixing(scores: Floats, labels: NDArray[np.bool_], groups: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """A softmax from label scores to emotions, and how common each emotion is."""
    from sklearn.linear_model import LogisticRegression

    shares = emotion_targets(labels, groups)
    rows, emotions = np.nonzero(shares)
    # Every label's groups count by their share.
    model = LogisticRegression(C=MIX_C, max_iter=2000).fit(
        scores[rows], emotions, sample_weight=shares[rows, emotions]
    )
    return np.hstack([model.coef_, model.intercept_[:, None]]), shares.mean(axis=0)


def _dimensions(
    rows: sp.csr_matrix, vad: Floats, weights: Floats, biases: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Ridge regressions of VAD on words and label scores: weights, biases, leaning, spread."""
    scores = rows @ weights + biases
    scale = scores.std(axis=0) * np.sqrt(LABELS)
    # All label scores together count like a text's words.
    both = sp.hstack([rows, sp.csr_matrix(scores / scale)]).tocsr()
    fold = np.arange(len(vad)) % RIDGE_FOLDS
    unseen = np.zeros_like(vad)
    for number in range(RIDGE_FOLDS):
        coefficients, intercepts = _ridges(both[fold != number], vad[fold != number])
        unseen[fold == number] = both[fold == number] @ coefficients + intercepts
    # Each dimension also from the others, as they go together: arousal and dominance are noisy by themselves.
    together = np.linalg.lstsq(np.c_[unseen, np.ones(len(vad))], vad, rcond=None)[0]
    spread = (vad - np.c_[unseen, np.ones(len(vad))] @ together).std(axis=0)
    coefficients, intercepts = _ridges(both, vad)
    coefficients, intercepts = coefficients @ together[:3], intercepts @ together[:3] + together[3]
    leaning = (coefficients[BUCKETS:] / scale[:, None]).T
    return coefficients[:BUCKETS], intercepts, np.hstack([leaning, np.zeros((3, 1))]), spread


def _ridges(rows: sp.csr_matrix, vad: Floats) -> tuple[Floats, Floats]:
    """A ridge regression for each dimension: coefficients (columns, 3) and intercepts (3,)."""
    from sklearn.linear_model import Ridge

    models = [
        Ridge(alpha=alpha, solver="sparse_cg", tol=1e-3).fit(rows, vad[:, d]) for d, alpha in enumerate(RIDGE)
    ]
    return np.array([m.coef_ for m in models]).T, np.array([m.intercept_ for m in models])
