//! Belief: an input–output hidden Markov model over stance × emotion, moved by what the agent shows.
//!
//! P(s′, e′ | s, e, a) = T_a(s′ | s) · E_a(e′ | e, s′). The forward filter is exact; [`transitions`] learn online.

mod prior;
mod transitions;

pub use prior::STANCE_PRIOR;
pub use transitions::{Learning, Transitions};

use crate::emotion::{EMOTIONS, Emotion, EmotionDist, STANCES, Stance, StanceDist, expected_valence};
use crate::math::{self, LANES, Lanes, larger, smaller};
use transitions::{ActionModel, Expected};

/// Concession per turn, as a share of the initial gap: mean of each stance and common standard deviation.
const CONCESSION_MEAN: StanceDist = [0.12, 0.02, 0.06, 0.05];
const CONCESSION_SD: f64 = 0.08;

/// Likelihood of each stance given the share of the gap just conceded.
///
/// The share is limited to [−.1, .3]: beyond that a Gaussian would turn one jump into certainty.
#[inline(always)]
pub fn concession_likelihood(share: f64) -> StanceDist {
    let share = smaller(larger(share, -0.1), 0.3);
    CONCESSION_MEAN.map(|mean| {
        let z = (share - mean) * (1.0 / CONCESSION_SD);
        math::exp(-0.5 * z * z)
    })
}

/// The filtered distribution over stance × emotion.
#[derive(Clone, Debug, PartialEq)]
pub struct Belief {
    /// `joint[stance][emotion]`; padding is 0.
    joint: [Lanes; STANCES],
}

static START: Belief = {
    let start = prior::joint();
    let mut joint = [[0.0; LANES]; STANCES];
    let mut s = 0;
    while s < STANCES {
        joint[s] = math::lanes(&start[s], 0.0);
        s += 1;
    }
    Belief { joint }
};

impl Default for Belief {
    fn default() -> Self {
        START.clone()
    }
}

crate::persist_fields!(Belief: joint => mend);

impl Belief {
    /// The padding is 0.
    fn mend(&mut self) {
        for row in &mut self.joint {
            row[LANES - 1] = 0.0;
        }
    }

    /// Probability of `stance` and `emotion` together.
    pub fn joint(&self, stance: Stance, emotion: Emotion) -> f64 {
        self.joint[stance.index()][emotion.index()]
    }

    /// Marginal over stances.
    #[inline(always)]
    pub fn stance(&self) -> StanceDist {
        let [a, b, c, d] = &self.joint;
        [math::sum(a), math::sum(b), math::sum(c), math::sum(d)]
    }

    /// Marginal over emotions.
    #[inline(always)]
    pub fn emotion(&self) -> EmotionDist {
        let [a, b, c, d] = &self.joint;
        let mut marginal = [0.0; LANES];
        for e in 0..LANES {
            marginal[e] = (a[e] + b[e]) + (c[e] + d[e]);
        }
        math::unpadded(&marginal)
    }

    /// Expected valence of the person, −1 to 1.
    pub fn valence(&self) -> f64 {
        expected_valence(&self.emotion())
    }

    /// One exact filter step: the agent showed `action` (none before its first turn), then the person was observed.
    ///
    /// Likelihoods are up to a common factor, finite, not negative, not all zero. Returns the evidence's probability
    /// (up to that factor); when it is 0 nothing changes. With `learning`, the transition rows of `action` absorb the
    /// step's expected counts.
    #[inline(always)]
    pub fn update(
        &mut self,
        transitions: &mut Transitions,
        action: Option<Emotion>,
        emotion_likelihood: &EmotionDist,
        stance_likelihood: &StanceDist,
        learning: Option<Learning>,
    ) -> f64 {
        let Some(action) = action else {
            let likelihood = math::lanes(emotion_likelihood, 0.0);
            let mut joint = self.joint;
            for s in 0..STANCES {
                for e in 0..LANES {
                    joint[s][e] *= likelihood[e] * stance_likelihood[s];
                }
            }
            return self.set(&joint).unwrap_or(0.0);
        };
        let model = &mut transitions.action[action.index()];
        let moved = self.moved(model);
        let mut joint = [[0.0; LANES]; STANCES];
        // reach[s′][e] = Σ_e′ counts(e′ | e, s′) · likelihood(e′)
        let mut reach = [[0.0; LANES]; STANCES];
        for s in 0..STANCES {
            let (leaving, mut reached) = (moved[s], [0.0; LANES]);
            for (to, row) in model.emotion(s).iter().enumerate() {
                let mut arriving = [0.0; LANES];
                for from in 0..LANES {
                    let seen = emotion_likelihood[to] * row[from];
                    arriving[from] = leaving[from] * seen;
                    reached[from] += seen;
                }
                joint[s][to] = math::sum(&arriving) * stance_likelihood[s];
            }
            reach[s] = reached;
        }
        let before = self.joint;
        let Some(evidence) = self.set(&joint) else {
            return 0.0;
        };
        if let Some(learning) = learning {
            let mut expected =
                Expected { stance: [[0.0; STANCES]; STANCES], weight: moved, likelihood: *emotion_likelihood };
            for to in 0..STANCES {
                let odds = stance_likelihood[to] / evidence;
                for e in 0..LANES {
                    expected.weight[to][e] *= odds;
                    reach[to][e] *= model.scale[to][e] * odds;
                }
                for from in 0..STANCES {
                    let mut arriving = [0.0; LANES];
                    for e in 0..LANES {
                        arriving[e] = before[from][e] * reach[to][e];
                    }
                    expected.stance[to][from] = model.stance()[to][from] * math::sum(&arriving);
                }
            }
            model.learn(action, &expected, learning.forget);
        }
        evidence
    }

    /// Σ_s P(s, e) T(s′ | s) for `[s′][e]`, over the emotion row's total: times counts these are probabilities.
    #[inline(always)]
    fn moved(&self, model: &ActionModel) -> [Lanes; STANCES] {
        let [a, b, c, d] = &self.joint;
        let mut moved = [[0.0; LANES]; STANCES];
        for to in 0..STANCES {
            let [ta, tb, tc, td] = model.stance()[to];
            for e in 0..LANES {
                moved[to][e] = ((ta * a[e] + tb * b[e]) + (tc * c[e] + td * d[e])) * model.scale[to][e];
            }
        }
        moved
    }

    /// For each emotion that the person may show after `action`: its probability and the belief once it was seen.
    pub fn branches(&self, transitions: &Transitions, action: Emotion) -> [(f64, Self); EMOTIONS] {
        let model = &transitions.action[action.index()];
        let moved = self.moved(model);
        core::array::from_fn(|to| {
            let mut joint = [[0.0; LANES]; STANCES];
            for s in 0..STANCES {
                let row = &model.emotion(s)[to];
                let arriving = core::array::from_fn(|from| moved[s][from] * row[from]);
                joint[s][to] = math::sum(&arriving);
            }
            let mut next = self.clone();
            let probability = next.set(&joint).unwrap_or(0.0);
            (probability, next)
        })
    }

    /// What each displayed emotion is expected to lead to, one step ahead.
    #[inline(always)]
    pub fn outlook(&self, transitions: &Transitions) -> Outlook {
        let stance = self.stance();
        // Vectors first, sums after: a sum on the spot would keep everything before it scalar.
        let (mut payoffs, mut valences) = ([[0.0; LANES]; EMOTIONS], [[0.0; LANES]; EMOTIONS]);
        let mut outlook = Outlook::default();
        for (a, model) in transitions.action.iter().enumerate() {
            let (payoff, valence) = model.ahead();
            self.weigh(payoff, &mut payoffs[a]);
            self.weigh(valence, &mut valences[a]);
            let [p, q, r, s] = model.stance()[Stance::Cooperative.index()];
            outlook.cooperation[a] = (p * stance[0] + q * stance[1]) + (r * stance[2] + s * stance[3]);
        }
        for a in 0..EMOTIONS {
            outlook.payoff[a] = math::sum(&payoffs[a]);
            outlook.valence[a] = math::sum(&valences[a]);
        }
        outlook
    }

    /// A quantity known for each stance and emotion, times their probability, by emotion.
    #[inline(always)]
    fn weigh(&self, quantity: &[Lanes; STANCES], weighed: &mut Lanes) {
        let ([a, b, c, d], [w, x, y, z]) = (&self.joint, quantity);
        for e in 0..LANES {
            weighed[e] = (a[e] * w[e] + b[e] * x[e]) + (c[e] * y[e] + d[e] * z[e]);
        }
    }

    /// Normalises and stores `joint`; `None` (and no change) when it carries no mass.
    #[inline(always)]
    fn set(&mut self, joint: &[Lanes; STANCES]) -> Option<f64> {
        let [a, b, c, d] = joint;
        let sum = (math::sum(a) + math::sum(b)) + (math::sum(c) + math::sum(d));
        if !(sum > 0.0 && sum.is_finite()) {
            return None;
        }
        let scale = 1.0 / sum;
        for s in 0..STANCES {
            for e in 0..LANES {
                self.joint[s][e] = joint[s][e] * scale;
            }
        }
        Some(sum)
    }
}

/// What is expected of the person's next turn after each of the seven displays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlook {
    /// Payoff of the agent's best answer to it.
    pub payoff: EmotionDist,
    /// The person's valence.
    pub valence: EmotionDist,
    /// Probability of the cooperative stance.
    pub cooperation: EmotionDist,
}
