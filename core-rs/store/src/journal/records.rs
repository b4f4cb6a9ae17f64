//! The kinds of record and their payloads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chart::{Came, Told};
use crate::hex;
use crate::scenario::Scenario;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u16)]
pub enum Kind {
    /// What the run started from; first and only once. Payload: [`Header`].
    Header = 1,
    /// One decision. Payload: [`Step`].
    Step = 2,
    /// Words spoken. Payload: [`Said`].
    Said = 3,
    /// Anything else worth keeping. Payload: [`Note`].
    Note = 4,
    /// How a conversation ended. Payload: [`Outcome`].
    Outcome = 5,
    /// The writer finished in order. Payload: [`Close`].
    Close = 6,
    /// One step of the chart. Payload: [`ChartStep`].
    Chart = 7,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 7] =
        [Self::Header, Self::Step, Self::Said, Self::Note, Self::Outcome, Self::Close, Self::Chart];

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Step => "step",
            Self::Said => "said",
            Self::Note => "note",
            Self::Outcome => "outcome",
            Self::Close => "close",
            Self::Chart => "chart",
        }
    }

    /// The kind called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }

    /// Version of the payload that this build writes, and the newest that it reads.
    pub const fn version(self) -> u16 {
        1
    }

    pub(super) fn known(kind: u16, version: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|k| *k as u16 == kind && (1..=k.version()).contains(&version))
    }
}

/// Everything a replay starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of each part that takes decisions, by its name.
    pub versions: BTreeMap<String, String>,
    /// Seed of every random draw.
    pub seed: u64,
    /// [`Scenario::hash`], as it was when the run started.
    pub scenario_hash: String,
    /// The scenario itself.
    pub scenario: Scenario,
    /// Configuration of the policy, in the host's own terms.
    pub configuration: Value,
    /// What the agent had learned before; empty when it starts fresh.
    #[serde(with = "hex", default)]
    pub learned_state: Vec<u8>,
    /// The chart that the conversation runs on, as TOML; none in journals without chart steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<String>,
    /// When the run started, RFC 3339; told by the caller, since this crate reads no clock.
    pub created_at: String,
}

impl Header {
    /// A header for `scenario` with nothing learned, no configuration and this crate's version.
    pub fn new(scenario: Scenario, seed: u64, created_at: impl Into<String>) -> Self {
        Self {
            versions: BTreeMap::from([("emomas-store".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]),
            seed,
            scenario_hash: scenario.hash(),
            scenario,
            configuration: Value::Null,
            learned_state: Vec::new(),
            chart: None,
            created_at: created_at.into(),
        }
    }
}

/// One decision with what it was taken on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step<O = Value, D = Value> {
    /// The agent's turn, from 1.
    pub turn: u32,
    /// What went in.
    pub observation: O,
    /// What came out.
    pub decision: D,
}

/// One step of the chart: what it was told and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartStep<T = Told, C = Came> {
    /// The agent's turns taken until then.
    pub turn: u32,
    /// What went in.
    pub told: T,
    /// What came out.
    pub came: C,
}

/// Who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The agent.
    Agent,
    /// The person.
    Counterpart,
}

/// Words spoken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The speaker's turn, from 1.
    pub turn: u32,
    /// Who spoke.
    pub speaker: Speaker,
    /// What was said.
    pub text: String,
    /// How the words came about, in the host's own terms; older journals have none. No replay compares it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub details: Value,
}

/// Anything else worth keeping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// What it is about, e.g. "guard".
    pub topic: String,
    /// In words.
    pub text: String,
    /// In data.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
}

/// How a conversation ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The end's name, e.g. "agreed" or "left".
    pub result: String,
    /// The agreed value, in the scenario's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// How many turns the agent took.
    pub turns: u32,
    /// Rewards and whatever else the host measures.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub detail: Value,
}

/// The writer finished in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Close {
    /// Why it finished, e.g. "end of run".
    pub reason: String,
}
