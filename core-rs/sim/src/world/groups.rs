//! The groups of numbers, in the order of the file.

use serde::Deserialize;

use super::shape::{Visit, leaf};

leaf! {
    /// Shifts of the total concession in SD, all gates open.
    Kappa {
        /// Anger.
        anger,
        /// Joy.
        joy,
        /// Disappointment.
        disappointment,
        /// Guilt.
        guilt,
        /// Fear or worry.
        fear,
        /// Sadness, where there is other-concern.
        sadness,
        /// Disgust.
        disgust,
        /// Surprise.
        surprise,
        /// Going back and forth between anger and joy or disappointment.
        alternation,
        /// One change from joy to anger.
        joy_to_anger,
        /// One change from anger to joy.
        anger_to_joy,
    }
}

leaf! {
    /// Moderators.
    Gate {
        /// Factor of a person-directed display.
        person,
        /// Intensity at which anger works best.
        intensity_peak,
        /// Loss in SD when a powerful person meets inappropriate anger.
        retaliation,
        /// Share of it lost to any anger outside balanced settings.
        retaliation_context,
        /// Trust at which disappointment and worry act fully.
        trust_reference,
        /// Factor of disappointment for a prosocial person.
        prosocial,
        /// The same for a proself person.
        proself,
        /// Factor of anger for an East Asian receiver.
        east_asian_receiver,
        /// Factor of anger from an East Asian expresser.
        east_asian_expresser,
        /// The agent's concession, a share of the gap, that silences every shift.
        large_concession,
        /// Factor on the informational route for a distressed person.
        distressed_load,
        /// Share by which a strategic person discounts authenticity.
        strategic_discount,
        /// Factor of joy for a strategic person.
        strategic_joy,
        /// Factor of retaliation for a confrontational person.
        confrontational_retaliation,
        /// Loss in SD when a student meets anger.
        reactance,
    }
}

leaf! {
    /// The path of demands.
    Concession {
        /// Mean opening demand.
        opening,
        /// Its standard deviation.
        opening_sd,
        /// Mean concession per round.
        slope,
        /// Its standard deviation between people.
        slope_sd,
        /// Standard deviation from round to round.
        noise,
        /// Rounds over which one SD is measured.
        horizon,
    }
}

leaf! {
    /// Logits of walking away.
    Hazard {
        /// Base rate per round.
        base,
        /// The person is angry.
        own_anger,
        /// The agent shows anger, at peak intensity.
        anger,
        /// The anger is about the person.
        person,
        /// The anger is inappropriate.
        inappropriate,
        /// The person is distressed and meets anger.
        distressed_anger,
        /// Power below which anger drives away less.
        power_reference,
        /// Per round from the exit turn on.
        patience,
        /// Probability of taking an acceptable offer when patience is out, rather than leave.
        last_call,
    }
}

leaf! {
    /// What the person shows of what it feels, in logits.
    Display {
        /// Showing what is felt.
        expressivity,
        /// Share of feigned displays of a strategic person.
        feigning,
        /// Vanilla type: neutral.
        vanilla_neutral,
        /// Pressure type: anger.
        pressure_anger,
        /// Pressure type: disgust.
        pressure_disgust,
        /// Victim type: sadness.
        victim_sadness,
        /// Victim type: fear.
        victim_fear,
        /// Threat type: anger.
        threat_anger,
        /// Threat type: neutral.
        threat_neutral,
    }
}

leaf! {
    /// Other marks of a counterpart type.
    PersonaMarks {
        /// Pressure type: harder opening demand.
        pressure_opening,
        /// Threat type: logit of walking away.
        threat_hazard,
    }
}

leaf! {
    /// Who is met in a live conversation.
    Population {
        /// Spread of trust within a stance.
        trust_sd,
        /// Share of proself people.
        proself,
        /// Least power.
        power_lo,
        /// Most power.
        power_hi,
        /// Least time pressure.
        time_pressure_lo,
        /// Most time pressure.
        time_pressure_hi,
        /// Mean belief that a declared machine's display is genuine.
        authenticity_ai,
        /// The same for a human.
        authenticity_human,
        /// Spread of the belief.
        authenticity_sd,
        /// Least a person can move, share of the gap.
        movement_lo,
        /// Most a person can move.
        movement_hi,
        /// First exit turn.
        patience_lo,
        /// Last exit turn.
        patience_hi,
        /// Share of confrontational people in a pure contest.
        blaming,
        /// Share with other-concern outside the cooperative stance.
        concern,
        /// Share to whom the issue is a moral one.
        moral,
        /// Share of East Asian receivers.
        east_asian,
        /// Share of debtors whose movement is capped.
        ability,
        /// Least movement under a cap.
        ability_lo,
        /// Most movement under a cap.
        ability_hi,
    }
}

leaf! {
    /// Logits of saying yes.
    Acceptance {
        /// One take-it-or-leave-it decision.
        ultimatum,
        /// Per round, for an offer within the reservation but short of the demand.
        commitment,
        /// Joy, full dose.
        joy,
        /// Anger, full dose.
        anger,
        /// Empathy, full dose.
        adherence,
        /// Share of the empathic effect in a neutral display.
        calm,
    }
}

leaf! {
    /// Liking, in SD.
    Liking {
        /// Anger, full dose.
        anger,
        /// Joy, full dose.
        joy,
        /// Sadness, full dose.
        sadness,
        /// How fast anger's dose saturates.
        saturation,
        /// Noise.
        noise,
    }
}

leaf! {
    /// Satisfaction, in SD.
    Satisfaction {
        /// Anger, full dose, liking included.
        anger,
        /// Joy, full dose, liking included.
        joy,
        /// Sadness, full dose, liking included.
        sadness,
        /// Loss per SD conceded.
        points,
        /// Gain per SD of liking.
        liking,
        /// Noise.
        noise,
        /// Empathy for a distressed person.
        empathy,
        /// Joy in surgery and rescue.
        positive_expectation,
    }
}

leaf! {
    /// Logits of keeping a promise.
    Compliance {
        /// Base rate.
        base,
        /// Pleasant voice in debt collection, full dose.
        pleasant,
        /// Loss once anger was shown.
        covert_retaliation,
        /// Loss when promised to a declared machine.
        machine_promise,
    }
}
