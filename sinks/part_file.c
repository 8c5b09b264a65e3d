#include "sinks/part_file.h"

#include <inttypes.h>

static const struct slice note_key = {"pending", 7};

enum { NAME_MAX_BYTES = 64 };

static const char *path_of(struct part_file *p, struct text *out, const char *before, struct slice name,
                           const char *after)
{
    text_clear(out);
    text_slice(out, text_view(&p->directory));
    text_char(out, '/');
    text_string(out, before);
    text_slice(out, name);
    text_string(out, after);
    return text_cstring(out);
}

enum status part_file_open(struct part_file *p, struct port *port, const struct state *state, const struct log *log,
                           struct memory *memory, struct slice path, const char *sink, const char *extension,
                           struct error *e)
{
    *p = (struct part_file){
        .port = port, .state = state, .log = log, .sink = sink, .extension = extension, .handle = -1};
    text_init(&p->directory, memory);
    text_init(&p->name, memory);
    text_init(&p->temporary, memory);
    text_init(&p->at, memory);
    text_slice(&p->directory, path);
    enum status status = port->class->make_directory(port, text_cstring(&p->directory), e);
    if (status != STATUS_OK)
        error_prefix(e, "sink %s", sink);
    return status;
}

void part_file_close(struct part_file *p)
{
    if (p->port != NULL)
        part_file_abandon(p);
    text_free(&p->directory);
    text_free(&p->name);
    text_free(&p->temporary);
    text_free(&p->at);
}

// Renames the temporary of `name`. Not there: it was renamed before.
static enum status publish(struct part_file *p, struct slice name, struct error *e)
{
    struct port *port = p->port;
    const char *from = path_of(p, &p->temporary, ".", name, ".tmp");
    const char *to = path_of(p, &p->at, "", name, "");
    struct port_stat there;
    struct error ignored;
    bool replaced = port->class->stat(port, to, &there, &ignored) == STATUS_OK;
    enum status status = port->class->rename(port, from, to, e);
    if (status == STATUS_END) {
        if (!replaced)
            log_say(p->log, LOG_LEVEL_ERROR, "sink %s: %s was committed, but is not there: somebody removed it",
                    p->sink, to);
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    if (replaced)
        log_say(p->log, LOG_LEVEL_WARNING, "sink %s: %s was there already, of another run; replaced", p->sink, to);
    return port->class->sync_directory(port, text_cstring(&p->directory), e);
}

// ".part-00000012.json.tmp"
static bool is_temporary(const struct part_file *p, struct slice name)
{
    static const struct slice head = {".part-", 6}, tail = {".tmp", 4};
    size_t extension = strlen(p->extension);
    if (name.size <= head.size + 1 + extension + tail.size || memcmp(name.data, head.data, head.size) != 0)
        return false;
    const char *end = name.data + name.size - tail.size;
    if (memcmp(end, tail.data, tail.size) != 0 || memcmp(end - extension, p->extension, extension) != 0)
        return false;
    const char *dot = end - extension - 1;
    for (const char *c = name.data + head.size; c < dot; c++)
        if (*c < '0' || *c > '9')
            return false;
    return *dot == '.';
}

struct search {
    const struct part_file *p;
    char name[NAME_MAX_BYTES]; // a temporary; empty: none was found
};

static bool find_temporary(void *arg, const char *name, const struct port_stat *s)
{
    struct search *search = arg;
    struct slice found = slice_of(name);
    if (s->directory || found.size >= NAME_MAX_BYTES || !is_temporary(search->p, found))
        return true;
    memcpy(search->name, name, found.size + 1);
    return false;
}

static enum status remove_temporaries(struct part_file *p, struct error *e)
{
    struct port *port = p->port;
    for (;;) {
        struct search search = {.p = p};
        enum status status = port->class->list(port, text_cstring(&p->directory), find_temporary, &search, e);
        if (status != STATUS_OK || search.name[0] == '\0')
            return status == STATUS_END ? STATUS_OK : status;
        status = port->class->unlink(port, path_of(p, &p->at, "", slice_of(search.name), ""), e);
        if (status != STATUS_OK && status != STATUS_END)
            return status;
    }
}

enum status part_file_recover(struct part_file *p, struct error *e)
{
    struct slice note;
    enum status status = state_get(p->state, note_key, &note, e);
    if (status == STATUS_OK) {
        p->noted = true;
        text_clear(&p->name);
        text_slice(&p->name, note); // the state's slice lives only until its next call
        if (memchr(note.data, '/', note.size) != NULL)
            return error_set(e, STATUS_DAMAGED, "sink %s: the note of a pending file is damaged", p->sink);
        status = publish(p, text_view(&p->name), e);
    } else if (status == STATUS_END) {
        status = STATUS_OK;
    }
    return status == STATUS_OK ? remove_temporaries(p, e) : status;
}

void part_file_begin(struct part_file *p, int64_t batch)
{
    part_file_abandon(p);
    text_clear(&p->name);
    text_printf(&p->name, "part-%08" PRId64 ".%s", batch, p->extension);
}

enum status part_file_write(struct part_file *p, struct slice bytes, struct error *e)
{
    struct port *port = p->port;
    if (!p->written) {
        const char *path = path_of(p, &p->temporary, ".", text_view(&p->name), ".tmp");
        enum status status = port->class->open(port, path, PORT_CREATE, &p->handle, e);
        if (status != STATUS_OK && status != STATUS_FULL) {
            // The directory may have been removed while we ran.
            status = port->class->make_directory(port, text_cstring(&p->directory), e);
            if (status == STATUS_OK)
                status = port->class->open(port, path, PORT_CREATE, &p->handle, e);
        }
        if (status != STATUS_OK)
            return status;
        p->written = true;
    }
    return port->class->write(port, p->handle, bytes.data, bytes.size, e);
}

static enum status put_note(struct part_file *p, struct error *e)
{
    if (p->written) {
        p->noted = true;
        return state_put(p->state, note_key, text_view(&p->name), e);
    }
    if (!p->noted)
        return STATUS_OK;
    p->clearing = true;
    enum status status = state_remove(p->state, note_key, e);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status part_file_prepare(struct part_file *p, struct error *e)
{
    struct port *port = p->port;
    if (p->written) {
        enum status status = port->class->sync(port, p->handle, e);
        port->class->close(port, p->handle);
        p->handle = -1;
        // The temporary's own name must outlast a crash too: after the commit it is the only copy.
        if (status == STATUS_OK)
            status = port->class->sync_directory(port, text_cstring(&p->directory), e);
        if (status != STATUS_OK)
            return status;
    }
    enum status status = put_note(p, e);
    p->ready = status == STATUS_OK && p->written;
    return status;
}

enum status part_file_finish(struct part_file *p, struct error *e)
{
    if (p->clearing)
        p->clearing = p->noted = false;
    if (!p->ready)
        return STATUS_OK;
    enum status status = publish(p, text_view(&p->name), e);
    if (status == STATUS_OK)
        p->ready = p->written = false;
    return status;
}

void part_file_abandon(struct part_file *p)
{
    if (p->handle >= 0)
        p->port->class->close(p->port, p->handle);
    p->handle = -1;
    p->clearing = false;
    // Once prepared, the commit may have happened though it looked as if it failed: then this is the only copy. It
    // stays; the next attempt writes over it, or the next start publishes or removes it.
    if (p->written && !p->ready) {
        struct error ignored; // left behind, it is removed at the next start
        p->port->class->unlink(p->port, path_of(p, &p->temporary, ".", text_view(&p->name), ".tmp"), &ignored);
    }
    p->written = p->ready = false;
}
