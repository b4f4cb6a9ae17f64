//! What a machine tells its host.

use alloc::vec::Vec;

use crate::chart::{Chart, EffectSite, NONE, TransitionTable};
use crate::set::members;
use crate::value::Value;

/// Receives effects, and may watch transitions.
pub trait Host {
    /// The chart asks for something: `site` is number `index` of [`Chart::effects`], `values` belong to its fields.
    fn effect(&mut self, index: usize, site: &EffectSite, values: &[Value]);
    /// Whether transitions are to be told; if not, that costs nothing.
    fn watches(&self) -> bool {
        false
    }
    /// A transition is about to be taken.
    fn before(&mut self, _step: &Taken<'_>) {}
    /// The transitions of a microstep were taken; called for each of them.
    fn after(&mut self, _step: &Taken<'_>) {}
}

/// Drops everything.
impl Host for () {
    fn effect(&mut self, _: usize, _: &EffectSite, _: &[Value]) {}
}

/// A transition being taken.
pub struct Taken<'a> {
    pub(crate) chart: &'a Chart,
    pub(crate) transition: &'a TransitionTable,
    pub(crate) event: u16,
    pub(crate) active: &'a [u64],
}

impl Taken<'_> {
    /// The state that it leaves.
    pub fn source(&self) -> &str {
        self.chart.state_id(self.transition.source)
    }

    /// Where it leads.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        self.chart.targets(&self.transition.targets).iter().map(|state| self.chart.state_id(*state))
    }

    /// What triggered it; none for an eventless transition.
    pub fn event(&self) -> Option<&str> {
        (!self.transition.events.is_empty() && self.event != NONE)
            .then(|| self.chart.event_names[usize::from(self.event)].as_str())
    }

    /// All active states in document order.
    pub fn configuration(&self) -> impl Iterator<Item = &str> {
        members(self.active).map(|state| self.chart.state_id(state))
    }
}

/// A host that keeps the effects, in buffers that are reused.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    sites: Vec<usize>,
    values: Vec<Value>,
}

impl Effects {
    /// Room for what a chart may ask in one macrostep, unless it loops.
    pub fn of(chart: &Chart) -> Self {
        let values = chart.effects.iter().map(|site| site.fields.len()).sum::<usize>();
        Self { sites: Vec::with_capacity(2 * chart.effects.len()), values: Vec::with_capacity(2 * values) }
    }

    /// Forgets the effects, keeps the buffers.
    pub fn clear(&mut self) {
        self.sites.clear();
        self.values.clear();
    }

    /// Each effect of a machine of `chart` and its values.
    pub fn iter<'a>(&'a self, chart: &'a Chart) -> impl Iterator<Item = (&'a EffectSite, &'a [Value])> {
        let mut from = 0;
        self.sites.iter().filter_map(move |index| {
            let site = chart.effects.get(*index)?;
            let values = self.values.get(from..from + site.fields.len())?;
            from += site.fields.len();
            Some((site, values))
        })
    }

    /// Names of the effects.
    pub fn names<'a>(&'a self, chart: &'a Chart) -> Vec<&'a str> {
        self.iter(chart).map(|(site, _)| site.name.as_str()).collect()
    }
}

impl Host for Effects {
    fn effect(&mut self, index: usize, _: &EffectSite, values: &[Value]) {
        self.sites.push(index);
        if !values.is_empty() {
            self.values.extend_from_slice(values);
        }
    }
}
