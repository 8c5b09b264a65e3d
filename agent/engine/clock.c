// Clock trust: rows that get their time from this machine are not read before its clock can be right. docs/pipeline.md,
// limits.
#include "agent/engine/inside.h"

#include "agent/engine/reader.h"

#include <inttypes.h>

enum {
    LOOK_AGAIN = MICROS_PER_SECOND,
    SAID_WAITS = 1,
    SAID_WRONG = 2,
};

// 2024-01-01T00:00:00Z: this program is younger.
#define PROGRAM_MADE INT64_C(1704067200000000)

bool clock_needed(const struct engine *g)
{
    uint32_t count;
    const struct plan_read *reads = plan_reads(g->plan, &count);
    for (uint32_t i = 0; i < count; i++) {
        enum source_clock has = g->setup.pipeline->sources[reads[i].source].class->clock;
        if (has == CLOCK_ROWS || (has == CLOCK_TIMESTAMP && reader_wants_timestamp(g->reader[i])))
            return true;
    }
    return false;
}

static void say_waiting(struct engine *g, bool wrong)
{
    unsigned what = wrong ? SAID_WRONG : SAID_WAITS;
    if (g->clock.said & what)
        return;
    g->clock.said |= what;
    if (wrong)
        log_say(g->setup.log, LOG_LEVEL_WARNING,
                "the clock is behind %s, so it is wrong: rows that get its time wait until it is synchronised",
                g->clock.floor > PROGRAM_MADE ? "the last commit" : "the year this program was made in");
    else
        log_say(g->setup.log, LOG_LEVEL_INFO,
                "the clock is not synchronised: rows that get its time wait for that, %" PRId64
                " seconds at most (limits.clockWait)",
                g->setup.pipeline->limits.clock_wait / MICROS_PER_SECOND);
}

// Whether what the sources have may be read. *next: monotonic time of the next look at the clock. Fails a run that is
// to end by itself and has waited long enough.
enum status clock_look(struct engine *g, int64_t *next, struct error *e)
{
    struct port *port = g->setup.port;
    struct clock_trust *c = &g->clock;
    if (c->trusted)
        return STATUS_OK;
    int64_t now = port->class->monotonic(port), wait = g->setup.pipeline->limits.clock_wait;
    if (c->since == 0) {
        c->since = now;
        c->floor = g->position.any && g->position.committed_at > PROGRAM_MADE ? g->position.committed_at : PROGRAM_MADE;
    }
    bool wrong = port->class->wall(port) < c->floor, over = now - c->since >= wait;
    c->trusted = (over && !wrong) || port->class->synchronised(port);
    if (c->trusted && c->said)
        log_say(g->setup.log, LOG_LEVEL_INFO, "the clock is trusted now%s", over ? "" : ": it is synchronised");
    if (c->trusted)
        return STATUS_OK;
    say_waiting(g, wrong);
    if (trigger_is_bounded(&g->trigger) && now - c->since >= wait + FULL_PATIENCE)
        return error_set(e, STATUS_FAILED, "the clock is wrong and nobody sets it, so this run ends; nothing is lost");
    *next = now + LOOK_AGAIN;
    return STATUS_AGAIN;
}
