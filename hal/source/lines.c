#include "hal/source/lines.h"

#include <assert.h>
#include <string.h>

enum { LINES_KEPT = 1 << 20 }; // a buffer that had to grow beyond is given back

void lines_init(struct lines *l, struct memory *memory, size_t limit, bool whole)
{
    *l = (struct lines){.memory = memory, .limit = limit, .whole = whole};
}

void lines_separate(struct lines *l, struct slice separator)
{
    l->separator = separator;
}

void lines_free(struct lines *l)
{
    if (l->data != NULL)
        mem_free(l->memory, l->data, l->capacity);
    l->data = NULL;
    l->capacity = l->begin = l->end = 0;
}

void lines_restart(struct lines *l)
{
    if (l->capacity > LINES_KEPT)
        lines_free(l);
    l->begin = l->end = 0;
    l->skipping = l->skip_newline = false;
}

static void grow(struct lines *l)
{
    size_t most = l->limit + 1; // its newline
    size_t capacity = l->capacity == 0 ? LINES_BUFFER : l->capacity * 2;
    if (capacity > most)
        capacity = most;
    l->data = mem_resize(l->memory, l->data, l->capacity, capacity);
    l->capacity = capacity;
}

// Of a line that is too long; its separator may have begun.
static void keep_tail(struct lines *l)
{
    size_t kept = l->separator.size > 1 ? l->separator.size - 1 : 0;
    if (kept > l->end)
        kept = l->end;
    memmove(l->data, l->data + l->end - kept, kept);
    l->end = kept;
}

char *lines_room(struct lines *l, size_t *room)
{
    if (l->begin > 0) {
        memmove(l->data, l->data + l->begin, l->end - l->begin);
        l->end -= l->begin;
        l->begin = 0;
    }
    if (l->end == l->capacity && l->capacity == l->limit + 1) {
        l->oversized++;
        l->skipping = true;
        keep_tail(l);
    } else if (l->end == l->capacity) {
        grow(l);
    }
    *room = l->capacity - l->end;
    return l->data + l->end;
}

static void skip_separated(struct lines *l)
{
    const char *found = memmem(l->data, l->end, l->separator.data, l->separator.size);
    if (found == NULL) {
        keep_tail(l);
        return;
    }
    l->begin = (size_t)(found - l->data) + l->separator.size;
    l->skipping = false;
}

// Passes over what is left of a line that is too long.
static void skip(struct lines *l)
{
    if (l->skipping && !l->whole && l->separator.size > 0) {
        skip_separated(l);
    } else if (l->skipping && !l->whole) {
        const char *p = l->data + l->begin, *end = l->data + l->end;
        while (p < end && *p != '\n' && *p != '\r')
            p++;
        l->begin = (size_t)(p - l->data);
        if (p < end) {
            l->skip_newline = *p == '\r';
            l->skipping = false;
            l->begin++;
        }
    } else if (l->skipping) {
        l->begin = l->end;
    }
    if (l->skip_newline && l->begin < l->end) {
        l->begin += l->data[l->begin] == '\n';
        l->skip_newline = false;
    }
}

void lines_added(struct lines *l, size_t count)
{
    assert(count <= l->capacity - l->end);
    l->end += count;
    if (l->skipping || l->skip_newline)
        skip(l);
}

bool lines_full(const struct lines *l)
{
    return l->end == l->capacity;
}

static bool take_separated(struct lines *l, const char *data, size_t count, struct slice *out)
{
    struct slice s = l->separator;
    size_t end = 0; // behind the last one; they are counted from the front, as they are when the lines are cut
    for (const char *at = data; (at = memmem(data + end, count - end, s.data, s.size)) != NULL;)
        end = (size_t)(at - data) + s.size;
    if (end == 0)
        return false;
    *out = (struct slice){data, (uint32_t)end};
    l->begin += end;
    return true;
}

bool lines_take(struct lines *l, struct slice *out)
{
    if (l->whole || l->begin == l->end)
        return false;
    const char *data = l->data + l->begin;
    size_t count = l->end - l->begin;
    if (l->separator.size > 0)
        return take_separated(l, data, count, out);
    const char *last = memrchr(data, '\n', count);
    if (last == NULL) // a \r at the very end may be half of a \r\n
        last = memrchr(data, '\r', count - 1);
    if (last == NULL)
        return false;
    *out = (struct slice){data, (uint32_t)(last + 1 - data)};
    l->begin += out->size;
    return true;
}

struct slice lines_rest(struct lines *l)
{
    struct slice rest = {l->data + l->begin, l->skipping ? 0 : (uint32_t)(l->end - l->begin)};
    l->begin = l->end;
    return rest;
}
