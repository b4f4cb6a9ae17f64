//! What the counterpart may be: a posterior over tactic × exit, at most 32 types.
//!
//! A time-dependent counterpart's offers are y(s) = y₀ − K·s^p with K = (y₀ − r)/(D − 1)^p, so its reservation share r
//! and its exit turn D enter only through the slope K (Faratin, Sierra and Jennings 1998). The slope is regressed online,
//! one regression a tactic, and r follows for every exit in closed form: no reservation grid is needed.

use super::Terms;
use super::powers::{CURVES, Curves, powers};
use crate::math::{self, LANES, Lanes, larger, smaller};
use crate::persist_fields;

/// Number of tactics.
pub const TACTICS: usize = 6;
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
    /// Time-dependent with β = 2: gives most at once.
    Conceder,
    /// Now and then closes a part of the remaining gap.
    Splitter,
    /// Goes down by about the same step every turn, wherever its limit lies.
    Steady,
}

impl Tactic {
    /// All tactics in index order.
    pub const ALL: [Self; TACTICS] =
        [Self::Hardheaded, Self::Boulware, Self::Linear, Self::Conceder, Self::Splitter, Self::Steady];
}

/// When the counterpart leaves, seen from the agent's present turn t.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Slot {
    /// Its standing offer was its last.
    Gone,
    /// It answers the offer made now and then leaves.
    Now,
    /// It leaves in the first third of the turns that are left.
    Soon,
    /// It leaves after that.
    Late,
}

const SPLITTER: usize = Tactic::Splitter as usize;
const STEADY: usize = Tactic::Steady as usize;

/// Prior over tactics. Scores are flat in it: no weight changes them by more than .005 when doubled or halved. [ours]
const TACTIC_PRIOR: [f64; TACTICS] = [0.16, 0.16, 0.16, 0.16, 0.24, 0.12];
/// Range of the counterpart's reservation share: a little wider than that of derived scenarios (.1 to .65), so that a
/// counterpart outside it costs little. From 0 the agent tries offers that hardly anybody takes. [ours]
const FLOOR: (f64, f64) = (0.06, 0.75);
/// Offers beyond this range count as its ends in the statistics.
const OFFERS: (f64, f64) = (-1.0, 2.0);
/// Standard deviation of a curve's offers.
const NOISE: f64 = 0.02;
const VARIANCE: f64 = NOISE * NOISE;
/// Residuals of a curve are about half as wide as what the likelihood allows.
const SHARPEN: f64 = 0.3;
/// Variance of a steady counterpart's step, and the largest one expected before any was seen.
const STEP_VARIANCE: f64 = 0.015 * 0.015;
const MAX_STEP: f64 = 0.15;
/// Probability that a counterpart stays until a deadline that it knows to share.
const KNOWN_DEADLINE: f64 = 0.97;
/// Likelihood left to a surprise, as a density.
const OUTLIER: f64 = 0.05;

/// Sufficient statistics of the counterpart's offers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opponent {
    /// Offers counted.
    seen: u32,
    /// Its first and its latest offer, and the lowest one.
    first: f64,
    latest: f64,
    lowest: f64,
    /// Its mean concession a turn.
    step: f64,
    /// Σ s^2p and Σ s^p (y₀ − y) for each curve.
    power: Curves,
    cross: Curves,
    /// Relative likelihood of each tactic.
    weight: [f64; TACTICS],
}

persist_fields!(Opponent: seen, first, latest, lowest, step, power, cross, weight);

/// The posterior over types, with what each tactic leads one to expect. Arrays are indexed by exit slot, then by tactic,
/// one per lane; the padding has weight 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posterior {
    /// Probability of each type; sums to 1.
    pub weight: [Lanes; SLOTS],
    /// Expected lowest share ever taken.
    pub reservation: [Lanes; SLOTS],
    /// Half-width of what is still open about the reservation share.
    pub spread: [Lanes; SLOTS],
    /// Exit turn (the number of turns the counterpart stays) that stands for each slot.
    pub exit: [u32; SLOTS],
    slope: Curves,
    start: f64,
    pub(super) latest: f64,
    step: f64,
    pub(super) turn: u32,
}

/// Density of a residual `e` at variance `v`: a bell of the form (1 + x²/8)⁻⁴, near exp(−x²/2) but without exp.
#[inline(always)]
fn density(e: f64, v: f64) -> f64 {
    let a = 8.0 * v / (8.0 * v + e * e);
    let b = a * a;
    0.36 * b * b * math::inverse_sqrt(v)
}

impl Posterior {
    /// The lowest share the counterpart is expected to take at all.
    pub fn expected_reservation(&self) -> f64 {
        let mut sum = 0.0;
        for (weight, reservation) in self.weight.iter().zip(&self.reservation) {
            for j in 0..TACTICS {
                sum += weight[j] * reservation[j];
            }
        }
        sum
    }

    /// Probability that the counterpart leaves before the agent's next turn if it doesn't agree now.
    pub fn exit_hazard(&self) -> f64 {
        math::sum(&self.weight[Slot::Gone as usize]) + math::sum(&self.weight[Slot::Now as usize])
    }

    /// Probability of each tactic, whatever the exit.
    pub fn tactics(&self) -> [f64; TACTICS] {
        let [a, b, c, d] = &self.weight;
        core::array::from_fn(|j| (a[j] + b[j]) + (c[j] + d[j]))
    }

    /// What each tactic takes at its turn `s` if it stays longer, the agent's offer then being `own` or a little more.
    #[inline(always)]
    pub(super) fn thresholds(&self, s: u32, own: f64) -> Lanes {
        let g = powers(s);
        let mut y = [f64::INFINITY; LANES];
        for j in 0..CURVES {
            y[j] = self.start - self.slope[j] * g[j];
        }
        let ahead = f64::from(s - self.turn.min(s) + 1);
        y[SPLITTER] = own + larger(self.latest - own, 0.0) / (1.0 + SPLIT * ahead);
        y[STEADY] = self.latest - larger(self.step, 0.0) * ahead;
        y
    }
}

/// Share of the remaining gap a splitter is expected to close in a turn.
const SPLIT: f64 = 0.25;

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

    /// Takes in `offer`, its answer at its turn `s` to the agent's offer `own`.
    #[inline(always)]
    pub(super) fn observe(&mut self, s: u32, offer: f64, own: f64) {
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
        let g = powers(s);
        if self.power[0] > 0.0 {
            for j in 0..CURVES {
                let inverse = 1.0 / self.power[j];
                let error = drop - self.cross[j] * inverse * g[j];
                self.weight[j] *= density(error, VARIANCE * (1.0 + g[j] * g[j] * inverse)) + OUTLIER;
            }
        }
        for j in 0..CURVES {
            self.power[j] += g[j] * g[j];
            self.cross[j] += g[j] * drop;
        }
        let gap = (self.latest - own).max(NOISE);
        let split = if moved > 0.0 && moved <= gap { 0.8 / gap } else { 0.0 };
        self.weight[SPLITTER] *= 0.2 * density(moved, 0.25 * VARIANCE) + split + OUTLIER;
        self.weight[STEADY] *= OUTLIER
            + if self.seen > 2 {
                density(moved - self.step, STEP_VARIANCE)
            } else if (0.0..MAX_STEP).contains(&moved) {
                1.0 / MAX_STEP
            } else {
                0.0
            };
        crate::math::normalise(&mut self.weight);
        self.step = drop / f64::from(s);
        self.latest = offer;
        self.lowest = self.lowest.min(offer);
    }

    /// The posterior at the agent's turn `turn`.
    #[inline(always)]
    pub(super) fn posterior(&self, terms: &Terms, turn: u32, hazard: f64) -> Posterior {
        let (exit, mut mass) = exits(terms, turn);
        // A hazard from outside moves exits forward, whatever the tactic.
        let hazard = smaller(larger(hazard, 0.0), 1.0);
        mass[1] += hazard * (mass[2] + mass[3]);
        mass[2] *= 1.0 - hazard;
        mass[3] *= 1.0 - hazard;
        let ceiling = smaller(larger(self.lowest, FLOOR.0 + 1e-3), FLOOR.1);
        let mut tactics = [0.0; LANES];
        tactics[..TACTICS].copy_from_slice(&self.weight);
        let mut p = Posterior {
            weight: mass.map(|mass| math::each(&tactics, |w| w * mass)),
            reservation: [[0.5 * (FLOOR.0 + ceiling); LANES]; SLOTS],
            spread: [[0.5 * (ceiling - FLOOR.0); LANES]; SLOTS],
            exit,
            slope: [0.0; CURVES],
            start: self.first,
            latest: self.latest,
            step: self.step,
            turn,
        };
        // Before two offers a curve is as open as anybody else.
        if self.power[0] > 0.0 {
            self.extrapolate(&mut p, ceiling);
        }
        let [a, b, c, d] = &p.weight;
        let mut total = [0.0; LANES];
        for j in 0..LANES {
            total[j] = (a[j] + b[j]) + (c[j] + d[j]);
        }
        let total = math::sum(&total);
        let scale = if total > 0.0 && total.is_finite() { 1.0 / total } else { 0.0 };
        p.weight = p.weight.map(|row| math::each(&row, |w| w * scale));
        p
    }

    /// Where each curve ends for each exit, and how likely that makes it.
    #[inline(always)]
    fn extrapolate(&self, p: &mut Posterior, ceiling: f64) {
        let (mut slope, mut sd) = ([0.0; CURVES], [0.0; CURVES]);
        for j in 0..CURVES {
            let inverse = 1.0 / self.power[j];
            slope[j] = self.cross[j] * inverse;
            sd[j] = SHARPEN * NOISE * math::inverse_sqrt(self.power[j]);
        }
        p.slope = slope;
        for k in 0..SLOTS {
            let reach = powers(p.exit[k].saturating_sub(1));
            for j in 0..CURVES {
                let scale = larger(reach[j], 1.0);
                let (r, s) = (self.first - slope[j] * scale, larger(sd[j] * scale, 0.003));
                let (low, high) = (r - 2.0 * s, r + 2.0 * s);
                let inside = (smaller(high, FLOOR.1) - larger(low, FLOOR.0)) / (4.0 * s);
                p.weight[k][j] *= smaller(larger(inside, 0.0), 1.0) * scale * (1.0 / (FLOOR.1 - FLOOR.0));
                let low = smaller(larger(low, FLOOR.0), ceiling);
                let high = smaller(larger(high, FLOOR.0), ceiling);
                p.reservation[k][j] = 0.5 * (low + high);
                p.spread[k][j] = larger(0.5 * (high - low), 1e-3);
            }
        }
    }
}

/// Representative exit turn and prior mass of each slot at `turn`, for exits not before `turn`: uniform on the last two
/// thirds of the agent's turns, or nearly surely at a deadline that both sides know to share.
#[inline(always)]
fn exits(terms: &Terms, turn: u32) -> ([u32; SLOTS], [f64; SLOTS]) {
    let last = terms.deadline_turns;
    let first = last.div_ceil(3);
    let (each, at_deadline) = if terms.shared_deadline {
        ((1.0 - KNOWN_DEADLINE) / f64::from(last - first + 1), KNOWN_DEADLINE)
    } else {
        (1.0, 0.0)
    };
    let count = |from: u32, to: u32| {
        let turns = (to.min(last) + 1).saturating_sub(from.max(first));
        each * f64::from(turns) + if from <= last && to >= last { at_deadline } else { 0.0 }
    };
    let (now, after) = (turn.saturating_add(1), turn.saturating_add(2));
    let from = after.max(first).min(last);
    // The nearest third is planned for apart: there a refused offer is most often the last one heard.
    let cut = from + (last - from + 1) * 3 / 10;
    let soon = u32::midpoint(from, cut.saturating_sub(1).max(from));
    let late = if terms.shared_deadline { last } else { cut + (last - cut) * 3 / 10 };
    let mut mass = [count(turn, turn), count(now, now), 0.0, 0.0];
    if after <= last {
        mass[2] = if cut > from { count(from, cut - 1) } else { 0.0 };
        mass[3] = count(cut, last);
    }
    ([turn, now, soon, late], mass)
}
