#include "agent/replay/replay.h"

#include "agent/engine/engine.h"
#include "agent/plan/session.h"
#include "agent/replay/case.h"
#include "agent/replay/clock.h"
#include "agent/replay/compare.h"
#include "agent/replay/parts.h"
#include "agent/replay/recorded.h"
#include "agent/replay/scan.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETTLE_TRIGGERS = 3, SETTLE = 1000 * 1000 /* microseconds, where there is no trigger */, NFTW_HANDLES = 8 };

struct replay {
    const struct replay_setup *setup;
    struct pipeline *p;
    struct test_case c;
    char *work; // what a run sees of the case
    struct replay_clock clock;
    struct text printed;
    struct case_row *rows;
    uint32_t count;
    bool bounded;
    int64_t end; // of the recording
    bool floats;
};

// ---- the pipeline's ends

static bool reads_files(const struct pipeline_source *s)
{
    return s->class->decodes && s->class->columns == NULL;
}

// The path as the pipeline file has it, if that is relative and the case has something there.
static bool is_in_case(const struct replay *r, struct slice path)
{
    if (path.size == 0 || path.data[0] == '/')
        return false;
    uint32_t plain = 0; // up to the pattern
    while (plain < path.size && !strchr("*?[{", path.data[plain]))
        plain++;
    for (uint32_t i = 0; i < r->c.file_count + r->c.dir_count; i++) {
        const char *there = i < r->c.file_count ? r->c.files[i].path : r->c.dirs[i - r->c.file_count];
        if (strncmp(there, path.data, plain) == 0 &&
            (plain < path.size || path.data[plain - 1] == '/' || there[plain] == '/' || there[plain] == '\0'))
            return true;
    }
    return false;
}

// Else it is input/NAME, which may have no file.
static enum status read_from_case(struct replay *r, struct pipeline_source *s, struct error *e)
{
    struct arena *a = r->setup->arena;
    struct slice path = option_text(&s->options, "path");
    bool named = is_in_case(r, path);
    const char *input = arena_printf(a, "%s/input", r->work);
    const char *whole = named ? arena_printf(a, "%s/%.*s", r->work, (int)path.size, path.data)
                              : arena_printf(a, "%s/%.*s", input, (int)s->name.size, s->name.data);
    const struct option_spec *most = option_find(s->class->options, SLICE("maxFilesPerTrigger"));
    replay_add_option(&s->options, option_find(s->class->options, SLICE("path")), slice_of(whole), 0, a);
    if (r->c.one_file_a_batch && !s->is_static)
        replay_add_option(&s->options, most, (struct slice){0}, 1, a);
    if (!named && ((mkdir(input, 0777) != 0 && errno != EEXIST) || (mkdir(whole, 0777) != 0 && errno != EEXIST)))
        return error_set(e, STATUS_FAILED, "%s: %s", whole, strerror(errno));
    return STATUS_OK;
}

static enum status read_recording(struct replay *r, struct pipeline_source *s, struct error *e)
{
    struct arena *a = r->setup->arena;
    static const char *const endings[] = {"jsonl", "txt"};
    const char *file = NULL;
    struct recording recording;
    for (unsigned i = 0; i < 2 && !file; i++) {
        const char *path =
            arena_printf(a, "%s/input/%.*s.%s", r->c.directory, (int)s->name.size, s->name.data, endings[i]);
        if (access(path, F_OK) == 0)
            file = path;
    }
    if (!file)
        return error_set(e, STATUS_CONFIG, "%s/input/%.*s.jsonl: there is no recording of the %s source %.*s",
                         r->c.directory, (int)s->name.size, s->name.data, s->class->format, (int)s->name.size,
                         s->name.data);
    const struct zones *zones = r->setup->port->class->zones(r->setup->port);
    enum status status = recording_read(file, r->c.start, zones, a, &recording, e);
    if (status != STATUS_OK)
        return status;
    if (recording.count > 0 && recording.at[recording.count - 1] > r->end)
        r->end = recording.at[recording.count - 1];
    recording_take_place(file, r->c.start, s, a);
    return STATUS_OK;
}

static enum status take_sources(struct replay *r, struct error *e)
{
    struct pipeline *p = r->p;
    bool recorded = false, endless = false;
    enum status s = STATUS_OK;
    for (uint32_t i = 0; i < p->source_count && s == STATUS_OK; i++) {
        struct pipeline_source *source = &p->sources[i];
        endless = endless || slice_equal(slice_of(source->class->format), SLICE("rate"));
        if (reads_files(source)) {
            s = read_from_case(r, source, e);
        } else if (source->class->decodes) {
            recorded = true;
            s = read_recording(r, source, e);
        } else if (source->class->live) {
            s = error_set(e, STATUS_CONFIG, "source %.*s: a %s source cannot be recorded", (int)source->name.size,
                          source->name.data, source->class->format);
        }
    }
    bool own = p->trigger == TRIGGER_AVAILABLE_NOW || p->trigger == TRIGGER_ONCE;
    r->bounded = own || (!recorded && r->c.duration < 0);
    if (s == STATUS_OK && endless && r->bounded && !own)
        s = error_set(e, STATUS_CONFIG,
                      "%s/case.json: a rate has no end: how long does the case go on? wanted is a "
                      "\"duration\", such as \"1 minute\"",
                      r->c.directory);
    return s;
}

// One sink in place of all: JSON with its identity, kept by the clock's print.
static void take_sinks(struct replay *r)
{
    struct arena *a = r->setup->arena;
    struct pipeline_sink *sink = ARENA_NEW(a, struct pipeline_sink);
    sink->name = SLICE("out");
    sink->class = sink_find(SLICE("json"));
    replay_add_option(&sink->options, option_find(sink->class->options, SLICE("path")), SLICE("-"), 0, a);
    replay_add_option(&sink->options, option_find(sink->class->options, SLICE("metadata")), (struct slice){0}, 1, a);
    r->p->sinks = sink;
    r->p->sink_count = 1;
    r->p->late_sink = NULL; // late rows are dropped
}

static bool has_float(const struct type *t)
{
    bool any = t->id == TYPE_FLOAT || (t->element && has_float(t->element)) || (t->key && has_float(t->key));
    for (uint32_t i = 0; i < t->field_count && !any; i++)
        any = has_float(t->fields[i].type);
    return any;
}

// What the file says is checked with its own sinks, before they are taken away.
static enum status check(struct replay *r, struct error *e)
{
    struct session session;
    struct plan *plan;
    struct port *port = r->setup->port;
    enum status s = pipeline_session(r->p, port->class->zones(port), r->setup->arena, &session, e);
    if (s == STATUS_OK)
        s = plan_make(r->p, &session, r->setup->arena, &plan, e);
    if (s != STATUS_OK)
        return s;
    uint32_t count;
    const struct field *fields = plan_fields(plan, &count);
    for (uint32_t i = 0; i < count; i++)
        r->floats = r->floats || has_float(fields[i].type);
    return STATUS_OK;
}

// ---- running

static void stop(void *engine)
{
    engine_stop(engine);
}

static int64_t end_of_run(const struct replay *r)
{
    int64_t interval = r->p->trigger == TRIGGER_PROCESSING_TIME ? r->p->trigger_interval : 0;
    if (r->bounded)
        return INT64_MAX;
    if (r->c.duration >= 0)
        return r->clock.now + r->c.duration;
    int64_t last = r->end > r->clock.now ? r->end : r->clock.now;
    return last + SETTLE_TRIGGERS * (interval > SETTLE ? interval : SETTLE);
}

static enum status run_once(struct replay *r, struct error *e)
{
    const struct replay_setup *setup = r->setup;
    struct engine_setup engine = {
        .pipeline = r->p,
        .port = setup->port,
        .log = setup->log,
        .checkpoint = arena_printf(setup->arena, "%s/.state", r->work),
        .device = "test",
        .available_now = r->bounded && r->p->trigger != TRIGGER_ONCE,
        .memory = setup->memory,
    };
    struct engine *g = NULL;
    enum status s = engine_open(&engine, &g, e);
    if (s == STATUS_OK) {
        r->clock.end = end_of_run(r);
        r->clock.self = g;
        r->clock.stop = stop;
        s = engine_run(g, e);
    }
    r->clock.stop = NULL;
    engine_close(g);
    return s;
}

// What the sink printed: rows, each with its identity behind.
static void collect_rows(struct replay *r)
{
    struct arena *a = r->setup->arena;
    uint32_t lines = 0;
    for (size_t i = 0; i < r->printed.size; i++)
        lines += r->printed.data[i] == '\n';
    r->rows = ARENA_ARRAY(a, struct case_row, lines + 1);
    for (size_t i = 0; i < r->printed.size;) {
        const char *line = r->printed.data + i, *end = memchr(line, '\n', r->printed.size - i);
        struct slice at = {line, (uint32_t)(end - line)}, name, value, tag = {0}, batch = {0};
        uint32_t size = 1; // up to the identity
        while (scan_member(&at, &name, &value)) {
            if (slice_equal(name, SLICE("_runnel")))
                tag = value;
            else
                size = (uint32_t)(at.data - line);
        }
        while (scan_member(&tag, &name, &value))
            if (slice_equal(name, SLICE("batch")))
                batch = value;
        char *row = arena_alloc(a, size + 1u);
        memcpy(row, line, size);
        row[size] = '}';
        r->rows[r->count++] = (struct case_row){strtoll(batch.data, NULL, 10), {row, size + 1}};
        i += (size_t)(end - line) + 1;
    }
}

static enum status run_all(struct replay *r, struct error *e)
{
    enum status s = STATUS_OK;
    replay_clock_open(&r->clock, r->setup->port, r->c.start, &r->printed);
    for (uint32_t run = 1; run <= r->c.runs && s == STATUS_OK; run++) {
        s = case_stage(&r->c, run, r->work, e);
        if (s == STATUS_OK)
            s = run_once(r, e);
    }
    replay_clock_close(&r->clock, r->setup->port);
    collect_rows(r);
    return s;
}

// ---- the answer

static enum status judge(struct replay *r, enum status ran, const struct error *met, struct text *out, struct error *e)
{
    struct slice wanted = r->c.error;
    bool failed = ran != STATUS_OK;
    struct compare_counts n = compare_rows(&r->c, r->rows, r->count, r->floats, r->setup->arena, out);
    if (failed && !wanted.data) {
        text_printf(out, "it ended with an error that was not expected\n");
        return error_set(e, ran, "%s", met->text);
    }
    bool right = !failed || memmem(met->text, strlen(met->text), wanted.data, wanted.size) != NULL;
    if (!failed && wanted.data)
        text_printf(out, "an error was expected (%.*s), and there was none\n", (int)wanted.size, wanted.data);
    else if (!right)
        text_printf(out, "another error was expected (%.*s): %s\n", (int)wanted.size, wanted.data, met->text);
    if (n.missing == 0 && n.extra == 0 && right && failed == (wanted.data != NULL)) {
        text_printf(out, "ok: %u rows%s\n", n.same, failed ? ", and the error" : "");
        return STATUS_OK;
    }
    text_printf(out, "%u rows as expected, %u missing, %u not expected\n", n.same, n.missing, n.extra);
    return error_set(e, STATUS_FAILED, "%s: another result than expected (--update records what comes now)",
                     r->c.directory);
}

static enum status record(struct replay *r, enum status ran, const struct error *met, struct text *out, struct error *e)
{
    enum status s = case_write_expected(&r->c, r->rows, r->count, ran == STATUS_OK ? NULL : met->text, e);
    if (s == STATUS_OK)
        text_printf(out, "recorded: %u rows%s\n", r->count, ran == STATUS_OK ? "" : ", and the error");
    return s;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    (void)remove(path);
    return 0;
}

static enum status make_work(struct replay *r, struct error *e)
{
    const char *temporary = getenv("TMPDIR");
    r->work = arena_printf(r->setup->arena, "%s/runnel-test-XXXXXX", temporary && *temporary ? temporary : "/tmp");
    if (mkdtemp(r->work))
        return STATUS_OK;
    enum status s = error_set(e, STATUS_FAILED, "cannot make %s: %s", r->work, strerror(errno));
    r->work = NULL;
    return s;
}

enum status replay_run(const struct replay_setup *setup, struct text *out, struct error *e)
{
    struct replay r = {.setup = setup, .p = setup->pipeline};
    struct error met = {.status = STATUS_OK};
    text_init(&r.printed, setup->memory);
    const struct zones *zones = setup->port->class->zones(setup->port);
    enum status s = case_read(setup->directory, setup->update, zones, setup->arena, &r.c, e);
    if (s == STATUS_OK)
        s = make_work(&r, e);
    enum status ran = setup->pipeline ? STATUS_OK : setup->refused->status;
    if (!setup->pipeline)
        met = *setup->refused;
    if (s == STATUS_OK && ran == STATUS_OK)
        ran = check(&r, &met);
    if (s == STATUS_OK && ran == STATUS_OK) {
        s = take_sources(&r, e);
        take_sinks(&r);
        if (s == STATUS_OK)
            ran = run_all(&r, &met);
    }
    if (s == STATUS_OK)
        s = setup->update ? record(&r, ran, &met, out, e) : judge(&r, ran, &met, out, e);
    if (r.work)
        nftw(r.work, remove_one, NFTW_HANDLES, FTW_DEPTH | FTW_PHYS);
    text_free(&r.printed);
    return s;
}
