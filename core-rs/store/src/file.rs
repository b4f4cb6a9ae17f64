//! Reading a text file: length first, then encoding.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::StoreError;

/// The whole of `path` as text of at most `limit` bytes, without a byte-order mark.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path, "open it"))?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells a long file from one that just fits; a stated length can't be trusted (pipes).
    file.take(limit + 1).read_to_end(&mut bytes).map_err(StoreError::io(path, "read it"))?;
    if bytes.len() as u64 > limit {
        let bytes = std::fs::metadata(path).map_or(limit + 1, |m| m.len().max(limit + 1));
        return Err(StoreError::TooLarge { path: path.to_path_buf(), bytes, limit });
    }
    let text = String::from_utf8(bytes)
        .map_err(|e| StoreError::Encoding { path: path.to_path_buf(), offset: e.utf8_error().valid_up_to() })?;
    Ok(without_mark(&text).to_owned())
}

/// `text` without a leading byte-order mark.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
