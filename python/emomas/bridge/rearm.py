"""Arming again after the link was lost, where everybody agreed to that."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emomas._native import Link
    from emomas.bridge.lines import LineLink

AFTER = ("host_silent", "line_noise", "host_restarted", "stall")
"""Reasons of a SAFE state that only mean that the link was lost for a while."""

AGAIN_S = 0.3
"""It isn't tried again sooner: the device tells its state every 0.1 s."""


class Rearm:
    """Arms a device that went safe, if the host wanted it armed, allows this, and so does the device."""

    def __init__(self, allowed: bool) -> None:
        """Nothing is armed until `wanted`."""
        self.wanted = False
        self.count = 0
        self._allowed = allowed
        self._command: int | None = None
        self._next_s = 0.0

    def step(self, link: Link | LineLink, now_us: int) -> None:
        """Arm if it is time to."""
        safety, device = link.safety, link.device
        if not (self._allowed and self.wanted and link.up and safety and device):
            return
        lost = (
            safety["state"] == "safe" and safety["reason"] in AFTER and "auto_rearm" in device["capabilities"]
        )
        if lost and self._command is None and time.monotonic() >= self._next_s:
            self._command = link.arm(False, now_us)

    def ended(self, command: dict[str, Any]) -> None:
        """A command has ended; perhaps it was the one that arms."""
        if command["id"] == self._command:
            self._command, self._next_s = None, time.monotonic() + AGAIN_S
            self.count += command["state"] == "done"
