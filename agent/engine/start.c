// Opening a pipeline and closing it again.
#include "agent/engine/inside.h"
#include "hal/port/path.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

enum {
    HEALS_MAX = 3, // checkpoints that are set aside in one run: more often, the disk or the memory is what is broken
    PLAN_ARENA_BLOCK = 16 * 1024,
    PART_NAME_MAX = 128,
    STATE_SHARE = 4, // of limits.memory: the store's cache has one part, the groups of a batch one
};

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

// A line each: the log cuts long ones.
static void say_notice(const struct engine *g)
{
    struct slice rest = store_notice(g->store);
    while (rest.size > 0) {
        const char *end = memchr(rest.data, '\n', rest.size);
        uint32_t size = end ? (uint32_t)(end - rest.data) : rest.size;
        log_say(g->setup.log, LOG_LEVEL_WARNING, "%.*s", (int)size, rest.data);
        rest.data += size + (end != NULL);
        rest.size -= size + (end != NULL);
    }
}

static enum status open_store(struct engine *g, const char *distrust, struct error *e)
{
    const struct pipeline *p = g->setup.pipeline;
    struct store_setup setup = {
        .directory = g->setup.checkpoint,
        .device = g->setup.device,
        .query = arena_copy(&g->arena, p->name.data, p->name.size),
        .build = RUNNEL_VERSION,
        .cache_limit = (size_t)p->limits.memory / STATE_SHARE,
        .distrust = distrust,
        .memory = g->memory,
    };
    enum status s = store_open(&setup, &g->store, e);
    if (s != STATUS_OK)
        return s;
    say_notice(g);
    if (g->control) // it was healed
        store_say_address(g->store, g->setup.control);
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

static struct source_setup source_setup(struct engine *g, const struct pipeline_source *source)
{
    uint32_t number = (uint32_t)(source - g->setup.pipeline->sources);
    return (struct source_setup){
        .name = arena_copy(&g->arena, source->name.data, source->name.size),
        .options = &source->options,
        .port = g->setup.port,
        .log = g->setup.log,
        .memory = g->memory,
        .is_static = source->is_static,
        .multi_line = option_boolean(&source->options, "multiLine") || option_boolean(&source->options, "wholetext"),
        .line_end = option_text(&source->options, "lineSep"),
        .fresh = !g->position.any,
        .once = g->trigger.kind == TRIGGER_ONCE,
        .device = g->setup.device,
        .query = arena_copy(&g->arena, g->setup.pipeline->name.data, g->setup.pipeline->name.size),
        .needs_timestamp = plan_times(g->plan, number, SLICE("timestamp")),
    };
}

static enum status open_source(struct engine *g, uint32_t i, struct error *e)
{
    const struct pipeline_source *source = &g->setup.pipeline->sources[i];
    bool bounded = trigger_is_bounded(&g->trigger);
    if (source->class->live && bounded)
        return refuse_live(g, source, e);
    struct source_setup setup = source_setup(g, source);
    setup.state = part(g, "offsets", source->name, e);
    if (!setup.state)
        return STATUS_FAILED;
    struct intake_setup intake = {.source = source, .setup = &setup};
    struct reader **readers = ARENA_ARRAY(&g->arena, struct reader *, g->readers);
    const struct plan_read *reads = plan_reads(g->plan, &intake.reader_count);
    for (uint32_t k = 0; k < g->readers; k++)
        readers[k] = reads[k].source == i ? g->reader[k] : NULL;
    intake.readers = readers;
    return intake_open(&intake, &g->arena, &g->intake[i], e);
}

// A table is read by each reference for itself: what is joined must be there before the rows that it is joined to.
static enum status load_table(struct engine *g, const struct plan_read *read, uint32_t k, struct error *e)
{
    const struct pipeline_source *source = &g->setup.pipeline->sources[read->source];
    struct source_setup setup = source_setup(g, source);
    struct intake_setup intake = {.source = source, .setup = &setup, .readers = &g->reader[k], .reader_count = 1};
    struct intake *in = NULL;
    int64_t next;
    enum status s = intake_open(&intake, &g->arena, &in, e);
    if (s == STATUS_OK)
        s = intake_class(in)->plan(intake_source(in), &next, e);
    if (s == STATUS_OK)
        s = intake_run(in, e);
    intake_close(in);
    return s == STATUS_OK || s == STATUS_END ? plan_close_table(&g->run, k, e) : s;
}

static enum status load_tables(struct engine *g, struct error *e)
{
    uint32_t count;
    const struct plan_read *reads = plan_reads(g->plan, &count);
    g->session.now = g->setup.port->class->wall(g->setup.port);
    struct batch batch = {.id = 0, .now = g->session.now};
    enum status s = plan_open_tables(&g->run, &batch, e);
    for (uint32_t k = 0; s == STATUS_OK && k < count; k++)
        if (reads[k].is_static)
            s = load_table(g, &reads[k], k, e);
    return s;
}

// After adoption: what is taken as read is not there to be read.
enum status freeze_sources(struct engine *g, struct error *e)
{
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < g->setup.pipeline->source_count; i++)
        if (g->intake[i] && intake_class(g->intake[i])->freeze)
            s = intake_class(g->intake[i])->freeze(intake_source(g->intake[i]), e);
    return s;
}

static enum status open_sink(struct engine *g, const struct pipeline_sink *sink, struct error *e)
{
    bool late = sink == g->setup.pipeline->late_sink;
    struct collector *c = late ? &g->late : &g->collector;
    struct sink_setup setup = {
        .name = arena_copy(&g->arena, sink->name.data, sink->name.size),
        .options = &sink->options,
        .port = g->setup.port,
        .log = g->setup.log,
        .memory = g->memory,
        .session = &g->session,
        .mode = g->setup.pipeline->mode,
    };
    setup.fields = late ? plan_late_fields(g->plan, &setup.field_count) : plan_fields(g->plan, &setup.field_count);
    bool direct = sink->class->delivery(&sink->options) == SINK_DIRECT;
    if (!direct) {
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
    c->direct[c->count] = direct;
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
    const char **names = ARENA_ARRAY(&g->arena, const char *, p->source_count);
    for (uint32_t i = 0; i < p->source_count; i++)
        names[i] = arena_copy(&g->arena, p->sources[i].name.data, p->sources[i].name.size);
    g->lost = ARENA_ARRAY(&g->arena, uint64_t, p->source_count);
    setup.sources = names;
    setup.source_count = p->source_count;
    setup.group_columns = plan_group_columns(g->plan, &setup.group_column_count);
    enum status s = outbox_open(&setup, &g->outbox, e);
    g->collector.outbox = g->outbox;
    return s;
}

// A recovery left word that offsets were lost: of this source, or nobody knows of which.
static enum status offsets_lost(struct engine *g, const char *part_name, bool *lost, struct error *e)
{
    char key[PART_NAME_MAX + 8];
    snprintf(key, sizeof key, "lost:%s", part_name);
    text_clear(&g->scratch);
    enum status s = store_meta_get(g->store, key, &g->scratch, e);
    *lost = s == STATUS_OK && g->scratch.size > 0;
    if (*lost)
        s = store_meta_put(g->store, key, SLICE(""), e);
    return s == STATUS_END ? STATUS_OK : s;
}

static enum status adopt_source(struct engine *g, uint32_t i, bool any_lost, bool *adopted, struct error *e)
{
    const struct pipeline_source *source = &g->setup.pipeline->sources[i];
    char name[PART_NAME_MAX];
    bool lost = false;
    snprintf(name, sizeof name, "offsets:%.*s", (int)source->name.size, source->name.data);
    enum status s = offsets_lost(g, name, &lost, e);
    if (s != STATUS_OK || (!lost && !any_lost))
        return s;
    *adopted = true;
    if (source->class->adopt)
        return source->class->adopt(intake_source(g->intake[i]), g->position.any ? g->position.committed_at : INT64_MAX,
                                    e);
    log_say(g->setup.log, LOG_LEVEL_WARNING,
            "source %.*s: its offsets are lost: what it gives may have been read before, and counts twice then",
            (int)source->name.size, source->name.data);
    return STATUS_OK;
}

// What sources make of lost offsets is committed at once, or the next start would make something else of it.
static enum status adopt(struct engine *g, struct error *e)
{
    bool any_lost = false, adopted = false;
    enum status s = offsets_lost(g, "offsets", &any_lost, e);
    for (uint32_t i = 0; s == STATUS_OK && i < g->setup.pipeline->source_count; i++)
        if (g->intake[i])
            s = adopt_source(g, i, any_lost, &adopted, e);
    if (s == STATUS_OK && (adopted || any_lost))
        s = store_commit(g->store, &g->position, SLICE(""), e);
    return s;
}

static enum status open_readers(struct engine *g, struct error *e)
{
    uint32_t count;
    const struct plan_read *reads = plan_reads(g->plan, &count);
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < count; i++) {
        struct reader_setup setup = {
            .source = &g->setup.pipeline->sources[reads[i].source],
            .read = &reads[i],
            .session = &g->session,
            .memory = g->memory,
            .entry = g->run.entry[i].op,
            .entry_input = g->run.entry[i].input,
        };
        s = reader_open(&setup, &g->arena, &g->reader[i], e);
        g->readers += s == STATUS_OK;
    }
    return s;
}

static enum status open_ends(struct engine *g, struct error *e)
{
    const struct pipeline *p = g->setup.pipeline;
    enum status s = open_outbox(g, e);
    for (uint32_t i = 0; s == STATUS_OK && i < p->sink_count; i++)
        s = open_sink(g, &p->sinks[i], e);
    if (s == STATUS_OK)
        s = open_readers(g, e);
    if (s == STATUS_OK)
        s = load_tables(g, e);
    g->intake = ARENA_ARRAY(&g->arena, struct intake *, p->source_count);
    for (uint32_t i = 0; s == STATUS_OK && i < p->source_count; i++)
        if (plan_source_used(g->plan, i) && !p->sources[i].is_static)
            s = open_source(g, i, e);
    if (s == STATUS_OK)
        s = adopt(g, e);
    if (s != STATUS_OK)
        return s;
    g->timed = clock_needed(g);
    g->frozen = !g->timed; // else when the clock is trusted
    return g->frozen && trigger_is_bounded(&g->trigger) ? freeze_sources(g, e) : STATUS_OK;
}

static bool any_live(const struct engine *g)
{
    for (uint32_t i = 0; i < g->setup.pipeline->source_count; i++)
        if (plan_source_used(g->plan, i) && g->setup.pipeline->sources[i].class->live)
            return true;
    return false;
}

static enum status start(struct engine *g, const char *distrust, struct error *e)
{
    const struct pipeline *p = g->setup.pipeline;
    collector_init(&g->collector, g->memory);
    collector_init(&g->late, g->memory);
    g->heard = ARENA_ARRAY(&g->arena, int64_t, p->source_count);
    for (uint32_t i = 0; i < p->source_count; i++)
        g->heard[i] = g->setup.port->class->monotonic(g->setup.port);
    enum status s = pipeline_session(p, g->setup.port->class->zones(g->setup.port), &g->arena, &g->session, e);
    if (s == STATUS_OK)
        s = plan_make(p, &g->session, &g->arena, &g->plan, e);
    if (s == STATUS_OK) {
        g->asked = ARENA_ARRAY(&g->arena, int64_t, plan_clocks(g->plan));
        for (uint32_t i = 0; i < plan_clocks(g->plan); i++)
            g->asked[i] = INT64_MIN;
        g->trigger = trigger_rule_make(p, g->setup.available_now, any_live(g));
        s = open_store(g, distrust, e);
    }
    if (s == STATUS_OK) {
        g->collector.who =
            (struct identity){.device = slice_of(g->setup.device), .query = p->name, .epoch = store_epoch(g->store)};
        s = plan_start(g->plan, operator_state, g, &g->collector.op, (size_t)p->limits.memory / STATE_SHARE, g->memory,
                       &g->run, e);
        g->late.who = g->collector.who;
        g->late.who.unnumbered = true;
        if (s == STATUS_OK && g->run.late)
            g->run.late->next = &g->late.op;
    }
    if (s == STATUS_OK)
        s = open_ends(g, e);
    return s;
}

static void halt(struct engine *g)
{
    for (uint32_t i = 0; g->intake && i < g->setup.pipeline->source_count; i++)
        intake_close(g->intake[i]);
    g->intake = NULL;
    for (uint32_t i = 0; i < g->readers; i++)
        reader_close(g->reader[i]);
    g->readers = 0;
    collector_close(&g->collector);
    collector_close(&g->late);
    outbox_close(g->outbox);
    g->outbox = NULL;
    plan_stop(&g->run);
    g->run = (struct plan_run){0};
    store_close(g->store);
    g->store = NULL;
    arena_reset(&g->arena);
}

bool engine_may_heal(const struct engine *g)
{
    return g->store && store_damaged(g->store) && g->heals < HEALS_MAX;
}

enum status engine_heal(struct engine *g, struct error *e)
{
    struct error met = *e;
    if (met.text[0] == '\0')
        snprintf(met.text, sizeof met.text, "a record of it is damaged");
    log_say(g->setup.log, LOG_LEVEL_ERROR, "%s; what can be read of the checkpoint is recovered", met.text);
    halt(g);
    memset((char *)g + offsetof(struct engine, session), 0, sizeof *g - offsetof(struct engine, session));
    g->heals++;
    *e = (struct error){.status = STATUS_OK};
    return start(g, met.text, e);
}

// A pipeline that cannot be asked works all the same; and one that ends by itself is hardly asked.
static void open_control(struct engine *g)
{
    struct error e = {0};
    if (!g->setup.control)
        return;
    struct port *port = g->setup.port;
    struct slice directory = path_parent(slice_of(g->setup.control));
    enum status s = port->class->make_directory(port, arena_copy(&g->arena, directory.data, directory.size), &e);
    if (s == STATUS_OK)
        s = control_open(port, g->setup.control, g->memory, &g->control, &e);
    if (s == STATUS_OK)
        store_say_address(g->store, g->setup.control);
    else
        log_say(g->setup.log, trigger_is_bounded(&g->trigger) ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING,
                "it cannot be asked while it runs: %s", e.text);
}

enum status engine_open(const struct engine_setup *setup, struct engine **out, struct error *e)
{
    struct engine *g = mem_zalloc(setup->memory, sizeof *g);
    g->setup = *setup;
    g->memory = setup->memory;
    arena_init(&g->arena, g->memory, PLAN_ARENA_BLOCK);
    text_init(&g->scratch, g->memory);
    enum status s = start(g, NULL, e);
    while (s != STATUS_OK && engine_may_heal(g))
        s = engine_heal(g, e);
    if (s != STATUS_OK) {
        engine_close(g);
        return s;
    }
    open_control(g);
    *out = g;
    return STATUS_OK;
}

void engine_close(struct engine *g)
{
    if (!g)
        return;
    control_close(g->control);
    halt(g);
    arena_free(&g->arena);
    text_free(&g->scratch);
    mem_free(g->memory, g, sizeof *g);
}
