//! Statecharts: [`model`] is what is built once, [`machine`] what runs; [`data`] converts values.

mod data;
mod host;
pub(crate) mod machine;
pub(crate) mod model;
