"""Long fuzzing, faults and load; not part of `make test`. Writes tests/results/soak.json.

python tests/soak.py                          # everything
python tests/soak.py charts --chart-minutes 5  # one part

The fuzzers of turns, snapshots, scenarios and the C interface are in tests/fuzzing.py; `make test` runs
them for a few seconds.
"""

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import fuzzing
import link_load
import numpy as np
from chart_differential import difference, random_pair, shrunk

import emomas
from emomas.errors import EmomasError
from emomas.library import load_scenarios
from emomas.perception import observe

RESULTS = Path(__file__).parent / "results" / "soak.json"
CORE = Path(__file__).parent.parent / "core-rs"
KIOSK = Path(__file__).parent.parent / "examples" / "charts" / "kiosk.toml"
PATCHES = [
    "",
    "]",
    "}",
    '"',
    "<",
    "/>",
    "initial",
    "parallel = true",
    "1 / 0",
    "final",
    "&#0;",
    "é",
    "*",
    "()",
]
WORDS = ["no", "ok deal", "30 days", "two weeks", "$400", "half past ten", "I can't", "please", "stop"]
WORDS += ["明日", "🙂", "\x00", "١٢", "NaN", "-1e308", "between 20 and 30"]


def random_text(rng):
    """Words, noise, or both."""
    if rng.random() < 0.3:
        return "".join(chr(rng.randrange(0x20, 0x3000)) for _ in range(rng.randrange(200)))
    return " ".join(rng.choice(WORDS) for _ in range(rng.randrange(30)))


def fuzz(seconds, rng):
    """Random conversations in words and damaged snapshots; counts what was refused. Nothing may crash."""
    counts = {"conversations": 0, "turns": 0, "refused": 0, "snapshots_refused": 0}
    ids = emomas.scenario_ids()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        agent = emomas.Agent(
            rng.choice(ids), seed=rng.randrange(2**32), policy=rng.choice(["emomas", "random", "rl"])
        )
        reply = agent.open()
        while not reply.closed and agent.core.turn < agent.scenario.deadline_turns:
            try:
                reply = agent.reply(random_text(rng))
            except EmomasError:
                counts["refused"] += 1
                break
            assert abs(sum(reply.decision.mixture) - 1) < 1e-9
            assert reply.emotion not in reply.decision.refused
            counts["turns"] += 1
        counts["conversations"] += 1
        saved = bytearray(agent.core.snapshot())
        saved[rng.randrange(len(saved))] ^= 1 << rng.randrange(8)
        try:
            agent.core.restore(bytes(saved))
            raise AssertionError("a damaged snapshot was restored")
        except EmomasError:
            counts["snapshots_refused"] += 1
    return counts


def read_noise(seconds, rng):
    """Random text through the parser in every unit."""
    count = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for unit in ("days", "minutes", "minutes_past_21", "usd"):
            observe(random_text(rng), unit=unit, today=date(2026, 11, 24))
            count += 1
    return {"utterances": count}


VICTIM = """
import sys, emomas
agent = emomas.Agent("debt-roofer-winter", seed=int(sys.argv[2]), journal=sys.argv[1])
print(agent.open().decision.turn, flush=True)
while True:
    print(agent.reply("no, I can't").decision.turn, flush=True)
"""


def kill(seconds, rng):
    """Processes killed in the middle of a conversation: every acknowledged turn is in the journal."""
    kills = turns = torn = 0
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            path = Path(folder) / f"{kills}.journal"
            child = subprocess.Popen(
                [sys.executable, "-c", VICTIM, str(path), str(kills)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for _ in range(rng.randrange(1, 8)):
                child.stdout.readline()
            child.send_signal(signal.SIGKILL)
            rest, _ = child.communicate()
            replayed = emomas.replay(path)
            assert replayed.identical
            assert len(replayed) >= len(rest.split())
            turns += len(replayed)
            torn += replayed.torn_bytes > 0
            kills += 1
    return {"kills": kills, "turns_replayed": turns, "torn_tails": torn}


def charts(seconds, rng):
    """Damaged charts through both readers; what still builds meets random events and damaged snapshots."""
    counts = {"texts": 0, "refused": 0, "events": 0}
    whole = emomas.Chart.load(KIOSK)
    readers = [(emomas.Chart.from_toml, whole.to_toml()), (emomas.Chart.from_scxml, whole.to_scxml())]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        read, text = rng.choice(readers)
        for _ in range(rng.randrange(1, 4)):
            at, length = rng.randrange(len(text)), rng.randrange(12)
            patch = rng.choice(
                [text[k : k + rng.randrange(40)] for k in [rng.randrange(len(text))]] + PATCHES
            )
            text = text[:at] + patch + text[at + length :]
        counts["texts"] += 1
        try:
            chart = read(text)
        except EmomasError:
            counts["refused"] += 1
            continue
        assert emomas.Chart.from_scxml(chart.to_scxml()).hash == chart.hash
        machine = chart.start(max_microsteps=50)
        for _ in range(50):
            machine.send(rng.choice([*chart.events, "odd"]), offers=rng.randrange(9))
            machine.advance(rng.randrange(10**9))
            counts["events"] += 1
        saved = bytearray(machine.snapshot())
        assert chart.restore(bytes(saved)).snapshot() == saved
        saved[rng.randrange(len(saved))] ^= 1 << rng.randrange(8)
        try:
            chart.restore(bytes(saved))
            raise AssertionError("a damaged snapshot was restored")
        except EmomasError:
            pass
    return counts


def load(seconds):
    """Batches of all domains and counterparts: finite, bounded, independent of the number of threads."""
    episodes = 0
    end = time.monotonic() + seconds
    scenarios = load_scenarios("all")
    seed = 0
    while time.monotonic() < end:
        seed += 1
        one = emomas.simulate(scenarios, runs=20, episodes=100, seed=seed, threads=1, world="sweep")
        two = emomas.simulate(scenarios, runs=20, episodes=100, seed=seed, threads=2, world="sweep")
        assert one.tobytes() == two.tobytes()
        assert np.isfinite(one["utility"]).all()
        assert (one["utility"] >= -1e-9).all()
        episodes += 2 * one.size
    return {"episodes": episodes}


def c_library():
    """Builds libemomas.so and says where it is."""
    build = ["cargo", "build", "--release", "--quiet", "--package", "emomas-capi"]
    subprocess.run([*build, "--manifest-path", CORE / "Cargo.toml"], check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", CORE / "target")) / "release" / "libemomas.so"


def long_batch(turns):
    """That many turns, in batches of half a million conversations: memory after the first and at the end."""
    played, seed, memory = 0, 0, []
    while played < turns:
        batch = emomas.simulate("debt-roofer-winter", runs=5_000, episodes=100, seed=seed)
        played, seed = played + int(batch["turns"].sum()), seed + 1
        del batch
        memory.append(resident_mib())
    return {
        "turns": played,
        "batches": seed,
        "resident_mib_after_first": memory[0],
        "resident_mib_at_end": memory[-1],
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def resident_mib():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 2**20, 1)


def chart_pairs(count, first):
    """Random charts and events on the engine and on the oracle; a difference is made small and printed."""
    for seed in range(first, first + count):
        pair = random_pair(seed)
        if difference(pair):
            small = shrunk(pair)
            raise AssertionError(f"seed {seed}, made small:\n{small}\n{difference(small)}")
    return {"pairs": count}


def main():
    """Run the parts and write the results, each with its date, beside those of the parts left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="the parts to run; all if none is named")
    parser.add_argument("--minutes", type=float, default=2, help="of each part without minutes of its own")
    parser.add_argument("--fuzz-minutes", type=float, default=10, help="of each fuzzer in fuzzing.py")
    parser.add_argument("--chart-minutes", type=float, default=30, help="of fuzzing charts")
    parser.add_argument("--pairs", type=int, default=100_000, help="charts on engine and oracle")
    parser.add_argument("--turns", type=int, default=100_000_000, help="of the long batch")
    parser.add_argument("--pulls", type=int, default=500, help="of the cable")
    parser.add_argument(
        "--noise", type=int, default=100_000_000, help="bytes through each parser of the link"
    )
    parser.add_argument("--jitter-minutes", type=float, default=10, help="of heartbeats beside a busy model")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    minutes, chart_minutes, fuzz_minutes = args.minutes, args.chart_minutes, args.fuzz_minutes

    def fuzzed(fuzzer, *more):
        going = fuzzing.seconds(60 * fuzz_minutes)
        return {"minutes": fuzz_minutes, **fuzzer(random.Random(args.seed), going, *more)}

    parts = {
        "step": lambda: fuzzed(fuzzing.step),
        "restore": lambda: fuzzed(fuzzing.restore),
        "scenarios": lambda: fuzzed(fuzzing.scenarios),
        "c_interface": lambda: fuzzed(fuzzing.c_interface, c_library()),
        "long_batch": lambda: long_batch(args.turns),
        "fuzz": lambda: {"minutes": minutes, **fuzz(60 * minutes, rng)},
        "read_noise": lambda: {"minutes": minutes, **read_noise(60 * minutes, rng)},
        "charts": lambda: {"minutes": chart_minutes, **charts(60 * chart_minutes, rng)},
        "chart_pairs": lambda: chart_pairs(args.pairs, args.seed),
        "link_noise": lambda: link_load.fuzz(args.noise, args.seed),
        "link_cables": lambda: link_load.pull_cables(args.pulls, args.seed),
        "link_bad_lines": lambda: link_load.bad_lines(300, args.seed),
        "link_heartbeats": lambda: link_load.heartbeat_jitter(60 * args.jitter_minutes),
        "kill": lambda: {"minutes": minutes, **kill(60 * minutes, rng)},
        "load": lambda: {"minutes": minutes, **load(60 * minutes)},
    }
    for name in args.parts or parts:
        done = {"date": date.today().isoformat(), "seed": args.seed, **parts[name]()}
        print(name, done, flush=True)
        RESULTS.parent.mkdir(exist_ok=True)
        results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps({**results, name: done}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
