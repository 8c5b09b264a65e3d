// mask (maskExpressions.scala): letters and digits replaced, so that a text can be shown.
#include "ops/casefold.h"
#include "ops/character.h"
#include "ops/kernel.h"
#include "ops/result.h"
#include "ops/utf8.h"

static const char *const defaults[] = {"X", "x", "n", NULL}; // upper case, lower case, digits, others; NULL: kept

enum { UPPER, LOWER, DIGIT, OTHER };

// By what the character becomes in the other case: one that has a lower case is upper case.
static unsigned class_of(struct slice one, struct arena *arena)
{
    if (one.size == 1 && one.data[0] >= '0' && one.data[0] <= '9')
        return DIGIT;
    if (!slice_equal(text_lower(one, arena), one))
        return UPPER;
    return slice_equal(text_upper(one, arena), one) ? OTHER : LOWER;
}

// What a character of the class becomes; data NULL: it is kept.
static struct slice replacement(const struct call *c, uint32_t row, unsigned class)
{
    if (class + 1 >= c->argc)
        return defaults[class] != NULL ? slice_of(defaults[class]) : (struct slice){NULL, 0};
    if (is_null(c->in[class + 1], row))
        return (struct slice){NULL, 0};
    struct slice by = slice_at(c->in[class + 1], row);
    return by.size == 0 ? SLICE("") : slice_part(by, 0, character_next(by, 0));
}

static void mask(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = is_null(c->in[0], i);
        if (c->out->null[i])
            continue;
        struct slice s = slice_at(c->in[0], i);
        char *begin = string_room(c, i, (uint64_t)s.size * UTF8_MAX), *to = begin;
        for (uint32_t k = 0, end; begin != NULL && k < s.size; k = end) {
            end = character_next(s, k);
            struct slice one = slice_part(s, k, end), by = replacement(c, i, class_of(one, c->arena));
            one = by.data != NULL ? by : one;
            if (one.size > 0)
                memcpy(to, one.data, one.size);
            to += one.size;
        }
        if (begin != NULL)
            c->out->slice[i].size = (uint32_t)(to - begin);
    }
}

static enum status bind_mask(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->nullable = b->arg[0]->nullable;
    b->kernel = mask;
    return binding_wants(b, (const enum want[]){WANT_TEXT, WANT_TEXT, WANT_TEXT, WANT_TEXT, WANT_TEXT}, 5, e);
}

const struct function function_mask = {
    .name = "mask",
    .min_args = 1,
    .max_args = 5,
    .bind = bind_mask,
    .usage = "mask(str[, upper[, lower[, digit[, other]]]])",
    .summary = "Letters and digits replaced by X, x and n, or as told; NULL keeps a kind as it is.",
    .example = "mask('abcd-EFGH-8765')",
    .gives = "\"xxxx-XXXX-nnnn\"",
};
