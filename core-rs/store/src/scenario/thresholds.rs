//! When the conversation chart changes its state.

use serde::{Deserialize, Serialize};

use crate::StoreError;

/// Thresholds of the conversation chart; it reads each as the input `threshold.NAME`.
///
/// The defaults of the first three stand apart from ordinary conversations: in simulated ones the belief in a distressed
/// stance never passed 0.42, while two sensors that agree on strong fear take it to 0.55 and more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Belief in a distressed stance below which caution ends.
    pub calm: f64,
    /// Belief in a distressed stance above which caution begins.
    pub caution: f64,
    /// Belief in a distressed stance above which it is a crisis; 1 for never.
    pub crisis: f64,
    /// Share of the agent's turns from which bargaining is in its middle.
    pub middle: f64,
    /// Share of the agent's turns from which bargaining is late.
    pub late: f64,
    /// Distance between the offers, over the distance of the targets, from which the talk is closing.
    pub near: f64,
    /// Turns that the agent holds its offer, with no movement of the person's, until an impasse.
    pub stall_turns: f64,
    /// Seconds of silence until the chart asks again.
    pub silence_s: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            calm: 0.35,
            caution: 0.45,
            crisis: 0.55,
            middle: 0.34,
            late: 0.67,
            near: 0.1,
            stall_turns: 3.0,
            silence_s: 30.0,
        }
    }
}

impl Thresholds {
    /// Names and values.
    pub const fn named(&self) -> [(&'static str, f64); 8] {
        [
            ("calm", self.calm),
            ("caution", self.caution),
            ("crisis", self.crisis),
            ("middle", self.middle),
            ("late", self.late),
            ("near", self.near),
            ("stall_turns", self.stall_turns),
            ("silence_s", self.silence_s),
        ]
    }

    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn check(&self) -> Result<(), StoreError> {
        for (name, value) in self.named() {
            let (least, most) = match name {
                "stall_turns" => (1.0, 100.0),
                "silence_s" => (1.0, 86_400.0),
                _ => (0.0, 1.0),
            };
            // False for NaN, too.
            if !(least..=most).contains(&value) {
                return Err(wrong(name, value, format!("give {least} to {most}, or leave it out")));
            }
        }
        let ordered = [
            ("caution", self.caution, "calm", self.calm),
            ("crisis", self.crisis, "caution", self.caution),
            ("late", self.late, "middle", self.middle),
        ];
        for (name, value, lower, least) in ordered {
            if value < least {
                return Err(wrong(name, value, format!("thresholds.{lower} is {least}: give that or more")));
            }
        }
        Ok(())
    }
}

fn wrong(name: &str, value: f64, remedy: String) -> StoreError {
    StoreError::field(format!("thresholds.{name}"), value.to_string(), remedy)
}
