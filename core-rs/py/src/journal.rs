//! Journals: export and replay.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use emomas_store::Replay as Inner;
use pyo3::prelude::*;

use crate::convert::json;
use crate::decision::Decision;
use crate::errors::Raise;

/// A journal whose decisions and chart steps were taken again.
#[pyclass(frozen, module = "emomas")]
pub(crate) struct Replay {
    inner: Inner,
}

#[pymethods]
impl Replay {
    /// Whether every decision, chart step and the outcome came out the same, bit for bit.
    #[getter]
    fn identical(&self) -> bool {
        self.inner.is_identical()
    }

    /// Header as JSON text: versions, seed, scenario, configuration.
    fn header_json(&self) -> String {
        json(&self.inner.header)
    }

    /// Outcome as JSON text, if the conversation ended.
    fn outcome_json(&self) -> Option<String> {
        self.inner.outcome.as_ref().map(json)
    }

    /// Number of turns.
    fn __len__(&self) -> usize {
        self.inner.turns.len()
    }

    /// The decision of turn `index` (from 0).
    fn decision(&self, index: usize) -> PyResult<Decision> {
        Ok(Decision { inner: self.turn(index)?.decision.clone() })
    }

    /// The observation of turn `index` as JSON text.
    fn observation_json(&self, index: usize) -> PyResult<String> {
        Ok(json(&self.turn(index)?.observation))
    }

    /// What was said after the decision of turn `index`: (speaker, text).
    fn said(&self, index: usize) -> PyResult<Vec<(String, String)>> {
        let said = &self.turn(index)?.said;
        Ok(said.iter().map(|s| (json(&s.speaker).trim_matches('"').to_owned(), s.text.clone())).collect())
    }

    /// Details of each line of `said(index)` as JSON text, where there are any.
    fn said_details(&self, index: usize) -> PyResult<Vec<Option<String>>> {
        let said = &self.turn(index)?.said;
        Ok(said.iter().map(|s| (!s.details.is_null()).then(|| json(&s.details))).collect())
    }

    /// Steps of the chart as JSON texts: turn, what it was told, what came of it.
    fn chart_json(&self) -> Vec<String> {
        self.inner.chart.iter().map(|s| json(&s.step)).collect()
    }

    /// Differences between journal and replay: (turn from 1, or 0 for the outcome and for what came before the first
    /// turn; what differs), the first of each record.
    #[getter]
    fn differences(&self) -> Vec<(usize, String)> {
        let turns = self.inner.turns.iter().enumerate();
        let mut all: Vec<_> = turns.filter_map(|(i, t)| t.difference.clone().map(|d| (i + 1, d))).collect();
        all.extend(self.inner.chart.iter().filter_map(|s| s.difference.clone().map(|d| (s.step.turn as usize, d))));
        all.sort_by_key(|(turn, _)| *turn);
        all.extend(self.inner.outcome_difference.clone().map(|d| (0, d)));
        all
    }

    /// Bytes of a torn last record that were ignored.
    #[getter]
    fn torn_bytes(&self) -> u64 {
        self.inner.torn_bytes
    }

    /// Records of kinds that this version doesn't know.
    #[getter]
    fn skipped(&self) -> u64 {
        self.inner.skipped
    }
}

impl Replay {
    fn turn(&self, index: usize) -> PyResult<&emomas_store::replay::ReplayedTurn> {
        let turns = &self.inner.turns;
        turns
            .get(index)
            .ok_or_else(|| pyo3::exceptions::PyIndexError::new_err(format!("turn {} of {}", index + 1, turns.len())))
    }
}

/// Takes every decision of the journal at `path` again and compares bit for bit.
#[pyfunction]
pub(crate) fn replay(path: PathBuf) -> PyResult<Replay> {
    Ok(Replay { inner: emomas_store::replay(path).map_err(Raise::raise)? })
}

/// Writes the journal at `path` as JSON Lines to `out`; returns the number of records.
#[pyfunction]
pub(crate) fn export_jsonl(path: PathBuf, out: PathBuf) -> PyResult<u64> {
    let file = File::create(out)?;
    let exported = emomas_store::export_jsonl(path, BufWriter::new(file)).map_err(Raise::raise)?;
    Ok(exported.records)
}
