//! Writing a journal: one writer, whole records, durable before they are acknowledged.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::frame::{self, MAX_PAYLOAD_BYTES};
use super::log::Log;
use super::records::{Header, Kind};
use super::{Torn, finite};
use crate::StoreError;

/// When records become durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Each record is on the device (`fdatasync`) before [`Journal::append`] returns: no acknowledged record is lost,
    /// whatever fails. Costs a device flush a record.
    #[default]
    EveryRecord,
    /// Records are with the operating system when [`Journal::append`] returns and on the device after
    /// [`Journal::close`] or drop. They survive a killed process, but not a cut of power.
    OnClose,
}

/// An open journal; holds the file's lock until it is closed or dropped.
#[derive(Debug)]
pub struct Journal {
    log: Log<File>,
    path: PathBuf,
    durability: Durability,
    next: u64,
}

/// What was found when a journal was opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reopened {
    /// How many whole records the file holds.
    pub records: u64,
    /// The tail that was cut off, if there was one.
    pub dropped: Option<Torn>,
}

impl Journal {
    /// A new journal at `path`, which must not exist; file, header and directory entry are durable on return.
    pub fn create(path: impl AsRef<Path>, header: &Header, durability: Durability) -> Result<Self, StoreError> {
        let path = path.as_ref();
        check(header)?;
        let mut bytes = frame::file_header().to_vec();
        bytes.extend(framed(Kind::Header, header)?);
        let file = OpenOptions::new().append(true).create_new(true).open(path).map_err(|e| {
            if e.kind() == io::ErrorKind::AlreadyExists {
                return StoreError::JournalExists { path: path.to_path_buf() };
            }
            StoreError::io(path, "create it")(e)
        })?;
        let start = || -> Result<(), StoreError> {
            lock(&file, path)?;
            (&file).write_all(&bytes).map_err(StoreError::io(path, "write the header"))?;
            file.sync_all().map_err(StoreError::io(path, "make the header durable"))?;
            sync_directory(path)
        };
        if let Err(error) = start() {
            // The file is ours and holds nothing; leaving it would block the next attempt.
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        let log = Log { disk: file, length: bytes.len() as u64, broken: false };
        Ok(Self { log, path: path.to_path_buf(), durability, next: 1 })
    }

    /// The journal at `path`, ready for its next record; a torn tail is cut off and reported.
    pub fn open_append(path: impl AsRef<Path>, durability: Durability) -> Result<(Self, Reopened), StoreError> {
        let path = path.as_ref();
        let mut file =
            OpenOptions::new().read(true).append(true).open(path).map_err(StoreError::io(path, "open it"))?;
        // Before reading: what another writer is about to append would look torn.
        lock(&file, path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(StoreError::io(path, "read it"))?;
        let (frames, torn) = frame::frames(path, &bytes)?;
        if frames.is_empty() {
            return Err(StoreError::JournalEmpty { path: path.to_path_buf(), bytes: bytes.len() as u64 });
        }
        let records = frames.len() as u64;
        let length = torn.map_or(bytes.len() as u64, |t| t.offset);
        if torn.is_some() {
            file.set_len(length).map_err(StoreError::io(path, "cut off its torn tail"))?;
            file.sync_all().map_err(StoreError::io(path, "make the cut durable"))?;
        }
        let log = Log { disk: file, length, broken: false };
        let journal = Self { log, path: path.to_path_buf(), durability, next: records };
        Ok((journal, Reopened { records, dropped: torn }))
    }

    /// Adds a record and returns its sequence number (the header's is 0) once it is as durable as [`Durability`] says.
    ///
    /// After an error the file is as it was before the call and can be used on.
    pub fn append<T: Serialize + ?Sized>(&mut self, kind: Kind, payload: &T) -> Result<u64, StoreError> {
        if self.log.broken {
            return Err(StoreError::JournalBroken { path: self.path.clone() });
        }
        if kind == Kind::Header {
            return Err(StoreError::JournalPayload {
                field: "kind".to_owned(),
                value: "header".to_owned(),
                remedy: "a journal has one header, written by create; start a new journal",
            });
        }
        let bytes = framed(kind, payload)?;
        let sync = self.durability == Durability::EveryRecord;
        self.log.append(&bytes, sync).map_err(StoreError::io(&self.path, "append a record"))?;
        self.next += 1;
        Ok(self.next - 1)
    }

    /// How many records the file holds.
    pub const fn records(&self) -> u64 {
        self.next
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes everything durable and lets go of the file.
    pub fn close(self) -> Result<(), StoreError> {
        self.log.disk.sync_data().map_err(StoreError::io(&self.path, "make its records durable"))
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.durability == Durability::OnClose {
            // Nobody is left to tell; `close` reports.
            let _ = self.log.disk.sync_data();
        }
    }
}

/// A header that a reader would refuse isn't written.
fn check(header: &Header) -> Result<(), StoreError> {
    header.scenario.check()?;
    if header.scenario.hash() == header.scenario_hash {
        return Ok(());
    }
    Err(StoreError::JournalPayload {
        field: "scenario_hash".to_owned(),
        value: format!("\"{}\"", header.scenario_hash),
        remedy: "give the hash of the header's own scenario",
    })
}

/// The bytes of a record.
fn framed<T: Serialize + ?Sized>(kind: Kind, payload: &T) -> Result<Vec<u8>, StoreError> {
    finite::check(payload)?;
    let refuse = |value: String, remedy| StoreError::JournalPayload { field: kind.name().to_owned(), value, remedy };
    let json = serde_json::to_vec(payload)
        .map_err(|e| refuse(format!("no JSON: {e}"), "give maps text keys and serialise without errors"))?;
    if json.len() > MAX_PAYLOAD_BYTES {
        return Err(refuse(format!("{} bytes long", json.len()), "split records above 16 MiB"));
    }
    Ok(frame::encode(kind as u16, kind.version(), &json))
}

fn lock(file: &File, path: &Path) -> Result<(), StoreError> {
    file.try_lock().map_err(|e| match e {
        TryLockError::WouldBlock => StoreError::JournalLocked { path: path.to_path_buf() },
        TryLockError::Error(e) => StoreError::io(path, "lock it")(e),
    })
}

/// A new file's name is durable only when its directory is.
fn sync_directory(path: &Path) -> Result<(), StoreError> {
    if cfg!(windows) {
        // Directories can't be opened there, and need not be.
        return Ok(());
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)
        .and_then(|d| d.sync_all())
        .map_err(StoreError::io(directory, "make the new file's name durable"))
}
