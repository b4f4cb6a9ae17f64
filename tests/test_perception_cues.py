"""Emotion cues and the language check: tables, then the promises every likelihood keeps."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emomas.perception import EMOTIONS, observe
from emomas.perception.cues import LEXICON, read_emotions
from emomas.perception.tokens import tokenise

# fmt: off
TABLE: list[tuple[str, str | None]] = [
    ("I'm so happy, thank you!", "joy"), ("great news 😀", "joy"), ("I am relieved", "joy"),
    ("I'm not happy about this", "sadness anger disgust"),
    ("never been glad about it", "sadness anger disgust"), ("this makes me furious", "anger"),
    ("I'M SICK OF THIS!!!", "anger disgust"), ("how dare you", "anger"), ("😡😡", "anger"),
    ("that is an outrage", "anger"), ("I'm scared", "fear"), ("I am terrified of losing it", "fear"),
    ("I'm worried sick", "fear"), ("please hurry, I panic", "fear"), ("😱", "fear surprise"),
    ("I feel hopeless", "sadness"), ("I've been crying all day 😢", "sadness"),
    ("I miss her so much", "sadness"), ("wow, really?", "surprise"), ("I didn't expect that", "surprise"),
    ("no way, I can't believe it", "surprise"), ("that's disgusting", "disgust"),
    ("you make me sick", "disgust"), ("🤢", "disgust"), ("whatever, noted", "neutral"),
    ("understood", "neutral"), ("30 days", None), ("", None), ("I'm not angry", None),
    ("the table is brown", None), ("not bad at all", "joy neutral"),
]
# fmt: on


def likelihood(text: str) -> dict[str, float] | None:
    seen = observe(text, unit="days", reference=None).emotions
    return None if seen is None else dict(zip(EMOTIONS, seen, strict=True))


@pytest.mark.parametrize(("text", "want"), TABLE)
def test_table(text: str, want: str | None) -> None:
    got = likelihood(text)
    if want is None:
        # "not angry" may lower anger, but must not make anger, or anything strong, of it
        assert got is None or (got["anger"] < 1.0 and min(got.values()) > 0.2)
    else:
        assert got is not None
        assert max(got, key=lambda name: got[name]) in want.split(), got


def test_emphasis_sharpens() -> None:
    plain, very, shout = (likelihood(t) for t in ("I am angry", "I am very angry", "I am ANGRY!!!"))
    assert plain
    assert very
    assert shout
    assert very["joy"] < plain["joy"]
    assert shout["joy"] < plain["joy"]


def test_one_word_is_mild_and_many_never_veto() -> None:
    one, many = likelihood("I am angry"), likelihood("VERY angry furious rage hate livid!!! " * 20)
    assert one
    assert many
    assert min(one.values()) >= math.exp(-1.2)
    assert min(many.values()) >= math.exp(-3.0) - 1e-12


def test_the_lexicon_is_disjoint_and_balanced() -> None:
    assert set(LEXICON) == set(EMOTIONS)
    for emotion, entries in LEXICON.items():
        assert 25 <= len(entries) <= 40, (emotion, len(entries))
    flat = [entry for entries in LEXICON.values() for entry in entries]
    assert len(flat) == len(set(flat))


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_every_entry_is_found_and_points_to_its_emotion(emotion: str) -> None:
    for entry in LEXICON[emotion]:
        seen = read_emotions(tokenise(f"well {entry} indeed"))
        assert seen.likelihood is not None, entry
        assert EMOTIONS[seen.likelihood.index(1.0)] == emotion, entry


def test_cue_words_are_told() -> None:
    assert "anger:furious" in observe("I'm furious", unit="days", reference=None).cues


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I need 30 days to pay", "en"),
        ("no deal", "en"),
        ("i am so sad", "en"),
        ("45", "und"),
        ("", "und"),
        ("😀", "und"),
        ("necesito treinta dias para pagar todo", "other"),
        ("Мне нужно 30 дней", "other"),
        ("我需要三十天", "other"),
        ("je ne peux pas payer avant le mois prochain", "other"),
        ("أحتاج ٣٠ يوما", "other"),
        ("ich kann das nicht bezahlen", "other"),
        ("okay deal", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    seen = observe(text, unit="days", reference=None)
    assert seen.language == language
    assert seen.quality <= (0.4 if language == "en" else 0.2)


@given(st.text(alphabet=st.characters()))
def test_likelihood_promises(text: str) -> None:
    seen = observe(text, unit="days", reference=None)
    assert 0.0 <= seen.quality <= 0.4
    if seen.emotions is not None:
        assert len(seen.emotions) == len(EMOTIONS)
        assert max(seen.emotions) == 1.0
        assert min(seen.emotions) >= math.exp(-3.0) - 1e-12
