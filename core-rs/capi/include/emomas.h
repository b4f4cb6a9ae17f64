/* emomas for C and C++: the decision loop of a high-stakes conversation inside memory that the caller owns.
 *
 * Life of an agent: emomas_create, then per conversation emomas_step once per turn and emomas_close, then emomas_begin
 * for the next; emomas_destroy at the end. Only emomas_create and emomas_begin use the heap, and they give it back.
 *
 * Every function that returns an emomas_status has done nothing unless it is EMOMAS_STATUS_OK; emomas_last_error tells
 * what was wrong. NULL, misaligned addresses, short memory and destroyed handles are detected; beyond that an address
 * must be good for what is read or written there. One agent belongs to one thread at a time; agents share nothing.
 *
 * Fields that the comments don't say are read may be left unset. Times are in seconds since the conversation began,
 * offers in the scenario's unit; valence, arousal and dominance are in [-1, 1]; arrays over emotions and stances are
 * indexed by emomas_emotion and emomas_stance.
 *
 * docs/c.md has more. This file is generated from core-rs/capi/src: don't edit it. */


#ifndef EMOMAS_H
#define EMOMAS_H

#include <stddef.h>
#include <stdint.h>

// Number of emotions.
#define EMOMAS_EMOTIONS 7

// Number of stances.
#define EMOMAS_STANCES 4

// Most pieces of evidence in one observation.
#define EMOMAS_MAX_EVIDENCE 8

// Most experts of a policy.
#define EMOMAS_MAX_EXPERTS 8

// Memory that is enough for an agent of this header's version; emomas_size_bytes tells exactly.
#define EMOMAS_SIZE_BYTES 98304

// Alignment of that memory.
#define EMOMAS_ALIGN_BYTES 16

// How a call ended. Everything but OK leaves the agent as it was.
enum emomas_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Done.
    EMOMAS_STATUS_OK = 0,
    // The handle is NULL, destroyed, or not one that emomas_create gave.
    EMOMAS_STATUS_HANDLE = 1,
    // A pointer is NULL or misaligned.
    EMOMAS_STATUS_POINTER = 2,
    // The caller's memory is too short.
    EMOMAS_STATUS_MEMORY = 3,
    // A count, flag or code is out of range.
    EMOMAS_STATUS_ARGUMENT = 4,
    // A text is not UTF-8, or has no end.
    EMOMAS_STATUS_ENCODING = 5,
    // The scenario is not TOML, or not of the expected shape.
    EMOMAS_STATUS_SCENARIO_SYNTAX = 6,
    // A field of the scenario has a value it can't have.
    EMOMAS_STATUS_SCENARIO_FIELD = 7,
    // No policy or expert has this name.
    EMOMAS_STATUS_UNKNOWN_NAME = 8,
    // Scenario and policy don't make a configuration.
    EMOMAS_STATUS_CONFIG = 9,
    // The conversation is closed.
    EMOMAS_STATUS_CLOSED = 10,
    // The agent has used all its turns.
    EMOMAS_STATUS_DEADLINE = 11,
    // A piece of evidence is wrong.
    EMOMAS_STATUS_EVIDENCE = 12,
    // Something else of the observation, or the deal, is wrong.
    EMOMAS_STATUS_OBSERVATION = 13,
    // The bytes are not a snapshot.
    EMOMAS_STATUS_SNAPSHOT_MAGIC = 14,
    // The snapshot was taken with another version.
    EMOMAS_STATUS_SNAPSHOT_VERSION = 15,
    // The snapshot was taken with other experts.
    EMOMAS_STATUS_SNAPSHOT_EXPERTS = 16,
    // Bytes of the snapshot are missing or left over.
    EMOMAS_STATUS_SNAPSHOT_LENGTH = 17,
    // The snapshot's checksum differs.
    EMOMAS_STATUS_SNAPSHOT_CHECKSUM = 18,
    // The snapshot holds what no agent can have.
    EMOMAS_STATUS_SNAPSHOT = 19,
    // A defect of emomas: please report it.
    EMOMAS_STATUS_INTERNAL = 20,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum emomas_status emomas_status;
#else
typedef int32_t emomas_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// An emotion; also the index in every array over emotions.
enum emomas_emotion
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Joy: warmth, confidence.
    EMOMAS_EMOTION_JOY = 0,
    // Sadness: shown by the agent it reads as empathy.
    EMOMAS_EMOTION_SADNESS = 1,
    // Anger: firmness, urgency.
    EMOMAS_EMOTION_ANGER = 2,
    // Fear: worry.
    EMOMAS_EMOTION_FEAR = 3,
    // Surprise.
    EMOMAS_EMOTION_SURPRISE = 4,
    // Disgust: disapproval.
    EMOMAS_EMOTION_DISGUST = 5,
    // Neutral.
    EMOMAS_EMOTION_NEUTRAL = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum emomas_emotion emomas_emotion;
#else
typedef uint8_t emomas_emotion;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How the person approaches the conversation; the index in arrays over stances.
enum emomas_stance
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Looks for a joint solution.
    EMOMAS_STANCE_COOPERATIVE = 0,
    // Fights.
    EMOMAS_STANCE_CONFRONTATIONAL = 1,
    // Is overwhelmed.
    EMOMAS_STANCE_DISTRESSED = 2,
    // Plays.
    EMOMAS_STANCE_STRATEGIC = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum emomas_stance emomas_stance;
#else
typedef uint8_t emomas_stance;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where the conversation stands.
enum emomas_phase
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // First contact.
    EMOMAS_PHASE_OPENING = 0,
    // Offers go back and forth.
    EMOMAS_PHASE_BARGAINING = 1,
    // Neither side has moved for two turns.
    EMOMAS_PHASE_IMPASSE = 2,
    // The end is near.
    EMOMAS_PHASE_CLOSING = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum emomas_phase emomas_phase;
#else
typedef uint8_t emomas_phase;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a channel reports.
enum emomas_evidence_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // A likelihood of each emotion.
    EMOMAS_EVIDENCE_KIND_LIKELIHOOD = 0,
    // A Gaussian observation of valence, arousal, dominance.
    EMOMAS_EVIDENCE_KIND_VAD = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum emomas_evidence_kind emomas_evidence_kind;
#else
typedef uint8_t emomas_evidence_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the person did.
enum emomas_act
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Nothing yet: the agent speaks first, or silence.
    EMOMAS_ACT_SILENCE = 0,
    // Spoke without accepting, rejecting or leaving; may carry an offer.
    EMOMAS_ACT_TALK = 1,
    // Rejected the agent's offer; may carry its own.
    EMOMAS_ACT_REJECT = 2,
    // Accepted the agent's latest offer.
    EMOMAS_ACT_ACCEPT = 3,
    // Left.
    EMOMAS_ACT_LEAVE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum emomas_act emomas_act;
#else
typedef uint8_t emomas_act;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the agent does about the offer.
enum emomas_move
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // First offer.
    EMOMAS_MOVE_OPEN = 0,
    // New offer.
    EMOMAS_MOVE_COUNTER = 1,
    // The standing offer again.
    EMOMAS_MOVE_HOLD = 2,
    // Agreement: the offer is the deal.
    EMOMAS_MOVE_ACCEPT = 3,
    // The end without agreement; no offer.
    EMOMAS_MOVE_WALK_AWAY = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum emomas_move emomas_move;
#else
typedef uint8_t emomas_move;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Why the agent moves so.
enum emomas_move_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Nothing was offered before.
    EMOMAS_MOVE_REASON_FIRST_OFFER = 0,
    // A concession is expected to pay.
    EMOMAS_MOVE_REASON_CONCESSION_PAYS = 1,
    // Waiting is expected to pay.
    EMOMAS_MOVE_REASON_WAITING_PAYS = 2,
    // The standing offer is at least as good as the agent's next one.
    EMOMAS_MOVE_REASON_NEXT_OFFER_MET = 3,
    // The standing offer is worth more than going on.
    EMOMAS_MOVE_REASON_BETTER_THAN_GOING_ON = 4,
    // It is the agent's last turn and the standing offer is rational.
    EMOMAS_MOVE_REASON_LAST_TURN = 5,
    // It is the agent's last turn and the standing offer is not rational: its best last offer.
    EMOMAS_MOVE_REASON_FINAL_OFFER = 6,
    // Everything up to the reservation value is already offered.
    EMOMAS_MOVE_REASON_AT_RESERVATION = 7,
    // The deadline is reached and nothing acceptable is on the table.
    EMOMAS_MOVE_REASON_NOTHING_ACCEPTABLE = 8,
    // The person accepted.
    EMOMAS_MOVE_REASON_COUNTERPART_ACCEPTED = 9,
    // The person left.
    EMOMAS_MOVE_REASON_COUNTERPART_LEFT = 10,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum emomas_move_reason emomas_move_reason;
#else
typedef uint8_t emomas_move_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a displayed emotion is about.
enum emomas_target
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // What the person did or offered.
    EMOMAS_TARGET_BEHAVIOUR = 0,
    // The person.
    EMOMAS_TARGET_PERSON = 1,
    // The circumstances.
    EMOMAS_TARGET_SITUATION = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum emomas_target emomas_target;
#else
typedef uint8_t emomas_target;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Why an expert prefers what it prefers.
enum emomas_expert_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // The expert always says this.
    EMOMAS_EXPERT_REASON_CONSTANT = 0,
    // Game: first move, payoffs alone.
    EMOMAS_EXPERT_REASON_FIRST_MOVE = 1,
    // Game: the last payoff was at or above its running mean.
    EMOMAS_EXPERT_REASON_WIN_STAY = 2,
    // Game: the last payoff was below its running mean.
    EMOMAS_EXPERT_REASON_LOSE_SHIFT = 3,
    // RL: this state was never visited.
    EMOMAS_EXPERT_REASON_UNVISITED = 4,
    // RL: learned action values differ.
    EMOMAS_EXPERT_REASON_LEARNED_VALUE = 5,
    // Coherence: plausible after what was shown before.
    EMOMAS_EXPERT_REASON_PLAUSIBLE = 6,
    // Coherence: appropriate for phase, stance and domain.
    EMOMAS_EXPERT_REASON_APPROPRIATE = 7,
    // Coherence: the expected effect on the person.
    EMOMAS_EXPERT_REASON_STRATEGIC = 8,
    // The host's own expert.
    EMOMAS_EXPERT_REASON_EXTERNAL = 9,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum emomas_expert_reason emomas_expert_reason;
#else
typedef uint8_t emomas_expert_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A handle: one conversation partner's decision loop with everything it has learned.
typedef struct emomas_agent emomas_agent;

// One channel's report about the person. Only the fields of its kind are read.
typedef struct emomas_evidence {
    // Likelihood of each emotion up to a common factor, the channel's training prior divided out; finite, >= 0, not
    // all 0. For EMOMAS_EVIDENCE_KIND_LIKELIHOOD.
    double likelihood[EMOMAS_EMOTIONS];
    // Observed valence, arousal, dominance, each in [-1, 1]. For EMOMAS_EVIDENCE_KIND_VAD.
    double mean[3];
    // Error variance of each, > 0; 1e6 for a coordinate that was not observed. For EMOMAS_EVIDENCE_KIND_VAD.
    double variance[3];
    // Seconds since the measurement, >= 0.
    double age_s;
    // 0 (ignore) to 1 (full weight).
    double quality;
    // An emomas_evidence_kind.
    uint8_t kind;
    // The channel's number; the host decides which is which.
    uint8_t channel;
} emomas_evidence;

// One turn's input. All zeros is a valid first turn: the agent speaks first.
typedef struct emomas_observation {
    // Seconds since the conversation began, >= 0, never decreasing.
    double time_s;
    // The person's offer in the scenario's unit, finite; read if has_offer.
    double offer;
    // An emomas_act.
    uint8_t act;
    // 0 or 1: whether the person named an offer.
    uint8_t has_offer;
    // 0 or 1: whether the host knows the phase; otherwise it comes from the turn count.
    uint8_t has_phase;
    // An emomas_phase; read if has_phase.
    uint8_t phase;
    // Entries of evidence that are read, up to EMOMAS_MAX_EVIDENCE.
    uint8_t evidence_count;
    // Entries of external that are read: as many as the policy has external experts.
    uint8_t external_count;
    // What the channels sensed since the last turn.
    struct emomas_evidence evidence[EMOMAS_MAX_EVIDENCE];
    // The external experts' weights of each emotion, >= 0, not all 0, in the order of the policy.
    double external[EMOMAS_MAX_EXPERTS][EMOMAS_EMOTIONS];
} emomas_observation;

// One turn's output. Entries past expert_count are 0.
typedef struct emomas_decision {
    // The agent's turn, from 1.
    uint32_t turn;
    // The emotion to show, an emomas_emotion.
    uint8_t emotion;
    // What it is about, an emomas_target.
    uint8_t target;
    // 0 or 1: whether the preceding event gives a reason for it.
    uint8_t justified;
    // 0 or 1: whether it is an exploration.
    uint8_t explored;
    // Emotions that may not be shown to this person: bit 1 << emotion.
    uint8_t refused;
    // The phase that was decided in, an emomas_phase.
    uint8_t phase;
    // What to do about the offer, an emomas_move.
    uint8_t act;
    // Why, an emomas_move_reason.
    uint8_t act_reason;
    // 0 or 1: whether offer holds a number.
    uint8_t has_offer;
    // 0 or 1: whether earned holds a number; not in the first turn.
    uint8_t has_earned;
    // Experts of the policy.
    uint8_t expert_count;
    // Why each expert proposes what it proposes, emomas_expert_reason.
    uint8_t reasons[EMOMAS_MAX_EXPERTS];
    // How strongly to show the emotion, 0 to 1.
    double intensity;
    // The number to name, in the scenario's unit; for EMOMAS_MOVE_ACCEPT the deal.
    double offer;
    // What the previous display earned, 0 to 1.
    double earned;
    // The mixture's probability of the emotion.
    double confidence;
    // Expected valence of the person, -1 to 1.
    double valence;
    // Entropy of the belief about the person's emotion, in nats.
    double uncertainty;
    // Conflict between the channels; 0 with fewer than two.
    double conflict;
    // Valence, arousal, dominance that face and body head for, each in [-1, 1].
    double goal_vad[3];
    // Valence, arousal, dominance they have now.
    double shown_vad[3];
    // Probability of each emotion of the person.
    double emotion_belief[EMOMAS_EMOTIONS];
    // Probability of each stance of the person.
    double stance_belief[EMOMAS_STANCES];
    // Masked mixture of the experts.
    double mixture[EMOMAS_EMOTIONS];
    // The distribution that the emotion was drawn from, exploration included.
    double sampled[EMOMAS_EMOTIONS];
    // Trust in each expert; they sum to 1.
    double weights[EMOMAS_MAX_EXPERTS];
    // Each expert's distribution over what to show.
    double proposals[EMOMAS_MAX_EXPERTS][EMOMAS_EMOTIONS];
} emomas_decision;

// How a conversation ended.
typedef struct emomas_closing {
    // The agent's utility of the deal: 1 at its target, 0 at its reservation value and without a deal.
    double utility;
    // The reward that was learned from.
    double reward;
    // Agent turns taken.
    uint32_t turns;
} emomas_closing;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The library's version, "major.minor.patch".
const char *emomas_version(void);

// Memory that emomas_create needs, in bytes.
size_t emomas_size_bytes(void);

// Alignment of that memory, in bytes.
size_t emomas_align_bytes(void);

// Makes an agent in the caller's memory, at the start of its first conversation. The memory is the agent's until
// emomas_destroy. This and emomas_begin are the only functions that use the heap, and they give it back.
//
// memory, memory_bytes: at least emomas_size_bytes(), aligned to emomas_align_bytes().
// scenario_toml, scenario_bytes: the scenario's text (docs/scenarios.md), UTF-8, no NUL needed, at most 262144 bytes.
// seed: the same seed and observations give the same decisions, bit for bit, on every machine.
// policy: NULL for "emomas"; a policy's name; or experts with commas between, e.g. "game,rl,coherence,external".
// agent: receives the handle, or NULL.
// text, text_bytes: receives what is wrong, with a final NUL, cut to fit; may be NULL and 0.
emomas_status emomas_create(void *memory,
                            size_t memory_bytes,
                            const char *scenario_toml,
                            size_t scenario_bytes,
                            uint64_t seed,
                            const char *policy,
                            struct emomas_agent **agent,
                            char *text,
                            size_t text_bytes);

// Starts the next conversation with what was learned so far; the policy stays. One that is not closed is dropped.
emomas_status emomas_begin(struct emomas_agent *agent, const char *scenario_toml, size_t scenario_bytes, uint64_t seed);

// One turn: takes in what was observed, learns from it, and decides what to show and what to offer. Never uses the
// heap, a clock or a lock.
emomas_status emomas_step(struct emomas_agent *agent,
                          const struct emomas_observation *observation,
                          struct emomas_decision *decision);

// Valence, arousal and dominance that face and body show time_s seconds into the conversation (not before the last
// turn), each in [-1, 1]. Takes no turn: meant for every tick of a controller.
emomas_status emomas_shown_at(struct emomas_agent *agent, double time_s, double *vad);

// Ends the conversation and learns from its outcome.
//
// has_deal: 0 or 1. deal: the agreed value in the scenario's unit, finite; read if has_deal.
emomas_status emomas_close(struct emomas_agent *agent, uint8_t has_deal, double deal, struct emomas_closing *closing);

// Length of a snapshot, in bytes; 0 for a handle that is no live agent.
size_t emomas_snapshot_bytes(struct emomas_agent *agent);

// Writes everything learned and the conversation's state into bytes; they are the same on every machine.
emomas_status emomas_snapshot(struct emomas_agent *agent, void *bytes, size_t bytes_length);

// Replaces the state by a snapshot's, taken with the same policy. The scenario is not part of it: emomas_begin starts a
// new conversation with what the snapshot had learned.
emomas_status emomas_restore(struct emomas_agent *agent, const void *bytes, size_t bytes_length);

// Ends the agent and wipes its memory, which is the caller's again. Later calls with the handle return
// EMOMAS_STATUS_HANDLE as long as the memory is there and not used for something else.
emomas_status emomas_destroy(struct emomas_agent *agent);

// The status of the last call with this handle that failed (EMOMAS_STATUS_OK if none did), and in text what was wrong,
// its value and the remedy, with a final NUL, cut to text_bytes; text may be NULL.
emomas_status emomas_last_error(struct emomas_agent *agent, char *text, size_t text_bytes);

// A status's stable name, e.g. "closed"; "unknown" for a number that is no status.
const char *emomas_error_name(int32_t status);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* EMOMAS_H */
