//! What the agent shows to the person.

use crate::Emotion;

/// Whom or what a displayed emotion is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[repr(u8)]
pub enum Target {
    /// What the person did or offered.
    Behaviour,
    /// The person; a live agent never does this.
    Person,
    /// The circumstances.
    Situation,
}

/// A displayed emotion.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Display {
    /// Which emotion.
    pub emotion: Emotion,
    /// How strongly, 0 to 1.
    pub intensity: f64,
    /// About whom or what.
    pub target: Target,
    /// Whether the preceding event gives a reason for it.
    pub justified: bool,
}
