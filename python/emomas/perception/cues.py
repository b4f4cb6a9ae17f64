"""Emotion from cue words: a small, readable lexicon of our own, meant as a mild hint and no more.

Each cue found adds to the log-evidence of its emotion. A trained model takes this place later, behind the
same `TextObservation`.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from emomas.perception.observation import EMOTIONS
from emomas.perception.tokens import Token, Tokens, at, tokenise, word, word_set

LEXICON: Final[dict[str, tuple[str, ...]]] = {
    emotion: tuple(entries.split(", "))
    for emotion, entries in {
        "joy": (
            "happy, glad, great, wonderful, relieved, relief, delighted, pleased, thankful, grateful, "
            "love, lovely, excellent, awesome, fantastic, perfect, excited, good news, hopeful, yay, "
            "enjoy, cheerful, brilliant, thrilled, made my day, looking forward, 😀, 😊, 😄, 🎉, 😁, ❤, 🥳, "
            "🙂, not bad"
        ),
        "sadness": (
            "sad, hopeless, crying, cried, cry, tears, depressed, heartbroken, miserable, lonely, "
            "lost, miss her, miss him, grief, grieving, sorrow, unhappy, disappointed, devastated, "
            "feeling down, gave up, give up, no hope, alone, passed away, grieve, exhausted, "
            "so sorry, empty, 😢, 😭, 😔, 😞, 💔, ☹"
        ),
        "anger": (
            "angry, furious, mad, rage, hate, livid, outrage, outrageous, unfair, how dare you, "
            "ridiculous, fed up, sick of, sick and tired, annoyed, annoying, pissed, damn, idiot, "
            "stupid, liar, shut up, enough of, unacceptable, frustrated, frustrating, insult, "
            "insulting, scam, rip off, 😡, 😠, 🤬, 👿, 💢"
        ),
        "fear": (
            "scared, afraid, terrified, frightened, fear, fearful, worried, worry, anxious, anxiety, "
            "panic, panicking, nervous, terrifying, dread, desperate, danger, dangerous, threatened, "
            "going to die, freaking out, unsafe, worried sick, help me, trapped, shaking, trembling, "
            "nightmare, 😨, 😰, 😧, 🫣, 😟"
        ),
        "surprise": (
            "wow, surprised, surprise, surprising, unexpected, unexpectedly, shocked, shock, "
            "really ?, seriously ?, what ?!, holy cow, can't believe, cannot believe, didn't expect, "
            "did not expect, never expected, astonished, amazed, out of nowhere, out of the blue, "
            "suddenly, since when, whoa, huh, omg, oh my god, stunned, incredible, unbelievable, 😮, "
            "😲, 😯, 🤯, 😱"
        ),
        "disgust": (
            "disgusting, disgusted, disgust, gross, revolting, repulsive, repulsed, sickening, "
            "nauseating, nauseous, vile, filthy, nasty, shameful, shame on you, despicable, "
            "make me sick, makes me sick, pathetic, yuck, ew, eww, appalling, appalled, contempt, "
            "sleazy, slimy, rotten, creepy, 🤢, 🤮, 😒, 🙄"
        ),
        "neutral": (
            "understood, noted, whatever, i see, as discussed, regarding, according to, "
            "for the record, fyi, information, please confirm, schedule, procedure, details, "
            "as agreed, usual, normal, standard, ordinary, no preference, don't mind, either way, "
            "it depends, in general, not sure, indifferent, doesn't matter, 😐, 😶"
        ),
    }.items()
}
"""Cue words, phrases and emoji; each belongs to the one emotion it says most about."""

_CIRCUMSTANCES: Final = (
    "lost my job, lost the job, lost my work, laid off, got fired, was fired, fired me, out of work, "
    "unemployed, cannot pay, can't pay, cant pay, cannot afford, can't afford, no money, no income, "
    "bankrupt, evicted, "
    "eviction, struggling, divorce, hospital, sick, ill, illness, disabled, cancer, in pain, painful, hurts, "
    "hurt, bleeding, injured, died, dying, funeral, death, stuck, can't breathe, cannot breathe, "
    "can't sleep, cannot sleep, can't move, cannot move, freezing, burglary, flooded, starving, "
    "cannot hold on, "
    "can't hold on"
)
HARDSHIPS: Final = tuple(_CIRCUMSTANCES.split(", "))
"""Circumstances that name no feeling, and make sadness and fear a little more likely."""

FLOOR: Final = math.exp(-3.0)
"""The least likelihood of any emotion: words can be ironic, quoted or wrong, so none of them vetoes."""

# What "not happy" says; the negation of any other emotion says only that it is less likely.
_OPPOSITE: Final = {
    "joy": (("sadness", 0.4), ("anger", 0.3), ("disgust", 0.3)),
}
_HARDSHIP: Final = (("sadness", 0.6), ("fear", 0.4))
_NEGATORS: Final = word_set(
    "not no never isn't isnt aren't wasn't weren't don't dont doesn't doesnt didn't can't cant cannot won't "
    "wouldn't nothing neither nor hardly without ain't"
)
_BOOSTS: Final = word_set(
    "very really so extremely absolutely totally completely utterly truly incredibly super too beyond damn "
    "fucking freaking deeply quite"
)
_PHRASES: Final[dict[str, list[tuple[tuple[str, ...], str]]]] = {}
for _emotion, _entries in LEXICON.items():
    for _entry in _entries:
        _words = tuple(token.text for token in tokenise(_entry))
        _PHRASES.setdefault(_words[0], []).append((_words, _emotion))
for _entry in HARDSHIPS:
    _words = tuple(token.text for token in tokenise(_entry))
    _PHRASES.setdefault(_words[0], []).append((_words, "hardship"))
for _list in _PHRASES.values():
    _list.sort(key=lambda item: -len(item[0]))


class Emotional(NamedTuple):
    """likelihood: over `EMOTIONS`, largest 1, none below `FLOOR`, or None; cues: `emotion:phrase`."""

    likelihood: tuple[float, ...] | None
    cues: tuple[str, ...]


def read_emotions(tokens: Tokens, text: str = "") -> Emotional:
    """The emotional cues of an utterance. text: the original, for its capitals; may be left out."""
    evidence = dict.fromkeys(EMOTIONS, 0.0)
    cues: dict[str, None] = {}
    i = 0
    while i < len(tokens):
        found = _phrase(tokens, i)
        if found is None:
            i += 1
            continue
        size, emotion = found
        phrase = " ".join(word(tokens, i + k) for k in range(size))
        weight = _emphasis(tokens, i, size, text)
        if emotion == "hardship":
            if not _negated(tokens, i):
                for name, share in _HARDSHIP:
                    evidence[name] += share
                cues[f"hardship:{phrase}"] = None
            i += size
            continue
        if _negated(tokens, i):
            evidence[emotion] -= 0.5 * weight
            for other, share in _OPPOSITE.get(emotion, ()):
                evidence[other] += share * weight
            phrase = "not " + phrase
        else:
            evidence[emotion] += weight
        cues[f"{emotion}:{phrase}"] = None
        i += size
    if not cues:
        return Emotional(None, ())
    top = max(evidence.values())
    # Evidence saturates: the tenth cue is rarely news, and the floor keeps every emotion possible.
    return Emotional(tuple(max(FLOOR, math.exp(evidence[name] - top)) for name in EMOTIONS), tuple(cues))


def _phrase(tokens: Tokens, i: int) -> tuple[int, str] | None:
    """Length and emotion of the longest lexicon entry at token `i`."""
    for words, emotion in _PHRASES.get(tokens[i].text, ()):
        if all(word(tokens, i + k) == name for k, name in enumerate(words)):
            return len(words), emotion
    return None


def _negated(tokens: Tokens, i: int) -> bool:
    """Whether one of the three words before token `i` negates it: "not happy", "never been so glad"."""
    for k in range(i - 1, max(i - 4, -1), -1):
        if tokens[k].kind == "sym":
            return False
        if tokens[k].text in _NEGATORS:
            return tokens[k + 1].text not in ("only", "doubt")
    return False


def _emphasis(tokens: Tokens, i: int, size: int, text: str) -> float:
    """1, or up to 2 with an intensifier, capitals or repeated exclamation marks."""
    weight = 1.0
    if word(tokens, i - 1) in _BOOSTS:
        weight += 0.5
    first: Token = at(tokens, i)
    shown = text[first.start : first.end]
    if len(shown) > 2 and shown.isupper():
        weight += 0.4
    if word(tokens, i + size) == "!" and word(tokens, i + size + 1) == "!":
        weight += 0.4
    return min(weight, 2.0)
