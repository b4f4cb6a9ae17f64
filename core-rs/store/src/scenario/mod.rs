//! One conversation as data: who speaks with whom, about which quantity, and how far each side may go.
//!
//! A [`Scenario`] that came out of a parser is consistent: its numbers are finite and fit their unit, its direction
//! fits its targets, its role fits its domain. Reservation values that can't meet are no error but a [`Tag`].

mod check;
mod parse;
mod thresholds;
mod units;

use std::collections::BTreeMap;

use emomas_core::bargain::Terms;
use emomas_core::{Direction, Domain, Emotion, EmotionSet, Role};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{StoreError, hex};
pub use thresholds::Thresholds;
pub use units::Unit;

/// The scenario format this build reads and writes.
pub const SCHEMA: u32 = 1;

/// One conversation.
///
/// The fields are open so that simulations can vary them; call [`Scenario::check`] after a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Draft")]
pub struct Scenario {
    /// Format version, [`SCHEMA`].
    pub schema: u32,
    /// Unique name: lower-case letters, digits and dashes.
    pub id: String,
    /// Kind of conversation.
    pub domain: Domain,
    /// One line for people.
    pub title: String,
    /// Whether reservation values and deadlines were drawn at random rather than stated by an author.
    #[serde(skip_serializing_if = "is_false")]
    pub derived: bool,
    /// Who speaks.
    pub parties: Parties,
    /// What is negotiated.
    pub quantity: Quantity,
    /// The agent's side, in the quantity's unit.
    pub agent: AgentSide,
    /// The counterpart's side, in the quantity's unit; hidden from the agent but for the target.
    pub counterpart: CounterpartSide,
    /// What may be named in words, by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// What may not be shown.
    #[serde(skip_serializing_if = "Norms::is_empty")]
    pub norms: Norms,
    /// When the conversation chart changes its state.
    #[serde(skip_serializing_if = "Thresholds::is_default")]
    pub thresholds: Thresholds,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parties {
    /// Whom the agent speaks for.
    pub agent: String,
    /// The person.
    pub counterpart: String,
    /// Who the person is to the agent.
    pub role: Role,
}

/// What is negotiated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// In words, e.g. "days until payment".
    pub name: String,
    /// What one step of it is.
    pub unit: Unit,
    /// Which way the agent wants it to go.
    pub direction: Direction,
}

/// The agent's side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentSide {
    /// What the agent asks for.
    pub target: f64,
    /// The worst it may agree to.
    pub reservation: f64,
    /// How many turns of its own it has.
    #[serde(default = "default_deadline")]
    pub deadline_turns: u32,
    /// Whether both sides know that this deadline binds both; otherwise the counterpart leaves when it wants.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shared_deadline: bool,
}

/// The counterpart's side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterpartSide {
    /// What the counterpart asks for.
    pub target: f64,
    /// The worst it accepts.
    pub reservation: f64,
    /// Own turn after which it leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_turn: Option<u32>,
    /// Hard limit of what it can agree to, however willing it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ability: Option<f64>,
}

/// What this scenario forbids, beside the built-in mask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Norms {
    /// Emotions that are never shown.
    pub forbid: Vec<Emotion>,
}

impl Norms {
    fn is_empty(&self) -> bool {
        self.forbid.is_empty()
    }

    /// The forbidden emotions as a set.
    pub fn forbidden(&self) -> EmotionSet {
        EmotionSet::of(&self.forbid)
    }
}

/// Where reservation values and deadlines come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provenance {
    /// An author stated them.
    Stated,
    /// An importer drew them.
    Derived,
}

impl Provenance {
    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Derived => "derived",
        }
    }
}

/// What a scenario's numbers imply; computed, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// No value suits both sides: a deal is impossible.
    NoZone,
    /// Both sides ask for the same: nothing to negotiate, left out of comparisons.
    NoConflict,
}

impl Tag {
    /// Name as in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoZone => "no_zone",
            Self::NoConflict => "no_conflict",
        }
    }
}

/// A scenario as it stands in a file, before its values are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    schema: u32,
    id: String,
    domain: Domain,
    title: String,
    #[serde(default)]
    derived: bool,
    parties: Parties,
    quantity: Quantity,
    agent: AgentSide,
    counterpart: CounterpartSide,
    #[serde(default)]
    facts: BTreeMap<String, String>,
    #[serde(default)]
    norms: Norms,
    #[serde(default)]
    thresholds: Thresholds,
}

impl TryFrom<Draft> for Scenario {
    type Error = StoreError;

    fn try_from(draft: Draft) -> Result<Self, StoreError> {
        let Draft {
            schema,
            id,
            domain,
            title,
            derived,
            parties,
            quantity,
            agent,
            counterpart,
            facts,
            norms,
            thresholds,
        } = draft;
        let mut scenario = Self {
            schema,
            id,
            domain,
            title,
            derived,
            parties,
            quantity,
            agent,
            counterpart,
            facts,
            norms,
            thresholds,
        };
        scenario.drop_negative_zeros();
        scenario.check()?;
        Ok(scenario)
    }
}

impl Scenario {
    /// What the agent wants, at most accepts, and by when.
    pub const fn terms(&self) -> Terms {
        Terms {
            direction: self.quantity.direction,
            agent_target: self.agent.target,
            agent_reservation: self.agent.reservation,
            counterpart_target: self.counterpart.target,
            deadline_turns: self.agent.deadline_turns,
            shared_deadline: self.agent.shared_deadline,
        }
    }

    /// How far `value` lies from the counterpart's target: 0 there, 1 at the agent's target.
    ///
    /// The agent's view of the same value is [`Terms::share`].
    pub fn counterpart_share(&self, value: f64) -> f64 {
        let terms = self.terms();
        terms.share(self.counterpart.target) - terms.share(value)
    }

    /// The value nearest to the agent's target that the counterpart can and will agree to.
    pub fn counterpart_limit(&self) -> f64 {
        let willing = self.counterpart.reservation;
        match (self.counterpart.ability, self.quantity.direction) {
            (None, _) => willing,
            (Some(able), Direction::Lower) => willing.max(able),
            (Some(able), Direction::Higher) => willing.min(able),
        }
    }

    /// What the numbers imply, in a fixed order.
    pub fn tags(&self) -> Vec<Tag> {
        let room = (self.agent.reservation - self.counterpart_limit()) * self.sign();
        let mut tags = Vec::new();
        if room < 0.0 {
            tags.push(Tag::NoZone);
        }
        if self.agent.target == self.counterpart.target {
            tags.push(Tag::NoConflict);
        }
        tags
    }

    /// Where the reservation values come from.
    pub const fn provenance(&self) -> Provenance {
        if self.derived { Provenance::Derived } else { Provenance::Stated }
    }

    /// SHA-256 over the canonical form (JSON, fields in declared order, facts sorted, defaults filled in), in hex.
    ///
    /// Two files that say the same in another order or spelling have the same hash.
    pub fn hash(&self) -> String {
        let mut digest = Sha256::new_with_prefix(b"emomas scenario\n");
        // Only a map with keys that aren't text could fail, and there is none.
        digest.update(serde_json::to_vec(self).unwrap_or_default());
        hex::encode(&digest.finalize())
    }

    /// +1 when the agent concedes by raising the value, −1 when by lowering it.
    const fn sign(&self) -> f64 {
        match self.quantity.direction {
            Direction::Lower => 1.0,
            Direction::Higher => -1.0,
        }
    }

    /// −0 equals 0 but is written differently, which would give equal scenarios two hashes.
    fn drop_negative_zeros(&mut self) {
        for value in [
            &mut self.agent.target,
            &mut self.agent.reservation,
            &mut self.counterpart.target,
            &mut self.counterpart.reservation,
            &mut self.thresholds.calm,
            &mut self.thresholds.caution,
            &mut self.thresholds.crisis,
            &mut self.thresholds.middle,
            &mut self.thresholds.late,
            &mut self.thresholds.near,
        ]
        .into_iter()
        .chain(&mut self.counterpart.ability)
        {
            *value += 0.0;
        }
    }
}

const fn default_deadline() -> u32 {
    15
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}
