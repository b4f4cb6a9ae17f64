//! The four EmoMAS scenario CSVs (arXiv 2604.07003): most of their rows break the CSV rules, each file in its own way.
//!
//! A file is recognised by its header, its rows are split by the rule of its layout, and *anchors* (numbers, times and
//! yes/no fields at known positions) prove that the split was right. A row that fails its anchors is refused with the
//! reason, never guessed at. The files give targets only; reservation values and deadlines are drawn from a generator
//! keyed by file name and case, and the scenario says that they are `derived`.

mod credit;
mod derive;
mod disaster;
mod layout;
mod sleep;
mod split;
mod surgery;

use std::collections::HashMap;
use std::path::Path;

pub use layout::Layout;
pub(crate) use layout::signatures;

use crate::file::{read_text, without_mark};
use crate::scenario::{Scenario, Tag};
use crate::{Place, StoreError};

/// Longest CSV file, in bytes.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// What a CSV file held.
#[derive(Clone, Debug)]
pub struct Import {
    /// The rows that make sense, in file order.
    pub scenarios: Vec<Scenario>,
    /// The rows that don't.
    pub refused: Vec<Refusal>,
    /// Which of the known layouts the file has.
    pub layout: Layout,
    /// Columns that the layout doesn't know and nothing was read from.
    pub ignored_columns: Vec<String>,
}

impl Import {
    /// The scenarios that fit comparisons: those in which the sides disagree.
    pub fn usable(&self) -> impl Iterator<Item = &Scenario> {
        self.scenarios.iter().filter(|s| !s.tags().contains(&Tag::NoConflict))
    }
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The row, 1 for the first below the header; blank lines don't count.
    pub row: usize,
    /// The row's case id, or its number where the layout has none.
    pub case_id: String,
    /// Field, value and remedy.
    pub reason: String,
}

/// One row, understood: what differs between the scenarios of a layout.
struct Case {
    title: String,
    agent: String,
    counterpart: String,
    agent_target: f64,
    counterpart_target: f64,
    facts: Vec<(&'static str, String)>,
}

/// The scenarios in the CSV file at `path`.
pub fn import_csv(path: impl AsRef<Path>) -> Result<Import, StoreError> {
    let path = path.as_ref();
    let text = read_text(path, MAX_FILE_BYTES)?;
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |n| n.to_string_lossy());
    import_str(&name, &text)
}

/// The scenarios in `text`, the content of a file called `name` (which takes part in the seeds).
pub fn import_str(name: &str, text: &str) -> Result<Import, StoreError> {
    let mut lines = without_mark(text).lines().filter(|line| !line.trim().is_empty());
    let header = lines.next().ok_or_else(|| StoreError::CsvEmpty { name: name.to_owned() })?;
    let columns = layout::recognise(name, header)?;
    let mut import = Import {
        scenarios: Vec::new(),
        refused: Vec::new(),
        layout: columns.layout,
        ignored_columns: columns.ignored.clone(),
    };
    let mut seen = HashMap::new();
    for (row, line) in (1..).zip(lines) {
        let case_id = case_id(columns.layout, row, line);
        // "7" and "07" would get the same name.
        let name_in_id = derive::slug(&case_id).unwrap_or_else(|_| case_id.clone());
        let scenario = match seen.insert(name_in_id, row) {
            Some(first) => Err(format!("Case_ID is \"{case_id}\", as in row {first}: give each row its own")),
            None => read_row(&columns, line).and_then(|case| scenario(columns.layout, name, &case_id, case)),
        };
        match scenario {
            Ok(scenario) => import.scenarios.push(scenario),
            Err(reason) => import.refused.push(Refusal { row, case_id, reason }),
        }
    }
    Ok(import)
}

/// Credit rows are numbered; the others start with their case id.
fn case_id(layout: Layout, row: usize, line: &str) -> String {
    match layout {
        Layout::CreditRecovery => row.to_string(),
        _ => line.split(',').next().unwrap_or_default().trim().trim_matches('"').chars().take(64).collect(),
    }
}

fn read_row(columns: &layout::Columns, line: &str) -> Result<Case, String> {
    match columns.layout {
        Layout::CreditRecovery => credit::read(&columns.positions, columns.width, line),
        Layout::DisasterSurvivor => disaster::read(line),
        Layout::EducationSleep => sleep::read(line),
        Layout::HospitalSurgery => surgery::read(line),
    }
}

/// The checked scenario of a case; what the scenario's own rules refuse becomes the row's reason.
fn scenario(layout: Layout, file: &str, case_id: &str, case: Case) -> Result<Scenario, String> {
    let scenario = derive::scenario(layout, file, case_id, case)?;
    match scenario.check() {
        Ok(()) => Ok(scenario),
        Err(StoreError::Field { field, value, remedy, .. }) => {
            // Row and file are told by the refusal.
            Err(StoreError::Field { place: Place::default(), field, value, remedy }.to_string())
        }
        Err(other) => Err(other.to_string()),
    }
}
