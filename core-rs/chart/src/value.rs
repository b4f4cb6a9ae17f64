//! The three types of values, and arithmetic on them that never panics.

use core::fmt;

/// An integer, a float or a truth value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// 64-bit integer.
    Int(i64),
    /// 64-bit float.
    Float(f64),
    /// Truth value.
    Bool(bool),
}

/// Floats always show a point or an exponent, so the type can be read back.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(x) => write!(f, "{x}"),
            Self::Float(x) => write!(f, "{x:?}"),
            Self::Bool(x) => write!(f, "{x}"),
        }
    }
}

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An operand has the wrong type.
    Type,
    /// An integer left the 64-bit range.
    Overflow,
    /// Division, or remainder, by zero.
    DivisionByZero,
    /// An input that the host never set.
    InputUnset,
    /// A field that the event doesn't carry.
    DataMissing,
    /// A value doesn't fit the variable's type.
    Assignment,
    /// No room for another timer or internal event.
    Full,
}

impl Fault {
    /// As words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Type => "an operand has the wrong type",
            Self::Overflow => "an integer left the 64-bit range",
            Self::DivisionByZero => "division by zero",
            Self::InputUnset => "an input was never set",
            Self::DataMissing => "the event carries no such field",
            Self::Assignment => "the value doesn't fit the variable's type",
            Self::Full => "no room left",
        }
    }
}

/// Integers below this magnitude are exact as floats and back.
const INT_BOUND: f64 = 9_223_372_036_854_775_808.0;

impl Value {
    /// The truth value.
    pub const fn truth(self) -> Result<bool, Fault> {
        match self {
            Self::Bool(x) => Ok(x),
            _ => Err(Fault::Type),
        }
    }

    /// The number as a float.
    pub const fn number(self) -> Result<f64, Fault> {
        match self {
            Self::Int(x) => Ok(x as f64),
            Self::Float(x) => Ok(x),
            Self::Bool(_) => Err(Fault::Type),
        }
    }

    /// This value as one of `like`'s type: how an assignment converts.
    pub fn fit(self, like: Self) -> Result<Self, Fault> {
        match (like, self) {
            (Self::Int(_), Self::Int(_)) | (Self::Float(_), Self::Float(_)) | (Self::Bool(_), Self::Bool(_)) => {
                Ok(self)
            }
            (Self::Float(_), Self::Int(x)) => Ok(Self::Float(x as f64)),
            (Self::Int(_), Self::Float(x)) if (-INT_BOUND..INT_BOUND).contains(&x) && (x as i64) as f64 == x => {
                Ok(Self::Int(x as i64))
            }
            _ => Err(Fault::Assignment),
        }
    }

    pub(crate) fn negate(self) -> Result<Self, Fault> {
        match self {
            Self::Int(x) => x.checked_neg().map(Self::Int).ok_or(Fault::Overflow),
            Self::Float(x) => Ok(Self::Float(-x)),
            Self::Bool(_) => Err(Fault::Type),
        }
    }

    pub(crate) fn equals(self, other: Self) -> Result<bool, Fault> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Ok(a == b),
            (Self::Bool(a), Self::Bool(b)) => Ok(a == b),
            _ => Ok(self.number()? == other.number()?),
        }
    }

    pub(crate) fn below(self, other: Self) -> Result<bool, Fault> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Ok(a < b),
            _ => Ok(self.number()? < other.number()?),
        }
    }

    pub(crate) fn at_most(self, other: Self) -> Result<bool, Fault> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Ok(a <= b),
            _ => Ok(self.number()? <= other.number()?),
        }
    }

    pub(crate) fn plus(self, other: Self) -> Result<Self, Fault> {
        self.combine(other, i64::checked_add, |a, b| a + b)
    }

    pub(crate) fn minus(self, other: Self) -> Result<Self, Fault> {
        self.combine(other, i64::checked_sub, |a, b| a - b)
    }

    pub(crate) fn times(self, other: Self) -> Result<Self, Fault> {
        self.combine(other, i64::checked_mul, |a, b| a * b)
    }

    /// An exact quotient of integers stays an integer; any other is a float.
    pub(crate) fn over(self, other: Self) -> Result<Self, Fault> {
        if other.number()? == 0.0 {
            self.number()?;
            return Err(Fault::DivisionByZero);
        }
        match (self, other) {
            (Self::Int(a), Self::Int(b)) if a.wrapping_rem(b) == 0 => {
                a.checked_div(b).map(Self::Int).ok_or(Fault::Overflow)
            }
            _ => Ok(Self::Float(self.number()? / other.number()?)),
        }
    }

    /// The remainder has the sign of the dividend.
    pub(crate) fn modulo(self, other: Self) -> Result<Self, Fault> {
        if other.number()? == 0.0 {
            self.number()?;
            return Err(Fault::DivisionByZero);
        }
        self.combine(other, i64::checked_rem, |a, b| a % b)
    }

    fn combine(
        self,
        other: Self,
        ints: fn(i64, i64) -> Option<i64>,
        floats: fn(f64, f64) -> f64,
    ) -> Result<Self, Fault> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => ints(a, b).map(Self::Int).ok_or(Fault::Overflow),
            _ => Ok(Self::Float(floats(self.number()?, other.number()?))),
        }
    }
}
