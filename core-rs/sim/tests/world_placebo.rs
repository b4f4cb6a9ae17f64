//! Controls of an evaluation: in the placebo nothing that is shown makes any difference.

mod world_common;

use emomas_core::display::Target;
use emomas_core::rng::Rng;
use emomas_core::{Domain, Emotion};
use emomas_sim::{AgentMove, Heard, Person, Persona, Setting, Shown, ShownKind, Status, Traits, World};
use proptest::prelude::*;
use world_common::{emotion, play, talk};

/// A conversation with offers that leave room for every way to end.
fn script(shown: impl Fn(usize) -> Shown) -> Vec<Heard> {
    let agent = |t: usize| AgentMove::Offer { share: 0.04 * t as f64, concession: 0.04 };
    (1..=16).map(|t| Heard { shown: shown(t), agent: agent(t) }).collect()
}

/// Everything that can be seen of a conversation.
fn trace(world: &World, setting: &Setting, seed: u64, script: &[Heard]) -> impl PartialEq + std::fmt::Debug + use<> {
    let mut person = Person::draw(world, setting, seed);
    let first = person.opening(world);
    let reactions = play(world, &mut person, script);
    let end = (person.status(), person.demand(), person.conceded(), person.felt());
    (first, reactions, end, person.readout(world), person.takes_ultimatum(world))
}

fn displays() -> Vec<Shown> {
    let mut all = Vec::new();
    for kind in ShownKind::ALL {
        for intensity in [0.0, 0.3, 0.55, 1.0] {
            for target in [Target::Behaviour, Target::Person, Target::Situation] {
                for inappropriateness in [0.0, 1.0] {
                    all.push(Shown { kind, intensity, target, inappropriateness });
                }
            }
        }
    }
    all
}

#[test]
fn any_two_displays_are_exactly_alike() {
    let placebo = World::placebo();
    let mut ends = [0; 3];
    for domain in Domain::ALL {
        for persona in Persona::ALL {
            let setting = Setting::new(domain, persona);
            for seed in 0..20 {
                let neutral = script(|_| emotion(Emotion::Neutral));
                let reference = trace(&placebo, &setting, seed, &neutral);
                for shown in displays() {
                    assert_eq!(trace(&placebo, &setting, seed, &script(|_| shown)), reference, "{shown:?}");
                }
                let mut person = Person::draw(&placebo, &setting, seed);
                play(&placebo, &mut person, &neutral);
                ends[match person.status() {
                    Status::Agreed => 0,
                    Status::WalkedAway => 1,
                    _ => 2,
                }] += 1;
            }
        }
    }
    assert!(ends[0] > 50 && ends[1] > 50, "the script must reach deals and departures: {ends:?}");
}

#[test]
fn the_same_displays_make_a_difference_in_the_standard_world() {
    let world = World::standard();
    let setting = Setting::new(Domain::Custom, Persona::Vanilla);
    for kind in ShownKind::ALL {
        let shown = world_common::shown(kind);
        let differs = (0..200).any(|seed| {
            trace(world, &setting, seed, &script(|_| shown))
                != trace(world, &setting, seed, &script(|_| emotion(Emotion::Neutral)))
        });
        assert_eq!(differs, kind != ShownKind::Emotion(Emotion::Neutral), "{kind:?}");
    }
}

proptest! {
    #[test]
    fn any_two_sequences_are_exactly_alike(
        seed: u64,
        domain in 0_usize..5,
        persona in 0_usize..4,
        picks in prop::collection::vec(0_usize..216, 17),
    ) {
        let (placebo, all) = (World::placebo(), displays());
        let setting = Setting::new(Domain::ALL[domain], Persona::ALL[persona]);
        let mixed = script(|t| all[picks[t]]);
        let neutral = script(|_| emotion(Emotion::Neutral));
        prop_assert_eq!(trace(&placebo, &setting, seed, &mixed), trace(&placebo, &setting, seed, &neutral));
    }
}

/// Concessions of 100 new people over six rounds.
fn arm(world: &World, shown: Shown, seeds: &mut Rng) -> (f64, f64) {
    let n = 100.0;
    let (mut sum, mut squares) = (0.0, 0.0);
    for _ in 0..100 {
        let seed = seeds.next_u64();
        let mut person = Person::with_traits(Traits::laboratory(world, seed), seed);
        play(world, &mut person, &[talk(shown); 6]);
        sum += person.conceded();
        squares += person.conceded() * person.conceded();
    }
    let mean = sum / n;
    (mean, (squares - n * mean * mean) / (n - 1.0) / n)
}

/// Share of experiments, independent people in each arm, whose t test at .05 finds an effect of anger.
fn rejections(world: &World) -> f64 {
    let mut seeds = Rng::new(11);
    let found = (0..1000).filter(|_| {
        let (a, b) =
            (arm(world, emotion(Emotion::Anger), &mut seeds), arm(world, emotion(Emotion::Neutral), &mut seeds));
        ((a.0 - b.0) / (a.1 + b.1).sqrt()).abs() > 1.972
    });
    found.count() as f64 / 1000.0
}

#[test]
fn an_honest_test_rejects_the_placebo_one_time_in_twenty() {
    let rate = rejections(&World::placebo());
    println!("placebo rejection rate {rate}");
    // 99 % of binomial(1000, .05).
    assert!((0.033..=0.068).contains(&rate), "{rate}");
    let power = rejections(World::standard());
    println!("standard rejection rate {power}");
    assert!(power > 0.5, "{power}");
}
