//! Experts: each looks at the situation and returns a full distribution over what to show, with its reason.

pub mod coherence;
pub mod game;
pub mod rl;

use crate::belief::Outlook;
use crate::emotion::{EMOTIONS, Emotion, EmotionDist, StanceDist, Vad};
use crate::{Domain, Phase};

/// Most experts that one orchestrator combines.
pub const MAX_EXPERTS: usize = 8;

/// An expert of an orchestrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum ExpertKind {
    /// Game theory: payoff table, win-stay/lose-shift, quantal response.
    Game,
    /// Reinforcement learning: tabular Q(λ).
    Rl,
    /// Psychological coherence: plausible, appropriate, useful.
    Coherence,
    /// Always the same emotion.
    Fixed(Emotion),
    /// Every emotion alike.
    Uniform,
    /// The host supplies the distribution with each observation.
    External,
}

impl ExpertKind {
    /// Whether what the expert says never changes.
    pub const fn is_constant(self) -> bool {
        matches!(self, Self::Fixed(_) | Self::Uniform)
    }

    /// Whether the expert asks what its displays lead to.
    pub const fn looks_ahead(self) -> bool {
        matches!(self, Self::Game | Self::Coherence)
    }
}

/// Why an expert prefers what it prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[repr(u8)]
pub enum ExpertReason {
    /// The expert always says this.
    Constant,
    /// Game: first move, payoffs alone.
    FirstMove,
    /// Game: the last payoff was at or above its running mean, so stay.
    WinStay,
    /// Game: the last payoff was below its running mean, so shift.
    LoseShift,
    /// RL: this state was never visited.
    Unvisited,
    /// RL: learned action values differ.
    LearnedValue,
    /// Coherence: plausibility given what was shown before decides most.
    Plausible,
    /// Coherence: appropriateness for phase, stance and domain decides most.
    Appropriate,
    /// Coherence: the expected effect on the person decides most.
    Strategic,
    /// The host's own expert.
    External,
}

/// An expert's answer.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Proposal {
    /// Distribution over what to show.
    pub dist: EmotionDist,
    /// Why.
    pub reason: ExpertReason,
}

impl Proposal {
    /// All mass on `emotion`.
    pub fn fixed(emotion: Emotion) -> Self {
        let dist = core::array::from_fn(|e| f64::from(u8::from(e == emotion.index())));
        Self { dist, reason: ExpertReason::Constant }
    }

    /// Every emotion alike.
    pub const fn uniform() -> Self {
        Self { dist: [1.0 / EMOTIONS as f64; EMOTIONS], reason: ExpertReason::Constant }
    }
}

/// What the experts see.
#[derive(Clone, Debug)]
pub struct Situation {
    /// Belief over the person's emotion.
    pub emotion: EmotionDist,
    /// Belief over the person's stance.
    pub stance: StanceDist,
    /// What each display is expected to lead to.
    pub outlook: Outlook,
    /// What the agent really showed last; neutral at the start.
    pub own: Emotion,
    /// Where the agent's face and body are now.
    pub shown: Vad,
    /// Where the conversation stands.
    pub phase: Phase,
    /// How far apart the offers are.
    pub gap: GapBin,
    /// The conversation's domain.
    pub domain: Domain,
}

/// The remaining gap between the two latest offers, as a share of the initial one, in three bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[repr(u8)]
pub enum GapBin {
    /// Below a quarter.
    Small,
    /// In between.
    Medium,
    /// Above three fifths.
    Large,
}

impl GapBin {
    /// Number of bins.
    pub const COUNT: usize = 3;

    /// The bin of a remaining `share` of the gap.
    pub fn of(share: f64) -> Self {
        if share < 0.25 {
            Self::Small
        } else if share <= 0.6 {
            Self::Medium
        } else {
            Self::Large
        }
    }

    /// Position in arrays over bins.
    pub const fn index(self) -> usize {
        self as usize
    }
}
