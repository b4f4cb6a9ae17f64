//! The structs that cross the boundary: fixed sizes, no pointers, no hidden state.

/// Number of emotions.
pub const EMOTIONS: usize = 7;
/// Number of stances.
pub const STANCES: usize = 4;
/// Most pieces of evidence in one observation.
pub const MAX_EVIDENCE: usize = 8;
/// Most experts of a policy.
pub const MAX_EXPERTS: usize = 8;
/// Memory that is enough for an agent of this header's version; emomas_size_bytes tells exactly.
pub const SIZE_BYTES: usize = 98_304;
/// Alignment of that memory.
pub const ALIGN_BYTES: usize = 16;

/// One channel's report about the person. Only the fields of its kind are read.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence {
    /// Likelihood of each emotion up to a common factor, the channel's training prior divided out; finite, >= 0, not
    /// all 0. For EMOMAS_EVIDENCE_KIND_LIKELIHOOD.
    pub likelihood: [f64; EMOTIONS],
    /// Observed valence, arousal, dominance, each in [-1, 1]. For EMOMAS_EVIDENCE_KIND_VAD.
    pub mean: [f64; 3],
    /// Error variance of each, > 0; 1e6 for a coordinate that was not observed. For EMOMAS_EVIDENCE_KIND_VAD.
    pub variance: [f64; 3],
    /// Seconds since the measurement, >= 0.
    pub age_s: f64,
    /// 0 (ignore) to 1 (full weight).
    pub quality: f64,
    /// An emomas_evidence_kind.
    pub kind: u8,
    /// The channel's number; the host decides which is which.
    pub channel: u8,
}

/// One turn's input. All zeros is a valid first turn: the agent speaks first.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Observation {
    /// Seconds since the conversation began, >= 0, never decreasing.
    pub time_s: f64,
    /// The person's offer in the scenario's unit, finite; read if has_offer.
    pub offer: f64,
    /// An emomas_act.
    pub act: u8,
    /// 0 or 1: whether the person named an offer.
    pub has_offer: u8,
    /// 0 or 1: whether the host knows the phase; otherwise it comes from the turn count.
    pub has_phase: u8,
    /// An emomas_phase; read if has_phase.
    pub phase: u8,
    /// Entries of evidence that are read, up to EMOMAS_MAX_EVIDENCE.
    pub evidence_count: u8,
    /// Entries of external that are read: as many as the policy has external experts.
    pub external_count: u8,
    /// What the channels sensed since the last turn.
    pub evidence: [Evidence; MAX_EVIDENCE],
    /// The external experts' weights of each emotion, >= 0, not all 0, in the order of the policy.
    pub external: [[f64; EMOTIONS]; MAX_EXPERTS],
}

/// One turn's output. Entries past expert_count are 0.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decision {
    /// The agent's turn, from 1.
    pub turn: u32,
    /// The emotion to show, an emomas_emotion.
    pub emotion: u8,
    /// What it is about, an emomas_target.
    pub target: u8,
    /// 0 or 1: whether the preceding event gives a reason for it.
    pub justified: u8,
    /// 0 or 1: whether it is an exploration.
    pub explored: u8,
    /// Emotions that may not be shown to this person: bit 1 << emotion.
    pub refused: u8,
    /// The phase that was decided in, an emomas_phase.
    pub phase: u8,
    /// What to do about the offer, an emomas_move.
    pub act: u8,
    /// Why, an emomas_move_reason.
    pub act_reason: u8,
    /// 0 or 1: whether offer holds a number.
    pub has_offer: u8,
    /// 0 or 1: whether earned holds a number; not in the first turn.
    pub has_earned: u8,
    /// Experts of the policy.
    pub expert_count: u8,
    /// Why each expert proposes what it proposes, emomas_expert_reason.
    pub reasons: [u8; MAX_EXPERTS],
    /// How strongly to show the emotion, 0 to 1.
    pub intensity: f64,
    /// The number to name, in the scenario's unit; for EMOMAS_MOVE_ACCEPT the deal.
    pub offer: f64,
    /// What the previous display earned, 0 to 1.
    pub earned: f64,
    /// The mixture's probability of the emotion.
    pub confidence: f64,
    /// Expected valence of the person, -1 to 1.
    pub valence: f64,
    /// Entropy of the belief about the person's emotion, in nats.
    pub uncertainty: f64,
    /// Conflict between the channels; 0 with fewer than two.
    pub conflict: f64,
    /// Valence, arousal, dominance that face and body head for, each in [-1, 1].
    pub goal_vad: [f64; 3],
    /// Valence, arousal, dominance they have now.
    pub shown_vad: [f64; 3],
    /// Probability of each emotion of the person.
    pub emotion_belief: [f64; EMOTIONS],
    /// Probability of each stance of the person.
    pub stance_belief: [f64; STANCES],
    /// Masked mixture of the experts.
    pub mixture: [f64; EMOTIONS],
    /// The distribution that the emotion was drawn from, exploration included.
    pub sampled: [f64; EMOTIONS],
    /// Trust in each expert; they sum to 1.
    pub weights: [f64; MAX_EXPERTS],
    /// Each expert's distribution over what to show.
    pub proposals: [[f64; EMOTIONS]; MAX_EXPERTS],
}

/// How a conversation ended.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Closing {
    /// The agent's utility of the deal: 1 at its target, 0 at its reservation value and without a deal.
    pub utility: f64,
    /// The reward that was learned from.
    pub reward: f64,
    /// Agent turns taken.
    pub turns: u32,
}
