/* The node on a Cortex-M3, for the emulated evaluation board of the LM3S6965:
 *
 *   qemu-system-arm -M lm3s6965evb -display none -monitor none -semihosting -kernel lm3s6965.elf -serial pty -serial stdio
 *
 * UART0 is the line to the host, UART1 the console (console.h). QEMU emulates no flash that can be written and no source of
 * entropy, so non-volatile storage is the file emomas-node.nv in QEMU's folder, and the boot nonce is a counter in it.
 */
#include <string.h>

#include "console.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define CLOCK_HZ 12500000u /* as QEMU starts it */
#define SYSTICK_CONTROL REGISTER(0xE000E010)
#define SYSTICK_RELOAD REGISTER(0xE000E014)
#define INTERRUPT_ENABLE REGISTER(0xE000E100)
#define RESET_CONTROL REGISTER(0xE000ED0C)
#define RESET_CAUSE REGISTER(0x400FE05C)
#define CLOCK_GATES_0 REGISTER(0x400FE100)
#define CLOCK_GATES_1 REGISTER(0x400FE104)
#define UART0 0x4000C000u
#define UART1 0x4000D000u
#define UART_DATA(uart) REGISTER((uart) + 0x00)
#define UART_FLAGS(uart) REGISTER((uart) + 0x18)
#define UART_LINE(uart) REGISTER((uart) + 0x2C)
#define UART_CONTROL(uart) REGISTER((uart) + 0x30)
#define UART_INTERRUPTS(uart) REGISTER((uart) + 0x38)
#define UART_CLEAR(uart) REGISTER((uart) + 0x44)
#define RECEIVER_EMPTY (1u << 4)
#define TRANSMITTER_FULL (1u << 5)
#define RECEIVED (1u << 4 | 1u << 6) /* FIFO filled, or quiet for a while */
#define WATCHDOG_LOAD REGISTER(0x40000000)
#define WATCHDOG_CONTROL REGISTER(0x40000008)
#define WATCHDOG_CLEAR REGISTER(0x4000000C)
#define WATCHDOG_MS 1000u /* the second half without a feed resets */

typedef struct {
    volatile uint16_t head, tail;
    uint16_t size;
    uint8_t *bytes;
} ring_t;

static uint8_t line_bytes[512], commands_bytes[256], console_bytes[2048];
static ring_t line_in = {.size = sizeof line_bytes, .bytes = line_bytes};
static ring_t commands_in = {.size = sizeof commands_bytes, .bytes = commands_bytes};
static ring_t console_out = {.size = sizeof console_bytes, .bytes = console_bytes};
static volatile uint32_t milliseconds;

/* QEMU doesn't tell why it has reset; memory that no reset clears does. */
#define RUNNING 0x52554E21u
static uint32_t was __attribute__((section(".noinit")));

/* What doesn't fit is lost: a frame then fails its checksum, and is sent again. */
static void push(ring_t *ring, uint8_t byte)
{
    const uint16_t next = (uint16_t)((ring->head + 1) % ring->size);
    if (next != ring->tail) {
        ring->bytes[ring->head] = byte;
        ring->head = next;
    }
}

static bool pop(ring_t *ring, uint8_t *byte)
{
    if (ring->tail == ring->head) {
        return false;
    }
    *byte = ring->bytes[ring->tail];
    ring->tail = (uint16_t)((ring->tail + 1) % ring->size);
    return true;
}

static void drain(uint32_t uart, ring_t *ring)
{
    UART_CLEAR(uart) = RECEIVED;
    while ((UART_FLAGS(uart) & RECEIVER_EMPTY) == 0) {
        push(ring, (uint8_t)UART_DATA(uart));
    }
}

static void on_uart0(void) { drain(UART0, &line_in); }
static void on_uart1(void) { drain(UART1, &commands_in); }
static void on_tick(void) { milliseconds++; }

/* The port */

static uint16_t read_line(void *board, uint8_t *bytes, uint16_t most)
{
    uint16_t count = 0;
    (void)board;
    while (count < most && pop(&line_in, &bytes[count])) {
        count++;
    }
    return count;
}

static uint16_t write_line(void *board, const uint8_t *bytes, uint16_t length)
{
    uint16_t count = 0;
    (void)board;
    while (count < length && (UART_FLAGS(UART0) & TRANSMITTER_FULL) == 0) {
        UART_DATA(UART0) = bytes[count++];
    }
    return count;
}

static uint32_t time_ms(void *board)
{
    (void)board;
    return milliseconds;
}

void console_put(char c) { push(&console_out, (uint8_t)c); }

static void outputs(void *board, const emomas_output_t *output)
{
    (void)board;
    console_output(output, milliseconds);
}

static void feed(void *board)
{
    (void)board;
    WATCHDOG_CLEAR = 1;
}

static bool no_entropy(void *board, uint8_t *bytes, uint8_t length)
{
    (void)board, (void)bytes, (void)length;
    return false;
}

/* Files of the emulator's host: open, close, write, read, seek of Arm's semihosting. */
enum { SYS_OPEN = 1, SYS_CLOSE = 2, SYS_WRITE = 5, SYS_READ = 6, SYS_SEEK = 10 };
enum { MODE_READ = 1, MODE_UPDATE = 3, MODE_CREATE = 7 };
#define SLOT_BYTES 33 /* whether it is stored, and 32 bytes */

static int32_t host_call(uint32_t operation, const void *arguments)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = arguments;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return (int32_t)r0;
}

static int32_t nv_open(uint32_t mode)
{
    static const char NAME[] = "emomas-node.nv";
    const uint32_t arguments[] = {(uint32_t)NAME, mode, sizeof NAME - 1};
    return host_call(SYS_OPEN, arguments);
}

/* One slot moved between a file and memory; 0 from the host means all of it. */
static bool nv_move(uint32_t operation, int32_t file, uint8_t slot, void *bytes)
{
    const uint32_t place[] = {(uint32_t)file, slot * SLOT_BYTES};
    const uint32_t moved[] = {(uint32_t)file, (uint32_t)bytes, SLOT_BYTES};
    return host_call(SYS_SEEK, place) == 0 && host_call(operation, moved) == 0;
}

static bool nv_load(void *board, uint8_t slot, uint8_t *bytes, uint8_t length)
{
    uint8_t stored[SLOT_BYTES];
    const int32_t file = nv_open(MODE_READ);
    (void)board;
    if (file == -1) {
        return false;
    }
    const bool read = nv_move(SYS_READ, file, slot, stored) && stored[0] == 1;
    const uint32_t close[] = {(uint32_t)file};
    host_call(SYS_CLOSE, close);
    if (read) {
        memcpy(bytes, stored + 1, length);
    }
    return read;
}

static bool nv_store(void *board, uint8_t slot, const uint8_t *bytes, uint8_t length)
{
    uint8_t stored[SLOT_BYTES] = {1};
    int32_t file = nv_open(MODE_UPDATE);
    (void)board;
    file = file == -1 ? nv_open(MODE_CREATE) : file;
    if (file == -1) {
        return false;
    }
    memcpy(stored + 1, bytes, length);
    const bool written = nv_move(SYS_WRITE, file, slot, stored);
    const uint32_t close[] = {(uint32_t)file};
    return host_call(SYS_CLOSE, close) == 0 && written;
}

static const emomas_port_t PORT = {read_line, write_line, time_ms, outputs, feed, no_entropy, nv_load, nv_store};

static void start_uart(uint32_t uart)
{
    UART_LINE(uart) = 3u << 5 | 1u << 4; /* eight bits, FIFOs */
    UART_INTERRUPTS(uart) = RECEIVED;
    UART_CONTROL(uart) = 1u | 1u << 8 | 1u << 9;
}

static void take_commands(emomas_node_t *node)
{
    static char line[160];
    static uint8_t length;
    uint8_t byte;
    uint32_t ms = 0;
    while (pop(&commands_in, &byte)) {
        if (byte != '\n') {
            line[length] = (char)byte;
            length = (uint8_t)(length + (length < sizeof line - 1));
            continue;
        }
        line[length] = 0;
        length = 0;
        switch (console_obey(node, line, &ms)) {
        case CONSOLE_RESET:
            was = 0;
            RESET_CONTROL = 0x05FA0004;
            break;
        case CONSOLE_STALL:
            for (const uint32_t start = milliseconds; milliseconds - start < ms;) {
            }
            break;
        case CONSOLE_UNKNOWN:
            console_print("{\"out\":\"unknown\"}\n");
            break;
        default:
            break;
        }
    }
}

static void say_what_waits(void)
{
    uint8_t byte;
    while ((UART_FLAGS(UART1) & TRANSMITTER_FULL) == 0 && pop(&console_out, &byte)) {
        UART_DATA(UART1) = byte;
    }
}

int main(void)
{
    static emomas_node_t node;
    const emomas_config_t config = {
        .capabilities = EMOMAS_CAPABILITY_FACE | EMOMAS_CAPABILITY_BODY | EMOMAS_CAPABILITY_SPEAKER |
                        EMOMAS_CAPABILITY_SCREEN | EMOMAS_CAPABILITY_SENSORS | EMOMAS_CAPABILITY_INPUT |
                        EMOMAS_CAPABILITY_AUTO_REARM,
        .uid = "lm3s6965",
        .watchdog = was == RUNNING || (RESET_CAUSE & 1u << 3) != 0,
    };
    CLOCK_GATES_0 |= 1u << 3;
    CLOCK_GATES_1 |= 3u;
    start_uart(UART0);
    start_uart(UART1);
    INTERRUPT_ENABLE = 1u << 5 | 1u << 6;
    SYSTICK_RELOAD = CLOCK_HZ / 1000 - 1;
    SYSTICK_CONTROL = 7;
    WATCHDOG_LOAD = CLOCK_HZ / 1000 * (WATCHDOG_MS / 2);
    WATCHDOG_CONTROL = 3;
    console_print("{\"out\":\"boot\"}\n");
    emomas_node_start(&node, &PORT, NULL, &config);
    was = RUNNING;
    for (;;) {
        emomas_node_poll(&node);
        take_commands(&node);
        say_what_waits();
        __asm__ volatile("wfi");
    }
}

/* Start of the program */

extern uint32_t _stack_top, _data, _data_end, _data_load, _bss, _bss_end;

void reset(void)
{
    memcpy(&_data, &_data_load, (size_t)((char *)&_data_end - (char *)&_data));
    memset(&_bss, 0, (size_t)((char *)&_bss_end - (char *)&_bss));
    main();
}

/* A fault stops the feeding of the watchdog, which resets. */
static void fault(void)
{
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static void (*const VECTORS[16 + 7])(void) = {
    [0] = (void (*)(void)) & _stack_top, [1] = reset,        [2] = fault,         [3] = fault,
    [4] = fault,                         [5] = fault,        [6] = fault,         [15] = on_tick,
    [16 + 5] = on_uart0,                 [16 + 6] = on_uart1,
};
