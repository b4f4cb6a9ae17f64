//! For each event and state, the transitions to try: what selection would otherwise search for at run time.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::chart::{Chart, EVENTLESS, NONE, OTHER, ROOT};
use crate::compile::Scope;
use crate::error::{At, ChartError};
use crate::limits;
use crate::lookup::Lookup;

/// Fills the chart's event tables.
pub(super) fn index(chart: &mut Chart, scope: &Scope) -> Result<(), ChartError> {
    let names = &scope.events.names;
    let named = names
        .iter()
        .enumerate()
        .skip(usize::from(OTHER) + 1)
        .filter(|(_, name)| !name.ends_with(".*"))
        .map(|(event, name)| {
            let below = scope.events.get(&alloc::format!("{name}.*")).unwrap_or(event as u16);
            (name.clone(), event as u16, below)
        })
        .collect();
    chart.lookup = Lookup::new(named);
    chart.event_names = names.iter().map(|name| name.strip_suffix(".*").unwrap_or(name).into()).collect();
    let by_descriptor = by_descriptor(chart);
    let mut known = BTreeMap::new();
    for (event, name) in names.iter().enumerate() {
        let triggered = match event as u16 {
            EVENTLESS => by_descriptor.get("").cloned().unwrap_or_default(),
            _ => matching(&by_descriptor, name),
        };
        let row = *known.entry(triggered).or_insert_with_key(|triggered| add_row(chart, triggered));
        chart.rows.push(row);
        let (found, limit) = (chart.lists.len(), limits::CANDIDATES);
        if found > limit {
            let what = "candidates, by event and state, of transitions";
            return Err(ChartError::Limit { at: At::default(), what, found, limit });
        }
    }
    Ok(())
}

fn by_descriptor(chart: &Chart) -> BTreeMap<String, Vec<u16>> {
    let mut map = BTreeMap::<String, Vec<u16>>::new();
    for (index, transition) in chart.transitions.iter().enumerate().skip(1) {
        if transition.events.is_empty() {
            map.entry(String::new()).or_default().push(index as u16);
        }
        for descriptor in transition.events.split_whitespace() {
            map.entry(descriptor.into()).or_default().push(index as u16);
        }
    }
    map
}

/// Transitions with a descriptor that is `name`, a prefix of it up to a dot, or `*`.
fn matching(by_descriptor: &BTreeMap<String, Vec<u16>>, name: &str) -> Vec<u16> {
    let mut all = by_descriptor.get("*").cloned().unwrap_or_default();
    let mut prefix = name;
    while !prefix.is_empty() {
        if let Some(more) = by_descriptor.get(prefix).filter(|_| prefix != "*") {
            all.extend_from_slice(more);
        }
        prefix = prefix.rsplit_once('.').map_or("", |(before, _)| before);
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Transitions are numbered in document order, so one pass over `triggered` gives each state's own in order.
fn add_row(chart: &mut Chart, triggered: &[u16]) -> u16 {
    let row = chart.handlers.len() / chart.words;
    let mut own = vec![Vec::new(); chart.states.len()];
    for transition in triggered {
        own[usize::from(chart.transition(*transition).source)].push(*transition);
    }
    if chart.lists.is_empty() {
        chart.lists.push(NONE);
    }
    let mut handlers = vec![0_u64; chart.words];
    let mut known = BTreeMap::new();
    for state in 0..chart.states.len() as u16 {
        let mut list = Vec::new();
        let atomic = state != ROOT && chart.state(state).end == state + 1 && !chart.state(state).is_history();
        if atomic {
            list.extend_from_slice(&own[usize::from(state)]);
            for ancestor in chart.ancestors(state) {
                list.extend_from_slice(&own[usize::from(ancestor)]);
            }
        }
        if list.is_empty() {
            chart.candidates.push(0);
            continue;
        }
        handlers[usize::from(state) / 64] |= 1 << (state % 64);
        let lists = &mut chart.lists;
        let start = *known.entry(list).or_insert_with_key(|list| {
            let start = lists.len() as u32;
            lists.extend_from_slice(list);
            lists.push(NONE);
            start
        });
        chart.candidates.push(start);
    }
    chart.handlers.extend_from_slice(&handlers);
    row as u16
}
