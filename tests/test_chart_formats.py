"""Formats bring back the same chart; drawings show it."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from emomas import Chart

FULL = """
name = "a < b & \\"c\\""
initial = "p"
inputs = ["belief.stance.distressed"]
variables = { n = -9223372036854775808, w = 1e300, ok = true }
[states.p]
parallel = true
[states.p.states.r]
initial = { target = "r2", do = ["hi"] }
[states.p.states.r.states.h]
history = "deep"
transitions = [{ target = "r1", do = [{ log = "n", label = "n < 1" }] }]
[states.p.states.r.states.r1]
entry = [["a"], [{ effect = "b", data = { x = "n * 2", y = "w" } }]]
exit = [{ cancel = "t" }]
after."1.5 ms" = "r2"
after."7 ns" = [{ guard = "ok", target = "r2" }, { target = "r1", internal = true }]
[states.p.states.r.states.r2]
transitions = [
  { target = "r1", internal = true, event = "go stop.*", guard = "belief.stance.distressed > 0.6 && n < 3",
    do = [
    { assign = "n", value = "n + 1" }, { raise = "x", data = { k = "n" } },
    { send = "y", delay_ms = 250, id = "t", priority = "safety" }, { send = "z", delay_ms = "w / 2" },
    { if = "n > 1", then = ["c"], else = [{ if = "ok", then = [{ log = "plain text" }] }] } ] },
  { do = [] , guard = "false" },
]
[states.p.states.s]
[states.p.states."s one"]
"""
FULL = FULL.replace('[states.p.states."s one"]', "[states.p.states.s-one]")


@pytest.fixture(scope="module")
def chart():
    return Chart.from_toml(FULL)


def test_every_format_is_lossless(chart, tmp_path):
    assert Chart.from_scxml(chart.to_scxml()).hash == chart.hash
    assert Chart.from_toml(chart.to_toml()).hash == chart.hash
    assert Chart.from_dict(chart.to_dict()).hash == chart.hash
    assert Chart.from_scxml(chart.to_scxml()).to_scxml() == chart.to_scxml()
    (tmp_path / "c.json").write_text(json.dumps(chart.to_dict()))
    (tmp_path / "c.scxml").write_text(chart.to_scxml())
    (tmp_path / "c.toml").write_text(chart.to_toml())
    assert {Chart.load(tmp_path / f"c.{kind}").hash for kind in ("json", "scxml", "toml")} == {chart.hash}


def test_blanks_and_empty_blocks_mean_nothing(chart):
    plain = '[states.a]\nentry = ["hi"]\non.go = { guard = "n < 3", target = "a" }\n[variables]\nn = 1\n'
    spaced = plain.replace('"hi"', '[], " hi"').replace("n < 3", " n < 3\\t")
    assert spaced != plain
    assert Chart.from_toml(spaced).hash == Chart.from_toml(plain).hash


def test_the_hash_tells_charts_apart(chart):
    assert len(chart.hash) == 64
    assert Chart.from_toml(FULL.replace("n < 3", "n < 4")).hash != chart.hash


def test_the_chart_describes_itself(chart):
    assert chart.states == ["p", "r", "h", "r1", "r2", "s", "s-one"]
    assert chart.events == ["after.r1.1", "after.r1.2", "go", "stop"]
    assert chart.effects == ["hi", "log", "a", "b", "c"]
    assert chart.inputs == ["belief.stance.distressed"]
    assert chart.variables == {"n": -(2**63), "w": 1e300, "ok": True}


def test_svg_is_wellformed_and_marks_active_states(chart):
    plain = ET.fromstring(chart.to_svg())
    texts = {text.text for text in plain.iter("{http://www.w3.org/2000/svg}text")}
    assert {"p", "r1", "r2", "after 1.5ms", "H*"} <= texts
    marked = chart.to_svg(["r2"])
    assert marked.count(" active") == 1
    assert len(marked) > len(chart.to_svg())


def test_mermaid_nests_regions_and_escapes(chart):
    text = chart.to_mermaid()
    assert text.startswith("stateDiagram-v2\n")
    assert "    --\n" in text
    assert "belief.stance.distressed #62; 0.6" in text
    assert text.count("{\n") == text.count("}\n")
    assert 'state "s-one" as state_' in text


def test_dot_has_a_cluster_for_each_nest(chart):
    text = chart.to_dot()
    assert text.count("subgraph") == 2
    assert text.count("{") == text.count("}")
    assert 'lhead="cluster_p"' in text


def test_log_texts_and_expressions():
    chart = Chart.from_dict(
        {
            "variables": {"n": 3},
            "states": {"a": {"entry": [{"log": "n * 2", "label": "twice"}, {"log": "hello there"}]}},
        }
    )
    assert chart.start().effects == [
        ("log", {"label": "twice", "value": 6}),
        ("log", {"value": "hello there"}),
    ]


ROOT = Path(__file__).parent.parent


def test_the_picture_in_the_docs_is_current():
    kiosk = Chart.load(ROOT / "examples" / "charts" / "kiosk.toml")
    assert (ROOT / "docs" / "img" / "kiosk.svg").read_text(encoding="utf-8") == kiosk.to_svg()
    assert kiosk.warnings == []


def test_the_examples_in_the_docs_run():
    page = (ROOT / "docs" / "charts.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = re.findall(r"# ([\[(].*)$", script, re.MULTILINE)
    assert [line for line in done.stdout.splitlines() if line in said] == said
    (lamp,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert Chart.from_toml(lamp).start().leaves == ("off",)
