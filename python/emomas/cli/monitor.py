"""The live view of `emomas link monitor`."""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from emomas._native import FrameReader
from emomas.bridge.reasons import refusal
from emomas.cli.body import readable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from emomas.bridge import Bridge, Event

REFRESH_S = 0.25
SHOWN_EVENTS = 8
STATES = {"armed": "green", "safe": "yellow", "stopped": "red", "boot": "cyan"}


class Traffic:
    """Messages by direction and name: how many, how often, how many bytes a second."""

    def __init__(self) -> None:
        """Count from now on."""
        self.counts: Counter[tuple[str, str]] = Counter()
        self.bytes: Counter[str] = Counter()
        self._readers = {"in": FrameReader(), "out": FrameReader()}
        self._partial = {"in": b"", "out": b""}
        self._history: deque[tuple[float, Counter[tuple[str, str]], Counter[str]]] = deque(maxlen=9)

    def take(self, way: str, data: bytes, lines: bool) -> None:
        """Bytes that came `in` or went `out`."""
        self.bytes[way] += len(data)
        for name in self._names(way, data, lines):
            self.counts[way, name] += 1

    def _names(self, way: str, data: bytes, lines: bool) -> list[str]:
        if lines:
            *whole, self._partial[way] = (self._partial[way] + data).split(b"\n")
            return [line.split(b'"', 4)[3].decode(errors="replace") for line in whole if line.count(b'"') > 3]
        frames = self._readers[way].read(data, time.monotonic_ns() // 1000)
        return ["unknown" if message is None else json.loads(message)["type"] for _, _, _, message in frames]

    def rates(self) -> tuple[dict[tuple[str, str], float], dict[str, float]]:
        """Messages and bytes a second over the last two seconds."""
        now = (time.monotonic(), self.counts.copy(), self.bytes.copy())
        self._history.append(now)
        then = self._history[0]
        passed = max(now[0] - then[0], 1e-9)
        messages = {name: (count - then[1][name]) / passed for name, count in now[1].items()}
        return messages, {way: (now[2][way] - then[2][way]) / passed for way in ("in", "out")}


def watch(bridge: Bridge, screen: Console, seconds: float | None) -> None:
    """Draw the line's state until Ctrl-C, or for so many seconds; without a terminal, once at the end."""
    traffic, inbox = Traffic(), bridge.inbox()
    bridge.tap(traffic.take)
    last: deque[Event] = deque(maxlen=SHOWN_EVENTS)
    end = None if seconds is None else time.monotonic() + seconds
    with Live(console=screen, auto_refresh=False) as live:
        try:
            while end is None or time.monotonic() < end:
                time.sleep(REFRESH_S)
                last.extend(event for event in inbox.drain() if event.kind != "evidence")
                live.update(_drawn(bridge, traffic, last), refresh=screen.is_terminal)
        except KeyboardInterrupt:
            pass
        live.refresh()


def _drawn(bridge: Bridge, traffic: Traffic, last: deque[Event]) -> RenderableType:
    messages, bytes_s = traffic.rates()
    table = Table("", "message", "count", "per s", box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for (way, name), count in sorted(traffic.counts.items()):
        arrow = "<-" if way == "in" else "->"
        table.add_row(arrow, name.lower(), str(count), f"{messages[way, name]:.1f}")
    return Group(
        _state(bridge),
        _line(bridge.statistics(), bytes_s),
        "",
        table,
        "",
        *(Text(_said(bridge.port, event), no_wrap=True, overflow="ellipsis") for event in last),
    )


def _state(bridge: Bridge) -> Text:
    device, safety = bridge.device, bridge.safety
    if device is None:
        return Text(f"{bridge.port}: no device yet", style="yellow")
    text = Text(f"{bridge.port}: {readable(device['uid'])}, firmware {device['firmware']}, ")
    if not bridge.up:
        return text.append("not heard", style="bold red")
    state = (safety or {}).get("state", "no state yet")
    text.append(state, style=f"bold {STATES.get(state, 'white')}")
    return text.append("" if safety is None else f" ({safety['reason']})")


def _line(kept: dict[str, Any], bytes_s: dict[str, float]) -> Text:
    refused = {why: n for why, n in kept["refused"].items() if n}
    return Text(
        f"in {bytes_s['in']:.0f} B/s, out {bytes_s['out']:.0f} B/s, "
        f"round trip {kept['round_trip_us'] / 1000:.1f} ms, lost {kept['frames_lost']}, "
        f"damaged {kept['frames_damaged']}, refused "
        + (", ".join(f"{n} {why}" for why, n in refused.items()) or "0")
        + f", latest tick {kept['latest_tick_ms']} ms"
    )


def _said(port: str, event: Event) -> str:
    if event.kind == "refused":
        return f"refused: {refusal(port, event.data)}"
    if event.kind == "port":
        return f"port {event.data['state']}: {event.data.get('why', '')}".rstrip(": ")
    shown = ("state", "reason", "id", "progress", "why", "input", "value", "text", "uid")
    return f"{event.kind} " + " ".join(
        f"{k}={event.data[k]}" for k in shown if event.data.get(k) not in (None, "")
    )
