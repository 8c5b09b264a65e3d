#include "tests/sim/source_sim.h"

#include "ops/type.h"

#include <inttypes.h>
#include <stdio.h>

enum { MESSAGES = 256, NUMBER_MAX = 24 };

struct sender_sim sender_sim;

struct source {
    struct source_setup setup;
    struct source_counters counters;
    uint64_t lost_before; // by processes before this one
    uint32_t planned, cursor;
    bool in_batch;
    struct message messages[MESSAGES];
    char numbers[MESSAGES][NUMBER_MAX];
};

void sender_sim_send(struct port *p, uint32_t rows)
{
    struct sender_sim *s = &sender_sim;
    uint32_t taken = rows < s->room - s->waiting ? rows : s->room - s->waiting;
    s->sent += rows;
    s->lost += rows - taken;
    s->waiting += taken;
    p->class->wake(p);
}

static enum status sim_source_open(const struct source_setup *setup, struct source **out, struct error *e)
{
    (void)e;
    struct source *s = mem_zalloc(setup->memory, sizeof *s);
    s->setup = *setup;
    s->lost_before = sender_sim.lost;
    *out = s;
    return STATUS_OK;
}

static void sim_source_close(struct source *s)
{
    if (s)
        mem_free(s->setup.memory, s, sizeof *s);
}

static enum status sim_source_plan(struct source *s, int64_t *next, struct error *e)
{
    (void)e;
    *next = INT64_MAX;
    s->planned = sender_sim.waiting;
    s->cursor = 0;
    s->in_batch = s->planned > 0 || sender_sim.empty_batches;
    return s->in_batch ? STATUS_OK : STATUS_END;
}

static enum status sim_source_read(struct source *s, struct chunk *rows, struct block *out, struct error *e)
{
    (void)rows, (void)e;
    uint32_t count = 0;
    for (; count < MESSAGES && s->cursor < s->planned; count++, s->cursor++) {
        int size = snprintf(s->numbers[count], NUMBER_MAX, "%" PRIu64, sender_sim.next + s->cursor);
        s->messages[count] = (struct message){.value = {s->numbers[count], (uint32_t)size}};
    }
    *out = (struct block){.kind = BLOCK_MESSAGES, .messages = s->messages, .message_count = count, .origin = "sender"};
    return count > 0 ? STATUS_OK : STATUS_END;
}

static enum status sim_source_save(struct source *s, struct error *e)
{
    (void)s, (void)e;
    return STATUS_OK;
}

static enum status sim_source_committed(struct source *s, struct error *e)
{
    (void)e;
    if (s->in_batch) {
        sender_sim.waiting -= s->planned;
        sender_sim.next += s->planned;
        s->planned = s->cursor = 0;
    }
    s->in_batch = false;
    return STATUS_OK;
}

static const struct source_counters *sim_source_counters(const struct source *s)
{
    ((struct source *)(uintptr_t)s)->counters.lost = sender_sim.lost - s->lost_before;
    return &s->counters;
}

static const struct type *sim_source_columns(const struct options *options, struct arena *arena)
{
    (void)options;
    struct field field = {.name = SLICE("value"), .type = type_simple(TYPE_STRING), .nullable = true};
    return type_struct(arena, &field, 1);
}

static void sim_source_describe(const struct source *s, struct text *out)
{
    (void)s;
    text_string(out, "simulated");
}

const struct source_class source_sim = {
    .format = "simulated",
    .live = true,
    .decodes = true,
    .columns = sim_source_columns,
    .open = sim_source_open,
    .close = sim_source_close,
    .plan = sim_source_plan,
    .read = sim_source_read,
    .save = sim_source_save,
    .committed = sim_source_committed,
    .counters = sim_source_counters,
    .describe = sim_source_describe,
};
