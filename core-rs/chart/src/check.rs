//! What is suspicious about a chart: warnings, and errors where a chart is marked `safety`.
//!
//! All of it is worked out on the graph without guards, in which every transition may be taken.

mod reach;
mod safety;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use crate::chart::{Chart, NONE, TransitionTable};
use crate::error::At;
pub(crate) use safety::demand_safety;

/// Something suspicious.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable name for programs.
    pub code: &'static str,
    /// Where.
    pub at: At,
    /// What, and what to do about it.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.at, self.message)
    }
}

pub(crate) fn findings(chart: &Chart) -> Vec<Finding> {
    let reached = reach::reachable(chart);
    let mut findings = Vec::new();
    for state in 1..chart.states.len() as u16 {
        let history = chart.state(state).is_history();
        if !history && !reached[usize::from(state)] {
            findings.push(found(
                chart,
                "unreachable",
                state,
                None,
                "nothing leads here: add a transition, or remove it",
            ));
        }
    }
    never_win(chart, &reached, &mut findings);
    ambiguous(chart, &mut findings);
    findings
}

fn found(chart: &Chart, code: &'static str, state: u16, line: Option<u32>, message: &str) -> Finding {
    let at = At { line: line.or_else(|| line_of(chart, state)), state: Some(chart.state_id(state).to_string()) };
    Finding { code, at, message: message.to_string() }
}

/// Line of a state: sources keep it, tables don't.
fn line_of(chart: &Chart, state: u16) -> Option<u32> {
    fn find(states: &[crate::source::State], id: &str) -> Option<u32> {
        states.iter().find_map(|state| if state.id == id { state.line } else { find(&state.states, id) })
    }
    find(&chart.source().states, chart.state_id(state))
}

fn describe(transition: &TransitionTable) -> String {
    match transition.events.as_str() {
        "" => "eventless transition".into(),
        events => format!("transition on {events:?}"),
    }
}

/// Transitions that come after one without a guard wherever they are tried.
fn never_win(chart: &Chart, reached: &[bool], findings: &mut Vec<Finding>) {
    let mut wins = alloc::vec![false; chart.transitions.len()];
    // States share lists, so each list is looked at once.
    let mut seen = BTreeSet::new();
    for (index, start) in chart.candidates.iter().enumerate() {
        if !reached[index % chart.states.len()] || !seen.insert(*start) {
            continue;
        }
        for transition in chart.list(*start) {
            wins[usize::from(transition)] = true;
            if chart.transition(transition).guard == NONE {
                break;
            }
        }
    }
    for (index, transition) in chart.transitions.iter().enumerate().skip(1) {
        if !wins[index] && reached[usize::from(transition.source)] {
            let message = format!(
                "the {} can never win: one without a guard always comes before it; reorder or remove it",
                describe(transition)
            );
            findings.push(found(chart, "never_wins", transition.source, transition.line, &message));
        }
    }
}

/// Transitions of which another may pass at the same time, so that document order decides.
fn ambiguous(chart: &Chart, findings: &mut Vec<Finding>) {
    for (index, b) in chart.transitions.iter().enumerate().skip(1) {
        let mut rivals = chart.transitions[1..index].iter().filter(|a| share_event(&a.events, &b.events));
        let Some((a, why)) = rivals.find_map(|a| conflict(chart, a, b).map(|why| (a, why))) else {
            continue;
        };
        let message = format!(
            "the {} is ambiguous with the {} of state {:?}{}: {why}",
            describe(b),
            describe(a),
            chart.state_id(a.source),
            a.line.map(|line| format!(" on line {line}")).unwrap_or_default(),
        );
        findings.push(found(chart, "ambiguous", b.source, b.line, &message));
    }
}

/// Whether some event matches descriptors of both.
fn share_event(a: &str, b: &str) -> bool {
    let below = |name: &str, prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
    let meet = |a: &str, b: &str| a == "*" || b == "*" || a == b || below(a, b) || below(b, a);
    (a.is_empty() && b.is_empty()) || a.split_whitespace().any(|a| b.split_whitespace().any(|b| meet(a, b)))
}

/// Why two transitions of one event may both pass while only one can be taken.
fn conflict(chart: &Chart, a: &TransitionTable, b: &TransitionTable) -> Option<&'static str> {
    if a.source == b.source {
        let both_guarded = a.guard != NONE && b.guard != NONE;
        let exclusive = both_guarded && {
            let (a, b) = (chart.expressions.text(a.guard), chart.expressions.text(b.guard));
            negates(a, b) || negates(b, a)
        };
        return (both_guarded && !exclusive)
            .then_some("both guards may hold, document order decides; make one guard exclude the other");
    }
    let inside = |inner: u16, outer: u16| inner == outer || chart.is_descendant(inner, outer);
    if inside(a.source, b.source) || inside(b.source, a.source) || a.exits.is_empty() || b.exits.is_empty() {
        return None;
    }
    // States of one compound state are never active together; those of two regions are.
    let common = chart.ancestors(a.source).find(|ancestor| chart.is_descendant(b.source, *ancestor))?;
    let regions = chart.state(common).kind == crate::source::Kind::Parallel;
    let overlap = a.exits.start.max(b.exits.start) < a.exits.end.min(b.exits.end);
    (regions && overlap).then_some("both regions may react and one leaves the other, document order decides")
}

/// Whether `a` says `not (b)`.
fn negates(a: &str, b: &str) -> bool {
    let bare = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    let (a, b) = (bare(a), bare(b));
    [format!("!{b}"), format!("!({b})"), format!("not{b}"), format!("not({b})")].contains(&a)
}
