// The command line: one file a command, one registry (agent/cli/commands.c).
#ifndef AGENT_CLI_COMMAND_H
#define AGENT_CLI_COMMAND_H

#include "ops/arena.h"
#include "ops/status.h"

struct command {
    const char *name;
    const char *usage;   // "run FILE [--available-now] …"
    const char *summary; // one line
    // argv[0] is the command's name. What it answers becomes the exit code; the words are printed by main.
    enum status (*run)(int argc, char **argv, struct error *e);
};

const struct command *command_find(const char *name);
const struct command *const *command_list(uint32_t *count);
// The known command nearest to `name`, or NULL.
const struct command *command_nearest(const char *name);

int exit_code(enum status s);

#endif
