#include "hal/source/line_queue.h"

#include <assert.h>
#include <string.h>

enum { QUEUE_BYTES = 4 << 20, QUEUE_LINES = 65536, FIRST_BYTES = 16384, FIRST_LINES = 256, LEAST_ROOM = 4096 };

void line_queue_init(struct line_queue *q, struct memory *memory, size_t line_limit)
{
    size_t most = line_limit > QUEUE_BYTES / 2 ? line_limit * 2 : QUEUE_BYTES;
    *q = (struct line_queue){.memory = memory, .line_limit = line_limit, .most = most};
}

void line_queue_free(struct line_queue *q)
{
    if (q->memory == NULL)
        return;
    mem_free(q->memory, q->bytes, q->capacity);
    mem_free(q->memory, q->lines, q->line_capacity * sizeof(*q->lines));
    *q = (struct line_queue){0};
}

// Moves what is still wanted to the front.
static void close_up(struct line_queue *q)
{
    size_t from = q->count > 0 ? q->lines[0].offset : q->begin;
    if (from == 0)
        return;
    for (uint32_t i = 0; i < q->count; i++)
        q->lines[i].offset -= (uint32_t)from;
    memmove(q->bytes, q->bytes + from, q->used - from);
    q->used -= from;
    q->begin -= from;
    q->scanned -= from;
}

char *line_queue_room(struct line_queue *q, size_t *room)
{
    if (q->count == 0) // of lines that were too long
        close_up(q);
    if (q->capacity - q->used < LEAST_ROOM && q->capacity < q->most) {
        size_t more = q->capacity == 0 ? FIRST_BYTES : q->capacity * 2;
        if (more > q->most)
            more = q->most;
        q->bytes = mem_resize(q->memory, q->bytes, q->capacity, more);
        q->capacity = more;
    }
    // Each byte may be a line: no more bytes than there is room for lines.
    size_t lines = QUEUE_LINES - q->count;
    *room = q->capacity - q->used;
    if (*room > lines)
        *room = lines;
    return q->bytes + q->used;
}

static void add_line(struct line_queue *q, size_t size, int64_t now)
{
    if (q->count == q->line_capacity) {
        uint32_t more = q->line_capacity == 0 ? FIRST_LINES : q->line_capacity * 2;
        q->lines = mem_resize(q->memory, q->lines, q->line_capacity * sizeof(*q->lines), more * sizeof(*q->lines));
        q->line_capacity = more;
    }
    q->lines[q->count++] = (struct queued_line){(uint32_t)q->begin, (uint32_t)size, now};
}

// The bytes from `begin` to `end` are a line, its end not counted.
static void end_line(struct line_queue *q, size_t end, int64_t now)
{
    if (q->skipping || end - q->begin > q->line_limit)
        q->oversized++;
    else
        add_line(q, end - q->begin, now);
    q->skipping = false;
}

void line_queue_added(struct line_queue *q, size_t count, int64_t now)
{
    assert(count <= q->capacity - q->used);
    q->used += count;
    for (size_t i = q->scanned; i < q->used; i++) {
        char c = q->bytes[i];
        if (q->skip_newline && c == '\n') {
            q->begin = i + 1;
        } else if (c == '\n' || c == '\r') {
            end_line(q, i, now);
            q->begin = i + 1;
        }
        q->skip_newline = c == '\r';
    }
    if (q->skipping || q->used - q->begin > q->line_limit) {
        q->skipping = true;
        q->used = q->begin;
    }
    q->scanned = q->used;
}

void line_queue_end(struct line_queue *q, int64_t now)
{
    if (q->used > q->begin || q->skipping)
        end_line(q, q->used, now);
    q->begin = q->scanned = q->used;
    q->skip_newline = false;
}

struct slice line_queue_at(const struct line_queue *q, uint32_t i)
{
    assert(i < q->count);
    return (struct slice){q->bytes + q->lines[i].offset, q->lines[i].size};
}

void line_queue_drop(struct line_queue *q, uint32_t count)
{
    assert(count <= q->count);
    q->count -= count;
    if (count > 0 && q->count > 0)
        memmove(q->lines, q->lines + count, q->count * sizeof(*q->lines));
    close_up(q);
}
