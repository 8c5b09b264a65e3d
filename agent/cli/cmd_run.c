#include "agent/cli/command.h"
#include "agent/cli/runner.h"

static enum status run(int argc, char **argv, struct error *e)
{
    static const char *const flags[] = {"available-now", "state", "device", "set", "log-level", NULL};
    struct arguments a;
    enum status s = arguments_read(argc, argv, flags, &a, e);
    if (s == STATUS_OK && a.operands != 1)
        s = error_set(e, STATUS_USAGE, "runnel run: wants one pipeline file, got %u", a.operands);
    if (s != STATUS_OK)
        return s;
    struct memory memory = {0};
    struct arena arena;
    arena_init(&arena, &memory, 16 * 1024);
    struct pipeline *p;
    s = pipeline_read(a.operand[0], a.set, a.sets, &arena, &p, e);
    if (s == STATUS_OK)
        s = runner_run(p, &a, &arena, &memory, e);
    arena_free(&arena);
    return s;
}

const struct command command_run = {
    .name = "run",
    .usage = "run FILE [--available-now] [--state DIR] [--device NAME] [--set path=value]… [--log-level LEVEL]",
    .summary = "runs one pipeline in the foreground",
    .run = run,
};
