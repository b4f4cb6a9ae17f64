//! Why an event does, or doesn't do, something now.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::chart::{Chart, EventId, NONE};
use crate::expr::{Env, Op};
use crate::limits;
use crate::machine::Machine;
use crate::machine::select::Enabled;
use crate::set::has;
use crate::value::{Fault, Value};

/// One transition that an event would try.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The state that the transition leaves.
    pub source: String,
    /// Where it leads.
    pub targets: Vec<String>,
    /// What came of it.
    pub verdict: Verdict,
    /// The guard, if it has one.
    pub guard: Option<String>,
    /// What the guard reads, with values; none where there is no value.
    pub values: Vec<(String, Option<Value>)>,
    /// Line of the text it came from.
    pub line: Option<u32>,
}

/// What comes of trying a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It would be taken.
    Taken,
    /// It would pass, but one from an inner, or earlier, state goes first.
    Preempted,
    /// Its guard is false.
    False,
    /// Its guard has no value.
    Fault(Fault),
}

impl Verdict {
    /// As words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Preempted => "preempted",
            Self::False => "guard is false",
            Self::Fault(fault) => fault.text(),
        }
    }
}

impl Machine {
    /// All transitions that `event` would try in this configuration, in the order in which it would.
    pub fn explain(&self, event: EventId, data: &[(usize, Value)]) -> Vec<Attempt> {
        let mut row = [None; limits::EVENT_FIELDS];
        for (field, value) in data {
            if let Some(slot) = row.get_mut(*field) {
                *slot = Some(*value);
            }
        }
        let env = Env { data: &row[..self.core.data.len()], event: event.0, ..self.core.env(&self.chart) };
        // The machine's own selection decides who wins; on a copy, since failing guards leave error events.
        let mut copy = self.core.clone();
        copy.data.copy_from_slice(env.data);
        copy.event = event.0;
        let mut enabled = Enabled::new();
        copy.select(&self.chart, event.0, &mut enabled);
        let mut attempts = Vec::new();
        let mut seen = Vec::new();
        for state in self.active() {
            for transition in self.chart.candidates(self.chart.row(event.0), state) {
                if !seen.contains(&transition) {
                    seen.push(transition);
                    attempts.push(self.attempt(transition, &env, enabled.contains(&transition)));
                }
            }
        }
        attempts
    }

    fn attempt(&self, transition: u16, env: &Env<'_>, taken: bool) -> Attempt {
        let chart = &*self.chart;
        let table = chart.transition(transition);
        let truth = match table.guard {
            NONE => Ok(true),
            guard => chart.expressions.eval(guard, env).and_then(Value::truth),
        };
        let has_guard = table.guard != NONE;
        Attempt {
            source: chart.state_id(table.source).to_string(),
            targets: chart.targets(&table.targets).iter().map(|state| chart.state_id(*state).to_string()).collect(),
            verdict: match truth {
                Ok(true) if taken => Verdict::Taken,
                Ok(true) => Verdict::Preempted,
                Ok(false) => Verdict::False,
                Err(fault) => Verdict::Fault(fault),
            },
            guard: has_guard.then(|| chart.expressions.text(table.guard).to_string()),
            values: if has_guard { values(chart, table.guard, env) } else { Vec::new() },
            line: table.line,
        }
    }

    /// Events that would be taken now. A guard that reads the event counts as passed, since its fields aren't known.
    pub fn enabled_events(&self) -> Vec<&str> {
        let env = self.core.env(&self.chart);
        let passes = |transition: u16| match self.chart.transition(transition).guard {
            NONE => true,
            guard if self.chart.expressions.reads_event(guard) => true,
            guard => self.chart.expressions.eval(guard, &env) == Ok(Value::Bool(true)),
        };
        let is_enabled = |name: &&str| {
            let row = self.chart.row(self.chart.event(name).0);
            let handlers = self.chart.handlers(row);
            self.active().filter(|state| has(handlers, *state)).any(|s| self.chart.candidates(row, s).any(passes))
        };
        self.chart.events().into_iter().filter(is_enabled).collect()
    }
}

/// What an expression reads, each name once.
fn values(chart: &Chart, expression: u16, env: &Env<'_>) -> Vec<(String, Option<Value>)> {
    let mut read: Vec<(String, Option<Value>)> = Vec::new();
    for op in chart.expressions.code(expression) {
        let name = match *op {
            Op::Variable(index) => chart.variables[usize::from(index)].clone(),
            Op::Input(index) => chart.inputs[usize::from(index)].clone(),
            Op::Data(index) => format!("_event.{}", chart.data[usize::from(index)]),
            Op::In(state) => format!("In('{}')", chart.state_id(state)),
            Op::EventIs(event) => format!("_event.name == '{}'", chart.event_names[usize::from(event)]),
            _ => continue,
        };
        if read.iter().all(|(known, _)| *known != name) {
            read.push((name, chart.expressions.load(*op, env).ok()));
        }
    }
    read
}
