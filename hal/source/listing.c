#include "hal/source/listing.h"

#include "hal/port/path.h"
#include "hal/source/glob.h"

enum {
    DEPTH_MAX = 32,      // a link that leads back to its own directory ends here
    PATH_ROOM = 2 * 4096 // a path longer than 4096 cannot be listed, so none has more than one name more
};

enum status listing_open(struct listing *l, struct port *port, struct memory *memory, struct slice directory,
                         struct slice path, struct error *e)
{
    l->port = port;
    text_init(&l->path, memory);
    text_init(&l->at, memory);
    path_resolve(&l->path, directory, path);
    enum status status = glob_check(path, e);
    if (status == STATUS_OK)
        status = glob_check(l->name_filter, e);
    l->pattern = glob_is_pattern(path);
    return status;
}

void listing_close(struct listing *l)
{
    text_free(&l->path);
    text_free(&l->at);
}

static bool starts_with(struct slice s, char c)
{
    return s.size > 0 && s.data[0] == c;
}

static bool ends_with(struct slice s, struct slice end)
{
    return s.size >= end.size && memcmp(s.data + s.size - end.size, end.data, end.size) == 0;
}

// `_k=v` is a partition's directory, not a hidden one.
static bool is_hidden(struct slice name)
{
    return (starts_with(name, '_') && memchr(name.data, '=', name.size) == NULL) || starts_with(name, '.') ||
           ends_with(name, SLICE("._COPYING_"));
}

// HadoopFSUtils.shouldFilterOutPathName makes an exception for what Parquet has; of files it is taken back later.
static bool is_hidden_directory(struct slice name)
{
    static const struct slice shown[] = {{"_metadata", 9}, {"_common_metadata", 16}};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        if (name.size >= shown[i].size && memcmp(name.data, shown[i].data, shown[i].size) == 0)
            return false;
    return is_hidden(name);
}

static void found_file(struct listing *l, const struct port_stat *s)
{
    struct slice path = text_view(&l->at), name = path_name(path);
    if (is_hidden(name) || (l->name_filter.size > 0 && !glob_match(l->name_filter, name)))
        return;
    if (!l->file(l->self, path, s))
        l->stopped = true;
}

// Lays a name under the path at hand; returns the length to go back to.
static size_t enter(struct listing *l, struct slice name)
{
    size_t length = l->at.size;
    if (length > 0 && l->at.data[length - 1] != '/')
        text_char(&l->at, '/');
    text_slice(&l->at, name);
    return length;
}

// The port still reads the path while it lists, so the text keeps its place and its end.
static void leave(struct listing *l, size_t length)
{
    l->at.size = length;
    text_cstring(&l->at);
}

static enum status list_directory(struct listing *l, struct error *e);

static bool visit_child(void *arg, const char *name, const struct port_stat *s)
{
    struct listing *l = arg;
    size_t back = enter(l, slice_of(name));
    if (!s->directory) {
        found_file(l, s);
    } else if (l->recursive && !is_hidden_directory(slice_of(name)) && l->depth < DEPTH_MAX) {
        struct error ignored; // it went away, or is not ours to read: its files are not there
        list_directory(l, &ignored);
    } else if (!l->recursive && l->partition && !is_hidden(slice_of(name)) && strchr(name, '=')) {
        l->partition(l->self, text_cstring(&l->at));
    }
    leave(l, back);
    return !l->stopped;
}

static enum status list_directory(struct listing *l, struct error *e)
{
    const char *path = text_cstring(&l->at);
    if (l->directory != NULL)
        l->directory(l->self, path);
    l->depth++;
    enum status status = l->port->class->list(l->port, path, visit_child, l, e);
    l->depth--;
    return status;
}

// A root: what the path, or a match of the pattern, is.
static enum status take_root(struct listing *l, struct error *e)
{
    struct port_stat s;
    enum status status = l->port->class->stat(l->port, text_cstring(&l->at), &s, e);
    if (status != STATUS_OK)
        return status;
    if (s.directory)
        return list_directory(l, e);
    found_file(l, &s);
    return STATUS_OK;
}

// One component of the pattern over the entries of a directory.
struct level {
    struct listing *l;
    struct slice component, rest;
};

static enum status expand(struct listing *l, struct slice rest, struct error *e);

static bool visit_match(void *arg, const char *name, const struct port_stat *s)
{
    struct level *v = arg;
    struct listing *l = v->l;
    if (!glob_match(v->component, slice_of(name)) || (v->rest.size > 0 && !s->directory))
        return true;
    size_t back = enter(l, slice_of(name));
    struct error ignored; // one match that cannot be read does not hide the others
    expand(l, v->rest, &ignored);
    leave(l, back);
    return !l->stopped;
}

// `rest`: the components still to come, without a slash in front.
static enum status expand(struct listing *l, struct slice rest, struct error *e)
{
    if (rest.size == 0)
        return take_root(l, e);
    const char *slash = memchr(rest.data, '/', rest.size);
    uint32_t length = slash != NULL ? (uint32_t)(slash - rest.data) : rest.size;
    struct level v = {.l = l, .component = {rest.data, length}};
    if (slash != NULL)
        v.rest = (struct slice){slash + 1, rest.size - length - 1};
    if (!glob_is_pattern(v.component)) {
        size_t back = enter(l, v.component);
        enum status status = expand(l, v.rest, e);
        leave(l, back);
        return status;
    }
    const char *path = text_cstring(&l->at);
    if (l->directory != NULL)
        l->directory(l->self, path);
    return l->port->class->list(l->port, path, visit_match, &v, e);
}

enum status listing_scan(struct listing *l, struct error *e)
{
    struct slice rest = text_view(&l->path);
    text_clear(&l->at);
    text_reserve(&l->at, PATH_ROOM);
    l->stopped = false;
    l->depth = 0;
    if (!l->pattern) {
        text_slice(&l->at, rest);
        // A file is replaced by moving another one over it: its directory tells.
        struct port_stat s;
        enum status status = l->port->class->stat(l->port, text_cstring(&l->at), &s, e);
        if (status == STATUS_OK && !s.directory && l->directory != NULL) {
            struct slice parent = path_parent(rest);
            text_clear(&l->at);
            text_slice(&l->at, parent);
            l->directory(l->self, text_cstring(&l->at));
            text_clear(&l->at);
            text_slice(&l->at, rest);
        }
        return status == STATUS_OK ? take_root(l, e) : status;
    }
    if (rest.data[0] == '/') {
        text_char(&l->at, '/');
        rest = (struct slice){rest.data + 1, rest.size - 1};
    } else {
        text_char(&l->at, '.');
    }
    return expand(l, rest, e);
}
