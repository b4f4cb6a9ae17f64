"""The template words: grounded, varied, never repeating within ten turns, and clean of pressure."""

from __future__ import annotations

import ast
import math
import re
import sys
from collections.abc import Iterable
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emomas.speech import book as books
from emomas.speech.book import COMMON_SLOTS, DOMAINS, FACTS, FOLDER, agent_book, counterpart_book
from emomas.speech.moments import POOLS
from emomas.speech.quantity import speak_value
from emomas.speech.words import CONFIRMATIONS, COUNTERPART_ACTS, EMOTIONS, PHASES, SPOKEN_ACTS, STYLES, Words

tomllib = pytest.importorskip("tomllib" if sys.version_info >= (3, 11) else "tomli")

Scenario = dict[str, Any]

#: By domain: agent, counterpart, unit, the agent's and the counterpart's number, and all facts.
_TABLE = {
    "debt": """Fernhill Savings|Rosa Delgado|days|30|90|balance=$3,275|purpose=a delivery van
        |reason=a shop that flooded twice within 40 days|overdue=the spring instalments
        |creditor_option=split the balance into parts""",
    "surgery": """Lakeside Hospital|Owen Pryce|days|75|14|procedure=right hip replacement
        |condition=worn cartilage in the right hip|surgeon=Dr Aiko Mori|option=arrange physiotherapy meanwhile
        |risk=a second operation if the implant sits badly|patient_reason=a garden that feeds the family""",
    "disaster": """Northgate Fire Rescue|Samir Haddad|minutes|200|60|hazard=a fallen beam across the door
        |need=water and a blanket|injury=a sprained wrist|team=the crew from station 12
        |sign=you will hear knocking from below|comfort=the ceiling above you has been checked""",
    "sleep": """The Okafor family|Chidi Okafor|minutes_past_21|75|210|situation=a chess final at the weekend
        |reason=an opening that is not learnt yet|feeling=nerves before the match
        |tomorrow=a lesson at 8 o'clock|routine=tea and a page of a book""",
    "custom": """Beacon Housing|Ines Roth|usd|1250|980.5|reason=a new roof|need=a spare key
        |situation=the lease that ends in May|option=repaint the kitchen""",
}
OURS, THEIRS = ({domain: float(row.split("|")[at]) for domain, row in _TABLE.items()} for at in (3, 4))

#: Pressure, false urgency or scarcity, threat, blame, guilt and promises: none of it in the agent's mouth.
FORBIDDEN = re.compile(
    r"(?i)\b(hurry|quick(ly)? now|right now|act now|immediately|at once|urgent|deadline|running out"
    r"|too late|time is short|last chance|final (offer|chance|warning)|only (today|left)|limited|or else"
    r"|legal action|lawyer|court|sue|seiz|repossess|police|report you|penalt|punish|warn(ing)? you"
    r"|consequences|credit score|you will regret|no choice|force you|unless you|your fault|blam"
    r"|because of you\b|you (failed|refuse|never|always|caused|should have|must|have to pay)|irresponsib"
    r"|careless|lazy|stubborn|selfish|ungrateful|dishonest|excuse|lying|liar|asham|shame|guilt|disappoint"
    r"|how could you|let (us|me|them) down|after all we|you owe|think of your|promise|guarantee|definitely"
    r"|for sure|certainly will|trust me|waive|will be there|will reach you|everyone else|most people"
    r"|nobody else)"
)

#: An automated assistant has no feelings to claim.
FEIGNED = re.compile(
    r"(?i)\b(I|we) (am|are|feel|felt) (so |very |really |truly )?"
    r"(happy|glad|sad|sorry|angry|furious|afraid|scared|surprised|shocked|disgusted|hurt|delighted)"
)

NUMBER_WORD = re.compile(
    r"(?i)\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|sixty|ninety|hundred|thousand|half|twice|dozen|quarter|double|triple|noon|midnight)\b"
)
DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")

MALFORMED = "{offer|offer}.|{}.|{0}.|{salary}.|{offer:>8}.|{offer!r}.|{offer.real}.|No end||Two. Sentences."
BASICS = "domain=None|domain='poker'|parties={'agent': 'A'}|parties='A'|quantity={}|quantity={'name': 'days'}"
SHIPPED = sorted(FOLDER.parents[1].glob("scenarios/*/*.toml"))


def sentences(line: str) -> list[str]:
    return re.split(r"(?<=[.!?]) ", line)


def check_shape(line: str) -> None:
    assert len(line.split()) <= 45, line
    assert len(sentences(line)) <= 3, line
    assert re.fullmatch(r"\S.*[.!?]", line), line
    assert not re.search(r"  |[{}]| [.,;:!?]|\.\.|[,:]\.", line), line
    assert all(re.match(r"[^\W\d_a-z]|\d|\$|-\$", sentence) for sentence in sentences(line)), line


def check_numbers(line: str, scenario: Scenario, *spoken: float) -> None:
    """Every number in the line stands in a fact, a name, or is one of the spoken values."""
    known = [speak_value(value, scenario["quantity"]["unit"]) for value in spoken]
    known += [*scenario.get("facts", {}).values(), *scenario["parties"].values()]
    assert set(DIGITS.findall(line)) <= {number for text in known for number in DIGITS.findall(text)}, line


def check_repeats(lines: list[str]) -> None:
    for start in range(max(1, len(lines) - 9)):
        window = [sentence for line in lines[start : start + 10] for sentence in sentences(line)]
        assert len(window) == len(set(window)), window


def sample(domain: str, *, facts: bool = True) -> Scenario:
    agent, name, unit, _, _, *pairs = (part.strip() for part in _TABLE[domain].split("|"))
    scenario = {"id": f"test-{domain}", "domain": domain, "quantity": {"unit": unit}}
    scenario["parties"] = {"agent": agent, "counterpart": name}
    return scenario | ({"facts": dict(pair.split("=") for pair in pairs)} if facts else {})


def agent_says(words: Words, scenario: Scenario, act: str, emotion: str, phase: str, turn: int = 1) -> str:
    """An agent line with the sample's numbers, checked for shape and provenance."""
    ours, theirs = OURS[scenario["domain"]], THEIRS[scenario["domain"]]
    line = words.agent_line(act=act, emotion=emotion, phase=phase, offer=ours, their_offer=theirs, turn=turn)
    check_shape(line)
    spoken = {"open": [ours], "counter": [ours, theirs], "hold": [ours, theirs], "accept": [theirs]}
    said = spoken.get(act, [ours] if act in CONFIRMATIONS else [])
    check_numbers(line, scenario, *said)
    assert all(speak_value(value, scenario["quantity"]["unit"]) in line for value in said[:1])
    if act == "open":
        assert "automated assistant" in line
        assert scenario["parties"]["agent"].replace("The ", "the ", 1) in line
    return line


def person_says(words: Words, scenario: Scenario, act: str, emotion: str, style: str, turn: int = 1) -> str:
    theirs = THEIRS[scenario["domain"]]
    line = words.counterpart_line(act=act, emotion=emotion, style=style, offer=theirs, turn=turn)
    check_shape(line)
    check_numbers(line, scenario, *([theirs] if act in ("offer", "hold", "accept") else []))
    assert act not in ("offer", "hold") or speak_value(theirs, scenario["quantity"]["unit"]) in line
    return line


@pytest.mark.parametrize(
    ("unit", "pairs"),
    [
        ("days", {45: "45 days", 1: "1 day", -1e-3: "0 days", 1200: "1,200 days", 1.5: "1.5 days"}),
        ("minutes", {90: "90 minutes", 1.0: "1 minute"}),
        ("minutes_past_21", {0: "9:00 PM", 75: "10:15 PM", 180: "12:00 AM", -30: "8:30 PM", 420: "4:00 AM"}),
        (
            "minutes_past_21",
            {-540: "12:00 PM", 195: "12:15 AM", 179.6: "12:00 AM", 240: "1:00 AM", 900: "12:00 PM"},
        ),
        ("usd", {1250: "$1,250", 1250.5: "$1,250.50", 0.05: "$0.05", -20: "-$20", 1e6: "$1,000,000"}),
        ("usd", {-1e-3: "$0", 999.999: "$1,000"}),
        ("night_shifts", {3: "3 night shifts", 1: "1 night shift"}),
        ("percent", {1: "1 percent", 12: "12 percent"}),
    ],
)
def test_values_are_spoken_as_people_say_them(unit: str, pairs: dict[float, str]) -> None:
    assert {value: speak_value(value, unit) for value in pairs} == pairs


def test_values_that_cannot_be_spoken_are_refused() -> None:
    for value, unit in ((math.nan, "days"), (math.inf, "usd"), (3, " "), (3, "")):
        with pytest.raises(ValueError, match="give"):
            speak_value(value, unit)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("book", [agent_book, counterpart_book])
def test_every_template_renders(domain: str, book: Any) -> None:
    scenario, ours, theirs = sample(domain), OURS[domain], THEIRS[domain]
    unit, parties = scenario["quantity"]["unit"], scenario["parties"]
    slots = scenario["facts"] | {"agent": parties["agent"], "name": parties["counterpart"]}
    slots |= {"offer": speak_value(ours, unit), "their_offer": speak_value(theirs, unit)}
    slots["plan"] = f"payment within {slots['their_offer']}"
    assert slots.keys() == FACTS[domain] | COMMON_SLOTS
    for variant in (variant for variants in book(domain).values() for variant in variants):
        line = variant.text.format_map(slots)
        assert len(sentences(line)) == 1
        check_shape(line[0].upper() + line[1:])
        check_numbers(line, scenario, ours, theirs)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.name)
def test_template_files_are_used_small_and_free_of_numbers(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 400
    shared = ("common", "counterpart", "moods", "confirm", "hand_over", "answers")
    assert re.sub(r"^(counterpart|moods)_", "", file.stem) in (*DOMAINS, *shared)
    body = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    assert not DIGITS.search(body)
    assert not NUMBER_WORD.search(body)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("book", [agent_book, counterpart_book])
def test_no_list_has_a_sentence_twice_and_an_opener_has_one_emotion(domain: str, book: Any) -> None:
    owner: dict[str, str] = {}
    said: list[str] = []
    for path, variants in book(domain).items():
        texts = [variant.text for variant in variants]
        kind, *rest = path.split(".")
        if kind in ("mood", "start", "settle", "part"):
            (emotion,) = set(rest) & set(EMOTIONS)
            assert len(texts) == len(set(texts)), path
            assert all(owner.setdefault(text, emotion) == emotion for text in texts), path
        elif kind == "push":  # two styles never meet in one conversation
            assert len(texts) == len(set(texts)), path
        else:
            said += texts
    assert len(said) == len(set(said)), sorted({text for text in said if said.count(text) > 1})
    assert not owner.keys() & set(said)


@pytest.mark.parametrize("domain", DOMAINS)
def test_there_is_enough_to_choose_from(domain: str) -> None:
    agent, person = agent_book(domain), counterpart_book(domain)

    def free(variants: Iterable[books.Variant], slots: Iterable[str] = COMMON_SLOTS) -> int:
        return sum(variant.slots <= set(slots) for variant in variants)

    assert min(free(agent["greet.any"]), len(agent["middle.any"])) >= 10
    for emotion in EMOTIONS:
        for name, pools in POOLS.items():
            for kind, least in (("mood", 10), ("settle", 4), ("part", 4)):
                found = [v for pool in ("own", *pools) for v in agent.get(f"{kind}.{emotion}.{pool}", ())]
                assert free(found) >= least, (kind, emotion, name)
        assert len(agent[f"start.{emotion}"]) >= 4
        assert min(len(person[f"mood.vanilla.{emotion}"]), len(person[f"mood.any.{emotion}"]) + 2) >= 10
        assert all(len(person[f"mood.{style}.{emotion}"]) >= 3 for style in STYLES[1:])
    # Fifteen of the acts that come again and again, and ten of each, whatever the facts are.
    assert all(free(agent[f"act.{act}.any"]) >= 10 for act in SPOKEN_ACTS)
    assert all(
        free(agent[f"act.{act}.any"]) >= 15 for act in ("counter", "hold", "hand_over", *CONFIRMATIONS)
    )
    assert all(free(person[f"act.{act}"], {"offer"}) >= 15 for act in ("offer", "hold", "reject"))
    for act in COUNTERPART_ACTS:
        assert free(person[f"act.{act}"], {"offer"} if act in ("offer", "hold") else ()) >= 10, act
    assert all(len(person[f"push.{style}"]) >= 6 for style in STYLES)


@pytest.mark.parametrize("text", MALFORMED.split("|"))
def test_a_malformed_template_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"slot|sentence|expected|Single|format"):
        books.parse_variant(text, COMMON_SLOTS)


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_agent_does_not_threaten_rush_blame_promise_or_feign(domain: str) -> None:
    for variant in (variant for variants in agent_book(domain).values() for variant in variants):
        assert not FORBIDDEN.search(variant.text), variant.text
        assert not FEIGNED.search(variant.text), variant.text


def test_the_word_lists_catch_what_they_are_for() -> None:
    bad = "Act now.|It is your last chance.|We take legal action.|This is your fault.|You never answer."
    bad += "|You should be ashamed.|We guarantee it.|Most people pay.|This is because of you."
    assert all(FORBIDDEN.search(line) for line in bad.split("|"))
    assert FEIGNED.search("I am so sad about it.")


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("facts", [True, False])
def test_every_act_emotion_phase_and_style_has_a_grounded_line(domain: str, facts: bool) -> None:
    scenario = sample(domain, facts=facts)
    for act, emotion, phase in product(SPOKEN_ACTS, EMOTIONS, PHASES):
        agent_says(Words(scenario, 3), scenario, act, emotion, phase)
    for act, emotion, style in product(COUNTERPART_ACTS, EMOTIONS, STYLES):
        person_says(Words(scenario, 3), scenario, act, emotion, style)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("facts", [True, False])
def test_a_sentence_rests_for_ten_turns(domain: str, facts: bool) -> None:
    scenario = sample(domain, facts=facts)
    for act, emotion in product(SPOKEN_ACTS, EMOTIONS):
        words = Words(scenario, 1)
        check_repeats([agent_says(words, scenario, act, emotion, PHASES[t % 4], t) for t in range(30)])
    for act, style in product(COUNTERPART_ACTS, STYLES):
        words = Words(scenario, 1)
        check_repeats([person_says(words, scenario, act, "anger", style, t) for t in range(30)])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mixed_conversations_hold_every_rule(data: st.DataObject) -> None:
    scenario = sample(data.draw(st.sampled_from(DOMAINS)))
    kept = data.draw(st.sets(st.sampled_from(sorted(scenario["facts"]))))
    scenario["facts"] = {fact: text for fact, text in scenario["facts"].items() if fact in kept}
    words, style = Words(scenario, data.draw(st.integers(0, 99))), data.draw(st.sampled_from(STYLES))
    agent: list[str] = []
    person: list[str] = []
    for turn in range(1, 16):
        act, emotion, phase = (data.draw(st.sampled_from(known)) for known in (SPOKEN_ACTS, EMOTIONS, PHASES))
        agent.append(agent_says(words, scenario, act, emotion, phase, turn))
        act, emotion = (data.draw(st.sampled_from(known)) for known in (COUNTERPART_ACTS, EMOTIONS))
        person.append(person_says(words, scenario, act, emotion, style, turn))
    check_repeats(agent)
    check_repeats(person)


@pytest.mark.parametrize("domain", DOMAINS)
def test_lines_depend_on_id_seed_and_history_only(domain: str) -> None:
    def talk(scenario: Scenario, seed: int) -> list[str]:
        words, lines = Words(scenario, seed), []
        for turn in range(1, 11):
            act = "open" if turn == 1 else "counter"
            lines.append(agent_says(words, scenario, act, "sadness", "bargaining", turn))
            lines.append(person_says(words, scenario, "offer", "fear", "victim", turn))
        return lines

    first = talk(sample(domain), 7)
    assert first == talk(sample(domain), 7)
    assert first != talk(sample(domain), 8)
    assert first != talk({**sample(domain), "id": "another"}, 7)


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_thousand_lines_are_at_least_three_hundred_different_ones(domain: str) -> None:
    scenario, agent, person = sample(domain), set(), set()
    for seed in range(100):
        words, style = Words(scenario, seed), STYLES[seed % 4]
        for turn in range(10):
            emotion = EMOTIONS[(seed + turn) % 7]
            act = ("counter", "hold", "ask", "counter")[(seed * 3 + turn) % 4] if turn else "open"
            agent.add(agent_says(words, scenario, act, emotion, PHASES[min(3, turn // 3)], turn))
            person.add(
                person_says(words, scenario, COUNTERPART_ACTS[(seed + turn) % 6], emotion, style, turn)
            )
    assert min(len(agent), len(person)) >= 300


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_emotion_is_heard_in_every_turn(domain: str) -> None:
    scenario = sample(domain)
    for emotion in EMOTIONS:
        words = Words(scenario, 1)
        book = agent_book(domain)
        pools = [book.get(f"mood.{emotion}.{name}", ()) for name in ("own", "any", "plain")]
        moods = {variant.text for pool in pools for variant in pool}
        for turn in range(10):
            assert sentences(agent_says(words, scenario, "counter", emotion, "opening", turn))[0] in moods


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_phase_is_heard_often(domain: str) -> None:
    scenario, book = sample(domain), agent_book(domain)
    for phase in PHASES:
        lines = [agent_says(Words(scenario, seed), scenario, "counter", "joy", phase) for seed in range(60)]
        texts = [variant.text.split("{")[0] for variant in book[f"act.counter.{phase}"]]
        assert 18 <= sum(any(text in line for text in texts) for line in lines) <= 54


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_fact_rests_before_it_comes_back(domain: str) -> None:
    scenario = sample(domain)
    words = Words(scenario, 2)
    lines = [agent_says(words, scenario, "counter", "sadness", "bargaining", turn) for turn in range(60)]
    for fact in scenario["facts"].values():
        told = [at for at, line in enumerate(lines) if fact.lower() in line.lower()]
        assert all(later - earlier >= 4 for earlier, later in pairwise(told)), fact
    assert any(fact in line for fact in scenario["facts"].values() for line in lines)


def test_long_facts_do_not_make_long_lines() -> None:
    scenario = {**sample("debt"), "facts": dict.fromkeys(FACTS["debt"], "a " * 44 + "ab")}
    words = Words(scenario, 0)
    for turn, act in product(range(10), SPOKEN_ACTS):
        agent_says(words, scenario, act, "sadness", "opening", turn)


def test_facts_that_cannot_be_spoken_are_left_out_and_braces_are_only_text() -> None:
    facts = {"balance": 15700, "reason": "  two  storms.\n", "purpose": "", "overdue": None}
    words = Words({**sample("debt"), "facts": {**facts, "creditor_option": "{agent}"}}, 0)
    call: Scenario = {
        "act": "counter",
        "emotion": "sadness",
        "phase": "opening",
        "offer": 3,
        "their_offer": 9,
    }
    lines = " ".join(words.agent_line(**call, turn=turn) for turn in range(60))
    assert [text in lines for text in ("15700", "two storms", "we could {agent}")] == [False, True, True]


def test_another_unit_takes_words_that_fit_any_number() -> None:
    scenario = {**sample("debt"), "quantity": {"unit": "usd"}}
    words = Words(scenario, 0)
    lines = [agent_says(words, scenario, "counter", "neutral", "opening", turn) for turn in range(20)]
    assert not re.search(r"(within|in|wait) \$", " ".join(lines))


@pytest.mark.parametrize("change", BASICS.split("|"))
def test_a_scenario_without_its_basics_is_refused(change: str) -> None:
    key, value = change.split("=")
    with pytest.raises(ValueError, match=r"poker|scenario has no (domain|counterpart|agent|quantity|unit)"):
        Words({**sample("debt"), key: ast.literal_eval(value)}, 0)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_scenarios_can_be_talked_through(file: Path) -> None:
    scenario = tomllib.loads(file.read_text(encoding="utf-8"))
    words = Words(scenario, 0)
    for turn in range(40):
        emotion = EMOTIONS[turn % 7]
        agent_says(words, scenario, SPOKEN_ACTS[turn % 6], emotion, PHASES[turn % 4], turn)
        person_says(words, scenario, COUNTERPART_ACTS[turn % 6], emotion, STYLES[turn % 4], turn)
