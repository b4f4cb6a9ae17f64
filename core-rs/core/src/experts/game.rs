//! The game-theoretic expert: EmoMAS's payoff table in expectation under the belief, one step of look-ahead,
//! win-stay/lose-shift against a threshold that adapts, and a quantal response.
//!
//! In the released code the lose branch can't be reached and memory holds proposals. Here the threshold is the running
//! mean of realised payoffs, so losing happens about half the time, and memory holds what was shown.

use super::{ExpertReason, Proposal, Situation};
use crate::belief::{Belief, Transitions};
use crate::emotion::{EMOTIONS, Emotion, EmotionDist};
use crate::math;

/// The agent's payoff; rows the person's emotion, columns the agent's (EmoMAS, payoff table, second component).
pub const PAYOFF: [EmotionDist; EMOTIONS] = [
    [4.0, 3.0, 2.0, 1.0, 3.0, 2.0, 3.0],
    [2.0, 3.0, 2.0, 1.0, 2.0, 1.0, 3.0],
    [1.0, 1.0, 1.0, 0.0, 2.0, 1.0, 2.0],
    [2.0, 2.0, 1.0, 2.0, 2.0, 1.0, 3.0],
    [3.0, 2.0, 1.0, 1.0, 4.0, 2.0, 3.0],
    [2.0, 1.0, 0.0, 0.0, 1.0, 2.0, 2.0],
    [3.0, 3.0, 1.0, 2.0, 3.0, 2.0, 3.0],
];
/// Rationality λ of the quantal response.
const RATIONALITY: f64 = 1.5;
/// Discount of the next turn's payoff.
const DISCOUNT: f64 = 0.9;
/// Logit bonus of staying after a win, malus after a loss.
const STAY: f64 = 0.75;
/// Payoff that counts as a win before anything was seen (EmoMAS's fixed threshold).
const FIRST_THRESHOLD: f64 = 2.0;
/// Weight of the newest payoff in the running mean.
const THRESHOLD_RATE: f64 = 0.1;
/// Deepest plan.
const MAX_DEPTH: u32 = 3;

/// Memory of the expert: what the last display earned, and what it usually earns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Game {
    last_payoff: Option<f64>,
    mean_payoff: f64,
}

impl Default for Game {
    fn default() -> Self {
        Self { last_payoff: None, mean_payoff: FIRST_THRESHOLD }
    }
}

crate::persist_fields!(Game: last_payoff, mean_payoff);

impl Game {
    /// Forgets the last move at the start of an episode; the running mean stays.
    pub fn begin(&mut self) {
        self.last_payoff = None;
    }

    /// Takes in the person's reaction (the updated belief over its emotion) to what was really `shown`.
    pub fn learn(&mut self, shown: Emotion, reaction: &EmotionDist) {
        // The payoff is judged against the mean before it, then joins the mean.
        if let Some(previous) = self.last_payoff {
            self.mean_payoff += THRESHOLD_RATE * (previous - self.mean_payoff);
        }
        self.last_payoff = Some(expected_payoff(reaction, shown));
    }

    /// The proposal for the situation.
    pub fn propose(&self, situation: &Situation<'_>) -> Proposal {
        let now = situation.belief.emotion();
        let mut best = [0.0; EMOTIONS];
        for c in 0..EMOTIONS {
            best[c] = PAYOFF[c][math::argmax(&PAYOFF[c])];
        }
        let mut score: EmotionDist = core::array::from_fn(|a| {
            let mut value = expected_payoff(&now, Emotion::ALL[a]);
            for c in 0..EMOTIONS {
                value += DISCOUNT * situation.outlook.emotion[a][c] * best[c];
            }
            RATIONALITY * value
        });
        let reason = match self.last_payoff {
            None => ExpertReason::FirstMove,
            Some(payoff) if payoff >= self.mean_payoff => {
                score[situation.own.index()] += STAY;
                ExpertReason::WinStay
            }
            Some(_) => {
                score[situation.own.index()] -= STAY;
                ExpertReason::LoseShift
            }
        };
        math::softmax(&mut score, 1.0);
        Proposal { dist: score, reason }
    }
}

/// Expected payoff of showing `shown` to a person whose emotion is distributed as `person`.
pub fn expected_payoff(person: &EmotionDist, shown: Emotion) -> f64 {
    let mut payoff = 0.0;
    for c in 0..EMOTIONS {
        payoff += person[c] * PAYOFF[c][shown.index()];
    }
    payoff
}

/// Value of each display over `depth` turns (1 to 3) by full expectation over the person's next emotion and re-filtering
/// at every node: about 10⁵ multiply-adds at depth 2. On request only; `step()` uses the one-step form above.
pub fn plan(belief: &Belief, transitions: &Transitions, depth: u32) -> EmotionDist {
    // Planning never learns, so one scratch copy serves every branch.
    let mut scratch = transitions.clone();
    core::array::from_fn(|a| value(belief, &mut scratch, Emotion::ALL[a], depth.clamp(1, MAX_DEPTH)))
}

fn value(belief: &Belief, transitions: &mut Transitions, shown: Emotion, depth: u32) -> f64 {
    let now = expected_payoff(&belief.emotion(), shown);
    if depth == 0 {
        return now;
    }
    let mut future = 0.0;
    for c in 0..EMOTIONS {
        let mut next = belief.clone();
        let mut seen = [0.0; EMOTIONS];
        seen[c] = 1.0;
        let probability = next.update(transitions, Some(shown), &seen, &[1.0; 4], None);
        if probability <= 0.0 {
            continue;
        }
        let values: EmotionDist = core::array::from_fn(|a| value(&next, transitions, Emotion::ALL[a], depth - 1));
        future += probability * values[math::argmax(&values)];
    }
    now + DISCOUNT * future
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experts::GapBin;
    use crate::{Domain, Phase};

    fn propose(game: &Game, own: Emotion) -> Proposal {
        let belief = Belief::default();
        let outlook = belief.outlook(&Transitions::default());
        game.propose(&Situation {
            belief: &belief,
            outlook: &outlook,
            own,
            shown: [0.0; 3],
            phase: Phase::Bargaining,
            gap: GapBin::Medium,
            domain: Domain::Debt,
        })
    }

    #[test]
    fn both_branches_are_reached_and_move_the_last_emotion() {
        let mut game = Game::default();
        let before = propose(&game, Emotion::Surprise).dist[Emotion::Surprise.index()];
        let mut joyful = [0.0; EMOTIONS];
        joyful[Emotion::Joy.index()] = 1.0;
        game.learn(Emotion::Surprise, &joyful);
        let win = propose(&game, Emotion::Surprise);
        assert_eq!(win.reason, ExpertReason::WinStay);
        assert!(win.dist[Emotion::Surprise.index()] > before);
        let mut angry = [0.0; EMOTIONS];
        angry[Emotion::Anger.index()] = 1.0;
        game.learn(Emotion::Joy, &angry);
        let lose = propose(&game, Emotion::Surprise);
        assert_eq!(lose.reason, ExpertReason::LoseShift);
        assert!(lose.dist[Emotion::Surprise.index()] < before);
    }

    #[test]
    fn deeper_plans_agree_with_the_one_step_form_at_depth_one() {
        let belief = Belief::default();
        let transitions = Transitions::default();
        let outlook = belief.outlook(&transitions);
        let values = plan(&belief, &transitions, 1);
        for a in Emotion::ALL {
            // Depth one: now + γ Σ_c P(c) max_a' payoff(c, a').
            let mut expected = expected_payoff(&belief.emotion(), a);
            for c in 0..EMOTIONS {
                let best = PAYOFF[c].iter().copied().fold(0.0, f64::max);
                expected += DISCOUNT * outlook.emotion[a.index()][c] * best;
            }
            assert!((values[a.index()] - expected).abs() < 1e-12);
        }
    }
}
