"""The serial bridge to a robot or kiosk: shows what the agent decides, hears what the person does there."""

from __future__ import annotations

from emomas.bridge.bridge import Bridge
from emomas.bridge.events import Event, Inbox
from emomas.bridge.port import serial_ports

__all__ = ["Bridge", "Event", "Inbox", "serial_ports"]
