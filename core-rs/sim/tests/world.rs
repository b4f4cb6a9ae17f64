//! The frozen file, and the worlds derived from it.

mod world_common;

use emomas_sim::{World, WorldError};
use proptest::prelude::*;
use world_common::FILE;

fn value(world: &World, name: &str) -> f64 {
    world.list().into_iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no parameter {name}")).1
}

#[test]
fn the_standard_world_is_frozen() {
    // A changed number is a new world: copy the file to world-2.toml, name its version, and leave this one alone.
    assert_eq!(World::standard().hash(), World::HASH);
    assert_eq!(World::standard().version(), "world-1");
}

#[test]
fn a_file_is_loaded_from_a_path_as_from_the_binary() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/world-1.toml");
    assert_eq!(&World::load(path.as_ref()).expect("loads"), World::standard());
    let error = World::load("no/such/world.toml".as_ref()).expect_err("no such file");
    assert_eq!(error.code(), "world.read");
}

#[test]
fn a_faulty_file_is_rejected_by_name() {
    let with = |from: &str, to: &str| {
        assert!(FILE.contains(from), "{from}");
        World::parse(&FILE.replacen(from, to, 1)).expect_err("must be rejected")
    };
    assert!(matches!(with("version = \"world-1\"", ""), WorldError::Version));
    assert!(matches!(with("[kappa]\nanger", "[kappa]\nfury"), WorldError::Parse(_)));
    assert!(matches!(with("[kappa]", "[other]\n[kappa]"), WorldError::Parse(_)));
    assert!(matches!(with("role = \"gain\"", "role = \"any\""), WorldError::Parse(_)));
    match with("value = 0.45, lo = 0.2", "value = 0.45, lo = 0.5") {
        WorldError::Range { name, value, .. } => assert_eq!((name.as_str(), value), ("kappa.anger", 0.45)),
        e => panic!("{e}"),
    }
    assert!(matches!(with("value = 0.45", "value = nan"), WorldError::Range { .. }));
    match with("source = \"unit variance\"", "source = \" \"") {
        WorldError::Source(name) => assert_eq!(name, "liking.noise"),
        e => panic!("{e}"),
    }
}

#[test]
fn the_placebo_zeroes_effects_and_keeps_the_rest() {
    let (standard, placebo) = (World::standard(), World::placebo());
    let zero = ["kappa.", "emotion.other.", "gate.retaliation", "gate.reactance", "hazard.anger", "hazard.own_anger"];
    let zero = zero.into_iter().chain(["hazard.person", "hazard.inappropriate", "hazard.distressed_anger"]);
    let zero: Vec<_> = zero
        .chain(["acceptance.joy", "acceptance.anger", "acceptance.adherence", "liking.anger", "liking.joy"])
        .chain(["liking.sadness", "satisfaction.anger", "satisfaction.joy", "satisfaction.sadness"])
        .chain(["satisfaction.empathy", "satisfaction.positive_expectation", "compliance.pleasant"])
        .chain(["compliance.covert_retaliation", "emotion.stance.confrontational_contagion"])
        .chain(["emotion.stance.distressed_relief"])
        .collect();
    for ((name, before), (_, after)) in standard.list().into_iter().zip(placebo.list()) {
        let is_zero = name != "gate.retaliation_context" && zero.iter().any(|z| name.starts_with(z));
        assert_eq!(after, if is_zero { 0.0 } else { before }, "{name}");
    }
}

#[test]
fn the_flipped_world_negates_gains_only() {
    let (standard, flipped) = (World::standard(), World::flipped());
    let gains = ["kappa.", "acceptance.joy", "acceptance.anger", "acceptance.adherence", "compliance.pleasant"];
    for ((name, before), (_, after)) in standard.list().into_iter().zip(flipped.list()) {
        let is_gain = gains.iter().any(|g| name.starts_with(g));
        assert_eq!(after, if is_gain { -before } else { before }, "{name}");
    }
}

proptest! {
    #[test]
    fn a_sweep_stays_in_range_and_keeps_the_algebra(seed: u64) {
        let sweep = World::sweep(seed);
        let mut ranges = Vec::new();
        World::standard().parameters().visit(&mut |name, p| ranges.push((name.to_owned(), p.lo, p.hi)));
        for ((name, x), (_, lo, hi)) in sweep.list().into_iter().zip(ranges) {
            // The algebra goes before the range of these.
            if !["kappa.alternation", "kappa.joy_to_anger", "kappa.anger_to_joy"].contains(&name.as_str()) {
                prop_assert!((lo..=hi).contains(&x), "{name} {x}");
            }
        }
        let half = (value(&sweep, "kappa.anger") - value(&sweep, "kappa.joy")) / 2.0;
        prop_assert!(value(&sweep, "kappa.alternation") >= half + 0.2);
        prop_assert!(value(&sweep, "kappa.joy_to_anger") >= half + 0.1);
        prop_assert_eq!(value(&sweep, "kappa.anger_to_joy"), -half);
    }
}

#[test]
fn sweeps_differ_between_seeds_and_not_within() {
    assert_eq!(World::sweep(7), World::sweep(7));
    assert_ne!(World::sweep(7), World::sweep(8));
    let anger: Vec<_> = (0..200).map(|seed| value(&World::sweep(seed), "kappa.anger")).collect();
    let mean = anger.iter().sum::<f64>() / 200.0;
    assert!((mean - 0.45).abs() < 0.03, "uniform on 0.2..0.7, mean {mean}");
}
