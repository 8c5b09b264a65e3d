#include "agent/cli/arguments.h"
#include "agent/cli/ask.h"
#include "agent/cli/command.h"

#include "agent/engine/deadletter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum status open_store(const char *directory, bool read_only, struct memory *memory, struct store **out,
                              struct error *e)
{
    struct store_setup setup = {.directory = directory,
                                .build = RUNNEL_VERSION,
                                .cache_limit = 1024 * 1024,
                                .read_only = read_only,
                                .memory = memory};
    return store_open(&setup, out, e);
}

enum what { WHAT_SHOW, WHAT_CHECK, WHAT_LIST };

static enum status look(const char *directory, enum what what, struct error *e)
{
    struct memory memory = {0};
    struct text out;
    uint64_t letters = 0;
    text_init(&out, &memory);
    struct store *store = NULL;
    enum status s = open_store(directory, true, &memory, &store, e);
    if (s == STATUS_OK && what == WHAT_LIST)
        s = deadletter_list(store, SIZE_MAX, &out, &letters, e);
    else if (s == STATUS_OK)
        s = what == WHAT_CHECK ? store_check(store, &out, e) : store_show(store, &out, e);
    if (out.size)
        fwrite(out.data, 1, out.size, stdout);
    store_close(store);
    text_free(&out);
    return s;
}

static enum status resend(const char *directory, struct error *e)
{
    struct memory memory = {0};
    uint64_t letters = 0;
    struct store *store = NULL;
    enum status s = open_store(directory, true, &memory, &store, e); // is it one?
    store_close(store);
    store = NULL;
    if (s == STATUS_OK)
        s = open_store(directory, false, &memory, &store, e);
    if (s == STATUS_OK)
        s = deadletter_resend(store, &letters, e);
    store_close(store);
    if (letters > 0 || s == STATUS_OK)
        printf("%" PRIu64 " dead letters are in the log again: the next start sends them\n", letters);
    return s;
}

// The dead letters of a running pipeline; false: nobody works on the checkpoint, or what works there cannot be asked.
static bool ask(const char *directory, const char *question, enum status *status, struct error *e)
{
    int pid;
    char address[STORE_ADDRESS_ROOM];
    if (!store_running(directory, &pid, address) || address[0] == '\0')
        return false;
    struct memory memory = {0};
    struct text answer;
    text_init(&answer, &memory);
    *status = ask_running(address, question, &answer, e);
    if (answer.size > 0)
        fwrite(answer.data, 1, answer.size, stdout);
    text_free(&answer);
    return true;
}

static enum status state(int argc, char **argv, struct error *e)
{
    static const char *const flags[] = {NULL};
    struct arguments a;
    enum status s = arguments_read(argc, argv, flags, &a, e);
    if (s != STATUS_OK)
        return s;
    const char *what = a.operands >= 2 ? a.operand[1] : "show";
    const char *how = a.operands == 3 ? a.operand[2] : "";
    bool letters = strcmp(what, "deadletter") == 0;
    if (a.operands < 1 || a.operands > (letters ? 3 : 2))
        return error_set(e, STATUS_USAGE,
                         "runnel state: wants a checkpoint directory, then show, check, or deadletter list|resend");
    bool again = letters && strcmp(how, "resend") == 0;
    if (letters && !again && how[0] != '\0' && strcmp(how, "list") != 0)
        return error_set(e, STATUS_USAGE, "runnel state: deadletter \"%s\" is neither list nor resend", how);
    if (!letters && strcmp(what, "show") != 0 && strcmp(what, "check") != 0)
        return error_set(e, STATUS_USAGE, "runnel state: \"%s\" is neither show, check nor deadletter", what);
    if (letters && ask(a.operand[0], again ? "deadletter.resend" : "deadletter.list", &s, e))
        return s;
    if (again)
        return resend(a.operand[0], e);
    return look(a.operand[0], letters ? WHAT_LIST : what[0] == 'c' ? WHAT_CHECK : WHAT_SHOW, e);
}

const struct command command_state = {
    .name = "state",
    .usage = "state CHECKPOINT [show|check|deadletter list|deadletter resend]",
    .summary =
        "reads a stopped or copied checkpoint: what is in it, and whether it is whole; lists dead letters and sends "
        "them again, of a running pipeline too",
    .run = state,
};
