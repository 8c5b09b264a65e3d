// What a string is asked: its length, what it begins with, contains, and where (stringExpressions.scala).
#include "ops/character.h"
#include "ops/kernel.h"

static void character_count(const struct call *c, const struct rows *rows)
{
    bool binary = c->in[0]->type->id == TYPE_BINARY;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        c->out->i32[i] = (int32_t)(binary ? s.size : characters_in(s));
    }
}

static void byte_count(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i32[i] = (int32_t)slice_at(c->in[0], i).size;
    }
}

static enum status bind_length(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_INT);
    b->kernel = b->function == &function_octet_length ? byte_count : character_count;
    return binding_want(b, 0, WANT_STRING_OR_BINARY, e);
}

static uint32_t first_code_point(struct slice s)
{
    const unsigned char *b = (const unsigned char *)s.data;
    if (s.size == 0)
        return 0;
    uint32_t width = character_width(s.data[0]);
    if (width == 1 || width > s.size)
        return b[0];
    uint32_t point = b[0] & (0x7Fu >> width);
    for (uint32_t i = 1; i < width; i++)
        point = point << 6 | (b[i] & 0x3Fu);
    return point;
}

static void code_point(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i32[i] = (int32_t)first_code_point(slice_at(c->in[0], i));
    }
}

static enum status bind_ascii(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_INT);
    b->kernel = code_point;
    return binding_want(b, 0, WANT_STRING, e);
}

static bool begins_with(struct slice s, struct slice part)
{
    return part.size <= s.size && slice_equal(slice_part(s, 0, part.size), part);
}

static bool ends_with(struct slice s, struct slice part)
{
    return part.size <= s.size && slice_equal(slice_part(s, s.size - part.size, s.size), part);
}

static bool has_inside(struct slice s, struct slice part)
{
    return slice_find(s, part, 0) <= s.size;
}

#define PART_KERNEL(name, test)                                                                                        \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            if (!row_is_null(c, i))                                                                                    \
                c->out->boolean[i] = test(slice_at(c->in[0], i), slice_at(c->in[1], i));                               \
        }                                                                                                              \
    }
PART_KERNEL(starts, begins_with)
PART_KERNEL(ends, ends_with)
PART_KERNEL(contains, has_inside)

static enum status bind_part(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_BOOLEAN);
    b->kernel = b->function == &function_startswith ? starts : b->function == &function_endswith ? ends : contains;
    bool binary = b->arg[0]->type->id == TYPE_BINARY && b->arg[1]->type->id == TYPE_BINARY;
    enum want want = binary ? WANT_BINARY : WANT_STRING;
    return binding_wants(b, (const enum want[]){want, want}, 2, e);
}

// UTF8String.indexOf, from 1: the place of `part` in s at or after character `start` (from 0); 0: not there.
static int32_t place(struct slice s, struct slice part, uint32_t start)
{
    if (part.size == 0)
        return 1;
    uint32_t from = character_offset(s, start);
    uint32_t hit = from >= s.size ? s.size + 1 : slice_find(s, part, from);
    return hit > s.size ? 0 : (int32_t)characters_in(slice_part(s, 0, hit)) + 1;
}

static void instr(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i32[i] = place(slice_at(c->in[0], i), slice_at(c->in[1], i), 0);
    }
}

// locate(part, s, start): a NULL start is 0, which gives 0 (StringLocate conforms to Hive there).
static void locate(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        bool no_start = c->argc > 2 && is_null(c->in[2], i);
        int32_t start = no_start ? 0 : c->argc > 2 ? int_at(c->in[2], i) : 1;
        c->out->null[i] = !no_start && (is_null(c->in[0], i) || is_null(c->in[1], i));
        c->out->i32[i] = 0;
        if (!c->out->null[i] && start >= 1)
            c->out->i32[i] = place(slice_at(c->in[1], i), slice_at(c->in[0], i), (uint32_t)start - 1);
    }
}

static enum status bind_place(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_INT);
    b->kernel = b->function == &function_instr ? instr : locate;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING, WANT_INT}, 3, e);
}

const struct function function_length = {
    .name = "length",
    .alias = (const char *const[]){"char_length", "character_length", "len", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_length,
    .usage = "length(str)",
    .summary = "The characters of a string, the bytes of a BINARY.",
    .example = "length('Spark ')",
    .gives = "6",
};
const struct function function_octet_length = {
    .name = "octet_length",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_length,
    .usage = "octet_length(str)",
    .summary = "The bytes of a string or a BINARY.",
    .example = "octet_length('é')",
    .gives = "2",
};
const struct function function_ascii = {
    .name = "ascii",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_ascii,
    .usage = "ascii(str)",
    .summary = "The code point of the first character, 0 of an empty string.",
    .example = "ascii('2')",
    .gives = "50",
};
const struct function function_startswith = {
    .name = "startswith",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_part,
    .usage = "startswith(str, part)",
    .summary = "Does the string begin with part?",
    .example = "startswith('Spark SQL', 'Spark')",
    .gives = "true",
};
const struct function function_endswith = {
    .name = "endswith",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_part,
    .usage = "endswith(str, part)",
    .summary = "Does the string end with part?",
    .example = "endswith('Spark SQL', 'SQL')",
    .gives = "true",
};
const struct function function_contains = {
    .name = "contains",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_part,
    .usage = "contains(str, part)",
    .summary = "Is part in the string?",
    .example = "contains('Spark SQL', 'k S')",
    .gives = "true",
};
const struct function function_instr = {
    .name = "instr",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_place,
    .usage = "instr(str, part)",
    .summary = "The place of part in the string, from 1; 0 if it is not there.",
    .example = "instr('SparkSQL', 'SQL')",
    .gives = "6",
};
const struct function function_locate = {
    .name = "locate",
    .alias = (const char *const[]){"position", NULL},
    .min_args = 2,
    .max_args = 3,
    .bind = bind_place,
    .usage = "locate(part, str[, pos])",
    .summary = "The place of part in the string at or after pos, from 1; 0 if it is not there.",
    .example = "locate('bar', 'foobarbar', 5)",
    .gives = "7",
};
