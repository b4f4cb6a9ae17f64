//! What is fixed for a conversation.

use crate::affect::{Dynamics, Personality};
use crate::bargain::{Terms, TermsError};
use crate::belief::Learning;
use crate::emotion::EmotionSet;
use crate::experts::{ExpertKind, MAX_EXPERTS};
use crate::orchestrator::{Rates, Selection};
use crate::reward::RewardWeights;
use crate::{Domain, Role};

/// Which experts decide, and how.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Policy {
    /// The experts, in order.
    pub experts: heapless::Vec<ExpertKind, MAX_EXPERTS>,
    /// How the emotion is chosen from their mixture.
    pub selection: Selection,
    /// Learning rates of the posterior over experts.
    pub rates: Rates,
    /// Switches the mask off; for laboratory worlds without people.
    pub unsafe_unmasked: bool,
}

impl Policy {
    /// A policy of `experts` (more than [`MAX_EXPERTS`] are cut off) with default rates and the mask on.
    pub fn of(experts: &[ExpertKind], selection: Selection) -> Self {
        let kept = &experts[..experts.len().min(MAX_EXPERTS)];
        Self {
            experts: heapless::Vec::from_slice(kept).unwrap_or_default(),
            selection,
            rates: Rates::default(),
            unsafe_unmasked: false,
        }
    }

    /// EmoMAS: game theory, reinforcement learning and coherence under the Bayesian orchestrator.
    pub fn emomas() -> Self {
        Self::of(&[ExpertKind::Game, ExpertKind::Rl, ExpertKind::Coherence], Selection::Argmax)
    }
}

/// Everything that is fixed for a conversation.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Config {
    /// The domain.
    pub domain: Domain,
    /// Who the person is to the agent.
    pub role: Role,
    /// What is negotiated.
    pub terms: Terms,
    /// Emotions that this scenario's norms forbid, beside the built-in mask.
    pub forbid: EmotionSet,
    /// Which experts decide, and how.
    pub policy: Policy,
    /// The agent's temperament.
    pub personality: Personality,
    /// How its shown affect moves.
    pub dynamics: Dynamics,
    /// Weights of the turn's reward.
    pub reward: RewardWeights,
    /// How the belief's transitions learn; none keeps them as they are.
    pub learning: Option<Learning>,
}

impl Config {
    /// Defaults of the domain: EmoMAS policy, average temperament, slow forgetting.
    pub fn new(domain: Domain, role: Role, terms: Terms) -> Self {
        Self {
            domain,
            role,
            terms,
            forbid: EmotionSet::EMPTY,
            policy: Policy::emomas(),
            personality: Personality::default(),
            dynamics: Dynamics::default(),
            reward: RewardWeights::of(domain),
            learning: Some(Learning { forget: 0.999 }),
        }
    }

    /// Checks every field.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.terms.check()?;
        if self.policy.experts.is_empty() {
            return Err(ConfigError::NoExpert);
        }
        self.personality.check().map_err(|(field, value)| ConfigError::OutOfRange { field, value, range: "[0, 1]" })?;
        let rates = &self.policy.rates;
        let forget = self.learning.map_or(1.0, |l| l.forget);
        for (field, value, ok, range) in [
            ("eta", rates.eta, rates.eta >= 0.0 && rates.eta <= 10.0, "[0, 10]"),
            ("share", rates.share, (0.0..1.0).contains(&rates.share), "[0, 1)"),
            ("explore", rates.explore, (0.0..=1.0).contains(&rates.explore), "[0, 1]"),
            ("shrink", rates.shrink, rates.shrink >= 0.0 && rates.shrink.is_finite(), "[0, inf)"),
            ("forget", forget, forget > 0.0 && forget <= 1.0, "(0, 1]"),
        ] {
            if !ok {
                return Err(ConfigError::OutOfRange { field, value, range });
            }
        }
        let pace = match self.dynamics {
            Dynamics::First { tau_s } => [("tau_s", tau_s), ("tau_s", tau_s)],
            Dynamics::Second { omega, zeta } => [("omega", omega), ("zeta", zeta)],
        };
        for (field, value) in pace {
            if !(value > 0.0 && value.is_finite()) {
                return Err(ConfigError::OutOfRange { field, value, range: "(0, inf)" });
            }
        }
        let w = &self.reward;
        if !(w.concession >= 0.0 && w.valence >= 0.0 && (w.concession + w.valence - 1.0).abs() < 1e-9) {
            return Err(ConfigError::RewardWeights { concession: w.concession, valence: w.valence });
        }
        Ok(())
    }
}

/// Why a configuration can't be used.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The terms contradict themselves.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// No expert.
    #[error("policy has no expert: name at least one")]
    NoExpert,
    /// Learned state belongs to other experts.
    #[error("the experts changed between conversations: learned weights belong to the list they were learned with")]
    ExpertsChanged,
    /// A number is out of range.
    #[error("{field} is {value}: give a number in {range}")]
    OutOfRange {
        /// The field's name.
        field: &'static str,
        /// What it held.
        value: f64,
        /// What is allowed.
        range: &'static str,
    },
    /// The reward's weights don't sum to 1.
    #[error("reward weights are concession {concession}, valence {valence}: give two numbers >= 0 that sum to 1")]
    RewardWeights {
        /// Weight of the concession.
        concession: f64,
        /// Weight of the valence change.
        valence: f64,
    },
}
