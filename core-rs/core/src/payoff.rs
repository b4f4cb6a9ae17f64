//! EmoMAS's payoff table.

use crate::emotion::{EMOTIONS, Emotion, EmotionDist};
use crate::math::larger;

/// The agent's payoff; rows the person's emotion, columns the agent's (EmoMAS, payoff table, second component).
pub const PAYOFF: [EmotionDist; EMOTIONS] = [
    [4.0, 3.0, 2.0, 1.0, 3.0, 2.0, 3.0],
    [2.0, 3.0, 2.0, 1.0, 2.0, 1.0, 3.0],
    [1.0, 1.0, 1.0, 0.0, 2.0, 1.0, 2.0],
    [2.0, 2.0, 1.0, 2.0, 2.0, 1.0, 3.0],
    [3.0, 2.0, 1.0, 1.0, 4.0, 2.0, 3.0],
    [2.0, 1.0, 0.0, 0.0, 1.0, 2.0, 2.0],
    [3.0, 3.0, 1.0, 2.0, 3.0, 2.0, 3.0],
];

/// Payoff of the best answer to each emotion of the person.
pub const BEST: EmotionDist = best();

const fn best() -> EmotionDist {
    let mut best = [0.0; EMOTIONS];
    let mut c = 0;
    while c < EMOTIONS {
        let mut a = 0;
        while a < EMOTIONS {
            best[c] = larger(PAYOFF[c][a], best[c]);
            a += 1;
        }
        c += 1;
    }
    best
}

/// Expected payoff of showing `shown` to a person whose emotion is distributed as `person`.
#[inline(always)]
pub fn of(person: &EmotionDist, shown: Emotion) -> f64 {
    let mut payoff = 0.0;
    for c in 0..EMOTIONS {
        payoff += person[c] * PAYOFF[c][shown.index()];
    }
    payoff
}

/// Expected payoff of each display to a person whose emotion is distributed as `person`.
#[inline(always)]
pub fn expected(person: &EmotionDist) -> EmotionDist {
    let mut payoff = [0.0; EMOTIONS];
    for c in 0..EMOTIONS {
        for a in 0..EMOTIONS {
            payoff[a] += person[c] * PAYOFF[c][a];
        }
    }
    payoff
}
