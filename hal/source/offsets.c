#include "hal/source/offsets.h"

#include <assert.h>

void offsets_put(char *to, int64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        to[i] = (char)(unsigned char)((uint64_t)value >> (8 * i));
}

int64_t offsets_get(const char *from)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)(unsigned char)from[i] << (8 * i);
    return (int64_t)value;
}

enum status offsets_load(const struct state *state, struct slice key, int64_t *values, uint32_t count, struct error *e)
{
    struct slice bytes;
    enum status status = state_get(state, key, &bytes, e);
    if (status != STATUS_OK)
        return status;
    if (bytes.size != 8 * count)
        return error_set(e, STATUS_DAMAGED, "the offsets of a source have %u bytes, not %u", bytes.size, 8 * count);
    for (uint32_t i = 0; i < count; i++)
        values[i] = offsets_get(bytes.data + 8 * i);
    return STATUS_OK;
}

enum status offsets_save(const struct state *state, struct slice key, const int64_t *values, uint32_t count,
                         struct error *e)
{
    char bytes[8 * OFFSETS_MAX];
    assert(count <= OFFSETS_MAX);
    for (uint32_t i = 0; i < count; i++)
        offsets_put(bytes + 8 * i, values[i]);
    return state_put(state, key, (struct slice){bytes, 8 * count}, e);
}
