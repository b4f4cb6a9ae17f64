//! What the tests of the simulated world share: displays, scripts and a plausible agent.
#![allow(dead_code, reason = "each test file uses its own part")]

use emomas_core::display::Target;
use emomas_core::rng::Rng;
use emomas_core::{Domain, Emotion};
use emomas_sim::{AgentMove, Heard, Person, Reaction, Shown, ShownKind, Status, World};

/// The frozen file.
pub(crate) const FILE: &str = include_str!("../../world-1.toml");

/// Domains of EmoMAS.
pub(crate) const DOMAINS: [Domain; 4] = [Domain::Debt, Domain::Surgery, Domain::Disaster, Domain::Sleep];

/// Turns of the plausible agent.
pub(crate) const DEADLINE: u32 = 15;

/// A justified display about the situation, as live agents have them.
pub(crate) fn shown(kind: ShownKind) -> Shown {
    Shown { kind, intensity: 0.55, target: Target::Situation, inappropriateness: 0.0 }
}

/// The same of an emotion.
pub(crate) fn emotion(emotion: Emotion) -> Shown {
    shown(ShownKind::Emotion(emotion))
}

/// Talk without an offer.
pub(crate) fn talk(shown: Shown) -> Heard {
    Heard { shown, agent: AgentMove::Talk }
}

/// A world with the value of one parameter changed in the file; `line` is the start of its line, `group` its heading.
pub(crate) fn changed(group: &str, name: &str, value: f64) -> World {
    let start = FILE.find(&format!("[{group}]")).expect("group");
    let at = start + FILE[start..].find(&format!("\n{name} = ")).expect("parameter");
    let end = at + 1 + FILE[at + 1..].find('\n').expect("end of line");
    let line = format!(
        "\n{name} = {{ value = {value:?}, lo = {value:?}, hi = {value:?}, role = \"base\", source = \"test\" }}"
    );
    World::parse(&format!("{}{line}{}", &FILE[..at], &FILE[end..])).expect("changed world")
}

/// Runs a fixed script, whatever the person answers.
pub(crate) fn play(world: &World, person: &mut Person, script: &[Heard]) -> Vec<Reaction> {
    script.iter().map(|heard| person.react(world, heard)).collect()
}

/// The agent's limit in conversation `seed`.
pub(crate) fn limit(seed: u64) -> f64 {
    Rng::keyed(seed, &[99]).range(0.35, 0.9)
}

/// An agent concedes evenly up to its limit and accepts a demand that is no worse. Returns its utility (0 without a
/// deal) and the person afterwards.
pub(crate) fn converse(
    world: &World,
    mut person: Person,
    limit: f64,
    show: impl Fn(&Person) -> Shown,
) -> (f64, Person) {
    let step = limit / f64::from(DEADLINE);
    for turn in 1..=DEADLINE {
        let share = step * f64::from(turn);
        let agent = if turn > 1 && person.demand() <= share {
            AgentMove::Accept
        } else {
            AgentMove::Offer { share, concession: step }
        };
        person.react(world, &Heard { shown: show(&person), agent });
        if person.status() != Status::Open {
            break;
        }
    }
    let utility = if person.status() == Status::Agreed { 1.0 - person.demand() / limit } else { 0.0 };
    (utility, person)
}
