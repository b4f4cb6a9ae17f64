"""A turn by parts, as far as Python can reach them, and what surrounds it. Run with `make bench`."""

import pytest

import emomas

SCENARIO = emomas.load_scenario("debt-roofer-winter")
LIKELIHOOD = [0.2, 0.1, 1.0, 0.1, 0.1, 0.2, 0.4]


def evidence():
    return [
        emomas.Evidence.likelihood(LIKELIHOOD),
        emomas.Evidence.likelihood(LIKELIHOOD[::-1], channel=1, age_s=2.0),
        emomas.Evidence.vad([-0.4, 0.5, 0.1], [0.8, 0.1, 0.1], channel=2),
    ]


def steps(benchmark, sensed, **options):
    """One step in the middle of a conversation."""
    core = emomas.Core(SCENARIO, seed=1, **options)
    core.step()
    core.step(evidence(), act="talk", offer=110.0)
    middle = core.snapshot()

    def setup():
        core.restore(middle)
        return (sensed,), {"act": "talk", "offer": 100.0}

    return benchmark.pedantic(core.step, setup=setup, rounds=2000, iterations=1)


@pytest.mark.benchmark(group="step by channels")
@pytest.mark.parametrize("channels", [0, 1, 2, 3])
def test_step_by_channels(benchmark, channels):
    decision = steps(benchmark, evidence()[:channels])
    assert (decision.conflict != 0.0) == (channels > 1)


@pytest.mark.benchmark(group="step by experts")
@pytest.mark.parametrize("policy", ["emomas", ["game"], ["rl"], ["coherence"], "joy"], ids=str)
def test_step_by_experts(benchmark, policy):
    decision = steps(benchmark, evidence(), policy=policy)
    assert len(decision.proposals) == (3 if policy == "emomas" else 1)


@pytest.mark.benchmark(group="boundary")
def test_likelihood_evidence(benchmark):
    benchmark(emomas.Evidence.likelihood, LIKELIHOOD)


@pytest.mark.benchmark(group="boundary")
def test_vad_evidence(benchmark):
    benchmark(emomas.Evidence.vad, [-0.4, 0.5, 0.1], [0.8, 0.1, 0.1])


@pytest.mark.benchmark(group="boundary")
def test_read_a_decision(benchmark):
    decision = emomas.Core(SCENARIO, seed=1).step(evidence())
    benchmark(lambda: (decision.emotion, decision.act, decision.offer, decision.shown_vad))


@pytest.mark.benchmark(group="belief")
def test_belief_learns_rows(benchmark):
    belief = emomas.Belief()
    benchmark(lambda: belief.update("neutral", LIKELIHOOD, forget=0.999))


@pytest.mark.benchmark(group="conversation")
def test_begin_the_next_conversation(benchmark):
    core = emomas.Core(SCENARIO, seed=1)
    benchmark(core.begin, SCENARIO)


@pytest.mark.benchmark(group="conversation")
def test_create_a_core(benchmark):
    benchmark(emomas.Core, SCENARIO, seed=1)


@pytest.mark.benchmark(group="conversation")
def test_load_a_scenario(benchmark):
    text = SCENARIO.to_toml()
    assert benchmark(emomas.Scenario.from_toml, text) == SCENARIO


@pytest.mark.benchmark(group="affect")
def test_face_between_turns(benchmark):
    core = emomas.Core(SCENARIO, seed=1)
    core.step()
    benchmark(core.shown_at, 0.5)


@pytest.mark.benchmark(group="batch")
@pytest.mark.parametrize("threads", [1, 2])
def test_simulate_by_threads(benchmark, threads):
    result = benchmark(emomas.simulate, [SCENARIO], policy="emomas", runs=20, episodes=20, threads=threads)
    benchmark.extra_info["turns"] = int(result["turns"].sum())
