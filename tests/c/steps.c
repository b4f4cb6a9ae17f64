/* STEPS turns with everything that happens between them, all in memory set aside: the test counts heap allocations.
 *
 *     steps SCENARIO.toml STEPS
 */
#include <emomas.h>
#include <stdio.h>
#include <stdlib.h>

static _Alignas(EMOMAS_ALIGN_BYTES) unsigned char memory[EMOMAS_SIZE_BYTES];
static unsigned char start[EMOMAS_SIZE_BYTES];
static char scenario[64 * 1024];

static void must(emomas_status status) {
    if (status != EMOMAS_STATUS_OK) {
        fprintf(stderr, "%s\n", emomas_error_name(status));
        exit(1);
    }
}

int main(int argc, char **argv) {
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    if (!file) return 2;
    size_t length = fread(scenario, 1, sizeof scenario, file);
    fclose(file);

    emomas_agent *agent;
    must(emomas_create(memory, sizeof memory, scenario, length, 1, "game,rl,coherence,external", &agent, NULL, 0));
    size_t snapshot_bytes = emomas_snapshot_bytes(agent);
    must(emomas_snapshot(agent, start, snapshot_bytes));

    emomas_observation seen = {0};
    seen.external_count = 1;
    seen.external[0][EMOMAS_EMOTION_JOY] = 1;
    seen.evidence_count = 2;
    seen.evidence[0] = (emomas_evidence){.kind = EMOMAS_EVIDENCE_KIND_LIKELIHOOD, .likelihood = {1, 2, 3, 4, 5, 6, 7}};
    seen.evidence[1] = (emomas_evidence){.kind = EMOMAS_EVIDENCE_KIND_VAD, .mean = {-0.5}, .variance = {1, 1, 1}};
    seen.evidence[0].quality = seen.evidence[1].quality = 0.5;
    double checksum = 0;
    for (int i = 0; i < atoi(argv[2]); i++) {
        emomas_decision decision;
        double vad[3];
        if (i % 10 == 0) {
            /* The turns of a conversation are few: close it and go back to its start. */
            emomas_closing closing;
            if (i > 0) must(emomas_close(agent, 1, 40, &closing));
            must(emomas_restore(agent, start, snapshot_bytes));
        }
        seen.time_s = i % 10;
        seen.act = i % 10 ? EMOMAS_ACT_TALK : EMOMAS_ACT_SILENCE;
        seen.has_offer = i % 10 != 0;
        seen.offer = 120 - i % 10;
        must(emomas_step(agent, &seen, &decision));
        must(emomas_shown_at(agent, seen.time_s + 0.5, vad));
        checksum += decision.confidence + vad[0];
        seen.act = 99;    /* a refusal allocates nothing either */
        if (emomas_step(agent, &seen, &decision) != EMOMAS_STATUS_ARGUMENT) return 1;
    }
    printf("%a\n", checksum);
    return emomas_destroy(agent) != EMOMAS_STATUS_OK;
}
