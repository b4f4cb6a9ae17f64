//! The state behind a handle.

use emomas_core::Core;
use emomas_store::Scenario;
use emomas_store::session::configuration;

use crate::codes::Status;
use crate::failure::{Failure, Refusal};
use crate::types::{ALIGN_BYTES, Closing, Decision, Observation, SIZE_BYTES};
use crate::{convert, policy};

/// Marks memory that holds a live agent.
pub(crate) const MAGIC: u64 = u64::from_le_bytes(*b"EMOMASag");

// The header's constants let the caller set memory aside at compile time.
const _: () = assert!(size_of::<Agent>() <= SIZE_BYTES && align_of::<Agent>() <= ALIGN_BYTES);

/// Longest text of a refused scenario that is kept, in bytes.
const TEXT_BYTES: usize = 400;

/// What the last failed call said.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "the agent's memory is fixed; there is no heap to move the text to")]
pub(crate) enum Last {
    Fine,
    Failed(Failure),
    Refused(Status, heapless::String<TEXT_BYTES>),
}

/// A handle: one conversation partner's decision loop with everything it has learned.
#[derive(Debug)]
pub struct Agent {
    pub(crate) magic: u64,
    last: Last,
    core: Core,
}

impl Agent {
    /// An agent at the start of its first conversation. The heap is used while reading, and given back.
    pub(crate) fn new(scenario_toml: &str, seed: u64, policy: Option<&str>) -> Result<Self, Refusal> {
        let policy = policy::parse(policy)?;
        let scenario = Scenario::from_toml(scenario_toml)?;
        let core = Core::new(configuration(&scenario, policy), seed)?;
        Ok(Self { magic: MAGIC, last: Last::Fine, core })
    }

    /// Starts the next conversation; policy and temperament stay.
    pub(crate) fn begin(&mut self, scenario_toml: &str, seed: u64) -> Result<(), Refusal> {
        let scenario = Scenario::from_toml(scenario_toml)?;
        let before = self.core.config();
        let mut config = configuration(&scenario, before.policy.clone());
        config.personality = before.personality;
        Ok(self.core.begin(config, seed)?)
    }

    pub(crate) fn step(&mut self, observation: &Observation) -> Result<Decision, Failure> {
        let observation = convert::observation(observation)?;
        Ok(convert::decision(&emomas_store::session::step(&mut self.core, &observation)?))
    }

    pub(crate) fn close(&mut self, has_deal: u8, deal: f64) -> Result<Closing, Failure> {
        let deal = convert::flag("has_deal", has_deal)?.then_some(deal);
        let closing = self.core.close(deal)?;
        Ok(Closing { utility: closing.utility, reward: closing.reward, turns: closing.turns })
    }

    pub(crate) fn shown_at(&self, time_s: f64) -> Result<[f64; 3], Failure> {
        let before = self.core.time_s();
        if !(time_s.is_finite() && time_s >= before) {
            return Err(emomas_core::agent::StepError::Time { before, now: time_s }.into());
        }
        Ok(self.core.shown_at(time_s))
    }

    pub(crate) fn snapshot_bytes(&self) -> usize {
        self.core.snapshot_len()
    }

    pub(crate) fn snapshot(&self, bytes: &mut [u8]) -> Result<(), Failure> {
        self.core.snapshot(bytes)?;
        Ok(())
    }

    pub(crate) fn restore(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        Ok(self.core.restore(bytes)?)
    }

    /// What the last failed call said.
    pub(crate) const fn last(&self) -> &Last {
        &self.last
    }

    /// Runs `call` and keeps what is wrong with it.
    pub(crate) fn answer(&mut self, call: impl FnOnce(&mut Self) -> Result<(), Failure>) -> Status {
        match call(self) {
            Ok(()) => Status::Ok,
            Err(failure) => {
                self.last = Last::Failed(failure);
                failure.status()
            }
        }
    }

    /// Keeps what was wrong with a scenario.
    pub(crate) fn refuse(&mut self, refusal: &Refusal) -> Status {
        let mut text = heapless::String::new();
        for c in refusal.to_string().chars() {
            if text.push(c).is_err() {
                break;
            }
        }
        self.last = Last::Refused(refusal.status(), text);
        refusal.status()
    }
}
