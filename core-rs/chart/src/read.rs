//! Plain data to [`Source`]. Unknown keys, wrong types and values are refused with the place.

mod action;
#[cfg(feature = "import")]
pub(crate) use action::duration_ns;
pub(crate) use action::duration_text;
mod fields;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use crate::error::{At, ChartError};
use crate::limits;
use crate::read::fields::Fields;
use crate::source::{Act, Action, Delay, Initial, Kind, Priority, Source, State, Transition, descriptors};
use crate::tree::{Node, Tree};
use crate::value::Value;

impl Source {
    /// Reads a chart from plain data.
    pub fn from_tree(tree: &Tree) -> Result<Self, ChartError> {
        let fields = Fields::of(tree, None, &["name", "initial", "safety", "safe", "variables", "inputs", "states"])?;
        let variables = fields.table("variables")?.unwrap_or_default();
        let states = fields.table("states")?.unwrap_or_default();
        Ok(Self {
            name: fields.text("name")?,
            initial: fields.ids("initial")?.unwrap_or_default(),
            safety: fields.flag("safety")?,
            safe: fields.text("safe")?,
            variables: variables.iter().map(|(name, value)| variable(name, value)).collect::<Result<_, _>>()?,
            inputs: fields.texts("inputs")?.unwrap_or_default(),
            states: states.iter().map(|(id, state)| read_state(id, state, 1)).collect::<Result<_, _>>()?,
        })
    }
}

fn variable(name: &str, tree: &Tree) -> Result<(String, Value), ChartError> {
    let value = match tree.node {
        Node::Bool(x) => Value::Bool(x),
        Node::Int(x) => Value::Int(x),
        Node::Float(x) if x.is_finite() => Value::Float(x),
        _ => {
            return Err(ChartError::Field {
                at: At::line(tree.line),
                field: format!("variable {name:?}"),
                value: tree.kind().into(),
                remedy: "give an integer, a finite float, true or false".into(),
            });
        }
    };
    Ok((name.to_string(), value))
}

const STATE_KEYS: [&str; 10] =
    ["parallel", "final", "history", "initial", "entry", "exit", "on", "transitions", "after", "states"];

fn read_state(id: &str, tree: &Tree, depth: usize) -> Result<State, ChartError> {
    if depth > limits::DEPTH {
        let at = At { line: tree.line, state: Some(id.to_string()) };
        return Err(ChartError::Limit { at, what: "states inside states", found: depth, limit: limits::DEPTH });
    }
    if matches!(tree.node, Node::Table(ref entries) if entries.is_empty()) {
        return Ok(State { id: id.to_string(), line: tree.line, ..State::default() });
    }
    let fields = match tree.get("history") {
        Some(_) => Fields::of(tree, Some(id), &["history", "target", "transitions"])?,
        None => Fields::of(tree, Some(id), &STATE_KEYS)?,
    };
    let mut state = State {
        id: id.to_string(),
        kind: kind(&fields)?,
        initial: fields.get("initial").map(|tree| initial(tree, id)).transpose()?,
        entry: blocks(&fields, "entry")?,
        exit: blocks(&fields, "exit")?,
        line: tree.line,
        ..State::default()
    };
    if let Some(target) = fields.ids("target")? {
        state.transitions.push(Transition { targets: target, line: tree.line, ..Transition::default() });
    }
    for one in fields.list("transitions")?.unwrap_or_default() {
        state.transitions.push(transition(one, id, None)?);
    }
    for (events, value) in fields.table("on")?.unwrap_or_default() {
        for one in one_or_many(value) {
            state.transitions.push(transition(one, id, Some(events))?);
        }
    }
    for (index, (delay, value)) in fields.table("after")?.unwrap_or_default().iter().enumerate() {
        after(&mut state, &fields, index, delay, value)?;
    }
    let children = fields.table("states")?.unwrap_or_default();
    state.states = children.iter().map(|(id, child)| read_state(id, child, depth + 1)).collect::<Result<_, _>>()?;
    Ok(state)
}

fn kind(fields: &Fields<'_>) -> Result<Kind, ChartError> {
    if let Some(history) = fields.text("history")? {
        return match history.as_str() {
            "shallow" => Ok(Kind::ShallowHistory),
            "deep" => Ok(Kind::DeepHistory),
            other => Err(fields.wrong("history", other, "give \"shallow\" or \"deep\"")),
        };
    }
    match (fields.flag("parallel")?, fields.flag("final")?) {
        (true, true) => Err(fields.wrong("final", "true", "a parallel state can't be final: drop one of the two")),
        (true, false) => Ok(Kind::Parallel),
        (false, true) => Ok(Kind::Final),
        (false, false) => Ok(Kind::Plain),
    }
}

fn initial(tree: &Tree, state: &str) -> Result<Initial, ChartError> {
    if !matches!(tree.node, Node::Table(_)) {
        let targets = fields::ids(tree).ok_or_else(|| {
            let at = At { line: tree.line, state: Some(state.to_string()) };
            fields::wrong(at, "initial", tree.kind(), "give a state id, a list of ids, or {target, do}")
        })?;
        return Ok(Initial { targets, actions: Vec::new(), line: tree.line });
    }
    let fields = Fields::of(tree, Some(state), &["target", "do"])?;
    let targets = fields.ids("target")?.unwrap_or_default();
    Ok(Initial { targets, actions: action::actions(&fields, "do")?, line: tree.line })
}

/// A transition; `events` are given if it stands in an `on` table.
fn transition(tree: &Tree, state: &str, events: Option<&str>) -> Result<Transition, ChartError> {
    let mut read = match fields::ids(tree) {
        Some(targets) if events.is_some() => Transition { targets, ..Transition::default() },
        _ => {
            let keys: &[&str] = match events {
                Some(_) => &["target", "guard", "internal", "do"],
                None => &["event", "target", "guard", "internal", "do"],
            };
            let fields = Fields::of(tree, Some(state), keys)?;
            Transition {
                events: descriptors(&fields.text("event")?.unwrap_or_default()),
                targets: fields.ids("target")?.unwrap_or_default(),
                guard: fields.expression("guard")?,
                internal: fields.flag("internal")?,
                actions: action::actions(&fields, "do")?,
                line: None,
            }
        }
    };
    read.line = tree.line;
    if let Some(events) = events {
        read.events = descriptors(events);
        if read.events.is_empty() {
            let at = At { line: tree.line, state: Some(state.to_string()) };
            return Err(fields::wrong(at, "on", "\"\"", "name an event; eventless ones go under transitions"));
        }
    }
    Ok(read)
}

/// `after`: a delayed event of its own, sent on entry and cancelled on exit.
fn after(state: &mut State, fields: &Fields<'_>, index: usize, delay: &str, value: &Tree) -> Result<(), ChartError> {
    let ns = action::duration_ns(delay)
        .ok_or_else(|| fields.wrong("after", delay, "give a time such as \"250 ms\", \"2 s\" or \"1.5 min\""))?;
    let event = format!("after.{}.{}", state.id, index + 1);
    let line = value.line;
    let send = Act::Send {
        event: event.clone(),
        delay: Delay::Ns(ns),
        id: Some(event.clone()),
        priority: Priority::Control,
        data: Vec::new(),
    };
    state.entry.push(vec![Action { act: send, line }]);
    // What entry did last, exit undoes first.
    state.exit.insert(0, vec![Action { act: Act::Cancel { id: event.clone() }, line }]);
    for one in one_or_many(value) {
        let mut read = transition(one, &state.id, Some("after"))?;
        read.events = vec![event.clone()];
        state.transitions.push(read);
    }
    Ok(())
}

/// A list of tables is many, anything else is one.
fn one_or_many(tree: &Tree) -> &[Tree] {
    match &tree.node {
        Node::List(items) if items.iter().any(|item| !matches!(item.node, Node::Text(_))) => items,
        _ => core::slice::from_ref(tree),
    }
}

/// Actions in one block; a list inside the list is a block of its own.
fn blocks(fields: &Fields<'_>, key: &str) -> Result<Vec<Vec<Action>>, ChartError> {
    let items = fields.list(key)?.unwrap_or_default();
    let mut blocks: Vec<Vec<Action>> = Vec::new();
    let mut open = false;
    for item in items {
        if let Node::List(inner) = &item.node {
            if !inner.is_empty() {
                blocks.push(inner.iter().map(|one| action::action(one, fields.state, 0)).collect::<Result<_, _>>()?);
            }
            open = false;
            continue;
        }
        let one = action::action(item, fields.state, 0)?;
        match blocks.last_mut() {
            Some(block) if open => block.push(one),
            _ => blocks.push(vec![one]),
        }
        open = true;
    }
    Ok(blocks)
}
