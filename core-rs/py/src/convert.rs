//! Names and policies, from and to Python.

use emomas_core::agent::Policy;
use emomas_core::experts::{ExpertKind, MAX_EXPERTS};
use emomas_core::orchestrator::Selection;
use emomas_core::{Emotion, Phase};
use emomas_sim::Persona;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::errors::{argument, unknown};

/// A sequence of `N` numbers; lists and tuples without PyO3's detour over Python integers as indices.
#[derive(Clone, Copy)]
pub(crate) struct Numbers<const N: usize>(pub(crate) [f64; N]);

impl<'a, 'py, const N: usize> FromPyObject<'a, 'py> for Numbers<N> {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let mut numbers = [0.0; N];
        if let Ok(list) = given.cast_exact::<PyList>()
            && list.len() == N
        {
            for (index, number) in numbers.iter_mut().enumerate() {
                *number = list.get_item(index)?.extract()?;
            }
        } else if let Ok(tuple) = given.cast_exact::<PyTuple>()
            && tuple.len() == N
        {
            for (index, number) in numbers.iter_mut().enumerate() {
                *number = tuple.get_borrowed_item(index)?.extract()?;
            }
        } else {
            numbers = given.extract()?;
        }
        Ok(Self(numbers))
    }
}

pub(crate) fn emotion(name: &str) -> PyResult<Emotion> {
    Emotion::from_name(name).ok_or_else(|| unknown("emotion", name, &Emotion::ALL.map(Emotion::name)))
}

pub(crate) fn phase(name: &str) -> PyResult<Phase> {
    Phase::from_name(name).ok_or_else(|| unknown("phase", name, &Phase::ALL.map(Phase::name)))
}

pub(crate) fn persona(name: &str) -> PyResult<Persona> {
    Persona::from_name(name).ok_or_else(|| unknown("counterpart", name, &Persona::ALL.map(Persona::name)))
}

/// The name of a policy, or the experts of one's own.
#[derive(FromPyObject)]
pub(crate) enum PolicySpec {
    Name(String),
    Experts(Vec<String>),
}

/// The policy that `spec` names, with the caller's overrides.
pub(crate) fn policy(
    spec: &PolicySpec,
    selection: Option<&str>,
    explore: Option<f64>,
    unsafe_unmasked: bool,
) -> PyResult<Policy> {
    let mut policy = match spec {
        PolicySpec::Name(name) => Policy::by_name(name).ok_or_else(|| unknown("policy", name, &Policy::NAMES))?,
        PolicySpec::Experts(names) => {
            if names.is_empty() || names.len() > MAX_EXPERTS {
                return Err(argument(&format!("policy names {} experts: give 1 to {MAX_EXPERTS}", names.len())));
            }
            let experts = names.iter().map(|name| expert(name)).collect::<PyResult<Vec<_>>>()?;
            Policy::of(&experts, Selection::Argmax)
        }
    };
    match selection {
        None => {}
        Some("argmax") => policy.selection = Selection::Argmax,
        Some("sample") => policy.selection = Selection::Sample,
        Some(other) => return Err(unknown("selection", other, &["argmax", "sample"])),
    }
    if let Some(explore) = explore {
        policy.rates.explore = explore;
    }
    policy.unsafe_unmasked = unsafe_unmasked;
    Ok(policy)
}

fn expert(name: &str) -> PyResult<ExpertKind> {
    Ok(match name {
        "game" => ExpertKind::Game,
        "rl" => ExpertKind::Rl,
        "coherence" => ExpertKind::Coherence,
        "uniform" => ExpertKind::Uniform,
        "external" => ExpertKind::External,
        other => ExpertKind::Fixed(Emotion::from_name(other).ok_or_else(|| {
            let mut known = vec!["game", "rl", "coherence", "uniform", "external"];
            known.extend(Emotion::ALL.map(Emotion::name));
            unknown("expert", other, &known)
        })?),
    })
}

/// JSON text of a serialisable value; plain data with text keys can't fail.
pub(crate) fn json(data: &impl serde::Serialize) -> String {
    serde_json::to_string(data).unwrap_or_default()
}
