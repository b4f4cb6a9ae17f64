//! Snapshots: all state, and nothing but whole, undamaged state of this version.

mod common;

use emomas_core::Core;
use emomas_core::agent::{Policy, SnapshotError};
use emomas_core::experts::ExpertKind;
use emomas_core::orchestrator::Selection;
use emomas_core::rng::Rng;

/// A core in its second conversation, four turns in.
fn started() -> Core {
    let mut rng = Rng::new(3);
    let mut core = Core::new(common::config(), 9).expect("valid");
    for turn in 0..6 {
        core.step(&common::observation(&mut rng, f64::from(turn))).expect("valid");
    }
    core.close(Some(40.0)).expect("open");
    core.begin(common::config(), 10).expect("same experts");
    for turn in 0..4 {
        core.step(&common::observation(&mut rng, f64::from(turn))).expect("valid");
    }
    // Silence on both sides, so that the stall counter is in use too.
    for turn in 4..8 {
        let silence = emomas_core::Observation { time_s: f64::from(turn), ..Default::default() };
        core.step(&silence).expect("valid");
    }
    core
}

fn bytes(core: &Core) -> Vec<u8> {
    let mut bytes = vec![0; core.snapshot_len()];
    assert_eq!(core.snapshot(&mut bytes), Ok(bytes.len()));
    bytes
}

#[test]
fn a_restored_core_goes_on_bit_for_bit() {
    let mut original = started();
    let mut restored = Core::new(common::config(), 0).expect("valid");
    restored.restore(&bytes(&original)).expect("whole");
    assert!(restored == original, "all state is in the snapshot");
    let mut rng = Rng::new(77);
    for turn in 8..15 {
        let heard = common::observation(&mut rng, f64::from(turn));
        assert_eq!(restored.step(&heard), original.step(&heard));
    }
    assert_eq!(restored.close(None), original.close(None));
    assert_eq!(bytes(&restored), bytes(&original));
}

#[test]
fn every_flipped_bit_is_noticed_and_changes_nothing() {
    let core = started();
    let good = bytes(&core);
    let mut rng = Rng::new(1);
    let mut target = Core::new(common::config(), 0).expect("valid");
    let before = target.clone();
    for trial in 0..2000 {
        let mut bad = good.clone();
        // The header first, then anywhere.
        let bit = if trial < 24 * 8 { trial } else { rng.below(bad.len() * 8) };
        bad[bit / 8] ^= 1 << (bit % 8);
        assert!(target.restore(&bad).is_err(), "bit {bit}");
    }
    assert!(target == before);
}

#[test]
fn whatever_is_wrong_is_named() {
    let core = started();
    let good = bytes(&core);
    let mut target = Core::new(common::config(), 0).expect("valid");
    assert_eq!(target.restore(b"something else entirely, and long"), Err(SnapshotError::Magic));
    assert_eq!(target.restore(b""), Err(SnapshotError::Magic));
    let mut other = good.clone();
    other[8] = 99;
    assert!(matches!(target.restore(&other), Err(SnapshotError::Version { found: 99, .. })));
    for cut in [10, 23, 24, good.len() - 1] {
        assert!(matches!(target.restore(&good[..cut]), Err(SnapshotError::Length { .. })), "{cut}");
    }
    let longer = [good.as_slice(), &[0]].concat();
    assert!(matches!(target.restore(&longer), Err(SnapshotError::Length { .. })));
    let mut damaged = good.clone();
    damaged[1000] ^= 4;
    assert!(matches!(target.restore(&damaged), Err(SnapshotError::Checksum { .. })));
    let two = Policy::of(&[ExpertKind::Game, ExpertKind::Rl], Selection::Argmax);
    let mut fewer = Core::new(emomas_core::Config { policy: two, ..common::config() }, 0).expect("valid");
    assert_eq!(fewer.restore(&good), Err(SnapshotError::Experts { found: 3, expected: 2 }));
    assert!(matches!(core.snapshot(&mut [0; 100]), Err(SnapshotError::Buffer { found: 100, .. })));
}

#[test]
fn a_number_that_no_state_has_is_noticed_behind_an_honest_checksum() {
    let good = bytes(&started());
    let mut target = Core::new(common::config(), 0).expect("valid");
    let before = target.clone();
    for word in (24..good.len()).step_by(8 * 97) {
        let mut bad = good.clone();
        bad[word..word + 8].copy_from_slice(&f64::NAN.to_le_bytes());
        let mut crc = crc32fast::Hasher::new();
        crc.update(&bad[..20]);
        crc.update(&bad[24..]);
        bad[20..24].copy_from_slice(&crc.finalize().to_le_bytes());
        assert_eq!(target.restore(&bad), Err(SnapshotError::Value), "byte {word}");
    }
    assert!(target == before);
}

#[test]
fn a_seed_whose_bits_are_those_of_a_nan_is_restored() {
    let seed = f64::NAN.to_bits();
    let original = Core::new(common::config(), seed).expect("valid");
    let mut restored = Core::new(common::config(), 0).expect("valid");
    restored.restore(&bytes(&original)).expect("whole");
    assert!(restored == original);
}

#[test]
fn noise_never_panics() {
    let mut target = Core::new(common::config(), 0).expect("valid");
    let good = bytes(&target);
    let mut rng = Rng::new(8);
    for _ in 0..500 {
        let mut noise: Vec<u8> = (0..rng.below(good.len() + 10)).map(|_| rng.next_u64() as u8).collect();
        assert!(target.restore(&noise).is_err());
        // Behind an honest header too.
        let keep = noise.len().min(24);
        noise[..keep].copy_from_slice(&good[..keep]);
        assert!(target.restore(&noise).is_err());
    }
}
