//! What can go wrong on disk; each error has a stable code and names the field, the value and the remedy.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Where in a text file something was found; both parts are optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, when the text came from one.
    pub path: Option<PathBuf>,
    /// The line, from 1.
    pub line: Option<usize>,
}

impl Place {
    /// Somewhere in `path`.
    pub fn file(path: &Path) -> Self {
        Self { path: Some(path.to_path_buf()), line: None }
    }
}

/// `file:line: `, `file: `, `line N: ` or nothing.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.path, self.line) {
            (Some(path), Some(line)) => write!(f, "{}:{line}: ", path.display()),
            (Some(path), None) => write!(f, "{}: ", path.display()),
            (None, Some(line)) => write!(f, "line {line}: "),
            (None, None) => Ok(()),
        }
    }
}

/// Why something on disk can't be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused.
    #[error("{}: can't {action}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A file is longer than any honest file of its kind.
    #[error("{}: {bytes} bytes, more than the {limit} this reader takes: split the file", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// The most that is read.
        limit: u64,
    },
    /// A file isn't UTF-8.
    #[error("{}: not UTF-8 from byte {offset} on: save the file as UTF-8", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// First byte that isn't text.
        offset: usize,
    },
    /// A scenario isn't TOML, or not of the expected shape.
    #[error("{place}{}{message}", .field.as_ref().map(|f| format!("{f}: ")).unwrap_or_default())]
    Syntax {
        /// File and line.
        place: Place,
        /// The field, where it is known.
        field: Option<String>,
        /// What the parser expected.
        message: String,
    },
    /// A field of a scenario has a value it can't have.
    #[error("{place}{field} is {value}: {remedy}")]
    Field {
        /// File and line.
        place: Place,
        /// The field, as a dotted path.
        field: String,
        /// What it held.
        value: String,
        /// What to do about it.
        remedy: String,
    },
    /// A CSV file holds nothing.
    #[error("{name}: the file is empty: the first line must be one of these headers\n{}", crate::import::signatures())]
    CsvEmpty {
        /// The file's name.
        name: String,
    },
    /// A CSV file's header is none of the known ones.
    #[error("{name}: unknown header: found \"{found}\"; known are\n{}", crate::import::signatures())]
    CsvLayout {
        /// The file's name.
        name: String,
        /// The header as it stands in the file.
        found: String,
    },
    /// A CSV file's header is nearly a known one.
    #[error("{name}: the header is {layout}'s but {problem}: {remedy}")]
    CsvColumns {
        /// The file's name.
        name: String,
        /// The layout that fits best.
        layout: &'static str,
        /// What is missing, surplus or out of order.
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A new journal would replace a file.
    #[error("{}: exists: give another name, or open the journal to append to it", path.display())]
    JournalExists {
        /// The file.
        path: PathBuf,
    },
    /// Another writer has the journal.
    #[error("{}: another writer has this journal open: close it there first", path.display())]
    JournalLocked {
        /// The file.
        path: PathBuf,
    },
    /// The file ends before its first record.
    #[error("{}: {bytes} bytes hold no whole header record: creation was cut short; delete the file", path.display())]
    JournalEmpty {
        /// The file.
        path: PathBuf,
        /// How long the file is.
        bytes: u64,
    },
    /// The file isn't a journal.
    #[error("{}: not an emomas journal, it starts with {found}: check the path", path.display())]
    JournalMagic {
        /// The file.
        path: PathBuf,
        /// Its first bytes, in hex.
        found: String,
    },
    /// The journal was written by another version of the format.
    #[error("{}: journal format {found}, this build reads format {known}: use the build that wrote it", path.display())]
    JournalVersion {
        /// The file.
        path: PathBuf,
        /// The file's format version.
        found: u32,
        /// The version this build reads.
        known: u32,
    },
    /// Bytes that were once acknowledged have changed.
    #[error("{}: damaged at byte {offset}: {why}; restore the file from a copy", path.display())]
    JournalDamaged {
        /// The file.
        path: PathBuf,
        /// Where the damaged record starts.
        offset: u64,
        /// What doesn't hold.
        why: String,
    },
    /// A value can't be written as a record.
    #[error("{field} is {value}: {remedy}")]
    JournalPayload {
        /// The field, as a path inside the payload.
        field: String,
        /// What it held.
        value: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// An earlier failure couldn't be undone, so nothing more is written.
    #[error("{}: an earlier failed write couldn't be undone: open the journal again", path.display())]
    JournalBroken {
        /// The file.
        path: PathBuf,
    },
}

impl StoreError {
    /// A stable name for programs; messages may change, codes don't.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "io",
            Self::TooLarge { .. } => "too_large",
            Self::Encoding { .. } => "encoding",
            Self::Syntax { .. } => "scenario_syntax",
            Self::Field { .. } => "scenario_field",
            Self::CsvEmpty { .. } => "csv_empty",
            Self::CsvLayout { .. } => "csv_layout",
            Self::CsvColumns { .. } => "csv_columns",
            Self::JournalExists { .. } => "journal_exists",
            Self::JournalLocked { .. } => "journal_locked",
            Self::JournalEmpty { .. } => "journal_empty",
            Self::JournalMagic { .. } => "journal_magic",
            Self::JournalVersion { .. } => "journal_version",
            Self::JournalDamaged { .. } => "journal_damaged",
            Self::JournalPayload { .. } => "journal_payload",
            Self::JournalBroken { .. } => "journal_broken",
        }
    }

    /// An error of the operating system on `path`.
    pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, action, source }
    }

    /// A field that holds `value`, at a place still unknown.
    pub(crate) fn field(field: impl Into<String>, value: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Field { place: Place::default(), field: field.into(), value: value.into(), remedy: remedy.into() }
    }
}
