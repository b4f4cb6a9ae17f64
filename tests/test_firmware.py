"""The device's firmware, built for this machine, over a pseudo-terminal: safety first."""

import json
import random
import subprocess
import time

import pytest
from firmware_board import FIRMWARE, KEY, Board, Host, build, now_us

from emomas._native import Link, encode_frame


@pytest.fixture
def board():
    with Board() as board:
        yield board


@pytest.fixture
def host(board):
    host = Host(board.path)
    yield host
    host.close()


def test_it_starts_safe_and_says_who_it_is(board, host):
    host.meet()
    assert host.state() == ("boot", "boot")
    assert host.link.device["uid"] == b"posix-node\0\0".hex()
    assert "signing" in host.link.device["capabilities"]
    host.show()
    host.pump(0.1)
    assert board.shown("affect") == []
    assert board.shown("safe")[0]["reason"] == 1


def test_armed_it_shows_speaks_and_displays(board, host):
    host.meet()
    host.arm()
    host.show(3)
    text = "Sixty days are possible. " * 9
    host.link.speak(text, 6, now_us())
    host.link.offer(1, 60.0, "days", "60 days", now_us())
    assert host.pump(1, lambda: board.shown("offer"))
    (shown,) = board.shown("affect")
    assert (shown["emotion"], shown["vad"], shown["intensity"]) == (3, [0.5, 0.2, 0.1], 0.7)
    assert board.shown("speech")[0]["text"] == text
    assert (board.shown("offer")[0]["value"], board.shown("offer")[0]["unit"]) == (60.0, "days")


def test_no_setpoint_outlives_its_time(board, host):
    host.meet()
    host.arm()
    host.show(ttl_ms=150)
    assert host.pump(1, lambda: board.shown("neutral"))
    lived = board.shown("neutral")[0]["t_ms"] - board.shown("affect")[0]["t_ms"]
    assert 150 <= lived <= 170
    assert host.state()[0] == "armed"


def test_a_silent_host_makes_it_safe_in_time_and_only_arming_helps(board, host):
    host.meet()
    host.arm()
    host.show(ttl_ms=5000)
    host.pump(0.1)
    last = time.monotonic()
    while len(board.shown("safe")) < 2:
        assert time.monotonic() - last < 1
        time.sleep(0.005)
    assert board.shown("safe")[1]["reason"] == 2
    assert board.shown("safe")[1]["t_ms"] - board.shown("affect")[0]["t_ms"] < 100 + 250 + 20
    host.pump(0.3)
    assert host.state() == ("safe", "host_silent")
    host.arm()
    assert host.link.safety["arm_count"] == 2


@pytest.mark.parametrize(("noise", "reason"), [(b"\x55" * 40, "line_noise"), ("forged", "bad_signature")])
def test_the_reason_of_a_safe_state_is_the_true_one(board, host, noise, reason):
    host.meet()
    host.arm()
    if noise == "forged":
        offer = {"type": "EMOMAS_OFFER_DISPLAY", "value": 1.0, "kind": {"type": "EMOMAS_OFFER_NONE"}}
        beat = json.dumps({**offer, "unit": "", "label": ""})
        noise = encode_frame(beat, key=bytes(32), unix_us=time.time_ns() // 1000)
    for _ in range(20):
        host.port.write(noise)
        time.sleep(0.02)
    host.pump(0.3)
    assert host.state() == ("safe", reason)


def test_a_new_host_makes_it_safe_and_recordings_of_the_old_one_do_nothing(board):
    first = Host(board.path)
    first.meet()
    sent = []
    write = first.port.write
    first.port.write = lambda data: (sent.append(bytes(data)), write(data))[1]
    first.arm()
    first.show()
    first.pump(0.2)
    assert len(board.shown("affect")) == 1
    first.close()
    time.sleep(0.3)
    second = Host(board.path)
    second.meet()
    for data in sent:
        second.port.write(data)
        second.pump(0.02)
    second.pump(0.2)
    assert second.state()[0] == "safe"
    assert second.link.safety["arm_count"] == 1
    assert len(board.shown("affect")) == 1
    assert second.link.safety["frames_refused"] >= len([data for data in sent if data])
    second.close()


def test_a_host_that_restarts_while_armed_makes_it_safe_and_says_so(board, host):
    host.meet()
    host.arm()
    host.link = Link([KEY], 12345, time.time_ns() // 1000 - now_us())
    host.meet()
    assert host.state() == ("safe", "host_restarted")


def test_a_recording_of_an_earlier_boot_never_arms(board, host):
    host.meet()
    sent = []
    write = host.port.write
    host.port.write = lambda data: (sent.append(bytes(data)), write(data))[1]
    host.arm()
    host.port.write = write
    board.tell("reset")
    time.sleep(0.05)
    for data in sent:
        host.port.write(data)
    time.sleep(0.1)
    host.port.read(10_000)
    host.pump(1, lambda: host.link.up and host.state()[0] == "boot")
    assert host.state() == ("boot", "boot")
    assert host.link.safety["arm_count"] == 0


def test_arming_wants_this_boots_nonce(board, host):
    host.meet()
    asked = {"type": "COMMAND_LONG", "command": {"type": "MAV_CMD_EMOMAS_ARM"}, "confirmation": 0}
    asked |= {"target_system": 1, "target_component": 1}
    asked |= {f"param{at}": value for at, value in enumerate([1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 77.0], 1)}
    host.port.write(encode_frame(json.dumps(asked), key=KEY, unix_us=time.time_ns() // 1000 + 10**6))
    host.pump(0.3)
    assert host.link.safety["arm_count"] == 0


def test_a_wrong_key_moves_nothing():
    with Board() as board:
        host = Host(board.path, keys=[bytes(32)])
        host.pump(0.5)
        assert not host.link.up
        assert ("refused", {"reason": "unknown_key"}) in host.events
        host.close()


def test_an_unsigned_board_works_with_an_unsigned_host_and_is_named_to_a_signing_one():
    with Board(key=None) as board:
        host = Host(board.path, keys=[])
        host.meet()
        host.arm()
        host.show()
        assert host.pump(1, lambda: board.shown("affect"))
        host.close()
        time.sleep(0.3)
        signing = Host(board.path)
        signing.pump(0.4)
        assert ("refused", {"reason": "unsigned"}) in signing.events
        signing.close()


def test_pairing_gives_a_key_once():
    with Board(key=None) as board:
        host = Host(board.path, keys=[])
        host.meet()
        host.link.pair(KEY, now_us())
        host.pump(0.3)
        host.close()
        paired = Host(board.path)
        paired.meet()
        assert "signing" in paired.link.device["capabilities"]
        paired.link.pair(bytes(32), now_us())
        paired.pump(0.3)
        paired.arm()
        paired.close()


def test_stop_works_unsigned_in_any_state_and_the_host_may_release_only_its_own(board, host):
    host.meet()
    stop = '{"type":"EMOMAS_ESTOP","reason":{"type":"EMOMAS_REASON_ESTOP_HOST"}}'
    host.arm()
    host.port.write(encode_frame(stop))
    assert host.pump(1, lambda: host.state() == ("stopped", "estop_host"))
    assert host.do(host.link.arm(False, now_us())) == ("failed", "denied")
    host.arm(release=True)
    board.tell("stop")
    assert host.pump(1, lambda: host.state() == ("stopped", "estop_person"))
    assert host.pump(1, lambda: ("stopped", {"reason": "estop_person"}) in host.events)
    assert host.do(host.link.arm(True, now_us())) == ("failed", "denied")
    board.tell("unstop")
    assert host.pump(1, lambda: host.state()[0] == "safe")
    host.arm()


def test_a_gesture_reports_progress_can_be_cancelled_and_runs_once(board, host):
    host.meet()
    assert host.do(host.link.gesture(1, 0.1, now_us())) == ("failed", "not now")
    host.arm()
    id_ = host.link.gesture(2, 0.4, now_us())
    again = host.link.output()
    host.port.write(again)
    assert host.do(id_) == ("done", "")
    states = [d["state"] for k, d in host.events if k == "command" and d["id"] == id_]
    assert states[0] == "in_progress"
    progress = [d["progress"] for k, d in host.events if k == "command" and d["id"] == id_]
    assert progress == sorted(progress)
    assert len(progress) >= 4
    long = host.link.gesture(3, 10.0, now_us())
    host.pump(0.2)
    assert host.do(host.link.cancel(long, now_us())) == ("done", "")
    assert host.do(long) == ("cancelled", "")
    assert [g["number"] for g in board.shown("gesture")] == [2, 3]
    assert host.pump(1, lambda: len(board.shown("gesture_end")) == 2)
    assert [g["cancelled"] for g in board.shown("gesture_end")] == [False, True]


def test_a_reset_in_the_middle_of_a_command_fails_it(board, host):
    host.meet()
    host.arm()
    id_ = host.link.gesture(1, 5.0, now_us())
    host.pump(0.1)
    board.tell("reset")
    assert host.do(id_) == ("failed", "device restarted")
    assert host.pump(1, lambda: host.link.up and host.state() == ("boot", "boot"))
    host.arm()


def test_a_stall_of_the_device_is_its_own_reason(board, host):
    host.meet()
    host.arm()
    board.tell("stall 400")
    host.pump(0.7)
    assert host.state() == ("safe", "stall")
    assert host.link.safety["stall_ms"] >= 400


def test_what_is_sensed_and_pressed_reaches_the_host(board, host):
    host.meet()
    board.tell("evidence 2 0 0.75 40 -1 -2 -3 -4 -5 -6 -7")
    board.tell("touch 2")
    board.tell("text sixty days, please")
    board.tell("press 1")
    assert host.pump(1, lambda: len([k for k, _ in host.events if k == "input"]) == 3)
    (evidence,) = [data for kind, data in host.events if kind == "evidence"]
    assert (evidence["channel"], evidence["quality"], evidence["age_ms"]) == (2, 0.75, 40)
    assert evidence["values"][:7] == [-1, -2, -3, -4, -5, -6, -7]
    inputs = [(data["input"], data["value"], data["text"]) for kind, data in host.events if kind == "input"]
    assert inputs == [("touch", 2, ""), ("text", 0, "sixty days, please"), ("button", 1, "")]


def test_without_entropy_every_boot_has_another_nonce(tmp_path):
    nonces = set()
    for _ in range(3):
        with Board("--no-entropy", "--nv", str(tmp_path / "nv")) as board:
            host = Host(board.path)
            host.meet()
            nonces.add(host.link.device["boot_nonce"])
            host.close()
    assert len(nonces) == 3


def test_a_million_bytes_of_noise_do_no_harm():
    """Random and mutated bytes through the C parser, built with bounds checks."""
    rng = random.Random(3)
    with Board(program="emomas-node-asan") as board:
        host = Host(board.path)
        host.meet()
        sent = 0
        while sent < 1_000_000:
            noise = bytearray(rng.randbytes(rng.randrange(1, 2000)))
            if rng.random() < 0.5:
                host.show()
                noise = bytearray(host.link.output() * 3)
                noise[rng.randrange(len(noise))] ^= 1 << rng.randrange(8)
            sent += len(noise)
            view = memoryview(noise)
            while view:
                view = view[host.port.write(view) :]
            host.port.read(100_000)
        assert board.process.poll() is None
        assert board.shown("affect") == []
        assert host.pump(3, lambda: host.link.up and host.state()[0] == "boot")
        host.arm()
        host.close()


def test_building_says_what_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        pytest.skip.Exception, match="cc is missing, so the firmware was not tested: apt install cc"
    ):
        build("emomas-node")


def test_the_arduino_sketch_compiles():
    build("emomas-node")  # the headers
    folder = FIRMWARE / "boards" / "arduino-rp2040"
    checked = subprocess.run(
        [
            *("c++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c++"),
            *("-isystem", FIRMWARE / "build" / "include", "-I", FIRMWARE / "node"),
            *("-I", FIRMWARE.parent / "tests" / "arduino", "-include", "Arduino.h"),
            folder / "arduino-rp2040.ino",
        ],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr
