//! What can be computed once per world: the distributions that a person draws from every round.

use emomas_core::emotion::{EMOTIONS, Emotion, STANCES, Stance, StanceDist};
use emomas_core::math;

use super::Model;
use crate::person::{Persona, ShownKind};

/// Cumulative distribution over the emotions.
pub(crate) type Cumulative = [f64; EMOTIONS];

/// Stances, and the laboratory's person without one.
const ROWS: usize = STANCES + 1;

/// A standard deviation of a logistic variable, in logits.
const LOGITS_PER_SD: f64 = 1.813_799_364_234_217_8;

/// Precomputed distributions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tables {
    /// Own emotion at the start, by stance.
    start: [Cumulative; ROWS],
    /// Own emotion by stance, previous own emotion and what the agent shows.
    next: Vec<[[Cumulative; ShownKind::COUNT]; EMOTIONS]>,
    /// Displayed emotion by counterpart type and own emotion.
    shown: [[Cumulative; EMOTIONS]; Persona::COUNT],
    /// Feigned emotion by counterpart type.
    feigned: [Cumulative; Persona::COUNT],
    /// Stances by counterpart type.
    pub(crate) mix: [StanceDist; Persona::COUNT],
    /// Stances of emergency callers.
    pub(crate) emergency: StanceDist,
}

impl Tables {
    pub(crate) fn new(v: &Model<f64>) -> Self {
        let stances = [
            None,
            Some(Stance::Cooperative),
            Some(Stance::Confrontational),
            Some(Stance::Distressed),
            Some(Stance::Strategic),
        ];
        Self {
            start: stances.map(|s| cumulative(resting(v, s))),
            next: stances.map(|s| Emotion::ALL.map(|own| ShownKind::ALL.map(|k| next(v, s, own, k)))).to_vec(),
            shown: Persona::ALL.map(|p| {
                Emotion::ALL.map(|own| {
                    let mut logits = display_shift(v, p);
                    logits[own.index()] += v.display.expressivity;
                    cumulative(logits)
                })
            }),
            feigned: Persona::ALL.map(|p| {
                let mut logits = resting(v, None);
                let shift = display_shift(v, p);
                for e in 0..EMOTIONS {
                    logits[e] += shift[e];
                }
                cumulative(logits)
            }),
            mix: [v.mix.vanilla.array(), v.mix.pressure.array(), v.mix.victim.array(), v.mix.threat.array()]
                .map(normalised),
            emergency: normalised(v.mix.emergency.array()),
        }
    }

    /// Own emotion before anything was heard.
    pub(crate) fn start(&self, stance: Option<Stance>, u: f64) -> Emotion {
        pick(&self.start[row(stance)], u)
    }

    /// Own emotion after a display.
    pub(crate) fn next(&self, stance: Option<Stance>, own: Emotion, heard: ShownKind, u: f64) -> Emotion {
        pick(&self.next[row(stance)][own.index()][heard.index()], u)
    }

    /// Displayed emotion of somebody who shows, more or less, what it feels.
    pub(crate) fn shown(&self, persona: Persona, own: Emotion, u: f64) -> Emotion {
        pick(&self.shown[persona as usize][own.index()], u)
    }

    /// Displayed emotion of somebody who acts.
    pub(crate) fn feigned(&self, persona: Persona, u: f64) -> Emotion {
        pick(&self.feigned[persona as usize], u)
    }
}

const fn row(stance: Option<Stance>) -> usize {
    match stance {
        None => 0,
        Some(s) => 1 + s.index(),
    }
}

/// Logits without memory and without a display.
fn resting(v: &Model<f64>, stance: Option<Stance>) -> [f64; EMOTIONS] {
    let mut logits = v.emotion.marginal.array().map(math::ln);
    let shift = &v.emotion.stance;
    match stance {
        Some(Stance::Cooperative) => logits[Emotion::Joy.index()] += shift.cooperative_joy,
        Some(Stance::Confrontational) => logits[Emotion::Anger.index()] += shift.confrontational_anger,
        Some(Stance::Distressed) => {
            logits[Emotion::Fear.index()] += shift.distressed_fear;
            logits[Emotion::Sadness.index()] += shift.distressed_sadness;
        }
        Some(Stance::Strategic) | None => {}
    }
    logits
}

fn next(v: &Model<f64>, stance: Option<Stance>, own: Emotion, heard: ShownKind) -> Cumulative {
    let mut logits = resting(v, stance);
    logits[own.index()] += v.emotion.own.array()[own.index()];
    let e = heard.emotion();
    logits[e.index()] += if stance == Some(Stance::Confrontational) && e == Emotion::Anger {
        v.emotion.stance.confrontational_contagion
    } else {
        v.emotion.other.array()[e.index()]
    };
    if stance == Some(Stance::Distressed) {
        let relief = v.emotion.stance.distressed_relief * LOGITS_PER_SD;
        logits[Emotion::Fear.index()] -= relief * heard.empathy(v.acceptance.calm);
    }
    cumulative(logits)
}

fn display_shift(v: &Model<f64>, persona: Persona) -> [f64; EMOTIONS] {
    let d = &v.display;
    let mut shift = [0.0; EMOTIONS];
    let mut add = |e: Emotion, x: f64| shift[e.index()] += x;
    match persona {
        Persona::Vanilla => add(Emotion::Neutral, d.vanilla_neutral),
        Persona::Pressure => {
            add(Emotion::Anger, d.pressure_anger);
            add(Emotion::Disgust, d.pressure_disgust);
        }
        Persona::Victim => {
            add(Emotion::Sadness, d.victim_sadness);
            add(Emotion::Fear, d.victim_fear);
        }
        Persona::Threat => {
            add(Emotion::Anger, d.threat_anger);
            add(Emotion::Neutral, d.threat_neutral);
        }
    }
    shift
}

fn normalised(mut weights: StanceDist) -> StanceDist {
    math::normalise(&mut weights);
    weights
}

fn cumulative(logits: [f64; EMOTIONS]) -> Cumulative {
    let mut sum = 0.0;
    math::softmax(&logits, 1.0).map(|p| {
        sum += p;
        sum
    })
}

fn pick(cumulative: &Cumulative, u: f64) -> Emotion {
    let index = cumulative.iter().take_while(|&&c| c <= u).count();
    Emotion::ALL[index.min(EMOTIONS - 1)]
}
