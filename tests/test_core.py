"""The raw decision step: what it refuses, what it promises, what it remembers."""

from __future__ import annotations

import json
import math
import random
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from emomas import (
    Belief,
    ConfigError,
    Core,
    EmomasError,
    Evidence,
    ObservationError,
    Scenario,
    ScenarioError,
    SnapshotError,
    load_scenario,
    scenario_ids,
)
from emomas._native import EMOTIONS, PHASES, POLICIES, Dialogue

NAN = math.nan
FLAT = [1.0] * 7


def started(scenario: Scenario, **options: Any) -> Core:
    """A core that has opened and heard one offer."""
    core = Core(scenario, **options)
    core.step(time_s=1.0)
    core.step([evidence(0)], act="talk", offer=scenario.counterpart_target, time_s=9.0)
    return core


def evidence(seed: int) -> Evidence:
    rng = random.Random(seed)
    return Evidence.likelihood([rng.random() + 0.01 for _ in range(7)], channel=1, quality=0.8)


# What is refused, and how

Call = Callable[[Core, Scenario], object]

#: What is wrong, the call, the class and code, and words that the message must hold.
REFUSED: list[tuple[str, Call, type[EmomasError], str, list[str]]] = [
    ("act", lambda c, s: c.step(act="dance"), ConfigError, "unknown_name", ["act", "dance", "silence"]),
    (
        "phase",
        lambda c, s: c.step(phase="warmup"),
        ConfigError,
        "unknown_name",
        ["phase", "warmup", "opening"],
    ),
    (
        "offer",
        lambda c, s: c.step(act="talk", offer=NAN),
        ObservationError,
        "observation",
        ["offer", "NaN", "finite"],
    ),
    (
        "infinite offer",
        lambda c, s: c.step(act="talk", offer=math.inf),
        ObservationError,
        "observation",
        ["offer", "inf", "finite"],
    ),
    (
        "time",
        lambda c, s: c.step(time_s=2.0),
        ObservationError,
        "observation",
        ["time_s", "2", "9", "decreasing"],
    ),
    (
        "time NaN",
        lambda c, s: c.step(time_s=NAN),
        ObservationError,
        "observation",
        ["time_s", "NaN", "seconds"],
    ),
    (
        "external without such an expert",
        lambda c, s: c.step(external=[FLAT]),
        ObservationError,
        "observation",
        ["1 external", "0 external", "give one each"],
    ),
    ("deal", lambda c, s: c.close(NAN), ObservationError, "observation", ["deal", "NaN", "finite"]),
    (
        "speaker",
        lambda c, s: c.said("moderator", "x"),
        ConfigError,
        "unknown_name",
        ["speaker", "moderator", "agent"],
    ),
    (
        "nine channels",
        lambda c, s: c.step([evidence(i) for i in range(9)]),
        ConfigError,
        "argument",
        ["more than 8", "evidence", "one per channel"],
    ),
    ("no snapshot", lambda c, s: c.restore(b"not one"), SnapshotError, "snapshot_magic", ["snapshot"]),
    ("empty snapshot", lambda c, s: c.restore(b""), SnapshotError, "snapshot_magic", ["snapshot"]),
    (
        "truncated snapshot",
        lambda c, s: c.restore(c.snapshot()[:-8]),
        SnapshotError,
        "snapshot_length",
        ["bytes", "expected", "cut"],
    ),
    (
        "extended snapshot",
        lambda c, s: c.restore(c.snapshot() + b"\0"),
        SnapshotError,
        "snapshot_length",
        ["bytes", "expected", "extended"],
    ),
    (
        "snapshot of other experts",
        lambda c, s: c.restore(Core(s, policy="joy").snapshot()),
        SnapshotError,
        "snapshot_experts",
        ["1 experts", "3", "configure"],
    ),
    (
        "snapshot of another version",
        lambda c, s: c.restore(resealed(c.snapshot(), 8, struct.pack("<I", 999))),
        SnapshotError,
        "snapshot_version",
        ["version", "999", "restore it with"],
    ),
]


def resealed(snapshot: bytes, at: int, new: bytes) -> bytes:
    """The snapshot with `new` at `at` and a checksum that fits (documented: CRC-32 of all but itself)."""
    changed = bytearray(snapshot)
    changed[at : at + len(new)] = new
    changed[20:24] = struct.pack("<I", zlib.crc32(changed[24:], zlib.crc32(changed[:20])))
    return bytes(changed)


@pytest.mark.parametrize(
    ("call", "kind", "code", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_bad_input_is_refused_by_name_and_changes_nothing(
    debt: Scenario, call: Call, kind: type[EmomasError], code: str, words: list[str]
) -> None:
    core = started(debt)
    before = core.snapshot()
    with pytest.raises(kind) as caught:
        call(core, debt)
    assert type(caught.value) is kind
    assert isinstance(caught.value, ValueError)
    assert caught.value.code == code
    for word in words:
        assert word in str(caught.value)
    assert core.snapshot() == before
    assert not core.closed
    core.step(act="reject", time_s=17.0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Evidence.likelihood([NAN, *FLAT[1:]]), ["joy", "NaN", "finite"]),
        (lambda: Evidence.likelihood([*FLAT[1:], -0.5]), ["neutral", "-0.5", ">= 0"]),
        (lambda: Evidence.likelihood([1, 1, math.inf, 1, 1, 1, 1]), ["anger", "inf", "finite"]),
        (
            lambda: Evidence.likelihood([0.0] * 7, channel=3),
            ["channel 3", "all seven", "leave the channel out"],
        ),
        (lambda: Evidence.likelihood(FLAT, quality=1.5), ["quality", "1.5", "[0, 1]"]),
        (lambda: Evidence.likelihood(FLAT, quality=NAN), ["quality", "NaN", "[0, 1]"]),
        (lambda: Evidence.likelihood(FLAT, age_s=-1.0), ["age_s", "-1", ">= 0"]),
        (lambda: Evidence.vad([2.0, 0, 0], [1, 1, 1]), ["mean", "2", "[-1, 1]"]),
        (lambda: Evidence.vad([0, NAN, 0], [1, 1, 1]), ["mean", "NaN", "[-1, 1]"]),
        (lambda: Evidence.vad([0, 0, 0], [1, 0.0, 1]), ["variance", "0", "> 0"]),
        (lambda: Evidence.vad([0, 0, 0], [1, -1, 1]), ["variance", "-1", "> 0"]),
    ],
)
def test_bad_evidence_is_refused_where_it_is_made(make: Callable[[], object], words: list[str]) -> None:
    with pytest.raises(ObservationError) as caught:
        make()
    assert caught.value.code == "evidence"
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"policy": "evil"}, "unknown_name", ["policy", "evil", "emomas"]),
        ({"policy": ["game", "evil"]}, "unknown_name", ["expert", "evil", "coherence"]),
        ({"policy": []}, "argument", ["policy", "0", "1 to 8"]),
        ({"policy": ["joy"] * 9}, "argument", ["policy", "9", "1 to 8"]),
        ({"selection": "best"}, "unknown_name", ["selection", "best", "argmax"]),
        ({"explore": 1.5}, "config", ["explore", "1.5", "[0, 1]"]),
        ({"explore": NAN}, "config", ["explore", "NaN", "[0, 1]"]),
        ({"personality": [0.5, 0.5, -0.1, 0.5, 0.5]}, "config", ["extraversion", "-0.1", "[0, 1]"]),
        ({"personality": [0.5, 0.5, 0.5, 0.5, NAN]}, "config", ["stability", "NaN", "[0, 1]"]),
    ],
)
def test_bad_configuration(debt: Scenario, options: dict[str, Any], code: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        Core(debt, **options)
    assert caught.value.code == code
    for word in words:
        assert word in str(caught.value)


def test_unknown_names_elsewhere(debt: Scenario) -> None:
    with pytest.raises(ConfigError, match=r"counterpart.*nobody.*victim") as caught:
        Dialogue(debt, counterpart="nobody")
    assert caught.value.code == "unknown_name"
    with pytest.raises(ConfigError, match=r"emotion.*glee.*surprise"):
        Belief().update("glee", FLAT)
    with pytest.raises(ScenarioError, match=r"missing: start the file with `schema = 1`"):
        Scenario.from_toml("")
    with pytest.raises(ScenarioError, match="reservation") as field:
        Scenario.from_toml(debt.to_toml().replace("reservation = 60.0", 'reservation = "soon"'))
    assert field.value.code.startswith("scenario_")


def test_accepting_needs_an_offer(debt: Scenario) -> None:
    core = Core(debt)
    before = core.snapshot()
    with pytest.raises(ObservationError, match=r"act is accept but .* no offer yet: report talk") as caught:
        core.step(act="accept")
    assert caught.value.code == "observation"
    assert core.snapshot() == before


def test_nothing_happens_after_the_end(debt: Scenario) -> None:
    core = started(debt)
    utility, reward = core.close(debt.agent_target)
    assert (utility, core.closed) == (1.0, True)
    assert 0 < reward <= 1
    before = core.snapshot()
    for call in (core.step, core.close):
        with pytest.raises(ObservationError, match="closed: begin") as caught:
            call()
        assert caught.value.code == "closed"
    assert core.snapshot() == before
    core.begin(debt)
    assert (core.turn, core.closed) == (0, False)
    core.step()


def test_no_deal_earns_nothing(debt: Scenario) -> None:
    assert started(debt).close() == (0.0, 0.0)
    assert started(debt).close(debt.agent_reservation)[0] == 0.0


def test_the_deadline_leaves_only_accepting_and_leaving(any_scenario: Scenario) -> None:
    core = Core(any_scenario, seed=2)
    for _ in range(any_scenario.deadline_turns):
        core.step(act="talk", offer=any_scenario.counterpart_target)
    before = core.snapshot()
    with pytest.raises(ObservationError, match=rf"all {any_scenario.deadline_turns} turns.*close") as caught:
        core.step(act="talk")
    assert caught.value.code == "deadline"
    assert core.snapshot() == before
    assert core.step(act="accept").act == "accept"


def test_external_distributions_are_checked(debt: Scenario) -> None:
    core = Core(debt, policy=["external", "game"])
    before = core.snapshot()
    wrong = [NAN, *FLAT[1:]], [*FLAT[1:], -1.0], [0.0] * 7
    for dist in wrong:
        with pytest.raises(ObservationError, match=r"external expert 0: probability of .*give numbers >= 0"):
            core.step(external=[dist])
    with pytest.raises(ObservationError, match="0 external distributions for 1"):
        core.step()
    assert core.snapshot() == before
    decision = core.step(external=[[0, 2.0, 0, 0, 0, 0, 6.0]])
    assert decision.proposals[0] == [0, 0.25, 0, 0, 0, 0, 0.75]


# What is promised


def wander(core: Core, scenario: Scenario, seed: int, turns: int | None = None) -> list[Any]:
    """A random conversation: any sensible input, nothing that ends it."""
    rng = random.Random(seed)
    decisions = []
    low, high = sorted((scenario.agent_target, scenario.counterpart_target))
    for turn in range(scenario.deadline_turns if turns is None else turns):
        heard = [
            Evidence.likelihood([rng.random() ** 3 + 1e-6 for _ in EMOTIONS], channel=c, age_s=rng.random())
            for c in range(rng.randrange(3))
        ]
        if rng.random() < 0.3:
            heard.append(Evidence.vad([rng.uniform(-1, 1) for _ in range(3)], [0.1, 0.2, 1e6], channel=7))
        act = rng.choice(["silence", "talk", "reject"])
        offer = round(rng.uniform(low, high)) if act == "talk" and rng.random() < 0.7 else None
        phase = rng.choice([None, *PHASES])
        decision = core.step(heard, act=act, offer=offer, phase=phase, time_s=core.turn * 8.0 + rng.random())
        decisions.append(decision)
        if decision.act in ("accept", "walk_away") or turn == 99:
            break
    return decisions


@pytest.mark.parametrize("policy", POLICIES)
def test_distributions_are_distributions(any_scenario: Scenario, policy: str) -> None:
    for seed in range(5):
        core = Core(any_scenario, policy=policy, seed=seed)
        for d in wander(core, any_scenario, seed):
            of_emotions = [d.mixture, d.sampled, d.emotion_belief, *d.proposals]
            for dist in [*of_emotions, d.stance_belief, d.weights]:
                assert sum(dist) == pytest.approx(1, abs=1e-9)
                assert min(dist) >= 0
            assert all(len(dist) == 7 for dist in of_emotions)
            assert d.distribution() == dict(zip(EMOTIONS, d.mixture, strict=True))
            assert d.confidence == d.mixture[EMOTIONS.index(d.emotion)]
            assert d.emotion not in d.refused
            assert all(d.sampled[EMOTIONS.index(e)] == 0 == d.mixture[EMOTIONS.index(e)] for e in d.refused)
            assert 0 <= d.uncertainty <= math.log(7) + 1e-9
            assert all(-1 <= x <= 1 for x in [*d.shown_vad, *d.goal_vad, d.valence])
            assert d.earned is None or 0 <= d.earned <= 1
            assert (d.earned is None) == (d.turn == 1)
            assert (d.offer is None) == (d.act == "walk_away")
            assert len(d.weights) == len(d.proposals) == len(d.reasons) == len(core.experts)
            assert json.loads(d.to_json())["turn"] == d.turn


@pytest.mark.parametrize("role", ["student", "survivor", "patient"])
@pytest.mark.parametrize("policy", [["anger"], ["disgust"], ["external"]])
def test_people_in_care_never_meet_anger_or_disgust(role: str, policy: list[str]) -> None:
    domain = {"student": "sleep", "survivor": "disaster", "patient": "surgery"}[role]
    scenarios = [load_scenario(name) for name in scenario_ids(domain)]
    furious = [0, 0, 5.0, 0, 0, 5.0, 1e-12]
    rng = random.Random(role)
    seen = 0
    for number in range(400):
        scenario = scenarios[number % len(scenarios)]
        assert json.loads(scenario.to_json())["parties"]["role"] == role
        core = Core(
            scenario, policy=policy, seed=number, explore=1.0, selection=rng.choice(["argmax", "sample"])
        )
        for _ in range(3):
            heard = [
                Evidence.likelihood([rng.random() ** 6 + 1e-9 for _ in EMOTIONS], channel=c) for c in (1, 2)
            ]
            external = [furious] if policy == ["external"] else None
            d = core.step(heard, act=rng.choice(["talk", "reject"]), external=external)
            assert d.emotion not in ("anger", "disgust")
            assert {"anger", "disgust"} <= set(d.refused)
            seen += 1
        assert sum(core.refusals) == 3, "each of the expert's first choices was refused and counted"
        assert sum(core.refusals[EMOTIONS.index(e)] for e in ("anger", "disgust")) == 3
    assert seen == 1200


def test_the_mask_is_only_off_when_asked_for() -> None:
    student = load_scenario("sleep-cello-audition")
    assert Core(student, policy="anger").step().emotion != "anger"
    unmasked = Core(student, policy="anger", unsafe_unmasked=True).step()
    assert (unmasked.emotion, unmasked.refused) == ("anger", [])


def test_same_seed_same_decisions_and_state(any_scenario: Scenario) -> None:
    def run(seed: int) -> tuple[list[str], bytes]:
        core = Core(any_scenario, seed=seed, selection="sample")
        return [d.to_json() for d in wander(core, any_scenario, 11)], core.snapshot()

    assert run(5) == run(5)
    assert run(5)[0] != run(6)[0]


def test_personality_changes_only_what_face_and_body_do(any_scenario: Scenario) -> None:
    shown = ("shown_vad", "goal_vad")

    def run(personality: list[float] | None) -> tuple[list[dict[str, Any]], list[Any]]:
        core = Core(any_scenario, seed=4, personality=personality, policy=["game", "rl"])
        told = [json.loads(d.to_json()) for d in wander(core, any_scenario, 3)]
        return [{k: v for k, v in d.items() if k not in shown} for d in told], [
            [d[k] for k in shown] for d in told
        ]

    calm, calm_vad = run([0.1, 0.9, 0.1, 0.9, 0.9])
    stormy, stormy_vad = run([0.9, 0.1, 0.9, 0.1, 0.1])
    assert calm == stormy
    assert calm_vad != stormy_vad
    assert run(None) == run([0.5] * 5)


def test_shown_affect_moves_toward_its_goal(debt: Scenario) -> None:
    core = Core(debt, policy=["joy"], explore=0.0)
    decision = core.step(time_s=0.0)
    distances = [math.dist(core.shown_at(t), decision.goal_vad) for t in (0.0, 1.0, 2.0, 5.0, 60.0)]
    assert distances == sorted(distances, reverse=True)
    assert distances[0] > 0.1 > 0.01 > distances[-1]
    before = core.snapshot()
    core.shown_at(3.0)
    assert core.snapshot() == before


def test_planning_is_a_question_not_a_turn(debt: Scenario) -> None:
    core = started(debt)
    before = core.snapshot()
    assert all(len(core.plan_display(depth)) == 7 for depth in (1, 2, 3))
    assert core.plan_display() == core.plan_display(2) != core.plan_display(1)
    assert core.snapshot() == before


# What is remembered


@pytest.mark.parametrize("selection", ["argmax", "sample"])
def test_a_restored_core_goes_on_bit_for_bit(any_scenario: Scenario, selection: str) -> None:
    for seed in range(10):
        one = Core(any_scenario, seed=seed, selection=selection)
        wander(one, any_scenario, seed, turns=3)
        two = Core(any_scenario, seed=999, selection=selection)
        two.restore(one.snapshot())
        assert two.snapshot() == one.snapshot()
        assert two.turn == one.turn
        left = any_scenario.deadline_turns - one.turn
        went_on = [wander(core, any_scenario, seed + 100, turns=left) for core in (one, two)]
        assert went_on[0] == went_on[1]
        assert one.close(any_scenario.agent_target) == two.close(any_scenario.agent_target)
        assert one.snapshot() == two.snapshot()


def test_any_flipped_byte_is_found(debt: Scenario) -> None:
    core = started(debt)
    good = core.snapshot()
    rng = random.Random(8)
    places = [*range(24), *rng.sample(range(24, len(good)), 50)]
    for place in places:
        damaged = bytearray(good)
        damaged[place] ^= 1 << rng.randrange(8)
        with pytest.raises(SnapshotError) as caught:
            core.restore(bytes(damaged))
        assert caught.value.code.startswith("snapshot_")
        if place >= 20:
            assert caught.value.code == "snapshot_checksum"
            assert "damaged" in str(caught.value)
    assert core.snapshot() == good
    core.restore(good)


def test_numbers_that_are_no_state_are_refused_behind_a_good_checksum(debt: Scenario) -> None:
    core = started(debt)
    good = core.snapshot()
    with pytest.raises(SnapshotError, match="not finite") as caught:
        core.restore(resealed(good, 24, struct.pack("<d", NAN)))
    assert caught.value.code == "snapshot"
    assert core.snapshot() == good


def test_learning_is_carried_over(debt: Scenario) -> None:
    teacher = Core(debt, seed=1)
    for seed in range(5):
        wander(teacher, debt, seed)
        teacher.close(debt.agent_target)
        teacher.begin(debt, seed=seed)
    assert any(teacher.q_table())
    pupil = Core(debt, seed=77, learned=teacher.snapshot())
    assert pupil.q_table() == teacher.q_table()
    assert pupil.turn == 0
    teacher.begin(debt, seed=77)
    assert pupil.snapshot() == teacher.snapshot()
    novice = Core(debt, seed=77)
    assert [d.to_json() for d in wander(pupil, debt, 5)] == [d.to_json() for d in wander(teacher, debt, 5)]
    assert wander(novice, debt, 5)[-1].weights != pupil.step(act="leave").weights


def test_learning_is_carried_into_another_domain(debt: Scenario) -> None:
    core = started(debt, seed=1)
    core.close(debt.agent_target)
    learned = core.q_table()
    sleep = load_scenario("sleep-cello-audition")
    core.begin(sleep, seed=2)
    assert core.q_table() == learned
    assert core.step().offer == pytest.approx(core.step(act="reject").offer, abs=sleep.agent_reservation)


def test_damaged_learning_is_refused(debt: Scenario) -> None:
    with pytest.raises(SnapshotError) as caught:
        Core(debt, learned=b"EMOMASst")
    assert caught.value.code == "snapshot_length"
    with pytest.raises(SnapshotError, match="experts"):
        Core(debt, policy="vanilla", learned=Core(debt).snapshot())
