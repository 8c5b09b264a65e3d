// Flags of a command: `--name value`, `--name=value`, `--name`, in any place; what is not a flag is an operand.
#ifndef AGENT_CLI_ARGUMENTS_H
#define AGENT_CLI_ARGUMENTS_H

#include "agent/plan/pipeline.h"
#include "ops/status.h"

enum { ARGUMENT_SETS_MAX = 64, ARGUMENT_OPERANDS_MAX = 8 };

struct arguments {
    const char *operand[ARGUMENT_OPERANDS_MAX];
    unsigned operands;
    bool available_now, update;
    bool private;                                                // no control socket: nobody could name it
    const char *state, *device, *log_level;                      // NULL: not given
    const char *from, *to, *mode, *trigger, *schema, *watermark; // runnel sql
    struct pipeline_set set[ARGUMENT_SETS_MAX];
    uint32_t sets;
};

// `allowed` names those the command takes, NULL-terminated. STATUS_USAGE names a flag that is none, with the nearest.
enum status arguments_read(int argc, char **argv, const char *const *allowed, struct arguments *a, struct error *e);

#endif
