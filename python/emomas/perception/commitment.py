"""Does the speaker put this number forward: in person, from now on, for the whole, and without an "if"?

A number counts as an offer only where the sentence says so; whatever is merely possible is a doubt, which
the agent can ask about. Each doubt is a table of wordings below, tried in the order of `DOUBTS`.
"""

from __future__ import annotations

import re
from typing import Final

from emomas.perception.sentences import Around
from emomas.perception.tokens import word_set

DOUBTS: Final = (
    "withdrawn",
    "ironic",
    "asked",
    "past",
    "others",
    "conditional",
    "partial",
    "unclear",
)
"""Why a number is no sure offer, most certain first."""

OPEN_DOUBTS: Final = frozenset(("conditional", "partial", "unclear"))
"""Doubts under which the speaker may still mean it, so that asking makes sense."""


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


_WITHDRAWN: Final = _any(
    r"\b(?:just kidding|only kidding|i'm (?:kidding|joking)|i am (?:kidding|joking)|scratch that"
    r"|strike that)\b",
    r"\b(?:forget (?:it|that|what i said)|never ?mind|i take (?:it|that) back|not really)\b",
    r"^(?:no , )?(?:kidding|joking)\b",
)
_IRONIC: Final = _any(
    r"\b(?:yeah right|as if|(?:in )?(?:your|my) dreams|dream on|very funny|nice try|what a joke|good one)\b",
    r"\b(?:(?:ha){2,}h?|ha ha)\b",
    r"\bwhen (?:pigs|hell)\b",
    r"\b(?:grow|grows|growing) on trees\b",
    r"\b(?:oh|yeah|yes) sure\b",
    r"\bmoney on trees\b",
    r"^(?:sure|right) , and\b",
    r"[🙄😂🤣]",
)
# A question that proposes is an offer; one that wants to know something is not.
_PROPOSES: Final = _any(
    r"\bhow (?:about|bout)\b",
    r"\bwhat about\b",
    r"\bwhy (?:not|don't we)\b",
    r"\b(?:can|could|may|might|would|will|should|shall|can't|couldn't|won't|wouldn't) (?:we|you|i)\b"
    r"(?! (?:die|be dead|lose|get worse|end up|survive|really|even))",
    r"\b(?:can|could|would|may) it be\b",
    r"\b(?:let's|let me|let us|give me|give us|make it|meet me|meet us|i'd|i'll|i can|we can|we could"
    r"|i need)\b",
)
_ASKS: Final = _any(
    r"\b(?:what|why|when|where|who|how|which)\b",
    r"\b(?:is|are|was|were|do|does|did|have|has) (?:it|that|this|there|you|they|he|she|the|others"
    r"|people|my)\b",
    r"\byou(?:'d| would| will|'ll)\b",
    r"^(?:and |but |so |ok , |okay , )?(?:is|are|does|did|has) ",
)
_ASKS_UNMARKED: Final = _any(
    r"^(?:and |but |so |well )?(?:what happens|what would happen|what if|why (?!not\b|don't we\b)"
    r"|how (?:come|long|many|much)|who\b|does|is it|what do|what did|(?:do|are|did|have) (?:you"
    r"|people|others|they|many|any|some)\b)"
)
_NOT_YET: Final = re.compile(
    r"\b(?:was|were) (?:thinking|hoping|going|wondering|planning|about)\b|\b(?:i|we|you)'ve got\b"
    r"|\b(?:have|has) got\b|\b(?:i|we)(?:'ve| have) (?:\w+ )?(?:offered|said|agreed|decided)\b|\bgot "
    r"to\b|\bhad (?:better|rather)\b|\bhave had\b"
)
_PAST: Final = re.compile(
    r"\b(?:was|were|had|got|took|spent|lasted|waited|went|died|lived|paid|did|lay|slept|fell|passed|stayed|kept"
    r"|worked|missed|came|needed|used to|gave|offered|agreed|settled|lost|broke|owed|borrowed|ran|started"
    r"|stopped|ended|happened|wanted|asked|signed|left|missed|found|counted|held|since)\b"
)
_PAST_AFTER: Final = re.compile(
    r"^(?:was|were|is what (?:i|we|he|she|they) (?:got|had|paid|waited|were|was)|since|in a row|late"
    r"|ago|straight"
    r"|(?:was|is) over|have passed|passed|went by|later i|yesterday)\b"
)
_COUNTS_SOMETHING: Final = re.compile(r"^of (?!time|waiting|delay|grace|extension|holding|patience)\w+")
_LEAD: Final = (
    r"(?:(?:and|but|so|well|oh|look|listen|no|yes|yeah|ok|okay|see|also|even|only|since|because|cause|then|maybe"
    r"|perhaps|honestly|please|sorry|now|today|actually|again|still|that|because of|like i said) )*"
)
_SELF: Final = r"(?:i|we|i'll|i'd|i'm|i've|we'll|we'd|we're|we've|me|us|let's)"
_OURS: Final = (
    r"offer|limit|answer|best|most|max|maximum|minimum|least|earliest|latest|soonest|number|proposal|suggestion|bid"
    r"|wish|plan|budget|date|deadline|bedtime|time|price|final|absolute|word|preference|compromise|middle|difference"
    r"|longest|shortest|lowest|highest|top|end|absolute|last|only|sooner|later|wait"
)
_OTHERS: Final = re.compile(
    rf"^{_LEAD}(?:he|she|they|he's|she's|they're|he'll|she'll|they'll|everyone|everybody|somebody|someone|nobody"
    r"|people|others|anyone|who|dr|mr|mrs|ms|mom|mum|mama|dad|papa|you|you'll"
    rf"|(?:my|his|her|their|our|your|the|a|an|some|another|most|every|all|one of)"
    rf" (?!(?:\w+ ){{0,2}}(?:{_OURS})\b)\w+)\b"
)
_SELF_LATER: Final = re.compile(
    r"\b(?:i|we)(?:'ll|'d| can| could| will| would| need| want| offer| propose| suggest| accept| "
    r"take)\b|\byou(?:'ve got| have| get)$"
)
_EMPTY_IF: Final = re.compile(
    r"\bif (?:that|this|it)(?:'s| is|'ll be| would be) (?:ok|okay|fine|alright|all right|possible"
    r"|good)(?: (?:with|for)"
    r" (?:you|everyone|all))?\b|\bif (?:that|it) (?:works|helps|suits)(?: (?:for )?(?:you|us|everyone))?\b"
    r"|\bif (?:possible|need be|needed|necessary|you (?:like|want|wish|agree|insist|don't mind|must"
    r"|please))\b"
    r"|\bif you (?:can|could)(?= ,|$| \?)|\bas soon as possible\b"
)
_CONDITIONAL: Final = _any(
    r"\b(?:if|unless|provided|providing|assuming|depending|depends|suppose|supposing|imagine|in case"
    r"|as long as"
    r"|on condition|wish|hopefully|with (?:some |any |a bit of )?luck|whenever|only when|say i)\b",
    r"\b(?:would|could|might|should) have\b",
    r"\b(?:would|could|might|should)'ve\b",
    r"\bonce (?!a |an |every |per |again|more)\w+",
    r"\b(?:when|after|until|as soon as|before) (?:my|the|his|her|our|their|i|he|she|they|we|it|someone)\b",
    r"\bhad (?:i|the|my|he|she|they|it)\b",
    r"^(?:and |but |so |well , )?(?:were|should) (?:i|we|he|she|they|it|the|my|our|his|her|this)\b(?!.*\?)",
    r"\bwere (?:i|it) to\b",
)
_WHOLE: Final = re.compile(r"\b(?:all|everything|in full|whole|entire|full (?:amount|balance|sum))\b")
_PARTIAL: Final = _any(
    r"\bthe (?:rest|remainder|remaining|other (?:half|part|ones))\b",
    r"\b(?:a|one|the|the first|first|another|two) (?:half|third|thirds|quarter|part|instal\w+|portion"
    r"|share|bit)\b",
    r"\bhalf (?:of|now|then|by|up|in|on|it|the)\b",
    r"^half(?= #)",
    r"\b(?:pay|send|give|transfer|do) (?:you )?half\b",
    r"\b(?:part|some|most) of (?:it|that|the|this)\b",
    r"\b(?:deposit|down ?payment|partial\w*|instal?lments?|instal?ment|bit by bit|percent)\b|%",
    r"\bfirst payment\b",
)
_AMOUNT: Final = re.compile(r"\$|\b(?:dollars?|bucks|euros?|pounds|quid|usd|grand)\b")
_VERBS: Final = (
    r"pay|do|manage|make|give|offer|agree|accept|propose|suggest|say|settle|take|go|need(?! to)"
    r"|want(?! to)|wait"
    r"|hold|hang|last|stay|try|sleep|be (?:in bed|there|asleep|ok|okay|fine|happy|good|done|ready"
    r"|willing)|come up"
    r"|get (?:it|that|the|you|this|everything|there|by)|clear|transfer|send|swing|live with|meet"
    r"|stretch|finish"
    r"|switch|turn (?:off|in)|prefer|ask|require|promise|commit|push|move|postpone|book|schedule"
    r"|choose|plan|stand"
    r"|survive|breathe|afford|spare|put|have (?:it|that|the money|only|about|just|at|a|around|maybe"
    r"|in me)|deliver"
    r"|repay|delay|extend|return|to bed|going|sign|raise|find|scrape|cover|hand over|mean|drop|lower"
    r"|tolerate|think|guess|have"
)
_AUX: Final = (
    r"can|could|will|would|shall|must|might|may|do|really|just|only|honestly|still|probably|maybe|perhaps|gladly"
    r"|also|now|even|definitely|certainly|absolutely|happily|am|are|be|able to|going to|willing to"
    r"|ready to|happy to"
    r"|need to|want to|like to|love to|have to|got to|hope to|plan to|try to|promise to|easily|then"
    r"|not|to|rather|at"
    r"|least|most|possibly|thinking|hoping|was|were|of|about|somewhere|around|'ve got|always|no"
    r"|longer|can't|won't"
    r"|cannot|don't|couldn't|wouldn't"
)
_COMMITS: Final = _any(
    rf"\b(?:i|we|i'll|i'd|we'll|we'd|i'm|we're|i've|we've|i'm only)(?: (?:{_AUX}))* (?:{_VERBS})\b",
    r"\b(?:i'm|i am|we're|we are|i was|we were) (?:\w+ )?(?:at|ok|okay|fine|happy|good|thinking"
    r"|hoping|willing)\b",
    r"\b(?:i've|we've|i have|we have)(?: only| just)?(?: got)?$",
    rf"^{_LEAD}(?:give|make|let|let's|say|take|call it|meet|grant|allow|split|push|move|settle|try"
    rf"|come|be|hold|wait"
    r"|put|lights? out|bed|sleep|bring|get|offer|keep|set|schedule|book|do|pay)\b",
    rf"\b(?:my|our|the|that's my) (?:\w+ ){{0,2}}(?:{_OURS})\b",
    r"\b(?:agreed|deal|accept|settled?)\b",
    r"\b(?:i|we) (?:said|told you)\b",
    r"\btakes? (?:me|us)\b",
    r"\byou(?:'ve got| have| get)$",
    rf"^(?:can|could|will|would|need|want|may|might)(?: (?:{_AUX}))* (?:{_VERBS})\b",
    r"'d take me\b",
)
_SOFT: Final = re.compile(
    r"(?:(?:and|or|but|so|then|ok|okay|yes|no|not|well|fine|maybe|perhaps|about|around|at|least|most|in|within|by"
    r"|until|till|til|up|to|for|say|like|just|only|make|it|give|me|us|let's|how|bout|what|why|on|look|please"
    r"|honestly|hmm|hm|the|a|an|more|less|than|no|under|over|exactly|approximately|roughly|somewhere|between|tops"
    r"|max|maximum|minimum|earliest|latest|deal|agreed|another|extra|actually|rather|mean|i|wait|sorry|final|offer"
    r"|oh|uh|um|hi|hey|hello|there|yeah|sure|alright|right|now|still|even|possibly|probably|because|already|good"
    r"|before|after|past|from|later|earlier|sooner|too|really|realistically|of|instead|lower|higher|longer|man|sir"
    r"|neither|nor|never|today|tonight|tomorrow|next|with|guess|think|be|is|that|that's|it's|do|can|could|as|far"
    r"|high|late|early|today|further|beyond|below|above|,|:|\$)(?: |$))*"
)
_GRANTS: Final = re.compile(
    r"^(?:, )?(?:please|max|tops|maximum|at (?:most|the (?:latest|earliest|most))|final|flat|sharp"
    r"|then|it is|works?"
    r"|would|is (?:all|what (?:i|we)|the (?:best|most|least|earliest|latest)|my|our|fine|ok|okay|good"
    r"|fair|possible"
    r"|doable|enough|realistic|reasonable|agreed|acceptable|for)|suits|sounds|and (?:we're|that's|not)"
    r"|or (?:nothing|else|so|more|less)|from|to)\b"
)
_HEDGES: Final = re.compile(
    r"\b(?:maybe|perhaps|might|probably|possibly|i (?:think|guess|suppose)|not (?:sure|certain)|i "
    r"don't know|no idea"
    r"|hard to say|give or take|something like|more or less|or so|hopefully|roughly|somewhere|try"
    r"|likely|could be)\b"
)


def doubt(words: Around, *, unit: str, echo: bool) -> str:
    """Why the number in the middle of `words` is no sure offer: one of `DOUBTS`, or "".

    unit: the scenario's; days and dollars can be for a part of the debt only. echo: whether the number is the
    one that the other side has just named.
    """
    clause = _own_clause(words.clause)
    sentence, rest = words.sentence, f"{words.after} . {words.following}"
    if _WITHDRAWN.search(words.after) or _WITHDRAWN.search(words.following):
        return "withdrawn"
    if _IRONIC.search(sentence) or _IRONIC.search(words.following):
        return "ironic"
    if _asked(words, echo):
        return "asked"
    if _past(clause, words.after):
        return "past"
    if _COUNTS_SOMETHING.search(words.after):
        return "others"
    if _OTHERS.search(clause) and not _SELF_LATER.search(clause) and not _PROPOSES.search(clause):
        return "others"
    if _CONDITIONAL.search(_EMPTY_IF.sub("", sentence)):
        return "conditional"
    if unit in ("days", "usd") and _partial(sentence, rest, amount=unit == "days"):
        return "partial"
    return "" if _committed(clause, words.after) else "unclear"


def ironic(sentence: str) -> bool:
    """Whether the sentence mocks what it says."""
    return _IRONIC.search(sentence) is not None


def withdrawn(sentence: str) -> bool:
    """Whether the sentence takes back what was just said."""
    return _WITHDRAWN.search(sentence) is not None


# Everything that may stand in a sentence that does nothing but offer or agree. Whoever needs twenty days
# "to think", or is "dead" in twenty minutes, says a word that is not here.
_PLAIN: Final = word_set(
    "i i'll i'd i'm i've we we'll we'd we're we've you me us my our it it's this that that's is be are am "
    "a an the and or to in on at by for of from with within until till til up about around than then as so "
    "can could will would shall may must do does have has get got give make take let let's say settle agree "
    "accept offer propose suggest need want wait hold last stay sleep go going pay manage afford "
    "send transfer "
    "clear push move postpone promise try prefer ask bring repay deliver plan schedule book done finish put "
    "how bout what not no yes yeah yep ok okay well fine sure alright right hi hello hey oh um "
    "please pls thanks "
    "thank just only now today tomorrow tonight here there again still instead rather really actually "
    "definitely certainly absolutely honestly max maximum min minimum most least best latest "
    "earliest exactly "
    "more less later earlier sooner longer before after past no nothing else limit word final deal agreed "
    "all everything whole full entire amount balance sum money bill debt payment rest due operation surgery "
    "date bed bedtime lights out light asleep time times day days week weeks minutes hour hours works work "
    "work suits good great fair enough possible doable reasonable acceptable realistic happy willing able "
    "ready promised too sorry mean said why between half hang dollars bucks usd "
    "your yours terms schedule arrangement gladly happily totally fully works count convinced cash "
    "month monthly breathe believe"
)


def hedged(words: Around) -> bool:
    """Whether the number is less than certain: a "maybe", or words beside it that no plain offer needs."""
    if _HEDGES.search(words.sentence):
        return True
    return not plain(f"{_own_clause(words.clause)} {words.after}")


def plain(words: str) -> bool:
    """Whether every one of `words` may stand in a sentence that does nothing but offer or agree."""
    return all(name in _PLAIN for name in words.split() if name[0].isalpha())


_JOINT: Final = re.compile(rf"\b(?:(?:but|so|because|although) |(?:and|or|while|then) (?={_SELF}\b|maybe\b))")


def _own_clause(clause: str) -> str:
    """The last clause of "I lost my job and I can pay in": what follows a joint before a new subject."""
    joints = list(_JOINT.finditer(clause))
    return clause[joints[-1].end() :] if joints else clause


def _asked(words: Around, echo: bool) -> bool:
    sentence = words.sentence
    if _ASKS_UNMARKED.search(sentence):
        return True
    if "?" not in words.after or _PROPOSES.search(sentence):
        return False
    return _ASKS.search(sentence) is not None or (echo and _soft(words.before))


def _past(clause: str, after: str) -> bool:
    if _PAST_AFTER.search(after):
        return True
    spoken = _NOT_YET.sub(lambda match: "x" * len(match[0]), clause)
    verbs = list(_PAST.finditer(spoken))
    return bool(verbs) and _SELF_LATER.search(spoken, verbs[-1].end()) is None


def _partial(sentence: str, rest: str, amount: bool) -> bool:
    if _PARTIAL.search(sentence) or re.search(r"\bthe (?:rest|remainder|other half)\b", rest):
        return True
    return amount and _AMOUNT.search(sentence) is not None and _WHOLE.search(sentence) is None


def _committed(clause: str, after: str) -> bool:
    if _COMMITS.search(clause) or _PROPOSES.search(clause):
        return True
    return _soft(clause) or _GRANTS.search(after) is not None


def _soft(words: str) -> bool:
    """Whether `words` hold nothing that could make a number mean something else."""
    return _SOFT.fullmatch(f"{words} " if words else "") is not None
