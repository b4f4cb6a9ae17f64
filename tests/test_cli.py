"""The command line, as a person runs it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

EMOMAS = str(Path(sys.executable).parent / "emomas")
FIXTURES = Path(__file__).parent / "fixtures" / "csv"
COMMANDS = ["run", "chat", "replay", "explain", "simulate", "world"]
SCENARIOS = ["list", "show", "check", "import"]
CHARTS = ["check", "draw", "run", "simulate"]


def emomas(*args, stdin="", cwd=None, **env):
    environment = {**os.environ, "COLUMNS": "80", **env}
    return subprocess.run(
        [EMOMAS, *map(str, args)], input=stdin, capture_output=True, text=True, env=environment, cwd=cwd
    )


def test_run_shows_a_negotiation_and_replay_verifies_it(tmp_path):
    done = emomas("run", "--seed", 7, "--plot", "p/x.png", "--journal", "j/x.journal", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "agent" in done.stdout
    assert "person" in done.stdout
    assert "hidden stance" in done.stdout
    assert (tmp_path / "p/x.png").read_bytes().startswith(b"\x89PNG")
    again = emomas("run", "--seed", 7, "--journal", "j/x.journal", cwd=tmp_path)
    assert again.returncode == 2
    assert "exists" in again.stderr
    replayed = emomas("replay", "j/x.journal", "--jsonl", "x.jsonl", cwd=tmp_path)
    assert replayed.returncode == 0
    assert "identical" in replayed.stdout
    assert "proposes" in replayed.stdout
    assert json.loads((tmp_path / "x.jsonl").read_text().splitlines()[0])
    explained = emomas("explain", "j/x.journal", "--turn", 2, cwd=tmp_path)
    assert explained.returncode == 0
    assert "believes" in explained.stdout
    beyond = emomas("explain", "j/x.journal", "--turn", 99, cwd=tmp_path)
    assert beyond.returncode == 2
    assert "turns 1 to" in beyond.stderr


def test_the_same_seed_prints_the_same():
    assert emomas("run", "--seed", 3).stdout == emomas("run", "--seed", 3).stdout
    assert emomas("run", "--seed", 3).stdout != emomas("run", "--seed", 4).stdout


def test_json_is_all_there_is_on_standard_output():
    one = json.loads(emomas("run", "--json", "--seed", 2).stdout)
    assert one["end"] in ("agreed", "counterpart_left", "agent_left")
    assert one["transcript"][0]["speaker"] == "agent"
    many = json.loads(emomas("run", FIXTURES / "credit_recovery.csv", "--n", 30, "--json").stdout)
    assert many["domains"][0]["n"] == 30


def test_a_batch_has_a_summary_table_and_a_picture(tmp_path):
    done = emomas("run", "all", "--n", 60, "--counterpart", "victim", "--plot", "x.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "utility" in done.stdout
    assert (tmp_path / "x.png").stat().st_size > 1000


def test_compare_prints_every_policy():
    done = emomas("simulate", "debt", "--compare", "--counterpart", "victim", "--runs", 4, "--episodes", 3)
    assert done.returncode == 0, done.stderr
    for policy in ["vanilla", "random", "joy", "anger", "game", "rl", "coherence", "emomas"]:
        assert policy in done.stdout
    rows = json.loads(
        emomas("simulate", "debt", "--counterpart", "victim", "--runs", 4, "--episodes", 3, "--json").stdout
    )
    assert [row["policy"] for row in rows["rows"]] == ["vanilla", "emomas"]


def test_the_world_is_checked():
    done = emomas("world", "--people", 20000)
    assert done.returncode == 0, done.stdout
    assert "V18" in done.stdout
    assert "fails" not in done.stdout
    assert "κ" in emomas("world", "--parameters").stdout or "anger" in emomas("world", "--parameters").stdout


def test_scenarios_are_listed_shown_checked_and_imported(tmp_path):
    assert "debt-roofer-winter" in emomas("scenarios", "list", "debt", COLUMNS="140").stdout
    mine = tmp_path / "mine.toml"
    mine.write_text(emomas("scenarios", "show", "debt-roofer-winter").stdout)
    assert emomas("scenarios", "check", mine).returncode == 0
    mine.write_text(mine.read_text().replace('unit = "days"', 'unit = "eons"'))
    bad = emomas("scenarios", "check", mine)
    assert bad.returncode == 1
    assert "unit" in bad.stdout
    done = emomas("scenarios", "import", FIXTURES / "education_sleep.csv", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "refused" in done.stdout
    assert emomas("scenarios", "check", tmp_path / "out").returncode == 0
    assert emomas("run", tmp_path / "out", "--n", 5).returncode == 0


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["run", "debt-rofer-winter"], "debt-roofer-winter"),
        (["run", "--policy", "best"], "emomas"),
        (["run", "--counterpart", "nice"], "vanilla"),
        (["run", "missing.csv"], "missing.csv"),
        (["replay", "missing.journal"], "missing.journal"),
        (["scenarios", "import", str(FIXTURES / "empty.csv")], "empty"),
        (["scenarios", "import", str(FIXTURES / "unknown.csv")], "unknown header"),
        (["scenarios", "list", "plumbing"], "surgery"),
        (["run", "all", "--n", "3", "--journal", "x"], "--journal"),
    ],
)
def test_wrong_input_is_one_line_with_a_next_step(args, hint):
    done = emomas(*args)
    assert done.returncode == 2
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_chat_lets_a_person_be_the_counterpart(tmp_path):
    script = "hello\nI need 90 days\n20 days then\n"
    done = emomas("chat", "debt-roofer-winter", "--why", "--journal", "c.journal", stdin=script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "agreed on 20 days" in done.stdout
    assert "believes" in done.stdout
    assert emomas("replay", "c.journal", "--quiet", cwd=tmp_path).returncode == 0
    assert "no deal" in emomas("chat", "sleep-novel-lamp", stdin="").stdout


@pytest.mark.parametrize(
    "command",
    [[c] for c in COMMANDS] + [["scenarios", c] for c in SCENARIOS] + [["chart", c] for c in CHARTS],
)
def test_help_has_examples(command):
    done = emomas(*command, "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout
    assert f"emomas {' '.join(command)}" in done.stdout


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"COLUMNS": "60"}])
def test_plain_terminals_get_plain_text(env):
    for args in (
        ["run", "--seed", "2"],
        ["scenarios", "list"],
        ["world", "--people", "300", "--world", "placebo"],
    ):
        done = emomas(*args, **env)
        assert done.returncode == 0
        assert not re.search(r"\x1b\[[0-9;]*m", done.stdout)
        width = int({"COLUMNS": "80", **env}["COLUMNS"])
        assert max(len(line) for line in done.stdout.splitlines()) <= width


def test_ctrl_c_stops_a_batch_at_once():
    child = subprocess.Popen(
        [EMOMAS, "simulate", "--compare", "--runs", "5000"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    time.sleep(2)
    child.send_signal(signal.SIGINT)
    asked = time.monotonic()
    child.wait(timeout=20)
    print(f"stopped after {time.monotonic() - asked:.2f} s")
    assert child.returncode in (1, 130)
    child.stderr.close()
