//! The parts of a turn as closures, shared by the Criterion benches and the instruction counter.
#![forbid(unsafe_code)]
#![allow(clippy::missing_panics_doc)] // A benchmark that can't start should stop.

mod charts;

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use emomas_core::affect::{Affect, Dynamics, Personality};
use emomas_core::agent::{Act, Config, Core, Decision, Observation, Policy, StepError};
use emomas_core::bargain::{Bargainer, Terms};
use emomas_core::belief::{Belief, Learning, Transitions};
use emomas_core::emotion::EmotionDist;
use emomas_core::experts::coherence::Coherence;
use emomas_core::experts::game::{self, Game};
use emomas_core::experts::rl::{self, Rl};
use emomas_core::experts::{GapBin, Situation};
use emomas_core::fusion::{Evidence, Signal, fuse};
use emomas_core::orchestrator::{Orchestrator, Rates, Selection, context};
use emomas_core::rng::Rng;
use emomas_core::{Direction, Domain, Emotion, EmotionSet, Phase, Role};
use emomas_sim::{Batch, Persona, WorldKind};
use emomas_store::Scenario;

/// A part: its name and the closure that runs it once.
pub type Part = (&'static str, Box<dyn FnMut()>);

/// Keeps the compiler from leaving out what nobody reads.
fn run<T>(mut part: impl FnMut() -> T + 'static) -> Box<dyn FnMut()> {
    Box::new(move || {
        black_box(part());
    })
}

const LIKELIHOOD: EmotionDist = [0.2, 0.1, 1.0, 0.1, 0.1, 0.2, 0.4];

fn terms() -> Terms {
    Terms {
        direction: Direction::Lower,
        agent_target: 14.0,
        agent_reservation: 60.0,
        counterpart_target: 120.0,
        deadline_turns: 15,
        shared_deadline: false,
    }
}

/// Three channels: a fresh likelihood, one two seconds old, a VAD point.
pub fn evidence() -> [Evidence; 3] {
    let mut reversed = LIKELIHOOD;
    reversed.reverse();
    let vad = Signal::Vad { mean: [-0.4, 0.5, 0.1], variance: [0.8, 0.1, 0.1] };
    [
        Evidence { channel: 0, signal: Signal::Likelihood(LIKELIHOOD), age_s: 0.0, quality: 1.0 },
        Evidence { channel: 1, signal: Signal::Likelihood(reversed), age_s: 2.0, quality: 1.0 },
        Evidence { channel: 2, signal: vad, age_s: 0.0, quality: 1.0 },
    ]
}

/// The conversation whose turns are timed: the agent opens, then the person comes down by five days a turn.
fn heard(turn: u32) -> Observation {
    let mut observation = Observation { time_s: f64::from(turn) * 8.0, ..Observation::default() };
    if turn > 0 {
        observation.act = Act::Talk;
        observation.offer = Some(110.0 - 5.0 * f64::from(turn));
        for item in evidence() {
            // Three fit.
            let _ = observation.evidence.push(item);
        }
    }
    observation
}

/// Turns of a timed conversation.
const TURNS: u32 = 8;

/// A conversation, turn after turn without end: step, and at the end close and begin again.
struct Loop {
    core: Box<Core>,
    config: Config,
    script: Vec<Observation>,
    episodes: u64,
}

impl Loop {
    fn new() -> Self {
        let config = Config::new(Domain::Debt, Role::Debtor, terms());
        let core = Box::new(Core::new(config.clone(), 1).expect("a valid configuration"));
        Self { core, config, script: (0..TURNS).map(heard).collect(), episodes: 0 }
    }

    /// The next turn, as compiled for any CPU of the platform.
    fn turn(&mut self) {
        self.turn_with(Core::step);
    }

    fn turn_with(&mut self, step: fn(&mut Core, &Observation) -> Result<Decision, StepError>) {
        if self.core.turn() as usize == self.script.len() {
            self.finish();
        }
        let turn = self.core.turn() as usize;
        black_box(step(&mut self.core, &self.script[turn]).expect("a valid turn"));
    }

    fn finish(&mut self) {
        self.core.close(Some(50.0)).expect("an open conversation");
        self.episodes += 1;
        self.core.begin(self.config.clone(), self.episodes).expect("the same experts");
    }

    /// In the middle of a conversation.
    fn middle() -> Self {
        let mut conversation = Self::new();
        for _ in 0..5 {
            conversation.turn();
        }
        conversation
    }
}

/// Every part of a turn, then the whole.
#[allow(clippy::too_many_lines)] // One entry a part.
pub fn parts() -> Vec<Part> {
    let learning = Some(Learning { forget: 0.999 });
    let stance = emomas_core::belief::concession_likelihood(0.05);
    let mut parts: Vec<Part> = Vec::new();
    let mut part = |name, run: Box<dyn FnMut()>| parts.push((name, run));

    let sensed = evidence();
    part("fusion", run(move || fuse(black_box(&sensed))));

    for (name, learning) in [("filter", None), ("filter_learning", learning)] {
        let (mut belief, mut transitions) = (Belief::default(), Box::<Transitions>::default());
        part(
            name,
            Box::new(move || {
                let seen = black_box(&LIKELIHOOD);
                black_box(belief.update(&mut transitions, Some(Emotion::Neutral), seen, &stance, learning));
            }),
        );
    }

    let (belief, transitions) = (Belief::default(), Box::<Transitions>::default());
    let situation = Situation {
        emotion: belief.emotion(),
        stance: belief.stance(),
        outlook: belief.outlook(&transitions),
        own: Emotion::Neutral,
        shown: [0.1, 0.0, 0.0],
        phase: Phase::Bargaining,
        gap: GapBin::Medium,
        domain: Domain::Debt,
    };
    part("look_ahead", run(move || black_box(&belief).outlook(&transitions)));
    let (game, at) = (Game::default(), situation.clone());
    part("game_expert", run(move || black_box(&game).propose(black_box(&at))));
    let (rl, at) = (Box::<Rl>::default(), situation.clone());
    part("rl_expert", run(move || black_box(&rl).propose(black_box(&at))));
    let (coherence, at) = (Coherence::default(), situation);
    part("coherence_expert", run(move || black_box(&coherence).propose(black_box(&at))));

    let proposals: [EmotionDist; 3] =
        [[0.2, 0.1, 0.1, 0.1, 0.2, 0.1, 0.2], [1.0 / 7.0; 7], [0.1, 0.4, 0.05, 0.05, 0.1, 0.05, 0.25]];
    let rates = Rates::default();
    let mut orchestrator = Box::new(Orchestrator::new(3));
    let at = context(Phase::Bargaining, -0.2, GapBin::Medium);
    let mut turn = 0;
    part(
        "orchestrator",
        Box::new(move || {
            turn += 1;
            let weights = orchestrator.weights(at, &rates);
            let mut rng = Rng::keyed(1, &[turn]);
            let (mask, how) = (EmotionSet::of(&[Emotion::Disgust]), Selection::Argmax);
            let choice = orchestrator.choose(&weights, black_box(&proposals), mask, how, &rates, &mut rng);
            orchestrator.commit(at, &proposals, &choice, how, &rates);
            orchestrator.reward(0.55, &rates);
            black_box(choice);
        }),
    );

    let mut learner = Box::<Rl>::default();
    let mut visit = 0;
    part(
        "rl_learning",
        Box::new(move || {
            visit = (visit + 97) % rl::STATES;
            learner.act(visit, visit % 7);
            learner.learn(black_box(0.6), Some((visit + 31) % rl::STATES));
        }),
    );

    let terms = terms();
    let mut bargainer = Bargainer::new(&terms);
    bargainer.commit(emomas_core::bargain::Move::Open(0.0));
    for turn in 1..5 {
        bargainer.observe(&terms, turn, Some(0.95 - 0.04 * f64::from(turn)));
        let (mv, _) = bargainer.decide(&terms, turn);
        bargainer.commit(mv);
    }
    part("bargaining", run(move || black_box(&bargainer).decide(&terms, 5)));

    let personality = Personality::default();
    let mut affect = Affect::new(&personality);
    part(
        "affect",
        Box::new(move || {
            affect.advance(&personality, &Dynamics::default(), black_box(8.0));
            affect.show(&personality, Emotion::Joy, 0.55);
            black_box(affect.vad());
        }),
    );

    let mut conversation = Loop::new();
    part("step", Box::new(move || conversation.turn()));
    let mut conversation = Loop::new();
    part("step_wide", Box::new(move || conversation.turn_with(emomas_store::session::step)));
    let mut conversation = Loop::middle();
    part("close_and_begin", Box::new(move || conversation.finish()));

    let conversation = Loop::middle();
    let mut bytes = vec![0; conversation.core.snapshot_len()];
    part("snapshot", run(move || conversation.core.snapshot(&mut bytes)));
    let mut conversation = Loop::middle();
    let mut bytes = vec![0; conversation.core.snapshot_len()];
    let _ = conversation.core.snapshot(&mut bytes);
    part("restore", Box::new(move || conversation.core.restore(black_box(&bytes)).expect("its own snapshot")));

    let (belief, transitions) = (Belief::default(), Box::<Transitions>::default());
    part("plan_two_turns", run(move || game::plan(&belief, &transitions, 2)));
    for (name, policy) in [("batch_emomas", "emomas"), ("batch_fixed", "joy")] {
        let scenario = Scenario::from_toml(SCENARIO).expect("a valid scenario");
        parts.push((name, run(move || batch(&scenario, policy))));
    }
    parts.extend(charts::parts());
    parts
}

/// Conversations of [`batch`].
pub const BATCH_EPISODES: usize = 50;

/// One run of [`BATCH_EPISODES`] conversations against simulated people; returns the turns played.
pub fn batch(scenario: &Scenario, policy: &str) -> u32 {
    let batch = Batch {
        scenarios: std::slice::from_ref(scenario),
        personas: &[Persona::Vanilla],
        policy: Policy::by_name(policy).expect("a known policy"),
        world: WorldKind::Standard,
        runs: 1,
        episodes: BATCH_EPISODES,
        seed: 3,
    };
    let played = batch.play(&AtomicUsize::new(0), &AtomicBool::new(false)).expect("a valid batch");
    played.iter().map(|episode| episode.turns).sum()
}

/// The scenario of the batches.
pub const SCENARIO: &str = include_str!("../../../python/emomas/scenarios/debt/debt-roofer-winter.toml");
