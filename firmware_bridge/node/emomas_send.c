/* What the node sends, and when. */
#include "emomas_internal.h"

#include <string.h>

#define BEAT_MS 100
#define AGAIN_MS 30

/* Queues the message as a frame with its number, checksum and signature, whole or not at all. */
bool emomas_send(emomas_node_t *node, const mavlink_message_t *message)
{
    uint16_t signature = 0;
#if EMOMAS_SIGNING
    signature = node->has_key ? MAVLINK_SIGNATURE_BLOCK_LEN : 0;
#endif
    const uint16_t body = (uint16_t)(MAVLINK_NUM_HEADER_BYTES + message->len);
    const uint16_t length = (uint16_t)(body + MAVLINK_NUM_CHECKSUM_BYTES);
    if (EMOMAS_PENDING - node->pending_length < length + signature) {
        emomas_flush(node);
        if (EMOMAS_PENDING - node->pending_length < length + signature) {
            return false;
        }
    }
    uint8_t *frame = node->pending + node->pending_length;
    frame[0] = MAVLINK_STX;
    frame[1] = message->len;
    frame[2] = signature > 0 ? MAVLINK_IFLAG_SIGNED : 0;
    frame[3] = 0;
    frame[4] = node->seq++;
    frame[5] = DEVICE_SYSTEM;
    frame[6] = DEVICE_COMPONENT;
    frame[7] = (uint8_t)(message->msgid & 0xFF);
    frame[8] = (uint8_t)(message->msgid >> 8 & 0xFF);
    frame[9] = (uint8_t)(message->msgid >> 16 & 0xFF);
    memcpy(frame + MAVLINK_NUM_HEADER_BYTES, _MAV_PAYLOAD(message), message->len);
    uint16_t crc = crc_calculate(frame + 1, (uint16_t)(body - 1));
    crc_accumulate(mavlink_get_msg_entry(message->msgid)->crc_extra, &crc);
    frame[body] = (uint8_t)(crc & 0xFF);
    frame[body + 1] = (uint8_t)(crc >> 8);
#if EMOMAS_SIGNING
    if (node->has_key) {
        emomas_sign(node, frame, length);
    }
#endif
    node->pending_length = (uint16_t)(node->pending_length + length + signature);
    return true;
}

void emomas_flush(emomas_node_t *node)
{
    if (node->pending_length == 0) {
        return;
    }
    const uint16_t taken = node->port->write(node->board, node->pending, node->pending_length);
    node->pending_length = (uint16_t)(node->pending_length - taken);
    memmove(node->pending, node->pending + taken, node->pending_length);
}

void emomas_send_safety(emomas_node_t *node)
{
    const uint32_t now = node->port->time_ms(node->board);
    const uint32_t silent_ms = now - node->heard_ms;
    mavlink_message_t message;
    mavlink_emomas_safety_state_t safety = {
        .boot_nonce = node->nonce,
        .uptime_ms = now,
        .frames_ok = node->frames_ok,
        .frames_damaged = node->frames_damaged,
        .frames_refused = node->frames_refused,
        .values_refused = node->values_refused,
        .silent_ms = silent_ms > UINT16_MAX ? UINT16_MAX : (uint16_t)silent_ms,
        .longest_silent_ms = node->longest_silent_ms,
        .stall_ms = node->stall_ms,
        .safe_count = node->safe_count,
        .arm_count = node->arm_count,
        .state = node->state,
        .reason = node->reason,
    };
    mavlink_msg_emomas_safety_state_encode(DEVICE_SYSTEM, DEVICE_COMPONENT, &message, &safety);
    emomas_send(node, &message);
}

static void heartbeat(emomas_node_t *node)
{
    static const uint8_t status[] = {MAV_STATE_BOOT, MAV_STATE_ACTIVE, MAV_STATE_CRITICAL, MAV_STATE_EMERGENCY};
    const uint8_t armed = node->state == EMOMAS_SAFETY_ARMED ? MAV_MODE_FLAG_SAFETY_ARMED : 0;
    mavlink_message_t message;
    mavlink_heartbeat_t beat = {
        .type = MAV_TYPE_GENERIC,
        .autopilot = MAV_AUTOPILOT_INVALID,
        .base_mode = armed,
        .system_status = status[node->state],
        .mavlink_version = 3,
    };
    mavlink_msg_heartbeat_encode(DEVICE_SYSTEM, DEVICE_COMPONENT, &message, &beat);
    emomas_send(node, &message);
}

static void send_inputs(emomas_node_t *node)
{
    for (int at = 0; at < node->inputs_length; at++) {
        mavlink_message_t message;
        mavlink_emomas_person_input_t input = {
            .seq = node->inputs[at].seq,
            .value = node->inputs[at].value,
            .kind = node->inputs[at].kind,
            .source = node->inputs[at].source,
        };
        if (input.kind == EMOMAS_INPUT_TEXT) {
            memcpy(input.text, node->input_text, sizeof input.text);
        }
        mavlink_msg_emomas_person_input_encode(DEVICE_SYSTEM, DEVICE_COMPONENT, &message, &input);
        if (!emomas_send(node, &message)) {
            break;
        }
        node->inputs[at].left--;
    }
    while (node->inputs_length > 0 && node->inputs[0].left == 0) {
        node->inputs_length--;
        memmove(&node->inputs[0], &node->inputs[1], node->inputs_length * sizeof node->inputs[0]);
    }
}

void emomas_send_due(emomas_node_t *node, uint32_t now)
{
    if (now - node->beat_ms >= BEAT_MS) {
        node->beat_ms = now - node->beat_ms >= 2 * BEAT_MS ? now : node->beat_ms + BEAT_MS;
        if (node->host_nonce == 0 || node->dialect_differs) {
            emomas_link_hello(node);
        } else {
            heartbeat(node);
            emomas_send_safety(node);
        }
    }
    if (node->stops > 0 && now - node->stop_ms >= AGAIN_MS) {
        mavlink_message_t message;
        mavlink_emomas_estop_t stop = {.reason = node->reason};
        mavlink_msg_emomas_estop_encode(DEVICE_SYSTEM, DEVICE_COMPONENT, &message, &stop);
        if (emomas_send(node, &message)) {
            node->stops--;
            node->stop_ms = now;
        }
    }
    if (node->host_nonce != 0 && now - node->input_ms >= AGAIN_MS) {
        node->input_ms = now;
        send_inputs(node);
    }
}

bool emomas_node_evidence(emomas_node_t *node, uint8_t channel, uint8_t form, const float *values, float quality,
                          uint16_t age_ms)
{
    mavlink_message_t message;
    mavlink_emomas_evidence_t evidence = {.quality = quality, .age_ms = age_ms, .channel = channel, .form = form};
    memcpy(evidence.values, values, sizeof(float) * (form == EMOMAS_FORM_GAUSSIAN ? 9 : 7));
    if (node->host_nonce == 0) {
        return false;
    }
    mavlink_msg_emomas_evidence_encode(DEVICE_SYSTEM, DEVICE_COMPONENT, &message, &evidence);
    return emomas_send(node, &message);
}

bool emomas_node_input(emomas_node_t *node, uint8_t kind, uint8_t source, int16_t value, const char *text)
{
    for (int at = 0; at < node->inputs_length; at++) {
        if (kind == EMOMAS_INPUT_TEXT && node->inputs[at].kind == EMOMAS_INPUT_TEXT) {
            return false; /* there is room for one text */
        }
    }
    if (node->inputs_length == EMOMAS_INPUTS) {
        return false;
    }
    const uint8_t last = node->inputs_length++;
    node->inputs[last].kind = kind;
    node->inputs[last].source = source;
    node->inputs[last].value = value;
    node->inputs[last].seq = ++node->input_seq;
    node->inputs[last].left = 3;
    if (kind == EMOMAS_INPUT_TEXT) {
        memset(node->input_text, 0, sizeof node->input_text);
        for (uint8_t at = 0; text != 0 && at < sizeof node->input_text && text[at] != 0; at++) {
            node->input_text[at] = text[at];
        }
    }
    return true;
}
