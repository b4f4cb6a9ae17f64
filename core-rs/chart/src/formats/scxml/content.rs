//! Executable content.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use roxmltree::Node;

use crate::error::ChartError;
use crate::formats::scxml::element::{Element, name};
use crate::limits;
use crate::read::duration_ns;
use crate::source::{Act, Action, Delay, Priority, quoted};

/// The actions inside `parent`.
pub(super) fn actions(parent: Element<'_, '_>, depth: usize) -> Result<Vec<Action>, ChartError> {
    parent.children().map(|child| action(parent, child, depth)).collect()
}

fn action<'a>(parent: Element<'a, '_>, node: Node<'a, '_>, depth: usize) -> Result<Action, ChartError> {
    let of = |known: &[&str]| Element::of(node, parent.document, known);
    if depth > limits::ACTION_DEPTH {
        let limit = limits::ACTION_DEPTH;
        return Err(ChartError::Limit { at: parent.at(), what: "ifs inside ifs", found: depth, limit });
    }
    let (element, act) = match name(node).as_str() {
        "raise" => {
            let element = of(&["event"])?;
            element.childless()?;
            (element, Act::Raise { event: element.need("event")?, data: Vec::new() })
        }
        "assign" => {
            let element = of(&["location", "expr"])?;
            element.childless()?;
            (element, Act::Assign { variable: element.need("location")?, value: element.need("expr")? })
        }
        "log" => {
            let element = of(&["label", "expr"])?;
            element.childless()?;
            (element, Act::Log { label: element.get("label"), value: element.get("expr") })
        }
        "cancel" => {
            let element = of(&["sendid"])?;
            element.childless()?;
            (element, Act::Cancel { id: element.need("sendid")? })
        }
        "send" => {
            let known =
                ["event", "eventexpr", "target", "type", "id", "delay", "delayexpr", "namelist", "emomas:priority"];
            let element = of(&known)?;
            (element, send(element)?)
        }
        "if" => {
            let element = of(&["cond"])?;
            let branches: Vec<Node<'_, '_>> = element.children().collect();
            let condition = element.need("cond")?;
            (element, choice(element, condition, &branches, depth)?)
        }
        "emomas:effect" => {
            let element = of(&["name"])?;
            (element, Act::Effect { name: element.need("name")?, data: fields(element, "emomas:field")? })
        }
        _ => return Err(parent.unexpected(node)),
    };
    Ok(Action { act, line: Some(element.line()) })
}

/// An `<if>` from its condition and what follows; a branch ends at the next `<elseif>` or `<else>`.
fn choice(
    element: Element<'_, '_>,
    condition: String,
    nodes: &[Node<'_, '_>],
    depth: usize,
) -> Result<Act, ChartError> {
    let is_branch = |node: &Node<'_, '_>| matches!(name(*node).as_str(), "elseif" | "else");
    let end = nodes.iter().position(is_branch).unwrap_or(nodes.len());
    let read = |nodes: &[Node<'_, '_>]| -> Result<Vec<Action>, ChartError> {
        nodes.iter().map(|node| action(element, *node, depth + 1)).collect()
    };
    let then = read(&nodes[..end])?;
    let Some(branch) = nodes.get(end) else { return Ok(Act::If { condition, then, otherwise: Vec::new() }) };
    let rest = &nodes[end + 1..];
    let otherwise = if name(*branch) == "else" {
        Element::of(*branch, element.document, &[])?.childless()?;
        if let Some(second) = rest.iter().find(|node| is_branch(node)) {
            return Err(element.unexpected(*second));
        }
        read(rest)?
    } else {
        let branch = Element::of(*branch, element.document, &["cond"])?;
        branch.childless()?;
        if depth >= limits::ACTION_DEPTH {
            let limit = limits::ACTION_DEPTH;
            return Err(ChartError::Limit { at: element.at(), what: "branches of an if", found: depth, limit });
        }
        let act = choice(element, branch.need("cond")?, rest, depth + 1)?;
        [Action { act, line: Some(branch.line()) }].into()
    };
    Ok(Act::If { condition, then, otherwise })
}

fn send(element: Element<'_, '_>) -> Result<Act, ChartError> {
    if let Some(kind) = element.get("type") {
        let own = ["scxml", "http://www.w3.org/TR/scxml/#SCXMLEventProcessor"];
        if !own.contains(&kind.trim_end_matches('/')) {
            let what = format!("<send> of type {kind:?}");
            return Err(element.unsupported(what, "leave the type out, or ask the host with an effect"));
        }
    }
    let event = match (element.get("event"), element.get("eventexpr")) {
        (Some(event), None) => event,
        (None, Some(expression)) => text(element, "eventexpr", &expression)?,
        _ => return Err(element.wrong("event", "", "give event or eventexpr, one of the two")),
    };
    let mut data: Vec<(String, String)> =
        element.words("namelist").into_iter().map(|name| (name.clone(), name)).collect();
    data.extend(fields(element, "param")?);
    let delay = match (element.get("delay"), element.get("delayexpr")) {
        (None, None) => Delay::Ns(0),
        (Some(text), None) => Delay::Ns(duration(element, "delay", &text)?),
        (None, Some(expression)) => match text(element, "delayexpr", &expression) {
            Ok(text) => Delay::Ns(duration(element, "delayexpr", &text)?),
            // Not a text, so a number of milliseconds.
            Err(_) => Delay::Ms(expression),
        },
        _ => return Err(element.wrong("delay", "given beside delayexpr", "give one of the two")),
    };
    let id = element.get("id");
    let priority = match element.get("emomas:priority") {
        None => Priority::default(),
        Some(name) => Priority::from_name(&name)
            .ok_or_else(|| element.wrong("emomas:priority", &name, "give safety, control or advisory"))?,
    };
    match element.get("target").as_deref() {
        None => Ok(Act::Send { event, delay, id, priority, data }),
        Some("#_internal") if delay == Delay::Ns(0) => Ok(Act::Raise { event, data }),
        Some("#_internal") => Err(element.unsupported("a delayed internal event".into(), "drop the target")),
        Some(other) => Err(element.unsupported(
            format!("<send> to target {other:?}"),
            "leave the target out, or ask the host with an effect",
        )),
    }
}

fn duration(element: Element<'_, '_>, attribute: &str, text: &str) -> Result<u64, ChartError> {
    duration_ns(text).ok_or_else(|| element.wrong(attribute, text, "give a time such as 250ms or 1.5s"))
}

/// A text that is written out, or that a `<data>` holds.
fn text(element: Element<'_, '_>, attribute: &str, expression: &str) -> Result<String, ChartError> {
    let known = quoted(expression).or_else(|| element.document.texts.get(expression).map(String::as_str));
    known.map(String::from).ok_or_else(|| {
        let what = format!("{attribute}={expression:?}");
        element.unsupported(what, "charts have no text variables: give the text itself")
    })
}

/// `<param>`s, or our own fields.
fn fields(parent: Element<'_, '_>, wanted: &str) -> Result<Vec<(String, String)>, ChartError> {
    let mut data = Vec::new();
    for node in parent.children() {
        if name(node) != wanted {
            return Err(parent.unexpected(node));
        }
        let field = Element::of(node, parent.document, &["name", "expr", "location"])?;
        field.childless()?;
        let value = match field.get("location") {
            Some(location) if field.get("expr").is_none() => location,
            _ => field.need("expr")?,
        };
        data.push((field.need("name")?, value));
    }
    Ok(data)
}
