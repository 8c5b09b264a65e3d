// What run, sql, check and explain share: a pipeline with the machine under it.
#ifndef AGENT_CLI_RUNNER_H
#define AGENT_CLI_RUNNER_H

#include "agent/cli/arguments.h"

// Runs the pipeline until it is done or a signal stops it.
enum status runner_run(const struct pipeline *p, const struct arguments *a, struct arena *arena, struct memory *memory,
                       struct error *e);
enum runner_print {
    RUNNER_CHECK,   // the result's schema and the plan
    RUNNER_EXPLAIN, // the plan
    RUNNER_SPARK,   // the PySpark program
};
// Plans the pipeline of a file without running it, and prints what is asked on standard output.
enum status runner_plan(const struct arguments *a, enum runner_print what, struct error *e);

#endif
