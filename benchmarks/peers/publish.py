"""Turns measured rows into the table of `docs/benchmarks.md` and the picture beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

OURS, THEIRS, LOST = "#c4472b", "#9aa5b1", "#5b6b7b"
BEGIN, END = "<!-- measured: written by benchmarks/peers/report.py -->", "<!-- end of measured -->"


def short(value: float) -> str:
    """Three digits."""
    digits = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f}"


def verdict(row: dict[str, Any]) -> str:
    """The last column of a row."""
    ratio = row.get("ratio")
    if ratio is None:
        return row.get("note", "")
    text = f"{short(ratio)} ×"
    if ratio < 1:
        text = f"**{text}: we lose**"
    return f"{text}; {row['note']}" if row.get("note") else text


def table(rows: list[dict[str, Any]]) -> str:
    """Markdown; a peer's last column is its cost over that of its group's reference."""
    lines: list[str] = []
    for group in dict.fromkeys(row["group"] for row in rows):
        members = [row for row in rows if row["group"] == group]
        compared = any("ratio" in row for row in members)
        lines += [
            "",
            f"| {group} | {members[0]['unit']} | {'over ours' if compared else ''} |",
            "|---|---:|---|",
        ]
        for row in members:
            name = f"**{row['name']}**" if row["ours"] and compared else row["name"]
            if "missing" in row:
                lines.append(f"| {name} | – | {row['missing']} |")
            else:
                lines.append(f"| {name} | {short(row['value'])} | {verdict(row)} |")
    return "\n".join(lines[1:])


def heading(facts: dict[str, Any]) -> str:
    """Where and when."""
    versions = ", ".join(
        f"{name} {version or 'not installed'}" for name, version in facts["versions"].items()
    )
    before, after = (", ".join(f"{load:.1f}" for load in facts[key]) for key in ("load_before", "load_after"))
    return (
        f"{facts['date']}, {facts['machine']}, {facts['cores']} cores, {facts['system']}. "
        f"Load average (1, 5, 15 min) {before} before and {after} after the run.\n\n{versions}."
    )


def write_page(path: Path, facts: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Replaces what stands between the markers."""
    text = path.read_text(encoding="utf-8")
    measured = f"{BEGIN}\n\n{heading(facts)}\n\n{table(rows)}\n\n{END}"
    pattern = re.escape(BEGIN) + ".*?" + re.escape(END)
    if not re.search(pattern, text, flags=re.DOTALL):
        raise ValueError(f"{path.name} lacks the lines between which the table goes: {BEGIN} and {END}")
    path.write_text(re.sub(pattern, lambda _: measured, text, flags=re.DOTALL), encoding="utf-8")


def draw(path: Path, rows: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    """Horizontal bars on logarithmic scales, a panel a group; ours in red."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    compared = {row["group"] for row in rows if "ratio" in row}
    groups = [group for group in dict.fromkeys(row["group"] for row in rows) if group in compared]
    columns = [groups[: len(groups) - 3], groups[len(groups) - 3 :]]
    shown = {group: [row for row in rows if row["group"] == group and "value" in row] for group in groups}
    heights = [[len(shown[group]) + 1.6 for group in column] for column in columns]
    figure = plt.figure(figsize=(13, 0.27 * max(map(sum, heights)) + 0.8))
    tallest = max(map(sum, heights))
    for side, (column, height) in enumerate(zip(columns, heights, strict=True)):
        below = tallest
        for group, tall in zip(column, height, strict=True):
            top = 0.94 * below / tallest + 0.01
            below -= tall
            bottom = 0.94 * below / tallest + 0.01
            unit = 1 / (0.27 * tallest + 0.8) * 0.27
            left = 0.27 if side == 0 else 0.73
            axes = figure.add_axes((left, bottom + 0.5 * unit, 0.21, top - bottom - 1.6 * unit))
            panel(axes, group, shown[group])
    figure.suptitle(
        f"What the same work costs, log scales; × is over emomas ({facts['machine']}, {facts['date']})",
        fontsize=10,
        y=0.995,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def panel(axes: Any, group: str, rows: list[dict[str, Any]]) -> None:
    """One group."""
    values = [max(row["value"], 1e-3) for row in rows]
    floor = min(values) / 3
    colours = [OURS if row["ours"] else LOST if row.get("ratio", 2) < 1 else THEIRS for row in rows]
    axes.barh(range(len(rows)), [value - floor for value in values], left=floor, color=colours, height=0.72)
    axes.set_xscale("log")
    axes.set_xlim(floor, max(values) * 60)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [label(row["name"]) for row in rows], fontsize=8)
    axes.set_xticks([])
    axes.minorticks_off()
    axes.tick_params(length=0)
    for spine in ("top", "right", "bottom"):
        axes.spines[spine].set_visible(False)
    for at, (row, value) in enumerate(zip(rows, values, strict=True)):
        text = f" {short(row['value'])} {row['unit']}"
        if "ratio" in row:
            text += f"  ({short(row['ratio'])} ×{', we lose' if row['ratio'] < 1 else ''})"
        weight = "bold" if row["ours"] else "normal"
        axes.text(
            value,
            at,
            text,
            va="center",
            fontsize=8,
            weight=weight,
            color=colours[at] if row["ours"] else "#333",
        )
    axes.set_title(group, fontsize=9, weight="bold", loc="left", pad=3)


def label(name: str) -> str:
    """A row's name without markup, short enough for the picture."""
    name = name.replace("`", "").split(" (")[0]
    name = name.split(": no inference")[0].split(", which senses")[0]
    return name if len(name) <= 52 else name[:50] + "…"
