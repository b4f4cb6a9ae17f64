//! One turn's output.

use std::collections::BTreeMap;

use emomas_core::Emotion;
use emomas_core::agent::Decision as Inner;
use pyo3::prelude::*;

use crate::convert::json;

/// What the core decided in one turn.
#[pyclass(frozen, module = "emomas")]
pub(crate) struct Decision {
    pub(crate) inner: Inner,
}

fn reason_name(reason: &impl serde::Serialize) -> String {
    json(reason).trim_matches('"').to_owned()
}

#[pymethods]
impl Decision {
    /// The agent's turn, from 1.
    #[getter]
    fn turn(&self) -> u32 {
        self.inner.turn
    }

    /// The phase that was decided in.
    #[getter]
    fn phase(&self) -> &'static str {
        self.inner.phase.name()
    }

    /// The emotion to show.
    #[getter]
    fn emotion(&self) -> &'static str {
        self.inner.display.emotion.name()
    }

    /// How strongly, 0 to 1.
    #[getter]
    fn intensity(&self) -> f64 {
        self.inner.display.intensity
    }

    /// Whether the preceding event gives a reason for the display.
    #[getter]
    fn justified(&self) -> bool {
        self.inner.display.justified
    }

    /// Masked mixture of the experts over the seven emotions.
    #[getter]
    fn mixture(&self) -> [f64; 7] {
        self.inner.mixture
    }

    /// The distribution that the emotion was drawn from, exploration included.
    #[getter]
    fn sampled(&self) -> [f64; 7] {
        self.inner.sampled
    }

    /// Whether the emotion was an exploration.
    #[getter]
    fn explored(&self) -> bool {
        self.inner.explored
    }

    /// The mixture's probability of the emotion.
    #[getter]
    fn confidence(&self) -> f64 {
        self.inner.confidence
    }

    /// Emotions that the mask refused.
    #[getter]
    fn refused(&self) -> Vec<&'static str> {
        self.inner.refused.iter().map(Emotion::name).collect()
    }

    /// Posterior over the experts.
    #[getter]
    fn weights(&self) -> Vec<f64> {
        self.inner.weights.to_vec()
    }

    /// The experts' distributions over the seven emotions.
    #[getter]
    fn proposals(&self) -> Vec<[f64; 7]> {
        self.inner.proposals.iter().map(|p| p.dist).collect()
    }

    /// The experts' reasons.
    #[getter]
    fn reasons(&self) -> Vec<String> {
        self.inner.proposals.iter().map(|p| reason_name(&p.reason)).collect()
    }

    /// Belief over the person's stance.
    #[getter]
    fn stance_belief(&self) -> [f64; 4] {
        self.inner.stance
    }

    /// Belief over the person's emotion.
    #[getter]
    fn emotion_belief(&self) -> [f64; 7] {
        self.inner.emotion
    }

    /// Expected valence of the person, −1 to 1.
    #[getter]
    fn valence(&self) -> f64 {
        self.inner.valence
    }

    /// Entropy of the emotion belief, in nats.
    #[getter]
    fn uncertainty(&self) -> f64 {
        self.inner.uncertainty
    }

    /// Conflict between the channels.
    #[getter]
    fn conflict(&self) -> f64 {
        self.inner.conflict
    }

    /// Valence, arousal, dominance now.
    #[getter]
    fn shown_vad(&self) -> [f64; 3] {
        self.inner.shown_vad
    }

    /// Valence, arousal, dominance that face and body are heading for.
    #[getter]
    fn goal_vad(&self) -> [f64; 3] {
        self.inner.goal_vad
    }

    /// What to do about the offer: open, counter, hold, accept or walk_away.
    #[getter]
    fn act(&self) -> &'static str {
        self.inner.act.name()
    }

    /// The number named, in the scenario's unit; for accept, the deal.
    #[getter]
    fn offer(&self) -> Option<f64> {
        self.inner.act.value()
    }

    /// Why this act.
    #[getter]
    fn act_reason(&self) -> String {
        reason_name(&self.inner.act_reason)
    }

    /// What the previous display earned, in [0, 1].
    #[getter]
    fn earned(&self) -> Option<f64> {
        self.inner.earned
    }

    /// The mixture by name.
    fn distribution(&self) -> BTreeMap<&'static str, f64> {
        Emotion::ALL.into_iter().map(|e| (e.name(), self.inner.mixture[e.index()])).collect()
    }

    /// JSON text; equal texts mean equal bits.
    fn to_json(&self) -> String {
        json(&self.inner)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.inner == other.inner
    }

    fn __repr__(&self) -> String {
        let offer = self.offer().map_or_else(String::new, |x| format!(" {x}"));
        format!("Decision(turn {}: show {}, {}{offer})", self.inner.turn, self.emotion(), self.act())
    }
}
