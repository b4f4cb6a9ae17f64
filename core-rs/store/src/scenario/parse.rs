//! Scenarios from and to TOML; errors name the file, the line and the field.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize as _;
use toml::de::{DeTable, DeValue};

use super::{Draft, SCHEMA, Scenario, check};
use crate::file::{read_text, without_mark};
use crate::{Place, StoreError};

/// Longest scenario file, in bytes.
const MAX_FILE_BYTES: u64 = 256 * 1024;

impl Scenario {
    /// The scenario in the file at `path`.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        parse(&read_text(path, MAX_FILE_BYTES)?, &Place::file(path))
    }

    /// The scenario that `text` describes.
    pub fn from_toml(text: &str) -> Result<Self, StoreError> {
        if text.len() as u64 > MAX_FILE_BYTES {
            let message = format!("{} bytes: a scenario has at most {MAX_FILE_BYTES}", text.len());
            return Err(StoreError::Syntax { place: Place::default(), field: None, message });
        }
        parse(without_mark(text), &Place::default())
    }

    /// The scenario as TOML; reading it back gives an equal scenario.
    pub fn to_toml(&self) -> Result<String, StoreError> {
        self.check()?;
        toml::to_string(self).map_err(|e| StoreError::Syntax {
            place: Place::default(),
            field: None,
            message: format!("can't be written as TOML: {e}"),
        })
    }
}

fn parse(text: &str, place: &Place) -> Result<Scenario, StoreError> {
    let table = DeTable::parse(text).map_err(|e| syntax(text, place, None, &e))?;
    let table = table.get_ref();
    // A newer file has fields this build doesn't know; its version says so better than the first such field.
    check_schema(table).map_err(|e| located(e, text, table, place))?;
    let draft = toml::Deserializer::parse(text)
        .and_then(Draft::deserialize)
        .map_err(|e| syntax(text, place, Some(table), &e))?;
    Scenario::try_from(draft).map_err(|e| located(e, text, table, place))
}

fn check_schema(table: &DeTable<'_>) -> Result<(), StoreError> {
    let Some(value) = table.get("schema") else {
        return Err(StoreError::field("schema", "missing", format!("start the file with `schema = {SCHEMA}`")));
    };
    match value.get_ref() {
        DeValue::Integer(n) if n.as_str() == SCHEMA.to_string() => Ok(()),
        DeValue::Integer(n) => Err(check::schema_error(n.as_str())),
        other => Err(check::schema_error(&format!("a {}", other.type_str()))),
    }
}

/// A parser's error with the field it fell on.
fn syntax(text: &str, place: &Place, table: Option<&DeTable<'_>>, error: &toml::de::Error) -> StoreError {
    let span = error.span();
    let line = span.as_ref().map(|s| line_of(text, s.start));
    let field = span.as_ref().zip(table).and_then(|(s, t)| path_at(t, s));
    let message = error.message();
    let message = if message.starts_with("missing field") {
        format!("{message}: add it")
    } else {
        // The parser's message says what it expected; the value is what stands at the span.
        let value = span.and_then(|s| text.get(s)).map(str::trim).filter(|v| is_short(v) && !message.contains(v));
        value.map_or_else(|| message.to_owned(), |value| format!("{value}: {message}"))
    };
    StoreError::Syntax { place: Place { line, ..place.clone() }, field, message: message.replace('\n', ", ") }
}

fn is_short(value: &str) -> bool {
    !value.is_empty() && value.len() <= 60 && !value.contains('\n')
}

/// `error` with file and line filled in: the field's own line, or that of the table it is missing from.
fn located(error: StoreError, text: &str, table: &DeTable<'_>, place: &Place) -> StoreError {
    match error {
        StoreError::Field { field, value, remedy, .. } => {
            let line = start_of(table, &field).map(|at| line_of(text, at));
            StoreError::Field { place: Place { line, ..place.clone() }, field, value, remedy }
        }
        other => other,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|&&b| b == b'\n').count()
}

/// Where the entry at the dotted `path`, or the nearest table above it, starts.
fn start_of(table: &DeTable<'_>, path: &str) -> Option<usize> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(f, r)| (f, Some(r)));
    let (key, value) = table.get_key_value(first)?;
    match (rest, value.get_ref()) {
        (Some(rest), DeValue::Table(inner)) => start_of(inner, rest).or(Some(key.span().start)),
        _ => Some(key.span().start),
    }
}

/// The dotted path of the innermost entry whose key or value covers `span`.
fn path_at(table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        if let DeValue::Table(inner) = value.get_ref()
            && let Some(path) = path_at(inner, span)
        {
            return Some(format!("{name}.{path}"));
        }
        let covers = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
        (covers(key.span()) || covers(value.span())).then(|| name.to_string())
    })
}
