"""Negotiation acts by plain rules: what the person is doing with these words, apart from the numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from emomas.perception.acceptance import affirms

ACTS: Final = (
    "accept",
    "affirm",
    "reject",
    "offer",
    "ask",
    "disclose",
    "threaten",
    "plead",
    "thank",
    "leave",
    "greet",
    "stop",
)
"""Every act, in the order in which an observation lists them."""


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


# Rules match a sentence rewritten as words with single spaces ("i can't do that , sorry"), which keeps the
# patterns free of optional punctuation. They hold bounded repeats only, so matching is linear.
_REJECT: Final = _any(
    r"^(?:no|nope|nah|never)(?: (?:,|\.|!|sir|thanks|thank you|way|chance|deal|i\b|that|it|can)|$)",
    r", no$",
    r"\b(?:no deal|no way|no chance|no thanks|forget (?:it|that)|absolutely not|certainly not"
    r"|of course not|hell no)\b",
    r"\b(?:i|we) (?:can't|cannot|cant|won't|wont|couldn't|wouldn't|refuse to|don't|do not|will not"
    r"|can not|am not going to|would never|could never|will never)(?: possibly| ever| just| even| really"
    r"| want to| afford to)? (?:accept|agree|do|pay|afford|take|sign|manage|give|go|offer|live with"
    r"|settle|sleep|wait(?! to))\b",
    r"\bi(?:'m| am) not (?:going to )?(?:accepting|agreeing|paying|doing|accept|agree|pay|do|sign"
    r"|going to bed)\b",
    r"\bi (?:refuse|reject|decline|disagree)\b",
    r"\b(?:that|this|it)(?:'s| is| was)?(?: just| simply)? (?:impossible|unacceptable|not (?:acceptable"
    r"|possible|happening|enough|fair|going to (?:work|happen)|fine|ok|okay|good enough)"
    r"|out of the question|too (?:much|long|late|early|high|low|short|little|soon|expensive))",
    r"\b(?:is|are|was|would be|far|way|much) (?:impossible|unacceptable|too (?:much|long|late|early|high"
    r"|low|short|little|soon|expensive))\b",
    r"\b(?:doesn't|does not|won't|will not|wouldn't|doesnt|wont|can't) work\b",
    r"\bnot good enough\b",
    r"\bout of the question\b",
    r"\bnot (?:a chance|acceptable|happening|going to happen|possible)\b",
)
_NOT_REJECT: Final = _any(
    r"^no (?:problem|worries|rush|idea|doubt|hurry)\b",
    r"\bcan't complain\b",
)
_ASK: Final = _any(
    r"\?",
    r"^(?:(?:and|but|so|ok|okay|well|please|sorry) ,? ?)?(?:what|why|when|where|who|how|which|can you"
    r"|could you|would you|will you|do you|does|is it|is there|are you|are there|can i|could i|may i"
    r"|can we|could we|should i|did you|have you)\b",
    r", (?:what|why|where|when|how|can you|could you|will you|would you) ",
    r"\b(?:i'd like to know|i want to know|tell me (?:why|what|how|when|more|about)|i wonder)\b",
)
_DISCLOSE: Final = _any(
    r"\bmy (?:\w+ ){0,2}(?:son|daughter|wife|husband|mother|father|mom|mum|dad|kids?|children|baby|family"
    r"|job|boss|rent|income|salary|leg|arm|back|chest|heart|pain|car|house|landlord|health|situation"
    r"|brother|sister|hours|pay|surgery|grandm\w*|grandf\w*|dog|business|company|condition|doctor|exams?"
    r"|homework|friends?|savings|wages?)\b",
    r"\bi(?:'m| am) (?:losing|\d+ years old)\b",
    r"\bpayday\b",
    r"\bi(?:'m| am) (?:(?:very|so|really|still|a bit|just) )?(?:sick|ill|unemployed|broke|disabled"
    r"|pregnant|divorced|trapped|stuck|bleeding|hurt|injured|alone|scared|afraid|worried|tired|exhausted"
    r"|stressed|depressed|anxious|sad|angry|upset|in pain|struggling|behind|hungry|thirsty|cold|a single"
    r"|lonely|not well|retired|terrified|frightened|out of work|still at school)\b",
    r"\bi (?:just |recently |only |also |have )?(?:lost|got (?:fired|laid off|divorced|sick)|was (?:fired"
    r"|laid off|sick|ill)|owe|earn|make (?:\$ )?\d|feel|had (?:a|an|to|surgery|\w+ surgery)|(?:am "
    r"|was )?(?:still )?not working|have (?:a|an|no|only|\w+ (?:kids|children|jobs|exams?))|don't have"
    r"|live|work|need to feed|can't (?:sleep|breathe|move|feel|stop crying|walk)|only have|broke|hurt"
    r"|couldn't)\b",
    r"\bi(?:'ve| have) been\b",
    r"\b(?:hospital|divorce|laid off|medical bills?|funeral|passed away|layoff)\b",
)
_THREATEN: Final = _any(
    r"\bor else\b",
    r"\b(?:i'll|i will|we'll|we will|i'm going to|i am going to|i'm gonna|going to|gonna|i could|i can"
    r"|might) (?:\w+ )?(?:sue|report|expose|hurt|destroy|kill|complain|post|burn|break|smash|ruin"
    r"|call (?:the|a|my) (?:police|press|lawyer|news|cops)|take (?:you|this|it) to court|go (?:public"
    r"|to the press|to court|to the media)|make you (?:pay|sorry|regret)|tell everyone|leave a (?:bad"
    r"|one star) review)\b",
    r"\b(?:my|a) (?:lawyer|attorney|solicitor)\b",
    r"\blegal action\b",
    r"\bsee you in court\b",
    r"\byou(?:'ll| will) (?:\w+ )?(?:regret|pay for|be sorry|hear from my)\b",
    r"\b(?:last|final) warning\b",
    r"\bwatch your back\b",
    r"\byou'd better\b",
    r"\bor i(?:'ll| will)\b",
)
_CALM: Final = _any(
    r"\b(?:not|won't|will not|don't|never|wouldn't|without)(?: \w+){0,2} (?:threat\w*|sue|report|hurt"
    r"|going to|call)\b",
    r"\b(?:are|will|would) you\b",
    r"\b(?:don't|no) (?:need|have|want) (?:a|my) (?:lawyer|attorney)",
)
_PLEAD: Final = _any(
    r"\bplease (?:, )?(?:\w+ )?(?:help|give|let|don't|do not|i|have|understand|listen|try|hurry|save"
    r"|reconsider|come|be|make|please|extend|accept|wait|work with)\b",
    r"\b(?:i'm |i am |i )?beg(?:ging)?(?: of)? you\b",
    r"\bi beg\b",
    r"\bhave mercy\b",
    r"\bmercy\b",
    r"\bi'm begging\b",
    r"\b(?:i'm|i am) desperate\b",
    r"\bjust (?:this once|one (?:more )?chance)\b",
    r"\bgive me (?:a|one|another) (?:more )?(?:chance|break)\b",
    r"\bhelp me\b",
    r"\bfor (?:god's|heaven's|pity's) sake\b",
    r"\bi implore\b",
    r"\bdon't do this\b",
    r"\bhave a heart\b",
)
_THANK: Final = _any(
    r"\b(?:thanks|thank you|thankyou|thank u|thx|ty|cheers|appreciate|appreciated|grateful|much obliged)\b",
    r"🙏",
)
_NO_THANKS: Final = _any(
    r"\bno ,? ?(?:thanks|thank you)\b",
    r"\bthanks for nothing\b",
    r"\b(?:don't|not|won't) (?:\w+ )?(?:appreciate|thank\w*|grateful)\b",
)
_LEAVE: Final = _any(
    r"^(?:(?:ok|okay|well|fine|then|alright) ,? ?)?(?:good ?bye|bye|farewell|so long|good night|goodnight"
    r"|see you|see ya)\b",
    r", (?:good ?bye|bye)\b",
    r"\b(?:bye bye|bye)$",
    r"\bgoodbye\b",
    r"\b(?:we're|we are|i'm|i am) (?:so )?(?:done|finished|through)(?: (?:here|talking|with (?:you|this"
    r"|it|negotiating)))?(?: (?:\.|!)|\.|!|$)",
    r"\b(?:i'm|i am|we're) (?:leaving|out|off|walking away|hanging up|going home|walking out)\b",
    r"\b(?:i'll|i will|i'm going to|gonna) (?:walk away|hang up|leave(?! me| it)|walk out|go elsewhere)\b",
    r"\b(?:conversation|discussion|negotiation|call) is over\b",
    r"\bdeal is off\b",
    r"\b(?:i have to|i've got to|gotta|i must) (?:go|leave|run)(?: now)?(?: (?:\.|!|,)|$)",
    r"\bend (?:this|the) (?:call|conversation|chat)\b",
    r"\bi quit\b",
    r"\b(?:not|won't|done) (?:talking|talk) to you any ?more\b",
)
_STAYS: Final = _any(
    r"\b(?:not|never|don't|won't) (?:\w+ )?(?:leaving|going|leave|hanging|out|done|hang|want to leave)\b",
)
_STOP: Final = _any(
    r"^(?:(?:please|just|ok|okay|now|hey|no|enough|robot|you|can you|could you|will you|would you|i said"
    r"|i want you to|i want to|you need to|you must|you should|you have to|let's|we should|we must|can we"
    r"|could we|i'd like to|i would like to|need you to|i need you to) ?,? ?){0,3}stop\b(?! by| at the"
    r"| sign| and think)",
    r"[,:] ?(?:please |just )?stop\b",
    r"\b(?:want|need|like|told|asked|ask|beg) (?:you|this|it) to stop\b",
    r"\bstop (?:it|this|that|now|talking|calling|messaging|texting|recording|bothering|listening"
    r"|contacting|please)\b",
    r"\bleave (?:me|us) (?:alone|be|in peace)\b",
    r"\bgo away\b",
    r"\bget lost\b",
    r"\bshut (?:up|down|it down)\b",
    r"\bunsubscribe\b",
    r"\b(?:don't|do not|never|stop) (?:contact|call|text|message|talk to) me\b(?! back)",
    r"\b(?:talk|speak|speaking|talking|transfer me|connect me|put me through|chat|get me|give me|want"
    r"|need)(?: to| with)? (?:a|an|some|the|your|any)? ?(?:real |actual |live |other "
    r"|different )?(?:human|humans|person|people|some(?:one|body) (?:real|else|in charge)|operator"
    r"|supervisor|manager|representative|adult|real person)\b",
    r"\b(?:turn|switch|power) (?:\w+ )?off\b",
    r"\bi (?:don't|do not) want to (?:talk|speak|continue|do this)(?: to you)?(?: any ?more)?$",
)
_GOES_ON: Final = _any(
    r"\b(?:don't|do not|can't|cannot|won't|will not|never|couldn't|didn't|not|wouldn't)(?: \w+)? stop\b",
)
_GREET: Final = _any(
    r"^(?:oh |well )?(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|yo"
    r"|dear (?:sir|madam))\b(?! you stop)",
)


def read_acts(sentences: Sequence[str], *, accepted: bool, offered: bool, rejected: bool) -> tuple[str, ...]:
    """The acts of an utterance, in the order of `ACTS`.

    accepted: whether it accepts what is on the table. offered, rejected: whether the number parser found a
    value put forward, or one turned down.
    """
    found = {"offer"} if offered else set()
    found |= {"reject"} if rejected else set()
    found |= {"accept"} if accepted else set()
    found |= {"affirm"} if affirms(sentences) else set()
    for sentence in sentences:
        found |= _of_sentence(sentence)
    if "reject" in found and "offer" not in found:
        found.discard("accept")
    if "stop" in found:
        found.discard("accept")
    return tuple(act for act in ACTS if act in found)


def _of_sentence(sentence: str) -> set[str]:
    found: set[str] = set()
    if _ASK.search(sentence):
        found.add("ask")
    if _REJECT.search(sentence) and not _NOT_REJECT.search(sentence) and "?" not in sentence:
        found.add("reject")
    for act, rule, unless in _SIMPLE:
        if rule.search(sentence) and not (unless is not None and unless.search(sentence)):
            found.add(act)
    return found


_SIMPLE: Final[tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...]] = (
    ("disclose", _DISCLOSE, re.compile(r"\?$")),
    ("threaten", _THREATEN, _CALM),
    ("plead", _PLEAD, re.compile(r"^yes please")),
    ("thank", _THANK, _NO_THANKS),
    ("leave", _LEAVE, _STAYS),
    ("stop", _STOP, _GOES_ON),
    ("greet", _GREET, None),
)
