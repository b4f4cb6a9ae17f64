//! The orchestrator: a normalised posterior over experts per context, shrunk to a global one.
//!
//! w_i ← (1 − α)·w_i·exp(η·p_i(a)/q(a)·(r − b))/Z + α/N: the paper's w ∝ w·L, read as Exp4 with fixed share. With
//! [`Selection::Sample`] and without shrinkage, q being the distribution really sampled from, this carries the
//! Exp4/fixed-share regret bound (Auer et al. 2002; Herbster and Warmuth 1998). [`Selection::Argmax`] carries none.

use crate::domain::PHASES;
use crate::emotion::{EMOTIONS, Emotion, EmotionDist, EmotionSet};
use crate::experts::{GapBin, MAX_EXPERTS};
use crate::rng::Rng;
use crate::{Phase, mask, math};

/// How the emotion is chosen from the masked mixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Selection {
    /// The most probable one.
    Argmax,
    /// A draw from the mixture.
    Sample,
}

/// Learning rates of the posterior over experts.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rates {
    /// Learning rate η.
    pub eta: f64,
    /// Fixed share α: what flows back to every expert, so that a lost one can return.
    pub share: f64,
    /// Exploration floor γ: share of choices made uniformly over the allowed emotions.
    pub explore: f64,
    /// Visits of a context at which it counts as much as the global posterior; 0 switches shrinkage off.
    pub shrink: f64,
}

impl Default for Rates {
    fn default() -> Self {
        Self { eta: 0.3, share: 0.003, explore: 0.05, shrink: 60.0 }
    }
}

/// Number of contexts: phase × sign of the person's valence × gap bin.
pub const CONTEXTS: usize = PHASES * 3 * GapBin::COUNT;
/// Valence within which the sign counts as none.
const NEUTRAL_VALENCE: f64 = 0.15;
/// Largest exponent of one update; never reached under the bound's condition η ≤ γ/7.
const MAX_EXPONENT: f64 = 1.0;
/// Baseline b of the micro update: what a turn earns in which nothing changes. A running mean would stop telling a
/// lasting winner from the rest as soon as its success became usual.
const NO_CHANGE: f64 = 0.5;
/// Least weight of the newest outcome in the macro update's baseline.
const BASELINE_RATE: f64 = 0.02;
/// How many turns' worth of evidence the end of an episode is.
const MACRO_TURNS: f64 = 4.0;

/// The context of a turn.
#[inline(always)]
pub fn context(phase: Phase, valence: f64, gap: GapBin) -> usize {
    let sign = if valence < -NEUTRAL_VALENCE {
        0
    } else if valence <= NEUTRAL_VALENCE {
        1
    } else {
        2
    };
    (phase.index() * 3 + sign) * GapBin::COUNT + gap.index()
}

type Weights = [f64; MAX_EXPERTS];

/// What was chosen and from what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// The emotion to show.
    pub emotion: Emotion,
    /// The masked mixture of the experts: what the system believes, exploration left out.
    pub mixture: EmotionDist,
    /// The distribution that the choice was drawn from, exploration included.
    pub sampled: EmotionDist,
    /// Whether the choice was an exploration.
    pub explored: bool,
    /// The mixture's probability of the chosen emotion; an exploration never has more than the best choice.
    pub confidence: f64,
}

/// One turn's credit, kept until its reward is known.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
struct Credit {
    /// p_i(a)/q(a) per expert.
    ratio: Weights,
    context: u64,
}

crate::persist_fields!(Credit: ratio, context);

/// What is usual: the mean of what was seen, then an exponential one. It depends on the past only, so subtracting it
/// from a reward leaves the update's expectation as it is.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
struct Baseline {
    mean: f64,
    seen: u64,
}

crate::persist_fields!(Baseline: mean, seen);

impl Baseline {
    /// How much better than usual `x` is; 0 for the first. Then `x` joins what is usual.
    fn advantage(&mut self, x: f64) -> f64 {
        self.seen = self.seen.saturating_add(1);
        let rate = (1.0 / self.seen as f64).max(BASELINE_RATE);
        let advantage = if self.seen == 1 { 0.0 } else { x - self.mean };
        self.mean += rate * (x - self.mean);
        advantage
    }
}

/// The posterior of one context.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Local {
    weights: Weights,
    visits: f64,
}

crate::persist_fields!(Local: weights, visits);

/// The posterior over `n` experts.
#[derive(Clone, Debug, PartialEq)]
pub struct Orchestrator {
    experts: usize,
    global: Weights,
    local: [Local; CONTEXTS],
    usual_outcome: Baseline,
    pending: Option<Credit>,
    /// Sum over the episode's turns of p_i(a)/q(a), and the turns, for the macro update.
    episode_ratio: Weights,
    episode_turns: u64,
    episode_contexts: u64,
}

impl Orchestrator {
    /// A uniform posterior over `experts` (1 to [`MAX_EXPERTS`]).
    pub fn new(experts: usize) -> Self {
        let experts = experts.clamp(1, MAX_EXPERTS);
        let mut global = [0.0; MAX_EXPERTS];
        global[..experts].fill(1.0 / experts as f64);
        Self {
            experts,
            global,
            local: [Local { weights: global, visits: 0.0 }; CONTEXTS],
            usual_outcome: Baseline::default(),
            pending: None,
            episode_ratio: [0.0; MAX_EXPERTS],
            episode_turns: 0,
            episode_contexts: 0,
        }
    }

    /// Drops what an interrupted episode left open.
    pub fn begin(&mut self) {
        self.pending = None;
        self.episode_ratio = [0.0; MAX_EXPERTS];
        self.episode_turns = 0;
        self.episode_contexts = 0;
    }

    /// The posterior in `context`: local^κ · global^(1−κ), κ = n/(n + shrink).
    #[inline(always)]
    pub fn weights(&self, context: usize, rates: &Rates) -> [f64; MAX_EXPERTS] {
        let Some(local) = self.local.get(context) else {
            return self.global;
        };
        if rates.shrink <= 0.0 {
            return local.weights;
        }
        let kappa = local.visits / (local.visits + rates.shrink);
        let mut w = [0.0; MAX_EXPERTS];
        let mut sum = 0.0;
        for i in 0..self.experts.min(MAX_EXPERTS) {
            let (here, anywhere) = (math::ln(local.weights[i]), math::ln(self.global[i]));
            w[i] = math::exp(kappa * here + (1.0 - kappa) * anywhere);
            sum += w[i];
        }
        let scale = 1.0 / sum;
        math::each(&w, |x| x * scale)
    }

    /// Mixes the proposals under `weights`, masks, and chooses.
    #[inline(always)]
    pub fn choose(
        &self,
        weights: &[f64; MAX_EXPERTS],
        proposals: &[EmotionDist],
        refused: EmotionSet,
        selection: Selection,
        rates: &Rates,
        rng: &mut Rng,
    ) -> Choice {
        let mut mixture = [0.0; EMOTIONS];
        for (weight, proposal) in weights.iter().take(self.experts).zip(proposals) {
            for e in 0..EMOTIONS {
                mixture[e] += weight * proposal[e];
            }
        }
        let mixture = mask::apply(&mixture, refused);
        let floor = mask::floor(refused);
        let greedy = math::argmax(&mixture);
        let mut sampled = match selection {
            Selection::Sample => mixture,
            Selection::Argmax => core::array::from_fn(|e| f64::from(u8::from(e == greedy))),
        };
        for e in 0..EMOTIONS {
            sampled[e] = (1.0 - rates.explore) * sampled[e] + rates.explore * floor[e];
        }
        // Two draws whatever happens, so that streams stay aligned.
        let explored = rng.uniform() < rates.explore;
        let index = match (explored, selection) {
            (true, _) => rng.categorical(&floor),
            (false, Selection::Sample) => rng.categorical(&mixture),
            (false, Selection::Argmax) => greedy,
        };
        let emotion = Emotion::from_index(index).unwrap_or_default();
        Choice { emotion, mixture, sampled, explored, confidence: mixture[emotion.index()] }
    }

    /// Records the choice, so that its reward can be credited.
    #[inline(always)]
    pub fn commit(
        &mut self,
        context: usize,
        proposals: &[EmotionDist],
        choice: &Choice,
        selection: Selection,
        rates: &Rates,
    ) {
        let a = choice.emotion.index();
        // In arg-max mode the sampled distribution is nearly a point; the mixture tells experts apart.
        let q = match selection {
            Selection::Sample => choice.sampled[a],
            Selection::Argmax => (1.0 - rates.explore) * choice.mixture[a] + rates.explore / EMOTIONS as f64,
        };
        let mut credit = Credit { ratio: [0.0; MAX_EXPERTS], context: context as u64 };
        for (ratio, proposal) in credit.ratio.iter_mut().take(self.experts).zip(proposals) {
            *ratio = if q > 0.0 { proposal[a] / q } else { 0.0 };
        }
        for (sum, ratio) in self.episode_ratio.iter_mut().zip(&credit.ratio) {
            *sum += ratio;
        }
        self.episode_turns += 1;
        self.episode_contexts |= 1 << context;
        self.pending = Some(credit);
    }

    /// Micro update: `reward` in [0, 1] of the last committed choice.
    #[inline(always)]
    pub fn reward(&mut self, reward: f64, rates: &Rates) {
        let Some(credit) = self.pending.take() else {
            return;
        };
        let evidence = self.evidence(&credit.ratio, rates.eta * (reward - NO_CHANGE));
        let n = self.experts;
        update(&mut self.global, &evidence, n, rates.share);
        if let Some(local) = self.local.get_mut(credit.context as usize) {
            update(&mut local.weights, &evidence, n, rates.share);
            local.visits += 1.0;
        }
    }

    /// Macro update at the end: `outcome` in [0, 1] of the whole episode, credited by each expert's mean agreement with
    /// what was shown, in the global posterior and in every context that occurred.
    pub fn close(&mut self, outcome: f64, rates: &Rates) {
        if self.episode_turns > 0 {
            let advantage = self.usual_outcome.advantage(outcome);
            let ratio = self.episode_ratio.map(|r| r / self.episode_turns as f64);
            let evidence = self.evidence(&ratio, MACRO_TURNS * rates.eta * advantage);
            let n = self.experts;
            update(&mut self.global, &evidence, n, rates.share);
            for (context, local) in self.local.iter_mut().enumerate() {
                if self.episode_contexts & (1 << context) != 0 {
                    update(&mut local.weights, &evidence, n, rates.share);
                }
            }
        }
        self.begin();
    }

    /// exp(step·ratio_i): what the posterior is multiplied by.
    #[inline(always)]
    fn evidence(&self, ratio: &Weights, step: f64) -> Weights {
        let mut evidence = [1.0; MAX_EXPERTS];
        for i in 0..self.experts.min(MAX_EXPERTS) {
            evidence[i] = math::exp((step * ratio[i]).clamp(-MAX_EXPONENT, MAX_EXPONENT));
        }
        evidence
    }
}

/// w_i ← (1 − α)·w_i·evidence_i/Z + α/n over the first `n`.
#[inline(always)]
fn update(weights: &mut Weights, evidence: &Weights, n: usize, share: f64) {
    let mut sum = 0.0;
    for i in 0..n.min(MAX_EXPERTS) {
        weights[i] *= evidence[i];
        sum += weights[i];
    }
    let (keep, floor) = ((1.0 - share) / sum, share / n as f64);
    for w in weights.iter_mut().take(n) {
        *w = keep * *w + floor;
    }
}

crate::persist_fields!(
    Orchestrator: global, local, usual_outcome, pending, episode_ratio, episode_turns, episode_contexts => mend
);

impl Orchestrator {
    /// A context that doesn't exist must not become an index.
    fn mend(&mut self) {
        if let Some(credit) = &mut self.pending {
            credit.context = credit.context.min(CONTEXTS as u64 - 1);
        }
    }
}
