//! One simulated counterpart: hidden traits, a state that moves from round to round, and what it answers.
//!
//! A person sees a [`Heard`] per turn and nothing else of the agent. Everything it draws comes from streams keyed by
//! its seed, the round and the purpose, drawn whether they are used or not, so whatever an agent shows, the same seed
//! means the same luck: arms of a comparison share their random numbers, and a placebo world makes them identical.

mod heard;
mod history;
mod readout;
mod response;
mod traits;

use emomas_core::rng::Rng;
use emomas_core::{Emotion, Stance, math};

pub use heard::{Act, AgentMove, Heard, Reaction, Shown, ShownKind};
use history::History;
pub use readout::Readout;
pub use traits::{Context, Persona, Setting, Traits};

use crate::world::{Concession, World};

/// First key of every stream.
mod purpose {
    pub(super) const TRAIT: u64 = 1;
    pub(super) const START: u64 = 2;
    pub(super) const ROUND: u64 = 3;
    pub(super) const READOUT: u64 = 4;
    pub(super) const ULTIMATUM: u64 = 5;
}

/// Standard deviation of the total concession over the reference horizon: the unit of every shift.
pub(crate) fn concession_sd(c: &Concession<f64>) -> f64 {
    let between = c.slope_sd * c.horizon;
    (between * between + c.horizon * c.noise * c.noise).sqrt()
}

/// How a conversation stands for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It goes on.
    Open,
    /// There is a deal.
    Agreed,
    /// The person left.
    WalkedAway,
    /// The agent left.
    Abandoned,
}

/// A round's luck.
struct Dice {
    noise: f64,
    own: f64,
    walk: f64,
    commit: f64,
    last_call: f64,
    face: Face,
}

/// Luck of what is displayed.
struct Face {
    feign: f64,
    display: f64,
}

/// A simulated counterpart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Person {
    seed: u64,
    traits: Traits,
    history: History,
    own: Emotion,
    demand: f64,
    conceded: f64,
    turn: u32,
    status: Status,
}

impl Person {
    /// Somebody met in a live conversation.
    pub fn draw(world: &World, setting: &Setting, seed: u64) -> Self {
        let traits = Traits::draw(world, setting, seed);
        let own = world.tables.start(traits.stance, Rng::keyed(seed, &[purpose::START]).uniform());
        Self::new(traits, own, seed)
    }

    /// Somebody with given traits, in a neutral mood: a participant of a validation cell.
    pub fn with_traits(traits: Traits, seed: u64) -> Self {
        Self::new(traits, Emotion::Neutral, seed)
    }

    fn new(traits: Traits, own: Emotion, seed: u64) -> Self {
        let demand = traits.opening.max(traits.floor());
        Self { seed, traits, history: History::default(), own, demand, conceded: 0.0, turn: 0, status: Status::Open }
    }

    /// Hidden traits; for scoring by stance and for oracles, never for an agent under test.
    pub const fn traits(&self) -> &Traits {
        &self.traits
    }

    /// How the conversation stands.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// What the person feels.
    pub const fn felt(&self) -> Emotion {
        self.own
    }

    /// The share of the gap it asks for; after a deal, the share agreed.
    pub const fn demand(&self) -> f64 {
        self.demand
    }

    /// Share of the gap conceded since the start.
    pub const fn conceded(&self) -> f64 {
        self.conceded
    }

    /// Turns of its own so far.
    pub const fn turns(&self) -> u32 {
        self.turn
    }

    /// By how many SD of its total concession a display would move this person now, changes of mood aside. For oracles
    /// that bound what any agent can gain; 0 in surgery and rescue, where emotion acts on the yes and not on the price.
    pub fn shift(&self, world: &World, shown: &Shown) -> f64 {
        if self.traits.by_compliance() { 0.0 } else { response::shift(world.values(), &self.traits, shown) }
    }

    /// What the person shows and asks for before the agent has said anything. Changes nothing and may be skipped.
    pub fn opening(&self, world: &World) -> Reaction {
        let mut rng = Rng::keyed(self.seed, &[purpose::START, 1]);
        let face = Face { feign: rng.uniform(), display: rng.uniform() };
        Reaction {
            displayed: self.displays(world, &face),
            felt: self.own,
            act: Act::Offer(self.demand),
            concession: 0.0,
        }
    }

    /// Hears the agent's turn and answers. After the end it only holds.
    pub fn react(&mut self, world: &World, heard: &Heard) -> Reaction {
        if self.status != Status::Open {
            return Reaction { displayed: self.own, felt: self.own, act: Act::Hold, concession: 0.0 };
        }
        self.turn += 1;
        let dice = self.roll();
        self.history.hear(world.values(), &heard.shown);
        self.own = world.tables.next(self.traits.stance, self.own, heard.shown.effective(), dice.own);
        let (act, concession) = self.answer(world, heard, &dice);
        Reaction { displayed: self.displays(world, &dice.face), felt: self.own, act, concession }
    }

    /// All of the round's luck, in a fixed order.
    fn roll(&self) -> Dice {
        let mut rng = Rng::keyed(self.seed, &[purpose::ROUND, u64::from(self.turn)]);
        Dice {
            noise: rng.normal(),
            own: rng.uniform(),
            walk: rng.uniform(),
            commit: rng.uniform(),
            last_call: rng.uniform(),
            face: Face { feign: rng.uniform(), display: rng.uniform() },
        }
    }

    fn answer(&mut self, world: &World, heard: &Heard, dice: &Dice) -> (Act, f64) {
        let v = world.values();
        let (offer, agent_concession) = match heard.agent {
            AgentMove::Accept => return self.settle(self.demand),
            AgentMove::Leave => {
                self.status = Status::Abandoned;
                return (Act::Hold, 0.0);
            }
            AgentMove::Talk => (None, 0.0),
            AgentMove::Offer { share, concession } => (Some(share), concession),
        };

        // Nobody asks for less than what lies on the table: an offer is held against the demand it would be met with.
        let next = self.next_demand(world, &heard.shown, agent_concession, dice.noise);
        if let Some(share) = offer
            && (share >= next || self.goes_along(world, share, dice.commit))
        {
            return self.settle(share);
        }
        let hazard = response::hazard(v, &self.traits, self.own, &heard.shown, self.turn);
        if dice.walk < math::logistic(hazard) {
            if let Some(share) = offer
                && self.takes_last_call(world, share, dice.last_call)
            {
                return self.settle(share);
            }
            self.status = Status::WalkedAway;
            return (Act::WalkAway, 0.0);
        }
        let concession = self.demand - next;
        self.demand = next;
        self.conceded += concession;
        (if concession == 0.0 { Act::Hold } else { Act::Offer(next) }, concession)
    }

    fn settle(&mut self, share: f64) -> (Act, f64) {
        let concession = self.demand - share;
        self.conceded += concession;
        self.demand = share;
        self.status = Status::Agreed;
        (Act::Accept, concession)
    }

    /// The demand after this round: own pace, what the display adds, chance; never below what the person can agree to.
    fn next_demand(&self, world: &World, shown: &Shown, agent_concession: f64, noise: f64) -> f64 {
        let v = world.values();
        let t = &self.traits;
        let mut step = t.slope + v.concession.noise * noise;
        if !t.by_compliance() {
            // A live person spreads a change of mood over the turns it means to stay.
            let horizon = t.patience.map_or(v.concession.horizon, f64::from);
            let sd = response::shift(v, t, shown)
                + self.history.turn_of_mood(&v.kappa, horizon) * response::informational(v, t);
            step +=
                sd * response::unsilenced(v, agent_concession) * concession_sd(&v.concession) / v.concession.horizon;
        }
        let next = self.demand - step;
        match t.patience {
            // A live person does not ask for more than its own target, or than it opened with.
            Some(_) => next.min(t.opening.max(1.0)).max(t.floor()),
            None => next.max(t.floor()),
        }
    }

    /// Surgery and rescue: an acceptable offer short of the demand may still be taken.
    fn goes_along(&self, world: &World, share: f64, u: f64) -> bool {
        self.traits.by_compliance()
            && share >= self.traits.floor()
            && u < math::logistic(response::commitment(world.values(), &self.history))
    }

    /// Patience is out: an acceptable offer may still be better than nothing. Who leaves earlier leaves in anger or for
    /// reasons of its own, and takes nothing.
    fn takes_last_call(&self, world: &World, share: f64, u: f64) -> bool {
        self.traits.patience.is_some_and(|exit| self.turn >= exit)
            && share >= self.traits.floor()
            && u < world.values().hazard.last_call
    }

    fn displays(&self, world: &World, face: &Face) -> Emotion {
        let persona = self.traits.persona;
        if self.traits.is(Stance::Strategic) && face.feign < world.values().display.feigning {
            world.tables.feigned(persona, face.display)
        } else {
            world.tables.shown(persona, self.own, face.display)
        }
    }
}
