/* The device's side of the serial link to emomas: C99, no heap, no blocking calls.
 *
 * A board gives a port of eight functions and calls emomas_node_poll from its main loop, more often than every 10 ms.
 * Outputs are safe at boot and follow the host only while the node is armed; when no authenticated frame comes for
 * deadman_ms, they are safe again, and stay so until the host arms anew with this boot's nonce. docs/firmware.md says more.
 */
#ifndef EMOMAS_NODE_H
#define EMOMAS_NODE_H

#include <stdbool.h>
#include <stdint.h>

#ifndef EMOMAS_SIGNING
#define EMOMAS_SIGNING 1 /* 0 leaves signatures out: for boards that can't be reached by others */
#endif
#ifndef EMOMAS_TEXT_BYTES
#define EMOMAS_TEXT_BYTES 240 /* longest text of one speech */
#endif

#ifndef MAVLINK_COMM_NUM_BUFFERS
#define MAVLINK_COMM_NUM_BUFFERS 1
#endif
/* Signatures are emomas_signing.c's. */
#define MAVLINK_NO_SIGN_PACKET
#define MAVLINK_NO_SIGNATURE_CHECK
#include "emomas/mavlink.h"

#define EMOMAS_VERSION 0x000100u /* 0.1.0 */

enum { EMOMAS_NV_BOOTS = 0, EMOMAS_NV_KEY = 1 }; /* slots of non-volatile storage: 4 and 32 bytes */

typedef enum {
    EMOMAS_OUTPUT_SAFE,    /* neutral face, motors still, silent; why: reason */
    EMOMAS_OUTPUT_AFFECT,  /* show this */
    EMOMAS_OUTPUT_NEUTRAL, /* the set-point's time is over: neutral, still armed */
    EMOMAS_OUTPUT_SPEECH,  /* speak or show a text */
    EMOMAS_OUTPUT_OFFER,   /* show a number */
    EMOMAS_OUTPUT_GESTURE, /* start a gesture, which ends after duration_ms */
    EMOMAS_OUTPUT_GESTURE_END
} emomas_output_kind_t;

typedef struct {
    emomas_output_kind_t kind;
    uint8_t reason; /* EMOMAS_REASON_*, of EMOMAS_OUTPUT_SAFE */
    union {
        const mavlink_emomas_affect_setpoint_t *affect;
        const mavlink_emomas_offer_display_t *offer;
        struct {
            const char *text; /* UTF-8, not terminated */
            uint16_t length;
            uint8_t emotion;
        } speech;
        struct {
            uint16_t number;
            uint16_t duration_ms;
            uint32_t id;
            bool cancelled;
        } gesture;
    } as;
} emomas_output_t;

typedef struct {
    uint16_t (*read)(void *board, uint8_t *bytes, uint16_t most);          /* what has come in, never waits */
    uint16_t (*write)(void *board, const uint8_t *bytes, uint16_t length); /* takes what fits, never waits */
    uint32_t (*time_ms)(void *board);                                      /* wraps */
    void (*outputs)(void *board, const emomas_output_t *output);
    void (*watchdog)(void *board); /* feeds it; called from emomas_node_poll alone */
    bool (*entropy)(void *board, uint8_t *bytes, uint8_t length); /* false: there is none */
    bool (*nv_load)(void *board, uint8_t slot, uint8_t *bytes, uint8_t length);
    bool (*nv_store)(void *board, uint8_t slot, const uint8_t *bytes, uint8_t length);
} emomas_port_t;

typedef struct {
    uint32_t id;
    uint16_t command;
    uint8_t result, progress;
} emomas_answer_t;

#define EMOMAS_ANSWERS 8
#define EMOMAS_INPUTS 4
#define EMOMAS_PENDING 320 /* bytes that wait to be written: more than the longest frame */
#define EMOMAS_PAST_HOSTS 4

typedef struct {
    const emomas_port_t *port;
    void *board;
    uint32_t capabilities, nonce;
    uint16_t deadman_ms;
    uint8_t uid[12];

    /* Receiving */
    mavlink_message_t partial, message;
    mavlink_status_t parser;
    uint32_t byte_ms; /* when the last byte came */

    /* The host */
    uint32_t host_nonce, heard_nonce; /* 0: not met */
    uint32_t heard_ms;                /* when its last authenticated frame came */
    uint8_t host_seq;
    bool damage, refusal; /* since then */
    bool noisy;
    uint32_t noise_ms; /* when the line was last seen to be noisy, if ever */
    bool dialect_differs;

    /* Safety */
    uint8_t state, reason;
    bool stopped_by_person;
    uint32_t poll_ms;
    uint32_t frames_ok, frames_damaged, frames_refused, values_refused;
    uint16_t longest_silent_ms, stall_ms, safe_count, arm_count;

    /* What is shown and done */
    bool showing;
    uint16_t ttl_ms;
    uint32_t setpoint_ms;
    uint16_t speech_id, speech_length;
    uint8_t speech_chunk;
    char speech[EMOMAS_TEXT_BYTES];
    uint32_t gesture_id, gesture_ms; /* 0: none */
    uint16_t gesture_number, gesture_duration_ms;
    uint8_t gesture_told;

    /* Commands already carried out, newest at answers_next - 1 */
    emomas_answer_t answers[EMOMAS_ANSWERS];
    uint8_t answers_next;

    /* Sending */
    uint8_t seq;
    uint8_t pending[EMOMAS_PENDING];
    uint16_t pending_length;
    uint32_t beat_ms, stop_ms;
    uint8_t stops;
    uint16_t input_seq;
    struct {
        int16_t value;
        uint16_t seq;
        uint8_t kind, source, left;
    } inputs[EMOMAS_INPUTS]; /* oldest first: the host takes them in order */
    uint8_t inputs_length;
    char input_text[120];
    uint32_t input_ms;

#if EMOMAS_SIGNING
    bool has_key;
    uint8_t key[32];
    uint64_t time_10us, host_time_10us; /* of our last frame and of the host's */
    uint32_t time_ms;
#endif
} emomas_node_t;

typedef struct {
    uint32_t capabilities; /* EMOMAS_CAPABILITY_*; signing is added where there is a key */
    uint16_t deadman_ms;   /* 50 to 2000; 0: 250 */
    uint8_t uid[12];       /* which board this is */
    bool watchdog;         /* the watchdog has restarted it */
} emomas_config_t;

/* Starts in the safe state. */
void emomas_node_start(emomas_node_t *node, const emomas_port_t *port, void *board, const emomas_config_t *config);

/* One turn of the main loop. */
void emomas_node_poll(emomas_node_t *node);

/* Sends what a sensor makes of the person: seven log-likelihoods, or valence, arousal, dominance and their covariance.
 * Returns false if the line is too slow for it; send the next one instead. */
bool emomas_node_evidence(emomas_node_t *node, uint8_t channel, uint8_t form, const float *values, float quality,
                          uint16_t age_ms);

/* Sends what a person did, three times; text may be null. Returns false if too much waits. */
bool emomas_node_input(emomas_node_t *node, uint8_t kind, uint8_t source, int16_t value, const char *text);

/* The stop button was pressed: safe until emomas_node_release. */
void emomas_node_stop(emomas_node_t *node);

/* A person has released the stop at the device: safe, and may be armed again. */
void emomas_node_release(emomas_node_t *node);

/* The board found a fault. */
void emomas_node_fault(emomas_node_t *node);

#endif
