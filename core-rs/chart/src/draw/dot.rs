//! Graphviz DOT: compound states are clusters, and arrows to them are cut at their border.

use alloc::format;
use alloc::string::String;
use core::fmt::Write as _;

use crate::draw::label;
use crate::source::{Kind, Source, State};

/// The chart as a Graphviz graph.
pub fn dot(source: &Source) -> String {
    let mut out = String::from(
        "digraph chart {\n  compound=true;\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"Helvetica\"];\n  \
         edge [fontname=\"Helvetica\", fontsize=10];\n",
    );
    for state in &source.states {
        node(&mut out, state, 1);
    }
    for (index, id) in label::first(&source.initial, &source.states).iter().enumerate() {
        // Writing to a String can't fail.
        _ = writeln!(out, "  start{index} [shape=point];");
        _ = writeln!(out, "  start{index} -> {};", end(source, id, "", "lhead"));
    }
    arrows(&mut out, source, &source.states);
    out.push_str("}\n");
    out
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn node(out: &mut String, state: &State, depth: usize) {
    let pad = "  ".repeat(depth);
    if state.states.is_empty() {
        let shape = match state.kind {
            Kind::Final => ", peripheries=2",
            Kind::ShallowHistory | Kind::DeepHistory => ", shape=circle",
            _ => "",
        };
        let title = match state.kind {
            Kind::ShallowHistory => "H".into(),
            Kind::DeepHistory => "H*".into(),
            _ => core::iter::once(state.id.clone())
                .chain(label::activities(state))
                .collect::<alloc::vec::Vec<_>>()
                .join("\n"),
        };
        _ = writeln!(out, "{pad}{} [label={}{shape}];", quote(&state.id), quote(&title).replace('\n', "\\n"));
        return;
    }
    _ = writeln!(out, "{pad}subgraph {} {{", quote(&format!("cluster_{}", state.id)));
    let style = if state.kind == Kind::Parallel { "dashed" } else { "rounded" };
    _ = writeln!(out, "{pad}  label={}; style={style};", quote(&state.id));
    for child in &state.states {
        node(out, child, depth + 1);
    }
    _ = writeln!(out, "{pad}}}");
}

/// A node that stands for `id`: itself, or the first leaf inside, with the border at which the arrow is cut.
fn end(source: &Source, id: &str, attributes: &str, side: &str) -> String {
    let Some(mut state) = label::path(source, id).last().copied() else { return quote(id) };
    let mut attributes = String::from(attributes);
    if !state.states.is_empty() {
        let cluster = quote(&format!("cluster_{id}"));
        attributes = format!("{attributes}{}{side}={cluster}", if attributes.is_empty() { "" } else { ", " });
    }
    while let Some(first) = state.states.first() {
        state = first;
    }
    if attributes.is_empty() { quote(&state.id) } else { format!("{} [{attributes}]", quote(&state.id)) }
}

fn arrows(out: &mut String, source: &Source, states: &[State]) {
    for state in states {
        for transition in &state.transitions {
            let text = format!("label={}", quote(&label::transition(state, transition)));
            let mut from = state;
            while let Some(first) = from.states.first() {
                from = first;
            }
            let tail = if state.states.is_empty() {
                text
            } else {
                format!("{text}, ltail={}", quote(&format!("cluster_{}", state.id)))
            };
            let itself = core::slice::from_ref(&state.id);
            let targets = if transition.targets.is_empty() { itself } else { &transition.targets };
            for target in targets {
                _ = writeln!(out, "  {} -> {};", quote(&from.id), end(source, target, &tail, "lhead"));
            }
        }
        arrows(out, source, &state.states);
    }
}
