"""A serial port that never waits, and comes back after its cable was out."""

from __future__ import annotations

import errno
import os
import select
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from emomas.errors import BridgeError

if TYPE_CHECKING:
    from serial import SerialBase

REOPEN_S = 0.25
STALE_S = 0.2
"""Bytes that the line has not taken for so long are dropped: what they say to do is no longer meant."""


def serial_ports() -> list[tuple[str, str]]:
    """The serial ports of this machine, as (name, description)."""
    from serial.tools import list_ports

    return [(port.device, port.description) for port in sorted(list_ports.comports())]


class Port:
    """A serial port or `socket://host:port` that is opened again whenever it can be."""

    def __init__(self, name: str, baud: int, *, dtr: bool) -> None:
        """Open it; raises BridgeError."""
        self.name, self._baud, self._dtr = name, baud, dtr
        self._line: SerialBase | None = None
        self._output = b""
        self._stuck_s = self._retry_s = 0.0
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)
        self.error = ""
        try:
            self._open()
        except BridgeError:
            self.close()
            raise

    @property
    def is_open(self) -> bool:
        """Whether there is a line."""
        return self._line is not None

    def wake(self) -> None:
        """End a `wait`, from any thread."""
        with suppress(BlockingIOError, OSError):
            os.write(self._waker, b"\0")

    def wait(self, until_s: float) -> None:
        """Wait for bytes, for room to write, for `wake`, or for a time of `time.monotonic`."""
        left = max(0.0, until_s - time.monotonic())
        inputs, outputs = [self._woken], []
        if self._line is not None:
            inputs.append(self._line.fileno())
            outputs = [self._line.fileno()] if self._output else []
        ready, _, _ = select.select(inputs, outputs, [], left)
        if self._woken in ready:
            os.read(self._woken, 4096)

    def read(self) -> bytes:
        """What has come in; raises BridgeError when the port has gone away."""
        if self._line is None:
            return b""
        try:
            return self._line.read(4096) or b""
        except OSError as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        """Write what the line takes now, keep the rest; raises BridgeError when the port has gone away."""
        if self._line is None:
            return
        now = time.monotonic()
        if not self._output:
            self._stuck_s = now
        elif now - self._stuck_s > STALE_S:
            self._output = b""
        self._output += data
        try:
            while self._output and select.select([], [self._line.fileno()], [], 0)[1]:
                written = self._line.write(self._output) or 0
                self._output, self._stuck_s = self._output[written:], now
        except OSError as error:
            raise self._lost(error) from error

    def reopen(self) -> bool:
        """Try to open a lost port, now and then; returns whether that worked."""
        now = time.monotonic()
        if self._line is not None or now < self._retry_s:
            return False
        self._retry_s = now + REOPEN_S
        try:
            self._open()
        except BridgeError as error:
            self.error = str(error)
        return self._line is not None

    def close(self) -> None:
        """Give everything back."""
        self._drop()
        for end in (self._woken, self._waker):
            with suppress(OSError):
                os.close(end)

    def _lost(self, error: OSError) -> BridgeError:
        self._drop()
        self.error = f"{self.name} went away ({error}): plug it in again, the bridge goes on by itself"
        return BridgeError(self.error)

    def _drop(self) -> None:
        line, self._line, self._output = self._line, None, b""
        if line is not None:
            with suppress(OSError):
                line.close()

    def _open(self) -> None:
        import serial

        try:
            line = serial.serial_for_url(
                self.name, self._baud, timeout=0, write_timeout=0, exclusive=True, do_not_open=True
            )
            # Before it opens, else boards that reset on this line have reset already.
            line.dtr = self._dtr
            line.open()
        except (OSError, ValueError) as error:
            raise BridgeError(_explained(self.name, error)) from error
        if hasattr(line, "set_low_latency_mode"):
            # FTDI adapters else hold bytes back for 16 ms; pseudo-terminals have no such mode.
            with suppress(OSError, NotImplementedError, ValueError):
                line.set_low_latency_mode(True)
        self._line, self.error = line, ""


def _explained(name: str, error: OSError | ValueError) -> str:
    """Why a port can't be opened, and what to do."""
    number = getattr(error, "errno", None)
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return f"port {name!r} isn't there: plug the device in; `emomas link list` shows the ports there are"
    if number in (errno.EAGAIN, errno.EBUSY):
        return f"port {name!r} is busy: close the program that has it open"
    if number in (errno.EACCES, errno.EPERM):
        return (
            f"port {name!r} may not be opened: join the group that owns it, often dialout, and log in again"
        )
    return (
        f"port {name!r} can't be used as a serial port: {error}; `emomas link list` shows the ports there are"
    )
