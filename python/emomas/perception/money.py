"""Amounts of money: US dollars as a value, every other currency as a refusal that names it."""

from __future__ import annotations

from typing import Final

from emomas.perception.durations import unit_word
from emomas.perception.numerals import Number, read_number
from emomas.perception.quantity import Quantity
from emomas.perception.tokens import Tokens, at, word, word_set

_CURRENCIES: Final = {
    "USD": "$ usd dollar dollars buck bucks us$ dollarz",
    "EUR": "€ eur euro euros",
    "GBP": "£ gbp pound pounds quid",
    "JPY": "¥ jpy yen",
    "INR": "₹ inr rupee rupees rs",
    "CNY": "cny rmb yuan",
    "CHF": "chf franc francs",
    "CAD": "cad",
    "AUD": "aud",
    "MXN": "mxn peso pesos",
}
_CODE: Final = {name: code for code, names in _CURRENCIES.items() for name in names.split()}
_CENTS: Final = frozenset(("cent", "cents", "¢"))
_RATES: Final = word_set("monthly weekly daily yearly annually")


def read_money(tokens: Tokens, i: int) -> Quantity | None:
    """The amount that begins at token `i`; kind "other" for wages and for other currencies (see detail)."""
    lead = word(tokens, i)
    more = i + 1 if lead in ("another", "extra", "additional") else i
    relative = int(more > i)
    code = _CODE.get(word(tokens, more))
    if code is not None:  # $300, USD 300
        number = read_number(tokens, more + 1)
        if number is None or (number.form != "digits" and len(word(tokens, more)) > 3):
            return None
        end, factor = number.end, 1.0
        if code == "USD" and _CODE.get(word(tokens, end)) == "USD":
            end += 1
    else:
        number = six_fifty(tokens, more) or read_number(tokens, more, article=True)
        if number is None:
            return None
        end, factor = number.end, 1.0
        if word(tokens, end) in ("more", "extra", "additional", "us"):
            relative, end = relative or int(word(tokens, end) != "us"), end + 1
        if word(tokens, end) in _CENTS:
            code, factor, end = "USD", 0.01, end + 1
        elif word(tokens, end) in _CODE:
            code, end = _CODE[word(tokens, end)], end + 1
        elif word(tokens, end - 1) in ("k", "grand") and end == number.end and number.form != "article":
            code = "USD"
        elif word(tokens, end) == "grand" and number.form == "article":
            code, factor, end = "USD", 1000.0, end + 1
        else:
            return None
    value, end = _with_cents(tokens, number.value * factor, end)
    kind, end = _rate(tokens, end)
    detail = "rate" if kind == "other" else code
    if code != "USD":
        kind, detail = "other", f"currency:{code}"
    elif word(tokens, end) in ("more", "extra", "less", "off") and word(tokens, end + 1) != "or":
        relative, end = (1 if word(tokens, end) in ("more", "extra") else -1), end + 1
    return Quantity(kind, value, i, end, number.value, factor, 0.9, detail, relative)


def six_fifty(tokens: Tokens, i: int) -> Number | None:
    """Reads "six fifty" as 650: hundreds and tens said without "hundred"."""
    high = read_number(tokens, i)
    if high is None or high.form != "words" or not 1 <= high.value < 10:
        return None
    low = read_number(tokens, high.end + 1 if word(tokens, high.end) == "-" else high.end)
    if low is None or low.form != "words" or not 10 <= low.value < 100 or low.value % 1:
        return None
    return Number(high.value * 100 + low.value, low.end, "words")


def _with_cents(tokens: Tokens, value: float, end: int) -> tuple[float, int]:
    join = end + 1 if word(tokens, end) == "and" else end
    number = read_number(tokens, join)
    if number is not None and number.value < 100 and word(tokens, number.end) in _CENTS:
        return value + number.value / 100, number.end + 1
    return value, end


def _rate(tokens: Tokens, end: int) -> tuple[str, int]:
    """Kind and end with "a month", "/wk", "monthly" consumed; an amount by the hour is a wage, no offer."""
    if word(tokens, end) in _RATES:
        return "money", end + 1
    if word(tokens, end) in ("a", "an", "per", "each", "every", "/"):
        size = unit_word(word(tokens, end + 1))
        if size is not None and at(tokens, end + 1).kind == "word":
            return ("other" if size <= 60 else "money"), end + 2
    return "money", end


def bare_rate(tokens: Tokens, end: int) -> tuple[bool, int]:
    """Whether a bare number ending at `end` is a rate ("300 a month"), and the end with the rate consumed."""
    _, after = _rate(tokens, end)
    return after > end, after
