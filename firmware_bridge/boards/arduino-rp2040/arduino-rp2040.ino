/* A robot's head on an RP2040 (Raspberry Pi Pico): an RGB lamp, two servos, a stop button, a grip sensor.
 *
 * Arduino IDE or arduino-cli with the core of Earle Philhower (arduino-pico). README.md beside this file has the steps.
 */
#include <EEPROM.h>
#include <Servo.h>

extern "C" {
#include "emomas_node.h"
}

static const int LAMP[] = {2, 3, 4}, BROW = 6, NECK = 7, STOP = 8, GRIP = A0;
static const uint16_t SLOT_BYTES = 33; /* whether it is stored, and 32 bytes */
static const uint8_t COLOURS[7][3] = {{255, 200, 0}, {32, 64, 192}, {224, 16, 16},  {128, 32, 192},
                                      {0, 192, 192}, {32, 128, 32}, {255, 255, 255}};

static emomas_node_t node;
static Servo brow, neck;

static uint16_t read_line(void *, uint8_t *bytes, uint16_t most)
{
    uint16_t count = 0;
    while (count < most && Serial.available() > 0) {
        bytes[count++] = (uint8_t)Serial.read();
    }
    return count;
}

static uint16_t write_line(void *, const uint8_t *bytes, uint16_t length)
{
    const int room = Serial.availableForWrite();
    return room > 0 ? (uint16_t)Serial.write(bytes, room < length ? (size_t)room : length) : 0;
}

static uint32_t time_ms(void *) { return millis(); }

static void face(const uint8_t colour[3], float intensity, float valence, float pitch)
{
    for (int at = 0; at < 3; at++) {
        analogWrite(LAMP[at], (int)(colour[at] * intensity));
    }
    brow.writeMicroseconds((int)(1500 + 400 * valence * intensity));
    neck.writeMicroseconds((int)(1500 + 300 * pitch));
}

static void outputs(void *, const emomas_output_t *output)
{
    switch (output->kind) {
    case EMOMAS_OUTPUT_SAFE:
    case EMOMAS_OUTPUT_NEUTRAL:
        face(COLOURS[6], 0.1f, 0, 0);
        break;
    case EMOMAS_OUTPUT_AFFECT: {
        const mavlink_emomas_affect_setpoint_t *affect = output->as.affect;
        face(COLOURS[affect->emotion], affect->intensity, affect->valence, affect->gaze_pitch);
        break;
    }
    default: /* no screen, no speaker, no gestures */
        break;
    }
}

static void watchdog(void *) { rp2040.wdt_reset(); }

static bool entropy(void *, uint8_t *bytes, uint8_t length)
{
    for (uint8_t at = 0; at < length; at++) {
        bytes[at] = (uint8_t)rp2040.hwrand32();
    }
    return true;
}

static bool nv_load(void *, uint8_t slot, uint8_t *bytes, uint8_t length)
{
    if (EEPROM.read(slot * SLOT_BYTES) != 1) {
        return false;
    }
    for (uint8_t at = 0; at < length; at++) {
        bytes[at] = EEPROM.read(slot * SLOT_BYTES + 1 + at);
    }
    return true;
}

static bool nv_store(void *, uint8_t slot, const uint8_t *bytes, uint8_t length)
{
    EEPROM.write(slot * SLOT_BYTES, 1);
    for (uint8_t at = 0; at < length; at++) {
        EEPROM.write(slot * SLOT_BYTES + 1 + at, bytes[at]);
    }
    return EEPROM.commit();
}

static const emomas_port_t PORT = {read_line, write_line, time_ms, outputs, watchdog, entropy, nv_load, nv_store};

void setup()
{
    Serial.begin(115200);
    EEPROM.begin(2 * SLOT_BYTES);
    pinMode(STOP, INPUT_PULLUP);
    brow.attach(BROW);
    neck.attach(NECK);
    emomas_config_t config = {};
    config.capabilities = EMOMAS_CAPABILITY_FACE | EMOMAS_CAPABILITY_BODY | EMOMAS_CAPABILITY_SENSORS |
                          EMOMAS_CAPABILITY_INPUT | EMOMAS_CAPABILITY_AUTO_REARM;
    memcpy(config.uid, "pico-head-1", 12);
    emomas_node_start(&node, &PORT, NULL, &config);
    rp2040.wdt_begin(1000);
}

void loop()
{
    static bool pressed;
    static uint32_t sensed_ms;
    emomas_node_poll(&node);
    const bool now_pressed = digitalRead(STOP) == LOW;
    if (now_pressed && !pressed) {
        emomas_node_stop(&node);
    } else if (pressed && !now_pressed) {
        emomas_node_release(&node);
    }
    pressed = now_pressed;
    if (millis() - sensed_ms >= 200) { /* a firm grip speaks of arousal; of the rest it says nothing */
        sensed_ms = millis();
        const float arousal = analogRead(GRIP) / 511.5f - 1;
        const float values[9] = {0, arousal, 0, 1, 0, 0, 0.3f, 0, 1};
        emomas_node_evidence(&node, 0, EMOMAS_FORM_GAUSSIAN, values, 1, 0);
    }
}
