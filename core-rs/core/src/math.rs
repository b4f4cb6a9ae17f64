//! The little numerics the loop needs, in a fixed order of operations.
//!
//! Everything is additions, multiplications, divisions, square roots and moves of bits, which IEEE 754 rounds the same
//! way everywhere, and nothing is fused, so results are the same bits on every machine. `exp` and `ln` are ours because
//! they must be branch-free to run on several numbers at once, and `const` to fill tables when the crate is compiled;
//! they are within 3 units in the last place of the `libm` crate's, against which they are tested.

/// Emotions padded to a length that vector units like; the padding is 0 unless said otherwise.
pub const LANES: usize = 8;
/// One number per emotion, padded.
pub type Lanes = [f64; LANES];

/// Each lane's number, as vector units compare it best.
pub const LANE: Lanes = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];

/// ln 2 in two parts, so that a small multiple of the first is exact.
const LN2: (f64, f64) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);
/// Adding this rounds to a whole number and leaves it in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// Natural exponential; saturates outside [−708, 709].
///
/// exp x = 2^k · exp r with |r| ≤ ½ ln 2; exp r = 1 + r + r²·P(r), P of degree 9 by Chebyshev fit (error 1.3e-17).
#[inline(always)]
pub const fn exp(x: f64) -> f64 {
    let x = if x > -708.0 { x } else { -708.0 };
    let x = if x < 709.0 { x } else { 709.0 };
    let shifted = x * core::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN2.0) - k * LN2.1;
    let (r2, r4) = (r * r, (r * r) * (r * r));
    let a = 0.500_000_000_000_000_1 + r * 0.166_666_666_666_666_7;
    let b = 0.041_666_666_666_624_13 + r * 0.008_333_333_333_330_062;
    let c = 0.001_388_888_891_721_371_7 + r * 0.000_198_412_698_630_536_18;
    let d = 2.480_152_129_595_437_6e-5 + r * 2.755_726_845_999_706_4e-6;
    let e = 2.762_008_844_540_974_6e-7 + r * 2.510_038_549_551_032e-8;
    let p = (a + r2 * b) + r4 * ((c + r2 * d) + r4 * e);
    (1.0 + (r + r2 * p)) * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// Natural logarithm of a positive number; anything below 2.2e-308 counts as that.
///
/// ln x = k ln 2 + ln m with m in [√½, √2); ln m = 2s + s³·Q(s²) with s = (m − 1)/(m + 1), Q of degree 6 by Chebyshev
/// fit (error 9.2e-18).
#[inline(always)]
pub const fn ln(x: f64) -> f64 {
    const HALF_SQRT: u64 = 0x3fe6_a09e_667f_3bcd;
    // 2⁵² + 2¹¹: takes an exponent that was put into a mantissa back out of it.
    const LIFT: f64 = 4_503_599_627_372_544.0;
    let x = if x > f64::MIN_POSITIVE { x } else { f64::MIN_POSITIVE };
    let bits = x.to_bits().wrapping_sub(HALF_SQRT);
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + HALF_SQRT);
    let k = f64::from_bits(((bits >> 52) ^ 0x800) | 0x4330_0000_0000_0000) - LIFT;
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let z2 = z * z;
    let a = 0.666_666_666_666_667 + z * 0.399_999_999_998_988_9;
    let b = 0.285_714_286_262_538_36 + z * 0.222_222_110_893_794_96;
    let c = 0.181_828_924_325_368_7 + z * 0.153_316_117_220_550_08;
    let q = (a + z2 * b) + (z2 * z2) * (c + z2 * 0.146_178_071_534_174_25);
    k * LN2.0 + (2.0 * s + (s * z * q + k * LN2.1))
}

/// 1/√x of a number that is not negative, within 2 units in the last place; 0 gives a large number.
///
/// A first guess from halving the exponent (error 3.4 %), then Newton's iteration, which squares the error. Unlike a
/// call of `sqrt` it runs on several numbers at once, and it never mixes old and new vector instructions.
#[inline(always)]
pub const fn inverse_sqrt(x: f64) -> f64 {
    let mut y = f64::from_bits(0x5fe6_eb50_c7b5_37a9_u64.wrapping_sub(x.to_bits() >> 1));
    let half = 0.5 * x;
    let mut step = 0;
    while step < 4 {
        y *= 1.5 - half * y * y;
        step += 1;
    }
    y
}

/// √x of a number that is not negative.
#[inline(always)]
pub const fn sqrt(x: f64) -> f64 {
    x * inverse_sqrt(x)
}

/// Logistic function.
#[inline(always)]
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// Sum of all lanes, in the order in which vector units add.
#[inline(always)]
pub const fn sum(x: &Lanes) -> f64 {
    ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))
}

/// `f` of every lane; unlike `array::map` it always runs on several lanes at once.
#[inline(always)]
pub fn each(x: &Lanes, f: impl Fn(f64) -> f64) -> Lanes {
    let mut y = *x;
    for lane in &mut y {
        *lane = f(*lane);
    }
    y
}

/// `xs` with padding.
#[inline(always)]
pub const fn lanes(xs: &[f64; LANES - 1], padding: f64) -> Lanes {
    [xs[0], xs[1], xs[2], xs[3], xs[4], xs[5], xs[6], padding]
}

/// The lanes without the padding.
#[inline(always)]
pub const fn unpadded(x: &Lanes) -> [f64; LANES - 1] {
    [x[0], x[1], x[2], x[3], x[4], x[5], x[6]]
}

/// The larger of two numbers, the second if the first is NaN; one instruction, unlike [`f64::max`].
#[inline(always)]
pub const fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The smaller of two numbers, the second if the first is NaN.
#[inline(always)]
pub const fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// Index of the largest element; the first wins a tie.
#[inline(always)]
pub const fn argmax<const N: usize>(xs: &[f64; N]) -> usize {
    let (mut best, mut top, mut i) = (0, f64::NEG_INFINITY, 0);
    while i < N {
        if xs[i] > top {
            (best, top) = (i, xs[i]);
        }
        i += 1;
    }
    best
}

/// Divides `xs` by its sum and returns that sum; a sum that is not positive and finite leaves the uniform distribution.
#[inline(always)]
pub fn normalise(xs: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for &x in xs.iter() {
        sum += x;
    }
    if sum > 0.0 && sum.is_finite() {
        let scale = 1.0 / sum;
        for x in xs.iter_mut() {
            *x *= scale;
        }
    } else {
        let p = 1.0 / xs.len() as f64;
        xs.fill(p);
    }
    sum
}

/// Softmax of the scores of seven emotions at inverse temperature `beta`.
#[inline(always)]
pub const fn softmax(scores: &[f64; LANES - 1], beta: f64) -> [f64; LANES - 1] {
    let mut top = scores[0];
    let mut i = 1;
    while i < scores.len() {
        top = larger(scores[i], top);
        i += 1;
    }
    let mut p = lanes(scores, top);
    i = 0;
    while i < LANES {
        p[i] = exp(beta * (p[i] - top));
        i += 1;
    }
    p[LANES - 1] = 0.0;
    let scale = 1.0 / sum(&p);
    i = 0;
    while i < LANES {
        p[i] *= scale;
        i += 1;
    }
    unpadded(&p)
}

/// Shannon entropy of a distribution over the seven emotions, in nats.
#[inline(always)]
pub fn entropy(p: &[f64; LANES - 1]) -> f64 {
    // p ln p vanishes at 0, where our ln is finite; 1 ln 1 vanishes too.
    let p = lanes(p, 1.0);
    -sum(&each(&p, |x| x * ln(x)))
}

/// Squared Euclidean distance.
#[inline(always)]
pub fn distance2(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let mut d = 0.0;
    for i in 0..3 {
        d += (a[i] - b[i]) * (a[i] - b[i]);
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn exp_and_ln_agree_with_libm() {
        let mut rng = Rng::new(9);
        for _ in 0..200_000 {
            let x = rng.range(-700.0, 700.0) * if rng.uniform() < 0.5 { 1.0 } else { 0.01 };
            let (own, reference) = (exp(x), libm::exp(x));
            assert!((own - reference).abs() <= 3e-16 * reference, "exp {x}: {own} {reference}");
            let (own, expected) = (ln(reference), libm::log(reference));
            assert!((own - expected).abs() <= 5e-16 * expected.abs(), "ln {reference}: {own} {expected}");
        }
        assert_eq!((exp(0.0), ln(1.0)), (1.0, 0.0));
    }

    #[test]
    fn roots_agree_with_libm() {
        let mut rng = Rng::new(3);
        for _ in 0..200_000 {
            let x = exp(rng.range(-600.0, 600.0));
            assert!((sqrt(x) - libm::sqrt(x)).abs() <= 5e-16 * libm::sqrt(x), "{x}");
            assert!((inverse_sqrt(x) * libm::sqrt(x) - 1.0).abs() <= 5e-16, "{x}");
        }
        assert_eq!(sqrt(0.0), 0.0);
        assert!(inverse_sqrt(0.0).is_finite());
    }

    #[test]
    fn the_edges_saturate() {
        assert!(exp(-1e300) > 0.0 && exp(-1e300) < 1e-300);
        assert!(exp(1e300).is_finite() && exp(1e300) > 1e300);
        assert_eq!(ln(0.0), ln(f64::MIN_POSITIVE));
    }

    #[test]
    fn softmax_and_entropy_agree_with_their_definitions() {
        let scores = [0.3, -1.0, 2.0, 0.0, 5.0, -700.0, 1.0];
        let p = softmax(&scores, 2.0);
        let total: f64 = scores.iter().map(|s| libm::exp(2.0 * (s - 5.0))).sum();
        let mut h = 0.0;
        for e in 0..7 {
            let expected = libm::exp(2.0 * (scores[e] - 5.0)) / total;
            assert!((p[e] - expected).abs() < 1e-15);
            h -= expected * libm::log(expected.max(1e-300));
        }
        assert!((entropy(&p) - h).abs() < 1e-12);
        assert_eq!(entropy(&[0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]), 0.0);
    }
}
