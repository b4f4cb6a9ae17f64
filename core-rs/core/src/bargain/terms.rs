//! The negotiated quantity as the agent sees it.
//!
//! Inside the core every offer is a *share* z of the initial gap: 0 is the agent's own target, 1 the counterpart's
//! target. The agent concedes by raising z; it never goes past its reservation share.

use crate::Direction;

/// What the agent wants, at most accepts, and by when.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Terms {
    /// Which way the agent wants the quantity to go.
    pub direction: Direction,
    /// The agent's target, in the scenario's unit.
    pub agent_target: f64,
    /// The worst value the agent may agree to, in the scenario's unit.
    pub agent_reservation: f64,
    /// What the counterpart asks for, in the scenario's unit.
    pub counterpart_target: f64,
    /// How many turns of its own the agent has.
    pub deadline_turns: u32,
    /// Whether both sides know that the deadline binds both; otherwise nobody knows when the counterpart leaves.
    #[cfg_attr(feature = "serde", serde(default))]
    pub shared_deadline: bool,
}

/// Why terms can't be used.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TermsError {
    /// A value is NaN or infinite.
    #[error("{field} is {value}: give a finite number")]
    NotFinite {
        /// The field's name.
        field: &'static str,
        /// What it held.
        value: f64,
    },
    /// The direction contradicts the targets.
    #[error(
        "agent prefers {} values but its target {agent_target} is not {} the counterpart's target {counterpart_target}: \
         swap the targets or the direction",
        .direction.word(), .direction.relation()
    )]
    Direction {
        /// The stated direction.
        direction: Direction,
        /// The agent's target.
        agent_target: f64,
        /// The counterpart's target.
        counterpart_target: f64,
    },
    /// The reservation value is better for the agent than its own target.
    #[error(
        "agent reservation {reservation} is better for the agent than its target {target}: \
         the reservation is the worst value it may accept"
    )]
    Reservation {
        /// The reservation value.
        reservation: f64,
        /// The target.
        target: f64,
    },
    /// The agent has no turn, or more than the journal and the planner allow.
    #[error("deadline_turns is {0}: give 1 to {max} turns", max = Terms::MAX_TURNS)]
    Deadline(u32),
}

impl Direction {
    const fn word(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
        }
    }

    const fn relation(self) -> &'static str {
        match self {
            Self::Lower => "below",
            Self::Higher => "above",
        }
    }
}

impl Terms {
    /// Longest conversation, in agent turns.
    pub const MAX_TURNS: u32 = 64;

    /// Checks the terms; equal targets are allowed (nothing to negotiate).
    pub fn check(&self) -> Result<(), TermsError> {
        for (field, value) in [
            ("agent target", self.agent_target),
            ("agent reservation", self.agent_reservation),
            ("counterpart target", self.counterpart_target),
        ] {
            if !value.is_finite() {
                return Err(TermsError::NotFinite { field, value });
            }
        }
        let sign = self.sign();
        if (self.counterpart_target - self.agent_target) * sign < 0.0 {
            return Err(TermsError::Direction {
                direction: self.direction,
                agent_target: self.agent_target,
                counterpart_target: self.counterpart_target,
            });
        }
        if (self.agent_reservation - self.agent_target) * sign < 0.0 {
            return Err(TermsError::Reservation { reservation: self.agent_reservation, target: self.agent_target });
        }
        if self.deadline_turns == 0 || self.deadline_turns > Self::MAX_TURNS {
            return Err(TermsError::Deadline(self.deadline_turns));
        }
        Ok(())
    }

    /// +1 when conceding raises the value, −1 when it lowers it.
    const fn sign(&self) -> f64 {
        match self.direction {
            Direction::Lower => 1.0,
            Direction::Higher => -1.0,
        }
    }

    /// The initial gap, in the scenario's unit; 1 when the targets are equal, so that shares stay finite.
    fn gap(&self) -> f64 {
        let gap = libm::fabs(self.counterpart_target - self.agent_target);
        if gap > 0.0 { gap } else { 1.0 }
    }

    /// The share of the gap at which `value` lies: 0 at the agent's target, 1 at the counterpart's.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.agent_target) * self.sign() / self.gap()
    }

    /// The value at `share` of the gap, in the scenario's unit.
    pub fn value(&self, share: f64) -> f64 {
        self.agent_target + self.sign() * share * self.gap()
    }

    /// The share of the nearest whole number of units, on the agent's side of its reservation value.
    pub fn snap(&self, share: f64) -> f64 {
        let value = self.value(share);
        let nearest = self.share(libm::round(value));
        if nearest <= self.reservation_share() {
            return nearest;
        }
        let toward_agent = match self.direction {
            Direction::Lower => libm::floor(value),
            Direction::Higher => libm::ceil(value),
        };
        self.share(toward_agent)
    }

    /// The agent's reservation value as a share.
    pub fn reservation_share(&self) -> f64 {
        self.share(self.agent_reservation)
    }

    /// The agent's utility of a deal at `share`: 1 at its target, 0 at its reservation value, not clipped below.
    /// u(x) = (R − x)/(R − b).
    pub fn utility(&self, share: f64) -> f64 {
        let r = self.reservation_share();
        if r > 0.0 {
            (r - share) / r
        } else if share <= 0.0 {
            1.0
        } else {
            -share
        }
    }
}
