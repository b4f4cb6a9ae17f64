//! Live conversations with a plausible agent: room for gains and losses, and no prize for one fixed face.

mod world_common;

use emomas_core::{Domain, Emotion};
use emomas_sim::{Person, Persona, Setting, Shown, Status, World};
use world_common::{DOMAINS, converse, emotion, limit};

const PEOPLE: u64 = 8000;

/// What an agent reaches over the same people.
struct Reached {
    deals: f64,
    utility: f64,
    sd: f64,
}

fn reach(world: &World, setting: &Setting, show: impl Fn(&Person) -> Shown) -> Reached {
    let (mut deals, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for seed in 0..PEOPLE {
        let (utility, person) = converse(world, Person::draw(world, setting, seed), limit(seed), &show);
        deals += f64::from(u8::from(person.status() == Status::Agreed));
        sum += utility;
        squares += utility * utility;
    }
    let n = PEOPLE as f64;
    let mean = sum / n;
    Reached { deals: deals / n, utility: mean, sd: (squares / n - mean * mean).sqrt() }
}

#[test]
fn a_neutral_agent_reaches_a_deal_often_but_not_always() {
    let world = World::standard();
    for domain in DOMAINS {
        for persona in Persona::ALL {
            let setting = Setting::new(domain, persona);
            let Reached { deals, utility, sd } = reach(world, &setting, |_| emotion(Emotion::Neutral));
            println!("{:8} {:8} deals {deals:.3} utility {utility:.3} sd {sd:.3}", domain.name(), persona.name());
            assert!((0.40..=0.85).contains(&deals), "{deals}");
            assert!(sd > 0.10, "{sd}");
        }
    }
}

#[test]
fn no_fixed_face_wins_much_and_anger_loses() {
    let world = World::standard();
    for domain in DOMAINS {
        let setting = Setting::new(domain, Persona::Vanilla);
        let neutral = reach(world, &setting, |_| emotion(Emotion::Neutral));
        for shown in Emotion::ALL {
            let Reached { deals, utility, sd } = reach(world, &setting, |_| emotion(shown));
            println!("{:8} {:8} deals {deals:.3} utility {utility:.3} sd {sd:.3}", domain.name(), shown.name());
            assert!((utility - neutral.utility) / neutral.sd < 0.10, "{}", shown.name());
            if shown == Emotion::Anger {
                assert!(utility < neutral.utility && deals < neutral.deals);
            }
        }
    }
}

/// The display that moves this person most: an upper bound, not an agent.
fn best(world: &World, person: &Person) -> Shown {
    let candidates = Emotion::ALL.map(emotion);
    let pull = |shown: &Shown| person.shift(world, shown);
    candidates.into_iter().max_by(|a, b| pull(a).total_cmp(&pull(b))).expect("seven candidates")
}

#[test]
fn who_senses_the_moderators_gains_more_than_any_fixed_face() {
    let world = World::standard();
    for domain in [Domain::Debt, Domain::Sleep] {
        let setting = Setting::new(domain, Persona::Vanilla);
        let fixed = Emotion::ALL.map(|e| reach(world, &setting, |_| emotion(e)).utility);
        let fixed = fixed.into_iter().fold(0.0, f64::max);
        let Reached { deals, utility, sd } = reach(world, &setting, |person| best(world, person));
        println!(
            "{:8} oracle   deals {deals:.3} utility {utility:.3} sd {sd:.3}, best fixed {fixed:.3}",
            domain.name()
        );
        assert!(utility > fixed);
    }
}

#[test]
fn in_the_flipped_world_the_same_choices_do_harm() {
    let (world, flipped) = (World::standard(), World::flipped());
    for domain in DOMAINS {
        let setting = Setting::new(domain, Persona::Vanilla);
        let neutral = reach(&flipped, &setting, |_| emotion(Emotion::Neutral)).utility;
        let show = |person: &Person| {
            if person.traits().by_compliance() { emotion(Emotion::Sadness) } else { best(world, person) }
        };
        assert!(reach(&flipped, &setting, show).utility < neutral, "{}", domain.name());
    }
}
