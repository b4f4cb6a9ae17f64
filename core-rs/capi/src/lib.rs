//! The C ABI: the decision loop inside memory that a robot controller owns.
//!
//! - [`codes`] and [`types`]: what crosses the boundary; the header `include/emomas.h` is generated from them.
//! - [`functions`]: the functions, and with [`pointer`] the only unsafe code.
//! - [`agent`]: the state behind a handle; [`convert`]: C structs from and to the core's types.
//! - [`failure`]: everything that can be wrong with a call, as a [`codes::Status`] and as text.

pub mod codes;
pub mod functions;
pub mod types;

mod agent;
mod convert;
mod failure;
mod pointer;
mod policy;

pub use agent::Agent;
