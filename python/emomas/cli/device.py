"""The device of `emomas link demo`: an emulated board, or the node as a program."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emomas._native import EMOTIONS
from emomas.errors import BridgeError

if TYPE_CHECKING:
    from rich.console import Console

BUILT = ("firmware_bridge/build/lm3s6965.elf", "firmware_bridge/build/emomas-node")
QEMU = ("qemu-system-arm", "-M", "lm3s6965evb", "-display", "none", "-monitor", "none", "-semihosting")
OFFERS = ("cleared", "proposed", "accepted", "refused")
REASONS = (
    "none",
    "boot",
    "host silent",
    "line noise",
    "bad signature",
    "host restarted",
    "host's order",
    "emergency stop by the host",
    "emergency stop by a person",
    "stall",
    "watchdog",
    "fault",
)


def find(firmware: Path | None) -> Path:
    """The program asked for, or the one that was built here; raises BridgeError."""
    if firmware is not None:
        if not firmware.is_file():
            raise BridgeError(f"--firmware is {firmware}: there is no such file; `make firmware` builds it")
        return firmware.resolve()
    for folder in (Path.cwd(), *Path.cwd().parents):
        for built in BUILT:
            emulated = built.endswith(".elf")
            if (folder / built).is_file() and not (emulated and shutil.which(QEMU[0]) is None):
                return folder / built
    raise BridgeError(
        "no firmware was built here: run `make firmware` in a checkout of emomas (with gcc-arm-none-eabi and "
        "qemu-system-arm for the emulated board), or give --firmware"
    )


def command(firmware: Path) -> list[str]:
    """How to start it."""
    if firmware.suffix == ".elf":
        return [*QEMU, "-kernel", str(firmware), "-serial", "pty", "-serial", "stdio"]
    return [str(firmware), "--auto-rearm"]


def play(firmware: Path, screen: Console) -> None:
    """Run the device until its input ends, showing what it does. Raises BridgeError."""
    with tempfile.TemporaryDirectory(prefix="emomas-device-") as folder:
        try:
            device = subprocess.Popen(
                command(firmware), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder
            )
        except OSError as error:
            raise BridgeError(f"{command(firmware)[0]} can't be started: {error}") from error
        assert device.stdout is not None
        before = ""
        try:
            for line in device.stdout:
                port = re.search(r"/dev/[\w/]+", line)
                if port and not line.startswith('{"t_ms"'):
                    _introduce(screen, firmware, port[0])
                elif line.startswith("{"):
                    now, output = described(json.loads(line))
                    if output != before:  # a set-point is repeated several times a second
                        screen.print(f"{now:>10}  {output}", markup=False)
                    before = output
        finally:
            device.terminate()
            device.wait()


def _introduce(screen: Console, firmware: Path, port: str) -> None:
    kind = "an emulated Cortex-M3" if firmware.suffix == ".elf" else "this machine"
    screen.print(f"{firmware.name} runs on {kind}, with its line at [bold]{port}[/bold]")
    screen.print(f"in another terminal: emomas run --bridge {port} --unsigned", style="dim")
    screen.print("here: stop, unstop, touch N, text WORDS, sensor N 0-1023, reset\n", style="dim")


def described(output: dict[str, Any]) -> tuple[str, str]:
    """When an output of the device came, and what it is, for people."""
    time = f"{output['t_ms'] / 1000:.3f} s" if "t_ms" in output else ""
    return time, _what(output)


def _what(output: dict[str, Any]) -> str:
    kind = str(output["out"])
    if kind == "affect":
        lamp = "#" + "".join(f"{part:02x}" for part in output["lamp"])
        return (
            f"face {EMOTIONS[output['emotion']]} {output['intensity']:.2f}, lamp {lamp}, servos: brow "
            f"{output['brow_us']} us, lids {output['lids_us']} us, neck {output['neck_us']} us"
        )
    if kind == "speech":
        return f"says {output['text']!r}"
    if kind == "offer":
        return f"screen {OFFERS[output['kind']]} {output['label']}".rstrip()
    if kind == "safe":
        return f"safe: {REASONS[output['reason']]}"
    if kind in ("gesture", "gesture_end"):
        return f"{kind.replace('_', ' ')} {output['number']}"
    return kind
