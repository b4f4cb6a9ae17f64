//! Fusion: what the channels report becomes one likelihood over the seven emotions.
//!
//! A quality-weighted log-opinion pool of channel likelihoods. A stale likelihood is propagated, not dropped
//! (L′ = a·L + (1 − a)·mean L); a VAD observation becomes a likelihood through the emotions' Gaussians; a missing
//! channel costs nothing. Conflict between channels is reported beside entropy, never in its place.

use crate::emotion::{EMOTIONS, Emotion, EmotionDist, VAD_MEAN, VAD_SD, Vad};
use crate::math::{self, LANES, Lanes, larger, smaller};

/// Most pieces of evidence in one observation.
pub const MAX_EVIDENCE: usize = 8;
/// Likelihood floor relative to the best emotion, e⁻⁸: no channel can veto (Cromwell's rule).
const FLOOR: f64 = math::exp(-8.0);
/// Error variance from which a VAD coordinate counts as not observed.
const UNOBSERVED: f64 = 1e6;
/// Mean time a felt emotion lasts, in seconds; with K emotions survival is exp(−Δt·K/((K − 1)·dwell)).
const DWELL_S: f64 = 10.0;

/// What a channel measured.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Signal {
    /// Likelihood of each emotion up to a common factor, the channel's training prior divided out.
    Likelihood(EmotionDist),
    /// A Gaussian observation of valence, arousal, dominance with independent errors.
    Vad {
        /// Observed point.
        mean: Vad,
        /// Error variance of each coordinate; a large value means that the coordinate was not observed.
        variance: Vad,
    },
}

/// One channel's report.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Evidence {
    /// The channel's number; the host decides which is which.
    pub channel: u8,
    /// What it measured.
    pub signal: Signal,
    /// Time since the measurement, in seconds.
    pub age_s: f64,
    /// 0 (ignore) to 1 (full weight).
    pub quality: f64,
}

/// Why a piece of evidence was rejected.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// A likelihood is negative, NaN or infinite.
    #[error("channel {channel}: likelihood of {} is {value}: give a finite number >= 0", .emotion.name())]
    Likelihood {
        /// The channel's number.
        channel: u8,
        /// Which emotion's entry.
        emotion: Emotion,
        /// What it held.
        value: f64,
    },
    /// All likelihoods are zero.
    #[error("channel {channel}: all seven likelihoods are 0: leave the channel out instead")]
    AllZero {
        /// The channel's number.
        channel: u8,
    },
    /// A VAD coordinate is outside [−1, 1].
    #[error("channel {channel}: VAD mean is {value}: give numbers in [-1, 1]")]
    VadMean {
        /// The channel's number.
        channel: u8,
        /// What it held.
        value: f64,
    },
    /// A variance is not positive.
    #[error("channel {channel}: VAD variance is {value}: give a number > 0; 1e6 for a coordinate not observed")]
    VadVariance {
        /// The channel's number.
        channel: u8,
        /// What it held.
        value: f64,
    },
    /// The age is negative or not finite.
    #[error("channel {channel}: age_s is {value}: give seconds >= 0")]
    Age {
        /// The channel's number.
        channel: u8,
        /// What it held.
        value: f64,
    },
    /// The quality is outside [0, 1].
    #[error("channel {channel}: quality is {value}: give a number in [0, 1]")]
    Quality {
        /// The channel's number.
        channel: u8,
        /// What it held.
        value: f64,
    },
}

impl Evidence {
    /// Checks every field.
    #[inline(always)]
    pub fn check(&self) -> Result<(), EvidenceError> {
        if self.is_sound() { Ok(()) } else { self.fault() }
    }

    /// What [`Self::fault`] finds, without saying where; NaN fails every comparison.
    #[inline(always)]
    fn is_sound(&self) -> bool {
        let signal = match &self.signal {
            Signal::Likelihood(likelihood) => {
                let (mut finite, mut sum) = (true, 0.0);
                for &l in likelihood {
                    finite &= (0.0..=f64::MAX).contains(&l);
                    sum += l;
                }
                finite && sum > 0.0
            }
            Signal::Vad { mean, variance } => {
                let (mut inside, mut positive) = (true, true);
                for i in 0..3 {
                    inside &= (-1.0..=1.0).contains(&mean[i]);
                    positive &= variance[i] > 0.0 && variance[i] <= f64::MAX;
                }
                inside && positive
            }
        };
        signal && (0.0..=f64::MAX).contains(&self.age_s) && (0.0..=1.0).contains(&self.quality)
    }

    /// The first wrong field.
    #[cold]
    fn fault(&self) -> Result<(), EvidenceError> {
        let channel = self.channel;
        match self.signal {
            Signal::Likelihood(likelihood) => {
                for emotion in Emotion::ALL {
                    let value = likelihood[emotion.index()];
                    if !(value.is_finite() && value >= 0.0) {
                        return Err(EvidenceError::Likelihood { channel, emotion, value });
                    }
                }
                if likelihood.iter().all(|&l| l == 0.0) {
                    return Err(EvidenceError::AllZero { channel });
                }
            }
            Signal::Vad { mean, variance } => {
                for value in mean {
                    if !(-1.0..=1.0).contains(&value) {
                        return Err(EvidenceError::VadMean { channel, value });
                    }
                }
                for value in variance {
                    if !(value.is_finite() && value > 0.0) {
                        return Err(EvidenceError::VadVariance { channel, value });
                    }
                }
            }
        }
        if !(self.age_s.is_finite() && self.age_s >= 0.0) {
            return Err(EvidenceError::Age { channel, value: self.age_s });
        }
        if !(0.0..=1.0).contains(&self.quality) {
            return Err(EvidenceError::Quality { channel, value: self.quality });
        }
        Ok(())
    }

    /// The channel's likelihood over emotions, scaled to maximum 1, staleness applied; padding is 0.
    #[inline(always)]
    fn likelihood(&self) -> Lanes {
        let mut l = match &self.signal {
            Signal::Likelihood(l) => math::lanes(l, 0.0),
            Signal::Vad { mean, variance } => gaussian_likelihood(mean, variance),
        };
        let scale = 1.0 / largest(&l);
        for x in &mut l {
            *x *= scale;
        }
        if self.age_s > 0.0 {
            let k = EMOTIONS as f64;
            let fresh = math::exp(-self.age_s * (k / ((k - 1.0) * DWELL_S)));
            let rest = (1.0 - fresh) * (math::sum(&l) * (1.0 / k));
            for x in &mut l[..EMOTIONS] {
                *x = fresh * *x + rest;
            }
        }
        l
    }
}

/// The largest entry of a likelihood.
#[inline(always)]
fn largest(l: &Lanes) -> f64 {
    let pairs = [larger(l[0], l[4]), larger(l[1], l[5]), larger(l[2], l[6]), larger(l[3], l[7])];
    larger(larger(pairs[0], pairs[2]), larger(pairs[1], pairs[3]))
}

/// The emotions' VAD means and variances by coordinate; the padding lies where nobody observes anything.
static GAUSSIAN: [(Lanes, Lanes); 3] = {
    let mut table = [([0.0; LANES], [1.0; LANES]); 3];
    let mut i = 0;
    while i < 3 {
        let mut e = 0;
        while e < EMOTIONS {
            table[i].0[e] = VAD_MEAN[e][i];
            table[i].1[e] = VAD_SD[e][i] * VAD_SD[e][i];
            e += 1;
        }
        i += 1;
    }
    table
};

/// N(z; μ_e, Σ_e + R) for each emotion, up to a common factor; padding is 0.
#[inline(always)]
fn gaussian_likelihood(mean: &Vad, variance: &Vad) -> Lanes {
    let (mut distance2, mut var) = ([[0.0; LANES]; 3], [[0.0; LANES]; 3]);
    for i in 0..3 {
        let (centre, spread) = &GAUSSIAN[i];
        let error = smaller(variance[i], UNOBSERVED);
        for e in 0..LANES {
            let d = mean[i] - centre[e];
            distance2[i][e] = d * d;
            var[i][e] = spread[e] + error;
        }
    }
    let ([d0, d1, d2], [v0, v1, v2]) = (&distance2, &var);
    let mut l = [0.0; LANES];
    for e in 0..LANES {
        // The terms over their common denominator: one root for three divisions.
        let root = math::inverse_sqrt(v0[e] * v1[e] * v2[e]);
        let q = (d0[e] * v1[e] * v2[e] + d1[e] * v0[e] * v2[e] + d2[e] * v0[e] * v1[e]) * (root * root);
        l[e] = math::exp(-0.5 * q) * root;
    }
    l[LANES - 1] = 0.0;
    l
}

/// The pooled evidence of one turn.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Fused {
    /// Likelihood over emotions, maximum 1; all ones when nothing was sensed.
    pub likelihood: EmotionDist,
    /// −ln of the probability that the channels speak of the same emotion, relative to independence; 0 below two.
    pub conflict: f64,
    /// Channels that counted.
    pub channels: u32,
}

/// Pools checked evidence.
#[inline(always)]
pub fn fuse(evidence: &[Evidence]) -> Fused {
    let (mut pool, mut agreement) = ([1.0; LANES], [1.0; LANES]);
    let mut channels = 0;
    for item in evidence {
        if item.quality == 0.0 {
            continue;
        }
        channels += 1;
        let l = item.likelihood();
        let share = EMOTIONS as f64 / math::sum(&l);
        for e in 0..LANES {
            agreement[e] *= l[e] * share;
        }
        let floored = math::each(&l, |x| larger(x, FLOOR));
        let weighted =
            if item.quality < 1.0 { math::each(&floored, |x| math::exp(item.quality * math::ln(x))) } else { floored };
        for e in 0..LANES {
            pool[e] *= weighted[e];
        }
    }
    pool[LANES - 1] = 0.0;
    let scale = 1.0 / largest(&pool);
    let likelihood = math::unpadded(&math::each(&pool, |x| x * scale));
    let conflict = if channels < 2 { 0.0 } else { -math::ln(math::sum(&agreement) * (1.0 / EMOTIONS as f64)) };
    Fused { likelihood, conflict, channels }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(always)]
    fn likelihood(channel: u8, l: EmotionDist) -> Evidence {
        Evidence { channel, signal: Signal::Likelihood(l), age_s: 0.0, quality: 1.0 }
    }

    const PEAK: EmotionDist = [0.8, 0.05, 0.05, 0.02, 0.03, 0.02, 0.03];

    #[test]
    fn one_fresh_channel_is_its_own_likelihood() {
        let fused = fuse(&[likelihood(0, PEAK)]);
        for e in 0..EMOTIONS {
            assert!((fused.likelihood[e] - PEAK[e] / 0.8).abs() < 1e-12);
        }
        assert_eq!(fused.conflict, 0.0);
    }

    #[test]
    fn nothing_sensed_says_nothing() {
        let silent = Evidence { quality: 0.0, ..likelihood(0, PEAK) };
        assert_eq!(fuse(&[]), fuse(&[silent]));
        assert_eq!(fuse(&[]).likelihood, [1.0; EMOTIONS]);
    }

    #[test]
    fn stale_evidence_fades_to_flat_along_the_closed_form() {
        let fused = fuse(&[Evidence { age_s: 7.0, ..likelihood(0, PEAK) }]);
        let a = libm::exp(-7.0 * 7.0 / (6.0 * 10.0));
        let l: [f64; EMOTIONS] = core::array::from_fn(|e| a * PEAK[e] / 0.8 + (1.0 - a) * (1.0 / 0.8 / 7.0));
        for e in 0..EMOTIONS {
            assert!((fused.likelihood[e] - l[e] / l[0]).abs() < 1e-12);
        }
        let old = fuse(&[Evidence { age_s: 1e9, ..likelihood(0, PEAK) }]);
        assert!(old.likelihood.iter().all(|&x| (x - 1.0).abs() < 1e-12));
    }

    #[test]
    fn vad_observation_gives_the_published_posteriors() {
        // z = (−.6, .6, −.4) → fear .711, disgust .135, anger .122 (equal priors, no observation error).
        let signal = Signal::Vad { mean: [-0.6, 0.6, -0.4], variance: [1e-12; 3] };
        let mut p = fuse(&[Evidence { channel: 1, signal, age_s: 0.0, quality: 1.0 }]).likelihood;
        math::normalise(&mut p);
        for (emotion, expected) in [(Emotion::Fear, 0.711), (Emotion::Disgust, 0.135), (Emotion::Anger, 0.122)] {
            assert!((p[emotion.index()] - expected).abs() < 0.002, "{} {}", emotion.name(), p[emotion.index()]);
        }
    }

    #[test]
    fn conflict_rises_when_channels_disagree() {
        let mut other = PEAK;
        other.swap(0, 2);
        let agree = fuse(&[likelihood(0, PEAK), likelihood(1, PEAK)]).conflict;
        let disagree = fuse(&[likelihood(0, PEAK), likelihood(1, other)]).conflict;
        // −ln Σ 7·p₁·p₂ by hand: .8·.05 twice and the small rest.
        assert!(agree < 0.0, "{agree}");
        assert!((disagree - 0.518_018_094).abs() < 1e-6, "{disagree}");
    }

    #[test]
    fn bad_evidence_is_named() {
        let mut bad = PEAK;
        bad[2] = f64::NAN;
        assert!(matches!(
            likelihood(3, bad).check(),
            Err(EvidenceError::Likelihood { channel: 3, emotion: Emotion::Anger, .. })
        ));
        assert!(matches!(likelihood(3, [0.0; 7]).check(), Err(EvidenceError::AllZero { channel: 3 })));
        assert!(matches!(Evidence { quality: 1.5, ..likelihood(0, PEAK) }.check(), Err(EvidenceError::Quality { .. })));
        assert!(matches!(Evidence { age_s: -1.0, ..likelihood(0, PEAK) }.check(), Err(EvidenceError::Age { .. })));
    }
}
