//! What a session tells its host.

use crate::dialect::{
    EMOMAS_EVIDENCE_DATA, EMOMAS_HELLO_DATA, EMOMAS_PERSON_INPUT_DATA, EMOMAS_SAFETY_STATE_DATA, EmomasReason,
};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The device has answered for this start of both sides; anything of an earlier start is refused.
    Up(Box<EMOMAS_HELLO_DATA>),
    /// Nothing valid was heard for a while; `reason` says what was heard instead.
    Down(DownReason),
    /// A device answers, but can't be used.
    Refused(Refusal),
    /// The device's safety state changed, or its counters did.
    Safety(Box<EMOMAS_SAFETY_STATE_DATA>),
    /// How the person seems to feel.
    Evidence(Box<EMOMAS_EVIDENCE_DATA>),
    /// What the person did.
    Input(Box<EMOMAS_PERSON_INPUT_DATA>),
    /// The device stopped.
    Stopped(EmomasReason),
    /// Command `id` has come to `state`, with `progress` in percent.
    Command {
        /// What `Session::command` returned.
        id: u32,
        /// Where it stands.
        state: CommandState,
        /// 0 to 100.
        progress: u8,
        /// Why it failed, else empty.
        why: &'static str,
    },
    /// A line from the device for people.
    Text {
        /// 0 (emergency) to 7 (debug).
        severity: u8,
        /// The line.
        text: String,
    },
}

/// What was heard when nothing valid was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownReason {
    /// Nothing.
    Silent,
    /// Damaged bytes.
    Noise,
    /// Whole frames that were refused.
    Refused,
    /// The device has started anew.
    Restarted,
    /// The host closed the port, or it went away.
    Port,
}

impl DownReason {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Noise => "noise",
            Self::Refused => "refused",
            Self::Restarted => "restarted",
            Self::Port => "port",
        }
    }
}

/// Why a device that answers can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It speaks another version of the dialect, whose hash this is.
    Dialect(u64),
    /// It doesn't sign, and the host has a key.
    Unsigned,
    /// It signs with a key that the host doesn't have.
    UnknownKey,
}

impl Refusal {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dialect(_) => "dialect",
            Self::Unsigned => "unsigned",
            Self::UnknownKey => "unknown_key",
        }
    }
}

/// Life of a command. Only `Done`, `Failed` and `Cancelled` end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandState {
    /// Sent, not answered.
    Sent,
    /// The device has taken it.
    Accepted,
    /// Under way.
    InProgress,
    /// Carried out.
    Done,
    /// Refused, failed, or never answered.
    Failed,
    /// Cancelled before it was done.
    Cancelled,
}

impl CommandState {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::InProgress => "in_progress",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more will come.
    pub const fn ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}
