#include "agent/engine/inside.h"

#include <assert.h>
#include <inttypes.h>

enum { STORE_PAGE = 4096 };

void engine_stop(struct engine *g)
{
    g->stop = 1;
    g->setup.port->class->wake(g->setup.port);
}

// ---------------------------------------------------------------- a batch

// Asks every source what there is. *next: monotonic time of the next look.
static enum status look(struct engine *g, bool *any, int64_t *next, struct error *e)
{
    *any = g->asking = false;
    *next = INT64_MAX;
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++) {
        if (!g->intake[i])
            continue;
        int64_t again = INT64_MAX;
        enum status s = intake_class(g->intake[i])->plan(intake_source(g->intake[i]), &again, e);
        if (s != STATUS_OK && s != STATUS_END && s != STATUS_AGAIN)
            return s;
        *any = *any || s == STATUS_OK;
        g->asking = g->asking || s == STATUS_AGAIN;
        *next = again < *next ? again : *next;
    }
    return STATUS_OK;
}

// Each step for every source that takes part.
static enum status each_source(struct engine *g, bool after_commit, struct error *e)
{
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++) {
        if (!g->intake[i])
            continue;
        const struct source_class *class = intake_class(g->intake[i]);
        enum status s = (after_commit ? class->committed : class->save)(intake_source(g->intake[i]), e);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

static enum status run_operators(struct engine *g, const struct batch *batch, struct error *e)
{
    enum status s = plan_open_batch(&g->run, &g->collector.op, batch, e);
    if (s == STATUS_OK)
        s = op_open(&g->late.op, batch, e);
    for (uint32_t i = 0; s == STATUS_OK && i < g->setup.pipeline->source_count; i++)
        if (g->intake[i])
            s = intake_run(g->intake[i], e);
    return s == STATUS_OK ? plan_close_batch(&g->run, &g->collector.op, e) : s;
}

// What the watermarks of a clock asked for, in this batch or before, and their source. false: there is none. A source
// that the query names twice has one clock: the greatest counts (Spark: both are the same EventTimeWatermark node).
static bool watermark_asked(const struct engine *g, uint32_t clock, int64_t *asked, uint32_t *source)
{
    bool any = false;
    *asked = g->asked[clock];
    for (uint32_t i = 0; i < g->run.watermark_count; i++) {
        if (g->run.watermark[i].clock != clock)
            continue;
        int64_t now = watermark_proposal(g->run.watermark[i].op);
        *asked = now > *asked ? now : *asked;
        *source = g->run.watermark[i].source;
        any = true;
    }
    return any;
}

// When a source that stays silent no longer holds the watermark (monotonic time).
static int64_t idle_from(const struct engine *g, uint32_t source)
{
    int64_t timeout = g->setup.pipeline->sources[source].idle_timeout;
    return g->heard[source] > INT64_MAX - timeout ? INT64_MAX : g->heard[source] + timeout;
}

// The watermark that the next batch will have: never back, the least of the clocks' or the greatest
// (MultipleWatermarkPolicy).
static int64_t next_watermark(const struct engine *g)
{
    bool greatest = g->setup.pipeline->greatest_watermark, any = false;
    int64_t now = g->position.watermark, chosen = 0, asked;
    int64_t time = g->setup.port->class->monotonic(g->setup.port);
    uint32_t source;
    for (uint32_t i = 0; i < plan_clocks(g->plan); i++) {
        if (!watermark_asked(g, i, &asked, &source) || (!greatest && time >= idle_from(g, source)))
            continue;
        if (!any || (greatest ? asked > chosen : asked < chosen))
            chosen = asked;
        any = true;
    }
    return any && chosen > now ? chosen : now;
}

// Does the watermark move because a source has been silent for long enough? *next: when one will have been.
static bool idle_due(const struct engine *g, int64_t *next)
{
    int64_t clock = g->setup.port->class->monotonic(g->setup.port);
    for (uint32_t i = 0; plan_is_stateful(g->plan) && i < g->run.watermark_count; i++) {
        int64_t from = idle_from(g, g->run.watermark[i].source);
        *next = from > clock && from < *next ? from : *next;
    }
    return plan_is_stateful(g->plan) && next_watermark(g) > g->position.watermark;
}

static void note_heard(struct engine *g)
{
    for (uint32_t i = 0; i < g->run.watermark_count; i++)
        if (watermark_proposal(g->run.watermark[i].op) != INT64_MIN)
            g->heard[g->run.watermark[i].source] = g->setup.port->class->monotonic(g->setup.port);
}

static struct counts_nodes nodes(struct engine *g)
{
    return (struct counts_nodes){.run = &g->run, .root = &g->collector.op, .reader = g->reader, .readers = g->readers};
}

// What was counted since the start.
static struct engine_progress measure(const struct engine *g)
{
    struct engine_progress p = {.batch = 0};
    uint32_t count;
    const struct plan_read *reads = plan_reads(g->plan, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct reader_counters c = reader_counters(g->reader[i]);
        p.rows_in += reads[i].is_static ? 0 : c.delivered;
        p.rejected += reads[i].is_static ? 0 : c.rejected;
    }
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++)
        if (g->intake[i])
            p.behind += intake_class(g->intake[i])->counters(intake_source(g->intake[i]))->waiting;
    for (uint32_t i = 0; i < g->run.all_count; i++)
        p.late += g->run.all[i]->counters.late;
    for (uint32_t i = 0; i < g->state_count; i++)
        p.state_rows += state_count(g->states[i]);
    return p;
}

// What is counted between two batches (a line too long to be taken) belongs to the second.
static struct engine_progress progress_of(const struct engine *g, const struct batch *batch, int64_t began)
{
    struct engine_progress p = measure(g);
    p.rows_in -= g->before.rows_in;
    p.rejected -= g->before.rejected;
    p.late -= g->before.late;
    p.batch = batch->id;
    p.rows_out = g->collector.rows;
    p.started = batch->now;
    p.took = g->setup.port->class->monotonic(g->setup.port) - began;
    p.watermark = batch->has_watermark ? batch->watermark_evict : INT64_MIN;
    return p;
}

// A rollback takes the fingerprint too, so it is put with each batch until one is committed.
static enum status put_fingerprint(struct engine *g, struct error *e)
{
    if (!g->fingerprint_due)
        return STATUS_OK;
    text_clear(&g->scratch);
    plan_fingerprint(g->plan, &g->scratch);
    return store_meta_put(g->store, "fingerprint", text_view(&g->scratch), e);
}

static enum status try_commit(struct engine *g, const struct batch *batch, const struct engine_progress *p,
                              struct error *e)
{
    int64_t next = next_watermark(g);
    struct store_position position = {
        .any = true,
        .batch = batch->id,
        .watermark = next,
        .watermark_late = batch->watermark_evict,
        .watermark_moved = next > batch->watermark_evict,
        .committed_at = g->setup.port->class->wall(g->setup.port),
        .next_seq = g->position.next_seq + g->collector.rows,
    };
    enum status s = put_fingerprint(g, e);
    if (s != STATUS_OK)
        return s;
    text_clear(&g->scratch);
    text_printf(&g->scratch,
                "{\"batch\":%" PRId64 ",\"in\":%" PRIu64 ",\"out\":%" PRIu64 ",\"late\":%" PRIu64
                ",\"rejected\":%" PRIu64 ",\"took\":%" PRId64 "}",
                p->batch, p->rows_in, p->rows_out, p->late, p->rejected, p->took);
    s = outbox_prepare(g->outbox, true, g->collector.rows, e);
    if (s == STATUS_OK)
        s = store_commit(g->store, &position, text_view(&g->scratch), e);
    if (s == STATUS_OK)
        g->position = position;
    return s;
}

// What a source could not take, told with the batch that came instead.
static void tell_lost(struct engine *g)
{
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++) {
        if (!g->intake[i])
            continue;
        uint64_t lost = intake_class(g->intake[i])->counters(intake_source(g->intake[i]))->lost,
                 more = lost - g->lost[i];
        if (more == 0)
            continue;
        struct slice name = g->setup.pipeline->sources[i].name;
        log_say(g->setup.log, LOG_LEVEL_WARNING,
                "source %.*s: %" PRIu64
                " rows came faster than they could be taken, and are lost; a gap record says so",
                (int)name.size, name.data, more);
        outbox_lost(g->outbox, i, more);
        g->lost[i] = lost;
    }
}

static void note_commit(struct engine *g)
{
    g->no_data_due =
        g->setup.pipeline->no_data_batches && plan_wants_no_data_batch(g->plan) && g->position.watermark_moved;
    uint32_t source;
    for (uint32_t i = 0; i < plan_clocks(g->plan); i++)
        watermark_asked(g, i, &g->asked[i], &source);
    outbox_committed(g->outbox);
    g->fingerprint_due = false;
    g->committed = true;
    g->before = measure(g);
}

// The batch has not been: sinks print nothing of it, sources will plan it again.
static void give_up(struct engine *g)
{
    collector_abandon(&g->collector);
    collector_abandon(&g->late);
    outbox_abandoned(g->outbox);
    store_rollback(g->store);
    struct counts_nodes all = nodes(g);
    counts_take_back(&g->counts, &all);
}

// What follows a commit; tried again where there was no room for it.
static enum status finish(struct engine *g, struct error *e)
{
    enum status s = collector_finish(&g->collector, e);
    if (s == STATUS_OK)
        s = collector_finish(&g->late, e);
    if (s == STATUS_OK)
        s = each_source(g, true, e);
    if (s == STATUS_OK)
        g->committed = false;
    return s;
}

// ---------------------------------------------------------------- no room

// A source whose sender waits for a commit does not wait for the trigger.
static bool urgent(const struct engine *g)
{
    for (uint32_t i = 0; !g->blocked && !g->untimed && i < g->setup.pipeline->source_count; i++)
        if (g->intake[i] && intake_class(g->intake[i])->urgent &&
            intake_class(g->intake[i])->urgent(intake_source(g->intake[i])))
            return true;
    return false;
}

static enum status wait_until(struct engine *g, int64_t until, struct error *e)
{
    while (!g->stop) {
        enum status s = g->setup.port->class->wait(g->setup.port, until, e);
        if (s == STATUS_END)
            return STATUS_OK;
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

// No room is not the end: what was committed is safe, what was not is asked for again.
static void say_full(struct engine *g, const struct error *e)
{
    if (!g->full)
        log_say(g->setup.log, LOG_LEVEL_ERROR, "%s; waiting for room, nothing is lost", e->text);
    if (!g->full)
        g->full_since = g->setup.port->class->monotonic(g->setup.port);
    g->full = true;
}

// Somebody waits for the end of a bounded run: it waits for room for a while only.
static bool out_of_patience(const struct engine *g)
{
    return trigger_is_bounded(&g->trigger) &&
           g->setup.port->class->monotonic(g->setup.port) - g->full_since >= FULL_PATIENCE;
}

static int64_t full_pause(const struct engine *g)
{
    return g->setup.port->class->monotonic(g->setup.port) + FULL_PAUSE;
}

// What was prepared is not made again: a batch that a sink has printed is printed once.
static enum status commit(struct engine *g, const struct batch *batch, const struct engine_progress *p, struct error *e)
{
    for (;;) {
        enum status s = try_commit(g, batch, p, e);
        if (s == STATUS_OK)
            note_commit(g);
        if (s != STATUS_FULL || g->stop)
            return s;
        say_full(g, e);
        if (out_of_patience(g))
            return s;
        s = wait_until(g, full_pause(g), e);
        if (s != STATUS_OK)
            return s;
    }
}

// ---------------------------------------------------------------- the loop

// The one thing that limits.memory does not bound: LMDB holds the pages that a transaction changes, a page a key at
// most. (There are no more pages than the file has, and than the changed entries fill anew.)
static void say_over_limit(const struct engine *g, int64_t batch)
{
    const struct store_counters *c = store_counters(g->store);
    uint64_t pages = c->dirty_keys * STORE_PAGE, most = c->map_used + 2 * (uint64_t)c->cache_bytes;
    uint64_t wanted = g->memory->used + (pages < most ? pages : most);
    uint64_t limit = (uint64_t)g->setup.pipeline->limits.memory;
    if (wanted > limit)
        log_say(g->setup.log, LOG_LEVEL_WARNING,
                "batch %" PRId64 " changes more at once than limits.memory (%" PRIu64
                " MB) holds: its commit takes up to %" PRIu64 " MB",
                batch, limit >> 20, wanted >> 20);
}

static enum status prepare_sinks(struct engine *g, struct error *e)
{
    enum status s = STATUS_OK;
    for (unsigned direct = 0; s == STATUS_OK && direct < 2; direct++) {
        s = collector_prepare(&g->late, direct, e);
        if (s == STATUS_OK)
            s = collector_prepare(&g->collector, direct, e);
    }
    return s;
}

// Everything up to the commit.
static enum status prepare_batch(struct engine *g, const struct batch *batch, struct error *e)
{
    enum status s = run_operators(g, batch, e);
    note_heard(g);
    if (s == STATUS_OK)
        s = each_source(g, false, e);
    if (s == STATUS_OK)
        s = prepare_sinks(g, e);
    return s;
}

static enum status run_batch(struct engine *g, struct error *e)
{
    struct port *port = g->setup.port;
    struct batch batch = {
        .id = g->position.any ? g->position.batch + 1 : 0,
        .now = port->class->wall(port),
        .watermark_late = g->position.watermark_late,
        .watermark_evict = g->position.watermark,
        .has_watermark = g->run.watermark_count > 0,
    };
    g->session.now = batch.now;
    g->session.batch_id = batch.id;
    g->collector.who.first_seq = g->position.next_seq;
    int64_t began = port->class->monotonic(port);
    struct counts_nodes all = nodes(g);
    counts_keep(&g->counts, &all);
    struct engine_progress done = {.batch = batch.id};
    enum status s = prepare_batch(g, &batch, e);
    if (s == STATUS_OK) {
        assert(counts_hold(&all));
        done = progress_of(g, &batch, began);
        say_over_limit(g, batch.id);
        tell_lost(g);
        s = commit(g, &batch, &done, e);
    }
    if (s != STATUS_OK) {
        give_up(g);
        return s;
    }
    done.outbox = outbox_waiting(g->outbox);
    s = finish(g, e);
    if (g->setup.progress)
        g->setup.progress(g->setup.self, &done);
    return s;
}

// What there is, where it may be read: the clock that is to be in the rows is trusted, and a bounded run has fixed its
// end.
static enum status look_when_ready(struct engine *g, bool *any, int64_t *next, struct error *e)
{
    enum status s = g->timed ? clock_look(g, next, e) : STATUS_OK;
    g->untimed = s == STATUS_AGAIN;
    if (g->untimed)
        return STATUS_OK;
    if (s == STATUS_OK && !g->frozen && trigger_is_bounded(&g->trigger))
        s = freeze_sources(g, e);
    g->frozen = g->frozen || s == STATUS_OK;
    return s == STATUS_OK ? look(g, any, next, e) : s;
}

// One look, and the batch that is due. *next: monotonic time of the next look, if nothing was due. While the outbox is
// full there is no look; what is logged goes out all the same.
static enum status turn(struct engine *g, bool *due, int64_t *next, struct error *e)
{
    *due = false;
    int64_t sinks = INT64_MAX;
    enum status s = g->committed ? finish(g, e) : STATUS_OK;
    bool any = false;
    if (s == STATUS_OK)
        s = deliver(g, &sinks, e);
    if (s == STATUS_OK && !deliver_blocked(g))
        s = look_when_ready(g, &any, next, e);
    *next = sinks < *next ? sinks : *next;
    if (s != STATUS_OK)
        return s;
    bool idle = idle_due(g, next);
    *due = !g->blocked && !g->untimed && !g->asking && (any || g->no_data_due || idle);
    return *due ? run_batch(g, e) : STATUS_OK;
}

// Spark's ProcessingTimeExecutor.notifyBatchFallingBehind.
static void say_falling_behind(const struct engine *g, int64_t took)
{
    if (g->trigger.kind == TRIGGER_PROCESSING_TIME && g->trigger.interval > 0 && took > g->trigger.interval)
        log_say(g->setup.log, LOG_LEVEL_WARNING,
                "batch %" PRId64 " took %" PRId64 " ms, longer than the trigger's %" PRId64 " ms: falling behind",
                g->position.batch, took / MICROS_PER_MILLI, g->trigger.interval / MICROS_PER_MILLI);
}

// Until the next look. `wall`, `now`: when the last one began.
static enum status wait_for_trigger(struct engine *g, bool ran, int64_t wall, int64_t now, int64_t next,
                                    struct error *e)
{
    struct port *port = g->setup.port;
    int64_t delay = trigger_delay(&g->trigger, wall, ran);
    if (delay > 0)
        return deliver_until(g, now + delay, urgent, e);
    // Where the next batch may be due at once, what has come in meanwhile is still taken.
    enum status s = port->class->wait(port, ran ? now : next, e);
    return s == STATUS_END ? STATUS_OK : s;
}

static enum status run_batches(struct engine *g, struct error *e)
{
    struct port *port = g->setup.port;
    bool bounded = trigger_is_bounded(&g->trigger);
    while (!g->stop) {
        bool due;
        int64_t next = INT64_MAX, wall = port->class->wall(port), now = port->class->monotonic(port);
        enum status s = turn(g, &due, &next, e);
        if (s == STATUS_FULL) {
            say_full(g, e);
            if (out_of_patience(g)) {
                error_prefix(e, "no room for %d seconds, so this run ends; nothing is lost, the next one goes on here",
                             (int)(FULL_PATIENCE / MICROS_PER_SECOND));
                return s;
            }
            s = deliver_until(g, full_pause(g), NULL, e);
            if (s != STATUS_OK)
                return s;
            continue;
        }
        if (s != STATUS_OK)
            return s;
        if (g->full)
            log_say(g->setup.log, LOG_LEVEL_INFO, "there is room again");
        g->full = false;
        if (due)
            say_falling_behind(g, port->class->monotonic(port) - now);
        if (!g->blocked && !g->untimed && !g->asking && (g->trigger.kind == TRIGGER_ONCE || (bounded && !due)))
            return STATUS_OK;
        s = wait_for_trigger(g, due, wall, now, next, e);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

// Batches, and what they put into the log.
static enum status run_and_deliver(struct engine *g, struct error *e)
{
    enum status s = run_batches(g, e);
    if (s == STATUS_OK && trigger_is_bounded(&g->trigger))
        s = deliver_all(g, e);
    uint64_t left = outbox_waiting(g->outbox);
    if (s == STATUS_OK && left > 0)
        log_say(g->setup.log, LOG_LEVEL_INFO, "%" PRIu64 " records stay in the log; the next start sends them", left);
    return s == STATUS_OK && outbox_pending(g->outbox) ? deliver_commit(g, e) : s;
}

enum status engine_run(struct engine *g, struct error *e)
{
    enum status s = run_and_deliver(g, e);
    while (s != STATUS_OK && engine_may_heal(g)) {
        s = engine_heal(g, e);
        if (s == STATUS_OK)
            s = run_and_deliver(g, e);
    }
    return s;
}
