//! `selectTransitions`, `selectEventlessTransitions` and `removeConflictingTransitions` of the Recommendation.

use core::ops::Range;

use heapless::Vec;

use crate::chart::{Chart, ERROR_EXECUTION, NONE};
use crate::expr::Env;
use crate::limits::STATES;
use crate::machine::entry::{each_effective, lcca};
use crate::machine::queue::INTERNAL;
use crate::machine::Core;
use crate::set::words;
use crate::value::{Fault, Value};

/// Transitions to be taken together, in document order of the states that chose them.
pub(super) type Enabled = Vec<u16, STATES>;

impl Core {
    #[inline]
    pub(super) fn select(&mut self, chart: &Chart, event: u16) -> Enabled {
        let mut enabled = Enabled::new();
        let row = chart.row(event);
        for index in 0..chart.words {
            let mut waiting = self.sets[index] & chart.handlers(row)[index];
            while waiting != 0 {
                let state = index as u16 * 64 + waiting.trailing_zeros() as u16;
                waiting &= waiting - 1;
                let chosen = chart.candidates(row, state).find(|transition| self.passes(chart, *transition));
                if let Some(transition) = chosen.filter(|transition| !enabled.contains(transition)) {
                    // A transition is chosen by an atomic state, so there are never more than states.
                    _ = enabled.push(transition);
                }
            }
        }
        if enabled.len() > 1 {
            return self.without_conflicts(chart, &enabled);
        }
        enabled
    }

    #[inline]
    fn passes(&mut self, chart: &Chart, transition: u16) -> bool {
        let guard = chart.transition(transition).guard;
        if guard == NONE {
            return true;
        }
        match chart.expressions.eval(guard, &self.env(chart)).and_then(Value::truth) {
            Ok(truth) => truth,
            Err(fault) => {
                self.fail(fault);
                false
            }
        }
    }

    /// An error that the chart can react to.
    pub(super) fn fail(&mut self, _: Fault) {
        self.counters.errors += 1;
        let queued = self.queues.push(INTERNAL, ERROR_EXECUTION, &[]);
        self.counters.rejected += u64::from(!queued);
    }

    /// What expressions read.
    #[inline]
    pub(super) fn env(&self, chart: &Chart) -> Env<'_> {
        Env {
            variables: &self.variables,
            inputs: &self.inputs,
            data: &self.data,
            event: self.event,
            active: &self.sets[..chart.words],
        }
    }

    /// The one from the inner state wins, else the one that was chosen first.
    fn without_conflicts(&self, chart: &Chart, enabled: &Enabled) -> Enabled {
        let mut kept = Enabled::new();
        'next: for first in enabled {
            let source = chart.transition(*first).source;
            let exits = self.exits(chart, *first);
            let mut loses = Enabled::new();
            for second in &kept {
                let other = self.exits(chart, *second);
                let both = exits.start.max(other.start)..exits.end.min(other.end);
                if words(&both).any(|(index, mask)| self.sets[index] & mask != 0) {
                    if !chart.is_descendant(source, chart.transition(*second).source) {
                        continue 'next;
                    }
                    _ = loses.push(*second);
                }
            }
            kept.retain(|transition| !loses.contains(transition));
            _ = kept.push(*first);
        }
        kept
    }

    /// States that a transition leaves, where they are active.
    #[inline]
    pub(super) fn exits(&self, chart: &Chart, transition: u16) -> Range<u16> {
        let table = chart.transition(transition);
        if !table.dynamic {
            return table.exits.clone();
        }
        let domain = self.dynamic_domain(chart, transition);
        domain + 1..chart.state(domain).end
    }

    /// Domain of a transition to a history, which depends on what that remembers.
    pub(super) fn dynamic_domain(&self, chart: &Chart, transition: u16) -> u16 {
        let table = chart.transition(transition);
        let mut targets = Enabled::new();
        each_effective(chart, &self.sets, chart.targets(&table.targets), &mut |state| _ = targets.push(state));
        let source = table.source;
        let inside = |target: &u16| chart.is_descendant(*target, source);
        if table.internal && chart.state(source).is_compound(source) && targets.iter().all(inside) {
            return source;
        }
        lcca(chart, source, &targets)
    }
}
