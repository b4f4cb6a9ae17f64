//! States in document order, and the rules about which may stand inside which.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::chart::{NONE, ROOT, StateTable};
use crate::error::{At, ChartError};
use crate::limits;
use crate::source::{Kind, Source, State};

/// All states, numbered.
pub(super) struct Flat {
    pub(super) tables: Vec<StateTable>,
    pub(super) ids: Vec<String>,
    pub(super) histories: Vec<u16>,
    pub(super) history_count: usize,
    pub(super) words: usize,
}

pub(super) fn flatten(source: &Source) -> Result<Flat, ChartError> {
    if source.states.is_empty() {
        return Err(ChartError::Structure {
            at: At::default(),
            problem: "a chart without states".into(),
            remedy: "give at least one".into(),
        });
    }
    let mut flat = Flat { tables: Vec::new(), ids: Vec::new(), histories: Vec::new(), history_count: 0, words: 0 };
    flat.push("", Kind::Plain, NONE);
    let mut lines = BTreeMap::new();
    for state in &source.states {
        if matches!(state.kind, Kind::ShallowHistory | Kind::DeepHistory) {
            return Err(wrong(state, "a history outside any state", "move it into the state that it remembers"));
        }
        flat.add(state, ROOT, 1, &mut lines)?;
    }
    flat.finish();
    Ok(flat)
}

fn wrong(state: &State, problem: &str, remedy: &str) -> ChartError {
    let at = At { line: state.line, state: Some(state.id.clone()) };
    ChartError::Structure { at, problem: problem.into(), remedy: remedy.into() }
}

/// What a kind of state may hold.
fn check(state: &State) -> Result<(), ChartError> {
    let legal = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '\'' | '"' | '<' | '>');
    if state.id.is_empty() || state.id.len() > limits::NAME_BYTES || !state.id.chars().all(legal) {
        return Err(wrong(state, "a state id that is empty, too long, or has spaces or quotes", "give another id"));
    }
    let children = state.states.iter().any(|child| !matches!(child.kind, Kind::ShallowHistory | Kind::DeepHistory));
    let content = !state.entry.is_empty() || !state.exit.is_empty();
    match state.kind {
        Kind::Final if !state.states.is_empty() || !state.transitions.is_empty() || state.initial.is_some() => {
            Err(wrong(state, "a final state with children or transitions", "leave it only entry and exit actions"))
        }
        Kind::ShallowHistory | Kind::DeepHistory if !state.states.is_empty() || content => {
            Err(wrong(state, "a history with children or actions", "leave it only its default target"))
        }
        Kind::Parallel if !children => Err(wrong(state, "a parallel state without children", "give it regions")),
        Kind::Parallel if state.states.iter().any(|child| child.kind == Kind::Final) => {
            Err(wrong(state, "a final state as a region", "move it into a region"))
        }
        Kind::Parallel if state.initial.is_some() => {
            Err(wrong(state, "a parallel state with an initial", "drop it: all children are entered"))
        }
        Kind::Plain if state.initial.is_some() && !children => {
            Err(wrong(state, "an initial in a state without children", "drop it, or add the children"))
        }
        Kind::Plain if !state.states.is_empty() && !children => {
            Err(wrong(state, "a state with histories but no children", "drop them, or add the children"))
        }
        _ => Ok(()),
    }
}

impl Flat {
    fn push(&mut self, id: &str, kind: Kind, parent: u16) -> usize {
        self.tables.push(StateTable {
            parent,
            end: 0,
            kind,
            busy: false,
            entry: 0..0,
            exit: 0..0,
            initial: NONE,
            targets: 0..0,
            histories: 0..0,
            record: 0,
            done: NONE,
        });
        self.ids.push(id.to_string());
        self.tables.len() - 1
    }

    fn add<'a>(
        &mut self,
        state: &'a State,
        parent: u16,
        depth: usize,
        lines: &mut BTreeMap<&'a str, Option<u32>>,
    ) -> Result<(), ChartError> {
        let at = || At { line: state.line, state: Some(state.id.clone()) };
        let limit = |what, found, limit| Err(ChartError::Limit { at: at(), what, found, limit });
        if depth > limits::DEPTH {
            return limit("states inside states", depth, limits::DEPTH);
        }
        if self.tables.len() >= limits::STATES {
            return limit("states", self.tables.len(), limits::STATES - 1);
        }
        check(state)?;
        if let Some(line) = lines.insert(&state.id, state.line) {
            let place = line.map(|line| format!(" on line {line}")).unwrap_or_default();
            return Err(wrong(state, &format!("a second state of this id; the first is{place} above"), "rename one"));
        }
        let index = self.push(&state.id, state.kind, parent);
        for child in &state.states {
            self.add(child, index as u16, depth + 1, lines)?;
        }
        self.tables[index].end = self.tables.len() as u16;
        Ok(())
    }

    /// What follows from the numbering: the root's end, histories by parent, places of their records.
    fn finish(&mut self) {
        self.tables[0].end = self.tables.len() as u16;
        self.words = self.tables.len().div_ceil(64);
        for parent in 0..self.tables.len() {
            let start = self.histories.len() as u32;
            for child in parent + 1..usize::from(self.tables[parent].end) {
                if self.tables[child].is_history() && usize::from(self.tables[child].parent) == parent {
                    self.history_count += 1;
                    self.tables[child].record = (self.history_count * self.words) as u32;
                    self.histories.push(child as u16);
                }
            }
            self.tables[parent].histories = start..self.histories.len() as u32;
        }
    }
}
