//! [`Source`] to SCXML.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Display;

use crate::formats::scxml::{NAMESPACE, OWN_NAMESPACE};
use crate::formats::xml::Xml;
use crate::read::duration_text;
use crate::source::{Act, Action, Delay, Initial, Kind, Priority, Source, State, Transition};

type Attributes<'a> = Vec<(&'static str, &'a dyn Display)>;

/// Writes a chart, such that reading it gives the same.
pub fn write(source: &Source) -> String {
    let (initial, inputs) = (source.initial.join(" "), source.inputs.join(" "));
    let mut attributes: Attributes<'_> = Vec::new();
    attributes.push(("xmlns", &NAMESPACE));
    attributes.push(("xmlns:emomas", &OWN_NAMESPACE));
    attributes.push(("version", &"1.0"));
    put(&mut attributes, "name", source.name.as_ref());
    put(&mut attributes, "initial", some(&initial));
    put(&mut attributes, "emomas:inputs", some(&inputs));
    put(&mut attributes, "emomas:safety", Some(&true).filter(|_| source.safety));
    put(&mut attributes, "emomas:safe", source.safe.as_ref());
    let mut xml = Xml::new();
    xml.open("scxml", &attributes);
    if !source.variables.is_empty() {
        xml.open("datamodel", &[]);
        for (name, value) in &source.variables {
            xml.empty("data", &[("id", name), ("expr", value)]);
        }
        xml.close("datamodel");
    }
    for state in &source.states {
        write_state(&mut xml, state);
    }
    xml.close("scxml");
    xml.finish()
}

fn put<'a, T: Display>(attributes: &mut Attributes<'a>, name: &'static str, value: Option<&'a T>) {
    if let Some(value) = value {
        attributes.push((name, value));
    }
}

fn some(text: &String) -> Option<&String> {
    Some(text).filter(|text| !text.is_empty())
}

fn write_state(xml: &mut Xml, state: &State) {
    let (element, history) = match state.kind {
        Kind::Plain => ("state", None),
        Kind::Parallel => ("parallel", None),
        Kind::Final => ("final", None),
        Kind::ShallowHistory => ("history", Some("shallow")),
        Kind::DeepHistory => ("history", Some("deep")),
    };
    let mut attributes: Attributes<'_> = Vec::new();
    attributes.push(("id", &state.id));
    put(&mut attributes, "type", history.as_ref());
    let plain = state.initial.as_ref().filter(|initial| initial.actions.is_empty());
    let initial = plain.map(|initial| initial.targets.join(" "));
    put(&mut attributes, "initial", initial.as_ref());
    let busy = state.initial.as_ref().filter(|initial| !initial.actions.is_empty());
    if state.entry.is_empty()
        && state.exit.is_empty()
        && state.transitions.is_empty()
        && state.states.is_empty()
        && busy.is_none()
    {
        return xml.empty(element, &attributes);
    }
    xml.open(element, &attributes);
    if let Some(Initial { targets, actions, .. }) = busy {
        xml.open("initial", &[]);
        xml.open("transition", &[("target", &targets.join(" "))]);
        write_actions(xml, actions);
        xml.close("transition");
        xml.close("initial");
    }
    for (name, blocks) in [("onentry", &state.entry), ("onexit", &state.exit)] {
        for block in blocks {
            xml.open(name, &[]);
            write_actions(xml, block);
            xml.close(name);
        }
    }
    for transition in &state.transitions {
        write_transition(xml, transition);
    }
    for child in &state.states {
        write_state(xml, child);
    }
    xml.close(element);
}

fn write_transition(xml: &mut Xml, transition: &Transition) {
    let (events, targets) = (transition.events.join(" "), transition.targets.join(" "));
    let mut attributes: Attributes<'_> = Vec::new();
    put(&mut attributes, "event", some(&events));
    put(&mut attributes, "cond", transition.guard.as_ref());
    put(&mut attributes, "target", some(&targets));
    put(&mut attributes, "type", Some(&"internal").filter(|_| transition.internal));
    if transition.actions.is_empty() {
        return xml.empty("transition", &attributes);
    }
    xml.open("transition", &attributes);
    write_actions(xml, &transition.actions);
    xml.close("transition");
}

fn write_actions(xml: &mut Xml, actions: &[Action]) {
    for action in actions {
        write_action(xml, &action.act);
    }
}

fn write_action(xml: &mut Xml, act: &Act) {
    match act {
        Act::Effect { name, data } => {
            write_fields(xml, "emomas:effect", &[("name", name)], "emomas:field", data);
        }
        Act::Assign { variable, value } => xml.empty("assign", &[("location", variable), ("expr", value)]),
        Act::Raise { event, data } if data.is_empty() => xml.empty("raise", &[("event", event)]),
        Act::Raise { event, data } => {
            write_fields(xml, "send", &[("event", event), ("target", &"#_internal")], "param", data);
        }
        Act::Send { event, delay, id, priority, data } => {
            let (name, wait) = match delay {
                Delay::Ns(0) => ("delay", None),
                Delay::Ns(ns) => ("delay", Some(duration_text(*ns))),
                Delay::Ms(expression) => ("delayexpr", Some(expression.clone())),
            };
            let mut attributes: Attributes<'_> = Vec::new();
            attributes.push(("event", event));
            put(&mut attributes, "id", id.as_ref());
            put(&mut attributes, name, wait.as_ref());
            let priority = Some(priority.name()).filter(|_| *priority != Priority::default());
            put(&mut attributes, "emomas:priority", priority.as_ref());
            write_fields(xml, "send", &attributes, "param", data);
        }
        Act::Cancel { id } => xml.empty("cancel", &[("sendid", id)]),
        Act::If { condition, then, otherwise } => write_if(xml, condition, then, otherwise),
        Act::Log { label, value } => {
            let mut attributes: Attributes<'_> = Vec::new();
            put(&mut attributes, "label", label.as_ref());
            put(&mut attributes, "expr", value.as_ref());
            xml.empty("log", &attributes);
        }
    }
}

fn write_if(xml: &mut Xml, condition: &str, then: &[Action], otherwise: &[Action]) {
    xml.open("if", &[("cond", &condition)]);
    write_actions(xml, then);
    if !otherwise.is_empty() {
        xml.empty("else", &[]);
        write_actions(xml, otherwise);
    }
    xml.close("if");
}

fn write_fields(
    xml: &mut Xml,
    element: &str,
    attributes: &[(&str, &dyn Display)],
    field: &str,
    data: &[(String, String)],
) {
    if data.is_empty() {
        return xml.empty(element, attributes);
    }
    xml.open(element, attributes);
    for (name, value) in data {
        xml.empty(field, &[("name", name), ("expr", value)]);
    }
    xml.close(element);
}
