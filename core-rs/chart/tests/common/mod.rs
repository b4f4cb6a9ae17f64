//! Charts from TOML, run with their effects at hand.
#![allow(dead_code)] // Each test file uses some of it.

use std::sync::Arc;

use emomas_chart::{Capacity, Chart, ChartError, Effects, Machine, Priority, Value, formats};

pub(crate) fn chart(text: &str) -> Arc<Chart> {
    Arc::new(compiled(text).expect("a chart"))
}

pub(crate) fn compiled(text: &str) -> Result<Chart, ChartError> {
    Chart::new(formats::toml::read(text)?)
}

pub(crate) fn refusal(text: &str) -> String {
    compiled(text).expect_err("refused").to_string()
}

/// A machine and the effects of its last call.
pub(crate) struct Running {
    pub(crate) machine: Machine,
    pub(crate) effects: Effects,
}

impl Running {
    pub(crate) fn new(text: &str) -> Self {
        Self::with(text, Capacity::default())
    }

    pub(crate) fn with(text: &str, capacity: Capacity) -> Self {
        let chart = chart(text);
        let mut effects = Effects::of(&chart);
        let machine = chart.start(capacity, 0, &mut effects);
        Self { machine, effects }
    }

    pub(crate) fn send(&mut self, event: &str) -> Vec<String> {
        self.send_with(event, &[])
    }

    pub(crate) fn send_with(&mut self, event: &str, data: &[(&str, Value)]) -> Vec<String> {
        let chart = Arc::clone(self.machine.chart());
        let row: Vec<_> = data.iter().filter_map(|(name, value)| Some((chart.data_field(name)?, *value))).collect();
        self.effects.clear();
        self.machine.send(chart.event(event), Priority::Control, &row, &mut self.effects);
        self.names()
    }

    pub(crate) fn advance_ms(&mut self, ms: u64) -> Vec<String> {
        self.effects.clear();
        self.machine.advance(ms * 1_000_000, &mut self.effects).expect("in range");
        self.names()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.effects.names(self.machine.chart()).into_iter().map(String::from).collect()
    }

    pub(crate) fn leaves(&self) -> String {
        self.machine.leaves().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn variable(&self, name: &str) -> Value {
        let chart = self.machine.chart();
        let index = chart.variables().iter().position(|variable| variable == name).expect("a variable");
        self.machine.variables()[index]
    }
}
