//! What goes into a turn and what comes out.

use crate::bargain::{Move, MoveReason, Terms};
use crate::display::Display;
use crate::emotion::{EmotionDist, EmotionSet, StanceDist, Vad};
use crate::experts::{ExpertReason, MAX_EXPERTS, Proposal};
use crate::fusion::{Evidence, EvidenceError, MAX_EVIDENCE};
use crate::{Emotion, Phase};

/// What the counterpart did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Act {
    /// Nothing yet: the agent speaks first, or silence.
    #[default]
    Silence,
    /// Spoke without accepting, rejecting or leaving; may carry an offer.
    Talk,
    /// Rejected the agent's offer; may carry its own.
    Reject,
    /// Accepted the agent's latest offer.
    Accept,
    /// Left.
    Leave,
}

/// One turn's input.
#[derive(Clone, Debug, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Observation {
    /// What the channels sensed.
    pub evidence: heapless::Vec<Evidence, MAX_EVIDENCE>,
    /// What the counterpart did.
    pub act: Act,
    /// The counterpart's offer in the scenario's unit, if it named one.
    pub offer: Option<f64>,
    /// Where the conversation stands, if the host knows; the default comes from the turn count.
    pub phase: Option<Phase>,
    /// Emotions that may not be shown this turn, beside the mask.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "nothing_forbidden"))]
    pub forbid: EmotionSet,
    /// Seconds since the conversation began.
    pub time_s: f64,
    /// The external experts' distributions, in the order of the policy.
    pub external: heapless::Vec<EmotionDist, MAX_EXPERTS>,
}

impl Observation {
    /// Silence, and nothing sensed, `time_s` seconds into the conversation.
    #[inline(always)]
    pub const fn at(time_s: f64) -> Self {
        Self {
            evidence: heapless::Vec::new(),
            act: Act::Silence,
            offer: None,
            phase: None,
            time_s,
            external: heapless::Vec::new(),
            forbid: EmotionSet::EMPTY,
        }
    }
}

#[cfg(feature = "serde")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn nothing_forbidden(set: &EmotionSet) -> bool {
    set.is_empty()
}

/// A move in the scenario's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum MoveInUnits {
    /// First offer.
    Open(f64),
    /// New offer.
    Counter(f64),
    /// The standing offer again.
    Hold(f64),
    /// Agreement at this value.
    Accept(f64),
    /// The end without agreement.
    WalkAway,
}

impl MoveInUnits {
    pub(super) fn new(terms: &Terms, mv: Move) -> Self {
        match mv {
            Move::Open(z) => Self::Open(terms.value(z)),
            Move::Counter(z) => Self::Counter(terms.value(z)),
            Move::Hold(z) => Self::Hold(terms.value(z)),
            Move::Accept(z) => Self::Accept(terms.value(z)),
            Move::WalkAway => Self::WalkAway,
        }
    }

    /// The value named, if one is.
    pub const fn value(self) -> Option<f64> {
        match self {
            Self::Open(x) | Self::Counter(x) | Self::Hold(x) | Self::Accept(x) => Some(x),
            Self::WalkAway => None,
        }
    }

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Counter(_) => "counter",
            Self::Hold(_) => "hold",
            Self::Accept(_) => "accept",
            Self::WalkAway => "walk_away",
        }
    }
}

/// One turn's output.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Decision {
    /// The agent's turn, from 1.
    pub turn: u32,
    /// The phase that was decided in.
    pub phase: Phase,
    /// What to show.
    pub display: Display,
    /// Where face and body are heading.
    pub goal_vad: Vad,
    /// Where they are now.
    pub shown_vad: Vad,
    /// Masked mixture of the experts.
    pub mixture: EmotionDist,
    /// The distribution that the emotion was drawn from, exploration included.
    pub sampled: EmotionDist,
    /// Whether the emotion was an exploration.
    pub explored: bool,
    /// The mixture's probability of the emotion.
    pub confidence: f64,
    /// Emotions that the mask refused.
    pub refused: EmotionSet,
    /// Posterior over the experts, in the order of the policy.
    pub weights: heapless::Vec<f64, MAX_EXPERTS>,
    /// Their proposals.
    pub proposals: heapless::Vec<Proposal, MAX_EXPERTS>,
    /// Belief over the person's stance.
    pub stance: StanceDist,
    /// Belief over the person's emotion.
    pub emotion: EmotionDist,
    /// Expected valence of the person.
    pub valence: f64,
    /// Entropy of the emotion belief, in nats.
    pub uncertainty: f64,
    /// Conflict between the channels.
    pub conflict: f64,
    /// What to do about the offer.
    pub act: MoveInUnits,
    /// Why.
    pub act_reason: MoveReason,
    /// What the previous display earned, in [0, 1].
    pub earned: Option<f64>,
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Closing {
    /// The agreed value in the scenario's unit.
    pub deal: Option<f64>,
    /// The agent's utility of it; 0 for none.
    pub utility: f64,
    /// The reward that was learned from.
    pub reward: f64,
    /// Agent turns taken.
    pub turns: u32,
}

/// Why a turn was rejected.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The conversation is over.
    #[error("the conversation is closed: begin the next one")]
    Closed,
    /// The agent has no turn left.
    #[error("all {turns} turns of the agent are used: close the conversation")]
    DeadlinePassed {
        /// The agent's turns.
        turns: u32,
    },
    /// The counterpart accepted before the agent offered.
    #[error("act is accept but the agent has made no offer yet: report talk instead")]
    NothingToAccept,
    /// A piece of evidence is wrong.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The offer is not a number.
    #[error("offer is {0}: give a finite number in the scenario's unit")]
    Offer(f64),
    /// The deal is not a number.
    #[error("deal is {0}: give a finite number in the scenario's unit")]
    Deal(f64),
    /// Time went backward or is not a number.
    #[error("time_s is {now} after {before}: give seconds since the conversation began, never decreasing")]
    Time {
        /// The last turn's time.
        before: f64,
        /// This turn's time.
        now: f64,
    },
    /// Too few or too many external distributions.
    #[error("{found} external distributions for {expected} external experts: give one each")]
    ExternalCount {
        /// External experts in the policy.
        expected: usize,
        /// Distributions in the observation.
        found: usize,
    },
    /// An external distribution is wrong.
    #[error("external expert {index}: probability of {} is {value}: give numbers >= 0 that don't all vanish", .emotion.name())]
    External {
        /// Which one.
        index: usize,
        /// Which entry.
        emotion: Emotion,
        /// What it held.
        value: f64,
    },
}

pub(super) fn check_external(index: usize, dist: &EmotionDist) -> Result<(), StepError> {
    let mut sum = 0.0;
    for emotion in Emotion::ALL {
        let value = dist[emotion.index()];
        if !(value.is_finite() && value >= 0.0) {
            return Err(StepError::External { index, emotion, value });
        }
        sum += value;
    }
    if sum > 0.0 && sum.is_finite() {
        Ok(())
    } else {
        Err(StepError::External { index, emotion: Emotion::Joy, value: dist[0] })
    }
}

pub(super) fn external_proposal(dist: &EmotionDist) -> Proposal {
    let mut dist = *dist;
    crate::math::normalise(&mut dist);
    Proposal { dist, reason: ExpertReason::External }
}
