//! The emomas decision loop.
//!
//! `no_std`, no I/O, no clock: state + inputs + seed → the same decision, bit for bit.
#![no_std]
#![forbid(unsafe_code)]

pub mod affect;
pub mod agent;
pub mod bargain;
pub mod belief;
pub mod display;
pub mod domain;
pub mod emotion;
pub mod experts;
pub mod fusion;
pub mod mask;
pub mod math;
pub mod orchestrator;
pub mod payoff;
pub mod persist;
pub mod reward;
pub mod rng;

pub use agent::{Config, Core, Decision, Observation, Policy};
pub use domain::{Direction, Domain, Phase, Role};
pub use emotion::{Emotion, EmotionDist, EmotionSet, Stance, StanceDist, Vad};
