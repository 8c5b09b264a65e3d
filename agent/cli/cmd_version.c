#include "agent/cli/command.h"

#include "agent/plan/board.h"
#include "agent/store/store.h"

#include <stdio.h>

static enum status version(int argc, char **argv, struct error *e)
{
    if (argc > 1)
        return error_set(e, STATUS_USAGE, "runnel version: takes no argument, got \"%s\"", argv[1]);
    printf("runnel " RUNNEL_VERSION " for %s, %zu-bit, checkpoint format %d\n", RUNNEL_BOARD_NAME, sizeof(void *) * 8,
           STORE_FORMAT);
    return STATUS_OK;
}

const struct command command_version = {
    .name = "version",
    .usage = "version",
    .summary = "says which version this is, and for which board it was built",
    .run = version,
};
