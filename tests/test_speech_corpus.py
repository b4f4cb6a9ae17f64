"""The corpus of the speech model: grounded in its request, free of numbers, and decent."""

from __future__ import annotations

import random
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from speech_sampling import NUMBER, slots_right
from test_words import FORBIDDEN

from emomas.speech.corpus import phrases
from emomas.speech.corpus.samples import draw, fill, line_for
from emomas.speech.moments import MOMENTS
from emomas.speech.request import Request
from emomas.speech.words import AGENT_ACTS, COUNTERPART_ACTS, EMOTIONS

FILES = sorted(phrases.FOLDER.glob("*/*.txt"))

#: Feelings claimed by the agent, "we are" and "I'm" alike; the organisation may worry and be pleased to do.
FEIGNED = re.compile(
    r"(?i)\b(I|we)( am| are|'m|'re| feel| felt)( \w+)? (happy|glad|sad|sorry|angry|furious|afraid|scared"
    r"|surprised|shocked|disgusted|hurt|delighted|proud|mad|frightened|fed up)\b"
    r"|\bmy heart\b|\bI (love|hate)\b"
)


def sentences(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and line[0] not in "=#"]


@pytest.fixture(scope="module")
def samples() -> list[tuple[Request, str]]:
    rng = random.Random("corpus test")
    drawn = [draw(rng) for _ in range(4000)]
    return [(request, line_for(rng, request)) for request in drawn]


def test_there_are_thousands_of_sentences() -> None:
    assert sum(len(set(sentences(file))) for file in FILES) > 4000


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_sentence_holds_a_number_or_breaks_the_rules_of_its_side(file: Path) -> None:
    for line in sentences(file):
        assert not NUMBER.search(line), line
        if file.parent.name == "agent":
            assert not FORBIDDEN.search(line), line
            assert not FEIGNED.search(line), line


def test_a_line_has_its_placeholders_and_the_shape_of_speech(samples: list[tuple[Request, str]]) -> None:
    for request, line in samples:
        assert slots_right(request, line), (request, line)
        assert re.fullmatch(r"[^\Wa-z].*[.!?]|\{.*[.!?]", line), line
        assert not re.search(r"  |[|()]| [.,;:!?]|[.!?,][.,]", line), line
        assert len(line.split()) <= 45, line


def test_every_act_of_both_sides_comes_with_every_emotion(samples: list[tuple[Request, str]]) -> None:
    seen = {(request.role, request.act, request.emotion) for request, _ in samples}
    wanted = {("agent", act, emotion) for act in AGENT_ACTS for emotion in EMOTIONS}
    wanted |= {("counterpart", act, emotion) for act in COUNTERPART_ACTS for emotion in EMOTIONS}
    rare = {("counterpart", "accept", e) for e in ("anger", "disgust", "surprise")}
    rare |= {("counterpart", "leave", e) for e in ("joy", "surprise", "neutral")}
    rare |= {("counterpart", act, "joy") for act in ("reject", "hold")}
    assert wanted - rare <= seen


def test_lines_are_varied(samples: list[tuple[Request, str]]) -> None:
    lines = Counter(line for _, line in samples)
    assert len(lines) > 0.9 * len(samples)
    first = Counter(line.split()[0] for line in lines)
    assert first.most_common(1)[0][1] < 0.1 * len(lines)


def test_a_whole_answers_its_moment_and_never_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(phrases.FOLDER, tmp_path, dirs_exist_ok=True)
    pools = (
        "= hold joy 2\nAny {offer}.\n\n= hold joy cross 2\nCross {offer}.\n\n= hold fear 2\nWorry, {offer}.\n"
    )
    (tmp_path / "agent" / "whole_debt.txt").write_text(pools * 8, encoding="utf-8")
    monkeypatch.setattr(phrases, "FOLDER", tmp_path)
    phrases.read.cache_clear()
    try:
        said = {(emotion, heard): _held(emotion, heard) for emotion in ("joy", "fear") for heard in MOMENTS}
    finally:
        phrases.read.cache_clear()
    for heard in ("up", "plain"):
        assert 600 < said["joy", heard]["Any"] < 750
    assert 600 < said["joy", "cross"]["Cross"] < 750
    assert not said["joy", "cross"]["Any"] + said["joy", "hurt"]["Any"] + said["joy", "no"]["Any"]
    assert all(600 < said["fear", heard]["Worry,"] < 750 for heard in MOMENTS)


def _held(emotion: str, heard: str) -> Counter[str]:
    """How often each first word comes in lines that hold after this moment."""
    request = Request("debt", "agent", "hold", emotion, 2, heard=heard, slots=("offer",))
    rng = random.Random(heard)
    return Counter(line_for(rng, request).split()[0] for _ in range(1000))


def test_a_whole_of_the_persons_style_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(phrases.FOLDER, tmp_path, dirs_exist_ok=True)
    pools = "= any reject anger 2\nPlain no.\n\n= any reject anger threat 2\nThreatening no.\n"
    (tmp_path / "counterpart" / "whole.txt").write_text(pools * 8, encoding="utf-8")
    monkeypatch.setattr(phrases, "FOLDER", tmp_path)
    phrases.read.cache_clear()
    rng = random.Random(2)
    try:
        first = {
            style: Counter(
                line_for(rng, Request("debt", "counterpart", "reject", "anger", 2, style=style)).split()[0]
                for _ in range(1000)
            )
            for style in ("vanilla", "threat")
        }
    finally:
        phrases.read.cache_clear()
    assert first["vanilla"]["Plain"] > 600
    assert first["vanilla"]["Threatening"] == 0
    assert first["threat"]["Threatening"] > first["threat"]["Plain"] > 100


def test_the_opening_says_that_a_machine_speaks(samples: list[tuple[Request, str]]) -> None:
    opened = [line for request, line in samples if request.act == "open"]
    assert opened
    assert all("automated assistant" in line for line in opened)


def test_the_same_seed_gives_the_same_samples() -> None:
    def some() -> list[str]:
        rng = random.Random(7)
        return [fill(rng, request.domain, line_for(rng, request)) for request in map(draw, [rng] * 50)]

    assert some() == some()


def test_a_faulty_sentence_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrases, "FOLDER", tmp_path)
    for at, text in enumerate(("No heading.", "= a\nNo stop", "= a\nWhat {money}?")):
        (tmp_path / f"{at}.txt").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=rf"{at}.txt, line \d"):
            phrases.read(f"{at}.txt")
