//! Charts as pictures: [`mermaid`], [`dot`], [`svg`].

mod dot;
mod label;
mod layout;
mod mermaid;
mod svg;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;
