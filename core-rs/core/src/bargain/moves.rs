//! What the agent may do with its turn, and why.

/// A move; every number is a share of the initial gap.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Move {
    /// The first offer.
    Open(f64),
    /// A new offer that concedes.
    Counter(f64),
    /// The last offer again.
    Hold(f64),
    /// The counterpart's standing offer is taken.
    Accept(f64),
    /// The conversation ends without a deal.
    WalkAway,
}

impl Move {
    /// The share this move puts on the table, if it is an offer.
    pub const fn offer(self) -> Option<f64> {
        match self {
            Self::Open(share) | Self::Counter(share) | Self::Hold(share) => Some(share),
            Self::Accept(_) | Self::WalkAway => None,
        }
    }
}

/// Why a move was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[repr(u8)]
#[non_exhaustive]
pub enum MoveReason {
    /// Nothing was offered before.
    FirstOffer,
    /// A concession is expected to pay.
    ConcessionPays,
    /// Waiting is expected to pay; a token step keeps those moving who answer step with step.
    WaitingPays,
    /// The standing offer is at least as good as the agent's next one (AC_next).
    NextOfferMet,
    /// The standing offer is worth more than going on (the combined rule's second half).
    BetterThanGoingOn,
    /// It is the agent's last turn and the standing offer is rational.
    LastTurn,
    /// It is the agent's last turn and the standing offer is not rational: its best last offer.
    FinalOffer,
    /// Everything up to the reservation value is already offered.
    AtReservation,
    /// The deadline is reached and nothing acceptable is on the table.
    NothingAcceptable,
    /// The counterpart accepted; nothing was left to decide.
    CounterpartAccepted,
    /// The counterpart left; nothing was left to decide.
    CounterpartLeft,
}
