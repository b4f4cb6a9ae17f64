//! Byte offsets to lines.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use crate::error::{At, ChartError};
use crate::limits;

/// Where the lines of a text start.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(core::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line, from 1, of a byte.
    pub(super) fn line(&self, offset: usize) -> u32 {
        self.0.partition_point(|start| *start <= offset) as u32
    }
}

/// `text`, if it isn't longer than any honest chart, without a byte-order mark.
pub(super) fn checked(text: &str) -> Result<&str, ChartError> {
    if text.len() > limits::TEXT_BYTES {
        let (found, limit) = (text.len(), limits::TEXT_BYTES);
        return Err(ChartError::Limit { at: At::default(), what: "bytes of text", found, limit });
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

pub(super) fn syntax(line: Option<u32>, message: &impl core::fmt::Display) -> ChartError {
    ChartError::Syntax { at: At::line(line), message: message.to_string() }
}
