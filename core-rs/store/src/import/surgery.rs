//! Surgery dates: a comma without a space behind it ends a field, and many rows lack the ninth column.

use super::split::{number, shorten, words};
use super::{Case, Layout};

/// Where the column that many rows lack belongs: why the surgeon has no time.
const OFTEN_MISSING: usize = 8;

/// The case in `line`.
pub(super) fn read(line: &str) -> Result<Case, String> {
    let names = Layout::HospitalSurgery.columns();
    let mut fields = split(line)?;
    if fields.len() + 1 == names.len() {
        fields.insert(OFTEN_MISSING, String::new());
    }
    if fields.len() != names.len() {
        return Err(format!(
            "the row has {} fields, the header {}: write a space behind commas inside a field",
            fields.len(),
            names.len()
        ));
    }
    let column = |i: usize| fields[i].trim();
    let urgency = one_of(names[4], column(4), &["High", "Medium", "Low"])?;
    let available = one_of(names[6], column(6), &["Yes", "No"])?;
    number(names[1], column(1))?;
    let waitlist = number(names[5], column(5))?;
    let reduction = number(names[12], column(12))?;
    let (condition, procedure) = (words(column(2)), words(column(3)));
    let mut facts = vec![
        ("procedure", procedure.clone()),
        ("condition", condition.clone()),
        ("age", column(1).to_owned()),
        ("urgency", urgency.to_owned()),
        ("waitlist", format!("{waitlist} days")),
        ("reduction", format!("{reduction} days")),
        ("surgeon", words(column(7))),
        ("surgeon_available", available.to_owned()),
        ("risk", words(column(9))),
        ("reason", words(column(10))),
        ("suggestion", words(column(11))),
    ];
    if !column(OFTEN_MISSING).is_empty() {
        facts.push(("availability", words(column(OFTEN_MISSING))));
    }
    // Column 13 tells how the case ended; an agent that knew it would cheat.
    Ok(Case {
        title: format!("{procedure} for {condition}"),
        agent: "the hospital".to_owned(),
        counterpart: "the patient".to_owned(),
        agent_target: waitlist,
        // Without a reduction both ask for the same date, which tags the scenario `no_conflict`.
        counterpart_target: if reduction > 0.0 { (waitlist - reduction).max(1.0) } else { waitlist },
        facts,
    })
}

/// Fields by this file's rule; a field may also be quoted as it should.
fn split(line: &str) -> Result<Vec<String>, String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let field = fields.last_mut().ok_or("no field")?;
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted && chars.peek() != Some(&' ') => fields.push(String::new()),
            _ => field.push(c),
        }
    }
    if quoted { Err("a quote is opened but not closed on its line: close it".to_owned()) } else { Ok(fields) }
}

fn one_of<'a>(field: &str, value: &'a str, known: &[&str]) -> Result<&'a str, String> {
    if known.contains(&value) {
        return Ok(value);
    }
    Err(format!("{field} is \"{}\": give {}; is a column missing?", shorten(value), known.join(", ")))
}
