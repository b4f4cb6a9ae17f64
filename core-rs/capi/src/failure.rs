//! What can be wrong with a call.

use emomas_core::agent::{ConfigError, SnapshotError, StepError};
use emomas_store::StoreError;

use crate::codes::Status;

/// Why a call did nothing; small and without a heap, for the turn.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the handle is no live agent: use the one that emomas_create gave, and not after emomas_destroy")]
    Handle,
    #[error("{0} is NULL: give an address")]
    Null(&'static str),
    #[error("{argument} is misaligned: align it to {align_bytes} bytes")]
    Misaligned { argument: &'static str, align_bytes: usize },
    #[error("{argument} has {found} bytes: give at least {needed}")]
    Short { argument: &'static str, found: usize, needed: usize },
    #[error("{argument} has {found} bytes: give at most {most}")]
    Long { argument: &'static str, found: usize, most: usize },
    #[error("{field} is {value}: give a number from 0 to {most}")]
    Code { field: &'static str, value: u8, most: usize },
    #[error("{argument} is not UTF-8 from byte {offset} on: save it as UTF-8")]
    Encoding { argument: &'static str, offset: usize },
    #[error("policy has no end: give at most {0} bytes and a final NUL")]
    Endless(usize),
    #[error("policy names {found} experts: give at most {most}")]
    Experts { found: usize, most: usize },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Step(#[from] StepError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error("a defect of emomas, please report it: the agent is as it was")]
    Internal,
}

impl Failure {
    pub(crate) const fn status(&self) -> Status {
        match self {
            Self::Handle => Status::Handle,
            Self::Null(_) | Self::Misaligned { .. } => Status::Pointer,
            Self::Short { .. } | Self::Snapshot(SnapshotError::Buffer { .. }) => Status::Memory,
            Self::Long { .. } | Self::Code { .. } | Self::Experts { .. } => Status::Argument,
            Self::Encoding { .. } | Self::Endless(_) => Status::Encoding,
            Self::Config(_) => Status::Config,
            Self::Step(StepError::Closed) => Status::Closed,
            Self::Step(StepError::DeadlinePassed { .. }) => Status::Deadline,
            Self::Step(StepError::Evidence(_)) => Status::Evidence,
            Self::Step(_) => Status::Observation,
            Self::Snapshot(SnapshotError::Magic) => Status::SnapshotMagic,
            Self::Snapshot(SnapshotError::Version { .. }) => Status::SnapshotVersion,
            Self::Snapshot(SnapshotError::Experts { .. }) => Status::SnapshotExperts,
            Self::Snapshot(SnapshotError::Length { .. }) => Status::SnapshotLength,
            Self::Snapshot(SnapshotError::Checksum { .. }) => Status::SnapshotChecksum,
            Self::Snapshot(_) => Status::Snapshot,
            Self::Internal => Status::Internal,
        }
    }
}

/// Why a scenario or policy can't be used; reading may use the heap.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Scenario(#[from] StoreError),
    #[error("policy is {name:?}: give one of {known}; or experts with commas between: {experts}, an emotion's name")]
    Policy { name: String, known: String, experts: &'static str },
    #[error(transparent)]
    Call(#[from] Failure),
}

impl Refusal {
    pub(crate) const fn status(&self) -> Status {
        match self {
            Self::Scenario(StoreError::Field { .. }) => Status::ScenarioField,
            Self::Scenario(_) => Status::ScenarioSyntax,
            Self::Policy { .. } => Status::UnknownName,
            Self::Call(failure) => failure.status(),
        }
    }
}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Self::Call(error.into())
    }
}
