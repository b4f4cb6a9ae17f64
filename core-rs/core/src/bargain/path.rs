//! The agent's best offer path against the posterior, re-planned every turn.
//!
//! Both sides' offers are monotone, so whether a type has already agreed depends only on the agent's last offer: the
//! path is a dynamic program over (stage, level). Stages are the turns at which an exit slot falls due; the path may not
//! use a type's private exit, only the posterior over it.

use super::opponent::{Posterior, Slot, TACTICS};
use super::powers::CURVES;
use crate::math::{self, LANE, LANES, Lanes, larger, smaller};

/// Levels between the agent's last offer and its reservation, one per lane.
const LEVELS: usize = LANES;
/// Probability, in one turn, that an acceptable offer short of the demand is taken all the same. People do so more
/// often in some conversations and never in others; this little makes an offer that costs nothing worth making, more
/// of it makes the agent wait for luck. [ours]
const INDULGENCE: f64 = 0.01;
/// Types less likely than this don't change the path.
const NEGLIGIBLE: f64 = 2e-3;

/// One number per level.
type Row = Lanes;

/// The path's first offer and what it is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plan {
    /// The offer to make now, a share.
    pub(super) offer: f64,
    /// Expected gain R − z of going on, in shares; the standing offer is gone.
    pub(super) value: f64,
}

/// `x` clamped to [0, 1].
#[inline(always)]
fn unit(x: f64) -> f64 {
    smaller(larger(x, 0.0), 1.0)
}

/// ∫ P(r ≤ x) dx up to `x` for r uniform on [`from`, `from` + 2`half`]: what an agent that will learn r still gains.
#[inline(always)]
fn area(x: f64, from: f64, half: f64) -> f64 {
    let inside = unit((x - from) / (2.0 * half));
    inside * inside * half + larger(x - from - 2.0 * half, 0.0)
}

/// Plans from `low` (the least the agent may now offer) to `limit`, its reservation share.
#[inline(always)]
pub(super) fn plan(p: &Posterior, low: f64, limit: f64, deadline: u32) -> Plan {
    // Nothing beyond what the counterpart itself has offered needs to be offered.
    let top = larger(smaller(limit, p.latest), low);
    let width = (top - low) * (1.0 / (LEVELS - 1) as f64);
    let (mut z, mut gain): (Row, Row) = ([0.0; LEVELS], [0.0; LEVELS]);
    for i in 0..LEVELS {
        z[i] = smaller(low + width * LANE[i], top);
        gain[i] = limit - z[i];
    }
    // On its last turn the agent takes a rational offer.
    let mut next = if p.exit[Slot::Late as usize] == deadline {
        revealed(p, &z, limit, deadline)
    } else {
        before(&stage(p, Slot::Late as usize, &z, deadline), &gain, &[0.0; LEVELS])
    };
    if math::sum(&p.weight[Slot::Soon as usize]) > 0.0 {
        next = before(&stage(p, Slot::Soon as usize, &z, deadline), &gain, &next);
    }
    // The first stage is the offer made now.
    let now = stage(p, Slot::Now as usize, &z, deadline);
    let (mut best, mut value) = (0, f64::NEG_INFINITY);
    for m in 0..LEVELS {
        let v = now.taken[m] * gain[m] + next[m];
        if v > value + 1e-12 {
            (best, value) = (m, v);
        }
    }
    Plan { offer: z[best], value: larger(value, 0.0) }
}

/// What a stage is worth, by level.
struct Stage {
    /// Probability that somebody has agreed by the end of the stage if the agent offers this level in it.
    taken: Row,
    /// Probability that somebody had agreed before if this was the level of the stage before; 0 in the first stage.
    already: Row,
}

/// What is expected before a stage, by the level offered before, from what is expected after it.
#[inline(always)]
fn before(stage: &Stage, gain: &Row, after: &Row) -> Row {
    let mut value: Row = [0.0; LEVELS];
    for m in 0..LEVELS {
        let (taken, gain, after) = (stage.taken[m], gain[m], after[m]);
        for i in 0..LEVELS {
            let v = larger(taken - stage.already[i], 0.0) * gain + after;
            // Offers are never taken back: from level i only m ≥ i is left.
            let v = if LANE[i] <= m as f64 { v } else { 0.0 };
            value[i] = larger(value[i], v);
        }
    }
    value
}

/// Probability of having been indulged between the agent's present turn and turn `s`.
#[inline(always)]
fn indulged(p: &Posterior, s: u32) -> f64 {
    smaller(INDULGENCE * f64::from(s + 1 - p.turn.min(s)), 1.0)
}

/// Each tactic's probability of leaving in slot `k`, and of leaving in it or later.
#[inline(always)]
fn leaving(p: &Posterior, k: usize) -> (Lanes, Lanes) {
    let mut both = p.weight[k];
    for row in &p.weight[k + 1..] {
        for j in 0..LANES {
            both[j] += row[j];
        }
    }
    (p.weight[k], both)
}

/// The turn at which slot `k` falls due.
#[inline(always)]
fn due(p: &Posterior, k: usize, deadline: u32) -> u32 {
    p.exit[k].min(deadline).saturating_sub(1)
}

/// The last turn before slot `k` is waited for.
#[inline(always)]
fn waited(p: &Posterior, k: usize) -> u32 {
    p.exit[k - 1].saturating_sub(1).max(p.turn)
}

/// The stage at which slot `k` falls due.
#[inline(always)]
fn stage(p: &Posterior, k: usize, z: &Row, deadline: u32) -> Stage {
    let (s, earlier) = (due(p, k, deadline), waited(p, k));
    let (by_now, by_then) = (indulged(p, s), indulged(p, earlier));
    let (now, then) = (p.thresholds(s, z[0]), p.thresholds(earlier, z[0]));
    let (leaving, both) = leaving(p, k);
    let (mut from, mut slope, mut early, mut rest) = ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for j in 0..LANES {
        from[j] = p.reservation[k][j] - p.spread[k][j];
        slope[j] = 0.5 / p.spread[k][j];
        early[j] = leaving[j] + (both[j] - leaving[j]) * by_now;
        rest[j] = both[j] - early[j];
    }
    let mut stage = Stage { taken: [0.0; LEVELS], already: [0.0; LEVELS] };
    for j in 0..TACTICS {
        if both[j] < NEGLIGIBLE {
            continue;
        }
        let (from, slope, early, rest, now) = (from[j], slope[j], early[j], rest[j], now[j]);
        let mut acceptable: Row = [0.0; LEVELS];
        for i in 0..LEVELS {
            acceptable[i] = unit((z[i] - from) * slope);
            stage.taken[i] += acceptable[i] * (early + if z[i] >= now { rest } else { 0.0 });
        }
        if k > Slot::Now as usize {
            let (early, then) = (both[j] * by_then, then[j]);
            let rest = both[j] - early;
            for i in 0..LEVELS {
                stage.already[i] += acceptable[i] * (early + if z[i] >= then { rest } else { 0.0 });
            }
        }
    }
    stage
}

/// Gain from those whose last offers the agent can take on its own last turn, by the level offered before.
#[inline(always)]
fn revealed(p: &Posterior, z: &Row, limit: f64, deadline: u32) -> Row {
    const LATE: usize = Slot::Late as usize;
    let s = due(p, LATE, deadline);
    let then = p.thresholds(waited(p, LATE), z[0]);
    let standing = p.thresholds(s.saturating_sub(1), z[0]);
    let mut shown: Row = [0.0; LEVELS];
    for j in 0..TACTICS {
        let (leaving, half) = (p.weight[LATE][j], p.spread[LATE][j]);
        if leaving < NEGLIGIBLE {
            continue;
        }
        let from = p.reservation[LATE][j] - half;
        // A reservation below the offer that then stands gains nothing.
        let stands = j < CURVES && standing[j] <= limit;
        let from = if stands { larger(from, standing[j] - half) } else { from };
        let all = area(limit, from, half);
        for i in 0..LEVELS {
            let open = if z[i] < then[j] { leaving } else { 0.0 };
            shown[i] += open * (all - area(z[i], from, half));
        }
    }
    shown
}
