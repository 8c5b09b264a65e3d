#include "agent/cli/command.h"

#include "ops/slice.h"

#include <string.h>

extern const struct command command_run, command_sql, command_check, command_explain, command_spark, command_state,
    command_test, command_version;

static const struct command *const commands[] = {
    &command_run,   &command_sql,   &command_check, &command_explain,
    &command_spark, &command_state, &command_test,  &command_version,
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

const struct command *command_find(const char *name)
{
    for (unsigned i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const struct command *const *command_list(uint32_t *count)
{
    *count = COMMANDS;
    return commands;
}

const struct command *command_nearest(const char *name)
{
    struct slice names[COMMANDS];
    for (unsigned i = 0; i < COMMANDS; i++)
        names[i] = slice_of(commands[i]->name);
    int nearest = slice_nearest(slice_of(name), names, COMMANDS);
    return nearest < 0 ? NULL : commands[nearest];
}

int exit_code(enum status s)
{
    switch (s) {
    case STATUS_OK:
    case STATUS_END:
        return 0;
    case STATUS_USAGE:
        return 2;
    case STATUS_CONFIG:
        return 78; // EX_CONFIG
    default:
        return 1;
    }
}
