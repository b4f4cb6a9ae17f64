//! Targets: ids to states, and which of them may be entered together.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::chart::Chart;
use crate::compile::Compiler;
use crate::error::ChartError;
use crate::machine::entry::lcca;
use crate::source::Kind;

impl Compiler<'_> {
    pub(super) fn resolve(&self, ids: &[String], state: u16, line: Option<u32>) -> Result<Vec<u16>, ChartError> {
        let mut targets = Vec::new();
        for id in ids {
            let Some(target) = self.scope.states.get(id.as_str()) else {
                return Err(ChartError::Target { at: self.at(state, line), target: id.clone(), remedy: self.near(id) });
            };
            targets.push(*target);
        }
        for (index, a) in targets.iter().enumerate() {
            for b in &targets[index + 1..] {
                if !together(&self.chart, *a, *b) {
                    let (a, b) = (self.chart.state_id(*a), self.chart.state_id(*b));
                    return Err(ChartError::Structure {
                        at: self.at(state, line),
                        problem: format!("{a:?} and {b:?} can't both be entered"),
                        remedy: "name states of different regions of one parallel state".into(),
                    });
                }
            }
        }
        Ok(targets)
    }

    /// What may have been meant.
    fn near(&self, id: &str) -> String {
        let lower = id.to_lowercase();
        let close = |known: &&String| {
            let known = known.to_lowercase();
            known == lower || (lower.len() > 2 && (known.contains(&lower) || lower.contains(known.as_str())))
        };
        match self.chart.states().iter().find(close) {
            Some(known) => format!("did you mean {known:?}?"),
            None => "add the state or correct the id".into(),
        }
    }

    pub(super) fn put_targets(&mut self, targets: &[u16]) -> Range<u32> {
        let start = self.chart.targets.len() as u32;
        self.chart.targets.extend_from_slice(targets);
        start..self.chart.targets.len() as u32
    }

    /// A default that leads from history to history and back would never end.
    pub(super) fn refuse_history_cycle(&self, state: u16, line: Option<u32>) -> Result<(), ChartError> {
        let mut at = state;
        for _ in 0..=self.chart.history_count {
            let table = self.chart.state(at);
            let next = self.chart.targets(&table.targets).first().copied();
            match next {
                Some(next) if table.is_history() && self.chart.state(next).is_history() => at = next,
                _ => return Ok(()),
            }
        }
        Err(ChartError::Structure {
            at: self.at(state, line),
            problem: "a cyclic entry: the default of this history leads back to itself".into(),
            remedy: "let one of the defaults name a state".into(),
        })
    }
}

/// Whether two states can be active at once without one holding the other. A history stands for its parent.
fn together(chart: &Chart, a: u16, b: u16) -> bool {
    let stand = |state: u16| if chart.state(state).is_history() { chart.state(state).parent } else { state };
    let (a, b) = (stand(a), stand(b));
    if a == b || chart.is_descendant(a, b) || chart.is_descendant(b, a) {
        return false;
    }
    let common = chart.ancestors(a).find(|ancestor| chart.is_descendant(b, *ancestor));
    common.is_some_and(|state| chart.state(state).kind == Kind::Parallel)
}

/// Domain of a transition whose targets are known: what it leaves lies inside.
pub(super) fn domain(chart: &Chart, source: u16, internal: bool, targets: &[u16]) -> Option<u16> {
    if targets.is_empty() {
        return None;
    }
    if internal
        && chart.state(source).is_compound(source)
        && targets.iter().all(|target| chart.is_descendant(*target, source))
    {
        return Some(source);
    }
    Some(lcca(chart, source, targets, |_| true))
}
