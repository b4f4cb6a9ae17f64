"""The bridge: one thread between a serial port and everybody who uses the device."""

from __future__ import annotations

import os
import secrets
import threading
import time
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from emomas._native import EMOTIONS, Link
from emomas.bridge import keys as keyring
from emomas.bridge.events import Event, Inbox
from emomas.bridge.port import Port
from emomas.bridge.rearm import Rearm
from emomas.bridge.reasons import refusal, silence
from emomas.errors import BridgeError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from emomas.bridge.lines import LineLink

TICK_S = 0.01
REFRESH_S = 0.2
TTL_MS = 600
"""A set-point is repeated every REFRESH_S seconds and dies TTL_MS milliseconds after the last repetition."""

LATE_S = 0.06
"""A tick that is later than this makes the host's heartbeats say `degraded` for a second."""

ENDED = ("done", "failed", "cancelled")
COMMANDS_KEPT = 256
OFFERS = ("none", "proposed", "accepted", "refused")


class Bridge(AbstractContextManager["Bridge"]):
    """A robot or kiosk at the other end of a serial line.

    Everything goes through one thread that never waits for anything else, so a busy language model doesn't
    make the device believe that the host is gone. The device shows nothing before `arm`, goes safe within
    250 ms when it no longer hears this host, and says why in `safety`. All methods may be called from any
    thread.

    Parameters: `port` a name such as /dev/ttyACM0, or socket://host:port; `baud` in bits a second; `lines`
    for devices that speak plain lines (docs/bridge.md), which can't sign; `unsigned` for a device without a
    key; `keys` of 32 bytes instead of the stored ones; `auto_rearm` whether a device that allows it is armed
    again after a loss of the link; `dtr` False for boards that reset when a port is opened.
    """

    def __init__(
        self,
        port: str,
        *,
        baud: int = 115_200,
        lines: bool = False,
        unsigned: bool = False,
        keys: Sequence[bytes] | None = None,
        auto_rearm: bool = True,
        dtr: bool = True,
    ) -> None:
        """Open the port and start; raises BridgeError."""
        self._keys = [] if unsigned or lines else list(keys or keyring.stored_keys().values())
        if not (self._keys or unsigned or lines):
            raise BridgeError(
                f"no key is stored for any device: run `emomas link pair {port}`, or open it with "
                "unsigned=True (--unsigned)"
            )
        self._lines = lines
        self._rearm = Rearm(auto_rearm)
        self._changed = threading.Condition(threading.RLock())
        self._inboxes: list[Inbox] = []
        self._taps: list[Callable[[str, bytes, bool], None]] = []
        self._commands: dict[int, dict[str, Any]] = {}
        self._refusal: dict[str, Any] | None = None
        self._shown: Callable[[int], None] | None = None
        self._shown_until_s = self._refresh_s = self._degraded_until_s = 0.0
        self._latest_s = 0.0
        self.reopened = 0
        self._failure: BaseException | None = None
        self._closing = False
        self.port = port
        self._port = Port(port, baud, dtr=dtr)
        self._link = self._new_link()
        self._thread = threading.Thread(target=self._run, name=f"emomas bridge {port}", daemon=True)
        self._thread.start()

    def _new_link(self) -> Link | LineLink:
        if self._lines:
            from emomas.bridge.lines import LineLink

            return LineLink(secrets.randbits(32) | 1)
        return Link(self._keys, secrets.randbits(32) | 1, time.time_ns() // 1000 - _now_us())

    # What is known

    @property
    def up(self) -> bool:
        """Whether the device is heard."""
        with self._changed:
            return self._link.up

    @property
    def armed(self) -> bool:
        """Whether the device's outputs follow this host."""
        with self._changed:
            return self._link.up and (self._link.safety or {}).get("state") == "armed"

    @property
    def device(self) -> dict[str, Any] | None:
        """What the device said of itself: uid, firmware, capabilities, deadman_ms, text_bytes, boot_nonce."""
        with self._changed:
            return self._link.device

    @property
    def safety(self) -> dict[str, Any] | None:
        """The device's safety state and counters, as last heard; None while it is not heard."""
        with self._changed:
            return self._link.safety

    @property
    def rearmed(self) -> int:
        """How often the device was armed again after a loss of the link."""
        return self._rearm.count

    def statistics(self) -> dict[str, Any]:
        """Counters of the line and of this host since the start; times in the unit of their name."""
        with self._changed:
            own = {
                "rearmed": self._rearm.count,
                "reopened": self.reopened,
                "latest_tick_ms": round(1000 * self._latest_s, 1),
            }
            return {**self._link.statistics(), **own}

    def inbox(self, at_once: Callable[[Event], None] | None = None) -> Inbox:
        """Events from now on, for one more reader; see Inbox."""
        inbox = Inbox(at_once)
        with self._changed:
            self._inboxes.append(inbox)
        return inbox

    def tap(self, take: Callable[[str, bytes, bool], None]) -> None:
        """Let `take` have all bytes: (`in` or `out`, bytes, whether lines), in the bridge's thread."""
        with self._changed:
            self._taps.append(take)

    def forget(self, inbox: Inbox) -> None:
        """Tell that reader nothing more."""
        with self._changed:
            self._inboxes = [kept for kept in self._inboxes if kept is not inbox]

    # What is asked of the device

    def wait_up(self, timeout_s: float = 5.0) -> None:
        """Wait until the device is met and has told its state; raises BridgeError that says what is wrong."""
        if self._until(lambda: self._link.up and self._link.safety is not None, timeout_s):
            return
        with self._changed:
            if not self._port.is_open:
                raise BridgeError(self._port.error)
            if self._refusal is not None:
                raise BridgeError(refusal(self.port, self._refusal))
            raise BridgeError(silence(self.port, self._link.statistics(), timeout_s))

    def arm(self, *, release: bool = False, timeout_s: float = 5.5) -> None:
        """Let the outputs follow the host, `release` also after an emergency stop of the host's own.

        Raises BridgeError when the device refuses, such as while its stop button is pressed.
        """
        with self._changed:
            command = self._link.arm(release, _now_us())
            if command is None:
                raise BridgeError(f"no device is heard at {self.port}: call wait_up first")
            self._rearm.wanted = True
            self._port.wake()
        self._carry_out("arm", command, timeout_s)

    def disarm(self, *, timeout_s: float = 5.5) -> None:
        """Send the outputs to their safe state; raises BridgeError."""
        with self._changed:
            self._rearm.wanted, self._shown = False, None
            command = self._link.disarm(_now_us())
            self._port.wake()
        self._carry_out("disarm", command, timeout_s)

    def stop(self) -> None:
        """Emergency stop, whatever the state of the link; only `arm(release=True)` ends it."""
        with self._changed:
            self._rearm.wanted, self._shown = False, None
            self._link.stop(_now_us())
            self._port.wake()

    def show(
        self,
        emotion: str,
        *,
        vad: tuple[float, float, float] = (0.0, 0.0, 0.0),
        intensity: float = 1.0,
        gaze_rad: tuple[float, float] = (0.0, 0.0),
        posture: float = 0.0,
        tempo: float = 1.0,
        hold_s: float = 60.0,
    ) -> None:
        """Show an emotion until the next, at most for `hold_s` seconds, after which the device is neutral.

        vad, posture in [−1, 1]; intensity in [0, 1]; gaze_rad yaw (left positive) and pitch; tempo 0.5 to 2.
        Raises ConfigError.
        """
        if emotion not in EMOTIONS:
            raise ConfigError(f"emotion is {emotion!r}: give one of {', '.join(EMOTIONS)}")
        if not hold_s > 0.0:
            raise ConfigError(f"hold_s is {hold_s}: give more than 0 s")
        number, now_s = EMOTIONS.index(emotion), time.monotonic()
        with self._changed:
            shown = partial(self._link.show, number, vad, intensity, gaze_rad, posture, tempo, TTL_MS)
            shown(_now_us())
            self._shown = shown
            self._shown_until_s, self._refresh_s = now_s + hold_s, now_s + REFRESH_S
            self._port.wake()

    def speak(self, text: str, emotion: str = "neutral") -> int:
        """Let the device speak or show a text; returns its number. Raises ConfigError if it is too long."""
        if emotion not in EMOTIONS:
            raise ConfigError(f"emotion is {emotion!r}: give one of {', '.join(EMOTIONS)}")
        with self._changed:
            number = self._link.speak(text, EMOTIONS.index(emotion), _now_us())
            self._port.wake()
            return number

    def offer(self, kind: str, value: float = 0.0, unit: str = "", label: str = "") -> None:
        """Show a number; `kind` is none (clears it), proposed, accepted or refused. Raises ConfigError."""
        if kind not in OFFERS:
            raise ConfigError(f"kind is {kind!r}: give one of {', '.join(OFFERS)}")
        with self._changed:
            self._link.offer(OFFERS.index(kind), value, unit, label, _now_us())
            self._port.wake()

    def gesture(self, number: int, duration_s: float) -> int:
        """Play a gesture for 0 to 30 s; returns the command's id, for `wait_for` and `cancel`."""
        with self._changed:
            command = self._link.gesture(number, duration_s, _now_us())
            self._port.wake()
            return command

    def cancel(self, command: int) -> int:
        """Cancel a command; if it is done first, it stays done. Returns the id of the cancelling."""
        with self._changed:
            cancelling = self._link.cancel(command, _now_us())
            self._port.wake()
            return cancelling

    def wait_for(self, command: int, timeout_s: float) -> dict[str, Any]:
        """How a command stands once it has ended, or after `timeout_s`: state, progress in percent, why."""
        self._until(lambda: self._commands.get(command, {}).get("state") in ENDED, timeout_s)
        with self._changed:
            waiting = {"id": command, "state": "sent", "progress": 0, "why": ""}
            return dict(self._commands.get(command, waiting))

    def pair(self, timeout_s: float = 5.0) -> str:
        """Give a new key to a device that has none, and keep it; returns its uid. Raises BridgeError."""
        if not isinstance(self._link, Link):
            raise ConfigError("lines can't be signed: leave out --lines for a device that speaks MAVLink")
        self.wait_up(timeout_s)
        device = self.device or {}
        if "signing" in device["capabilities"]:
            raise BridgeError(f"the device at {self.port} has a key already: clear it at the device first")
        uid, key = device["uid"], keyring.new_key()
        # Before it is sent, and for good: a key that only the device knows would lock everybody out.
        keyring.store_key(uid, key)
        unsigned = self._link
        with self._changed:
            unsigned.pair(key, _now_us())
            self._port.wake()
        time.sleep(5 * TICK_S)
        with self._changed:
            self._keys, self._refusal = [key], None
            self._link = self._new_link()
        try:
            self.wait_up(timeout_s)
        except BridgeError as error:
            with self._changed:
                self._keys, self._link = [], unsigned
            raise BridgeError(
                f"the device at {self.port} didn't take the key: try again, or build its firmware with "
                "EMOMAS_SIGNING=1 and non-volatile storage"
            ) from error
        return str(uid)

    def close(self) -> None:
        """Disarm the device if it is armed, and give the port back."""
        if self._closing:
            return
        if self._thread.is_alive() and self.armed:
            with self._changed:
                self._rearm.wanted = False
                command = self._link.disarm(_now_us())
                self._port.wake()
            self.wait_for(command, 0.5)
        self._closing = True
        self._port.wake()
        self._thread.join(2.0)
        self._port.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _carry_out(self, what: str, command: int, timeout_s: float) -> None:
        ended = self.wait_for(command, timeout_s)
        if ended["state"] != "done":
            state = self.safety or {}
            raise BridgeError(
                f"{what} failed: {ended['why'] or 'no answer'}; the device at {self.port} is "
                f"{state.get('state', 'not heard')} ({state.get('reason', 'no reason')})"
            )

    def _until(self, true: Callable[[], bool], timeout_s: float) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: true() or self._failure is not None, timeout_s)
            if self._failure is not None:
                raise BridgeError(f"the bridge to {self.port} ended: {self._failure!r}") from self._failure
            return true()

    # The thread

    def _run(self) -> None:
        with suppress(OSError):  # where it is allowed, the line comes before everything else
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -10)
        try:
            tick_s = time.monotonic()
            while not self._closing:
                self._port.wait(tick_s)
                now_s = time.monotonic()
                with self._changed:
                    self._move_bytes()
                    if now_s >= tick_s:
                        self._tick(now_s, late_s=now_s - tick_s)
                        tick_s = max(tick_s + TICK_S, now_s)
                    self._tell()
        except Exception as error:  # the device goes safe without us; say why to whoever asks
            self._failure = error
            with self._changed:
                self._changed.notify_all()

    def _tick(self, now_s: float, late_s: float) -> None:
        self._latest_s = max(self._latest_s, late_s)
        if late_s > LATE_S:
            self._degraded_until_s = now_s + 1.0
        self._link.set_degraded(now_s < self._degraded_until_s)
        if self._port.reopen():
            self.reopened += 1
            self._publish("port", {"state": "open"})
        self._link.tick(_now_us())
        if self._shown is not None and now_s >= self._refresh_s:
            self._refresh_s = now_s + REFRESH_S
            if now_s > self._shown_until_s:
                self._shown = None
            elif self._link.up:
                self._shown(_now_us())
        self._rearm.step(self._link, _now_us())
        self._move_bytes()

    def _move_bytes(self) -> None:
        try:
            came = self._port.read()
            self._link.receive(came, _now_us())
            goes = self._link.output()
            self._port.write(goes)
            for take in self._taps:
                take("in", came, self._lines)
                take("out", goes, self._lines)
        except BridgeError as error:
            self._link.lost_port()
            self._publish("port", {"state": "lost", "why": str(error)})

    def _tell(self) -> None:
        """Hand the link's events on."""
        for kind, data in self._link.events():
            if kind == "command":
                self._commands[data["id"]] = data
                if len(self._commands) > COMMANDS_KEPT:
                    del self._commands[next(iter(self._commands))]
                if data["state"] in ENDED:
                    self._rearm.ended(data)
            elif kind == "refused":
                self._refusal = data
            elif kind == "up":
                self._refusal = None
            elif kind == "stopped":
                self._rearm.wanted, self._shown = False, None
            self._publish(kind, data)
        self._changed.notify_all()

    def _publish(self, kind: str, data: dict[str, Any]) -> None:
        event = Event(kind, data, time.monotonic())
        for inbox in self._inboxes:
            inbox.put(event)


def _now_us() -> int:
    return time.monotonic_ns() // 1000
