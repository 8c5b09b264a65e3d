#include "hal/port/http_gzip.h"

#include <assert.h>
#include <zlib.h>

enum { LEVEL = 1, GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 }; // the first level: most of the gain for little of the time

// mem_free wants the size, and zlib does not tell it: it is kept in front.
static void *take(void *memory, unsigned count, unsigned size)
{
    size_t whole = (size_t)count * size + 2 * sizeof(size_t);
    size_t *block = mem_alloc(memory, whole);
    block[0] = whole;
    return block + 2;
}

static void give_back(void *memory, void *p)
{
    size_t *block = (size_t *)p - 2;
    mem_free(memory, block, block[0]);
}

void http_gzip(struct slice body, struct text *out)
{
    z_stream z = {.zalloc = take, .zfree = give_back, .opaque = out->memory};
    int status = deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    assert(status == Z_OK);
    z.next_in = (Bytef *)(uintptr_t)body.data;
    z.avail_in = body.size;
    uLong room = deflateBound(&z, body.size);
    z.next_out = (Bytef *)text_reserve(out, room);
    z.avail_out = (uInt)room;
    status = deflate(&z, Z_FINISH);
    assert(status == Z_STREAM_END);
    out->size += room - z.avail_out;
    deflateEnd(&z);
    (void)status;
}
