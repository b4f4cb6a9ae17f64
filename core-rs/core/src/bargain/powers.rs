//! s^p for whole turns s, computed when the crate is compiled: the step needs no `pow`.

use super::Terms;

/// Number of concession curves, β = .2, .5, 1, 2.
pub(super) const CURVES: usize = 4;
const LEN: usize = Terms::MAX_TURNS as usize + 1;

/// `POWERS[j][s]` = s^p for p = 1/β = 5, 2, 1, 1/2.
pub(super) static POWERS: [[f64; LEN]; CURVES] = table();

const fn table() -> [[f64; LEN]; CURVES] {
    let mut t = [[0.0; LEN]; CURVES];
    let mut s = 1;
    while s < LEN {
        let x = s as f64;
        t[0][s] = x * x * x * x * x;
        t[1][s] = x * x;
        t[2][s] = x;
        t[3][s] = root(x);
        s += 1;
    }
    t
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
                assert!((POWERS[j][s] - expected).abs() <= 1e-12 * expected, "{s}^{p}");
            }
        }
    }
}
