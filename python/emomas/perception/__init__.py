"""What people type, read into numbers: offers, negotiation acts and mild emotion evidence.

`observe` is the door, `TextObservation` the result. Rooms: `tokens` (text to tokens), `numerals`,
`durations`, `clock`, `money`, `dates` (one grammar each), `quantities` (the scan that joins them), `roles`
(what a number is doing in its sentence), `acts`, `cues`, `language` (the rest of the observation), `text`
(all together). `reading` is the trained reader of feelings in text, which `train` makes; `face` reads action
units.
"""

from emomas.perception.observation import EMOTIONS, Offer, TextObservation
from emomas.perception.text import UNITS, observe

__all__ = ["EMOTIONS", "UNITS", "Offer", "TextObservation", "observe"]
