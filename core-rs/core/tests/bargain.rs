//! What must hold for every counterpart, sane or not.

use emomas_core::Direction;
use emomas_core::bargain::{Bargainer, Move, MoveReason, SLOTS, TACTICS, Tactic, Terms};
use emomas_core::persist::{Persist, Reader, Writer};
use proptest::prelude::*;

fn terms(reservation: f64, deadline_turns: u32) -> Terms {
    Terms {
        direction: Direction::Lower,
        agent_target: 0.0,
        agent_reservation: reservation,
        counterpart_target: 1.0,
        deadline_turns,
        shared_deadline: false,
    }
}

/// Any valid terms, in either direction.
fn any_terms() -> impl Strategy<Value = Terms> {
    (any::<[bool; 2]>(), -1e4..1e4, 1e-3..1e4, 0.0..1.5, 1..=Terms::MAX_TURNS).prop_map(
        |([higher, shared_deadline], target, gap, share, turns)| {
            let sign = if higher { -1.0 } else { 1.0 };
            Terms {
                direction: if higher { Direction::Higher } else { Direction::Lower },
                agent_target: target,
                agent_reservation: target + sign * share * gap,
                counterpart_target: target + sign * gap,
                deadline_turns: turns,
                shared_deadline,
            }
        },
    )
}

/// Offers a counterpart might send: falling, wild, missing, not numbers.
fn any_offers() -> impl Strategy<Value = Vec<Option<f64>>> {
    let offer = prop_oneof![
        8 => (-0.2..1.3).prop_map(Some),
        1 => Just(None),
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-1e300), Just(1e300)].prop_map(Some),
    ];
    (prop::collection::vec(offer, 70), any::<bool>()).prop_map(|(mut offers, falling)| {
        if falling {
            offers.sort_by(|a, b| b.unwrap_or(2.0).total_cmp(&a.unwrap_or(2.0)));
        }
        offers
    })
}

/// Plays `offers` to the end; returns every move with the offer that stood and the state before it.
fn run(terms: &Terms, offers: &[Option<f64>], hazard: f64) -> Vec<(Move, MoveReason, Option<f64>, Bargainer)> {
    let mut bargainer = Bargainer::new(terms);
    let mut moves = Vec::new();
    for turn in 0..=terms.deadline_turns {
        if turn > 0 {
            bargainer.observe(terms, turn, offers[turn as usize]);
        }
        let before = bargainer.clone();
        let (mv, reason) = bargainer.decide_under(terms, turn, hazard);
        bargainer.commit(mv);
        moves.push((mv, reason, before.their_share(), before));
        if mv.offer().is_none() {
            break;
        }
    }
    moves
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn offers_never_retract_nor_pass_the_reservation(t in any_terms(), offers in any_offers(), hazard in 0.0..1.0) {
        let limit = t.reservation_share().max(0.0);
        let mut own = 0.0;
        for (turn, (mv, _, _, _)) in run(&t, &offers, hazard).into_iter().enumerate() {
            let Some(share) = mv.offer() else { continue };
            prop_assert!(share >= own && share <= limit, "turn {turn}: {share} after {own}, limit {limit}");
            match mv {
                Move::Open(_) => prop_assert_eq!(turn, 0),
                Move::Hold(_) => prop_assert_eq!(share, own),
                _ => prop_assert!(turn > 0 && share > own),
            }
            own = share;
        }
    }

    #[test]
    fn only_rational_standing_offers_are_accepted(t in any_terms(), offers in any_offers()) {
        let limit = t.reservation_share().max(0.0);
        for (mv, _, theirs, _) in run(&t, &offers, 0.0) {
            if let Move::Accept(share) = mv {
                prop_assert_eq!(Some(share), theirs);
                prop_assert!(share <= limit, "accepted {share} beyond {limit}");
            }
        }
    }

    #[test]
    fn the_last_turn_takes_what_is_rational_and_nothing_ends_before(t in any_terms(), offers in any_offers()) {
        let limit = t.reservation_share().max(0.0);
        let moves = run(&t, &offers, 0.0);
        for (turn, (mv, reason, theirs, _)) in moves.iter().enumerate() {
            let rational = theirs.is_some_and(|y| y <= limit);
            if turn as u32 + 1 == t.deadline_turns && rational {
                prop_assert_eq!((*mv, *reason), (Move::Accept(theirs.unwrap_or(0.0)), MoveReason::LastTurn));
            }
            if *mv == Move::WalkAway {
                prop_assert!(turn as u32 >= t.deadline_turns && !rational);
            }
        }
        let ended = moves.last().is_some_and(|(mv, ..)| mv.offer().is_none());
        prop_assert!(ended, "still talking after the deadline");
    }

    #[test]
    fn share_value_and_utility_agree(t in any_terms(), share in -0.5..1.5) {
        t.check().expect("valid terms");
        let gap = (t.counterpart_target - t.agent_target).abs();
        let scale = 1.0 + (t.agent_target.abs() + t.counterpart_target.abs()) / gap;
        prop_assert!((t.share(t.value(share)) - share).abs() < 1e-12 * scale);
        prop_assert!(t.share(t.agent_target) == 0.0 && (t.share(t.counterpart_target) - 1.0).abs() < 1e-12 * scale);
        // u(x) = (R − x)/(R − b), straight from the values.
        let direct = (t.agent_reservation - t.value(share)) / (t.agent_reservation - t.agent_target);
        if t.reservation_share() > 1e-3 {
            prop_assert!((t.utility(share) - direct).abs() < 1e-8 * scale, "{} {direct}", t.utility(share));
        }
    }

    #[test]
    fn higher_is_the_mirror_image_of_lower(t in any_terms(), offers in any_offers()) {
        let mirror = Terms {
            direction: if t.direction == Direction::Lower { Direction::Higher } else { Direction::Lower },
            agent_target: -t.agent_target,
            agent_reservation: -t.agent_reservation,
            counterpart_target: -t.counterpart_target,
            ..t
        };
        mirror.check().expect("valid terms");
        for (a, b) in run(&t, &offers, 0.0).into_iter().zip(run(&mirror, &offers, 0.0)) {
            prop_assert_eq!((a.0, a.1), (b.0, b.1));
            if let Some(share) = a.0.offer() {
                prop_assert_eq!(t.value(share).to_bits(), (-mirror.value(share)).to_bits());
            }
        }
    }

    #[test]
    fn a_stored_conversation_goes_on_unchanged(t in any_terms(), offers in any_offers()) {
        for (turn, (mv, reason, _, state)) in run(&t, &offers, 0.0).into_iter().enumerate() {
            let mut counted = Writer::new(&mut []);
            state.write(&mut counted);
            let mut bytes = vec![0xff; counted.length()];
            state.write(&mut Writer::new(&mut bytes));
            let mut back = Bargainer::new(&t);
            back.read(&mut Reader::new(&bytes));
            prop_assert_eq!(back.decide(&t, turn as u32), (mv, reason));
            prop_assert_eq!(back, state);
        }
    }

    #[test]
    fn the_posterior_is_a_distribution(t in any_terms(), offers in any_offers(), hazard in 0.0..1.0) {
        for (turn, (_, _, _, state)) in run(&t, &offers, hazard).into_iter().enumerate() {
            let p = state.posterior(&t, turn as u32, hazard);
            let total: f64 = p.weight.iter().flatten().sum();
            prop_assert!(p.weight.iter().flatten().all(|&w| (0.0..=1.0).contains(&w)));
            prop_assert!(total == 0.0 || (total - 1.0).abs() < 1e-9, "sums to {total}");
            prop_assert!((0.0..=1.0 + 1e-9).contains(&p.exit_hazard()));
        }
    }
}

/// The state after `turns` answers 1 − (1 − r)(s/(exit − 1))^power to the agent's own offers.
fn against_curve(t: &Terms, floor: f64, exit: u32, power: f64, turns: u32) -> Bargainer {
    let mut bargainer = Bargainer::new(t);
    for turn in 0..turns {
        let (mv, _) = bargainer.decide(t, turn);
        bargainer.commit(mv);
        let time = f64::from(turn) / f64::from(exit - 1);
        bargainer.observe(t, turn + 1, Some(1.0 - (1.0 - floor) * time.powf(power)));
    }
    bargainer
}

#[test]
fn the_model_recognises_a_curve_and_its_reservation() {
    // Only a known exit makes a curve's slope tell where it ends.
    let t = Terms { shared_deadline: true, ..terms(0.6, 15) };
    for (tactic, power) in [(Tactic::Hardheaded, 5.0), (Tactic::Boulware, 2.0), (Tactic::Conceder, 0.5)] {
        let bargainer = against_curve(&t, 0.4, 15, power, 12);
        let p = bargainer.posterior(&t, 12, 0.0);
        assert!(p.tactics()[tactic as usize] > 0.8, "{tactic:?}: {:?}", p.tactics());
        let r = bargainer.expected_reservation(&t, 12);
        assert!((r - 0.4).abs() < 0.08, "{tactic:?}: expected reservation {r}");
    }
}

#[test]
fn a_late_collapse_announces_an_early_exit() {
    let t = terms(0.6, 15);
    // The curve that ends at turn 8 is nearly down; the one that ends at turn 15 has hardly begun.
    let leaving = against_curve(&t, 0.5, 8, 5.0, 7).exit_hazard(&t, 7);
    let staying = against_curve(&t, 0.5, 15, 5.0, 7).exit_hazard(&t, 7);
    assert!(leaving > 3.0 * staying, "hazard {leaving} against {staying}");
}

#[test]
fn a_hazard_from_the_belief_brings_the_concession_forward() {
    let t = terms(0.6, 15);
    let mut largest: f64 = 0.0;
    for turns in 2..8 {
        let bargainer = against_curve(&t, 0.3, 15, 1.0, turns);
        let calm = bargainer.decide_under(&t, turns, 0.0).0.offer().expect("an offer");
        let upset = bargainer.decide_under(&t, turns, 0.5).0.offer().expect("an offer");
        assert!(upset >= calm, "{calm} without, {upset} with hazard");
        largest = largest.max(upset - calm);
    }
    // The path knows ten levels; at least one of them is a step worth seeing.
    assert!(largest > 0.04, "{largest}");
}

#[test]
fn a_plan_falls_back_and_says_so() {
    let t = terms(0.6, 15);
    let bargainer = against_curve(&t, 0.3, 15, 1.0, 6);
    let starved = bargainer.plan(&t, 6, 1);
    assert!(!starved.exact);
    assert_eq!((starved.mv, starved.reason), bargainer.decide(&t, 6));
    let fed = bargainer.plan(&t, 6, 100_000);
    assert!(fed.exact);
    let own = bargainer.own_share();
    assert!(fed.mv.offer().is_some_and(|z| Some(z) >= own && z <= 0.6), "{fed:?}");
}

#[test]
fn the_step_state_stays_small_and_types_few() {
    const { assert!(TACTICS * SLOTS <= 32) };
    assert!(size_of::<Bargainer>() <= 512, "{} bytes", size_of::<Bargainer>());
}
