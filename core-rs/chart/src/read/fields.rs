//! Typed access to the fields of a table, each refusal with its place.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use crate::error::{At, ChartError};
use crate::tree::{Node, Tree};

/// A table whose keys are all known.
pub(super) struct Fields<'a> {
    entries: &'a [(String, Tree)],
    line: Option<u32>,
    pub(super) state: Option<&'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(tree: &'a Tree, state: Option<&'a str>, keys: &[&str]) -> Result<Self, ChartError> {
        let at = |line| At { line, state: state.map(String::from) };
        let Node::Table(entries) = &tree.node else {
            let remedy = format!("give a table with {}", keys.join(", "));
            return Err(wrong(at(tree.line), "value", tree.kind(), &remedy));
        };
        if let Some((key, value)) = entries.iter().find(|(key, _)| !keys.contains(&key.as_str())) {
            let remedy = format!("known here are {}", keys.join(", "));
            return Err(wrong(at(value.line.or(tree.line)), "key", &format!("{key:?}"), &remedy));
        }
        Ok(Self { entries, line: tree.line, state })
    }

    pub(super) fn at(&self, tree: Option<&Tree>) -> At {
        let line = tree.and_then(|t| t.line).or(self.line);
        At { line, state: self.state.map(String::from) }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Tree> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(super) fn wrong(&self, key: &str, value: &str, remedy: &str) -> ChartError {
        wrong(self.at(self.get(key)), key, value, remedy)
    }

    fn typed<T>(
        &self,
        key: &str,
        wanted: &str,
        take: impl FnOnce(&'a Node) -> Option<T>,
    ) -> Result<Option<T>, ChartError> {
        let Some(tree) = self.get(key) else { return Ok(None) };
        take(&tree.node).map(Some).ok_or_else(|| self.wrong(key, tree.kind(), wanted))
    }

    /// A text without the blanks around it, as SCXML's attributes are read.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, ChartError> {
        self.typed(key, "give a text", |node| match node {
            Node::Text(text) => Some(text.trim().into()),
            _ => None,
        })
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, ChartError> {
        let flag = self.typed(key, "give true or false", |node| match node {
            Node::Bool(flag) => Some(*flag),
            _ => None,
        })?;
        Ok(flag.unwrap_or(false))
    }

    /// An expression; a bare number or truth value is one too.
    pub(super) fn expression(&self, key: &str) -> Result<Option<String>, ChartError> {
        self.typed(key, "give an expression as a text", expression)
    }

    pub(super) fn list(&self, key: &str) -> Result<Option<&'a [Tree]>, ChartError> {
        self.typed(key, "give a list", |node| match node {
            Node::List(items) => Some(items.as_slice()),
            _ => None,
        })
    }

    pub(super) fn table(&self, key: &str) -> Result<Option<&'a [(String, Tree)]>, ChartError> {
        self.typed(key, "give a table", |node| match node {
            Node::Table(entries) => Some(entries.as_slice()),
            _ => None,
        })
    }

    pub(super) fn texts(&self, key: &str) -> Result<Option<Vec<String>>, ChartError> {
        let Some(items) = self.list(key)? else { return Ok(None) };
        let texts = items.iter().map(|item| match &item.node {
            Node::Text(text) => Ok(text.trim().into()),
            _ => Err(wrong(self.at(Some(item)), key, item.kind(), "give texts only")),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// A state id, several in one text separated by spaces, or a list of them.
    pub(super) fn ids(&self, key: &str) -> Result<Option<Vec<String>>, ChartError> {
        let Some(tree) = self.get(key) else { return Ok(None) };
        ids(tree).map(Some).ok_or_else(|| self.wrong(key, tree.kind(), "give a state id or a list of ids"))
    }

    /// Named expressions.
    pub(super) fn data(&self, key: &str) -> Result<Vec<(String, String)>, ChartError> {
        let entries = self.table(key)?.unwrap_or_default();
        let read = entries.iter().map(|(name, value)| match expression(&value.node) {
            Some(text) => Ok((name.clone(), text)),
            None => Err(wrong(self.at(Some(value)), name, value.kind(), "give an expression as a text")),
        });
        read.collect()
    }
}

pub(super) fn ids(tree: &Tree) -> Option<Vec<String>> {
    match &tree.node {
        Node::Text(text) => Some(vec![text.clone()]),
        Node::List(items) => items
            .iter()
            .map(|item| match &item.node {
                Node::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn expression(node: &Node) -> Option<String> {
    match node {
        Node::Text(text) => Some(text.trim().into()),
        Node::Bool(x) => Some(x.to_string()),
        Node::Int(x) => Some(x.to_string()),
        Node::Float(x) if x.is_finite() => Some(format!("{x:?}")),
        _ => None,
    }
}

pub(super) fn wrong(at: At, field: &str, value: &str, remedy: &str) -> ChartError {
    ChartError::Field { at, field: field.into(), value: value.into(), remedy: remedy.into() }
}
