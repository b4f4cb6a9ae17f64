"""The command line, as a person runs it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from emomas import _native
from emomas.library import scenario_ids

EMOMAS = str(Path(sys.executable).parent / "emomas")
FIXTURES = Path(__file__).parent / "fixtures" / "csv"
COMMANDS = ["run", "chat", "replay", "explain", "simulate", "world"]
SCENARIOS = ["list", "show", "check", "import"]
CHARTS = ["check", "draw", "run", "simulate"]


def emomas(*args, stdin="", cwd=None, **env):
    environment = {**os.environ, "COLUMNS": "80", **env}
    return subprocess.run(
        [EMOMAS, *map(str, args)],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd,
        timeout=120,
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
    listed = emomas("world", "--parameters")
    assert listed.returncode == 0
    for name, value in _native.world_parameters()[2]:
        assert re.search(rf"{re.escape(name)}\s.*{re.escape(f'{value:g}')}", listed.stdout), name


def test_scenarios_are_listed_shown_checked_and_imported(tmp_path):
    listed = emomas("scenarios", "list").stdout.splitlines()
    assert [line.split("\t")[0] for line in listed] == scenario_ids()
    assert "debt-roofer-winter\tdebt\tA roofer between two seasons" in listed
    assert len(emomas("scenarios", "list", "debt").stdout.splitlines()) == len(scenario_ids("debt"))
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
        (["replay", "/dev/zero"], "/dev/zero: a device"),
        (["scenarios", "import", "/dev/null"], "/dev/null: the file is empty"),
        (["run", "all", "--n", "3", "--journal", "x"], "--journal"),
        (["run", "--n", "100000000000"], "10000000"),
        (["simulate", "debt", "--runs", "100000", "--episodes", "100000"], "10000000 conversations"),
        (["simulate", "debt", "--runs", "2", "--episodes", "99999999999999999999"], "10000000"),
        (["simulate", "debt", "--counterpart", "nice"], "vanilla"),
        (["simulate", "debt", "--world", "mars"], "placebo"),
        (["world", "--world", "mars"], "placebo"),
        (["world", "--people", "99999999999"], "10000000"),
        (["run", "--plot", "x.txt"], ".png, .svg or .pdf"),
        (["run", "--plot", "/dev/full"], ".png, .svg or .pdf"),
        (["run", "--policy", "\udcff"], "--policy"),
        (["run", "--counterpart", "\udcff"], "--counterpart"),
        (["run", "\udcff"], "scenarios list"),
        (["world", "--world", "\udcff"], "--world"),
    ],
)
def test_wrong_input_is_one_line_with_a_next_step(args, hint):
    done = emomas(*args)
    assert done.returncode == 2
    assert hint in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == "", "wrong input is told before anything is played"


@pytest.mark.parametrize("command", ["run", "chat", "simulate"])
@pytest.mark.parametrize("seed", [2**64, -1, 99999999999999999999999999])
def test_a_seed_out_of_range_is_told(command, seed):
    done = emomas(command, f"--seed={seed}")
    assert done.returncode == 2
    assert "--seed" in done.stderr
    assert ("0" if seed < 0 else "18446744073709551615") in re.sub(
        r"[^0-9]", "", done.stderr.split("--seed")[1]
    )
    assert "Traceback" not in done.stderr


def test_the_largest_seed_is_played():
    done = emomas("run", "--seed", 2**64 - 1, "--json")
    assert json.loads(done.stdout)["seed"] == 2**64 - 1


def test_chat_lets_a_person_be_the_counterpart(tmp_path):
    script = "hello\nI need 90 days\n20 days then\nyes\n"
    done = emomas("chat", "debt-roofer-winter", "--why", "--journal", "c.journal", stdin=script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "agreed on 20 days" in done.stdout
    assert "believes" in done.stdout
    assert "heard: no offer" in done.stdout
    assert "heard: offer 90 days" in done.stdout
    assert re.search("^    you hello$", done.stdout, re.M), "what was piped in stands on a line of its own"
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


def test_chat_says_what_it_understood():
    assert "heard: accepts" in emomas("chat", "debt-roofer-winter", stdin="I accept your offer\n").stdout
    assert "heard: leaves" in emomas("chat", "debt-roofer-winter", stdin="bye\n").stdout
    assert "heard: rejects" in emomas("chat", "debt-roofer-winter", stdin="no, that is impossible\n").stdout


def test_words_that_look_like_markup_stay_words(tmp_path):
    done = emomas("chat", "--journal", "m.journal", stdin="well [/bold] [red]no\n", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for args in (["explain", "m.journal", "--turn", 1], ["replay", "m.journal"]):
        told = emomas(*args, cwd=tmp_path)
        assert told.returncode == 0, told.stderr
        assert "well [/bold] [red]no" in told.stdout


def test_shares_of_a_learning_run_are_told_as_such():
    told = " ".join(emomas("run", "debt", "--n", 10).stdout.split())
    assert "one run in which the agent learns" in told
    assert "`emomas simulate`" in told
    row = json.loads(emomas("run", "debt", "--n", 10, "--json").stdout)["domains"][0]
    low, high = row["agreed_95_if_independent"]
    assert 0 <= low <= row["agreed"] <= high <= 1


def test_the_picture_in_the_readme_is_what_it_says():
    done = emomas("run", "debt-roofer-winter", "--seed", 2)
    told = " ".join(done.stdout.split())
    assert "agreed on 45 days" in told
    assert "Had it shown nothing" in told
    assert told.endswith("the person left.")
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    assert "emomas run debt-roofer-winter --seed 2" in readme
