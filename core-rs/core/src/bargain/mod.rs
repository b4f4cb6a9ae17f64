//! Bargaining over one quantity: the core, not the language model, owns the numbers.
//!
//! [`Bargainer`] holds one conversation: what was offered, and a posterior over what the counterpart may be
//! (`opponent`). Each turn it plans its offers against that posterior (`path`), and accepts what is at least as good as
//! its next offer or as going on. A deeper search runs on request ([`Bargainer::plan`], [`planner`]). What the agent
//! shows never enters here; the belief may raise the exit hazard, nothing else.

mod forecast;
mod moves;
mod opponent;
mod path;
pub mod planner;
mod powers;
mod terms;

pub use forecast::Planned;
pub use moves::{Move, MoveReason};
pub use opponent::{Posterior, SLOTS, Slot, TACTICS, Tactic};
pub use terms::{Terms, TermsError};

use crate::persist_fields;
use opponent::Opponent;

/// Smallest step of the agent, as a part of its reservation share: counterparts that answer step with step need one.
const PROBE: f64 = 0.002;

/// The agent's side of one conversation. Fixed size; no method but [`Bargainer::plan`] allocates.
#[derive(Clone, Debug, PartialEq)]
pub struct Bargainer {
    own: Option<f64>,
    theirs: Option<f64>,
    opponent: Opponent,
}

persist_fields!(Bargainer: own, theirs, opponent);

impl Bargainer {
    /// A conversation in which nothing was offered yet.
    pub const fn new(_terms: &Terms) -> Self {
        Self { own: None, theirs: None, opponent: Opponent::new() }
    }

    /// Takes in the counterpart's new offer (a share), made before the agent's `turn` (from 0); no offer, or one that
    /// is not a finite number, changes nothing.
    #[inline(always)]
    pub fn observe(&mut self, _terms: &Terms, turn: u32, their_share: Option<f64>) {
        let Some(share) = their_share.filter(|share| share.is_finite()) else { return };
        self.theirs = Some(share);
        self.opponent.observe(turn.saturating_sub(1), share, self.own.unwrap_or(0.0));
    }

    /// What to do at `turn`, and why.
    #[inline(always)]
    pub fn decide(&self, terms: &Terms, turn: u32) -> (Move, MoveReason) {
        self.decide_under(terms, turn, 0.0)
    }

    /// As [`Bargainer::decide`], with an extra probability `hazard` that the counterpart leaves after this turn: the one
    /// way in which the belief about the counterpart's state enters.
    #[inline(always)]
    pub fn decide_under(&self, terms: &Terms, turn: u32, hazard: f64) -> (Move, MoveReason) {
        if let Some(forced) = self.forced(terms, turn) {
            return forced;
        }
        let limit = Self::limit(terms);
        let low = self.least(limit);
        if self.own.is_none() && self.theirs.is_none() {
            // Only later offers are concessions, and some counterparts answer concessions.
            return self.propose(terms, turn, low);
        }
        let plan = path::plan(&self.posterior(terms, turn, hazard), low, limit, terms.deadline_turns);
        if let Some(share) = self.rational(limit) {
            if share <= plan.offer {
                return (Move::Accept(share), MoveReason::NextOfferMet);
            }
            if limit - share >= plan.value {
                return (Move::Accept(share), MoveReason::BetterThanGoingOn);
            }
        }
        self.propose(terms, turn, plan.offer)
    }

    /// Records the move that was really made.
    #[inline(always)]
    pub fn commit(&mut self, mv: Move) {
        if let Some(share) = mv.offer() {
            self.own = Some(share);
        }
    }

    /// The agent's last offer, a share.
    pub const fn own_share(&self) -> Option<f64> {
        self.own
    }

    /// The counterpart's standing offer, a share.
    pub const fn their_share(&self) -> Option<f64> {
        self.theirs
    }

    /// The posterior over what the counterpart may be at `turn`, for reports.
    #[inline(always)]
    pub fn posterior(&self, terms: &Terms, turn: u32, hazard: f64) -> Posterior {
        self.opponent.posterior(terms, turn, hazard)
    }

    /// The lowest share the counterpart is expected to take at all.
    pub fn expected_reservation(&self, terms: &Terms, turn: u32) -> f64 {
        self.posterior(terms, turn, 0.0).expected_reservation()
    }

    /// Probability that the counterpart leaves before the agent's next turn if it doesn't agree now.
    pub fn exit_hazard(&self, terms: &Terms, turn: u32) -> f64 {
        self.posterior(terms, turn, 0.0).exit_hazard()
    }

    /// The agent's reservation share, never below its own target.
    #[inline(always)]
    fn limit(terms: &Terms) -> f64 {
        terms.reservation_share().max(0.0)
    }

    /// The least share the agent may offer now: no retraction, nothing beyond the reservation.
    #[inline(always)]
    fn least(&self, limit: f64) -> f64 {
        self.own.map_or(0.0, |own| (own + PROBE * limit).min(limit).max(own))
    }

    /// The standing offer, if the agent may take it.
    #[inline(always)]
    fn rational(&self, limit: f64) -> Option<f64> {
        self.theirs.filter(|&share| share <= limit)
    }

    /// What the deadline decides without any planning.
    #[inline(always)]
    fn forced(&self, terms: &Terms, turn: u32) -> Option<(Move, MoveReason)> {
        if turn.saturating_add(1) < terms.deadline_turns {
            return None;
        }
        if let Some(share) = self.rational(Self::limit(terms)) {
            return Some((Move::Accept(share), MoveReason::LastTurn));
        }
        (turn >= terms.deadline_turns).then_some((Move::WalkAway, MoveReason::NothingAcceptable))
    }

    /// Names the offer `share`.
    #[inline(always)]
    fn propose(&self, terms: &Terms, turn: u32, share: f64) -> (Move, MoveReason) {
        let Some(own) = self.own else { return (Move::Open(share), MoveReason::FirstOffer) };
        let limit = Self::limit(terms);
        if share <= own {
            let reason = if own >= limit { MoveReason::AtReservation } else { MoveReason::WaitingPays };
            return (Move::Hold(own), reason);
        }
        let reason = if turn.saturating_add(1) >= terms.deadline_turns {
            MoveReason::FinalOffer
        } else if share <= self.least(limit) {
            MoveReason::WaitingPays
        } else {
            MoveReason::ConcessionPays
        };
        (Move::Counter(share), reason)
    }
}
