/* A board's console for people and tests: outputs go out as JSON lines, commands come in as text lines.
 *
 *   press N | release N | touch N | text WORDS | stop | unstop | fault | reset | stall MS | quit |
 *   sensor N READING (0 to 1023) | evidence CHANNEL FORM QUALITY AGE_MS V V V ... (seven or nine values)
 *
 * No printf and no scanf: on a microcontroller they cost more than the node, and a heap.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "emomas_node.h"

typedef enum { CONSOLE_DONE, CONSOLE_RESET, CONSOLE_STALL, CONSOLE_QUIT, CONSOLE_UNKNOWN } console_order_t;

void console_put(char c); /* the board's; must not wait */

void console_print(const char *text);

void console_output(const emomas_output_t *output, uint32_t now_ms);

/* Carries out a line, or says what the board must do itself; `ms` is set with CONSOLE_STALL. */
console_order_t console_obey(emomas_node_t *node, const char *line, uint32_t *ms);

#endif
