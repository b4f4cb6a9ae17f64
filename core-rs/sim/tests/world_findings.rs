//! The standard world reproduces the findings; its placebo and its mirror image don't.

use std::sync::atomic::AtomicBool;

use emomas_sim::World;
use emomas_sim::validate::{Row, table, table_until};

const PEOPLE: u32 = 20_000;

fn row<'a>(rows: &'a [Row], id: &str) -> &'a Row {
    rows.iter().find(|r| r.id == id).unwrap_or_else(|| panic!("no row {id}"))
}

#[test]
fn every_finding_is_reproduced() {
    let rows = table(World::standard(), PEOPLE);
    for row in &rows {
        println!("{row}");
    }
    let failed: Vec<_> = rows.iter().filter(|r| !r.passed).map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let found: Vec<_> = rows.iter().map(|r| r.id.trim_end_matches(|c: char| c.is_ascii_lowercase())).collect();
    for n in 1..=18 {
        assert!(found.contains(&format!("V{n}").as_str()), "V{n} is missing");
    }
}

#[test]
fn nothing_emotional_happens_in_the_placebo() {
    for row in table(&World::placebo(), PEOPLE) {
        let none = match row.unit {
            "d" => row.estimate.abs() <= 0.04,
            "pp" => row.estimate.abs() <= 1.5,
            "OR" => row.lo < 1.0 && 1.0 < row.hi,
            _ => (1.4..3.4).contains(&row.estimate),
        };
        assert!(none, "{row}");
    }
}

#[test]
fn gains_are_losses_in_the_flipped_world() {
    let rows = table(&World::flipped(), PEOPLE);
    for id in ["V1", "V1b", "V10", "V10e", "V11b", "V12", "V13"] {
        assert!(row(&rows, id).hi < 0.0, "{}", row(&rows, id));
    }
    assert!(row(&rows, "V1c").lo > 0.0, "{}", row(&rows, "V1c"));
    assert!(row(&rows, "V16").hi < 0.0, "{}", row(&rows, "V16"));
    // Liking is no gain of the agent's: it stays as it was.
    assert!(row(&rows, "V17").passed, "{}", row(&rows, "V17"));
}

#[test]
fn a_table_can_be_stopped() {
    let world = World::standard();
    assert_eq!(table_until(world, 100, &AtomicBool::new(false)).as_deref(), Some(&table(world, 100)[..]));
    assert_eq!(table_until(world, u32::MAX, &AtomicBool::new(true)), None, "and at once");
}
