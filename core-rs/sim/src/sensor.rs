//! What the agent senses of a simulated person: one noisy channel, as good as a decent text or face classifier.

use emomas_core::emotion::{EMOTIONS, Emotion, EmotionDist};
use emomas_core::fusion::{Evidence, Signal};
use emomas_core::rng::Rng;

/// Probability that the channel reads the displayed emotion right; errors are spread evenly. [ours]
pub const ACCURACY: f64 = 0.7;
/// The simulated channel's number.
pub const CHANNEL: u8 = 0;

/// The channel's report on `displayed`; its likelihood is the confusion matrix's column of what was read.
pub fn sense(displayed: Emotion, rng: &mut Rng) -> Evidence {
    let error = (1.0 - ACCURACY) / (EMOTIONS - 1) as f64;
    let mut row: EmotionDist = [error; EMOTIONS];
    row[displayed.index()] = ACCURACY;
    let read = rng.categorical(&row);
    let mut likelihood = [error / ACCURACY; EMOTIONS];
    likelihood[read] = 1.0;
    Evidence { channel: CHANNEL, signal: Signal::Likelihood(likelihood), age_s: 0.0, quality: 1.0 }
}
