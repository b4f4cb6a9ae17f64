//! One turn: whatever is heard, the decision is sound, repeatable, and nothing that is shown touches the offer.

mod common;

use common::{config, fixed, observation, terms};
use emomas_core::agent::{Act, Config, Decision, MoveInUnits, Observation, StepError};
use emomas_core::experts::ExpertKind;
use emomas_core::fusion::{Evidence, EvidenceError, Signal};
use emomas_core::rng::Rng;
use emomas_core::{Core, Direction, Domain, Emotion, EmotionSet, Policy, Role};

fn sums_to_one(what: &str, xs: &[f64]) {
    let sum: f64 = xs.iter().sum();
    assert!((sum - 1.0).abs() < 1e-9 && xs.iter().all(|&x| x >= 0.0), "{what}: {xs:?}");
}

fn sound(config: &Config, decision: &Decision, last: &mut Option<f64>) {
    sums_to_one("mixture", &decision.mixture);
    sums_to_one("sampled", &decision.sampled);
    sums_to_one("weights", &decision.weights);
    sums_to_one("stance", &decision.stance);
    sums_to_one("emotion", &decision.emotion);
    for proposal in &decision.proposals {
        sums_to_one("proposal", &proposal.dist);
    }
    assert!(!decision.refused.contains(decision.display.emotion));
    assert!(decision.shown_vad.iter().chain(&decision.goal_vad).all(|x| (-1.0..=1.0).contains(x)));
    assert!(decision.earned.is_none_or(|r| (0.0..=1.0).contains(&r)));
    if let MoveInUnits::Open(value) | MoveInUnits::Counter(value) | MoveInUnits::Hold(value) = decision.act {
        let share = config.terms.share(value);
        assert!(share <= config.terms.reservation_share() + 1e-12, "{value} is beyond the limit");
        assert!((value - value.round()).abs() < 1e-9, "{value} is no whole number");
        assert!(last.is_none_or(|before| share >= before - 1e-12), "{value} takes a concession back");
        *last = Some(share);
    }
    if let MoveInUnits::Accept(value) = decision.act {
        assert!(config.terms.share(value) <= config.terms.reservation_share() + 1e-12);
    }
}

fn upward() -> Config {
    let terms = emomas_core::bargain::Terms {
        direction: Direction::Higher,
        agent_target: 240.0,
        agent_reservation: 120.0,
        counterpart_target: 60.0,
        ..terms()
    };
    Config::new(Domain::Disaster, Role::Survivor, terms)
}

#[test]
fn every_decision_is_sound_and_repeatable() {
    for (seed, config) in (0..400).map(|seed| (seed, if seed % 2 == 0 { config() } else { upward() })) {
        let mut rng = Rng::new(seed);
        let mut core = Core::new(config.clone(), seed).expect("valid");
        let mut last = None;
        for turn in 0..15 {
            let heard = observation(&mut rng, f64::from(turn) * 3.0);
            let mut twin = core.clone();
            let decision = core.step(&heard).expect("valid");
            sound(&config, &decision, &mut last);
            assert_eq!(twin.step(&heard), Ok(decision));
            assert!(twin == core);
        }
    }
}

#[test]
fn nobody_in_care_is_shown_anger_or_disgust_by_any_expert() {
    for role in [Role::Survivor, Role::Patient, Role::Student] {
        for emotion in [Emotion::Anger, Emotion::Disgust] {
            let mut config = fixed(emotion);
            config.role = role;
            config.policy.rates.explore = 0.5;
            let mut core = Core::new(config.clone(), 4).expect("valid");
            let mut rng = Rng::new(2);
            for turn in 0..15 {
                let decision = core.step(&observation(&mut rng, f64::from(turn))).expect("valid");
                assert!(!matches!(decision.display.emotion, Emotion::Anger | Emotion::Disgust));
            }
            assert_eq!(core.learned().refusals[emotion.index()], 15);
        }
    }
}

#[test]
fn the_scenarios_own_norms_hold_too() {
    let forbid = EmotionSet::of(&[Emotion::Joy]);
    let mut core = Core::new(Config { forbid, ..fixed(Emotion::Joy) }, 4).expect("valid");
    assert_ne!(core.step(&Observation::default()).expect("valid").display.emotion, Emotion::Joy);
}

#[test]
fn what_is_shown_never_touches_the_offer() {
    for seed in 0..100 {
        let policies = [Emotion::Joy, Emotion::Anger, Emotion::Sadness].map(fixed);
        let mut cores = policies.map(|config| Core::new(config, seed).expect("valid"));
        let mut rng = Rng::new(seed);
        for turn in 0..15 {
            let heard = observation(&mut rng, f64::from(turn));
            let acts = cores.each_mut().map(|core| core.step(&heard).expect("valid").act);
            assert!(acts.iter().all(|act| *act == acts[0]), "{acts:?}");
        }
    }
}

#[test]
fn the_end_is_the_end_that_was_heard() {
    let mut core = Core::new(config(), 1).expect("valid");
    let opening = core.step(&Observation::default()).expect("valid").act;
    let accepted = Observation { act: Act::Accept, ..Observation::default() };
    assert_eq!(core.step(&accepted).expect("valid").act.value(), opening.value());
    let mut left = Core::new(config(), 1).expect("valid");
    let gone = Observation { act: Act::Leave, ..Observation::default() };
    assert_eq!(left.step(&gone).expect("valid").act, MoveInUnits::WalkAway);
}

#[test]
fn every_bad_observation_is_named_and_changes_nothing() {
    let mut core = Core::new(config(), 1).expect("valid");
    core.step(&Observation { time_s: 5.0, ..Observation::default() }).expect("valid");
    let base = Observation { time_s: 6.0, ..Observation::default() };
    let with = |signal, age_s, quality| {
        let mut bad = base.clone();
        bad.evidence.push(Evidence { channel: 2, signal, age_s, quality }).expect("room");
        bad
    };
    let flat = Signal::Likelihood([1.0; 7]);
    let mut negative = [1.0; 7];
    negative[3] = -0.1;
    let bad = [
        with(Signal::Likelihood(negative), 0.0, 1.0),
        with(Signal::Likelihood([f64::NAN; 7]), 0.0, 1.0),
        with(Signal::Likelihood([0.0; 7]), 0.0, 1.0),
        with(Signal::Vad { mean: [0.0, 2.0, 0.0], variance: [1.0; 3] }, 0.0, 1.0),
        with(Signal::Vad { mean: [0.0; 3], variance: [0.0; 3] }, 0.0, 1.0),
        with(flat, -1.0, 1.0),
        with(flat, 0.0, 1.5),
        Observation { offer: Some(f64::INFINITY), ..base.clone() },
        Observation { time_s: 4.0, ..base.clone() },
        Observation { time_s: f64::NAN, ..base.clone() },
        Observation { external: heapless::Vec::from_slice(&[[1.0; 7]]).expect("room"), ..base.clone() },
    ];
    let before = core.clone();
    let mut messages = std::collections::BTreeSet::new();
    for observation in &bad {
        messages.insert(core.step(observation).expect_err("bad").to_string());
        assert!(core == before);
    }
    assert_eq!(messages.len(), bad.len(), "each error says something of its own: {messages:?}");
    assert!(matches!(
        core.step(&bad[0]),
        Err(StepError::Evidence(EvidenceError::Likelihood { channel: 2, emotion: Emotion::Fear, .. }))
    ));
    core.close(None).expect("open");
    assert_eq!(core.step(&base), Err(StepError::Closed));
    assert_eq!(core.close(None), Err(StepError::Closed));
}

#[test]
fn turns_run_out_but_an_answer_is_still_heard() {
    let mut core = Core::new(config(), 1).expect("valid");
    assert!(matches!(
        core.step(&Observation { act: Act::Accept, ..Observation::default() }),
        Err(StepError::NothingToAccept)
    ));
    for _ in 0..15 {
        core.step(&Observation::default()).expect("valid");
    }
    assert_eq!(core.step(&Observation::default()), Err(StepError::DeadlinePassed { turns: 15 }));
    core.step(&Observation { act: Act::Accept, ..Observation::default() }).expect("an answer");
}

#[test]
fn external_experts_join_and_must_be_distributions() {
    let policy = Policy::of(&[ExpertKind::Game, ExpertKind::External], emomas_core::orchestrator::Selection::Argmax);
    let mut core = Core::new(Config { policy, ..config() }, 1).expect("valid");
    assert_eq!(core.step(&Observation::default()), Err(StepError::ExternalCount { expected: 1, found: 0 }));
    for bad in [[0.0; 7], [f64::NAN; 7], [-1.0; 7]] {
        let external = heapless::Vec::from_slice(&[bad]).expect("room");
        let heard = Observation { external, ..Observation::default() };
        assert!(matches!(core.step(&heard), Err(StepError::External { index: 0, .. })));
    }
    let mut certain = [0.0; 7];
    certain[Emotion::Surprise.index()] = 3.0;
    let external = heapless::Vec::from_slice(&[certain]).expect("room");
    let decision = core.step(&Observation { external, ..Observation::default() }).expect("valid");
    assert_eq!(decision.proposals[1].dist[Emotion::Surprise.index()], 1.0);
    assert_eq!(decision.display.emotion, Emotion::Surprise);
}
