//! A compiled chart: immutable tables that all its machines share.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::ops::Range;

use crate::check::Finding;
use crate::error::ChartError;
use crate::expr::Expressions;
use crate::lookup::Lookup;
use crate::machine::{Capacity, Host, Machine};
use crate::source::{Kind, Priority, Source};
use crate::value::Value;

/// An event of one chart, looked up once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventId(pub(crate) u16);

/// "No event": the trigger of eventless transitions.
pub(crate) const EVENTLESS: u16 = 0;
/// Any event that only `*` matches.
pub(crate) const OTHER: u16 = 1;
pub(crate) const ERROR_EXECUTION: u16 = 2;
pub(crate) const ERROR_PLATFORM: u16 = 3;
pub(crate) const ERROR_COMMUNICATION: u16 = 4;
/// No state, transition or expression.
pub(crate) const NONE: u16 = u16::MAX;
/// The root, which is never in a configuration.
pub(crate) const ROOT: u16 = 0;

/// A state's place and what it does; states are numbered in document order from the root, 0.
#[derive(Clone, Debug)]
pub(crate) struct StateTable {
    pub(crate) parent: u16,
    /// One past the last descendant.
    pub(crate) end: u16,
    pub(crate) kind: Kind,
    /// Entering or leaving it does more than change the configuration.
    pub(crate) busy: bool,
    pub(crate) entry: Range<u16>,
    pub(crate) exit: Range<u16>,
    /// Block of the default entry, or `NONE`.
    pub(crate) initial: u16,
    /// Where the default entry of a compound state, or of a history, leads.
    pub(crate) targets: Range<u32>,
    /// Its history children.
    pub(crate) histories: Range<u32>,
    /// For a history state: where its record starts among a machine's sets.
    pub(crate) record: u32,
    /// The event `done.state.ID`.
    pub(crate) done: u16,
}

impl StateTable {
    pub(crate) const fn is_history(&self) -> bool {
        matches!(self.kind, Kind::ShallowHistory | Kind::DeepHistory)
    }

    pub(crate) const fn is_compound(&self, index: u16) -> bool {
        matches!(self.kind, Kind::Plain) && self.end > index + 1
    }
}

/// A transition.
#[derive(Clone, Debug)]
pub(crate) struct TransitionTable {
    pub(crate) source: u16,
    /// Descendants of the domain: what may be exited. Empty if targetless.
    pub(crate) exits: Range<u16>,
    pub(crate) guard: u16,
    /// Block of actions, or `NONE`.
    pub(crate) body: u16,
    pub(crate) targets: Range<u32>,
    pub(crate) internal: bool,
    /// History decides what is entered, so that is worked out when it is taken.
    pub(crate) dynamic: bool,
    /// Where, among `sets`, the states that it enters start, followed by those of them entered by default.
    pub(crate) entry: u32,
    /// Its descriptors as written, for people.
    pub(crate) events: String,
    pub(crate) line: Option<u32>,
}

/// A place in the chart that asks the host for an effect.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectSite {
    /// The effect's name.
    pub name: String,
    /// Names of the values that come with it.
    pub fields: Vec<String>,
    /// Fixed texts that come with it.
    pub texts: Vec<(String, String)>,
    pub(crate) expressions: Vec<u16>,
}

/// A place that raises or sends an event.
#[derive(Clone, Debug)]
pub(crate) struct SendSite {
    pub(crate) event: u16,
    pub(crate) delay: SendDelay,
    pub(crate) id: u16,
    pub(crate) priority: Priority,
    /// Field and expression.
    pub(crate) data: Vec<(u16, u16)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum SendDelay {
    Internal,
    Ns(u64),
    /// An expression in milliseconds.
    Ms(u16),
}

/// One instruction of executable content.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Instruction {
    Effect(u16),
    Assign {
        variable: u16,
        value: u16,
    },
    Send(u16),
    Cancel(u16),
    /// Goes on at `to` unless the condition holds.
    Unless {
        condition: u16,
        to: u32,
    },
    Jump(u32),
}

/// Instructions that run together.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) range: Range<u32>,
    /// Nothing but effects without values.
    pub(crate) plain: bool,
}

/// A compiled chart.
#[derive(Debug)]
pub struct Chart {
    pub(crate) source: Source,
    pub(crate) hash: [u8; 32],
    pub(crate) findings: Vec<Finding>,
    pub(crate) states: Vec<StateTable>,
    pub(crate) state_ids: Vec<String>,
    pub(crate) transitions: Vec<TransitionTable>,
    pub(crate) targets: Vec<u16>,
    pub(crate) histories: Vec<u16>,
    pub(crate) expressions: Expressions,
    pub(crate) effects: Vec<EffectSite>,
    pub(crate) sends: Vec<SendSite>,
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) variables: Vec<String>,
    pub(crate) first_values: Vec<Value>,
    pub(crate) inputs: Vec<String>,
    pub(crate) data: Vec<String>,
    pub(crate) event_names: Vec<String>,
    pub(crate) lookup: Lookup,
    /// Row of each event in `candidates`.
    pub(crate) rows: Vec<u16>,
    /// By row and state: where its list in `lists` starts.
    pub(crate) candidates: Vec<u32>,
    /// Transitions to be tried in order, each list ended by `NONE`.
    pub(crate) lists: Vec<u16>,
    /// By row: the atomic states that have candidates.
    pub(crate) handlers: Vec<u64>,
    /// Sets of states, `words` long each.
    pub(crate) sets: Vec<u64>,
    /// Words of a set of states.
    pub(crate) words: usize,
    pub(crate) history_count: usize,
    pub(crate) has_eventless: bool,
    /// Whether any event is ever sent with a delay.
    pub(crate) has_timers: bool,
    pub(crate) start: u16,
}

impl Chart {
    /// Checks and compiles `source`.
    pub fn new(source: Source) -> Result<Self, ChartError> {
        crate::compile::compile(source)
    }

    /// A machine in the initial configuration at `time_ns`; its first effects go to `host`.
    pub fn start<H: Host>(self: &Arc<Self>, capacity: Capacity, time_ns: u64, host: &mut H) -> Machine {
        Machine::start(Arc::clone(self), capacity, time_ns, host)
    }

    /// The chart as its author wrote it.
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// SHA-256 of the canonical form, in hex.
    pub fn hash(&self) -> String {
        self.hash.iter().fold(String::new(), |mut text, byte| {
            // Writing to a String can't fail.
            _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// What is suspicious about the chart.
    pub fn warnings(&self) -> &[Finding] {
        &self.findings
    }

    /// Ids of all states in document order.
    pub fn states(&self) -> &[String] {
        &self.state_ids[1..]
    }

    /// Names of variables.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// Names of inputs.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// Fields of event data that the chart reads.
    pub fn data_fields(&self) -> &[String] {
        &self.data
    }

    /// All places that ask for an effect.
    pub fn effects(&self) -> &[EffectSite] {
        &self.effects
    }

    /// Names that transitions wait for, without `*`, in order of first use.
    pub fn events(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for descriptor in self.transitions.iter().flat_map(|t| t.events.split_whitespace()) {
            if descriptor != "*" && !names.contains(&descriptor) {
                names.push(descriptor);
            }
        }
        names
    }

    /// The event called `name`. A name that the chart doesn't mention is known by what matches it.
    #[inline]
    pub fn event(&self, name: &str) -> EventId {
        EventId(self.lookup.find(name).map_or_else(|| self.unnamed(name), |found| found.1))
    }

    fn unnamed(&self, name: &str) -> u16 {
        let mut rest = name;
        while let Some((prefix, _)) = rest.rsplit_once('.') {
            if let Some(found) = self.lookup.find(prefix) {
                return found.2;
            }
            rest = prefix;
        }
        OTHER
    }

    /// The name of an event.
    pub fn event_name(&self, event: EventId) -> &str {
        self.event_names.get(usize::from(event.0)).map_or("*", String::as_str)
    }

    /// The index of a field of event data, if any expression reads it.
    pub fn data_field(&self, name: &str) -> Option<usize> {
        self.data.iter().position(|field| field == name)
    }

    pub(crate) fn state_id(&self, state: u16) -> &str {
        self.state_ids.get(usize::from(state)).map_or("", String::as_str)
    }

    #[inline]
    pub(crate) fn state(&self, state: u16) -> &StateTable {
        &self.states[usize::from(state)]
    }

    #[inline]
    pub(crate) fn transition(&self, transition: u16) -> &TransitionTable {
        &self.transitions[usize::from(transition)]
    }

    #[inline]
    pub(crate) fn row(&self, event: u16) -> usize {
        usize::from(self.rows[usize::from(event)])
    }

    /// Transitions of `state` and its ancestors that `row`'s events trigger, in the order in which they are tried; the
    /// first `NONE` ends them.
    #[inline]
    pub(crate) fn candidate_list(&self, row: usize, state: u16) -> &[u16] {
        &self.lists[self.candidates[row * self.states.len() + usize::from(state)] as usize..]
    }

    pub(crate) fn candidates(&self, row: usize, state: u16) -> impl Iterator<Item = u16> + '_ {
        self.candidate_list(row, state).iter().copied().take_while(|transition| *transition != NONE)
    }

    pub(crate) fn list(&self, start: u32) -> impl Iterator<Item = u16> + '_ {
        self.lists[start as usize..].iter().copied().take_while(|transition| *transition != NONE)
    }

    #[inline]
    pub(crate) fn handlers(&self, row: usize) -> &[u64] {
        &self.handlers[row * self.words..][..self.words]
    }

    /// States entered by a transition that no history decides, and those of them entered by default.
    #[inline]
    pub(crate) fn entry_sets(&self, transition: &TransitionTable) -> (&[u64], &[u64]) {
        self.sets[transition.entry as usize..][..2 * self.words].split_at(self.words)
    }

    /// The history children of a state.
    pub(crate) fn histories_of(&self, state: u16) -> &[u16] {
        let range = &self.state(state).histories;
        &self.histories[range.start as usize..range.end as usize]
    }

    pub(crate) fn targets(&self, range: &Range<u32>) -> &[u16] {
        &self.targets[range.start as usize..range.end as usize]
    }

    pub(crate) fn children(&self, state: u16) -> impl Iterator<Item = u16> + '_ {
        let end = self.state(state).end;
        let mut next = state + 1;
        core::iter::from_fn(move || {
            while next < end {
                let child = next;
                next = self.state(child).end;
                if !self.state(child).is_history() {
                    return Some(child);
                }
            }
            None
        })
    }

    /// Whether `state` lies inside `ancestor`.
    #[inline]
    pub(crate) fn is_descendant(&self, state: u16, ancestor: u16) -> bool {
        ancestor < state && state < self.state(ancestor).end
    }

    /// Parents of `state`, innermost first, the root left out.
    pub(crate) fn ancestors(&self, state: u16) -> impl Iterator<Item = u16> + '_ {
        let up = |state: u16| Some(self.state(state).parent).filter(|parent| *parent != ROOT && *parent != NONE);
        core::iter::successors(up(state), move |state| up(*state))
    }
}
