//! The belief filter on its own, for researchers and differential tests.

use emomas_core::belief::{Belief as Inner, Learning, Transitions};
use emomas_core::{Emotion, Stance};
use pyo3::prelude::*;

use crate::convert::{Numbers, emotion};
use crate::errors::argument;

/// The input–output hidden Markov model over stance × emotion.
#[pyclass(module = "emomas")]
pub(crate) struct Belief {
    belief: Inner,
    transitions: Transitions,
}

/// A filter step on the widest vectors that the CPU has.
struct Update<'a> {
    filter: &'a mut Belief,
    action: Option<Emotion>,
    emotions: [f64; 7],
    stances: [f64; 4],
    learning: Option<Learning>,
}

impl emomas_wide::Work for Update<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let Belief { belief, transitions } = self.filter;
        belief.update(transitions, self.action, &self.emotions, &self.stances, self.learning)
    }
}

#[pymethods]
impl Belief {
    /// The prior belief and transitions.
    #[new]
    fn new() -> Self {
        Self { belief: Inner::default(), transitions: Transitions::default() }
    }

    /// One exact filter step after the agent showed `action`; returns the evidence's probability up to the
    /// likelihoods' common factor. With `forget` the transitions learn.
    #[pyo3(signature = (action, emotion_likelihood, stance_likelihood=None, *, forget=None))]
    fn update(
        &mut self,
        action: Option<&str>,
        emotion_likelihood: Numbers<7>,
        stance_likelihood: Option<Numbers<4>>,
        forget: Option<f64>,
    ) -> PyResult<f64> {
        let Numbers(emotions) = emotion_likelihood;
        let Numbers(stances) = stance_likelihood.unwrap_or(Numbers([1.0; 4]));
        if !emotions.iter().chain(&stances).all(|l| (0.0..=f64::MAX).contains(l)) {
            return Err(argument("a likelihood is negative, NaN or infinite: give finite numbers >= 0"));
        }
        let action = action.map(emotion).transpose()?;
        let learning = forget.map(|forget| Learning { forget });
        Ok(emomas_wide::widest(Update { filter: self, action, emotions, stances, learning }))
    }

    /// Joint distribution, stance by emotion.
    #[getter]
    fn joint(&self) -> Vec<Vec<f64>> {
        let emotions = emomas_core::Emotion::ALL;
        Stance::ALL.map(|s| emotions.map(|e| self.belief.joint(s, e)).to_vec()).to_vec()
    }

    /// Marginal over stances.
    #[getter]
    fn stance(&self) -> [f64; 4] {
        self.belief.stance()
    }

    /// Marginal over emotions.
    #[getter]
    fn emotion(&self) -> [f64; 7] {
        self.belief.emotion()
    }

    /// Stance transitions when the agent shows `action`: rows from, columns to.
    fn stance_matrix(&self, action: &str) -> PyResult<Vec<Vec<f64>>> {
        let action = emotion(action)?;
        let row = |from| Stance::ALL.map(|to| self.transitions.stance(action, from, to)).to_vec();
        Ok(Stance::ALL.map(row).to_vec())
    }

    /// Emotion transitions when the agent shows `action` and the person's next stance is `stance` (an index).
    fn emotion_matrix(&self, action: &str, stance: usize) -> PyResult<Vec<Vec<f64>>> {
        let action = emotion(action)?;
        let stance = *Stance::ALL.get(stance).ok_or_else(|| argument("stance is an index from 0 to 3"))?;
        let all = emomas_core::Emotion::ALL;
        let row = |from| all.map(|to| self.transitions.emotion(action, stance, from, to)).to_vec();
        Ok(all.map(row).to_vec())
    }
}
