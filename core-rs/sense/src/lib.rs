//! What the senses say of how a person feels, as likelihoods with a quality and the cues that carried them.
//!
//! Pure functions without a clock and without files, deterministic on every machine: the logarithms and roots are
//! libm's.

mod features;
mod model;

pub use features::{Feature, features};
pub use model::{BUCKETS, EMOTIONS, LABELS, ModelError, Reading, TextModel};
