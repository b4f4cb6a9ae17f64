//! Statecharts: [`chart`] is what is built once, [`machine`] what runs; [`data`] converts values.

pub(crate) mod chart;
mod data;
mod host;
pub(crate) mod machine;
