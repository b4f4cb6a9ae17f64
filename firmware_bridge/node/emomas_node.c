/* The main loop's turn, and the safety state. */
#include "emomas_internal.h"

#include <string.h>

#define DEADMAN_MS 250
#define NOISY_MS 2000
#define GAP_MS 20 /* a frame whose bytes stop coming for so long is given up */

static uint16_t saturated(uint32_t ms) { return ms > UINT16_MAX ? UINT16_MAX : (uint16_t)ms; }

static void more(uint16_t *counter)
{
    if (*counter < UINT16_MAX) {
        (*counter)++;
    }
}

void emomas_safe(emomas_node_t *node, uint8_t state, uint8_t reason)
{
    const bool was_armed = node->state == EMOMAS_SAFETY_ARMED;
    if (node->state == EMOMAS_SAFETY_STOPPED && state != EMOMAS_SAFETY_STOPPED) {
        return; /* a stop outranks what comes after it */
    }
    if (was_armed) {
        more(&node->safe_count);
    }
    node->state = state;
    node->reason = reason;
    node->showing = false;
    node->speech_length = 0;
    node->speech_chunk = 0;
    emomas_forget_commands(node);
    const emomas_output_t output = {.kind = EMOMAS_OUTPUT_SAFE, .reason = reason};
    node->port->outputs(node->board, &output);
    emomas_send_safety(node);
}

void emomas_armed(emomas_node_t *node)
{
    node->state = EMOMAS_SAFETY_ARMED;
    node->reason = EMOMAS_REASON_NONE;
    node->stopped_by_person = false;
    node->longest_silent_ms = 0;
    more(&node->arm_count);
    emomas_send_safety(node);
}

void emomas_noise(emomas_node_t *node, uint32_t now)
{
    node->damage = node->noisy = true;
    node->noise_ms = now;
}

void emomas_node_stop(emomas_node_t *node)
{
    node->stopped_by_person = true;
    emomas_safe(node, EMOMAS_SAFETY_STOPPED, EMOMAS_REASON_ESTOP_PERSON);
    node->stops = 3;
    emomas_node_input(node, EMOMAS_INPUT_STOP, 0, 1, 0);
}

void emomas_node_release(emomas_node_t *node)
{
    if (node->state == EMOMAS_SAFETY_STOPPED) {
        node->stopped_by_person = false;
        node->stops = 0;
        node->state = EMOMAS_SAFETY_SAFE;
        emomas_send_safety(node);
    }
}

void emomas_node_fault(emomas_node_t *node) { emomas_safe(node, EMOMAS_SAFETY_SAFE, EMOMAS_REASON_FAULT); }

static uint32_t boot_nonce(emomas_node_t *node)
{
    uint32_t nonce = 0;
    uint8_t bytes[4];
    if (node->port->entropy(node->board, bytes, sizeof bytes)) {
        memcpy(&nonce, bytes, sizeof nonce);
    } else {
        /* No entropy: the number of this start, so that no start has the nonce of an earlier one. */
        if (node->port->nv_load(node->board, EMOMAS_NV_BOOTS, bytes, sizeof bytes)) {
            memcpy(&nonce, bytes, sizeof nonce);
        }
        nonce++;
        memcpy(bytes, &nonce, sizeof nonce);
        node->port->nv_store(node->board, EMOMAS_NV_BOOTS, bytes, sizeof bytes);
    }
    return nonce == 0 ? 1 : nonce;
}

void emomas_node_start(emomas_node_t *node, const emomas_port_t *port, void *board, const emomas_config_t *config)
{
    memset(node, 0, sizeof *node);
    node->port = port;
    node->board = board;
    node->capabilities = config->capabilities;
    node->deadman_ms = config->deadman_ms < 50 || config->deadman_ms > 2000 ? DEADMAN_MS : config->deadman_ms;
    memcpy(node->uid, config->uid, sizeof node->uid);
#if EMOMAS_SIGNING
    node->has_key = port->nv_load(board, EMOMAS_NV_KEY, node->key, sizeof node->key);
    node->capabilities |= node->has_key ? EMOMAS_CAPABILITY_SIGNING : 0;
#endif
    node->nonce = boot_nonce(node);
    const uint32_t now = port->time_ms(board);
    node->poll_ms = node->byte_ms = node->heard_ms = now;
    node->beat_ms = now - 100;
#if EMOMAS_SIGNING
    node->time_ms = now;
#endif
    emomas_safe(node, EMOMAS_SAFETY_BOOT, config->watchdog ? EMOMAS_REASON_WATCHDOG : EMOMAS_REASON_BOOT);
}

static void receive(emomas_node_t *node, uint32_t now)
{
    uint8_t bytes[64];
    uint16_t count;
    mavlink_status_t told;
    if (node->parser.parse_state > MAVLINK_PARSE_STATE_IDLE && now - node->byte_ms > GAP_MS) {
        node->parser.parse_state = MAVLINK_PARSE_STATE_IDLE;
        node->frames_damaged++;
        emomas_noise(node, now);
    }
    /* At most 1 KiB a turn, so that a flood can't keep the loop from its duties. */
    for (int turn = 0; turn < 16 && (count = node->port->read(node->board, bytes, sizeof bytes)) > 0; turn++) {
        node->byte_ms = now;
        for (uint16_t at = 0; at < count; at++) {
            const bool idle = node->parser.parse_state <= MAVLINK_PARSE_STATE_IDLE;
            switch (mavlink_frame_char_buffer(&node->partial, &node->parser, bytes[at], &node->message, &told)) {
            case MAVLINK_FRAMING_OK:
                emomas_link_take(node, &node->message, now);
                break;
            case MAVLINK_FRAMING_BAD_CRC:
                node->frames_damaged++;
                emomas_noise(node, now);
                break;
            default:
                if (idle && node->parser.parse_state <= MAVLINK_PARSE_STATE_IDLE) {
                    emomas_noise(node, now); /* a byte outside of frames */
                }
            }
        }
    }
}

static void watch(emomas_node_t *node, uint32_t now)
{
    const uint32_t silent_ms = now - node->heard_ms;
    if (node->state != EMOMAS_SAFETY_ARMED) {
        return;
    }
    if (saturated(silent_ms) > node->longest_silent_ms) {
        node->longest_silent_ms = saturated(silent_ms);
    }
    if (silent_ms > node->deadman_ms) {
        /* Damage to the signature itself is no attack: the checksum doesn't cover it. */
        const bool noisy = node->noisy && now - node->noise_ms < NOISY_MS;
        emomas_safe(node, EMOMAS_SAFETY_SAFE,
                    node->damage || (node->refusal && noisy) ? EMOMAS_REASON_LINE_NOISE
                    : node->refusal                          ? EMOMAS_REASON_BAD_SIGNATURE
                                                             : EMOMAS_REASON_HOST_SILENT);
    }
}

void emomas_node_poll(emomas_node_t *node)
{
    const uint32_t now = node->port->time_ms(node->board);
    const uint32_t turn_ms = now - node->poll_ms;
    node->poll_ms = now;
    if (saturated(turn_ms) > node->stall_ms) {
        node->stall_ms = saturated(turn_ms);
    }
    if (turn_ms > node->deadman_ms && node->state == EMOMAS_SAFETY_ARMED) {
        /* What came in meanwhile is no sign that the host has been there all the time. */
        emomas_safe(node, EMOMAS_SAFETY_SAFE, EMOMAS_REASON_STALL);
    }
    receive(node, now);
    watch(node, now);
    emomas_act_due(node, now);
    emomas_send_due(node, now);
    emomas_flush(node);
    node->port->watchdog(node->board);
}
