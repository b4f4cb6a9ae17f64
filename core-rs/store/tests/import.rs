//! The repair rules, on rows of our own in the four layouts.

use std::path::PathBuf;

use emomas_core::{Direction, Domain, Role};
use emomas_store::scenario::{Provenance, Scenario, Tag, Unit};
use emomas_store::{Import, Layout, StoreError, import_csv, import_str};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/csv").join(name)
}

fn import(name: &str) -> Import {
    import_csv(fixture(name)).expect("a known layout")
}

fn targets(import: &Import) -> Vec<(f64, f64)> {
    import.scenarios.iter().map(|s| (s.agent.target, s.counterpart.target)).collect()
}

/// Row, case and the words of each reason that matter.
fn assert_refused(import: &Import, expected: &[(usize, &str, &str)]) {
    let found: Vec<_> = import.refused.iter().map(|r| (r.row, r.case_id.as_str(), r.reason.as_str())).collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((row, case, reason), (expected_row, expected_case, words)) in found.iter().zip(expected) {
        assert_eq!((row, case), (expected_row, expected_case), "{reason}");
        assert!(reason.contains(words), "\"{reason}\" lacks \"{words}\"");
    }
}

fn fact<'a>(scenario: &'a Scenario, key: &str) -> &'a str {
    scenario.facts.get(key).map_or("", String::as_str)
}

#[test]
fn credit_rows_are_strict_csv() {
    let credit = import("credit_recovery.csv");
    assert_eq!(credit.layout, Layout::CreditRecovery);
    assert_eq!(targets(&credit), [(14.0, 120.0), (10.0, 45.0), (7.0, 90.0), (21.0, 21.0)]);
    assert_refused(
        &credit,
        &[
            (4, "4", "the row has 20 fields, the header 19"),
            (5, "5", "Debtor Target Days is \"soon\""),
            (6, "6", "agent prefers lower values but its target 30"),
            (7, "7", "a quote is opened but not closed"),
        ],
    );
    let first = &credit.scenarios[0];
    assert_eq!(first.id, "credit-recovery-001");
    assert_eq!((first.domain, first.parties.role), (Domain::Debt, Role::Debtor));
    assert_eq!((first.quantity.unit, first.quantity.direction), (Unit::Days, Direction::Lower));
    assert_eq!(first.parties.agent, "Hollis, Reed and Sons");
    assert_eq!(first.parties.counterpart, "Whitfield \"Roof\" Works");
    assert_eq!((fact(first, "balance"), fact(first, "collateral")), ("$4,310.50", "Equipment"));
    assert_eq!(fact(first, "reason"), "Two clients paid late after the storms");
    assert!(!credit.scenarios[1].facts.contains_key("collateral"), "\"None\" is no collateral");
    assert_eq!(fact(&credit.scenarios[3], "balance"), "$1,000,000");
    assert_eq!(credit.scenarios[3].tags(), [Tag::NoConflict]);
}

#[test]
fn needs_end_where_the_curly_quote_opens() {
    let rescue = import("disaster_survivor.csv");
    assert_eq!(rescue.layout, Layout::DisasterSurvivor);
    // The agent asks for the time until the team arrives, the survivor offers its endurance.
    assert_eq!(targets(&rescue), [(110.0, 60.0), (40.0, 25.0), (75.0, 30.0), (120.0, 120.0)]);
    assert_refused(
        &rescue,
        &[
            (4, "4", "Estimated_Survivor_Endurance(minutes) is \"Unclear\""),
            (5, "5", "Rescue_Team_ETA(minutes) is \"N/A\""),
            (6, "6", "put it in curly quotes"),
        ],
    );
    let [first, second, third, fourth] = rescue.scenarios.as_slice() else { panic!("four scenarios") };
    assert_eq!(first.parties.counterpart, "the survivor");
    assert_eq!(first.quantity.direction, Direction::Higher);
    assert_eq!(fact(first, "need"), "Water, Blanket");
    assert_eq!(fact(first, "argument"), "The digger is 40 minutes out. You are not alone, keep talking to me.");
    assert_eq!((fact(second, "hazard"), fact(second, "condition")), ("Lift Shaft", "Panic attack"));
    assert_eq!(fact(second, "need"), "Breathing Coach");
    assert_eq!((fact(third, "need"), fact(third, "condition")), ("Oxygen, Mask, Burn Gel", "Smoke in lungs"));
    // A row that somebody has quoted by the book reads the same way.
    assert_eq!(fact(fourth, "need"), "Pump, Boots");
    assert_eq!(fact(fourth, "argument"), "The pump is running, the water falls.");
}

#[test]
fn the_quoted_feeling_and_two_times_hold_a_sleep_row_together() {
    let sleep = import("education_sleep.csv");
    assert_eq!(sleep.layout, Layout::EducationSleep);
    assert_eq!(targets(&sleep), [(60.0, 270.0), (-30.0, 75.0), (120.0, 420.0), (150.0, 180.0)]);
    assert_refused(
        &sleep,
        &[
            (4, "4", "Student_Wanted_Bedtime is \"N/A (Dozes, never sleeps)\""),
            (5, "5", "no Student_Feeling_Thought in quotes with two times behind it"),
            (6, "6", "agent prefers lower values but its target 0"),
            (8, "8", "no Student_Feeling_Thought in quotes"),
        ],
    );
    let [first, second, third, fourth] = sleep.scenarios.as_slice() else { panic!("four scenarios") };
    assert_eq!(fact(first, "reason"), "Stage fright; wants the \"perfect\" rebuttal, and a second one.");
    // The situation may be quoted too.
    assert_eq!((fact(first, "background"), fact(first, "situation")), ("Debate Captain", "Final tomorrow, room 4"));
    assert_eq!(fact(first, "feeling"), "Restless: what if I freeze?");
    assert_eq!(fact(second, "background"), "Choir (alto, second row)");
    assert_eq!(fact(second, "situation"), "Solo on Friday, no understudy");
    assert_eq!(fact(second, "feeling"), "Nervous, and proud.");
    // Where no comma is free of a space behind it, the first outside parentheses divides.
    assert_eq!((fact(third, "background"), fact(third, "situation")), ("Night Owl", "Feels awake late"));
    assert_eq!(fact(fourth, "situation"), "Everyone calls them \"the rock\"");
    assert_eq!(fact(fourth, "feeling"), "Must not show it.");
    assert_eq!(fact(fourth, "reason"), "Guard stays up, \"always\"");
}

#[test]
fn a_comma_with_a_space_behind_it_stays_inside_a_surgery_field() {
    let surgery = import("hospital_surgery.csv");
    assert_eq!(surgery.layout, Layout::HospitalSurgery);
    // The last: a reduction longer than the wait leaves one day.
    assert_eq!(targets(&surgery), [(120.0, 50.0), (40.0, 40.0), (20.0, 2.0), (60.0, 15.0), (9.0, 1.0)]);
    assert_refused(
        &surgery,
        &[(5, "5", "Days_On_Waitlist is \"N/A (listed)\""), (6, "6", "Urgency_Level is \"Sometimes\"")],
    );
    let [first, second, third, fourth, _] = surgery.scenarios.as_slice() else { panic!("five scenarios") };
    assert_eq!(fact(first, "condition"), "Worn Knee, left side");
    assert_eq!(fact(first, "availability"), "Booked, on leave in May");
    assert_eq!((second.tags(), fact(second, "reduction")), (vec![Tag::NoConflict], "0 days"));
    assert_eq!(surgery.usable().count(), 4);
    // Thirteen fields: the ninth is missing.
    assert!(!third.facts.contains_key("availability"));
    assert_eq!((fact(third, "risk"), fact(third, "reason")), ("Infection, fever", "Afraid of another attack"));
    // Fourteen fields for a strict reader, but shifted.
    assert_eq!((fact(fourth, "risk"), fact(fourth, "reason")), ("Swelling with pain", "Lifts at work, wants relief"));
    // How the case ended is nobody's fact.
    assert!(surgery.scenarios.iter().all(|s| s.facts.values().all(|v| !v.contains("Accepted"))));
}

#[test]
fn extra_columns_a_mark_and_letter_case_do_not_matter_in_clean_csv() {
    let extra = import("extra_columns.csv");
    assert_eq!(extra.ignored_columns, ["Region", "Agent Notes"]);
    assert_eq!(targets(&extra), [(14.0, 120.0), (10.0, 45.0)]);
    assert_eq!(extra.refused, []);
}

fn error(name: &str, text: &str) -> StoreError {
    import_str(name, text).expect_err("not a known layout")
}

#[test]
fn unknown_and_empty_files_say_what_is_known() {
    let unknown = import_csv(fixture("unknown.csv")).expect_err("unknown");
    let message = unknown.to_string();
    assert_eq!(unknown.code(), "csv_layout");
    assert!(message.contains("found \"name,amount,due\""), "{message}");
    for layout in Layout::ALL {
        assert!(message.contains(&layout.columns().join(",")), "{message}");
    }
    let empty = import_csv(fixture("empty.csv")).expect_err("empty");
    assert_eq!(empty.code(), "csv_empty");
    assert!(empty.to_string().contains("credit_recovery: Creditor Name,"));
    assert_eq!(error("blank.csv", "\u{feff}\r\n \r\n").code(), "csv_empty");
    assert_eq!(import_csv(fixture("none.csv")).expect_err("no file").code(), "io");
}

#[test]
fn headers_that_nearly_fit_say_what_is_wrong() {
    let header = Layout::DisasterSurvivor.columns().join(",");
    let missing = error("d.csv", &header.replace(",Critical_Needs", ""));
    assert_eq!(missing.code(), "csv_columns");
    assert!(missing.to_string().contains("lacks \"Critical_Needs\""), "{missing}");
    let extra = error("d.csv", &format!("{header},Weather"));
    assert!(extra.to_string().contains("has the extra \"Weather\""), "{extra}");
    let swapped = error("d.csv", &header.replace("Case_ID,Disaster_Type", "Disaster_Type,Case_ID"));
    assert!(swapped.to_string().contains("another order"), "{swapped}");
    let credit = Layout::CreditRecovery.columns().join(",");
    let twice = error("c.csv", &format!("{credit},Collateral"));
    assert!(twice.to_string().contains("\"Collateral\" twice"), "{twice}");
    assert_eq!(error("c.csv", &credit.replace(',', ";")).code(), "csv_layout");
}

#[test]
fn a_header_alone_is_a_file_without_scenarios() {
    let header = Layout::EducationSleep.columns().join(",");
    let none = import_str("s.csv", &header).expect("a known layout");
    assert_eq!((none.scenarios.len(), none.refused.len(), none.layout), (0, 0, Layout::EducationSleep));
}

#[test]
fn line_ends_marks_and_blank_lines_change_nothing() {
    for name in ["credit_recovery.csv", "disaster_survivor.csv", "education_sleep.csv", "hospital_surgery.csv"] {
        let text = std::fs::read_to_string(fixture(name)).expect("a fixture");
        assert!(text.contains("\r\n"));
        let reference = import_str(name, &text).expect("a known layout");
        let unix = import_str(name, &text.replace("\r\n", "\n\n")).expect("a known layout");
        let marked = import_str(name, &format!("\u{feff}{text}")).expect("a known layout");
        for other in [&unix, &marked] {
            assert_eq!(other.scenarios, reference.scenarios, "{name}");
            assert_eq!(other.refused, reference.refused, "{name}");
        }
    }
}

#[test]
fn files_in_another_encoding_are_named() {
    let path = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(path.path(), b"Case_ID,Disaster\xff").expect("written");
    let error = import_csv(path.path()).expect_err("not UTF-8");
    assert_eq!(error.code(), "encoding");
    assert!(error.to_string().contains("byte 16"), "{error}");
}

#[test]
fn a_case_that_comes_twice_is_refused_the_second_time() {
    let header = Layout::DisasterSurvivor.columns().join(",");
    let row = "Fire,Burns,45,90,Water,“Wait.”";
    let import = import_str("d.csv", &format!("{header}\n7,{row}\n07,{row}\n#!,{row}\n")).expect("a known layout");
    assert_eq!(import.scenarios.len(), 1);
    assert_refused(&import, &[(2, "07", "as in row 1"), (3, "#!", "give a number or a name")]);
}

#[test]
fn what_is_derived_depends_on_file_and_case_only() {
    let text = std::fs::read_to_string(fixture("credit_recovery.csv")).expect("a fixture");
    let reference = import_str("credit_recovery.csv", &text).expect("a known layout");
    assert!(reference.scenarios.iter().all(|s| s.provenance() == Provenance::Derived));
    let first = &reference.scenarios[0];
    assert_eq!(first.hash(), import("credit_recovery.csv").scenarios[0].hash());
    // Computed apart from this code, by SHA-256 and SplitMix64 written down once more: a change here changes the
    // scenarios that results were published on.
    assert_eq!(first.agent.reservation, 96.701_977_334_658_47);
    assert_eq!(first.counterpart.reservation, 59.966_260_478_488_14);
    assert_eq!((first.counterpart.exit_turn, first.counterpart.ability), (Some(6), None));
    let renamed = import_str("other.csv", &text).expect("a known layout");
    assert_ne!(renamed.scenarios[0].agent.reservation, first.agent.reservation);
    assert_eq!(renamed.scenarios[0].agent.target, first.agent.target);

    let rescue = import("disaster_survivor.csv");
    let mut lines: Vec<_> = std::fs::read_to_string(fixture("disaster_survivor.csv"))
        .expect("a fixture")
        .lines()
        .map(str::to_owned)
        .collect();
    lines[1..].reverse();
    let mut reversed = import_str("disaster_survivor.csv", &lines.join("\n")).expect("a known layout").scenarios;
    reversed.reverse();
    assert_eq!(reversed, rescue.scenarios);
}
