// Strings changed in places and taken apart: translate, overlay, mask, split_part, find_in_set, elt, space, bit_length
// (stringExpressions.scala, maskExpressions.scala).
#include "ops/character.h"
#include "ops/kernel.h"
#include "ops/result.h"
#include "ops/utf8.h"

static struct slice character(struct slice s, uint32_t from)
{
    return slice_part(s, from, character_next(s, from));
}

// The place of a character among those of `s`, in characters; -1: it is not there.
static int32_t character_place(struct slice s, struct slice wanted)
{
    int32_t place = 0;
    for (uint32_t i = 0; i < s.size; i = character_next(s, i), place++)
        if (slice_equal(character(s, i), wanted))
            return place;
    return -1;
}

// translate: the character at the same place of `to` instead; where `to` is shorter, none.
static void translate(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i), from = slice_at(c->in[1], i), to = slice_at(c->in[2], i);
        char *begin = string_room(c, i, (uint64_t)s.size * UTF8_MAX), *at_char = begin;
        for (uint32_t k = 0; begin != NULL && k < s.size; k = character_next(s, k)) {
            struct slice one = character(s, k);
            int32_t place = character_place(from, one);
            if (place >= 0) {
                uint32_t offset = character_offset(to, (uint32_t)place);
                one = offset < to.size ? character(to, offset) : slice_part(to, to.size, to.size);
            }
            if (one.size > 0)
                memcpy(at_char, one.data, one.size);
            at_char += one.size;
        }
        if (begin != NULL)
            c->out->slice[i].size = (uint32_t)(at_char - begin);
    }
}

static enum status bind_translate(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = translate;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING, WANT_STRING}, 3, e);
}

// overlay(s, by, place, length) is what is left of `place`, `by`, what is right of place + length (substringSQL, so
// that a place before the string counts from its end).
static enum status bind_overlay(struct binding *b, struct error *e)
{
    bool binary = b->arg[0]->type->id == TYPE_BINARY && b->arg[1]->type->id == TYPE_BINARY;
    enum want text = binary ? WANT_BINARY : WANT_STRING;
    enum status status = binding_wants(b, (const enum want[]){text, text, WANT_INT, WANT_INT}, 4, e);
    if (status != STATUS_OK)
        return status;
    struct expr *arg[4] = {0}, *before, *after, *length = NULL;
    for (uint32_t i = 0; i < b->argc && status == STATUS_OK; i++)
        status = expr_cast(b->arena, b->session, b->arg[i], binding_type(b, i), &arg[i], e);
    struct expr *one = expr_literal(b->arena, (struct value){.type = type_simple(TYPE_INT), .integer = 1});
    struct expr *zero = expr_literal(b->arena, (struct value){.type = type_simple(TYPE_INT)});
    if (status == STATUS_OK)
        status = expr_call(b->arena, b->session, &function_subtract, (struct expr *[]){arg[2], one}, 2, &before, e);
    if (status == STATUS_OK)
        status = expr_call(b->arena, b->session, &function_length, &arg[1], 1, &length, e);
    if (status == STATUS_OK && arg[3] != NULL) { // a negative length is that of `by`
        struct expr *less, *args[3] = {NULL, length, arg[3]};
        status = expr_call(b->arena, b->session, &function_less, (struct expr *[]){arg[3], zero}, 2, &less, e);
        args[0] = less;
        if (status == STATUS_OK)
            status = expr_call(b->arena, b->session, &function_if, args, 3, &length, e);
    }
    if (status == STATUS_OK)
        status = expr_call(b->arena, b->session, &function_add, (struct expr *[]){arg[2], length}, 2, &after, e);
    struct expr *part[3] = {NULL, arg[1], NULL};
    if (status == STATUS_OK)
        status = expr_call(b->arena, b->session, &function_substring, (struct expr *[]){arg[0], one, before}, 3,
                           &part[0], e);
    if (status == STATUS_OK)
        status = expr_call(b->arena, b->session, &function_substring, (struct expr *[]){arg[0], after}, 2, &part[2], e);
    return status == STATUS_OK ? expr_call(b->arena, b->session, &function_concat, part, 3, &b->instead, e) : status;
}

// The `count`-th part between separators, from the end where negative; '' if there are fewer. 0 is NULL (in Spark it
// ends the query).
static struct slice part_of(struct slice s, struct slice separator, int32_t count)
{
    uint32_t parts = 1, from = 0;
    for (uint32_t k = 0; count < 0 && separator.size > 0 && (k = slice_find(s, separator, k)) <= s.size;
         k += separator.size)
        parts++;
    int64_t wanted = count > 0 ? count : (int64_t)parts + count + 1;
    if (wanted < 1 || (separator.size == 0 && wanted > 1))
        return SLICE("");
    for (; separator.size > 0; wanted--) {
        uint32_t hit = slice_find(s, separator, from);
        if (wanted == 1)
            return slice_part(s, from, hit < s.size ? hit : s.size);
        if (hit > s.size)
            return SLICE("");
        from = hit + separator.size;
    }
    return s;
}

static void split_part(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        c->out->null[i] = int_at(c->in[2], i) == 0;
        c->out->slice[i] = part_of(slice_at(c->in[0], i), slice_at(c->in[1], i), int_at(c->in[2], i));
    }
}

static enum status bind_split_part(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->nullable = true;
    b->kernel = split_part;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING, WANT_INT}, 3, e);
}

// From 1; 0 if it is not there, or has a comma in it.
static void find_in_set(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice wanted = slice_at(c->in[0], i), set = slice_at(c->in[1], i);
        int32_t place = 0, found = 0;
        for (uint32_t from = 0; found == 0 && from <= set.size; from++) {
            uint32_t end = slice_find(set, SLICE(","), from);
            end = end < set.size ? end : set.size;
            place++;
            if (slice_equal(slice_part(set, from, end), wanted))
                found = place;
            from = end;
        }
        c->out->i32[i] = found;
    }
}

static enum status bind_find_in_set(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_INT);
    b->kernel = find_in_set;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING}, 2, e);
}

static void spaces(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int32_t count = int_at(c->in[0], i);
        size_t size = count > 0 ? (size_t)count : 0;
        char *to = string_room(c, i, size);
        if (to != NULL)
            memset(to, ' ', size);
    }
}

static enum status bind_space(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = spaces;
    return binding_want(b, 0, WANT_INT, e);
}

static void bit_length(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i32[i] = (int32_t)(slice_at(c->in[0], i).size * 8);
    }
}

static enum status bind_bit_length(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_INT);
    b->kernel = bit_length;
    return binding_want(b, 0, WANT_STRING_OR_BINARY, e);
}

static void choose_text(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        int64_t which = is_null(c->in[0], i) ? 0 : int_at(c->in[0], i);
        bool there = which >= 1 && which < c->argc && !is_null(c->in[which], i);
        c->out->null[i] = !there;
        if (there)
            c->out->slice[i] = slice_at(c->in[which], i);
    }
}

static enum status bind_elt(struct binding *b, struct error *e)
{
    bool binary = true;
    for (uint32_t i = 1; i < b->argc; i++)
        binary &= b->arg[i]->type->id == TYPE_BINARY;
    enum status status = binding_want(b, 0, WANT_INT, e);
    for (uint32_t i = 1; i < b->argc && status == STATUS_OK; i++)
        status = binding_want(b, i, binary ? WANT_BINARY : WANT_STRING, e);
    b->type = type_simple(binary ? TYPE_BINARY : TYPE_STRING);
    b->nullable = true;
    b->kernel = choose_text;
    return status;
}

// Luhn's checksum; FALSE where there is something else than digits.
static bool luhn(struct slice s)
{
    uint32_t sum = 0;
    for (uint32_t k = 0; k < s.size; k++) {
        char digit = s.data[s.size - 1 - k];
        if (digit < '0' || digit > '9')
            return false;
        uint32_t v = (uint32_t)(digit - '0') << (k % 2);
        sum += v > 9 ? v - 9 : v;
    }
    return s.size > 0 && sum % 10 == 0;
}

static void luhn_check(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->boolean[i] = luhn(slice_at(c->in[0], i));
    }
}

static enum status bind_luhn(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_BOOLEAN);
    b->kernel = luhn_check;
    return binding_want(b, 0, WANT_STRING, e);
}

const struct function function_translate = {
    .name = "translate",
    .min_args = 3,
    .max_args = 3,
    .bind = bind_translate,
    .usage = "translate(str, from, to)",
    .summary = "Each character that is in from becomes the one at the same place of to, or is left out.",
    .example = "translate('AaBbCc', 'abc', '123')",
    .gives = "\"A1B2C3\"",
};
const struct function function_overlay = {
    .name = "overlay",
    .min_args = 3,
    .max_args = 4,
    .bind = bind_overlay,
    .usage = "overlay(str, by, pos[, len])",
    .summary = "The string with len characters (those of by, unless told) from pos on replaced.",
    .example = "overlay('Spark SQL' PLACING 'CORE' FROM 7)",
    .gives = "\"Spark CORE\"",
};
const struct function function_split_part = {
    .name = "split_part",
    .min_args = 3,
    .max_args = 3,
    .bind = bind_split_part,
    .usage = "split_part(str, delimiter, n)",
    .summary = "The n-th part between delimiters, from the end where n is negative; '' if there are fewer.",
    .example = "split_part('11.12.13', '.', 3)",
    .gives = "\"13\"",
};
const struct function function_find_in_set = {
    .name = "find_in_set",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_find_in_set,
    .usage = "find_in_set(str, list)",
    .summary = "The place of a string in a list with commas, from 1; 0 if it is not there.",
    .example = "find_in_set('ab', 'abc,b,ab,c,def')",
    .gives = "3",
};
const struct function function_space = {
    .name = "space",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_space,
    .usage = "space(n)",
    .summary = "A string of n blanks.",
    .example = "concat(space(2), '1')",
    .gives = "\"  1\"",
};
const struct function function_bit_length = {
    .name = "bit_length",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_bit_length,
    .usage = "bit_length(str)",
    .summary = "The bits of a string or a BINARY.",
    .example = "bit_length('é')",
    .gives = "16",
};
const struct function function_elt = {
    .name = "elt",
    .min_args = 2,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_elt,
    .usage = "elt(n, a, b, ...)",
    .summary = "The n-th of the strings, from 1; NULL if there are fewer.",
    .example = "elt(1, 'scala', 'java')",
    .gives = "\"scala\"",
};
const struct function function_luhn_check = {
    .name = "luhn_check",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_luhn,
    .usage = "luhn_check(digits)",
    .summary = "Is the last digit the right check digit by Luhn's algorithm?",
    .example = "luhn_check('79927398713')",
    .gives = "true",
};
