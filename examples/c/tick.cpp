// The controller of tick.c in C++: an agent whose memory is part of the object, and errors as exceptions.
//
//     tick_cpp SCENARIO.toml
#include <emomas.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

class Agent {
public:
    explicit Agent(const std::string &scenario, std::uint64_t seed) {
        std::array<char, 256> text;
        if (emomas_create(memory_, sizeof memory_, scenario.data(), scenario.size(), seed, nullptr, &agent_,
                          text.data(), text.size()) != EMOMAS_STATUS_OK) {
            throw std::invalid_argument(text.data());
        }
    }
    ~Agent() { emomas_destroy(agent_); }
    Agent(const Agent &) = delete;    // the handle points into the object
    Agent &operator=(const Agent &) = delete;

    emomas_decision step(const emomas_observation &observation) {
        emomas_decision decision;
        must(emomas_step(agent_, &observation, &decision));
        return decision;
    }

    std::array<double, 3> shown_at(double time_s) {
        std::array<double, 3> vad;
        must(emomas_shown_at(agent_, time_s, vad.data()));
        return vad;
    }

    emomas_closing close(const double *deal) {
        emomas_closing closing;
        must(emomas_close(agent_, deal != nullptr, deal ? *deal : 0, &closing));
        return closing;
    }

private:
    void must(emomas_status status) {
        std::array<char, 256> text;
        if (status != EMOMAS_STATUS_OK) {
            emomas_last_error(agent_, text.data(), text.size());
            throw std::runtime_error(text.data());
        }
    }

    alignas(EMOMAS_ALIGN_BYTES) unsigned char memory_[EMOMAS_SIZE_BYTES];
    emomas_agent *agent_;
};

int main(int argc, char **argv) try {
    std::ifstream file(argc == 2 ? argv[1] : "");
    if (!file) throw std::invalid_argument("usage: tick_cpp SCENARIO.toml");
    static Agent agent(std::string(std::istreambuf_iterator<char>(file), {}), 7);

    // Every nine seconds the person says something sad and names a shorter time.
    emomas_observation seen{};
    double offer_days = 120;
    for (int tick = 0; tick < 6000; tick++) {
        const double time_s = tick / 100.0;
        if (tick % 900 == 0) {
            seen.time_s = time_s;
            const emomas_decision decision = agent.step(seen);
            std::printf("%5.2f s  turn %u: move %u, show emotion %u\n", time_s, decision.turn, decision.act,
                        decision.emotion);
            if (decision.act == EMOMAS_MOVE_ACCEPT) {
                std::printf("agreed on %g, utility %.2f\n", decision.offer, agent.close(&decision.offer).utility);
                return 0;
            }
            seen.act = EMOMAS_ACT_TALK;
            seen.has_offer = 1;
            seen.offer = offer_days;
            seen.evidence_count = 1;
            seen.evidence[0] = {{0.1, 1, 0.2, 0.4, 0.1, 0.1, 0.3}, {}, {}, 0, 0.9, EMOMAS_EVIDENCE_KIND_LIKELIHOOD, 0};
            offer_days -= 20;
        }
        const auto [valence, arousal, dominance] = agent.shown_at(time_s);
        if (tick % 200 == 0) {
            std::printf("%5.2f s  face: %+.2f %+.2f %+.2f\n", time_s, valence, arousal, dominance);
        }
    }
    std::printf("no deal, utility %.2f\n", agent.close(nullptr).utility);
    return 0;
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
