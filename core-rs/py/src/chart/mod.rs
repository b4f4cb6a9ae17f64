//! Statecharts: [`definition`] is the chart, built once; [`machine`] what runs; [`data`] converts values, `host` collects
//! effects.

pub(crate) mod data;
pub(crate) mod definition;
mod host;
pub(crate) mod machine;
