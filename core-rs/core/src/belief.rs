//! Belief: an input–output hidden Markov model over stance × emotion, moved by what the agent shows.
//!
//! P(s′, e′ | s, e, a) = T_a(s′ | s) · E_a(e′ | e, s′). The forward filter is exact. Rows of T and E carry Dirichlet
//! posteriors that learn online from the filter's expected counts, with forgetting toward their prior.
//!
//! Plain expected counts crawl when states are hidden, since most of each count only repeats the current row. So what a
//! count says beyond the row (the score) is divided by the share of information that the evidence really carries,
//! estimated row by row: recursive maximum likelihood in Titterington's (1984) form with a measured gain. When states
//! are observed the share is 1 and the update is exact Dirichlet counting.

use crate::emotion::{EMOTIONS, Emotion, EmotionDist, STANCES, Stance, StanceDist, expected_valence};
use crate::math;
use crate::persist::{Persist, Port};

/// Stance at the start (EQ-Negotiator).
pub const STANCE_PRIOR: StanceDist = [0.4, 0.2, 0.2, 0.2];
/// Stance transitions before the action's effect (EQ-Negotiator; rows from, columns to).
const STANCE_BASE: [StanceDist; STANCES] =
    [[0.50, 0.15, 0.15, 0.20], [0.20, 0.40, 0.20, 0.20], [0.25, 0.15, 0.40, 0.20], [0.20, 0.20, 0.15, 0.45]];
/// Emotion marginals and log-odds of repeating one's own or the other's emotion (MELD).
const MARGINAL: EmotionDist = [0.168, 0.073, 0.117, 0.026, 0.119, 0.026, 0.470];
const OWN: EmotionDist = [0.86, 1.53, 1.77, 1.73, 0.79, 1.92, 0.55];
const OTHER: EmotionDist = [0.91, 1.24, 1.07, 0.90, -0.21, 1.41, 0.20];
/// Stance shifts of the emotion, in logits; the strategic stance feigns instead.
const SHIFT: [EmotionDist; STANCES] = [
    [0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.2, 0.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 1.5, 0.0, 0.0, 0.0],
    [0.0; EMOTIONS],
];
/// Share of strategic displays that are drawn from the marginals, whatever is felt.
const FEIGNED: f64 = 0.5;
/// Strength of each row's prior, in pseudo-counts.
const PRIOR_WEIGHT: f64 = 20.0;
/// Largest gain of a score, and the least pseudo-count it may leave.
const MAX_GAIN: f64 = 100.0;
const MIN_COUNT: f64 = 0.01;
/// Concession per turn, as a share of the initial gap: mean of each stance and common standard deviation.
const CONCESSION_MEAN: StanceDist = [0.12, 0.02, 0.06, 0.05];
const CONCESSION_SD: f64 = 0.08;

/// Likelihood of each stance given the share of the gap just conceded.
///
/// The share is limited to [−.1, .3]: beyond that a Gaussian would turn one jump into certainty.
pub fn concession_likelihood(share: f64) -> StanceDist {
    let share = share.clamp(-0.1, 0.3);
    CONCESSION_MEAN.map(|mean| {
        let z = (share - mean) / CONCESSION_SD;
        math::exp(-0.5 * z * z)
    })
}

/// One Dirichlet row.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row<const N: usize> {
    counts: [f64; N],
    /// Derived: counts / Σ counts.
    p: [f64; N],
    /// What forgetting falls back to; constant.
    prior: [f64; N],
    /// Information of complete data and of the score, accumulated; their ratio is the gain.
    complete: f64,
    scored: f64,
}

impl<const N: usize> Row<N> {
    fn new(prior: &[f64; N]) -> Self {
        let counts = prior.map(|p| p * PRIOR_WEIGHT);
        // Derived like after a restore, so that both give the same bits.
        let mut row = Self { counts, p: *prior, prior: counts, complete: PRIOR_WEIGHT, scored: PRIOR_WEIGHT };
        row.derive();
        row
    }

    /// Absorbs a step's expected counts; with forgetting, first falls back toward the prior.
    fn absorb(&mut self, expected: &[f64; N], forget: f64, max_gain: f64) {
        let mut mass = 0.0;
        for &x in expected {
            mass += x;
        }
        let (mut squares, mut score2) = (0.0, 0.0);
        for i in 0..N {
            let score = expected[i] - mass * self.p[i];
            score2 += score * score;
            squares += self.p[i] * self.p[i];
        }
        let fade = |x: f64, base: f64| base + forget * (x - base);
        self.complete = fade(self.complete, PRIOR_WEIGHT) + mass * (1.0 - squares);
        self.scored = fade(self.scored, PRIOR_WEIGHT) + score2;
        let gain = (self.complete / self.scored).clamp(1.0, max_gain);
        for i in 0..N {
            let known = mass * self.p[i];
            let count = fade(self.counts[i], self.prior[i]) + known + gain * (expected[i] - known);
            self.counts[i] = count.max(MIN_COUNT);
        }
        self.derive();
    }

    fn derive(&mut self) {
        self.p = self.counts;
        math::normalise(&mut self.p);
    }
}

impl<const N: usize> Persist for Row<N> {
    fn persist(&mut self, port: &mut dyn Port) {
        self.counts.persist(port);
        self.complete.persist(port);
        self.scored.persist(port);
        self.derive();
    }
}

/// The transition model.
#[derive(Clone, Debug, PartialEq)]
pub struct Transitions {
    /// `stance[action][from]`
    stance: [[Row<STANCES>; STANCES]; EMOTIONS],
    /// `emotion[action][next stance][from]`
    emotion: [[[Row<EMOTIONS>; EMOTIONS]; STANCES]; EMOTIONS],
}

crate::persist_fields!(Transitions: stance, emotion);

impl Default for Transitions {
    fn default() -> Self {
        Self {
            stance: Emotion::ALL.map(|a| prior_stance_rows(a).map(|row| Row::new(&row))),
            emotion: Emotion::ALL.map(|a| prior_emotion_rows(a).map(|rows| rows.map(|row| Row::new(&row)))),
        }
    }
}

/// T_a before learning: anger or disgust push toward confrontation (the distressed toward more distress); empathy,
/// neutrality or joy open the confrontational and the distressed.
fn prior_stance_rows(action: Emotion) -> [StanceDist; STANCES] {
    let hostile = matches!(action, Emotion::Anger | Emotion::Disgust);
    let warm = matches!(action, Emotion::Sadness | Emotion::Neutral | Emotion::Joy);
    Stance::ALL.map(|from| {
        let mut row = STANCE_BASE[from.index()];
        if hostile {
            let to = if from == Stance::Distressed { Stance::Distressed } else { Stance::Confrontational };
            row[to.index()] *= 1.5;
        }
        if warm && matches!(from, Stance::Confrontational | Stance::Distressed) {
            row[Stance::Cooperative.index()] *= 1.3;
        }
        math::normalise(&mut row);
        row
    })
}

/// E_a before learning, per stance and previous emotion.
fn prior_emotion_rows(action: Emotion) -> [[EmotionDist; EMOTIONS]; STANCES] {
    Stance::ALL.map(|stance| {
        core::array::from_fn(|from| {
            let mut row: EmotionDist = core::array::from_fn(|to| {
                let own = if from == to { OWN[to] } else { 0.0 };
                let other = if action.index() == to { OTHER[to] } else { 0.0 };
                math::ln(MARGINAL[to]) + own + other + SHIFT[stance.index()][to]
            });
            math::softmax(&mut row, 1.0);
            if stance == Stance::Strategic {
                for to in 0..EMOTIONS {
                    row[to] = FEIGNED * MARGINAL[to] / MARGINAL_SUM + (1.0 - FEIGNED) * row[to];
                }
            }
            row
        })
    })
}

const MARGINAL_SUM: f64 = 0.168 + 0.073 + 0.117 + 0.026 + 0.119 + 0.026 + 0.470;

impl Transitions {
    /// Probability of moving between stances when the agent shows `action`.
    pub fn stance(&self, action: Emotion, from: Stance, to: Stance) -> f64 {
        self.stance[action.index()][from.index()].p[to.index()]
    }

    /// Probability of the next emotion when the agent shows `action` and the person's next stance is `stance`.
    pub fn emotion(&self, action: Emotion, stance: Stance, from: Emotion, to: Emotion) -> f64 {
        self.emotion[action.index()][stance.index()][from.index()].p[to.index()]
    }

    /// Absorbs expected counts for `action`.
    fn learn(&mut self, action: Emotion, stance: &[StanceDist; STANCES], emotion: &EmotionCounts, forget: f64) {
        let a = action.index();
        let (mut complete, mut scored) = (0.0, 0.0);
        for s in 0..STANCES {
            self.stance[a][s].absorb(&stance[s], forget, MAX_GAIN);
            complete += self.stance[a][s].complete;
            scored += self.stance[a][s].scored;
        }
        // Emotion rows are what tells stances apart: they may move only as fast as stances are known. Squared, since a
        // misread stance spoils two rows, the one it credits and the one it robs.
        let known = (scored / complete).clamp(0.0, 1.0);
        for s in 0..STANCES {
            for e in 0..EMOTIONS {
                let expected = emotion[s][e].map(|x| x * known * known);
                self.emotion[a][s][e].absorb(&expected, forget, 1.0);
            }
        }
    }
}

type EmotionCounts = [[EmotionDist; EMOTIONS]; STANCES];

/// How the transition model learns.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Learning {
    /// Share of learned pseudo-counts kept at each update; 1 never forgets.
    pub forget: f64,
}

/// The filtered distribution over stance × emotion.
#[derive(Clone, Debug, PartialEq)]
pub struct Belief {
    joint: [EmotionDist; STANCES],
}

impl Default for Belief {
    fn default() -> Self {
        let joint = Stance::ALL.map(|s| {
            let mut row: EmotionDist = core::array::from_fn(|e| math::ln(MARGINAL[e]) + SHIFT[s.index()][e]);
            math::softmax(&mut row, 1.0);
            row.map(|p| p * STANCE_PRIOR[s.index()])
        });
        Self { joint }
    }
}

impl Belief {
    /// Probability of `stance` and `emotion` together.
    pub fn joint(&self, stance: Stance, emotion: Emotion) -> f64 {
        self.joint[stance.index()][emotion.index()]
    }

    /// Marginal over stances.
    pub fn stance(&self) -> StanceDist {
        self.joint.map(|row| {
            let mut sum = 0.0;
            for p in row {
                sum += p;
            }
            sum
        })
    }

    /// Marginal over emotions.
    pub fn emotion(&self) -> EmotionDist {
        let mut marginal = [0.0; EMOTIONS];
        for row in &self.joint {
            for e in 0..EMOTIONS {
                marginal[e] += row[e];
            }
        }
        marginal
    }

    /// Expected valence of the person, −1 to 1.
    pub fn valence(&self) -> f64 {
        expected_valence(&self.emotion())
    }

    /// One exact filter step: the agent showed `action` (none before its first turn), then the person was observed.
    ///
    /// Likelihoods are up to a common factor, finite, not negative, not all zero. Returns the evidence's probability
    /// (up to that factor); when it is 0 the belief is left as predicted. With `learning`, the transition rows of
    /// `action` absorb the step's expected counts.
    pub fn update(
        &mut self,
        transitions: &mut Transitions,
        action: Option<Emotion>,
        emotion_likelihood: &EmotionDist,
        stance_likelihood: &StanceDist,
        learning: Option<Learning>,
    ) -> f64 {
        let Some(action) = action else {
            let mut joint = self.joint;
            for s in 0..STANCES {
                for e in 0..EMOTIONS {
                    joint[s][e] *= emotion_likelihood[e] * stance_likelihood[s];
                }
            }
            return self.set(joint).unwrap_or(0.0);
        };
        let a = action.index();
        // moved[s′][e] = Σ_s P(s, e) T(s′ | s)
        let mut moved = [[0.0; EMOTIONS]; STANCES];
        for from in 0..STANCES {
            for to in 0..STANCES {
                let t = transitions.stance[a][from].p[to];
                for e in 0..EMOTIONS {
                    moved[to][e] += t * self.joint[from][e];
                }
            }
        }
        let mut joint = [[0.0; EMOTIONS]; STANCES];
        for s in 0..STANCES {
            for from in 0..EMOTIONS {
                let p = moved[s][from];
                let row = &transitions.emotion[a][s][from].p;
                for to in 0..EMOTIONS {
                    joint[s][to] += p * row[to];
                }
            }
            for to in 0..EMOTIONS {
                joint[s][to] *= emotion_likelihood[to] * stance_likelihood[s];
            }
        }
        let before = self.joint;
        let Some(evidence) = self.set(joint) else {
            return 0.0;
        };
        if let Some(learning) = learning {
            let mut stance_counts = [[0.0; STANCES]; STANCES];
            let mut emotion_counts = [[[0.0; EMOTIONS]; EMOTIONS]; STANCES];
            for to in 0..STANCES {
                for e in 0..EMOTIONS {
                    // reach = P(evidence | s′, e)
                    let mut reach = 0.0;
                    for next in 0..EMOTIONS {
                        let x =
                            transitions.emotion[a][to][e].p[next] * emotion_likelihood[next] * stance_likelihood[to]
                                / evidence;
                        emotion_counts[to][e][next] = moved[to][e] * x;
                        reach += x;
                    }
                    for from in 0..STANCES {
                        stance_counts[from][to] += before[from][e] * transitions.stance[a][from].p[to] * reach;
                    }
                }
            }
            transitions.learn(action, &stance_counts, &emotion_counts, learning.forget);
        }
        evidence
    }

    /// What each displayed emotion would lead to, one step ahead.
    pub fn outlook(&self, transitions: &Transitions) -> Outlook {
        let mut outlook = Outlook { emotion: [[0.0; EMOTIONS]; EMOTIONS], stance: [[0.0; STANCES]; EMOTIONS] };
        for a in 0..EMOTIONS {
            for s in 0..STANCES {
                let mut moved = [0.0; EMOTIONS];
                for from in 0..STANCES {
                    let t = transitions.stance[a][from].p[s];
                    for e in 0..EMOTIONS {
                        moved[e] += t * self.joint[from][e];
                    }
                }
                for from in 0..EMOTIONS {
                    outlook.stance[a][s] += moved[from];
                    let row = &transitions.emotion[a][s][from].p;
                    for to in 0..EMOTIONS {
                        outlook.emotion[a][to] += moved[from] * row[to];
                    }
                }
            }
        }
        outlook
    }

    /// Normalises and stores `joint`; `None` (and no change) when it carries no mass.
    fn set(&mut self, mut joint: [EmotionDist; STANCES]) -> Option<f64> {
        let mut sum = 0.0;
        for row in &joint {
            for &p in row {
                sum += p;
            }
        }
        if !(sum > 0.0 && sum.is_finite()) {
            return None;
        }
        for row in &mut joint {
            for p in row {
                *p /= sum;
            }
        }
        self.joint = joint;
        Some(sum)
    }
}

crate::persist_fields!(Belief: joint);

/// Predicted marginals after each of the seven displays.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// `emotion[action]`: distribution over the person's next emotion.
    pub emotion: [EmotionDist; EMOTIONS],
    /// `stance[action]`: distribution over the person's next stance.
    pub stance: [StanceDist; EMOTIONS],
}
