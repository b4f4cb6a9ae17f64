//! What is written on states and transitions.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::read::duration_text;
use crate::source::{Act, Action, Delay, Source, State, Transition};

/// `event [guard] / actions`.
pub(super) fn transition(transition: &Transition) -> String {
    let guard = transition.guard.as_ref().map(|guard| format!("[{guard}]"));
    let events = Some(transition.events.join(" ")).filter(|events| !events.is_empty());
    let trigger: Vec<String> = events.into_iter().chain(guard).collect();
    let does = actions(&transition.actions);
    match (trigger.is_empty(), does.is_empty()) {
        (_, true) => trigger.join(" "),
        (true, false) => format!("/ {does}"),
        (false, false) => format!("{} / {does}", trigger.join(" ")),
    }
}

/// `entry / …` and `exit / …`.
pub(super) fn activities(state: &State) -> Vec<String> {
    let of = |name: &str, blocks: &[Vec<Action>]| {
        let does: Vec<String> = blocks.iter().map(|block| actions(block)).collect();
        (!blocks.is_empty()).then(|| format!("{name} / {}", does.join(", ")))
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
