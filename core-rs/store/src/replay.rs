//! Replay: every decision and chart step of a journal taken again and compared bit for bit.

use std::path::Path;

use emomas_chart::{Capacity, Machine};
use emomas_core::agent::{Closing, Config, Decision, Observation};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::StoreError;
use crate::chart;
use crate::journal::{ChartStep, Header, Kind, Outcome, Read, Record, Said, Step, read};
use crate::session::{Session, SessionError};

/// A journal, replayed.
#[derive(Debug)]
pub struct Replay {
    /// What the run started from.
    pub header: Header,
    /// Its turns.
    pub turns: Vec<ReplayedTurn>,
    /// The steps of its chart.
    pub chart: Vec<ReplayedChartStep>,
    /// How the conversation ended, if it did.
    pub outcome: Option<Outcome>,
    /// First difference between the journalled and the replayed outcome.
    pub outcome_difference: Option<String>,
    /// Records of kinds that this build doesn't know.
    pub skipped: u64,
    /// Bytes of a torn last record.
    pub torn_bytes: u64,
}

/// One turn, replayed.
#[derive(Debug)]
pub struct ReplayedTurn {
    /// What went in.
    pub observation: Observation,
    /// What came out now.
    pub decision: Decision,
    /// What was said since: speaker and text.
    pub said: Vec<Said>,
    /// First difference from the journal: the field's path, then and now.
    pub difference: Option<String>,
}

/// One step of the chart, replayed.
#[derive(Debug)]
pub struct ReplayedChartStep {
    /// What went in, and what comes out now.
    pub step: ChartStep,
    /// First difference from the journal: the field's path, then and now.
    pub difference: Option<String>,
}

impl Replay {
    /// Whether every decision, chart step and the outcome came out the same, bit for bit.
    pub fn is_identical(&self) -> bool {
        self.outcome_difference.is_none()
            && self.turns.iter().all(|t| t.difference.is_none())
            && self.chart.iter().all(|s| s.difference.is_none())
    }
}

/// Replays the journal at `path` on a fresh core.
pub fn replay(path: impl AsRef<Path>) -> Result<Replay, SessionError> {
    let read = read(path)?;
    let header = read.header()?;
    let config: Config = configured(&header)?;
    let mut session = Session::new(config, header.seed, &header.learned_state)?;
    let (turns, outcome) = turns(&read, &mut session)?;
    let chart = chart_steps(&read, &header)?;
    let mut outcome_difference = None;
    if let Some(outcome) = &outcome {
        let closing: Closing = session.close(outcome.value, &outcome.result)?;
        outcome_difference = difference("outcome", &outcome.detail, &json(&closing));
    }
    let torn_bytes = read.torn.map_or(0, |t| t.bytes);
    Ok(Replay { header, turns, chart, outcome, outcome_difference, skipped: read.skipped, torn_bytes })
}

fn turns(read: &Read, session: &mut Session) -> Result<(Vec<ReplayedTurn>, Option<Outcome>), SessionError> {
    let mut turns: Vec<ReplayedTurn> = Vec::new();
    let mut outcome = None;
    for record in &read.records {
        match record.kind {
            Kind::Step => {
                let step: Step = record.decode()?;
                let observation: Observation = decode(&step.observation, record, "observation")?;
                let decision = session.step(&observation)?;
                let difference = difference("decision", &step.decision, &json(&decision));
                turns.push(ReplayedTurn { observation, decision, said: Vec::new(), difference });
            }
            Kind::Said => {
                if let Some(turn) = turns.last_mut() {
                    turn.said.push(record.decode()?);
                }
            }
            Kind::Outcome => outcome = Some(record.decode()?),
            Kind::Header | Kind::Note | Kind::Close | Kind::Chart => {}
        }
    }
    Ok((turns, outcome))
}

/// The chart never enters into the core but through observations, which are kept: so it is replayed by itself.
fn chart_steps(read: &Read, header: &Header) -> Result<Vec<ReplayedChartStep>, SessionError> {
    let Some(text) = &header.chart else { return Ok(Vec::new()) };
    let mut machine: Machine = chart::from_toml(text)?.start(Capacity::default(), 0, &mut ());
    let mut steps = Vec::new();
    for record in read.records.iter().filter(|record| record.kind == Kind::Chart) {
        let ChartStep { turn, told, came: then } = record.decode::<ChartStep<chart::Told, Value>>()?;
        let came = chart::tell(&mut machine, &told)?;
        let difference = difference("chart", &then, &json(&came));
        steps.push(ReplayedChartStep { step: ChartStep { turn, told, came }, difference });
    }
    Ok(steps)
}

fn configured(header: &Header) -> Result<Config, StoreError> {
    serde_json::from_value(header.configuration.clone()).map_err(|e| StoreError::JournalPayload {
        field: "configuration".to_owned(),
        value: format!("not a configuration of this version: {e}"),
        remedy: "replay the journal with the emomas version in its header",
    })
}

fn decode<T: DeserializeOwned>(value: &Value, record: &Record, field: &str) -> Result<T, StoreError> {
    T::deserialize(value).map_err(|e| StoreError::JournalPayload {
        field: format!("record {} {field}", record.sequence),
        value: format!("not what this version writes: {e}"),
        remedy: "replay the journal with the emomas version in its header",
    })
}

fn json(data: &impl serde::Serialize) -> Value {
    serde_json::to_value(data).unwrap_or_default()
}

/// The first place where two JSON values differ; numbers must be the same bits.
fn difference(path: &str, then: &Value, now: &Value) -> Option<String> {
    match (then, now) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().zip(b.values()).find_map(|((key, x), y)| difference(&format!("{path}.{key}"), x, y))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (x, y))| difference(&format!("{path}[{i}]"), x, y))
        }
        _ if then == now => None,
        _ => Some(format!("{path}: journal {then}, replay {now}")),
    }
}
