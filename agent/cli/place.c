#include "agent/cli/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *set(const char *variable)
{
    const char *value = getenv(variable);
    return value && value[0] ? value : NULL;
}

// Where checkpoints are kept by name; NULL: nowhere.
static const char *state_root(const char *state, struct arena *arena)
{
    if (!state)
        state = set("STATE_DIRECTORY");
    const char *home = set("HOME");
    return state ? state : home ? arena_printf(arena, "%s/.local/state/runnel", home) : NULL;
}

enum status checkpoint_place(const struct pipeline *p, const char *state, struct arena *arena, const char **out,
                             struct error *e)
{
    if (!state && p->checkpoint.size > 0) {
        *out = arena_copy(arena, p->checkpoint.data, p->checkpoint.size);
        return STATUS_OK;
    }
    const char *root = state_root(state, arena);
    if (!root)
        return error_set(e, STATUS_USAGE,
                         "runnel: nowhere to keep state: give --state DIR, or set HOME or STATE_DIRECTORY");
    *out = arena_printf(arena, "%s/%.*s", root, (int)p->name.size, p->name.data);
    return STATUS_OK;
}

const char *control_place(const struct pipeline *p, const char *state, struct arena *arena)
{
    const char *runtime = set("RUNTIME_DIRECTORY"), *user = set("XDG_RUNTIME_DIR");
    const char *root = runtime ? runtime : user ? arena_printf(arena, "%s/runnel", user) : state_root(state, arena);
    return root ? arena_printf(arena, "%s/%.*s.sock", root, (int)p->name.size, p->name.data) : NULL;
}

static const char *machine_id(struct arena *arena)
{
    char id[33] = "";
    FILE *f = fopen("/etc/machine-id", "re");
    if (!f)
        return NULL;
    bool read = fread(id, 1, sizeof id - 1, f) > 0;
    fclose(f);
    size_t size = read ? strcspn(id, "\n") : 0;
    return size == sizeof id - 1 ? arena_copy(arena, id, size) : NULL;
}

const char *device_name(const char *given, struct arena *arena)
{
    if (!given)
        given = set("RUNNEL_DEVICE");
    if (given)
        return given;
    const char *id = machine_id(arena);
    if (id)
        return id;
    char host[256] = "";
    if (gethostname(host, sizeof host - 1) != 0 || !host[0])
        return "localhost";
    return arena_copy(arena, host, strlen(host));
}
