/* What an authenticated host wants done. */
#include "emomas_internal.h"

#include <string.h>

#define PROGRESS_MS 100

static void answer(emomas_node_t *node, const emomas_answer_t *one)
{
    mavlink_message_t message;
    mavlink_command_ack_t ack = {
        .command = one->command,
        .result = one->result,
        .progress = one->progress,
        .result_param2 = (int32_t)one->id,
        .target_system = HOST_SYSTEM,
        .target_component = HOST_COMPONENT,
    };
    mavlink_msg_command_ack_encode(DEVICE_SYSTEM, DEVICE_COMPONENT, &message, &ack);
    emomas_send(node, &message);
}

static emomas_answer_t *known(emomas_node_t *node, uint32_t id)
{
    for (int at = 0; at < EMOMAS_ANSWERS; at++) {
        if (node->answers[at].id == id) {
            return &node->answers[at];
        }
    }
    return 0;
}

/* How a command stands now; told to the host and kept for when it asks again. */
static void stands(emomas_node_t *node, uint32_t id, uint8_t result, uint8_t progress)
{
    emomas_answer_t *one = known(node, id);
    if (one != 0) {
        one->result = result;
        one->progress = progress;
        answer(node, one);
    }
}

static void end_gesture(emomas_node_t *node, uint8_t result)
{
    const bool done = result == MAV_RESULT_ACCEPTED;
    const emomas_output_t output = {
        .kind = EMOMAS_OUTPUT_GESTURE_END,
        .as.gesture = {node->gesture_number, node->gesture_duration_ms, node->gesture_id, !done}};
    const uint32_t id = node->gesture_id;
    node->gesture_id = 0;
    node->port->outputs(node->board, &output);
    stands(node, id, result, done ? 100 : node->gesture_told);
}

void emomas_forget_commands(emomas_node_t *node)
{
    if (node->gesture_id != 0) {
        end_gesture(node, MAV_RESULT_FAILED);
    }
}

static uint8_t arm(emomas_node_t *node, const mavlink_command_long_t *command)
{
    const bool right = command->param1 == (float)(node->nonce & 0xFFFF) && command->param2 == (float)(node->nonce >> 16);
    const bool releases = command->param3 == 1.0f && !node->stopped_by_person;
    if (!right || (node->state == EMOMAS_SAFETY_STOPPED && !releases)) {
        return MAV_RESULT_DENIED;
    }
    if (node->state != EMOMAS_SAFETY_ARMED) {
        emomas_armed(node);
    }
    return MAV_RESULT_ACCEPTED;
}

static uint8_t gesture(emomas_node_t *node, const mavlink_command_long_t *command, uint32_t id, uint32_t now)
{
    if (!(command->param1 >= 0.0f && command->param1 <= 65535.0f) ||
        !(command->param2 >= 0.0f && command->param2 <= 30.0f)) {
        node->values_refused++;
        return MAV_RESULT_DENIED;
    }
    if (node->state != EMOMAS_SAFETY_ARMED || node->gesture_id != 0) {
        return MAV_RESULT_TEMPORARILY_REJECTED;
    }
    node->gesture_id = id;
    node->gesture_ms = now;
    node->gesture_number = (uint16_t)command->param1;
    node->gesture_duration_ms = (uint16_t)(command->param2 * 1000.0f);
    node->gesture_told = 0;
    const emomas_output_t output = {
        .kind = EMOMAS_OUTPUT_GESTURE,
        .as.gesture = {node->gesture_number, node->gesture_duration_ms, id, false}};
    node->port->outputs(node->board, &output);
    return MAV_RESULT_IN_PROGRESS;
}

static uint8_t cancel(emomas_node_t *node, const mavlink_command_long_t *command)
{
    if (node->gesture_id != 0 && command->param1 == (float)node->gesture_id) {
        end_gesture(node, MAV_RESULT_CANCELLED);
    }
    return MAV_RESULT_ACCEPTED; /* what is done stays done */
}

static void command(emomas_node_t *node, const mavlink_message_t *message, uint32_t now)
{
    mavlink_command_long_t asked;
    mavlink_msg_command_long_decode(message, &asked);
    if (!(asked.param7 >= 1.0f && asked.param7 <= 16777215.0f)) {
        node->values_refused++;
        return;
    }
    const uint32_t id = (uint32_t)asked.param7;
    emomas_answer_t *before = known(node, id);
    if (before != 0) {
        answer(node, before); /* carried out once */
        return;
    }
    /* Never the place of a gesture under way. */
    if (node->gesture_id != 0 && node->answers[node->answers_next].id == node->gesture_id) {
        node->answers_next = (uint8_t)((node->answers_next + 1) % EMOMAS_ANSWERS);
    }
    emomas_answer_t *one = &node->answers[node->answers_next];
    node->answers_next = (uint8_t)((node->answers_next + 1) % EMOMAS_ANSWERS);
    one->id = id;
    one->command = asked.command;
    one->progress = 0;
    switch (asked.command) {
    case MAV_CMD_EMOMAS_ARM:
        one->result = arm(node, &asked);
        break;
    case MAV_CMD_EMOMAS_DISARM:
        if (node->state == EMOMAS_SAFETY_ARMED) {
            emomas_safe(node, EMOMAS_SAFETY_SAFE, EMOMAS_REASON_HOST_ORDER);
        }
        one->result = MAV_RESULT_ACCEPTED;
        break;
    case MAV_CMD_EMOMAS_GESTURE:
        one->result = gesture(node, &asked, id, now);
        break;
    case MAV_CMD_EMOMAS_CANCEL:
        one->result = cancel(node, &asked);
        break;
    default:
        one->result = MAV_RESULT_UNSUPPORTED;
    }
    one->progress = one->result == MAV_RESULT_ACCEPTED ? 100 : 0;
    answer(node, one);
}

static bool within(float value, float low, float high) { return value >= low && value <= high; }

static void show(emomas_node_t *node, const mavlink_message_t *message, uint32_t now)
{
    mavlink_emomas_affect_setpoint_t affect;
    mavlink_msg_emomas_affect_setpoint_decode(message, &affect);
    const bool good = within(affect.valence, -1, 1) && within(affect.arousal, -1, 1) && within(affect.dominance, -1, 1) &&
                      within(affect.intensity, 0, 1) && within(affect.gaze_yaw, -1.6f, 1.6f) &&
                      within(affect.gaze_pitch, -1.6f, 1.6f) && within(affect.posture, -1, 1) &&
                      within(affect.tempo, 0.5f, 2) && affect.emotion <= EMOMAS_EMOTION_NEUTRAL && affect.ttl_ms >= 1 &&
                      affect.ttl_ms <= 10000;
    if (!good) {
        node->values_refused++;
        return;
    }
    if (node->state != EMOMAS_SAFETY_ARMED) {
        return;
    }
    node->showing = true;
    node->setpoint_ms = now;
    node->ttl_ms = affect.ttl_ms;
    const emomas_output_t output = {.kind = EMOMAS_OUTPUT_AFFECT, .as.affect = &affect};
    node->port->outputs(node->board, &output);
}

static void speak(emomas_node_t *node, const mavlink_message_t *message)
{
    mavlink_emomas_speech_t part;
    mavlink_msg_emomas_speech_decode(message, &part);
    const bool first = part.chunk == 0;
    if (first) {
        node->speech_id = part.speech_id;
        node->speech_length = 0;
        node->speech_chunk = 0;
    }
    const bool next = part.speech_id == node->speech_id && part.chunk == node->speech_chunk;
    if (!next || part.text_len > sizeof part.text || part.emotion > EMOMAS_EMOTION_NEUTRAL ||
        node->speech_length + part.text_len > EMOMAS_TEXT_BYTES) {
        node->values_refused++;
        node->speech_chunk = UINT8_MAX; /* the rest of it is dropped */
        return;
    }
    memcpy(node->speech + node->speech_length, part.text, part.text_len);
    node->speech_length = (uint16_t)(node->speech_length + part.text_len);
    node->speech_chunk++;
    if (part.end && node->state == EMOMAS_SAFETY_ARMED) {
        const emomas_output_t output = {.kind = EMOMAS_OUTPUT_SPEECH,
                                        .as.speech = {node->speech, node->speech_length, part.emotion}};
        node->port->outputs(node->board, &output);
    }
}

static void offer(emomas_node_t *node, const mavlink_message_t *message)
{
    mavlink_emomas_offer_display_t shown;
    mavlink_msg_emomas_offer_display_decode(message, &shown);
    if (!(shown.value - shown.value == 0.0) || shown.kind > EMOMAS_OFFER_REFUSED) {
        node->values_refused++;
    } else if (node->state == EMOMAS_SAFETY_ARMED) {
        const emomas_output_t output = {.kind = EMOMAS_OUTPUT_OFFER, .as.offer = &shown};
        node->port->outputs(node->board, &output);
    }
}

static void ping(emomas_node_t *node, const mavlink_message_t *message)
{
    mavlink_ping_t asked;
    mavlink_message_t reply;
    mavlink_msg_ping_decode(message, &asked);
    if (asked.target_system == 0) {
        asked.target_system = HOST_SYSTEM;
        asked.target_component = HOST_COMPONENT;
        mavlink_msg_ping_encode(DEVICE_SYSTEM, DEVICE_COMPONENT, &reply, &asked);
        emomas_send(node, &reply);
    }
}

static void timesync(emomas_node_t *node, const mavlink_message_t *message, uint32_t now)
{
    mavlink_timesync_t asked;
    mavlink_message_t reply;
    mavlink_msg_timesync_decode(message, &asked);
    if (asked.tc1 == 0) {
        asked.tc1 = (int64_t)now * 1000000 + 1; /* 0 would be a request */
        mavlink_msg_timesync_encode(DEVICE_SYSTEM, DEVICE_COMPONENT, &reply, &asked);
        emomas_send(node, &reply);
    }
}

#if EMOMAS_SIGNING
static void pair(emomas_node_t *node, const mavlink_message_t *message)
{
    mavlink_setup_signing_t pairing;
    mavlink_msg_setup_signing_decode(message, &pairing);
    if (!node->has_key && node->port->nv_store(node->board, EMOMAS_NV_KEY, pairing.secret_key, sizeof node->key)) {
        memcpy(node->key, pairing.secret_key, sizeof node->key);
        node->has_key = true;
        node->capabilities |= EMOMAS_CAPABILITY_SIGNING;
        node->host_nonce = 0; /* met anew, signed */
        if (node->state == EMOMAS_SAFETY_ARMED) {
            emomas_safe(node, EMOMAS_SAFETY_SAFE, EMOMAS_REASON_HOST_ORDER);
        }
    }
}
#endif

void emomas_act(emomas_node_t *node, const mavlink_message_t *message, uint32_t now)
{
    switch (message->msgid) {
    case MAVLINK_MSG_ID_COMMAND_LONG:
        command(node, message, now);
        break;
    case MAVLINK_MSG_ID_EMOMAS_AFFECT_SETPOINT:
        show(node, message, now);
        break;
    case MAVLINK_MSG_ID_EMOMAS_SPEECH:
        speak(node, message);
        break;
    case MAVLINK_MSG_ID_EMOMAS_OFFER_DISPLAY:
        offer(node, message);
        break;
    case MAVLINK_MSG_ID_PING:
        ping(node, message);
        break;
    case MAVLINK_MSG_ID_TIMESYNC:
        timesync(node, message, now);
        break;
#if EMOMAS_SIGNING
    case MAVLINK_MSG_ID_SETUP_SIGNING:
        pair(node, message);
        break;
#endif
    default:
        break;
    }
}

void emomas_act_due(emomas_node_t *node, uint32_t now)
{
    if (node->showing && now - node->setpoint_ms >= node->ttl_ms) {
        node->showing = false;
        const emomas_output_t output = {.kind = EMOMAS_OUTPUT_NEUTRAL};
        node->port->outputs(node->board, &output);
    }
    if (node->gesture_id == 0) {
        return;
    }
    const uint32_t passed_ms = now - node->gesture_ms;
    if (passed_ms >= node->gesture_duration_ms) {
        end_gesture(node, MAV_RESULT_ACCEPTED);
        return;
    }
    const uint8_t progress = (uint8_t)(100 * passed_ms / node->gesture_duration_ms);
    if (passed_ms / PROGRESS_MS > (uint32_t)node->gesture_told * node->gesture_duration_ms / 100 / PROGRESS_MS) {
        node->gesture_told = progress;
        stands(node, node->gesture_id, MAV_RESULT_IN_PROGRESS, progress);
    }
}
