"""The firmware on an emulated Cortex-M3, from the command line to the servo's numbers."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from firmware_board import FIRMWARE, KEY, EmulatedBoard, Host, build

from emomas import Bridge

EMOMAS = str(Path(sys.executable).parent / "emomas")


def eventually(true, seconds=3.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it didn't happen"
        time.sleep(0.005)


@pytest.fixture(autouse=True)
def _keys(tmp_path, monkeypatch):
    monkeypatch.setenv("EMOMAS_KEYS", str(tmp_path / "keys.json"))
    (tmp_path / "keys.json").write_text(json.dumps({"lm3s6965": KEY.hex()}))


@pytest.fixture
def board(tmp_path):
    with EmulatedBoard(tmp_path) as board:
        yield board


def emomas(*args):
    return subprocess.Popen([EMOMAS, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_a_conversation_moves_the_face_hears_the_sensors_and_ends_at_the_stop_button(board, tmp_path):
    """All of it: command line, agent, bridge, serial port, microcontroller, and back."""
    journal = tmp_path / "run.journal"
    run = emomas(
        "run", "--bridge", board.path, "--seed", "2", "--speech", "templates", "--journal", str(journal)
    )
    eventually(lambda: len(board.shown("speech")) >= 1, 20.0)
    board.tell("sensor 0 1000")
    eventually(lambda: len(board.shown("speech")) >= 3, 20.0)
    board.tell("stop")
    told = run.communicate(timeout=20)[0]
    assert run.returncode == 0
    assert "stopped at the device" in told
    names = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
    faces = [names[shown["emotion"]] for shown in board.shown("affect")]
    spoken = re.findall(r"agent \[(\w+)\]", told)
    assert [face for at, face in enumerate(faces) if at == 0 or faces[at - 1] != face] == [
        face for at, face in enumerate(spoken) if at == 0 or spoken[at - 1] != face
    ]
    lit = board.shown("affect")[0]
    assert len(lit["lamp"]) == 3
    assert lit["brow_us"] == int(1500 + 400 * lit["vad"][0] * lit["intensity"])
    assert board.shown("safe")[-1]["reason"] == 8
    explained = subprocess.run([EMOMAS, "replay", str(journal)], capture_output=True, text=True)
    assert explained.returncode == 0, explained.stderr
    assert b'"channel":16' in journal.read_bytes()  # what the sensor said was believed


def test_signed_it_arms_and_goes_safe_when_the_host_is_silent(board):
    host = Host(board.path)
    host.meet()
    assert bytes.fromhex(host.link.device["uid"]).rstrip(b"\0") == b"lm3s6965"
    host.arm()
    host.show()
    eventually(lambda: host.turn() or board.shown("affect"))
    eventually(lambda: len(board.shown("safe")) == 2)
    silent_ms = board.shown("safe")[1]["t_ms"] - board.shown("affect")[-1]["t_ms"]
    assert 200 <= silent_ms <= 250 + 20
    host.pump(0.3)
    assert host.state() == ("safe", "host_silent")
    host.close()


def test_a_hung_loop_is_restarted_by_the_watchdog_which_is_named(board):
    host = Host(board.path)
    host.meet()
    before = host.link.device["boot_nonce"]
    host.arm()
    board.tell("stall 5000")
    assert host.pump(5, lambda: host.link.up and host.state() == ("boot", "watchdog"))
    assert host.link.device["boot_nonce"] == before + 1
    assert host.link.safety["arm_count"] == 0
    host.close()


def test_a_paired_board_keeps_its_key_when_it_is_switched_off(tmp_path):
    (tmp_path / "keys.json").write_text("{}")
    with EmulatedBoard(tmp_path, key=None) as board:
        paired = emomas("link", "pair", board.path)
        told = paired.communicate(timeout=20)[0]
        assert "paired lm3s6965" in told, told
    with EmulatedBoard(tmp_path, key=None) as board, Bridge(board.path) as bridge:
        bridge.wait_up()
        assert "signing" in bridge.device["capabilities"]
        assert bridge.device["boot_nonce"] == 2


def test_the_node_fits():
    build("sizes.txt")
    sizes = (FIRMWARE / "build" / "sizes.txt").read_text()
    flash, ram = map(
        int, re.search(r"without signing: (\d+) bytes of flash, (\d+) bytes of RAM", sizes).groups()
    )
    assert flash <= 12 * 1024
    assert ram <= 2 * 1024
