"""Lines for the agent and for the simulated person, built from templates and the scenario's facts.

A line is an opener, sometimes a sentence about the facts, and the act with its number. The opener carries the
emotion that is shown and fits what the person has just said; a question is answered in its place. Which
variant is taken depends only on the scenario's id, the seed and what was said before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emomas.speech.book import DOMAINS, FACTS, GRAVE, Variant, agent_book, counterpart_book
from emomas.speech.moments import MOMENTS, POOLS, moment
from emomas.speech.quantity import speak_value
from emomas.speech.speaker import Speaker

EMOTIONS = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
PHASES = ("opening", "bargaining", "impasse", "closing")
CONFIRMATIONS = ("confirm_offer", "confirm_part", "confirm_deal")
AGENT_ACTS = ("open", "counter", "hold", "ask", "accept", "walk_away", *CONFIRMATIONS)
#: Acts that have templates. Handing over is worded by them alone, never by a model.
SPOKEN_ACTS = (*AGENT_ACTS, "hand_over")
COUNTERPART_ACTS = ("offer", "hold", "reject", "accept", "leave", "talk")
STYLES = ("vanilla", "pressure", "victim", "threat")

#: The unit each domain's sentences were written around; with any other unit the custom sentences are used.
_UNITS = {"debt": "days", "surgery": "days", "disaster": "minutes", "sleep": "minutes_past_21"}

#: How the number that is read back is named; in any other unit it stands alone.
_PLANS = {
    "debt": "payment within {}",
    "surgery": "a date {} from today",
    "disaster": "holding on for {}",
    "sleep": "bed at {}",
}

#: Where the opener comes from; other acts take `mood`.
_OPENERS = {"accept": "settle", "walk_away": "part"}

#: Feelings that a simulated person leaves unsaid beside an act they would contradict.
JARRING = {
    "reject": ("joy",),
    "leave": ("joy", "surprise", "neutral"),
    "accept": ("anger", "disgust", "surprise"),
    "hold": ("joy",),
}

_MIDDLE_SHARE = 0.55
_VANILLA_MOOD_SHARE = 0.5


class Words:
    """The words of one conversation, of both its sides."""

    def __init__(self, scenario: Mapping[str, Any], seed: int) -> None:
        """Take names, unit and facts from the scenario.

        `scenario` is a mapping with `domain`; `parties` with `agent` and `counterpart`; `quantity` with
        `unit`; and, optionally, `facts` and an `id`. Facts are short phrases (90 characters or less, no final
        full stop); which keys a domain knows is in `emomas.speech.book.FACTS`. A missing fact only rules out
        the sentences that need it. Raises ValueError when the domain, a party or the unit is missing, or when
        the domain is unknown.
        """
        domain = str(_need(scenario, "domain"))
        _one_of("domain", domain, DOMAINS)
        parties = _need(scenario, "parties")
        agent, name = _phrase(_need(parties, "agent")), _phrase(_need(parties, "counterpart"))
        self._unit = str(_need(_need(scenario, "quantity"), "unit"))
        if _UNITS.get(domain) != self._unit:
            domain = "custom"
        self.domain = domain
        if agent.startswith("The "):  # "The Lindqvist family" stands inside a sentence
            agent = "the " + agent[4:]
        facts = scenario.get("facts") or {}
        # Only texts: a bare number has no unit that could be spoken.
        told = {fact: _phrase(text) for fact, text in facts.items() if isinstance(text, str)}
        self._slots = {fact: told[fact] for fact in sorted(FACTS[domain]) if told.get(fact)}
        self._slots |= {"agent": agent, "name": name}
        self._plan = _PLANS.get(domain, "{}")
        self.moment = "plain"  # what the counterpart's last line was like
        key = f"{scenario.get('id') or f'{domain}|{agent}|{name}'}|{seed}"
        self._agent = Speaker(agent_book(domain), f"agent|{key}")
        self._counterpart = Speaker(counterpart_book(domain), f"counterpart|{key}")

    def agent_line(
        self,
        *,
        act: str,
        emotion: str,
        phase: str,
        offer: float | None,
        their_offer: float | None,
        turn: int,
        heard: str | None = None,
        asks: Sequence[str] = (),
    ) -> str:
        """What the agent says: one to three sentences, at most 45 words.

        `open`, `counter` and `hold` say `offer`; `accept` confirms `their_offer` (or `offer`, when that is
        the number both now hold); `confirm_…` reads `offer` back; `ask`, `walk_away` and `hand_over` say no
        number. Values are in the scenario's unit; `turn` only varies the wording. `heard` is the moment (one
        of `moments.MOMENTS`) that the person's words made, by default that of the last counterpart line;
        `asks` are topics to answer first. Raises ValueError for an unknown act, emotion, phase or moment, or
        when the act's number is missing.
        """
        _one_of("act", act, SPOKEN_ACTS)
        _one_of("emotion", emotion, EMOTIONS)
        _one_of("phase", phase, PHASES)
        heard = self.moment if heard is None else heard
        _one_of("heard", heard, MOMENTS)
        slots = self.agent_values(act, offer, their_offer)
        speaker = self._agent
        answers = self._answers(asks, slots) if act not in ("open", "walk_away") else []
        factual = act in ("counter", "hold", "ask") and speaker.chance(_MIDDLE_SHARE, "middle", turn)
        middles = speaker.pool("middle.any") if factual and not answers else []
        if emotion in ("joy", "surprise"):
            middles = [variant for variant in middles if not variant.slots & GRAVE]
        elif heard == "hurt":
            middles = [variant for variant in middles if "risk" not in variant.slots]
        return speaker.line(
            speaker.pool(f"act.{act}.any", f"act.{act}.own", f"act.{act}.{phase}"),
            slots,
            turn,
            greets=speaker.pool("greet.any") if act == "open" else (),
            answers=answers,
            openers=[]
            if answers or act in (*CONFIRMATIONS, "hand_over")
            else self._openers(act, emotion, heard),
            middles=middles,
        )

    def _openers(self, act: str, emotion: str, heard: str) -> list[Variant]:
        if act == "open":
            return self._agent.pool(f"start.{emotion}")
        kind = _OPENERS.get(act, "mood")
        return self._agent.pool(*(f"{kind}.{emotion}.{name}" for name in ("own", *POOLS[heard])))

    def _answers(self, asks: Sequence[str], slots: Mapping[str, str]) -> list[Variant]:
        """What can be said truthfully to the first question that has an answer in the facts."""
        for topic in asks:
            known = [v for v in self._agent.pool(f"answer.{topic}") if v.slots <= slots.keys()]
            if known:
                return known
        return self._agent.pool("answer.unknown") if asks else []

    def counterpart_line(self, *, act: str, emotion: str, style: str, offer: float | None, turn: int) -> str:
        """What the simulated person says: one to three sentences, at most 45 words.

        `offer` and `hold` say `offer`; `accept` may; `reject`, `leave` and `talk` say no number. Values are
        in the scenario's unit; `turn` only varies the wording. Raises ValueError for an unknown act, emotion
        or style, or when the act's number is missing.
        """
        _one_of("act", act, COUNTERPART_ACTS)
        _one_of("emotion", emotion, EMOTIONS)
        _one_of("style", style, STYLES)
        slots = self.counterpart_values(act, offer)
        self.moment = moment((act,), emotion)
        speaker = self._counterpart
        moods = speaker.pool(f"mood.{style}.{emotion}")
        if style != "vanilla":
            moods += speaker.pool(f"mood.any.{emotion}")
        elif not speaker.chance(_VANILLA_MOOD_SHARE, "mood", turn):
            moods = []
        if emotion in JARRING.get(act, ()):
            moods = []
        arguing = act in ("offer", "hold", "reject") and speaker.chance(_MIDDLE_SHARE, "push", turn)
        return speaker.line(
            speaker.pool(f"act.{act}"),
            slots,
            turn,
            openers=moods,
            middles=speaker.pool(f"push.{style}") if arguing and emotion != "joy" else (),
        )

    def agent_values(self, act: str, offer: float | None, their_offer: float | None) -> dict[str, str]:
        """What the placeholders of an agent's line stand for, as it is spoken; ValueError as `agent_line`."""
        return self._filled(_numbers(act, offer, their_offer))

    def counterpart_values(self, act: str, offer: float | None) -> dict[str, str]:
        """What the placeholders of a counterpart's line stand for; ValueError as `counterpart_line`."""
        if act in ("offer", "hold"):
            return self._filled({"offer": _number("offer", offer, act)})
        return self._filled({"offer": offer} if act == "accept" and offer is not None else {})

    def _filled(self, numbers: Mapping[str, float]) -> dict[str, str]:
        spoken = {slot: speak_value(value, self._unit) for slot, value in numbers.items()}
        if "plan" in spoken:
            spoken["plan"] = self._plan.format(spoken["plan"])
        return self._slots | spoken


def _numbers(act: str, offer: float | None, their_offer: float | None) -> dict[str, float]:
    """The numbers that an agent's line of this act may say."""
    if act in ("open", "counter", "hold"):
        own = {"offer": _number("offer", offer, act)}
        return own if their_offer is None or act == "open" else own | {"their_offer": their_offer}
    if act == "accept":
        return {"their_offer": _number("their_offer", offer if their_offer is None else their_offer, act)}
    return {"plan": _number("offer", offer, act)} if act in CONFIRMATIONS else {}


def _phrase(value: object) -> str:
    """Single spaces and no final punctuation, so that a phrase fits inside a sentence."""
    return " ".join(str(value).split()).rstrip(" .,;:!?")


def _need(table: Mapping[str, Any], key: str) -> Any:
    if not isinstance(table, Mapping) or table.get(key) in (None, ""):
        raise ValueError(f"scenario has no {key}: give domain, parties.agent, .counterpart and quantity.unit")
    return table[key]


def _number(field: str, value: float | None, act: str) -> float:
    if value is None:
        raise ValueError(f"{field} is None: the act {act!r} says a number, so give one")
    return value


def _one_of(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{field} is {value!r}: use one of {', '.join(known)}")
