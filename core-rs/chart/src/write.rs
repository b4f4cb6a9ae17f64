//! [`Source`] to plain data, such that reading it gives the same source.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::source::{Act, Action, Delay, Initial, Kind, Priority, Source, State, Transition};
use crate::tree::{Node, Tree};
use crate::value::Value;

type Entries = Vec<(String, Tree)>;

fn put(entries: &mut Entries, key: &str, value: impl Into<Node>) {
    entries.push((key.to_string(), Tree { line: None, node: value.into() }));
}

fn put_text(entries: &mut Entries, key: &str, value: Option<&String>) {
    if let Some(text) = value {
        put(entries, key, text.as_str());
    }
}

fn put_list(entries: &mut Entries, key: &str, items: Vec<Tree>) {
    if !items.is_empty() {
        put(entries, key, items);
    }
}

impl Source {
    /// The chart as plain data; shorthands come out in full.
    pub fn to_tree(&self) -> Tree {
        let mut chart = Entries::new();
        put_text(&mut chart, "name", self.name.as_ref());
        put_ids(&mut chart, "initial", &self.initial);
        if self.safety {
            put(&mut chart, "safety", true);
        }
        put_text(&mut chart, "safe", self.safe.as_ref());
        if !self.variables.is_empty() {
            let variables = self.variables.iter().map(|(name, value)| (name.clone(), literal(*value)));
            put(&mut chart, "variables", variables.collect::<Entries>());
        }
        put_list(&mut chart, "inputs", texts(&self.inputs));
        put(&mut chart, "states", self.states.iter().map(state).collect::<Entries>());
        chart.into()
    }
}

fn literal(value: Value) -> Tree {
    let node = match value {
        Value::Int(x) => Node::Int(x),
        Value::Float(x) => Node::Float(x),
        Value::Bool(x) => Node::Bool(x),
    };
    Tree { line: None, node }
}

fn texts(items: &[String]) -> Vec<Tree> {
    items.iter().map(|text| text.as_str().into()).collect()
}

fn put_ids(entries: &mut Entries, key: &str, ids: &[String]) {
    match ids {
        [] => {}
        [one] => put(entries, key, one.as_str()),
        many => put(entries, key, texts(many)),
    }
}

fn state(state: &State) -> (String, Tree) {
    let mut entries = Entries::new();
    match state.kind {
        Kind::Plain => {}
        Kind::Parallel => put(&mut entries, "parallel", true),
        Kind::Final => put(&mut entries, "final", true),
        Kind::ShallowHistory => put(&mut entries, "history", "shallow"),
        Kind::DeepHistory => put(&mut entries, "history", "deep"),
    }
    if let Some(initial) = &state.initial {
        put_initial(&mut entries, initial);
    }
    put_list(&mut entries, "entry", blocks(&state.entry));
    put_list(&mut entries, "exit", blocks(&state.exit));
    put_list(&mut entries, "transitions", state.transitions.iter().map(transition).collect());
    if !state.states.is_empty() {
        put(&mut entries, "states", state.states.iter().map(self::state).collect::<Entries>());
    }
    (state.id.clone(), entries.into())
}

fn put_initial(entries: &mut Entries, initial: &Initial) {
    if initial.actions.is_empty() {
        put_ids(entries, "initial", &initial.targets);
        return;
    }
    let mut full = Entries::new();
    put_ids(&mut full, "target", &initial.targets);
    put_list(&mut full, "do", actions(&initial.actions));
    put(entries, "initial", full);
}

fn blocks(blocks: &[Vec<Action>]) -> Vec<Tree> {
    match blocks {
        [one] => actions(one),
        many => many.iter().map(|block| actions(block).into()).collect(),
    }
}

fn transition(transition: &Transition) -> Tree {
    let mut entries = Entries::new();
    if !transition.events.is_empty() {
        put(&mut entries, "event", transition.events.join(" ").as_str());
    }
    put_ids(&mut entries, "target", &transition.targets);
    put_text(&mut entries, "guard", transition.guard.as_ref());
    if transition.internal {
        put(&mut entries, "internal", true);
    }
    put_list(&mut entries, "do", actions(&transition.actions));
    entries.into()
}

fn actions(actions: &[Action]) -> Vec<Tree> {
    actions.iter().map(|one| action(&one.act)).collect()
}

fn put_data(entries: &mut Entries, data: &[(String, String)]) {
    if !data.is_empty() {
        let fields = data.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        put(entries, "data", fields.collect::<Entries>());
    }
}

fn action(act: &Act) -> Tree {
    let mut entries = Entries::new();
    match act {
        Act::Effect { name, data } => {
            if data.is_empty() {
                return name.as_str().into();
            }
            put(&mut entries, "effect", name.as_str());
            put_data(&mut entries, data);
        }
        Act::Assign { variable, value } => {
            put(&mut entries, "assign", variable.as_str());
            put(&mut entries, "value", value.as_str());
        }
        Act::Raise { event, data } => {
            put(&mut entries, "raise", event.as_str());
            put_data(&mut entries, data);
        }
        Act::Send { event, delay, id, priority, data } => {
            put(&mut entries, "send", event.as_str());
            put_delay(&mut entries, delay);
            put_text(&mut entries, "id", id.as_ref());
            if *priority != Priority::default() {
                put(&mut entries, "priority", priority.name());
            }
            put_data(&mut entries, data);
        }
        Act::Cancel { id } => put(&mut entries, "cancel", id.as_str()),
        Act::If { condition, then, otherwise } => {
            put(&mut entries, "if", condition.as_str());
            put_list(&mut entries, "then", actions(then));
            put_list(&mut entries, "else", actions(otherwise));
        }
        Act::Log { label, value } => {
            put(&mut entries, "log", value.as_deref().unwrap_or_default());
            put_text(&mut entries, "label", label.as_ref());
        }
    }
    entries.into()
}

fn put_delay(entries: &mut Entries, delay: &Delay) {
    match delay {
        Delay::Ns(0) => {}
        Delay::Ns(ns) if ns.is_multiple_of(1_000_000) => {
            put(entries, "delay_ms", Node::Int((ns / 1_000_000).cast_signed()));
        }
        Delay::Ns(ns) => put(entries, "delay_ns", Node::Int(ns.cast_signed())),
        Delay::Ms(expression) => put(entries, "delay_ms", expression.as_str()),
    }
}
