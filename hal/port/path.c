#include "hal/port/path.h"

#include <stdbool.h>

static bool starts_with(struct slice s, const char *prefix)
{
    size_t length = strlen(prefix);
    return s.size >= length && memcmp(s.data, prefix, length) == 0;
}

static struct slice behind(struct slice s, uint32_t count)
{
    return (struct slice){s.data + count, s.size - count};
}

// Appends the components of `path`, a slash between each two.
static void add_components(struct text *out, size_t begin, struct slice path)
{
    uint32_t i = 0;
    while (i < path.size) {
        uint32_t start = i;
        while (i < path.size && path.data[i] != '/')
            i++;
        struct slice part = {path.data + start, i - start};
        i++;
        if (part.size == 0 || (part.size == 1 && part.data[0] == '.'))
            continue;
        if (out->size > begin && out->data[out->size - 1] != '/')
            text_char(out, '/');
        text_slice(out, part);
    }
}

void path_resolve(struct text *out, struct slice directory, struct slice path)
{
    size_t begin = out->size;
    if (starts_with(path, "file:")) {
        path = behind(path, 5);
        while (path.size > 1 && path.data[0] == '/' && path.data[1] == '/')
            path = behind(path, 1);
    }
    bool absolute = path.size > 0 && path.data[0] == '/';
    if (absolute || (directory.size > 0 && directory.data[0] == '/'))
        text_char(out, '/');
    if (!absolute)
        add_components(out, begin, directory);
    add_components(out, begin, path);
    if (out->size == begin)
        text_char(out, '.');
}

struct slice path_parent(struct slice path)
{
    uint32_t end = path.size;
    while (end > 0 && path.data[end - 1] != '/')
        end--;
    if (end == 0)
        return SLICE(".");
    return (struct slice){path.data, end == 1 ? 1 : end - 1};
}

struct slice path_name(struct slice path)
{
    uint32_t begin = path.size;
    while (begin > 0 && path.data[begin - 1] != '/')
        begin--;
    return behind(path, begin);
}
