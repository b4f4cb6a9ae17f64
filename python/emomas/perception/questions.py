"""What a person wants to know: the few questions that the agent can answer from what it knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_RULES: Final[dict[str, re.Pattern[str]]] = {
    "machine": re.compile(
        r"\b(?:are|aren't|is) (?:you|this|it|there) (?:even |really |actually |just |only |like "
        r")?(?:a |an |some )?"
        r"(?:robot|bot|machine|computer|program|recording|chatbot|ai|a\.i|human|real|real person|person|alive"
        r"|automated|automatic)\b|\b(?:talking|speaking) (?:to|with) (?:a|an|some) (?:robot|bot"
        r"|machine|computer"
        r"|recording|human|real person|person|ai)\b"
    ),
    "identity": re.compile(
        r"\bwho (?:are|r) (?:you|u|ya)\b|\bwho is (?:this|that|speaking|there|calling)\b|\bwho's "
        r"(?:this|there|speaking"
        r"|calling)\b|\bwho am i (?:talking|speaking) (?:to|with)\b|\bwhat(?:'s| is) your name\b"
        r"|\bwhat are you\b"
        r"(?! (?:doing|saying|talking|offering|asking|going|waiting|all))|\bwho do you (?:work|speak) for\b"
        r"|\bwho sent you\b"
    ),
    "risk": re.compile(
        r"\bwhat(?:'s| is| are) the (?:\w+ )?(?:risks?|dangers?)\b|\b(?:what|how) (?:about|of) the "
        r"(?:risks?|dangers?)\b"
        r"|\bis (?:it|this|that) (?:risky|dangerous|safe)\b|\bhow (?:risky|dangerous|safe)\b|\bwhat "
        r"(?:could|can|might) "
        r"go wrong\b|\bwhich risks?\b|\b(?:any|what) risks?\b.*\?"
    ),
    "surgeon": re.compile(
        r"\bwho (?:will|would|does|is going to|is|does) (?:\w+ ){0,2}(?:operat\w*|surgeon|surgery"
        r"|operation|cut me)\b"
        r"|\bwho(?:'s| is) the (?:surgeon|doctor)\b|\bwhich (?:surgeon|doctor)\b|\bwho would do\b"
    ),
    "rescue": re.compile(
        r"\b(?:is|are) (?:anybody|anyone|somebody|someone|they|you|help) (?:still |really )?coming\b"
        r"|\bwhen (?:are|will|do"
        r"|does|is) (?:you|they|help|the (?:team|crew|rescue\w*)|somebody|someone) (?:\w+ )?(?:coming"
        r"|come|get|be|arrive"
        r"|here|reach)\b|\bhow (?:long|much longer) (?:until|till|before|will it take)\b|\bdo they "
        r"know where i am\b"
        r"|\bwho is coming\b|\bwhere are (?:you|they)\b|\bhow will i know\b"
    ),
    "balance": re.compile(
        r"\bhow much (?:do i|is it|is the|money|exactly|do we|is left|is owed)\b|\bwhat (?:do i owe"
        r"|is the balance|is this"
        r" about|do you want from me)\b|\bwhat's (?:this about|the balance)\b"
    ),
    "option": re.compile(
        r"\bwhat (?:can|could|do|would|will) you (?:offer|do|help)\b|\bhow (?:can|could|would|will) "
        r"you help\b"
        r"|\bwhat (?:is possible|are my options|else is possible|options)\b|\bmore about what is possible\b"
    ),
}

TOPICS: Final = tuple(_RULES)
"""Every topic, in the order in which an observation lists them."""


def topics(sentences: Sequence[str]) -> tuple[str, ...]:
    """The topics asked about, in the order of `TOPICS`; most questions are about none of them."""
    return tuple(topic for topic, rule in _RULES.items() if any(rule.search(s) for s in sentences))
