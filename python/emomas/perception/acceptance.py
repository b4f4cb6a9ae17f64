"""Yeses: which words take the number on the table, which are only politeness, and which answer a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from emomas.perception.commitment import ironic, plain, withdrawn


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


_LEAD: Final = (
    r"(?:(?:oh|well|um|so|and|then|all right|alright|ok|okay|yes|yeah|fine|good|great|sure|thanks"
    r"|thank you) ?(?:, )?)"
)
_FIRM: Final = r"yes|yeah|yep|yup|agreed|deal|done|accepted|absolutely|definitely|certainly|of course"
_POLITE: Final = r"ok|okay|fine|sure|alright|all right|good|great|perfect|you got it|very well"
_TAIL: Final = r"(?:then|thanks|thank you|please|with me|by me|it is|!| |,)*"

_CLEAR: Final = _any(
    rf"^{_LEAD}?(?:{_FIRM}) ?{_TAIL}$",
    rf"^(?:{_FIRM}|{_POLITE}) ,? ?(?:{_FIRM}|{_POLITE}) ?{_TAIL}$",
    r"^(?:ok |okay |fine |yes |alright |sure |well |all right )?,? ?deal\b(?! me| with| breaker| or\b| "
    r"you| is| for)",
    r"\b(?:it's|that's|we have|you have|we've got|you've got|you got) (?:a|yourself a) deal\b",
    r"\bi(?:'ll| will| can| do|'d| would)? ?(?:gladly |happily )?accept\b(?! that (?:i|it|you|we|the"
    r"|my|there)\b| it's| responsib)",
    r"\bi(?:'ll| will| can| do)? ?agree(?: to| with)? (?:that|this|it|the|your|those|these)\b(?! it| was"
    r"| is)",
    r"\b(?:i|we) (?:totally |fully )?agree(?: \.| !)?$",
    r"^(?:i |we )?agree to\b(?! disagree)",
    rf"^{_LEAD}?agreed\b",
    r"\bi'm in$",
    r"\b(?:that|this|it)(?: one)?(?:'ll| will)? (?:works|work)\b(?! for (?!me\b|us\b|both)| with "
    r"(?!me\b|us\b))",
    r"\bworks for (?:me|us)\b",
    r"\blet's (?:do|go with|settle on|agree on|shake on) (?:that|this|it)\b",
    r"\blet's do it\b",
    r"\bi(?:'ll| will) (?:take (?:it|that|the (?:deal|offer))|do (?:it|that))\b",
    r"\b(?:can|could|will) live with (?:that|it|this)\b",
    r"\b(?:i|we) can (?:do|manage) (?:that|it|this)\b",
    r"\b(?:i'm|i am|we're) (?:ok|okay|fine|good|happy|cool) with (?:that|it|this)\b",
    r"\bcount me in\b",
    r"\byou(?:'ve| have)? convinced me\b",
    r"\bi give in\b",
    r"\b(?:i say yes|you have my (?:yes|word))\b",
)
_MILD: Final = _any(
    rf"^{_LEAD}?(?:{_POLITE}) ?{_TAIL}$",
    r"\b(?:sounds|seems|looks) (?:good|fair|great|fine|reasonable|ok|okay|perfect|right)\b",
    r"^(?:that's|that is|it's) (?:fine|ok|okay|good|fair|acceptable|agreed)\b",
    r"\bfair enough\b",
)
_UNDOES: Final = _any(
    r"\b(?:but|however|although|except|unless|if|provided|as long as|on condition|though|until|only when"
    r"|when|once|after|whatever|half|part of|the rest|supposedly|in theory)\b",
    r", not\b",
)
_TAKES_BACK: Final = re.compile(
    r"^(?:but|however|although|except|unless|if|provided|as long as|on condition|though|until|only"
    r"|when|once|after"
    r"|whatever|not really|or not|no wait|(?:i'll|i will|let me|i have to|i need to|i must) think"
    r"|we'll see|i'll see"
    r"|i'll let you know)\b"
)
_NEGATED: Final = _any(
    r"\b(?:not|no|never|can't|cannot|cant|won't|wont|don't|dont|doesn't|doesnt|didn't|wouldn't|couldn't"
    r"|isn't|if|why|nobody|hardly|how|when|refuse to|unless|before|because|whether|half|think (?:that )?i"
    r"|want me to|make me|pretend|supposed to|expect me to)\b[^.!?]{0,40}$",
)
_SOMEBODY_ELSE: Final = _any(
    r"\b(?:he|she|they|says?|said|thinks?|told|everyone|everybody|somebody|someone|people|others)\b",
    r"\b(?:my|his|her|their|the|your) (?!answer|final|last)\w+ (?!yes\b)",
)
_HEDGES: Final = re.compile(
    r"\b(?:maybe|perhaps|might|probably|possibly|i (?:guess|suppose)|not sure|more or less|i think"
    r"|almost|nearly)\b"
)
# "ok ok", "sure, sure", "right, right": impatience, no consent.
_DOUBLED: Final = re.compile(r"\b(\w+) (?:, )?\1\b")

_AFFIRMS: Final = re.compile(
    r"^(?:(?:oh|well|um|yes|yeah|yep|yup|correct|exactly|right|that's|that is|it is|i do|i did|we do"
    r"|sure|absolutely|of"
    r" course|indeed|true|ok|okay|deal|agreed|definitely|certainly|fine|please do|you got it|i am "
    r"sure|i'm sure|it"
    r"|what i (?:mean|meant|said)|please|thanks|thank you|all of it|everything|the whole(?: amount| "
    r"balance)?|in full"
    r"|i mean it|i promise|go ahead|note (?:it|that)(?: down)?)(?: |$)(?:, )?)+$"
)


def acceptance(sentences: Sequence[str]) -> str:
    """How far the utterance accepts what is on the table: "clear", "mild" (ask again), or "".

    A yes counts in a main clause of the speaker's own, neither asked, nor negated, nor taken back; missing
    one is cheap. A question after a yes leaves it open.
    """
    best = ""
    for k, sentence in enumerate(sentences):
        later = sentences[k + 1 :]
        found = _of_sentence(sentence)
        if not found or any(_TAKES_BACK.search(s) or withdrawn(s) or ironic(s) for s in later[:1]):
            continue
        if any("?" in s for s in later):
            found = "mild" if found == "clear" else ""
        best = "clear" if "clear" in (best, found) else best or found
    return best


def affirms(sentences: Sequence[str]) -> bool:
    """Whether the utterance is a clear yes, and nothing else, to a question that was just asked."""
    return bool(sentences) and all(
        _AFFIRMS.match(s + " ") is not None and not _DOUBLED.search(s) for s in sentences
    )


def _of_sentence(sentence: str) -> str:
    if "?" in sentence or ironic(sentence) or withdrawn(sentence):
        return ""
    for strength, rule in (("clear", _CLEAR), ("mild", _MILD)):
        match = rule.search(sentence)
        if match is None:
            continue
        before, after = sentence[: match.start()], sentence[match.start() :]
        if _NEGATED.search(before) or _UNDOES.search(before) or _UNDOES.search(after):
            return ""
        if _SOMEBODY_ELSE.search(before) or _DOUBLED.search(sentence):
            return ""
        return strength if plain(sentence) and not _HEDGES.search(sentence) else "mild"
    return ""
