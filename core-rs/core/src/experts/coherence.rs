//! The coherence expert: would this display be plausible, appropriate and useful?
//!
//! score = .4 ln plausibility + .3 ln appropriateness + .3 ln strategic value (EmoMAS's weights), softmax at τ = 1.
//! What is useful is learned: the posterior mean reward of each display per stance.

use super::{ExpertReason, Proposal, Situation};
use crate::domain::PHASES;
use crate::emotion::{EMOTIONS, Emotion, EmotionDist, STANCES, StanceDist, VAD_MEAN, expected_valence};
use crate::{Domain, math};

const WEIGHTS: [f64; 3] = [0.4, 0.3, 0.3];
/// Next own emotion given the last, same speaker (computed from MELD; rows and columns in index order). Taken to the
/// power ½: half of that inertia belongs to the people filmed, not to what a listener finds plausible. [ours]
const INERTIA: [EmotionDist; EMOTIONS] = [
    [0.330, 0.050, 0.054, 0.026, 0.105, 0.021, 0.414],
    [0.109, 0.311, 0.101, 0.039, 0.084, 0.024, 0.332],
    [0.081, 0.083, 0.433, 0.017, 0.087, 0.031, 0.268],
    [0.078, 0.106, 0.176, 0.180, 0.090, 0.027, 0.341],
    [0.162, 0.061, 0.118, 0.028, 0.253, 0.034, 0.346],
    [0.098, 0.053, 0.191, 0.024, 0.122, 0.203, 0.309],
    [0.133, 0.056, 0.080, 0.022, 0.105, 0.018, 0.586],
];
/// Width of the kernel on the VAD distance between the face now and the display.
const FACE_WIDTH: f64 = 1.2;
/// How fitting each display is toward each stance, 0 to 1 (our reading of the effects literature: empathy toward the
/// distressed and the cooperative, firmness only toward the confrontational, no joy that a strategist could exploit).
const FIT_STANCE: [EmotionDist; STANCES] = [
    [0.6, 0.9, 0.1, 0.4, 0.5, 0.05, 0.8],
    [0.2, 0.5, 0.5, 0.3, 0.3, 0.10, 0.8],
    [0.2, 1.0, 0.02, 0.2, 0.2, 0.02, 0.6],
    [0.1, 0.4, 0.4, 0.3, 0.3, 0.10, 0.9],
];
/// How fitting each display is in each phase.
const FIT_PHASE: [EmotionDist; PHASES] = [
    [0.9, 0.7, 0.2, 0.5, 0.6, 0.2, 1.0],
    [0.6, 0.8, 0.6, 0.7, 0.7, 0.4, 0.8],
    [0.4, 0.9, 0.7, 0.8, 0.7, 0.4, 0.7],
    [0.9, 0.8, 0.5, 0.6, 0.5, 0.3, 0.9],
];
/// Domain norms.
const FIT_DOMAIN: [EmotionDist; 5] = [
    [0.6, 0.8, 0.5, 0.6, 0.5, 0.3, 1.0],
    [0.7, 1.0, 0.1, 0.5, 0.4, 0.1, 0.9],
    [0.5, 1.0, 0.05, 0.1, 0.2, 0.05, 1.0],
    [0.9, 1.0, 0.1, 0.4, 0.6, 0.1, 0.8],
    [0.8, 0.8, 0.4, 0.5, 0.6, 0.3, 1.0],
];
/// What displays are expected to do before anything was learned, in SD of a person's total concession, per stance.
/// Signs and sizes follow the literature for a declared machine, whose displays are taken as genuine half the time, so
/// that the informational effects of anger and joy cancel: empathy moves whoever feels concern (Sinaceur et al. 2015),
/// worry a little (Van Kleef et al. 2006), anger drives people away (Friedman et al. 2004; Yip and Schweinsberg 2017).
const EFFECT_PRICE: [EmotionDist; STANCES] = [
    [0.05, 0.35, -0.60, 0.00, -0.05, -0.10, 0.0],
    [0.05, 0.15, -0.50, 0.05, -0.05, -0.10, 0.0],
    [0.05, 0.25, -0.70, 0.05, -0.05, -0.10, 0.0],
    [0.00, 0.15, -0.50, 0.05, -0.05, -0.10, 0.0],
];
/// The same where people comply rather than haggle: a pleasant voice and empathy raise adherence (Kopelman et al. 2006;
/// Haskard Zolnierek and DiMatteo 2009; Howick et al. 2018).
const EFFECT_COMPLIANCE: [EmotionDist; STANCES] = [
    [0.25, 0.20, -0.70, -0.10, -0.10, -0.15, 0.0],
    [0.25, 0.20, -0.70, -0.15, -0.15, -0.15, 0.0],
    [0.20, 0.25, -0.90, -0.10, -0.10, -0.15, 0.0],
    [0.20, 0.15, -0.70, -0.10, -0.10, -0.15, 0.0],
];
/// One SD of total concession over six turns, as reward of a turn: .112/6 of the gap at ½·.7/.25.
const REWARD_PER_SD: f64 = 0.026;
/// Reward of a turn in which nothing changes, and how many turns the prior above counts for, per stance and display.
const REWARD_PRIOR: f64 = 0.5;
const REWARD_PRIOR_TURNS: f64 = 800.0;
/// Weights of expected reward, predicted valence and predicted cooperation in the strategic value, per unit.
const REWARD_GAIN: f64 = 2000.0;
const VALENCE_GAIN: f64 = 1.5;
const COOPERATION_GAIN: f64 = 2.0;

/// What each display earned toward each stance, beyond [`REWARD_PRIOR`].
#[derive(Clone, Debug, PartialEq)]
pub struct Coherence {
    sum: [EmotionDist; STANCES],
    turns: [EmotionDist; STANCES],
}

impl Default for Coherence {
    fn default() -> Self {
        Self { sum: [[0.0; EMOTIONS]; STANCES], turns: [[0.0; EMOTIONS]; STANCES] }
    }
}

crate::persist_fields!(Coherence: sum, turns);

impl Coherence {
    /// Takes in the reward of having shown `shown` under the stance belief held then.
    pub fn learn(&mut self, shown: Emotion, stance: &StanceDist, reward: f64) {
        for s in 0..STANCES {
            self.sum[s][shown.index()] += stance[s] * (reward - REWARD_PRIOR);
            self.turns[s][shown.index()] += stance[s];
        }
    }

    /// Posterior mean reward of a display toward a stance, beyond that of a turn in which nothing changes.
    pub fn advantage(&self, domain: Domain, stance: usize, shown: usize) -> f64 {
        let effect = match domain {
            Domain::Debt | Domain::Sleep | Domain::Custom => &EFFECT_PRICE,
            Domain::Surgery | Domain::Disaster => &EFFECT_COMPLIANCE,
        };
        let prior = REWARD_PER_SD * effect[stance][shown] * REWARD_PRIOR_TURNS;
        (prior + self.sum[stance][shown]) / (REWARD_PRIOR_TURNS + self.turns[stance][shown])
    }

    /// The three factors of each display, each a distribution over displays.
    pub fn factors(&self, situation: &Situation<'_>) -> [EmotionDist; 3] {
        let stance = situation.belief.stance();
        let mut plausible: EmotionDist = core::array::from_fn(|e| {
            let d2 = math::distance2(&situation.shown, &VAD_MEAN[e]);
            libm::sqrt(INERTIA[situation.own.index()][e]) * math::exp(-0.5 * d2 / (FACE_WIDTH * FACE_WIDTH))
        });
        let mut fit: EmotionDist = core::array::from_fn(|e| {
            let mut toward = 0.0;
            for s in 0..STANCES {
                toward += stance[s] * FIT_STANCE[s][e];
            }
            toward * FIT_PHASE[situation.phase.index()][e] * FIT_DOMAIN[situation.domain.index()][e]
        });
        let mut strategic: EmotionDist = core::array::from_fn(|e| {
            let mut reward = 0.0;
            for s in 0..STANCES {
                reward += stance[s] * self.advantage(situation.domain, s, e);
            }
            REWARD_GAIN * reward
                + VALENCE_GAIN * expected_valence(&situation.outlook.emotion[e])
                + COOPERATION_GAIN * situation.outlook.stance[e][0]
        });
        math::normalise(&mut plausible);
        math::normalise(&mut fit);
        math::softmax(&mut strategic, 1.0);
        [plausible, fit, strategic]
    }

    /// The proposal for the situation.
    pub fn propose(&self, situation: &Situation<'_>) -> Proposal {
        let factors = self.factors(situation);
        let mut score = [0.0; EMOTIONS];
        for e in 0..EMOTIONS {
            for f in 0..3 {
                score[e] += WEIGHTS[f] * math::ln(factors[f][e]);
            }
        }
        let best = math::argmax(&score);
        // The factor that lifts the winner most above an even split is the reason.
        let lift = [0, 1, 2].map(|f: usize| WEIGHTS[f] * math::ln(factors[f][best]));
        let reason = [ExpertReason::Plausible, ExpertReason::Appropriate, ExpertReason::Strategic][math::argmax(&lift)];
        math::softmax(&mut score, 1.0);
        Proposal { dist: score, reason }
    }
}
