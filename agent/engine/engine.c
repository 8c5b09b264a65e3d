#include "agent/engine/engine.h"

#include "agent/engine/collector.h"
#include "agent/engine/counts.h"
#include "agent/engine/trigger.h"
#include "agent/plan/session.h"
#include "ops/datetime.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

enum {
    PLAN_ARENA_BLOCK = 16 * 1024,
    PART_NAME_MAX = 128,
    STATES_MAX = 16,
    STATE_SHARE = 4,               // of limits.memory: the store's cache has one part, the groups of a batch one
    FULL_PAUSE = 10 * 1000 * 1000, // microseconds between tries when there is no room
};

struct engine {
    struct engine_setup setup;
    struct memory *memory;
    struct arena arena; // of all that a start makes
    struct session session;
    struct plan *plan;
    struct store *store;
    struct plan_run run;
    struct intake **intake; // for each source, NULL where the query does not use it
    struct collector collector;
    struct trigger_rule trigger;
    struct store_position position;
    int64_t asked[COUNTS_SOURCES]; // of each source: the greatest watermark it asked for in this run, or INT64_MIN
    const struct state *states[STATES_MAX]; // the operators'
    uint32_t state_count;
    struct counts counts;          // when the batch began
    struct engine_progress before; // what was counted up to the last commit
    bool fingerprint_due;          // the checkpoint has none yet
    bool no_data_due;              // the watermark moved in the last batch of this run
    bool committed;                // a batch was committed, its finish is still to be done
    bool full;                     // there was no room at the last try
    bool asking;                   // a frozen source does not know yet what there is
    struct text scratch;
    volatile sig_atomic_t stop;
};

// ---------------------------------------------------------------- start and end

// A part of the checkpoint by its kind (state, offsets, sink) and name.
static const struct state *part(struct engine *g, const char *kind, struct slice name, struct error *e)
{
    char text[PART_NAME_MAX];
    snprintf(text, sizeof text, "%s:%.*s", kind, (int)name.size, name.data);
    return store_state(g->store, text, e);
}

static const struct state *operator_state(void *self, const char *operator_name)
{
    struct engine *g = self;
    const struct state *state = part(g, "state", slice_of(operator_name), NULL);
    if (state && g->state_count < STATES_MAX)
        g->states[g->state_count++] = state;
    return state;
}

// A state is kept only where what it depends on is what it was; it is never silently started afresh.
static enum status check_fingerprint(struct engine *g, struct error *e)
{
    struct text *now = &g->scratch, was;
    text_clear(now);
    plan_fingerprint(g->plan, now);
    text_init(&was, g->memory);
    enum status s = store_meta_get(g->store, "fingerprint", &was, e);
    if (s == STATUS_OK && !slice_equal(text_view(&was), text_view(now)))
        s = error_set(
            e, STATUS_CONFIG,
            "%s: the query's state was made by another query and does not fit this one.\n  then: %s\n  now:  %s\n"
            "Run it under another name or --state to begin anew, or put the old query back.",
            g->setup.checkpoint, text_cstring(&was), text_cstring(now));
    g->fingerprint_due = s == STATUS_END;
    text_free(&was);
    return s == STATUS_END ? STATUS_OK : s;
}

static enum status open_store(struct engine *g, struct error *e)
{
    const struct pipeline *p = g->setup.pipeline;
    struct store_setup setup = {
        .directory = g->setup.checkpoint,
        .device = g->setup.device,
        .query = arena_copy(&g->arena, p->name.data, p->name.size),
        .build = RUNNEL_VERSION,
        .cache_limit = (size_t)p->limits.memory / STATE_SHARE,
        .memory = g->memory,
    };
    enum status s = store_open(&setup, &g->store, e);
    if (s != STATUS_OK)
        return s;
    struct slice notice = store_notice(g->store);
    if (notice.size > 0)
        log_say(g->setup.log, LOG_LEVEL_WARNING, "%.*s", (int)notice.size, notice.data);
    g->position = store_position(g->store);
    return check_fingerprint(g, e);
}

static enum status refuse_live(const struct engine *g, const struct pipeline_source *source, struct error *e)
{
    return pipeline_error(
        g->setup.pipeline, source->place, e,
        "source \"%.*s\": %s has no end, so it cannot run with availableNow or once; use processingTime",
        (int)source->name.size, source->name.data, source->class->format);
}

// The watermark is on the source's own column of that name.
static bool watermark_on_timestamp(const struct pipeline_source *source)
{
    if (!source->has_watermark || !slice_equal_fold(source->watermark_column, SLICE("timestamp")))
        return false;
    for (uint32_t i = 0; source->schema && i < source->schema->field_count; i++)
        if (slice_equal_fold(source->schema->fields[i].name, SLICE("timestamp")))
            return false;
    return true;
}

static enum status open_source(struct engine *g, uint32_t i, struct error *e)
{
    const struct pipeline_source *source = &g->setup.pipeline->sources[i];
    bool bounded = trigger_is_bounded(&g->trigger);
    if (source->class->live && bounded)
        return refuse_live(g, source, e);
    struct source_setup setup = {
        .name = arena_copy(&g->arena, source->name.data, source->name.size),
        .options = &source->options,
        .port = g->setup.port,
        .log = g->setup.log,
        .memory = g->memory,
        .state = part(g, "offsets", source->name, e),
        .is_static = source->is_static,
        .multi_line = option_boolean(&source->options, "multiLine") || option_boolean(&source->options, "wholetext"),
        .fresh = !g->position.any,
        .once = g->trigger.kind == TRIGGER_ONCE,
        .needs_timestamp = watermark_on_timestamp(source),
    };
    if (!setup.state)
        return STATUS_FAILED;
    struct intake_setup intake = {
        .source = source,
        .setup = &setup,
        .session = &g->session,
        .entry = g->run.entry[i],
        .entry_input = g->run.entry_input[i],
    };
    intake.output = plan_source_output(g->plan, i, &intake.outputs);
    enum status s = intake_open(&intake, &g->arena, &g->intake[i], e);
    if (s != STATUS_OK || !bounded || !source->class->freeze)
        return s;
    return source->class->freeze(intake_source(g->intake[i]), e);
}

static enum status open_sink(struct engine *g, const struct pipeline_sink *sink, struct error *e)
{
    struct collector *c = &g->collector;
    struct sink_setup setup = {
        .name = arena_copy(&g->arena, sink->name.data, sink->name.size),
        .options = &sink->options,
        .port = g->setup.port,
        .log = g->setup.log,
        .memory = g->memory,
        .session = &g->session,
        .mode = g->setup.pipeline->mode,
    };
    setup.fields = plan_fields(g->plan, &setup.field_count);
    bool direct = sink->class->delivery(&sink->options) == SINK_DIRECT;
    if (!direct) {
        setup.state = part(g, "sink", sink->name, e);
        if (!setup.state)
            return STATUS_FAILED;
    }
    enum status s = sink->class->open(&setup, &c->sink[c->count], e);
    if (s != STATUS_OK)
        return s;
    c->class[c->count] = sink->class;
    c->direct[c->count] = direct;
    c->count++;
    return sink->class->recover ? sink->class->recover(c->sink[c->count - 1], e) : STATUS_OK;
}

static enum status open_ends(struct engine *g, struct error *e)
{
    const struct pipeline *p = g->setup.pipeline;
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < p->sink_count; i++)
        s = open_sink(g, &p->sinks[i], e);
    g->intake = ARENA_ARRAY(&g->arena, struct intake *, p->source_count);
    for (uint32_t i = 0; s == STATUS_OK && i < p->source_count; i++)
        if (plan_source_used(g->plan, i))
            s = open_source(g, i, e);
    return s;
}

static bool any_live(const struct engine *g)
{
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++)
        if (plan_source_used(g->plan, i) && g->setup.pipeline->sources[i].class->live)
            return true;
    return false;
}

static enum status start(struct engine *g, struct error *e)
{
    const struct pipeline *p = g->setup.pipeline;
    collector_init(&g->collector, g->memory);
    for (uint32_t i = 0; i < COUNTS_SOURCES; i++)
        g->asked[i] = INT64_MIN;
    enum status s = pipeline_session(p, g->setup.port->class->zones(g->setup.port), &g->arena, &g->session, e);
    if (s == STATUS_OK)
        s = plan_make(p, &g->session, &g->arena, &g->plan, e);
    if (s == STATUS_OK) {
        g->trigger = trigger_rule_make(p, g->setup.available_now, any_live(g));
        s = open_store(g, e);
    }
    if (s == STATUS_OK) {
        g->collector.who =
            (struct identity){.device = slice_of(g->setup.device), .query = p->name, .epoch = store_epoch(g->store)};
        s = plan_start(g->plan, operator_state, g, &g->collector.op, (size_t)p->limits.memory / STATE_SHARE, g->memory,
                       &g->run, e);
    }
    return s == STATUS_OK ? open_ends(g, e) : s;
}

static void halt(struct engine *g)
{
    for (uint32_t i = 0; g->intake && i < g->setup.pipeline->source_count; i++)
        intake_close(g->intake[i]);
    g->intake = NULL;
    collector_close(&g->collector);
    plan_stop(&g->run);
    g->run = (struct plan_run){0};
    store_close(g->store);
    g->store = NULL;
    arena_reset(&g->arena);
}

enum status engine_open(const struct engine_setup *setup, struct engine **out, struct error *e)
{
    struct engine *g = mem_zalloc(setup->memory, sizeof *g);
    g->setup = *setup;
    g->memory = setup->memory;
    arena_init(&g->arena, g->memory, PLAN_ARENA_BLOCK);
    text_init(&g->scratch, g->memory);
    enum status s = start(g, e);
    if (s != STATUS_OK) {
        engine_close(g);
        return s;
    }
    *out = g;
    return STATUS_OK;
}

void engine_close(struct engine *g)
{
    if (!g)
        return;
    halt(g);
    arena_free(&g->arena);
    text_free(&g->scratch);
    mem_free(g->memory, g, sizeof *g);
}

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

// What came in between two triggers is taken, so that the peer goes on.
static void tend_sources(struct engine *g)
{
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++)
        if (g->intake[i] && intake_class(g->intake[i])->tend)
            intake_class(g->intake[i])->tend(intake_source(g->intake[i]));
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
    enum status s = STATUS_OK;
    uint32_t sources = g->setup.pipeline->source_count;
    for (uint32_t i = 0; s == STATUS_OK && i < sources; i++)
        if (g->intake[i])
            s = op_open(g->run.entry[i], batch, e);
    for (uint32_t i = 0; s == STATUS_OK && i < sources; i++)
        if (g->intake[i])
            s = intake_run(g->intake[i], e);
    for (uint32_t i = 0; s == STATUS_OK && i < sources; i++)
        if (g->intake[i])
            s = op_close(g->run.entry[i], e);
    return s;
}

// What a source's watermark operator asked for, in this batch or before.
static int64_t watermark_asked(const struct engine *g, uint32_t source)
{
    int64_t now = watermark_proposal(g->run.watermark[source]), before = g->asked[source];
    return now > before ? now : before;
}

// The watermark that the next batch will have: never back, the least of the sources' (MultipleWatermarkPolicy.MIN).
static int64_t next_watermark(const struct engine *g)
{
    int64_t least = INT64_MAX, now = g->position.watermark;
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++)
        if (g->intake[i] && g->run.watermark[i]) {
            int64_t asked = watermark_asked(g, i);
            least = asked < least ? asked : least;
        }
    return least != INT64_MAX && least > now ? least : now;
}

static bool has_watermark(const struct engine *g)
{
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++)
        if (g->run.watermark[i])
            return true;
    return false;
}

static struct counts_nodes nodes(struct engine *g)
{
    return (struct counts_nodes){
        .run = &g->run, .root = &g->collector.op, .intake = g->intake, .sources = g->setup.pipeline->source_count};
}

// What was counted since the start.
static struct engine_progress measure(const struct engine *g)
{
    struct engine_progress p = {.batch = 0};
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++)
        if (g->intake[i]) {
            struct intake_counters c = intake_counters(g->intake[i]);
            p.rows_in += c.delivered;
            p.rejected += c.rejected;
            p.behind += intake_class(g->intake[i])->counters(intake_source(g->intake[i]))->waiting;
        }
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
    s = store_commit(g->store, &position, text_view(&g->scratch), e);
    if (s == STATUS_OK)
        g->position = position;
    return s;
}

static void note_commit(struct engine *g)
{
    g->no_data_due =
        g->setup.pipeline->no_data_batches && plan_wants_no_data_batch(g->plan) && g->position.watermark_moved;
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++)
        if (g->run.watermark[i])
            g->asked[i] = watermark_asked(g, i);
    g->fingerprint_due = false;
    g->committed = true;
    g->before = measure(g);
}

// The batch has not been: sinks print nothing of it, sources will plan it again.
static void give_up(struct engine *g)
{
    collector_abandon(&g->collector);
    store_rollback(g->store);
    struct counts_nodes all = nodes(g);
    counts_take_back(&g->counts, &all);
}

// What follows a commit; tried again where there was no room for it.
static enum status finish(struct engine *g, struct error *e)
{
    enum status s = collector_finish(&g->collector, e);
    if (s == STATUS_OK)
        s = each_source(g, true, e);
    if (s == STATUS_OK)
        g->committed = false;
    return s;
}

// ---------------------------------------------------------------- no room

static enum status wait_until(struct engine *g, int64_t until, struct error *e)
{
    while (!g->stop) {
        enum status s = g->setup.port->class->wait(g->setup.port, until, e);
        if (s == STATUS_END)
            return STATUS_OK;
        if (s != STATUS_OK)
            return s;
        tend_sources(g);
    }
    return STATUS_OK;
}

// No room is not the end: what was committed is safe, what was not is asked for again.
static enum status wait_for_room(struct engine *g, struct error *e)
{
    if (!g->full)
        log_say(g->setup.log, LOG_LEVEL_ERROR, "%s; waiting for room, nothing is lost", e->text);
    g->full = true;
    return wait_until(g, g->setup.port->class->monotonic(g->setup.port) + FULL_PAUSE, e);
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
        s = wait_for_room(g, e);
        if (s != STATUS_OK)
            return s;
    }
}

// ---------------------------------------------------------------- the loop

// Everything up to the commit.
static enum status prepare_batch(struct engine *g, const struct batch *batch, struct error *e)
{
    enum status s = run_operators(g, batch, e);
    if (s == STATUS_OK)
        s = each_source(g, false, e);
    if (s == STATUS_OK)
        s = collector_prepare(&g->collector, e);
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
        .has_watermark = has_watermark(g),
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
        s = commit(g, &batch, &done, e);
    }
    if (s != STATUS_OK) {
        give_up(g);
        return s;
    }
    s = finish(g, e);
    if (g->setup.progress)
        g->setup.progress(g->setup.self, &done);
    return s;
}

// One look, and the batch that is due. *next: monotonic time of the next look, if nothing was due.
static enum status turn(struct engine *g, bool *due, int64_t *next, struct error *e)
{
    *due = false;
    enum status s = g->committed ? finish(g, e) : STATUS_OK;
    bool any = false;
    if (s == STATUS_OK)
        s = look(g, &any, next, e);
    if (s != STATUS_OK)
        return s;
    *due = !g->asking && (any || g->no_data_due);
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
        return wait_until(g, now + delay, e);
    // Where the next batch may be due at once, what has come in meanwhile is still taken.
    enum status s = port->class->wait(port, ran ? now : next, e);
    return s == STATUS_END ? STATUS_OK : s;
}

enum status engine_run(struct engine *g, struct error *e)
{
    struct port *port = g->setup.port;
    bool bounded = trigger_is_bounded(&g->trigger);
    while (!g->stop) {
        bool due;
        int64_t next = INT64_MAX, wall = port->class->wall(port), now = port->class->monotonic(port);
        enum status s = turn(g, &due, &next, e);
        if (s == STATUS_FULL) {
            s = wait_for_room(g, e);
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
        if (!g->asking && (g->trigger.kind == TRIGGER_ONCE || (bounded && !due)))
            return STATUS_OK;
        s = wait_for_trigger(g, due, wall, now, next, e);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}
