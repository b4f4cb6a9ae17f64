"""A bad line, a pulled cable and an attacker, on the emulated board and on the node as a program."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from faulty_line import Cable, damaged, frames_of, shuffled
from firmware_board import KEY, Board, EmulatedBoard, Host

from emomas import Bridge, BridgeError

DEADMAN_MS = 250
TICK_MS = 20
# What it takes for an output to come out of the device's process and be read here.
READING_MS = 30


def eventually(true, seconds=5.0, told=lambda: None):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, told()
        time.sleep(0.002)


@pytest.fixture(params=["program", "emulated"])
def board(request, tmp_path):
    with Board("--auto-rearm") if request.param == "program" else EmulatedBoard(tmp_path) as board:
        yield board


def deliver(bridge, commands):
    """Gestures until `commands` of them are done; returns the ids that were."""
    done = []
    while len(done) < commands:
        id_ = bridge.gesture(len(done), 0.0)
        ended = bridge.wait_for(id_, 10.0)
        if ended["state"] == "done":
            done.append(id_)
        else:
            # The device was safe just then; it is armed again by itself.
            assert ended["why"] in ("not now", "failed"), ended
            eventually(lambda: bridge.armed)
    return done


@pytest.mark.parametrize("fault", [damaged, shuffled], ids=["damaged", "lost, doubled and swapped"])
def test_commands_over_a_bad_line_are_carried_out_once_each(board, tmp_path, fault):
    """Three hundred of them; the emulator takes longer, and has its full share in `make soak`."""
    deliver_over(board, tmp_path, fault, 100 if isinstance(board, EmulatedBoard) else 300, seed=11)


def deliver_over(board, folder, fault, commands, seed):
    with (
        Cable(board.path, folder / "line", fault, 0.2, seed=seed) as cable,
        Bridge(str(cable.path), keys=[KEY]) as bridge,
    ):
        bridge.wait_up()
        bridge.arm()
        done = deliver(bridge, commands)
        eventually(lambda: board.shown("gesture")[-1]["id"] >= done[-1])
        carried_out = [shown["id"] for shown in board.shown("gesture")]
        assert len(carried_out) == len(set(carried_out))
        assert set(done) <= set(carried_out)
        # Every safe state after the first arming was left by an arming that was counted.
        eventually(lambda: bridge.safety["arm_count"] == 1 + bridge.rearmed)
        kept, safety = bridge.statistics(), bridge.safety
        assert kept["commands_repeated"] > commands // 10
        if fault is damaged:
            assert safety["frames_damaged"] > commands // 6


@pytest.mark.parametrize("fault", [damaged, shuffled], ids=["damaged", "lost, doubled and swapped"])
def test_the_two_sides_always_meet(tmp_path, fault):
    """Whichever greeting is lost, neither waits for the other for ever."""
    for seed in range(10):
        with (
            Board() as board,
            Cable(board.path, tmp_path / str(seed), fault, 0.3, seed=seed) as cable,
            Bridge(str(cable.path), keys=[KEY]) as bridge,
        ):
            bridge.wait_up(4.0)


def test_a_cable_pulled_at_random_moments(board, tmp_path):
    """The line hangs up; the device is safe in time and says why; both go on when it is back."""
    pull(board, tmp_path, times=20, seed=5)


def pull(board, folder, times, seed):
    """Pulls the cable of an armed device so often; returns how long it took to be safe, in ms."""
    rng = random.Random(seed)
    took_ms = []

    def told():
        return repr((bridge.up, bridge.safety, bridge.statistics(), inbox.drain()[-12:], board.outputs[-4:]))

    with Cable(board.path, folder / "line") as cable, Bridge(str(cable.path), keys=[KEY]) as bridge:
        bridge.wait_up()
        bridge.arm()
        inbox = bridge.inbox()
        while len(took_ms) < times:
            armed_s = time.monotonic()
            bridge.show("joy")
            time.sleep(rng.uniform(0.0, 0.3))
            pulled_s = time.monotonic()
            cable.pull()
            eventually(lambda armed_s=armed_s: board.shown("safe")[-1]["at_s"] > armed_s, told=told)
            safe = board.shown("safe")[-1]
            assert safe["reason"] == 2, safe
            if safe["at_s"] > pulled_s:  # else this machine had stood still, and the device was safe before
                took_ms.append(1000 * (safe["at_s"] - pulled_s))
                assert took_ms[-1] <= DEADMAN_MS + TICK_MS + READING_MS
            cable.plug()
            eventually(lambda: bridge.armed, told=told)
        eventually(lambda: bridge.safety["arm_count"] == 1 + bridge.rearmed, told=told)
        assert bridge.reopened >= times
    return took_ms


def test_a_stalled_host_is_noticed_named_and_armed_again(board):
    with Bridge(board.path, keys=[KEY]) as bridge:
        bridge.wait_up()
        bridge.arm()
        inbox = bridge.inbox()
        with bridge._changed:  # as if the whole host stood still
            stalled_s = time.monotonic()
            time.sleep(0.4)
        eventually(lambda: bridge.armed and bridge.rearmed == 1)
        states = [(e.data["state"], e.data["reason"]) for e in inbox.drain() if e.kind == "safety"]
        assert ("safe", "host_silent") in states
        safe_after_ms = 1000 * (board.shown("safe")[1]["at_s"] - stalled_s)
        assert safe_after_ms <= DEADMAN_MS + TICK_MS + READING_MS
        assert bridge.statistics()["latest_tick_ms"] >= 300


HOST = """
import sys
from emomas import Bridge
bridge = Bridge(sys.argv[1], keys=[bytes(range(32))])
bridge.wait_up()
bridge.arm()
bridge.show("joy")
print("armed", flush=True)
import time
time.sleep(60)
"""


def test_a_killed_host_leaves_a_safe_device_that_says_why(board):
    host = subprocess.Popen([sys.executable, "-c", HOST, board.path], stdout=subprocess.PIPE, text=True)
    assert host.stdout.readline() == "armed\n"
    eventually(lambda: board.shown("affect"), 10.0)
    os.kill(host.pid, signal.SIGKILL)
    killed_s = time.monotonic()
    host.wait()
    host.stdout.close()
    eventually(lambda: len(board.shown("safe")) == 2)
    safe_after_ms = 1000 * (board.shown("safe")[1]["at_s"] - killed_s)
    assert safe_after_ms <= DEADMAN_MS + TICK_MS + READING_MS
    with Bridge(board.path, keys=[KEY]) as bridge:
        bridge.wait_up()
        assert (bridge.safety["state"], bridge.safety["reason"]) == ("safe", "host_silent")
        bridge.arm()


def test_a_reset_in_the_middle_of_a_command_fails_it_and_nothing_is_done_twice(board):
    with Bridge(board.path, keys=[KEY]) as bridge:
        bridge.wait_up()
        bridge.arm()
        gesture = bridge.gesture(1, 10.0)
        eventually(lambda: board.shown("gesture"))
        board.tell("reset")
        assert bridge.wait_for(gesture, 5.0)["why"] == "device restarted"
        eventually(lambda: bridge.safety is not None and bridge.safety["reason"] == "boot")
        assert len(board.shown("gesture")) == 1
        assert bridge.rearmed == 0  # a start is no loss of the link
        bridge.arm()


def recorded_session(board):
    """The frames of a host that met, armed and showed, and the host."""
    host = Host(board.path)
    sent = []
    write = host.port.write
    host.port.write = lambda data: (sent.append(bytes(data)), write(data))[1]
    host.meet()
    host.arm()
    host.show()
    assert host.pump(1, lambda: len(board.shown("affect")) == 1)
    assert host.do(host.link.disarm(time.monotonic_ns() // 1000))[0] == "done"
    host.port.write = write
    return [frame for data in sent for frame in frames_of(data)], host


@pytest.mark.parametrize("attack", ["replayed", "reordered", "truncated", "spliced"])
def test_recorded_traffic_neither_arms_nor_moves(board, attack):
    """Of this very session of both sides, by somebody on the same line."""
    frames, host = recorded_session(board)
    rng = random.Random(7)
    if attack == "reordered":
        rng.shuffle(frames)
    if attack == "truncated":
        frames = [frame[: rng.randrange(1, len(frame))] for frame in frames]
    if attack == "spliced":
        frames = [frame[:40] + other[40:] for frame, other in itertools.pairwise(frames)]
    for frame in frames:
        host.port.write(frame)
        host.pump(0.01)
    host.pump(0.3)
    assert host.pump(3, lambda: host.link.up and host.state()[0] == "safe")
    assert len(board.shown("affect")) == 1
    assert host.link.safety["arm_count"] == 1
    assert host.link.safety["frames_refused"] + host.link.safety["frames_damaged"] >= len(frames) // 3
    host.arm()
    host.close()


def test_a_port_that_never_comes_back_is_named(board, tmp_path):
    with Cable(board.path, tmp_path / "line") as cable, Bridge(str(cable.path), keys=[KEY]) as bridge:
        bridge.wait_up()
        inbox = bridge.inbox()
        cable.pull()
        eventually(lambda: not bridge.up)
        with pytest.raises(BridgeError, match=r"line went away|line' isn't there"):
            bridge.wait_up(0.3)
        seen = [(event.kind, event.data.get("state", event.data.get("reason"))) for event in inbox.drain()]
        assert ("port", "lost") in seen
        assert ("down", "port") in seen
