//! Twelve counterparts and an alternating-offers game to play against them; knows nothing of the code under test.
//!
//! Coordinates are shares: 0 is the agent's target, 1 the counterpart's. The agent speaks first, `turn` counts from 0.

pub(crate) mod baselines;

use emomas_core::rng::Rng;

/// Own turns of the agent in every scenario.
pub(crate) const DEADLINE: u32 = 15;
/// How many counterparts there are.
pub(crate) const COUNT: usize = 12;
/// Their names, in the order of [`Opponent::new`].
pub(crate) const NAMES: [&str; COUNT] = [
    "TDT .2", "TDT .5", "TDT 1", "TDT 2", "TDT 5", "rel TFT", "abs TFT", "avg TFT", "MiCRO", "human", "tough",
    "hardline",
];
const BASE: f64 = 0.25;
const CURVES: [f64; 5] = [0.2, 0.5, 1.0, 2.0, 5.0];

/// What both sides privately know in one game.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    /// The agent's reservation share.
    pub(crate) reservation: f64,
    /// The lowest share the counterpart ever takes.
    pub(crate) floor: f64,
    /// The number of turns the counterpart stays.
    pub(crate) exit: u32,
    /// Whether both sides know that the agent's deadline binds both.
    pub(crate) shared: bool,
    /// Feeds the counterpart's noise.
    pub(crate) seed: u64,
}

impl Scenario {
    /// Number `index` of the published distribution: R ~ U(.35, .9), r ~ U(.1, .65), given that a zone exists.
    pub(crate) fn draw(index: u64, hidden_exit: bool) -> Self {
        let mut rng = Rng::keyed(2026, &[index]);
        let exit = if hidden_exit { 5 + rng.below(11) as u32 } else { DEADLINE };
        loop {
            let reservation = rng.range(0.35, 0.9);
            let floor = rng.range(0.1, 0.65);
            if floor < reservation {
                return Self { reservation, floor, exit, shared: !hidden_exit, seed: rng.next_u64() };
            }
        }
    }
}

/// A counterpart in the middle of a game.
#[derive(Clone, Debug)]
pub(crate) struct Opponent {
    kind: usize,
    floor: f64,
    exit: u32,
    rng: Rng,
    /// Its own offers so far.
    bids: Vec<f64>,
    /// The agent's offers so far.
    seen: Vec<f64>,
}

impl Opponent {
    /// Counterpart number `kind` of [`NAMES`].
    pub(crate) fn new(kind: usize, scenario: &Scenario) -> Self {
        let rng = Rng::keyed(scenario.seed, &[kind as u64]);
        Self { kind, floor: scenario.floor, exit: scenario.exit, rng, bids: Vec::new(), seen: Vec::new() }
    }

    /// Its answer to the agent's offer: `None` accepts, `Some` counters.
    pub(crate) fn answer(&mut self, offer: f64) -> Option<f64> {
        let turn = self.bids.len() as u32;
        self.seen.push(offer);
        let bid = self.bid(turn).clamp(self.floor, 1.0);
        let bid = bid.min(self.bids.last().copied().unwrap_or(1.0));
        self.bids.push(bid);
        let last_chance = turn + 1 >= self.exit && offer >= self.floor;
        if offer >= bid || last_chance { None } else { Some(bid) }
    }

    /// Whether it has left.
    pub(crate) fn gone(&self) -> bool {
        self.bids.len() as u32 >= self.exit
    }

    fn bid(&mut self, turn: u32) -> f64 {
        let last = self.bids.last().copied().unwrap_or(1.0);
        let back = |n: usize| self.seen[self.seen.len().saturating_sub(n + 1)];
        match self.kind {
            k @ 0..=4 => {
                let time = f64::from(turn) / f64::from(self.exit - 1);
                1.0 - (1.0 - self.floor) * time.powf(1.0 / CURVES[k]) + 0.01 * self.rng.normal()
            }
            // Ratios are taken of prices, and a price has a base below the agent's target.
            5 => (BASE + last) * (BASE + back(1)) / (BASE + back(0)) - BASE,
            6 => last - (back(0) - back(1)),
            7 => last * (1.0 - back(0)) / (1.0 - back(3)).max(1e-9),
            8 => {
                let mut others = self.seen.clone();
                others.dedup();
                let mut mine = self.bids.clone();
                mine.dedup();
                if self.bids.is_empty() {
                    1.0
                } else if mine.len() <= others.len() {
                    last - 1.0 / f64::from(self.exit)
                } else {
                    last
                }
            }
            9 | 10 => {
                let (revise, mean) = if self.kind == 9 { (0.88, 0.5) } else { (0.7, 0.25) };
                let moves = self.rng.uniform() < revise;
                let fraction = 2.0 * mean * self.rng.uniform();
                if moves && turn > 0 { last - fraction * (last - offer_or(&self.seen)) } else { last }
            }
            _ => 1.0,
        }
    }
}

fn offer_or(seen: &[f64]) -> f64 {
    seen.last().copied().unwrap_or(0.0)
}

/// What an agent does with its turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Action {
    /// Send this share.
    Offer(f64),
    /// Take the counterpart's standing offer.
    Accept,
    /// End without a deal.
    Leave,
}

/// Plays one game; the agent is asked with (turn, the counterpart's standing offer). Returns the agreed share.
pub(crate) fn play(kind: usize, scenario: &Scenario, mut agent: impl FnMut(u32, Option<f64>) -> Action) -> Option<f64> {
    let mut opponent = Opponent::new(kind, scenario);
    let mut standing = None;
    for turn in 0..DEADLINE {
        match agent(turn, standing) {
            Action::Accept => return standing,
            Action::Leave => return None,
            Action::Offer(_) if opponent.gone() => return None,
            Action::Offer(share) => match opponent.answer(share) {
                None => return Some(share),
                Some(bid) => standing = Some(bid),
            },
        }
    }
    None
}

/// The agent's utility of an outcome: 1 at its target, 0 at its reservation share or without a deal.
pub(crate) fn utility(scenario: &Scenario, deal: Option<f64>) -> f64 {
    deal.map_or(0.0, |share| (scenario.reservation - share) / scenario.reservation)
}
