/* Who is at the other end, and what may be believed of it. */
#include "emomas_internal.h"

#include <string.h>

#include "emomas_dialect_hash.h"

#define RECENT_10US 100000u /* a line repeats and swaps frames within a second; who replays them comes later */

static void refuse(emomas_node_t *node)
{
    node->frames_refused++;
    node->refusal = true;
}

static void heard(emomas_node_t *node, const mavlink_message_t *message, uint32_t now)
{
    node->frames_ok++;
    node->host_seq = message->seq;
    node->heard_ms = now;
    node->damage = node->refusal = false;
}

void emomas_link_hello(emomas_node_t *node)
{
    mavlink_emomas_hello_t hello = {
        .dialect_hash = EMOMAS_DIALECT_HASH,
        .boot_nonce = node->nonce,
        .echo_nonce = node->host_nonce != 0 ? node->host_nonce : node->heard_nonce,
        .capabilities = node->capabilities,
        .firmware_version = EMOMAS_VERSION,
        .deadman_ms = node->deadman_ms,
        .text_bytes = EMOMAS_TEXT_BYTES,
    };
    mavlink_message_t message;
    memcpy(hello.uid, node->uid, sizeof hello.uid);
    mavlink_msg_emomas_hello_encode(DEVICE_SYSTEM, DEVICE_COMPONENT, &message, &hello);
    emomas_send(node, &message);
}

/* A HELLO with a new nonce is a new start of the host. It is met once it echoes our nonce, which no recording of an
 * earlier start of this device does; a recording of an earlier host is older than what has been heard since. */
static void greet(emomas_node_t *node, const mavlink_message_t *message, uint32_t now)
{
    mavlink_emomas_hello_t hello;
    mavlink_msg_emomas_hello_decode(message, &hello);
    if (hello.boot_nonce == 0 || hello.dialect_hash != EMOMAS_DIALECT_HASH) {
        node->dialect_differs = true;
        emomas_link_hello(node); /* so that the host can name the difference */
        return;
    }
    if (hello.boot_nonce == node->host_nonce) {
        /* It greets because it still waits for ours: the last one was lost. */
        heard(node, message, now);
        emomas_link_hello(node);
        return;
    }
    if (hello.echo_nonce != node->nonce) {
        const uint32_t met = node->host_nonce;
        node->heard_nonce = hello.boot_nonce;
        node->host_nonce = 0; /* echo the one that asks */
        emomas_link_hello(node);
        node->host_nonce = met;
        return;
    }
    if (node->state == EMOMAS_SAFETY_ARMED) {
        emomas_safe(node, EMOMAS_SAFETY_SAFE, EMOMAS_REASON_HOST_RESTARTED);
    }
    emomas_forget_commands(node);
    for (int at = 0; at < EMOMAS_ANSWERS; at++) {
        node->answers[at].id = 0;
    }
    node->host_nonce = hello.boot_nonce;
    node->dialect_differs = false;
    heard(node, message, now);
    emomas_link_hello(node);
    emomas_send_safety(node);
}

/* A frame that came again, or was overtaken: a recent one is the line's doing. */
static void late(emomas_node_t *node, bool recent, uint32_t now)
{
    if (recent) {
        node->frames_refused++;
        emomas_noise(node, now);
    } else {
        refuse(node);
    }
}

/* Whether the frame is to be believed, by its signature and the order of frames. */
static bool believed(emomas_node_t *node, const mavlink_message_t *message, uint32_t now)
{
    const bool is_signed = (message->incompat_flags & MAVLINK_IFLAG_SIGNED) != 0;
#if EMOMAS_SIGNING
    if (node->has_key) {
        uint64_t time_10us;
        if (!is_signed || !emomas_signed_at(node, message, &time_10us)) {
            refuse(node);
            return false;
        }
        if (time_10us <= node->host_time_10us) {
            late(node, node->host_time_10us - time_10us < RECENT_10US, now);
            return false;
        }
        emomas_follow(node, time_10us, now);
        return true;
    }
#endif
    if (is_signed) {
        refuse(node);
        return false;
    }
    const uint8_t ahead = (uint8_t)(message->seq - node->host_seq);
    if (message->msgid != MAVLINK_MSG_ID_EMOMAS_HELLO && (ahead == 0 || ahead > 127)) {
        late(node, true, now);
        return false;
    }
    return true;
}

void emomas_link_take(emomas_node_t *node, const mavlink_message_t *message, uint32_t now)
{
    if (message->msgid == MAVLINK_MSG_ID_EMOMAS_ESTOP) {
        emomas_safe(node, EMOMAS_SAFETY_STOPPED,
                    node->stopped_by_person ? EMOMAS_REASON_ESTOP_PERSON : EMOMAS_REASON_ESTOP_HOST);
        return;
    }
    if (message->sysid != HOST_SYSTEM || message->compid != HOST_COMPONENT) {
        refuse(node);
        return;
    }
    if (!believed(node, message, now)) {
        return;
    }
    if (message->msgid == MAVLINK_MSG_ID_EMOMAS_HELLO) {
        greet(node, message, now);
        return;
    }
    if (node->host_nonce == 0) {
        refuse(node);
        return;
    }
    heard(node, message, now);
    emomas_act(node, message, now);
}
