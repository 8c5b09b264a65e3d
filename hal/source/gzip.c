#include "hal/source/gzip.h"

#include <limits.h>
#include <zlib.h>

enum { GZIP_BUFFER = 32768, GZIP_WINDOW = 15 + 16 }; // + 16: a gzip header, not zlib's

struct piece {
    size_t size;
    _Alignas(16) unsigned char bytes[];
};

struct gzip {
    struct memory *memory;
    z_stream z;
    bool started; // inflateInit was called
    bool between; // at a member's beginning or end: here the text may end
    bool drained; // fill has no more
    bool any;     // a member was read
    unsigned char buffer[GZIP_BUFFER];
};

static voidpf zip_alloc(voidpf opaque, uInt items, uInt size)
{
    size_t bytes = sizeof(struct piece) + (size_t)items * size;
    struct piece *p = mem_alloc(opaque, bytes);
    p->size = bytes;
    return p->bytes;
}

static void zip_free(voidpf opaque, voidpf address)
{
    struct piece *p = (struct piece *)(void *)((unsigned char *)address - offsetof(struct piece, bytes));
    mem_free(opaque, p, p->size);
}

struct gzip *gzip_new(struct memory *memory)
{
    struct gzip *g = mem_zalloc(memory, sizeof(*g));
    g->memory = memory;
    g->z.zalloc = zip_alloc;
    g->z.zfree = zip_free;
    g->z.opaque = memory;
    gzip_restart(g);
    return g;
}

void gzip_free(struct gzip *g)
{
    if (g == NULL)
        return;
    if (g->started)
        inflateEnd(&g->z);
    mem_free(g->memory, g, sizeof(*g));
}

void gzip_restart(struct gzip *g)
{
    int answer = g->started ? inflateReset(&g->z) : inflateInit2(&g->z, GZIP_WINDOW);
    g->started = g->started || answer == Z_OK;
    g->z.avail_in = 0;
    g->between = true;
    g->drained = g->any = false;
}

static enum status refill(struct gzip *g, gzip_fill fill, void *arg, struct error *e)
{
    if (g->z.avail_in > 0 || g->drained)
        return STATUS_OK;
    size_t got = 0;
    enum status status = fill(arg, g->buffer, sizeof(g->buffer), &got, e);
    g->z.next_in = g->buffer;
    g->z.avail_in = (uInt)got;
    g->drained = got == 0;
    return status;
}

enum status gzip_read(struct gzip *g, gzip_fill fill, void *arg, void *to, size_t room, size_t *got, struct error *e)
{
    *got = 0;
    if (!g->started)
        return error_set(e, STATUS_FAILED, "zlib does not start");
    g->z.next_out = to;
    g->z.avail_out = (uInt)(room < UINT_MAX ? room : UINT_MAX);
    uInt wanted = g->z.avail_out;
    while (g->z.avail_out == wanted) {
        enum status status = refill(g, fill, arg, e);
        if (status != STATUS_OK)
            return status;
        if (g->z.avail_in == 0 && g->between)
            return STATUS_OK;
        if (g->z.avail_in == 0)
            return error_set(e, STATUS_DAMAGED, "the compressed file is cut off");
        // Some writers pad the last member with zeros.
        if (g->between && g->any && *g->z.next_in == 0) {
            g->z.avail_in = 0;
            continue;
        }
        g->between = false;
        int answer = inflate(&g->z, Z_NO_FLUSH);
        if (answer == Z_STREAM_END) {
            g->between = g->any = true;
            answer = inflateReset(&g->z);
        }
        if (answer != Z_OK && answer != Z_BUF_ERROR)
            return error_set(e, STATUS_DAMAGED, "the compressed file is damaged (%s)",
                             g->z.msg != NULL ? g->z.msg : "zlib");
    }
    *got = wanted - g->z.avail_out;
    return STATUS_OK;
}
