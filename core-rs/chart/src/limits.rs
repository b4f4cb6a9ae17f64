//! What a chart may hold. A chart from an untrusted file costs no more time or memory than these allow.

/// Bytes of a chart file.
pub const TEXT_BYTES: usize = 1 << 20;
/// States, the root included; a set of states is at most 16 machine words.
pub const STATES: usize = 1024;
/// States inside states.
pub const DEPTH: usize = 32;
/// Transitions.
pub const TRANSITIONS: usize = 4096;
/// Actions, and separately expressions.
pub const ACTIONS: usize = 16_384;
/// Entries of the tables that say which transitions an event tries in a state.
pub const CANDIDATES: usize = 1 << 22;
/// Distinct event names.
pub const EVENTS: usize = 8192;
/// Variables, and separately inputs.
pub const NAMES: usize = 256;
/// Distinct data fields of all events.
pub const EVENT_FIELDS: usize = 64;
/// Data fields of one effect or event.
pub const FIELDS: usize = 16;
/// Bytes of one name.
pub const NAME_BYTES: usize = 200;
/// Bytes of one expression.
pub const EXPRESSION_BYTES: usize = 2000;
/// Operands that an expression may keep waiting, and brackets inside brackets.
pub const EXPRESSION_DEPTH: usize = 32;
/// `if` inside `if`.
pub const ACTION_DEPTH: usize = 16;
/// Slots for timers.
pub const TIMERS: usize = 1 << 24;
