"""The firmware as a program, and a bare host on the Rust session, for tests over a pseudo-terminal."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import serial

from emomas._native import Link
from emomas.cli.device import command as device_command

FIRMWARE = Path(__file__).parent.parent / "firmware_bridge"
KEY = bytes(range(32))


def build(target):
    """Makes `build/<target>`; skips the test, saying what is missing, where it can't be made."""
    tool = "cc" if target.startswith("emomas-") else "arm-none-eabi-gcc"
    for needed in (tool, "make"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is missing, so the firmware was not tested: apt install {needed}")
    made = subprocess.run(
        ["make", "-s", "-C", FIRMWARE, f"build/{target}", f"PYTHON={sys.executable}"],
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    return FIRMWARE / "build" / target


class Board:
    """The POSIX build of the node: `path` is its line, `outputs` what it has shown so far."""

    def __init__(self, *args, key=KEY, program="emomas-node", folder=None):
        self.process = subprocess.Popen(
            self._command(program, key, args),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if folder is None else subprocess.DEVNULL,
            text=True,
            bufsize=1,
            cwd=folder,
        )
        self.path = re.search(r"/dev/[\w/]+", self.process.stdout.readline())[0]
        self.outputs = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.outputs.append({**json.loads(line), "at_s": time.monotonic()})

    def _command(self, program, key, args):
        keyed = ("--key", key.hex()) if key else ()
        return [build(program), *keyed, *args]

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def shown(self, kind):
        time.sleep(0.02)  # what the device has just written is on its way through the other thread
        return [output for output in list(self.outputs) if output["out"] == kind]

    def close(self):
        self.process.stdin.close()
        self.process.wait(5)
        self._reader.join(5)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class EmulatedBoard(Board):
    """The firmware for the LM3S6965 under QEMU; `folder` holds its non-volatile storage."""

    def __init__(self, folder, key=KEY):
        if shutil.which("qemu-system-arm") is None:
            pytest.skip("qemu-system-arm is missing, so the emulated board was not tested: apt install it")
        if key is not None:
            (folder / "emomas-node.nv").write_bytes(bytes(33) + b"\1" + key)
        super().__init__(key=key, program="lm3s6965.elf", folder=folder)

    def _command(self, program, key, args):
        return device_command(build(program))

    def close(self):
        self.process.terminate()
        super().close()


def now_us():
    return time.monotonic_ns() // 1000


class Host:
    """The session with a port, pumped by hand."""

    def __init__(self, path, keys=(KEY,), nonce=None):
        self.port = serial.Serial(path, 115200, timeout=0, exclusive=True)
        unix_us = time.time_ns() // 1000 - now_us()
        self.link = Link(list(keys), nonce or int.from_bytes(os.urandom(4), "little") | 1, unix_us)
        self.events = []

    def pump(self, seconds, until=lambda: False):
        """Runs the link for so long, or until something; returns whether that came."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn()
            if until():
                return True
            time.sleep(0.002)
        return until()

    def turn(self):
        self.link.receive(self.port.read(4096), now_us())
        self.link.tick(now_us())
        self.port.write(self.link.output())
        self.events += self.link.events()

    def meet(self):
        assert self.pump(3, lambda: self.link.up), self.link.statistics()
        assert self.pump(1, lambda: self.link.safety is not None)

    def state(self):
        return (self.link.safety or {}).get("state"), (self.link.safety or {}).get("reason")

    def do(self, id_):
        """How a command ended: its state and why."""
        ended = ("done", "failed", "cancelled")

        def mine():
            return [d for k, d in self.events if k == "command" and d["id"] == id_ and d["state"] in ended]

        assert self.pump(4, mine)
        return mine()[0]["state"], mine()[0]["why"]

    def arm(self, release=False):
        assert self.do(self.link.arm(release, now_us())) == ("done", "")
        assert self.pump(1, lambda: self.state()[0] == "armed")

    def show(self, emotion=0, ttl_ms=600):
        self.link.show(emotion, (0.5, 0.2, 0.1), 0.7, (0.0, 0.0), 0.0, 1.0, ttl_ms, now_us())

    def close(self):
        self.port.close()
