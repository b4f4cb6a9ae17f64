//! What a chart marked `safety` must also hold: SAFE within reach from everywhere, and no event left unhandled.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::chart::{Chart, ROOT};
use crate::check::reach::{covered_by_sibling, entered, leaves, reachable};
use crate::check::{Finding, found};
use crate::error::{At, ChartError};
use crate::source::Kind;

pub(crate) fn demand_safety(chart: &Chart) -> Result<(), ChartError> {
    let safe = chart.source().safe.as_deref();
    let safe = safe.and_then(|id| chart.state_ids.iter().skip(1).position(|state| state == id));
    let Some(safe) = safe else {
        return Err(ChartError::Field {
            at: At::default(),
            field: "safe".into(),
            value: chart.source().safe.as_deref().unwrap_or("missing").to_string(),
            remedy: "a chart marked safety names its SAFE state here".into(),
        });
    };
    let reached = reachable(chart);
    let mut findings = chart.findings.clone();
    out_of_reach(chart, safe as u16 + 1, &reached, &mut findings);
    unhandled(chart, &reached, &mut findings);
    if findings.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    Err(ChartError::Safety { findings: lines.join("\n") })
}

/// Atomic states from which no path leads to SAFE, not even one of a region beside them.
fn out_of_reach(chart: &Chart, safe: u16, reached: &[bool], findings: &mut Vec<Finding>) {
    let atomic: Vec<u16> = leaves(chart, ROOT).filter(|state| reached[usize::from(*state)]).collect();
    let mut good = vec![false; chart.states.len()];
    (safe..chart.state(safe).end).for_each(|state| good[usize::from(state)] = true);
    let leads: Vec<Vec<u16>> = (0..chart.transitions.len() as u16).map(|index| entered(chart, index)).collect();
    let mut by_source = vec![Vec::new(); chart.states.len()];
    for (index, transition) in chart.transitions.iter().enumerate().skip(1) {
        by_source[usize::from(transition.source)].push(index);
    }
    let mut changed = true;
    while changed {
        changed = false;
        for state in &atomic {
            if good[usize::from(*state)] {
                continue;
            }
            let own = core::iter::once(*state).chain(chart.ancestors(*state));
            let by_itself = own
                .flat_map(|source| &by_source[usize::from(source)])
                .any(|index| leads[*index].iter().any(|entered| good[usize::from(*entered)]));
            let all_good = |region: u16| {
                leaves(chart, region).filter(|s| reached[usize::from(*s)]).all(|state| good[usize::from(state)])
            };
            if by_itself || covered_by_sibling(chart, *state, all_good) {
                good[usize::from(*state)] = true;
                changed = true;
            }
        }
    }
    for state in atomic.into_iter().filter(|state| !good[usize::from(*state)]) {
        let message = format!("the SAFE state {:?} can't be reached from here: add a way", chart.state_id(safe));
        findings.push(found(chart, "safe_unreachable", state, None, &message));
    }
}

/// Events that some state handles and another, with nothing beside it that does, would drop.
fn unhandled(chart: &Chart, reached: &[bool], findings: &mut Vec<Finding>) {
    let ends = |state: u16| chart.state(state).kind == Kind::Final && chart.state(state).parent == ROOT;
    for name in chart.events() {
        // These come from the chart itself, where it is in the state to handle them.
        if ["done.", "error.", "after."].iter().any(|own| name.starts_with(own)) {
            continue;
        }
        let row = chart.row(chart.event(name).0);
        let handles = |state: u16| chart.candidates(row, state).next().is_some();
        let handled = |state: u16| {
            let all = |region: u16| leaves(chart, region).filter(|s| reached[usize::from(*s)]).all(handles);
            handles(state) || covered_by_sibling(chart, state, all)
        };
        for state in leaves(chart, ROOT).filter(|state| reached[usize::from(*state)] && !ends(*state)) {
            if !handled(state) {
                let message = format!("the event {name:?} is left unhandled here: handle it here or in an ancestor");
                findings.push(found(chart, "unhandled", state, None, &message));
            }
        }
    }
}
