//! Bytes and frames; no payloads, no files.

use std::path::Path;

use crate::{StoreError, hex};

/// Longest payload of one record. Below 2²⁴, so that the last byte of a length is zero, which JSON never holds: text
/// can't be taken for a frame.
pub const MAX_PAYLOAD_BYTES: usize = (1 << 24) - 1;

/// Bytes before the first record.
pub(super) const FILE_HEADER_BYTES: usize = 16;
const FRAME_HEADER_BYTES: usize = 12;
/// The first byte isn't ASCII and the line ends are both kinds, so that a transfer as text shows.
const MAGIC: [u8; 8] = *b"\x89EMJ\r\n\x1a\n";
const FORMAT: u32 = 1;
/// How many bytes the search behind a bad frame may check; honest files need a few thousand.
const SEARCH_BYTES: usize = 1 << 28;

/// The end of a file that holds part of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    /// Where the last whole record ends.
    pub offset: u64,
    /// How many bytes follow it.
    pub bytes: u64,
    /// What they lack.
    pub why: &'static str,
}

/// One framed record.
pub(super) struct Frame<'a> {
    pub(super) offset: usize,
    pub(super) kind: u16,
    pub(super) version: u16,
    pub(super) payload: &'a [u8],
}

/// The start of a new file.
pub(super) fn file_header() -> [u8; FILE_HEADER_BYTES] {
    let mut bytes = [0; FILE_HEADER_BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    let crc = crc32fast::hash(&bytes[..12]);
    bytes[12..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Checks the start of a file: length, magic, checksum, version.
pub(super) fn check_file_header(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let path = || path.to_path_buf();
    let shared = bytes.len().min(MAGIC.len());
    if bytes[..shared] != MAGIC[..shared] {
        return Err(StoreError::JournalMagic { path: path(), found: hex::encode(&bytes[..shared]) });
    }
    if bytes.len() < FILE_HEADER_BYTES {
        return Err(StoreError::JournalEmpty { path: path(), bytes: bytes.len() as u64 });
    }
    if crc32fast::hash(&bytes[..12]) != u32_at(bytes, 12) {
        let why = "the file header's checksum doesn't hold".to_owned();
        return Err(StoreError::JournalDamaged { path: path(), offset: 0, why });
    }
    let found = u32_at(bytes, 8);
    if found != FORMAT {
        return Err(StoreError::JournalVersion { path: path(), found, known: FORMAT });
    }
    Ok(())
}

/// Frame and payload, in the order of the file.
pub(super) fn encode(kind: u16, version: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(FRAME_HEADER_BYTES + payload.len());
    bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&kind.to_le_bytes());
    bytes.extend_from_slice(&version.to_le_bytes());
    bytes.extend_from_slice(&checksum(&bytes, payload).to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// CRC-32 of kind, version, length and payload; `header` starts with the frame's length, kind and version.
fn checksum(header: &[u8], payload: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&header[4..8]);
    crc.update(&header[..4]);
    crc.update(payload);
    crc.finalize()
}

/// The whole records in a file, and what is left at its end.
pub(super) fn frames<'a>(path: &Path, bytes: &'a [u8]) -> Result<(Vec<Frame<'a>>, Option<Torn>), StoreError> {
    check_file_header(path, bytes)?;
    let mut frames = Vec::new();
    let mut offset = FILE_HEADER_BYTES;
    while offset < bytes.len() {
        match frame_at(bytes, offset) {
            Ok(frame) => {
                offset += FRAME_HEADER_BYTES + frame.payload.len();
                frames.push(frame);
            }
            Err(why) => {
                // Nothing was ever written behind a torn record, so a whole one there proves later damage.
                if let Some(next) = whole_frame_after(bytes, offset) {
                    let why = format!("{why}, yet a whole record follows at byte {next}");
                    return Err(StoreError::JournalDamaged { path: path.to_path_buf(), offset: offset as u64, why });
                }
                return Ok((frames, Some(Torn { offset: offset as u64, bytes: (bytes.len() - offset) as u64, why })));
            }
        }
    }
    Ok((frames, None))
}

fn frame_at(bytes: &[u8], offset: usize) -> Result<Frame<'_>, &'static str> {
    let rest = &bytes[offset..];
    if rest.len() < FRAME_HEADER_BYTES {
        return Err("the record's frame is cut short");
    }
    let length = u32_at(rest, 0) as usize;
    if length > MAX_PAYLOAD_BYTES {
        return Err("the record's length is impossible");
    }
    let payload =
        rest.get(FRAME_HEADER_BYTES..FRAME_HEADER_BYTES + length).ok_or("the record's payload is cut short")?;
    if checksum(rest, payload) != u32_at(rest, 8) {
        return Err("the record's checksum doesn't hold");
    }
    Ok(Frame { offset, kind: u16_at(rest, 4), version: u16_at(rest, 6), payload })
}

/// Where the next whole record behind a bad one starts; a search that grows too long counts as a find, since a file
/// with so many would-be frames is no honest tail.
fn whole_frame_after(bytes: &[u8], bad: usize) -> Option<usize> {
    let mut checked = 0;
    (bad + 1..bytes.len()).find(|&offset| {
        let rest = &bytes[offset..];
        if rest.len() >= FRAME_HEADER_BYTES {
            let length = u32_at(rest, 0) as usize;
            if length <= rest.len() - FRAME_HEADER_BYTES {
                checked += length;
            }
        }
        checked > SEARCH_BYTES || frame_at(bytes, offset).is_ok()
    })
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_frame_are_fixed() {
        // Computed by another CRC-32 (zlib's). The format is a promise to files on disk: a change needs a new FORMAT.
        assert_eq!(hex::encode(&file_header()), "89454d4a0d0a1a0a010000009c37686e");
        assert_eq!(hex::encode(&encode(2, 1, b"{}")), "020000000200010062b462847b7d");
    }

    #[test]
    fn unknown_formats_and_short_files_are_told_apart() {
        let path = Path::new("j");
        let code = |bytes: &[u8]| check_file_header(path, bytes).err().map(|e| e.code());
        assert_eq!(code(&file_header()), None);
        assert_eq!(code(b""), Some("journal_empty"));
        assert_eq!(code(&file_header()[..9]), Some("journal_empty"));
        assert_eq!(code(b"PK\x03\x04"), Some("journal_magic"));
        let mut newer = file_header();
        newer[8] = 2;
        assert_eq!(code(&newer), Some("journal_damaged"));
        let crc = crc32fast::hash(&newer[..12]).to_le_bytes();
        newer[12..].copy_from_slice(&crc);
        assert_eq!(code(&newer), Some("journal_version"));
    }

    #[test]
    fn a_tail_of_zeros_is_torn_and_cheap() {
        // Some file systems leave zeros where the length was written before the data.
        let mut bytes = file_header().to_vec();
        bytes.extend(encode(4, 1, b"\"x\""));
        let whole = bytes.len() as u64;
        bytes.extend([0; 4096]);
        let (frames, torn) = frames(Path::new("j"), &bytes).expect("readable");
        assert_eq!((frames.len(), torn.map(|t| (t.offset, t.bytes))), (1, Some((whole, 4096))));
    }
}
