#include "agent/cli/command.h"
#include "agent/cli/runner.h"

static enum status explain(int argc, char **argv, struct error *e)
{
    static const char *const flags[] = {"set", NULL};
    struct arguments a;
    enum status s = arguments_read(argc, argv, flags, &a, e);
    if (s == STATUS_OK && a.operands != 1)
        s = error_set(e, STATUS_USAGE, "runnel explain: wants one pipeline file, got %u", a.operands);
    return s == STATUS_OK ? runner_plan(&a, RUNNER_EXPLAIN, e) : s;
}

const struct command command_explain = {
    .name = "explain",
    .usage = "explain FILE [--set path=value]…",
    .summary = "shows how a pipeline would run: what is read, kept as state, and given out when",
    .run = explain,
};
