"""Runs the SCION charts; `python tests/chart_scion.py FOLDER` writes the table of the docs."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import emomas

DOMAIN = (
    "a parallel state is never the domain of a transition (Recommendation, findLCCA); the legacySemantics of "
    "the script, which say so too, pass"
)
TABLE = Path(__file__).parent.parent / "docs" / "charts-conformance.md"


@dataclass(frozen=True)
class Verdict:
    """What became of one chart: passed, refused (and why), differs (by design) or failed (and where)."""

    name: str
    result: str
    detail: str = ""


def run(path: Path) -> Verdict:
    """Run the chart beside its expected configurations, directly and after an SCXML round trip."""
    name = f"{path.parent.name}/{path.stem}"
    script = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    try:
        chart = emomas.Chart.from_scxml(path.read_text(encoding="utf-8"))
    except emomas.ChartError as error:
        return Verdict(name, "refused", str(error))
    for kind, candidate in (("directly", chart), ("after a round trip", _round_trip(chart))):
        difference = _play(candidate, script)
        # Where SCION left the Recommendation, its scripts keep the Recommendation's run as well.
        if difference and "legacySemantics" in script and not _play(candidate, script["legacySemantics"]):
            return Verdict(name, "differs", DOMAIN)
        if difference:
            return Verdict(name, "failed", f"{kind}: {difference}")
    return Verdict(name, "passed")


def run_all(folder: Path) -> list[Verdict]:
    """Every chart of the folder, in order of name."""
    return [run(path) for path in sorted(folder.glob("*/*.scxml"))]


def _round_trip(chart: emomas.Chart) -> emomas.Chart:
    again = emomas.Chart.from_scxml(chart.to_scxml())
    assert again.hash == chart.hash
    return again


def _play(chart: emomas.Chart, script: dict) -> str:
    machine = chart.start()
    expected = sorted(script["initialConfiguration"])
    if sorted(machine.leaves) != expected:
        return f"starts in {sorted(machine.leaves)}, not {expected}"
    for number, step in enumerate(script["events"], start=1):
        if "after" in step:
            machine.advance(step["after"] * 1_000_000)
        event = step["event"]
        machine.send(event["name"], **_numbers(event.get("data")))
        expected = sorted(step["nextConfiguration"])
        if sorted(machine.leaves) != expected:
            return f"after event {number} in {sorted(machine.leaves)}, not {expected}"
    return ""


def _numbers(data: object) -> dict[str, float]:
    if not isinstance(data, dict):
        return {}
    return {key: value for key, value in data.items() if isinstance(value, int | float)}


def table(verdicts: list[Verdict]) -> str:
    """The page of the docs."""
    count = {
        result: sum(v.result == result for v in verdicts)
        for result in ("passed", "differs", "refused", "failed")
    }
    lines = [
        "# Charts: conformance",
        "",
        "Charts of the SCION SCXML test framework (its own, not the W3C ones), each run on the engine",
        "through Python, and again after an SCXML export and import. Made by `tests/chart_scion.py`.",
        "",
        f"{len(verdicts)} charts: {count['passed']} passed, {count['differs']} differ where SCION left the "
        f"Recommendation, {count['refused']} refused by name, {count['failed']} failed.",
        "",
        "| chart | result | why |",
        "|---|---|---|",
    ]
    lines += [f"| {v.name} | {v.result} | {v.detail.replace('|', chr(92) + '|')} |" for v in verdicts]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(run_all(Path(sys.argv[1]))), encoding="utf-8")
    print(f"wrote {TABLE}")
