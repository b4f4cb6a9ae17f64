"""A face as evidence: action units to expressions to emotions.

Action units (FACS) come from a camera process or from the device, or are made of ARKit-style blendshapes.
Prototypical units and the shares of their variants: Du, Tao & Martinez (PNAS 111:E1454, 2014); how well
detectors see each unit: F1 of py-feat on DISFA+. A unit that isn't given counts as hidden, not as absent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emomas._native import Evidence
from emomas.errors import ObservationError
from emomas.perception.observation import EMOTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# fmt: off
BASIC: dict[str, dict[int, float]] = {
    "joy": {12: .87, 25: .87, 6: .51},
    "sadness": {4: .87, 15: .87, 1: .60, 6: .50, 11: .26, 17: .67},
    "anger": {4: .87, 7: .87, 24: .87, 10: .26, 17: .52, 23: .29},
    "fear": {1: .87, 4: .87, 20: .87, 25: .87, 2: .57, 5: .63, 26: .33},
    "surprise": {1: .87, 2: .87, 25: .87, 26: .87, 5: .66},
    "disgust": {9: .87, 10: .87, 17: .87, 4: .31, 24: .26},
    "neutral": {},
}
"""Probability of each action unit in each emotion's expression; ELSEWHERE of those not listed."""

COMPOUND: dict[str, dict[int, float]] = {
    "happily surprised": {1: .87, 2: .87, 12: .87, 25: .87, 5: .64, 26: .67},
    "happily disgusted": {10: .87, 12: .87, 25: .87, 4: .32, 6: .61, 9: .59},
    "sadly fearful": {1: .87, 4: .87, 20: .87, 25: .87, 2: .46, 5: .24, 6: .34, 15: .30},
    "sadly angry": {4: .87, 15: .87, 6: .26, 7: .48, 11: .20, 17: .50},
    "sadly surprised": {1: .87, 4: .87, 25: .87, 26: .87, 2: .27, 6: .31},
    "sadly disgusted": {4: .87, 10: .87, 1: .49, 6: .61, 9: .20, 11: .35, 15: .54, 17: .47},
    "fearfully angry": {4: .87, 20: .87, 25: .87, 5: .40, 7: .39, 10: .30},
    "fearfully surprised": {1: .87, 2: .87, 5: .87, 20: .87, 25: .87, 4: .47, 26: .51},
    "angrily surprised": {4: .87, 25: .87, 26: .87, 5: .35, 7: .50, 10: .34},
    "angrily disgusted": {4: .87, 10: .87, 17: .87, 7: .60, 9: .57, 24: .36},
}

SEEN: dict[int, float] = {
    1: .78, 2: .57, 4: .71, 5: .58, 6: .59, 9: .83, 12: .56, 15: .65, 17: .28, 20: .02, 25: .67, 26: .26,
}
"""How well detectors see a unit, 0 to 1; the fear cue 20 hardly at all."""

BLENDSHAPES: dict[int, tuple[str, ...]] = {
    1: ("browInnerUp",), 2: ("browOuterUpLeft", "browOuterUpRight"), 4: ("browDownLeft", "browDownRight"),
    5: ("eyeWideLeft", "eyeWideRight"), 6: ("cheekSquintLeft", "cheekSquintRight"),
    7: ("eyeSquintLeft", "eyeSquintRight"), 9: ("noseSneerLeft", "noseSneerRight"),
    10: ("mouthUpperUpLeft", "mouthUpperUpRight"), 12: ("mouthSmileLeft", "mouthSmileRight"),
    15: ("mouthFrownLeft", "mouthFrownRight"), 17: ("mouthShrugLower",),
    20: ("mouthStretchLeft", "mouthStretchRight"), 24: ("mouthPressLeft", "mouthPressRight"),
    26: ("jawOpen",),
}
"""The blendshapes that make up each unit; of two sides the mean."""
# fmt: on

ELSEWHERE = 0.09
SEEN_ELSE = 0.5
FALSE_ALARM = 0.05
BASE_RATE = 0.15
LARGEST_RATIO = 20.0
TEMPERATURE = 2.0
"""Units aren't independent: their evidence is divided by this. A judgement, not yet fitted to data."""

LOWER_FACE = frozenset({10, 11, 12, 15, 17, 20, 23, 24, 25, 26})
SPEAKING = 0.3
"""Share of the lower face's evidence that is left while the person speaks."""

LARGEST_YAW_RAD = 0.7
UNITS = frozenset(range(1, 29)) | {43, 45}
CLEARLY = 3.0


@dataclass(frozen=True, slots=True)
class FaceReading:
    """What a face says, in three steps: the units that are there, the expression, the emotions.

    units: action units with the probability that they are there, likeliest first. expression: the best of the
    basic or compound expressions; a compound only if it is CLEARLY times as likely as the best basic one.
    emotions: likelihood over `EMOTIONS`, largest 1. quality: in [0, 1].
    """

    units: tuple[tuple[int, float], ...]
    expression: str
    emotions: tuple[float, ...]
    quality: float


def units_of(blendshapes: Mapping[str, float]) -> dict[int, float]:
    """Action units from ARKit-style blendshapes in [0, 1]; units without blendshapes are left out."""
    found = {}
    for unit, names in BLENDSHAPES.items():
        values = [blendshapes[name] for name in names if name in blendshapes]
        if values:
            found[unit] = sum(values) / len(values)
    return found


def read_face(
    units: Mapping[int, float], *, speaking: bool = False, yaw_rad: float = 0.0, score: float = 1.0
) -> FaceReading:
    """Read action units, each the probability in [0, 1] that it is there.

    While `speaking`, the lower face says less. `yaw_rad` is how far the head is turned away, `score` the face
    detector's confidence. Raises ObservationError that names the unit.
    """
    for name, value, least in (("yaw_rad", yaw_rad, -math.pi), ("score", score, 0.0)):
        if not least <= value <= (1.0 if name == "score" else math.pi):
            raise ObservationError(f"{name} is {value}: give {'0 to 1' if name == 'score' else 'radians'}")
    for unit, p in units.items():
        if unit not in UNITS:
            raise ObservationError(
                f"action unit {unit!r} is unknown: give numbers of FACS, 1 to 28, 43 or 45"
            )
        if not 0.0 <= p <= 1.0:
            raise ObservationError(f"action unit {unit} is {p}: give a probability, 0 to 1")
    ratios = {unit: _ratio(p) for unit, p in units.items()}
    basic = {name: _evidence(row, ratios, speaking) for name, row in BASIC.items()}
    compound = {name: _evidence(row, ratios, speaking) for name, row in COMPOUND.items()}
    best = max(basic, key=lambda name: basic[name])
    mixed = max(compound, key=lambda name: compound[name])
    clear = compound[mixed] - basic[best] > math.log(CLEARLY)
    facing = max(0.0, 1.0 - abs(yaw_rad) / LARGEST_YAW_RAD)
    return FaceReading(
        units=tuple(sorted(((unit, p) for unit, p in units.items() if p >= 0.5), key=lambda pair: -pair[1])),
        expression=mixed if clear else best,
        emotions=tuple(math.exp(basic[name] - basic[best]) for name in EMOTIONS),
        quality=score * facing if units else 0.0,
    )


def _ratio(p: float) -> float:
    """How much likelier a detector's output is if the unit is there than if it isn't."""
    odds = p / (1.0 - p) if p < 1.0 else math.inf
    return min(LARGEST_RATIO, max(1.0 / LARGEST_RATIO, odds * (1.0 - BASE_RATE) / BASE_RATE))


def _evidence(row: Mapping[int, float], ratios: Mapping[int, float], speaking: bool) -> float:
    """Logarithm of how likely the units are in an expression."""
    total = 0.0
    for unit, ratio in ratios.items():
        there = row.get(unit, ELSEWHERE)
        seen = max(FALSE_ALARM, SEEN.get(unit, SEEN_ELSE))  # less would speak against what is there
        shown = seen * there + FALSE_ALARM * (1.0 - there)
        share = SPEAKING if speaking and unit in LOWER_FACE else 1.0
        total += share * math.log(shown * ratio + 1.0 - shown)
    return total / TEMPERATURE


class FaceChannel:
    """A face as a channel: action units, or blendshapes through `units_of`."""

    number = 4

    def observe(self, data: Mapping[int, float]) -> Sequence[Evidence]:
        """The evidence in one frame's action units; nothing of an empty frame."""
        reading = read_face(data)
        if reading.quality == 0.0:
            return ()
        return (Evidence.likelihood(list(reading.emotions), channel=self.number, quality=reading.quality),)
