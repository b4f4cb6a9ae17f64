//! The dialect's messages, generated from `firmware_bridge/dialect` when this crate is built.

#![allow(missing_docs, non_camel_case_types, non_snake_case, unused_qualifications, elided_lifetimes_in_paths)]
#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used)]

include!(concat!(env!("OUT_DIR"), "/emomas.rs"));

/// First eight bytes of the SHA-256 of the dialect's canonical text.
pub const HASH: u64 = include!(concat!(env!("OUT_DIR"), "/hash.rs"));
