//! The agent's best offer path against the posterior, re-planned every turn.
//!
//! Both sides' offers are monotone, so whether a type has already agreed depends only on the agent's last offer: the
//! path is an exact dynamic program over (stage, level). Stages are the turns at which an exit slot falls due; the path
//! may not use a type's private exit, only the posterior over it.

use super::opponent::{Posterior, SLOTS, TACTICS, Tactic};
use super::powers::{CURVES, POWERS};

/// Levels between the agent's last offer and its reservation.
const LEVELS: usize = 10;
/// Share of the remaining gap a splitter is expected to close in a turn.
const SPLIT: f64 = 0.25;

/// What is left for a reservation outside the range of the prior, per share.
const TAIL: f64 = 0.02;
/// Types less likely than this don't change the path.
const NEGLIGIBLE: f64 = 2e-4;

type Row = [f64; LEVELS];

/// The path's first offer and what it is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plan {
    /// The offer to make now, a share.
    pub(super) offer: f64,
    /// Expected gain R − z of going on, in shares; the standing offer is gone.
    pub(super) value: f64,
}

/// What tactic `j` takes at its turn `s` if it stays longer.
pub(super) fn threshold(p: &Posterior, j: usize, s: u32, own: f64) -> f64 {
    if j < CURVES {
        let g = POWERS[j].get(s as usize).copied().unwrap_or(1.0);
        return p.start - p.slope[j] * g;
    }
    let ahead = f64::from(s - p.turn.min(s) + 1);
    if j == Tactic::Reciprocal as usize {
        // Half of these answer a concession in kind.
        0.75 * p.latest + 0.25 * own
    } else if j == Tactic::Splitter as usize {
        let left = 1.0 / (1.0 + SPLIT * ahead);
        own + (p.latest - own).max(0.0) * left
    } else {
        p.latest - p.step.max(0.0) * ahead
    }
}

/// The larger of two numbers that are not NaN; compiles to one instruction.
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// `x` clamped to [0, 1].
fn unit(x: f64) -> f64 {
    let y = larger(x, 0.0);
    if y < 1.0 { y } else { 1.0 }
}

/// ∫ P(r ≤ x) dx up to `x` for r uniform on [`from`, `from` + 2`half`]: what an agent that will learn r still gains.
fn area(x: f64, from: f64, half: f64) -> f64 {
    let inside = unit((x - from) / (2.0 * half));
    inside * inside * half + larger(x - from - 2.0 * half, 0.0)
}

/// Plans from `low` (the least the agent may now offer) to `limit`, its reservation share.
pub(super) fn plan(p: &Posterior, low: f64, limit: f64, deadline: u32) -> Plan {
    // Nothing beyond what the counterpart itself has offered needs to be offered.
    let top = limit.min(p.latest).max(low);
    let width = (top - low) / (LEVELS - 1) as f64;
    let mut z: Row = [0.0; LEVELS];
    for i in 0..LEVELS {
        z[i] = (low + width * i as f64).min(top);
    }
    let mut next: Row = [0.0; LEVELS];
    let mut best = 0;
    for k in (1..SLOTS).rev() {
        let mut alive = 0.0;
        for j in 0..TACTICS {
            alive += p.weight[j][k];
        }
        // An empty later slot has no stage; the first stage is always the offer made now.
        if k > 1 && alive <= 0.0 {
            continue;
        }
        let s = p.exit[k].min(deadline).saturating_sub(1);
        let before = p.exit[k - 1].saturating_sub(1).max(p.turn);
        let mut taken: Row = [0.0; LEVELS];
        let mut already: Row = [0.0; LEVELS];
        let mut known: Row = [0.0; LEVELS];
        let revealed = k == SLOTS - 1;
        for j in 0..TACTICS {
            let leaving = p.weight[j][k];
            let mut staying = 0.0;
            for later in k + 1..SLOTS {
                staying += p.weight[j][later];
            }
            if leaving + staying < NEGLIGIBLE {
                continue;
            }
            let r = p.reservation[j][k];
            let half = p.spread[j][k].max(1e-6);
            let (from, slope) = (r - half, 0.5 / half);
            let then = if k > 1 { threshold(p, j, before, low) } else { f64::INFINITY };
            if revealed && j != Tactic::Reciprocal as usize {
                // On its last turn the agent takes a rational offer, so a lower reservation behind it gains nothing.
                let shown = if j < CURVES { threshold(p, j, s.saturating_sub(1), low) } else { 0.0 };
                let from = if shown <= limit { larger(from, shown - half) } else { from };
                let all = area(limit, from, half);
                for i in 0..LEVELS {
                    let open = if z[i] < then { leaving } else { 0.0 };
                    known[i] += open * (all - area(z[i], from, half));
                }
                continue;
            }
            if leaving > 0.0 {
                for i in 0..LEVELS {
                    taken[i] += leaving * (unit((z[i] - from) * slope) + TAIL * z[i]);
                }
            }
            let now = if staying > 0.0 { threshold(p, j, s, low) } else { f64::INFINITY };
            if now <= limit {
                for i in 0..LEVELS {
                    taken[i] += if z[i] >= now { staying * unit((z[i] - from) * slope) } else { 0.0 };
                }
            }
            if then <= limit {
                let both = leaving + staying;
                for i in 0..LEVELS {
                    already[i] += if z[i] >= then { both * unit((z[i] - from) * slope) } else { 0.0 };
                }
            }
        }
        if k == 1 {
            let mut top = f64::NEG_INFINITY;
            for m in 0..LEVELS {
                let v = taken[m] * (limit - z[m]) + next[m];
                if v > top + 1e-12 {
                    top = v;
                    best = m;
                }
            }
            next[0] = top;
            break;
        }
        let mut value: Row = [0.0; LEVELS];
        for m in 0..LEVELS {
            let (gain, sold, rest) = (limit - z[m], taken[m], next[m]);
            for i in 0..=m {
                let v = larger(sold - already[i], 0.0) * gain + rest;
                value[i] = larger(value[i], v);
            }
        }
        for i in 0..LEVELS {
            value[i] += known[i];
        }
        next = value;
    }
    Plan { offer: z[best], value: next[0].max(0.0) }
}
