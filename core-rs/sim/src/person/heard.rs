//! What passes between the agent and a simulated person: nothing else does.

use emomas_core::Emotion;
use emomas_core::display::{Display, Target};

/// What a display looks like to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownKind {
    /// One of the seven. Sadness shown by a live agent is empathy.
    Emotion(Emotion),
    /// Disappointment with the offer; laboratory only.
    Disappointment,
    /// Guilt; laboratory only.
    Guilt,
}

impl ShownKind {
    /// Number of kinds.
    pub const COUNT: usize = 9;

    /// All kinds in index order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Emotion(Emotion::Joy),
        Self::Emotion(Emotion::Sadness),
        Self::Emotion(Emotion::Anger),
        Self::Emotion(Emotion::Fear),
        Self::Emotion(Emotion::Surprise),
        Self::Emotion(Emotion::Disgust),
        Self::Emotion(Emotion::Neutral),
        Self::Disappointment,
        Self::Guilt,
    ];

    /// Position in [`Self::ALL`].
    pub const fn index(self) -> usize {
        match self {
            Self::Emotion(e) => e.index(),
            Self::Disappointment => 7,
            Self::Guilt => 8,
        }
    }

    /// The emotion that the person catches from it.
    pub const fn emotion(self) -> Emotion {
        match self {
            Self::Emotion(e) => e,
            Self::Disappointment | Self::Guilt => Emotion::Sadness,
        }
    }

    /// How empathic the display is: 1 for empathy, `calm` for a plain neutral one.
    pub(crate) const fn empathy(self, calm: f64) -> f64 {
        match self {
            Self::Emotion(Emotion::Sadness) => 1.0,
            Self::Emotion(Emotion::Neutral) => calm,
            _ => 0.0,
        }
    }
}

/// A display as the person takes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// Which display.
    pub kind: ShownKind,
    /// How strongly, 0 to 1; at 0 nothing is shown.
    pub intensity: f64,
    /// About whom or what; the situation counts like behaviour.
    pub target: Target,
    /// 0 fits the event, 1 is unjustified.
    pub inappropriateness: f64,
}

impl Shown {
    /// The kind that arrives: whatever has no intensity is neutral.
    pub(crate) fn effective(&self) -> ShownKind {
        if self.intensity > 0.0 { self.kind } else { ShownKind::Emotion(Emotion::Neutral) }
    }
}

impl From<Display> for Shown {
    fn from(display: Display) -> Self {
        Self {
            kind: ShownKind::Emotion(display.emotion),
            intensity: display.intensity,
            target: display.target,
            inappropriateness: if display.justified { 0.0 } else { 1.0 },
        }
    }
}

/// What the agent does in a turn, besides showing something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AgentMove {
    /// Talks without an offer.
    Talk,
    /// Offers, or repeats its offer.
    Offer {
        /// Share of the gap offered: 0 is the agent's target, 1 the person's.
        share: f64,
        /// How much that is above its previous offer.
        concession: f64,
    },
    /// Accepts the person's demand.
    Accept,
    /// Ends the conversation without a deal.
    Leave,
}

/// One turn of the agent, as the person hears it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// What the agent shows.
    pub shown: Shown,
    /// What it does.
    pub agent: AgentMove,
}

/// What the person does in a turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    /// Asks for this share of the gap.
    Offer(f64),
    /// Keeps its last demand.
    Hold,
    /// Takes the agent's offer.
    Accept,
    /// Leaves without a deal.
    WalkAway,
}

/// One turn of the person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reaction {
    /// What it shows.
    pub displayed: Emotion,
    /// What it feels; for scoring, never for the agent.
    pub felt: Emotion,
    /// What it does.
    pub act: Act,
    /// Share of the gap by which its demand fell; negative when it rose.
    pub concession: f64,
}
