//! What is written on states and transitions.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::read::duration_text;
use crate::source::{Act, Action, Delay, Source, State, Transition};

/// `event [guard] / actions`, a timeout as `after 2s`.
pub(super) fn transition(state: &State, transition: &Transition) -> String {
    let guard = transition.guard.as_ref().map(|guard| format!("[{guard}]"));
    let named: Vec<String> = transition
        .events
        .iter()
        .map(|event| timeout(state, event).map_or_else(|| event.clone(), |ns| format!("after {}", duration_text(ns))))
        .collect();
    let events = Some(named.join(" ")).filter(|events| !events.is_empty());
    let trigger: Vec<String> = events.into_iter().chain(guard).collect();
    let does = actions(&transition.actions);
    match (trigger.is_empty(), does.is_empty()) {
        (_, true) => trigger.join(" "),
        (true, false) => format!("/ {does}"),
        (false, false) => format!("{} / {does}", trigger.join(" ")),
    }
}

/// The delay of `event`, if it is a timeout: sent on entry, and cancelled on exit.
fn timeout(state: &State, event: &str) -> Option<u64> {
    state.entry.iter().find_map(|block| match block.as_slice() {
        [Action { act: Act::Send { event: sent, delay: Delay::Ns(ns), id: Some(id), .. }, .. }]
            if sent == event && id == event =>
        {
            Some(*ns)
        }
        _ => None,
    })
}

/// `entry / …` and `exit / …`, without the timeouts that transitions show.
pub(super) fn activities(state: &State) -> Vec<String> {
    let is_timeout = |block: &[Action]| match block {
        [Action { act: Act::Send { event, .. }, .. }] => timeout(state, event).is_some(),
        [Action { act: Act::Cancel { id }, .. }] => timeout(state, id).is_some(),
        _ => false,
    };
    let of = |name: &str, blocks: &[Vec<Action>]| {
        let does: Vec<String> = blocks.iter().filter(|block| !is_timeout(block)).map(|block| actions(block)).collect();
        (!does.is_empty()).then(|| format!("{name} / {}", does.join(", ")))
    };
    of("entry", &state.entry).into_iter().chain(of("exit", &state.exit)).collect()
}

fn actions(actions: &[Action]) -> String {
    actions.iter().map(|one| action(&one.act)).collect::<Vec<_>>().join(", ")
}

fn action(act: &Act) -> String {
    match act {
        Act::Effect { name, .. } => name.clone(),
        Act::Assign { variable, value } => format!("{variable} := {value}"),
        Act::Raise { event, .. } => format!("raise {event}"),
        Act::Send { event, delay: Delay::Ns(0), .. } => format!("send {event}"),
        Act::Send { event, delay: Delay::Ns(ns), .. } => format!("send {event} in {}", duration_text(*ns)),
        Act::Send { event, delay: Delay::Ms(ms), .. } => format!("send {event} in ({ms}) ms"),
        Act::Cancel { id } => format!("cancel {id}"),
        Act::If { condition, then, otherwise } if otherwise.is_empty() => {
            format!("if {condition}: {}", actions(then))
        }
        Act::If { condition, then, otherwise } => {
            format!("if {condition}: {} else: {}", actions(then), actions(otherwise))
        }
        Act::Log { .. } => "log".to_string(),
    }
}

/// Ids of `states` that are entered first.
pub(super) fn first<'a>(initial: &'a [String], states: &'a [State]) -> Vec<&'a str> {
    match (initial, states.iter().find(|state| !is_history(state))) {
        ([], Some(first)) => [first.id.as_str()].into(),
        (targets, _) => targets.iter().map(String::as_str).collect(),
    }
}

pub(super) fn is_history(state: &State) -> bool {
    use crate::source::Kind;
    matches!(state.kind, Kind::ShallowHistory | Kind::DeepHistory)
}

/// The path of states from the top down to `id`.
pub(super) fn path<'a>(source: &'a Source, id: &str) -> Vec<&'a State> {
    fn search<'a>(states: &'a [State], id: &str, path: &mut Vec<&'a State>) -> bool {
        states.iter().any(|state| {
            path.push(state);
            if state.id == id || search(&state.states, id, path) {
                return true;
            }
            path.pop();
            false
        })
    }
    let mut path = Vec::new();
    search(&source.states, id, &mut path);
    path
}
