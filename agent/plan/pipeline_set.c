// `--set path=value`: a member of the tree replaced or added before it is checked.
#include "agent/plan/pipeline_reader.h"

static enum status usage(struct reader *r, const char *origin, const char *why)
{
    return error_set(r->error, STATUS_USAGE, "%s: %s", origin, why);
}

// Everything under a node that came from the command line says so.
static void mark(struct json *at, const char *origin)
{
    at->origin = origin;
    for (struct json *child = at->first; child != NULL; child = child->next)
        mark(child, origin);
}

static struct json *value_node(struct reader *r, const char *value, const char *origin)
{
    struct json *node;
    struct error unread;
    struct json_text text = {NULL, slice_of(value)};
    if (text.text.size == 0 || json_read(&text, r->arena, &node, &unread) != STATUS_OK) {
        node = ARENA_NEW(r->arena, struct json);
        node->kind = JSON_STRING;
        node->text = slice_of(value);
    }
    mark(node, origin);
    return node;
}

static struct json *find(struct json *parent, struct slice name, bool fold)
{
    for (struct json *child = parent->first; child != NULL; child = child->next)
        if (fold ? slice_equal_fold(child->name, name) : slice_equal(child->name, name))
            return child;
    return NULL;
}

static struct json *append(struct reader *r, struct json *parent, struct slice name, enum json_kind kind,
                           const char *origin)
{
    struct json **tail = &parent->first;
    while (*tail != NULL)
        tail = &(*tail)->next;
    *tail = ARENA_NEW(r->arena, struct json);
    (*tail)->kind = kind;
    (*tail)->name = name;
    (*tail)->origin = origin;
    return *tail;
}

// The next part of the path. Spark's settings have dots in their names: behind "conf" all that is left is one.
static struct slice next_part(const char **path, bool whole)
{
    const char *dot = whole ? NULL : strchr(*path, '.');
    struct slice part = dot == NULL ? slice_of(*path) : (struct slice){*path, (uint32_t)(dot - *path)};
    *path = dot == NULL ? NULL : dot + 1;
    return part;
}

static const char *suggest_member(struct reader *r, const struct json *object, struct slice wanted)
{
    uint32_t count = 0;
    struct slice *names = ARENA_ARRAY(r->arena, struct slice, json_count(object) + 1);
    for (const struct json *member = object->first; member != NULL; member = member->next)
        names[count++] = member->name;
    return suggest(r, wanted, names, count);
}

enum status reader_set(struct reader *r, struct json *root, const struct pipeline_set *set)
{
    const char *origin = arena_printf(r->arena, "--set %s=%s", set->path, set->value);
    const char *path = arena_copy(r->arena, set->path, strlen(set->path));
    struct json *at = root;
    bool conf = false;
    for (unsigned level = 0;; level++) {
        struct slice part = next_part(&path, conf && level == 1);
        if (part.size == 0)
            return usage(r, origin, "wanted is a path such as sinks.screen.truncate=false");
        if (at->kind != JSON_OBJECT)
            return usage(r, origin, "there is no such path: what it goes through is no object");
        conf = level == 0 && slice_equal(part, SLICE("conf"));
        // options are matched without regard to case, names of sources and sinks are not
        struct json *next = find(at, part, level == 2);
        if (next == NULL && level == 1 && path != NULL)
            return usage(r, origin,
                         arena_printf(r->arena, "there is no such path: \"%.*s\" is no member of it%s", (int)part.size,
                                      part.data, suggest_member(r, at, part)));
        static const char *const objects[] = {"limits", "conf", "trigger"};
        bool known = next != NULL || path == NULL || level > 0;
        for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
            known = known || slice_equal(part, slice_of(objects[i]));
        if (!known)
            return usage(r, origin, arena_printf(r->arena, "there is no such path%s", suggest_member(r, at, part)));
        if (path == NULL) {
            struct json *value = value_node(r, set->value, origin);
            struct json *member = next != NULL ? next : append(r, at, part, JSON_NULL, origin);
            struct json *after = member->next;
            value->name = member->name;
            *member = *value;
            member->next = after;
            return STATUS_OK;
        }
        at = next != NULL ? next : append(r, at, part, JSON_OBJECT, origin);
    }
}
