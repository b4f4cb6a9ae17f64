"""The link beside pymavlink and bare pyserial, and how much of a line its frames fill."""

import itertools
import json
import os
import subprocess
import sys
import tty
from pathlib import Path

import pytest
import serial

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from mavlink_peer import Peer, dialect

from emomas._native import DIALECT_HASH, FrameReader, Link, encode_frame

KEY = bytes(range(32))
SHOWN = (0, (0.5, 0.2, 0.1), 0.7, (0.1, 0.1), 0.1, 1.1, 600)
VALUES = (0.5, 0.2, 0.1, 0.7, 0.1, 0.1, 0.1, 1.1)
TEXT = ("Sixty days are possible, if the first payment comes this week. " * 4)[:200]
LINE_BYTES_S = 11_520
"""Of a line of 115,200 baud: eight bits with a start and a stop bit."""

signing = pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])


def session(key):
    return Link([] if key is None else [key], 77, 10**15)


@signing
def test_encode_emomas(benchmark, key):
    benchmark.group = f"encode 100 set-points, {'signed' if key else 'unsigned'}"
    link = session(key)

    def encode():
        for at in range(100):
            link.show(*SHOWN, at)
            frame = link.output()
        return frame

    assert 40 < len(benchmark(encode)) < 80


@signing
def test_encode_pymavlink(benchmark, key):
    benchmark.group = f"encode 100 set-points, {'signed' if key else 'unsigned'}"
    peer = Peer(key)
    make, fields = dialect().MAVLink_emomas_affect_setpoint_message, [*VALUES, 1, 600, 0]

    def encode():
        for _ in range(100):
            frame = bytes(make(*fields).pack(peer.mav))
        return frame

    assert 40 < len(benchmark(encode)) < 80


def frames(key, count=1000):
    link = session(key)
    for at in range(count):
        link.show(*SHOWN, 10 * at)
    return link.output()


def test_decode_emomas(benchmark):
    benchmark.group = "decode 1000 set-points"
    data = frames(None)
    assert benchmark(lambda: session(None).receive(data, 0)) is None


def test_decode_emomas_as_json(benchmark):
    benchmark.group = "decode 1000 set-points"
    data = frames(None)
    assert len(benchmark(lambda: FrameReader().read(data, 0))) == 1000


def test_decode_pymavlink(benchmark):
    benchmark.group = "decode 1000 set-points"
    data = frames(None)
    assert len(benchmark(lambda: Peer().read(data))) == 1000


class Echo:
    """What comes in goes out again, in a process of its own: no device, only the line."""

    def __enter__(self):
        self._main, self._line = os.openpty()
        tty.setraw(self._line)
        program = "import os\nwhile data := os.read(0, 4096): os.write(1, data)"
        ends = {"stdin": self._main, "stdout": self._main}
        self._process = subprocess.Popen([sys.executable, "-c", program], **ends)
        return os.ttyname(self._line)

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._main)
        os.close(self._line)


FRAME = encode_frame(
    json.dumps({"type": "PING", "time_usec": 1, "seq": 1, "target_system": 1, "target_component": 1})
)


@pytest.mark.parametrize("how", ["bare", "with the session"])
def test_round_trip(benchmark, how):
    """A command's frame there and back with pyserial, alone and with the session's work."""
    benchmark.group = "round trip over a pseudo-terminal"
    link = met(None)[0]
    link.output()
    with Echo() as path, serial.Serial(path, 115_200, timeout=1) as port:
        clock = itertools.count(500_000, 1_000)

        def bare():
            port.write(FRAME)
            return port.read(port.in_waiting or 1)

        def with_session():
            now_us = next(clock)
            link.cancel(0, now_us)
            port.write(link.output())
            came = port.read(port.in_waiting or 1)
            link.receive(came, now_us)
            return link.events()

        benchmark.pedantic(bare if how == "bare" else with_session, rounds=3000, warmup_rounds=200)


def met(key):
    """A session whose device takes long texts."""
    link, peer = session(key), Peer(key)
    for at in range(4):
        link.tick(100_000 * at)
        for message in peer.read(link.output()):
            if message.get_type() == "EMOMAS_HELLO":
                peer.host = message.boot_nonce
        link.receive(peer.hello(DIALECT_HASH), 100_000 * at)
    assert link.up
    return link, peer


def utilisation(key):
    """Share of a simulated line's bytes that frames fill in ten seconds, and the texts' share of those."""
    link, peer = met(key)
    link.output()
    sent, waiting, texts, before = 0, 0, 0, link.statistics()["frames_sent"]
    for tick in range(1, 501):
        now_us = 400_000 + 20_000 * tick
        link.receive(peer.safety(), now_us)
        link.tick(now_us)
        waiting += len(link.output())
        room = LINE_BYTES_S * tick // 50 - sent
        while waiting < room:
            link.speak(TEXT, 0, now_us)
            waiting += len(link.output())
            texts += 1
        carried = min(waiting, room)
        sent, waiting = sent + carried, waiting - carried
    assert link.statistics()["frames_sent"] - before >= texts
    return sent / (10 * LINE_BYTES_S), texts * len(TEXT) / sent


@signing
def test_a_line_is_filled(key):
    """Back-to-back texts, heartbeats between them, over a simulated line of 115,200 baud."""
    filled, payload = utilisation(key)
    print(f"\n{'signed' if key else 'unsigned'}: {filled:.1%} of the line, {payload:.1%} of that text")
    assert filled >= 0.95


@signing
def test_evidence_at_fifty_hertz(key):
    """What a sensor that speaks fifty times a second takes of the line."""
    peer = Peer(key)
    evidence = peer.pack("EMOMAS_EVIDENCE", values=[-1.5] * 9, quality=0.9, age_ms=5, channel=1, form=1)
    beats = 10 * (len(peer.safety()) + 21 + (13 if key else 0))
    total = 50 * len(evidence) + beats
    share = total / LINE_BYTES_S
    print(f"\n{'signed' if key else 'unsigned'}: {total} bytes a second, {share:.1%} of 115,200 baud")
    assert total < LINE_BYTES_S
