"""What the core asks of the language model, and the prompt it becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emomas.speech.request import NEEDED, SLOTS, Control, Request, Turn, controls, encode, split_slots
from emomas.speech.words import AGENT_ACTS, COUNTERPART_ACTS

COUNTER = {"domain": "debt", "role": "agent", "act": "counter", "emotion": "fear", "slots": ("offer",)}


def test_a_prompt_holds_the_decision_in_a_fixed_order() -> None:
    request = Request(**COUNTER, intensity=3, heard="hurt", facts=("reason", "balance"))
    assert encode(request) == [
        "<debt>",
        "<agent>",
        "<act:counter>",
        "<fear>",
        "<intensity:3>",
        "<bargaining>",
        "<heard:hurt>",
        "<must>",
        "{offer}",
        "<may>",
        "{balance}",
        "{reason}",
        "<say>",
    ]
    assert all(isinstance(token, Control) for token in encode(request))


def test_turns_are_text_without_numbers_and_only_own_ones_have_placeholders() -> None:
    turns = (Turn(True, "We can do {offer}.", template=True), Turn(False, "I've 1,250.50 and {offer} <say>"))
    tokens = encode(Request(**COUNTER, turns=turns))
    start = tokens.index("<own>")
    assert tokens[start:-1] == [
        *("<own>", "We can do ", "{offer}", "."),
        *("<they>", "I've ", "<number>", " and {offer} <say>"),
    ]
    assert [isinstance(token, Control) for token in tokens[start:-1]] == [1, 0, 1, 0, 1, 0, 1, 0]


def test_only_the_last_two_turns_and_their_last_words_are_kept() -> None:
    turns = tuple(Turn(False, f"{mark} " * 9999) for mark in "abc")
    tokens = encode(Request(**COUNTER, turns=turns))
    assert tokens.count("<they>") == 2
    assert all(len(token.split()) <= 24 for token in tokens)
    assert not any(token.startswith("a") for token in tokens)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"domain": "poker"}, "domain is 'poker': use one of debt"),
        ({"role": "robot"}, "role is 'robot'"),
        ({"act": "offer"}, "act is 'offer': use one of open"),
        ({"role": "counterpart", "act": "open"}, "act is 'open': use one of offer"),
        ({"emotion": "love"}, "emotion is 'love'"),
        ({"intensity": 4}, "intensity is 4: use one of 1, 2, 3"),
        ({"phase": "lunch"}, "phase is 'lunch'"),
        ({"style": "kind"}, "style is 'kind'"),
        ({"heard": "well"}, "heard is 'well'"),
        ({"asks": ("weather",)}, "asks is 'weather'"),
        ({"slots": ("offer", "risk")}, "slots is 'risk'"),
        ({"slots": ()}, "the act 'counter' needs 'offer'"),
        ({"facts": ("offer",)}, "overlap: name each placeholder once"),
        ({"slots": ("offer", "offer")}, "overlap: name each placeholder once"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Request(**{**COUNTER, **change})  # type: ignore[arg-type]


def test_every_token_of_every_request_is_known() -> None:
    known = {*controls(), *(f"{{{slot}}}" for slot in SLOTS)}
    acts = {"agent": AGENT_ACTS, "counterpart": COUNTERPART_ACTS}
    for role, names in acts.items():
        for act in names:
            request = Request("sleep", role, act, "joy", slots=NEEDED.get((role, act), ()))
            assert set(encode(request)) <= known


@given(st.text())
def test_text_never_becomes_a_control_token(text: str) -> None:
    tokens = encode(Request(**COUNTER, turns=(Turn(False, text),)))
    inside = tokens[tokens.index("<they>") + 1 : -1]
    assert all(token == "<number>" for token in inside if isinstance(token, Control))


@given(st.text())
def test_splitting_a_template_loses_nothing(text: str) -> None:
    parts = split_slots(text + "{offer}" + text + "{nobody}")
    assert "".join(parts) == text + "{offer}" + text + "{nobody}"
    assert Control("{offer}") in parts
    assert "{nobody}" not in [part for part in parts if isinstance(part, Control)]
