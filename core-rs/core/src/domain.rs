//! What kind of conversation this is, with whom, about which quantity.

/// The conversation's domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[repr(u8)]
pub enum Domain {
    /// Debt collection; days until payment.
    Debt,
    /// Surgery scheduling; days until the operation.
    Surgery,
    /// Disaster rescue; minutes that the survivor agrees to hold on.
    Disaster,
    /// Student sleep; bedtime in minutes past 21:00.
    Sleep,
    /// Whatever a user adds.
    Custom,
}

impl Domain {
    /// All domains in index order.
    pub const ALL: [Self; 5] = [Self::Debt, Self::Surgery, Self::Disaster, Self::Sleep, Self::Custom];

    /// Position in every array over domains.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        ["debt", "surgery", "disaster", "sleep", "custom"][self as usize]
    }

    /// The domain called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.name() == name)
    }
}

/// Who the person is to the agent; decides what may be shown to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[repr(u8)]
pub enum Role {
    /// Somebody who owes.
    Debtor,
    /// Somebody waiting for treatment.
    Patient,
    /// Somebody in danger.
    Survivor,
    /// A minor or student in the agent's care.
    Student,
    /// Any other adult.
    Adult,
}

impl Role {
    /// All roles in index order.
    pub const ALL: [Self; 5] = [Self::Debtor, Self::Patient, Self::Survivor, Self::Student, Self::Adult];

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        ["debtor", "patient", "survivor", "student", "adult"][self as usize]
    }

    /// The role called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
}

/// Which way the agent wants the negotiated quantity to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[repr(u8)]
pub enum Direction {
    /// Fewer days, an earlier bedtime.
    Lower,
    /// More minutes.
    Higher,
}

/// Where the conversation stands; an input of the loop with a default from the turn count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[repr(u8)]
pub enum Phase {
    /// First contact, up to the third agent turn.
    Opening,
    /// Offers go back and forth, up to the eighth agent turn.
    Bargaining,
    /// Neither side has moved for two turns.
    Impasse,
    /// The end is near.
    Closing,
}

/// Number of phases.
pub const PHASES: usize = 4;

impl Phase {
    /// All phases in index order.
    pub const ALL: [Self; PHASES] = [Self::Opening, Self::Bargaining, Self::Impasse, Self::Closing];

    /// Position in every array over phases.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        ["opening", "bargaining", "impasse", "closing"][self as usize]
    }

    /// The phase called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }

    /// The default for the agent's `turn` (from 1), as in EmoMAS; `stalled` marks two turns without movement.
    pub const fn from_turn(turn: u32, stalled: bool) -> Self {
        match turn {
            0..=3 => Self::Opening,
            _ if stalled => Self::Impasse,
            4..=8 => Self::Bargaining,
            _ => Self::Closing,
        }
    }
}
