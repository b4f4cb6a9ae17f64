//! Mermaid `stateDiagram-v2`. Each transition stands in the innermost state that holds both its ends.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::draw::label;
use crate::source::{Kind, Source, State};

/// The chart as a Mermaid diagram.
pub fn mermaid(source: &Source) -> String {
    let mut diagram = Diagram { out: "stateDiagram-v2\n".into(), names: BTreeMap::new(), arrows: BTreeMap::new() };
    diagram.name(&source.states);
    diagram.collect(source, &source.states);
    let first = label::first(&source.initial, &source.states);
    diagram.level(&source.states, &first, None, false, 1);
    diagram.out
}

struct Diagram<'a> {
    out: String,
    /// Names that Mermaid takes, by id.
    names: BTreeMap<&'a str, String>,
    /// Arrows by the state that holds them.
    arrows: BTreeMap<Option<&'a str>, Vec<String>>,
}

impl<'a> Diagram<'a> {
    fn name(&mut self, states: &'a [State]) {
        const WORDS: [&str; 8] = ["state", "note", "end", "direction", "class", "classDef", "style", "default"];
        for state in states {
            let plain = state.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let name = if plain && !WORDS.contains(&state.id.as_str()) {
                state.id.clone()
            } else {
                format!("state_{}", self.names.len())
            };
            self.names.insert(&state.id, name);
            self.name(&state.states);
        }
    }

    fn collect(&mut self, source: &'a Source, states: &'a [State]) {
        for state in states {
            let own = label::path(source, &state.id);
            for transition in &state.transitions {
                let text = escape(&label::transition(state, transition));
                let colon = if text.is_empty() { "" } else { " : " };
                let itself = core::slice::from_ref(&state.id);
                let targets = if transition.targets.is_empty() { itself } else { &transition.targets };
                for target in targets {
                    let other = label::path(source, target);
                    let shared = own.iter().zip(&other).take_while(|(a, b)| a.id == b.id).count();
                    // A state that holds the other end, or is it, can't hold the arrow.
                    let shared = shared.min(own.len() - 1).min(other.len().max(1) - 1);
                    let holder = shared.checked_sub(1).map(|index| own[index].id.as_str());
                    let (from, to) = (&self.names[state.id.as_str()], self.names.get(target.as_str()));
                    let arrow = format!("{from} --> {}{colon}{text}", to.unwrap_or(target));
                    self.arrows.entry(holder).or_default().push(arrow);
                }
            }
            self.collect(source, &state.states);
        }
    }

    fn line(&mut self, depth: usize, text: &str) {
        self.out.extend(core::iter::repeat_n("    ", depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn level(&mut self, states: &'a [State], first: &[&str], holder: Option<&'a str>, regions: bool, depth: usize) {
        if !regions {
            for id in first {
                let line = format!("[*] --> {}", self.names.get(id).map_or(*id, String::as_str));
                self.line(depth, &line);
            }
        }
        for (index, state) in states.iter().enumerate() {
            if regions && index > 0 && !label::is_history(state) {
                self.line(depth, "--");
            }
            self.state(state, depth);
        }
        for arrow in self.arrows.remove(&holder).unwrap_or_default() {
            self.line(depth, &arrow);
        }
    }

    fn state(&mut self, state: &'a State, depth: usize) {
        let name = self.names[state.id.as_str()].clone();
        let title = match state.kind {
            Kind::ShallowHistory => Some("H".to_string()),
            Kind::DeepHistory => Some("H*".to_string()),
            _ => Some(escape(&state.id)).filter(|title| *title != name),
        };
        match (&title, state.states.is_empty()) {
            (Some(title), true) => self.line(depth, &format!("state \"{title}\" as {name}")),
            (None, true) => self.line(depth, &name),
            (title, false) => {
                let head = title.as_ref().map_or_else(|| name.clone(), |title| format!("\"{title}\" as {name}"));
                self.line(depth, &format!("state {head} {{"));
                let initial = state.initial.as_ref().map_or(&[][..], |initial| &initial.targets);
                let first = label::first(initial, &state.states);
                self.level(&state.states, &first, Some(&state.id), state.kind == Kind::Parallel, depth + 1);
                self.line(depth, "}");
            }
        }
        for activity in label::activities(state).iter().filter(|_| state.states.is_empty()) {
            self.line(depth, &format!("{name} : {}", escape(activity)));
        }
        if state.kind == Kind::Final {
            self.line(depth, &format!("{name} --> [*]"));
        }
    }
}

/// Mermaid reads entity codes, and takes some characters for its own.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '#' | ';' | ':' | '<' | '>' | '{' | '}' => _ = write!(out, "#{};", u32::from(c)),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
