"""What one decision costs, by the parts that a host calls. Run with `make bench`."""

import emomas

SCENARIO = emomas.load_scenario("debt-roofer-winter")
LIKELIHOOD = [0.2, 0.1, 1.0, 0.1, 0.1, 0.2, 0.4]


def evidence():
    return [
        emomas.Evidence.likelihood(LIKELIHOOD, channel=0),
        emomas.Evidence.likelihood(LIKELIHOOD[::-1], channel=1, age_s=2.0),
        emomas.Evidence.vad([-0.4, 0.5, 0.1], [0.8, 0.1, 0.1], channel=2),
    ]


def mid_conversation():
    core = emomas.Core(SCENARIO, seed=1)
    core.step()
    core.step(evidence(), act="talk", offer=110.0)
    return core


def test_step_with_three_channels(benchmark):
    sensed = evidence()

    def setup():
        return (mid_conversation(),), {}

    benchmark.pedantic(
        lambda core: core.step(sensed, act="talk", offer=100.0), setup=setup, rounds=3000, iterations=1
    )


def test_belief_update(benchmark):
    belief = emomas.Belief()
    benchmark(belief.update, "neutral", LIKELIHOOD)


def test_close_learns(benchmark):
    benchmark.pedantic(
        lambda core: core.close(40.0), setup=lambda: ((mid_conversation(),), {}), rounds=2000, iterations=1
    )


def test_snapshot(benchmark):
    core = mid_conversation()
    assert len(benchmark(core.snapshot)) > 1000


def test_restore(benchmark):
    core = mid_conversation()
    saved = core.snapshot()
    benchmark(core.restore, saved)


def test_plan_display_two_turns(benchmark):
    core = mid_conversation()
    benchmark(core.plan_display, 2)


def test_simulate_full_policy(benchmark):
    result = benchmark(emomas.simulate, [SCENARIO], policy="emomas", runs=20, episodes=20, threads=1)
    benchmark.extra_info["turns"] = int(result["turns"].sum())


def test_simulate_fixed_emotion(benchmark):
    result = benchmark(emomas.simulate, [SCENARIO], policy="vanilla", runs=20, episodes=20, threads=1)
    benchmark.extra_info["turns"] = int(result["turns"].sum())


def test_read_an_utterance(benchmark):
    from emomas.perception import observe

    benchmark(observe, "I can't do two weeks, give me until the 15th or make it 60 days", unit="days")


def test_word_a_decision(benchmark):
    import json

    from emomas.speech import Words

    words = Words(json.loads(SCENARIO.to_json()), 1)
    turn = iter(range(1, 10**9))
    benchmark(
        lambda: words.agent_line(
            act="counter",
            emotion="sadness",
            phase="bargaining",
            offer=30.0,
            their_offer=90.0,
            turn=next(turn),
        )
    )
