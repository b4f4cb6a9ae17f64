/* Everything that a caller can get wrong: each call is refused by the expected status and words, and changes nothing.
 *
 *     bad_input SCENARIO.toml
 */
#include <emomas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Alignas(EMOMAS_ALIGN_BYTES) unsigned char memory[EMOMAS_SIZE_BYTES];
static unsigned char before[EMOMAS_SIZE_BYTES], after[EMOMAS_SIZE_BYTES], bad[EMOMAS_SIZE_BYTES];
static char scenario[64 * 1024], text[512];
static size_t scenario_bytes, snapshot_bytes;
static emomas_agent *agent;
static int refusals, failures;

static void expect(int holds, const char *what) {
    if (holds) return;
    failures++;
    fprintf(stderr, "not so: %s\n", what);
}
#define EXPECT(condition) expect((condition) != 0, #condition)

static void refused(const char *call, emomas_status status, emomas_status expected, const char *words) {
    refusals++;
    if (status == expected && strstr(text, words)) return;
    failures++;
    fprintf(stderr, "%s\n  gave %s: %s\n  expected %s: ...%s...\n", call, emomas_error_name(status), text,
            emomas_error_name(expected), words);
}

/* A refused call on the live agent: the text is the last error's, and nothing has changed. */
static emomas_status kept(emomas_status status) {
    emomas_last_error(agent, text, sizeof text);
    emomas_snapshot(agent, after, sizeof after);
    EXPECT(memcmp(before, after, snapshot_bytes) == 0);
    return status;
}
#define REFUSED(call, expected, words) refused(#call, kept(call), expected, words)

static void remember(void) { EXPECT(emomas_snapshot(agent, before, sizeof before) == EMOMAS_STATUS_OK); }

static emomas_status create_in(void *place, size_t bytes, const char *toml, size_t toml_bytes, const char *policy) {
    emomas_agent *made = (emomas_agent *)memory;
    emomas_status status = emomas_create(place, bytes, toml, toml_bytes, 1, policy, &made, text, sizeof text);
    EXPECT(status == EMOMAS_STATUS_OK || made == NULL);
    return status;
}
#define CREATE(place, bytes, toml, toml_bytes, policy, expected, words) \
    refused("create " #place ", " #bytes ", " #toml ", " #toml_bytes ", " #policy, \
            create_in(place, bytes, toml, toml_bytes, policy), expected, words)

static void create_refuses(void) {
    size_t needed = emomas_size_bytes();
    char endless[200], latin1[] = "id = \"caf\xe9\"";
    memset(endless, 'a', sizeof endless);
    CREATE(NULL, needed, scenario, scenario_bytes, NULL, EMOMAS_STATUS_POINTER, "memory is NULL");
    CREATE(memory + 1, needed, scenario, scenario_bytes, NULL, EMOMAS_STATUS_POINTER, "memory is misaligned: align it to");
    CREATE(memory, needed - 1, scenario, scenario_bytes, NULL, EMOMAS_STATUS_MEMORY, "give at least");
    CREATE(memory, 0, scenario, scenario_bytes, NULL, EMOMAS_STATUS_MEMORY, "memory has 0 bytes");
    CREATE(memory, needed, NULL, scenario_bytes, NULL, EMOMAS_STATUS_POINTER, "scenario_toml is NULL");
    CREATE(memory, needed, scenario, (size_t)-1, NULL, EMOMAS_STATUS_ARGUMENT, "give at most 262144");
    CREATE(memory, needed, latin1, sizeof latin1 - 1, NULL, EMOMAS_STATUS_ENCODING, "not UTF-8 from byte 9 on");
    CREATE(memory, needed, scenario, 0, NULL, EMOMAS_STATUS_SCENARIO_FIELD, "schema is missing");
    CREATE(memory, needed, "schema = ", 9, NULL, EMOMAS_STATUS_SCENARIO_SYNTAX, "line 1");
    CREATE(memory, needed, "schema = 9", 10, NULL, EMOMAS_STATUS_SCENARIO_FIELD, "this build reads schema = 1");
    CREATE(memory, needed, scenario, scenario_bytes / 2, NULL, EMOMAS_STATUS_SCENARIO_SYNTAX, "line");
    CREATE(memory, needed, scenario, scenario_bytes, "zen", EMOMAS_STATUS_UNKNOWN_NAME, "\"zen\": give one of vanilla");
    CREATE(memory, needed, scenario, scenario_bytes, "", EMOMAS_STATUS_UNKNOWN_NAME, "policy is \"\"");
    CREATE(memory, needed, scenario, scenario_bytes, "caf\xe9", EMOMAS_STATUS_ENCODING, "policy is not UTF-8");
    CREATE(memory, needed, scenario, scenario_bytes, endless, EMOMAS_STATUS_ENCODING, "a final NUL");
    CREATE(memory, needed, scenario, scenario_bytes, "joy,joy,joy,joy,joy,joy,joy,joy,joy", EMOMAS_STATUS_ARGUMENT,
           "9 experts: give at most 8");
    refused("create into no handle",
            emomas_create(memory, needed, scenario, scenario_bytes, 1, NULL, NULL, text, sizeof text),
            EMOMAS_STATUS_POINTER, "agent is NULL");
    refused("create into a misaligned handle",
            emomas_create(memory, needed, scenario, scenario_bytes, 1, NULL, (emomas_agent **)(bad + 1), text, sizeof text),
            EMOMAS_STATUS_POINTER, "agent is misaligned");

    emomas_agent *made;
    memset(text, '#', sizeof text);
    EXPECT(emomas_create(NULL, 0, NULL, 0, 1, NULL, &made, text, 7) == EMOMAS_STATUS_POINTER);
    EXPECT(strcmp(text, "memory") == 0 && text[7] == '#');
    EXPECT(emomas_create(NULL, 0, NULL, 0, 1, NULL, &made, NULL, 7) == EMOMAS_STATUS_POINTER);
    EXPECT(emomas_create(NULL, 0, NULL, 0, 1, NULL, &made, text, 0) == EMOMAS_STATUS_POINTER);
}

/* Every function with a handle that is no agent. */
static void handle_refuses(emomas_agent *handle) {
    emomas_observation seen = {0};
    emomas_decision decision;
    emomas_closing closing;
    double vad[3];
    EXPECT(emomas_begin(handle, scenario, scenario_bytes, 1) == EMOMAS_STATUS_HANDLE);
    EXPECT(emomas_step(handle, &seen, &decision) == EMOMAS_STATUS_HANDLE);
    EXPECT(emomas_shown_at(handle, 0, vad) == EMOMAS_STATUS_HANDLE);
    EXPECT(emomas_close(handle, 0, 0, &closing) == EMOMAS_STATUS_HANDLE);
    EXPECT(emomas_snapshot_bytes(handle) == 0);
    EXPECT(emomas_snapshot(handle, after, sizeof after) == EMOMAS_STATUS_HANDLE);
    EXPECT(emomas_restore(handle, before, sizeof before) == EMOMAS_STATUS_HANDLE);
    EXPECT(emomas_destroy(handle) == EMOMAS_STATUS_HANDLE);
    EXPECT(emomas_last_error(handle, text, sizeof text) == EMOMAS_STATUS_HANDLE);
    EXPECT(strstr(text, "no live agent") != NULL);
    refusals += 9;
}

static emomas_observation turn(double time_s) {
    emomas_observation seen = {0};
    seen.time_s = time_s;
    seen.act = EMOMAS_ACT_TALK;
    return seen;
}

/* A turn with something changed. */
#define STEP(change, expected, words) \
    do { \
        emomas_observation seen = turn(10); \
        emomas_decision decision, untouched; \
        memset(&decision, 0x5a, sizeof decision); \
        memset(&untouched, 0x5a, sizeof untouched); \
        (void)(change); \
        refused("step with " #change, kept(emomas_step(agent, &seen, &decision)), expected, words); \
        EXPECT(memcmp(&decision, &untouched, sizeof decision) == 0); \
    } while (0)

/* The same with one piece of evidence. */
#define SENSE(of, field, value, words) \
    do { \
        emomas_observation seen = turn(10); \
        emomas_decision decision; \
        seen.evidence_count = 1; \
        seen.evidence[0] = of; \
        seen.evidence[0].field = (value); \
        refused("evidence with " #field " = " #value, kept(emomas_step(agent, &seen, &decision)), EMOMAS_STATUS_EVIDENCE, \
                words); \
    } while (0)

static void step_refuses(void) {
    emomas_observation seen = turn(10);
    emomas_decision decision;
    REFUSED(emomas_step(agent, NULL, &decision), EMOMAS_STATUS_POINTER, "observation is NULL");
    REFUSED(emomas_step(agent, &seen, NULL), EMOMAS_STATUS_POINTER, "decision is NULL");
    REFUSED(emomas_step(agent, (void *)(bad + 1), &decision), EMOMAS_STATUS_POINTER, "observation is misaligned");
    REFUSED(emomas_step(agent, &seen, (void *)(bad + 4)), EMOMAS_STATUS_POINTER, "decision is misaligned");
    STEP(seen.act = 5, EMOMAS_STATUS_ARGUMENT, "act is 5: give a number from 0 to 4");
    STEP(seen.has_offer = 2, EMOMAS_STATUS_ARGUMENT, "has_offer is 2: give a number from 0 to 1");
    STEP(seen.has_phase = 255, EMOMAS_STATUS_ARGUMENT, "has_phase is 255");
    STEP((seen.phase = 4, seen.has_phase = 1), EMOMAS_STATUS_ARGUMENT, "phase is 4: give a number from 0 to 3");
    STEP(seen.evidence_count = 9, EMOMAS_STATUS_ARGUMENT, "evidence_count is 9: give a number from 0 to 8");
    STEP(seen.external_count = 9, EMOMAS_STATUS_ARGUMENT, "external_count is 9");
    STEP(seen.external_count = 1, EMOMAS_STATUS_OBSERVATION, "1 external distributions for 0 external experts");
    STEP((seen.evidence[0].kind = 2, seen.evidence_count = 1), EMOMAS_STATUS_ARGUMENT, "evidence kind is 2");
    STEP((seen.offer = NAN, seen.has_offer = 1), EMOMAS_STATUS_OBSERVATION, "offer is NaN: give a finite number");
    STEP((seen.offer = INFINITY, seen.has_offer = 1), EMOMAS_STATUS_OBSERVATION, "offer is inf");
    STEP(seen.time_s = NAN, EMOMAS_STATUS_OBSERVATION, "time_s is NaN");
    STEP(seen.time_s = INFINITY, EMOMAS_STATUS_OBSERVATION, "time_s is inf");
    STEP(seen.time_s = 1, EMOMAS_STATUS_OBSERVATION, "time_s is 1 after 5");
    const emomas_evidence face = {.mean = {0.5, 0, 0}, .variance = {1, 1, 1}, .quality = 1, .kind = EMOMAS_EVIDENCE_KIND_VAD};
    const emomas_evidence voice = {.likelihood = {1, 1, 1, 1, 1, 1, 1}, .quality = 1, .channel = 3};
    const emomas_evidence empty = {.quality = 1};
    SENSE(voice, likelihood[2], NAN, "channel 3: likelihood of anger is NaN");
    SENSE(voice, likelihood[6], -1, "likelihood of neutral is -1");
    SENSE(voice, likelihood[0], INFINITY, "likelihood of joy is inf");
    SENSE(empty, channel, 4, "channel 4: all seven likelihoods are 0");
    SENSE(face, mean[1], 1.5, "VAD mean is 1.5");
    SENSE(face, mean[1], NAN, "VAD mean is NaN");
    SENSE(face, variance[2], 0, "VAD variance is 0");
    SENSE(face, variance[2], NAN, "VAD variance is NaN");
    SENSE(face, age_s, -1, "age_s is -1");
    SENSE(voice, age_s, NAN, "age_s is NaN");
    SENSE(voice, quality, 1.5, "quality is 1.5");
    SENSE(voice, quality, NAN, "quality is NaN");
}

static void others_refuse(void) {
    emomas_closing closing;
    double vad[3];
    REFUSED(emomas_shown_at(agent, 6, NULL), EMOMAS_STATUS_POINTER, "vad is NULL");
    REFUSED(emomas_shown_at(agent, 6, (void *)(bad + 4)), EMOMAS_STATUS_POINTER, "vad is misaligned");
    REFUSED(emomas_shown_at(agent, NAN, vad), EMOMAS_STATUS_OBSERVATION, "time_s is NaN");
    REFUSED(emomas_shown_at(agent, INFINITY, vad), EMOMAS_STATUS_OBSERVATION, "time_s is inf");
    REFUSED(emomas_shown_at(agent, 4, vad), EMOMAS_STATUS_OBSERVATION, "time_s is 4 after 5");
    REFUSED(emomas_close(agent, 2, 30, &closing), EMOMAS_STATUS_ARGUMENT, "has_deal is 2");
    REFUSED(emomas_close(agent, 1, NAN, &closing), EMOMAS_STATUS_OBSERVATION, "deal is NaN");
    REFUSED(emomas_close(agent, 1, 30, NULL), EMOMAS_STATUS_POINTER, "closing is NULL");
    REFUSED(emomas_begin(agent, NULL, 1, 1), EMOMAS_STATUS_POINTER, "scenario_toml is NULL");
    REFUSED(emomas_begin(agent, "\xff", 1, 1), EMOMAS_STATUS_ENCODING, "byte 0");
    REFUSED(emomas_begin(agent, "schema = 2", 10, 1), EMOMAS_STATUS_SCENARIO_FIELD, "line 1: schema is 2");
}

static unsigned crc32(const unsigned char *bytes, size_t length, unsigned crc) {
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
    }
    return crc;
}

static void snapshot_refuses(void) {
    REFUSED(emomas_snapshot(agent, NULL, snapshot_bytes), EMOMAS_STATUS_POINTER, "bytes is NULL");
    REFUSED(emomas_snapshot(agent, bad, snapshot_bytes - 1), EMOMAS_STATUS_MEMORY, "the snapshot needs");
    REFUSED(emomas_snapshot(agent, bad, (size_t)-1), EMOMAS_STATUS_ARGUMENT, "bytes has 18446744073709551615 bytes");
    REFUSED(emomas_restore(agent, NULL, snapshot_bytes), EMOMAS_STATUS_POINTER, "bytes is NULL");
    REFUSED(emomas_restore(agent, before, 0), EMOMAS_STATUS_SNAPSHOT_MAGIC, "not an emomas snapshot");
    REFUSED(emomas_restore(agent, scenario, scenario_bytes), EMOMAS_STATUS_SNAPSHOT_MAGIC, "not an emomas snapshot");
    REFUSED(emomas_restore(agent, before, snapshot_bytes - 1), EMOMAS_STATUS_SNAPSHOT_LENGTH, "cut or extended");
    REFUSED(emomas_restore(agent, before, snapshot_bytes + 1), EMOMAS_STATUS_SNAPSHOT_LENGTH, "cut or extended");
    memcpy(bad, before, snapshot_bytes);
    bad[8] += 1;
    REFUSED(emomas_restore(agent, bad, snapshot_bytes), EMOMAS_STATUS_SNAPSHOT_VERSION, "restore it with the version");
    memcpy(bad, before, snapshot_bytes);
    bad[snapshot_bytes / 2] ^= 1;
    REFUSED(emomas_restore(agent, bad, snapshot_bytes), EMOMAS_STATUS_SNAPSHOT_CHECKSUM, "the bytes are damaged");
    /* All ones is NaN; the checksum of the header without itself and the payload is right. */
    memset(bad + 24, 0xff, snapshot_bytes - 24);
    unsigned crc = ~crc32(bad + 24, snapshot_bytes - 24, crc32(bad, 20, 0xffffffffu));
    for (int i = 0; i < 4; i++) bad[20 + i] = (unsigned char)(crc >> 8 * i);
    REFUSED(emomas_restore(agent, bad, snapshot_bytes), EMOMAS_STATUS_SNAPSHOT, "not finite");

    static _Alignas(EMOMAS_ALIGN_BYTES) unsigned char other[EMOMAS_SIZE_BYTES];
    emomas_agent *joyful;
    EXPECT(!emomas_create(other, sizeof other, scenario, scenario_bytes, 1, "joy", &joyful, text, sizeof text));
    EXPECT(!emomas_snapshot(joyful, bad, sizeof bad));
    REFUSED(emomas_restore(agent, bad, snapshot_bytes), EMOMAS_STATUS_SNAPSHOT_EXPERTS, "1 experts, this core has 3");
    EXPECT(!emomas_destroy(joyful));
}

static void the_end_refuses(void) {
    emomas_observation seen = turn(20);
    emomas_decision decision;
    emomas_closing closing;
    while (emomas_step(agent, &seen, &decision) == EMOMAS_STATUS_OK) seen.time_s += 1;
    EXPECT(decision.turn == 15);
    remember();
    REFUSED(emomas_step(agent, &seen, &decision), EMOMAS_STATUS_DEADLINE, "all 15 turns of the agent are used");
    EXPECT(!emomas_close(agent, 0, 0, &closing));
    remember();
    REFUSED(emomas_step(agent, &seen, &decision), EMOMAS_STATUS_CLOSED, "the conversation is closed");
    REFUSED(emomas_close(agent, 0, 0, &closing), EMOMAS_STATUS_CLOSED, "the conversation is closed");
}

/* What the header doesn't say is read may hold anything. */
static void unread_fields_are_not_read(void) {
    emomas_observation seen;
    emomas_decision decision;
    memset(&seen, 0xff, sizeof seen);
    seen.time_s = 5;
    seen.act = EMOMAS_ACT_TALK;
    seen.has_offer = seen.has_phase = seen.external_count = 0;
    seen.evidence_count = 2;
    for (int i = 0; i < 2; i++) seen.evidence[i].age_s = 0, seen.evidence[i].quality = 1;
    seen.evidence[0].kind = EMOMAS_EVIDENCE_KIND_LIKELIHOOD;
    for (int i = 0; i < EMOMAS_EMOTIONS; i++) seen.evidence[0].likelihood[i] = 1;
    seen.evidence[1].kind = EMOMAS_EVIDENCE_KIND_VAD;
    for (int i = 0; i < 3; i++) seen.evidence[1].mean[i] = 0, seen.evidence[1].variance[i] = 1;
    EXPECT(emomas_step(agent, &seen, &decision) == EMOMAS_STATUS_OK);
    for (int i = decision.expert_count; i < EMOMAS_MAX_EXPERTS; i++) {
        EXPECT(decision.reasons[i] == 0 && decision.weights[i] == 0 && decision.proposals[i][0] == 0);
    }
}

static void names_are_known(void) {
    for (int status = 0; status <= EMOMAS_STATUS_INTERNAL; status++) EXPECT(strcmp(emomas_error_name(status), "unknown"));
    EXPECT(!strcmp(emomas_error_name(-1), "unknown"));
    EXPECT(!strcmp(emomas_error_name(EMOMAS_STATUS_INTERNAL + 1), "unknown"));
    EXPECT(!strcmp(emomas_error_name(EMOMAS_STATUS_CLOSED), "closed"));
}

int main(int argc, char **argv) {
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file) return 2;
    scenario_bytes = fread(scenario, 1, sizeof scenario, file);
    fclose(file);

    EXPECT(emomas_size_bytes() <= EMOMAS_SIZE_BYTES && emomas_align_bytes() <= EMOMAS_ALIGN_BYTES);
    create_refuses();
    handle_refuses(NULL);
    handle_refuses((emomas_agent *)memory);
    handle_refuses((emomas_agent *)(memory + 1));

    emomas_decision decision;
    emomas_observation seen = turn(0);
    EXPECT(!emomas_create(memory, sizeof memory, scenario, scenario_bytes, 1, NULL, &agent, text, sizeof text));
    EXPECT(emomas_last_error(agent, text, sizeof text) == EMOMAS_STATUS_OK && text[0] == 0);
    EXPECT(emomas_last_error(agent, NULL, 0) == EMOMAS_STATUS_OK);
    snapshot_bytes = emomas_snapshot_bytes(agent);
    remember();
    STEP(seen.act = EMOMAS_ACT_ACCEPT, EMOMAS_STATUS_OBSERVATION, "the agent has made no offer yet");
    EXPECT(!emomas_step(agent, &seen, &decision));
    seen = turn(5);
    EXPECT(!emomas_step(agent, &seen, &decision));
    remember();
    step_refuses();
    others_refuse();
    snapshot_refuses();
    unread_fields_are_not_read();
    the_end_refuses();
    names_are_known();
    EXPECT(!emomas_destroy(agent));
    handle_refuses(agent);
    memset(memory, 0x5a, sizeof memory);
    handle_refuses(agent);

    printf("%d refusals, %d failures\n", refusals, failures);
    return failures != 0;
}
