"""The trained reader of text: what it reads, what it withstands, and how it is trained."""

import json
import math
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emomas import Agent
from emomas._native import TextModel, text_features
from emomas.errors import ModelError
from emomas.perception import EMOTIONS
from emomas.perception.reading import BUNDLED, LABELS, TextChannel, bundled, read
from emomas.perception.train import data as sets
from emomas.perception.train import measure
from emomas.perception.train.fit import BUCKETS, counts, emotion_targets, scaled, steps_of_idf
from emomas.perception.train.model_file import packed

DATA = Path(os.environ.get("EMOMAS_DATA_SETS", Path(__file__).parents[2] / "shared" / "data"))
EMOMAS = str(Path(sys.executable).parent / "emomas")


def likeliest(text):
    reading = read(text)
    return EMOTIONS[reading.probabilities.index(max(reading.probabilities))]


PLAIN = [
    ("Thank you so much, you made my day!", "joy"),
    ("I lost my mother last week and I can't stop crying", "sadness"),
    ("How dare you call me a liar, you idiot", "anger"),
    ("I am terrified of the operation", "fear"),
    ("Wow, I never expected that!", "surprise"),
    ("That is disgusting, it makes me sick", "disgust"),
    ("The invoice has two pages.", "neutral"),
    ("I'm sooooo happyyyy 😀😀", "joy"),
]


@pytest.mark.parametrize(("text", "emotion"), PLAIN)
def test_plain_feelings(text, emotion):
    assert likeliest(text) == emotion


def test_words_are_named_that_said_so():
    reading = read("You know that I am terrified of the operation")
    assert reading.causes[0][0] == "terrified"
    assert sum(share for _, share in reading.causes) <= 1.0 + 1e-6
    assert any(name in ("fear", "nervousness") for name, _ in reading.labels)


def test_vad_points_the_right_way():
    glad, sad = read("What a wonderful, beautiful day"), read("He died alone in a miserable war")
    assert glad.vad[0] > 0.1 > -0.1 > sad.vad[0]
    assert all(0.05 < sd < 0.3 for sd in glad.vad_sd)


def test_likelihoods_leave_out_how_common_an_emotion_was():
    reading = read("30 pages")
    ratios = [p / prior for p, prior in zip(reading.probabilities, bundled().prior, strict=True)]
    assert reading.emotions == pytest.approx([ratio / max(ratios) for ratio in ratios])
    assert max(reading.emotions) == 1.0
    assert sum(reading.probabilities) == pytest.approx(1.0, abs=1e-5)


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    reading = read(text)
    assert all(0.0 <= p <= 1.0 for p in reading.emotions)
    assert all(-1.0 <= x <= 1.0 for x in reading.vad)
    assert 0.0 <= reading.quality <= 1.0
    assert all(word in text.encode("utf-8", "replace").decode() for word, _ in reading.causes)


def test_odd_texts():
    assert read("").quality == 0.0
    assert read("   \n\x00").quality == 0.0
    assert read("ich habe große angst vor der operation morgen").quality <= 0.1
    assert read("\ud800 I am happy").quality > 0.0
    started = time.perf_counter()
    long = read("I hate this. " * 8_000)
    assert time.perf_counter() - started < 1.0
    assert likeliest("I hate this. " * 8_000) == "anger"
    assert long.quality == 1.0


def test_a_damaged_or_foreign_file_is_refused():
    whole = bytearray(BUNDLED.read_bytes())
    whole[100_000] ^= 1
    with pytest.raises(ModelError, match="damaged: its checksum differs"):
        TextModel(bytes(whole))
    with pytest.raises(ModelError, match="these 5 bytes are no text model of this version"):
        TextModel(b"hello")


def test_it_equals_its_formula():
    """The Rust reader against NumPy on the same file: scores, mixing and probabilities."""
    blob = BUNDLED.read_bytes()
    floats = np.frombuffer(blob, "<f4", count=(len(blob) - 12 - 32 * BUCKETS) // 4, offset=8).astype(float)
    parts = np.split(floats, np.cumsum([1, 31, 31, 28, 7 * 29, 7, 3 * 29, 3])[:-1])
    step, scales, biases, _, mixing, _, leaning, _ = parts
    start = 8 + 4 * len(floats)
    idf = np.frombuffer(blob, np.uint8, count=BUCKETS, offset=start)
    table = np.frombuffer(blob, np.int8, count=31 * BUCKETS, offset=start + BUCKETS).reshape(BUCKETS, 31)
    assert step[0] == pytest.approx(12 / 255)
    for text in ("I am so happy for you!", "no", "Why would you do that to me, why?"):
        row = scaled(counts([text]), idf).toarray()[0]
        scores = (row @ table) * scales + biases
        labels, emotions, vad, _ = bundled().read(text)
        assert labels == pytest.approx(list(1 / (1 + np.exp(-scores[:28]))), abs=1e-4)
        mixed = mixing.reshape(7, 29) @ np.append(scores[:28], 1.0)
        expected = np.exp(mixed - mixed.max())
        assert emotions == pytest.approx(list(expected / expected.sum()), abs=1e-4)
        own = scores[28:] + leaning.reshape(3, 29) @ np.append(scores[:28], 1.0)
        assert vad == pytest.approx(list(np.clip(own, -1, 1)), abs=1e-4)


def test_features_are_those_of_any_spelling():
    assert text_features("SO GOOD!!!") == text_features("so gooood !!")
    assert len(set(text_features("good")) & set(text_features("goood"))) == len(set(text_features("good")))
    assert text_features("") == []


def test_packing_keeps_weights_to_a_step(tmp_path):
    rng = np.random.default_rng(0)
    from emomas.perception.train.fit import Weights

    rows = counts(["a plain text", "another one"])
    weights = Weights(
        idf=steps_of_idf(rows),
        weights=rng.normal(size=(BUCKETS, 31)),
        biases=rng.normal(size=31),
        thresholds=rng.uniform(size=28),
        mixing=rng.normal(size=(7, 29)),
        prior=np.full(7, 1 / 7),
        leaning=rng.normal(size=(3, 29)) * 0.01,
        spread=np.full(3, 0.1),
    )
    model = TextModel(packed(weights))
    assert model.thresholds == pytest.approx(list(weights.thresholds), abs=1e-6)
    scores = scaled(counts(["a text"]), weights.idf) @ weights.weights + weights.biases
    labels = model.read("a text")[0]
    assert labels == pytest.approx(list(1 / (1 + np.exp(-scores[0, :28]))), abs=0.05)


def test_calibration_and_f1_by_hand():
    found = np.array([[True, False], [True, True], [False, True]])
    true = np.array([[True, False], [False, True], [True, True]])
    assert list(measure.f1(found, true)) == [0.5, 1.0]
    error, bins = measure.calibration(np.array([0.9, 0.9, 0.5, 0.5]), np.array([True, True, True, False]))
    assert error == pytest.approx(0.5 * 0.1)
    assert [n for *_, n in bins] == [2, 2]
    shares = emotion_targets(np.eye(28, dtype=bool)[[0, 27]], np.array([0] * 27 + [6]))
    assert shares.argmax(axis=1).tolist() == [0, 6]


def test_a_channel_of_text_moves_the_belief():
    agent = Agent("debt-roofer-winter", seed=1)
    before = agent.open().decision.emotion_belief[EMOTIONS.index("fear")]
    agent.observe(evidence=TextChannel().observe("I am so scared of what they will do to us"))
    assert agent.decide().decision.emotion_belief[EMOTIONS.index("fear")] > before + 0.1
    assert TextChannel().observe("  ") == ()


def test_sense_text_tells_and_draws(tmp_path):
    told = subprocess.run(
        [EMOMAS, "sense", "text", "-", "--plot", str(tmp_path / "course.png")],
        input="I am terrified of the operation\n\nThank you, that is kind\n",
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    assert "words that said so: terrified" in told.stdout
    assert (tmp_path / "course.png").stat().st_size > 10_000
    lines = subprocess.run(
        [EMOMAS, "sense", "text", "--json", "Thank you"], capture_output=True, text=True
    ).stdout.splitlines()
    assert json.loads(lines[0])["labels"][0][0] == "gratitude"
    empty = subprocess.run([EMOMAS, "sense", "text", " "], capture_output=True, text=True)
    assert (empty.returncode, "there is no text" in empty.stderr) == (2, True)


def test_training_without_data_says_what_to_give(tmp_path):
    told = subprocess.run(
        [EMOMAS, "train", "perception", "--data", str(tmp_path), "--out", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert told.returncode == 2
    assert "give the folder that holds goemotions and emobank" in told.stderr


@pytest.fixture
def _data():
    if not (DATA / "goemotions").is_dir():
        pytest.skip(f"no data sets in {DATA}: set EMOMAS_DATA_SETS to their folder")


@pytest.mark.needs_data
@pytest.mark.usefixtures("_data")
def test_held_out_texts_are_read_as_well_as_the_card_says():
    groups = sets.emotion_of_label(DATA)
    assert tuple(sets.label_names(DATA)) == LABELS
    scores = measure.labels(bundled(), sets.goemotions(DATA, "dev"), groups)
    assert scores["macro_f1_28"] >= 0.45
    assert scores["ece_7"] <= 0.05
    r = measure.dimensions(bundled(), sets.emobank(DATA, "dev"))
    assert r["r_valence"] >= 0.58
    assert r["r_arousal"] >= 0.40
    assert r["r_dominance"] >= 0.31


@pytest.mark.needs_data
@pytest.mark.usefixtures("_data")
def test_a_sentence_takes_less_than_a_millisecond():
    texts = sets.goemotions(DATA, "dev").texts
    rng = random.Random(1)
    chosen = [rng.choice(texts) for _ in range(2_000)]
    started = time.process_time()
    for text in chosen:
        bundled().read(text)
    assert (time.process_time() - started) / len(chosen) < 1e-3
    assert math.isfinite(started)


@pytest.mark.parametrize("index", [0, 1])
def test_the_examples_of_the_page_run(index):
    page = (Path(__file__).parents[1] / "docs" / "perception.md").read_text(encoding="utf-8")
    block = re.findall(r"```python\n(.*?)```", page, re.DOTALL)[index]
    done = subprocess.run([sys.executable, "-W", "error", "-c", block], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.needs_data
@pytest.mark.usefixtures("_data")
def test_the_page_tells_what_it_owes_to_words_of_feeling():
    lines = (DATA / "vader" / "vader_lexicon.txt").read_text(encoding="utf-8").splitlines()
    lexicon = {line.split("\t")[0].lower() for line in lines}
    dev = sets.goemotions(DATA, "dev")
    masked = [
        re.sub(r"[\w']+", lambda m: "something" if m[0].lower() in lexicon else m[0], text)
        for text in dev.texts
    ]
    scores = measure.labels(bundled(), sets.Labelled(masked, dev.labels), sets.emotion_of_label(DATA))
    assert scores["accuracy_7"] == pytest.approx(0.42, abs=0.01)
    assert scores["macro_f1_7"] == pytest.approx(0.25, abs=0.01)


@pytest.mark.needs_data
@pytest.mark.usefixtures("_data")
@pytest.mark.parametrize(
    ("name", "r"), [("tweets", 0.80), ("amazonReviewSnippets", 0.54), ("movieReviewSnippets", 0.44)]
)
def test_valence_of_texts_of_other_kinds(name, r):
    path = DATA / "vader" / f"{name}_GroundTruth.txt"
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    read_as = [bundled().read(row[-1])[2][0] for row in rows]
    assert np.corrcoef(read_as, [float(row[1]) for row in rows])[0, 1] == pytest.approx(r, abs=0.01)
