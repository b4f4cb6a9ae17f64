"""The shipped scenarios, bad ones, and the import of fixtures in EmoMAS's layouts."""

import json
from pathlib import Path

import pytest

import emomas
from emomas import _native
from emomas.library import DOMAINS, load_scenarios
from emomas.speech import Words

FIXTURES = Path(__file__).parent / "fixtures" / "csv"


@pytest.mark.parametrize("domain", DOMAINS)
def test_at_least_twelve_a_domain_each_in_its_direction(domain):
    names = emomas.scenario_ids(domain)
    assert len(names) >= 12
    titles = set()
    for name in names:
        scenario = emomas.load_scenario(name)
        assert (scenario.id, scenario.domain) == (name, domain)
        titles.add(scenario.title)
        if domain != "surgery":
            assert scenario.direction == ("higher" if domain == "disaster" else "lower")
        better = scenario.utility(scenario.agent_target)
        assert better == 1
        assert scenario.utility(scenario.agent_reservation) == 0
        assert scenario.utility(scenario.counterpart_target) <= 0
        assert emomas.Scenario.from_toml(scenario.to_toml()) == scenario
        assert emomas.Scenario.from_json(scenario.to_json()).hash == scenario.hash
    assert len(titles) == len(names)


def test_words_exist_for_every_shipped_scenario():
    for name in emomas.scenario_ids():
        scenario = emomas.load_scenario(name)
        words = Words(json.loads(scenario.to_json()), 1)
        lines = [
            words.agent_line(
                act="counter" if turn else "open",
                emotion="sadness",
                phase="opening" if turn < 3 else "bargaining",
                offer=scenario.agent_target,
                their_offer=None,
                turn=turn,
            )
            for turn in range(10)
        ]
        assert len(set(lines)) == 10


def test_ids_are_suggested():
    with pytest.raises(emomas.ScenarioError, match="debt-roofer-winter"):
        emomas.load_scenario("debt-rofer-winter")
    with pytest.raises(emomas.ScenarioError, match="surgery"):
        emomas.scenario_ids("plumbing")
    with pytest.raises(FileNotFoundError):
        emomas.load_scenario("missing.toml")


GOOD = emomas.load_scenario("debt-roofer-winter").to_toml()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('direction = "lower"', 'direction = "higher"', "direction"),
        ('direction = "lower"', 'direction = "sideways"', "direction"),
        ('unit = "days"', 'unit = "weeks"', "unit"),
        ("target = 14", "target = nan", "target"),
        ("reservation = 60", "reservation = 5", "reservation"),
        ("[quantity]", "surprise = 1\n[quantity]", "surprise"),
        ('balance = "$4,310"', "", "balance"),
        ("[facts]", '[norms]\nforbid = ["rage"]\n[facts]', "rage"),
        ('role = "debtor"', 'role = "student"', "role"),
        ("deadline_turns = 15", "deadline_turns = 0", "deadline_turns"),
    ],
)
def test_bad_scenarios_are_named(old, new, named):
    assert old in GOOD or old in GOOD.replace(".0", "")
    text = GOOD.replace(".0\n", "\n").replace(old, new)
    with pytest.raises(emomas.ScenarioError, match=named) as caught:
        emomas.Scenario.from_toml(text)
    assert caught.value.code.startswith("scenario")


@pytest.mark.parametrize(
    "name", ["credit_recovery", "disaster_survivor", "education_sleep", "hospital_surgery"]
)
def test_fixtures_import(name):
    scenarios, refused, layout, _ = _native.import_csv(FIXTURES / f"{name}.csv")
    assert layout == name
    assert len(scenarios) >= 4
    assert all(reason for _, _, reason in refused)
    assert load_scenarios(FIXTURES / f"{name}.csv")


@pytest.mark.parametrize(("name", "named"), [("empty", "empty"), ("unknown", "unknown header")])
def test_files_of_no_layout_are_told_what_was_expected(name, named):
    with pytest.raises(emomas.ScenarioError, match=named) as caught:
        _native.import_csv(FIXTURES / f"{name}.csv")
    assert "Creditor Target Days" in str(caught.value)
