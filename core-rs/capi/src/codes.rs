//! Numbers that stand for names. They are part of the binary interface: new ones are added, none is renumbered.

use std::ffi::CStr;

/// How a call ended. Everything but OK leaves the agent as it was.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Ok = 0,
    /// The handle is NULL, destroyed, or not one that emomas_create gave.
    Handle = 1,
    /// A pointer is NULL or misaligned.
    Pointer = 2,
    /// The caller's memory is too short.
    Memory = 3,
    /// A count, flag or code is out of range.
    Argument = 4,
    /// A text is not UTF-8, or has no end.
    Encoding = 5,
    /// The scenario is not TOML, or not of the expected shape.
    ScenarioSyntax = 6,
    /// A field of the scenario has a value it can't have.
    ScenarioField = 7,
    /// No policy or expert has this name.
    UnknownName = 8,
    /// Scenario and policy don't make a configuration.
    Config = 9,
    /// The conversation is closed.
    Closed = 10,
    /// The agent has used all its turns.
    Deadline = 11,
    /// A piece of evidence is wrong.
    Evidence = 12,
    /// Something else of the observation, or the deal, is wrong.
    Observation = 13,
    /// The bytes are not a snapshot.
    SnapshotMagic = 14,
    /// The snapshot was taken with another version.
    SnapshotVersion = 15,
    /// The snapshot was taken with other experts.
    SnapshotExperts = 16,
    /// Bytes of the snapshot are missing or left over.
    SnapshotLength = 17,
    /// The snapshot's checksum differs.
    SnapshotChecksum = 18,
    /// The snapshot holds what no agent can have.
    Snapshot = 19,
    /// A defect of emomas: please report it.
    Internal = 20,
}

impl Status {
    /// All, by number.
    pub(crate) const ALL: [Self; 21] = [
        Self::Ok,
        Self::Handle,
        Self::Pointer,
        Self::Memory,
        Self::Argument,
        Self::Encoding,
        Self::ScenarioSyntax,
        Self::ScenarioField,
        Self::UnknownName,
        Self::Config,
        Self::Closed,
        Self::Deadline,
        Self::Evidence,
        Self::Observation,
        Self::SnapshotMagic,
        Self::SnapshotVersion,
        Self::SnapshotExperts,
        Self::SnapshotLength,
        Self::SnapshotChecksum,
        Self::Snapshot,
        Self::Internal,
    ];

    /// A stable name; where Python raises the same error, its `code`.
    pub const fn name(self) -> &'static CStr {
        match self {
            Self::Ok => c"ok",
            Self::Handle => c"handle",
            Self::Pointer => c"pointer",
            Self::Memory => c"memory",
            Self::Argument => c"argument",
            Self::Encoding => c"encoding",
            Self::ScenarioSyntax => c"scenario_syntax",
            Self::ScenarioField => c"scenario_field",
            Self::UnknownName => c"unknown_name",
            Self::Config => c"config",
            Self::Closed => c"closed",
            Self::Deadline => c"deadline",
            Self::Evidence => c"evidence",
            Self::Observation => c"observation",
            Self::SnapshotMagic => c"snapshot_magic",
            Self::SnapshotVersion => c"snapshot_version",
            Self::SnapshotExperts => c"snapshot_experts",
            Self::SnapshotLength => c"snapshot_length",
            Self::SnapshotChecksum => c"snapshot_checksum",
            Self::Snapshot => c"snapshot",
            Self::Internal => c"internal",
        }
    }
}

/// An emotion; also the index in every array over emotions.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emotion {
    /// Joy: warmth, confidence.
    Joy = 0,
    /// Sadness: shown by the agent it reads as empathy.
    Sadness = 1,
    /// Anger: firmness, urgency.
    Anger = 2,
    /// Fear: worry.
    Fear = 3,
    /// Surprise.
    Surprise = 4,
    /// Disgust: disapproval.
    Disgust = 5,
    /// Neutral.
    Neutral = 6,
}

/// How the person approaches the conversation; the index in arrays over stances.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// Looks for a joint solution.
    Cooperative = 0,
    /// Fights.
    Confrontational = 1,
    /// Is overwhelmed.
    Distressed = 2,
    /// Plays.
    Strategic = 3,
}

/// Where the conversation stands.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// First contact.
    Opening = 0,
    /// Offers go back and forth.
    Bargaining = 1,
    /// Neither side has moved for two turns.
    Impasse = 2,
    /// The end is near.
    Closing = 3,
}

/// What a channel reports.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceKind {
    /// A likelihood of each emotion.
    Likelihood = 0,
    /// A Gaussian observation of valence, arousal, dominance.
    Vad = 1,
}

/// What the person did.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing yet: the agent speaks first, or silence.
    Silence = 0,
    /// Spoke without accepting, rejecting or leaving; may carry an offer.
    Talk = 1,
    /// Rejected the agent's offer; may carry its own.
    Reject = 2,
    /// Accepted the agent's latest offer.
    Accept = 3,
    /// Left.
    Leave = 4,
}

/// What the agent does about the offer.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// First offer.
    Open = 0,
    /// New offer.
    Counter = 1,
    /// The standing offer again.
    Hold = 2,
    /// Agreement: the offer is the deal.
    Accept = 3,
    /// The end without agreement; no offer.
    WalkAway = 4,
}

/// Why the agent moves so.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveReason {
    /// Nothing was offered before.
    FirstOffer = 0,
    /// A concession is expected to pay.
    ConcessionPays = 1,
    /// Waiting is expected to pay.
    WaitingPays = 2,
    /// The standing offer is at least as good as the agent's next one.
    NextOfferMet = 3,
    /// The standing offer is worth more than going on.
    BetterThanGoingOn = 4,
    /// It is the agent's last turn and the standing offer is rational.
    LastTurn = 5,
    /// It is the agent's last turn and the standing offer is not rational: its best last offer.
    FinalOffer = 6,
    /// Everything up to the reservation value is already offered.
    AtReservation = 7,
    /// The deadline is reached and nothing acceptable is on the table.
    NothingAcceptable = 8,
    /// The person accepted.
    CounterpartAccepted = 9,
    /// The person left.
    CounterpartLeft = 10,
}

/// What a displayed emotion is about.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// What the person did or offered.
    Behaviour = 0,
    /// The person.
    Person = 1,
    /// The circumstances.
    Situation = 2,
}

/// Why an expert prefers what it prefers.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpertReason {
    /// The expert always says this.
    Constant = 0,
    /// Game: first move, payoffs alone.
    FirstMove = 1,
    /// Game: the last payoff was at or above its running mean.
    WinStay = 2,
    /// Game: the last payoff was below its running mean.
    LoseShift = 3,
    /// RL: this state was never visited.
    Unvisited = 4,
    /// RL: learned action values differ.
    LearnedValue = 5,
    /// Coherence: plausible after what was shown before.
    Plausible = 6,
    /// Coherence: appropriate for phase, stance and domain.
    Appropriate = 7,
    /// Coherence: the expected effect on the person.
    Strategic = 8,
    /// The host's own expert.
    External = 9,
}
