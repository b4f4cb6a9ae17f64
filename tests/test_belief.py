"""The belief filter against a plain NumPy filter and against hmmlearn."""

import numpy as np
import pytest
from hmmlearn.hmm import CategoricalHMM

import emomas
from emomas._native import EMOTIONS


def transition(belief, action):
    """The joint transition of the 28 states (stance-major) when the agent shows `action`."""
    stance = np.array(belief.stance_matrix(action))
    emotion = np.array([belief.emotion_matrix(action, s) for s in range(4)])
    joint = np.einsum("st,tef->setf", stance, emotion)
    return joint.reshape(28, 28)


def test_the_filter_equals_a_plain_numpy_filter():
    rng = np.random.default_rng(3)
    belief = emomas.Belief()
    matrices = {action: transition(belief, action) for action in EMOTIONS}
    expected = np.array(belief.joint).reshape(28)
    for _ in range(200):
        action = EMOTIONS[rng.integers(7)]
        emotion, stance = rng.random(7) ** 3, rng.random(4)
        likelihood = (stance[:, None] * emotion[None, :]).reshape(28)
        expected = (expected @ matrices[action]) * likelihood
        evidence = expected.sum()
        expected /= evidence
        assert belief.update(action, list(emotion), list(stance)) == pytest.approx(evidence, rel=1e-12)
        assert np.abs(np.array(belief.joint).reshape(28) - expected).max() < 1e-12
    assert np.allclose(belief.stance, expected.reshape(4, 7).sum(1), atol=1e-12)
    assert np.allclose(belief.emotion, expected.reshape(4, 7).sum(0), atol=1e-12)


def test_the_filter_equals_hmmlearn_on_the_categorical_model():
    belief = emomas.Belief()
    matrix = transition(belief, "neutral")
    confusion = np.full((7, 7), 0.05)
    np.fill_diagonal(confusion, 0.7)
    model = CategoricalHMM(n_components=28, n_features=7)
    # Our first update moves before it observes.
    model.startprob_ = np.array(belief.joint).reshape(28) @ matrix
    model.transmat_ = matrix / matrix.sum(1, keepdims=True)
    model.emissionprob_ = np.tile(confusion, (4, 1))
    observed = np.random.default_rng(8).integers(7, size=40)
    log_evidence = 0.0
    for end, seen in enumerate(observed, start=1):
        log_evidence += np.log(belief.update("neutral", list(confusion[:, seen])))
        score, smoothed = model.score_samples(observed[:end, None])
        # At its last step the smoothed posterior is the filtered one.
        assert np.abs(np.array(belief.joint).reshape(28) - smoothed[-1]).max() < 1e-12
        assert log_evidence == pytest.approx(score, abs=1e-9)


def test_rows_are_distributions_and_learn():
    belief = emomas.Belief()
    before = np.array(belief.stance_matrix("joy"))
    assert np.allclose(before.sum(1), 1, atol=1e-12)
    for _ in range(500):
        belief.update("joy", [1.0] * 7, [0, 0, 0, 1], forget=1.0)
    after = np.array(belief.stance_matrix("joy"))
    assert after[3, 3] > 0.9 > before[3, 3]
    assert np.allclose(after.sum(1), 1, atol=1e-12)
    assert np.array_equal(belief.stance_matrix("anger"), emomas.Belief().stance_matrix("anger"))


@pytest.mark.parametrize("bad", [[float("nan")] * 7, [-1.0] * 7])
def test_bad_likelihoods_are_refused(bad):
    belief = emomas.Belief()
    before = belief.joint
    with pytest.raises(emomas.ConfigError, match="likelihood"):
        belief.update("joy", bad)
    assert belief.joint == before
