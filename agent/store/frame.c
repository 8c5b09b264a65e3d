#include "agent/store/frame.h"

#include "ops/crc32c.h"

// The key is part of the sum: a right value under a wrong key is damage too.
static uint32_t sum(struct slice key, const char *record, uint32_t size)
{
    uint32_t crc = crc32c(0, key.data, key.size);
    crc = crc32c(crc, record, 1);
    return crc32c(crc, record + 5, 4 + (size_t)size);
}

void frame_seal(char *to, struct slice key, uint32_t size)
{
    to[0] = FRAME_VERSION;
    put_u32(to + 5, size);
    put_u32(to + 1, sum(key, to, size));
}

bool frame_open(struct slice key, struct slice record, struct slice *payload)
{
    if (record.size < FRAME_HEAD || record.data[0] != FRAME_VERSION)
        return false;
    uint32_t size = get_u32(record.data + 5);
    if (size != record.size - FRAME_HEAD || get_u32(record.data + 1) != sum(key, record.data, size))
        return false;
    *payload = (struct slice){record.data + FRAME_HEAD, size};
    return true;
}
