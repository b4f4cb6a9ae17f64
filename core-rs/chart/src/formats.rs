//! Texts that charts are read from and written to: [`scxml`] and [`toml`].

#[cfg(feature = "import")]
mod lines;
pub mod scxml;
#[cfg(feature = "import")]
pub mod toml;
mod xml;

pub(crate) use xml::escape;
