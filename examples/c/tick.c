/* A robot's controller at 100 Hz: it takes a turn when the person has, and moves the face every tick.
 *
 *     tick SCENARIO.toml
 */
#include <emomas.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICKS_PER_S = 100, LAST_TICK = 60 * TICKS_PER_S };

static const char *const EMOTIONS[] = {"joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral"};
static const char *const MOVES[] = {"open", "counter", "hold", "accept", "walk away"};

/* All that emomas uses, set aside when the program is linked. */
static _Alignas(EMOMAS_ALIGN_BYTES) unsigned char memory[EMOMAS_SIZE_BYTES];

/* What speech recognition and a camera would report, and when. */
struct turn {
    int tick;
    emomas_act act;
    double offer_days;    /* 0: none named */
    double valence;       /* read from the face */
    double arousal;
};

static const struct turn TURNS[] = {
    {0, EMOMAS_ACT_SILENCE, 0, 0, 0},
    {800, EMOMAS_ACT_TALK, 120, -0.6, -0.3},
    {1700, EMOMAS_ACT_REJECT, 90, -0.5, 0.6},
    {2600, EMOMAS_ACT_TALK, 70, -0.3, 0.2},
    {3500, EMOMAS_ACT_TALK, 50, 0.1, 0.1},
    {4400, EMOMAS_ACT_ACCEPT, 0, 0.5, 0.3},
};
enum { TURN_COUNT = sizeof TURNS / sizeof TURNS[0] };

static emomas_observation observe(const struct turn *turn, double time_s) {
    emomas_observation seen = {0};
    seen.time_s = time_s;
    seen.act = turn->act;
    seen.has_offer = turn->offer_days > 0;
    seen.offer = turn->offer_days;
    if (turn->act != EMOMAS_ACT_SILENCE) {
        seen.evidence_count = 1;
        seen.evidence[0] = (emomas_evidence){
            .kind = EMOMAS_EVIDENCE_KIND_VAD,
            .mean = {turn->valence, turn->arousal, 0},
            .variance = {0.1, 0.1, 1e6},    /* a face shows no dominance */
            .age_s = 0.2,
            .quality = 0.8,
        };
    }
    return seen;
}

static emomas_agent *start(const char *path) {
    static char scenario[64 * 1024];
    char text[256];
    emomas_agent *agent;
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    size_t length = fread(scenario, 1, sizeof scenario, file);
    fclose(file);
    if (emomas_create(memory, sizeof memory, scenario, length, 7, NULL, &agent, text, sizeof text) != EMOMAS_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", path, text);
        exit(1);
    }
    return agent;
}

static void must(emomas_agent *agent, emomas_status status) {
    char text[256];
    if (status != EMOMAS_STATUS_OK) {
        emomas_last_error(agent, text, sizeof text);
        fprintf(stderr, "%s: %s\n", emomas_error_name(status), text);
        exit(1);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: tick SCENARIO.toml\n");
        return 2;
    }
    emomas_agent *agent = start(argv[1]);
    emomas_decision decision = {0};
    int next = 0, over = 0;

    /* A controller waits for its timer here; the example runs through. */
    for (int tick = 0; tick < LAST_TICK && !over; tick++) {
        double time_s = (double)tick / TICKS_PER_S;
        if (next < TURN_COUNT && tick == TURNS[next].tick) {
            emomas_observation seen = observe(&TURNS[next++], time_s);
            must(agent, emomas_step(agent, &seen, &decision));
            printf("%5.2f s  turn %u: %s", time_s, decision.turn, MOVES[decision.act]);
            if (decision.has_offer) printf(" %g", decision.offer);
            printf(", show %s at %.2f\n", EMOTIONS[decision.emotion], decision.intensity);
            over = decision.act == EMOMAS_MOVE_ACCEPT || decision.act == EMOMAS_MOVE_WALK_AWAY;
        }
        double vad[3];
        must(agent, emomas_shown_at(agent, time_s, vad));
        if (tick % (2 * TICKS_PER_S) == 0) {
            printf("%5.2f s  face: valence %+.2f arousal %+.2f dominance %+.2f\n", time_s, vad[0], vad[1], vad[2]);
        }
    }

    emomas_closing closing;
    uint8_t agreed = over && decision.act == EMOMAS_MOVE_ACCEPT;
    must(agent, emomas_close(agent, agreed, decision.offer, &closing));
    printf("%s, utility %.2f after %u turns\n", agreed ? "agreed" : "no deal", closing.utility, closing.turns);
    return emomas_destroy(agent) != EMOMAS_STATUS_OK;
}
