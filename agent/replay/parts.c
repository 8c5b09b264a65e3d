#include "agent/replay/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MAX = 256 << 20 };

enum status replay_read_file(const char *path, struct arena *arena, struct slice *out, struct error *e)
{
    FILE *f = fopen(path, "rb");
    if (!f && errno == ENOENT)
        return error_set(e, STATUS_END, "%s: there is no such file", path);
    if (!f)
        return error_set(e, STATUS_FAILED, "%s: %s", path, strerror(errno));
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    enum status s = STATUS_OK;
    if (size < 0 || size > FILE_BYTES_MAX) {
        s = error_set(e, STATUS_FAILED, "%s: no file, or one larger than %d MB", path, FILE_BYTES_MAX >> 20);
    } else {
        rewind(f);
        char *bytes = arena_alloc(arena, (size_t)size + 1);
        if (fread(bytes, 1, (size_t)size, f) != (size_t)size)
            s = error_set(e, STATUS_FAILED, "%s: %s", path, errno ? strerror(errno) : "it changes while it is read");
        *out = (struct slice){bytes, (uint32_t)size};
    }
    fclose(f);
    return s;
}

void replay_add_option(struct options *options, const struct option_spec *spec, struct slice text, int64_t integer,
                       struct arena *arena)
{
    struct option_value *values = ARENA_ARRAY(arena, struct option_value, options->count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < options->count; i++)
        if (!slice_equal_fold(slice_of(options->value[i].spec->name), slice_of(spec->name)))
            values[count++] = options->value[i];
    values[count++] = (struct option_value){.spec = spec, .given = true, .text = text, .integer = integer};
    options->value = values;
    options->count = count;
}
