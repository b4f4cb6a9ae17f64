//! [`Source`] to [`Chart`]: every name becomes a number, everything that can be worked out ahead is.

mod content;
mod events;
pub(crate) mod names;
mod states;
mod targets;

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use sha2::{Digest as _, Sha256};

use crate::chart::{Chart, EVENTLESS, NONE, ROOT, StateTable, TransitionTable};
use crate::check;
use crate::error::{At, ChartError};
use crate::expr::{Expressions, Scope, parse};
use crate::limits;
use crate::lookup::Lookup;
use crate::machine::entry::Entry;
use crate::set::WORDS;
use crate::source::{Initial, Kind, Source, State, Transition};

pub(crate) fn compile(source: Source) -> Result<Chart, ChartError> {
    let hash = Sha256::digest(source.to_tree().to_json().as_bytes()).into();
    let flat = states::flatten(&source)?;
    let mut scope = scope(&source, &flat)?;
    let chart = Chart {
        hash,
        findings: Vec::new(),
        states: flat.tables,
        state_ids: flat.ids,
        transitions: Vec::new(),
        targets: Vec::new(),
        histories: flat.histories,
        expressions: Expressions::default(),
        effects: Vec::new(),
        sends: Vec::new(),
        instructions: Vec::new(),
        blocks: Vec::new(),
        variables: source.variables.iter().map(|(name, _)| name.clone()).collect(),
        first_values: source.variables.iter().map(|(_, value)| *value).collect(),
        inputs: source.inputs.clone(),
        data: Vec::new(),
        event_names: Vec::new(),
        lookup: Lookup::default(),
        rows: Vec::new(),
        candidates: Vec::new(),
        lists: Vec::new(),
        handlers: Vec::new(),
        sets: Vec::new(),
        words: flat.words,
        history_count: flat.history_count,
        has_eventless: false,
        has_timers: false,
        start: NONE,
        source: Source::default(),
    };
    let mut compiler = Compiler { chart, scope: &mut scope };
    compiler.names_of_done();
    compiler.all(&source)?;
    let Compiler { mut chart, .. } = compiler;
    events::index(&mut chart, &scope)?;
    chart.has_eventless = chart.handlers(chart.row(EVENTLESS)).iter().any(|word| *word != 0);
    chart.data = scope.data.names;
    entry_sets(&mut chart);
    chart.source = source;
    chart.findings = check::findings(&chart);
    if chart.source.safety {
        check::demand_safety(&chart)?;
    }
    Ok(chart)
}

/// What names mean, with variables and inputs checked.
fn scope(source: &Source, flat: &states::Flat) -> Result<Scope, ChartError> {
    let mut scope = Scope::default();
    for name in ["", "*", "error.execution", "error.platform", "error.communication"] {
        scope.events.intern(name);
    }
    for (what, names) in [
        ("variables", source.variables.iter().map(|(name, _)| name).collect::<Vec<_>>()),
        ("inputs", source.inputs.iter().collect()),
    ] {
        if names.len() > limits::NAMES {
            let (found, limit) = (names.len(), limits::NAMES);
            return Err(ChartError::Limit { at: At::default(), what, found, limit });
        }
        for (index, name) in names.into_iter().enumerate() {
            let known = scope.variables.contains_key(name) || scope.inputs.contains_key(name);
            if known || !is_value_name(name) || (what == "variables" && name.contains('.')) {
                return Err(ChartError::Field {
                    at: At::default(),
                    field: what.into(),
                    value: alloc::format!("{name:?}"),
                    remedy: "give each its own name of letters, digits and _ (inputs may have dots), not a word of \
                             the expression language"
                        .into(),
                });
            }
            let table = if what == "variables" { &mut scope.variables } else { &mut scope.inputs };
            table.insert(name.clone(), index as u16);
        }
    }
    scope.states = flat.ids.iter().enumerate().skip(1).map(|(index, id)| (id.clone(), index as u16)).collect();
    Ok(scope)
}

fn is_value_name(name: &str) -> bool {
    const WORDS: [&str; 6] = ["true", "false", "and", "or", "not", "In"];
    let legal = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
    name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$'))
        && name.len() <= limits::NAME_BYTES
        && name.chars().all(legal)
        && !name.starts_with("_event")
        && !WORDS.contains(&name)
}

/// Fills the tables of a chart.
struct Compiler<'s> {
    chart: Chart,
    scope: &'s mut Scope,
}

impl Compiler<'_> {
    fn names_of_done(&mut self) {
        for (index, state) in self.chart.states.iter_mut().enumerate().skip(1) {
            if state.end > index as u16 + 1 {
                let name = alloc::format!("done.state.{}", self.chart.state_ids[index]);
                state.done = self.scope.events.intern(&name);
            }
        }
    }

    fn at(&self, state: u16, line: Option<u32>) -> At {
        At { line, state: (state != ROOT).then(|| self.chart.state_id(state).to_string()) }
    }

    fn all(&mut self, source: &Source) -> Result<(), ChartError> {
        if !source.initial.is_empty() {
            let initial = Initial { targets: source.initial.clone(), ..Initial::default() };
            self.initial(ROOT, &initial, None)?;
        } else if self.chart.state(ROOT).is_compound(ROOT) {
            self.first_child(ROOT);
        }
        // The start is a transition of the root without a source to leave.
        self.chart.start = 0;
        let targets = self.chart.state(ROOT).targets.clone();
        self.chart.transitions.push(TransitionTable {
            source: ROOT,
            exits: 1..self.chart.state(ROOT).end,
            guard: NONE,
            body: NONE,
            targets,
            internal: false,
            dynamic: false,
            entry: 0,
            events: String::new(),
            line: None,
        });
        let mut index = ROOT;
        self.states_of(&source.states, &mut index)
    }

    fn states_of(&mut self, states: &[State], index: &mut u16) -> Result<(), ChartError> {
        for state in states {
            *index += 1;
            self.state(state, *index)?;
            self.states_of(&state.states, index)?;
        }
        Ok(())
    }

    fn state(&mut self, source: &State, index: u16) -> Result<(), ChartError> {
        let entry = self.blocks(&source.entry, index)?;
        let exit = self.blocks(&source.exit, index)?;
        let table = self.table(index);
        table.entry = entry;
        table.exit = exit;
        if table.is_history() {
            return self.history(source, index);
        }
        if table.is_compound(index) {
            match &source.initial {
                Some(initial) => self.initial(index, initial, initial.line.or(source.line))?,
                None => self.first_child(index),
            }
        }
        for transition in &source.transitions {
            self.transition(transition, index)?;
        }
        let table = self.table(index);
        table.busy = !table.entry.is_empty()
            || !table.exit.is_empty()
            || !table.histories.is_empty()
            || table.initial != NONE
            || table.kind == Kind::Final;
        Ok(())
    }

    fn table(&mut self, index: u16) -> &mut StateTable {
        &mut self.chart.states[usize::from(index)]
    }

    /// The default history transition.
    fn history(&mut self, source: &State, index: u16) -> Result<(), ChartError> {
        let [only] = source.transitions.as_slice() else {
            return Err(ChartError::Structure {
                at: self.at(index, source.line),
                problem: alloc::format!("a history with {} default transitions", source.transitions.len()),
                remedy: "give exactly one target".into(),
            });
        };
        if !only.events.is_empty() || only.guard.is_some() || only.targets.is_empty() {
            return Err(ChartError::Structure {
                at: self.at(index, only.line),
                problem: "a history's default transition with an event or a guard, or without a target".into(),
                remedy: "give only a target and actions".into(),
            });
        }
        let initial = Initial { targets: only.targets.clone(), actions: only.actions.clone(), line: only.line };
        self.initial(index, &initial, only.line.or(source.line))
    }

    /// Default entry of a compound state, the root or a history: targets lie inside the state, or the history's parent.
    fn initial(&mut self, index: u16, initial: &Initial, line: Option<u32>) -> Result<(), ChartError> {
        let table = self.chart.state(index);
        let inside = if table.is_history() { table.parent } else { index };
        let targets = self.resolve(&initial.targets, index, line)?;
        if targets.is_empty() {
            return Err(ChartError::Structure {
                at: self.at(index, line),
                problem: "initial without a target".into(),
                remedy: "name a state inside this one".into(),
            });
        }
        let chart = &self.chart;
        let fits = |target: u16| chart.is_descendant(target, inside);
        if let Some(outside) = targets.iter().find(|target| !fits(**target)) {
            return Err(ChartError::Structure {
                at: self.at(index, line),
                problem: alloc::format!(
                    "entered by default it leads to {:?}, which isn't inside {:?}",
                    chart.state_id(*outside),
                    chart.state_id(inside),
                ),
                remedy: "name a state inside".into(),
            });
        }
        let block = self.block(&initial.actions, index)?;
        let range = self.put_targets(&targets);
        let table = self.table(index);
        table.targets = range;
        table.initial = block.unwrap_or(NONE);
        self.refuse_history_cycle(index, line)
    }

    fn first_child(&mut self, index: u16) {
        let first = self.chart.children(index).next();
        let range = self.put_targets(first.as_slice());
        self.table(index).targets = range;
    }

    fn transition(&mut self, source: &Transition, state: u16) -> Result<(), ChartError> {
        let at = self.at(state, source.line);
        if self.chart.transitions.len() > limits::TRANSITIONS {
            let (found, limit) = (self.chart.transitions.len(), limits::TRANSITIONS);
            return Err(ChartError::Limit { at, what: "transitions", found, limit });
        }
        let idle = source.targets.is_empty() && source.actions.is_empty();
        if idle && source.events.is_empty() && source.guard.is_none() {
            return Err(ChartError::Structure {
                at,
                problem: "a transition without event, guard, target and actions, which never ends".into(),
                remedy: "give it one of them".into(),
            });
        }
        for event in &source.events {
            if event != "*" {
                self.event(event, state, source.line)?;
            }
        }
        let targets = self.resolve(&source.targets, state, source.line)?;
        let guard = source.guard.as_deref().map(|text| self.expression(text, state, source.line)).transpose()?;
        let body = self.block(&source.actions, state)?;
        let domain = targets::domain(&self.chart, state, source.internal, &targets);
        let dynamic = targets.iter().any(|target| self.chart.state(*target).is_history());
        let range = self.put_targets(&targets);
        self.chart.transitions.push(TransitionTable {
            source: state,
            exits: domain.map_or(0..0, |domain| domain + 1..self.chart.state(domain).end),
            guard: guard.unwrap_or(NONE),
            body: body.unwrap_or(NONE),
            targets: range,
            internal: source.internal,
            dynamic,
            entry: 0,
            events: source.events.join(" "),
            line: source.line,
        });
        Ok(())
    }

    fn expression(&mut self, text: &str, state: u16, line: Option<u32>) -> Result<u16, ChartError> {
        let at = self.at(state, line);
        parse(text, self.scope, &mut self.chart.expressions).map_err(|message| ChartError::Expression {
            at,
            text: text.to_string(),
            message,
        })
    }

    /// An event's number; its name must be one that SCXML allows.
    fn event(&mut self, name: &str, state: u16, line: Option<u32>) -> Result<u16, ChartError> {
        let legal = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '*' | '<' | '>' | '"');
        let wrong = name.is_empty() || name.starts_with('.') || name.ends_with('.') || name.contains("..");
        if wrong || name.len() > limits::NAME_BYTES || !name.chars().all(legal) {
            return Err(ChartError::Field {
                at: self.at(state, line),
                field: "event".into(),
                value: alloc::format!("{name:?}"),
                remedy: "give words joined by dots, or * alone for any event".into(),
            });
        }
        let event = self.scope.events.intern(name);
        if usize::from(event) > limits::EVENTS {
            let (found, limit) = (usize::from(event), limits::EVENTS);
            return Err(ChartError::Limit { at: self.at(state, line), what: "event names", found, limit });
        }
        Ok(event)
    }
}

/// Works out what each transition enters, as far as no history decides it.
fn entry_sets(chart: &mut Chart) {
    let records = [0; WORDS];
    for index in 0..chart.transitions.len() {
        let table = &chart.transitions[index];
        let domain = if index == 0 {
            Some(ROOT)
        } else {
            let targets = chart.targets(&table.targets);
            targets::domain(chart, table.source, table.internal, targets)
        };
        let mut entry = Entry::new();
        if let Some(domain) = domain {
            entry.add_targets(chart, &records, chart.targets(&table.targets), domain);
        }
        let start = chart.sets.len() as u32;
        let words = chart.words;
        chart.transitions[index].entry = start;
        chart.transitions[index].dynamic |= entry.met_history;
        chart.sets.extend_from_slice(&entry.enter.0[..words]);
        chart.sets.extend_from_slice(&entry.by_default.0[..words]);
    }
}
