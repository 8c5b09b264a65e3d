// What run, sql, check and explain share: a pipeline with the machine under it.
#ifndef AGENT_CLI_RUNNER_H
#define AGENT_CLI_RUNNER_H

#include "agent/cli/arguments.h"

// Runs the pipeline until it is done or a signal stops it.
enum status runner_run(const struct pipeline *p, const struct arguments *a, struct arena *arena, struct memory *memory,
                       struct error *e);
// Plans the pipeline of a file without running it; prints its schema (`with_schema`) and its plan on standard output.
enum status runner_plan(const struct arguments *a, bool with_schema, struct error *e);

#endif
