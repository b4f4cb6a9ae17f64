//! The laboratory: cells of an experiment, and running people through them.

use std::sync::atomic::{AtomicBool, Ordering};

use emomas_core::Emotion;
use emomas_core::display::Target;
use emomas_core::rng::Rng;

use super::stats::{Estimate, Moments, Share};
use crate::person::{AgentMove, Heard, Person, Shown, ShownKind, Status, Traits};
use crate::world::World;

/// Rounds of an experiment.
const ROUNDS: usize = 6;

pub(super) const fn anger() -> ShownKind {
    ShownKind::Emotion(Emotion::Anger)
}

pub(super) const fn joy() -> ShownKind {
    ShownKind::Emotion(Emotion::Joy)
}

pub(super) const fn neutral() -> ShownKind {
    ShownKind::Emotion(Emotion::Neutral)
}

/// A condition: what the programmed partner shows, and to whom.
#[derive(Clone)]
pub(super) struct Cell {
    displays: [ShownKind; ROUNDS],
    intensity: f64,
    target: Target,
    inappropriateness: f64,
    concession: Option<f64>,
    people: fn(&mut Traits),
    mixed: bool,
}

pub(super) static NEUTRAL: Cell = Cell::constant(neutral());
pub(super) static ANGER: Cell = Cell::constant(anger());
pub(super) static JOY: Cell = Cell::constant(joy());
pub(super) static SADNESS: Cell = Cell::constant(ShownKind::Emotion(Emotion::Sadness));
pub(super) static FEAR: Cell = Cell::constant(ShownKind::Emotion(Emotion::Fear));

impl Cell {
    const fn constant(kind: ShownKind) -> Self {
        Self {
            displays: [kind; ROUNDS],
            intensity: 0.55,
            target: Target::Behaviour,
            inappropriateness: 0.2,
            concession: None,
            people: |_| {},
            mixed: false,
        }
    }

    /// Shows `pattern` over and over.
    pub(super) fn of(pattern: &[ShownKind]) -> Self {
        NEUTRAL.clone().shows(pattern)
    }

    pub(super) fn shows(mut self, pattern: &[ShownKind]) -> Self {
        self.displays = std::array::from_fn(|round| pattern[round % pattern.len()]);
        self
    }

    pub(super) const fn intensity(mut self, intensity: f64) -> Self {
        self.intensity = intensity;
        self
    }

    pub(super) const fn about(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    pub(super) const fn inappropriate(mut self, inappropriateness: f64) -> Self {
        self.inappropriateness = inappropriateness;
        self
    }

    /// The partner concedes this much every round, always short of what the person would take.
    pub(super) const fn conceding(mut self, concession: f64) -> Self {
        self.concession = Some(concession);
        self
    }

    /// Changes who takes part.
    pub(super) fn people(mut self, change: fn(&mut Traits)) -> Self {
        self.people = change;
        self
    }

    /// Crosses power, authenticity, time pressure and target.
    pub(super) const fn mixed(mut self) -> Self {
        self.mixed = true;
        self
    }

    fn heard(&self, round: usize, target: Target) -> Heard {
        let shown = Shown {
            kind: self.displays[round],
            intensity: self.intensity,
            target,
            inappropriateness: self.inappropriateness,
        };
        let agent = match self.concession {
            None => AgentMove::Talk,
            // Far below any demand, so that only the concession itself matters.
            Some(concession) => AgentMove::Offer { share: -9.0, concession },
        };
        Heard { shown, agent }
    }
}

/// What came out of a cell.
#[derive(Default)]
pub(super) struct Outcome {
    /// Concession of those who stayed, as in the studies.
    concession: Moments,
    liking: Moments,
    satisfaction: Moments,
    pub(super) walked: Share,
    pub(super) angry: Share,
    pub(super) yes: Share,
    pub(super) kept: Share,
}

impl Outcome {
    pub(super) fn concedes_more_than(&self, other: &Self) -> Estimate {
        self.concession.difference(&other.concession)
    }

    pub(super) fn liked_more_than(&self, other: &Self) -> Estimate {
        self.liking.difference(&other.liking)
    }

    pub(super) fn satisfies_more_than(&self, other: &Self) -> Estimate {
        self.satisfaction.difference(&other.satisfaction)
    }
}

/// Runs cells; every run has new people.
pub(super) struct Lab<'a> {
    world: &'a World,
    people: u32,
    stop: &'a AtomicBool,
    runs: u64,
}

impl<'a> Lab<'a> {
    pub(super) const fn new(world: &'a World, people: u32, stop: &'a AtomicBool) -> Self {
        Self { world, people, stop, runs: 0 }
    }

    /// What came out, or a part of it if the caller wants to stop.
    pub(super) fn run(&mut self, cell: &Cell) -> Outcome {
        self.runs += 1;
        let mut outcome = Outcome::default();
        for index in 0..self.people {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let seed = Rng::keyed(self.runs, &[u64::from(index)]).next_u64();
            self.participant(cell, index, seed, &mut outcome);
        }
        outcome
    }

    fn participant(&self, cell: &Cell, index: u32, seed: u64, outcome: &mut Outcome) {
        let mut traits = Traits::laboratory(self.world, seed);
        (cell.people)(&mut traits);
        let target = if cell.mixed { cross(&mut traits, index as usize) } else { cell.target };
        let mut person = Person::with_traits(traits, seed);
        for round in 0..ROUNDS {
            person.react(self.world, &cell.heard(round, target));
        }
        let left = person.status() == Status::WalkedAway;
        outcome.walked.count(left);
        outcome.angry.count(person.felt() == Emotion::Anger);
        outcome.yes.count(person.takes_ultimatum(self.world));
        if left {
            return;
        }
        let readout = person.readout(self.world);
        outcome.concession.add(person.conceded());
        outcome.liking.add(readout.liking);
        outcome.satisfaction.add(readout.satisfaction);
        outcome.kept.count(readout.complies);
    }
}

/// Puts participant `index` into one of 36 crossed conditions and returns the display's target.
fn cross(traits: &mut Traits, index: usize) -> Target {
    traits.power = [0.2, 0.5, 0.9][index % 3];
    traits.authenticity = [0.95, 0.5, 0.1][index / 3 % 3];
    traits.time_pressure = [0.1, 0.9][index / 9 % 2];
    [Target::Behaviour, Target::Person][index / 18 % 2]
}
