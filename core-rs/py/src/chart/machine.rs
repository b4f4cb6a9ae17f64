//! A running chart.

use std::sync::Arc;

use emomas_chart::machine::{Attempt, Machine as Inner, Verdict};
use emomas_chart::{Capacity, EventId, Priority, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use super::data::{to_python, to_value};
use super::definition::Shared;
use super::host::{Collector, Hooks};
use crate::errors::{Raise, unknown};

type Data = Vec<(usize, Value)>;

/// A running chart.
#[pyclass(module = "emomas")]
pub(crate) struct Machine {
    inner: Inner,
    shared: Arc<Shared>,
    hooks: Arc<Hooks>,
    bound: Vec<(String, Py<PyAny>)>,
    effects: Option<Py<PyList>>,
}

impl Machine {
    pub(super) fn start(py: Python<'_>, shared: &Arc<Shared>, capacity: Capacity, time_ns: u64) -> PyResult<Self> {
        let hooks = Hooks::default();
        let mut collector = Collector::new(py, shared, &hooks);
        let inner = shared.chart.start(capacity, time_ns, &mut collector);
        let effects = collector.finish()?.unbind();
        Ok(Self { effects: Some(effects), ..Self::of(shared, inner) })
    }

    pub(crate) const fn inner(&self) -> &Inner {
        &self.inner
    }

    pub(crate) const fn inner_mut(&mut self) -> &mut Inner {
        &mut self.inner
    }

    pub(super) fn of(shared: &Arc<Shared>, inner: Inner) -> Self {
        let hooks = Arc::new(Hooks::default());
        Self { inner, shared: Arc::clone(shared), hooks, bound: Vec::new(), effects: None }
    }

    fn event(&self, name: &str) -> EventId {
        self.shared.chart.event(name)
    }

    /// Fields that some expression reads; the others have no use.
    fn data(&self, data: Option<&Bound<'_, PyDict>>) -> PyResult<Data> {
        let mut read = Data::new();
        let Some(data) = data else { return Ok(read) };
        for (name, value) in data {
            let name: String = name.extract()?;
            let value = to_value(&name, &value)?;
            read.extend(self.shared.chart.data_field(&name).map(|field| (field, value)));
        }
        Ok(read)
    }

    /// Runs `work` and collects its effects.
    #[inline]
    fn collect<'py>(
        &mut self,
        py: Python<'py>,
        work: impl FnOnce(&mut Inner, &mut Collector<'_, 'py>) -> PyResult<()>,
    ) -> PyResult<Bound<'py, PyList>> {
        let mut collector = Collector::new(py, &self.shared, &self.hooks);
        work(&mut self.inner, &mut collector)?;
        let effects = collector.effects.clone();
        self.effects = Some(effects.clone().unbind());
        collector.finish()?;
        Ok(effects)
    }

    /// Calls the functions bound to effects, with the machine free to be used by them.
    fn dispatch<'py>(slf: &Bound<'py, Self>, effects: Bound<'py, PyList>) -> PyResult<Bound<'py, PyList>> {
        for effect in &effects {
            let (name, data) = effect.extract::<(String, Bound<'py, PyDict>)>()?;
            let functions = &slf.borrow().bound;
            let function = functions.iter().find(|(bound, _)| *bound == name);
            let function = function.map(|(_, function)| function.clone_ref(slf.py()));
            if let Some(function) = function {
                function.bind(slf.py()).call((), Some(&data))?;
            }
        }
        Ok(effects)
    }

    fn names<'py>(&self, py: Python<'py>, states: impl Iterator<Item = usize>) -> PyResult<Bound<'py, PyTuple>> {
        let names: Vec<_> = states.map(|state| self.shared.states[state].clone_ref(py)).collect();
        PyTuple::new(py, names)
    }
}

pub(crate) fn parse_priority(name: Option<&str>) -> PyResult<Priority> {
    let Some(name) = name else { return Ok(Priority::Control) };
    Priority::from_name(name).ok_or_else(|| unknown("priority", name, &Priority::ALL.map(Priority::name)))
}

#[pymethods]
impl Machine {
    /// Takes an event and runs to completion; returns the effects as (name, data).
    #[pyo3(signature = (event, /, *, priority=None, **data))]
    fn send<'py>(
        slf: &Bound<'py, Self>,
        event: &str,
        priority: Option<&str>,
        data: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let mut machine = slf.try_borrow_mut()?;
        let (event, priority, data) = (machine.event(event), parse_priority(priority)?, machine.data(data)?);
        let effects = machine.collect(slf.py(), |inner, host| {
            inner.send(event, priority, &data, host);
            Ok(())
        })?;
        if machine.bound.is_empty() {
            return Ok(effects);
        }
        drop(machine);
        Self::dispatch(slf, effects)
    }

    /// Takes events one after the other: names, or (name, data); returns all effects.
    fn send_many<'py>(slf: &Bound<'py, Self>, events: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let mut batch = Vec::new();
        for item in events.try_iter()? {
            let item = item?;
            let machine = slf.try_borrow()?;
            if let Ok(name) = item.cast::<PyString>() {
                batch.push((machine.event(name.to_str()?), Data::new()));
            } else {
                let (name, data) = item.extract::<(String, Bound<'py, PyDict>)>()?;
                batch.push((machine.event(&name), machine.data(Some(&data))?));
            }
        }
        let effects = slf.try_borrow_mut()?.collect(slf.py(), |inner, host| {
            for (event, data) in &batch {
                inner.send(*event, Priority::Control, data, host);
            }
            Ok(())
        })?;
        Self::dispatch(slf, effects)
    }

    /// Queues an event without running; False if its queue is full.
    #[pyo3(signature = (event, /, *, priority=None, **data))]
    fn post(&mut self, event: &str, priority: Option<&str>, data: Option<&Bound<'_, PyDict>>) -> PyResult<bool> {
        let (event, data) = (self.event(event), self.data(data)?);
        Ok(self.inner.post(event, parse_priority(priority)?, &data))
    }

    /// Runs until no event waits; returns the effects.
    fn run<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        let effects = slf.try_borrow_mut()?.collect(slf.py(), |inner, host| {
            inner.run(host);
            Ok(())
        })?;
        Self::dispatch(slf, effects)
    }

    /// Lets `dt_ns` pass on the machine's clock; timers fire in order. Returns the effects.
    fn advance<'py>(slf: &Bound<'py, Self>, dt_ns: u64) -> PyResult<Bound<'py, PyList>> {
        let advance = |inner: &mut Inner, host: &mut Collector<'_, 'py>| inner.advance(dt_ns, host);
        let effects =
            slf.try_borrow_mut()?.collect(slf.py(), |inner, host| advance(inner, host).map_err(Raise::raise))?;
        Self::dispatch(slf, effects)
    }

    /// Sets an input that guards read.
    fn set(&mut self, name: &str, value: f64) -> PyResult<()> {
        self.inner.set(name, value).map_err(Raise::raise)
    }

    /// From now on `function(**data)` is called for each effect of this name, after the macrostep; None unbinds.
    #[pyo3(signature = (name, function))]
    fn bind(&mut self, name: &str, function: Option<Py<PyAny>>) -> PyResult<()> {
        let effects = self.shared.chart.effects();
        if !effects.iter().any(|site| site.name == name) {
            let known: Vec<&str> = effects.iter().map(|site| site.name.as_str()).collect();
            return Err(unknown("effect", name, &known));
        }
        self.bound.retain(|(bound, _)| bound != name);
        self.bound.extend(function.map(|function| (name.to_owned(), function)));
        Ok(())
    }

    /// Functions called around each transition with event, source, targets and configuration. They must not use the
    /// machine; what they raise is raised once the macrostep is over.
    #[pyo3(signature = (*, before=None, after=None))]
    fn hook(&mut self, before: Option<Py<PyAny>>, after: Option<Py<PyAny>>) {
        self.hooks = Arc::new(Hooks { before, after });
    }

    /// What each transition that `event` would try needs, and whether it has it.
    #[pyo3(signature = (event, /, **data))]
    fn explain<'py>(
        &self,
        py: Python<'py>,
        event: &str,
        data: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let data = self.data(data)?;
        self.inner.explain(self.event(event), &data).iter().map(|attempt| describe(py, attempt)).collect()
    }

    /// Events that would be taken now.
    fn enabled_events(&self) -> Vec<&str> {
        self.inner.enabled_events()
    }

    /// The state as versioned bytes with a checksum.
    fn snapshot<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.inner.snapshot())
    }

    /// Ids of all active states in document order.
    #[getter]
    fn configuration<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.names(py, self.inner.active_indices())
    }

    /// Ids of the active atomic states in document order.
    #[getter]
    fn leaves<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.inner.leaves().collect::<Vec<_>>())
    }

    /// Whether the state called `state` is active.
    fn is_in(&self, state: &str) -> bool {
        self.inner.is_in(state)
    }

    /// Effects of the last call that ran the machine.
    #[getter]
    fn effects<'py>(&self, py: Python<'py>) -> Bound<'py, PyList> {
        self.effects.as_ref().map_or_else(|| PyList::empty(py), |effects| effects.bind(py).clone())
    }

    /// Whether a top-level final state was reached.
    #[getter]
    fn finished(&self) -> bool {
        self.inner.finished()
    }

    /// Variables by name.
    #[getter]
    fn variables<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, value) in self.shared.chart.variables().iter().zip(self.inner.variables()) {
            dict.set_item(name, to_python(py, *value)?)?;
        }
        Ok(dict)
    }

    /// Counts of events, dropped and rejected ones, transitions, errors, and macrosteps that were cut.
    #[getter]
    fn counters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let c = self.inner.counters();
        let dict = PyDict::new(py);
        for (name, count) in [
            ("events", c.events),
            ("dropped", c.dropped),
            ("rejected", c.rejected),
            ("transitions", c.transitions),
            ("errors", c.errors),
            ("cut", c.cut),
        ] {
            dict.set_item(name, count)?;
        }
        Ok(dict)
    }

    /// The machine's clock.
    #[getter]
    fn time_ns(&self) -> u64 {
        self.inner.time_ns()
    }

    /// When the next timer is due.
    #[getter]
    fn next_due_ns(&self) -> Option<u64> {
        self.inner.next_due_ns()
    }

    /// Number of timers that wait.
    #[getter]
    fn pending_timers(&self) -> usize {
        self.inner.pending_timers()
    }

    /// Memory of this machine, without the tables that it shares.
    #[getter]
    fn size_bytes(&self) -> usize {
        self.inner.size_bytes()
    }

    fn __repr__(&self) -> String {
        format!("Machine({})", self.inner.leaves().collect::<Vec<_>>().join(", "))
    }
}

fn describe<'py>(py: Python<'py>, attempt: &Attempt) -> PyResult<Bound<'py, PyDict>> {
    let values = PyDict::new(py);
    for (name, value) in &attempt.values {
        values.set_item(name, value.map(|value| to_python(py, value)).transpose()?)?;
    }
    let dict = PyDict::new(py);
    dict.set_item("source", &attempt.source)?;
    dict.set_item("targets", &attempt.targets)?;
    dict.set_item("taken", attempt.verdict == Verdict::Taken)?;
    dict.set_item("verdict", attempt.verdict.text())?;
    dict.set_item("guard", &attempt.guard)?;
    dict.set_item("values", values)?;
    dict.set_item("line", attempt.line)?;
    Ok(dict)
}
