//! Exact planning in the space of beliefs, for a finite set of deterministic counterparts.
//!
//! A round t: the counterpart's visible offer (if any) tells some types apart; the agent accepts it, leaves, or makes
//! one of the candidate offers. A type takes an offer that reaches its threshold; a type that refuses in its last round
//! is gone. The state is (round, types still possible), memoised. Runs on request, allocates, and stops at its budget.

extern crate alloc;

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// One deterministic counterpart.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanType {
    /// Its probability; need not be normalised over the types.
    pub weight: f64,
    /// Lowest offer it takes in each round; the last entry also holds for later rounds.
    pub threshold: Vec<f64>,
    /// Its own offer, seen at the start of each round; empty if it shows nothing.
    pub shown: Vec<f64>,
    /// Number of rounds in which it answers.
    pub exit: u32,
}

/// The game apart from the counterpart.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanGame {
    /// The offers the agent may make, ascending; a lower one is better for the agent.
    pub candidates: Vec<f64>,
    /// The agent's gain is (`reservation` − x)·`scale`.
    pub reservation: f64,
    /// See `reservation`.
    pub scale: f64,
    /// Factor on gains per round.
    pub discount: f64,
    /// Number of rounds the agent has.
    pub rounds: u32,
    /// How many states may be expanded.
    pub node_budget: usize,
}

/// What to do in a state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlanMove {
    /// Make this offer.
    Offer(f64),
    /// Take the visible offer.
    Accept,
    /// Nothing that can still be reached pays.
    Leave,
}

/// The budget was used up before the plan was complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("planner stopped after {0} states: raise node_budget or pass fewer types")]
pub struct BudgetExhausted(pub usize);

/// A set of types, as bits.
type Alive = Vec<u64>;

/// The solved game.
#[derive(Clone, Debug)]
pub struct Planner<'a> {
    types: &'a [PlanType],
    game: &'a PlanGame,
    /// Unnormalised value and best move after the visible offer of the round was seen.
    memo: BTreeMap<(u32, Alive), (f64, PlanMove)>,
}

fn at(curve: &[f64], round: u32) -> Option<f64> {
    curve.get(round as usize).or(curve.last()).copied()
}

fn members(set: &[u64]) -> impl Iterator<Item = usize> + '_ {
    set.iter()
        .enumerate()
        .flat_map(|(word, &bits)| (0..64).filter(move |b| bits >> b & 1 == 1).map(move |b| word * 64 + b))
}

fn insert(set: &mut Alive, i: usize) {
    if let Some(word) = set.get_mut(i / 64) {
        *word |= 1 << (i % 64);
    }
}

impl<'a> Planner<'a> {
    /// Solves the game from round `round` with all `types` possible whose exit is later.
    pub fn solve(types: &'a [PlanType], game: &'a PlanGame, round: u32) -> Result<Self, BudgetExhausted> {
        let mut planner = Self { types, game, memo: BTreeMap::new() };
        let alive = planner.everyone(round);
        planner.before_seeing(round, &alive)?;
        Ok(planner)
    }

    /// Everybody who is still there in `round`.
    fn everyone(&self, round: u32) -> Alive {
        let mut alive = vec![0; self.types.len().div_ceil(64)];
        for (i, t) in self.types.iter().enumerate() {
            if t.exit > round && t.weight > 0.0 {
                insert(&mut alive, i);
            }
        }
        alive
    }

    /// Expected discounted gain from round `round` on, per unit of the types' weight.
    pub fn value(&mut self, round: u32) -> Result<f64, BudgetExhausted> {
        let alive = self.everyone(round);
        let weight: f64 = self.types.iter().map(|t| t.weight).sum();
        Ok(self.before_seeing(round, &alive)? / weight)
    }

    /// The best move in `round` after the refused `offers` (oldest first, from the planner's first round `start` on) and
    /// the offers `seen`, one a round including this one. `None` if no type fits what happened.
    pub fn best(&self, start: u32, offers: &[f64], seen: &[f64]) -> Option<PlanMove> {
        let mut alive = self.everyone(start);
        let mut round = start;
        for step in 0..=offers.len() {
            let mut kept = vec![0; alive.len()];
            for i in members(&alive) {
                let t = self.types.get(i)?;
                if t.shown.is_empty() || at(&t.shown, round) == seen.get(step).copied() {
                    insert(&mut kept, i);
                }
            }
            alive = kept;
            if let Some(&offer) = offers.get(step) {
                alive = self.refused(round, &alive, offer);
                round += 1;
            }
        }
        self.memo.get(&(round, alive)).map(|&(_, mv)| mv)
    }

    /// Those of `alive` who refuse `offer` in `round` and stay.
    fn refused(&self, round: u32, alive: &[u64], offer: f64) -> Alive {
        let mut left = vec![0; alive.len()];
        for i in members(alive) {
            let Some(t) = self.types.get(i) else { continue };
            if at(&t.threshold, round).is_none_or(|y| offer < y) && t.exit > round + 1 {
                insert(&mut left, i);
            }
        }
        left
    }

    /// Sum over what may be seen.
    fn before_seeing(&mut self, round: u32, alive: &Alive) -> Result<f64, BudgetExhausted> {
        if round >= self.game.rounds {
            return Ok(0.0);
        }
        let mut groups: Vec<(Option<f64>, Alive)> = Vec::new();
        for i in members(alive) {
            let Some(t) = self.types.get(i) else { continue };
            let seen = at(&t.shown, round);
            let place = groups.iter().position(|(y, _)| *y == seen).unwrap_or_else(|| {
                groups.push((seen, vec![0; alive.len()]));
                groups.len() - 1
            });
            if let Some((_, group)) = groups.get_mut(place) {
                insert(group, i);
            }
        }
        let mut sum = 0.0;
        for (seen, group) in groups {
            sum += self.after_seeing(round, group, seen)?;
        }
        Ok(sum)
    }

    /// The best move once the visible offer is known; the lowest offer wins a tie.
    fn after_seeing(&mut self, round: u32, alive: Alive, seen: Option<f64>) -> Result<f64, BudgetExhausted> {
        let key = (round, alive);
        if let Some(&(value, _)) = self.memo.get(&key) {
            return Ok(value);
        }
        if self.memo.len() >= self.game.node_budget {
            return Err(BudgetExhausted(self.memo.len()));
        }
        // Holds the place, so that the budget counts states under expansion too.
        self.memo.insert(key.clone(), (0.0, PlanMove::Leave));
        let (mut best, mut mv) = (0.0, PlanMove::Leave);
        let mut takers: Vec<(f64, f64)> = Vec::new();
        let mut total = 0.0;
        for i in members(&key.1) {
            let Some(t) = self.types.get(i) else { continue };
            total += t.weight;
            takers.push((at(&t.threshold, round).unwrap_or(f64::INFINITY), t.weight));
        }
        takers.sort_by(|a, b| a.0.total_cmp(&b.0));
        let gain = |x: f64| (self.game.reservation - x) * self.game.scale;
        let (discount, candidates) = (self.game.discount, self.game.candidates.len());
        let (mut sold, mut sold_before, mut next, mut carried) = (0.0, 0, 0, None);
        for c in 0..candidates {
            let Some(&offer) = self.game.candidates.get(c) else { break };
            while let Some(&(_, weight)) = takers.get(next).filter(|(y, _)| *y <= offer) {
                sold += weight;
                next += 1;
            }
            // Between two thresholds nothing changes but the price.
            let rest = match carried {
                Some(rest) if sold_before == next => rest,
                _ => {
                    let left = self.refused(round, &key.1, offer);
                    self.before_seeing(round + 1, &left)?
                }
            };
            (sold_before, carried) = (next, Some(rest));
            let value = sold * gain(offer) + discount * rest;
            if value > best + 1e-12 * total {
                (best, mv) = (value, PlanMove::Offer(offer));
            }
        }
        if let Some(y) = seen
            && total * gain(y) > best
        {
            (best, mv) = (total * gain(y), PlanMove::Accept);
        }
        self.memo.insert(key, (best, mv));
        Ok(best)
    }
}
