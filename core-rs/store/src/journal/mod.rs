//! The append-only record of a run.
//!
//! A journal is a binary file: a header of sixteen bytes (magic, format version, CRC-32), then records. Each record is
//! framed as
//!
//! | bytes | field |
//! |---|---|
//! | 4 | payload length |
//! | 2 | kind |
//! | 2 | version of the kind |
//! | 4 | CRC-32 of kind, version, length and payload |
//! | … | payload: JSON |
//!
//! with numbers little endian. The first record is the [`Header`]. Numbers survive bit for bit; NaN and infinity are
//! refused when written, since JSON has no word for them.
//!
//! [`Journal::append`] returns when the record is durable. After a crash the file ends, at worst, in part of one record
//! that nobody was told was written: a torn tail, which [`read`] reports and [`Journal::open_append`] cuts off. Damage
//! anywhere else is an error that names the offset. Records of kinds that this build doesn't know are skipped and
//! counted. One writer at a time holds the file's lock; readers need none.

mod export;
mod finite;
mod frame;
mod log;
mod reader;
mod records;
mod writer;

pub use export::{Exported, export_jsonl};
pub use frame::{MAX_PAYLOAD_BYTES, Torn};
pub use reader::{Read, Record, read};
pub use records::{ChartStep, Close, Header, Kind, Note, Outcome, Said, Speaker, Step};
pub use writer::{Durability, Journal, Reopened};
