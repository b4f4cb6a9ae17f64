//! One conversation between a core and a simulated person, turn by turn.

use emomas_core::agent::{Act, Closing, Core, Decision, MoveInUnits, Observation, StepError};
use emomas_core::bargain::Terms;
use emomas_core::rng::Rng;
use emomas_core::{Direction, Emotion};
use emomas_store::Scenario;

use crate::person::{self, AgentMove, Heard, Person, Persona, Reaction, Setting, Shown};
use crate::sensor;
use crate::world::World;

/// Seconds between two turns of a simulated conversation. [ours]
pub const TURN_S: f64 = 8.0;

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum End {
    /// There is a deal.
    Agreed,
    /// The person left.
    CounterpartLeft,
    /// The agent left or ran out of turns.
    AgentLeft,
}

impl End {
    /// All ends in index order.
    pub const ALL: [Self; 3] = [Self::Agreed, Self::CounterpartLeft, Self::AgentLeft];

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        ["agreed", "counterpart_left", "agent_left"][self as usize]
    }
}

/// What a simulated person says with a reaction, in the scenario's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reply {
    /// What it does.
    pub act: Act,
    /// The number it names.
    pub offer: Option<f64>,
    /// What it shows.
    pub displayed: Emotion,
    /// What it feels; for scoring and for the reader, never for the core.
    pub felt: Emotion,
}

/// A conversation in progress. The core is the caller's, so that what it learns goes on.
#[derive(Debug)]
pub struct Dialogue<'a> {
    world: &'a World,
    terms: Terms,
    seed: u64,
    person: Person,
    /// What the person did last, for the next observation.
    reply: Option<Reply>,
    own_share: Option<f64>,
    standing: Option<f64>,
    end: Option<End>,
    deal: Option<f64>,
}

impl<'a> Dialogue<'a> {
    /// A new conversation on `scenario` with somebody of type `persona`. The same seed means the same person and the
    /// same luck, whatever the agent does.
    pub fn new(world: &'a World, scenario: &Scenario, persona: Persona, seed: u64) -> Self {
        let terms = scenario.terms();
        let setting = Setting {
            reservation: Some(terms.share(scenario.counterpart.reservation)),
            patience: scenario.counterpart.exit_turn,
            ability: scenario.counterpart.ability.map(|value| 1.0 - terms.share(value)),
            ..Setting::new(scenario.domain, persona)
        };
        Self {
            world,
            terms,
            seed,
            person: Person::draw(world, &setting, seed),
            reply: None,
            own_share: None,
            standing: None,
            end: None,
            deal: None,
        }
    }

    /// The simulated person.
    pub const fn person(&self) -> &Person {
        &self.person
    }

    /// How the conversation ended, once it has.
    pub const fn end(&self) -> Option<End> {
        self.end
    }

    /// The agreed value, in the scenario's unit.
    pub const fn deal(&self) -> Option<f64> {
        self.deal
    }

    /// What the core may observe now: the person's last turn through a noisy sensor.
    pub fn observation(&self, turn: u32) -> Observation {
        let mut observation = Observation::at(f64::from(turn) * TURN_S);
        if let Some(reply) = self.reply {
            let mut rng = Rng::keyed(self.seed, &[SENSOR, u64::from(turn)]);
            // One channel always fits.
            let _ = observation.evidence.push(sensor::sense(reply.displayed, &mut rng));
            observation.act = reply.act;
            observation.offer = reply.offer;
        }
        observation
    }

    /// The agent's turn: the core observes and decides. After the end of the conversation this is its last word.
    pub fn agent_turn(&mut self, core: &mut Core) -> Result<Decision, StepError> {
        // As it comes, not unpacked and packed again: a decision is long.
        let decided = emomas_store::session::step(core, &self.observation(core.turn()));
        if let Ok(decision) = &decided {
            self.follow(decision);
        }
        decided
    }

    /// Notes what the core decided; ends the conversation when it accepted or left.
    pub fn follow(&mut self, decision: &Decision) {
        if self.end.is_some() {
            return;
        }
        match decision.act {
            MoveInUnits::Accept(value) => {
                self.person
                    .react(self.world, &Heard { shown: Shown::from(decision.display), agent: AgentMove::Accept });
                self.end = Some(End::Agreed);
                self.deal = Some(value);
            }
            MoveInUnits::WalkAway => {
                self.person.react(self.world, &Heard { shown: Shown::from(decision.display), agent: AgentMove::Leave });
                self.end = Some(End::AgentLeft);
            }
            _ => {}
        }
    }

    /// The person's turn: hears the decision and answers. None once the conversation has ended.
    pub fn counterpart_turn(&mut self, decision: &Decision) -> Option<Reply> {
        if self.end.is_some() {
            return None;
        }
        let share = self.terms.share(decision.act.value()?);
        let concession = self.own_share.map_or(0.0, |before| share - before);
        self.own_share = Some(share);
        let agent = AgentMove::Offer { share, concession };
        let reaction = self.person.react(self.world, &Heard { shown: Shown::from(decision.display), agent });
        let reply = self.say(&reaction);
        match reply.act {
            Act::Accept => {
                self.end = Some(End::Agreed);
                self.deal = decision.act.value();
            }
            Act::Leave => self.end = Some(End::CounterpartLeft),
            _ => {}
        }
        self.reply = Some(reply);
        Some(reply)
    }

    /// Puts a reaction into the scenario's unit. People name whole numbers, rounded in their own favour.
    fn say(&mut self, reaction: &Reaction) -> Reply {
        let (act, offer) = match reaction.act {
            person::Act::Offer(share) => {
                let value = self.terms.value(share);
                let whole = match self.terms.direction {
                    Direction::Lower => (value - 1e-9).ceil(),
                    Direction::Higher => (value + 1e-9).floor(),
                };
                if self.standing == Some(whole) { (Act::Reject, None) } else { (Act::Talk, Some(whole)) }
            }
            // The first answer always names a number.
            person::Act::Hold if self.standing.is_none() => {
                let value = self.terms.value(self.person.demand());
                (Act::Talk, Some(value.round()))
            }
            person::Act::Hold => (Act::Reject, None),
            person::Act::Accept => (Act::Accept, None),
            person::Act::WalkAway => (Act::Leave, None),
        };
        self.standing = offer.or(self.standing);
        Reply { act, offer, displayed: reaction.displayed, felt: reaction.felt }
    }

    /// Closes the conversation in the core, which learns from it. A conversation without an end counts as left by the
    /// agent: its turns are used up.
    pub fn close(&mut self, core: &mut Core) -> Result<Closing, StepError> {
        self.end.get_or_insert(End::AgentLeft);
        core.close(self.deal)
    }

    /// Plays to the end: the agent speaks first, and has the last word after the person accepted or left.
    pub fn play(&mut self, core: &mut Core, mut watch: impl FnMut(&Decision)) -> Result<Closing, StepError> {
        loop {
            let decided = self.agent_turn(core);
            let decision = decided.as_ref().map_err(|error| *error)?;
            watch(decision);
            if self.end.is_some() || self.counterpart_turn(decision).is_none() {
                break;
            }
            let over = self.end.is_some();
            if over {
                watch(&self.agent_turn(core)?);
                break;
            }
            if core.turn() >= self.terms.deadline_turns {
                break;
            }
        }
        self.close(core)
    }
}

/// Stream of the sensor's noise.
const SENSOR: u64 = 0x5e05;
