//! What the tests of the step share: configurations and random observations.
#![allow(dead_code, reason = "each test file uses its own part")]

use emomas_core::agent::{Act, Config, Observation, Policy};
use emomas_core::bargain::Terms;
use emomas_core::experts::ExpertKind;
use emomas_core::fusion::{Evidence, Signal};
use emomas_core::orchestrator::Selection;
use emomas_core::rng::Rng;
use emomas_core::{Direction, Domain, Emotion, Phase, Role};

/// 14 to 120 days, at most 60.
pub(crate) fn terms() -> Terms {
    Terms {
        direction: Direction::Lower,
        agent_target: 14.0,
        agent_reservation: 60.0,
        counterpart_target: 120.0,
        deadline_turns: 15,
        shared_deadline: false,
    }
}

/// A debt under EmoMAS.
pub(crate) fn config() -> Config {
    Config::new(Domain::Debt, Role::Debtor, terms())
}

/// A debt under one fixed emotion.
pub(crate) fn fixed(emotion: Emotion) -> Config {
    let policy = Policy::of(&[ExpertKind::Fixed(emotion)], Selection::Argmax);
    Config { policy, ..config() }
}

/// A valid observation at `time_s`: up to three channels of either kind, any act that doesn't end the conversation.
pub(crate) fn observation(rng: &mut Rng, time_s: f64) -> Observation {
    let mut observation = Observation { time_s, ..Observation::default() };
    for channel in 0..rng.below(4) as u8 {
        let signal = if rng.uniform() < 0.5 {
            Signal::Likelihood(std::array::from_fn(|_| rng.uniform() + 1e-6))
        } else {
            let mean = std::array::from_fn(|_| rng.range(-1.0, 1.0));
            Signal::Vad { mean, variance: std::array::from_fn(|_| rng.range(0.01, 4.0)) }
        };
        let evidence = Evidence { channel, signal, age_s: rng.range(0.0, 30.0), quality: rng.uniform() };
        observation.evidence.push(evidence).expect("room for three");
    }
    observation.act = [Act::Silence, Act::Talk, Act::Reject][rng.below(3)];
    observation.offer = match rng.below(5) {
        0 => None,
        1 => Some([1e300, -1e300, 0.0, f64::MIN_POSITIVE][rng.below(4)]),
        _ => Some(rng.range(-50.0, 300.0)),
    };
    observation.phase = (rng.uniform() < 0.3).then(|| Phase::ALL[rng.below(4)]);
    observation
}
