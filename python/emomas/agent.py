"""A conversation in words: what a robot, kiosk or script embeds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from emomas._native import Core, Evidence, Scenario
from emomas.charts.conversation import Conversation, load_chart
from emomas.errors import ConfigError, ObservationError
from emomas.files import whole
from emomas.hearing import Heard, ReadBack, hear, plausible
from emomas.library import load_scenario
from emomas.reply import Reply
from emomas.speech.moments import feeling, moment
from emomas.speech.wording import Said, Wording
from emomas.speech.words import Words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from typing import Any

    from emomas._native import Chart, Decision
    from emomas.bridge import Bridge
    from emomas.bridge.embodiment import Embodiment
    from emomas.charts.conversation import Effect
    from emomas.perception import TextObservation
    from emomas.speech.model import SpeechModel

TEXT_CHANNEL = 1
"""Number of the text channel in the core's evidence."""


class Agent:
    """Holds one conversation after the other and learns from their outcomes.

    Every turn is `observe` (what was heard and sensed), then `decide` (what to show, offer and say); `reply`
    is both for a turn of text. With `journal`, every decision is durable on disk before it is returned.
    A chart (`emomas.charts`) holds the state of the conversation: the host tells it what happens by `send`,
    and carries out its effects.

    Parameters: `scenario` an id, a TOML path or a Scenario; `policy` a name of `emomas._native.POLICIES` or a
    list of experts; `experts` functions from this agent to seven weights, each of which joins as one more
    expert; `speech` "templates", "bundled" (the small language model that comes with emomas), another model's
    name or folder, or a SpeechModel that several agents share; `on_words` hears the agent's words one by one,
    once the whole line has passed the guard and is journalled; `today` the date that "by the 15th" refers to;
    `chart` another conversation chart (a file, a dict or a Chart; see docs/charts.md). Time is taken from the
    caller: `time_s` in `observe`, else one turn per 8 s. A model that can't be loaded, is late, or says what
    the guard refuses is replaced by templates: `speech_error` and the journal tell why.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario,
        *,
        policy: str | Sequence[str] = "emomas",
        experts: Sequence[Callable[[Agent], Sequence[float]]] = (),
        seed: int = 0,
        personality: Sequence[float] | None = None,
        journal: str | Path | None = None,
        learned: bytes | None = None,
        speech: str | Path | SpeechModel = "templates",
        on_words: Callable[[str], None] | None = None,
        today: dt.date | None = None,
        chart: Chart | dict[str, Any] | str | Path | None = None,
    ) -> None:
        """Start a conversation; raises ConfigError, ChartError, ScenarioError or JournalError."""
        self.scenario = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        self._external = tuple(experts)
        if experts:
            named = ["game", "rl", "coherence"] if policy == "emomas" else policy
            policy = [*([named] if isinstance(named, str) else named), *["external"] * len(experts)]
        self.core = Core(
            self.scenario,
            policy=policy if isinstance(policy, str) else list(policy),
            seed=seed,
            personality=None if personality is None else list(personality),
            learned=learned,
        )
        self._seed = seed
        self._today = today
        self._on_words = on_words
        self._model: SpeechModel | None = None
        self.speech_error = ""
        if speech != "templates":
            from emomas.speech.model import chosen

            self._model, self.speech_error = chosen(speech)
        self._chart = load_chart(chart)
        self._body: Embodiment | None = None
        self._start_words()
        if journal is not None:
            now = datetime.now(timezone.utc).isoformat(timespec="seconds")
            self.core.record(Path(journal), now, chart=self.conversation.machine)
            if self.speech_error:
                self.core.note("speech", f"templates: {self.speech_error}")

    def _start_words(self) -> None:
        self.conversation = Conversation(self.core, self.scenario, self._chart)
        self._effects: list[Effect] = list(self.conversation.began)
        self.words = Words(json.loads(self.scenario.to_json()), self._seed)
        self._wording = Wording(self.words, self._model, self._seed)
        self._forget_heard()
        self._time_s = 0.0
        self._their_offer: float | None = None
        self._own_offer: float | None = None
        self._read_back: ReadBack | None = None
        self.deal: float | None = None

    def _forget_heard(self) -> None:
        self._evidence: list[Evidence] = []
        self._heard = Heard("silence")
        self._said: TextObservation | None = None
        self._voiced: str | None = None

    # One turn

    def open(self) -> Reply:
        """The agent's first words, before the person has said anything."""
        return self.decide()

    def reply(self, text: str, *, time_s: float | None = None) -> Reply:
        """Hear `text`, answer it; raises ObservationError when the conversation is over."""
        self.observe(text, time_s=time_s)
        return self.decide()

    def observe(
        self,
        text: str | None = None,
        *,
        evidence: Sequence[Evidence] = (),
        act: str | None = None,
        offer: float | None = None,
        time_s: float | None = None,
    ) -> TextObservation | None:
        """Take in what was heard and sensed since the last turn; may be called several times before `decide`.

        `act` (talk, reject, accept, leave) and `offer` (in the scenario's unit) overrule what the text says,
        and are never read back. Returns what was read in the text.
        """
        self._check_open()
        heard = self._read(text) if text is not None else None
        self._evidence.extend(evidence)
        if act is not None:
            self._heard = Heard(act, self._heard.offer)
        if offer is not None:
            self._heard = Heard("talk" if self._heard.act == "silence" else self._heard.act, offer)
        if self._heard.offer is not None:
            self._their_offer = self._heard.offer
        if time_s is not None:
            self._time_s = time_s
        return heard

    def _check_open(self) -> None:
        stopped = self.conversation.stopped
        if stopped or self.core.closed:
            how = "was stopped" if stopped else "is closed"
            error = ObservationError(f"the conversation {how}: begin the next one with begin()")
            error.code = "stopped" if stopped else "closed"
            raise error

    def _read(self, text: str) -> TextObservation:
        from emomas.perception import observe
        from emomas.perception.reading import TextChannel

        # Lone surrogates can't be stored; they carry no meaning either.
        text = text.encode("utf-8", "replace").decode("utf-8")
        heard = observe(
            text,
            unit=self.scenario.unit,
            today=self._today,
            direction=self.scenario.direction,
            reference=self._own_offer,
            plausible=plausible(self.scenario),
        )
        if heard.emotions is not None:
            likelihood = list(heard.emotions)
            self._evidence.append(
                Evidence.likelihood(likelihood, channel=TEXT_CHANNEL, quality=heard.quality)
            )
        self._evidence.extend(TextChannel().observe(text))
        before = self._heard
        self._heard = hear(heard, self.scenario, own=self._own_offer, pending=self._read_back)
        if self._heard.offer is None and self._heard.act in ("talk", "reject") and before.offer is not None:
            self._heard = replace(self._heard, offer=before.offer)
        self._said = heard
        self.core.said("counterpart", text)
        return heard

    def decide(self) -> Reply:
        """Decide what to show, offer and say; closes the conversation when it is agreed or left."""
        if self._body is not None:
            self._body.sense()
        chart, time_s = self.conversation, self._now_s()
        self._effects += chart.wait(time_s)
        self._check_open()
        heard, said, voiced = self._heard, self._said, self._voiced
        over = chart.hands_over and self.core.turn >= self.scenario.deadline_turns
        late = heard.agreed is not None and self.core.turn >= self.scenario.deadline_turns
        external = [list(expert(self)) for expert in self._external]
        try:
            decision = self.core.step(
                self._evidence,
                # After its last turn the core hears only a yes or a goodbye.
                act="leave" if over else "accept" if late else heard.act,
                offer=None if over or late or heard.act in ("accept", "leave") else heard.offer,
                time_s=time_s,
                external=external or None,
                forbid=chart.forbidden,
            )
        except (ConfigError, ObservationError):
            # What was wrong is wrong for good; after a StorageError the same turn may be tried again.
            self._forget_heard()
            raise
        self._forget_heard()
        if self._body is not None:
            self._body.show(decision)
        theirs = self._their_offer
        self._effects += chart.decided(heard, decision, self._own_offer, theirs, time_s)
        self._check_open()
        self._read_back = None if chart.hands_over else heard.read_back
        act, offer = decision.act, heard.agreed if late else decision.offer
        if chart.hands_over:
            act, offer = "hand_over", None
        elif heard.read_back is not None:
            # The core's move stays unsaid; the next one that is said starts from it.
            act, offer = "confirm", heard.read_back.value
        elif act == "hold" and offer != self._own_offer:
            act = "counter"
        if act in ("open", "counter", "hold"):
            self._own_offer = offer
        text = self._words_for(decision, act, offer, said, voiced or _moment(said, decision))
        self._effects += chart.acted(act, offer, self._own_offer, theirs, time_s)
        closed = self._finish(act, offer)
        effects, self._effects = tuple(self._effects), []
        reply = Reply(
            text=text,
            emotion=decision.emotion,
            intensity=decision.intensity,
            vad=(decision.goal_vad[0], decision.goal_vad[1], decision.goal_vad[2]),
            act=act,
            offer=offer,
            decision=decision,
            closed=closed,
            deal=self.deal,
            state=chart.machine.leaves,
            effects=effects,
        )
        if self._body is not None:
            self._body.say(reply)
        return reply

    def _now_s(self) -> float:
        """When the next turn is, at the earliest: one per 8 s unless the caller says more."""
        return max(self._time_s, self.core.turn * 8.0)

    # The chart

    @property
    def state(self) -> tuple[str, ...]:
        """The chart's active atomic states."""
        return self.conversation.machine.leaves

    def send(
        self, event: str, *, priority: str | None = None, time_s: float | None = None, **data: float
    ) -> tuple[Effect, ...]:
        """Tell the chart what happens, and return what it asks for.

        The default chart knows `stop` (nothing more is said or shown), `hand_over` (a person takes over),
        `resume` (a person has ended a crisis), `distress.raised` and `distress.acute` (from a detector of the
        host's), and `link.up`, `link.armed`, `link.down`. `stop` has the priority `safety`, any other event
        `control`. `data` are numbers that the chart may read. Raises ChartError, ConfigError or JournalError.
        """
        effects = () if time_s is None else self.wait(time_s)
        chosen = priority or ("safety" if event == "stop" else "control")
        return effects + self.conversation.tell(event, time_s=self._now_s(), priority=chosen, data=data)

    def wait(self, time_s: float) -> tuple[Effect, ...]:
        """Nothing is heard until `time_s` seconds into the conversation; returns what the chart asks for."""
        self._time_s = max(self._time_s, time_s)
        return self.conversation.wait(self._time_s)

    def speak_for_counterpart(
        self, decision: Decision, *, act: str, emotion: str, style: str, offer: float | None
    ) -> str:
        """The words of a simulated person who answers `decision`, kept in the journal."""
        said = self._wording.counterpart_line(
            act=act, emotion=emotion, style=style, phase=decision.phase, offer=offer, turn=decision.turn
        )
        self._voiced = self.words.moment
        return self._keep("counterpart", said)

    def hush(self) -> None:
        """End what is being worded, from any thread, such as at an emergency stop: the turn says nothing."""
        self._wording.cancel()

    def _words_for(
        self, decision: Decision, act: str, offer: float | None, said: TextObservation | None, moment: str
    ) -> str:
        """The words for a turn, fit for the moment that the person's last words made."""
        read_back = self._read_back
        return self._keep(
            "agent",
            self._wording.agent_line(
                act=act if read_back is None else f"confirm_{read_back.kind}",
                emotion=decision.emotion,
                intensity=decision.intensity,
                phase=decision.phase,
                offer=offer,
                their_offer=offer if act in ("accept", "confirm") else self._their_offer,
                turn=decision.turn,
                heard=moment,
                asks=() if said is None else said.asks,
            ),
        )

    def _keep(self, speaker: str, said: Said) -> str:
        """Keep the words in the journal, and how a model came to them; then hand out the agent's own."""
        self.core.said(speaker, said.text, None if said.details is None else json.dumps(said.details))
        if self._on_words is not None and speaker == "agent":
            words = said.text.split()
            for place, word in enumerate(words):
                if self._wording.cancelled:
                    self.core.note("speech", f"hushed after {place} of {len(words)} words")
                    break
                self._on_words(word)
        return said.text

    def _finish(self, act: str, offer: float | None) -> bool:
        if act == "accept":
            self.close(offer)
        elif act == "walk_away":
            self.close(None, result="left")
        elif self.conversation.handed_over:
            self.close(None, result="handed_over")
        return self.core.closed

    # The body

    def attach(self, bridge: Bridge) -> None:
        """Move a robot or kiosk from now on, and take in what its sensors and people there say.

        Every turn the face heads for the shown affect before the words are made; evidence and what was keyed
        or touched are heard with the next `decide`; a stop ends the line being said, and stops the agent.
        Arming the device is the caller's.
        """
        from emomas.bridge.embodiment import Embodiment

        self.detach()
        self._body = Embodiment(self, bridge)

    def detach(self) -> None:
        """Leave the body that was attached, as it is."""
        if self._body is not None:
            self._body.close()
            self._body = None

    # Between conversations

    def close(self, deal: float | None = None, *, result: str | None = None) -> float:
        """End the conversation with a deal (in the scenario's unit) or without; returns the reward."""
        reward = self.core.close(deal, result=result)[1]
        self.deal = deal
        self._effects += self.conversation.tell("no_deal" if deal is None else "deal", time_s=self._now_s())
        return reward

    def begin(self, scenario: str | Path | Scenario | None = None, *, seed: int | None = None) -> None:
        """Start the next conversation with everything learned so far; a journal does not go on."""
        if scenario is not None:
            self.scenario = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        self._seed = self._seed + 1 if seed is None else seed
        self.core.begin(self.scenario, seed=self._seed)
        self._start_words()

    def save(self, path: str | Path) -> None:
        """Write everything learned to `path`, all of it or nothing. Raises StorageError."""
        with whole(Path(path)) as part:
            part.write_bytes(self.core.snapshot())

    def load(self, path: str | Path) -> None:
        """Go on with what was saved in `path`; the conversation starts anew. Raises SnapshotError."""
        learned = Path(path).read_bytes()
        self.core.restore(learned)
        self.core.begin(self.scenario, seed=self._seed)
        self._start_words()


def _moment(said: TextObservation | None, decision: Decision) -> str:
    """What the person's words made of this moment; without words, what is believed of the feeling."""
    likelihood = None if said is None else said.emotions
    return moment(() if said is None else said.acts, feeling(likelihood, decision.emotion_belief))
