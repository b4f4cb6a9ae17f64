//! Plain data with lines: what a dict, a TOML text or a JSON text all become before a chart is read from it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// A value and the line it stands on, if it came from a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Line, from 1.
    pub line: Option<u32>,
    /// The value.
    pub node: Node,
}

/// The kinds of data.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// Named values, in the order in which they were written.
    Table(Vec<(String, Tree)>),
}

impl<T: Into<Node>> From<T> for Tree {
    fn from(node: T) -> Self {
        Self { line: None, node: node.into() }
    }
}

impl From<bool> for Node {
    fn from(x: bool) -> Self {
        Self::Bool(x)
    }
}

impl From<&str> for Node {
    fn from(x: &str) -> Self {
        Self::Text(x.into())
    }
}

impl From<Vec<Tree>> for Node {
    fn from(x: Vec<Tree>) -> Self {
        Self::List(x)
    }
}

impl From<Vec<(String, Tree)>> for Node {
    fn from(x: Vec<(String, Tree)>) -> Self {
        Self::Table(x)
    }
}

impl Tree {
    /// The value of a key of a table.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.node {
            Node::Table(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// What kind of data this is, for messages.
    pub const fn kind(&self) -> &'static str {
        match self.node {
            Node::Bool(_) => "a truth value",
            Node::Int(_) => "an integer",
            Node::Float(_) => "a float",
            Node::Text(_) => "a text",
            Node::List(_) => "a list",
            Node::Table(_) => "a table",
        }
    }

    /// As JSON without spaces: the canonical form that a chart's hash is taken of.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        // Writing to a String can't fail.
        match &self.node {
            Node::Bool(x) => _ = write!(out, "{x}"),
            Node::Int(x) => _ = write!(out, "{x}"),
            Node::Float(x) => _ = write!(out, "{x:?}"),
            Node::Text(x) => write_json_text(x, out),
            Node::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Node::Table(entries) => {
                out.push('{');
                for (index, (name, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_json_text(name, out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
}
