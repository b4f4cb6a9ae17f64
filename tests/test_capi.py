"""The C interface: built, installed, embedded, misused, and compared with Python bit for bit."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fuzzing
import pytest

import emomas
from emomas import Core, Evidence, Scenario, load_scenario

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples" / "c"
HEADER = ROOT / "core-rs" / "capi" / "include" / "emomas.h"
STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-g"]
DEBT = ROOT / "python" / "emomas" / "scenarios" / "debt" / "debt-roofer-winter.toml"


def need(tool: str) -> str:
    """The tool's path; where it is missing the test is skipped, in CI it fails."""
    path = shutil.which(tool)
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{tool} is missing: install it")
    return path


def run(*command: object, **options: Any) -> str:
    """What the command printed; fails with its errors."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `make install-c` put everything."""
    for tool in ("make", "cargo", "cc", "strip"):
        need(tool)
    prefix = tmp_path_factory.mktemp("installed")
    run("make", "install-c", f"PREFIX={prefix}", cwd=ROOT)
    return prefix


@pytest.fixture(scope="session")
def compiled(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Compiles one C file against the static library."""
    folder = tmp_path_factory.mktemp("compiled")

    def compile_one(source: Path) -> Path:
        out = folder / source.stem
        flags = ["-std=c11", *STRICT, f"-I{installed}/include"]
        libraries = [installed / "lib" / "libemomas.a", "-lgcc_s", "-lpthread", "-lm", "-ldl"]
        run("cc", *flags, source, *libraries, "-o", out)
        return out

    return compile_one


# Built and embedded


def check_tick(output: str) -> None:
    lines = output.splitlines()
    faces = [line for line in lines if "face:" in line]
    assert len(faces) > 10
    assert len({line.split("face:")[1] for line in faces}) > 3, "the face moves between turns"
    assert lines[-1].startswith("agreed")


def test_cmake_finds_the_package_and_the_examples_run(installed, tmp_path):
    need("cmake")
    need("c++")
    run("cmake", "-S", EXAMPLES, "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={installed}")
    run("cmake", "--build", tmp_path)
    check_tick(run(tmp_path / "tick", DEBT))
    check_tick(run(tmp_path / "tick_cpp", DEBT))


@pytest.mark.parametrize(
    ("wanted", "found"), [("0.1", True), ("0.1.0", True), ("0.2", False), ("1.0", False)]
)
def test_cmake_refuses_another_version(installed, tmp_path, wanted, found):
    need("cmake")
    project = "cmake_minimum_required(VERSION 3.16)\nproject(p C)\nfind_package(emomas {} REQUIRED)\n"
    (tmp_path / "CMakeLists.txt").write_text(project.format(wanted))
    command = ["cmake", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={installed}"]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    assert (done.returncode == 0) == found, done.stderr


def test_pkg_config_gives_the_shared_library(installed, tmp_path):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(installed / "lib" / "pkgconfig")}
    flags = run(need("pkg-config"), "--cflags", "--libs", "emomas", env=environment).split()
    assert run("pkg-config", "--modversion", "emomas", env=environment).strip() == emomas.__version__
    run("cc", "-std=c11", *STRICT, EXAMPLES / "tick.c", *flags, "-o", tmp_path / "tick")
    environment["LD_LIBRARY_PATH"] = str(installed / "lib")
    check_tick(run(tmp_path / "tick", DEBT, env=environment))
    abi = ".".join(emomas.__version__.split(".")[:2])
    assert f"libemomas.so.{abi} =>" in run("ldd", tmp_path / "tick", env=environment)


def test_only_the_headers_functions_are_exported(installed):
    declared = set(re.findall(r"\b(emomas_\w+)\(", HEADER.read_text()))
    symbols = run(need("nm"), "-D", "--defined-only", installed / "lib" / "libemomas.so").split()
    assert {s for s in symbols if s.startswith("emomas_")} == declared
    assert len(symbols) == 3 * len(declared)


@pytest.mark.parametrize(
    ("language", "standard"), [("c", "c11"), ("c", "c2x"), ("c++", "c++11"), ("c++", "c++20")]
)
def test_the_header_is_clean_on_its_own(tmp_path, language, standard):
    compiler = need("cc" if language == "c" else "c++")
    (tmp_path / "x").write_text('#include "emomas.h"\n')
    run(
        compiler,
        "-x",
        language,
        f"-std={standard}",
        *STRICT,
        f"-I{HEADER.parent}",
        "-fsyntax-only",
        tmp_path / "x",
    )


# Memory


def test_no_heap_after_create(compiled):
    steps = compiled(ROOT / "tests" / "c" / "steps.c")
    totals = set()
    for count in (10, 10_000):
        command = [need("valgrind"), "--error-exitcode=9", "--leak-check=full", steps, DEBT, count]
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "All heap blocks were freed" in done.stderr
        totals.add(re.search(r"total heap usage: (.*) bytes", done.stderr)[1])
    assert len(totals) == 1, totals


def test_every_bad_call_is_refused(compiled):
    bad_input = compiled(ROOT / "tests" / "c" / "bad_input.c")
    count = re.fullmatch(r"(\d+) refusals, 0 failures\n", run(bad_input, DEBT))
    assert count
    assert int(count[1]) > 100
    run(need("valgrind"), "--quiet", "--error-exitcode=9", bad_input, DEBT)


def test_whatever_comes_is_refused_or_handled(installed):
    library = installed / "lib" / "libemomas.so"
    counts = fuzzing.c_interface(random.Random(7), fuzzing.rounds(1000), library)
    assert min(counts.values()) > 100, counts


# The same decisions in C and Python

CODES = {name.lower(): int(n) for name, n in re.findall(r"EMOMAS_(\w+) = (\d+)", HEADER.read_text())}


def bits(*values: float) -> str:
    return "".join(f" {struct.pack('>d', value).hex()}" for value in values)


class Conversation:
    """The same conversation twice: commands for the C replay, and what Python's core gives for them."""

    def __init__(self, folder: Path, scenario: Scenario, policy: str, seed: int) -> None:
        self.folder = folder
        self.commands: list[str] = []
        self.expected: list[str] = []
        self.files = 0
        self.commands.append(f"create {self.written(scenario)} {seed} {policy}")

    def written(self, scenario: Scenario) -> Path:
        path = self.folder / f"{scenario.id}.toml"
        path.write_text(scenario.to_toml(), encoding="utf-8")
        return path

    def step(self, observation: dict[str, Any], decision: emomas.Decision) -> None:
        """One turn: an observation as journals have it, and its decision."""
        for item in observation["evidence"]:
            ((kind, signal),) = item["signal"].items()
            values = signal if kind == "likelihood" else signal["mean"] + signal["variance"]
            numbers = [item["age_s"], item["quality"], *values]
            self.commands.append(" ".join([kind, str(item["channel"]), *map(float.hex, numbers)]))
        for dist in observation["external"]:
            self.commands.append(" ".join(["external", *map(float.hex, dist)]))
        offer, phase = observation["offer"], observation["phase"]
        fields = [
            float.hex(observation["time_s"]),
            str(CODES["act_" + observation["act"]]),
            "-" if offer is None else float.hex(offer),
            "-" if phase is None else str(CODES["phase_" + phase]),
        ]
        self.commands.append(" ".join(["step", *fields]))
        self.expected.append(flat(json.loads(decision.to_json())))

    def shown(self, core: Core, time_s: float) -> None:
        self.commands.append(f"shown {time_s.hex()}")
        self.expected.append("shown" + bits(*core.shown_at(time_s)))

    def close(self, core: Core, deal: float | None) -> None:
        self.commands.append(f"close {'-' if deal is None else float(deal).hex()}")
        self.expected.append(f"close {core.turn}" + bits(*core.close(deal)))

    def begin(self, core: Core, scenario: Scenario, seed: int) -> None:
        self.commands.append(f"begin {self.written(scenario)} {seed}")
        core.begin(scenario, seed=seed)

    def save(self, core: Core) -> None:
        """A snapshot by Python, which the C replay must write alike; it then goes on from Python's."""
        self.files += 1
        python, c = self.folder / f"python{self.files}", self.folder / f"c{self.files}"
        python.write_bytes(core.snapshot())
        self.commands += [f"save {c}", f"load {python}"]

    def check(self, replay: Path) -> None:
        printed = run(replay, input="\n".join(self.commands) + "\n").splitlines()
        assert len(printed) == len(self.expected)
        for number, (c, python) in enumerate(zip(printed, self.expected, strict=True)):
            assert c == python, f"answer {number} differs"
        for number in range(1, self.files + 1):
            names = (self.folder / f"{side}{number}" for side in ("python", "c"))
            assert len({name.read_bytes() for name in names}) == 1, f"snapshot {number} differs"


def flat(d: dict[str, Any]) -> str:
    """A decision as the C replay prints it."""
    display, proposals = d["display"], d["proposals"]
    ((act, offer),) = d["act"].items() if isinstance(d["act"], dict) else [(d["act"], None)]
    codes = [
        d["turn"],
        CODES["emotion_" + display["emotion"]],
        CODES["target_" + display["target"]],
        display["justified"],
        d["explored"],
        d["refused"],
        CODES["phase_" + d["phase"]],
        CODES["move_" + act],
        CODES["move_reason_" + d["act_reason"]],
        offer is not None,
        d["earned"] is not None,
        len(proposals),
        *[CODES["expert_reason_" + p["reason"]] for p in proposals],
        *[0] * (8 - len(proposals)),
    ]
    scalars = [display["intensity"], offer or 0, d["earned"] or 0, *(d[k] for k in SCALARS)]
    arrays = [x for key in ARRAYS for x in d[key]]
    missing = 8 - len(proposals)
    weights = d["weights"] + [0.0] * missing
    dists = [x for p in proposals for x in p["dist"]] + [0.0] * (7 * missing)
    return "step " + " ".join(str(int(code)) for code in codes) + bits(*scalars, *arrays, *weights, *dists)


SCALARS = ["confidence", "valence", "uncertainty", "conflict"]
ARRAYS = ["goal_vad", "shown_vad", "emotion", "stance", "mixture", "sampled"]


@pytest.mark.parametrize("policy", ["emomas", "random", "rl"])
def test_c_takes_the_decisions_of_a_journal(compiled, any_scenario, policy, play, tmp_path):
    journal = tmp_path / "a.journal"
    seed = 2**64 - 59
    core = Core(any_scenario, policy=policy, seed=seed)
    core.record(journal, "2026-01-01T00:00:00Z")
    play(any_scenario, core=core, seed=3)
    written = emomas.replay(journal)
    assert len(written) >= 3
    conversation = Conversation(tmp_path, any_scenario, policy, seed)
    again = Core(any_scenario, policy=policy, seed=seed)
    for turn in range(len(written)):
        observation = json.loads(written.observation_json(turn))
        conversation.step(observation, written.decision(turn))
        evidence = [made(item) for item in observation["evidence"]]
        again.step(evidence, **{key: observation[key] for key in ("act", "offer", "phase", "time_s")})
        conversation.shown(again, observation["time_s"] + 0.75)
    conversation.save(again)
    conversation.close(again, json.loads(written.outcome_json()).get("value"))
    conversation.save(again)
    conversation.check(compiled(EXAMPLES / "replay.c"))


def made(item: dict[str, Any]) -> Evidence:
    options = {key: item[key] for key in ("channel", "age_s", "quality")}
    signal = item["signal"]
    if "likelihood" in signal:
        return Evidence.likelihood(signal["likelihood"], **options)
    return Evidence.vad(signal["vad"]["mean"], signal["vad"]["variance"], **options)


def sensed(rng: random.Random) -> dict[str, Any]:
    """Evidence of either kind, old and new, good and bad."""
    if rng.random() < 0.5:
        signal: dict[str, Any] = {
            "likelihood": [rng.choice([0.0, rng.random(), 1e-9]) for _ in range(6)] + [0.5]
        }
    else:
        mean = [rng.uniform(-1, 1) for _ in range(3)]
        signal = {
            "vad": {
                "mean": mean,
                "variance": [rng.choice([1e6, 0.01, rng.random() + 1e-3]) for _ in range(3)],
            }
        }
    age_s, quality = rng.choice([0.0, rng.uniform(0, 60)]), rng.choice([0.0, 1.0, rng.random()])
    return {"signal": signal, "channel": rng.randrange(256), "age_s": age_s, "quality": quality}


@pytest.mark.parametrize(
    "experts", ["game,rl,coherence,external", "external,uniform,joy,external,fear", "emomas"]
)
def test_c_and_python_agree_whatever_is_sensed(compiled, any_scenario, experts, tmp_path):
    rng = random.Random(f"{any_scenario.id} {experts}")
    policy = experts.split(",") if "," in experts else experts
    core = Core(any_scenario, policy=policy, seed=11)
    conversation = Conversation(tmp_path, any_scenario, experts, 11)
    kinds = set()
    other = load_scenario("debt-student-laptop")
    for number, scenario in enumerate([any_scenario, other, any_scenario, other]):
        if number > 0:
            conversation.begin(core, scenario, number)
        low, high = sorted([scenario.agent_target, scenario.counterpart_target])
        time_s = 0.0
        for turn in range(rng.randint(3, scenario.deadline_turns)):
            offers = [None, rng.uniform(low, high), float(round(rng.uniform(low, high)))]
            observation = {
                "evidence": [sensed(rng) for _ in range(rng.randrange(9))],
                # The agent opens, so that there is something to accept.
                "act": rng.choice(["silence", "talk", "reject", "accept"]) if turn else "silence",
                "offer": rng.choice(offers) if turn else None,
                "phase": rng.choice([None, *emomas._native.PHASES]),
                "time_s": time_s,
                "external": [[rng.random() for _ in range(7)] for _ in range(experts.count("external"))],
            }
            kinds |= {kind for item in observation["evidence"] for kind in item["signal"]}
            options = {key: observation[key] for key in ("act", "offer", "phase", "time_s", "external")}
            decision = core.step([made(item) for item in observation["evidence"]], **options)
            conversation.step(observation, decision)
            conversation.shown(core, time_s + rng.uniform(0, 5))
            time_s += rng.choice([0.0, rng.uniform(0, 30)])
            if rng.random() < 0.2:
                conversation.save(core)
        conversation.close(core, rng.choice([None, rng.uniform(low, high)]))
    assert kinds == {"likelihood", "vad"}
    conversation.check(compiled(EXAMPLES / "replay.c"))
