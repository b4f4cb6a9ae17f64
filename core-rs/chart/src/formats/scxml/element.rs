//! An element with its line, its known attributes and a clear refusal of all others.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use roxmltree::Node;

use crate::error::{At, ChartError};
use crate::formats::lines::Lines;
use crate::formats::scxml::{NAMESPACE, OWN_NAMESPACE};

/// What all elements of a document share.
pub(super) struct Document {
    pub(super) lines: Lines,
    /// `<data>` that hold a text, which stands wherever an event or a delay is computed from it.
    pub(super) texts: BTreeMap<String, String>,
}

/// An element of a known name with known attributes.
#[derive(Clone, Copy)]
pub(super) struct Element<'a, 'd> {
    pub(super) node: Node<'a, 'd>,
    pub(super) document: &'a Document,
}

/// An element's name; `emomas:` for ours, `{uri}` for anyone else's.
pub(super) fn name(node: Node<'_, '_>) -> String {
    let local = node.tag_name().name();
    match node.tag_name().namespace() {
        None | Some(NAMESPACE) => local.to_string(),
        Some(OWN_NAMESPACE) => format!("emomas:{local}"),
        Some(uri) => format!("{{{uri}}}{local}"),
    }
}

impl<'a, 'd> Element<'a, 'd> {
    /// Checks the attributes; those of ours are written `emomas:name`.
    pub(super) fn of(node: Node<'a, 'd>, document: &'a Document, known: &[&str]) -> Result<Self, ChartError> {
        let element = Self { node, document };
        for attribute in node.attributes() {
            let name = match attribute.namespace() {
                None => attribute.name().to_string(),
                Some(OWN_NAMESPACE) => format!("emomas:{}", attribute.name()),
                Some(uri) => format!("{{{uri}}}{}", attribute.name()),
            };
            if !known.contains(&name.as_str()) {
                let what = format!("attribute {name} of <{}>", element.name());
                return Err(element.unsupported(what, &format!("known are {}", known.join(", "))));
            }
        }
        for text in node.children().filter(Node::is_text) {
            if text.text().is_some_and(|text| !text.trim().is_empty()) && element.name() != "data" {
                let what = format!("text inside <{}>", element.name());
                return Err(element.unsupported(what, "remove it, or make it a comment"));
            }
        }
        Ok(element)
    }

    pub(super) fn name(&self) -> String {
        name(self.node)
    }

    pub(super) fn line(&self) -> u32 {
        self.document.lines.line(self.node.range().start)
    }

    pub(super) fn at(&self) -> At {
        let holder = self.node.ancestors().find(|node| {
            matches!(node.tag_name().name(), "state" | "parallel" | "final" | "history") && node.has_attribute("id")
        });
        At { line: Some(self.line()), state: holder.and_then(|node| node.attribute("id")).map(String::from) }
    }

    pub(super) fn get(&self, attribute: &str) -> Option<String> {
        let found = match attribute.strip_prefix("emomas:") {
            Some(own) => self.node.attribute((OWN_NAMESPACE, own)),
            None => self.node.attribute(attribute),
        };
        found.map(|value| value.trim().to_string())
    }

    pub(super) fn need(&self, attribute: &str) -> Result<String, ChartError> {
        self.get(attribute).ok_or_else(|| ChartError::Field {
            at: self.at(),
            field: format!("{attribute} of <{}>", self.name()),
            value: "missing".into(),
            remedy: "give it".into(),
        })
    }

    /// Words of an attribute.
    pub(super) fn words(&self, attribute: &str) -> Vec<String> {
        self.get(attribute).unwrap_or_default().split_whitespace().map(String::from).collect()
    }

    pub(super) fn children(&self) -> impl Iterator<Item = Node<'a, 'd>> + use<'a, 'd> {
        self.node.children().filter(Node::is_element)
    }

    /// Refuses any child.
    pub(super) fn childless(&self) -> Result<(), ChartError> {
        self.children().next().map_or(Ok(()), |child| Err(self.unexpected(child)))
    }

    pub(super) fn unsupported(&self, what: String, remedy: &str) -> ChartError {
        ChartError::Unsupported { at: self.at(), what, remedy: remedy.into() }
    }

    /// `child` has no place in this element.
    pub(super) fn unexpected(&self, child: Node<'_, '_>) -> ChartError {
        let remedy = match child.tag_name().name() {
            "script" => "let the host do it: ask for an effect",
            "invoke" | "finalize" => "start the other machine in the host, from an effect",
            "foreach" => "charts have no arrays: let the host do it",
            "donedata" | "content" => "done events carry no data: set a variable, or raise an event with fields",
            "param" => "only <send> takes parameters",
            _ => "remove it",
        };
        let at = At { line: Some(self.document.lines.line(child.range().start)), ..self.at() };
        ChartError::Unsupported { at, what: format!("<{}> in <{}>", name(child), self.name()), remedy: remedy.into() }
    }

    pub(super) fn wrong(&self, attribute: &str, value: &str, remedy: &str) -> ChartError {
        let field = format!("{attribute} of <{}>", self.name());
        ChartError::Field { at: self.at(), field, value: format!("{value:?}"), remedy: remedy.into() }
    }
}
