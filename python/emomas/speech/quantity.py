"""Numbers as people say them: days, minutes, clock times and dollars."""

from __future__ import annotations

import math

_DAY_MINUTES = 24 * 60
_NINE_PM = 21 * 60


def speak_value(value: float, unit: str) -> str:
    """The value with its unit, as a noun phrase that fits into a sentence.

    `days` gives "45 days" and "1 day"; `minutes` gives "90 minutes"; `minutes_past_21` gives a clock time
    ("10:15 PM"; 0 is 9:00 PM, 180 is 12:00 AM, negative values are earlier; to the nearest minute); `usd`
    gives "$1,250" and "$1,250.50". Any other unit is spoken by its own name ("3 night shifts" for
    `night_shifts`). Raises ValueError when the value isn't finite or the unit is empty.
    """
    if not math.isfinite(value):
        raise ValueError(f"value is {value}: give a finite number")
    if unit == "minutes_past_21":
        return _clock(round(value) + _NINE_PM)
    if unit == "usd":
        return _dollars(value)
    name = unit.replace("_", " ").strip()
    if not name:
        raise ValueError("unit is empty: give days, minutes, minutes_past_21, usd or a unit of your own")
    number = _number(value)
    if number in ("1", "-1") and name.endswith("s"):
        name = name[:-1]
    return f"{number} {name}"


def _clock(minutes: int) -> str:
    """12-hour clock time of `minutes` past midnight, wrapped into one day."""
    hour, minute = divmod(minutes % _DAY_MINUTES, 60)
    return f"{(hour - 1) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}"


def _dollars(value: float) -> str:
    cents = round(abs(value) * 100)
    # A lost sign would turn a refund into a claim.
    sign = "-" if value < 0 and cents else ""
    whole, rest = divmod(cents, 100)
    return f"{sign}${whole:,}" + (f".{rest:02d}" if rest else "")


def _number(value: float) -> str:
    """Thousands separated, at most two decimals, no trailing zeros, no negative zero."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
