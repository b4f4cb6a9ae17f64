//! The policies that are compared: each is a list of experts under the same orchestrator, so nothing else differs.

use emomas_core::Emotion;
use emomas_core::agent::Policy;
use emomas_core::experts::ExpertKind;
use emomas_core::orchestrator::Selection;

/// Names of all policies, in the order of tables.
pub const NAMES: [&str; 12] = [
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
pub fn by_name(name: &str) -> Option<Policy> {
    let mut policy = match name {
        "vanilla" | "neutral" => Policy::of(&[ExpertKind::Fixed(Emotion::Neutral)], Selection::Argmax),
        "random" => Policy::of(&[ExpertKind::Uniform], Selection::Sample),
        "game" => Policy::of(&[ExpertKind::Game], Selection::Argmax),
        // A table that knows nothing yet must try things out: the paper's softmax policy.
        "rl" => Policy::of(&[ExpertKind::Rl], Selection::Sample),
        "coherence" => Policy::of(&[ExpertKind::Coherence], Selection::Argmax),
        "emomas" => return Some(Policy::emomas()),
        emotion => Policy::of(&[ExpertKind::Fixed(Emotion::from_name(emotion)?)], Selection::Argmax),
    };
    policy.rates.explore = 0.0;
    Some(policy)
}
