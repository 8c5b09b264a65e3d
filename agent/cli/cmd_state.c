#include "agent/cli/arguments.h"
#include "agent/cli/command.h"

#include "agent/store/store.h"

#include <stdio.h>
#include <string.h>

static enum status look(const char *directory, bool check, struct error *e)
{
    struct memory memory = {0};
    struct text out;
    text_init(&out, &memory);
    struct store_setup setup = {.directory = directory,
                                .device = "",
                                .query = "",
                                .build = RUNNEL_VERSION,
                                .cache_limit = 1024 * 1024,
                                .read_only = true,
                                .memory = &memory};
    struct store *store = NULL;
    enum status s = store_open(&setup, &store, e);
    if (s == STATUS_OK)
        s = check ? store_check(store, &out, e) : store_show(store, &out, e);
    if (out.size)
        fwrite(out.data, 1, out.size, stdout);
    store_close(store);
    text_free(&out);
    return s;
}

static enum status state(int argc, char **argv, struct error *e)
{
    static const char *const flags[] = {NULL};
    struct arguments a;
    enum status s = arguments_read(argc, argv, flags, &a, e);
    if (s != STATUS_OK)
        return s;
    const char *what = a.operands == 2 ? a.operand[1] : "show";
    if (a.operands < 1 || a.operands > 2)
        return error_set(e, STATUS_USAGE, "runnel state: wants a checkpoint directory, then show or check");
    if (strcmp(what, "show") != 0 && strcmp(what, "check") != 0)
        return error_set(e, STATUS_USAGE, "runnel state: \"%s\" is neither show nor check", what);
    return look(a.operand[0], what[0] == 'c', e);
}

const struct command command_state = {
    .name = "state",
    .usage = "state CHECKPOINT [show|check]",
    .summary = "reads a stopped or copied checkpoint: what is in it, and whether it is whole",
    .run = state,
};
