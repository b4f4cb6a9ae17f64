//! What the counterpart may be: a posterior over tactic × exit, at most 32 types.
//!
//! A time-dependent counterpart's offers are y(s) = y₀ − K·s^p with K = (y₀ − r)/(D − 1)^p, so its reservation share r
//! and its exit turn D enter only through the slope K (Faratin, Sierra and Jennings 1998). The slope is regressed online,
//! one regression a tactic, and r follows for every exit in closed form: no reservation grid is needed.

use super::Terms;
use super::powers::{CURVES, POWERS};
use crate::persist_fields;

/// Number of tactics.
pub const TACTICS: usize = 8;
/// Number of exit slots, one a [`Slot`].
pub const SLOTS: usize = 4;

/// How a counterpart moves its offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[repr(u8)]
pub enum Tactic {
    /// Time-dependent with β = .2: holds until just before it leaves.
    Hardheaded,
    /// Time-dependent with β = .5.
    Boulware,
    /// Time-dependent with β = 1.
    Linear,
    /// Time-dependent with β = 2.
    Conceder,
    /// Time-dependent with β = 5: gives most at once.
    Eager,
    /// Answers the agent's concessions, or stands still.
    Reciprocal,
    /// Now and then closes a part of the remaining gap, as people do.
    Splitter,
    /// Repeats its last step.
    Stepper,
}

impl Tactic {
    /// All tactics in index order.
    pub const ALL: [Self; TACTICS] = [
        Self::Hardheaded,
        Self::Boulware,
        Self::Linear,
        Self::Conceder,
        Self::Eager,
        Self::Reciprocal,
        Self::Splitter,
        Self::Stepper,
    ];
}

/// When the counterpart leaves, seen from the agent's present turn t.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Slot {
    /// Its standing offer was its last.
    Gone,
    /// It answers the offer made now and then leaves.
    Now,
    /// It leaves later but before the agent's deadline.
    Later,
    /// It shares the agent's deadline.
    Shared,
}

const RECIPROCAL: usize = Tactic::Reciprocal as usize;
const SPLITTER: usize = Tactic::Splitter as usize;
const STEPPER: usize = Tactic::Stepper as usize;

/// Prior over tactics: half to the curves, half to those that answer the agent.
const TACTIC_PRIOR: [f64; TACTICS] = [0.09, 0.09, 0.09, 0.09, 0.09, 0.27, 0.18, 0.10];
/// Prior probability that the counterpart shares the agent's deadline; else its exit is uniform on the last two thirds.
/// Trades the score under a shared deadline (higher) for that under hidden exits (lower): .55 gives .329 and .274.
const SHARED_PRIOR: f64 = 0.67;
/// Range of the counterpart's reservation share: wider than that of derived scenarios (.1 to .65), so that a
/// counterpart outside it costs little.
const FLOOR: (f64, f64) = (0.0, 0.85);
/// Offers beyond this range count as its ends in the statistics.
const OFFERS: (f64, f64) = (-1.0, 2.0);
/// Standard deviation of a curve's offers, and of the moves of the others.
const NOISE: f64 = 0.02;
const VARIANCE: f64 = NOISE * NOISE;
/// Residuals of a curve are about half as wide as what the likelihood allows.
const SHARPEN: f64 = 0.3;
/// Likelihood left to a surprise, as a density.
const OUTLIER: f64 = 0.05;
/// Evidence of an offer refused that the type would have taken.
const REFUSED: f64 = 0.1;

/// Sufficient statistics of the counterpart's offers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opponent {
    /// Offers counted.
    seen: u32,
    /// Its first and its latest offer, and the lowest one.
    first: f64,
    latest: f64,
    lowest: f64,
    /// Its latest concession.
    step: f64,
    /// Σ s^2p and Σ s^p (y₀ − y) for each curve.
    power: [f64; CURVES],
    cross: [f64; CURVES],
    /// Relative likelihood of each tactic.
    weight: [f64; TACTICS],
}

persist_fields!(Opponent: seen, first, latest, lowest, step, power, cross, weight);

/// The posterior over types, with what each tactic leads one to expect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posterior {
    /// Probability of tactic × exit slot; sums to 1.
    pub weight: [[f64; SLOTS]; TACTICS],
    /// Expected lowest share ever taken, tactic × exit slot.
    pub reservation: [[f64; SLOTS]; TACTICS],
    /// Exit turn (the number of turns the counterpart stays) that stands for each slot.
    pub exit: [u32; SLOTS],
    /// Half-width of what is still open about the reservation share, tactic × exit slot.
    pub spread: [[f64; SLOTS]; TACTICS],
    pub(super) slope: [f64; CURVES],
    pub(super) start: f64,
    pub(super) latest: f64,
    pub(super) step: f64,
    pub(super) turn: u32,
}

/// Density of a residual `e` at variance `v`: a bell of the form (1 + x²/8)⁻⁴, near exp(−x²/2) but without exp.
fn density(e: f64, v: f64) -> f64 {
    let a = 8.0 * v / (8.0 * v + e * e);
    let b = a * a;
    0.36 * b * b / libm::sqrt(v)
}

/// Share of [`mean` − 2`sd`, `mean` + 2`sd`] inside the prior range of the reservation.
fn inside(mean: f64, sd: f64) -> f64 {
    let low = (mean - 2.0 * sd).max(FLOOR.0);
    let high = (mean + 2.0 * sd).min(FLOOR.1);
    ((high - low) / (4.0 * sd)).clamp(0.0, 1.0)
}

impl Posterior {
    /// The lowest share the counterpart is expected to take at all.
    pub fn expected_reservation(&self) -> f64 {
        let mut sum = 0.0;
        for j in 0..TACTICS {
            for k in 0..SLOTS {
                sum += self.weight[j][k] * self.reservation[j][k];
            }
        }
        sum
    }

    /// Probability that the counterpart leaves before the agent's next turn if it doesn't agree now.
    pub fn exit_hazard(&self) -> f64 {
        let mut sum = 0.0;
        for j in 0..TACTICS {
            sum += self.weight[j][Slot::Gone as usize] + self.weight[j][Slot::Now as usize];
        }
        sum
    }

    /// Probability of each tactic, whatever the exit.
    pub fn tactics(&self) -> [f64; TACTICS] {
        let mut p = [0.0; TACTICS];
        for j in 0..TACTICS {
            for k in 0..SLOTS {
                p[j] += self.weight[j][k];
            }
        }
        p
    }
}

impl Opponent {
    pub(super) const fn new() -> Self {
        Self {
            seen: 0,
            first: 1.0,
            latest: 1.0,
            lowest: 1.0,
            step: 0.0,
            power: [0.0; CURVES],
            cross: [0.0; CURVES],
            weight: TACTIC_PRIOR,
        }
    }

    /// Takes in `offer`, its answer at its turn `s` to the agent's offer `own`, reached by conceding `gave`.
    pub(super) fn observe(&mut self, s: u32, offer: f64, own: f64, gave: f64) {
        let offer = offer.clamp(OFFERS.0, OFFERS.1);
        self.seen = self.seen.saturating_add(1);
        if self.seen == 1 || s == 0 {
            self.first = offer;
            self.latest = offer;
            self.lowest = offer;
            return;
        }
        let moved = self.latest - offer;
        let drop = self.first - offer;
        for (j, powers) in POWERS.iter().enumerate() {
            let g = powers.get(s as usize).copied().unwrap_or(1.0);
            if self.power[j] > 0.0 {
                let error = drop - self.cross[j] / self.power[j] * g;
                let v = VARIANCE * (1.0 + g * g / self.power[j]);
                self.weight[j] *= density(error, v) + OUTLIER;
            }
            self.power[j] += g * g;
            self.cross[j] += g * drop;
        }
        self.weight[RECIPROCAL] *=
            0.5 * density(moved, VARIANCE) + 0.5 * density(moved - gave, 2.0 * VARIANCE) + OUTLIER;
        let gap = (self.latest - own).max(NOISE);
        let split = if moved > 0.0 && moved <= gap { 0.8 / gap } else { 0.0 };
        self.weight[SPLITTER] *= 0.2 * density(moved, 0.25 * VARIANCE) + split + OUTLIER;
        self.weight[STEPPER] *= if self.seen == 2 {
            if moved > 0.5 * NOISE && moved < 0.15 { 6.7 } else { OUTLIER }
        } else {
            density(moved - self.step, VARIANCE) + OUTLIER
        };
        crate::math::normalise(&mut self.weight);
        self.step = moved;
        self.latest = offer;
        self.lowest = self.lowest.min(offer);
    }

    /// The posterior at the agent's turn `turn`, after its last offer `own` was refused.
    pub(super) fn posterior(&self, terms: &Terms, turn: u32, own: f64, hazard: f64) -> Posterior {
        let (exit, mut mass) = exits(terms.deadline_turns, turn);
        // A hazard from outside moves exits forward, whatever the tactic.
        let sooner = hazard.clamp(0.0, 1.0) * (mass[2] + mass[3]);
        mass[2] *= 1.0 - hazard.clamp(0.0, 1.0);
        mass[3] *= 1.0 - hazard.clamp(0.0, 1.0);
        mass[1] += sooner;
        let known = self.power[0] > 0.0;
        let ceiling = self.lowest.clamp(FLOOR.0 + 1e-3, FLOOR.1);
        let open = (0.5 * (FLOOR.0 + ceiling), 0.5 * (ceiling - FLOOR.0));
        let mut p = Posterior {
            weight: [[0.0; SLOTS]; TACTICS],
            reservation: [[open.0; SLOTS]; TACTICS],
            spread: [[open.1; SLOTS]; TACTICS],
            exit,
            slope: [0.0; CURVES],
            start: self.first,
            latest: self.latest,
            step: self.step,
            turn,
        };
        let mut total = 0.0;
        for j in 0..TACTICS {
            let curve = known && j < CURVES;
            let (slope, sd) =
                if curve { (self.cross[j] / self.power[j], NOISE / libm::sqrt(self.power[j])) } else { (0.0, 0.0) };
            for k in 0..SLOTS {
                let mut w = self.weight[j] * mass[k];
                if w < 1e-9 {
                    continue;
                }
                if curve {
                    p.slope[j] = slope;
                    let scale = POWERS[j].get(exit[k].saturating_sub(1) as usize).copied().unwrap_or(1.0).max(1.0);
                    let (r, s) = (self.first - slope * scale, (SHARPEN * sd * scale).max(0.003));
                    let (low, high) = ((r - 2.0 * s).clamp(FLOOR.0, ceiling), (r + 2.0 * s).clamp(FLOOR.0, ceiling));
                    w *= inside(r, s) * scale / (FLOOR.1 - FLOOR.0);
                    p.reservation[j][k] = 0.5 * (low + high);
                    p.spread[j][k] = (0.5 * (high - low)).max(1e-3);
                }
                if k == 0 && p.reservation[j][k] + p.spread[j][k] <= own {
                    w *= REFUSED;
                }
                p.weight[j][k] = w;
                total += w;
            }
        }
        let scale = if total > 0.0 && total.is_finite() { 1.0 / total } else { 0.0 };
        for row in &mut p.weight {
            for w in row {
                *w *= scale;
            }
        }
        p
    }
}

/// Representative exit turn and prior mass of each slot at `turn`, for exits not before `turn`.
fn exits(deadline: u32, turn: u32) -> ([u32; SLOTS], [f64; SLOTS]) {
    let first = deadline.div_ceil(3);
    let each = (1.0 - SHARED_PRIOR) / f64::from(deadline - first + 1);
    let count = |from: u32, to: u32| f64::from((to + 1).saturating_sub(from.max(first)));
    let at = |exit: u32| {
        if exit > deadline { 0.0 } else { each * count(exit, exit) + if exit == deadline { SHARED_PRIOR } else { 0.0 } }
    };
    let (next, after) = (turn.saturating_add(1), turn.saturating_add(2));
    let from = after.max(first);
    let later = if from < deadline { each * count(from, deadline - 1) } else { 0.0 };
    let shared = if next < deadline { at(deadline) } else { 0.0 };
    let middle = if from < deadline { u32::midpoint(from, deadline - 1) } else { deadline };
    ([turn, next, middle, deadline], [at(turn), at(next), later, shared])
}
