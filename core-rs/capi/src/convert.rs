//! C structs from and to the core's types: plain copies; every code, flag and count is checked on the way in.

use emomas_core::agent::{Act, Decision as CoreDecision, MoveInUnits, Observation as CoreObservation};
use emomas_core::fusion::{Evidence as CoreEvidence, Signal};
use emomas_core::{EmotionSet, Phase};

use crate::codes::Move;
use crate::failure::Failure;
use crate::types::{Decision, EMOTIONS, Evidence, MAX_EVIDENCE, MAX_EXPERTS, Observation, STANCES};

const _: () = assert!(
    EMOTIONS == emomas_core::emotion::EMOTIONS
        && STANCES == emomas_core::emotion::STANCES
        && MAX_EVIDENCE == emomas_core::fusion::MAX_EVIDENCE
        && MAX_EXPERTS == emomas_core::experts::MAX_EXPERTS
);

/// Acts by code.
const ACTS: [Act; 5] = [Act::Silence, Act::Talk, Act::Reject, Act::Accept, Act::Leave];

pub(crate) fn observation(c: &Observation) -> Result<CoreObservation, Failure> {
    let mut observation = CoreObservation::at(c.time_s);
    observation.act = coded("act", c.act, &ACTS)?;
    observation.offer = if flag("has_offer", c.has_offer)? { Some(c.offer) } else { None };
    observation.phase =
        if flag("has_phase", c.has_phase)? { Some(coded("phase", c.phase, &Phase::ALL)?) } else { None };
    // The lists have the arrays' capacity: never full.
    for item in listed("evidence_count", c.evidence_count, &c.evidence)? {
        let _ = observation.evidence.push(evidence(item)?);
    }
    for dist in listed("external_count", c.external_count, &c.external)? {
        let _ = observation.external.push(*dist);
    }
    Ok(observation)
}

fn evidence(c: &Evidence) -> Result<CoreEvidence, Failure> {
    let signal = match c.kind {
        0 => Signal::Likelihood(c.likelihood),
        1 => Signal::Vad { mean: c.mean, variance: c.variance },
        value => return Err(Failure::Code { field: "evidence kind", value, most: 1 }),
    };
    Ok(CoreEvidence { channel: c.channel, signal, age_s: c.age_s, quality: c.quality })
}

pub(crate) fn decision(d: &CoreDecision) -> Decision {
    let offer = d.act.value();
    let mut c = Decision {
        turn: d.turn,
        emotion: d.display.emotion as u8,
        target: d.display.target as u8,
        justified: u8::from(d.display.justified),
        explored: u8::from(d.explored),
        refused: bits(d.refused),
        phase: d.phase as u8,
        act: move_code(d.act) as u8,
        act_reason: d.act_reason as u8,
        has_offer: u8::from(offer.is_some()),
        has_earned: u8::from(d.earned.is_some()),
        expert_count: d.proposals.len() as u8,
        reasons: [0; MAX_EXPERTS],
        intensity: d.display.intensity,
        offer: offer.unwrap_or(0.0),
        earned: d.earned.unwrap_or(0.0),
        confidence: d.confidence,
        valence: d.valence,
        uncertainty: d.uncertainty,
        conflict: d.conflict,
        goal_vad: d.goal_vad,
        shown_vad: d.shown_vad,
        emotion_belief: d.emotion,
        stance_belief: d.stance,
        mixture: d.mixture,
        sampled: d.sampled,
        weights: [0.0; MAX_EXPERTS],
        proposals: [[0.0; EMOTIONS]; MAX_EXPERTS],
    };
    for (to, from) in c.weights.iter_mut().zip(&d.weights) {
        *to = *from;
    }
    for ((dist, reason), from) in c.proposals.iter_mut().zip(&mut c.reasons).zip(&d.proposals) {
        *dist = from.dist;
        *reason = from.reason as u8;
    }
    c
}

fn bits(set: EmotionSet) -> u8 {
    set.iter().fold(0, |bits, emotion| bits | 1 << emotion as u8)
}

const fn move_code(act: MoveInUnits) -> Move {
    match act {
        MoveInUnits::Open(_) => Move::Open,
        MoveInUnits::Counter(_) => Move::Counter,
        MoveInUnits::Hold(_) => Move::Hold,
        MoveInUnits::Accept(_) => Move::Accept,
        MoveInUnits::WalkAway => Move::WalkAway,
    }
}

/// 0 or 1: anything else is memory that was never set.
pub(crate) const fn flag(field: &'static str, value: u8) -> Result<bool, Failure> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Failure::Code { field, value, most: 1 }),
    }
}

fn coded<T: Copy>(field: &'static str, value: u8, all: &[T]) -> Result<T, Failure> {
    all.get(usize::from(value)).copied().ok_or(Failure::Code { field, value, most: all.len() - 1 })
}

fn listed<'a, T>(field: &'static str, value: u8, all: &'a [T]) -> Result<&'a [T], Failure> {
    all.get(..usize::from(value)).ok_or(Failure::Code { field, value, most: all.len() })
}

#[cfg(test)]
mod tests {
    use emomas_core::agent::{Config, Core, Policy};
    use emomas_core::bargain::{MoveReason, Terms};
    use emomas_core::experts::{ExpertKind, ExpertReason};
    use emomas_core::orchestrator::Selection;
    use emomas_core::{Direction, Domain, Emotion, Role, Stance};

    use super::*;
    use crate::codes;
    use crate::codes::Status;

    #[test]
    fn codes_are_the_cores_numbers() {
        use codes::{ExpertReason as Reason, MoveReason as Why, Target};
        use emomas_core::display::Target as CoreTarget;
        let pairs = [
            (codes::Emotion::Joy as u8, Emotion::Joy as u8),
            (codes::Emotion::Sadness as u8, Emotion::Sadness as u8),
            (codes::Emotion::Anger as u8, Emotion::Anger as u8),
            (codes::Emotion::Fear as u8, Emotion::Fear as u8),
            (codes::Emotion::Surprise as u8, Emotion::Surprise as u8),
            (codes::Emotion::Disgust as u8, Emotion::Disgust as u8),
            (codes::Emotion::Neutral as u8, Emotion::Neutral as u8),
            (codes::Stance::Cooperative as u8, Stance::Cooperative as u8),
            (codes::Stance::Confrontational as u8, Stance::Confrontational as u8),
            (codes::Stance::Distressed as u8, Stance::Distressed as u8),
            (codes::Stance::Strategic as u8, Stance::Strategic as u8),
            (codes::Phase::Opening as u8, Phase::Opening as u8),
            (codes::Phase::Bargaining as u8, Phase::Bargaining as u8),
            (codes::Phase::Impasse as u8, Phase::Impasse as u8),
            (codes::Phase::Closing as u8, Phase::Closing as u8),
            (Target::Behaviour as u8, CoreTarget::Behaviour as u8),
            (Target::Person as u8, CoreTarget::Person as u8),
            (Target::Situation as u8, CoreTarget::Situation as u8),
            (Reason::Constant as u8, ExpertReason::Constant as u8),
            (Reason::FirstMove as u8, ExpertReason::FirstMove as u8),
            (Reason::WinStay as u8, ExpertReason::WinStay as u8),
            (Reason::LoseShift as u8, ExpertReason::LoseShift as u8),
            (Reason::Unvisited as u8, ExpertReason::Unvisited as u8),
            (Reason::LearnedValue as u8, ExpertReason::LearnedValue as u8),
            (Reason::Plausible as u8, ExpertReason::Plausible as u8),
            (Reason::Appropriate as u8, ExpertReason::Appropriate as u8),
            (Reason::Strategic as u8, ExpertReason::Strategic as u8),
            (Reason::External as u8, ExpertReason::External as u8),
            (Why::FirstOffer as u8, MoveReason::FirstOffer as u8),
            (Why::ConcessionPays as u8, MoveReason::ConcessionPays as u8),
            (Why::WaitingPays as u8, MoveReason::WaitingPays as u8),
            (Why::NextOfferMet as u8, MoveReason::NextOfferMet as u8),
            (Why::BetterThanGoingOn as u8, MoveReason::BetterThanGoingOn as u8),
            (Why::LastTurn as u8, MoveReason::LastTurn as u8),
            (Why::FinalOffer as u8, MoveReason::FinalOffer as u8),
            (Why::AtReservation as u8, MoveReason::AtReservation as u8),
            (Why::NothingAcceptable as u8, MoveReason::NothingAcceptable as u8),
            (Why::CounterpartAccepted as u8, MoveReason::CounterpartAccepted as u8),
            (Why::CounterpartLeft as u8, MoveReason::CounterpartLeft as u8),
        ];
        assert!(pairs.iter().all(|(c, core)| c == core), "{pairs:?}");
        let acts = [codes::Act::Silence, codes::Act::Talk, codes::Act::Reject, codes::Act::Accept, codes::Act::Leave];
        for (index, (code, act)) in acts.into_iter().zip(ACTS).enumerate() {
            assert_eq!((code as usize, format!("{code:?}")), (index, format!("{act:?}")));
        }
    }

    #[test]
    fn every_field_of_an_observation_arrives() {
        let mut c = Observation {
            time_s: 3.5,
            offer: 42.0,
            act: 2,
            has_offer: 1,
            has_phase: 1,
            phase: 2,
            ..Default::default()
        };
        c.evidence_count = 2;
        c.evidence[0] = Evidence {
            likelihood: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
            quality: 0.5,
            channel: 9,
            ..Default::default()
        };
        c.evidence[1] =
            Evidence { mean: [0.1, 0.2, 0.3], variance: [1.0, 2.0, 3.0], age_s: 4.0, kind: 1, ..Default::default() };
        c.external_count = 1;
        c.external[0][3] = 8.0;
        let got = observation(&c).expect("valid");
        assert_eq!((got.time_s, got.offer, got.act, got.phase), (3.5, Some(42.0), Act::Reject, Some(Phase::Impasse)));
        let likelihood = Signal::Likelihood(c.evidence[0].likelihood);
        let vad = Signal::Vad { mean: [0.1, 0.2, 0.3], variance: [1.0, 2.0, 3.0] };
        assert_eq!(got.evidence[0], CoreEvidence { channel: 9, signal: likelihood, age_s: 0.0, quality: 0.5 });
        assert_eq!(got.evidence[1], CoreEvidence { channel: 0, signal: vad, age_s: 4.0, quality: 0.0 });
        assert_eq!((got.evidence.len(), &got.external[..]), (2, &[[0.0, 0.0, 0.0, 8.0, 0.0, 0.0, 0.0]][..]));
        let silent = observation(&Observation::default()).expect("all zeros are valid");
        assert_eq!(silent, CoreObservation::default());
    }

    #[test]
    fn codes_flags_and_counts_are_checked() {
        let zero = Observation::default();
        let mut kind = Observation { evidence_count: 1, ..zero };
        kind.evidence[0].kind = 2;
        for (c, field, most) in [
            (Observation { act: 5, ..zero }, "act", 4),
            (Observation { has_offer: 2, ..zero }, "has_offer", 1),
            (Observation { has_phase: 3, ..zero }, "has_phase", 1),
            (Observation { has_phase: 1, phase: 4, ..zero }, "phase", 3),
            (Observation { evidence_count: 9, ..zero }, "evidence_count", 8),
            (Observation { external_count: 255, ..zero }, "external_count", 8),
            (kind, "evidence kind", 1),
        ] {
            let failure = observation(&c).expect_err("out of range");
            assert_eq!(failure.status(), Status::Argument);
            let text = failure.to_string();
            assert!(text.starts_with(field) && text.ends_with(&format!("from 0 to {most}")), "{text}");
        }
    }

    #[test]
    fn every_field_of_a_decision_leaves() {
        let terms = Terms {
            direction: Direction::Lower,
            agent_target: 14.0,
            agent_reservation: 60.0,
            counterpart_target: 120.0,
            deadline_turns: 15,
            shared_deadline: false,
        };
        let mut config = Config::new(Domain::Disaster, Role::Survivor, terms);
        config.policy = Policy::of(&[ExpertKind::Game, ExpertKind::Fixed(Emotion::Fear)], Selection::Sample);
        let mut core = Core::new(config, 5).expect("valid");
        let first = core.step(&CoreObservation::default()).expect("valid");
        let heard = CoreObservation { act: Act::Talk, offer: Some(100.0), time_s: 2.0, ..Default::default() };
        let d = core.step(&heard).expect("valid");
        let c = decision(&d);
        assert_eq!((c.turn, c.emotion, c.phase, c.act_reason), (2, d.display.emotion as u8, 0, d.act_reason as u8));
        assert_eq!((c.target, c.justified, c.explored), (2, u8::from(d.display.justified), u8::from(d.explored)));
        assert_eq!(c.refused & 0b10_0100, 0b10_0100, "a survivor never meets anger or disgust");
        assert!(Emotion::ALL.iter().all(|&e| d.refused.contains(e) == (c.refused >> e as u8 & 1 == 1)));
        assert_eq!((c.has_offer, Some(c.offer)), (1, d.act.value()));
        assert_eq!((c.has_earned, Some(c.earned)), (1, d.earned));
        assert_eq!((decision(&first).has_earned, decision(&first).earned), (0, 0.0));
        assert_eq!((c.intensity, c.confidence, c.valence), (d.display.intensity, d.confidence, d.valence));
        assert_eq!(
            (c.uncertainty, c.conflict, c.goal_vad, c.shown_vad),
            (d.uncertainty, d.conflict, d.goal_vad, d.shown_vad)
        );
        assert_eq!(
            (c.emotion_belief, c.stance_belief, c.mixture, c.sampled),
            (d.emotion, d.stance, d.mixture, d.sampled)
        );
        assert_eq!((c.expert_count, &c.weights[..2], &c.weights[2..]), (2, &d.weights[..], &[0.0; 6][..]));
        assert_eq!(
            (c.proposals[0], c.proposals[1], c.proposals[2]),
            (d.proposals[0].dist, d.proposals[1].dist, [0.0; 7])
        );
        assert_eq!(c.reasons[..2], [d.proposals[0].reason as u8, 0]);
    }

    #[test]
    fn moves_have_their_codes() {
        let moves = [
            (MoveInUnits::Open(1.0), Move::Open),
            (MoveInUnits::Counter(1.0), Move::Counter),
            (MoveInUnits::Hold(1.0), Move::Hold),
            (MoveInUnits::Accept(1.0), Move::Accept),
            (MoveInUnits::WalkAway, Move::WalkAway),
        ];
        for (code, (act, expected)) in moves.into_iter().enumerate() {
            assert_eq!((move_code(act), move_code(act) as usize), (expected, code));
        }
    }
}
