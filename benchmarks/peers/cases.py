"""What is timed of emomas and of the two loops: turns of a conversation, by parts, learning, saving.

Eight turns of ours last a few microseconds, too short for the clock of CPU time, whose reading takes one
itself; they are timed by the wall clock, which can only be longer.
"""

from __future__ import annotations

import pickle
from time import perf_counter, process_time
from typing import Any

from numpy_loop import NumpyLoop
from plain_loop import PlainLoop
from timing import Case, Group, Seconds, statement

import emomas

SCENARIO = emomas.load_scenario("debt-roofer-winter")
LIKELIHOOD = [0.2, 0.1, 1.0, 0.1, 0.1, 0.2, 0.4]
REVERSED = LIKELIHOOD[::-1]
MEAN, VARIANCE = [-0.4, 0.5, 0.1], [0.8, 0.1, 0.1]
# The agent opens, then the person comes down by five days a turn.
SCRIPT = [(110.0 - 5.0 * turn, 8.0 * turn) for turn in range(1, 9)]


def evidence(channels: int = 3) -> list[emomas.Evidence]:
    return [
        emomas.Evidence.likelihood(LIKELIHOOD),
        emomas.Evidence.likelihood(REVERSED, channel=1, age_s=2.0),
        emomas.Evidence.vad(MEAN, VARIANCE, channel=2),
    ][:channels]


class Conversation:
    """A core that begins the next conversation when one is over; learning goes on."""

    def __init__(self, **options: Any) -> None:
        self.core = emomas.Core(SCENARIO, seed=1, **options)
        self.episode = 0

    def begin(self) -> emomas.Core:
        """A core after the agent's opening."""
        if self.core.turn:
            if not self.core.closed:
                self.core.close(50.0)
            self.episode += 1
            self.core.begin(SCENARIO, seed=self.episode)
        self.core.step()
        return self.core


def whole_turns() -> Seconds:
    """Evidence built, step, emotion and offer read: all that a host does in a turn."""
    conversation = Conversation()
    likelihood, vad = emomas.Evidence.likelihood, emomas.Evidence.vad

    def seconds(n: int) -> float:
        took, rounds = 0.0, -(-n // len(SCRIPT))
        for _ in range(rounds):
            step = conversation.begin().step
            start = perf_counter()
            for offer, time_s in SCRIPT:
                sensed = [
                    likelihood(LIKELIHOOD),
                    likelihood(REVERSED, channel=1, age_s=2.0),
                    vad(MEAN, VARIANCE, channel=2),
                ]
                decision = step(sensed, act="talk", offer=offer, time_s=time_s)
                _ = decision.emotion, decision.offer
            took += perf_counter() - start
        return took * n / (rounds * len(SCRIPT))

    return seconds


def steps(channels: int = 3, **options: Any) -> Seconds:
    """`Core.step` alone, its evidence ready."""
    conversation, sensed = Conversation(**options), evidence(channels)

    def seconds(n: int) -> float:
        took, rounds = 0.0, -(-n // len(SCRIPT))
        for _ in range(rounds):
            step = conversation.begin().step
            start = perf_counter()
            for offer, time_s in SCRIPT:
                step(sensed, act="talk", offer=offer, time_s=time_s)
            took += perf_counter() - start
        return took * n / (rounds * len(SCRIPT))

    return seconds


def loop_turns(loop: PlainLoop | NumpyLoop) -> Seconds:
    """The same turns in one of the loops."""

    def seconds(n: int) -> float:
        took, rounds = 0.0, -(-n // len(SCRIPT))
        for _ in range(rounds):
            if loop.turn:
                loop.close(50.0)
            loop.begin()
            loop.step()
            step = loop.step
            start = process_time()
            for offer, time_s in SCRIPT:
                sensed = [
                    ("likelihood", LIKELIHOOD, None, 0.0, 1.0),
                    ("likelihood", REVERSED, None, 2.0, 1.0),
                    ("vad", MEAN, VARIANCE, 0.0, 1.0),
                ]
                decision = step(sensed, act="talk", offer=offer, time_s=time_s)
                _ = decision["emotion"], decision["offer"]
            took += process_time() - start
        return took * n / (rounds * len(SCRIPT))

    return seconds


def middle() -> emomas.Core:
    """A core in the middle of a conversation."""
    core = Conversation().begin()
    for offer, time_s in SCRIPT[:4]:
        core.step(evidence(), act="talk", offer=offer, time_s=time_s)
    return core


def closes() -> Seconds:
    """`Core.close`: learning from the outcome."""
    conversations = [Conversation() for _ in range(8)]
    sensed = evidence()

    def seconds(n: int) -> float:
        took, rounds = 0.0, -(-n // len(conversations))
        for _ in range(rounds):
            cores = [conversation.begin() for conversation in conversations]
            for core in cores:
                for offer, time_s in SCRIPT[:3]:
                    core.step(sensed, act="talk", offer=offer, time_s=time_s)
            start = perf_counter()
            for core in cores:
                core.close(50.0)
            took += perf_counter() - start
        return took * n / (rounds * len(conversations))

    return seconds


def learning_loop(loop: PlainLoop | NumpyLoop) -> PlainLoop | NumpyLoop:
    """A loop that has learned from twenty conversations, in the middle of another."""
    loop_turns(loop)(20 * len(SCRIPT))
    return loop


def turn_group(peers: list[Case]) -> Group:
    ours = Case("emomas: evidence built, step, emotion and offer read", whole_turns())
    loops = [
        Case("NumPy loop, same formulas, simpler bargaining", loop_turns(NumpyLoop())),
        Case("plain Python loop, the same", loop_turns(PlainLoop())),
    ]
    return Group("One turn with three channels", [ours], loops + peers)


def part_groups() -> list[Group]:
    """Parts, as far as Python can reach them; nothing is compared."""
    core, belief = middle(), emomas.Belief()
    parts = [
        Case("`Core.step`, three channels, evidence ready", steps()),
        Case("… one channel", steps(channels=1)),
        Case("… none", steps(channels=0)),
        Case("… three channels, game expert only", steps(policy=["game"])),
        Case("… RL expert only", steps(policy=["rl"])),
        Case("… coherence expert only", steps(policy=["coherence"])),
        Case("… one fixed emotion", steps(policy="joy")),
        Case(
            "`Evidence.likelihood`",
            statement("build(values)", build=emomas.Evidence.likelihood, values=LIKELIHOOD),
        ),
        Case(
            "`Belief.update` with learning rows",
            statement("update('neutral', seen, forget=0.999)", update=belief.update, seen=LIKELIHOOD),
        ),
        Case("`Core.close` (learning from the outcome)", closes()),
        Case("`Core.plan_display(2)` (deeper planner)", statement("plan(2)", plan=core.plan_display)),
    ]
    return [Group("Parts of a turn, through Python", parts)]


def save_group() -> Group:
    core = middle()
    ours = statement("restore(snapshot())", restore=core.restore, snapshot=core.snapshot)
    peers = [
        Case(
            f"{name} loop, pickled and back",
            statement("loads(dumps(x, -1))", loads=pickle.loads, dumps=pickle.dumps, x=learning_loop(loop)),
        )
        for name, loop in (("NumPy", NumpyLoop()), ("plain", PlainLoop()))
    ]
    return Group("Save and restore all learned state", [Case("emomas: `snapshot` + `restore`", ours)], peers)
