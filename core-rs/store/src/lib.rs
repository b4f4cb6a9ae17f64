//! Everything emomas reads from and writes to disk.
//!
//! - [`scenario`]: one conversation as data: a strict TOML file, checked when read.
//! - [`import`]: the four EmoMAS scenario CSVs, repaired by rule and checked by anchors.
//! - [`journal`]: the append-only record of a run: checksummed, versioned, safe against a cut of power.
//! - [`chart`]: steps of a statechart, kept and taken again.
//! - [`session`]: a core whose every turn is journalled; [`mod@replay`] takes its decisions again.
//!
//! Files, text and records from outside pass one parser each, which checks length, type and range in that order and
//! refuses loudly; every refusal is a [`StoreError`] with a stable code.
#![forbid(unsafe_code)]

pub mod chart;
pub mod error;
pub mod hex;
pub mod import;
pub mod journal;
pub mod replay;
pub mod scenario;
pub mod session;

mod file;

pub use error::{Place, StoreError};
pub use import::{Import, Layout, Refusal, import_csv, import_str};
pub use journal::{Durability, Journal, export_jsonl, read};
pub use replay::{Replay, replay};
pub use scenario::Scenario;
pub use session::{Session, SessionError};
