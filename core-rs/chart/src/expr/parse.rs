//! Tokens to instructions, by precedence climbing.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};

use crate::compile::names::Interner;
use crate::expr::lex::{Lexer, Token};
use crate::expr::{Expressions, Op};
use crate::limits;
use crate::value::Value;

/// What names mean inside a chart.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(crate) variables: BTreeMap<String, u16>,
    pub(crate) inputs: BTreeMap<String, u16>,
    pub(crate) states: BTreeMap<String, u16>,
    /// Fields of event data that some expression reads.
    pub(crate) data: Interner,
    pub(crate) events: Interner,
    /// Ids by which delayed events are cancelled.
    pub(crate) send_ids: Interner,
}

impl Scope {
    /// The number of a field of event data.
    pub(crate) fn field(&mut self, name: &str) -> Result<u16, String> {
        let index = self.data.intern(name);
        if usize::from(index) < limits::EVENT_FIELDS {
            return Ok(index);
        }
        Err(format!("{name} is one field too many: a chart's events have at most {}", limits::EVENT_FIELDS))
    }
}

/// Adds `text` to the chart's expressions; the error says what is wrong, without the place.
pub(crate) fn parse(text: &str, scope: &mut Scope, into: &mut Expressions) -> Result<u16, String> {
    if text.len() > limits::EXPRESSION_BYTES {
        return Err(format!("{} bytes long, at most {} are allowed", text.len(), limits::EXPRESSION_BYTES));
    }
    if into.code.len() >= limits::ACTIONS {
        return Err(format!("a chart has at most {} expressions", limits::ACTIONS));
    }
    let start = into.ops.len();
    let mut parser = Parser { lexer: Lexer::new(text), token: Token::End, scope, into, depth: 0 };
    let parsed = parser.advance().and_then(|()| parser.binary(0)).and_then(|()| match parser.token {
        Token::End => Ok(()),
        ref other => Err(format!("{} comes after a whole expression", describe(other))),
    });
    if let Err(message) = parsed {
        into.ops.truncate(start);
        return Err(message);
    }
    into.code.push(start as u32..into.ops.len() as u32);
    into.texts.push(text.trim().to_string());
    Ok((into.code.len() - 1) as u16)
}

fn describe(token: &Token<'_>) -> String {
    match token {
        Token::Name(name) => format!("{name:?}"),
        Token::Int(x) => format!("{x}"),
        Token::Float(x) => format!("{x}"),
        Token::Text(text) => format!("the text {text:?}"),
        Token::Symbol(symbol) => format!("{symbol:?}"),
        Token::End => "the end".into(),
    }
}

struct Parser<'a, 's> {
    lexer: Lexer<'a>,
    token: Token<'a>,
    scope: &'s mut Scope,
    into: &'s mut Expressions,
    depth: usize,
}

/// Only the first constants are looked through for one to share, so a long chart compiles in linear time.
const SHARED: usize = 64;
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const SIGN: u8 = 7;

/// Strength of an operator between two operands.
fn strength(token: &Token<'_>) -> Option<(u8, Op)> {
    Some(match token {
        Token::Symbol("||") | Token::Name("or") => (OR, Op::Or(0)),
        Token::Symbol("&&") | Token::Name("and") => (AND, Op::And(0)),
        Token::Symbol("==" | "===") => (COMPARE, Op::Equal),
        Token::Symbol("!=" | "!==") => (COMPARE, Op::NotEqual),
        Token::Symbol("<") => (COMPARE, Op::Below),
        Token::Symbol("<=") => (COMPARE, Op::AtMost),
        Token::Symbol(">") => (COMPARE, Op::Above),
        Token::Symbol(">=") => (COMPARE, Op::AtLeast),
        Token::Symbol("+") => (5, Op::Plus),
        Token::Symbol("-") => (5, Op::Minus),
        Token::Symbol("*") => (6, Op::Times),
        Token::Symbol("/") => (6, Op::Over),
        Token::Symbol("%") => (6, Op::Modulo),
        _ => return None,
    })
}

impl<'a> Parser<'a, '_> {
    fn advance(&mut self) -> Result<(), String> {
        self.token = self.lexer.next()?;
        Ok(())
    }

    fn take(&mut self) -> Result<Token<'a>, String> {
        let next = self.lexer.next()?;
        Ok(core::mem::replace(&mut self.token, next))
    }

    fn emit(&mut self, op: Op) {
        self.into.ops.push(op);
    }

    fn constant(&mut self, value: Value) -> Result<(), String> {
        let constants = &mut self.into.constants;
        // Constants are told apart by type and bits: 1 isn't 1.0, and 0.0 isn't -0.0.
        let same = |other: &Value| match (*other, value) {
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (a, b) => a == b,
        };
        let index = constants.iter().take(SHARED).position(same).unwrap_or(constants.len());
        let slot = u16::try_from(index).map_err(|_| "a chart has at most 65,536 constants".to_string())?;
        if index == constants.len() {
            constants.push(value);
        }
        self.emit(Op::Constant(slot));
        Ok(())
    }

    /// An operand and all operators after it that bind at least as strongly as `weakest`.
    fn binary(&mut self, weakest: u8) -> Result<(), String> {
        self.depth += 1;
        if self.depth > limits::EXPRESSION_DEPTH {
            return Err(format!("nested deeper than {}", limits::EXPRESSION_DEPTH));
        }
        self.operand()?;
        let mut compared = false;
        while let Some((strength, op)) = strength(&self.token) {
            if strength < weakest {
                break;
            }
            if strength == COMPARE && core::mem::replace(&mut compared, true) {
                return Err("comparisons don't chain: join two of them with and".into());
            }
            compared &= strength >= COMPARE;
            self.advance()?;
            let at = self.into.ops.len();
            if strength <= AND {
                self.emit(op);
            }
            self.binary(strength + 1)?;
            if strength <= AND {
                self.emit(Op::Truth);
                let distance = (self.into.ops.len() - at) as u16;
                self.into.ops[at] = if strength == AND { Op::And(distance) } else { Op::Or(distance) };
            } else {
                self.emit(op);
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn operand(&mut self) -> Result<(), String> {
        match self.take()? {
            Token::Int(x) => {
                let x = i64::try_from(x).map_err(|_| format!("{x} is outside the 64-bit range"))?;
                self.constant(Value::Int(x))?;
            }
            Token::Float(x) => self.constant(Value::Float(x))?,
            Token::Symbol("(") => {
                self.binary(0)?;
                self.close()?;
            }
            Token::Symbol("-") => return self.negated(),
            Token::Symbol("+") => return self.binary(SIGN),
            Token::Symbol("!") => {
                self.binary(SIGN)?;
                self.emit(Op::Not);
            }
            Token::Name("not") => {
                self.binary(NOT)?;
                self.emit(Op::Not);
            }
            Token::Name("true") => self.constant(Value::Bool(true))?,
            Token::Name("false") => self.constant(Value::Bool(false))?,
            Token::Name("In") => {
                self.expect("(")?;
                let Token::Text(id) = self.take()? else { return Err("In takes a state's id, as In('id')".into()) };
                self.close()?;
                let state = self.scope.states.get(id).copied();
                self.emit(Op::In(state.ok_or_else(|| format!("In({id:?}): no such state"))?));
            }
            Token::Name("_event.name") => return self.event_name(None),
            Token::Text(text) if strength(&self.token).is_some_and(|(_, op)| is_equality(op)) => {
                return self.event_name(Some(text));
            }
            Token::Name(name) => return self.name(name),
            other => return Err(format!("{} stands where a value should", describe(&other))),
        }
        Ok(())
    }

    fn negated(&mut self) -> Result<(), String> {
        // The smallest integer has no positive twin to be negated.
        if self.token == Token::Int(1 << 63) {
            self.constant(Value::Int(i64::MIN))?;
            return self.advance();
        }
        self.binary(SIGN)?;
        self.emit(Op::Negate);
        Ok(())
    }

    fn name(&mut self, name: &str) -> Result<(), String> {
        if matches!(self.token, Token::Symbol("(" | "[" | "=" | "?")) {
            let symbol = describe(&self.token);
            return Err(format!(
                "{name} {symbol}: there are no calls but In('id'), no indices, assignments or choices"
            ));
        }
        if let Some(index) = self.scope.variables.get(name).copied() {
            self.emit(Op::Variable(index));
        } else if let Some(index) = self.scope.inputs.get(name).copied() {
            self.emit(Op::Input(index));
        } else if let Some(field) = name.strip_prefix("_event.") {
            let field = field.strip_prefix("data.").unwrap_or(field);
            if field == "data" || field.contains('.') {
                return Err(format!("{name}: read one field, as _event.field"));
            }
            let index = self.scope.field(field)?;
            self.emit(Op::Data(index));
        } else {
            return Err(format!("{name} is no variable and no input: declare it"));
        }
        Ok(())
    }

    /// `_event.name == 'x'`, either way round.
    fn event_name(&mut self, text: Option<&str>) -> Result<(), String> {
        let only = "_event.name can only be compared: _event.name == 'event'";
        let (_, op) = strength(&self.token).filter(|(_, op)| is_equality(*op)).ok_or(only)?;
        self.advance()?;
        let ((Some(name), Token::Name("_event.name")) | (None, Token::Text(name))) = (text, self.take()?) else {
            return Err(only.into());
        };
        let event = self.scope.events.intern(name);
        // Whatever lies below the name must stay apart from it.
        self.scope.events.intern(&format!("{name}.*"));
        self.emit(Op::EventIs(event));
        if op == Op::NotEqual {
            self.emit(Op::Not);
        }
        Ok(())
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), String> {
        match self.take()? {
            Token::Symbol(found) if found == symbol => Ok(()),
            other => Err(format!("{} stands where {symbol:?} should", describe(&other))),
        }
    }

    fn close(&mut self) -> Result<(), String> {
        self.expect(")")
    }
}

fn is_equality(op: Op) -> bool {
    matches!(op, Op::Equal | Op::NotEqual)
}
