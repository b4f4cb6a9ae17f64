//! The loop: one [`Core`] per conversation partner, one [`Core::step`] per turn.

mod config;
mod learned;
mod policies;
mod snapshot;
mod step;
mod turn;

pub use config::{Config, ConfigError, Policy};
pub use learned::Learned;
pub use snapshot::{SNAPSHOT_VERSION, SnapshotError};
pub use turn::{Act, Closing, Decision, MoveInUnits, Observation, StepError};

use crate::affect::Affect;
use crate::bargain::Bargainer;
use crate::belief::Belief;
use crate::emotion::{Emotion, EmotionDist, StanceDist};
use crate::reward;

/// State of one conversation.
#[derive(Clone, Debug, PartialEq)]
struct Episode {
    seed: u64,
    turn: u32,
    closed: bool,
    belief: Belief,
    affect: Affect,
    bargainer: Bargainer,
    /// What the agent showed last.
    shown: Option<Emotion>,
    /// Latest offers as shares of the gap.
    own_share: Option<f64>,
    their_share: Option<f64>,
    /// The belief's stance and valence when the last display was chosen.
    stance_before: StanceDist,
    valence_before: f64,
    stalled: u32,
    time_s: f64,
}

crate::persist_fields!(
    Episode: seed, turn, closed, belief, affect, bargainer, shown, own_share, their_share, stance_before,
    valence_before, stalled, time_s
);

impl Episode {
    fn new(config: &Config, seed: u64) -> Self {
        let belief = Belief::default();
        Self {
            seed,
            turn: 0,
            closed: false,
            stance_before: belief.stance(),
            valence_before: belief.valence(),
            belief,
            affect: Affect::new(&config.personality),
            bargainer: Bargainer::new(&config.terms),
            shown: None,
            own_share: None,
            their_share: None,
            stalled: 0,
            time_s: 0.0,
        }
    }
}

/// The decision loop with everything it has learned.
///
/// `step` allocates nothing, reads no clock and can't panic on any checked input.
#[derive(Clone, Debug, PartialEq)]
pub struct Core {
    config: Config,
    learned: Learned,
    episode: Episode,
}

impl Core {
    /// A core that has learned nothing, at the start of its first conversation.
    pub fn new(config: Config, seed: u64) -> Result<Self, ConfigError> {
        config.check()?;
        let learned = Learned::new(config.policy.experts.len());
        let episode = Episode::new(&config, seed);
        Ok(Self { config, learned, episode })
    }

    /// Starts the next conversation with what was learned so far; the experts must stay the same.
    pub fn begin(&mut self, config: Config, seed: u64) -> Result<(), ConfigError> {
        config.check()?;
        if config.policy.experts != self.config.policy.experts {
            return Err(ConfigError::ExpertsChanged);
        }
        self.episode = Episode::new(&config, seed);
        self.config = config;
        self.learned.begin();
        Ok(())
    }

    /// The configuration.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What was learned.
    pub const fn learned(&self) -> &Learned {
        &self.learned
    }

    /// Whether anything was learned yet.
    pub fn has_learned(&self) -> bool {
        self.learned != Learned::new(self.config.policy.experts.len())
    }

    /// The belief about the person.
    pub const fn belief(&self) -> &Belief {
        &self.episode.belief
    }

    /// The bargaining state.
    pub const fn bargainer(&self) -> &Bargainer {
        &self.episode.bargainer
    }

    /// Turns taken so far.
    pub const fn turn(&self) -> u32 {
        self.episode.turn
    }

    /// Time of the last turn, in seconds since the conversation began.
    pub const fn time_s(&self) -> f64 {
        self.episode.time_s
    }

    /// Whether the conversation was closed.
    pub const fn is_closed(&self) -> bool {
        self.episode.closed
    }

    /// Where the agent's face and body are at `time_s` seconds into the conversation, without taking a turn.
    pub fn shown_at(&self, time_s: f64) -> crate::Vad {
        let mut affect = self.episode.affect;
        affect.advance(&self.config.personality, &self.config.dynamics, time_s - self.episode.time_s);
        affect.vad()
    }

    /// Value of each display over `depth` turns (1 to 3); on request, not part of the step.
    pub fn plan_display(&self, depth: u32) -> EmotionDist {
        crate::experts::game::plan(&self.episode.belief, &self.learned.transitions, depth)
    }

    /// Ends the conversation and learns from its outcome. `deal` is the agreed value in the scenario's unit, none for an
    /// impasse. Closing twice is an error.
    pub fn close(&mut self, deal: Option<f64>) -> Result<Closing, StepError> {
        if self.episode.closed {
            return Err(StepError::Closed);
        }
        if let Some(value) = deal
            && !value.is_finite()
        {
            return Err(StepError::Deal(value));
        }
        let terms = &self.config.terms;
        let share = deal.map(|value| terms.share(value));
        let turns = self.episode.turn;
        let outcome = reward::outcome(terms, share, turns);
        self.learned.close(outcome, &self.config.policy.rates);
        self.episode.closed = true;
        let utility = share.map_or(0.0, |z| terms.utility(z));
        Ok(Closing { deal, utility, reward: outcome, turns })
    }
}
