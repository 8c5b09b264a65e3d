// The outbox in the engine's loop: served between batches, drained at the end of a bounded run.
#include "agent/engine/inside.h"
#include "ops/datetime.h"

enum { SAY_EVERY = 60 * MICROS_PER_SECOND };

// A commit without a batch. `resent`: of dead letters that go into the log again with it; NULL: none do.
static enum status commit_between(struct engine *g, uint64_t *resent, bool *more, struct error *e)
{
    enum status s = outbox_prepare(g->outbox, false, 0, e);
    if (s == STATUS_OK && resent)
        s = outbox_resend(g->outbox, resent, more, e);
    if (s == STATUS_OK)
        s = store_commit(g->store, &g->position, (struct slice){0}, e);
    if (s == STATUS_OK) {
        outbox_committed(g->outbox);
        return STATUS_OK;
    }
    outbox_abandoned(g->outbox);
    store_rollback(g->store);
    return s;
}

// What the sinks have to tell is recorded by the next batch's commit; where none comes, by one of its own.
enum status deliver_commit(struct engine *g, struct error *e)
{
    return commit_between(g, NULL, NULL, e);
}

enum status deliver_resend(struct engine *g, uint64_t *count, struct error *e)
{
    enum status s = STATUS_OK;
    *count = 0;
    for (bool more = true; s == STATUS_OK && more;) {
        uint64_t page = 0;
        s = commit_between(g, &page, &more, e);
        *count += s == STATUS_OK ? page : 0;
    }
    return s;
}

enum status deliver(struct engine *g, int64_t *next, struct error *e)
{
    int64_t callers;
    enum status s = control_serve(g->control, g, &callers, e);
    if (s == STATUS_OK)
        s = outbox_turn(g->outbox, next, e);
    *next = s == STATUS_OK && callers < *next ? callers : *next;
    if (s != STATUS_OK || !outbox_commit_due(g->outbox))
        return s;
    int64_t now = g->setup.port->class->monotonic(g->setup.port);
    s = deliver_commit(g, e);
    *next = s == STATUS_FULL ? now + FULL_PAUSE : now;
    return s == STATUS_FULL ? STATUS_OK : s; // what has arrived is known; it is recorded when there is room
}

// What came in between two triggers is taken, so that the peers go on.
static int64_t tend_sources(struct engine *g)
{
    int64_t next = INT64_MAX;
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++) {
        const struct source_class *class = g->intake[i] ? intake_class(g->intake[i]) : NULL;
        int64_t again = class && class->tend ? class->tend(intake_source(g->intake[i])) : INT64_MAX;
        next = again < next ? again : next;
    }
    return next;
}

enum status deliver_until(struct engine *g, int64_t until, bool (*early)(const struct engine *g), struct error *e)
{
    struct port *port = g->setup.port;
    while (!g->stop && !(early && early(g))) {
        int64_t next, sources = tend_sources(g);
        enum status s = deliver(g, &next, e);
        next = sources < next ? sources : next;
        if (s == STATUS_OK)
            s = port->class->wait(port, next < until ? next : until, e);
        if (s != STATUS_OK && s != STATUS_END)
            return s;
        if (port->class->monotonic(port) >= until)
            return STATUS_OK;
    }
    return STATUS_OK;
}

enum status deliver_all(struct engine *g, struct error *e)
{
    struct port *port = g->setup.port;
    int64_t next, say = port->class->monotonic(port);
    while (!g->stop) {
        enum status s = deliver(g, &next, e);
        if (s != STATUS_OK || outbox_waiting(g->outbox) == 0)
            return s;
        int64_t now = port->class->monotonic(port);
        if (now >= say) {
            outbox_say_waiting(g->outbox);
            say = now + SAY_EVERY;
        }
        s = port->class->wait(port, next < say ? next : say, e);
        if (s != STATUS_OK && s != STATUS_END)
            return s;
    }
    return STATUS_OK;
}

bool deliver_blocked(struct engine *g)
{
    bool blocked = outbox_blocks(g->outbox);
    if (blocked != g->blocked)
        log_say(g->setup.log, LOG_LEVEL_WARNING,
                blocked ? "the outbox is full (limits.outbox): nothing new is read until it has room"
                        : "the outbox has room again: reading goes on");
    g->blocked = blocked;
    return blocked;
}
