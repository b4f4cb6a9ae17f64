"""The session for devices that speak plain lines: a JSON object, a tab, its CRC-32 in hex, a line feed.

It takes and gives what `emomas._native.Link` does; docs/bridge.md lists the lines. Nothing is signed.
"""

from __future__ import annotations

import json
import math
import zlib
from collections import Counter
from typing import Any

from emomas._native import EMOTIONS, Link
from emomas.errors import ConfigError

BEAT_US = 100_000
SILENCE_US = 500_000
RETRY_US = 200_000
GIVE_UP_US = 5_000_000
STALE_MS = 2_000
LONGEST_LINE = 4_096
ENDED = ("done", "failed", "cancelled")
OFFERS = ("none", "proposed", "accepted", "refused")

_NUMBER = (int, float)
_FIELDS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "hello": {
        "boot_nonce": int,
        "echo_nonce": int,
        "firmware": str,
        "capabilities": list,
        "deadman_ms": int,
        "text_bytes": int,
        "uid": str,
    },
    "safety": {"state": str, "reason": str},
    "evidence": {"channel": int, "form": str, "values": list, "quality": _NUMBER, "age_ms": int},
    "input": {"seq": int, "input": str, "source": int, "value": int, "text": str},
    "ack": {"id": int, "state": str, "progress": int, "why": str},
    "stopped": {"reason": str},
    "text": {"severity": int, "text": str},
    "pong": {"seq": int},
}
"""What a device may send, and the type of each field."""


def encode_line(message: dict[str, Any]) -> bytes:
    """A message as it goes over the wire."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return b"%s\t%08x\n" % (body, zlib.crc32(body))


def decode_line(line: bytes) -> dict[str, Any] | None:
    """The message of a line without its line feed, or None if it is damaged."""
    body, _, check = line.rstrip(b"\r").rpartition(b"\t")
    try:
        if int(check, 16) != zlib.crc32(body):
            return None
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


class LineLink:
    """The host's session over plain lines; times are microseconds of one clock that never goes back."""

    def __init__(self, nonce: int) -> None:
        """Start with a nonce drawn at random."""
        self.up = False
        self.key: int | None = None
        self.device: dict[str, Any] | None = None
        self.safety: dict[str, Any] | None = None
        self._nonce = nonce
        self._heard_nonce = 0
        self._checks = Link([], 1, 0)
        self._partial, self._skipping = b"", False
        self._output: list[bytes] = []
        self._events: list[tuple[str, dict[str, Any]]] = []
        self._pending: dict[int, tuple[dict[str, Any], int, int]] = {}
        self._last_id = self._speech = self._ping = 0
        self._beat_us = self._heard_us = self._ping_us = -SILENCE_US
        self._input_seq: int | None = None
        self._has_met = self._degraded = False
        self._counts = Counter[str]()
        self._refused = Counter[str]()
        self._round_trip_us = 0

    # Bytes in, bytes out

    def receive(self, data: bytes, now_us: int) -> None:
        """Take bytes that came in."""
        self._counts["bytes_received"] += len(data)
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            message = None if self._skipping else decode_line(line)
            self._skipping = False
            if message is not None:
                self._take(message, now_us)
            elif line:
                self._counts["frames_damaged"] += 1
                self._counts["noise_bytes"] += len(line)
        if len(self._partial) > LONGEST_LINE:
            self._counts["noise_bytes"] += len(self._partial)
            self._partial, self._skipping = b"", True

    def tick(self, now_us: int) -> None:
        """Send what is due; notice silence."""
        if self.up and now_us - self._heard_us >= SILENCE_US:
            self._down("silent")
        if now_us - self._beat_us >= BEAT_US:
            self._beat_us = now_us if now_us - self._beat_us >= 2 * BEAT_US else self._beat_us + BEAT_US
            if self.device is None:
                self._hello()
            else:
                self._send({"type": "heartbeat", "degraded": self._degraded})
        if self.up and now_us - self._ping_us >= 1_000_000:
            self._ping, self._ping_us = self._ping + 1, now_us
            self._send({"type": "ping", "seq": self._ping})
        for command, (message, first_us, last_us) in list(self._pending.items()):
            if now_us - first_us >= GIVE_UP_US:
                self._end(command, "no answer")
            elif now_us - last_us >= RETRY_US:
                self._counts["commands_repeated"] += 1
                self._pending[command] = (message, first_us, now_us)
                self._send(message)

    def output(self) -> bytes:
        """Bytes to write."""
        data, self._output = b"".join(self._output), []
        self._counts["bytes_sent"] += len(data)
        return data

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """What happened since the last call, as (kind, data)."""
        events, self._events = self._events, []
        return events

    def lost_port(self) -> None:
        """The port was closed or went away."""
        self._partial, self._output = b"", []
        if self.up:
            self._down("port")

    def set_degraded(self, degraded: bool) -> None:
        """Whether heartbeats say that the host is late."""
        self._degraded = degraded

    def statistics(self) -> dict[str, Any]:
        """Counters since the start."""
        names = (
            "frames_ok",
            "frames_sent",
            "frames_lost",
            "frames_damaged",
            "noise_bytes",
            "bytes_received",
            "bytes_sent",
            "ups",
            "commands_repeated",
        )
        return {
            **{name: self._counts[name] for name in names},
            "round_trip_us": self._round_trip_us,
            "commands_pending": len(self._pending),
            "refused": {
                why: self._refused[why] for why in ("range", "stale", "repeated", "unknown", "not_fresh")
            },
        }

    # Sending

    def show(
        self,
        emotion: int,
        vad: tuple[float, float, float],
        intensity: float,
        gaze_rad: tuple[float, float],
        posture: float,
        tempo: float,
        ttl_ms: int,
        now_us: int,
    ) -> None:
        """Show an affect until the next or until `ttl_ms` is over; raises ConfigError."""
        self._checks.show(emotion, vad, intensity, gaze_rad, posture, tempo, ttl_ms, now_us)
        self._checks.output()
        affect = {"emotion": EMOTIONS[emotion], "vad": list(vad), "intensity": intensity}
        move = {"gaze_rad": list(gaze_rad), "posture": posture, "tempo": tempo}
        self._send({"type": "setpoint", **affect, **move, "ttl_ms": ttl_ms})

    def speak(self, text: str, emotion: int, _now_us: int) -> int:
        """Speak or show a text; returns its number, raises ConfigError."""
        most = 0 if self.device is None else self.device["text_bytes"]
        if len(text.encode()) > most:
            raise ConfigError(f"text is {len(text.encode())} bytes long: the device takes at most {most}")
        self._speech += 1
        self._send({"type": "speech", "id": self._speech, "emotion": EMOTIONS[emotion], "text": text})
        return self._speech

    def offer(self, kind: int, value: float, unit: str, label: str, now_us: int) -> None:
        """Show an offer; raises ConfigError."""
        self._checks.offer(kind, value, unit, label, now_us)
        self._checks.output()
        self._send({"type": "offer", "kind": OFFERS[kind], "value": value, "unit": unit, "label": label})

    def arm(self, release: bool, now_us: int) -> int | None:
        """Let the outputs follow the host; returns the command's id, or None without a device."""
        if not self.up or self.device is None:
            return None
        return self._command(now_us, command="arm", nonce=self.device["boot_nonce"], release=release)

    def disarm(self, now_us: int) -> int:
        """Send the outputs to their safe state; returns the command's id."""
        return self._command(now_us, command="disarm")

    def gesture(self, number: int, duration_s: float, now_us: int) -> int:
        """Play a gesture; returns the command's id."""
        if not 0.0 <= duration_s <= 30.0:
            raise ConfigError(f"duration_s is {duration_s}: give 0 to 30 s")
        return self._command(now_us, command="gesture", number=number, duration_s=duration_s)

    def cancel(self, id: int, now_us: int) -> int:
        """Cancel a command; returns the id of the cancelling."""
        return self._command(now_us, command="cancel", cancelled=id)

    def stop(self, _now_us: int) -> None:
        """Emergency stop, three times, as lines may be damaged."""
        for _ in range(3):
            self._send({"type": "estop", "reason": "estop_host"})

    def _command(self, now_us: int, **fields: Any) -> int:
        self._last_id += 1
        message = {"type": "command", "id": self._last_id, **fields}
        self._pending[self._last_id] = (message, now_us, now_us)
        self._send(message)
        return self._last_id

    def _send(self, message: dict[str, Any]) -> None:
        self._counts["frames_sent"] += 1
        self._output.append(encode_line(message))

    def _hello(self) -> None:
        self._send({"type": "hello", "boot_nonce": self._nonce, "echo_nonce": self._heard_nonce})

    # Receiving

    def _take(self, message: dict[str, Any], now_us: int) -> None:
        kind = message.pop("type", None)
        fields = _FIELDS.get(kind) if isinstance(kind, str) else None
        if kind is None or fields is None:
            self._refused["unknown"] += 1
        elif not all(_is(message.get(name), type_) for name, type_ in fields.items()):
            self._refused["range"] += 1
        elif kind == "stopped":
            self._events.append(("stopped", {"reason": message["reason"]}))
        elif kind == "hello":
            self._greet({name: message[name] for name in fields}, now_us)
        elif self.device is None:
            self._refused["not_fresh"] += 1
        else:
            self._has_met = True
            self._heard(now_us)
            getattr(self, f"_take_{kind}")({name: message[name] for name in fields}, now_us)

    def _greet(self, hello: dict[str, Any], now_us: int) -> None:
        nonce, echo = hello["boot_nonce"], hello.pop("echo_nonce")
        if self.device is not None and self.device["boot_nonce"] == nonce:
            # It has lost track of us, or still waits for the line that was to echo it.
            if echo != self._nonce or not self._has_met:
                self._hello()
            return
        self._heard_nonce = nonce
        if echo == self._nonce:
            for command in list(self._pending):
                self._end(command, "device restarted")
            if self.up:
                self._down("restarted")
            self.device, self.safety, self._input_seq, self._has_met = hello, None, None, False
            self._heard(now_us)
        # The device may still wait for the line that echoes it.
        self._hello()

    def _heard(self, now_us: int) -> None:
        self._counts["frames_ok"] += 1
        self._heard_us = now_us
        if not self.up:
            self.up = True
            self._counts["ups"] += 1
            self._events.append(("up", dict(self.device or {})))

    def _down(self, reason: str) -> None:
        self.up, self.safety = False, None
        self._events.append(("down", {"reason": reason}))

    def _take_safety(self, safety: dict[str, Any], _now_us: int) -> None:
        if safety != self.safety:
            self.safety = safety
            self._events.append(("safety", dict(safety)))

    def _take_evidence(self, evidence: dict[str, Any], _now_us: int) -> None:
        values, form = evidence["values"], evidence["form"]
        right = len(values) == {"likelihood": 7, "gaussian": 9}.get(form)
        right = right and all(_is(value, _NUMBER) and math.isfinite(value) for value in values)
        if not right or not 0.0 <= evidence["quality"] <= 1.0:
            self._refused["range"] += 1
        elif not 0 <= evidence["age_ms"] <= STALE_MS:
            self._refused["stale"] += 1
        else:
            self._events.append(("evidence", evidence))

    def _take_input(self, data: dict[str, Any], _now_us: int) -> None:
        if data["seq"] == self._input_seq:
            self._refused["repeated"] += 1
            return
        self._input_seq = data.pop("seq")
        self._events.append(("input", data))

    def _take_ack(self, ack: dict[str, Any], now_us: int) -> None:
        pending = self._pending.get(ack["id"])
        if pending is None:
            return
        message, first_us, _ = pending
        self._events.append(("command", ack))
        if ack["state"] in ENDED:
            del self._pending[ack["id"]]
        else:
            # It is under way: ask again later, and wait for as long as it is answered.
            self._pending[ack["id"]] = (message, now_us, now_us)
        self._round_trip_us = self._round_trip_us or now_us - first_us

    def _take_text(self, line: dict[str, Any], _now_us: int) -> None:
        self._events.append(("text", line))

    def _take_pong(self, pong: dict[str, Any], now_us: int) -> None:
        if pong["seq"] == self._ping:
            self._round_trip_us = now_us - self._ping_us

    def _end(self, command: int, why: str) -> None:
        del self._pending[command]
        failed = {"id": command, "state": "failed", "progress": 0, "why": why}
        self._events.append(("command", failed))


def _is(value: Any, type_: type | tuple[type, ...]) -> bool:
    return isinstance(value, type_) and not isinstance(value, bool)
