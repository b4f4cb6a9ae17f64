"""A face as evidence: tables, the formula by hand, and frames that say little."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emomas import Agent
from emomas.errors import ObservationError
from emomas.perception import EMOTIONS
from emomas.perception.face import (
    BASIC,
    BLENDSHAPES,
    COMPOUND,
    ELSEWHERE,
    SEEN,
    UNITS,
    FaceChannel,
    read_face,
    units_of,
)

ALL = sorted({unit for row in [*BASIC.values(), *COMPOUND.values()] for unit in row})


def face(*present):
    """A whole face: these units are there, all others are not."""
    return {unit: 0.95 if unit in present else 0.03 for unit in ALL}


def test_prototypes_read_as_what_they_are():
    for name, row in BASIC.items():
        reading = read_face(face(*[unit for unit, p in row.items() if p >= 0.5]))
        assert EMOTIONS[reading.emotions.index(1.0)] == name


def test_a_compound_face_is_named_where_it_is_clearly_one():
    # A smile alone is worth less than a factor of three.
    assert read_face(face(1, 2, 12, 25, 26)).expression == "surprise"
    assert read_face(face(10, 12, 25, 6, 9)).expression == "happily disgusted"
    assert read_face(face(12, 25, 6)).expression == "joy"
    assert read_face(face()).expression == "neutral"


def test_it_is_the_formula():
    """Two units by hand: log(q·λ + 1 − q) with q from the table and the detector, halved."""
    units = {12: 0.8, 4: 0.1}
    odds = {12: min(20.0, 4.0 * 0.85 / 0.15), 4: (0.1 / 0.9) * 0.85 / 0.15}

    def evidence(emotion):
        total = 0.0
        for unit, ratio in odds.items():
            there = BASIC[emotion].get(unit, ELSEWHERE)
            q = SEEN[unit] * there + 0.05 * (1 - there)
            total += math.log(q * ratio + 1 - q)
        return total / 2.0

    expected = [math.exp(evidence(emotion)) for emotion in EMOTIONS]
    assert read_face(units).emotions == pytest.approx([x / max(expected) for x in expected])


def test_a_hidden_unit_is_not_an_absent_one():
    def over_neutral(units):
        emotions = read_face(units).emotions
        return emotions[EMOTIONS.index("surprise")] / emotions[EMOTIONS.index("neutral")]

    hidden = over_neutral({1: 0.9, 2: 0.9})
    assert over_neutral({1: 0.9, 2: 0.9, 26: 0.02, 25: 0.02}) < 0.8 * hidden


def test_speech_moves_the_mouth_and_says_less():
    smiling = read_face(face(12, 25))
    speaking = read_face(face(12, 25), speaking=True)
    assert EMOTIONS[speaking.emotions.index(1.0)] in ("joy", "neutral")
    assert min(speaking.emotions) > min(smiling.emotions)


def test_a_face_that_is_turned_away_counts_less():
    assert read_face(face(12)).quality == 1.0
    assert read_face(face(12), yaw_rad=0.35).quality == pytest.approx(0.5)
    assert read_face(face(12), yaw_rad=-1.0).quality == 0.0
    assert read_face({}).quality == 0.0
    assert FaceChannel().observe({}) == ()


def test_what_detectors_hardly_see_hardly_counts():
    """Unit 20 tells fear from surprise, but no detector sees it."""
    nose, stretch = read_face({9: 0.95}).emotions, read_face({20: 0.95}).emotions
    assert nose[EMOTIONS.index("disgust")] > 2.0 * nose[EMOTIONS.index("joy")]
    assert stretch[EMOTIONS.index("fear")] == pytest.approx(stretch[EMOTIONS.index("joy")], rel=0.02)


def test_blendshapes_become_units():
    assert units_of({"mouthSmileLeft": 0.8, "mouthSmileRight": 0.6, "jawOpen": 0.1, "tongueOut": 1.0}) == {
        12: pytest.approx(0.7),
        26: 0.1,
    }
    assert set(BLENDSHAPES) <= UNITS
    smile = {name: 0.9 for unit in (12, 6) for name in BLENDSHAPES[unit]}
    rest = {name: 0.02 for unit in BLENDSHAPES if unit not in (12, 6) for name in BLENDSHAPES[unit]}
    assert read_face(units_of({**rest, **smile})).expression == "joy"


@pytest.mark.parametrize(
    ("units", "more", "match"),
    [
        ({99: 0.5}, {}, "action unit 99 is unknown: give numbers of FACS"),
        ({"AU12": 0.5}, {}, "action unit 'AU12' is unknown"),
        ({12: 1.5}, {}, "action unit 12 is 1.5: give a probability"),
        ({12: math.nan}, {}, "action unit 12 is nan"),
        ({12: 0.5}, {"score": 2.0}, "score is 2.0: give 0 to 1"),
        ({12: 0.5}, {"yaw_rad": math.nan}, "yaw_rad is nan: give radians"),
    ],
)
def test_wrong_values_are_named(units, more, match):
    with pytest.raises(ObservationError, match=match):
        read_face(units, **more)


@given(st.dictionaries(st.sampled_from(sorted(UNITS)), st.floats(0.0, 1.0)))
def test_any_face_is_read(units):
    reading = read_face(units)
    assert max(reading.emotions) == 1.0
    assert all(0.0 < likelihood <= 1.0 for likelihood in reading.emotions)
    assert all(p >= 0.5 for _, p in reading.units)


def test_a_frown_moves_the_belief():
    agent = Agent("debt-roofer-winter", seed=1)
    before = agent.open().decision.emotion_belief[EMOTIONS.index("anger")]
    agent.observe(evidence=FaceChannel().observe(face(4, 7, 24)))
    assert agent.decide().decision.emotion_belief[EMOTIONS.index("anger")] > before
