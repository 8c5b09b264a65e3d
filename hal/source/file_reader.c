#include "hal/source/file_reader.h"

#include <strings.h>

void file_reader_init(struct file_reader *r, struct port *port, struct memory *memory, size_t line_limit, bool whole)
{
    *r = (struct file_reader){.port = port, .memory = memory, .handle = -1};
    lines_init(&r->lines, memory, line_limit, whole);
}

void file_reader_close(struct file_reader *r)
{
    if (r->path == NULL)
        return;
    r->port->class->close(r->port, r->handle);
    r->handle = -1;
    r->path = NULL;
}

void file_reader_free(struct file_reader *r)
{
    file_reader_close(r);
    gzip_free(r->gzip);
    r->gzip = NULL;
    if (r->memory != NULL)
        lines_free(&r->lines);
}

// In any case, as Hadoop's CompressionCodecFactory.
static bool ends_with(const char *path, const char *end)
{
    size_t length = strlen(path), wanted = strlen(end);
    return length >= wanted && strcasecmp(path + length - wanted, end) == 0;
}

enum status file_reader_open(struct file_reader *r, const char *path, struct error *e)
{
    // What Hadoop unpacks by the file's ending and we do not: its bytes must not be taken for rows.
    static const char *const unread[] = {".bz2", ".zst", ".lz4", ".snappy", ".deflate"};
    for (size_t i = 0; i < sizeof(unread) / sizeof(unread[0]); i++)
        if (ends_with(path, unread[i]))
            return error_set(e, STATUS_FAILED, "%s: files packed as %s are not read; pack it with gzip (.gz)", path,
                             unread[i] + 1);
    enum status status = r->port->class->open(r->port, path, PORT_READ, &r->handle, e);
    if (status != STATUS_OK)
        return status;
    r->path = path;
    r->packed = ends_with(path, ".gz");
    r->ended = false;
    r->first = true;
    lines_restart(&r->lines);
    if (r->packed && r->gzip == NULL)
        r->gzip = gzip_new(r->memory);
    else if (r->packed)
        gzip_restart(r->gzip);
    return STATUS_OK;
}

static enum status fill(void *arg, void *to, size_t room, size_t *got, struct error *e)
{
    struct file_reader *r = arg;
    return r->port->class->read(r->port, r->handle, to, room, got, e);
}

static enum status read_some(struct file_reader *r, struct error *e)
{
    size_t room, got = 0;
    char *to = lines_room(&r->lines, &room);
    enum status status = r->packed ? gzip_read(r->gzip, fill, r, to, room, &got, e)
                                   : r->port->class->read(r->port, r->handle, to, room, &got, e);
    if (status == STATUS_DAMAGED)
        error_prefix(e, "%s", r->path);
    if (status != STATUS_OK)
        return status == STATUS_DAMAGED ? STATUS_FAILED : status;
    r->ended = got == 0;
    r->bytes += got;
    lines_added(&r->lines, got);
    return STATUS_OK;
}

enum status file_reader_next(struct file_reader *r, struct block *out, struct error *e)
{
    struct slice bytes = {0};
    for (;;) {
        if (r->ended) {
            bytes = lines_rest(&r->lines);
            break;
        }
        enum status status = read_some(r, e);
        if (status != STATUS_OK)
            return status;
        if (lines_full(&r->lines) && lines_take(&r->lines, &bytes))
            break;
    }
    if (bytes.size == 0)
        return STATUS_END;
    *out = (struct block){.kind = BLOCK_BYTES, .bytes = bytes, .first = r->first, .last = r->ended, .origin = r->path};
    r->first = false;
    return STATUS_OK;
}
