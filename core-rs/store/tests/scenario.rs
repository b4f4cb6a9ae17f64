//! What a scenario file may say, and what the errors say when it may not.

mod common;

use common::{ROOFER, roofer};
use emomas_core::{Direction, Domain, Emotion, Role};
use emomas_store::scenario::{
    AgentSide, CounterpartSide, Norms, Parties, Provenance, Quantity, SCHEMA, Scenario, Tag, Thresholds, Unit,
};
use proptest::prelude::*;

/// `ROOFER` with one piece of text replaced; the piece must be there.
fn changed(from: &str, to: &str) -> String {
    assert!(ROOFER.contains(from), "no {from:?} to change");
    ROOFER.replacen(from, to, 1)
}

/// The message and code of the error that the changed file gives.
fn refusal(from: &str, to: &str) -> (String, &'static str) {
    let error = Scenario::from_toml(&changed(from, to)).expect_err("a refusal");
    (error.to_string(), error.code())
}

#[test]
fn every_field_is_read() {
    let scenario = roofer();
    assert_eq!((scenario.schema, scenario.id.as_str(), scenario.domain), (1, "debt-roofer-winter", Domain::Debt));
    assert_eq!(scenario.parties.role, Role::Debtor);
    assert_eq!((scenario.quantity.unit, scenario.quantity.direction), (Unit::Days, Direction::Lower));
    assert_eq!((scenario.agent.target, scenario.agent.reservation, scenario.agent.deadline_turns), (14.0, 60.0, 12));
    assert_eq!((scenario.counterpart.exit_turn, scenario.counterpart.ability), (Some(9), Some(45.0)));
    assert_eq!(scenario.facts["balance"], "$4,310");
    assert!(scenario.norms.forbidden().contains(Emotion::Disgust));
    assert_eq!(scenario.provenance(), Provenance::Stated);

    let terms = scenario.terms();
    assert_eq!((terms.agent_target, terms.counterpart_target, terms.deadline_turns), (14.0, 120.0, 12));
    assert_eq!([120.0, 67.0, 14.0].map(|v| scenario.counterpart_share(v)), [0.0, 0.5, 1.0]);
    assert_eq!(scenario.counterpart_limit(), 45.0);
    assert_eq!(scenario.tags(), []);
}

#[test]
fn what_may_be_left_out_has_defaults() {
    let short = ROOFER
        .replace("deadline_turns = 12\n", "")
        .replace("exit_turn = 9\nability = 45\n", "")
        .replace("[norms]\nforbid = [\"disgust\"]\n", "");
    let scenario = Scenario::from_toml(&short).expect("a sound scenario");
    assert_eq!((scenario.agent.deadline_turns, scenario.agent.shared_deadline), (15, false));
    assert_eq!((scenario.counterpart.exit_turn, scenario.counterpart.ability), (None, None));
    assert_eq!((scenario.counterpart_limit(), scenario.norms.forbid.len()), (40.0, 0));
    let derived = Scenario::from_toml(&short.replace("[parties]", "derived = true\n[parties]")).expect("sound");
    assert_eq!(derived.provenance(), Provenance::Derived);
    assert_ne!(derived.hash(), scenario.hash());
}

#[test]
fn a_shared_deadline_is_said_and_its_default_is_not_written() {
    let said = |value: &str| {
        let text = changed("deadline_turns = 12\n", &format!("deadline_turns = 12\nshared_deadline = {value}\n"));
        Scenario::from_toml(&text).expect("sound")
    };
    let (shared, hidden) = (said("true"), said("false"));
    assert!(shared.terms().shared_deadline && !hidden.terms().shared_deadline);
    assert_eq!((&hidden, hidden.hash()), (&roofer(), roofer().hash()), "the default is the same scenario");
    assert_ne!(shared.hash(), hidden.hash());
    let toml = shared.to_toml().expect("written");
    assert!(toml.contains("shared_deadline = true") && !hidden.to_toml().expect("written").contains("shared_deadline"));
    assert_eq!(Scenario::from_toml(&toml).expect("read"), shared);
}

#[test]
fn thresholds_have_defaults_that_are_not_written() {
    let said = |table: &str| Scenario::from_toml(&format!("{ROOFER}\n[thresholds]\n{table}\n"));
    let (none, bold) = (said("crisis = 0.55").expect("sound"), said("crisis = 1\nsilence_s = 12.5").expect("sound"));
    assert_eq!((&none, none.hash()), (&roofer(), roofer().hash()), "the default is the same scenario");
    assert!(!none.to_toml().expect("written").contains("thresholds"));
    assert_eq!((bold.thresholds.crisis, bold.thresholds.silence_s, bold.thresholds.calm), (1.0, 12.5, 0.35));
    assert_ne!(bold.hash(), none.hash());
    assert_eq!(Scenario::from_toml(&bold.to_toml().expect("written")).expect("read"), bold);
    for (table, named) in [
        ("crisis = 1.1", "line 35: thresholds.crisis is 1.1: give 0 to 1"),
        ("calm = nan", "thresholds.calm is NaN"),
        ("silence_s = 0", "thresholds.silence_s is 0: give 1 to 86400"),
        ("stall_turns = 101", "thresholds.stall_turns is 101: give 1 to 100"),
        ("calm = 0.5", "thresholds.caution is 0.45: thresholds.calm is 0.5: give that or more"),
        ("caution = 0.6", "thresholds.crisis is 0.55: thresholds.caution is 0.6: give that or more"),
        ("late = 0.3", "thresholds.late is 0.3: thresholds.middle is 0.34: give that or more"),
    ] {
        let error = said(table).expect_err("a refusal");
        assert!(error.to_string().contains(named), "{error}");
        assert_eq!(error.code(), "scenario_field");
    }
    assert!(said("panic = 1").expect_err("a refusal").to_string().contains("unknown field"));
}

#[test]
fn tags_follow_from_the_numbers() {
    let tags = |from: &str, to: &str| Scenario::from_toml(&changed(from, to)).expect("sound").tags();
    assert_eq!(tags("reservation = 60", "reservation = 44"), [Tag::NoZone], "ability closes the zone");
    assert_eq!(tags("reservation = 60", "reservation = 45"), []);
    let equal = changed("target = 120\nreservation = 40", "target = 14\nreservation = 14").replace("ability = 45", "");
    assert_eq!(Scenario::from_toml(&equal).expect("sound").tags(), [Tag::NoConflict]);
    assert_eq!((Tag::NoZone.name(), Tag::NoConflict.name()), ("no_zone", "no_conflict"));
    // The mirror image: an agent that wants more.
    let more = ROOFER
        .replace("lower", "higher")
        .replace("target = 14\nreservation = 60", "target = 120\nreservation = 40")
        .replace("target = 120\nreservation = 40\nexit_turn", "target = 14\nreservation = 60\nexit_turn");
    let more = Scenario::from_toml(&more).expect("sound");
    assert_eq!((more.counterpart_limit(), more.tags()), (45.0, vec![]));
    assert_eq!([14.0, 67.0, 120.0].map(|v| more.counterpart_share(v)), [0.0, 0.5, 1.0]);
}

#[test]
fn errors_name_line_field_value_and_remedy() {
    let cases = [
        // What to change, into what, and the whole message.
        (
            "unit = \"days\"",
            "unit = \"dayz\"",
            "line 13: quantity.unit: \"dayz\": unknown variant `dayz`, expected one of `days`, `minutes`, \
             `minutes_past_21`, `usd`",
        ),
        ("reservation = 60", "", "line 16: agent: missing field `reservation`: add it"),
        (
            "exit_turn = 9",
            "exit_turns = 9",
            "line 24: counterpart.exit_turns: unknown field `exit_turns`, expected one of `target`, `reservation`, \
             `exit_turn`, `ability`",
        ),
        (
            "direction = \"lower\"",
            "direction = \"higher\"",
            "line 14: quantity.direction is \"higher\": agent prefers higher values but its target 14 is not above \
             the counterpart's target 120: swap the targets or the direction",
        ),
        ("target = 14\n", "target = nan\n", "line 17: agent.target is NaN: give a finite number"),
        (
            "target = 14\n",
            "target = -3\n",
            "line 17: agent.target is -3: give 0 to 3650 days, or another unit than \"days\"",
        ),
        (
            "role = \"debtor\"",
            "role = \"patient\"",
            "line 9: parties.role is \"patient\": the debt domain speaks with a debtor: write role = \"debtor\" or \
             domain = \"custom\"",
        ),
        (
            "balance = \"$4,310\"\n",
            "",
            "line 27: facts.balance is missing: a debt scenario needs it: add `balance = \"…\"` under [facts]",
        ),
        (
            "reservation = 40",
            "reservation = 130",
            "line 23: counterpart.reservation is 130: it is the worst the counterpart accepts: give its target 120 \
             or a value below it",
        ),
    ];
    for (from, to, expected) in cases {
        assert_eq!(refusal(from, to).0, expected);
    }
}

#[test]
fn each_rule_has_a_file_that_breaks_it() {
    let cases = [
        ("schema = 1", "schema = 2", "newer"),
        ("schema = 1", "", "schema is missing"),
        ("schema = 1", "schema = \"1\"", "schema is a string"),
        ("debt-roofer-winter", "Debt Roofer", "lower-case letters, digits and dashes"),
        ("debt-roofer-winter", "", "write something"),
        ("A roofer between two seasons", "  ", "write something"),
        ("A roofer between two seasons", "two\\nlines", "one line"),
        ("A roofer between two seasons", "bell \\u0007", "control characters"),
        ("Dana Whitfield", &"x".repeat(201), "at most 200"),
        ("two clients paid late after the storms", &"x".repeat(2001), "at most 2000"),
        ("unit = \"days\"", "unit = \"minutes\"", "the debt domain counts in days or usd"),
        ("reservation = 60", "reservation = inf", "agent.reservation is inf"),
        ("reservation = 60", "reservation = 10", "worst value it may accept"),
        ("reservation = 60", "reservation = 3651", "0 to 3650 days"),
        ("deadline_turns = 12", "deadline_turns = 0", "1 to 64 turns"),
        ("deadline_turns = 12", "deadline_turns = 65", "1 to 64 turns"),
        ("deadline_turns = 12", "deadline_turns = -1", "agent.deadline_turns"),
        ("exit_turn = 9", "exit_turn = 0", "1 to 64 turns"),
        ("exit_turn = 9", "exit_turn = 65", "1 to 64 turns"),
        ("ability = 45", "ability = 121", "able to keep its own target 120"),
        ("balance =", "Balance =", "lower-case letters and underscores"),
        ("forbid = [\"disgust\"]", "forbid = [\"boredom\"]", "unknown variant `boredom`"),
        ("forbid = [\"disgust\"]", "forbid = [\"disgust\", \"disgust\"]", "name \"disgust\" once"),
        (
            "[\"disgust\"]",
            "[\"joy\", \"sadness\", \"anger\", \"fear\", \"surprise\", \"disgust\", \"neutral\"]",
            "leave at least one",
        ),
        ("title =", "titel =", "unknown field `titel`"),
        ("[norms]", "[norm]", "unknown field `norm`"),
        ("[agent]", "[agent", "line 16"),
        ("target = 14\n", "target = \"soon\"\n", "agent.target"),
        ("id = ", "id = \"twice\"\nid = ", "duplicate key"),
    ];
    for (from, to, words) in cases {
        let (message, code) = refusal(from, to);
        assert!(message.contains(words), "{from} -> {to}: {message}");
        assert!(["scenario_field", "scenario_syntax"].contains(&code), "{code}");
        assert!(!message.contains('\n'), "one line: {message}");
    }
}

#[test]
fn each_unit_has_its_own_plausible_range() {
    let ends = [(Unit::Days, 0.0, 3650.0), (Unit::Minutes, 0.0, 10_080.0), (Unit::MinutesPast21, -180.0, 720.0)];
    for (unit, low, high) in ends {
        assert!(unit.plausible(low) && unit.plausible(high), "{unit:?}");
        assert!(!unit.plausible(low - 0.5) && !unit.plausible(high + 0.5), "{unit:?}");
    }
    assert!(Unit::Usd.plausible(0.01) && !Unit::Usd.plausible(0.0));
    for unit in Unit::ALL {
        assert!(!unit.plausible(f64::NAN) && !unit.plausible(f64::INFINITY), "{unit:?}");
    }
}

#[test]
fn each_domain_needs_its_role_and_facts() {
    let cases = [
        ("surgery", "patient", "days", ["procedure", "condition"]),
        ("disaster", "survivor", "minutes", ["hazard", "need"]),
        ("sleep", "student", "minutes_past_21", ["situation", "reason"]),
        ("custom", "adult", "usd", ["anything", "at_all"]),
    ];
    for (domain, role, unit, keys) in cases {
        let text = ROOFER
            .replace("domain = \"debt\"", &format!("domain = \"{domain}\""))
            .replace("debtor", role)
            .replace("unit = \"days\"", &format!("unit = \"{unit}\""))
            .replace("balance", keys[0])
            .replace("reason", keys[1]);
        let sound = Scenario::from_toml(&text);
        assert!(sound.is_ok(), "{domain}: {sound:?}");
        for key in keys {
            let lacking = Scenario::from_toml(&text.replace(&format!("{key} ="), "other ="));
            assert_eq!(lacking.is_err(), domain != "custom", "{domain} without {key}");
        }
    }
}

#[test]
fn files_are_named_in_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("roofer.toml");
    std::fs::write(&path, format!("\u{feff}{ROOFER}")).expect("written");
    assert_eq!(Scenario::from_path(&path).expect("sound"), roofer());
    std::fs::write(&path, changed("target = 14\n", "target = -3\n")).expect("written");
    let message = Scenario::from_path(&path).expect_err("a refusal").to_string();
    assert!(message.starts_with(&format!("{}:17: agent.target is -3", path.display())), "{message}");
    assert_eq!(Scenario::from_path(folder.path().join("none")).expect_err("no file").code(), "io");
    std::fs::write(&path, vec![b'#'; 300_000]).expect("written");
    assert_eq!(Scenario::from_path(&path).expect_err("too long").code(), "too_large");
}

#[test]
fn the_hash_is_of_the_meaning_not_of_the_spelling() {
    let reference = roofer().hash();
    assert_eq!(reference.len(), 64);
    let same = ROOFER
        .replace("target = 14\n", "target = 14.0 # two weeks\n")
        .replace("[facts]\nbalance = \"$4,310\"\n", "[facts]\n")
        .replace("after the storms\"\n", "after the storms\"\nbalance = '$4,310'\n");
    assert_eq!(Scenario::from_toml(&same).expect("sound").hash(), reference);
    for (from, to) in [("= 60", "= 61"), ("Dana", "Dena"), ("$4,310", "$4,311"), ("exit_turn = 9", "exit_turn = 8")] {
        assert_ne!(Scenario::from_toml(&changed(from, to)).expect("sound").hash(), reference, "{from}");
    }
    let zero = |sign: &str| {
        let text = changed("target = 14\n", &format!("target = {sign}0.0\n"));
        Scenario::from_toml(&text).expect("sound").hash()
    };
    assert_eq!(zero("-"), zero("+"));
    // Stored beside results: a change here separates them from the scenarios they were got on.
    assert_eq!(reference, "7868f436ec014d18d39fbce71850d14f7374c114a88f78be98420796f8bec54c");
}

#[test]
fn json_is_checked_as_toml_is() {
    let scenario = roofer();
    let json = serde_json::to_string(&scenario).expect("written");
    assert_eq!(serde_json::from_str::<Scenario>(&json).expect("read"), scenario);
    let wrong = json.replace("\"target\":14.0", "\"target\":-14.0");
    let error = serde_json::from_str::<Scenario>(&wrong).expect_err("a refusal").to_string();
    assert!(error.contains("agent.target is -14"), "{error}");
    let unknown = json.replace("\"title\"", "\"titel\"");
    assert!(serde_json::from_str::<Scenario>(&unknown).is_err());
}

#[test]
fn a_changed_scenario_can_be_checked_again() {
    let mut scenario = roofer();
    scenario.agent.reservation = f64::NAN;
    assert!(scenario.check().is_err());
    assert!(scenario.to_toml().is_err(), "nothing unsound is written");
}

prop_compose! {
    /// Four numbers in order, in a plausible range, and a scenario around them in either direction.
    fn any_scenario()(
        mut numbers in prop::array::uniform5(0.0..3650.0f64),
        flip in any::<bool>(),
        derived in any::<bool>(),
        id in "[a-z0-9-]{1,40}",
        names in prop::array::uniform4("[^\\p{C}\\s]([^\\p{C}\\p{Z}]| ){0,30}"),
        facts in prop::collection::btree_map("[a-z_]{1,12}", "[^\\p{C}\\s]([^\\p{C}]|\n|\t){0,40}", 0..6),
        exit_turn in prop::option::of(1..=64u32),
        deadline_turns in 1..=64u32,
        shared_deadline in any::<bool>(),
        limited in any::<bool>(),
        near in 0.0..=1.0f64,
        forbid in prop::sample::subsequence(Emotion::ALL.to_vec(), 0..=6),
    ) -> Scenario {
        numbers.sort_by(f64::total_cmp);
        let direction = if flip { Direction::Higher } else { Direction::Lower };
        if flip {
            numbers.reverse();
        }
        let [a, b, c, d, e] = numbers;
        let [title, agent, counterpart, name] = names;
        Scenario {
            schema: SCHEMA,
            id,
            domain: Domain::Custom,
            title,
            derived,
            parties: Parties { agent, counterpart, role: Role::Adult },
            quantity: Quantity { name, unit: Unit::Days, direction },
            agent: AgentSide { target: a, reservation: c, deadline_turns, shared_deadline },
            counterpart: CounterpartSide { target: e, reservation: b, exit_turn, ability: limited.then_some(d) },
            facts,
            norms: Norms { forbid },
            thresholds: Thresholds { near, ..Thresholds::default() },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(scenario in any_scenario()) {
        let toml = scenario.to_toml().map_err(|e| TestCaseError::fail(e.to_string()))?;
        let again = Scenario::from_toml(&toml).map_err(|e| TestCaseError::fail(format!("{e}\n{toml}")))?;
        prop_assert_eq!(&again, &scenario);
        prop_assert_eq!(again.hash(), scenario.hash());
        let json = serde_json::to_string(&scenario).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let again: Scenario = serde_json::from_str(&json).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(again, scenario);
    }

    #[test]
    fn no_text_makes_the_parser_panic(cut in 0..ROOFER.len(), junk in ".{0,20}", drop in 0..40usize) {
        let mut text: String = ROOFER.chars().collect();
        let end = (cut + drop).min(text.len());
        text.replace_range(cut..end, &junk);
        if let Err(error) = Scenario::from_toml(&text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
