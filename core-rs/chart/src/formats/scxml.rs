//! SCXML 1.0, with what it lacks in a namespace of its own: effects, priorities, inputs and the safety mark.

#[cfg(feature = "import")]
mod content;
#[cfg(feature = "import")]
mod element;
#[cfg(feature = "import")]
mod read;
mod write;

#[cfg(feature = "import")]
pub use read::read;
pub use write::write;

/// The namespace of SCXML.
pub const NAMESPACE: &str = "http://www.w3.org/2005/07/scxml";
/// The namespace of what SCXML lacks.
pub const OWN_NAMESPACE: &str = "urn:emomas:chart:1";
