#include "sinks/part_file.h"

#include <assert.h>
#include <inttypes.h>

static const struct slice note_key = {"pending", 7};

enum {
    NAME_MAX_BYTES = 256,
    OPEN_MAX = 32,         // files of a batch that are kept open
    WRITE_SIZE = 64 << 10, // files are written in pieces of this
    HELD_MAX = 1 << 20,    // of all files of a batch
    FIRST_SLOTS = 16,
};

struct part {
    struct text rows;      // rendered, not yet written; the first member: it is handed out
    struct text directory; // below ours; empty: ours
    int handle;            // -1: not open
    bool written;          // the temporary is there
    bool used;             // rows were asked for
    bool made;             // its directory is new
};

// DIRECTORY/BELOW/BEFORE NAME AFTER
static const char *path_of(struct part_file *p, struct text *out, struct slice below, const char *before,
                           struct slice name, const char *after)
{
    text_clear(out);
    text_slice(out, text_view(&p->directory));
    text_char(out, '/');
    if (below.size > 0) {
        text_slice(out, below);
        text_char(out, '/');
    }
    text_string(out, before);
    text_slice(out, name);
    text_string(out, after);
    return text_cstring(out);
}

static const char *directory_of(struct part_file *p, struct text *out, struct slice below)
{
    text_clear(out);
    text_slice(out, text_view(&p->directory));
    if (below.size > 0)
        text_char(out, '/');
    text_slice(out, below);
    return text_cstring(out);
}

enum status part_file_open(struct part_file *p, struct port *port, const struct state *state, const struct log *log,
                           struct memory *memory, struct slice path, const char *sink, const char *extension,
                           uint32_t depth, struct error *e)
{
    *p = (struct part_file){.port = port,
                            .memory = memory,
                            .state = state,
                            .log = log,
                            .sink = sink,
                            .extension = extension,
                            .depth = depth};
    text_init(&p->directory, memory);
    text_init(&p->name, memory);
    text_init(&p->temporary, memory);
    text_init(&p->at, memory);
    text_init(&p->note, memory);
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
    for (uint32_t i = 0; i < p->capacity; i++) {
        text_free(&p->part[i].rows);
        text_free(&p->part[i].directory);
    }
    if (p->memory != NULL) {
        mem_free(p->memory, p->part, p->capacity * sizeof(*p->part));
        mem_free(p->memory, p->slot, p->slots * sizeof(*p->slot));
    }
    text_free(&p->directory);
    text_free(&p->name);
    text_free(&p->temporary);
    text_free(&p->at);
    text_free(&p->note);
}

// ---------------------------------------------------------------- the batch's files

static uint32_t hash_of(struct slice s)
{
    uint32_t h = 2166136261U; // FNV-1a
    for (uint32_t i = 0; i < s.size; i++)
        h = (h ^ (uint8_t)s.data[i]) * 16777619U;
    return h;
}

static void put_slot(struct part_file *p, uint32_t index)
{
    uint32_t h = hash_of(text_view(&p->part[index].directory)) & (p->slots - 1);
    while (p->slot[h] != 0)
        h = (h + 1) & (p->slots - 1);
    p->slot[h] = index + 1;
}

static void clear_slots(struct part_file *p)
{
    if (p->slots > 0)
        memset(p->slot, 0, p->slots * sizeof(*p->slot));
}

static void grow_slots(struct part_file *p)
{
    uint32_t more = p->slots == 0 ? FIRST_SLOTS : p->slots * 2;
    p->slot = mem_resize(p->memory, p->slot, p->slots * sizeof(*p->slot), more * sizeof(*p->slot));
    p->slots = more;
    clear_slots(p);
    for (uint32_t i = 0; i < p->count; i++)
        put_slot(p, i);
}

static struct part *add_part(struct part_file *p, struct slice directory)
{
    if (p->count == p->capacity) {
        uint32_t more = p->capacity == 0 ? 1 : p->capacity * 2;
        p->part = mem_resize(p->memory, p->part, p->capacity * sizeof(*p->part), more * sizeof(*p->part));
        for (; p->capacity < more; p->capacity++) {
            struct part *part = &p->part[p->capacity];
            *part = (struct part){.handle = -1};
            text_init(&part->rows, p->memory);
            text_init(&part->directory, p->memory);
        }
    }
    struct part *part = &p->part[p->count++];
    text_clear(&part->rows);
    text_clear(&part->directory);
    text_slice(&part->directory, directory);
    part->handle = -1;
    part->written = part->used = part->made = false;
    return part;
}

enum status part_file_rows(struct part_file *p, struct slice directory, struct text **rows, bool *fresh,
                           struct error *e)
{
    struct part *part = NULL;
    for (uint32_t h = p->slots == 0 ? 0 : hash_of(directory) & (p->slots - 1); p->slots > 0 && p->slot[h] != 0;
         h = (h + 1) & (p->slots - 1)) {
        struct part *there = &p->part[p->slot[h] - 1];
        if (slice_equal(text_view(&there->directory), directory)) {
            part = there;
            break;
        }
    }
    if (part == NULL && p->count == PARTS_MAX)
        return error_set(e, STATUS_FAILED,
                         "sink %s: the batch has rows for more than %d partitions; partitionBy wants "
                         "columns of few values",
                         p->sink, PARTS_MAX);
    if (part == NULL) {
        part = add_part(p, directory);
        if (2 * p->count > p->slots)
            grow_slots(p);
        else
            put_slot(p, p->count - 1);
    }
    *fresh = !part->used;
    part->used = true;
    *rows = &part->rows;
    return STATUS_OK;
}

static enum status open_part(struct part_file *p, struct part *part, struct error *e)
{
    struct port *port = p->port;
    struct slice below = text_view(&part->directory);
    struct port_stat there;
    struct error ignored;
    const char *path = path_of(p, &p->temporary, below, ".", text_view(&p->name), ".tmp");
    if (part->written)
        return port->class->open(port, path, PORT_APPEND, &part->handle, e);
    const char *directory = directory_of(p, &p->at, below);
    part->made = port->class->stat(port, directory, &there, &ignored) != STATUS_OK;
    enum status status = part->made ? port->class->make_directory(port, directory, e) : STATUS_OK;
    return status == STATUS_OK ? port->class->open(port, path, PORT_CREATE, &part->handle, e) : status;
}

static void close_part(struct part_file *p, struct part *part)
{
    if (part->handle < 0)
        return;
    p->port->class->close(p->port, part->handle);
    part->handle = -1;
    p->open--;
}

static enum status write_part(struct part_file *p, struct part *part, struct error *e)
{
    if (part->rows.size == 0)
        return STATUS_OK;
    if (part->handle < 0) {
        enum status status = open_part(p, part, e);
        if (status != STATUS_OK)
            return status;
        p->open++;
        part->written = true;
    }
    enum status status = p->port->class->write(p->port, part->handle, part->rows.data, part->rows.size, e);
    p->held -= part->rows.size;
    text_clear(&part->rows);
    if (p->open > OPEN_MAX)
        close_part(p, part);
    return status;
}

static enum status write_all(struct part_file *p, struct error *e)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < p->count; i++)
        status = write_part(p, &p->part[i], e);
    return status;
}

enum status part_file_added(struct part_file *p, struct text *rows, size_t before, struct error *e)
{
    p->held += rows->size - before;
    if (p->held >= HELD_MAX)
        return write_all(p, e);
    return rows->size >= WRITE_SIZE ? write_part(p, (struct part *)rows, e) : STATUS_OK;
}

// ---------------------------------------------------------------- after the commit, and after a crash

// "a=1/b=x/part-00000012.json" into its directory and its name.
static struct slice split_name(struct slice name, struct slice *below)
{
    const char *slash = memrchr(name.data, '/', name.size);
    if (slash == NULL) {
        *below = (struct slice){name.data, 0};
        return name;
    }
    *below = (struct slice){name.data, (uint32_t)(slash - name.data)};
    return (struct slice){slash + 1, name.size - below->size - 1};
}

// Renames the temporary of `name`. Not there: it was renamed before.
static enum status publish(struct part_file *p, struct slice name, struct error *e)
{
    struct port *port = p->port;
    struct slice below, base = split_name(name, &below);
    const char *from = path_of(p, &p->temporary, below, ".", base, ".tmp");
    const char *to = path_of(p, &p->at, below, "", base, "");
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
    return port->class->sync_directory(port, directory_of(p, &p->at, below), e);
}

// All names of a note.
static enum status publish_all(struct part_file *p, struct slice names, struct error *e)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && names.size > 0) {
        const char *end = memchr(names.data, '\n', names.size);
        uint32_t size = end == NULL ? names.size : (uint32_t)(end - names.data);
        status = publish(p, (struct slice){names.data, size}, e);
        size += end != NULL;
        names = (struct slice){names.data + size, names.size - size};
    }
    return status;
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
    struct text *directories;  // of partitions, a NUL behind each; NULL: not asked for
};

static bool find_entry(void *arg, const char *name, const struct port_stat *s)
{
    struct search *search = arg;
    struct slice found = slice_of(name);
    if (s->directory && search->directories != NULL && strchr(name, '=') != NULL)
        text_bytes(search->directories, name, found.size + 1);
    if (s->directory || found.size >= NAME_MAX_BYTES || !is_temporary(search->p, found))
        return true;
    memcpy(search->name, name, found.size + 1);
    return false;
}

static enum status remove_temporaries_here(struct part_file *p, struct slice below, struct error *e)
{
    struct port *port = p->port;
    for (;;) {
        struct search search = {.p = p};
        enum status status = port->class->list(port, directory_of(p, &p->at, below), find_entry, &search, e);
        if (status != STATUS_OK || search.name[0] == '\0')
            return status == STATUS_END ? STATUS_OK : status;
        status = port->class->unlink(port, path_of(p, &p->at, below, "", slice_of(search.name), ""), e);
        if (status != STATUS_OK && status != STATUS_END)
            return status;
    }
}

static enum status remove_temporaries(struct part_file *p, struct slice below, uint32_t depth, struct error *e)
{
    enum status status = remove_temporaries_here(p, below, e);
    if (status != STATUS_OK || depth == 0)
        return status;
    struct text names, path;
    text_init(&names, p->memory);
    text_init(&path, p->memory);
    struct search search = {.p = p, .directories = &names};
    status = p->port->class->list(p->port, directory_of(p, &p->at, below), find_entry, &search, e);
    // A directory that a killed process made may not be durable yet; from here on it is not new.
    if (status == STATUS_OK)
        status = p->port->class->sync_directory(p->port, directory_of(p, &p->at, below), e);
    status = status == STATUS_END ? STATUS_OK : status;
    for (size_t i = 0; status == STATUS_OK && i < names.size; i += strlen(names.data + i) + 1) {
        text_clear(&path);
        text_slice(&path, below);
        if (below.size > 0)
            text_char(&path, '/');
        text_string(&path, names.data + i);
        status = remove_temporaries(p, text_view(&path), depth - 1, e);
    }
    text_free(&names);
    text_free(&path);
    return status;
}

// A name that leads out of our directory is none of ours.
static bool leads_out(struct slice names)
{
    for (uint32_t i = 0; i < names.size; i++) {
        bool begins = i == 0 || names.data[i - 1] == '/' || names.data[i - 1] == '\n';
        if (begins && (names.data[i] == '/' || names.data[i] == '.'))
            return true;
    }
    return false;
}

enum status part_file_recover(struct part_file *p, struct error *e)
{
    struct slice note;
    enum status status = state_get(p->state, note_key, &note, e);
    if (status == STATUS_OK) {
        p->noted = true;
        text_clear(&p->note);
        text_slice(&p->note, note); // the state's slice lives only until its next call
        if (leads_out(text_view(&p->note)))
            return error_set(e, STATUS_DAMAGED, "sink %s: the note of pending files is damaged", p->sink);
        status = publish_all(p, text_view(&p->note), e);
    } else if (status == STATUS_END) {
        status = STATUS_OK;
    }
    return status == STATUS_OK ? remove_temporaries(p, SLICE(""), p->depth, e) : status;
}

// ---------------------------------------------------------------- a batch

void part_file_begin(struct part_file *p, int64_t batch)
{
    part_file_abandon(p);
    text_clear(&p->name);
    text_printf(&p->name, "part-%08" PRId64 ".%s", batch, p->extension);
}

// A new directory's own name must outlast a crash, and those of the new ones above it.
static enum status sync_above(struct part_file *p, struct slice below, struct error *e)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && below.size > 0) {
        while (below.size > 0 && below.data[below.size - 1] != '/')
            below.size--;
        below.size -= below.size > 0;
        status = p->port->class->sync_directory(p->port, directory_of(p, &p->at, below), e);
    }
    return status;
}

static enum status sync_part(struct part_file *p, struct part *part, struct error *e)
{
    enum status status = write_part(p, part, e);
    if (status == STATUS_OK && part->handle < 0) {
        status = open_part(p, part, e);
        p->open += status == STATUS_OK;
    }
    if (status == STATUS_OK)
        status = p->port->class->sync(p->port, part->handle, e);
    close_part(p, part);
    // The temporary's own name must outlast a crash too: after the commit it is the only copy.
    struct slice below = text_view(&part->directory);
    if (status == STATUS_OK)
        status = p->port->class->sync_directory(p->port, directory_of(p, &p->at, below), e);
    return status == STATUS_OK && part->made ? sync_above(p, below, e) : status;
}

static enum status put_note(struct part_file *p, struct error *e)
{
    if (p->count > 0) {
        p->noted = true;
        return state_put(p->state, note_key, text_view(&p->note), e);
    }
    if (!p->noted)
        return STATUS_OK;
    p->clearing = true;
    enum status status = state_remove(p->state, note_key, e);
    return status == STATUS_END ? STATUS_OK : status;
}

// A file without rows is none: its part was asked for, but nothing came (CSV leaves out lines without anything).
static void drop_empty(struct part_file *p)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        if (!p->part[i].written && p->part[i].rows.size == 0)
            continue;
        struct part swap = p->part[kept];
        p->part[kept++] = p->part[i];
        if (kept - 1 != i)
            p->part[i] = swap;
    }
    p->count = kept;
}

enum status part_file_prepare(struct part_file *p, struct error *e)
{
    enum status status = STATUS_OK;
    drop_empty(p);
    text_clear(&p->note);
    for (uint32_t i = 0; status == STATUS_OK && i < p->count; i++) {
        struct part *part = &p->part[i];
        status = sync_part(p, part, e);
        if (i > 0)
            text_char(&p->note, '\n');
        text_slice(&p->note, text_view(&part->directory));
        if (part->directory.size > 0)
            text_char(&p->note, '/');
        text_slice(&p->note, text_view(&p->name));
    }
    if (status == STATUS_OK)
        status = put_note(p, e);
    p->ready = status == STATUS_OK && p->count > 0;
    return status;
}

static void forget_parts(struct part_file *p)
{
    p->count = 0;
    p->held = 0;
    clear_slots(p);
}

enum status part_file_finish(struct part_file *p, struct error *e)
{
    if (p->clearing)
        p->clearing = p->noted = false;
    if (!p->ready)
        return STATUS_OK;
    enum status status = publish_all(p, text_view(&p->note), e);
    if (status == STATUS_OK) {
        p->ready = false;
        forget_parts(p);
    }
    return status;
}

void part_file_abandon(struct part_file *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        struct part *part = &p->part[i];
        close_part(p, part);
        // Once prepared, the commit may have happened though it looked as if it failed: then this is the only copy. It
        // stays; the next attempt writes over it, or the next start publishes or removes it.
        struct error ignored; // left behind, it is removed at the next start
        if (part->written && !p->ready)
            p->port->class->unlink(
                p->port, path_of(p, &p->temporary, text_view(&part->directory), ".", text_view(&p->name), ".tmp"),
                &ignored);
    }
    p->clearing = p->ready = false;
    forget_parts(p);
}
