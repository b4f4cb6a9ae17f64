//! Transitions before anything was learned. Computed when the crate is compiled.

use crate::emotion::{EMOTIONS, Emotion, EmotionDist, STANCES, Stance, StanceDist};
use crate::math;

/// Stance at the start (EQ-Negotiator).
pub const STANCE_PRIOR: StanceDist = [0.4, 0.2, 0.2, 0.2];
/// Stance transitions before the action's effect (EQ-Negotiator; rows from, columns to).
const STANCE_BASE: [StanceDist; STANCES] =
    [[0.50, 0.15, 0.15, 0.20], [0.20, 0.40, 0.20, 0.20], [0.25, 0.15, 0.40, 0.20], [0.20, 0.20, 0.15, 0.45]];
/// Emotion marginals and log-odds of repeating one's own or the other's emotion (MELD).
const MARGINAL: EmotionDist = [0.168, 0.073, 0.117, 0.026, 0.119, 0.026, 0.470];
const OWN: EmotionDist = [0.86, 1.53, 1.77, 1.73, 0.79, 1.92, 0.55];
const OTHER: EmotionDist = [0.91, 1.24, 1.07, 0.90, -0.21, 1.41, 0.20];
/// Stance shifts of the emotion, in logits; the strategic stance feigns instead.
const SHIFT: [EmotionDist; STANCES] = [
    [0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.2, 0.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 1.5, 0.0, 0.0, 0.0],
    [0.0; EMOTIONS],
];
/// Share of strategic displays that are drawn from the marginals, whatever is felt.
const FEIGNED: f64 = 0.5;

/// P(stance, emotion) at the start.
pub(super) const fn joint() -> [EmotionDist; STANCES] {
    let mut joint = [[0.0; EMOTIONS]; STANCES];
    let mut s = 0;
    while s < STANCES {
        joint[s] = logits(s, None, None);
        let mut e = 0;
        while e < EMOTIONS {
            joint[s][e] *= STANCE_PRIOR[s];
            e += 1;
        }
        s += 1;
    }
    joint
}

/// T_a(· | `from`): anger or disgust push toward confrontation (the distressed toward more distress); empathy,
/// neutrality or joy open the confrontational and the distressed.
pub(super) const fn stance_row(action: Emotion, from: usize) -> StanceDist {
    let mut row = STANCE_BASE[from];
    let distressed = Stance::Distressed as usize;
    if matches!(action, Emotion::Anger | Emotion::Disgust) {
        row[if from == distressed { distressed } else { Stance::Confrontational as usize }] *= 1.5;
    }
    if matches!(action, Emotion::Sadness | Emotion::Neutral | Emotion::Joy)
        && (from == distressed || from == Stance::Confrontational as usize)
    {
        row[Stance::Cooperative as usize] *= 1.3;
    }
    let total = row[0] + row[1] + row[2] + row[3];
    let mut to = 0;
    while to < STANCES {
        row[to] /= total;
        to += 1;
    }
    row
}

/// E_a(· | `from`, `stance`).
pub(super) const fn emotion_row(action: Emotion, stance: usize, from: usize) -> EmotionDist {
    let mut row = logits(stance, Some(action), Some(from));
    if stance == Stance::Strategic as usize {
        let mut to = 0;
        let mut total = 0.0;
        while to < EMOTIONS {
            total += MARGINAL[to];
            to += 1;
        }
        to = 0;
        while to < EMOTIONS {
            row[to] = FEIGNED * MARGINAL[to] / total + (1.0 - FEIGNED) * row[to];
            to += 1;
        }
    }
    row
}

/// Softmax over the next emotion of marginal, own inertia, contagion and the stance's shift.
const fn logits(stance: usize, action: Option<Emotion>, from: Option<usize>) -> EmotionDist {
    let mut row = [0.0; EMOTIONS];
    let mut to = 0;
    while to < EMOTIONS {
        row[to] = math::ln(MARGINAL[to]) + SHIFT[stance][to];
        if let Some(from) = from
            && from == to
        {
            row[to] += OWN[to];
        }
        if let Some(action) = action
            && action as usize == to
        {
            row[to] += OTHER[to];
        }
        to += 1;
    }
    math::softmax(&row, 1.0)
}
