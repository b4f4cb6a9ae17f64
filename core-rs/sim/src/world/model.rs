//! The parameters of a world as a tree, once with their sweep ranges (`Model<Parameter>`) and once as plain numbers.
//!
//! The same shape serves both, so the file, the sweep and the formulas can't disagree about what exists.

use emomas_core::emotion::{EMOTIONS, STANCES};
use serde::Deserialize;

use super::groups::{
    Acceptance, Compliance, Concession, Display, Gate, Hazard, Kappa, Liking, PersonaMarks, Population, Satisfaction,
};
use super::shape::{Visit, branch, leaf};

impl<T> Model<T> {
    /// Calls `visit` with each parameter and its dotted name, in the file's order.
    pub fn visit(&self, visit: &mut dyn FnMut(&str, &T)) {
        self.map("", &mut |name, x| visit(name, x));
    }
}

branch! {
    /// Every parameter of a world.
    Model {
        /// Concession shifts.
        kappa: Kappa,
        /// Moderators of the shifts.
        gate: Gate,
        /// The path of demands.
        concession: Concession,
        /// Relative pace of conceding.
        pace: PerStance,
        /// Walking away.
        hazard: Hazard,
        /// The person's own emotion.
        emotion: EmotionModel,
        /// What the person shows.
        display: Display,
        /// Other marks of a counterpart type.
        persona: PersonaMarks,
        /// Stances by counterpart type.
        mix: Mix,
        /// Trust.
        trust: PerStance,
        /// Who is met.
        population: Population,
        /// Saying yes.
        acceptance: Acceptance,
        /// Liking.
        liking: Liking,
        /// Satisfaction.
        satisfaction: Satisfaction,
        /// Keeping promises.
        compliance: Compliance,
    }
}

leaf! {
    /// One number per stance.
    PerStance {
        /// Cooperative.
        cooperative,
        /// Confrontational.
        confrontational,
        /// Distressed.
        distressed,
        /// Strategic.
        strategic,
    }
}

impl<T: Copy> PerStance<T> {
    /// The numbers in [`emomas_core::Stance`] order.
    pub fn array(&self) -> [T; STANCES] {
        [self.cooperative, self.confrontational, self.distressed, self.strategic]
    }
}

branch! {
    /// The person's own emotion from round to round.
    EmotionModel {
        /// Base rates.
        marginal: PerEmotion,
        /// Logit for having felt it in the previous round.
        own: PerEmotion,
        /// Logit for the agent showing it.
        other: PerEmotion,
        /// What stances change.
        stance: StanceShift,
    }
}

leaf! {
    /// One number per emotion.
    PerEmotion {
        /// Joy.
        joy,
        /// Sadness.
        sadness,
        /// Anger.
        anger,
        /// Fear.
        fear,
        /// Surprise.
        surprise,
        /// Disgust.
        disgust,
        /// Neutral.
        neutral,
    }
}

impl<T: Copy> PerEmotion<T> {
    /// The numbers in [`emomas_core::Emotion`] order.
    pub fn array(&self) -> [T; EMOTIONS] {
        [self.joy, self.sadness, self.anger, self.fear, self.surprise, self.disgust, self.neutral]
    }
}

leaf! {
    /// Logit shifts of the own emotion by stance.
    StanceShift {
        /// Joy of a cooperative person.
        cooperative_joy,
        /// Anger of a confrontational person.
        confrontational_anger,
        /// Fear of a distressed person.
        distressed_fear,
        /// Sadness of a distressed person.
        distressed_sadness,
        /// Anger of a confrontational person who is shown anger, in place of the general logit.
        confrontational_contagion,
        /// Fall of a distressed person's fear under an empathic display, in SD.
        distressed_relief,
    }
}

branch! {
    /// Weights of the stances.
    Mix {
        /// Vanilla type.
        vanilla: PerStance,
        /// Pressure type.
        pressure: PerStance,
        /// Victim type.
        victim: PerStance,
        /// Threat type.
        threat: PerStance,
        /// Emergency callers.
        emergency: PerStance,
    }
}
