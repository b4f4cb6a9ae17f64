//! What the files leave open: reservation values, deadlines, exit turns and ability to pay.
//!
//! With G the gap between the targets, each side gives up 35 to 90 % of it at most, so that about four in five
//! scenarios have a zone of agreement. The draws depend on file name and case id only: not on the order of rows, nor on
//! which other rows load.

use emomas_core::Domain;
use emomas_core::rng::Rng;
use sha2::{Digest, Sha256};

use super::{Case, Layout};
use crate::scenario::{AgentSide, CounterpartSide, Norms, Parties, Quantity, SCHEMA, Scenario, Thresholds};

/// What a draw is for; each has its own stream, so that a new one shifts none of the others.
#[derive(Clone, Copy)]
enum Purpose {
    AgentReservation,
    CounterpartReservation,
    ExitTurn,
    LimitedAbility,
    Ability,
}

const DEADLINE_TURNS: u32 = 15;
/// Share of debtors who can't pay as early as they would.
const LIMITED_ABILITY: f64 = 0.4;

/// The scenario of a case; its values aren't checked yet.
pub(super) fn scenario(layout: Layout, file: &str, case_id: &str, case: Case) -> Result<Scenario, String> {
    let seed = seed(file, case_id);
    let draw = |purpose: Purpose| Rng::keyed(seed, &[purpose as u64]);
    // Signed, from the agent's target to the counterpart's.
    let gap = case.counterpart_target - case.agent_target;
    let give_agent = draw(Purpose::AgentReservation).range(0.35, 0.9);
    let give_counterpart = draw(Purpose::CounterpartReservation).range(0.35, 0.9);
    let exit_turn = 5 + draw(Purpose::ExitTurn).below(11) as u32;
    let limited = layout.domain() == Domain::Debt && draw(Purpose::LimitedAbility).uniform() < LIMITED_ABILITY;
    // Where it binds, ability stops the debtor somewhere on the way to its reservation value.
    let ability = limited.then(|| {
        let share = draw(Purpose::Ability).range(0.35, 1.0) * give_counterpart;
        case.counterpart_target - share * gap
    });
    let (name, unit, direction) = layout.quantity();
    Ok(Scenario {
        schema: SCHEMA,
        id: format!("{}-{}", layout.name().replace('_', "-"), slug(case_id)?),
        domain: layout.domain(),
        title: title(case.title),
        derived: true,
        parties: Parties { agent: case.agent, counterpart: case.counterpart, role: layout.role() },
        quantity: Quantity { name: name.to_owned(), unit, direction },
        agent: AgentSide {
            target: case.agent_target,
            reservation: case.agent_target + give_agent * gap,
            deadline_turns: DEADLINE_TURNS,
            shared_deadline: false,
        },
        counterpart: CounterpartSide {
            target: case.counterpart_target,
            reservation: case.counterpart_target - give_counterpart * gap,
            exit_turn: Some(exit_turn),
            ability,
        },
        // An empty column is no fact; a required one will be missed by the scenario's check.
        facts: case.facts.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k.to_owned(), v)).collect(),
        norms: Norms::default(),
        thresholds: Thresholds::default(),
    })
}

/// The same for the same file name and case id, on every machine and in every release.
fn seed(file: &str, case_id: &str) -> u64 {
    let mut digest = Sha256::new();
    digest.update(file);
    digest.update([0]);
    digest.update(case_id);
    digest.finalize().iter().take(8).fold(0, |seed, &byte| seed << 8 | u64::from(byte))
}

/// The case id as part of a scenario's id; numbers are padded so that names sort as numbers do.
pub(super) fn slug(case_id: &str) -> Result<String, String> {
    if let Ok(number) = case_id.parse::<u32>() {
        return Ok(format!("{number:03}"));
    }
    let letters = case_id.to_ascii_lowercase();
    let parts: Vec<&str> = letters.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty()).collect();
    if parts.is_empty() {
        return Err(format!("Case_ID is \"{case_id}\": give a number or a name of letters and digits"));
    }
    Ok(parts.join("-"))
}

/// At most 120 characters, cut between words.
fn title(text: String) -> String {
    match text.char_indices().nth(120) {
        None => text,
        Some((end, _)) => text[..end].rsplit_once(' ').map_or(&text[..end], |(head, _)| head).to_owned() + " …",
    }
}
