//! What was refused, by reason.

/// Why a frame or a value was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not signed, where a signature is wanted.
    Unsigned,
    /// Signed with another key, or changed on the way.
    Signature,
    /// Signed no later than one before it, or numbered before it.
    Replayed,
    /// From a start of the device that is over, or not yet known to be the present one.
    NotFresh,
    /// From somebody else than the device.
    Sender,
    /// An enumerated field holds an unknown number.
    Unknown,
    /// A value is not finite, or out of its range.
    Range,
    /// Too old when it came.
    Stale,
    /// Came before; counted once.
    Repeated,
}

impl Refused {
    /// All, in the order of their counters.
    pub const ALL: [Self; 9] = [
        Self::Unsigned,
        Self::Signature,
        Self::Replayed,
        Self::NotFresh,
        Self::Sender,
        Self::Unknown,
        Self::Range,
        Self::Stale,
        Self::Repeated,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Signature => "signature",
            Self::Replayed => "replayed",
            Self::NotFresh => "not_fresh",
            Self::Sender => "sender",
            Self::Unknown => "unknown",
            Self::Range => "range",
            Self::Stale => "stale",
            Self::Repeated => "repeated",
        }
    }
}

/// Counters since the session began.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    /// Frames accepted.
    pub frames_ok: u64,
    /// Frames sent.
    pub frames_sent: u64,
    /// Frames missing in the device's numbering.
    pub frames_lost: u64,
    /// How often the link came up.
    pub ups: u64,
    /// Bytes taken in.
    pub bytes_received: u64,
    /// Bytes handed out.
    pub bytes_sent: u64,
    refused: [u64; Refused::ALL.len()],
}

impl Counters {
    pub(crate) fn refuse(&mut self, why: Refused) {
        self.refused[why as usize] += 1;
    }

    /// Everything refused.
    pub fn refusals(&self) -> u64 {
        self.refused.iter().sum()
    }

    /// How often this was the reason.
    pub const fn refused(&self, why: Refused) -> u64 {
        self.refused[why as usize]
    }
}
