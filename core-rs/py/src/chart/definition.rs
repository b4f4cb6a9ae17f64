//! A chart, checked and compiled.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use emomas_chart::{Capacity, Chart as Inner, Source, draw, formats, limits};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::data::{from_tree, to_python, to_tree};
use super::host::EffectNames;
use super::machine::Machine;
use crate::errors::{Raise, file_error};

/// A chart and its names as Python texts; all its machines share it.
pub(super) struct Shared {
    pub(super) chart: Arc<Inner>,
    pub(super) states: Vec<Py<PyString>>,
    pub(super) effects: Vec<EffectNames>,
}

/// A statechart, checked and compiled; immutable.
#[pyclass(frozen, module = "emomas")]
pub(crate) struct Chart {
    shared: Arc<Shared>,
}

impl Chart {
    fn of(py: Python<'_>, source: Source) -> PyResult<Self> {
        let chart = Arc::new(Inner::new(source).map_err(Raise::raise)?);
        let text = |text: &String| PyString::intern(py, text).unbind();
        let states = chart.states().iter().map(text).collect();
        let names = |site: &emomas_chart::chart::EffectSite| (text(&site.name), site.fields.iter().map(text).collect());
        let effects = chart.effects().iter().map(names).collect();
        Ok(Self { shared: Arc::new(Shared { chart, states, effects }) })
    }

    fn source(&self) -> &Source {
        self.shared.chart.source()
    }
}

#[pymethods]
impl Chart {
    /// A chart from a dict; the format is in docs/charts.md.
    #[staticmethod]
    fn from_dict(chart: &Bound<'_, PyDict>) -> PyResult<Self> {
        let tree = to_tree(chart.as_any(), 0)?;
        Self::of(chart.py(), Source::from_tree(&tree).map_err(Raise::raise)?)
    }

    /// A chart from TOML.
    #[staticmethod]
    fn from_toml(py: Python<'_>, text: &str) -> PyResult<Self> {
        Self::of(py, formats::toml::read(text).map_err(Raise::raise)?)
    }

    /// A chart from SCXML; what isn't supported is refused by name.
    #[staticmethod]
    fn from_scxml(py: Python<'_>, text: &str) -> PyResult<Self> {
        Self::of(py, formats::scxml::read(text).map_err(Raise::raise)?)
    }

    /// A chart from a file: .scxml or .xml, .json, anything else is TOML.
    #[staticmethod]
    #[allow(clippy::needless_pass_by_value)] // Owned: converted from a Python object.
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let mut text = String::new();
        let read = |file: File| file.take(limits::TEXT_BYTES as u64 + 1).read_to_string(&mut text);
        File::open(&path).and_then(read).map_err(|error| file_error(&path, &error))?;
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("scxml" | "xml") => Self::from_scxml(py, &text),
            Some("json") => {
                let parsed = py.import("json")?.call_method1("loads", (text,))?;
                Self::from_dict(parsed.cast()?)
            }
            _ => Self::from_toml(py, &text),
        }
    }

    /// A machine in the initial configuration; its `effects` are the first ones.
    #[pyo3(signature = (time_ns=0, *, external=16, internal=32, timers=None, max_microsteps=1000))]
    fn start(
        &self,
        py: Python<'_>,
        time_ns: u64,
        external: u16,
        internal: u16,
        timers: Option<u32>,
        max_microsteps: u32,
    ) -> PyResult<Machine> {
        Machine::start(py, &self.shared, Capacity { internal, external, timers, max_microsteps }, time_ns)
    }

    /// A machine in the state of a snapshot.
    fn restore(&self, snapshot: &[u8]) -> PyResult<Machine> {
        Ok(Machine::of(&self.shared, self.shared.chart.restore(snapshot).map_err(Raise::raise)?))
    }

    /// As SCXML; reading it gives the same chart.
    fn to_scxml(&self) -> String {
        formats::scxml::write(self.source())
    }

    /// As TOML; reading it gives the same chart.
    fn to_toml(&self) -> String {
        formats::toml::write(self.source())
    }

    /// As a dict, shorthands written out.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_tree(py, &self.source().to_tree())
    }

    /// As a Mermaid stateDiagram-v2.
    fn to_mermaid(&self) -> String {
        draw::mermaid(self.source())
    }

    /// As a Graphviz graph.
    fn to_dot(&self) -> String {
        draw::dot(self.source())
    }

    /// As a picture; `active` states are highlighted.
    #[pyo3(signature = (active=None))]
    #[allow(clippy::needless_pass_by_value)] // Owned: converted from a Python object.
    fn to_svg(&self, active: Option<Vec<String>>) -> String {
        draw::svg(self.source(), &active.unwrap_or_default())
    }

    /// The chart's name.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.source().name.as_deref()
    }

    /// The SAFE state that it names, if any.
    #[getter]
    fn safe(&self) -> Option<&str> {
        self.source().safe.as_deref()
    }

    /// What is suspicious: unreachable states, transitions that can't win, ambiguous ones.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.shared.chart.warnings().iter().map(ToString::to_string).collect()
    }

    /// Ids of all states in document order.
    #[getter]
    fn states(&self) -> Vec<&str> {
        self.shared.chart.states().iter().map(String::as_str).collect()
    }

    /// Names of the events that transitions wait for.
    #[getter]
    fn events(&self) -> Vec<&str> {
        self.shared.chart.events()
    }

    /// Names of the effects that it asks for.
    #[getter]
    fn effects(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for site in self.shared.chart.effects() {
            if !names.contains(&site.name.as_str()) {
                names.push(&site.name);
            }
        }
        names
    }

    /// Names of the inputs that the host may set.
    #[getter]
    fn inputs(&self) -> Vec<&str> {
        self.shared.chart.inputs().iter().map(String::as_str).collect()
    }

    /// Variables with their first values.
    #[getter]
    fn variables<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, value) in &self.source().variables {
            dict.set_item(name, to_python(py, *value)?)?;
        }
        Ok(dict)
    }

    /// SHA-256 of the chart's canonical form, in hex.
    #[getter]
    fn hash(&self) -> String {
        self.shared.chart.hash()
    }

    fn __repr__(&self) -> String {
        let name = self.source().name.as_deref().unwrap_or("unnamed");
        format!("Chart({name:?}, {} states)", self.shared.chart.states().len())
    }
}
