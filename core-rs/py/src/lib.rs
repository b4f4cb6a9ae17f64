//! Python bindings: the only crate that knows PyO3. Plain Python (`python/emomas`) builds the public interface on it.

mod belief;
mod chart;
mod convert;
mod core;
mod decision;
mod errors;
mod journal;
mod link;
mod scenario;
mod sense;
mod simulate;

/// Private native module of emomas.
#[pyo3::pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::belief::Belief;
    #[pymodule_export]
    use crate::chart::definition::Chart;
    #[pymodule_export]
    use crate::chart::machine::Machine;
    #[pymodule_export]
    use crate::core::{Core, Evidence};
    #[pymodule_export]
    use crate::decision::Decision;
    #[pymodule_export]
    use crate::journal::{Replay, export_jsonl, replay};
    #[pymodule_export]
    use crate::link::{FrameReader, Link, encode_frame};
    #[pymodule_export]
    use crate::scenario::{Scenario, import_csv};
    #[pymodule_export]
    use crate::sense::{TextModel, text_features};
    #[pymodule_export]
    use crate::simulate::{Dialogue, simulate, validate_world, world_parameters};

    #[pymodule_init]
    fn init(m: &Bound<'_, PyModule>) -> PyResult<()> {
        m.add("__version__", env!("CARGO_PKG_VERSION"))?;
        m.add("EMOTIONS", emomas_core::Emotion::ALL.map(emomas_core::Emotion::name))?;
        m.add("STANCES", emomas_core::Stance::ALL.map(emomas_core::Stance::name))?;
        m.add("PHASES", emomas_core::Phase::ALL.map(emomas_core::Phase::name))?;
        m.add("POLICIES", emomas_core::agent::Policy::NAMES)?;
        m.add("COUNTERPARTS", emomas_sim::Persona::ALL.map(emomas_sim::Persona::name))?;
        m.add("DIALECT_HASH", emomas_link::dialect::HASH)?;
        m.add("ENDS", emomas_sim::End::ALL.map(emomas_sim::End::name))
    }
}
