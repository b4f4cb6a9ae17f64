//! Everything that outlives a conversation.

use crate::belief::Transitions;
use crate::emotion::{EMOTIONS, Emotion, EmotionDist, EmotionSet, StanceDist};
use crate::experts::coherence::Coherence;
use crate::experts::game::Game;
use crate::experts::rl::Rl;
use crate::math;
use crate::orchestrator::{Orchestrator, Rates};

/// Learned state of all parts, with counts for reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// How stance and emotion move.
    pub transitions: Transitions,
    /// The game expert's memory.
    pub game: Game,
    /// The RL expert's action values.
    pub rl: Rl,
    /// The coherence expert's rewards.
    pub coherence: Coherence,
    /// The posterior over experts.
    pub orchestrator: Orchestrator,
    /// Per emotion: how often the mask refused an expert's first choice.
    pub refusals: [u64; EMOTIONS],
    /// Finished conversations.
    pub episodes: u64,
}

crate::persist_fields!(Learned: transitions, game, rl, coherence, orchestrator, refusals, episodes);

impl Learned {
    pub(super) fn new(experts: usize) -> Self {
        Self {
            transitions: Transitions::default(),
            game: Game::default(),
            rl: Rl::default(),
            coherence: Coherence::default(),
            orchestrator: Orchestrator::new(experts),
            refusals: [0; EMOTIONS],
            episodes: 0,
        }
    }

    /// Drops what an unfinished conversation left open.
    pub(super) fn begin(&mut self) {
        self.game.begin();
        self.rl.begin();
        self.orchestrator.begin();
    }

    /// Every part learns from the reaction to what was shown.
    #[inline(always)]
    pub(super) fn learn(
        &mut self,
        shown: Emotion,
        reaction: &EmotionDist,
        stance_before: &StanceDist,
        reward: f64,
        rl_state: usize,
        rates: &Rates,
    ) {
        self.game.learn(shown, reaction);
        self.rl.learn(reward, Some(rl_state));
        self.coherence.learn(shown, stance_before, reward);
        self.orchestrator.reward(reward, rates);
    }

    #[inline(always)]
    pub(super) fn count_refusals(&mut self, proposals: &[EmotionDist], refused: EmotionSet) {
        for dist in proposals {
            let first = Emotion::ALL[math::argmax(dist)];
            if refused.contains(first) {
                self.refusals[first.index()] += 1;
            }
        }
    }

    pub(super) fn close(&mut self, outcome: f64, rates: &Rates) {
        self.rl.learn(outcome, None);
        self.orchestrator.close(outcome, rates);
        self.episodes += 1;
        self.begin();
    }
}
