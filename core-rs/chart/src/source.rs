//! A chart as its author wrote it, before it is checked and compiled. All readers make one, all writers start from one.

use alloc::string::String;
use alloc::vec::Vec;

use crate::value::Value;

/// A chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// What the chart is called.
    pub name: Option<String>,
    /// Where it starts; empty means the first state.
    pub initial: Vec<String>,
    /// Whether warnings are errors and SAFE must be reachable from everywhere.
    pub safety: bool,
    /// The SAFE state of a safety chart.
    pub safe: Option<String>,
    /// Variables with their first values, in order of declaration.
    pub variables: Vec<(String, Value)>,
    /// Names of floats that the host may set.
    pub inputs: Vec<String>,
    /// Top-level states in document order.
    pub states: Vec<State>,
}

/// What a state is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Atomic, or compound if it has children.
    #[default]
    Plain,
    /// All children are active together.
    Parallel,
    /// Its parent is done when it is active.
    Final,
    /// Remembers which children of its parent were active.
    ShallowHistory,
    /// Remembers which atomic descendants of its parent were active.
    DeepHistory,
}

/// A state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Its id; unique in the chart.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Where entering a compound state leads; none means the first child.
    pub initial: Option<Initial>,
    /// Blocks of actions run on entry; an error ends its block only.
    pub entry: Vec<Vec<Action>>,
    /// Blocks of actions run on exit.
    pub exit: Vec<Vec<Action>>,
    /// Transitions in document order.
    pub transitions: Vec<Transition>,
    /// Children in document order.
    pub states: Vec<State>,
    /// Line of the text it came from.
    pub line: Option<u32>,
}

/// The default entry of a compound state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Initial {
    /// Where it leads.
    pub targets: Vec<String>,
    /// What is done on the way.
    pub actions: Vec<Action>,
    /// Line of the text it came from.
    pub line: Option<u32>,
}

/// A transition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transition {
    /// Event descriptors without their optional `.*`; empty means eventless.
    pub events: Vec<String>,
    /// Where it leads; empty means targetless.
    pub targets: Vec<String>,
    /// When it may be taken.
    pub guard: Option<String>,
    /// Whether its source stays active where that is possible.
    pub internal: bool,
    /// What is done on the way.
    pub actions: Vec<Action>,
    /// Line of the text it came from.
    pub line: Option<u32>,
}

/// An action and its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What is done.
    pub act: Act,
    /// Line of the text it came from.
    pub line: Option<u32>,
}

/// What an action does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Asks the host for something.
    Effect {
        /// What for.
        name: String,
        /// Expressions by field.
        data: Vec<(String, String)>,
    },
    /// Sets a variable.
    Assign {
        /// The variable.
        variable: String,
        /// The expression.
        value: String,
    },
    /// Puts an event on the internal queue.
    Raise {
        /// The event.
        event: String,
        /// Expressions by field.
        data: Vec<(String, String)>,
    },
    /// Puts an event on the external queue, now or later.
    Send {
        /// The event.
        event: String,
        /// When.
        delay: Delay,
        /// Name by which it can be cancelled.
        id: Option<String>,
        /// Its queue.
        priority: Priority,
        /// Expressions by field.
        data: Vec<(String, String)>,
    },
    /// Takes back delayed events.
    Cancel {
        /// Their id.
        id: String,
    },
    /// Chooses.
    If {
        /// The condition.
        condition: String,
        /// If it holds.
        then: Vec<Action>,
        /// If it doesn't.
        otherwise: Vec<Action>,
    },
    /// An effect named `log`.
    Log {
        /// What is logged.
        label: Option<String>,
        /// An expression, or else a text as it stands.
        value: Option<String>,
    },
}

/// How long an event waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Nanoseconds.
    Ns(u64),
    /// An expression in milliseconds.
    Ms(String),
}

/// Which external events go first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Before all others.
    Safety,
    /// The usual.
    #[default]
    Control,
    /// When nothing else waits.
    Advisory,
}

impl Priority {
    /// All, most urgent first.
    pub const ALL: [Self; 3] = [Self::Safety, Self::Control, Self::Advisory];

    /// As its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Control => "control",
            Self::Advisory => "advisory",
        }
    }

    /// From its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.name() == name)
    }
}

/// `events` as an author may write them, without the `.*` that changes nothing.
pub(crate) fn descriptors(events: &str) -> Vec<String> {
    let plain = |d: &str| String::from(d.strip_suffix(".*").or_else(|| d.strip_suffix('.')).unwrap_or(d));
    events.split_whitespace().map(plain).collect()
}

/// The text between the quotes, if `expression` is nothing but a text.
pub(crate) fn quoted(expression: &str) -> Option<&str> {
    let expression = expression.trim();
    let inner = ['\'', '"'].iter().find_map(|q| expression.strip_prefix(*q)?.strip_suffix(*q));
    inner.filter(|text| !text.contains(['\'', '"', '\\']))
}
