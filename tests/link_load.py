"""Load and long faults for the link: noise by the hundred million bytes, pulled cables, a busy host."""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from faulty_line import damaged, shuffled
from firmware_board import KEY, Board, EmulatedBoard, Host, now_us
from mavlink_peer import EPOCH_US, Peer
from test_link_faults import deliver_over, pull

from emomas import Agent, Bridge
from emomas._native import DIALECT_HASH, FrameReader, Link

BUSY = "import time\nend = time.monotonic() + float({})\nwhile time.monotonic() < end: sum(range(10000))"


def damaged_stream(frames, rng, size):
    """At least `size` bytes of whole frames, each with one to three bits wrong, and noise between some."""
    pieces = []
    while size > 0:
        frame = bytearray(rng.choice(frames))
        for _ in range(rng.randrange(1, 4)):
            frame[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)
        pieces.append(bytes(frame))
        if rng.random() < 0.1:
            pieces.append(rng.randbytes(rng.randrange(30)))
        size -= len(frame)
    return b"".join(pieces)


def fuzz_host(total, rng):
    """Random bytes and damaged signed frames through the Rust session: none of it may be believed."""
    device = Peer(KEY)
    session = Link([KEY], 77, EPOCH_US + 10**15)
    now = 0
    for _ in range(4):
        now += 100_000
        session.tick(now)
        for message in device.read(session.output()):
            if message.get_type() == "EMOMAS_HELLO":
                device.host = message.boot_nonce
        session.receive(device.hello(DIALECT_HASH), now)
    assert session.up
    frames = [device.safety() for _ in range(50)]
    session.receive(device.safety(), now)
    session.events()
    believed = session.statistics()["frames_ok"]
    streams = [damaged_stream(frames, rng, 1 << 18) for _ in range(16)]
    reader, sent = FrameReader(), 0
    while sent < total:
        noise = rng.randbytes(1 << 16) if rng.random() < 0.5 else rng.choice(streams)
        start = rng.randrange(len(noise))  # cut anywhere, so that no two rounds are the same
        piece = noise[start:] + noise[:start]
        now += 1_000
        session.receive(piece, now)
        reader.read(piece, now)
        sent += len(piece)
        assert session.statistics()["frames_ok"] == believed
        assert not [
            data for kind, data in session.events() if kind in ("safety", "evidence", "input", "command")
        ]
    return {"bytes": sent, "frames_damaged": session.statistics()["frames_damaged"]}


def fuzz_node(total, rng):
    """The same through the C node, built with bounds checks; it never arms and moves nothing."""
    with Board(program="emomas-node-asan") as board:
        host = Host(board.path)
        host.meet()
        frames = []
        for emotion in range(7):
            host.show(emotion)
            frames.append(host.link.output())
        frames.append(host.link.arm(False, now_us()) and host.link.output())
        streams = [damaged_stream(frames, rng, 1 << 17) for _ in range(8)]
        sent = 0
        while sent < total:
            noise = rng.randbytes(1 << 15) if rng.random() < 0.5 else rng.choice(streams)
            start = rng.randrange(len(noise))
            piece = memoryview(noise[start:] + noise[:start])
            sent += len(piece)
            while piece:
                piece = piece[host.port.write(piece[:2048]) :]
                host.port.read(1 << 16)
            assert board.process.poll() is None
        assert board.shown("affect") == []
        assert host.pump(5, lambda: host.link.up and host.state()[0] == "boot"), host.state()
        host.close()
    return {"bytes": sent}


def pull_cables(times, seed):
    """Cables pulled at random moments on both boards; how long the device took to be safe."""
    took = {}
    with tempfile.TemporaryDirectory() as folder, Board("--auto-rearm") as board:
        took["program"] = pull(board, Path(folder), times, seed)
    with tempfile.TemporaryDirectory() as folder, EmulatedBoard(Path(folder)) as board:
        took["emulated"] = pull(board, Path(folder), max(20, times // 5), seed)
    return {
        name: {"pulled": len(ms), "safe_after_ms": {"median": _at(ms, 0.5), "longest": _at(ms, 1.0)}}
        for name, ms in took.items()
    }


def bad_lines(commands, seed):
    """Both kinds of bad line on both boards, with their full share of commands."""
    for fault in (damaged, shuffled):
        with tempfile.TemporaryDirectory() as folder, Board("--auto-rearm") as board:
            deliver_over(board, Path(folder), fault, commands, seed)
        with tempfile.TemporaryDirectory() as folder, EmulatedBoard(Path(folder)) as board:
            deliver_over(board, Path(folder), fault, commands, seed)
    return {"commands_each": commands, "lines": 4}


STILL = """
import os, time
latest, end = 0.0, time.monotonic() + float({})
os.nice(-10) if os.geteuid() == 0 else None
while time.monotonic() < end:
    start = time.monotonic()
    time.sleep(0.01)
    latest = max(latest, time.monotonic() - start - 0.01)
print(latest * 1000)
"""
"""A process that only sleeps: if even that wakes late, the machine stood still, and nobody is to blame."""


def heartbeat_jitter(seconds):
    """The bundled model speaks without a pause beside a busy process per core: are heartbeats on time?"""
    sent_s = []

    def note(way, data, _lines):
        if way == "out":
            heartbeats = sum('"HEARTBEAT"' in (message or "") for *_, message in reader.read(data, now_us()))
            sent_s.extend([time.monotonic()] * heartbeats)

    reader = FrameReader()
    still = subprocess.Popen([sys.executable, "-c", STILL.format(seconds)], stdout=subprocess.PIPE, text=True)
    others = [subprocess.Popen([sys.executable, "-c", BUSY.format(seconds)]) for _ in range(2)]
    lines = 0
    # Before the bridge: loading a library holds the interpreter for some tenths of a second.
    agent = Agent("debt-roofer-winter", seed=1, speech="bundled")
    assert agent.speech_error == ""
    agent.open()
    with Board() as board, Bridge(board.path, keys=[KEY]) as bridge:
        bridge.wait_up()
        bridge.arm()
        bridge.tap(note)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            agent.begin()
            agent.open()
            lines += 1
        safety, kept = bridge.safety, bridge.statistics()
    for other in others:
        other.wait()
    machine_late_ms = float(still.communicate()[0])
    off_ms = [abs(1000 * float(gap) - 100) for gap in np.diff(sent_s)]
    return {
        "seconds": seconds,
        "heartbeats": len(sent_s),
        "lines_spoken": lines,
        "jitter_ms": {"median": _at(off_ms, 0.5), "p99": _at(off_ms, 0.99), "longest": _at(off_ms, 1.0)},
        "false_deadman": safety["safe_count"],
        "longest_silence_ms": safety["longest_silent_ms"],
        "latest_tick_ms": kept["latest_tick_ms"],
        "machine_late_ms": round(machine_late_ms, 1),
    }


def _at(values, quantile):
    return round(sorted(values)[round(quantile * (len(values) - 1))], 1)


def fuzz(total, seed):
    """Both parsers."""
    return {"host": fuzz_host(total, random.Random(seed)), "node": fuzz_node(total, random.Random(seed))}
