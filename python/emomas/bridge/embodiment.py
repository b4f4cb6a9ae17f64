"""An agent's body: what it decides goes to the device, what happens there comes to it."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from emomas._native import Evidence
from emomas.speech.quantity import speak_value

if TYPE_CHECKING:
    from emomas._native import Decision
    from emomas.agent import Agent
    from emomas.bridge.bridge import Bridge
    from emomas.bridge.events import Event
    from emomas.reply import Reply

FIRST_CHANNEL = 16
"""The device's sensor n is the core's channel FIRST_CHANNEL + n; those below are the host's own senses."""

TOUCHED = ("reject", "accept", "leave")
"""What the choices 0, 1 and 2 on the device's screen mean."""

SHOWN_AS = {"accept": "accepted", "walk_away": "refused", "hand_over": "none"}


class Embodiment:
    """What `Agent.attach` makes: `sense` before a decision, `show` after it, `say` with the words."""

    def __init__(self, agent: Agent, bridge: Bridge) -> None:
        """Listen to the bridge from now on."""
        self._agent, self._bridge = agent, bridge
        self._stopped = False
        self._inbox = bridge.inbox(at_once=self._at_once)
        if bridge.armed:
            agent.send("link.armed")
        elif bridge.up:
            agent.send("link.up")

    def close(self) -> None:
        """Listen no longer."""
        self._bridge.forget(self._inbox)

    def _at_once(self, event: Event) -> None:
        """A stop ends what is being worded, in the middle of a line."""
        if _stops(event):
            self._stopped = True
            self._agent.hush()

    def sense(self) -> None:
        """Give the agent what has come in since the last turn, in order."""
        for event in self._inbox.drain():
            if event.kind == "evidence":
                self._agent.observe(evidence=[_evidence(event)])
            elif _stops(event):
                self._agent.send("stop")
                return
            elif event.kind == "input":
                self._take_input(event.data)
            elif event.kind in ("up", "down"):
                self._agent.send(f"link.{event.kind}")
            elif event.kind == "safety":
                self._agent.send("link.armed" if event.data["state"] == "armed" else "link.up")

    def _take_input(self, data: dict[str, Any]) -> None:
        if data["input"] == "text":
            self._agent.observe(data["text"])
        elif data["input"] == "touch" and 0 <= data["value"] < len(TOUCHED):
            self._agent.observe(act=TOUCHED[data["value"]])

    def show(self, decision: Decision) -> None:
        """Move face and body with the emotion decided on."""
        if self._stopped:
            return
        valence, arousal, dominance = decision.goal_vad
        strength = decision.intensity
        self._bridge.show(
            decision.emotion,
            vad=(valence, arousal, dominance),
            intensity=strength,
            # Low valence with low dominance looks down, as sadness does.
            gaze_rad=(0.0, -0.3 * strength * max(0.0, -valence) * max(0.0, -dominance)),
            posture=max(-1.0, min(1.0, dominance * strength)),
            tempo=max(0.5, min(2.0, 1.0 + 0.5 * arousal * strength)),
        )

    def say(self, reply: Reply) -> None:
        """Speak the words and show the number, on devices that can."""
        device = self._bridge.device
        if self._stopped or device is None:
            return
        able = device["capabilities"]
        if reply.text and ("speaker" in able or "screen" in able):
            self._bridge.speak(_cut(reply.text, device["text_bytes"]), reply.emotion)
        if "screen" in able:
            unit = self._agent.scenario.unit
            if reply.offer is None:
                self._bridge.offer("none")
            else:
                kind = SHOWN_AS.get(reply.act, "proposed")
                self._bridge.offer(kind, reply.offer, unit, speak_value(reply.offer, unit))


def _stops(event: Event) -> bool:
    return event.kind == "stopped" or (event.kind == "input" and event.data["input"] == "stop")


def _evidence(event: Event) -> Evidence:
    """The core's evidence; of a covariance, the variances."""
    data = event.data
    values: list[float] = data["values"]
    channel = FIRST_CHANNEL + data["channel"]
    age_s = data["age_ms"] / 1000 + time.monotonic() - event.time_s
    if data["form"] == "likelihood":
        # Only ratios count; the largest is 1, so that none overflows.
        top = max(values[:7])
        ratios = [math.exp(max(-700.0, value - top)) for value in values[:7]]
        return Evidence.likelihood(ratios, channel=channel, age_s=age_s, quality=data["quality"])
    variance = [values[3], values[6], values[8]]
    return Evidence.vad(values[:3], variance, channel=channel, age_s=age_s, quality=data["quality"])


def _cut(text: str, most_bytes: int) -> str:
    """As many whole words as a device's buffer takes."""
    if len(text.encode()) <= most_bytes:
        return text
    kept = text.encode()[: most_bytes - 3].decode("utf-8", "ignore")
    return kept.rpartition(" ")[0] + "…"
