//! From the posterior to a finite game: what [`Bargainer::plan`] hands to the exact planner.

extern crate alloc;

use alloc::vec;
use alloc::vec::Vec;

use super::planner::{PlanGame, PlanMove, PlanType, Planner};
use super::{Bargainer, Move, MoveReason, SLOTS, Slot, TACTICS, Terms};

/// A planned move and how it came about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Planned {
    /// The move.
    pub mv: Move,
    /// Why.
    pub reason: MoveReason,
    /// Whether the exact planner finished; if not, this is what [`Bargainer::decide`] says.
    pub exact: bool,
}

/// Steps between the last offer and the reservation that the search tells apart.
const STEPS: u32 = 12;
/// Reservation values a type is split into.
const SPLITS: u32 = 3;
/// Stands for an offer the forecast does not use; never worth accepting.
const UNSEEN: f64 = f64::INFINITY;
/// Less likely types are left out.
const RARE: f64 = 0.005;

impl Bargainer {
    /// The best next move by exact search over the posterior's types with at most `node_budget` states; falls back to
    /// [`Bargainer::decide`] when the budget is used up or nothing is left to search.
    ///
    /// The search is exact, the forecast it searches is coarse: against the twelve league opponents it scores less than
    /// `decide` (.30 against .34 with a shared deadline, .28 against .30 without). Use it to look ahead, not to play.
    pub fn plan(&self, terms: &Terms, turn: u32, node_budget: usize) -> Planned {
        let (mv, reason) = self.decide(terms, turn);
        let fallback = Planned { mv, reason, exact: false };
        if self.forced(terms, turn).is_some() {
            return Planned { exact: true, ..fallback };
        }
        let limit = Self::limit(terms);
        let low = self.least(limit);
        let types = self.forecast(terms, turn, low);
        let step = (limit - low) / f64::from(STEPS);
        let game = PlanGame {
            candidates: (0..=STEPS).map(|i| (low + step * f64::from(i)).min(limit)).collect(),
            reservation: limit,
            scale: 1.0,
            discount: 1.0,
            rounds: terms.deadline_turns,
            node_budget,
        };
        let Ok(mut planner) = Planner::solve(&types, &game, turn) else { return fallback };
        let Ok(value) = planner.value(turn) else { return fallback };
        let Some(PlanMove::Offer(offer)) = planner.best(turn, &[], &[UNSEEN]) else { return fallback };
        // The types that have already left are worth nothing to somebody who goes on.
        let gone: f64 = self.posterior(terms, turn, 0.0).weight[Slot::Gone as usize].iter().sum();
        let value = value * (1.0 - gone);
        let (mv, reason) = match self.rational(limit) {
            Some(share) if share <= offer => (Move::Accept(share), MoveReason::NextOfferMet),
            Some(share) if limit - share >= value => (Move::Accept(share), MoveReason::BetterThanGoingOn),
            _ => self.propose(terms, turn, offer),
        };
        Planned { mv, reason, exact: true }
    }

    /// Deterministic types that stand for the posterior: what each takes in every round to come. They show nothing until
    /// the agent's last turn, so the search never trusts a forecast curve to the last digit; by then a counterpart that
    /// moves on its own has shown where it ends.
    fn forecast(&self, terms: &Terms, turn: u32, low: f64) -> Vec<PlanType> {
        let p = self.posterior(terms, turn, 0.0);
        let mut types = Vec::new();
        for j in 0..TACTICS {
            for k in 1..SLOTS {
                let weight = p.weight[k][j];
                if weight < RARE {
                    continue;
                }
                for split in 0..SPLITS {
                    let offset = (f64::from(split) + 0.5) / f64::from(SPLITS) * 2.0 - 1.0;
                    let reservation = p.reservation[k][j] + offset * p.spread[k][j];
                    let exit = p.exit[k].clamp(turn + 1, terms.deadline_turns);
                    let mut threshold = vec![reservation; exit as usize];
                    for s in turn..exit.saturating_sub(1) {
                        if let Some(y) = threshold.get_mut(s as usize) {
                            *y = p.thresholds(s, low)[j].max(reservation);
                        }
                    }
                    let mut shown = vec![UNSEEN];
                    let last = terms.deadline_turns.saturating_sub(1);
                    if turn < last {
                        let standing = threshold.get(last.saturating_sub(1) as usize).copied().unwrap_or(reservation);
                        shown = vec![UNSEEN; last as usize];
                        shown.push(standing.max(reservation));
                    }
                    types.push(PlanType { weight: weight / f64::from(SPLITS), threshold, shown, exit });
                }
            }
        }
        types
    }
}
