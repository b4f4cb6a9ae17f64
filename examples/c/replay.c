/* Takes the decisions of a written conversation again and prints every bit of them.
 *
 *     replay < CONVERSATION
 *
 * One command a line, fields with single spaces; numbers are decimal or hexadecimal ("0x1.8p+1"), "-" is none:
 *     create SCENARIO.toml SEED POLICY             begin SCENARIO.toml SEED
 *     likelihood CHANNEL AGE_S QUALITY L*7         vad CHANNEL AGE_S QUALITY MEAN*3 VARIANCE*3
 *     external P*7                                 step TIME_S ACT OFFER PHASE
 *     shown TIME_S                                 close DEAL
 *     save FILE                                    load FILE
 * Evidence and external lines belong to the next step; acts and phases are codes. Each step prints one line: the codes in
 * decimal, then the numbers as the 16 hexadecimal digits of their bits, both in the order of emomas_decision.
 */
#include <emomas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Alignas(EMOMAS_ALIGN_BYTES) unsigned char memory[EMOMAS_SIZE_BYTES];
static char contents[EMOMAS_SIZE_BYTES];    /* of a scenario or a snapshot */
static emomas_agent *agent;
static unsigned line_number;

static void fail(const char *why) {
    fprintf(stderr, "line %u: %s\n", line_number, why);
    exit(1);
}

static void must(emomas_status status) {
    char text[512];
    if (status != EMOMAS_STATUS_OK) {
        emomas_last_error(agent, text, sizeof text);
        fail(text);
    }
}

static const char *word(void) {
    const char *next = strtok(NULL, " \n");
    if (!next) fail("a field is missing");
    return next;
}

static double number(void) {
    char *end;
    const char *text = word();
    double value = strtod(text, &end);
    if (*end) fail("a field is no number");
    return value;
}

/* A number that may be absent. */
static uint8_t optional(double *value) {
    const char *text = word();
    if (strcmp(text, "-") == 0) return 0;
    *value = strtod(text, NULL);
    return 1;
}

static void numbers(double *values, int count) {
    for (int i = 0; i < count; i++) values[i] = number();
}

static size_t load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail("the file can't be opened");
    size_t length = fread(contents, 1, sizeof contents, file);
    fclose(file);
    return length;
}

static void save(const char *path) {
    size_t length = emomas_snapshot_bytes(agent);
    must(emomas_snapshot(agent, contents, sizeof contents));
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(contents, 1, length, file) != length || fclose(file)) fail("the file can't be written");
}

static void print_bits(const double *values, int count) {
    for (int i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        printf(" %08lx%08lx", (unsigned long)(bits >> 32), (unsigned long)(bits & 0xffffffff));
    }
}

static void print_decision(const emomas_decision *d) {
    printf("step %u %u %u %u %u %u %u %u %u %u %u %u", d->turn, d->emotion, d->target, d->justified, d->explored,
           d->refused, d->phase, d->act, d->act_reason, d->has_offer, d->has_earned, d->expert_count);
    for (int i = 0; i < EMOMAS_MAX_EXPERTS; i++) printf(" %u", d->reasons[i]);
    const double scalars[] = {d->intensity, d->offer, d->earned, d->confidence, d->valence, d->uncertainty, d->conflict};
    print_bits(scalars, 7);
    print_bits(d->goal_vad, 3);
    print_bits(d->shown_vad, 3);
    print_bits(d->emotion_belief, EMOMAS_EMOTIONS);
    print_bits(d->stance_belief, EMOMAS_STANCES);
    print_bits(d->mixture, EMOMAS_EMOTIONS);
    print_bits(d->sampled, EMOMAS_EMOTIONS);
    print_bits(d->weights, EMOMAS_MAX_EXPERTS);
    for (int i = 0; i < EMOMAS_MAX_EXPERTS; i++) print_bits(d->proposals[i], EMOMAS_EMOTIONS);
    printf("\n");
}

static void create(const char *path) {
    char text[512];
    size_t length = load(path);
    uint64_t seed = strtoull(word(), NULL, 10);
    if (emomas_create(memory, sizeof memory, contents, length, seed, word(), &agent, text, sizeof text)) fail(text);
}

static void begin(const char *path) {
    size_t length = load(path);
    must(emomas_begin(agent, contents, length, strtoull(word(), NULL, 10)));
}

static void sense(emomas_observation *seen, uint8_t kind) {
    if (seen->evidence_count == EMOMAS_MAX_EVIDENCE) fail("too much evidence");
    emomas_evidence *evidence = &seen->evidence[seen->evidence_count++];
    evidence->kind = kind;
    evidence->channel = (uint8_t)number();
    evidence->age_s = number();
    evidence->quality = number();
    if (kind == EMOMAS_EVIDENCE_KIND_LIKELIHOOD) {
        numbers(evidence->likelihood, EMOMAS_EMOTIONS);
    } else {
        numbers(evidence->mean, 3);
        numbers(evidence->variance, 3);
    }
}

static void step(emomas_observation *seen) {
    emomas_decision decision;
    double phase = 0;
    seen->time_s = number();
    seen->act = (uint8_t)number();
    seen->has_offer = optional(&seen->offer);
    seen->has_phase = optional(&phase);
    seen->phase = (uint8_t)phase;
    must(emomas_step(agent, seen, &decision));
    print_decision(&decision);
    memset(seen, 0, sizeof *seen);
}

static void finish(void) {
    emomas_closing closing;
    double deal = 0;
    uint8_t has_deal = optional(&deal);
    must(emomas_close(agent, has_deal, deal, &closing));
    printf("close %u", closing.turns);
    print_bits(&closing.utility, 1);
    print_bits(&closing.reward, 1);
    printf("\n");
}

static void show(void) {
    double vad[3];
    must(emomas_shown_at(agent, number(), vad));
    printf("shown");
    print_bits(vad, 3);
    printf("\n");
}

int main(void) {
    static char line[4096];
    static emomas_observation seen;
    while (fgets(line, sizeof line, stdin)) {
        line_number++;
        const char *command = strtok(line, " \n");
        if (!command) continue;
        if (!strcmp(command, "create")) create(word());
        else if (!strcmp(command, "begin")) begin(word());
        else if (!strcmp(command, "likelihood")) sense(&seen, EMOMAS_EVIDENCE_KIND_LIKELIHOOD);
        else if (!strcmp(command, "vad")) sense(&seen, EMOMAS_EVIDENCE_KIND_VAD);
        else if (!strcmp(command, "external")) numbers(seen.external[seen.external_count++], EMOMAS_EMOTIONS);
        else if (!strcmp(command, "step")) step(&seen);
        else if (!strcmp(command, "shown")) show();
        else if (!strcmp(command, "close")) finish();
        else if (!strcmp(command, "save")) save(word());
        else if (!strcmp(command, "load")) must(emomas_restore(agent, contents, load(word())));
        else fail("no such command");
    }
    return 0;
}
