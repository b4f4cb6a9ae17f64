//! Who a simulated person is: everything that stays fixed over a conversation, all of it hidden from the agent.

use emomas_core::rng::Rng;
use emomas_core::{Domain, Stance};

use crate::world::World;

/// Counterpart type of EmoMAS: a mix of stances and a manner of display.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Persona {
    /// Shows little.
    Vanilla,
    /// Anger, disgust, hard demands.
    Pressure,
    /// Sadness, fear.
    Victim,
    /// Controlled anger, ready to leave.
    Threat,
}

impl Persona {
    /// Number of types.
    pub const COUNT: usize = 4;

    /// All types in index order.
    pub const ALL: [Self; Self::COUNT] = [Self::Vanilla, Self::Pressure, Self::Victim, Self::Threat];

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        ["vanilla", "pressure", "victim", "threat"][self as usize]
    }

    /// The type called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }
}

/// What the person takes the encounter for. The informational route of emotion is open in balanced settings only
/// (Adam and Brett 2015).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Mixed motives.
    Balanced,
    /// A joint problem.
    Cooperative,
    /// A contest.
    Competitive,
}

/// Whom to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// What the conversation is about.
    pub domain: Domain,
    /// Counterpart type.
    pub persona: Persona,
    /// A given stance; from the type's mix otherwise.
    pub stance: Option<Stance>,
    /// Whether the person believes to face a human and not a declared machine.
    pub human: bool,
    /// The scenario's reservation share of the counterpart; drawn otherwise.
    pub reservation: Option<f64>,
    /// The scenario's exit turn; drawn otherwise.
    pub patience: Option<u32>,
    /// The scenario's limit of how far it can move; drawn for debts when the reservation is drawn too.
    pub ability: Option<f64>,
}

impl Setting {
    /// A declared machine talks with somebody of this type; the rest is drawn.
    pub const fn new(domain: Domain, persona: Persona) -> Self {
        Self { domain, persona, stance: None, human: false, reservation: None, patience: None, ability: None }
    }
}

/// Fixed, hidden properties of a person.
#[expect(clippy::struct_excessive_bools, reason = "independent yes-or-no traits, not a state")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traits {
    /// What the conversation is about.
    pub domain: Domain,
    /// Counterpart type.
    pub persona: Persona,
    /// Stance; the laboratory's person has none.
    pub stance: Option<Stance>,
    /// Social value orientation: proself or prosocial.
    pub proself: bool,
    /// Power, 0 to 1: 1 has a strong alternative.
    pub power: f64,
    /// Time pressure, 0 to 1.
    pub time_pressure: f64,
    /// Trust, 0 to 1.
    pub trust: f64,
    /// Belief that the agent's displays are genuine, 0 to 1.
    pub authenticity: f64,
    /// Whether the person believes to face a human.
    pub human: bool,
    /// What it takes the encounter for.
    pub context: Context,
    /// Whether it feels concern for the other: the gate of sadness.
    pub concern: bool,
    /// Whether the issue is a moral one to it.
    pub moral: bool,
    /// East Asian display norms.
    pub east_asian: bool,
    /// Whether it takes the agent for an East Asian.
    pub expresser_east_asian: bool,
    /// First demand, a share of the gap.
    pub opening: f64,
    /// Own concession per round, a share of the gap.
    pub slope: f64,
    /// Least share it accepts.
    pub reservation: f64,
    /// Most it can move from its target (debt: ability to pay).
    pub ability: Option<f64>,
    /// Turn of its own from which on it leaves; none in the laboratory.
    pub patience: Option<u32>,
}

/// Streams of the draws below. Each trait has its own, so a new trait or a given one never shifts the others.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Stream {
    Stance = 1,
    Proself,
    Power,
    TimePressure,
    Trust,
    Authenticity,
    Blaming,
    Concern,
    Moral,
    EastAsian,
    Opening,
    Slope,
    Reservation,
    Ability,
    Patience,
}

fn stream(seed: u64, stream: Stream) -> Rng {
    Rng::keyed(seed, &[super::purpose::TRAIT, stream as u64])
}

impl Traits {
    /// Somebody met in a live conversation.
    pub fn draw(world: &World, setting: &Setting, seed: u64) -> Self {
        let v = world.values();
        let p = &v.population;
        let chance = |s, share: f64| stream(seed, s).uniform() < share;
        let between = |s, lo, hi| stream(seed, s).range(lo, hi);
        let around = |s, mean, sd| mean + sd * stream(seed, s).normal();

        let drawn = stream(seed, Stream::Stance).categorical(&world.tables.mix[setting.persona as usize]);
        let stance = setting.stance.unwrap_or(Stance::ALL[drawn]);
        let blaming = chance(Stream::Blaming, p.blaming);
        let authenticity = if setting.human { p.authenticity_human } else { p.authenticity_ai };
        let ability = between(Stream::Ability, 0.0, 1.0);
        let movement = between(Stream::Reservation, p.movement_lo, p.movement_hi);
        let turns = p.patience_hi - p.patience_lo + 1.0;
        let patience = (p.patience_lo + (turns * stream(seed, Stream::Patience).uniform()).floor()) as u32;
        let harder = if setting.persona == Persona::Pressure { v.persona.pressure_opening } else { 0.0 };

        Self {
            domain: setting.domain,
            persona: setting.persona,
            stance: Some(stance),
            proself: chance(Stream::Proself, p.proself),
            power: between(Stream::Power, p.power_lo, p.power_hi),
            time_pressure: between(Stream::TimePressure, p.time_pressure_lo, p.time_pressure_hi),
            trust: around(Stream::Trust, v.trust.array()[stance.index()], p.trust_sd).clamp(0.0, 1.0),
            authenticity: around(Stream::Authenticity, authenticity, p.authenticity_sd).clamp(0.0, 1.0),
            human: setting.human,
            context: match stance {
                Stance::Cooperative => Context::Cooperative,
                Stance::Confrontational if blaming => Context::Competitive,
                _ => Context::Balanced,
            },
            concern: stance == Stance::Cooperative || chance(Stream::Concern, p.concern),
            moral: chance(Stream::Moral, p.moral),
            east_asian: chance(Stream::EastAsian, p.east_asian),
            expresser_east_asian: false,
            opening: around(Stream::Opening, v.concession.opening + harder, v.concession.opening_sd).min(1.0),
            slope: around(Stream::Slope, v.concession.slope * v.pace.array()[stance.index()], v.concession.slope_sd),
            reservation: setting.reservation.unwrap_or(1.0 - movement),
            // One draw says both whether there is a cap and, rescaled, where it lies.
            ability: setting.ability.or_else(|| {
                (setting.reservation.is_none() && setting.domain == Domain::Debt && ability < p.ability)
                    .then(|| p.ability_lo + (p.ability_hi - p.ability_lo) * ability / p.ability)
            }),
            patience: Some(setting.patience.unwrap_or(patience)),
        }
    }

    /// A participant of the laboratory in which the effects were measured: a human with little power, little time
    /// pressure and a genuine-looking partner, six rounds, no reservation value and no exit turn.
    pub fn laboratory(world: &World, seed: u64) -> Self {
        let v = world.values();
        let c = &v.concession;
        Self {
            domain: Domain::Custom,
            persona: Persona::Vanilla,
            stance: None,
            proself: stream(seed, Stream::Proself).uniform() < v.population.proself,
            power: 0.3,
            time_pressure: 0.1,
            trust: 0.7,
            authenticity: 0.95,
            human: true,
            context: Context::Balanced,
            concern: false,
            moral: false,
            east_asian: false,
            expresser_east_asian: false,
            opening: c.opening + c.opening_sd * stream(seed, Stream::Opening).normal(),
            slope: c.slope + c.slope_sd * stream(seed, Stream::Slope).normal(),
            reservation: f64::NEG_INFINITY,
            ability: None,
            patience: None,
        }
    }

    /// Least share the person can agree to: its reservation value, or what its ability allows.
    pub fn floor(&self) -> f64 {
        self.ability.map_or(self.reservation, |ability| self.reservation.max(1.0 - ability))
    }

    /// Whether the issue is one of going along, not of price (surgery, rescue).
    pub const fn by_compliance(&self) -> bool {
        matches!(self.domain, Domain::Surgery | Domain::Disaster)
    }

    pub(crate) fn is(&self, stance: Stance) -> bool {
        self.stance == Some(stance)
    }
}
