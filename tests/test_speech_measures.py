"""The measures that the speech model is judged by, against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
from speech_measures import Trigram, distinct, self_bleu, spans
from speech_sampling import NUMBER, slots_right

from emomas.speech.request import Request


def test_distinct_counts_different_ngrams() -> None:
    assert distinct(["a b a b"], 1) == 2 / 4
    assert distinct(["a b a b", "a b"], 2) == 2 / 4  # ab ba ab ab


def test_self_bleu_is_one_for_copies_and_small_for_strangers() -> None:
    assert self_bleu(["we can say that now .", "we can say that now ."], 2) == pytest.approx(1.0)
    assert self_bleu(["a b c d e", "v w x y z"], 2) < 1e-2


def test_the_trigram_is_a_distribution_and_witten_bell_by_hand() -> None:
    model = Trigram(end=2)
    model.learn([9], [1, 2])
    model.learn([9], [1, 3])
    assert sum(model.probability((9, 1), token) for token in (1, 2, 3, 4)) == pytest.approx(1.0)
    uniform = 1 / 4
    unigram = (1 + 3 * uniform) / (4 + 3)  # token 2: seen once in four, three kinds
    bigram = (1 + 2 * unigram) / (2 + 2)
    assert model.probability((9, 1), 2) == pytest.approx((1 + 2 * bigram) / (2 + 2))
    assert model.nats([9, 1], [2]) == pytest.approx(-math.log(model.probability((9, 1), 2)))


def test_spans_ignore_case_and_punctuation() -> None:
    assert list(spans("We Can, say it!", 3)) == ["we can say", "can say it"]


def test_slots_must_be_those_asked_for() -> None:
    request = Request("debt", "agent", "counter", "joy", slots=("name", "offer"), facts=("reason", "balance"))
    assert slots_right(request, "{name}, say {offer}.")
    assert slots_right(request, "{name}, with {reason}, say {offer}.")
    for wrong in (
        "Say {offer}.",
        "{name}, {name}, say {offer}.",
        "{name}, {balance} and {reason}, say {offer}.",
        "{name}, {their_offer}, say {offer}.",
        "{name}, say {offer} {reason.",
    ):
        assert not slots_right(request, wrong)


def test_numbers_in_figures_and_words_are_found() -> None:
    for text in ("in 5 days", "Ten of them", "on Monday", "half of it"):
        assert NUMBER.search(text)
    assert not NUMBER.search("Someone tends to phone often.")
