//! Rescues: the list of needs holds unquoted commas, and the argument stands in curly quotes.

use super::split::{next_field, number, shorten, strict, words};
use super::{Case, Layout};

/// The case in `line`: five plain fields, then needs up to the opening curly quote, then the argument.
pub(super) fn read(line: &str) -> Result<Case, String> {
    let names = Layout::DisasterSurvivor.columns();
    let mut plain = [""; 5];
    let mut rest = line;
    for (field, name) in plain.iter_mut().zip(names) {
        (*field, rest) = next_field(rest, name)?;
    }
    let (needs, argument) = tail(rest)?;
    let [_, hazard, condition, endurance, eta] = plain;
    let counterpart_target = number(names[3], endurance)?;
    let agent_target = number(names[4], eta)?;
    let (hazard, condition) = (words(hazard), words(condition));
    Ok(Case {
        title: format!("{hazard}: {condition}"),
        agent: "the rescue team".to_owned(),
        counterpart: "the survivor".to_owned(),
        agent_target,
        counterpart_target,
        facts: vec![
            ("hazard", hazard),
            ("need", words(&needs)),
            ("condition", condition),
            ("endurance", format!("{counterpart_target} minutes")),
            ("arrival", format!("{agent_target} minutes")),
            ("argument", argument),
        ],
    })
}

/// Needs and argument.
fn tail(rest: &str) -> Result<(String, String), String> {
    let names = Layout::DisasterSurvivor.columns();
    // A file that somebody has mended quotes its fields as it should.
    if rest.trim_start().starts_with('"') {
        return match strict(rest.trim_start())?.as_slice() {
            [needs, argument] => Ok((needs.clone(), argument.trim_matches(['“', '”']).to_owned())),
            fields => Err(format!("{} fields from {} on: give two", fields.len(), names[5])),
        };
    }
    let (needs, argument) =
        rest.split_once('“').ok_or_else(|| format!("{} is \"{}\": put it in curly quotes", names[6], shorten(rest)))?;
    let (argument, after) =
        argument.rsplit_once('”').ok_or_else(|| format!("{} has no closing curly quote: add it", names[6]))?;
    if !after.trim().is_empty() {
        return Err(format!("\"{}\" follows {}: remove it", shorten(after), names[6]));
    }
    let needs = needs.trim_end().strip_suffix(',').ok_or_else(|| format!("no comma before {}: add it", names[6]))?;
    Ok((needs.to_owned(), argument.trim().to_owned()))
}
