#include "agent/plan/bind.h"

void scope_add(struct binder *b, struct scope *s, struct slice qualifier, struct slice name, uint32_t attribute)
{
    if (s->count == s->capacity) {
        uint32_t capacity = s->capacity ? 2 * s->capacity : 16;
        struct scope_column *grown = ARENA_ARRAY(b->l->arena, struct scope_column, capacity);
        if (s->count)
            memcpy(grown, s->column, s->count * sizeof(*grown));
        s->column = grown;
        s->capacity = capacity;
    }
    s->column[s->count++] = (struct scope_column){qualifier, name, attribute, false};
}

const char *name_text(struct arena *a, const struct slice *parts, uint32_t count)
{
    const char *text = "";
    for (uint32_t i = 0; i < count; i++)
        text = arena_printf(a, "%s%s`%.*s`", text, i ? "." : "", (int)parts[i].size, parts[i].data);
    return text;
}

// Columns that the name fits, `skip` parts of it being the qualifier: the same attribute twice is one.
static uint32_t matches(const struct scope *s, const struct ast_expr *name, uint32_t skip, bool hidden,
                        uint32_t *attribute)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct scope_column *c = &s->column[i];
        if (!slice_equal_fold(c->name, name->parts[skip]))
            continue;
        if (c->hidden != hidden || (skip && !slice_equal_fold(c->qualifier, name->parts[0])))
            continue;
        if (found && *attribute == c->attribute)
            continue;
        *attribute = c->attribute;
        found++;
    }
    return found;
}

static enum status ambiguous(struct binder *b, const struct scope *s, const struct ast_expr *name, uint32_t skip)
{
    const char *list = "";
    for (uint32_t i = 0; i < s->count; i++) {
        const struct scope_column *c = &s->column[i];
        if (!slice_equal_fold(c->name, name->parts[skip]) || (!skip && c->hidden))
            continue;
        struct slice full[2] = {c->qualifier, c->name};
        uint32_t from = c->qualifier.size ? 0 : 1;
        list =
            arena_printf(b->l->arena, "%s%s%s", list, *list ? ", " : "", name_text(b->l->arena, full + from, 2 - from));
    }
    return BIND_ERROR(b, name, "[AMBIGUOUS_REFERENCE] %s is ambiguous, it could be: %s; name one of them anew with AS",
                      name_text(b->l->arena, name->parts, name->part_count), list);
}

enum status scope_find(struct binder *b, const struct scope *s, const struct ast_expr *name, uint32_t *attribute,
                       uint32_t *taken)
{
    // a qualified match wins over a field of a column named as the table (AttributeSeq.resolve), and both over what is
    // hidden
    uint32_t most = name->part_count > 1 ? 1 : 0;
    for (uint32_t try = 0; try <= most + 1; try++) {
        bool hidden = try > most;
        uint32_t skip = hidden ? 1 : most - try;
        uint32_t found = hidden && most == 0 ? 0 : matches(s, name, skip, hidden, attribute);
        *taken = skip + 1;
        if (found > 1)
            return ambiguous(b, s, name, skip);
        if (found == 1)
            return STATUS_OK;
    }
    return STATUS_END;
}

// A name in quotes with a dot in it, or a table that is called otherwise here: what is meant, or NULL.
static const char *other_name(struct arena *a, const struct scope *s, const struct ast_expr *name)
{
    struct slice first = name->parts[0];
    const char *dot = name->part_count == 1 && first.size ? memchr(first.data, '.', first.size) : NULL;
    struct slice front = {first.data, dot ? (uint32_t)(dot - first.data) : first.size};
    struct slice table = {0};
    for (uint32_t i = 0; i < s->count; i++) {
        const struct scope_column *c = &s->column[i];
        if (dot && (slice_equal_fold(c->name, front) || slice_equal_fold(c->qualifier, front)))
            return arena_printf(a, "`%.*s` in back quotes is one name; write it without them", (int)first.size,
                                first.data);
        if (name->part_count > 1 && slice_equal_fold(c->qualifier, first))
            return NULL;
        if (name->part_count > 1 && c->qualifier.size && slice_equal_fold(c->name, name->parts[1]))
            table = c->qualifier;
    }
    return table.size
               ? arena_printf(a, "there is no table `%.*s` here, `%.*s` is of `%.*s`", (int)first.size, first.data,
                              (int)name->parts[1].size, name->parts[1].data, (int)table.size, table.data)
               : NULL;
}

enum status scope_unresolved(struct binder *b, const struct scope *s, const struct ast_expr *name)
{
    struct arena *a = b->l->arena;
    struct slice *names = ARENA_ARRAY(a, struct slice, s->count + 1);
    const char *list = "";
    for (uint32_t i = 0; i < s->count; i++) {
        names[i] = s->column[i].name;
        if (i < 20)
            list = arena_printf(a, "%s%s`%.*s`", list, i ? ", " : "", (int)names[i].size, names[i].data);
        else if (i == 20)
            list = arena_printf(a, "%s, …", list);
    }
    const char *wanted = name_text(a, name->parts, name->part_count);
    if (s->count == 0)
        return BIND_ERROR(b, name, "[UNRESOLVED_COLUMN.WITHOUT_SUGGESTION] there is no column %s", wanted);
    const char *other = other_name(a, s, name);
    if (other)
        return BIND_ERROR(b, name, "[UNRESOLVED_COLUMN.WITH_SUGGESTION] there is no column %s: %s; there are: %s",
                          wanted, other, list);
    int nearest = slice_nearest(name->parts[name->part_count - 1], names, s->count);
    if (nearest < 0)
        nearest = slice_nearest(name->parts[0], names, s->count);
    if (nearest < 0)
        return BIND_ERROR(b, name, "[UNRESOLVED_COLUMN.WITH_SUGGESTION] there is no column %s; there are: %s", wanted,
                          list);
    return BIND_ERROR(b, name,
                      "[UNRESOLVED_COLUMN.WITH_SUGGESTION] there is no column %s; did you mean `%.*s`? There are: %s",
                      wanted, (int)names[nearest].size, names[nearest].data, list);
}
