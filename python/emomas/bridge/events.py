"""What a bridge tells its readers."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_WAITING = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at the device or on the line.

    kind: `up`, `down`, `refused`, `safety`, `evidence`, `input`, `stopped`, `command`, `text` or `port`.
    data: its fields, by the names in docs/bridge.md. time_s: when it was heard, by `time.monotonic`.
    """

    kind: str
    data: dict[str, Any]
    time_s: float


class Inbox:
    """Events for one reader, in order; one that never reads loses the oldest, which `dropped` counts."""

    def __init__(self, at_once: Callable[[Event], None] | None = None) -> None:
        """Start empty; `at_once` also hears each event, in the bridge's thread, and must not wait."""
        self.dropped = 0
        self._waiting: deque[Event] = deque()
        self._arrived = threading.Condition()
        self._at_once = at_once

    def put(self, event: Event) -> None:
        """Add an event; called by the bridge."""
        with self._arrived:
            if len(self._waiting) == MOST_WAITING:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(event)
            self._arrived.notify_all()
        if self._at_once is not None:
            self._at_once(event)

    def drain(self) -> list[Event]:
        """All events that wait, oldest first."""
        with self._arrived:
            events = list(self._waiting)
            self._waiting.clear()
        return events

    def get(self, timeout_s: float) -> Event | None:
        """The oldest event, waited for at most `timeout_s` seconds."""
        end = time.monotonic() + timeout_s
        with self._arrived:
            while not self._waiting:
                left = end - time.monotonic()
                if left <= 0.0 or not self._arrived.wait(left):
                    return None
            return self._waiting.popleft()
