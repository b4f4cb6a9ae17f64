//! Conversations and batches: deals, causality, seeds, threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use emomas_core::Core;
use emomas_core::agent::{Act, MoveInUnits, Policy};
use emomas_sim::batch::MOST_EPISODES;
use emomas_sim::{Batch, BatchError, Dialogue, End, Episode, Persona, Reply, World, WorldKind};
use emomas_store::Scenario;
use emomas_store::session::configuration;

/// One scenario a domain; both directions.
fn scenarios() -> Vec<Scenario> {
    [
        ("debt", "debtor", "days", "lower", (14, 60), (120, 40), "balance = \"$400\"\nreason = \"a flood\""),
        (
            "surgery",
            "patient",
            "days",
            "higher",
            (90, 40),
            (20, 60),
            "procedure = \"a bypass\"\ncondition = \"angina\"",
        ),
        ("disaster", "survivor", "minutes", "higher", (120, 70), (45, 95), "hazard = \"rubble\"\nneed = \"water\""),
        (
            "sleep",
            "student",
            "minutes_past_21",
            "lower",
            (60, 150),
            (240, 100),
            "situation = \"a test\"\nreason = \"fear\"",
        ),
    ]
    .map(|(domain, role, unit, direction, (target, limit), (theirs, worst), facts)| {
        let text = format!(
            "schema = 1\nid = \"{domain}-test\"\ndomain = \"{domain}\"\ntitle = \"A test\"\n\
             [parties]\nagent = \"A\"\ncounterpart = \"B\"\nrole = \"{role}\"\n\
             [quantity]\nname = \"q\"\nunit = \"{unit}\"\ndirection = \"{direction}\"\n\
             [agent]\ntarget = {target}\nreservation = {limit}\n\
             [counterpart]\ntarget = {theirs}\nreservation = {worst}\n[facts]\n{facts}\n"
        );
        Scenario::from_toml(&text).expect("a valid scenario")
    })
    .to_vec()
}

fn batch<'a>(scenarios: &'a [Scenario], name: &str, world: WorldKind) -> Batch<'a> {
    let policy = Policy::by_name(name).expect("known");
    Batch { scenarios, personas: &Persona::ALL, policy, world, runs: 6, episodes: 15, seed: 11 }
}

fn play(batch: &Batch<'_>) -> Vec<Episode> {
    batch.play(&AtomicUsize::new(0), &AtomicBool::new(false)).expect("played")
}

/// Everything but what was shown and how it was liked.
fn outcomes(episodes: &[Episode]) -> Vec<String> {
    let seen = |e: &Episode| format!("{:?} {:?} {} {} {}", e.deal.to_bits(), e.end, e.turns, e.utility, e.stance);
    episodes.iter().map(seen).collect()
}

/// The person's replies to one policy.
fn replies(world: &World, scenario: &Scenario, name: &str, seed: u64) -> Vec<Reply> {
    let config = configuration(scenario, Policy::by_name(name).expect("known"));
    let mut core = Core::new(config, seed).expect("valid");
    let mut dialogue = Dialogue::new(world, scenario, Persona::Vanilla, seed);
    let mut heard = Vec::new();
    for _ in 0..15 {
        let decision = dialogue.agent_turn(&mut core).expect("valid");
        let Some(reply) = dialogue.counterpart_turn(&decision) else { break };
        heard.push(reply);
        if dialogue.end().is_some() {
            break;
        }
    }
    heard
}

#[test]
fn threads_and_neighbouring_runs_change_nothing() {
    let scenarios = scenarios();
    let batch = batch(&scenarios, "emomas", WorldKind::Sweep);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| format!("{:?}", play(&batch)))
    };
    assert_eq!(on(1), on(2));
    let fewer = Batch { runs: 3, ..batch.clone() };
    assert_eq!(format!("{:?}", play(&fewer)), format!("{:?}", &play(&batch)[..45]));
    let other = Batch { seed: 12, ..batch.clone() };
    assert_ne!(outcomes(&play(&other)), outcomes(&play(&batch)));
}

#[test]
fn in_the_placebo_world_every_display_gets_the_same_outcome() {
    let scenarios = scenarios();
    let with = |name, world| outcomes(&play(&batch(&scenarios, name, world)));
    let placebo = with("vanilla", WorldKind::Placebo);
    let standard = with("vanilla", WorldKind::Standard);
    let mut differs = false;
    for name in ["joy", "sadness", "anger", "fear", "surprise", "disgust"] {
        assert_eq!(with(name, WorldKind::Placebo), placebo, "{name}");
        differs |= with(name, WorldKind::Standard) != standard;
    }
    assert!(differs, "in the standard world displays must matter");
}

#[test]
fn the_displayed_emotion_alone_changes_the_reply() {
    let scenarios = scenarios();
    let placebo = World::placebo();
    let mut changed = 0;
    for seed in 0..40 {
        let scenario = &scenarios[0];
        let one = replies(World::standard(), scenario, "sadness", seed);
        let other = replies(World::standard(), scenario, "joy", seed);
        changed += u32::from(one != other);
        assert_eq!(replies(World::standard(), scenario, "sadness", seed), one, "same seed, same replies");
        let acts = |name| -> Vec<_> {
            replies(&placebo, scenario, name, seed).iter().map(|r| (r.act, r.offer, r.displayed)).collect()
        };
        assert_eq!(acts("sadness"), acts("joy"));
    }
    assert!(changed > 20, "{changed} of 40 conversations");
}

#[test]
fn the_recorded_deal_is_the_last_matching_offer() {
    let mut ends = [0; 3];
    for scenario in scenarios() {
        let terms = scenario.terms();
        for seed in 0..150 {
            let config = configuration(&scenario, Policy::by_name("emomas").expect("known"));
            let mut core = Core::new(config, seed).expect("valid");
            let mut dialogue = Dialogue::new(World::standard(), &scenario, Persona::ALL[seed as usize % 4], seed);
            let (mut mine, mut theirs) = (None, None);
            let mut accepted_mine = false;
            while core.turn() < terms.deadline_turns && dialogue.end().is_none() {
                let decision = dialogue.agent_turn(&mut core).expect("valid");
                if let MoveInUnits::Accept(_) | MoveInUnits::WalkAway = decision.act {
                    break;
                }
                mine = decision.act.value();
                let reply = dialogue.counterpart_turn(&decision).expect("open");
                accepted_mine = reply.act == Act::Accept;
                if let Some(value) = reply.offer {
                    assert_eq!(value, value.round(), "people name whole numbers");
                    theirs = Some(value);
                }
            }
            if dialogue.end() == Some(End::Agreed) {
                let deal = dialogue.deal().expect("agreed");
                assert_eq!(Some(deal), if accepted_mine { mine } else { theirs });
                assert!(terms.share(deal) <= terms.reservation_share(), "the agent keeps to its limit");
                let worst = terms.share(scenario.counterpart.reservation);
                assert!(terms.share(deal) >= worst - 1e-9, "the person keeps to its limit");
            }
            ends[dialogue.end().map_or(2, |e| e as usize)] += 1;
            dialogue.close(&mut core).expect("closes");
            assert!(core.is_closed());
        }
    }
    assert!(ends.iter().all(|&n| n > 0), "{ends:?}");
}

#[test]
fn learning_goes_on_within_a_run() {
    let scenarios = scenarios();
    let long = Batch { runs: 1, episodes: 30, ..batch(&scenarios, "rl", WorldKind::Standard) };
    let done = AtomicUsize::new(0);
    let episodes = long.play(&done, &AtomicBool::new(false)).expect("played");
    assert_eq!((episodes.len(), done.load(Ordering::Relaxed)), (30, 30));
    let config = configuration(&scenarios[0], Policy::by_name("emomas").expect("known"));
    let mut core = Core::new(config.clone(), 1).expect("valid");
    let fresh = core.learned().clone();
    Dialogue::new(World::standard(), &scenarios[0], Persona::Victim, 1).play(&mut core, |_| ()).expect("played");
    assert_eq!(core.learned().episodes, 1);
    assert!(core.learned().rl != fresh.rl, "the Q table changes after one episode");
    assert!(core.learned().orchestrator != fresh.orchestrator && core.learned().transitions != fresh.transitions);
    let after = core.learned().rl.clone();
    core.begin(config, 2).expect("same experts");
    assert!((0..588).all(|s| core.learned().rl.values(s) == after.values(s)), "what was learned stays");
}

#[test]
fn stopping_and_empty_batches_are_told() {
    let scenarios = scenarios();
    let batch = batch(&scenarios, "vanilla", WorldKind::Standard);
    let stopped = batch.play(&AtomicUsize::new(0), &AtomicBool::new(true));
    assert!(matches!(stopped, Err(BatchError::Stopped)));
    let nobody = Batch { personas: &[], ..batch.clone() };
    assert!(nobody.play(&AtomicUsize::new(0), &AtomicBool::new(false)).is_err());
    let nothing = Batch { scenarios: &[], ..batch.clone() };
    assert!(nothing.play(&AtomicUsize::new(0), &AtomicBool::new(false)).is_err());
}

#[test]
fn too_many_episodes_are_refused_before_anything_is_allocated() {
    let scenarios = scenarios();
    let batch = batch(&scenarios, "vanilla", WorldKind::Standard);
    for (runs, episodes) in
        [(1, usize::MAX), (usize::MAX, 1), (usize::MAX, 2), (2, MOST_EPISODES / 2 + 1), (0, 5), (5, 0)]
    {
        let played = Batch { runs, episodes, ..batch.clone() }.play(&AtomicUsize::new(0), &AtomicBool::new(false));
        let Err(error @ BatchError::Size { .. }) = played else { panic!("{runs} x {episodes} was played") };
        assert!(error.to_string().contains(&format!("{runs} x {episodes}: give 1 to {MOST_EPISODES}")), "{error}");
    }
}
