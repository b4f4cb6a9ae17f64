//! `microstep` of the Recommendation: exit, act, enter. Transitions that are taken together have disjoint domains, so
//! leaving and entering them one after the other is document order.

use core::ops::Range;

use crate::chart::{Chart, NONE, ROOT};
use crate::machine::Core;
use crate::machine::entry::Entry;
use crate::machine::host::{Host, Taken};
use crate::machine::queue::INTERNAL;
use crate::machine::select::Enabled;
use crate::set::{has, members, words};
use crate::source::Kind;

impl Core {
    #[inline]
    pub(super) fn microstep<H: Host>(&mut self, chart: &Chart, enabled: &Enabled, host: &mut H) {
        self.counters.transitions += enabled.len() as u64;
        let watches = host.watches();
        if watches {
            for transition in enabled {
                host.before(&self.taken(chart, *transition));
            }
        }
        for transition in enabled.iter().rev() {
            let exits = self.exits(chart, *transition);
            if chart.history_count > 0 {
                self.record_histories(chart, &exits);
            }
            self.exit_range(chart, &exits, host);
        }
        for transition in enabled {
            self.run_block(chart, chart.transition(*transition).body, host);
        }
        for transition in enabled {
            self.enter(chart, *transition, host);
        }
        if watches {
            for transition in enabled {
                host.after(&self.taken(chart, *transition));
            }
        }
    }

    fn taken<'a>(&'a self, chart: &'a Chart, transition: u16) -> Taken<'a> {
        let transition = chart.transition(transition);
        Taken { chart, transition, event: self.event, active: &self.sets[..chart.words] }
    }

    #[inline(never)]
    fn record_histories(&mut self, chart: &Chart, range: &Range<u16>) {
        for (index, mask) in words(range) {
            for state in members(&[self.sets[index] & mask]).map(|bit| index as u16 * 64 + bit) {
                for history in chart.histories_of(state) {
                    self.record(chart, state, *history);
                }
            }
        }
    }

    fn record(&mut self, chart: &Chart, state: u16, history: u16) {
        let table = chart.state(history);
        let deep = table.kind == Kind::DeepHistory;
        let (active, records) = self.sets.split_at_mut(chart.words);
        let record = &mut records[table.record as usize - chart.words..][..chart.words];
        record.fill(0);
        for member in state + 1..chart.state(state).end {
            let wanted = if deep { chart.state(member).end == member + 1 } else { chart.state(member).parent == state };
            if wanted && has(active, member) {
                record[usize::from(member) / 64] |= 1 << (member % 64);
            }
        }
    }

    /// Leaves the active states of a range, last first.
    #[inline]
    pub(super) fn exit_range<H: Host>(&mut self, chart: &Chart, range: &Range<u16>, host: &mut H) {
        if range.is_empty() {
            return;
        }
        let (first, last) = (usize::from(range.start) / 64, usize::from(range.end - 1) / 64);
        for index in (first..=last).rev() {
            let mut mask = u64::MAX;
            if index == first {
                mask <<= range.start % 64;
            }
            if index == last {
                mask &= u64::MAX >> (63 - (range.end - 1) % 64);
            }
            let mut leaving = self.sets[index] & mask;
            while leaving != 0 {
                let bit = leaving.ilog2();
                leaving ^= 1 << bit;
                let state = index as u16 * 64 + bit as u16;
                let table = chart.state(state);
                if table.busy {
                    table.exit.clone().for_each(|block| self.run_block(chart, block, host));
                }
                self.sets[index] ^= 1 << bit;
            }
        }
    }

    /// Enters what a transition leads to.
    #[inline]
    pub(super) fn enter<H: Host>(&mut self, chart: &Chart, transition: u16, host: &mut H) {
        let table = chart.transition(transition);
        if table.targets.is_empty() {
            return;
        }
        if table.dynamic {
            return self.enter_dynamic(chart, transition, host);
        }
        let (enter, by_default) = chart.entry_sets(table);
        for (index, word) in enter.iter().enumerate() {
            let mut entering = *word;
            while entering != 0 {
                let bit = entering.trailing_zeros();
                entering &= entering - 1;
                let state = index as u16 * 64 + bit as u16;
                self.sets[index] |= 1 << bit;
                if chart.state(state).busy {
                    self.arrive(chart, state, has(by_default, state), &[], host);
                }
            }
        }
    }

    #[inline(never)]
    fn enter_dynamic<H: Host>(&mut self, chart: &Chart, transition: u16, host: &mut H) {
        let table = chart.transition(transition);
        // The start has no source to leave.
        let domain = if transition == chart.start { ROOT } else { self.dynamic_domain(chart, transition) };
        let mut entry = Entry::new();
        entry.add_targets(chart, &self.sets, chart.targets(&table.targets), domain);
        for state in members(&entry.enter.0[..chart.words]) {
            self.sets[usize::from(state) / 64] |= 1 << (state % 64);
            if chart.state(state).busy {
                self.arrive(chart, state, entry.by_default.contains(state), &entry.histories.0, host);
            }
        }
    }

    /// What a state does when it is entered.
    #[inline(never)]
    fn arrive<H: Host>(&mut self, chart: &Chart, state: u16, by_default: bool, histories: &[u64], host: &mut H) {
        let table = chart.state(state);
        table.entry.clone().for_each(|block| self.run_block(chart, block, host));
        if by_default {
            self.run_block(chart, table.initial, host);
        }
        for history in chart.histories_of(state) {
            if has(histories, *history) {
                self.run_block(chart, chart.state(*history).initial, host);
            }
        }
        if table.kind == Kind::Final {
            self.done(chart, table.parent);
        }
    }

    /// A final child of `parent` was entered.
    fn done(&mut self, chart: &Chart, parent: u16) {
        if parent == ROOT {
            self.finished = true;
            return;
        }
        self.raise_done(chart, parent);
        let grandparent = chart.state(parent).parent;
        if grandparent != ROOT
            && chart.state(grandparent).kind == Kind::Parallel
            && chart.children(grandparent).all(|child| self.is_done(chart, child))
        {
            self.raise_done(chart, grandparent);
        }
    }

    fn raise_done(&mut self, chart: &Chart, state: u16) {
        let event = chart.state(state).done;
        debug_assert_ne!(event, NONE);
        let queued = self.queues.push(INTERNAL, event, &[]);
        self.counters.rejected += u64::from(!queued);
    }

    /// `isInFinalState` of the Recommendation.
    fn is_done(&self, chart: &Chart, state: u16) -> bool {
        let active = &self.sets[..chart.words];
        match chart.state(state).kind {
            Kind::Parallel => chart.children(state).all(|child| self.is_done(chart, child)),
            _ => chart.children(state).any(|child| chart.state(child).kind == Kind::Final && has(active, child)),
        }
    }
}
