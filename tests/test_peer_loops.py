"""The loops that the benchmarks compare with: the same belief and the same decisions as the core."""

from pathlib import Path

import numpy as np
import pytest

import emomas
from emomas._native import EMOTIONS, PHASES

PEERS = Path(__file__).parent.parent / "benchmarks" / "peers"


@pytest.fixture(params=["plain", "numpy"])
def loop_class(request, monkeypatch):
    monkeypatch.syspath_prepend(str(PEERS))
    import numpy_loop
    import plain_loop

    return {"plain": plain_loop.PlainLoop, "numpy": numpy_loop.NumpyLoop}[request.param]


def test_the_filter_is_the_cores_while_it_learns(loop_class):
    rng = np.random.default_rng(5)
    ours, theirs = emomas.Belief(), loop_class().belief
    for turn in range(400):
        action = int(rng.integers(7))
        emotion, stance = rng.random(7) ** 3, rng.random(4)
        forget = None if turn % 5 == 0 else 0.999
        evidence = ours.update(EMOTIONS[action], list(emotion), list(stance), forget=forget)
        found = theirs.update(action, list(emotion), list(stance), learning=forget is not None)
        assert found == pytest.approx(evidence, rel=1e-9)
        assert np.abs(np.array(ours.joint) - np.array(theirs.joint).reshape(4, 7)).max() < 1e-9


def test_the_decisions_are_the_cores(loop_class):
    """Offers are decided otherwise, so the loop is told the core's."""
    rng = np.random.default_rng(6)
    scenario = emomas.load_scenario("debt-roofer-winter")
    core, loop = emomas.Core(scenario, seed=1, explore=0.0), loop_class(explore=0.0)
    seen = set()
    for episode in range(30):
        if episode:
            core.begin(scenario, seed=episode)
            loop.begin()
        theirs = 120.0
        for turn in range(12):
            channels = []
            if turn:
                theirs -= float(rng.choice([0.0, 0.0, 3.0, 9.0]))
                channels = [
                    ("likelihood", list(rng.random(7) ** 4), None, 0.0, 1.0),
                    (
                        "likelihood",
                        list(rng.random(7) ** 2),
                        None,
                        float(rng.random() * 5),
                        float(rng.random()),
                    ),
                    ("vad", list(rng.uniform(-1, 1, 3)), [0.8, 0.1, 0.1], 0.0, 1.0),
                ][: 1 + turn % 3]
            act, offer = ("talk", theirs) if turn else ("silence", None)
            decision = core.step(
                [
                    emomas.Evidence.vad(values, variance, age_s=age, quality=quality)
                    if kind == "vad"
                    else emomas.Evidence.likelihood(values, age_s=age, quality=quality)
                    for kind, values, variance, age, quality in channels
                ],
                act=act,
                offer=offer,
                time_s=8.0 * turn,
            )
            share = None if decision.offer is None else (decision.offer - 14.0) / 106.0
            loop.offers.propose = lambda act, turn, move=(decision.act, share): move
            found = loop.step(channels, act=act, offer=offer, time_s=8.0 * turn)
            assert found["emotion"] == decision.emotion
            for name in ("mixture", "weights", "stance_belief", "emotion_belief", "shown_vad", "proposals"):
                assert np.abs(np.array(found[name]) - np.array(getattr(decision, name))).max() < 1e-9, name
            for name in ("confidence", "valence", "uncertainty", "conflict"):
                assert found[name] == pytest.approx(getattr(decision, name), abs=1e-9), name
            assert found["earned"] == (
                None if decision.earned is None else pytest.approx(decision.earned, abs=1e-9)
            )
            assert {EMOTIONS[e] for e in found["refused"]} == set(decision.refused)
            seen.add(decision.phase)
            if decision.act in ("accept", "walk_away"):
                break
        deal = decision.offer if decision.act == "accept" else None
        assert loop.close(deal) == pytest.approx(core.close(deal), abs=1e-9)
    assert seen == set(PHASES)


def test_the_loops_bargain_within_their_limit(loop_class):
    loop = loop_class()
    offers = [loop.step(act="talk", offer=120.0, time_s=8.0 * turn)["offer"] for turn in range(15)]
    assert offers == sorted(offers)
    assert offers[0] >= 14.0
    assert offers[-1] == 60.0
