//! s^p for whole turns s, computed when the crate is compiled: the step needs no `pow`.

use super::Terms;

/// Number of concession curves, β = .2, .5, 1, 2.
pub(super) const CURVES: usize = 4;
const LEN: usize = Terms::MAX_TURNS as usize + 1;

/// One number per curve.
pub(super) type Curves = [f64; CURVES];

static POWERS: [Curves; LEN] = table();

const fn table() -> [Curves; LEN] {
    let mut t = [[0.0; CURVES]; LEN];
    let mut s = 1;
    while s < LEN {
        let x = s as f64;
        t[s] = [x * x * x * x * x, x * x, x, root(x)];
        s += 1;
    }
    t
}

/// s^p for p = 1/β = 5, 2, 1, 1/2.
#[inline(always)]
pub(super) fn powers(s: u32) -> Curves {
    // No conversation is longer than the table.
    POWERS[(s as usize).min(LEN - 1)]
}

/// The square root of x ≥ 1 by Newton's iteration from above.
const fn root(x: f64) -> f64 {
    let mut y = x;
    let mut step = 0;
    while step < 64 {
        y = 0.5 * (y + x / y);
        step += 1;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_agree_with_libm() {
        for s in 1..LEN {
            for (j, p) in [5.0, 2.0, 1.0, 0.5].into_iter().enumerate() {
                let expected = libm::pow(s as f64, p);
                assert!((powers(s as u32)[j] - expected).abs() <= 1e-12 * expected, "{s}^{p}");
            }
        }
    }
}
