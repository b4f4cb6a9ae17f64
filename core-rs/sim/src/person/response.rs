//! How a display acts on a person: the shift of its concession, its readiness to leave and to say yes.
//!
//! Each factor names the study whose moderator it is. Sizes are the world's; nothing here is a number of its own.

use emomas_core::Emotion;
use emomas_core::display::Target;
use emomas_core::{Domain, Stance};

use super::heard::{Shown, ShownKind};
use super::history::History;
use super::traits::{Context, Persona, Traits};
use crate::world::Model;

/// The informational route: open without time pressure, without power and in balanced settings (Van Kleef et al.
/// 2004b, Sinaceur and Tiedens 2006, Adam and Brett 2015); narrowed by distress.
fn information(v: &Model<f64>, t: &Traits) -> f64 {
    if t.context != Context::Balanced {
        return 0.0;
    }
    let load = if t.is(Stance::Distressed) { v.gate.distressed_load } else { 1.0 };
    (1.0 - t.time_pressure) * (2.0 * (1.0 - t.power)).clamp(0.0, 1.0) * load
}

/// +1 genuine, 0 ambiguous, −1 feigned (Tng and Au 2014, Côté et al. 2013).
fn authenticity(v: &Model<f64>, t: &Traits) -> f64 {
    let discount = if t.is(Stance::Strategic) { v.gate.strategic_discount } else { 0.0 };
    2.0 * t.authenticity * (1.0 - discount) - 1.0
}

/// What the person reads out of a display: the informational route times its authenticity.
///
/// A change of mood acts through it too. The studies of changes had it open, and their algebra needs it: anger, then
/// joy can equal steady joy everywhere only if the change is gated like the two displays.
pub(super) fn informational(v: &Model<f64>, t: &Traits) -> f64 {
    authenticity(v, t) * information(v, t)
}

/// Inverted U of intensity (Adam and Brett 2018).
fn intensity(v: &Model<f64>, m: f64) -> f64 {
    let x = (m - v.gate.intensity_peak) / v.gate.intensity_peak;
    1.0 - x * x
}

/// Person-directed displays turn around (Steinel et al. 2008).
const fn target(v: &Model<f64>, target: Target) -> f64 {
    match target {
        Target::Person => v.gate.person,
        Target::Behaviour | Target::Situation => 1.0,
    }
}

fn anger(v: &Model<f64>, t: &Traits, shown: &Shown) -> f64 {
    // Display norms: Adam et al. 2010, Adam and Shirako 2013.
    let receiver = if t.east_asian { v.gate.east_asian_receiver } else { 1.0 };
    let expresser = if t.expresser_east_asian { v.gate.east_asian_expresser } else { 1.0 };
    // Anger over a moral issue backfires: Dehghani et al. 2014.
    let moral = if t.moral { -1.0 } else { 1.0 };
    let gain = v.kappa.anger
        * receiver
        * expresser
        * intensity(v, shown.intensity)
        * target(v, shown.target)
        * informational(v, t)
        * moral;

    // The powerful answer inappropriate anger in kind (Van Kleef and Côté 2007); outside balanced settings any anger
    // is answered a little.
    let fight = if t.is(Stance::Confrontational) { v.gate.confrontational_retaliation } else { 1.0 };
    let contest = if t.context == Context::Balanced { 0.0 } else { v.gate.retaliation_context };
    let power = (2.0 * t.power - 1.0).max(0.0);
    let retaliation = v.gate.retaliation * fight * (shown.inappropriateness * power + contest);
    let reactance = if t.domain == Domain::Sleep { v.gate.reactance } else { 0.0 };
    gain - retaliation - reactance
}

/// Shift of the total concession by a display, in SD.
pub(super) fn shift(v: &Model<f64>, t: &Traits, shown: &Shown) -> f64 {
    let k = &v.kappa;
    let trust = t.trust / v.gate.trust_reference;
    match shown.effective() {
        ShownKind::Emotion(Emotion::Anger) => anger(v, t, shown),
        ShownKind::Emotion(Emotion::Joy) => {
            let exploited = if t.is(Stance::Strategic) { v.gate.strategic_joy } else { 1.0 };
            k.joy * informational(v, t) * target(v, shown.target) * exploited
        }
        // Sadness moves those who care about the other, or about the principle (Sinaceur et al. 2015, Dehghani 2014).
        ShownKind::Emotion(Emotion::Sadness) => k.sadness * f64::from(u8::from(t.concern || t.moral)),
        ShownKind::Emotion(Emotion::Fear) => k.fear * trust * information(v, t),
        ShownKind::Emotion(Emotion::Surprise) => k.surprise,
        ShownKind::Emotion(Emotion::Disgust) => k.disgust,
        ShownKind::Emotion(Emotion::Neutral) => 0.0,
        // Disappointment needs trust and moves proselfs (Van Kleef et al. 2006, Van Kleef and Van Lange 2008).
        ShownKind::Disappointment => {
            let orientation = if t.proself { v.gate.proself } else { v.gate.prosocial };
            k.disappointment * trust * information(v, t) * orientation
        }
        ShownKind::Guilt => k.guilt * information(v, t),
    }
}

/// How much of a shift is left after the agent's own concession: none after a large one (Van Kleef et al. 2004a, E2).
/// Up to half of that, nothing is lost.
pub(super) fn unsilenced(v: &Model<f64>, concession: f64) -> f64 {
    (2.0 - 2.0 * concession / v.gate.large_concession).clamp(0.0, 1.0)
}

/// Logit of walking away this round; `turn` counts the person's own turns from 1.
pub(super) fn hazard(v: &Model<f64>, t: &Traits, own: Emotion, shown: &Shown, turn: u32) -> f64 {
    let h = &v.hazard;
    let mut logit = h.base;
    if t.persona == Persona::Threat {
        logit += v.persona.threat_hazard;
    }
    let mut anger = 0.0;
    if own == Emotion::Anger {
        anger += h.own_anger;
    }
    if shown.effective() == ShownKind::Emotion(Emotion::Anger) {
        anger += h.anger * shown.intensity / v.gate.intensity_peak + h.inappropriate * shown.inappropriateness;
        if shown.target == Target::Person {
            anger += h.person;
        }
        if t.is(Stance::Distressed) {
            anger += h.distressed_anger;
        }
    }
    // Somebody without an alternative does not leave over it (Friedman et al. 2004).
    logit += anger * (t.power / h.power_reference).min(1.0);
    if let Some(exit) = t.patience
        && turn >= exit
    {
        logit += h.patience * f64::from(turn - exit + 1);
    }
    logit
}

/// Logit of a take-it-or-leave-it yes, given everything shown so far (Kopelman et al. 2006).
pub(super) fn ultimatum(v: &Model<f64>, history: &History) -> f64 {
    v.acceptance.ultimatum + v.acceptance.joy * history.joy() + v.acceptance.anger * history.anger()
}

/// Logit, in one round, of going along with an offer that is acceptable but short of the demand.
pub(super) fn commitment(v: &Model<f64>, history: &History) -> f64 {
    let a = &v.acceptance;
    a.commitment + a.joy * history.joy() + a.anger * history.anger() + a.adherence * history.empathy()
}
