//! Many episodes: runs in parallel, episodes within a run in order, learning carried from one to the next.
//!
//! Results depend on the seed alone, never on the number of threads.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use emomas_core::agent::{Config, ConfigError, Core, Policy, StepError};
use emomas_core::emotion::EMOTIONS;
use emomas_core::rng::Rng;
use emomas_store::Scenario;
use emomas_store::session::configuration;
use rayon::prelude::*;

use crate::dialogue::{Dialogue, End};
use crate::person::Persona;
use crate::world::World;

/// Which world each run is played in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorldKind {
    /// The frozen parameters.
    Standard,
    /// Emotion has no effect.
    Placebo,
    /// Every effect of emotion has the opposite sign.
    Flipped,
    /// Each run draws its parameters from their ranges.
    Sweep,
}

impl WorldKind {
    /// The world called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "standard" => Some(Self::Standard),
            "placebo" => Some(Self::Placebo),
            "flipped" => Some(Self::Flipped),
            "sweep" => Some(Self::Sweep),
            _ => None,
        }
    }

    /// The world of one run.
    pub fn world(self, run_seed: u64) -> Cow<'static, World> {
        match self {
            Self::Standard => Cow::Borrowed(World::standard()),
            Self::Placebo => Cow::Owned(World::placebo()),
            Self::Flipped => Cow::Owned(World::flipped()),
            Self::Sweep => Cow::Owned(World::sweep(run_seed)),
        }
    }
}

/// Most episodes of one batch: about 2 GB of results.
pub const MOST_EPISODES: usize = 10_000_000;

/// What to play.
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    /// Each episode draws one of these.
    pub scenarios: &'a [Scenario],
    /// Each episode draws one of these.
    pub personas: &'a [Persona],
    /// Who plays.
    pub policy: Policy,
    /// Where.
    pub world: WorldKind,
    /// Independent runs.
    pub runs: usize,
    /// Episodes per run.
    pub episodes: usize,
    /// Seed of everything.
    pub seed: u64,
}

/// Why a batch can't be played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Nothing to play on, or with.
    #[error("no {0} given: name at least one")]
    Empty(&'static str),
    /// More results than memory should hold, or none.
    #[error("runs x episodes is {runs} x {episodes}: give 1 to {MOST_EPISODES} conversations altogether")]
    Size {
        /// Independent runs.
        runs: usize,
        /// Episodes per run.
        episodes: usize,
    },
    /// A scenario doesn't make a configuration.
    #[error("scenario {scenario}: {source}")]
    Config {
        /// Its id.
        scenario: String,
        /// Why.
        source: ConfigError,
    },
    /// A turn failed; a simulated person never causes this.
    #[error("scenario {scenario}: {source}")]
    Step {
        /// Its id.
        scenario: String,
        /// Why.
        source: StepError,
    },
    /// The caller asked to stop.
    #[error("stopped")]
    Stopped,
}

/// One episode's result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Episode {
    /// The run.
    pub run: u32,
    /// The episode within the run.
    pub episode: u32,
    /// Index of the scenario.
    pub scenario: u32,
    /// Counterpart type.
    pub persona: Persona,
    /// Index of the hidden stance.
    pub stance: u8,
    /// How it ended.
    pub end: End,
    /// Agent turns.
    pub turns: u32,
    /// Agreed value in the scenario's unit; NaN without a deal.
    pub deal: f64,
    /// The agent's utility, 0 without a deal (intent to treat).
    pub utility: f64,
    /// The person's utility, 0 without a deal.
    pub counterpart_utility: f64,
    /// The person's liking of the agent, in SD.
    pub liking: f64,
    /// The person's satisfaction, in SD.
    pub satisfaction: f64,
    /// Probability that the person keeps its promise.
    pub compliance: f64,
    /// Reward that the agent learned from at the end.
    pub reward: f64,
    /// How often each emotion was shown.
    pub shown: [u16; EMOTIONS],
    /// Experts' first choices that the mask refused.
    pub refusals: u32,
}

impl Batch<'_> {
    /// Plays all runs on rayon's current thread pool. `done` counts finished episodes; setting `stop` ends the batch
    /// after the episodes in play.
    pub fn play(&self, done: &AtomicUsize, stop: &AtomicBool) -> Result<Vec<Episode>, BatchError> {
        let mut episodes = vec![None; self.size()?];
        self.play_into(&mut episodes, |episode, place| *place = Some(*episode), done, stop)?;
        Ok(episodes.into_iter().flatten().collect())
    }

    /// The same; `keep` puts each episode into its place, run by run. There must be [`Self::size`] places.
    pub fn play_into<T: Send>(
        &self,
        places: &mut [T],
        keep: impl Fn(&Episode, &mut T) + Sync,
        done: &AtomicUsize,
        stop: &AtomicBool,
    ) -> Result<(), BatchError> {
        if self.scenarios.is_empty() {
            return Err(BatchError::Empty("scenario"));
        }
        if self.personas.is_empty() {
            return Err(BatchError::Empty("counterpart type"));
        }
        self.size()?;
        let configs = self.configs()?;
        // Run by run, so that a thread that the system holds up leaves little behind.
        let runs = places.par_chunks_mut(self.episodes).enumerate().with_max_len(1);
        runs.try_for_each(|(run, places)| {
            let mut places = places.iter_mut();
            self.run(run, &configs, stop, |episode| {
                if let Some(place) = places.next() {
                    keep(episode, place);
                }
                done.fetch_add(1, Ordering::Relaxed);
            })
        })
    }

    /// Number of episodes, bounded before anything is allocated for them.
    pub fn size(&self) -> Result<usize, BatchError> {
        let Self { runs, episodes, .. } = *self;
        let total = runs.checked_mul(episodes).filter(|n| (1..=MOST_EPISODES).contains(n));
        total.ok_or(BatchError::Size { runs, episodes })
    }

    fn configs(&self) -> Result<Vec<Config>, BatchError> {
        self.scenarios
            .iter()
            .map(|scenario| {
                let config = configuration(scenario, self.policy.clone());
                config.check().map_err(|source| BatchError::Config { scenario: scenario.id.clone(), source })?;
                Ok(config)
            })
            .collect()
    }

    /// One run. Never inlined: it keeps a core on the stack (hundreds of kilobytes), and rayon's halving of many runs
    /// would keep one at every depth.
    #[inline(never)]
    fn run(
        &self,
        run: usize,
        configs: &[Config],
        stop: &AtomicBool,
        mut keep: impl FnMut(&Episode),
    ) -> Result<(), BatchError> {
        let run_seed = Rng::keyed(self.seed, &[run as u64]).next_u64();
        let world = self.world.world(run_seed);
        let failed = |index: usize, source| BatchError::Config { scenario: self.scenarios[index].id.clone(), source };
        // The first of the conversations below begins it once more; nothing is learned in between.
        let mut core = Core::new(configs[0].clone(), run_seed).map_err(|source| failed(0, source))?;
        for number in 0..self.episodes {
            if stop.load(Ordering::Relaxed) {
                return Err(BatchError::Stopped);
            }
            let mut rng = Rng::keyed(run_seed, &[number as u64]);
            let index = rng.below(self.scenarios.len());
            let persona = self.personas[rng.below(self.personas.len())];
            let seed = rng.next_u64();
            let scenario = &self.scenarios[index];
            core.begin(configs[index].clone(), seed).map_err(|source| failed(index, source))?;
            let mut episode = play(&mut core, &world, scenario, persona, seed)
                .map_err(|source| BatchError::Step { scenario: scenario.id.clone(), source })?;
            (episode.run, episode.episode, episode.scenario) = (run as u32, number as u32, index as u32);
            keep(&episode);
        }
        Ok(())
    }
}

fn play(
    core: &mut Core,
    world: &World,
    scenario: &Scenario,
    persona: Persona,
    seed: u64,
) -> Result<Episode, StepError> {
    let mut dialogue = Dialogue::new(world, scenario, persona, seed);
    let mut shown = [0; EMOTIONS];
    let refused_before: u64 = core.learned().refusals.iter().sum();
    let closing = dialogue.play(core, |decision| shown[decision.display.emotion.index()] += 1)?;
    let refused: u64 = core.learned().refusals.iter().sum();
    let readout = dialogue.person().readout(world);
    Ok(Episode {
        run: 0,
        episode: 0,
        scenario: 0,
        persona,
        stance: dialogue.person().traits().stance.map_or(0, |s| s as u8),
        end: dialogue.end().unwrap_or(End::AgentLeft),
        turns: closing.turns,
        deal: closing.deal.unwrap_or(f64::NAN),
        utility: closing.utility,
        counterpart_utility: closing.deal.map_or(0.0, |deal| counterpart_utility(scenario, deal)),
        liking: readout.liking,
        satisfaction: readout.satisfaction,
        compliance: readout.compliance,
        reward: closing.reward,
        shown,
        refusals: (refused - refused_before) as u32,
    })
}

/// The person's utility of a deal: 1 at its target, 0 at its reservation value.
fn counterpart_utility(scenario: &Scenario, deal: f64) -> f64 {
    let terms = scenario.terms();
    let worst = terms.share(scenario.counterpart.reservation);
    if worst < 1.0 { (terms.share(deal) - worst) / (1.0 - worst) } else { 1.0 }
}
