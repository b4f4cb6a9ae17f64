"""Journals: replayed, torn, tampered with, killed."""

import json
import signal
import subprocess
import sys

import pytest

import emomas
from emomas import _native


def write(path, turns=4):
    agent = emomas.Agent("debt-roofer-winter", seed=5, journal=path)
    agent.open()
    for _ in range(turns - 1):
        agent.reply("no, that is too soon")
    return agent


def test_a_journal_replays_bit_for_bit(tmp_path):
    path = tmp_path / "a.journal"
    agent = write(path)
    agent.close(50.0)
    replayed = emomas.replay(path)
    assert replayed.identical
    assert len(replayed) == 4
    assert replayed.differences == []
    assert json.loads(replayed.outcome_json())["value"] == 50
    assert dict(replayed.said(0))["agent"]
    header = json.loads(replayed.header_json())
    assert (header["seed"], header["scenario"]["id"]) == (5, "debt-roofer-winter")
    lines = tmp_path / "a.jsonl"
    count = _native.export_jsonl(path, lines)
    assert count == len([json.loads(line) for line in lines.read_text().splitlines()])


def test_any_cut_leaves_the_whole_turns_before_it(tmp_path):
    path = tmp_path / "a.journal"
    write(path)
    whole = path.read_bytes()
    cut = tmp_path / "cut.journal"
    seen = set()
    header = 28 + int.from_bytes(whole[16:20], "little")  # the file's, the frame's and the record's own bytes
    for length in range(len(whole) - 1, header, -97):
        cut.write_bytes(whole[:length])
        replayed = emomas.replay(cut)
        assert replayed.identical
        assert replayed.torn_bytes < length
        seen.add(len(replayed))
    assert seen >= {1, 2, 3}


def test_damage_in_the_middle_is_an_error_that_says_where(tmp_path):
    path = tmp_path / "a.journal"
    write(path)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(emomas.JournalError, match=r"\d") as caught:
        emomas.replay(path)
    assert caught.value.code == "journal_damaged"


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "journal_empty"), (b"something else than a journal", "journal_magic")]
)
def test_other_files_are_refused_by_name(tmp_path, content, code):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(emomas.JournalError) as caught:
        emomas.replay(path)
    assert caught.value.code == code


def test_a_journal_is_never_replaced_and_a_missing_folder_is_told(tmp_path):
    path = tmp_path / "a.journal"
    write(path)
    with pytest.raises(emomas.JournalError) as caught:
        write(path)
    assert caught.value.code == "journal_exists"
    with pytest.raises(OSError, match="missing"):
        write(tmp_path / "missing" / "a.journal")


def test_a_journalled_conversation_cannot_jump(tmp_path):
    agent = write(tmp_path / "a.journal")
    with pytest.raises(emomas.ConfigError, match="journal"):
        agent.core.restore(agent.core.snapshot())


VICTIM = """
import sys, emomas
agent = emomas.Agent("debt-roofer-winter", seed=1, journal=sys.argv[1])
print(agent.open().decision.turn, flush=True)
while True:
    print(agent.reply("no, I can't").decision.turn, flush=True)
"""


@pytest.mark.parametrize("turns", [1, 4, 9])
def test_whatever_was_acknowledged_survives_kill_9(tmp_path, turns):
    path = tmp_path / "killed.journal"
    child = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    acknowledged = [child.stdout.readline() for _ in range(turns)]
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate()
    replayed = emomas.replay(path)
    assert replayed.identical
    assert len(replayed) >= len(acknowledged) + len(rest.split())
