//! The seven emotions, the four stances, and valence–arousal–dominance space.

use crate::math;

/// Number of emotions.
pub const EMOTIONS: usize = 7;
/// Number of stances.
pub const STANCES: usize = 4;
/// A distribution (or likelihood) over the emotions, indexed by [`Emotion::index`].
pub type EmotionDist = [f64; EMOTIONS];
/// A distribution over the stances, indexed by [`Stance::index`].
pub type StanceDist = [f64; STANCES];

/// An emotion. The order is the same everywhere: in arrays, journals and Python.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[repr(u8)]
pub enum Emotion {
    /// Joy: warmth, confidence.
    Joy,
    /// Sadness: shown by the agent it reads as empathy.
    Sadness,
    /// Anger: firmness, urgency.
    Anger,
    /// Fear: worry.
    Fear,
    /// Surprise.
    Surprise,
    /// Disgust: disapproval.
    Disgust,
    /// Neutral.
    #[default]
    Neutral,
}

impl Emotion {
    /// All emotions in index order.
    pub const ALL: [Self; EMOTIONS] =
        [Self::Joy, Self::Sadness, Self::Anger, Self::Fear, Self::Surprise, Self::Disgust, Self::Neutral];

    /// Position in every array over emotions.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The emotion at `index`, if there is one.
    pub const fn from_index(index: usize) -> Option<Self> {
        if index < EMOTIONS { Some(Self::ALL[index]) } else { None }
    }

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        ["joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral"][self as usize]
    }

    /// The emotion called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.name() == name)
    }

    /// Mean valence, arousal and dominance (Russell and Mehrabian 1977; neutral is ours).
    pub const fn vad(self) -> Vad {
        VAD_MEAN[self as usize]
    }
}

/// A set of emotions, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct EmotionSet(u8);

impl EmotionSet {
    /// No emotion.
    pub const EMPTY: Self = Self(0);
    /// All seven.
    pub const ALL: Self = Self(0x7f);

    /// The set of `emotions`.
    pub const fn of(emotions: &[Emotion]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < emotions.len() {
            bits |= 1 << emotions[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    /// Whether `emotion` is in the set.
    pub const fn contains(self, emotion: Emotion) -> bool {
        self.0 & (1 << emotion as u8) != 0
    }

    /// The set with `emotion` added.
    #[must_use]
    pub const fn with(self, emotion: Emotion) -> Self {
        Self(self.0 | (1 << emotion as u8))
    }

    /// The set with `emotion` taken out.
    #[must_use]
    pub const fn without(self, emotion: Emotion) -> Self {
        Self(self.0 & !(1 << emotion as u8))
    }

    /// Every emotion that is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Members in index order.
    pub fn iter(self) -> impl Iterator<Item = Emotion> {
        Emotion::ALL.into_iter().filter(move |&e| self.contains(e))
    }
}

/// How the counterpart approaches the conversation; hidden, inferred by the belief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[repr(u8)]
pub enum Stance {
    /// Looks for a joint solution.
    Cooperative,
    /// Fights.
    Confrontational,
    /// Is overwhelmed.
    Distressed,
    /// Plays.
    Strategic,
}

impl Stance {
    /// All stances in index order.
    pub const ALL: [Self; STANCES] = [Self::Cooperative, Self::Confrontational, Self::Distressed, Self::Strategic];

    /// Position in every array over stances.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        ["cooperative", "confrontational", "distressed", "strategic"][self as usize]
    }

    /// The stance called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// A point in valence–arousal–dominance space, each in [−1, 1].
pub type Vad = [f64; 3];

/// VAD mean of each emotion: Russell and Mehrabian 1977; sadness arousal −.27 (measured speech agrees), neutral at 0.
pub const VAD_MEAN: [Vad; EMOTIONS] = [
    [0.81, 0.51, 0.46],
    [-0.63, -0.27, -0.33],
    [-0.51, 0.59, 0.25],
    [-0.64, 0.60, -0.43],
    [0.40, 0.67, -0.13],
    [-0.60, 0.35, 0.11],
    [0.0, 0.0, 0.0],
];

/// VAD standard deviation of each emotion, same source; neutral .25 is ours.
pub const VAD_SD: [Vad; EMOTIONS] = [
    [0.21, 0.26, 0.38],
    [0.23, 0.34, 0.22],
    [0.20, 0.33, 0.39],
    [0.20, 0.32, 0.30],
    [0.30, 0.27, 0.38],
    [0.20, 0.41, 0.34],
    [0.25, 0.25, 0.25],
];

/// Expected valence of a distribution over emotions.
#[inline(always)]
pub fn expected_valence(dist: &EmotionDist) -> f64 {
    let mut v = 0.0;
    for e in 0..EMOTIONS {
        v += dist[e] * VAD_MEAN[e][0];
    }
    v
}

/// The emotion whose VAD mean lies nearest to `vad` (Euclidean; the first wins a tie).
pub fn nearest(vad: &Vad) -> Emotion {
    let distances = VAD_MEAN.map(|m| -math::distance2(vad, &m));
    Emotion::ALL[math::argmax(&distances)]
}
