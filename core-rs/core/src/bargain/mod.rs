//! Bargaining over one quantity: the core, not the language model, owns the numbers.

mod terms;

pub use terms::{Terms, TermsError};
