/* The node as a program behind a pseudo-terminal: a device for tests and for trying things out without hardware.
 *
 *   emomas-node [--nv FILE] [--key HEX] [--no-entropy] [--deadman MS] [--auto-rearm]
 *
 * Prints one JSON object a line: first {"pty": PATH}, then every output. Reads commands from its input, as listed in
 * console.h, and ends with it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "console.h"

#define TICK_MS 2
#define SLOTS 2
#define SLOT_BYTES 32

typedef struct {
    int line;
    bool entropy;
    const char *nv_path;
    uint8_t nv[SLOTS][SLOT_BYTES];
    bool stored[SLOTS];
} board_t;

static uint32_t time_ms(void *board)
{
    struct timespec now;
    (void)board;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)now.tv_sec * 1000u + (uint32_t)(now.tv_nsec / 1000000);
}

static uint16_t read_line(void *board, uint8_t *bytes, uint16_t most)
{
    const ssize_t count = read(((board_t *)board)->line, bytes, most);
    return count > 0 ? (uint16_t)count : 0;
}

static uint16_t write_line(void *board, const uint8_t *bytes, uint16_t length)
{
    const ssize_t count = write(((board_t *)board)->line, bytes, length);
    return count > 0 ? (uint16_t)count : 0;
}

static bool entropy(void *board, uint8_t *bytes, uint8_t length)
{
    return ((board_t *)board)->entropy && getrandom(bytes, length, 0) == length;
}

static void feed(void *board) { (void)board; }

static bool nv_load(void *board, uint8_t slot, uint8_t *bytes, uint8_t length)
{
    board_t *self = board;
    if (self->stored[slot]) {
        memcpy(bytes, self->nv[slot], length);
    }
    return self->stored[slot];
}

static bool nv_store(void *board, uint8_t slot, const uint8_t *bytes, uint8_t length)
{
    board_t *self = board;
    memcpy(self->nv[slot], bytes, length);
    self->stored[slot] = true;
    if (self->nv_path == NULL) {
        return true;
    }
    FILE *file = fopen(self->nv_path, "wb");
    const bool written = file != NULL && fwrite(self->nv, sizeof self->nv, 1, file) == 1 &&
                         fwrite(self->stored, sizeof self->stored, 1, file) == 1;
    return file != NULL && fclose(file) == 0 && written;
}

static void load_file(board_t *board)
{
    FILE *file = fopen(board->nv_path, "rb");
    if (file != NULL) {
        if (fread(board->nv, sizeof board->nv, 1, file) != 1 ||
            fread(board->stored, sizeof board->stored, 1, file) != 1) {
            memset(board->stored, 0, sizeof board->stored);
        }
        fclose(file);
    }
}

void console_put(char c) { putchar(c); }

static void outputs(void *board, const emomas_output_t *output)
{
    console_output(output, time_ms(board));
    fflush(stdout);
}

static const emomas_port_t PORT = {read_line, write_line, time_ms, outputs, feed, entropy, nv_load, nv_store};

static void sleep_ms(long ms)
{
    const struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&wait, NULL);
}

/* One command; false ends the program. */
static bool obey(emomas_node_t *node, board_t *board, const emomas_config_t *config, char *line)
{
    uint32_t ms = 0;
    line[strcspn(line, "\n")] = 0;
    switch (console_obey(node, line, &ms)) {
    case CONSOLE_DONE:
        break;
    case CONSOLE_RESET:
        tcflush(board->line, TCIOFLUSH);
        emomas_node_start(node, &PORT, board, config);
        break;
    case CONSOLE_STALL:
        sleep_ms((long)ms);
        break;
    case CONSOLE_QUIT:
        return false;
    case CONSOLE_UNKNOWN:
        fprintf(stderr, "emomas-node: can't be done: %s\n", line);
        break;
    }
    return true;
}

int main(int argc, char **argv)
{
    static emomas_node_t node;
    static board_t board = {.entropy = true};
    emomas_config_t config = {
        .capabilities = EMOMAS_CAPABILITY_FACE | EMOMAS_CAPABILITY_BODY | EMOMAS_CAPABILITY_SPEAKER |
                        EMOMAS_CAPABILITY_SCREEN | EMOMAS_CAPABILITY_SENSORS | EMOMAS_CAPABILITY_INPUT,
        .uid = "posix-node",
    };
    for (int at = 1; at < argc; at++) {
        const bool more = at + 1 < argc;
        if (strcmp(argv[at], "--no-entropy") == 0) {
            board.entropy = false;
        } else if (strcmp(argv[at], "--auto-rearm") == 0) {
            config.capabilities |= EMOMAS_CAPABILITY_AUTO_REARM;
        } else if (strcmp(argv[at], "--nv") == 0 && more) {
            board.nv_path = argv[++at];
            load_file(&board);
        } else if (strcmp(argv[at], "--deadman") == 0 && more) {
            config.deadman_ms = (uint16_t)atoi(argv[++at]);
        } else if (strcmp(argv[at], "--key") == 0 && more && strlen(argv[at + 1]) == 2 * SLOT_BYTES) {
            const char *hex = argv[++at];
            for (int byte = 0; byte < SLOT_BYTES; byte++) {
                const char two[3] = {hex[2 * byte], hex[2 * byte + 1], 0};
                board.nv[EMOMAS_NV_KEY][byte] = (uint8_t)strtoul(two, NULL, 16);
            }
            board.stored[EMOMAS_NV_KEY] = true;
        } else {
            fprintf(stderr, "emomas-node: %s: unknown, or its value is missing or wrong; see boards/posix/main.c\n", argv[at]);
            return 2;
        }
    }
    char path[128];
    int other;
    struct termios raw;
    memset(&raw, 0, sizeof raw);
    cfmakeraw(&raw);
    if (openpty(&board.line, &other, path, &raw, NULL) != 0) {
        perror("emomas-node: openpty");
        return 1;
    }
    /* The other end stays open here, so that the line outlives hosts that come and go. */
    fcntl(board.line, F_SETFL, O_NONBLOCK);
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    printf("{\"pty\":\"%s\"}\n", path);
    fflush(stdout);
    emomas_node_start(&node, &PORT, &board, &config);
    char commands[1024];
    size_t filled = 0;
    for (;;) {
        struct pollfd wait[2] = {{.fd = board.line, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
        poll(wait, 2, TICK_MS);
        emomas_node_poll(&node);
        if (wait[1].revents != 0) {
            const ssize_t count = read(STDIN_FILENO, commands + filled, sizeof commands - 1 - filled);
            if (count == 0) {
                return 0;
            }
            filled += count > 0 ? (size_t)count : 0;
            commands[filled] = 0;
            char *end;
            while ((end = strchr(commands, '\n')) != NULL) {
                const size_t length = (size_t)(end - commands) + 1;
                char line[sizeof commands];
                memcpy(line, commands, length);
                line[length] = 0;
                memmove(commands, commands + length, filled - length + 1);
                filled -= length;
                if (!obey(&node, &board, &config, line)) {
                    return 0;
                }
            }
            filled = filled >= sizeof commands - 1 ? 0 : filled;
        }
    }
}
