//! What a person remembers of the agent's displays: doses and turns of mood.

use emomas_core::Emotion;

use super::heard::{Shown, ShownKind};
use crate::world::{Kappa, Model};

/// The two poles between which an agent's mood can alternate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pole {
    Anger,
    Joy,
    Disappointment,
}

impl Pole {
    const fn of(kind: ShownKind) -> Option<Self> {
        match kind {
            ShownKind::Emotion(Emotion::Anger) => Some(Self::Anger),
            ShownKind::Emotion(Emotion::Joy) => Some(Self::Joy),
            ShownKind::Disappointment => Some(Self::Disappointment),
            _ => None,
        }
    }

    fn opposes(self, other: Self) -> bool {
        (self == Self::Anger) != (other == Self::Anger)
    }
}

/// The latest direct change from one pole to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Switch {
    from: Pole,
    round: u32,
}

/// Memory of displays.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(crate) struct History {
    rounds: u32,
    anger_rounds: u32,
    anger: f64,
    joy: u32,
    sadness: u32,
    empathy: f64,
    current: Option<Pole>,
    switches: u32,
    last: Option<Switch>,
}

impl History {
    /// Takes in a display.
    pub(crate) fn hear(&mut self, v: &Model<f64>, shown: &Shown) {
        let kind = shown.effective();
        let round = self.rounds;
        self.rounds += 1;
        match kind {
            ShownKind::Emotion(Emotion::Anger) => {
                self.anger_rounds += 1;
                self.anger += shown.intensity / v.gate.intensity_peak;
            }
            ShownKind::Emotion(Emotion::Joy) => self.joy += 1,
            ShownKind::Emotion(Emotion::Sadness) => self.sadness += 1,
            _ => {}
        }
        self.empathy += kind.empathy(v.acceptance.calm);

        let pole = Pole::of(kind);
        if let (Some(from), Some(to)) = (self.current, pole)
            && to.opposes(from)
        {
            self.switches += 1;
            self.last = Some(Switch { from, round });
        }
        self.current = pole;
    }

    /// Shift for a changing mood, in SD of the total concession; `horizon` is the number of rounds it is spread over.
    ///
    /// Sinaceur et al. (2013) had partners alternate between anger and happiness, or anger and disappointment; only a
    /// direct change between these poles counts, and only while it goes on, so that a random mix of displays earns
    /// nothing. The factors spread a shift found over all rounds onto those after the change, as the studies' totals
    /// demand; Filipowicz et al. (2011) changed midway, which bounds the factor of a single change at 2.
    pub(crate) fn turn_of_mood(&self, kappa: &Kappa<f64>, horizon: f64) -> f64 {
        let (Some(now), Some(last)) = (self.current, self.last) else { return 0.0 };
        let round = self.rounds - 1;
        if self.switches >= 2 {
            let goes_on = round - last.round <= 1;
            return if goes_on { kappa.alternation * horizon / (horizon - 2.0).max(1.0) } else { 0.0 };
        }
        let spread = (horizon / (horizon - f64::from(last.round)).max(1.0)).min(2.0);
        match (last.from, now) {
            (Pole::Joy, Pole::Anger) => kappa.joy_to_anger * spread,
            (Pole::Anger, Pole::Joy) => kappa.anger_to_joy * spread,
            _ => 0.0,
        }
    }

    /// Share of rounds with anger, weighted by intensity.
    pub(crate) fn anger(&self) -> f64 {
        self.share(self.anger).min(1.0)
    }

    /// Whether anger was ever shown.
    pub(crate) const fn met_anger(&self) -> bool {
        self.anger_rounds > 0
    }

    /// Share of rounds with joy.
    pub(crate) fn joy(&self) -> f64 {
        self.share(f64::from(self.joy))
    }

    /// Share of rounds with sadness.
    pub(crate) fn sadness(&self) -> f64 {
        self.share(f64::from(self.sadness))
    }

    /// Share of rounds with empathy, calm ones counted in part.
    pub(crate) fn empathy(&self) -> f64 {
        self.share(self.empathy)
    }

    fn share(&self, sum: f64) -> f64 {
        if self.rounds == 0 { 0.0 } else { sum / f64::from(self.rounds) }
    }
}
