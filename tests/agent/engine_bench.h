// A whole pipeline on the simulated machine, its checkpoint a real one in a temporary directory. Time moves only when
// the pipeline waits. Included by one file of a test program, which is linked with --wrap=store_commit.
#ifndef TESTS_AGENT_ENGINE_BENCH_H
#define TESTS_AGENT_ENGINE_BENCH_H

#include "agent/engine/engine.h"
#include "tests/sim/port_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { BENCH_BATCHES = 256, SECOND = 1000000 };

struct bench {
    struct memory memory;
    struct arena arena;
    struct port *port;
    struct log log;
    struct text logged; // "warning: …\n" a line
    char parent[64], checkpoint[96];
    const char *device, *control;
    struct pipeline *pipeline;
    struct engine *engine;
    struct error error;
    struct engine_progress done[BENCH_BATCHES]; // the first so many
    uint32_t batches;
    // What the next commits meet.
    unsigned full_commits;
    void (*before_commit)(struct bench *b);
    enum { COMMIT_REAL, COMMIT_CRASH_BEFORE, COMMIT_CRASH_AFTER } commit_crash;
    uint32_t commit_crash_at; // the nth from now
};

static struct bench bench;

enum status __real_store_commit(struct store *s, const struct store_position *position, struct slice progress,
                                struct error *e);
enum status __wrap_store_commit(struct store *s, const struct store_position *position, struct slice progress,
                                struct error *e);

enum status __wrap_store_commit(struct store *s, const struct store_position *position, struct slice progress,
                                struct error *e)
{
    if (bench.before_commit)
        bench.before_commit(&bench);
    if (bench.full_commits > 0) {
        bench.full_commits--;
        return error_set(e, STATUS_FULL, "the checkpoint's disk is full");
    }
    bool crash = bench.commit_crash != COMMIT_REAL && --bench.commit_crash_at == 0;
    enum status status =
        crash && bench.commit_crash == COMMIT_CRASH_BEFORE ? STATUS_OK : __real_store_commit(s, position, progress, e);
    if (!crash || status != STATUS_OK)
        return status;
    bench.commit_crash = COMMIT_REAL;
    sim_crash(bench.port);
    return error_set(e, STATUS_FAILED, "the power failed at the commit");
}

static inline void bench_log(void *self, enum log_level level, const char *text)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    struct bench *b = self;
    text_printf(&b->logged, "%s: %s\n", names[level], text);
}

static inline void bench_progress(void *self, const struct engine_progress *p)
{
    struct bench *b = self;
    if (b->batches < BENCH_BATCHES)
        b->done[b->batches] = *p;
    b->batches++;
}

static inline void bench_open(void)
{
    bench = (struct bench){.log = {bench_log, &bench}, .device = "device-1"};
    arena_init(&bench.arena, &bench.memory, 16384);
    text_init(&bench.logged, &bench.memory);
    bench.port = sim_open(1);
    const char *room = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; // what a disk forgets is not tested here
    snprintf(bench.parent, sizeof bench.parent, "%s/runnel-engine-XXXXXX", room);
    assert_non_null(mkdtemp(bench.parent));
    snprintf(bench.checkpoint, sizeof bench.checkpoint, "%s/checkpoint", bench.parent);
}

// The pipeline file: ' stands for ", ~ for '.
static inline void bench_pipeline(const char *text)
{
    char *json = arena_copy(&bench.arena, text, strlen(text));
    for (char *at = json; *at; at++)
        *at = *at == '\'' ? '"' : *at == '~' ? '\'' : *at;
    if (pipeline_parse(slice_of(json), "p.json", "/", NULL, 0, &bench.arena, &bench.pipeline, &bench.error))
        fail_msg("%s", bench.error.text);
}

static inline enum status bench_try_start(void)
{
    struct engine_setup setup = {
        .pipeline = bench.pipeline,
        .port = bench.port,
        .log = &bench.log,
        .checkpoint = bench.checkpoint,
        .device = bench.device,
        .control = bench.control,
        .memory = &bench.memory,
        .progress = bench_progress,
        .self = &bench,
    };
    return engine_open(&setup, &bench.engine, &bench.error);
}

static inline void bench_start(void)
{
    if (bench_try_start())
        fail_msg("%s", bench.error.text);
}

static inline void bench_end(void)
{
    engine_close(bench.engine);
    bench.engine = NULL;
}

static inline void stop_engine(struct port *p, void *arg)
{
    (void)p, (void)arg;
    engine_stop(bench.engine);
}

static inline int64_t now_in(int64_t seconds)
{
    return bench.port->class->monotonic(bench.port) + seconds * SECOND;
}

// Runs for so many seconds of simulated time, or to the end of a bounded trigger (0).
static inline void bench_run(int64_t seconds)
{
    if (seconds > 0)
        sim_at(bench.port, now_in(seconds), stop_engine, NULL);
    if (engine_run(bench.engine, &bench.error))
        fail_msg("%s\n%s", bench.error.text, text_cstring(&bench.logged));
}

// A whole run: start, run, end.
static inline void bench_go(int64_t seconds)
{
    bench_start();
    bench_run(seconds);
    bench_end();
}

static inline void bench_close(void)
{
    bench_end();
    sim_close(bench.port);
    text_free(&bench.logged);
    arena_free(&bench.arena);
    assert_int_equal(bench.memory.used, 0);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", bench.parent);
    assert_int_equal(system(command), 0);
}

static inline unsigned bench_said(const char *words) // how often
{
    unsigned count = 0;
    for (const char *at = text_cstring(&bench.logged); (at = strstr(at, words)) != NULL; at++)
        count++;
    return count;
}

static inline const char *bench_printed(void)
{
    struct slice s = sim_printed(bench.port);
    return arena_copy(&bench.arena, s.data, s.size);
}

// All finished files of a directory sink, in order of batch, "N:\n" before each where `banner`.
static inline const char *bench_files(const char *directory, bool banner)
{
    struct text all;
    text_init(&all, &bench.memory);
    for (int batch = 0; batch < BENCH_BATCHES; batch++) {
        char path[128];
        struct slice bytes;
        snprintf(path, sizeof path, "%s/part-%08d.json", directory, batch);
        if (!sim_file(bench.port, path, &bytes))
            continue;
        if (banner)
            text_printf(&all, "%d:\n", batch);
        text_slice(&all, bytes);
    }
    const char *copy = arena_copy(&bench.arena, all.data ? all.data : "", all.size);
    text_free(&all);
    return copy;
}

static inline void put_later(struct port *p, void *arg)
{
    const char **file = arg; // path, text
    sim_put_text(p, file[0], file[1], SIM_WALL_START);
}

#endif
