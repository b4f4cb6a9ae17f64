"""`emomas chart`, as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EMOMAS = str(Path(sys.executable).parent / "emomas")
LAMP = """
inputs = ["power"]
[states.off]
transitions = [{ event = "press", guard = "power > 0.5 and _event.force > 1", target = "on" }]
[states.on]
entry = ["shine"]
on.press = "off"
after."2 s" = "off"
"""


def chart(*args, stdin=None):
    return subprocess.run(
        [EMOMAS, "chart", *map(str, args)],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100"},
    )


@pytest.fixture
def lamp(tmp_path):
    path = tmp_path / "lamp.toml"
    path.write_text(LAMP)
    return path


def test_check_says_ok_or_where_it_is_wrong(lamp, tmp_path):
    done = chart("check", lamp)
    assert (done.returncode, "2 states, 2 events, 1 effects" in done.stdout) == (0, True)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(LAMP.replace('target = "on"', 'target = "in"'))
    done = chart("check", lamp, wrong)
    assert done.returncode == 1
    assert 'line 4, state "off": target "in" is no state' in done.stdout
    wrong.write_text(LAMP + "[states.lost]\n")
    assert "nothing leads here" in chart("check", wrong).stdout
    assert chart("check", wrong).returncode == 0
    assert chart("check", "--strict", wrong).returncode == 1


def test_draw_writes_every_format(lamp, tmp_path):
    assert chart("draw", lamp).stdout.startswith("stateDiagram-v2")
    for name, start in [
        ("a.svg", "<svg"),
        ("a.dot", "digraph"),
        ("a.scxml", "<?xml"),
        ("a.mmd", "stateDiagram"),
    ]:
        assert chart("draw", lamp, "--out", tmp_path / "new" / name).returncode == 0
        assert (tmp_path / "new" / name).read_text().startswith(start)
    assert "[[states.off.transitions]]" in chart("draw", tmp_path / "new" / "a.scxml", "-f", "toml").stdout
    done = chart("draw", lamp, "-f", "png")
    assert (done.returncode, "svg, mermaid" in done.stderr) == (2, True)


def test_run_shows_states_effects_time_and_reasons(lamp):
    steps = ["?press", "press force=2", "power = 0.9", "?press", "press force=2", "+1.5s", "+500ms"]
    done = chart("run", lamp, *steps)
    assert done.returncode == 0, done.stderr
    assert "an input was never set (power = None, _event.force = None)" in done.stdout
    assert "on  ! shine" in done.stdout
    assert done.stdout.splitlines()[-1].split() == ["2.000", "s", "+500ms", "off"]
    again = chart("run", lamp, stdin="\n".join(["# a comment", *steps]))
    assert again.stdout == done.stdout


@pytest.mark.parametrize(
    ("step", "hint"),
    [("press force", "key=value"), ("+5", "+250ms"), ("press force=x", "no number"), ("pow = 1", "power")],
)
def test_wrong_steps_are_one_line_with_a_next_step(lamp, step, hint):
    done = chart("run", lamp, step)
    assert done.returncode == 2
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_simulate_is_seeded_and_visits_states(lamp):
    first = chart("simulate", lamp, "--n", 500)
    assert first.returncode == 0, first.stderr
    assert first.stdout == chart("simulate", lamp, "--n", 500).stdout
    assert first.stdout != chart("simulate", lamp, "--n", 500, "--seed", 1).stdout


def test_a_missing_file_is_named():
    done = chart("run", "nothing.toml")
    assert (done.returncode, "nothing.toml" in done.stderr) == (2, True)
