//! The emomas decision loop.
//!
//! `no_std`, no I/O, no clock: state + inputs + seed → the same decision, bit for bit.
#![no_std]
#![forbid(unsafe_code)]

pub mod bargain;
pub mod display;
pub mod domain;
pub mod emotion;
pub mod math;
pub mod persist;
pub mod rng;

pub use domain::{Direction, Domain, Phase, Role};
pub use emotion::{Emotion, EmotionDist, EmotionSet, Stance, StanceDist, Vad};
