"""Batches and comparisons."""

import signal
import time

import numpy as np
import pytest
from scipy.stats import binom, binomtest

import emomas
from emomas import _native
from emomas.simulation import EPISODE, LARGEST_SEED, MOST_EPISODES, compare, holm, simulate, wilson

BLIND = ["deal", "utility", "counterpart_utility", "turns", "end", "stance", "scenario"]


def small(policy="emomas", **options):
    return simulate("all", policy=policy, **{"runs": 6, "episodes": 10, "seed": 5, **options})


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads():
    one = small(threads=1)
    assert one.dtype == EPISODE
    assert one.shape == (6, 10)
    assert one.tobytes() == small(threads=2).tobytes() == small().tobytes()
    assert one[:3].tobytes() == small(runs=3).tobytes()
    assert one.tobytes() != small(seed=6).tobytes()


def test_very_many_runs_fit_the_stack_of_a_thread():
    many = simulate("debt", policy="vanilla", runs=20_000, episodes=1, threads=1)
    assert many.shape == (20_000, 1)
    assert np.array_equal(many["run"][:, 0], np.arange(20_000))


def test_in_the_placebo_world_common_seeds_give_equal_outcomes():
    base = small("vanilla", world="placebo")
    for policy in ["joy", "sadness", "anger", "fear", "surprise", "disgust", "random", "emomas"]:
        other = small(policy, world="placebo", unsafe_unmasked=True)
        for field in BLIND:
            assert np.array_equal(base[field], other[field], equal_nan=field == "deal"), (policy, field)
    live = small("anger", unsafe_unmasked=True)
    assert not np.array_equal(live["utility"], small("vanilla")["utility"])


def test_placebo_differences_are_exactly_zero():
    for row in compare("debt", world="placebo", runs=8, episodes=5, seed=2):
        assert row.difference == 0
        assert row.p_holm == 1
        assert row.low == row.high == 0


def test_placebo_with_independent_seeds_is_significant_as_often_as_promised():
    # The policies of one comparison share its baseline, so only those of different seeds are independent.
    policies, seeds = ["joy", "anger", "random", "emomas"], 100
    missed, families, scores = dict.fromkeys(policies, 0), 0, []
    for seed in range(seeds):
        rows = compare(
            "debt",
            policies=policies,
            world="placebo",
            runs=60,
            episodes=5,
            seed=1000 + 17 * seed,
            independent=True,
            unsafe_unmasked=True,
        )[1:]
        for row in rows:
            missed[row.policy] += not row.low <= 0 <= row.high
            scores.append(row.difference / ((row.high - row.low) / 2))
        families += any(row.p_holm < 0.05 for row in rows)
    often = binom.ppf(0.999, seeds, 0.05)
    assert max(missed.values()) <= often, missed
    assert families <= often
    # Nor are the intervals too wide.
    assert 1.96 * np.std(scores) == pytest.approx(1, abs=0.15)


def test_emomas_is_better_than_showing_nothing_where_people_comply():
    rows = {
        row.policy: row for row in compare("disaster", policies=["emomas"], runs=100, episodes=30, seed=9)
    }
    assert rows["emomas"].low > 0
    flipped = compare("disaster", policies=["joy"], world="flipped", runs=100, episodes=30, seed=9)
    assert flipped[1].high < 0


def test_what_is_recorded_hangs_together():
    scenarios = [emomas.load_scenario(name) for name in emomas.scenario_ids()]
    episodes = simulate(scenarios, runs=4, episodes=200, seed=3).ravel()
    assert (episodes["shown"].sum(1) == episodes["turns"]).all()
    for episode in episodes:
        scenario = scenarios[episode["scenario"]]
        if _native.ENDS[episode["end"]] == "agreed":
            assert episode["utility"] == pytest.approx(scenario.utility(float(episode["deal"])), abs=1e-12)
            low, high = sorted([scenario.agent_target, scenario.agent_reservation])
            assert low - 1e-9 <= episode["deal"] <= high + 1e-9 or episode["utility"] > 1
        else:
            assert np.isnan(episode["deal"])
            assert episode["utility"] == 0
    assert ((episodes["compliance"] >= 0) & (episodes["compliance"] <= 1)).all()


@pytest.mark.parametrize(("k", "n"), [(0, 20), (20, 20), (2, 2), (1, 1), (0, 1), (100, 100), (7, 50)])
def test_wilson_equals_scipys_and_stays_inside(k, n):
    expected = binomtest(k, n).proportion_ci(method="wilson")
    low, high = wilson(k, n)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= low <= k / n <= high <= 1


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3), (0, 0)])
def test_wilson_refuses_what_is_no_proportion(k, n):
    with pytest.raises(ValueError, match="successes"):
        wilson(k, n)


def test_holm_against_a_worked_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_progress_counts_and_can_stop():
    seen = []
    small(progress=seen.append)
    assert seen == sorted(seen)

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        small(runs=5000, episodes=100, progress=interrupt)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"counterparts": []}, "counterpart"),
        ({"counterparts": "angry"}, "vanilla"),
        ({"world": "mars"}, "placebo"),
        ({"policy": "best"}, "emomas"),
        ({"policy": []}, "expert"),
        ({"runs": 10**6, "episodes": 10**6}, "runs x episodes is 1000000 x 1000000: give 1 to 10000000"),
        ({"runs": 10**30}, "runs x episodes"),
        ({"runs": -1}, "runs x episodes"),
        ({"episodes": 0}, "runs x episodes"),
        ({"seed": 2**64}, "seed is 18446744073709551616: give 0 to 18446744073709551615"),
        ({"seed": -1}, "seed is -1"),
        ({"threads": 10**6}, "threads is 1000000"),
        ({"threads": -1}, "threads is -1"),
    ],
)
def test_bad_arguments_are_named(options, named):
    with pytest.raises(emomas.ConfigError, match=named):
        small(**options)
    with pytest.raises(emomas.ConfigError, match="scenario"):
        simulate([], runs=1, episodes=1)


def test_the_core_has_the_same_bound(debt):
    options = {"policy": "vanilla", "counterparts": ["vanilla"], "world": "standard", "seed": 0, "threads": 1}
    for runs, episodes in [(1, MOST_EPISODES + 1), (2**40, 2**40)]:
        with pytest.raises(emomas.ConfigError, match=f"give 1 to {MOST_EPISODES} conv"):
            _native.simulate([debt], **options, unsafe_unmasked=False, runs=runs, episodes=episodes)


def test_seeds_reach_to_the_end_of_their_range():
    assert small(runs=1, episodes=1, seed=LARGEST_SEED).size == 1
    rows = compare("debt", policies=["joy"], runs=2, episodes=1, seed=LARGEST_SEED, independent=True)
    assert [row.policy for row in rows] == ["vanilla", "joy"]
    with pytest.raises(emomas.ConfigError, match="seed"):
        compare("debt", policies=["joy"], runs=2, episodes=1, seed=LARGEST_SEED + 1)


def test_the_worlds_table_hears_ctrl_c_within_a_tenth_of_a_second():
    def after_ctrl_c() -> float:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        asked = time.monotonic() + 0.3
        with pytest.raises(KeyboardInterrupt):
            _native.validate_world(people=2_000_000)
        return time.monotonic() - asked

    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        # The machine may be busy with something else once.
        assert min(after_ctrl_c() for _ in range(3)) < 0.1
    finally:
        signal.signal(signal.SIGALRM, before)
