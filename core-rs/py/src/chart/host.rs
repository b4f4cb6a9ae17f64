//! Effects and hooks on the Python side.

use emomas_chart::chart::EffectSite;
use emomas_chart::machine::Taken;
use emomas_chart::{Host, Value};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::data::to_python;
use super::definition::Shared;

/// Functions called around each transition.
#[derive(Default)]
pub(super) struct Hooks {
    pub(super) before: Option<Py<PyAny>>,
    pub(super) after: Option<Py<PyAny>>,
}

/// Collects effects as Python objects while a machine runs. The first failure is kept; it can't stop a macrostep.
pub(super) struct Collector<'a, 'py> {
    pub(super) py: Python<'py>,
    pub(super) shared: &'a Shared,
    pub(super) hooks: &'a Hooks,
    pub(super) effects: Bound<'py, PyList>,
    pub(super) failure: Option<PyErr>,
}

impl<'a, 'py> Collector<'a, 'py> {
    pub(super) fn new(py: Python<'py>, shared: &'a Shared, hooks: &'a Hooks) -> Self {
        Self { py, shared, hooks, effects: PyList::empty(py), failure: None }
    }

    pub(super) fn finish(self) -> PyResult<Bound<'py, PyList>> {
        self.failure.map_or(Ok(self.effects), Err)
    }

    fn note(&mut self, result: PyResult<()>) {
        if let Err(failure) = result {
            self.failure.get_or_insert(failure);
        }
    }

    fn append(&self, index: usize, site: &EffectSite, values: &[Value]) -> PyResult<()> {
        let py = self.py;
        let data = PyDict::new(py);
        for (key, text) in &site.texts {
            data.set_item(key, text)?;
        }
        let (name, fields) = &self.shared.effects[index];
        for (field, value) in fields.iter().zip(values) {
            data.set_item(field.bind(py), to_python(py, *value)?)?;
        }
        self.effects.append((name.bind(py), data))
    }

    fn call(&self, hook: Option<&Py<PyAny>>, step: &Taken<'_>) -> PyResult<()> {
        let Some(hook) = hook else { return Ok(()) };
        let targets: Vec<&str> = step.targets().collect();
        let configuration: Vec<&str> = step.configuration().collect();
        let (targets, configuration) = (PyTuple::new(self.py, targets)?, PyTuple::new(self.py, configuration)?);
        hook.bind(self.py).call1((step.event(), step.source(), targets, configuration)).map(drop)
    }
}

impl Host for Collector<'_, '_> {
    fn effect(&mut self, index: usize, site: &EffectSite, values: &[Value]) {
        let result = self.append(index, site, values);
        self.note(result);
    }

    fn watches(&self) -> bool {
        self.hooks.before.is_some() || self.hooks.after.is_some()
    }

    fn before(&mut self, step: &Taken<'_>) {
        let result = self.call(self.hooks.before.as_ref(), step);
        self.note(result);
    }

    fn after(&mut self, step: &Taken<'_>) {
        let result = self.call(self.hooks.after.as_ref(), step);
        self.note(result);
    }
}

/// Names that effects are made of, as Python texts.
pub(super) type EffectNames = (Py<PyString>, Vec<Py<PyString>>);
