//! Reachability without guards.

use alloc::vec;
use alloc::vec::Vec;

use crate::chart::{Chart, NONE};
use crate::machine::entry::Entry;
use crate::set::members;

/// States that some run may enter, by state.
pub(super) fn reachable(chart: &Chart) -> Vec<bool> {
    let mut reached = vec![false; chart.states.len()];
    let mut by_source = vec![Vec::new(); chart.states.len()];
    for (index, transition) in chart.transitions.iter().enumerate().skip(1) {
        by_source[usize::from(transition.source)].push(index as u16);
    }
    let mut open = entered(chart, chart.start);
    while let Some(state) = open.pop() {
        if core::mem::replace(&mut reached[usize::from(state)], true) {
            continue;
        }
        for transition in &by_source[usize::from(state)] {
            open.extend(entered(chart, *transition));
        }
    }
    reached
}

/// States that a transition enters. A history leads to its default here; what it remembers was reached before.
pub(super) fn entered(chart: &Chart, transition: u16) -> Vec<u16> {
    let table = chart.transition(transition);
    let mut entry = Entry::new();
    if !table.targets.is_empty() {
        let domain = table.exits.start.saturating_sub(1);
        entry.add_targets(chart, &[], chart.targets(&table.targets), domain);
    }
    members(&entry.enter.0).collect()
}

/// Atomic states whose regions of some parallel ancestor, other than their own, are all within `good`.
pub(super) fn covered_by_sibling(chart: &Chart, state: u16, good: impl Fn(u16) -> bool) -> bool {
    let mut child = state;
    loop {
        let parent = chart.state(child).parent;
        if parent == NONE {
            return false;
        }
        let regions = chart.state(parent).kind == crate::source::Kind::Parallel;
        if regions && chart.children(parent).filter(|sibling| *sibling != child).any(&good) {
            return true;
        }
        child = parent;
    }
}

/// Atomic states at or below `state`.
pub(super) fn leaves(chart: &Chart, state: u16) -> impl Iterator<Item = u16> + '_ {
    (state..chart.state(state).end)
        .filter(|state| chart.state(*state).end == state + 1 && !chart.state(*state).is_history())
}
