/* MAVLink 2 signatures, with the device's own clock that follows the host's. */
#include "emomas_internal.h"

#if EMOMAS_SIGNING

#include <string.h>

#include "mavlink_sha256.h"

#define LINK_ID 0

bool emomas_signed_at(const emomas_node_t *node, const mavlink_message_t *message, uint64_t *time_10us)
{
    mavlink_sha256_ctx context;
    uint8_t right[6], differ = 0;
    mavlink_sha256_init(&context);
    mavlink_sha256_update(&context, node->key, sizeof node->key);
    mavlink_sha256_update(&context, &message->magic, MAVLINK_NUM_HEADER_BYTES);
    mavlink_sha256_update(&context, _MAV_PAYLOAD(message), message->len);
    mavlink_sha256_update(&context, message->ck, MAVLINK_NUM_CHECKSUM_BYTES);
    mavlink_sha256_update(&context, message->signature, 7);
    mavlink_sha256_final_48(&context, right);
    for (int at = 0; at < 6; at++) {
        differ |= right[at] ^ message->signature[7 + at]; /* always all six: the time taken tells nothing */
    }
    *time_10us = 0;
    memcpy(time_10us, message->signature + 1, 6);
    return differ == 0;
}

void emomas_follow(emomas_node_t *node, uint64_t time_10us, uint32_t now)
{
    node->host_time_10us = time_10us;
    if (time_10us > node->time_10us) {
        node->time_10us = time_10us;
        node->time_ms = now;
    }
}

void emomas_sign(emomas_node_t *node, uint8_t *frame, uint16_t length)
{
    const uint32_t now = node->port->time_ms(node->board);
    const uint32_t passed_ms = now - node->time_ms;
    node->time_10us += passed_ms > 0 ? 100ULL * passed_ms : 1;
    node->time_ms = now;
    uint8_t *signature = frame + length;
    signature[0] = LINK_ID;
    memcpy(signature + 1, &node->time_10us, 6);
    mavlink_sha256_ctx context;
    mavlink_sha256_init(&context);
    mavlink_sha256_update(&context, node->key, sizeof node->key);
    mavlink_sha256_update(&context, frame, length + 7u);
    mavlink_sha256_final_48(&context, signature + 7);
}

#endif
