"""The conversation chart: what it makes of a talk, what the agent makes of it, and that all of it replays."""

import json
import re
from pathlib import Path

import pytest

import emomas
from emomas.charts import CONVERSATION, conversation_chart
from emomas.library import DOMAINS

ROOT = Path(__file__).parent.parent
DEFAULTS = {
    "calm": 0.35,
    "caution": 0.45,
    "crisis": 0.55,
    "middle": 0.34,
    "late": 0.67,
    "near": 0.1,
    "stall_turns": 3,
    "silence_s": 30,
}
AFRAID = [0.02, 0.02, 0.02, 0.98, 0.02, 0.02, 0.02]


def opened(name="debt-roofer-winter", **more):
    agent = emomas.Agent(name, seed=1, **more)
    agent.open()
    return agent


def frightened(agent, turns):
    """The last reply to a person of whom two sensors say that it is afraid."""
    for _ in range(turns):
        sensed = [emomas.Evidence.likelihood(AFRAID, channel=channel) for channel in (0, 2)]
        agent.observe("I don't know", evidence=sensed)
        reply = agent.decide()
    return reply


def names(effects):
    return [name for name, _ in effects]


# The chart by itself


def machine(**inputs):
    started = conversation_chart().start()
    for name, value in DEFAULTS.items():
        started.set(f"threshold.{name}", value)
    for name, value in {"gap_ratio": 1.0, "progress": 0.0, **inputs}.items():
        started.set(name, value)
    started.set("belief.stance.distressed", 0.2)
    return started


def talk(*events):
    """Where the talk stands after these events; `x=1` sets an input."""
    running = machine()
    for event in events:
        name, _, value = event.partition("=")
        if value:
            running.set(name, float(value))
        else:
            running.send(event)
    return running.leaves[0]


BARGAINING = ("turn", "act.open", "heard.offer", "turn")
STUCK = (*BARGAINING, "act.counter", "act.hold", "act.hold", "act.hold")


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), "opening"),
        (("heard.silence", "turn", "act.open"), "opening"),
        (("act.open", "heard.talk"), "exploring"),
        (("act.open", "heard.reject", "turn", "act.counter"), "early"),
        (BARGAINING, "early"),
        ((*BARGAINING, "progress=0.34", "turn"), "middle"),
        ((*BARGAINING, "progress=0.9", "turn", "turn"), "late"),
        ((*BARGAINING, "act.hold", "act.hold"), "early"),
        (STUCK, "impasse"),
        ((*BARGAINING, "act.hold", "act.hold", "act.counter", "act.hold", "act.hold"), "early"),
        ((*BARGAINING, "act.hold", "act.hold", "gap_ratio=0.8", "heard.offer", "act.hold"), "early"),
        ((*BARGAINING, "act.hold", "act.hold", "heard.offer", "act.hold"), "impasse"),
        ((*STUCK, "heard.offer"), "impasse"),
        ((*STUCK, "gap_ratio=0.8", "heard.offer"), "early"),
        ((*BARGAINING, "progress=0.9", "turn", "turn", *STUCK[-3:], "act.counter"), "late"),
        ((*BARGAINING, "gap_ratio=0.1", "heard.offer"), "closing"),
        ((*BARGAINING, "act.confirm"), "closing"),
        ((*BARGAINING, "act.confirm", "heard.reject"), "early"),
        ((*BARGAINING, "act.confirm", "heard.offer"), "early"),
        ((*BARGAINING, "act.confirm", "deal"), "agreed"),
        ((*BARGAINING, "no_deal"), "no_deal"),
        (("hand_over",), "handed_over"),
        (("hand_over", "deal"), "handed_over"),
        ((*BARGAINING, "stop", "deal", "resume", "hand_over", "heard.offer"), "stopped"),
    ],
)
def test_where_a_talk_stands(events, state):
    assert talk(*events) == state


def test_it_is_checked_as_a_safety_chart_and_every_state_stops():
    chart = conversation_chart()
    assert (chart.safe, chart.warnings, chart.to_dict()["safety"]) == ("stopped", [], True)
    reached = set()
    for events in [
        *(case[:k] for case in (STUCK,) for k in range(9)),
        ("act.confirm",),
        ("deal",),
        ("hand_over",),
    ]:
        for distress in ((), ("distress.raised",), ("distress.acute",)):
            for link in ((), ("link.up",), ("link.up", "link.armed")):
                running = machine()
                running.send_many([*events, *distress, *link])
                reached |= set(running.leaves)
                assert names(running.send("stop", priority="safety")) == ["stop_motion"]
                assert running.leaves == ("stopped",)
                assert (running.advance(10**12), running.pending_timers) == ([], 0)
                assert running.counters["errors"] == 0
    assert reached >= {
        "opening",
        "early",
        "impasse",
        "agreed",
        "handed_over",
        "nominal",
        "caution",
        "crisis",
        "armed",
    }


def test_the_link():
    running = machine()
    assert running.send_many(["link.up", "link.armed"]) == []
    assert names(running.send("link.down")) == ["stop_motion"]
    assert running.leaves[2] == "down"
    running.send_many(["link.up", "link.armed"])
    assert names(running.send("link.up")) == ["stop_motion"]
    assert running.leaves[2] == "connected"


def test_only_a_person_ends_a_crisis():
    running = machine()
    seen = []
    for belief in (0.46, 0.44, 0.34, 0.56, 0.1, 0.1):
        running.set("belief.stance.distressed", belief)
        seen.append((names(running.send("turn")), running.leaves[1]))
    assert seen == [
        (["soften"], "caution"),
        ([], "caution"),
        ([], "nominal"),
        (["soften", "call_human"], "crisis"),
        ([], "crisis"),
        ([], "crisis"),
    ]
    running.send("resume")
    assert running.leaves[1] == "caution"


# The agent on it


def test_a_talk_runs_its_course():
    agent = emomas.Agent("debt-roofer-winter", seed=1)
    assert agent.state == ("opening", "nominal", "down")
    reply = agent.open()
    assert (reply.state, reply.effects) == (("opening", "nominal", "down"), ())
    assert agent.reply("I don't know about that").state[0] in ("exploring", "early")
    assert agent.reply("I can pay in 110 days").state[0] == "early"
    agent.observe("okay", act="accept")
    reply = agent.decide()
    assert (reply.state[0], names(reply.effects), reply.deal) == ("agreed", ["say_goodbye"], reply.offer)
    agent.begin()
    assert agent.state == ("opening", "nominal", "down")


@pytest.mark.parametrize("domain", DOMAINS)
def test_in_a_crisis_there_are_no_offers_and_a_person_is_called(domain):
    agent = opened(emomas.scenario_ids(domain)[0])
    reply = frightened(agent, 4)
    assert (reply.act, reply.offer, reply.state[1], reply.closed) == ("hand_over", None, "crisis", False)
    assert not any(digit in reply.text for digit in "0123456789")
    assert "offer" not in reply.text or "offers" in reply.text
    assert reply.emotion not in ("anger", "disgust")
    said = {agent.reply("all right, I accept").text, agent.reply("goodbye, we're done here").text}
    assert len(said) == 2
    assert (agent.core.closed, agent.deal, agent.state[1]) == (False, None, "crisis")
    assert agent.send("resume") == (("soften", {}),)
    assert agent.state[1] == "caution"


def test_a_crisis_calls_once_and_outlasts_the_deadline():
    agent = opened("sleep-novel-lamp")
    effects = [names(frightened(agent, 1).effects) for _ in range(agent.scenario.deadline_turns + 3)]
    assert sum(effect.count("call_human") for effect in effects) == 1
    assert agent.core.turn > agent.scenario.deadline_turns
    assert agent.decide().act == "hand_over"


def test_a_person_takes_over():
    agent = opened()
    assert agent.send("hand_over") == (("say_goodbye", {}),)
    assert agent.state[0] == "handed_over"
    reply = agent.decide()
    assert (reply.act, reply.offer, reply.closed, reply.deal) == ("hand_over", None, True, None)
    with pytest.raises(emomas.ObservationError) as caught:
        agent.decide()
    assert caught.value.code == "closed"


def test_after_a_stop_nothing_is_said_until_the_next_conversation():
    agent = opened()
    assert agent.send("stop") == (("stop_motion", {}),)
    turns = agent.core.turn
    for call in (agent.decide, lambda: agent.observe("hello"), lambda: agent.reply("hello")):
        with pytest.raises(emomas.ObservationError, match=r"begin\(\)") as caught:
            call()
        assert caught.value.code == "stopped"
    assert agent.core.turn == turns
    assert (agent.send("resume"), agent.state) == ((), ("stopped",))
    agent.begin()
    assert agent.open().act == "open"


def test_caution_forbids_anger_and_disgust(tmp_path):
    path = tmp_path / "a.journal"
    agent = opened(journal=path)
    agent.send("distress.raised")
    assert agent.state[1] == "caution"
    agent.decide()
    agent.decide()
    replayed = emomas.replay(path)
    seen = [json.loads(replayed.observation_json(turn)).get("forbid") for turn in range(3)]
    assert seen == [None, 1 << 2 | 1 << 5, None]  # calm again after a turn
    assert replayed.identical


def test_what_is_forbidden_for_a_turn_is_not_shown():
    core = emomas.Core(emomas.load_scenario("debt-roofer-winter"), policy=["joy"], explore=0.0)
    decisions = [core.step(forbid=forbid) for forbid in (None, ["joy"], [])]
    assert [decision.emotion for decision in decisions] == ["joy", "neutral", "joy"]
    assert ["joy" in decision.refused for decision in decisions] == [False, True, False]
    with pytest.raises(emomas.ConfigError, match=r"emotion is .bliss."):
        core.step(forbid=["bliss"])


def test_silence_asks_again_and_then_calls_somebody():
    agent = opened()
    assert agent.wait(29.9) == ()
    assert agent.wait(30.1) == (("ask_again", {}),)
    assert agent.wait(300) == (("call_human", {}),)
    assert agent.wait(3000) == ()
    agent.reply("sorry, I was out")
    assert agent.wait(3029) == ()
    assert agent.wait(3031) == (("ask_again", {}),)


def test_thresholds_come_from_the_scenario():
    text = emomas.load_scenario("debt-roofer-winter").to_toml()
    scenario = emomas.Scenario.from_toml(text + "\n[thresholds]\nsilence_s = 5\ncrisis = 1\n")
    assert scenario.thresholds == {**DEFAULTS, "silence_s": 5, "crisis": 1}
    agent = opened(scenario)
    assert agent.wait(5) == (("ask_again", {}),)
    assert frightened(agent, 6).state[1] == "caution"
    with pytest.raises(emomas.ScenarioError, match=r"thresholds\.crisis is 2: give 0 to 1"):
        emomas.Scenario.from_toml(text + "\n[thresholds]\ncrisis = 2\n")


def test_the_chart_changes_no_decision():
    bare = {"states": {"only": {"transitions": [{"event": "*"}]}}}
    texts = ["I don't know", "110 days", "no", "90 days", "that is unfair!", "80 days"]

    def decisions(chart):
        agent = emomas.Agent("debt-roofer-winter", seed=3, chart=chart)
        return [agent.open().decision.to_json()] + [agent.reply(text).decision.to_json() for text in texts]

    assert decisions(None) == decisions(bare)


def test_a_chart_of_ones_own(tmp_path):
    chart = conversation_chart().to_dict()
    chart["variables"]["offers"] = 0
    chart["states"]["conversation"]["states"]["count"] = {
        "transitions": [
            {
                "event": "heard.offer",
                "do": [
                    {"assign": "offers", "value": "offers + 1"},
                    {"effect": "note", "data": {"offers": "offers", "days": "_event.offer"}},
                ],
            }
        ]
    }
    built = emomas.Chart.from_dict(chart)
    path = tmp_path / "mine.toml"
    path.write_text(built.to_toml(), encoding="utf-8")
    for given in (chart, built, path, str(path)):
        agent = opened(chart=given)
        agent.reply("I can pay in 110 days")
        assert agent.reply("105 days").effects == (("note", {"offers": 2, "days": 105.0}),)
        assert len(agent.state) == 4
    with pytest.raises(emomas.ChartError):
        emomas.Agent("debt-roofer-winter", chart={"states": {}})
    assert "# The conversation" in CONVERSATION.read_text(encoding="utf-8")


def test_entry_effects_reach_the_first_reply():
    chart = {"states": {"a": {"entry": ["greet"], "transitions": [{"event": "*"}]}}}
    agent = emomas.Agent("debt-roofer-winter", chart=chart)
    assert agent.open().effects == (("greet", {}),)
    assert agent.reply("hello").effects == ()


def test_timers_fire_before_what_is_heard():
    chart = {"safe": "off", "states": {"on": {"after": {"20 s": "off"}}, "off": {"entry": ["dark"]}}}
    agent = opened(chart=chart)
    agent.observe("I can pay in 110 days", time_s=19.9)
    assert agent.decide().state == ("on",)
    agent.observe("no", time_s=20.0)
    with pytest.raises(emomas.ObservationError) as caught:
        agent.decide()
    assert (caught.value.code, agent.core.turn, agent.state) == ("stopped", 2, ("off",))


# The journal


def whole_conversation(path):
    """Timers, a link, caution, a crisis, a hand-over and a stop."""
    agent = emomas.Agent("debt-roofer-winter", seed=7, journal=path)
    agent.send("link.up")
    agent.send("link.armed", priority="advisory")
    agent.open()
    agent.wait(31)
    agent.reply("I can pay in 110 days", time_s=35.25)
    agent.reply("no")
    agent.send("distress.raised", time_s=50.125, level=3)
    agent.reply("okay, 100 days")
    frightened(agent, 3)
    agent.send("resume")
    agent.send("hand_over")
    agent.decide()
    agent.send("stop")
    return agent


def test_a_whole_conversation_replays_bit_for_bit(tmp_path):
    path = tmp_path / "a.journal"
    whole_conversation(path)
    replayed = emomas.replay(path)
    assert replayed.identical, replayed.differences
    steps = [json.loads(text) for text in replayed.chart_json()]
    effects = [effect["effect"] for step in steps for effect in step["came"]["effects"]]
    assert effects.count("ask_again") == effects.count("say_goodbye") == effects.count("stop_motion") == 1
    assert effects.count("call_human") == 1
    assert steps[-1]["came"]["configuration"] == ["stopped"]
    assert steps[-1]["told"]["events"] == [{"event": "stop", "priority": "safety"}]
    assert steps[1]["told"]["events"][0]["priority"] == "advisory"
    assert any(
        event.get("data") == {"level": 3} for step in steps for event in step["told"].get("events", [])
    )
    header = json.loads(replayed.header_json())
    assert emomas.Chart.from_toml(header["chart"]).hash == conversation_chart().hash
    assert json.loads(replayed.outcome_json())["result"] == "handed_over"


def test_the_picture_in_the_docs_is_current():
    picture = (ROOT / "docs" / "img" / "conversation.svg").read_text(encoding="utf-8")
    assert picture == conversation_chart().to_svg()


def test_the_examples_in_the_docs_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "charts.md").read_text(encoding="utf-8")
    talk, lamp = re.findall(r"```py\n(.*?)```", page, re.DOTALL)
    names = {"emomas": emomas}
    for line in talk.splitlines():
        code, _, comment = line.partition("  # ")
        if comment.startswith("("):
            assert comment.startswith(repr(eval(code, names)))
        else:
            exec(code, names)
    assert emomas.replay(tmp_path / "talk.journal").identical
    exec(lamp, names)
    names["agent"].open()
    assert names["agent"].state == ("opening", "nominal", "down", "white")
