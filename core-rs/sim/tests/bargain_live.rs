//! Bargaining against simulated people, whose exits nobody knows: no time-dependent conceder does better.

use emomas_core::bargain::{Bargainer, Move, Terms};
use emomas_core::display::Target;
use emomas_core::rng::Rng;
use emomas_core::{Direction, Domain, Emotion};
use emomas_sim::{AgentMove, Heard, Person, Persona, Setting, Shown, ShownKind, Status, World};

const DOMAINS: [Domain; 4] = [Domain::Debt, Domain::Surgery, Domain::Disaster, Domain::Sleep];
const DEADLINE: u32 = 15;
const PEOPLE: u64 = 4000;
/// Conversations that nothing was tuned on.
const HELD_OUT: u64 = 9_000_000;

/// An agent's answer to the standing demand at its turn.
type Agent = Box<dyn FnMut(u32, Option<f64>) -> Move>;

fn ours(limit: f64) -> Agent {
    let terms = Terms {
        direction: Direction::Lower,
        agent_target: 0.0,
        agent_reservation: limit,
        counterpart_target: 1.0,
        deadline_turns: DEADLINE,
        shared_deadline: false,
    };
    let mut bargainer = Bargainer::new(&terms);
    Box::new(move |turn, theirs| {
        bargainer.observe(&terms, turn, theirs);
        let mv = bargainer.decide(&terms, turn).0;
        bargainer.commit(mv);
        mv
    })
}

/// Faratin's time-dependent tactic that reaches `reach` of its limit by turn `horizon`, accepts what its offer meets,
/// and anything rational on its last turn.
fn conceder(limit: f64, beta: f64, horizon: f64, reach: f64) -> Agent {
    Box::new(move |turn, theirs| {
        let last = turn + 1 == DEADLINE;
        let time = (f64::from(turn + 1) / horizon).min(1.0);
        let offer = if last { limit } else { limit * reach * time.powf(1.0 / beta) };
        match theirs {
            Some(share) if share <= offer || (last && share <= limit) => Move::Accept(share),
            _ => Move::Counter(offer),
        }
    })
}

/// Reservation values and exits after the model of the scenarios; returns utility, whether there was a zone of
/// agreement, and whether there was a deal.
fn converse(world: &World, domain: Domain, seed: u64, agent: &dyn Fn(f64) -> Agent) -> (f64, bool, bool) {
    let mut rng = Rng::keyed(seed, &[domain as u64]);
    let limit = rng.range(0.35, 0.9);
    let movement = rng.range(0.35, 0.9);
    let patience = Some(5 + rng.below(11) as u32);
    let capped = rng.uniform() < 0.4 && domain == Domain::Debt;
    let able = rng.range(0.35, 1.0) * movement;
    let setting = Setting {
        reservation: Some(1.0 - movement),
        patience,
        ability: capped.then_some(able),
        ..Setting::new(domain, Persona::Vanilla)
    };
    let mut person = Person::draw(world, &setting, rng.next_u64());
    let zone = person.traits().floor() <= limit;
    let kind = ShownKind::Emotion(Emotion::Neutral);
    let shown = Shown { kind, intensity: 0.55, target: Target::Situation, inappropriateness: 0.0 };
    let mut agent = agent(limit);
    let (mut own, mut theirs) = (None, None);
    for turn in 0..DEADLINE {
        let share = match agent(turn, theirs) {
            Move::Accept(share) => return (1.0 - share / limit, zone, true),
            Move::WalkAway => break,
            Move::Open(share) | Move::Counter(share) | Move::Hold(share) => share,
        };
        let concession = own.map_or(0.0, |before| share - before);
        own = Some(share);
        person.react(world, &Heard { shown, agent: AgentMove::Offer { share, concession } });
        match person.status() {
            Status::Open => theirs = Some(person.demand()),
            Status::Agreed => return (1.0 - share / limit, zone, true),
            Status::WalkedAway | Status::Abandoned => break,
        }
    }
    (0.0, zone, false)
}

fn all(world: &World, domain: Domain, agent: &dyn Fn(f64) -> Agent) -> Vec<(f64, bool, bool)> {
    (HELD_OUT..HELD_OUT + PEOPLE).map(|seed| converse(world, domain, seed, agent)).collect()
}

fn mean(played: &[(f64, bool, bool)]) -> f64 {
    played.iter().map(|p| p.0).sum::<f64>() / played.len() as f64
}

#[test]
fn no_simple_conceder_does_better_against_people() {
    let world = World::standard();
    for domain in DOMAINS {
        let mine = all(world, domain, &ours);
        let (mut best, mut name) = (Vec::new(), String::new());
        for beta in [0.5, 1.0, 1.5, 2.0, 3.0] {
            for horizon in [8.0, 10.0, 12.0, 15.0, 20.0] {
                for reach in [0.7, 0.8, 0.9, 1.0] {
                    let played = all(world, domain, &|limit| conceder(limit, beta, horizon, reach));
                    if best.is_empty() || mean(&played) > mean(&best) {
                        best = played;
                        name = format!("β {beta}, horizon {horizon}, reach {reach}");
                    }
                }
            }
        }
        let differences: Vec<f64> = mine.iter().zip(&best).map(|(a, b)| a.0 - b.0).collect();
        let n = differences.len() as f64;
        let difference = differences.iter().sum::<f64>() / n;
        let error = (differences.iter().map(|d| (d - difference).powi(2)).sum::<f64>() / n / n).sqrt();
        let zone: Vec<_> = mine.iter().filter(|p| p.1).collect();
        let deals = zone.iter().filter(|p| p.2).count() as f64 / zone.len() as f64;
        println!(
            "{:8} ours {:.4}, best of 100 conceders {:.4} ({name}), paired difference {difference:+.4} ± {error:.4}, \
             deals where there is a zone {deals:.2}",
            domain.name(),
            mean(&mine),
            mean(&best)
        );
        // The conceder was picked with hindsight on these very people; ours was not.
        assert!(difference > -2.0 * error, "{}", domain.name());
        assert!((0.40..=0.85).contains(&deals), "{deals}");
    }
}
