//! The game expert: both branches in use, and plans against brute force.

use emomas_core::belief::{Belief, Transitions};
use emomas_core::emotion::{EMOTIONS, EmotionDist, STANCES};
use emomas_core::experts::game::{Game, plan};
use emomas_core::experts::{ExpertReason, GapBin, Situation};
use emomas_core::payoff::PAYOFF;
use emomas_core::rng::Rng;
use emomas_core::{Domain, Emotion, Phase, Stance};

#[test]
fn the_lose_branch_is_taken_often_but_not_always() {
    let mut rng = Rng::new(6);
    let mut transitions = Transitions::default();
    let mut game = Game::default();
    let (mut lost, mut turns) = (0, 0);
    for _ in 0..200 {
        let mut belief = Belief::default();
        game.begin();
        let mut own = Emotion::Neutral;
        for turn in 0..10 {
            let proposal = game.propose(&Situation {
                emotion: belief.emotion(),
                stance: belief.stance(),
                outlook: belief.outlook(&transitions),
                own,
                shown: own.vad(),
                phase: Phase::Bargaining,
                gap: GapBin::Large,
                domain: Domain::Custom,
            });
            match (turn, proposal.reason) {
                (0, reason) => assert_eq!(reason, ExpertReason::FirstMove),
                (_, ExpertReason::LoseShift) => lost += 1,
                (_, reason) => assert_eq!(reason, ExpertReason::WinStay),
            }
            turns += u32::from(turn > 0);
            own = Emotion::ALL[rng.categorical(&proposal.dist)];
            let likelihood: EmotionDist = std::array::from_fn(|_| rng.uniform().powi(4));
            belief.update(&mut transitions, Some(own), &likelihood, &[1.0; STANCES], None);
            game.learn(own, &belief.emotion());
        }
    }
    let share = f64::from(lost) / f64::from(turns);
    println!("lose-shift in {share:.2} of {turns} turns");
    assert!((0.1..=0.9).contains(&share));
}

type Joint = [[f64; EMOTIONS]; STANCES];

fn payoff(joint: &Joint, a: usize) -> f64 {
    joint.iter().flat_map(|row| row.iter().enumerate()).map(|(c, p)| p * PAYOFF[c][a]).sum()
}

/// Value of showing `a`, then acting best for `depth` more turns, by plain enumeration over joint distributions.
fn brute(joint: &Joint, t: &Transitions, a: usize, depth: u32) -> f64 {
    let now = payoff(joint, a);
    if depth == 0 {
        return now;
    }
    let mut future = 0.0;
    for c in 0..EMOTIONS {
        let mut next = [[0.0; EMOTIONS]; STANCES];
        for (s, row) in joint.iter().enumerate() {
            for (e, p) in row.iter().enumerate() {
                for to in 0..STANCES {
                    let (action, stance) = (Emotion::ALL[a], Stance::ALL[to]);
                    next[to][c] += p
                        * t.stance(action, Stance::ALL[s], stance)
                        * t.emotion(action, stance, Emotion::ALL[e], Emotion::ALL[c]);
                }
            }
        }
        let probability: f64 = next.iter().flatten().sum();
        for p in next.iter_mut().flatten() {
            *p /= probability;
        }
        let best = (0..EMOTIONS).map(|b| brute(&next, t, b, depth - 1)).fold(f64::MIN, f64::max);
        future += probability * best;
    }
    now + 0.9 * future
}

#[test]
fn plans_equal_brute_force() {
    let transitions = Transitions::default();
    let belief = Belief::default();
    let joint = Stance::ALL.map(|s| Emotion::ALL.map(|e| belief.joint(s, e)));
    for depth in 1..=2 {
        let values = plan(&belief, &transitions, depth);
        for a in 0..EMOTIONS {
            assert!((values[a] - brute(&joint, &transitions, a, depth)).abs() < 1e-9, "depth {depth}");
        }
    }
}
