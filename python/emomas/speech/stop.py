"""Falling silent from another thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emomas.speech.engine.worker import Handle


class Stop:
    """Ends one line from another thread."""

    def __init__(self) -> None:
        """Not yet."""
        self._lock = threading.Lock()
        self._handle: Handle[Any] | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """End what is attached, and what will be."""
        with self._lock:
            self.cancelled = True
            handle = self._handle
        if handle is not None:
            handle.cancel()

    def attach(self, handle: Handle[Any]) -> None:
        """Let `cancel` end this request."""
        with self._lock:
            self._handle = handle
            cancelled = self.cancelled
        if cancelled:
            handle.cancel()
