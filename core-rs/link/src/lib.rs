//! The host's side of the serial link: a session without I/O.
//!
//! Bytes and time go in, bytes and events come out. Frames are MAVLink 2 with the dialect in `firmware_bridge/dialect`,
//! which also describes the session.

mod commands;
mod counters;
pub mod dialect;
mod event;
mod frame;
mod session;
mod signing;
mod values;

pub use counters::{Counters, Refused};
pub use event::{CommandState, DownReason, Event, Refusal};
pub use frame::{Cutter, Frame, Sender};
pub use session::Session;
pub use signing::{Key, Signer, signed_at};
pub use values::{Affect, ValueError, text};

/// System and component of the host: an onboard computer (191) of a ground station (255).
pub const HOST: Sender = (255, 191);
/// System and component of the device: the first system's autopilot.
pub const DEVICE: Sender = (1, 1);
