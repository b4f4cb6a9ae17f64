"""Engine and oracle side by side: a random chart, random events, the same configurations and effects."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from chart_oracle import Oracle
from chart_random import Step, play_step, random_chart, random_events

import emomas


class Pair(NamedTuple):
    """A chart and what is done to a machine of it; `bounds` are arguments of `Chart.start`."""

    chart: dict
    steps: list[Step]
    bounds: dict[str, int | None]

    def __str__(self) -> str:
        steps = "\n".join(map(repr, self.steps))
        return f"{json.dumps(self.chart, indent=1)}\n{steps}\n{self.bounds}"


def random_pair(seed: int) -> Pair:
    """Every fifth chart has an endless loop; half of the machines have little room."""
    rng = Random(seed)
    chart = random_chart(rng, endless=seed % 5 == 0)
    steps = random_events(rng, chart, extras=True)
    for _ in range(rng.randint(0, 2)):
        steps.insert(rng.randint(0, len(steps)), ("restore",))
    bounds = {"max_microsteps": rng.choice((1, 10, 60, 60))}
    if rng.random() < 0.5:
        bounds |= {"internal": rng.choice((1, 2, 32)), "external": rng.choice((1, 2, 16))}
        bounds["timers"] = rng.choice((1, 3, None))
    return Pair(chart, steps, bounds)


def difference(pair: Pair) -> str | None:
    """Where engine and oracle part, or None."""
    chart = emomas.Chart.from_dict(pair.chart)
    oracle, machine = Oracle(pair.chart, **pair.bounds), chart.start(**pair.bounds)
    parted = compare("start", oracle, machine, oracle.start(), machine.effects)
    for number, step in enumerate(pair.steps):
        if parted:
            return parted
        if step == ("restore",):
            machine = chart.restore(machine.snapshot())
            continue
        expected, found = play_step(oracle, step), play_step(machine, step)
        parted = compare(f"step {number} {step}", oracle, machine, expected, found)
    return parted


def compare(place: str, oracle: Oracle, machine: emomas.Machine, expected: list, found: list) -> str | None:
    # By their text, which tells 1 from 1.0 and from True, and NaN equals NaN.
    rows: list[tuple[str, Any, Any]] = [
        ("effects", expected, found),
        ("configuration", oracle.configuration, machine.configuration),
        ("variables", oracle.variables, machine.variables),
        ("counters", oracle.tallies, machine.counters),
        ("timers", len(oracle.timers), machine.pending_timers),
        ("finished", oracle.finished, machine.finished),
    ]
    rows = [row for row in rows if repr(row[1]) != repr(row[2])]
    if rows and rows[0][0] == "effects":
        same = next(
            (
                n
                for n, both in enumerate(zip(expected, found, strict=False))
                if repr(both[0]) != repr(both[1])
            ),
            0,
        )
        rows[0] = (f"effects from number {same}", expected[same : same + 5], found[same : same + 5])
    parted = [f"{what}\n  oracle {a}\n  engine {b}" for what, a, b in rows]
    return "\n".join([f"{place}: they differ in", *parted]) if parted else None


def shrunk(pair: Pair, fails: Callable[[Pair], Any] = difference) -> Pair:
    """A smaller pair that still fails: steps, states, actions and fields are left out as long as it does."""

    def still_fails(candidate: Pair) -> bool:
        try:
            return bool(fails(candidate))
        except (emomas.EmomasError, KeyError, IndexError):
            return False  # no chart any more

    def first_from(at: int) -> tuple[int, Pair] | None:
        candidates = enumerate(islice(smaller_pairs(pair), at, None), at)
        return next((found for found in candidates if still_fails(found[1])), None)

    before = None
    while pair != before:
        before, at = pair, 0
        while found := first_from(at):
            at, pair = found
    return pair


def smaller_pairs(pair: Pair) -> Iterator[Pair]:
    count = len(pair.steps)
    for size in (count // 2, count // 4, 1):
        for at in range(0, count, max(size, 1)):
            if size:
                yield pair._replace(steps=pair.steps[:at] + pair.steps[at + size :])
    for bound in pair.bounds:
        yield pair._replace(bounds={k: v for k, v in pair.bounds.items() if k != bound})
    for *way, last in paths(pair.chart):
        for change in (leave_out, lift):
            chart = copy.deepcopy(pair.chart)
            place: Any = chart
            for key in way:
                place = place[key]
            if change(place, last):
                yield pair._replace(chart=chart)


def leave_out(place: Any, key: Any) -> bool:
    del place[key]
    return True


def lift(place: Any, key: Any) -> bool:
    """Puts a state's children, or an `if`'s actions, in its place."""
    entry = place[key]
    if isinstance(place, list) and isinstance(entry, dict) and "if" in entry:
        place[key : key + 1] = entry.get("then", [])
        return True
    if isinstance(place, dict) and isinstance(entry, dict) and "states" in entry:
        del place[key]
        place.update(entry["states"])
        return True
    return False


def paths(tree: Any, before: tuple = ()) -> Iterator[tuple]:
    """Ways to every entry, the outermost first."""
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield (*before, key)
    for key in keys:
        yield from paths(tree[key], (*before, key))
