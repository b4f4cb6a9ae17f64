/* The least that a board needs, to measure what the node costs: with -DWITHOUT_NODE nothing of it is called. */
#include "emomas_node.h"

static uint16_t move_in(void *board, uint8_t *bytes, uint16_t most) { return board != NULL && bytes != NULL ? most : 0; }
static uint16_t move_out(void *board, const uint8_t *bytes, uint16_t most)
{
    return board != NULL && bytes != NULL ? most : 0;
}
static uint32_t time_ms(void *board) { return board != NULL; }
static void outputs(void *board, const emomas_output_t *output) { (void)board, (void)output; }
static void watchdog(void *board) { (void)board; }
static bool entropy(void *board, uint8_t *bytes, uint8_t length) { return board != bytes && length > 0; }
static bool load(void *board, uint8_t slot, uint8_t *bytes, uint8_t length) { return board != bytes && slot < length; }
static bool store(void *board, uint8_t slot, const uint8_t *bytes, uint8_t length)
{
    return board != bytes && slot < length;
}

const emomas_port_t PORT = {move_in, move_out, time_ms, outputs, watchdog, entropy, load, store};

#ifndef WITHOUT_NODE
static emomas_node_t node;
#endif

int main(void)
{
#ifndef WITHOUT_NODE
    const emomas_config_t config = {.uid = "sizes"};
    const float values[9] = {0};
    emomas_node_start(&node, &PORT, NULL, &config);
    for (;;) {
        emomas_node_poll(&node);
        emomas_node_evidence(&node, 0, 0, values, 1, 0);
        emomas_node_input(&node, 0, 0, 0, NULL);
        emomas_node_stop(&node);
        emomas_node_release(&node);
        emomas_node_fault(&node);
    }
#endif
    return (int)(uintptr_t)&PORT;
}
