//! Units of the negotiated quantity, and which values are plausible in them.

use serde::{Deserialize, Serialize};

/// What one step of the quantity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Days from now.
    #[serde(rename = "days")]
    Days,
    /// Minutes from now.
    #[serde(rename = "minutes")]
    Minutes,
    /// A bedtime, as minutes past 21:00; earlier ones are negative.
    #[serde(rename = "minutes_past_21")]
    MinutesPast21,
    /// United States dollars.
    #[serde(rename = "usd")]
    Usd,
}

impl Unit {
    /// All units.
    pub const ALL: [Self; 4] = [Self::Days, Self::Minutes, Self::MinutesPast21, Self::Usd];

    /// Name as in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Minutes => "minutes",
            Self::MinutesPast21 => "minutes_past_21",
            Self::Usd => "usd",
        }
    }

    /// Whether `value` can be meant in this unit; false for NaN.
    pub fn plausible(self, value: f64) -> bool {
        match self {
            Self::Days => (0.0..=3650.0).contains(&value),
            Self::Minutes => (0.0..=10_080.0).contains(&value),
            Self::MinutesPast21 => (-180.0..=720.0).contains(&value),
            Self::Usd => value > 0.0 && value.is_finite(),
        }
    }

    /// The plausible values, in words.
    pub const fn range(self) -> &'static str {
        match self {
            Self::Days => "0 to 3650 days",
            Self::Minutes => "0 to 10080 minutes (a week)",
            Self::MinutesPast21 => "-180 (18:00) to 720 (9:00) minutes past 21:00",
            Self::Usd => "more than 0 dollars",
        }
    }
}
