//! The complete data set, where it is at hand: set `EMOMAS_DATA` to the folder that holds `emomas_scenarios`.

use std::path::PathBuf;

use emomas_store::scenario::{Scenario, Tag};
use emomas_store::{Import, import_csv};

fn folder() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let roots = [std::env::var_os("EMOMAS_DATA").map(PathBuf::from), Some(beside)];
    let found =
        roots.into_iter().flatten().flat_map(|r| [r.join("emomas_scenarios"), r]).find(|f| f.join(FILES[0]).is_file());
    if found.is_none() {
        eprintln!("SKIPPED: no EmoMAS scenario files; set EMOMAS_DATA to the folder that holds them");
    }
    found
}

const FILES: [&str; 4] = [
    "credit_recovery_scenarios.csv",
    "disaster_survivor_scenarios.csv",
    "education_sleep_scenarios.csv",
    "hospital_surgery_scenarios.csv",
];

fn imports() -> Option<[Import; 4]> {
    let folder = folder()?;
    Some(FILES.map(|file| import_csv(folder.join(file)).expect("a known layout")))
}

/// Smallest, median, largest.
fn spread(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    (sorted[0], f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]), sorted[n - 1])
}

fn gap(scenario: &Scenario) -> f64 {
    (scenario.agent.target - scenario.counterpart.target).abs()
}

fn has_quotes_or_underscores(scenario: &Scenario) -> bool {
    scenario.facts.values().any(|v| v.contains(['“', '”', '_']) || v.starts_with('"') && v.ends_with('"'))
}

#[test]
fn all_rows_load_but_six() {
    let Some(imports) = imports() else { return };
    assert_eq!(imports.each_ref().map(|i| i.scenarios.len()), [100, 98, 97, 99]);
    assert_eq!(imports.each_ref().map(|i| i.usable().count()), [100, 98, 97, 59]);
    let refused = imports.each_ref().map(|i| i.refused.iter().map(|r| r.case_id.as_str()).collect::<Vec<_>>());
    assert_eq!(refused, [vec![], vec!["54", "100"], vec!["32", "48", "78"], vec!["65"]]);
    for refusal in imports.iter().flat_map(|i| &i.refused) {
        assert_eq!(refusal.row.to_string(), refusal.case_id);
        assert!(refusal.reason.contains("\"Variable\"") || refusal.reason.contains("\"N/A"), "{}", refusal.reason);
    }
}

#[test]
fn every_scenario_survives_its_own_toml_and_has_its_own_name() {
    let Some(imports) = imports() else { return };
    let mut names = std::collections::BTreeSet::new();
    for scenario in imports.iter().flat_map(|i| &i.scenarios) {
        assert!(names.insert(&scenario.id));
        assert!(scenario.derived && !has_quotes_or_underscores(scenario), "{scenario:?}");
        let again = Scenario::from_toml(&scenario.to_toml().expect("written")).expect("read");
        assert_eq!((&again, again.hash()), (scenario, scenario.hash()));
    }
    assert_eq!(names.len(), 394);
}

#[test]
fn targets_and_gaps_are_the_measured_ones() {
    let Some([credit, rescue, sleep, surgery]) = imports() else { return };
    let agent = |i: &Import| spread(i.scenarios.iter().map(|s| s.agent.target));
    let counterpart = |i: &Import| spread(i.scenarios.iter().map(|s| s.counterpart.target));
    let gaps = |i: &Import| spread(i.scenarios.iter().map(gap));

    assert_eq!((agent(&credit), counterpart(&credit)), ((5.0, 13.0, 20.0), (32.0, 122.5, 179.0)));
    assert_eq!(gaps(&credit), (15.0, 113.0, 172.0));
    assert!(credit.scenarios.iter().all(|s| s.facts["balance"] == "$15,700"));

    assert_eq!((agent(&rescue), counterpart(&rescue)), ((35.0, 150.0, 600.0), (10.0, 80.0, 300.0)));
    assert_eq!(gaps(&rescue), (20.0, 60.0, 300.0));
    assert!(rescue.scenarios.iter().all(|s| s.agent.target > s.counterpart.target));
    let needs = |n: usize| rescue.scenarios.iter().filter(|s| s.facts["need"].split(", ").count() == n).count();
    assert_eq!((needs(2), needs(3)), (96, 2));

    assert_eq!((agent(&sleep), counterpart(&sleep)), ((-30.0, 75.0, 120.0), (60.0, 240.0, 420.0)));
    assert_eq!(gaps(&sleep), (75.0, 165.0, 300.0));
    let ages = spread(sleep.scenarios.iter().map(|s| s.facts["age"].parse().expect("a number")));
    assert_eq!((ages.0, ages.2), (11.0, 18.0));
    assert!(sleep.scenarios[44].facts["situation"].len() > 5);

    assert_eq!((agent(&surgery), counterpart(&surgery)), ((5.0, 60.0, 365.0), (5.0, 30.0, 365.0)));
    assert_eq!(surgery.scenarios.iter().filter(|s| gap(s) > 5.0).count(), 59);
    assert_eq!(surgery.scenarios.iter().map(gap).fold(0.0, f64::max), 200.0);
    let urgent = |u: &str| surgery.scenarios.iter().filter(|s| s.facts["urgency"] == u).count();
    assert_eq!(["Medium", "Low", "High"].map(urgent), [39, 38, 22]);
    assert_eq!(surgery.scenarios.iter().filter(|s| s.facts["surgeon_available"] == "Yes").count(), 22);
}

#[test]
fn derived_values_follow_their_distributions() {
    let Some(imports) = imports() else { return };
    let usable: Vec<&Scenario> = imports.iter().flat_map(Import::usable).collect();
    for s in &usable {
        let agent = (s.agent.reservation - s.agent.target).abs() / gap(s);
        let counterpart = (s.counterpart.reservation - s.counterpart.target).abs() / gap(s);
        assert!((0.35..0.9).contains(&agent) && (0.35..0.9).contains(&counterpart), "{s:?}");
        assert!(s.counterpart.exit_turn.is_some_and(|t| (5..=15).contains(&t)));
        assert_eq!(s.agent.deadline_turns, 15);
    }
    let share = |n: usize, of: usize| n as f64 / of as f64;
    let zones = usable
        .iter()
        .filter(|s| {
            let mut able = (**s).clone();
            able.counterpart.ability = None;
            !able.tags().contains(&Tag::NoZone)
        })
        .count();
    assert!((0.75..0.92).contains(&share(zones, usable.len())), "{zones} of {}", usable.len());
    let limited = imports[0].scenarios.iter().filter(|s| s.counterpart.ability.is_some()).count();
    assert!((25..=55).contains(&limited), "{limited}");
    assert!(imports[1..].iter().flat_map(|i| &i.scenarios).all(|s| s.counterpart.ability.is_none()));
    let closed = usable.iter().filter(|s| s.tags().contains(&Tag::NoZone)).count();
    eprintln!("zone of agreement: {zones} of {}, {} with ability", usable.len(), usable.len() - closed);
    eprintln!("limited ability: {limited} of {}", imports[0].scenarios.len());
}
