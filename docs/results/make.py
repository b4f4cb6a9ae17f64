"""Make the published comparison: all policies, masked and (laboratory) unmasked, in swept worlds.

    python docs/results/make.py            about two minutes on two cores

Writes compare.json, compare.png and the tables of results.md beside this file, on evaluation seeds that no
policy was tuned on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from emomas import _native
from emomas.library import DOMAINS
from emomas.simulation import EVALUATION_SEED, Comparison, compare, simulate

HERE = Path(__file__).parent
RUNS, EPISODES = 200, 40
COUNTERPARTS = _native.COUNTERPARTS
Table = dict[tuple[str, str], list[Comparison]]


def play(unmasked: bool) -> Table:
    """Every domain and counterpart type."""
    return {
        (domain, kind): compare(
            domain, counterpart=kind, runs=RUNS, episodes=EPISODES, unsafe_unmasked=unmasked
        )
        for domain in DOMAINS
        for kind in COUNTERPARTS
    }


def markdown(table: Table) -> str:
    """One table per domain: difference to vanilla in hundredths, interval, star where Holm holds."""
    parts = []
    for domain in DOMAINS:
        lines = [
            f"### {domain}",
            "",
            "| policy | " + " | ".join(COUNTERPARTS) + " | agreed | they left | liking |",
            "|---|" + "---|" * (len(COUNTERPARTS) + 3),
        ]
        for index, name in enumerate(_native.POLICIES):
            cells = [table[domain, kind][index] for kind in COUNTERPARTS]
            differences = [
                f"{cell.utility:.4f}"
                if name == "vanilla"
                else f"{100 * cell.difference:+.2f} [{100 * cell.low:+.2f}, {100 * cell.high:+.2f}]"
                f"{'*' if cell.p_holm < 0.05 else ''}"
                for cell in cells
            ]
            n = len(cells)
            lines.append(
                f"| {name} | "
                + " | ".join(differences)
                + f" | {sum(c.agreed for c in cells) / n:.1%}"
                + f" | {sum(c.counterpart_left for c in cells) / n:.1%}"
                + f" | {sum(c.liking for c in cells) / n:+.2f} |"
            )
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def gain(policy: str, domain: str, world: str, runs: int, episodes: int) -> tuple[Any, Any]:
    """Utility minus vanilla's in hundredths, and the people's stances; runs by episodes."""
    both = [
        simulate(domain, policy=p, world=world, runs=runs, episodes=episodes, seed=EVALUATION_SEED)
        for p in (policy, "vanilla")
    ]
    return 100 * (both[0]["utility"] - both[1]["utility"]), both[0]["stance"]


def interval(means: Iterable[float]) -> str:
    """Mean and 95 % interval over runs."""
    x = np.array(list(means))
    half = 1.96 * x.std(ddof=1) / np.sqrt(len(x))
    return f"{x.mean():+.2f} [{x.mean() - half:+.2f}, {x.mean() + half:+.2f}]"


def by_stance() -> str:
    """What each display gains with each stance; which, the agent must infer.

    The last column reweights the people of a rescue to the stances of emergency callers.
    """
    heads = " | ".join([*_native.STANCES, "emergency callers"])
    lines = [f"| domain | policy | {heads} |", "|---|---|" + "---|" * (len(_native.STANCES) + 1)]
    for domain in DOMAINS:
        for policy in ("joy", "sadness", "emomas"):
            difference, stance = gain(policy, domain, "sweep", RUNS, EPISODES)
            weights = [*np.eye(len(_native.STANCES)), emergency_mix()][: 5 if domain == "disaster" else 4]
            cells = [interval(weighted(difference, w[stance])) for w in weights]
            lines.append(f"| {domain} | {policy} | " + " | ".join([*cells, ""][:5]) + " |")
    return "\n".join(lines)


def emergency_mix() -> np.ndarray[Any, Any]:
    """Shares of the stances among emergency callers."""
    parameters = dict(_native.world_parameters()[2])
    return np.array([parameters[f"mix.emergency.{stance}"] for stance in _native.STANCES])


def weighted(values: np.ndarray[Any, Any], weights: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Weighted mean of each run; runs without weight are left out."""
    met = weights.sum(axis=1) > 0
    return (values * weights)[met].sum(axis=1) / weights[met].sum(axis=1)


def learning() -> str:
    """EmoMAS's gain as it learns, where the literature holds and where every effect is the opposite."""
    spans = [(0, 40), (160, 200), (360, 400)]
    heads = " | ".join(f"conversations {a + 1} to {b}" for a, b in spans)
    lines = [f"| world | domain | {heads} |", "|---|---|" + "---|" * len(spans)]
    for world in ("standard", "flipped"):
        for domain in DOMAINS:
            difference, _ = gain("emomas", domain, world, RUNS, 400)
            cells = [interval(difference[:, a:b].mean(axis=1)) for a, b in spans]
            lines.append(f"| {world} | {domain} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def picture(table: Table) -> None:
    """Differences to vanilla with intervals: one panel per domain."""
    figure = Figure(figsize=(11, 5.5), layout="constrained")
    axes = figure.subplots(1, len(DOMAINS), sharey=True)
    names = [name for name in _native.POLICIES if name != "vanilla"]
    for axis, domain in zip(axes, DOMAINS, strict=True):
        for offset, kind in enumerate(COUNTERPARTS):
            rows = {row.policy: row for row in table[domain, kind]}
            y = [i + 0.18 * (offset - 1.5) for i in range(len(names))]
            x = [100 * rows[name].difference for name in names]
            half = [50 * (rows[name].high - rows[name].low) for name in names]
            axis.errorbar(x, y, xerr=half, fmt="o", ms=3, lw=1, label=kind)
        axis.axvline(0, color="#888888", lw=0.8)
        axis.set_title(domain, fontsize=10)
        axis.set_yticks(range(len(names)), names)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    axes[0].legend(frameon=False, fontsize=8, title="counterpart", title_fontsize=8)
    figure.supxlabel(
        "utility minus vanilla's, in hundredths; bars are 95 % intervals over paired runs", fontsize=9
    )
    figure.savefig(HERE / "compare.png", dpi=110)


def main() -> None:
    """Play, write, draw."""
    masked, unmasked = play(False), play(True)
    settings = {
        "emomas": _native.__version__,
        "world": _native.world_parameters()[0],
        "world_sha256": _native.world_parameters()[1],
        "worlds": "sweep",
        "runs": RUNS,
        "episodes": EPISODES,
        "seed": EVALUATION_SEED,
    }
    rows = {
        label: [
            {"domain": d, "counterpart": k, **asdict(row)} for (d, k), found in table.items() for row in found
        ]
        for label, table in (("masked", masked), ("unmasked", unmasked))
    }
    (HERE / "compare.json").write_text(json.dumps({**settings, **rows}, indent=0) + "\n", encoding="utf-8")
    picture(masked)
    page = HERE / "results.md"
    head = page.read_text(encoding="utf-8").split("<!-- tables -->")[0]
    page.write_text(
        f"{head}<!-- tables -->\n\n## By the person's stance\n\n{by_stance()}\n\n"
        f"## As it learns\n\n{learning()}\n\n## Mask on\n\n{markdown(masked)}\n\n"
        f"## Mask off (laboratory)\n\n{markdown(unmasked)}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
