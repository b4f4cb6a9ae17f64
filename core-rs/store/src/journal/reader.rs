//! Reading a journal, whole or torn.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::frame::{self, FILE_HEADER_BYTES, Torn};
use super::records::{Header, Kind};
use crate::StoreError;

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Position in the file, the header's being 0; skipped records count.
    pub sequence: u64,
    /// Where its frame starts.
    pub offset: u64,
    /// What it is about.
    pub kind: Kind,
    /// Version of the payload.
    pub version: u16,
    /// What it says.
    pub payload: Value,
}

impl Record {
    /// The payload as a `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        T::deserialize(&self.payload).map_err(|e| StoreError::JournalPayload {
            field: format!("record {} ({})", self.sequence, self.kind.name()),
            value: format!("not what its kind holds: {e}"),
            remedy: "decode it as the type that was written",
        })
    }
}

/// What a journal holds.
#[derive(Clone, Debug)]
pub struct Read {
    /// The whole records of known kinds, in order.
    pub records: Vec<Record>,
    /// The part of a record at the end, if there is one.
    pub torn: Option<Torn>,
    /// How many whole records have a kind, or a version of a kind, that this build doesn't know.
    pub skipped: u64,
    path: PathBuf,
}

impl Read {
    /// What the run started from; checks that the scenario is the one whose hash was stored.
    pub fn header(&self) -> Result<Header, StoreError> {
        let damaged =
            |why: String| StoreError::JournalDamaged { path: self.path.clone(), offset: FILE_HEADER_BYTES as u64, why };
        let Some(first) = self.records.first().filter(|r| r.kind == Kind::Header && r.sequence == 0) else {
            if self.records.is_empty() && self.skipped == 0 {
                let bytes = FILE_HEADER_BYTES as u64 + self.torn.map_or(0, |t| t.bytes);
                return Err(StoreError::JournalEmpty { path: self.path.clone(), bytes });
            }
            return Err(damaged("the first record is no header this build knows".to_owned()));
        };
        let header: Header = first.decode()?;
        let hash = header.scenario.hash();
        if hash != header.scenario_hash {
            let stored = &header.scenario_hash;
            return Err(damaged(format!("scenario_hash is {stored} but the stored scenario hashes to {hash}")));
        }
        Ok(header)
    }
}

/// Everything in the journal at `path`; the file is held in memory while it is read.
///
/// A file cut anywhere behind its sixteen header bytes gives the whole records before the cut.
pub fn read(path: impl AsRef<Path>) -> Result<Read, StoreError> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(StoreError::io(path, "read it"))?;
    let (frames, torn) = frame::frames(path, &bytes)?;
    let mut read = Read { records: Vec::with_capacity(frames.len()), torn, skipped: 0, path: path.to_path_buf() };
    for (sequence, frame) in (0..).zip(frames) {
        let Some(kind) = Kind::known(frame.kind, frame.version) else {
            read.skipped += 1;
            continue;
        };
        let payload = serde_json::from_slice(frame.payload).map_err(|e| StoreError::JournalDamaged {
            path: path.to_path_buf(),
            offset: frame.offset as u64,
            why: format!("the checksum holds but the payload is no JSON: {e}"),
        })?;
        read.records.push(Record { sequence, offset: frame.offset as u64, kind, version: frame.version, payload });
    }
    Ok(read)
}
