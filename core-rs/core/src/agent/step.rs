//! The turn itself: hear, feel, learn, choose, bargain, express.

use super::turn::{check_external, external_proposal};
use super::{Act, Core, Decision, MoveInUnits, Observation, StepError};
use crate::bargain::{Move, MoveReason, Terms};
use crate::belief::{Outlook, concession_likelihood};
use crate::display::{Display, Target};
use crate::emotion::{Emotion, EmotionDist, EmotionSet, STANCES, StanceDist, expected_valence};
use crate::experts::{ExpertKind, GapBin, MAX_EXPERTS, Proposal, Situation, rl};
use crate::fusion::{Fused, fuse};
use crate::orchestrator::{Choice, context};
use crate::rng::Rng;
use crate::{Phase, mask, math, reward};

/// Intensity of displayed emotions: moderate anger moves people, intense anger backfires (Adam and Brett 2018).
const INTENSITY: f64 = 0.55;
/// Turns without movement on either side after which the default phase is an impasse.
const STALLED_TURNS: u32 = 2;
/// Movement, as a share of the initial gap, below which a turn counts as stalled.
const STALL: f64 = 0.01;

/// The counterpart's side of an observation, in shares of the gap.
struct Heard {
    /// Its standing offer.
    their_share: Option<f64>,
    /// What it conceded since the last turn; none while there is nothing to compare.
    concession: Option<f64>,
}

/// How the emotion came about.
struct Deliberation {
    emotion: EmotionDist,
    stance: StanceDist,
    valence: f64,
    choice: Choice,
    proposals: heapless::Vec<Proposal, MAX_EXPERTS>,
    weights: heapless::Vec<f64, MAX_EXPERTS>,
    refused: EmotionSet,
    earned: Option<f64>,
}

impl Core {
    /// One turn: takes in what was observed, learns from it, and decides what to show and what to offer.
    ///
    /// On an error nothing has changed.
    #[inline(always)]
    pub fn step(&mut self, observation: &Observation) -> Result<Decision, StepError> {
        self.check(observation)?;
        let heard = self.hear(observation);
        self.episode.turn += 1;
        let fused = self.feel(observation, &heard);
        let default = Phase::from_turn(self.episode.turn, self.episode.stalled >= STALLED_TURNS);
        let phase = observation.phase.unwrap_or(default);
        let thought = self.deliberate(observation, &heard, phase);
        let (mv, act_reason) = self.negotiate(observation.act, &heard);
        let display = self.express(observation.time_s, &thought.choice, &heard);
        let episode = &self.episode;
        Ok(Decision {
            turn: episode.turn,
            phase,
            display,
            goal_vad: episode.affect.goal(),
            shown_vad: episode.affect.vad(),
            mixture: thought.choice.mixture,
            sampled: thought.choice.sampled,
            explored: thought.choice.explored,
            confidence: thought.choice.confidence,
            refused: thought.refused,
            weights: thought.weights,
            proposals: thought.proposals,
            stance: thought.stance,
            emotion: thought.emotion,
            valence: thought.valence,
            uncertainty: math::entropy(&thought.emotion),
            conflict: fused.conflict,
            act: MoveInUnits::new(&self.config.terms, mv),
            act_reason,
            earned: thought.earned,
        })
    }

    /// Rejects an observation that can't be used, before anything changes.
    #[inline(always)]
    fn check(&self, observation: &Observation) -> Result<(), StepError> {
        let episode = &self.episode;
        if episode.closed {
            return Err(StepError::Closed);
        }
        let ends = matches!(observation.act, Act::Accept | Act::Leave);
        if episode.turn >= self.config.terms.deadline_turns && !ends {
            return Err(StepError::DeadlinePassed { turns: self.config.terms.deadline_turns });
        }
        if observation.act == Act::Accept && episode.own_share.is_none() {
            return Err(StepError::NothingToAccept);
        }
        for evidence in &observation.evidence {
            evidence.check()?;
        }
        if let Some(offer) = observation.offer
            && !offer.is_finite()
        {
            return Err(StepError::Offer(offer));
        }
        if !(observation.time_s.is_finite() && observation.time_s >= episode.time_s) {
            return Err(StepError::Time { before: episode.time_s, now: observation.time_s });
        }
        let expected = self.config.policy.experts.iter().filter(|e| **e == ExpertKind::External).count();
        if observation.external.len() != expected {
            return Err(StepError::ExternalCount { expected, found: observation.external.len() });
        }
        for (index, dist) in observation.external.iter().enumerate() {
            check_external(index, dist)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn hear(&self, observation: &Observation) -> Heard {
        let before = self.episode.their_share;
        let offered = observation.offer.map(|value| self.config.terms.share(value));
        let concession = match (observation.act, before, offered) {
            // Taking the agent's offer concedes everything that was left.
            (Act::Accept, Some(theirs), _) => self.episode.own_share.map(|own| theirs - own),
            (_, Some(theirs), Some(now)) => Some(theirs - now),
            (Act::Reject, Some(_), None) => Some(0.0),
            _ => None,
        };
        Heard { their_share: offered.or(before), concession }
    }

    /// Fuses the evidence and moves the belief.
    #[inline(always)]
    fn feel(&mut self, observation: &Observation, heard: &Heard) -> Fused {
        let fused = fuse(&observation.evidence);
        let stance = heard.concession.map_or([1.0; STANCES], concession_likelihood);
        let episode = &mut self.episode;
        // Where nobody listens, nothing need be learned.
        let constant = self.config.policy.experts.iter().all(|expert| expert.is_constant());
        let learning = if constant { None } else { self.config.learning };
        let transitions = &mut self.learned.transitions;
        episode.belief.update(transitions, episode.shown, &fused.likelihood, &stance, learning);
        fused
    }

    /// Learns from the reaction to the last display, then asks the experts and chooses the next.
    #[inline(always)]
    fn deliberate(&mut self, observation: &Observation, heard: &Heard, phase: Phase) -> Deliberation {
        let Self { config, learned, episode } = self;
        let emotion = episode.belief.emotion();
        let stance = episode.belief.stance();
        let valence = expected_valence(&emotion);
        let gap = match (episode.own_share, heard.their_share) {
            (Some(own), Some(theirs)) => GapBin::of(theirs - own),
            _ => GapBin::Large,
        };
        let ahead = config.policy.experts.iter().any(|expert| expert.looks_ahead());
        let outlook = if ahead { episode.belief.outlook(&learned.transitions) } else { Outlook::default() };
        let situation = Situation {
            emotion,
            stance,
            outlook,
            own: episode.shown.unwrap_or(Emotion::Neutral),
            shown: episode.affect.vad(),
            phase,
            gap,
            domain: config.domain,
        };
        let rl_state = rl::state(&situation);
        let rates = &config.policy.rates;
        let earned = episode.shown.map(|shown| {
            let conceded = heard.concession.unwrap_or(0.0);
            let r = match observation.act {
                Act::Leave => 0.0,
                _ => reward::turn(&config.reward, conceded, valence - episode.valence_before),
            };
            learned.learn(shown, &emotion, &episode.stance_before, r, rl_state, rates);
            r
        });

        let mut external = observation.external.iter();
        let mut proposals = heapless::Vec::new();
        let mut dists: heapless::Vec<EmotionDist, MAX_EXPERTS> = heapless::Vec::new();
        for kind in &config.policy.experts {
            let proposal = match kind {
                ExpertKind::Game => learned.game.propose(&situation),
                ExpertKind::Rl => learned.rl.propose(&situation),
                ExpertKind::Coherence => learned.coherence.propose(&situation),
                ExpertKind::Fixed(emotion) => Proposal::fixed(*emotion),
                ExpertKind::Uniform => Proposal::uniform(),
                ExpertKind::External => external.next().map_or(Proposal::uniform(), external_proposal),
            };
            // The lists have the capacity of the list of experts: never full.
            let _ = dists.push(proposal.dist);
            let _ = proposals.push(proposal);
        }
        let refused = if config.policy.unsafe_unmasked {
            EmotionSet::EMPTY
        } else {
            mask::refused(config.domain, config.role, &stance, config.forbid.union(observation.forbid))
        };
        let context = context(phase, valence, gap);
        let selection = config.policy.selection;
        let weights = learned.orchestrator.weights(context, rates);
        let mut rng = Rng::keyed(episode.seed, &[u64::from(episode.turn)]);
        let choice = learned.orchestrator.choose(&weights, &dists, refused, selection, rates, &mut rng);
        learned.orchestrator.commit(context, &dists, &choice, selection, rates);
        learned.rl.act(rl_state, choice.emotion.index());
        learned.count_refusals(&dists, refused);
        episode.stance_before = stance;
        episode.valence_before = valence;
        let weights = weights.into_iter().take(dists.len()).collect();
        Deliberation { emotion, stance, valence, choice, proposals, weights, refused, earned }
    }

    /// Decides about the offer. Nothing that is shown enters here.
    #[inline(always)]
    fn negotiate(&mut self, act: Act, heard: &Heard) -> (Move, MoveReason) {
        let episode = &mut self.episode;
        let terms = &self.config.terms;
        // The bargainer counts turns from 0.
        let turn = episode.turn - 1;
        episode.bargainer.observe(terms, turn, heard.their_share);
        let (mv, reason) = match act {
            Act::Accept => (Move::Accept(episode.own_share.unwrap_or(0.0)), MoveReason::CounterpartAccepted),
            Act::Leave => (Move::WalkAway, MoveReason::CounterpartLeft),
            _ => episode.bargainer.decide(terms, turn),
        };
        let mv = in_whole_units(terms, mv, episode.own_share);
        episode.bargainer.commit(mv);
        let own_before = episode.own_share;
        if let Move::Open(z) | Move::Counter(z) | Move::Hold(z) = mv {
            episode.own_share = Some(z);
        }
        let moved = heard.concession.unwrap_or(0.0).abs() > STALL || episode.own_share != own_before;
        episode.stalled = if moved { 0 } else { episode.stalled + 1 };
        episode.their_share = heard.their_share;
        (mv, reason)
    }

    /// Turns the chosen emotion into what is shown.
    #[inline(always)]
    fn express(&mut self, time_s: f64, choice: &Choice, heard: &Heard) -> Display {
        let Self { config, episode, .. } = self;
        episode.affect.advance(&config.personality, &config.dynamics, time_s - episode.time_s);
        episode.affect.show(&config.personality, choice.emotion, INTENSITY);
        episode.time_s = time_s;
        episode.shown = Some(choice.emotion);
        // Firmness has a reason when the person didn't move; the other displays answer to the situation itself.
        let justified = !matches!(choice.emotion, Emotion::Anger | Emotion::Disgust)
            || heard.concession.is_some_and(|c| c <= STALL);
        Display { emotion: choice.emotion, intensity: INTENSITY, target: Target::Situation, justified }
    }
}

/// Offers name whole units; an offer that no longer differs from the last one is the last one.
#[inline(always)]
fn in_whole_units(terms: &Terms, mv: Move, own: Option<f64>) -> Move {
    match mv {
        Move::Open(z) => Move::Open(terms.snap(z)),
        Move::Counter(z) => match own {
            Some(own) if terms.snap(z) <= own => Move::Hold(own),
            _ => Move::Counter(terms.snap(z)),
        },
        kept => kept,
    }
}
