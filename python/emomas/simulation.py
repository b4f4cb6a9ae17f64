"""Many conversations against simulated people, and the comparison of policies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from emomas import _native
from emomas.errors import ConfigError
from emomas.library import load_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

EPISODE = np.dtype(
    [
        ("run", "<u4"),
        ("episode", "<u4"),
        ("scenario", "<u4"),
        ("turns", "<u4"),
        ("refusals", "<u4"),
        ("counterpart", "u1"),
        ("stance", "u1"),
        ("end", "u1"),
        ("_pad", "u1"),
        ("deal", "<f8"),
        ("utility", "<f8"),
        ("counterpart_utility", "<f8"),
        ("liking", "<f8"),
        ("satisfaction", "<f8"),
        ("compliance", "<f8"),
        ("reward", "<f8"),
        ("shown", "<u2", (7,)),
        ("_pad2", "<u2"),
    ]
)
"""One episode: `counterpart`, `stance`, `end` are indices into COUNTERPARTS, STANCES, ENDS of
`emomas._native`; `deal` is NaN and both utilities 0 without a deal; liking and satisfaction in SD; `shown`
counts emotions."""


EVALUATION_SEED = 20_261_124
"""Seed of published comparisons; policies are tuned on seeds below 1,000 only."""

MOST_EPISODES = 10_000_000
"""Most conversations of one batch: about 2 GB of results."""

LARGEST_SEED = 2**64 - 1
"""Seeds are 64 bits wide."""

MOST_THREADS = 1024


@dataclass(slots=True)
class Comparison:
    """One policy against the baseline on the same people; utilities are intent-to-treat."""

    policy: str
    utility: float
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    agreed: float
    counterpart_left: float
    turns: float
    liking: float
    counterpart_utility: float


def simulate(
    scenarios: str | Path | _native.Scenario | Sequence[_native.Scenario] = "all",
    *,
    policy: str | Sequence[str] = "emomas",
    counterparts: str | Sequence[str] = _native.COUNTERPARTS,
    world: str = "standard",
    runs: int = 100,
    episodes: int = 20,
    seed: int = 0,
    threads: int = 0,
    unsafe_unmasked: bool = False,
    progress: Callable[[int], Any] | None = None,
) -> np.ndarray[Any, Any]:
    """Play `runs` × `episodes` conversations; returns an array of that shape and dtype EPISODE.

    Runs are independent; within a run learning is carried from one episode to the next. The same `seed` means
    the same people and the same luck for every policy, and the same result for any number of `threads` (0 =
    all). `world` is standard, placebo (emotion has no effect), flipped (opposite effects) or sweep (each run
    draws the world's parameters from their ranges). `progress` is called with the number of finished
    episodes.
    """
    check_size(runs, episodes)
    _check_range("seed", seed, LARGEST_SEED)
    _check_range("threads", threads, MOST_THREADS)
    if isinstance(scenarios, _native.Scenario):
        chosen = [scenarios]
    elif isinstance(scenarios, (list, tuple)):
        chosen = list(scenarios)
    else:
        chosen = load_scenarios(scenarios)  # type: ignore[arg-type]
    packed = _native.simulate(
        chosen,
        policy=policy if isinstance(policy, str) else list(policy),
        counterparts=[counterparts] if isinstance(counterparts, str) else list(counterparts),
        world=world,
        runs=runs,
        episodes=episodes,
        seed=seed,
        threads=threads,
        unsafe_unmasked=unsafe_unmasked,
        progress=progress,
    )
    return np.frombuffer(packed, dtype=EPISODE).reshape(runs, episodes)


def check_size(runs: int, episodes: int) -> None:
    """Raise ConfigError unless `runs` × `episodes` fits one batch."""
    if runs < 1 or episodes < 1 or runs * episodes > MOST_EPISODES:
        raise ConfigError(
            f"runs x episodes is {runs} x {episodes}: give 1 to {MOST_EPISODES} conversations altogether"
        )


def _check_range(name: str, value: int, largest: int) -> None:
    if not 0 <= value <= largest:
        raise ConfigError(f"{name} is {value}: give 0 to {largest}")


def compare(
    scenarios: str | Path | Sequence[_native.Scenario],
    *,
    counterpart: str = "vanilla",
    policies: Sequence[str] = _native.POLICIES,
    baseline: str = "vanilla",
    world: str = "sweep",
    runs: int = 200,
    episodes: int = 40,
    seed: int = EVALUATION_SEED,
    threads: int = 0,
    unsafe_unmasked: bool = False,
    independent: bool = False,
    progress: Callable[[int], Any] | None = None,
) -> list[Comparison]:
    """Play every policy against the same people with the same luck, and compare each with `baseline`.

    Differences are paired run by run (a run's episodes share what was learned, so the run is the unit);
    intervals are 95 % normal ones over runs; p values are Holm-corrected over the policies of this call.
    `independent` gives each policy seeds of its own instead, for checking that nothing is found where nothing
    is. Impasses count with utility 0. `progress` is called with the number of finished episodes of all
    policies together.
    """
    if runs < 2:
        raise ConfigError(f"runs is {runs}: give at least 2, an interval needs them")
    _check_range("seed", seed, LARGEST_SEED)
    rows: list[Comparison] = []
    base: np.ndarray[Any, Any] | None = None
    # The baseline comes first; the others need only its means, so one batch is held at a time.
    for index, name in enumerate(dict.fromkeys([baseline, *policies])):
        before = index * runs * episodes
        played = simulate(
            scenarios,
            policy=name,
            counterparts=counterpart,
            world=world,
            runs=runs,
            episodes=episodes,
            seed=(seed + (7919 * index if independent else 0)) % (LARGEST_SEED + 1),
            threads=threads,
            unsafe_unmasked=unsafe_unmasked,
            progress=None if progress is None else _after(before, progress),
        )
        means = played["utility"].mean(axis=1)
        base = means if base is None else base
        rows.append(_row(name, played, means, base, paired=not independent))
    others = [row for row in rows if row.policy != baseline]
    for row, p in zip(others, holm([row.p for row in others]), strict=True):
        row.p_holm = p
    return rows


def _after(before: int, progress: Callable[[int], Any]) -> Callable[[int], Any]:
    return lambda done: progress(before + done)


def _row(
    name: str,
    episodes: np.ndarray[Any, Any],
    means: np.ndarray[Any, Any],
    base: np.ndarray[Any, Any],
    *,
    paired: bool,
) -> Comparison:
    runs = len(means)
    difference = float((means - base).mean())
    if paired:
        variance = float((means - base).var(ddof=1)) / runs
    else:
        variance = float(means.var(ddof=1) + base.var(ddof=1)) / runs
    error = math.sqrt(variance)
    p = 1.0 if difference == 0 else 0.0
    if error > 0:
        p = 2 * (1 - NormalDist().cdf(abs(difference) / error))
    half = NormalDist().inv_cdf(0.975) * error
    return Comparison(
        policy=name,
        utility=float(means.mean()),
        difference=difference,
        low=difference - half,
        high=difference + half,
        p=p,
        p_holm=1.0,
        agreed=float((episodes["end"] == _native.ENDS.index("agreed")).mean()),
        counterpart_left=float((episodes["end"] == _native.ENDS.index("counterpart_left")).mean()),
        turns=float(episodes["turns"].mean()),
        liking=float(episodes["liking"].mean()),
        counterpart_utility=float(episodes["counterpart_utility"].mean()),
    )


def wilson(successes: int, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a proportion (Wilson 1927), inside [0, 1] for 0 and n successes too.

    Raises ValueError unless 0 <= successes <= n and n > 0.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} successes of {n}: give 0 <= successes <= n and n > 0")
    z2 = NormalDist().inv_cdf(0.5 + confidence / 2) ** 2
    share = successes / n
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    # At the edges the formula is exact but for rounding.
    return (0.0 if successes == 0 else centre - half, 1.0 if successes == n else centre + half)


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down correction, in the order given."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    corrected = [0.0] * len(p)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, p[index] * (len(p) - rank)))
        corrected[index] = largest
    return corrected
