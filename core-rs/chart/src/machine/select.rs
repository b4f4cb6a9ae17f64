//! `selectTransitions`, `selectEventlessTransitions` and `removeConflictingTransitions` of the Recommendation.

use core::ops::Range;

use heapless::Vec;

use crate::chart::{Chart, ERROR_EXECUTION, NONE};
use crate::expr::Env;
use crate::limits::STATES;
use crate::machine::Core;
use crate::machine::entry::{each_effective, lcca};
use crate::machine::queue::INTERNAL;
use crate::set::{has, words};
use crate::value::{Fault, Value};

/// Transitions to be taken together, in document order of the states that chose them. Filled in place: moving one would
/// copy all its slots.
pub(super) type Enabled = Vec<u16, STATES>;

impl Core {
    #[inline]
    pub(super) fn select(&mut self, chart: &Chart, event: u16, enabled: &mut Enabled) {
        enabled.clear();
        let row = chart.row(event);
        for (index, handlers) in chart.handlers(row).iter().enumerate() {
            let mut waiting = self.sets[index] & handlers;
            while waiting != 0 {
                let state = index as u16 * 64 + waiting.trailing_zeros() as u16;
                waiting &= waiting - 1;
                let list = chart.candidate_list(row, state);
                let Some(chosen) = list.iter().find(|t| **t == NONE || self.passes(chart, **t)) else { continue };
                // Two states may choose the same ancestor's. There are never more than atomic states.
                if *chosen != NONE && (enabled.is_empty() || !enabled.contains(chosen)) {
                    _ = enabled.push(*chosen);
                }
            }
        }
        if enabled.len() > 1 {
            self.remove_conflicts(chart, enabled);
        }
    }

    #[inline]
    fn passes(&mut self, chart: &Chart, transition: u16) -> bool {
        let guard = chart.transition(transition).guard;
        guard == NONE || self.holds(chart, guard)
    }

    /// A condition that fails is false, and an error event. Apart, so that selection without guards stays small.
    #[inline(never)]
    pub(super) fn holds(&mut self, chart: &Chart, guard: u16) -> bool {
        match chart.expressions.eval(guard, &self.env(chart)).and_then(Value::truth) {
            Ok(truth) => truth,
            Err(fault) => {
                self.fail(fault);
                false
            }
        }
    }

    pub(super) fn fail(&mut self, _: Fault) {
        self.report(ERROR_EXECUTION);
    }

    /// An error that the chart can react to.
    pub(super) fn report(&mut self, error: u16) {
        self.counters.errors += 1;
        let queued = self.queues.push(INTERNAL, error, &[]);
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
    #[inline(never)]
    fn remove_conflicts(&self, chart: &Chart, enabled: &mut Enabled) {
        let mut kept = Enabled::new();
        'next: for first in enabled.iter() {
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
        enabled.clone_from(&kept);
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
    #[inline(never)]
    pub(super) fn dynamic_domain(&self, chart: &Chart, transition: u16) -> u16 {
        let table = chart.transition(transition);
        let mut targets = Enabled::new();
        each_effective(chart, &self.sets, chart.targets(&table.targets), &mut |state| _ = targets.push(state));
        let source = table.source;
        let inside = |target: &u16| chart.is_descendant(*target, source);
        // Asked again on the way in, when the history may remember something else: what was left is no domain.
        let active = |state: u16| has(&self.sets, state);
        if table.internal && chart.state(source).is_compound(source) && targets.iter().all(inside) && active(source) {
            return source;
        }
        lcca(chart, source, &targets, active)
    }
}
