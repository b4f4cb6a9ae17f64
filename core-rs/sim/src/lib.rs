//! Simulated counterparts and the batch engine.
//!
//! - [`world`]: the frozen parameters of how shown emotion moves people; [`person`]: somebody who lives by them.
//! - [`validate`]: the published findings that such a person must reproduce.
//! - [`dialogue`]: one conversation with a core; [`batch`]: many, on all processors.
#![forbid(unsafe_code)]

pub mod batch;
pub mod dialogue;
pub mod person;
pub mod sensor;
pub mod validate;
pub mod world;

pub use batch::{Batch, BatchError, Episode, WorldKind};
pub use dialogue::{Dialogue, End, Reply};
pub use person::{
    Act, AgentMove, Heard, Person, Persona, Reaction, Readout, Setting, Shown, ShownKind, Status, Traits,
};
pub use world::{World, WorldError};
