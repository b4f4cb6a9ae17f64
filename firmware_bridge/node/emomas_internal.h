/* Between the files of the node; not for boards. */
#ifndef EMOMAS_INTERNAL_H
#define EMOMAS_INTERNAL_H

#include "emomas_node.h"

#define HOST_SYSTEM 255
#define HOST_COMPONENT 191
#define DEVICE_SYSTEM 1
#define DEVICE_COMPONENT 1

/* emomas_link.c: who is at the other end */
void emomas_link_take(emomas_node_t *node, const mavlink_message_t *message, uint32_t now);
void emomas_link_hello(emomas_node_t *node);

/* emomas_send.c */
bool emomas_send(emomas_node_t *node, const mavlink_message_t *message);
void emomas_flush(emomas_node_t *node);
void emomas_send_due(emomas_node_t *node, uint32_t now);
void emomas_send_safety(emomas_node_t *node);

/* emomas_act.c: what an authenticated host wants */
void emomas_act(emomas_node_t *node, const mavlink_message_t *message, uint32_t now);
void emomas_act_due(emomas_node_t *node, uint32_t now);
void emomas_forget_commands(emomas_node_t *node);

/* emomas_node.c: safety */
void emomas_safe(emomas_node_t *node, uint8_t state, uint8_t reason);
void emomas_armed(emomas_node_t *node);
void emomas_noise(emomas_node_t *node, uint32_t now);

/* emomas_signing.c */
#if EMOMAS_SIGNING
bool emomas_signed_at(const emomas_node_t *node, const mavlink_message_t *message, uint64_t *time_10us);
void emomas_sign(emomas_node_t *node, uint8_t *frame, uint16_t length);
void emomas_follow(emomas_node_t *node, uint64_t time_10us, uint32_t now);
#endif

#endif
