//! Reading text with the trained model; `emomas.perception.reading` loads it.

use emomas_sense::{EMOTIONS, LABELS};
use pyo3::prelude::*;

use crate::errors::Raise;

/// Labels, emotions, valence–arousal–dominance, and the causes as (start, end, share) in characters.
type Read = ([f32; LABELS], [f32; EMOTIONS], [f32; 3], Vec<(usize, usize, f32)>);

/// A trained reader of text.
#[pyclass(frozen, module = "emomas")]
pub(crate) struct TextModel {
    model: emomas_sense::TextModel,
}

#[pymethods]
impl TextModel {
    /// Read a model from its bytes; raises ModelError.
    #[new]
    fn new(data: &[u8]) -> PyResult<Self> {
        Ok(Self { model: emomas_sense::TextModel::from_bytes(data).map_err(Raise::raise)? })
    }

    /// Read a text; returns the labels' and emotions' probabilities, VAD and causes.
    fn read(&self, text: &str) -> Read {
        let reading = self.model.read(text);
        let chars = |byte: usize| text[..byte].chars().count();
        let causes = reading.causes.into_iter().map(|(start, end, share)| (chars(start), chars(end), share)).collect();
        (reading.labels, reading.emotions, reading.vad, causes)
    }

    /// Probability from which on each label counts as present.
    #[getter]
    fn thresholds(&self) -> [f32; LABELS] {
        *self.model.thresholds()
    }

    /// How common each emotion was in training.
    #[getter]
    fn prior(&self) -> [f32; EMOTIONS] {
        *self.model.prior()
    }

    /// Standard deviation of valence, arousal and dominance around what is read.
    #[getter]
    fn spread(&self) -> [f32; 3] {
        *self.model.spread()
    }
}

/// The hashes of a text's features, for training.
#[pyfunction]
pub(crate) fn text_features(text: &str) -> Vec<u32> {
    emomas_sense::features(text).iter().map(|feature| feature.hash).collect()
}
