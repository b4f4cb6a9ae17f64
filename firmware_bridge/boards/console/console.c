#include "console.h"

#include <string.h>

static void put_unsigned(uint64_t value, int digits)
{
    char text[20];
    int length = 0;
    do {
        text[length++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0 || length < digits);
    while (length > 0) {
        console_put(text[--length]);
    }
}

/* With three decimals. */
static void put_number(double value)
{
    if (value < 0) {
        console_put('-');
        value = -value;
    }
    const uint64_t thousandths = (uint64_t)(value * 1000 + 0.5);
    put_unsigned(thousandths / 1000, 1);
    console_put('.');
    put_unsigned(thousandths % 1000, 3);
}

void console_print(const char *text)
{
    while (*text != 0) {
        console_put(*text++);
    }
}

static void put_quoted(const char *text, size_t length)
{
    static const char HEX[] = "0123456789abcdef";
    console_put('"');
    for (size_t at = 0; at < length && text[at] != 0; at++) {
        const unsigned char c = (unsigned char)text[at];
        if (c < 0x20 || c == '"' || c == '\\') {
            console_print("\\u00");
            console_put(HEX[c >> 4]);
            console_put(HEX[c & 15]);
        } else {
            console_put((char)c);
        }
    }
    console_put('"');
}

static void key(const char *name)
{
    console_print(",\"");
    console_print(name);
    console_print("\":");
}

static void put_list(const char *name, const float *values, int count)
{
    key(name);
    for (int at = 0; at < count; at++) {
        console_put(at == 0 ? '[' : ',');
        put_number((double)values[at]);
    }
    console_put(']');
}

/* A face of a lamp and three servos, as the numbers that a board would write to its timers. */
static void put_face(const mavlink_emomas_affect_setpoint_t *affect)
{
    static const uint32_t COLOURS[] = {0xFFC800, 0x2040C0, 0xE01010, 0x8020C0, 0x00C0C0, 0x208020, 0xFFFFFF};
    const uint32_t colour = COLOURS[affect->emotion];
    key("lamp");
    console_put('[');
    for (int shift = 16; shift >= 0; shift -= 8) {
        put_unsigned((uint64_t)((float)((colour >> shift) & 255u) * affect->intensity + 0.5f), 1);
        console_put(shift > 0 ? ',' : ']');
    }
    key("brow_us");
    put_unsigned((uint64_t)(1500.0f + 400.0f * affect->valence * affect->intensity), 1);
    key("lids_us");
    put_unsigned((uint64_t)(1500.0f + 400.0f * affect->arousal * affect->intensity), 1);
    key("neck_us");
    put_unsigned((uint64_t)(1500.0f + 300.0f * affect->gaze_pitch), 1);
}

static void put_affect(const mavlink_emomas_affect_setpoint_t *affect)
{
    const float vad[] = {affect->valence, affect->arousal, affect->dominance};
    const float gaze[] = {affect->gaze_yaw, affect->gaze_pitch};
    key("emotion");
    put_unsigned(affect->emotion, 1);
    put_list("vad", vad, 3);
    key("intensity");
    put_number((double)affect->intensity);
    put_list("gaze", gaze, 2);
    key("posture");
    put_number((double)affect->posture);
    key("tempo");
    put_number((double)affect->tempo);
    key("ttl_ms");
    put_unsigned(affect->ttl_ms, 1);
    put_face(affect);
}

void console_output(const emomas_output_t *output, uint32_t now_ms)
{
    static const char *const NAMES[] = {
        [EMOMAS_OUTPUT_SAFE] = "safe",     [EMOMAS_OUTPUT_AFFECT] = "affect",
        [EMOMAS_OUTPUT_NEUTRAL] = "neutral", [EMOMAS_OUTPUT_SPEECH] = "speech",
        [EMOMAS_OUTPUT_OFFER] = "offer",   [EMOMAS_OUTPUT_GESTURE] = "gesture",
        [EMOMAS_OUTPUT_GESTURE_END] = "gesture_end",
    };
    console_print("{\"t_ms\":");
    put_unsigned(now_ms, 1);
    console_print(",\"out\":\"");
    console_print(NAMES[output->kind]);
    console_put('"');
    switch (output->kind) {
    case EMOMAS_OUTPUT_SAFE:
        key("reason");
        put_unsigned(output->reason, 1);
        break;
    case EMOMAS_OUTPUT_NEUTRAL:
        break;
    case EMOMAS_OUTPUT_AFFECT:
        put_affect(output->as.affect);
        break;
    case EMOMAS_OUTPUT_SPEECH:
        key("emotion");
        put_unsigned(output->as.speech.emotion, 1);
        key("text");
        put_quoted(output->as.speech.text, output->as.speech.length);
        break;
    case EMOMAS_OUTPUT_OFFER:
        key("kind");
        put_unsigned(output->as.offer->kind, 1);
        key("value");
        put_number(output->as.offer->value);
        key("unit");
        put_quoted(output->as.offer->unit, sizeof output->as.offer->unit);
        key("label");
        put_quoted(output->as.offer->label, sizeof output->as.offer->label);
        break;
    case EMOMAS_OUTPUT_GESTURE:
    case EMOMAS_OUTPUT_GESTURE_END:
        key("number");
        put_unsigned(output->as.gesture.number, 1);
        key("id");
        put_unsigned(output->as.gesture.id, 1);
        key("cancelled");
        console_print(output->as.gesture.cancelled ? "true" : "false");
        break;
    }
    console_print("}\n");
}

static bool word(const char **line, const char *expected)
{
    const size_t length = strlen(expected);
    const bool same = strncmp(*line, expected, length) == 0 && ((*line)[length] == ' ' || (*line)[length] == 0);
    *line += same ? length : 0;
    return same;
}

static bool number(const char **line, float *value)
{
    const char *at = *line;
    float sign = 1, scale = 1;
    bool any = false;
    while (*at == ' ') {
        at++;
    }
    if (*at == '-') {
        sign = -1;
        at++;
    }
    for (*value = 0; *at >= '0' && *at <= '9'; at++, any = true) {
        *value = *value * 10 + (float)(*at - '0');
    }
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++, any = true) {
            scale /= 10;
            *value += scale * (float)(*at - '0');
        }
    }
    *value *= sign;
    *line = any ? at : *line;
    return any;
}

/* Two sensors that a hand-held robot might have: how firmly it is held speaks of arousal, how near it is held of
 * valence. What they say nothing about has the variance of a person not yet known. */
static bool sense(emomas_node_t *node, float sensor, float reading)
{
    const bool grip = sensor == 0;
    const float level = reading / 511.5f - 1;
    const float values[9] = {grip ? 0 : level, grip ? level : 0, 0, grip ? 1 : 0.3f, 0, 0, grip ? 0.3f : 1, 0, 1};
    return (sensor == 0 || sensor == 1) && reading >= 0 && reading <= 1023 &&
           emomas_node_evidence(node, (uint8_t)sensor, EMOMAS_FORM_GAUSSIAN, values, 1, 0);
}

static bool sensed(emomas_node_t *node, const char *line)
{
    float head[4], values[9] = {0};
    for (int at = 0; at < 4; at++) {
        if (!number(&line, &head[at])) {
            return false;
        }
    }
    for (int at = 0; at < 9 && number(&line, &values[at]); at++) {
    }
    return emomas_node_evidence(node, (uint8_t)head[0], (uint8_t)head[1], values, head[2], (uint16_t)head[3]);
}

console_order_t console_obey(emomas_node_t *node, const char *line, uint32_t *ms)
{
    float value, more;
    if (word(&line, "press") && number(&line, &value)) {
        emomas_node_input(node, EMOMAS_INPUT_BUTTON, (uint8_t)value, 1, NULL);
    } else if (word(&line, "release") && number(&line, &value)) {
        emomas_node_input(node, EMOMAS_INPUT_BUTTON, (uint8_t)value, 0, NULL);
    } else if (word(&line, "touch") && number(&line, &value)) {
        emomas_node_input(node, EMOMAS_INPUT_TOUCH, 0, (int16_t)value, NULL);
    } else if (word(&line, "text") && *line == ' ') {
        emomas_node_input(node, EMOMAS_INPUT_TEXT, 0, 0, line + 1);
    } else if (word(&line, "stop")) {
        emomas_node_stop(node);
    } else if (word(&line, "unstop")) {
        emomas_node_release(node);
    } else if (word(&line, "fault")) {
        emomas_node_fault(node);
    } else if (word(&line, "sensor") && number(&line, &value) && number(&line, &more)) {
        return sense(node, value, more) ? CONSOLE_DONE : CONSOLE_UNKNOWN;
    } else if (word(&line, "evidence")) {
        return sensed(node, line) ? CONSOLE_DONE : CONSOLE_UNKNOWN;
    } else if (word(&line, "stall") && number(&line, &value)) {
        *ms = (uint32_t)value;
        return CONSOLE_STALL;
    } else if (word(&line, "reset")) {
        return CONSOLE_RESET;
    } else if (word(&line, "quit")) {
        return CONSOLE_QUIT;
    } else {
        return CONSOLE_UNKNOWN;
    }
    return CONSOLE_DONE;
}
