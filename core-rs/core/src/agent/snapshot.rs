//! Snapshots: all state of a core as versioned bytes with a checksum.
//!
//! Layout, little endian: magic (8 bytes), version u32, number of experts u32, payload length u32, CRC-32 of everything
//! else u32, then the payload: every field in words of eight bytes, in the order of its `Persist` implementation.

use super::Core;
use crate::persist::{Persist, Reader, Writer, is_sound};

/// Version of the layout; raised with every change to a `Persist` implementation.
pub const SNAPSHOT_VERSION: u32 = 3;
const MAGIC: [u8; 8] = *b"EMOMASst";
const HEADER: usize = 24;

/// Why a snapshot was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The bytes are something else.
    #[error("these bytes are not an emomas snapshot")]
    Magic,
    /// Another version wrote them.
    #[error("snapshot version {found}, this build reads {expected}: restore it with the version that wrote it")]
    Version {
        /// What the bytes say.
        found: u32,
        /// What this build reads.
        expected: u32,
    },
    /// Another number of experts.
    #[error("snapshot of {found} experts, this core has {expected}: configure the experts it was taken with")]
    Experts {
        /// What the bytes say.
        found: u32,
        /// What the core has.
        expected: u32,
    },
    /// Bytes are missing or left over.
    #[error("snapshot has {found} bytes, expected {expected}: the file was cut or extended")]
    Length {
        /// Bytes given.
        found: usize,
        /// Bytes needed.
        expected: usize,
    },
    /// The checksum differs.
    #[error("snapshot checksum is {found:#010x}, expected {expected:#010x}: the bytes are damaged")]
    Checksum {
        /// Computed.
        found: u32,
        /// Stored.
        expected: u32,
    },
    /// A number that can't be part of any state.
    #[error("snapshot holds a number that is not finite: the bytes are damaged")]
    Value,
    /// The caller's buffer is too small.
    #[error("buffer has {found} bytes, the snapshot needs {needed}")]
    Buffer {
        /// Bytes given.
        found: usize,
        /// Bytes needed.
        needed: usize,
    },
}

impl Core {
    fn write(&self, to: &mut Writer<'_>) {
        self.learned.write(to);
        self.episode.write(to);
    }

    /// Bytes that [`Core::snapshot`] needs; the same for every core.
    pub fn snapshot_len(&self) -> usize {
        let mut counted = Writer::new(&mut []);
        self.write(&mut counted);
        HEADER + counted.length()
    }

    /// Writes the state into `bytes` and returns the length used.
    pub fn snapshot(&self, bytes: &mut [u8]) -> Result<usize, SnapshotError> {
        let needed = self.snapshot_len();
        let found = bytes.len();
        let bytes = bytes.get_mut(..needed).ok_or(SnapshotError::Buffer { found, needed })?;
        let (header, payload) = bytes.split_at_mut(HEADER);
        self.write(&mut Writer::new(payload));
        header[..8].copy_from_slice(&MAGIC);
        header[8..12].copy_from_slice(&SNAPSHOT_VERSION.to_le_bytes());
        header[12..16].copy_from_slice(&(self.config.policy.experts.len() as u32).to_le_bytes());
        header[16..20].copy_from_slice(&(payload.len() as u32).to_le_bytes());
        let crc = checksum(header, payload);
        header[20..24].copy_from_slice(&crc.to_le_bytes());
        Ok(needed)
    }

    /// Replaces the state by a snapshot's; on an error nothing has changed.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        let found = bytes.len();
        let Some((header, payload)) = bytes.split_at_checked(HEADER) else {
            let known = bytes.len() >= 8 && bytes[..8] == MAGIC;
            let cut = SnapshotError::Length { found, expected: self.snapshot_len() };
            return Err(if known { cut } else { SnapshotError::Magic });
        };
        if header[..8] != MAGIC {
            return Err(SnapshotError::Magic);
        }
        let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        if word(8) != SNAPSHOT_VERSION {
            return Err(SnapshotError::Version { found: word(8), expected: SNAPSHOT_VERSION });
        }
        let expected = self.snapshot_len();
        if found != expected || word(16) as usize != payload.len() {
            return Err(SnapshotError::Length { found, expected });
        }
        let crc = checksum(header, payload);
        if crc != word(20) {
            return Err(SnapshotError::Checksum { found: crc, expected: word(20) });
        }
        let experts = self.config.policy.experts.len() as u32;
        if word(12) != experts {
            return Err(SnapshotError::Experts { found: word(12), expected: experts });
        }
        if !is_sound(payload) {
            return Err(SnapshotError::Value);
        }
        let mut from = Reader::new(payload);
        self.learned.read(&mut from);
        self.episode.read(&mut from);
        Ok(())
    }
}

/// CRC-32 of the header without its own checksum field, and the payload.
fn checksum(header: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&header[..20]);
    hasher.update(payload);
    hasher.finalize()
}
