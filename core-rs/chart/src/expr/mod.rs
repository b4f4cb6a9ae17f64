//! The expression language: no side effects, no loops, so its cost is its length.
//!
//! `variable`, `named.input`, `_event.field`, `_event.name == 'event'`, `In('state')`, `1`, `2.5`, `true`, `false`;
//! `+ - * / %`, `== != < <= > >=`, `and or not` (also `&& || !`, `=== !==`), brackets. Weakest first: `or`, `and`,
//! `not`, comparison, sum, product, sign. Comparisons don't chain.

mod eval;
mod lex;
mod parse;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

pub(crate) use eval::Env;
pub(crate) use parse::{Scope, parse};

use crate::value::Value;

/// An instruction of the stack machine that evaluates an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Constant(u16),
    Variable(u16),
    Input(u16),
    Data(u16),
    EventIs(u16),
    In(u16),
    Negate,
    Not,
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
    Equal,
    NotEqual,
    Below,
    AtMost,
    Above,
    AtLeast,
    /// Goes on behind the given distance if the operand is false, else drops it.
    And(u16),
    /// Goes on behind the given distance if the operand is true, else drops it.
    Or(u16),
    /// Demands a truth value.
    Truth,
}

/// All expressions of a chart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expressions {
    pub(crate) ops: Vec<Op>,
    pub(crate) constants: Vec<Value>,
    pub(crate) code: Vec<Range<u32>>,
    pub(crate) texts: Vec<String>,
}

impl Expressions {
    #[inline]
    pub(crate) fn code(&self, expression: u16) -> &[Op] {
        self.code
            .get(usize::from(expression))
            .and_then(|range| self.ops.get(range.start as usize..range.end as usize))
            .unwrap_or_default()
    }

    /// What an expression says.
    pub(crate) fn text(&self, expression: u16) -> &str {
        self.texts.get(usize::from(expression)).map_or("", String::as_str)
    }

    /// Whether the value depends on what the event carries.
    pub(crate) fn reads_event(&self, expression: u16) -> bool {
        self.code(expression).iter().any(|op| matches!(op, Op::Data(_) | Op::EventIs(_)))
    }
}
