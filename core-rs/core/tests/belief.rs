//! The belief against brute force, and its learning against planted transitions.

use emomas_core::belief::{Belief, Learning, STANCE_PRIOR, Transitions};
use emomas_core::emotion::{EMOTIONS, Emotion, EmotionDist, STANCES, Stance, StanceDist};
use emomas_core::rng::Rng;

/// P(path, observations) summed over every path of hidden states: 28ᵀ terms, no filter anywhere.
fn brute_force(
    transitions: &Transitions,
    prior: &Belief,
    steps: &[(Emotion, EmotionDist, StanceDist)],
) -> [[f64; EMOTIONS]; STANCES] {
    fn walk(
        transitions: &Transitions,
        steps: &[(Emotion, EmotionDist, StanceDist)],
        stance: usize,
        emotion: usize,
        weight: f64,
        total: &mut [[f64; EMOTIONS]; STANCES],
    ) {
        let Some(((action, le, ls), rest)) = steps.split_first() else {
            total[stance][emotion] += weight;
            return;
        };
        for s in 0..STANCES {
            for e in 0..EMOTIONS {
                let move_stance = transitions.stance(*action, Stance::ALL[stance], Stance::ALL[s]);
                let move_emotion = transitions.emotion(*action, Stance::ALL[s], Emotion::ALL[emotion], Emotion::ALL[e]);
                walk(transitions, rest, s, e, weight * move_stance * move_emotion * le[e] * ls[s], total);
            }
        }
    }
    let mut total = [[0.0; EMOTIONS]; STANCES];
    for s in 0..STANCES {
        for e in 0..EMOTIONS {
            walk(transitions, steps, s, e, prior.joint(Stance::ALL[s], Emotion::ALL[e]), &mut total);
        }
    }
    let sum: f64 = total.iter().flatten().sum();
    total.map(|row| row.map(|p| p / sum))
}

#[test]
fn the_filter_equals_brute_force_over_all_paths() {
    let mut rng = Rng::new(11);
    for _ in 0..3 {
        let steps: Vec<_> = (0..3)
            .map(|_| {
                let action = Emotion::ALL[rng.below(EMOTIONS)];
                (action, std::array::from_fn(|_| rng.uniform()), std::array::from_fn(|_| rng.uniform()))
            })
            .collect();
        let mut transitions = Transitions::default();
        let mut belief = Belief::default();
        let expected = brute_force(&transitions, &belief, &steps);
        for (action, le, ls) in &steps {
            belief.update(&mut transitions, Some(*action), le, ls, None);
        }
        for s in Stance::ALL {
            for e in Emotion::ALL {
                assert!((belief.joint(s, e) - expected[s.index()][e.index()]).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn impossible_evidence_leaves_the_belief_as_it_was() {
    let mut transitions = Transitions::default();
    let mut belief = Belief::default();
    let before = belief.clone();
    assert_eq!(belief.update(&mut transitions, Some(Emotion::Joy), &[0.0; 7], &[1.0; 4], None), 0.0);
    assert_eq!(belief, before);
    assert_eq!(transitions, Transitions::default());
}

#[test]
fn forgetting_returns_to_the_prior() {
    let mut transitions = Transitions::default();
    let mut belief = Belief::default();
    let prior = transitions.stance(Emotion::Joy, Stance::Cooperative, Stance::Strategic);
    let mut strategic = [0.0; STANCES];
    strategic[Stance::Strategic.index()] = 1.0;
    for _ in 0..200 {
        belief.update(&mut transitions, Some(Emotion::Joy), &[1.0; 7], &strategic, Some(Learning { forget: 0.9 }));
        belief = Belief::default();
    }
    let learned = transitions.stance(Emotion::Joy, Stance::Cooperative, Stance::Strategic);
    assert!(learned > prior + 0.05, "{learned} {prior}");
    // Nothing from the cooperative stance any more: its row must fall back.
    let mut elsewhere = [0.0; STANCES];
    elsewhere[Stance::Distressed.index()] = 1.0;
    for _ in 0..400 {
        belief.update(&mut transitions, Some(Emotion::Joy), &[1.0; 7], &elsewhere, Some(Learning { forget: 0.9 }));
    }
    let faded = transitions.stance(Emotion::Joy, Stance::Cooperative, Stance::Strategic);
    assert!((faded - prior).abs() < 1e-3, "{faded} {prior}");
}

/// A stance chain unlike the prior.
const PLANTED: [StanceDist; STANCES] =
    [[0.80, 0.05, 0.05, 0.10], [0.10, 0.70, 0.05, 0.15], [0.15, 0.10, 0.70, 0.05], [0.05, 0.25, 0.10, 0.60]];

/// Mean total variation between the planted rows and what was learned from `turns` turns of showing neutral.
fn recovery(turns: usize, observed: bool, seed: u64) -> f64 {
    let action = Emotion::Neutral;
    let truth = Transitions::default();
    let mut rng = Rng::new(seed);
    let mut stance = rng.categorical(&STANCE_PRIOR);
    let mut emotion = Emotion::Neutral.index();
    let mut transitions = Transitions::default();
    let mut belief = Belief::default();
    for _ in 0..turns {
        stance = rng.categorical(&PLANTED[stance]);
        let row: EmotionDist =
            std::array::from_fn(|e| truth.emotion(action, Stance::ALL[stance], Emotion::ALL[emotion], Emotion::ALL[e]));
        emotion = rng.categorical(&row);
        let mut seen = [0.0; EMOTIONS];
        seen[emotion] = 1.0;
        let stance_likelihood = if observed {
            std::array::from_fn(|s| f64::from(u8::from(s == stance)))
        } else {
            // Hidden, but not mute: the concession of each stance, as in the loop.
            let mean = [0.12, 0.02, 0.06, 0.05][stance];
            emomas_core::belief::concession_likelihood(mean + 0.08 * rng.normal())
        };
        belief.update(&mut transitions, Some(action), &seen, &stance_likelihood, Some(Learning { forget: 1.0 }));
    }
    let mut distance = 0.0;
    for from in Stance::ALL {
        for to in Stance::ALL {
            distance += (transitions.stance(action, from, to) - PLANTED[from.index()][to.index()]).abs();
        }
    }
    distance / 2.0 / STANCES as f64
}

#[test]
fn a_planted_stance_matrix_is_recovered_when_stances_are_observed() {
    let distance = recovery(20_000, true, 5);
    println!("observed, 20000 turns: mean total variation {distance:.4}");
    assert!(distance <= 0.05);
}

#[test]
fn a_planted_stance_matrix_is_recovered_when_stances_are_hidden() {
    for seed in 1..=5 {
        let distance = recovery(50_000, false, seed);
        println!("hidden, 50000 turns, seed {seed}: mean total variation {distance:.4}");
        assert!(distance <= 0.10, "seed {seed}: {distance}");
    }
}
