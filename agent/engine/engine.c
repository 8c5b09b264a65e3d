#include "agent/engine/engine.h"

#include "agent/engine/collector.h"
#include "agent/engine/intake.h"
#include "agent/engine/outbox.h"
#include "agent/engine/trigger.h"
#include "agent/plan/session.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

enum {
    PLAN_ARENA_BLOCK = 16 * 1024,
    PART_NAME_MAX = 128,
    FULL_PAUSE = 10 * 1000 * 1000, // microseconds between tries when there is no room
    SAY_EVERY = 60 * 1000 * 1000,  // what the end waits for
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
    struct outbox *outbox;
    struct trigger_rule trigger;
    struct store_position position;
    int64_t watermark_asked; // the greatest that a watermark operator proposed, or INT64_MIN
    bool no_data_due;        // the watermark moved in the last batch of this run
    bool committed;          // a batch was committed, its finish is still to be done
    bool full;               // there was no room at the last try
    bool blocked;            // the outbox is full: nothing new is read
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
    return part(self, "state", slice_of(operator_name), NULL);
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
    else if (s == STATUS_OK || s == STATUS_END)
        s = s == STATUS_OK ? STATUS_OK : store_meta_put(g->store, "fingerprint", text_view(now), e);
    text_free(&was);
    return s;
}

static enum status open_store(struct engine *g, struct error *e)
{
    const struct pipeline *p = g->setup.pipeline;
    struct store_setup setup = {
        .directory = g->setup.checkpoint,
        .device = g->setup.device,
        .query = arena_copy(&g->arena, p->name.data, p->name.size),
        .build = RUNNEL_VERSION,
        .cache_limit = (size_t)p->limits.memory / 4,
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
    if (sink->class->delivery(&sink->options) != SINK_DIRECT) {
        setup.state = part(g, "sink", sink->name, e);
        if (!setup.state)
            return STATUS_FAILED;
    }
    bool logged = sink->class->delivery(&sink->options) == SINK_LOGGED;
    enum status s = STATUS_OK;
    if (logged) {
        setup.device = g->setup.device;
        setup.query = arena_copy(&g->arena, g->setup.pipeline->name.data, g->setup.pipeline->name.size);
        s = outbox_add(g->outbox, setup.name, sink->class, &sink->options, &setup.records, e);
    }
    if (s == STATUS_OK)
        s = sink->class->open(&setup, &c->sink[c->count], e);
    if (s != STATUS_OK)
        return s;
    if (logged)
        outbox_attach(g->outbox, c->sink[c->count]);
    c->class[c->count] = sink->class;
    c->count++;
    return sink->class->recover ? sink->class->recover(c->sink[c->count - 1], e) : STATUS_OK;
}

static enum status open_outbox(struct engine *g, struct error *e)
{
    const struct pipeline *p = g->setup.pipeline;
    struct outbox_setup setup = {
        .store = g->store,
        .port = g->setup.port,
        .log = g->setup.log,
        .memory = g->memory,
        .who = &g->collector.who,
        .mode = p->mode,
        .full = p->limits.outbox_full,
        .limit = p->limits.outbox,
        .commit_interval = p->limits.commit_interval,
    };
    for (uint32_t i = 0; i < p->sink_count; i++)
        setup.sinks += p->sinks[i].class->delivery(&p->sinks[i].options) == SINK_LOGGED;
    enum status s = outbox_open(&setup, &g->outbox, e);
    g->collector.outbox = g->outbox;
    return s;
}

static enum status open_ends(struct engine *g, struct error *e)
{
    const struct pipeline *p = g->setup.pipeline;
    enum status s = open_outbox(g, e);
    for (uint32_t i = 0; s == STATUS_OK && i < p->sink_count; i++)
        s = open_sink(g, &p->sinks[i], e);
    g->intake = ARENA_ARRAY(&g->arena, struct intake *, p->source_count);
    for (uint32_t i = 0; s == STATUS_OK && i < p->source_count; i++)
        if (plan_source_used(g->plan, i))
            s = open_source(g, i, e);
    return s;
}

static bool any_live(const struct pipeline *p)
{
    for (uint32_t i = 0; i < p->source_count; i++)
        if (p->sources[i].class->live)
            return true;
    return false;
}

static enum status start(struct engine *g, struct error *e)
{
    const struct pipeline *p = g->setup.pipeline;
    collector_init(&g->collector, g->memory);
    g->trigger = trigger_rule_make(p, g->setup.available_now, any_live(p));
    enum status s = pipeline_session(p, g->setup.port->class->zones(g->setup.port), &g->arena, &g->session, e);
    if (s == STATUS_OK)
        s = plan_make(p, &g->session, &g->arena, &g->plan, e);
    if (s == STATUS_OK)
        s = open_store(g, e);
    if (s == STATUS_OK) {
        g->collector.who =
            (struct identity){.device = slice_of(g->setup.device), .query = p->name, .epoch = store_epoch(g->store)};
        s = plan_start(g->plan, operator_state, g, &g->collector.op, (size_t)p->limits.memory / 4, g->memory, &g->run,
                       e);
    }
    return s == STATUS_OK ? open_ends(g, e) : s;
}

static void halt(struct engine *g)
{
    for (uint32_t i = 0; g->intake && i < g->setup.pipeline->source_count; i++)
        intake_close(g->intake[i]);
    g->intake = NULL;
    collector_close(&g->collector);
    outbox_close(g->outbox);
    g->outbox = NULL;
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
    *any = false;
    *next = INT64_MAX;
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++) {
        if (!g->intake[i])
            continue;
        int64_t again = INT64_MAX;
        enum status s = intake_class(g->intake[i])->plan(intake_source(g->intake[i]), &again, e);
        if (s != STATUS_OK && s != STATUS_END)
            return s;
        *any = *any || s == STATUS_OK;
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

// The watermark that the next batch will have: never back, the least of the sources' (MultipleWatermarkPolicy.MIN).
static int64_t next_watermark(const struct engine *g)
{
    int64_t least = INT64_MAX, now = g->position.watermark;
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++)
        if (g->intake[i] && g->run.watermark[i]) {
            int64_t asked = watermark_proposal(g->run.watermark[i]);
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

static struct engine_progress measure(const struct engine *g, const struct batch *batch)
{
    struct engine_progress p = {.batch = batch->id,
                                .started = batch->now,
                                .watermark = batch->has_watermark ? batch->watermark_evict : INT64_MIN};
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++)
        if (g->intake[i]) {
            struct intake_counters c = intake_counters(g->intake[i]);
            p.rows_in += c.delivered;
            p.rejected += c.rejected;
            p.behind += intake_class(g->intake[i])->counters(intake_source(g->intake[i]))->waiting;
        }
    for (uint32_t i = 0; i < g->run.all_count; i++)
        p.late += g->run.all[i]->counters.late;
    return p;
}

static enum status commit(struct engine *g, const struct batch *batch, const struct engine_progress *p, struct error *e)
{
    int64_t next = next_watermark(g);
    struct store_position position = {
        .any = true,
        .batch = batch->id,
        .watermark = next,
        .watermark_late = batch->watermark_evict,
        .committed_at = g->setup.port->class->wall(g->setup.port),
        .next_seq = g->position.next_seq + g->collector.rows,
    };
    text_clear(&g->scratch);
    text_printf(&g->scratch,
                "{\"batch\":%" PRId64 ",\"in\":%" PRIu64 ",\"out\":%" PRIu64 ",\"late\":%" PRIu64
                ",\"rejected\":%" PRIu64 ",\"took\":%" PRId64 "}",
                p->batch, p->rows_in, p->rows_out, p->late, p->rejected, p->took);
    enum status s = outbox_prepare(g->outbox, true, g->collector.rows, e);
    if (s == STATUS_OK)
        s = store_commit(g->store, &position, text_view(&g->scratch), e);
    if (s != STATUS_OK)
        return s;
    outbox_committed(g->outbox);
    g->no_data_due =
        g->setup.pipeline->no_data_batches && plan_wants_no_data_batch(g->plan) && next > batch->watermark_evict;
    g->position = position;
    return STATUS_OK;
}

// The batch has not been: sinks print nothing of it, sources will plan it again.
static void give_up(struct engine *g)
{
    collector_abandon(&g->collector);
    outbox_abandoned(g->outbox);
    store_rollback(g->store);
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
    struct engine_progress before = measure(g, &batch);
    enum status s = run_operators(g, &batch, e);
    if (s == STATUS_OK)
        s = each_source(g, false, e);
    if (s == STATUS_OK)
        s = collector_prepare(&g->collector, e);
    if (s != STATUS_OK) {
        give_up(g);
        return s;
    }
    struct engine_progress done = measure(g, &batch);
    done.rows_in -= before.rows_in;
    done.rejected -= before.rejected;
    done.late -= before.late;
    done.rows_out = g->collector.rows;
    done.took = port->class->monotonic(port) - began;
    s = commit(g, &batch, &done, e);
    if (s != STATUS_OK) {
        give_up(g);
        return s;
    }
    g->committed = true;
    done.outbox = outbox_waiting(g->outbox);
    s = finish(g, e);
    if (g->setup.progress)
        g->setup.progress(g->setup.self, &done);
    return s;
}

// ---------------------------------------------------------------- deliveries

// What the sinks have to tell is recorded by the next batch's commit; where none comes, by one of its own.
static enum status commit_deliveries(struct engine *g, struct error *e)
{
    enum status s = outbox_prepare(g->outbox, false, 0, e);
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

// *next: monotonic time of the next look at the sinks.
static enum status deliver(struct engine *g, int64_t *next, struct error *e)
{
    enum status s = outbox_turn(g->outbox, next, e);
    if (s != STATUS_OK || !outbox_commit_due(g->outbox))
        return s;
    s = commit_deliveries(g, e);
    *next = g->setup.port->class->monotonic(g->setup.port);
    return s;
}

// The end of a bounded run: everything that was logged has arrived, or somebody has stopped us.
static enum status drain(struct engine *g, struct error *e)
{
    struct port *port = g->setup.port;
    int64_t say = 0;
    enum status s = STATUS_OK;
    while (!g->stop && outbox_waiting(g->outbox) > 0) {
        int64_t next, now = port->class->monotonic(port);
        s = deliver(g, &next, e);
        if (s == STATUS_FULL) // the disk's: acknowledgements can wait
            next = now + FULL_PAUSE;
        else if (s != STATUS_OK)
            return s;
        if (outbox_waiting(g->outbox) == 0)
            break;
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

// ---------------------------------------------------------------- the loop

// The sinks are served meanwhile.
static enum status wait_until(struct engine *g, int64_t until, struct error *e)
{
    struct port *port = g->setup.port;
    while (!g->stop && port->class->monotonic(port) < until) {
        int64_t next = until;
        enum status s = deliver(g, &next, e);
        if (s == STATUS_FULL)
            next = until;
        else if (s != STATUS_OK)
            return s;
        s = port->class->wait(port, next < until ? next : until, e);
        if (s != STATUS_OK && s != STATUS_END)
            return s;
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

// One look, and the batch that is due. *next: monotonic time of the next look, if nothing was due. While the log is
// full there is no look: what is logged still goes out.
static enum status turn(struct engine *g, bool *due, int64_t *next, struct error *e)
{
    bool any = false, blocked = false;
    int64_t deliveries = INT64_MAX;
    enum status s = g->committed ? finish(g, e) : STATUS_OK;
    if (s == STATUS_OK)
        s = deliver(g, &deliveries, e);
    blocked = outbox_blocks(g->outbox);
    if (s == STATUS_OK && blocked != g->blocked)
        log_say(g->setup.log, LOG_LEVEL_WARNING,
                blocked ? "the outbox is full (limits.outbox): nothing new is read until it has room"
                        : "the outbox has room again: reading goes on");
    g->blocked = blocked;
    if (s == STATUS_OK && !blocked)
        s = look(g, &any, next, e);
    *next = deliveries < *next ? deliveries : *next;
    *due = !blocked && (any || g->no_data_due);
    return s == STATUS_OK && *due ? run_batch(g, e) : s;
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
            s = wait_for_room(g, e);
            if (s != STATUS_OK)
                return s;
            continue;
        }
        if (s != STATUS_OK)
            return s;
        g->full = false;
        if (!g->blocked && (g->trigger.kind == TRIGGER_ONCE || (bounded && !due)))
            return STATUS_OK;
        int64_t delay = trigger_delay(&g->trigger, wall);
        if (delay > 0)
            s = wait_until(g, now + delay, e);
        else if (!due)
            s = port->class->wait(port, next, e);
        if (s != STATUS_OK && s != STATUS_END)
            return s;
    }
    return STATUS_OK;
}

enum status engine_run(struct engine *g, struct error *e)
{
    enum status s = run_batches(g, e);
    if (s == STATUS_OK && trigger_is_bounded(&g->trigger))
        s = drain(g, e);
    return s == STATUS_OK && outbox_pending(g->outbox) ? commit_deliveries(g, e) : s;
}
