//! Journals as lines of JSON, for people and other tools.

use std::io::Write;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::{Torn, read};
use crate::StoreError;

/// What was exported, and what wasn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Lines written.
    pub records: u64,
    /// Records of kinds that this build doesn't know.
    pub skipped: u64,
    /// The part of a record at the journal's end, if there is one.
    pub torn: Option<Torn>,
}

#[derive(Serialize)]
struct Line<'a> {
    sequence: u64,
    kind: &'static str,
    version: u16,
    payload: &'a Value,
}

/// Writes one JSON object a line: sequence, kind, version and payload of each record in the journal at `path`.
pub fn export_jsonl(path: impl AsRef<Path>, mut writer: impl Write) -> Result<Exported, StoreError> {
    let path = path.as_ref();
    let journal = read(path)?;
    let mut buffer = Vec::new();
    for record in &journal.records {
        buffer.clear();
        let line = Line {
            sequence: record.sequence,
            kind: record.kind.name(),
            version: record.version,
            payload: &record.payload,
        };
        serde_json::to_writer(&mut buffer, &line).map_err(|e| StoreError::io(path, "export it")(e.into()))?;
        buffer.push(b'\n');
        writer.write_all(&buffer).map_err(StoreError::io(path, "export it"))?;
    }
    writer.flush().map_err(StoreError::io(path, "export it"))?;
    Ok(Exported { records: journal.records.len() as u64, skipped: journal.skipped, torn: journal.torn })
}
