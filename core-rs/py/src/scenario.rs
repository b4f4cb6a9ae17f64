//! Scenarios and their import.

use std::collections::BTreeMap;
use std::path::PathBuf;

use emomas_store::Scenario as Inner;
use pyo3::prelude::*;

use crate::convert::json;
use crate::errors::Raise;

/// One conversation as data.
#[pyclass(frozen, module = "emomas")]
pub(crate) struct Scenario {
    pub(crate) inner: Inner,
}

#[pymethods]
impl Scenario {
    /// Parses TOML text.
    #[staticmethod]
    fn from_toml(text: &str) -> PyResult<Self> {
        Ok(Self { inner: Inner::from_toml(text).map_err(Raise::raise)? })
    }

    /// Parses JSON text, e.g. out of a journal's header.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        let inner = serde_json::from_str(text).map_err(|e| crate::errors::argument(&format!("scenario: {e}")))?;
        Ok(Self { inner })
    }

    /// Reads a TOML file.
    #[staticmethod]
    fn load(path: PathBuf) -> PyResult<Self> {
        Ok(Self { inner: Inner::from_path(path).map_err(Raise::raise)? })
    }

    /// TOML text that parses back to the same scenario.
    fn to_toml(&self) -> PyResult<String> {
        self.inner.to_toml().map_err(Raise::raise)
    }

    /// JSON text.
    fn to_json(&self) -> String {
        json(&self.inner)
    }

    /// Unique name.
    #[getter]
    fn id(&self) -> &str {
        &self.inner.id
    }

    /// Kind of conversation.
    #[getter]
    fn domain(&self) -> &'static str {
        self.inner.domain.name()
    }

    /// One line for people.
    #[getter]
    fn title(&self) -> &str {
        &self.inner.title
    }

    /// Unit of the negotiated quantity.
    #[getter]
    fn unit(&self) -> &'static str {
        self.inner.quantity.unit.name()
    }

    /// What the agent prefers: lower or higher.
    #[getter]
    fn direction(&self) -> &'static str {
        match self.inner.quantity.direction {
            emomas_core::Direction::Lower => "lower",
            emomas_core::Direction::Higher => "higher",
        }
    }

    /// The agent's target.
    #[getter]
    fn agent_target(&self) -> f64 {
        self.inner.agent.target
    }

    /// The worst value the agent may agree to.
    #[getter]
    fn agent_reservation(&self) -> f64 {
        self.inner.agent.reservation
    }

    /// How many turns the agent has.
    #[getter]
    fn deadline_turns(&self) -> u32 {
        self.inner.agent.deadline_turns
    }

    /// What the counterpart asks for.
    #[getter]
    fn counterpart_target(&self) -> f64 {
        self.inner.counterpart.target
    }

    /// The worst value the counterpart accepts.
    #[getter]
    fn counterpart_reservation(&self) -> f64 {
        self.inner.counterpart.reservation
    }

    /// Thresholds of the conversation chart by name.
    #[getter]
    fn thresholds(&self) -> BTreeMap<&'static str, f64> {
        self.inner.thresholds.named().into_iter().collect()
    }

    /// What the numbers imply: `no_zone`, `no_conflict`.
    #[getter]
    fn tags(&self) -> Vec<&'static str> {
        self.inner.tags().into_iter().map(emomas_store::scenario::Tag::name).collect()
    }

    /// SHA-256 of the canonical form.
    #[getter]
    fn hash(&self) -> String {
        self.inner.hash()
    }

    /// The agent's utility of a value: 1 at its target, 0 at its reservation value.
    fn utility(&self, value: f64) -> f64 {
        let terms = self.inner.terms();
        terms.utility(terms.share(value))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.inner == other.inner
    }

    fn __repr__(&self) -> String {
        format!("Scenario({:?}, {:?})", self.inner.id, self.inner.domain.name())
    }
}

/// What an import gives: scenarios, refused rows (row, case id, reason), the layout's name, ignored columns.
type Imported = (Vec<Scenario>, Vec<(usize, String, String)>, &'static str, Vec<String>);

/// Reads one of the four EmoMAS benchmark files.
#[pyfunction]
pub(crate) fn import_csv(path: PathBuf) -> PyResult<Imported> {
    let import = emomas_store::import_csv(path).map_err(Raise::raise)?;
    let refused = import.refused.into_iter().map(|r| (r.row, r.case_id, r.reason)).collect();
    let scenarios = import.scenarios.into_iter().map(|inner| Scenario { inner }).collect();
    Ok((scenarios, refused, import.layout.name(), import.ignored_columns))
}
