#include "agent/cli/command.h"
#include "agent/cli/runner.h"

static enum status check(int argc, char **argv, struct error *e)
{
    static const char *const flags[] = {"set", NULL};
    struct arguments a;
    enum status s = arguments_read(argc, argv, flags, &a, e);
    if (s == STATUS_OK && a.operands != 1)
        s = error_set(e, STATUS_USAGE, "runnel check: wants one pipeline file, got %u", a.operands);
    return s == STATUS_OK ? runner_plan(&a, RUNNER_CHECK, e) : s;
}

const struct command command_check = {
    .name = "check",
    .usage = "check FILE [--set path=value]…",
    .summary = "validates a pipeline without running it: its schema and plan, or the error",
    .run = check,
};
