// Strings put together: concat, concat_ws, repeat, lpad, rpad, replace, reverse (stringExpressions.scala, UTF8String).
#include "ops/character.h"
#include "ops/kernel.h"
#include "ops/result.h"

static void join(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        size_t size = 0;
        for (uint32_t k = 0; k < c->argc; k++)
            size += slice_at(c->in[k], i).size;
        if (size > STRING_MAX) {
            c->out->null[i] = 1;
            continue;
        }
        char *to = arena_alloc(c->arena, size);
        c->out->slice[i] = (struct slice){to, (uint32_t)size};
        for (uint32_t k = 0; k < c->argc; k++) {
            struct slice s = slice_at(c->in[k], i);
            if (s.size > 0)
                memcpy(to, s.data, s.size);
            to += s.size;
        }
    }
}

// The lists one after the other.
static void join_arrays(const struct call *c, const struct rows *rows)
{
    struct column *out = c->out;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        out->span[i] = (struct span){out->used, 0};
        for (uint32_t k = 0; k < c->argc; k++) {
            const struct column *in = c->in[k];
            struct span s = in->span[at(in, i)];
            column_reserve(out, out->used + s.size, c->arena);
            for (uint32_t n = 0; n < s.size; n++)
                column_copy(&out->child[0], out->used + n, &in->child[0], s.offset + n, c->arena);
            out->used += s.size;
            out->span[i].size += s.size;
        }
    }
}

static enum status bind_concat(struct binding *b, struct error *e)
{
    uint32_t arrays = 0, binaries = 0;
    for (uint32_t i = 0; i < b->argc; i++) {
        arrays += b->arg[i]->type->id == TYPE_ARRAY;
        binaries += b->arg[i]->type->id == TYPE_BINARY;
    }
    if (arrays > 0) {
        b->type = binding_common(b, 0);
        b->kernel = join_arrays;
        if (!b->type || b->type->id != TYPE_ARRAY || arrays < b->argc)
            return binding_no_common(b, e);
        return STATUS_OK;
    }
    b->type = type_simple(binaries > 0 && binaries == b->argc ? TYPE_BINARY : TYPE_STRING);
    b->kernel = join;
    for (uint32_t i = 0; i < b->argc; i++) {
        if (type_is_nested(b->arg[i]->type))
            return binding_mismatch(b, i, "STRING, BINARY or ARRAY", e);
        b->want[i] = b->type;
    }
    return STATUS_OK;
}

// Adds `s` to a text of `size` bytes so far at `to`, after the separator unless it is the first. With `to` NULL it only
// counts.
static size_t add_part(char *to, size_t size, struct slice separator, struct slice s, bool *first)
{
    if (!*first) {
        if (to && separator.size > 0)
            memcpy(to + size, separator.data, separator.size);
        size += separator.size;
    }
    *first = false;
    if (to && s.size > 0)
        memcpy(to + size, s.data, s.size);
    return size + s.size;
}

static size_t add_parts(const struct call *c, uint32_t i, char *to)
{
    struct slice separator = slice_at(c->in[0], i);
    size_t size = 0;
    bool first = true;
    for (uint32_t k = 1; k < c->argc; k++) {
        const struct column *in = c->in[k];
        if (is_null(in, i))
            continue;
        if (in->type->id == TYPE_STRING) {
            size = add_part(to, size, separator, slice_at(in, i), &first);
            continue;
        }
        struct span span = in->span[at(in, i)];
        for (uint32_t n = span.offset; n < span.offset + span.size; n++)
            if (!is_null(&in->child[0], n))
                size = add_part(to, size, separator, slice_at(&in->child[0], n), &first);
    }
    return size;
}

static void join_with(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = is_null(c->in[0], i);
        if (c->out->null[i])
            continue;
        size_t size = add_parts(c, i, NULL);
        if (size > STRING_MAX) {
            c->out->null[i] = 1;
            continue;
        }
        char *to = arena_alloc(c->arena, size);
        add_parts(c, i, to);
        c->out->slice[i] = (struct slice){to, (uint32_t)size};
    }
}

static enum status bind_concat_ws(struct binding *b, struct error *e)
{
    for (uint32_t i = 0; i < b->argc; i++) {
        const struct type *t = b->arg[i]->type;
        if (i > 0 && t->id == TYPE_ARRAY && !type_is_nested(t->element)) {
            b->want[i] = type_array(b->arena, type_simple(TYPE_STRING), true);
            continue;
        }
        enum status status = binding_want(b, i, WANT_STRING, e);
        if (status != STATUS_OK)
            return status;
    }
    b->nullable = b->arg[0]->nullable;
    b->type = type_simple(TYPE_STRING);
    b->kernel = join_with;
    return STATUS_OK;
}

static void repeat(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        int32_t times = int_at(c->in[1], i);
        uint64_t size = times > 0 ? (uint64_t)s.size * (uint64_t)times : 0;
        if (size > STRING_MAX) {
            c->out->null[i] = 1;
            continue;
        }
        char *to = arena_alloc(c->arena, (size_t)size);
        c->out->slice[i] = (struct slice){to, (uint32_t)size};
        for (int32_t k = 0; s.size > 0 && k < times; k++, to += s.size)
            memcpy(to, s.data, s.size);
    }
}

static enum status bind_repeat(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = repeat;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_INT}, 2, e);
}

// What lpad and rpad count: characters, of a BINARY bytes.
struct padding {
    bool left, bytes;
};

static uint32_t units_in(const struct padding *p, struct slice s)
{
    return p->bytes ? s.size : characters_in(s);
}

static uint32_t unit_offset(const struct padding *p, struct slice s, uint32_t n)
{
    return !p->bytes ? character_offset(s, n) : n < s.size ? n : s.size;
}

// `units` of `with`, over and over, are written to `to`; returns the bytes.
static size_t write_padding(const struct padding *p, char *to, struct slice with, uint32_t units)
{
    char *from = to;
    uint32_t each = units_in(p, with);
    for (; units >= each; units -= each, to += with.size)
        memcpy(to, with.data, with.size);
    uint32_t rest = unit_offset(p, with, units);
    memcpy(to, with.data, rest);
    return (size_t)(to + rest - from);
}

static void pad(const struct call *c, const struct rows *rows)
{
    const struct padding *p = c->state;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        struct slice with = c->argc > 2 ? slice_at(c->in[2], i) : p->bytes ? (struct slice){"", 1} : SLICE(" ");
        int32_t length = int_at(c->in[1], i);
        uint32_t wanted = length > 0 ? (uint32_t)length : 0, have = units_in(p, s);
        if (wanted <= have || with.size == 0) {
            c->out->slice[i] = slice_part(s, 0, unit_offset(p, s, wanted));
            continue;
        }
        uint32_t missing = wanted - have;
        uint64_t most = (uint64_t)s.size + ((uint64_t)missing / units_in(p, with) + 1) * with.size;
        if (most > STRING_MAX) {
            c->out->null[i] = 1;
            continue;
        }
        char *to = arena_alloc(c->arena, (size_t)most);
        size_t padding = write_padding(p, p->left ? to : to + s.size, with, missing);
        if (s.size > 0)
            memcpy(p->left ? to + padding : to, s.data, s.size);
        c->out->slice[i] = (struct slice){to, (uint32_t)(s.size + padding)};
    }
}

static enum status bind_pad(struct binding *b, struct error *e)
{
    static const struct padding paddings[2][2] = {{{false, false}, {false, true}}, {{true, false}, {true, true}}};
    bool bytes = b->arg[0]->type->id == TYPE_BINARY && (b->argc < 3 || b->arg[2]->type->id == TYPE_BINARY);
    enum want text = bytes ? WANT_BINARY : WANT_STRING;
    b->type = type_simple(bytes ? TYPE_BINARY : TYPE_STRING);
    b->state = &paddings[b->function == &function_lpad][bytes];
    b->kernel = pad;
    return binding_wants(b, (const enum want[]){text, WANT_INT, text}, 3, e);
}

static struct slice replaced(struct arena *arena, struct slice s, struct slice search, struct slice by)
{
    uint32_t count = 0, hit;
    for (uint32_t from = 0; (hit = slice_find(s, search, from)) < s.size; from = hit + search.size)
        count++;
    if (count == 0)
        return s;
    size_t size = s.size - (size_t)count * search.size + (size_t)count * by.size;
    if (size > STRING_MAX)
        return (struct slice){NULL, UINT32_MAX};
    char *to = arena_alloc(arena, size), *end = to;
    uint32_t from = 0;
    for (; count > 0; count--, from = hit + search.size) {
        hit = slice_find(s, search, from);
        memcpy(end, s.data + from, hit - from);
        end += hit - from;
        if (by.size > 0)
            memcpy(end, by.data, by.size);
        end += by.size;
    }
    memcpy(end, s.data + from, s.size - from);
    return (struct slice){to, (uint32_t)size};
}

static void replace(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i), search = slice_at(c->in[1], i);
        struct slice by = c->argc > 2 ? slice_at(c->in[2], i) : SLICE("");
        c->out->slice[i] = s.size == 0 || search.size == 0 ? s : replaced(c->arena, s, search, by);
        c->out->null[i] = c->out->slice[i].size == UINT32_MAX;
    }
}

static enum status bind_replace(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = replace;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING, WANT_STRING}, 3, e);
}

static void reverse_text(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        char *to = arena_alloc(c->arena, s.size);
        for (uint32_t from = 0, next; from < s.size; from = next) {
            next = character_next(s, from);
            memcpy(to + s.size - next, s.data + from, next - from);
        }
        c->out->slice[i] = (struct slice){to, s.size};
    }
}

static void reverse_array(const struct call *c, const struct rows *rows)
{
    struct column *out = c->out;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        const struct column *in = c->in[0];
        struct span s = in->span[at(in, i)];
        column_reserve(out, out->used + s.size, c->arena);
        for (uint32_t n = 0; n < s.size; n++)
            column_copy(&out->child[0], out->used + n, &in->child[0], s.offset + s.size - 1 - n, c->arena);
        out->span[i] = (struct span){out->used, s.size};
        out->used += s.size;
    }
}

static enum status bind_reverse(struct binding *b, struct error *e)
{
    if (b->arg[0]->type->id == TYPE_ARRAY) {
        b->type = b->arg[0]->type;
        b->kernel = reverse_array;
        return STATUS_OK;
    }
    b->type = type_simple(TYPE_STRING);
    b->kernel = reverse_text;
    return binding_want(b, 0, WANT_STRING, e);
}

const struct function function_concat = {
    .name = "concat",
    .alias = (const char *const[]){"||", NULL},
    .min_args = 0,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_concat,
    .usage = "concat(a, b, ...)",
    .summary = "The strings, or the arrays, one after the other; NULL if one is NULL.",
    .example = "concat('a', 1, 'b')",
    .gives = "\"a1b\"",
};
const struct function function_concat_ws = {
    .name = "concat_ws",
    .min_args = 1,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_concat_ws,
    .usage = "concat_ws(sep, a, b, ...)",
    .summary = "The strings, and those of arrays, with sep between them; NULLs are left out.",
    .example = "concat_ws('-', 'a', NULL, array('b', 'c'))",
    .gives = "\"a-b-c\"",
};
const struct function function_repeat = {
    .name = "repeat",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_repeat,
    .usage = "repeat(str, n)",
    .summary = "The string n times.",
    .example = "repeat('ab', 3)",
    .gives = "\"ababab\"",
};
const struct function function_lpad = {
    .name = "lpad",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_pad,
    .usage = "lpad(str, len[, pad])",
    .summary = "The string filled on the left with pad (blanks) to len characters, or cut to them.",
    .example = "lpad('7', 3, '0')",
    .gives = "\"007\"",
};
const struct function function_rpad = {
    .name = "rpad",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_pad,
    .usage = "rpad(str, len[, pad])",
    .summary = "The string filled on the right with pad (blanks) to len characters, or cut to them.",
    .example = "rpad('ab', 5, 'xy')",
    .gives = "\"abxyx\"",
};
const struct function function_replace = {
    .name = "replace",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_replace,
    .usage = "replace(str, search[, by])",
    .summary = "The string with each occurrence of search replaced, or taken out.",
    .example = "replace('aXbX', 'X', '--')",
    .gives = "\"a--b--\"",
};
const struct function function_reverse = {
    .name = "reverse",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_reverse,
    .usage = "reverse(value)",
    .summary = "The characters of a string, or the elements of an array, in the other order.",
    .example = "reverse('abc')",
    .gives = "\"cba\"",
};
