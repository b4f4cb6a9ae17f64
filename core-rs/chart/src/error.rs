//! What can go wrong with a chart; each error has a stable code and names the place, the value and the remedy.

use alloc::string::String;
use core::fmt;

/// Where in a chart: the state, and the line where the chart came from a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// Line of the text, from 1.
    pub line: Option<u32>,
    /// Id of the state; none for the chart itself.
    pub state: Option<String>,
}

impl At {
    /// A line, if known.
    pub const fn line(line: Option<u32>) -> Self {
        Self { line, state: None }
    }
}

/// `line 3, state "a": `, with what is known.
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.state) {
            (Some(line), Some(state)) => write!(f, "line {line}, state {state:?}: "),
            (Some(line), None) => write!(f, "line {line}: "),
            (None, Some(state)) => write!(f, "state {state:?}: "),
            (None, None) => Ok(()),
        }
    }
}

/// Why a chart can't be built, or a machine can't be used this way.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// The text isn't TOML or XML.
    #[error("{at}{message}")]
    Syntax {
        /// Where.
        at: At,
        /// What the parser expected.
        message: String,
    },
    /// A field is unknown, missing, or of the wrong type.
    #[error("{at}{field} is {value}: {remedy}")]
    Field {
        /// Where.
        at: At,
        /// The field.
        field: String,
        /// What it held.
        value: String,
        /// What to do about it.
        remedy: String,
    },
    /// States don't fit together.
    #[error("{at}{problem}: {remedy}")]
    Structure {
        /// Where.
        at: At,
        /// What doesn't hold.
        problem: String,
        /// What to do about it.
        remedy: String,
    },
    /// A target names no state.
    #[error("{at}target {target:?} is no state of this chart: {remedy}")]
    Target {
        /// Where.
        at: At,
        /// The unknown id.
        target: String,
        /// What to do about it.
        remedy: String,
    },
    /// An expression can't be read.
    #[error("{at}expression {text:?}: {message}")]
    Expression {
        /// Where.
        at: At,
        /// The expression.
        text: String,
        /// What is wrong with it.
        message: String,
    },
    /// An SCXML construct that isn't supported.
    #[error("{at}{what} isn't supported: {remedy}")]
    Unsupported {
        /// Where.
        at: At,
        /// The element or attribute.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// A chart is larger than allowed.
    #[error("{at}{found} {what}, at most {limit} are allowed: split the chart")]
    Limit {
        /// Where.
        at: At,
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        found: usize,
        /// How much there may be.
        limit: usize,
    },
    /// A chart marked `safety` has findings.
    #[error("not safe: {findings}")]
    Safety {
        /// All of them, one a line.
        findings: String,
    },
    /// A host gave a value the chart has no place for.
    #[error("{field} is {value}: {remedy}")]
    Argument {
        /// The argument.
        field: &'static str,
        /// What it held.
        value: String,
        /// What to do about it.
        remedy: String,
    },
    /// Bytes are no snapshot of this chart.
    #[error("snapshot: {problem}: {remedy}")]
    Snapshot {
        /// What doesn't hold.
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
}

impl ChartError {
    /// A stable name for programs; messages may change, codes don't.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "chart_syntax",
            Self::Field { .. } => "chart_field",
            Self::Structure { .. } => "chart_structure",
            Self::Target { .. } => "chart_target",
            Self::Expression { .. } => "chart_expression",
            Self::Unsupported { .. } => "chart_unsupported",
            Self::Limit { .. } => "chart_limit",
            Self::Safety { .. } => "chart_safety",
            Self::Argument { .. } => "chart_argument",
            Self::Snapshot { .. } => "chart_snapshot",
        }
    }
}
