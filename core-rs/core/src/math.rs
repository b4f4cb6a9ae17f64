//! The little numerics the loop needs, in a fixed order of operations.
//!
//! `exp` and `ln` come from the `libm` crate and nothing is fused, so results are the same bits on every machine.

/// Natural exponential.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Logistic function.
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// Index of the largest element; the first wins a tie; 0 for an empty slice.
pub fn argmax(xs: &[f64]) -> usize {
    let mut best = 0;
    for i in 1..xs.len() {
        if xs[i] > xs[best] {
            best = i;
        }
    }
    best
}

/// Divides `xs` by its sum and returns that sum; a sum that is not positive and finite leaves the uniform distribution.
pub fn normalise(xs: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for &x in xs.iter() {
        sum += x;
    }
    if sum > 0.0 && sum.is_finite() {
        for x in xs.iter_mut() {
            *x /= sum;
        }
    } else {
        let p = 1.0 / xs.len() as f64;
        xs.fill(p);
    }
    sum
}

/// Replaces scores by their softmax at inverse temperature `beta`.
pub fn softmax(xs: &mut [f64], beta: f64) {
    let top = xs[argmax(xs)];
    for x in xs.iter_mut() {
        *x = exp(beta * (*x - top));
    }
    normalise(xs);
}

/// Shannon entropy in nats.
pub fn entropy(p: &[f64]) -> f64 {
    let mut h = 0.0;
    for &x in p {
        if x > 0.0 {
            h -= x * ln(x);
        }
    }
    h
}

/// Squared Euclidean distance.
pub fn distance2(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let mut d = 0.0;
    for i in 0..3 {
        d += (a[i] - b[i]) * (a[i] - b[i]);
    }
    d
}
