"""What needs processes of its own: import time and memory; and batches, which use all cores."""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
from time import perf_counter
from typing import Any

from cases import SCENARIO

import emomas

FIRST_DECISION = "import emomas; core = emomas.Core(emomas.load_scenario('debt-roofer-winter')); core.step()"
FIRST_WORDS = "import emomas; emomas.Agent('debt-roofer-winter').open()"
BARE = "Python alone"
# Name, code, the library that must be installed, whether it is ours.
PROGRAMS = [
    (BARE, "", None, False),
    ("emomas: import", "import emomas", None, True),
    ("emomas: import, scenario, first decision", FIRST_DECISION, None, True),
    ("emomas: import, first reply in words", FIRST_WORDS, None, True),
    ("transitions", "from transitions import Machine", "transitions", False),
    ("NumPy", "import numpy", "numpy", False),
    ("pymdp", "from pymdp.agent import Agent", "pymdp", False),
    ("mabwiser", "from mabwiser.mab import MAB", "mabwiser", False),
    ("hmmlearn", "from hmmlearn.hmm import CategoricalHMM", "hmmlearn", False),
    ("river.bandit", "from river import bandit", "river", False),
    ("pgmpy", "from pgmpy.inference import VariableElimination", "pgmpy", False),
    ("pomegranate", "from pomegranate.hmm import DenseHMM", "pomegranate", False),
]
RESIDENT = (
    "\nfor line in open('/proc/self/status'):\n    if line.startswith('VmRSS'): print(line.split()[1])\n"
)


def start(code: str) -> tuple[float, float]:
    """Milliseconds that a process takes, and MiB resident at its end."""
    begun = perf_counter()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code + RESIDENT], check=True, capture_output=True, text=True
    )
    return 1e3 * (perf_counter() - begun), int(done.stdout.split()[-1]) / 1024


def imports(budget_s: float) -> list[dict[str, Any]]:
    """The least of several starts of each program, in turns; those above a second get two."""
    found = [p for p in PROGRAMS if p[2] is None or importlib.util.find_spec(p[2])]
    runs: dict[str, list[tuple[float, float]]] = {name: [start(code)] for name, code, _, _ in found}
    begun = perf_counter()
    while perf_counter() - begun < budget_s:
        for name, code, _, _ in found:
            if runs[name][0][0] < 1000 or len(runs[name]) < 2:
                runs[name].append(start(code))
    rows = []
    bare, reference = min(ms for ms, _ in runs[BARE]), "emomas: import, scenario, first decision"
    for title, unit, column in (
        ("Start, over the interpreter's own", "ms", 0),
        ("Resident memory", "MiB", 1),
    ):
        ours = min(run[column] for run in runs[reference]) - (bare if column == 0 else 0)
        for name, _, library, mine in PROGRAMS:
            row: dict[str, Any] = {"group": title, "name": name, "ours": mine, "unit": unit}
            if name not in runs:
                row["missing"] = "not installed"
            elif name == BARE:
                row["value"] = min(run[column] for run in runs[name])
                row["note"] = "itself" if column == 0 else ""
            else:
                row["value"] = min(run[column] for run in runs[name]) - (bare if column == 0 else 0)
                if library:
                    row["ratio"] = row["value"] / ours
            rows.append(row)
    return rows


def batches(rounds: int) -> list[dict[str, Any]]:
    """Turns per second of simulated conversations; ratios of adjacent batches."""
    cores = len(os.sched_getaffinity(0))
    rates: dict[tuple[str, int], list[float]] = {}
    for _ in range(rounds):
        for policy in ("emomas", "joy"):
            for threads in (1, 2) if cores > 1 else (1,):
                begun = perf_counter()
                played = emomas.simulate(
                    [SCENARIO], policy=policy, counterparts="vanilla", runs=60, episodes=50, threads=threads
                )
                took = perf_counter() - begun
                rates.setdefault((policy, threads), []).append(int(played["turns"].sum()) / took / 1e6)
    rows = []
    for (policy, threads), found in rates.items():
        name = "all of EmoMAS" if policy == "emomas" else "one fixed emotion"
        row = {
            "group": "Simulated conversations, agent and person",
            "name": f"emomas: `simulate`, {name}, {threads} thread{'s' * (threads > 1)}",
            "ours": True,
            "unit": "M turns/s",
            "value": statistics.median(found),
        }
        if threads > 1:
            pairs = zip(found, rates[policy, 1], strict=True)
            row["note"] = f"{statistics.median([two / one for two, one in pairs]):.2f} × one thread"
        rows.append(row)
    return rows
