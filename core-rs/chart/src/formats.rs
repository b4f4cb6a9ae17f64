//! Texts that charts are read from and written to.

#[cfg(feature = "import")]
pub mod scxml;
#[cfg(feature = "import")]
pub mod toml;
mod xml;
