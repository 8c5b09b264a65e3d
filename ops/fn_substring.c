// Parts of strings: substring, left, right, substring_index, the trims. No byte is copied.
#include "ops/character.h"
#include "ops/kernel.h"

static int32_t clamp_int(int64_t v)
{
    return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int32_t)v;
}

// UTF8String.substringSQL: positions from 1, 0 is 1, negative ones count from the end and may begin before it.
static struct slice characters(struct slice s, int32_t position, int32_t length)
{
    int64_t start = position > 0 ? position - 1 : position < 0 ? (int64_t)characters_in(s) + position : 0;
    int32_t end = clamp_int(start + length);
    if (end <= start || start >= s.size || end <= 0)
        return slice_part(s, 0, 0);
    uint32_t skip = start > 0 ? (uint32_t)start : 0;
    uint32_t from = character_offset(s, skip);
    struct slice rest = slice_part(s, from, s.size);
    return slice_part(rest, 0, character_offset(rest, (uint32_t)end - skip));
}

// ByteArray.subStringSQL: the same, counting bytes.
static struct slice bytes(struct slice s, int32_t position, int32_t length)
{
    int64_t start = position > 0 ? position - 1 : position < 0 ? (int64_t)s.size + position : 0;
    int64_t end = s.size - start < length ? s.size : start + length;
    start = start < 0 ? 0 : start;
    if (start >= end)
        return slice_part(s, 0, 0);
    return slice_part(s, (uint32_t)start, (uint32_t)end);
}

static void substring(const struct call *c, const struct rows *rows)
{
    bool binary = c->in[0]->type->id == TYPE_BINARY;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int32_t length = c->argc > 2 ? int_at(c->in[2], i) : INT32_MAX;
        struct slice s = slice_at(c->in[0], i);
        int32_t position = int_at(c->in[1], i);
        c->out->slice[i] = binary ? bytes(s, position, length) : characters(s, position, length);
    }
}

static void leftmost(const struct call *c, const struct rows *rows)
{
    bool binary = c->in[0]->type->id == TYPE_BINARY;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        int32_t length = int_at(c->in[1], i);
        c->out->slice[i] = binary ? bytes(s, 1, length) : characters(s, 1, length);
    }
}

static void rightmost(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        int32_t length = int_at(c->in[1], i);
        c->out->slice[i] = length <= 0 ? slice_part(s, 0, 0) : characters(s, -length, INT32_MAX);
    }
}

static enum status bind_substring(struct binding *b, struct error *e)
{
    enum status status = binding_wants(b, (const enum want[]){WANT_STRING_OR_BINARY, WANT_INT, WANT_INT}, 3, e);
    b->type = binding_type(b, 0);
    b->kernel = b->function == &function_substring ? substring : leftmost;
    return status;
}

static enum status bind_right(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->nullable = true; // it is an If of a NULL literal in Spark
    b->kernel = rightmost;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_INT}, 2, e);
}

// The last place of `part` in s that begins at or before `from`; -1 if there is none.
static int64_t find_last(struct slice s, struct slice part, int64_t from)
{
    for (; from >= 0; from--)
        if (memcmp(s.data + from, part.data, part.size) == 0)
            return from;
    return -1;
}

// UTF8String.subStringIndex
static struct slice before_nth(struct slice s, struct slice delimiter, int32_t count)
{
    if (delimiter.size == 0 || count == 0 || s.size < delimiter.size)
        return count == 0 || delimiter.size == 0 ? slice_part(s, 0, 0) : s;
    if (count > 0) {
        uint32_t hit = 0;
        for (uint32_t from = 0; count > 0; count--, from = hit + 1) {
            hit = slice_find(s, delimiter, from);
            if (hit > s.size)
                return s;
        }
        return slice_part(s, 0, hit);
    }
    int64_t hit = (int64_t)s.size - delimiter.size + 1;
    for (; count < 0; count++) {
        hit = find_last(s, delimiter, hit - 1);
        if (hit < 0)
            return s;
    }
    return slice_part(s, (uint32_t)hit + delimiter.size, s.size);
}

static void substring_index(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->slice[i] = before_nth(slice_at(c->in[0], i), slice_at(c->in[1], i), int_at(c->in[2], i));
    }
}

static enum status bind_substring_index(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = substring_index;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING, WANT_INT}, 3, e);
}

// Is the code point s[from, to) one of those in `set`?
static bool is_among(struct slice s, uint32_t from, uint32_t to, struct slice set)
{
    struct slice one = slice_part(s, from, to);
    for (uint32_t i = 0, next; i < set.size; i = next) {
        next = character_next(set, i);
        if (slice_equal(slice_part(set, i, next), one))
            return true;
    }
    return false;
}

// Offset of the code point that ends at `end`.
static uint32_t previous(struct slice s, uint32_t end)
{
    uint32_t from = end - 1;
    while (from > 0 && end - from < 4 && ((unsigned char)s.data[from] & 0xC0) == 0x80)
        from--;
    return from + character_width(s.data[from]) == end ? from : end - 1;
}

static struct slice trimmed(struct slice s, struct slice set, bool left, bool right)
{
    uint32_t from = 0, to = s.size;
    while (left && from < to && is_among(s, from, character_next(s, from), set))
        from = character_next(s, from);
    while (right && to > from && is_among(s, previous(s, to), to, set))
        to = previous(s, to);
    return slice_part(s, from, to);
}

// state: which of the two arguments is the string (the other one is the set of characters; blanks if absent)
static void trim(const struct call *c, const struct rows *rows, bool left, bool right)
{
    const uint32_t *subject = c->state;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice set = c->argc > 1 ? slice_at(c->in[1 - *subject], i) : SLICE(" ");
        c->out->slice[i] = trimmed(slice_at(c->in[*subject], i), set, left, right);
    }
}

static void trim_both(const struct call *c, const struct rows *rows)
{
    trim(c, rows, true, true);
}

static void trim_left(const struct call *c, const struct rows *rows)
{
    trim(c, rows, true, false);
}

static void trim_right(const struct call *c, const struct rows *rows)
{
    trim(c, rows, false, true);
}

// Spark takes trim(characters, string), but btrim(string, characters).
static enum status bind_trim(struct binding *b, struct error *e)
{
    static const uint32_t places[] = {0, 1};
    b->state = &places[b->argc > 1 && b->function != &function_btrim];
    b->kernel = b->function == &function_ltrim ? trim_left : b->function == &function_rtrim ? trim_right : trim_both;
    b->type = type_simple(TYPE_STRING);
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING}, 2, e);
}

const struct function function_substring = {
    .name = "substring",
    .alias = (const char *const[]){"substr", NULL},
    .min_args = 2,
    .max_args = 3,
    .bind = bind_substring,
    .usage = "substring(str, pos[, len])",
    .summary = "The characters from pos (from 1; negative: from the end) on, at most len.",
    .example = "substring('Spark SQL', 5, 1)",
    .gives = "\"k\"",
};
const struct function function_left = {
    .name = "left",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_substring,
    .usage = "left(str, len)",
    .summary = "The first len characters.",
    .example = "left('Spark', 3)",
    .gives = "\"Spa\"",
};
const struct function function_right = {
    .name = "right",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_right,
    .usage = "right(str, len)",
    .summary = "The last len characters.",
    .example = "right('Spark', 3)",
    .gives = "\"ark\"",
};
const struct function function_substring_index = {
    .name = "substring_index",
    .min_args = 3,
    .max_args = 3,
    .bind = bind_substring_index,
    .usage = "substring_index(str, delim, count)",
    .summary = "What stands before the count-th delim, or with a negative count after it, counted from the end.",
    .example = "substring_index('www.apache.org', '.', 2)",
    .gives = "\"www.apache\"",
};
const struct function function_trim = {
    .name = "trim",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_trim,
    .usage = "trim([characters, ]str)",
    .summary = "The string without blanks, or the given characters, at both ends.",
    .example = "trim('  a ')",
    .gives = "\"a\"",
};
const struct function function_btrim = {
    .name = "btrim",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_trim,
    .usage = "btrim(str[, characters])",
    .summary = "The string without blanks, or the given characters, at both ends.",
    .example = "btrim('xxaxx', 'x')",
    .gives = "\"a\"",
};
const struct function function_ltrim = {
    .name = "ltrim",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_trim,
    .usage = "ltrim([characters, ]str)",
    .summary = "The string without blanks, or the given characters, at its start.",
    .example = "ltrim('  a ')",
    .gives = "\"a \"",
};
const struct function function_rtrim = {
    .name = "rtrim",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_trim,
    .usage = "rtrim([characters, ]str)",
    .summary = "The string without blanks, or the given characters, at its end.",
    .example = "rtrim('  a ')",
    .gives = "\"  a\"",
};
