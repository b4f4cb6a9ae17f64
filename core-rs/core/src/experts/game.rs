//! The game-theoretic expert: EmoMAS's payoff table in expectation under the belief, one step of look-ahead,
//! win-stay/lose-shift against a threshold that adapts, and a quantal response.
//!
//! In the released code the lose branch can't be reached and memory holds proposals. Here the threshold is the running
//! mean of realised payoffs, so losing happens about half the time, and memory holds what was shown.

use super::{ExpertReason, Proposal, Situation};
use crate::belief::{Belief, Transitions};
use crate::emotion::{EMOTIONS, Emotion, EmotionDist};
use crate::{math, payoff};

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
    #[inline(always)]
    pub fn learn(&mut self, shown: Emotion, reaction: &EmotionDist) {
        // The payoff is judged against the mean before it, then joins the mean.
        if let Some(previous) = self.last_payoff {
            self.mean_payoff += THRESHOLD_RATE * (previous - self.mean_payoff);
        }
        self.last_payoff = Some(payoff::of(reaction, shown));
    }

    /// The proposal for the situation.
    #[inline(always)]
    pub fn propose(&self, situation: &Situation) -> Proposal {
        let mut score = payoff::expected(&situation.emotion);
        for a in 0..EMOTIONS {
            score[a] = RATIONALITY * (score[a] + DISCOUNT * situation.outlook.payoff[a]);
        }
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
        Proposal { dist: math::softmax(&score, 1.0), reason }
    }
}

/// Value of each display over `depth` turns (1 to 3) by full expectation over the person's next emotion and re-filtering
/// at every node but the last, where the step's own look-ahead is exact. On request only.
pub fn plan(belief: &Belief, transitions: &Transitions, depth: u32) -> EmotionDist {
    values(belief, transitions, depth.clamp(1, MAX_DEPTH))
}

fn values(belief: &Belief, transitions: &Transitions, depth: u32) -> EmotionDist {
    let now = payoff::expected(&belief.emotion());
    let ahead: EmotionDist = if depth == 1 {
        belief.outlook(transitions).payoff
    } else {
        Emotion::ALL.map(|shown| {
            let mut ahead = 0.0;
            for (probability, next) in belief.branches(transitions, shown) {
                let best = values(&next, transitions, depth - 1);
                ahead += probability * best[math::argmax(&best)];
            }
            ahead
        })
    };
    core::array::from_fn(|a| now[a] + DISCOUNT * ahead[a])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experts::GapBin;
    use crate::{Domain, Phase};

    fn propose(game: &Game, own: Emotion) -> Proposal {
        let belief = Belief::default();
        game.propose(&Situation {
            emotion: belief.emotion(),
            stance: belief.stance(),
            outlook: belief.outlook(&Transitions::default()),
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
}
