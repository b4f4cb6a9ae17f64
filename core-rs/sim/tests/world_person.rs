//! One simulated person: its streams, its rules and the moderators that the table of findings does not cover.

mod world_common;

use emomas_core::{Domain, Emotion, Stance};
use emomas_sim::person::Context;
use emomas_sim::{Act, AgentMove, Heard, Person, Persona, Reaction, Setting, ShownKind, Status, Traits, World};
use proptest::prelude::*;
use world_common::{changed, emotion, play, shown, talk};

const ANGER: ShownKind = ShownKind::Emotion(Emotion::Anger);
const JOY: ShownKind = ShownKind::Emotion(Emotion::Joy);
const NEUTRAL: ShownKind = ShownKind::Emotion(Emotion::Neutral);

/// Mean concession of `n` people in the laboratory over one pass of `displays`.
fn mean_concession(world: &World, n: u64, change: impl Fn(&mut Traits), displays: &[ShownKind]) -> f64 {
    let script: Vec<_> = displays.iter().map(|&kind| talk(shown(kind))).collect();
    let total: f64 = (0..n)
        .map(|seed| {
            let mut traits = Traits::laboratory(world, seed);
            change(&mut traits);
            let mut person = Person::with_traits(traits, seed);
            play(world, &mut person, &script);
            person.conceded()
        })
        .sum();
    total / n as f64
}

/// Effect of anger on the mean concession of the same people, in shares of the gap.
fn anger_effect(change: impl Fn(&mut Traits)) -> f64 {
    let world = World::standard();
    mean_concession(world, 3000, &change, &[ANGER; 6]) - mean_concession(world, 3000, &change, &[NEUTRAL; 6])
}

#[test]
fn the_same_seed_gives_the_same_conversation() {
    let world = World::standard();
    let script: Vec<_> = ShownKind::ALL.map(|kind| talk(shown(kind))).to_vec();
    let setting = Setting::new(Domain::Debt, Persona::Threat);
    let run = |seed| play(world, &mut Person::draw(world, &setting, seed), &script);
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

#[test]
fn a_given_trait_does_not_shift_the_others() {
    let world = World::standard();
    for seed in 0..100 {
        let plain = *Person::draw(world, &Setting::new(Domain::Sleep, Persona::Victim), seed).traits();
        let setting = Setting {
            stance: plain.stance,
            reservation: Some(0.2),
            patience: Some(9),
            ..Setting::new(Domain::Sleep, Persona::Victim)
        };
        let given = *Person::draw(world, &setting, seed).traits();
        assert_eq!(Traits { reservation: 0.2, patience: Some(9), ..plain }, given);
    }
}

#[test]
fn what_is_shown_shifts_no_dice() {
    // Surprise moves no concession in the standard world, only feelings: demands must agree to the last bit.
    let world = World::standard();
    let demands = |kind, seed| -> (Vec<f64>, Vec<Emotion>) {
        let mut person = Person::with_traits(Traits { power: 0.0, ..Traits::laboratory(world, seed) }, seed);
        let script = [talk(shown(kind)); 10];
        let reactions = play(world, &mut person, &script);
        (reactions.iter().map(|r| r.concession).collect(), reactions.iter().map(|r| r.felt).collect())
    };
    let surprise = ShownKind::Emotion(Emotion::Surprise);
    assert!((0..100).all(|seed| demands(surprise, seed).0 == demands(NEUTRAL, seed).0));
    assert!((0..100).any(|seed| demands(surprise, seed).1 != demands(NEUTRAL, seed).1));
}

#[test]
fn alternation_is_earned_by_direct_changes_between_anger_and_joy_or_disappointment_only() {
    let (standard, without) = (World::standard(), changed("kappa", "alternation", 0.0));
    let fear = ShownKind::Emotion(Emotion::Fear);
    let disappointment = ShownKind::Disappointment;
    let earns = |displays: &[ShownKind]| {
        let gain = |w: &World| mean_concession(w, 200, |_| {}, displays);
        gain(standard) - gain(&without)
    };
    assert!(earns(&[ANGER, JOY, ANGER, JOY, ANGER, JOY]) > 0.01);
    assert!(earns(&[ANGER, disappointment, ANGER, disappointment]) > 0.01);
    for mixed in [
        [ANGER, fear, JOY, fear, ANGER, fear],
        [ANGER, NEUTRAL, JOY, NEUTRAL, ANGER, JOY],
        [JOY, disappointment, JOY, disappointment, JOY, disappointment],
        [fear, NEUTRAL, fear, NEUTRAL, fear, NEUTRAL],
        [JOY, JOY, JOY, ANGER, ANGER, ANGER],
    ] {
        assert_eq!(earns(&mixed), 0.0, "{mixed:?}");
    }
    // It ends with the alternation: three neutral rounds more earn nothing more.
    let (brief, followed) = ([ANGER, JOY, ANGER], [ANGER, JOY, ANGER, NEUTRAL, NEUTRAL, NEUTRAL]);
    assert!(earns(&brief) > 0.0);
    assert!((earns(&followed) - earns(&brief)).abs() < 1e-3);
}

#[test]
fn culture_context_stance_and_age_moderate_anger() {
    let plain = anger_effect(|_| {});
    assert!(plain > 0.0);
    assert!(anger_effect(|t| t.east_asian = true) < 0.0);
    assert!(anger_effect(|t| t.expresser_east_asian = true) > 1.1 * plain);
    assert!(anger_effect(|t| t.context = Context::Cooperative) < 0.0);
    assert!(anger_effect(|t| t.stance = Some(Stance::Distressed)) < 0.6 * plain);
    let strategic = anger_effect(|t| t.stance = Some(Stance::Strategic));
    assert!(strategic < 0.6 * plain, "its belief in displays is discounted");
    let contest = |t: &mut Traits| t.context = Context::Competitive;
    let fighter = |t: &mut Traits| (t.context, t.stance) = (Context::Competitive, Some(Stance::Confrontational));
    assert!(anger_effect(fighter) < anger_effect(contest), "a confrontational person retaliates more");
    assert!(anger_effect(|t| t.domain = Domain::Sleep) < 0.6 * plain, "a student reacts against anger");
}

#[test]
fn a_strategic_person_exploits_joy() {
    let world = World::standard();
    let effect = |stance| {
        let change = |t: &mut Traits| (t.stance, t.authenticity) = (stance, 1.0);
        mean_concession(world, 2000, change, &[JOY; 6]) - mean_concession(world, 2000, change, &[NEUTRAL; 6])
    };
    // Discounted authenticity (2 · .7 − 1 = .4) times exploitation (1.5) against 1.
    let ratio = effect(Some(Stance::Strategic)) / effect(None);
    assert!((ratio - 0.6).abs() < 0.1, "{ratio}");
}

#[test]
fn emotion_moves_no_price_in_surgery_and_rescue() {
    let world = World::standard();
    for domain in [Domain::Surgery, Domain::Disaster] {
        for kind in ShownKind::ALL {
            let run = |kind| mean_concession(world, 200, |t| (t.domain, t.power) = (domain, 0.0), &[kind; 6]);
            assert_eq!(run(kind), run(NEUTRAL), "{kind:?}");
        }
    }
}

/// Share of people in `domain` who say yes to an acceptable offer, well short of their demand, within four turns.
fn going_along(domain: Domain, kind: ShownKind) -> f64 {
    let world = World::standard();
    let setting = Setting { reservation: Some(0.1), patience: Some(30), ..Setting::new(domain, Persona::Vanilla) };
    let heard = Heard { shown: shown(kind), agent: AgentMove::Offer { share: 0.3, concession: 0.0 } };
    let yes = (0..6000).filter(|&seed| {
        let mut person = Person::draw(world, &setting, seed);
        play(world, &mut person, &[heard; 4]);
        person.status() == Status::Agreed
    });
    yes.count() as f64 / 6000.0
}

#[test]
fn empathy_and_joy_win_compliance_and_anger_loses_it() {
    for domain in [Domain::Surgery, Domain::Disaster] {
        let neutral = going_along(domain, NEUTRAL);
        assert!(going_along(domain, ShownKind::Emotion(Emotion::Sadness)) > neutral + 0.02);
        assert!(going_along(domain, JOY) > neutral + 0.02);
        assert!(going_along(domain, ANGER) < neutral - 0.02);
    }
    // Elsewhere the price decides: an offer so far short of the demand is not taken.
    let (price, compliance) = (going_along(Domain::Debt, NEUTRAL), going_along(Domain::Surgery, NEUTRAL));
    assert!(price < 0.1 * compliance, "{price} {compliance}");
}

#[test]
fn ability_caps_debtors_only() {
    let world = World::standard();
    let capped = |domain| {
        (0..4000)
            .filter_map(move |seed| Person::draw(world, &Setting::new(domain, Persona::Vanilla), seed).traits().ability)
    };
    let shares: Vec<_> = capped(Domain::Debt).collect();
    assert!((shares.len() as f64 / 4000.0 - 0.4).abs() < 0.03);
    assert!(shares.iter().all(|a| (0.3..0.9).contains(a)));
    assert_eq!(capped(Domain::Sleep).count() + capped(Domain::Surgery).count() + capped(Domain::Disaster).count(), 0);
}

#[test]
fn distress_is_relieved_by_empathy_and_driven_away_by_anger() {
    let world = World::standard();
    let setting = Setting {
        stance: Some(Stance::Distressed),
        patience: Some(99),
        ..Setting::new(Domain::Custom, Persona::Victim)
    };
    let run = |kind| {
        let (mut afraid, mut left) = (0, 0);
        for seed in 0..8000 {
            let mut person = Person::draw(world, &setting, seed);
            play(world, &mut person, &[talk(shown(kind)); 6]);
            afraid += i32::from(person.felt() == Emotion::Fear);
            left += i32::from(person.status() == Status::WalkedAway);
        }
        (afraid, left)
    };
    // Surprise is no help, and its own pull on feelings is slight.
    let (empathy, surprise, anger) =
        (run(ShownKind::Emotion(Emotion::Sadness)), run(ShownKind::Emotion(Emotion::Surprise)), run(ANGER));
    assert!(f64::from(empathy.0) < 0.9 * f64::from(surprise.0), "{empathy:?} {surprise:?}");
    assert!(anger.1 > 2 * surprise.1, "{anger:?} {surprise:?}");
}

#[test]
fn promises_are_kept_better_after_a_pleasant_voice_and_worse_to_a_machine() {
    let world = World::standard();
    let kept = |domain, human, kind| {
        let setting = Setting { human, ..Setting::new(domain, Persona::Vanilla) };
        let mut person = Person::draw(world, &setting, 1);
        person.react(world, &talk(shown(kind)));
        person.readout(world).compliance
    };
    assert!((kept(Domain::Debt, true, NEUTRAL) - 0.716).abs() < 0.03);
    assert!((kept(Domain::Debt, true, JOY) - 0.845).abs() < 1e-3, "84.5 % after a pleasant voice");
    assert!(kept(Domain::Debt, false, JOY) < kept(Domain::Debt, true, JOY));
    assert!(kept(Domain::Debt, true, ANGER) < kept(Domain::Debt, true, NEUTRAL));
    assert!(kept(Domain::Surgery, true, ShownKind::Emotion(Emotion::Sadness)) > 0.79, "odds ratio 1.62");
}

#[test]
fn types_differ_in_what_they_show_and_whether_they_stay() {
    let world = World::standard();
    let run = |persona, stance| {
        let setting = Setting { stance, patience: Some(99), ..Setting::new(Domain::Custom, persona) };
        let (mut shown, mut honest, mut left) = ([0_i32; 7], 0, 0);
        for seed in 0..3000 {
            let mut person = Person::draw(world, &setting, seed);
            let reactions: Vec<Reaction> = play(world, &mut person, &[talk(emotion(Emotion::Neutral)); 6]);
            for r in &reactions {
                shown[r.displayed.index()] += 1;
                honest += i32::from(r.displayed == r.felt);
            }
            left += i32::from(person.status() == Status::WalkedAway);
        }
        (shown, honest, left)
    };
    let stance = Some(Stance::Distressed);
    let [vanilla, pressure, victim, threat] = Persona::ALL.map(|p| run(p, stance));
    let of = |counts: &[i32; 7], set: [Emotion; 2]| set.map(|e| counts[e.index()]).iter().sum::<i32>();
    assert!(
        of(&pressure.0, [Emotion::Anger, Emotion::Disgust]) > 2 * of(&vanilla.0, [Emotion::Anger, Emotion::Disgust])
    );
    assert!(of(&victim.0, [Emotion::Sadness, Emotion::Fear]) > of(&vanilla.0, [Emotion::Sadness, Emotion::Fear]));
    assert!(vanilla.0[Emotion::Neutral.index()] > victim.0[Emotion::Neutral.index()]);
    assert!(f64::from(threat.2) > 1.3 * f64::from(vanilla.2));
    let strategic = run(Persona::Vanilla, Some(Stance::Strategic));
    let plain = run(Persona::Vanilla, Some(Stance::Cooperative));
    assert!(f64::from(strategic.1) < 0.8 * f64::from(plain.1), "a strategic person feigns");
}

#[test]
fn stances_follow_the_mix_of_the_type() {
    let world = World::standard();
    let setting = Setting::new(Domain::Custom, Persona::Threat);
    let mut counts = [0.0_f64; 4];
    for seed in 0..10_000 {
        let stance = Person::draw(world, &setting, seed).traits().stance.expect("live people have one");
        counts[stance.index()] += 1.0 / 10_000.0;
    }
    for (share, expected) in counts.iter().zip([0.05, 0.5, 0.05, 0.4]) {
        assert!((share - expected).abs() < 0.02, "{counts:?}");
    }
    assert_eq!(world.emergency_mix(), [0.6, 0.02, 0.38, 0.0]);
}

#[test]
fn patience_ends() {
    let world = World::standard();
    let setting = Setting { patience: Some(7), ..Setting::new(Domain::Sleep, Persona::Vanilla) };
    let mut turns = Vec::new();
    for seed in 0..1000 {
        let mut person = Person::draw(world, &setting, seed);
        play(world, &mut person, &[talk(emotion(Emotion::Neutral)); 20]);
        assert_eq!(person.status(), Status::WalkedAway);
        turns.push(person.turns());
    }
    let late = turns.iter().filter(|&&t| (7..=9).contains(&t)).count();
    assert!(late > 900, "{late} of 1000 leave in turns 7 to 9");
}

#[test]
fn accepting_and_leaving_end_the_conversation() {
    let world = World::standard();
    let setting = Setting::new(Domain::Debt, Persona::Vanilla);
    let shown = emotion(Emotion::Neutral);
    let mut person = Person::draw(world, &setting, 1);
    let demand = person.demand();
    assert_eq!(person.react(world, &Heard { shown, agent: AgentMove::Accept }).act, Act::Accept);
    assert_eq!((person.status(), person.demand()), (Status::Agreed, demand));
    let end = person;
    assert_eq!(person.react(world, &talk(emotion(Emotion::Anger))).act, Act::Hold);
    assert_eq!(person, end, "after the end nothing changes");
    let mut person = Person::draw(world, &setting, 1);
    assert_eq!(person.react(world, &Heard { shown, agent: AgentMove::Leave }).act, Act::Hold);
    assert_eq!(person.status(), Status::Abandoned);
}

proptest! {
    #[test]
    fn nobody_agrees_below_what_it_can_accept(
        seed: u64,
        domain in 0_usize..5,
        persona in 0_usize..4,
        turns in prop::collection::vec((0_usize..9, 0.0_f64..1.0), 1..20),
    ) {
        let world = World::standard();
        let mut person = Person::draw(world, &Setting::new(Domain::ALL[domain], Persona::ALL[persona]), seed);
        let floor = person.traits().floor();
        let top = person.traits().opening.max(1.0).max(floor);
        for (kind, share) in turns {
            let before = person.demand();
            let open = person.status() == Status::Open;
            let offer = AgentMove::Offer { share, concession: 0.0 };
            let r = person.react(world, &Heard { shown: shown(ShownKind::ALL[kind]), agent: offer });
            prop_assert!(r.concession.is_finite());
            match r.act {
                Act::Accept => prop_assert!(share >= floor && person.demand() == share),
                Act::Offer(demand) => {
                    prop_assert!(demand >= floor && demand <= top && demand > share);
                    prop_assert!((before - demand - r.concession).abs() < 1e-12);
                }
                Act::Hold => prop_assert!(!open || person.demand() == before),
                Act::WalkAway => prop_assert_eq!(person.status(), Status::WalkedAway),
            }
            let seen = person.readout(world);
            prop_assert!(seen.liking.is_finite() && seen.satisfaction.is_finite());
            prop_assert!((0.0..=1.0).contains(&seen.compliance));
        }
    }
}
