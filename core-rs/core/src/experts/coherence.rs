//! The coherence expert: would this display be plausible, appropriate and useful?
//!
//! score = .4 ln plausibility + .3 ln appropriateness + .3 ln strategic value (EmoMAS's weights), softmax at τ = 1.
//! What is useful is learned: the posterior mean reward of each display per stance.

use super::{ExpertReason, Proposal, Situation};
use crate::Domain;
use crate::domain::PHASES;
use crate::emotion::{EMOTIONS, Emotion, EmotionDist, STANCES, StanceDist, VAD_MEAN};
use crate::math::{self, LANES, Lanes};

const WEIGHTS: [f64; 3] = [0.4, 0.3, 0.3];
/// Power to which the inertia is taken: half of it belongs to the people filmed, not to what a listener finds
/// plausible. [ours]
const DAMPING: f64 = 0.5;
/// Next own emotion given the last, same speaker (computed from MELD; rows and columns in index order).
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
/// Reward of a turn in which nothing changes.
const REWARD_PRIOR: f64 = 0.5;
/// How many turns the effects above count for, per stance and display: the variance of a turn's reward (SD .08 against
/// simulated people) over that of an effect that is known to .2 SD, .0052 as reward.
const REWARD_PRIOR_TURNS: f64 = 240.0;
/// Weights of expected reward, predicted valence and predicted cooperation in the strategic value, per unit.
const REWARD_GAIN: f64 = 2000.0;
const VALENCE_GAIN: f64 = 1.5;
const COOPERATION_GAIN: f64 = 2.0;

/// Logarithm of the inertia, damped: `LN_INERTIA[last own emotion][next]`.
static LN_INERTIA: [Lanes; EMOTIONS] = {
    let mut table = [[0.0; LANES]; EMOTIONS];
    let mut own = 0;
    while own < EMOTIONS {
        let mut e = 0;
        while e < EMOTIONS {
            table[own][e] = DAMPING * math::ln(INERTIA[own][e]);
            e += 1;
        }
        own += 1;
    }
    table
};
/// Logarithm of what fits domain and phase: `LN_FIT[domain][phase][e]`.
static LN_FIT: [[Lanes; PHASES]; 5] = {
    let mut table = [[[0.0; LANES]; PHASES]; 5];
    let mut domain = 0;
    while domain < 5 {
        let mut phase = 0;
        while phase < PHASES {
            let mut e = 0;
            while e < EMOTIONS {
                table[domain][phase][e] = math::ln(FIT_PHASE[phase][e]) + math::ln(FIT_DOMAIN[domain][e]);
                e += 1;
            }
            phase += 1;
        }
        domain += 1;
    }
    table
};

/// What each display earned toward each stance, beyond [`REWARD_PRIOR`].
#[derive(Clone, Debug, PartialEq)]
pub struct Coherence {
    sum: [Lanes; STANCES],
    turns: [Lanes; STANCES],
    /// Derived: 1/(prior turns + `turns`).
    scale: [Lanes; STANCES],
}

impl Default for Coherence {
    fn default() -> Self {
        let none = [[0.0; LANES]; STANCES];
        Self { sum: none, turns: none, scale: [[1.0 / REWARD_PRIOR_TURNS; LANES]; STANCES] }
    }
}

crate::persist_fields!(Coherence: sum, turns => mend);

impl Coherence {
    /// Takes in the reward of having shown `shown` under the stance belief held then.
    #[inline(always)]
    pub fn learn(&mut self, shown: Emotion, stance: &StanceDist, reward: f64) {
        for s in 0..STANCES {
            self.sum[s][shown.index()] += stance[s] * (reward - REWARD_PRIOR);
            self.turns[s][shown.index()] += stance[s];
            self.derive(s, shown.index());
        }
    }

    /// The scales follow from the turns.
    fn mend(&mut self) {
        for s in 0..STANCES {
            for e in 0..LANES {
                self.derive(s, e);
            }
        }
    }

    #[inline(always)]
    fn derive(&mut self, s: usize, e: usize) {
        self.scale[s][e] = 1.0 / (REWARD_PRIOR_TURNS + self.turns[s][e]);
    }

    /// Expected reward of each display under `stance`, beyond that of a turn in which nothing changes: the mean of a
    /// posterior that starts from the published effects.
    #[inline(always)]
    fn reward(&self, domain: Domain, stance: &StanceDist) -> Lanes {
        let effect = match domain {
            Domain::Debt | Domain::Sleep | Domain::Custom => &EFFECT_PRICE,
            Domain::Surgery | Domain::Disaster => &EFFECT_COMPLIANCE,
        };
        let mut reward = [0.0; LANES];
        for s in 0..STANCES {
            let effect = math::lanes(&effect[s], 0.0);
            for e in 0..LANES {
                let earned = REWARD_PER_SD * REWARD_PRIOR_TURNS * effect[e] + self.sum[s][e];
                reward[e] += stance[s] * (earned * self.scale[s][e]);
            }
        }
        reward
    }

    /// Logarithms of the three factors of each display, each up to a constant.
    #[inline(always)]
    fn log_factors(&self, situation: &Situation) -> [Lanes; 3] {
        let stance = &situation.stance;
        let mut plausible = LN_INERTIA[situation.own.index()];
        for e in 0..EMOTIONS {
            plausible[e] -= 0.5 / (FACE_WIDTH * FACE_WIDTH) * math::distance2(&situation.shown, &VAD_MEAN[e]);
        }
        let mut toward = [0.0; LANES];
        for s in 0..STANCES {
            let fit = math::lanes(&FIT_STANCE[s], 1.0);
            for e in 0..LANES {
                toward[e] += stance[s] * fit[e];
            }
        }
        let base = &LN_FIT[situation.domain.index()][situation.phase.index()];
        let mut fit = math::each(&toward, math::ln);
        let mut strategic = self.reward(situation.domain, stance);
        let valence = math::lanes(&situation.outlook.valence, 0.0);
        let cooperation = math::lanes(&situation.outlook.cooperation, 0.0);
        for e in 0..LANES {
            fit[e] += base[e];
            strategic[e] = REWARD_GAIN * strategic[e] + (VALENCE_GAIN * valence[e] + COOPERATION_GAIN * cooperation[e]);
        }
        [plausible, fit, strategic]
    }

    /// The three factors of each display, each a distribution over displays.
    pub fn factors(&self, situation: &Situation) -> [EmotionDist; 3] {
        self.log_factors(situation).map(|factor| math::softmax(&math::unpadded(&factor), 1.0))
    }

    /// The proposal for the situation.
    #[inline(always)]
    pub fn propose(&self, situation: &Situation) -> Proposal {
        let [plausible, fit, strategic] = self.log_factors(situation);
        let mut score = [0.0; EMOTIONS];
        let mut usual = [0.0; 3];
        for e in 0..EMOTIONS {
            score[e] = WEIGHTS[0] * plausible[e] + WEIGHTS[1] * fit[e] + WEIGHTS[2] * strategic[e];
            usual[0] += plausible[e];
            usual[1] += fit[e];
            usual[2] += strategic[e];
        }
        let best = math::argmax(&score).min(EMOTIONS - 1);
        // The factor that lifts the winner most above the average display is the reason.
        let winner = [plausible[best], fit[best], strategic[best]];
        let lift = [0, 1, 2].map(|f: usize| WEIGHTS[f] * (winner[f] - usual[f] / EMOTIONS as f64));
        let reason = if lift[0] >= lift[1] && lift[0] >= lift[2] {
            ExpertReason::Plausible
        } else if lift[1] >= lift[2] {
            ExpertReason::Appropriate
        } else {
            ExpertReason::Strategic
        };
        Proposal { dist: math::softmax(&score, 1.0), reason }
    }
}
