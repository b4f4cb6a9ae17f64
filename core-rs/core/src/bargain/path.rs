//! The agent's best offer path against the posterior, re-planned every turn.
//!
//! Both sides' offers are monotone, so whether a type has already agreed depends only on the agent's last offer: the
//! path is a dynamic program over (stage, level). Stages are the turns at which an exit slot falls due; the path may not
//! use a type's private exit, only the posterior over it.

use super::opponent::{Posterior, SLOTS, TACTICS};
use super::powers::CURVES;
use crate::math::{larger, smaller};

/// Levels between the agent's last offer and its reservation.
const LEVELS: usize = 8;
/// Probability, in one turn, that an acceptable offer short of the demand is taken all the same. People do so more
/// often in some conversations and never in others; this little makes an offer that costs nothing worth making, more
/// of it makes the agent wait for luck. [ours]
const INDULGENCE: f64 = 0.01;
/// Types less likely than this don't change the path.
const NEGLIGIBLE: f64 = 2e-3;

type Row = [f64; LEVELS];

/// The path's first offer and what it is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plan {
    /// The offer to make now, a share.
    pub(super) offer: f64,
    /// Expected gain R − z of going on, in shares; the standing offer is gone.
    pub(super) value: f64,
}

/// `x` clamped to [0, 1].
#[inline]
fn unit(x: f64) -> f64 {
    smaller(larger(x, 0.0), 1.0)
}

/// ∫ P(r ≤ x) dx up to `x` for r uniform on [`from`, `from` + 2`half`]: what an agent that will learn r still gains.
#[inline]
fn area(x: f64, from: f64, half: f64) -> f64 {
    let inside = unit((x - from) / (2.0 * half));
    inside * inside * half + larger(x - from - 2.0 * half, 0.0)
}

/// What a stage is worth, by level.
struct Stage {
    /// Probability that somebody has agreed by the end of the stage if the agent offers this level in it.
    taken: Row,
    /// Probability that somebody had agreed before if this was the level of the stage before; 0 in the first stage.
    already: Row,
    /// Gain from those whose last offers the agent can take on its own last turn.
    shown: Row,
}

/// Plans from `low` (the least the agent may now offer) to `limit`, its reservation share.
pub(super) fn plan(p: &Posterior, low: f64, limit: f64, deadline: u32) -> Plan {
    // Nothing beyond what the counterpart itself has offered needs to be offered.
    let top = larger(smaller(limit, p.latest), low);
    let width = (top - low) * (1.0 / (LEVELS - 1) as f64);
    let (mut z, mut gain): (Row, Row) = ([0.0; LEVELS], [0.0; LEVELS]);
    for i in 0..LEVELS {
        z[i] = smaller(low + width * i as f64, top);
        gain[i] = limit - z[i];
    }
    let mut next: Row = [0.0; LEVELS];
    for k in (2..SLOTS).rev() {
        let mut alive = 0.0;
        for j in 0..TACTICS {
            alive += p.weight[j][k];
        }
        if alive <= 0.0 {
            continue;
        }
        let stage = stage(p, k, &z, limit, deadline);
        let mut value: Row = [0.0; LEVELS];
        // Offers are never taken back: from level i only m ≥ i is left.
        for m in 0..LEVELS {
            for i in 0..=m {
                let v = larger(stage.taken[m] - stage.already[i], 0.0) * gain[m] + next[m];
                value[i] = larger(value[i], v);
            }
        }
        for i in 0..LEVELS {
            next[i] = value[i] + stage.shown[i];
        }
    }
    // The first stage is the offer made now.
    let stage = stage(p, 1, &z, limit, deadline);
    let (mut best, mut value) = (0, f64::NEG_INFINITY);
    for m in 0..LEVELS {
        let v = stage.taken[m] * gain[m] + stage.shown[m] + next[m];
        if v > value + 1e-12 {
            (best, value) = (m, v);
        }
    }
    Plan { offer: z[best], value: larger(value, 0.0) }
}

/// The stage at which slot `k` falls due.
fn stage(p: &Posterior, k: usize, z: &Row, limit: f64, deadline: u32) -> Stage {
    let low = z[0];
    let s = p.exit[k].min(deadline).saturating_sub(1);
    let before = p.exit[k - 1].saturating_sub(1).max(p.turn);
    let indulged = |s: u32| smaller(INDULGENCE * f64::from(s + 1 - p.turn.min(s)), 1.0);
    let (by_now, by_then) = (indulged(s), indulged(before));
    // On its last turn the agent takes a rational offer.
    let revealed = k == SLOTS - 1 && p.exit[k] == deadline;
    let mut stage = Stage { taken: [0.0; LEVELS], already: [0.0; LEVELS], shown: [0.0; LEVELS] };
    for j in 0..TACTICS {
        let leaving = p.weight[j][k];
        let mut staying = 0.0;
        for later in k + 1..SLOTS {
            staying += p.weight[j][later];
        }
        let both = leaving + staying;
        if both < NEGLIGIBLE {
            continue;
        }
        let half = larger(p.spread[j][k], 1e-6);
        let from = p.reservation[j][k] - half;
        let then = if k > 1 { p.threshold(j, before, low) } else { f64::INFINITY };
        if revealed {
            // A reservation below the offer that then stands gains nothing.
            let standing = if j < CURVES { p.threshold(j, s.saturating_sub(1), low) } else { 0.0 };
            let from = if standing <= limit { larger(from, standing - half) } else { from };
            let all = area(limit, from, half);
            for i in 0..LEVELS {
                let open = if z[i] < then { leaving } else { 0.0 };
                stage.shown[i] += open * (all - area(z[i], from, half));
            }
            continue;
        }
        let slope = 0.5 / half;
        let now = if staying > 0.0 { p.threshold(j, s, low) } else { f64::INFINITY };
        let early = leaving + staying * by_now;
        let mut acceptable: Row = [0.0; LEVELS];
        for i in 0..LEVELS {
            acceptable[i] = unit((z[i] - from) * slope);
            stage.taken[i] += acceptable[i] * (early + if z[i] >= now { both - early } else { 0.0 });
        }
        if k > 1 {
            let early = both * by_then;
            for i in 0..LEVELS {
                stage.already[i] += acceptable[i] * (early + if z[i] >= then { both - early } else { 0.0 });
            }
        }
    }
    stage
}
