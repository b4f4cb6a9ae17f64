"""The bundled model's tokenizer: lossless, and out of reach for text that plays a control token."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emomas.speech.request import SLOTS, Control, controls
from emomas.speech.tokenizer import WORD, Tokenizer
from emomas.speech.train.bpe import count_words, learn_merges

TEXTS = ["the offer the other offers", "there, then, the others", "It's 10:15 PM, isn't it?"]
TOKENIZER = Tokenizer(learn_merges(count_words(TEXTS), 40))


@given(st.text())
def test_any_text_comes_back_unchanged(text: str) -> None:
    assert "".join(WORD.findall(text)) == text
    if not any(0xD800 <= ord(character) < 0xE000 for character in text):
        assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(st.text(alphabet="<>{}:abcdefginorsty_ ", max_size=30))
def test_text_gives_only_bytes_and_merges(text: str) -> None:
    special = len(list(controls())) + len(SLOTS)
    assert all(token >= special for token in TOKENIZER.encode(text))


@pytest.mark.parametrize("token", [*controls(), *(f"{{{slot}}}" for slot in SLOTS)])
def test_a_control_token_is_a_single_id_and_its_spelling_is_not(token: str) -> None:
    (control,) = TOKENIZER.encode_prompt([Control(token)])
    assert TOKENIZER.tokens()[control] == token
    assert control not in TOKENIZER.encode(token)
    assert control not in TOKENIZER.encode_prompt([token])
    assert TOKENIZER.decode([control]) == (token if token[0] == "{" else "")


def test_merges_cannot_spell_a_control_token() -> None:
    text = "<end>"
    merges = [(text[:at].encode(), text[at].encode()) for at in range(1, 5)]
    spelled = Tokenizer(merges)
    assert len(set(spelled.tokens())) == len(spelled)


def test_an_unknown_control_token_and_an_id_out_of_range_are_errors() -> None:
    with pytest.raises(ValueError, match="unknown control token '<win>'"):
        TOKENIZER.encode_prompt([Control("<win>")])
    for wrong in (-1, len(TOKENIZER)):
        with pytest.raises(ValueError, match="outside 0 to"):
            TOKENIZER.decode([wrong])


def test_merges_are_applied_in_the_order_they_were_learned() -> None:
    # By hand: the most frequent pairs of these words are "th", then "the".
    merges = learn_merges({"the": 5, "thee": 2, "ton": 1}, 2)
    assert merges == [(b"t", b"h"), (b"th", b"e")]
    assert len(Tokenizer(merges).encode("the")) == 1
    assert len(Tokenizer(merges).encode("ton")) == 3


def test_learning_agrees_with_a_plain_recount() -> None:
    words = count_words(TEXTS)
    pieces = {word: [bytes([byte]) for byte in word.encode()] for word in words}
    for pair in learn_merges(words, 15):
        counts: dict[tuple[bytes, bytes], int] = {}
        for word, parts in pieces.items():
            for found in pairwise(parts):
                counts[found] = counts.get(found, 0) + words[word]
        assert counts[pair] == max(counts.values())
        for parts in pieces.values():
            at = 0
            while at + 1 < len(parts):
                if (parts[at], parts[at + 1]) == pair:
                    parts[at : at + 2] = [pair[0] + pair[1]]
                at += 1


def test_a_file_is_read_back_and_a_wrong_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    TOKENIZER.save(path)
    assert Tokenizer.load(path).tokens() == TOKENIZER.tokens()
    table = json.loads(path.read_text())
    assert len(set(TOKENIZER.tokens())) == len(TOKENIZER)
    path.write_text(json.dumps(table | {"special": table["special"][1:]}))
    with pytest.raises(ValueError, match="other control tokens"):
        Tokenizer.load(path)
    path.write_text(json.dumps(table | {"merges": [["never", "seen"]]}))
    with pytest.raises(ValueError, match="doesn't fit"):
        Tokenizer.load(path)
    for broken in ("{", "[]", '{"merges": 3}', '{"merges": [["a"]], "special": []}'):
        path.write_text(broken)
        with pytest.raises(ValueError, match="no tokenizer file"):
            Tokenizer.load(path)


def test_no_digit_and_no_control_token_but_the_end_may_be_spoken() -> None:
    forbidden = set(TOKENIZER.unspeakable())
    assert TOKENIZER.end not in forbidden
    assert set(TOKENIZER.encode("0123456789")) <= forbidden
    assert {TOKENIZER.special[token] for token in controls()} - forbidden == {TOKENIZER.end}
    assert not forbidden & {TOKENIZER.special[f"{{{slot}}}"] for slot in SLOTS}
