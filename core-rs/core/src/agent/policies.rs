//! The policies that are compared: each is a list of experts under the same orchestrator, so nothing else differs.

use super::Policy;
use crate::Emotion;
use crate::experts::ExpertKind;
use crate::orchestrator::Selection;

impl Policy {
    /// Names of all policies, in the order of tables.
    pub const NAMES: [&'static str; 12] = [
        "vanilla",
        "random",
        "joy",
        "sadness",
        "anger",
        "fear",
        "surprise",
        "disgust",
        "game",
        "rl",
        "coherence",
        "emomas",
    ];

    /// The policy called `name`, if there is one.
    ///
    /// `vanilla` always shows neutral, an emotion's name always that emotion, `random` any; `game`, `rl` and `coherence`
    /// are single experts; `emomas` is all three.
    pub fn by_name(name: &str) -> Option<Self> {
        let mut policy = match name {
            "vanilla" | "neutral" => Self::of(&[ExpertKind::Fixed(Emotion::Neutral)], Selection::Argmax),
            "random" => Self::of(&[ExpertKind::Uniform], Selection::Sample),
            "game" => Self::of(&[ExpertKind::Game], Selection::Argmax),
            // A table that knows nothing yet must try things out: the paper's softmax policy.
            "rl" => Self::of(&[ExpertKind::Rl], Selection::Sample),
            "coherence" => Self::of(&[ExpertKind::Coherence], Selection::Argmax),
            "emomas" => return Some(Self::emomas()),
            emotion => Self::of(&[ExpertKind::Fixed(Emotion::from_name(emotion)?)], Selection::Argmax),
        };
        policy.rates.explore = 0.0;
        Some(policy)
    }
}
