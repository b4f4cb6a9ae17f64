//! The transition model: Dirichlet rows that learn online from expected counts, with forgetting toward their prior.
//!
//! Plain expected counts crawl when states are hidden, since most of each count only repeats the current row. So what a
//! count says beyond the row (the score) is divided by the share of information that the evidence really carries,
//! estimated row by row: recursive maximum likelihood in Titterington's (1984) form with a measured gain, overrelaxed,
//! since a row's directions carry unequal information. When states are observed the share is 1 and the update is exact
//! Dirichlet counting.
//!
//! Arrays are indexed by where a transition goes, then by where it comes from, so that all rows of a matrix are handled
//! at once, one per lane.

use super::prior;
use crate::emotion::{EMOTIONS, Emotion, EmotionDist, STANCES, Stance, StanceDist, VAD_MEAN};
use crate::math::{self, LANES, Lanes, larger, smaller};
use crate::payoff;

/// Strength of each row's prior, in pseudo-counts.
const PRIOR_WEIGHT: f64 = 20.0;
/// How far a gain goes beyond 1 in terms of its mean over the row: with 2, every direction with a quarter of the mean
/// information still converges at the full rate (gain · information > 1/2: Sacks 1958).
const OVERRELAXATION: f64 = 2.0;
/// Largest gain of a score, and the least pseudo-count it may leave.
const MAX_GAIN: f64 = 100.0;
const MIN_COUNT: f64 = 0.01;

/// How the transition model learns.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Learning {
    /// Share of learned pseudo-counts kept at each update; 1 never forgets.
    pub forget: f64,
}

/// What one turn's evidence says about the transitions of the action that was shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    /// `stance[to][from]`: expected counts.
    pub(super) stance: [StanceDist; STANCES],
    /// Expected counts of the emotions are `weight[next stance][from] · likelihood[to]` times the row's own counts.
    pub(super) weight: [Lanes; STANCES],
    pub(super) likelihood: EmotionDist,
}

/// Stance rows: four Dirichlets, one per lane.
#[derive(Clone, Debug, PartialEq)]
struct StanceRows {
    counts: [StanceDist; STANCES],
    /// Information of complete data and of the score, accumulated; their ratio is the gain.
    complete: StanceDist,
    scored: StanceDist,
    /// Derived: `counts` over their sum.
    p: [StanceDist; STANCES],
}

crate::persist_fields!(StanceRows: counts, complete, scored);

/// `PRIOR[action]`.
static PRIOR: [ActionModel; EMOTIONS] = {
    let mut prior = [const { ActionModel::EMPTY }; EMOTIONS];
    let mut a = 0;
    while a < EMOTIONS {
        prior[a] = ActionModel::prior(Emotion::ALL[a]);
        a += 1;
    }
    prior
};

/// How stance and emotion move when the agent shows one emotion.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ActionModel {
    stance: StanceRows,
    /// `emotion[next stance][to][from]`: pseudo-counts; padding is 0.
    emotion: [[Lanes; EMOTIONS]; STANCES],
    /// Derived: 1/Σ counts of each emotion row.
    pub(super) scale: [Lanes; STANCES],
    /// Derived: the expected payoff of the best answer and the expected valence one step on, for each stance and
    /// emotion now. They are what the experts ask of the future; a belief's expectation is one dot product with them
    /// (α-vectors: Smallwood and Sondik 1973).
    payoff_ahead: [Lanes; STANCES],
    valence_ahead: [Lanes; STANCES],
}

crate::persist_fields!(ActionModel: stance, emotion => mend);

impl ActionModel {
    const EMPTY: Self = Self {
        stance: StanceRows {
            counts: [[0.0; STANCES]; STANCES],
            complete: [PRIOR_WEIGHT; STANCES],
            scored: [PRIOR_WEIGHT; STANCES],
            p: [[0.0; STANCES]; STANCES],
        },
        emotion: [[[0.0; LANES]; EMOTIONS]; STANCES],
        scale: [[0.0; LANES]; STANCES],
        payoff_ahead: [[0.0; LANES]; STANCES],
        valence_ahead: [[0.0; LANES]; STANCES],
    };

    const fn prior(action: Emotion) -> Self {
        let mut model = Self::EMPTY;
        let mut s = 0;
        while s < STANCES {
            let row = prior::stance_row(action, s);
            let mut to = 0;
            while to < STANCES {
                model.stance.counts[to][s] = PRIOR_WEIGHT * row[to];
                to += 1;
            }
            let mut from = 0;
            while from < EMOTIONS {
                let row = prior::emotion_row(action, s, from);
                to = 0;
                while to < EMOTIONS {
                    model.emotion[s][to][from] = PRIOR_WEIGHT * row[to];
                    to += 1;
                }
                from += 1;
            }
            s += 1;
        }
        model.derive();
        model
    }

    /// Stance transitions, `[to][from]`.
    pub(super) const fn stance(&self) -> &[StanceDist; STANCES] {
        &self.stance.p
    }

    /// Emotion pseudo-counts into `stance`, `[to][from]`; times `scale` they are probabilities.
    pub(super) const fn emotion(&self, stance: usize) -> &[Lanes; EMOTIONS] {
        &self.emotion[stance]
    }

    /// (payoff, valence) expected one step on, by stance and emotion now.
    pub(super) const fn ahead(&self) -> (&[Lanes; STANCES], &[Lanes; STANCES]) {
        (&self.payoff_ahead, &self.valence_ahead)
    }

    /// Falls back toward the prior, then absorbs `expected`.
    #[inline(always)]
    pub(super) fn learn(&mut self, action: Emotion, expected: &Expected, forget: f64) {
        let prior = &PRIOR[action.index()];
        let known = self.stance.absorb(&expected.stance, &prior.stance.counts, forget);
        // Emotion rows are what tells stances apart: they may move only as fast as stances are known. Squared, since a
        // misread stance spoils two rows, the one it credits and the one it robs.
        let trust = known * known;
        let back = 1.0 - forget;
        for s in 0..STANCES {
            let weight = math::each(&expected.weight[s], |w| w * trust);
            for to in 0..EMOTIONS {
                let (row, base) = (&mut self.emotion[s][to], &prior.emotion[s][to]);
                let seen = expected.likelihood[to];
                for from in 0..LANES {
                    row[from] = back * base[from] + (forget + weight[from] * seen) * row[from];
                }
            }
        }
        self.derive();
    }

    /// The padding is 0, and what follows from the counts follows.
    fn mend(&mut self) {
        for row in self.emotion.as_flattened_mut() {
            row[LANES - 1] = 0.0;
        }
        self.derive();
    }

    /// Recomputes what follows from the counts.
    #[inline(always)]
    const fn derive(&mut self) {
        self.stance.derive();
        let (mut payoff, mut valence) = ([[0.0; LANES]; STANCES], [[0.0; LANES]; STANCES]);
        let mut s = 0;
        while s < STANCES {
            let (mut total, mut worth, mut feeling) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
            // The padding's sum is 0: no division by it.
            total[LANES - 1] = 1.0;
            let mut to = 0;
            while to < EMOTIONS {
                let row = &self.emotion[s][to];
                let mut from = 0;
                while from < LANES {
                    total[from] += row[from];
                    worth[from] += payoff::BEST[to] * row[from];
                    feeling[from] += VAD_MEAN[to][0] * row[from];
                    from += 1;
                }
                to += 1;
            }
            let mut from = 0;
            while from < LANES {
                let scale = 1.0 / total[from];
                self.scale[s][from] = scale;
                payoff[s][from] = worth[from] * scale;
                valence[s][from] = feeling[from] * scale;
                from += 1;
            }
            s += 1;
        }
        self.payoff_ahead = self.before(&payoff);
        self.valence_ahead = self.before(&valence);
    }

    /// Σ_s′ T(s′ | s) · `after`[s′][e]: what is expected before the stance has moved.
    #[inline(always)]
    const fn before(&self, after: &[Lanes; STANCES]) -> [Lanes; STANCES] {
        let mut before = [[0.0; LANES]; STANCES];
        let [a, b, c, d] = after;
        let mut from = 0;
        while from < STANCES {
            let p = &self.stance.p;
            let (pa, pb, pc, pd) = (p[0][from], p[1][from], p[2][from], p[3][from]);
            let mut e = 0;
            while e < LANES {
                before[from][e] = (pa * a[e] + pb * b[e]) + (pc * c[e] + pd * d[e]);
                e += 1;
            }
            from += 1;
        }
        before
    }
}

impl StanceRows {
    /// Absorbs a step's expected counts; returns the share of information that its evidence has carried.
    #[inline(always)]
    fn absorb(&mut self, expected: &[StanceDist; STANCES], prior: &[StanceDist; STANCES], forget: f64) -> f64 {
        let (mut mass, mut squares, mut score2) = ([0.0; STANCES], [0.0; STANCES], [0.0; STANCES]);
        for row in expected {
            for from in 0..STANCES {
                mass[from] += row[from];
            }
        }
        for to in 0..STANCES {
            for from in 0..STANCES {
                let score = expected[to][from] - mass[from] * self.p[to][from];
                score2[from] += score * score;
                squares[from] += self.p[to][from] * self.p[to][from];
            }
        }
        let mut gain = [0.0; STANCES];
        let (mut complete, mut scored) = (0.0, 0.0);
        for from in 0..STANCES {
            let fade = |x: f64| PRIOR_WEIGHT + forget * (x - PRIOR_WEIGHT);
            self.complete[from] = fade(self.complete[from]) + mass[from] * (1.0 - squares[from]);
            self.scored[from] = fade(self.scored[from]) + score2[from];
            let missing = larger(self.complete[from] / self.scored[from] - 1.0, 0.0);
            gain[from] = smaller(1.0 + OVERRELAXATION * missing, MAX_GAIN);
            complete += self.complete[from] - PRIOR_WEIGHT;
            scored += self.scored[from] - PRIOR_WEIGHT;
        }
        for to in 0..STANCES {
            for from in 0..STANCES {
                let known = mass[from] * self.p[to][from];
                let faded = prior[to][from] + forget * (self.counts[to][from] - prior[to][from]);
                let count = faded + known + gain[from] * (expected[to][from] - known);
                self.counts[to][from] = larger(count, MIN_COUNT);
            }
        }
        // Nothing is known at the start, whatever the gains begin with; the 1 keeps it from being 0/0.
        smaller(larger(scored / (complete + 1.0), 0.0), 1.0)
    }

    #[inline(always)]
    const fn derive(&mut self) {
        let mut from = 0;
        while from < STANCES {
            let c = &self.counts;
            let scale = 1.0 / ((c[0][from] + c[1][from]) + (c[2][from] + c[3][from]));
            let mut to = 0;
            while to < STANCES {
                self.p[to][from] = c[to][from] * scale;
                to += 1;
            }
            from += 1;
        }
    }
}

/// The transition model, one part per displayed emotion.
#[derive(Clone, Debug, PartialEq)]
pub struct Transitions {
    pub(super) action: [ActionModel; EMOTIONS],
}

crate::persist_fields!(Transitions: action);

impl Default for Transitions {
    fn default() -> Self {
        Self { action: PRIOR.clone() }
    }
}

impl Transitions {
    /// Probability of moving between stances when the agent shows `action`.
    pub fn stance(&self, action: Emotion, from: Stance, to: Stance) -> f64 {
        self.action[action.index()].stance.p[to.index()][from.index()]
    }

    /// Probability of the next emotion when the agent shows `action` and the person's next stance is `stance`.
    pub fn emotion(&self, action: Emotion, stance: Stance, from: Emotion, to: Emotion) -> f64 {
        let model = &self.action[action.index()];
        let (s, e) = (stance.index(), from.index());
        model.emotion[s][to.index()][e] * model.scale[s][e]
    }
}
