#include "agent/cli/arguments.h"
#include "agent/cli/command.h"

#include "agent/replay/replay.h"
#include "hal/port/linux.h"

#include <stdio.h>

// Only what is wrong: a test's own answer is what is to be read.
static void say(void *self, enum log_level level, const char *text)
{
    (void)self;
    if (level <= LOG_LEVEL_WARNING)
        fprintf(stderr, "%s\n", text);
}

static enum status run_test(const struct arguments *a, struct port *port, struct arena *arena, struct memory *memory,
                            struct error *e)
{
    static const struct log log = {say, NULL};
    struct error refused = {.status = STATUS_OK};
    struct pipeline *p = NULL;
    struct text out;
    enum status s = pipeline_read(a->operand[0], a->set, a->sets, arena, &p, &refused);
    if (s == STATUS_USAGE)
        return error_set(e, s, "%s", refused.text);
    struct replay_setup setup = {
        .pipeline = p,
        .refused = &refused,
        .directory = a->operand[1],
        .update = a->update,
        .port = port,
        .arena = arena,
        .memory = memory,
        .log = &log,
    };
    refused.status = s;
    text_init(&out, memory);
    s = replay_run(&setup, &out, e);
    enum status printed =
        out.size == 0 ? STATUS_OK : port->class->print(port, out.data, out.size, s == STATUS_OK ? e : NULL);
    text_free(&out);
    return s == STATUS_OK ? printed : s;
}

static enum status test(int argc, char **argv, struct error *e)
{
    static const char *const flags[] = {"update", "set", NULL};
    struct arguments a;
    enum status s = arguments_read(argc, argv, flags, &a, e);
    if (s == STATUS_OK && a.operands != 2)
        s = error_set(e, STATUS_USAGE, "runnel test: wants a pipeline file and the directory of a case, got %u",
                      a.operands);
    if (s != STATUS_OK)
        return s;
    struct memory memory = {0};
    struct arena arena;
    struct port *port = NULL;
    arena_init(&arena, &memory, 64 * 1024);
    s = port_linux_open(&port, e);
    if (s == STATUS_OK)
        s = run_test(&a, port, &arena, &memory, e);
    port_linux_close(port);
    arena_free(&arena);
    return s;
}

const struct command command_test = {
    .name = "test",
    .usage = "test FILE CASE [--update] [--set path=value]…",
    .summary = "runs a pipeline on recorded input under a simulated clock and compares the rows",
    .run = test,
};
