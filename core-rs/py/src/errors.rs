//! The one bridge from Rust errors to the Python hierarchy in `emomas.errors`.

use std::fmt::Display;
use std::path::Path;

use emomas_chart::ChartError;
use emomas_core::agent::{ConfigError, SnapshotError, StepError};
use emomas_sim::{BatchError, WorldError};
use emomas_store::{SessionError, StoreError};
use pyo3::prelude::*;
use pyo3::types::PyType;

/// A class of `emomas.errors` with the message of `error` and a stable `code`.
fn raise(class: &str, code: &str, error: &dyn Display) -> PyErr {
    Python::attach(|py| {
        let build = || -> PyResult<PyErr> {
            let class = py.import("emomas.errors")?.getattr(class)?.cast_into::<PyType>()?;
            let instance = class.call1((error.to_string(),))?;
            instance.setattr("code", code)?;
            Ok(PyErr::from_value(instance))
        };
        build().unwrap_or_else(|failure| failure)
    })
}

/// Rust errors that have a place in the Python hierarchy.
pub(crate) trait Raise {
    /// The Python exception.
    fn raise(self) -> PyErr;
}

impl Raise for StoreError {
    fn raise(self) -> PyErr {
        let code = self.code();
        match &self {
            Self::Io { source, .. } => raise(io_class(source), code, &self),
            _ if code.starts_with("journal") => raise("JournalError", code, &self),
            _ => raise("ScenarioError", code, &self),
        }
    }
}

fn io_class(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::NotFound => "FileMissingError",
        _ => "StorageError",
    }
}

impl Raise for ChartError {
    fn raise(self) -> PyErr {
        let class = if matches!(self, Self::Snapshot { .. }) { "SnapshotError" } else { "ChartError" };
        raise(class, self.code(), &self)
    }
}

/// The operating system, or the encoding, kept `path` from being read.
pub(crate) fn file_error(path: &Path, error: &std::io::Error) -> PyErr {
    raise(io_class(error), "io", &format!("{}: can't read it: {error}", path.display()))
}

impl Raise for ConfigError {
    fn raise(self) -> PyErr {
        raise("ConfigError", "config", &self)
    }
}

impl Raise for emomas_sense::ModelError {
    fn raise(self) -> PyErr {
        raise("ModelError", "model", &self)
    }
}

impl Raise for emomas_link::ValueError {
    fn raise(self) -> PyErr {
        raise("ConfigError", "value", &self)
    }
}

impl Raise for StepError {
    fn raise(self) -> PyErr {
        let code = match self {
            Self::Closed => "closed",
            Self::DeadlinePassed { .. } => "deadline",
            Self::Evidence(_) => "evidence",
            _ => "observation",
        };
        raise("ObservationError", code, &self)
    }
}

impl Raise for SnapshotError {
    fn raise(self) -> PyErr {
        let code = match self {
            Self::Magic => "snapshot_magic",
            Self::Version { .. } => "snapshot_version",
            Self::Experts { .. } => "snapshot_experts",
            Self::Length { .. } => "snapshot_length",
            Self::Checksum { .. } => "snapshot_checksum",
            _ => "snapshot",
        };
        raise("SnapshotError", code, &self)
    }
}

impl Raise for SessionError {
    fn raise(self) -> PyErr {
        match self {
            Self::Config(e) => e.raise(),
            Self::Snapshot(e) => e.raise(),
            Self::Chart(e) => e.raise(),
            Self::Step(e) => e.raise(),
            Self::Store(e) => e.raise(),
            other => raise("EmomasError", "session", &other),
        }
    }
}

impl Raise for BatchError {
    fn raise(self) -> PyErr {
        raise("ConfigError", "batch", &self)
    }
}

impl Raise for WorldError {
    fn raise(self) -> PyErr {
        let code = self.code();
        raise("ConfigError", code, &self)
    }
}

/// An argument with a name that isn't one of a list.
pub(crate) fn unknown(field: &str, value: &str, known: &[&str]) -> PyErr {
    let message = format!("{field} is {value:?}: give one of {}", known.join(", "));
    raise("ConfigError", "unknown_name", &message)
}

/// Any other wrong argument.
pub(crate) fn argument(message: &str) -> PyErr {
    raise("ConfigError", "argument", &message)
}
