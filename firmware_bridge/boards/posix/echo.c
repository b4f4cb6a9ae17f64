/* Every message through the C codec: frames from standard input are decoded into structures, encoded again and written
 * out unsigned; signed ones only if their signature is right for the key given in hexadecimal. For tests.
 *
 *   emomas-echo [KEY]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emomas_internal.h"

#define AGAIN(name, upper)                                                                                             \
    case MAVLINK_MSG_ID_##upper: {                                                                                     \
        mavlink_##name##_t body;                                                                                       \
        mavlink_msg_##name##_decode(in, &body);                                                                        \
        mavlink_msg_##name##_encode_status(in->sysid, in->compid, status, out, &body);                                 \
        break;                                                                                                         \
    }

/* False for a message that isn't of the dialect. */
static bool again(const mavlink_message_t *in, mavlink_message_t *out, mavlink_status_t *status)
{
    status->current_tx_seq = in->seq;
    switch (in->msgid) {
        AGAIN(heartbeat, HEARTBEAT)
        AGAIN(ping, PING)
        AGAIN(command_long, COMMAND_LONG)
        AGAIN(command_ack, COMMAND_ACK)
        AGAIN(timesync, TIMESYNC)
        AGAIN(statustext, STATUSTEXT)
        AGAIN(setup_signing, SETUP_SIGNING)
        AGAIN(emomas_hello, EMOMAS_HELLO)
        AGAIN(emomas_affect_setpoint, EMOMAS_AFFECT_SETPOINT)
        AGAIN(emomas_speech, EMOMAS_SPEECH)
        AGAIN(emomas_offer_display, EMOMAS_OFFER_DISPLAY)
        AGAIN(emomas_evidence, EMOMAS_EVIDENCE)
        AGAIN(emomas_person_input, EMOMAS_PERSON_INPUT)
        AGAIN(emomas_safety_state, EMOMAS_SAFETY_STATE)
        AGAIN(emomas_estop, EMOMAS_ESTOP)
    default:
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static emomas_node_t keyed;
    mavlink_message_t partial, in, out;
    mavlink_status_t parser = {0}, told, sending = {0};
    const char *hex = argc > 1 ? argv[1] : "";
    for (size_t at = 0; at + 1 < strlen(hex) && at / 2 < sizeof keyed.key; at += 2) {
        const char two[3] = {hex[at], hex[at + 1], 0};
        keyed.key[at / 2] = (uint8_t)strtoul(two, NULL, 16);
    }
    for (int byte; (byte = getchar()) != EOF;) {
        uint8_t frame[MAVLINK_MAX_PACKET_LEN];
        uint64_t time_10us;
        if (mavlink_frame_char_buffer(&partial, &parser, (uint8_t)byte, &in, &told) != MAVLINK_FRAMING_OK) {
            continue;
        }
        const bool is_signed = (in.incompat_flags & MAVLINK_IFLAG_SIGNED) != 0;
        if ((!is_signed || emomas_signed_at(&keyed, &in, &time_10us)) && again(&in, &out, &sending)) {
            fwrite(frame, 1, mavlink_msg_to_send_buffer(frame, &out), stdout);
        }
    }
    return 0;
}
