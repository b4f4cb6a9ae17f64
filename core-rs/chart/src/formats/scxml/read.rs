//! SCXML to [`Source`]. What isn't supported is refused by name, never passed over.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use roxmltree::{Document as Xml, Node, ParsingOptions};

use crate::error::{At, ChartError};
use crate::expr::{Env, Expressions, Scope, parse};
use crate::formats::lines::{Lines, checked, syntax};
use crate::formats::scxml::content::actions;
use crate::formats::scxml::element::{Document, Element, name};
use crate::limits;
use crate::source::{Initial, Kind, Source, State, Transition, descriptors, quoted};
use crate::value::Value;

/// Reads a chart. The `datamodel` attribute is passed over: what counts is what the chart uses.
pub fn read(text: &str) -> Result<Source, ChartError> {
    let text = checked(text)?;
    let lines = Lines::of(text);
    // Without a document type there are no entities to expand.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: limits::TEXT_BYTES as u32, ..Default::default() };
    let xml = Xml::parse_with_options(text, options)
        .map_err(|error| syntax(Some(error.pos().row), &format!("not the XML of a chart: {error}")))?;
    let mut document = Document { lines, texts: BTreeMap::new() };
    let mut source = Source::default();
    let root = xml.root_element();
    for node in root.descendants().filter(|node| name(*node) == "data") {
        data(node, &mut document, &mut source)?;
    }
    let known = ["name", "initial", "version", "datamodel", "binding", "emomas:inputs", "emomas:safety", "emomas:safe"];
    let element = Element::of(root, &document, &known)?;
    if element.name() != "scxml" {
        return Err(element.unsupported(format!("<{}> as the root", element.name()), "give an <scxml> document"));
    }
    if let Some(binding) = element.get("binding").filter(|binding| binding != "early") {
        return Err(element.unsupported(format!("binding={binding:?}"), "leave it out: binding is early"));
    }
    source.name = element.get("name");
    source.initial = element.words("initial");
    source.inputs = element.words("emomas:inputs");
    source.safety = element.get("emomas:safety").is_some_and(|flag| flag == "true");
    source.safe = element.get("emomas:safe");
    let mut unnamed = 0;
    for child in element.children() {
        match name(child).as_str() {
            "datamodel" => datamodel(child, &document)?,
            "state" | "parallel" | "final" => source.states.push(state(child, &document, 1, &mut unnamed)?),
            _ => return Err(element.unexpected(child)),
        }
    }
    Ok(source)
}

fn datamodel(node: Node<'_, '_>, document: &Document) -> Result<(), ChartError> {
    let element = Element::of(node, document, &[])?;
    let stranger = element.children().find(|child| name(*child) != "data");
    stranger.map_or(Ok(()), |child| Err(element.unexpected(child)))
}

/// A typed variable, or a text that never changes.
fn data(node: Node<'_, '_>, document: &mut Document, source: &mut Source) -> Result<(), ChartError> {
    let element = Element::of(node, document, &["id", "expr"])?;
    element.childless()?;
    let id = element.need("id")?;
    let inside = node.text().map(str::trim).filter(|text| !text.is_empty()).map(String::from);
    let Some(text) = element.get("expr").or(inside) else {
        let what = format!("<data id={id:?}> without a value");
        return Err(element.unsupported(what, "give expr=\"0\", \"0.0\" or \"false\": the value fixes the type"));
    };
    if let Some(text) = quoted(&text) {
        let text = text.to_string();
        document.texts.insert(id, text);
        return Ok(());
    }
    let value = constant(&text).map_err(|message| ChartError::Expression { at: element.at(), text, message })?;
    source.variables.push((id, value));
    Ok(())
}

/// The value of an expression that names nothing.
fn constant(text: &str) -> Result<Value, String> {
    let mut expressions = Expressions::default();
    let expression = parse(text, &mut Scope::default(), &mut expressions)
        .map_err(|message| format!("{message}; a first value is an integer, a float, true or false"))?;
    let env = Env { variables: &[], inputs: &[], data: &[], event: 0, active: &[] };
    expressions.eval(expression, &env).map_err(|fault| fault.text().to_string())
}

fn state(node: Node<'_, '_>, document: &Document, depth: usize, unnamed: &mut usize) -> Result<State, ChartError> {
    let tag = name(node);
    let known: &[&str] = match tag.as_str() {
        "state" => &["id", "initial"],
        "history" => &["id", "type"],
        _ => &["id"],
    };
    let element = Element::of(node, document, known)?;
    if depth > limits::DEPTH {
        let limit = limits::DEPTH;
        return Err(ChartError::Limit { at: element.at(), what: "states inside states", found: depth, limit });
    }
    let mut state = State {
        id: element.get("id").unwrap_or_else(|| {
            *unnamed += 1;
            format!("unnamed.{unnamed}")
        }),
        kind: kind(element)?,
        line: Some(element.line()),
        ..State::default()
    };
    let targets = element.words("initial");
    if !targets.is_empty() {
        state.initial = Some(Initial { targets, actions: Vec::new(), line: Some(element.line()) });
    }
    for child in element.children() {
        match name(child).as_str() {
            "onentry" => push_block(&mut state.entry, child, document)?,
            "onexit" => push_block(&mut state.exit, child, document)?,
            "transition" => state.transitions.push(transition(child, document)?),
            "initial" => {
                if state.initial.is_some() {
                    return Err(ChartError::Structure {
                        at: At { state: Some(state.id), ..element.at() },
                        problem: "two initial states".into(),
                        remedy: "keep one <initial>, or the attribute".into(),
                    });
                }
                state.initial = Some(initial(child, document)?);
            }
            "datamodel" => datamodel(child, document)?,
            "state" | "parallel" | "final" | "history" => {
                state.states.push(self::state(child, document, depth + 1, unnamed)?);
            }
            _ => return Err(element.unexpected(child)),
        }
    }
    Ok(state)
}

fn kind(element: Element<'_, '_>) -> Result<Kind, ChartError> {
    Ok(match (element.name().as_str(), element.get("type").as_deref()) {
        ("parallel", _) => Kind::Parallel,
        ("final", _) => Kind::Final,
        ("history", None | Some("shallow")) => Kind::ShallowHistory,
        ("history", Some("deep")) => Kind::DeepHistory,
        ("history", Some(other)) => return Err(element.wrong("type", other, "give shallow or deep")),
        _ => Kind::Plain,
    })
}

fn push_block(
    blocks: &mut Vec<Vec<crate::source::Action>>,
    node: Node<'_, '_>,
    document: &Document,
) -> Result<(), ChartError> {
    let block = actions(Element::of(node, document, &[])?, 0)?;
    if !block.is_empty() {
        blocks.push(block);
    }
    Ok(())
}

fn initial(node: Node<'_, '_>, document: &Document) -> Result<Initial, ChartError> {
    let element = Element::of(node, document, &[])?;
    let mut children = element.children();
    let (Some(only), None) = (children.next().filter(|child| name(*child) == "transition"), children.next()) else {
        return Err(element.wrong("content", "", "give exactly one <transition>"));
    };
    let read = transition(only, document)?;
    if !read.events.is_empty() || read.guard.is_some() {
        return Err(element.wrong("transition", "", "the transition of an <initial> has no event and no cond"));
    }
    Ok(Initial { targets: read.targets, actions: read.actions, line: read.line })
}

fn transition(node: Node<'_, '_>, document: &Document) -> Result<Transition, ChartError> {
    let element = Element::of(node, document, &["event", "cond", "target", "type"])?;
    let internal = match element.get("type").as_deref() {
        None | Some("external") => false,
        Some("internal") => true,
        Some(other) => return Err(element.wrong("type", other, "give internal or external")),
    };
    Ok(Transition {
        events: descriptors(&element.get("event").unwrap_or_default()),
        targets: element.words("target"),
        guard: element.get("cond"),
        internal,
        actions: actions(element, 0)?,
        line: Some(element.line()),
    })
}
