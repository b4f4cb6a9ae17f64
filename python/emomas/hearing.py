"""From what was read to what the core hears: an act, an offer, or first a question back.

A deal needs two people who mean the same number. So a number that could close the conversation is read back
when the reading is not certain, or when it is better for the agent than what the agent itself has asked for;
and a yes that may be politeness is read back, too. In that turn the core hears talk without an offer. Only a
clear yes then counts: the number becomes the person's offer. When it is the agent's own number, or a better
one, the core takes it at once; otherwise it may take it or go on bargaining.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emomas._native import Scenario
    from emomas.perception import Offer, TextObservation

CERTAIN = 0.65
"""Confidence from which a number needs no reading back."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A number that the person is asked to confirm.

    kind: "offer" (theirs), "part" (theirs, perhaps for a part of it only) or "deal" (the agent's, accepted).
    """

    kind: str
    value: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What the core is told: its act, the offer, and what is read back instead of the core's move.

    agreed: the number that a clear yes has just confirmed.
    """

    act: str
    offer: float | None = None
    read_back: ReadBack | None = None
    agreed: float | None = None


def plausible(scenario: Scenario) -> tuple[float, float]:
    """The least and the largest number that can be meant as an offer in the scenario.

    Clock times reach three hours beyond the parties' wishes, anything else from just above 0 to four times
    the largest of them.
    """
    wishes = (
        scenario.agent_target,
        scenario.agent_reservation,
        scenario.counterpart_target,
        scenario.counterpart_reservation,
    )
    if scenario.unit == "minutes_past_21":
        return min(wishes) - 180.0, max(wishes) + 180.0
    return min(0.25, min(wishes)), 4.0 * max(wishes)


def hear(said: TextObservation, scenario: Scenario, *, own: float | None, pending: ReadBack | None) -> Heard:
    """The meaning of `said`. own: the number the agent has named last; pending: what it has just "
    "read back."""
    acts, offer = set(said.acts), said.offer
    if "stop" in acts or "leave" in acts:
        return Heard("leave")
    if pending is not None and _confirms(said, pending):
        return Heard("talk", pending.value, agreed=pending.value)
    if "accept" in acts and own is not None and (offer is None or offer.value == own):
        if "accept:mild" in said.cues:
            return Heard("talk", read_back=ReadBack("deal", own))
        return Heard("accept")
    if "accept:mild" in said.cues and own is not None and offer is None and "reject" not in acts:
        return Heard("talk", read_back=ReadBack("deal", own))
    doubtful = _doubtful(said, scenario, own)
    if doubtful is not None:
        return Heard("talk", read_back=doubtful)
    if offer is not None:
        return Heard("talk", offer.value)
    return Heard("reject" if "reject" in acts else "talk")


def _confirms(said: TextObservation, pending: ReadBack) -> bool:
    """A clear yes, or the same number once more without a doubt."""
    if "reject" in said.acts or "ask" in said.acts:
        return False
    offer = said.offer
    if offer is not None or said.offers:
        return offer is not None and offer.value == pending.value and len(said.offers) == 1
    return "affirm" in said.acts or ("accept" in said.acts and "accept:mild" not in said.cues)


def _doubtful(said: TextObservation, scenario: Scenario, own: float | None) -> ReadBack | None:
    """The number that must be read back, if it could close the conversation."""
    offer = said.offer or _possible(said)
    if offer is None or scenario.utility(offer.value) < 0.0:
        return None
    if offer.doubt == "partial":
        return ReadBack("part", offer.value)
    if offer.doubt or offer.confidence < CERTAIN or _too_good(offer.value, scenario, own):
        return ReadBack("offer", offer.value)
    return None


def _possible(said: TextObservation) -> Offer | None:
    from emomas.perception.commitment import OPEN_DOUBTS

    return next((offer for offer in reversed(said.offers) if offer.doubt in OPEN_DOUBTS), None)


def _too_good(value: float, scenario: Scenario, own: float | None) -> bool:
    """Whether the number gives the agent more than it has asked for."""
    asked = 1.0 if own is None else min(1.0, scenario.utility(own))
    return scenario.utility(value) > asked
