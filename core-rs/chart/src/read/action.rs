//! Actions.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::error::{At, ChartError};
use crate::limits;
use crate::read::fields::{Fields, wrong};
use crate::source::{Act, Action, Delay, Priority};
use crate::tree::{Node, Tree};

const VERBS: [&str; 7] = ["effect", "assign", "raise", "send", "cancel", "if", "log"];

pub(super) fn actions(fields: &Fields<'_>, key: &str) -> Result<Vec<Action>, ChartError> {
    nested(fields, key, 0)
}

fn nested(fields: &Fields<'_>, key: &str, depth: usize) -> Result<Vec<Action>, ChartError> {
    fields.list(key)?.unwrap_or_default().iter().map(|tree| action(tree, fields.state, depth)).collect()
}

pub(super) fn action(tree: &Tree, state: Option<&str>, depth: usize) -> Result<Action, ChartError> {
    let at = || At { line: tree.line, state: state.map(String::from) };
    if depth > limits::ACTION_DEPTH {
        let limit = limits::ACTION_DEPTH;
        return Err(ChartError::Limit { at: at(), what: "ifs inside ifs", found: depth, limit });
    }
    let line = tree.line;
    if let Node::Text(name) = &tree.node {
        return Ok(Action { act: Act::Effect { name: name.trim().into(), data: Vec::new() }, line });
    }
    let Some(verb) = VERBS.into_iter().find(|verb| tree.get(verb).is_some()) else {
        let remedy = format!("give an effect's name, or a table with one of {}", VERBS.join(", "));
        return Err(wrong(at(), "action", tree.kind(), &remedy));
    };
    let keys: &[&str] = match verb {
        "effect" => &["effect", "data"],
        "assign" => &["assign", "value"],
        "raise" => &["raise", "data"],
        "send" => &["send", "delay_ms", "delay_ns", "id", "priority", "data"],
        "cancel" => &["cancel"],
        "if" => &["if", "then", "else"],
        _ => &["log", "label"],
    };
    let fields = Fields::of(tree, state, keys)?;
    let text = |key: &str| fields.text(key)?.ok_or_else(|| fields.wrong(key, "missing", "give a text"));
    let expression =
        |key: &str| fields.expression(key)?.ok_or_else(|| fields.wrong(key, "missing", "give an expression"));
    let act = match verb {
        "effect" => Act::Effect { name: text("effect")?, data: fields.data("data")? },
        "assign" => Act::Assign { variable: text("assign")?, value: expression("value")? },
        "raise" => Act::Raise { event: text("raise")?, data: fields.data("data")? },
        "send" => Act::Send {
            event: text("send")?,
            delay: delay(&fields)?,
            id: fields.text("id")?,
            priority: priority(&fields)?,
            data: fields.data("data")?,
        },
        "cancel" => Act::Cancel { id: text("cancel")? },
        "if" => Act::If {
            condition: expression("if")?,
            then: nested(&fields, "then", depth + 1)?,
            otherwise: nested(&fields, "else", depth + 1)?,
        },
        _ => {
            Act::Log { label: fields.text("label")?, value: fields.expression("log")?.filter(|text| !text.is_empty()) }
        }
    };
    Ok(Action { act, line })
}

fn priority(fields: &Fields<'_>) -> Result<Priority, ChartError> {
    let Some(name) = fields.text("priority")? else { return Ok(Priority::default()) };
    Priority::from_name(&name)
        .ok_or_else(|| fields.wrong("priority", &name, "give \"safety\", \"control\" or \"advisory\""))
}

fn delay(fields: &Fields<'_>) -> Result<Delay, ChartError> {
    let (ms, ns) = (fields.get("delay_ms"), fields.get("delay_ns"));
    match (ms.map(|tree| &tree.node), ns.map(|tree| &tree.node)) {
        (None, None) => Ok(Delay::Ns(0)),
        (Some(_), Some(_)) => Err(fields.wrong("delay_ns", "given beside delay_ms", "give one of the two")),
        (Some(Node::Text(expression)), None) => Ok(Delay::Ms(expression.trim().into())),
        (Some(Node::Int(ms)), None) => u64::try_from(*ms)
            .ok()
            .and_then(|ms| ms.checked_mul(1_000_000))
            .map(Delay::Ns)
            .ok_or_else(|| fields.wrong("delay_ms", &ms.to_string(), "give 0 or more")),
        (Some(Node::Float(ms)), None) => duration_ns(&format!("{ms:?} ms"))
            .map(Delay::Ns)
            .ok_or_else(|| fields.wrong("delay_ms", &format!("{ms:?}"), "give 0 or more, whole nanoseconds")),
        (None, Some(Node::Int(ns))) => {
            u64::try_from(*ns).map(Delay::Ns).map_err(|_| fields.wrong("delay_ns", &ns.to_string(), "give 0 or more"))
        }
        (Some(_), None) => Err(fields.wrong("delay_ms", "no number", "give a number or an expression")),
        (None, Some(_)) => Err(fields.wrong("delay_ns", "no integer", "give whole nanoseconds")),
    }
}

/// `250 ms`, `1.5s`, `2 min`, exactly, as nanoseconds.
pub(crate) fn duration_ns(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..digits], text[digits..].trim());
    let scale: u64 = match unit {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" | "min" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut ns = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()?.checked_mul(scale)? };
    let mut place = scale;
    for digit in fraction.bytes() {
        let digit = u64::from(digit.checked_sub(b'0').filter(|d| *d < 10)?);
        // A fraction finer than a nanosecond is refused, not rounded.
        if !place.is_multiple_of(10) && digit != 0 {
            return None;
        }
        place /= 10;
        ns = ns.checked_add(digit.checked_mul(place)?)?;
    }
    // What a plain-data integer can hold.
    i64::try_from(ns).ok().map(|_| ns)
}

/// Nanoseconds as the shortest exact time.
pub(crate) fn duration_text(ns: u64) -> String {
    for (scale, unit) in [(1_000_000_000, "s"), (1_000_000, "ms")] {
        if ns.is_multiple_of(scale) {
            return format!("{}{unit}", ns / scale);
        }
    }
    let fraction = format!("{:06}", ns % 1_000_000);
    format!("{}.{}ms", ns / 1_000_000, fraction.trim_end_matches('0'))
}
