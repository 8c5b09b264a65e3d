#include "agent/cli/command.h"
#include "agent/cli/runner.h"

static enum status spark(int argc, char **argv, struct error *e)
{
    static const char *const flags[] = {"set", NULL};
    struct arguments a;
    enum status s = arguments_read(argc, argv, flags, &a, e);
    if (s == STATUS_OK && a.operands != 1)
        s = error_set(e, STATUS_USAGE, "runnel spark: wants one pipeline file, got %u", a.operands);
    return s == STATUS_OK ? runner_plan(&a, RUNNER_SPARK, e) : s;
}

const struct command command_spark = {
    .name = "spark",
    .usage = "spark FILE [--set path=value]…",
    .summary = "prints the pipeline as a PySpark program",
    .run = spark,
};
