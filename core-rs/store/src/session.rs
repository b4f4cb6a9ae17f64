//! A core whose every turn is on disk before anybody acts on it.

use std::collections::BTreeMap;
use std::path::Path;

use emomas_chart::{ChartError, Machine};
use emomas_core::agent::{Closing, Config, ConfigError, Core, Decision, Observation, Policy, SnapshotError, StepError};
use serde::Serialize;
use serde_json::Value;

use crate::chart::{self, Came, Told};
use crate::journal::{ChartStep, Durability, Header, Journal, Kind, Note, Outcome, Said, Speaker, Step};
use crate::{Scenario, StoreError};

/// Why a session can't go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The scenario and the policy don't make a configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The learned state can't be restored.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The chart can't be built, or was told what it has no place for.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The turn was rejected.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The journal can't be written or read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The core's configuration for a scenario.
pub fn configuration(scenario: &Scenario, policy: Policy) -> Config {
    let mut config = Config::new(scenario.domain, scenario.parties.role, scenario.terms());
    config.forbid = scenario.norms.forbidden();
    config.policy = policy;
    config
}

/// A turn on the widest vectors that the CPU has; the same bits as [`Core::step`].
pub fn step(core: &mut Core, observation: &Observation) -> Result<Decision, StepError> {
    emomas_wide::widest(Turn { core, observation })
}

struct Turn<'a> {
    core: &'a mut Core,
    observation: &'a Observation,
}

impl emomas_wide::Work for Turn<'_> {
    type Output = Result<Decision, StepError>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        self.core.step(self.observation)
    }
}

/// One conversation: a core and, if wanted, its journal.
#[derive(Debug)]
pub struct Session {
    core: Box<Core>,
    journal: Option<Journal>,
}

impl Session {
    /// A conversation with a core that knows what `learned` (a snapshot, empty for nothing) says.
    pub fn new(config: Config, seed: u64, learned: &[u8]) -> Result<Self, SessionError> {
        let mut core = Box::new(Core::new(config.clone(), seed)?);
        if !learned.is_empty() {
            core.restore(learned)?;
            // What was learned goes on; the conversation is a new one.
            core.begin(config, seed)?;
        }
        Ok(Self { core, journal: None })
    }

    /// Starts the next conversation with what was learned so far, without a journal; the experts must stay the same.
    pub fn begin(&mut self, config: Config, seed: u64) -> Result<(), SessionError> {
        self.core.begin(config, seed)?;
        self.journal = None;
        Ok(())
    }

    /// Starts writing to a new journal at `path`; only before the first turn. `chart` is what [`Session::tell`] will run.
    pub fn record(
        &mut self,
        path: impl AsRef<Path>,
        scenario: &Scenario,
        seed: u64,
        created_at: &str,
        chart: Option<&Machine>,
    ) -> Result<(), SessionError> {
        let mut header = Header::new(scenario.clone(), seed, created_at);
        header.versions = BTreeMap::from([("emomas".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]);
        header.configuration = value(self.core.config());
        if self.core.has_learned() {
            header.learned_state = self.snapshot()?;
        }
        header.chart = chart.map(|machine| chart::to_toml(machine.chart().source()));
        self.journal = Some(Journal::create(path, &header, Durability::EveryRecord)?);
        Ok(())
    }

    /// The core.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// The core, for turns that are not journalled (simulations).
    pub fn core_mut(&mut self) -> &mut Core {
        &mut self.core
    }

    /// Whether turns are journalled.
    pub const fn is_recorded(&self) -> bool {
        self.journal.is_some()
    }

    /// One turn, durable on return. When the journal can't be written, the turn has not happened.
    #[inline]
    pub fn step(&mut self, observation: &Observation) -> Result<Decision, SessionError> {
        if self.journal.is_some() { self.recorded(observation) } else { Ok(step(&mut self.core, observation)?) }
    }

    fn recorded(&mut self, observation: &Observation) -> Result<Decision, SessionError> {
        let before = self.core.clone();
        let decision = step(&mut self.core, observation)?;
        let record = Step { turn: decision.turn, observation, decision: &decision };
        if let Err(error) = self.append(Kind::Step, &record) {
            self.core = before;
            return Err(error);
        }
        Ok(decision)
    }

    /// One step of the chart, durable on return. When the journal can't be written, it has not happened.
    pub fn tell(&mut self, machine: &mut Machine, told: &Told) -> Result<Came, SessionError> {
        let Some(journal) = &mut self.journal else {
            return Ok(chart::tell(machine, told)?);
        };
        let before = machine.clone();
        let came = chart::tell(machine, told)?;
        let record = ChartStep { turn: self.core.turn(), told, came: &came };
        if let Err(error) = journal.append(Kind::Chart, &record) {
            *machine = before;
            return Err(error.into());
        }
        Ok(came)
    }

    /// Keeps what was said, and how the words came about (`Value::Null` when there is nothing to tell).
    pub fn said(&mut self, speaker: Speaker, text: &str, details: Value) -> Result<(), SessionError> {
        let turn = self.core.turn();
        self.append(Kind::Said, &Said { turn, speaker, text: text.to_owned(), details })
    }

    /// Keeps anything else.
    pub fn note(&mut self, note: &Note) -> Result<(), SessionError> {
        self.append(Kind::Note, note)
    }

    /// Ends the conversation and learns from it, durable on return.
    pub fn close(&mut self, deal: Option<f64>, result: &str) -> Result<Closing, SessionError> {
        let before = self.journal.is_some().then(|| self.core.clone());
        let closing = self.core.close(deal)?;
        let outcome =
            Outcome { result: result.to_owned(), value: closing.deal, turns: closing.turns, detail: value(&closing) };
        if let Err(error) = self.append(Kind::Outcome, &outcome) {
            if let Some(before) = before {
                self.core = before;
            }
            return Err(error);
        }
        Ok(closing)
    }

    /// Everything learned and the conversation's state, as versioned bytes.
    pub fn snapshot(&self) -> Result<Vec<u8>, SnapshotError> {
        let mut bytes = vec![0; self.core.snapshot_len()];
        self.core.snapshot(&mut bytes)?;
        Ok(bytes)
    }

    fn append(&mut self, kind: Kind, payload: &impl Serialize) -> Result<(), SessionError> {
        if let Some(journal) = &mut self.journal {
            journal.append(kind, payload)?;
        }
        Ok(())
    }
}

/// JSON of a plain data type; its maps have text keys, so it can't fail.
fn value(data: &impl Serialize) -> Value {
    serde_json::to_value(data).unwrap_or_default()
}
