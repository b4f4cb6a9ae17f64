//! Which states a transition enters: `computeEntrySet` of the Recommendation, used when a chart is compiled and, where
//! history decides, when it runs.

use crate::chart::{Chart, ROOT};
use crate::set::{Set, has, members};
use crate::source::Kind;

/// What is to be entered.
pub(crate) struct Entry {
    pub(crate) enter: Set,
    /// Compound states whose default entry is taken, and whose actions for it therefore run.
    pub(crate) by_default: Set,
    /// Histories without a record, whose default actions therefore run.
    pub(crate) histories: Set,
    pub(crate) met_history: bool,
}

impl Entry {
    pub(crate) const fn new() -> Self {
        Self { enter: Set::EMPTY, by_default: Set::EMPTY, histories: Set::EMPTY, met_history: false }
    }

    /// All that entering `targets` from inside `domain` brings with it. `sets` are a machine's, for its records.
    pub(crate) fn add_targets(&mut self, chart: &Chart, sets: &[u64], targets: &[u16], domain: u16) {
        for target in targets {
            self.add_descendants(chart, sets, *target);
        }
        each_effective(chart, sets, targets, &mut |target| self.add_ancestors(chart, sets, target, domain));
    }

    fn add_descendants(&mut self, chart: &Chart, sets: &[u64], state: u16) {
        let table = chart.state(state);
        if table.is_history() {
            self.met_history = true;
            let record = record(chart, sets, state);
            if record.iter().any(|word| *word != 0) {
                members(record).for_each(|member| self.add_descendants(chart, sets, member));
                members(record).for_each(|member| self.add_ancestors(chart, sets, member, table.parent));
            } else {
                // The Recommendation keeps one such content for each parent: the last met.
                chart.histories_of(table.parent).iter().for_each(|sibling| self.histories.remove(*sibling));
                self.histories.insert(state);
                self.add_default(chart, sets, state, table.parent);
            }
            return;
        }
        self.enter.insert(state);
        if table.is_compound(state) {
            self.by_default.insert(state);
            self.add_default(chart, sets, state, state);
        } else if table.kind == Kind::Parallel {
            self.add_regions(chart, sets, state);
        }
    }

    /// Where the default entry of `state` leads.
    fn add_default(&mut self, chart: &Chart, sets: &[u64], state: u16, inside: u16) {
        let targets = chart.targets(&chart.state(state).targets);
        for target in targets {
            self.add_descendants(chart, sets, *target);
        }
        for target in targets {
            self.add_ancestors(chart, sets, *target, inside);
        }
    }

    fn add_ancestors(&mut self, chart: &Chart, sets: &[u64], state: u16, domain: u16) {
        // A history may lie above the domain; what wasn't left isn't entered again.
        let entered = |ancestor: &u16| *ancestor != domain && !has(sets, *ancestor);
        for ancestor in chart.ancestors(state).take_while(entered) {
            self.enter.insert(ancestor);
            if chart.state(ancestor).kind == Kind::Parallel {
                self.add_regions(chart, sets, ancestor);
            }
        }
    }

    fn add_regions(&mut self, chart: &Chart, sets: &[u64], parallel: u16) {
        for child in chart.children(parallel) {
            if !self.enter.meets(&(child + 1..chart.state(child).end)) {
                self.add_descendants(chart, sets, child);
            }
        }
    }
}

/// What a history remembers; empty if nothing, or if there is no machine yet.
fn record<'a>(chart: &Chart, sets: &'a [u64], history: u16) -> &'a [u64] {
    let start = chart.state(history).record as usize;
    sets.get(start..start + chart.words).unwrap_or_default()
}

/// Calls `each` with every state that `targets` stand for, histories replaced by what they remember.
pub(crate) fn each_effective(chart: &Chart, sets: &[u64], targets: &[u16], each: &mut impl FnMut(u16)) {
    for target in targets {
        if !chart.state(*target).is_history() {
            each(*target);
            continue;
        }
        // Defaults may lead from history to history; the compiler refused cycles.
        let record = record(chart, sets, *target);
        if record.iter().any(|word| *word != 0) {
            members(record).for_each(&mut *each);
        } else {
            effective_default(chart, sets, *target, each);
        }
    }
}

/// Apart, so that the closure's type doesn't grow with each level.
fn effective_default(chart: &Chart, sets: &[u64], history: u16, each: &mut dyn FnMut(u16)) {
    let targets = chart.targets(&chart.state(history).targets);
    each_effective(chart, sets, targets, &mut |state| each(state));
}

/// Least common compound ancestor of `source` and all `targets` among the states that `may` be it, or the root.
pub(crate) fn lcca(chart: &Chart, source: u16, targets: &[u16], may: impl Fn(u16) -> bool) -> u16 {
    let holds_all = |ancestor: &u16| targets.iter().all(|target| chart.is_descendant(*target, *ancestor));
    chart
        .ancestors(source)
        .filter(|ancestor| chart.state(*ancestor).is_compound(*ancestor) && may(*ancestor))
        .find(holds_all)
        .unwrap_or(ROOT)
}
