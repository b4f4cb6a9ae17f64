//! TOML, with lines for every key.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use crate::error::{At, ChartError};
use crate::formats::lines::{Lines, checked, syntax};
use crate::limits;
use crate::source::Source;
use crate::tree::{Node, Tree};

/// Levels of tables that the deepest allowed chart needs, with room for its actions.
const DEPTH: usize = 3 * limits::DEPTH + 3 * limits::ACTION_DEPTH;

/// Reads a chart.
pub fn read(text: &str) -> Result<Source, ChartError> {
    let text = checked(text)?;
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| lines.line(span.start));
        syntax(line, &alloc::format!("not TOML: {}", error.message()))
    })?;
    let line = None;
    Source::from_tree(&Tree { line, node: table_node(table.get_ref(), &lines, 0)? })
}

fn tree(value: &Spanned<DeValue<'_>>, lines: &Lines, depth: usize) -> Result<Tree, ChartError> {
    let line = Some(lines.line(value.span().start));
    let at = || At::line(line);
    if depth > DEPTH {
        return Err(ChartError::Limit { at: at(), what: "tables inside tables", found: depth, limit: DEPTH });
    }
    let wrong = |value: &str, remedy: &str| ChartError::Field {
        at: at(),
        field: "value".into(),
        value: value.into(),
        remedy: remedy.into(),
    };
    let node = match value.get_ref() {
        DeValue::String(text) => Node::Text(text.to_string()),
        DeValue::Boolean(x) => Node::Bool(*x),
        DeValue::Integer(x) => i64::from_str_radix(x.as_str(), x.radix())
            .map(Node::Int)
            .map_err(|_| wrong(x.as_str(), "give an integer of 64 bits"))?,
        DeValue::Float(x) => x.as_str().parse().map(Node::Float).map_err(|_| wrong(x.as_str(), "give a float"))?,
        DeValue::Datetime(x) => return Err(wrong(&x.to_string(), "charts have no dates: give a text")),
        DeValue::Array(items) => {
            Node::List(items.iter().map(|item| tree(item, lines, depth + 1)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => table_node(table, lines, depth + 1)?,
    };
    Ok(Tree { line, node })
}

fn table_node(table: &DeTable<'_>, lines: &Lines, depth: usize) -> Result<Node, ChartError> {
    let entries = table.iter().map(|(key, value)| {
        let mut value = tree(value, lines, depth)?;
        // The line of the key reads better than that of a value below it.
        value.line = Some(lines.line(key.span().start));
        Ok((key.get_ref().to_string(), value))
    });
    entries.collect::<Result<Vec<(String, Tree)>, _>>().map(Node::Table)
}

/// Writes a chart, such that reading it gives the same.
pub fn write(source: &Source) -> String {
    // Plain data with text keys can always be written.
    ::toml::to_string_pretty(&value(&source.to_tree())).unwrap_or_default()
}

fn value(tree: &Tree) -> ::toml::Value {
    use ::toml::Value;
    match &tree.node {
        Node::Bool(x) => Value::Boolean(*x),
        Node::Int(x) => Value::Integer(*x),
        Node::Float(x) => Value::Float(*x),
        Node::Text(x) => Value::String(x.clone()),
        Node::List(items) => Value::Array(items.iter().map(value).collect()),
        Node::Table(entries) => Value::Table(entries.iter().map(|(name, x)| (name.clone(), value(x))).collect()),
    }
}
