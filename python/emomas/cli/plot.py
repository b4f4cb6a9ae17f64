"""Pictures of conversations; matplotlib is an extra and imported here only."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from emomas._native import EMOTIONS, STANCES
from emomas.files import whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from emomas._native import Scenario
    from emomas.perception.reading import TextReading

COLOURS = ["#e6b400", "#3b6fb6", "#c0392b", "#7d3c98", "#17a2b8", "#4f8a3d", "#8a8a8a"]


def _figure(rows: int, height: float) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, height), layout="constrained")
    axes = figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Figure, path: Path) -> Path:
    drawn = BytesIO()
    figure.savefig(drawn, format=path.suffix[1:].lower(), dpi=130)
    with whole(path) as part:
        part.write_bytes(drawn.getvalue())
    return path


def trajectory(turns: list[dict[str, Any]], experts: list[str], scenario: Scenario, path: Path) -> Path:
    """Offers, belief and expert weights of one conversation, turn by turn."""
    decisions = [t["decision"] for t in turns if t["speaker"] == "agent"]
    figure, (offers, feeling, stance, weights) = _figure(4, 9.5)
    x = np.arange(1, len(decisions) + 1)
    agent = [next(iter(d["act"].values())) if isinstance(d["act"], dict) else np.nan for d in decisions]
    # The person's n-th answer comes after the agent's n-th turn.
    answers = [t["offer"] for t in turns if t["speaker"] == "counterpart"]
    theirs = [np.nan if offer is None else offer for offer in answers]
    offers.plot(x, agent, "o-", color="#222222", label="agent")
    offers.plot(x[: len(theirs)] + 0.5, theirs, "s--", color="#c0392b", label="person")
    offers.axhline(scenario.agent_reservation, color="#888888", lw=1, ls=":", label="agent's limit")
    offers.set_ylabel(scenario.unit.replace("_", " "))
    for turn, value, decision in zip(x, agent, decisions, strict=True):
        index = EMOTIONS.index(decision["display"]["emotion"])
        if not np.isnan(value):
            offers.plot(turn, value, "o", ms=11, color=COLOURS[index], zorder=3)
            offers.annotate(EMOTIONS[index], (turn, value), xytext=(0, 9), textcoords="offset points",
                            ha="center", fontsize=7)  # fmt: skip
    offers.legend(frameon=False, fontsize=8)
    offers.set_title(f"{scenario.title}: offers, coloured by the emotion shown", fontsize=10)
    feeling.stackplot(x, np.array([d["emotion"] for d in decisions]).T, colors=COLOURS, labels=EMOTIONS)
    feeling.set_title("believed feeling of the person", fontsize=10)
    feeling.legend(frameon=False, fontsize=7, ncols=7, loc="upper center", bbox_to_anchor=(0.5, -0.02))
    stance.stackplot(
        x,
        np.array([d["stance"] for d in decisions]).T,
        colors=["#4f8a3d", "#c0392b", "#3b6fb6", "#e6b400"],
        labels=STANCES,
    )
    stance.set_title("believed stance", fontsize=10)
    stance.legend(frameon=False, fontsize=7, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.02))
    weights.plot(x, np.array([d["weights"] for d in decisions]), marker=".", label=experts)
    weights.legend(frameon=False, fontsize=8)
    weights.set_title("trust in the experts", fontsize=10)
    weights.set_ylim(0, 1)
    weights.set_xlabel("agent's turn")
    return _save(figure, path)


def learning(episodes: np.ndarray[Any, Any], path: Path) -> Path:
    """Running utility, agreement and displayed emotions over many conversations."""
    figure, (utility, shown) = _figure(2, 5.5)
    n = len(episodes)
    x = np.arange(1, n + 1)
    utility.plot(x, np.cumsum(episodes["utility"]) / x, color="#222222", label="utility")
    utility.plot(x, np.cumsum(episodes["end"] == 0) / x, color="#3b6fb6", label="agreed")
    utility.set_ylim(0, 1)
    utility.set_title("running mean", fontsize=10)
    utility.legend(frameon=False, fontsize=8)
    counts = np.cumsum(episodes["shown"].astype(float), axis=0)
    shown.stackplot(x, (counts / counts.sum(1, keepdims=True)).T, colors=COLOURS, labels=EMOTIONS)
    shown.set_title("emotions shown so far", fontsize=10)
    shown.set_xlabel("conversation")
    shown.legend(frameon=False, fontsize=7, ncols=7, loc="lower center")
    return _save(figure, path)


def loss_curve(table: Path, path: Path) -> Path:
    """Training and held-out loss over the tokens trained, from a run's loss.csv."""
    numbers = np.loadtxt(table, delimiter=",", skiprows=1, ndmin=2)
    figure, (axis,) = _figure(1, 3.6)
    axis.plot(numbers[:, 1] / 1e6, numbers[:, 2], color="#999999", lw=1, label="training")
    axis.plot(numbers[:, 1] / 1e6, numbers[:, 3], color="#222222", label="held out")
    axis.set_xlabel("million tokens")
    axis.set_ylabel("loss per token, nats")
    axis.legend(frameon=False)
    return _save(figure, path)


def course(texts: Sequence[str], readings: Sequence[TextReading], path: Path) -> Path:
    """Emotions and valence, arousal, dominance of one text after the other."""
    figure, (feeling, dimensions) = _figure(2, 6.5)
    x = np.arange(1, len(texts) + 1)
    bottom = np.zeros(len(texts))
    for at, emotion in enumerate(EMOTIONS):
        part = np.array([reading.probabilities[at] for reading in readings])
        feeling.bar(x, part, bottom=bottom, color=COLOURS[at], label=emotion, width=0.9)
        bottom += part
    feeling.set_title("probability of the emotions, text by text", fontsize=10)
    feeling.legend(frameon=False, fontsize=7, ncols=7, loc="upper center", bbox_to_anchor=(0.5, -0.08))
    for at, name in enumerate(("valence", "arousal", "dominance")):
        mean = np.array([reading.vad[at] for reading in readings])
        spread = np.array([reading.vad_sd[at] for reading in readings])
        dimensions.errorbar(
            x + 0.06 * (at - 1), mean, yerr=spread, marker="o", ms=4, lw=1, capsize=2, label=name
        )
    dimensions.axhline(0.0, color="#888888", lw=0.8)
    dimensions.set_ylim(-1, 1)
    dimensions.set_xlabel("text")
    dimensions.set_title("valence, arousal, dominance (one standard deviation)", fontsize=10)
    dimensions.legend(frameon=False, fontsize=8)
    return _save(figure, path)


def reliability(bins: Sequence[tuple[float, float, int]], error: float, path: Path) -> Path:
    """How often the likeliest emotion was right, against how sure the reader was."""
    figure, (axis,) = _figure(1, 4.5)
    confidence, accuracy, texts = np.array(bins).T
    axis.plot([0, 1], [0, 1], color="#888888", lw=0.8, ls=":")
    axis.plot(confidence, accuracy, "o-", color="#222222")
    axis.bar(confidence, texts / texts.sum(), width=0.05, color="#9db7d5", label="share of the texts")
    axis.set_xlabel("probability of the likeliest emotion")
    axis.set_ylabel("share of them that was right")
    axis.set_title(f"calibration, {int(texts.sum())} held-out texts: expected error {error:.3f}", fontsize=10)
    axis.legend(frameon=False, fontsize=8)
    return _save(figure, path)
