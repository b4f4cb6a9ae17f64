"""What a number does in its sentence: put forward, rejected, quoted from the other side, or background."""

from __future__ import annotations

from typing import Final

from emomas.perception.quantity import Quantity
from emomas.perception.tokens import Tokens, at, word, word_set

REACH: Final = 10
"""Words looked at on either side: keeps the work linear, and grammar rarely reaches further."""

_BREAKS: Final = frozenset('.!?;,:\n()"')
_TURNS: Final = word_set("but however so because")
_NEGATORS: Final = word_set(
    "not no never can't cannot cant won't wont don't dont doesn't doesnt didn't didnt isn't isnt couldn't "
    "couldnt wouldn't wouldnt shouldn't ain't aint nor neither refuse reject rejected impossible unable "
    "without forget aren't wasn't hardly instead rather nothing"
)
_NEW_CLAUSE: Final = word_set(
    "so then but because cause cuz if let's lets maybe how what while when unless although though except"
)
_SUBJECTS: Final = word_set("i we he she they i'll i'd we'll we'd i'm you'll you'd")
_ORDERS: Final = word_set("give make need let want say offer take")
_HELPERS: Final = word_set("to can could will would not just ever even")
_YOU_DO: Final = word_set("can could should must need give let said want")
_THINKS: Final = word_set("think believe see feel guess suppose know say know mean")
_BOUNDS: Final = word_set(
    "less more fewer lower higher later earlier longer sooner under over below above before exceed beyond "
    "minimum least maximum most within past"
)
_UNMINDED: Final = word_set("mind only object bad problem worries matter")
_SPEECH: Final = word_set(
    "said say saying say want wants wanted offered offer asked ask asking told mentioned proposed propose "
    "demand demanded demanding need needed gave suggested suggest claimed promised promise insist insisted "
    "keep"
)
_OTHERS: Final = word_set("you your you're youre they their they're he his he's she her she's bank people")
_TOLD: Final = word_set("told said says")
_OWN: Final = word_set("i we i've we've have already just as i'd")
_THIRD: Final = word_set(
    "friends friend everyone everybody nobody classmates neighbors neighbours others somebody someone "
    "brother sister"
)
_COMMITS: Final = word_set("pay offer do give afford send manage accept let agree settle propose suggest")
_LINKS: Final = word_set("are were have keep just")
_INVITES: Final = word_set("will would can could do if")
_PAST: Final = word_set("waited waiting been last past already took spent worked ago since happens lasted")
_MONEY_PAST: Final = word_set(
    "owe owed owes earn earns earned making made paid rent salary income balance bill bills cost costs "
    "spent lost fee fees debt worth wage wages receive borrowed stole mortgage costs charged charge"
)
_CLOCK_PAST: Final = word_set(
    "already wake woke waking alarm school class classes starts start begins exam exams test shift train "
    "practice dinner got get home homework breakfast work bus lessons"
)
_HARD: Final = word_set(
    "impossible ridiculous crazy insane unfair unacceptable unrealistic absurd nonsense isn't isnt won't "
    "wont doesn't doesnt can't cant wouldn't wouldnt never joke insulting nowhere "
    "outrageous kidding joking"
)
_DOUBTS: Final = word_set("kidding joking serious crazy mad")
_NOT_SO: Final = word_set(
    "enough possible acceptable ok okay fair going realistic doable reasonable good happening fine feasible "
    "workable"
)
_TOO: Final = word_set("much long late early high low short soon little far many expensive tight steep few")


def role(tokens: Tokens, q: Quantity) -> str:
    """What `q` is: "offered", "bound" (no more than, at least), "rejected", "quoted" or "background"."""
    if q.kind == "other":
        return "background"
    left = _left(tokens, q.first)
    if q.kind == "date":
        left.append(word(tokens, q.first))  # "until the 1st" holds its own preposition
    if _why(left):
        return "quoted"
    verdict = _negation(left, q)
    if verdict == "rejected" or _rejected_after(tokens, q):
        return "rejected"
    if verdict == "offered":
        return _background(left, q) or ("bound" if _BOUNDS & set(left[-3:]) else "offered")
    return verdict


def _left(tokens: Tokens, first: int) -> list[str]:
    """The words before token `first`, back to the start of its clause, at most `REACH` of them."""
    words: list[str] = []
    i = first - 1
    while i >= 0 and len(words) < REACH and word(tokens, i) not in _BREAKS and word(tokens, i) not in _TURNS:
        words.append(word(tokens, i))
        i -= 1
    return words[::-1]


def _why(left: list[str]) -> bool:
    """Whether "why 30 days?" repeats the other side's number; "why not 30 days?" proposes one."""
    return "why" in left and not _NEGATORS & set(left[left.index("why") + 1 :][:2])


def _negation(left: list[str], q: Quantity) -> str:
    """The verdict "rejected" or "bound" if a negation governs what follows `left`, else "offered"."""
    place = max((k for k, name in enumerate(left) if name in _NEGATORS), default=-1)
    if place < 0:
        return "offered"
    negator, scope = left[place], left[place + 1 :]
    if "why" in left[:place] or (scope and scope[0] in ("you", "we") and negator.endswith("t")):
        return "offered"  # "why not 30?", "can't you give me 30?"
    if negator == "no" and place == 0 and (not scope or scope[0] in _SUBJECTS):
        return "offered"  # "no 45 days", "no I need 45"
    if negator in ("instead", "rather"):  # "I'd rather have 60 than 30", "45 instead of 30"
        return "rejected" if {"of", "than"} & set(scope[-2:]) else "offered"
    if _UNMINDED & set(scope[:2]):
        return "offered"
    if scope[:1] and scope[0] in _THINKS:
        scope = scope[2:] if scope[1:2] and scope[1] in _SUBJECTS | {"that"} else scope[1:]
    for k, name in enumerate(scope):
        free = k == 0 or scope[k - 1] not in _HELPERS
        if name == "you" and scope[k + 1 : k + 2] and scope[k + 1] in _YOU_DO:
            return "offered"  # but not "I can't pay you 400"
        if name in _NEW_CLAUSE or name in _SUBJECTS or (name in _ORDERS and k > 0 and free):
            return "offered"
    until = {"until", "till", "til"} & set(scope)
    waits = (q.kind != "clock" and q.kind != "bare") or {"sleep", "bed", "tired", "not"} & {*scope, negator}
    if _BOUNDS & set(scope) or (negator == "without") or (until and waits):
        return "bound"
    return "rejected"


def _rejected_after(tokens: Tokens, q: Quantity) -> bool:
    """Whether words after it turn `q` down: "30 days is too short", "30 days? No way"."""
    i = q.last
    words: list[str] = []
    while len(words) < 7 and at(tokens, i).kind == "word":
        words.append(word(tokens, i))
        i += 1
    if _damning(words):
        return True
    if word(tokens, i) not in (",", "?", ".", "-", "!") or len(words) > 2:
        return False
    while word(tokens, i) in _BREAKS or word(tokens, i) == "-":
        i += 1
        if i - q.last > REACH:
            return False
    tail = [word(tokens, i + k) for k in range(6)]
    # A new sentence judges the number only if it opens like a judgement.
    if tail[0] in ("no", "never", "impossible", "ridiculous", "absurd", "nope", "unacceptable", "nah"):
        return tail[1] in ("way", "chance") or (tail[1] in ("", *_BREAKS) and word(tokens, i - 1) == "?")
    if tail[0] in ("that's", "thats", "that", "it's", "are", "you", "you're", "not", "too"):
        if tail[0] in ("are", "you", "you're") and not _DOUBTS & set(tail):
            return False
        return "serious" in tail or _damning(_until_break(tail))
    return False


def _until_break(words: list[str]) -> list[str]:
    for k, name in enumerate(words):
        if name in _BREAKS:
            return words[:k]
    return words


def _damning(words: list[str]) -> bool:
    """Whether words that follow a number call it impossible or too much."""
    for k, name in enumerate(words):
        if name in ("or", "and", "but", "so", "because", "if", "as", "while", "since", "i", "we", "for"):
            return False
        following = words[k + 1] if k + 1 < len(words) else ""
        if name == "not" or name in ("isn't", "isnt", "wasn't"):
            return following in _NOT_SO
        if name == "too" and following in _TOO:
            return True
        if name == "out" and following == "of":
            return True
        if name in _HARD:
            return following not in ("hurt", "be")
    return False


def _background(left: list[str], q: Quantity) -> str:
    """What the nearest telling word before the number makes of it: "quoted", "background" or ""."""
    marked = _PAST if q.kind == "duration" else frozenset[str]()
    if q.kind in ("money", "bare"):
        marked = marked | _MONEY_PAST
    if q.kind in ("clock", "bare"):
        marked = marked | _CLOCK_PAST
    for k in range(len(left) - 1, -1, -1):
        name, before = left[k], left[k - 1] if k else ""
        linked = before in _LINKS and k > 1
        if name in _SPEECH and (before in _OTHERS or (linked and left[k - 2] in _OTHERS)):
            return "" if k >= 2 and left[k - 2] in _INVITES else "quoted"  # "will you offer 45?" asks for it
        if name in _TOLD and before and before not in _OWN:
            return "quoted"  # the doctor said
        if name == "make" and before == "i" and k >= len(left) - 3 and q.kind in ("money", "bare"):
            return "background"  # wages
        if name in ("your", "you're") and k == len(left) - 1:
            return "quoted"
        if name in _THIRD:
            return "background"
        if (name == "to" and before in ("go", "going")) or (name in ("bed", "sleep")):
            continue
        if name in marked and not (name in ("get", "got") and before in ("can", "to", "could", "i'll")):
            return "background"
        if name in _COMMITS:
            return "quoted" if "you" in left[:k] and "want" in left[:k] and "me" in left[:k] else ""
    return ""


def commits(tokens: Tokens, q: Quantity) -> bool:
    """Whether a day named in passing ("tomorrow") is a promise: said alone, or beside a word like pay."""
    if q.first <= 1 and q.last >= len(tokens) - 1:
        return True
    around = {*_left(tokens, q.first), *(word(tokens, k) for k in range(q.last, q.last + 4))}
    return bool(around & _PROMISES)


_PROMISES: Final = word_set(
    "pay give do send settle offer afford manage deliver transfer operate come schedule book have works "
    "work suits push pushing move postpone delay extend extended fine ok okay good deadline earliest latest "
    "needed get"
)
