//! Statecharts with SCXML semantics.
//!
//! A chart is read ([`formats`], [`read`]) into a [`Source`], checked and compiled once into immutable tables
//! ([`Chart`]), and run by any number of small [`Machine`]s. The algorithm is appendix D of the W3C Recommendation
//! SCXML 1.0; `docs/charts.md` lists where it deviates. A machine reads no clock, allocates nothing once started, and
//! hands its actions to a [`Host`].
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "import", test))]
extern crate std;

pub mod chart;
pub mod check;
mod compile;
pub mod draw;
pub mod error;
pub mod expr;
pub mod formats;
pub mod limits;
mod lookup;
pub mod machine;
mod read;
mod set;
pub mod source;
pub mod tree;
pub mod value;
mod write;

pub use chart::{Chart, EventId};
pub use check::Finding;
pub use error::{At, ChartError};
pub use machine::{Capacity, Counters, Effects, Host, Machine, Priority};
pub use source::Source;
pub use tree::Tree;
pub use value::{Fault, Value};
