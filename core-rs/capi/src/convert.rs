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
    let mut observation = CoreObservation {
        act: coded("act", c.act, &ACTS)?,
        offer: flag("has_offer", c.has_offer)?.then_some(c.offer),
        phase: if flag("has_phase", c.has_phase)? { Some(coded("phase", c.phase, &Phase::ALL)?) } else { None },
        time_s: c.time_s,
        ..CoreObservation::default()
    };
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
