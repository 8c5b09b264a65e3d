#include "agent/cli/runner.h"

#include "agent/cli/place.h"
#include "agent/cli/terminal.h"
#include "agent/engine/engine.h"
#include "agent/plan/session.h"
#include "agent/plan/spark.h"
#include "hal/port/linux.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

// The one engine of the process, for the signal handler; and whether it was asked to stop before there was one.
static struct engine *volatile running;
static volatile sig_atomic_t asked;
static struct timespec asked_at;

enum { ASKED_ONCE = 200 }; // milliseconds: two signals within are one wish (timeout(1) sends its own twice)

static int64_t milliseconds_since(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - then->tv_sec) * INT64_C(1000) + (now.tv_nsec - then->tv_nsec) / 1000000;
}

static void on_signal(int number)
{
    if (asked) {
        if (milliseconds_since(&asked_at) >= ASKED_ONCE) { // asked twice, it ends at once; a crash costs nothing
            signal(number, SIG_DFL);
            raise(number);
        }
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &asked_at);
    asked = 1;
    if (running)
        engine_stop(running);
}

static void listen_to_signals(void)
{
    struct sigaction act = {.sa_handler = on_signal};
    sigaddset(&act.sa_mask, SIGTERM);
    sigaddset(&act.sa_mask, SIGINT);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
}

static enum status run_engine(struct engine *g, struct error *e)
{
    running = g;
    if (asked) // while it was made
        engine_stop(g);
    enum status s = engine_run(g, e);
    running = NULL;
    return s;
}

enum status runner_run(const struct pipeline *p, const struct arguments *a, struct arena *arena, struct memory *memory,
                       struct error *e)
{
    struct engine_setup setup = {
        .pipeline = p,
        .device = device_name(a->device, arena),
        .control = a->private ? NULL : control_place(p, a->state, arena),
        .available_now = a->available_now,
        .memory = memory,
    };
    enum status s = checkpoint_place(p, a->state, arena, &setup.checkpoint, e);
    if (s != STATUS_OK)
        return s;
    s = port_linux_open(&setup.port, e);
    if (s != STATUS_OK)
        return s;
    struct terminal terminal;
    struct engine *g = NULL;
    listen_to_signals();
    s = terminal_open(&terminal, setup.port, arena_copy(arena, p->name.data, p->name.size), a->log_level, e);
    if (s == STATUS_OK) {
        setup.log = &terminal.log;
        setup.progress = terminal_progress;
        setup.self = &terminal;
        s = engine_open(&setup, &g, e);
    }
    if (s == STATUS_OK)
        s = run_engine(g, e);
    engine_close(g);
    terminal_close(&terminal, setup.port);
    port_linux_close(setup.port);
    return s;
}

static enum status plan_and_print(const struct pipeline *p, struct port *port, enum runner_print what,
                                  struct arena *arena, struct memory *memory, struct error *e)
{
    struct session session;
    struct plan *plan;
    enum status s = pipeline_session(p, port->class->zones(port), arena, &session, e);
    if (s == STATUS_OK)
        s = plan_make(p, &session, arena, &plan, e);
    if (s != STATUS_OK)
        return s;
    struct text out;
    text_init(&out, memory);
    if (what == RUNNER_CHECK)
        plan_schema_print(plan, &out);
    if (what == RUNNER_SPARK)
        spark_program(p, plan, arena, &out);
    else
        plan_explain(plan, &out);
    s = port->class->print(port, out.data, out.size, e);
    text_clear(&out);
    if (what != RUNNER_SPARK)
        plan_warn(plan, &out);
    fputs(text_cstring(&out), stderr);
    text_free(&out);
    return s;
}

enum status runner_plan(const struct arguments *a, enum runner_print what, struct error *e)
{
    struct memory memory = {0};
    struct arena arena;
    arena_init(&arena, &memory, 16 * 1024);
    struct pipeline *p;
    struct port *port = NULL;
    enum status s = pipeline_read(a->operand[0], a->set, a->sets, &arena, &p, e);
    if (s == STATUS_OK)
        s = port_linux_open(&port, e);
    if (s == STATUS_OK)
        s = plan_and_print(p, port, what, &arena, &memory, e);
    port_linux_close(port);
    arena_free(&arena);
    return s;
}
