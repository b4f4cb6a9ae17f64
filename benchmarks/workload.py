"""Something to point a profiler at: turns through Python, or a batch, for about so many seconds.

python benchmarks/workload.py step 10
python benchmarks/workload.py batch 10
"""

import sys
from time import monotonic

import emomas

SCENARIO = emomas.load_scenario("debt-roofer-winter")
LIKELIHOOD = [0.2, 0.1, 1.0, 0.1, 0.1, 0.2, 0.4]


def sense():
    return [
        emomas.Evidence.likelihood(LIKELIHOOD),
        emomas.Evidence.likelihood(LIKELIHOOD[::-1], channel=1, age_s=2.0),
        emomas.Evidence.vad([-0.4, 0.5, 0.1], [0.8, 0.1, 0.1], channel=2),
    ]


def step(seconds):
    """Conversations of nine turns, one after the other; learning goes on."""
    core, turns, end = emomas.Core(SCENARIO, seed=1), 0, monotonic() + seconds
    while monotonic() < end:
        core.step()
        for turn in range(1, 9):
            core.step(sense(), act="talk", offer=110.0 - 5.0 * turn, time_s=8.0 * turn)
        turns += core.turn
        core.close(50.0)
        core.begin(SCENARIO, seed=turns)
    return turns


def batch(seconds):
    """Simulated conversations on one thread."""
    turns, end = 0, monotonic() + seconds
    while monotonic() < end:
        played = emomas.simulate([SCENARIO], policy="emomas", runs=200, episodes=50, seed=turns, threads=1)
        turns += int(played["turns"].sum())
    return turns


if __name__ == "__main__":
    print(f"{ {'step': step, 'batch': batch}[sys.argv[1]](float(sys.argv[2])):,} turns")
