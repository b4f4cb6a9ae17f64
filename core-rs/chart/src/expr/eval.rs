//! Evaluation: a stack machine over borrowed state.

use heapless::Vec;

use crate::expr::{Expressions, Op};
use crate::limits::EXPRESSION_DEPTH;
use crate::set;
use crate::value::{Fault, Value};

/// All that an expression can read.
pub(crate) struct Env<'a> {
    pub(crate) variables: &'a [Value],
    /// NaN where the host set nothing.
    pub(crate) inputs: &'a [f64],
    pub(crate) data: &'a [Option<Value>],
    pub(crate) event: u16,
    pub(crate) active: &'a [u64],
}

impl Expressions {
    /// The value of an expression.
    pub(crate) fn eval(&self, expression: u16, env: &Env<'_>) -> Result<Value, Fault> {
        self.run(self.code(expression), env)
    }

    fn run(&self, code: &[Op], env: &Env<'_>) -> Result<Value, Fault> {
        let mut stack = Vec::<Value, { EXPRESSION_DEPTH + 1 }>::new();
        let mut at = 0;
        while let Some(&op) = code.get(at) {
            at += 1;
            let value = match op {
                Op::Constant(_) | Op::Variable(_) | Op::Input(_) | Op::Data(_) | Op::EventIs(_) | Op::In(_) => {
                    self.load(op, env)?
                }
                Op::Negate => pop(&mut stack)?.negate()?,
                Op::Not => Value::Bool(!pop(&mut stack)?.truth()?),
                Op::Truth => Value::Bool(pop(&mut stack)?.truth()?),
                Op::And(distance) | Op::Or(distance) => {
                    let held = pop(&mut stack)?.truth()?;
                    if held == matches!(op, Op::And(_)) {
                        continue;
                    }
                    at += usize::from(distance) - 1;
                    Value::Bool(held)
                }
                _ => {
                    let right = pop(&mut stack)?;
                    let left = pop(&mut stack)?;
                    match op {
                        Op::Plus => left.plus(right)?,
                        Op::Minus => left.minus(right)?,
                        Op::Times => left.times(right)?,
                        Op::Over => left.over(right)?,
                        Op::Modulo => left.modulo(right)?,
                        Op::Equal => Value::Bool(left.equals(right)?),
                        Op::NotEqual => Value::Bool(!left.equals(right)?),
                        Op::Below => Value::Bool(left.below(right)?),
                        Op::AtMost => Value::Bool(left.at_most(right)?),
                        Op::Above => Value::Bool(right.below(left)?),
                        _ => Value::Bool(right.at_most(left)?),
                    }
                }
            };
            stack.push(value).map_err(|_| Fault::Full)?;
        }
        pop(&mut stack)
    }

    /// The value of an instruction that reads no operand.
    #[inline]
    pub(crate) fn load(&self, op: Op, env: &Env<'_>) -> Result<Value, Fault> {
        match op {
            Op::Constant(index) => self.constants.get(usize::from(index)).copied().ok_or(Fault::Type),
            Op::Variable(index) => env.variables.get(usize::from(index)).copied().ok_or(Fault::Type),
            Op::Input(index) => match env.inputs.get(usize::from(index)) {
                Some(x) if !x.is_nan() => Ok(Value::Float(*x)),
                _ => Err(Fault::InputUnset),
            },
            Op::Data(index) => env.data.get(usize::from(index)).copied().flatten().ok_or(Fault::DataMissing),
            Op::EventIs(event) => Ok(Value::Bool(env.event == event)),
            Op::In(state) => Ok(Value::Bool(set::has(env.active, state))),
            _ => Err(Fault::Type),
        }
    }
}

#[inline]
fn pop<const N: usize>(stack: &mut Vec<Value, N>) -> Result<Value, Fault> {
    // The parser never leaves an operator without its operands.
    stack.pop().ok_or(Fault::Type)
}
