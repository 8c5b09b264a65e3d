// Lines from a stream that wait for their batch: bytes in at one end, whole lines out at the other, within a limit.
// \n, \r and \r\n end a line, as Java's BufferedReader has it.
#ifndef HAL_SOURCE_LINE_QUEUE_H
#define HAL_SOURCE_LINE_QUEUE_H

#include "ops/memory.h"
#include "ops/slice.h"

#include <stddef.h>

struct queued_line {
    uint32_t offset, size; // in `bytes`
    int64_t arrived;       // as `now` was
};

struct line_queue {
    struct memory *memory;
    char *bytes;
    size_t used, capacity, most;
    size_t begin;   // of the line that is not whole yet
    size_t scanned; // up to here no line end was found
    struct queued_line *lines;
    uint32_t count, line_capacity;
    size_t line_limit;
    bool skipping, skip_newline;
    uint64_t oversized;
};

void line_queue_init(struct line_queue *q, struct memory *memory, size_t line_limit);
void line_queue_free(struct line_queue *q); // safe on zeroed memory
// Where more bytes go; *room 0: full, until lines are dropped. Moves the bytes.
char *line_queue_room(struct line_queue *q, size_t *room);
void line_queue_added(struct line_queue *q, size_t count, int64_t now);
void line_queue_end(struct line_queue *q, int64_t now);             // the stream ended: what is left is a line
struct slice line_queue_at(const struct line_queue *q, uint32_t i); // borrowed until the next room or drop
void line_queue_drop(struct line_queue *q, uint32_t count);         // the first lines

#endif
