// INTERVAL literals: "INTERVAL 1 DAY 2 HOURS", "INTERVAL '1 day 2 hours'", "INTERVAL '1:2' HOUR TO MINUTE"
// (AstBuilder.visitInterval, IntervalUtils).
#include "agent/sql/parser.h"

#include "ops/datetime.h"

#include <stdio.h>

enum { INTERVAL_TEXT_MAX = 400 };

bool is_unit(struct slice word, enum interval_unit *unit)
{
    static const struct {
        const char *name;
        enum interval_unit unit;
    } units[] = {{"YEAR", UNIT_YEAR},     {"MONTH", UNIT_MONTH},        {"WEEK", UNIT_DAY},
                 {"DAY", UNIT_DAY},       {"HOUR", UNIT_HOUR},          {"MINUTE", UNIT_MINUTE},
                 {"SECOND", UNIT_SECOND}, {"MILLISECOND", UNIT_SECOND}, {"MICROSECOND", UNIT_SECOND}};
    if (word.size > 2 && (word.data[word.size - 1] == 's' || word.data[word.size - 1] == 'S'))
        word.size--;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (slice_equal_fold(word, slice_of(units[i].name))) {
            *unit = units[i].unit;
            return true;
        }
    }
    return false;
}

static bool unit_ahead(const struct parser *p, uint32_t count, enum interval_unit *unit)
{
    const struct token *t = ahead(p, count);
    return t->kind == TOKEN_WORD && is_unit(token_text(p, t), unit);
}

static uint32_t sign_ahead(const struct parser *p, uint32_t count)
{
    return ahead_symbol(p, count, "-") || ahead_symbol(p, count, "+") ? 1 : 0;
}

bool begins_interval(const struct parser *p)
{
    enum interval_unit unit;
    if (!at_word(p, "INTERVAL"))
        return false;
    uint32_t value = 1 + sign_ahead(p, 1);
    const struct token *t = ahead(p, value);
    if (t->kind == TOKEN_STRING)
        return true;
    return (t->kind == TOKEN_INTEGER || t->kind == TOKEN_DECIMAL) && ahead(p, value + 1)->kind == TOKEN_WORD &&
           (value > 1 ? unit_ahead(p, value + 1, &unit) : true);
}

static struct ast_expr *interval_new(struct parser *p, int64_t v, enum interval_unit first, enum interval_unit last,
                                     const struct token *begin)
{
    struct ast_expr *x = expr_new(p, AST_INTERVAL, begin);
    if (x != NULL) {
        x->value.type = type_interval(first, last);
        x->value.integer = v;
    }
    return x;
}

static void *invalid(struct parser *p, const struct token *begin, const char *class, const char *why)
{
    const struct token *end = p->token > begin ? p->token - 1 : begin;
    return fail_at(p, begin->offset, end->offset + end->length - begin->offset, "[%s] this is no interval: %s", class,
                   why);
}

// ---- a text, with the units seen in it

struct units {
    bool any, months, rest;
    enum interval_unit first, last;
};

static void units_add(struct units *u, enum interval_unit unit)
{
    u->months = u->months || unit <= UNIT_MONTH;
    u->rest = u->rest || unit > UNIT_MONTH;
    u->first = !u->any || unit < u->first ? unit : u->first;
    u->last = !u->any || unit > u->last ? unit : u->last;
    u->any = true;
}

static struct ast_expr *interval_of(struct parser *p, struct slice text, const struct units *units, const char *class,
                                    const struct token *begin)
{
    struct interval i;
    int64_t days;
    if (units->months && units->rest)
        return invalid(p, begin, "INVALID_INTERVAL_FORMAT",
                       "years and months do not mix with days and times; add two intervals");
    if (!units->any || !interval_parse(text, &i))
        return invalid(p, begin, class, "wanted is a text such as '1 day 2 hours' or '90 seconds'");
    if (units->months)
        return interval_new(p, i.months, units->first, units->last, begin);
    if (__builtin_mul_overflow((int64_t)i.days, (int64_t)SECONDS_PER_DAY * MICROS_PER_SECOND, &days) ||
        __builtin_add_overflow(days, i.micros, &days))
        return invalid(p, begin, class, "it is too long");
    return interval_new(p, days, units->first, units->last, begin);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// INTERVAL '1 day 2 hours'
static struct ast_expr *interval_text(struct parser *p, struct slice text, const struct token *begin)
{
    struct units units = {0};
    for (uint32_t i = 0; i < text.size;) {
        uint32_t from = i;
        while (i < text.size && is_letter(text.data[i]))
            i++;
        enum interval_unit unit;
        struct slice word = {text.data + from, i - from};
        if (word.size > 0 && is_unit(word, &unit))
            units_add(&units, unit);
        i += word.size == 0;
    }
    return interval_of(p, text, &units, "INVALID_TYPED_LITERAL", begin);
}

// ---- value unit value unit …

// One value as text, its sign with it; a string must hold nothing but a number.
static bool append_value(struct parser *p, char *to, uint32_t *size, const struct token *begin)
{
    bool minus = accept_symbol(p, "-");
    if (!minus)
        accept_symbol(p, "+");
    const struct token *t = p->token;
    bool string = t->kind == TOKEN_STRING;
    struct slice v = string ? token_string(p->source->text, t, p->arena) : token_text(p, t);
    for (uint32_t i = 0; string && i < v.size; i++)
        if (is_letter(v.data[i]))
            return invalid(p, begin, "INVALID_INTERVAL_FORMAT", "a number is wanted before a unit") != NULL;
    if (minus && v.size > 0 && v.data[0] == '-') {
        v = (struct slice){v.data + 1, v.size - 1};
        minus = false;
    }
    take(p);
    struct slice unit = token_text(p, p->token);
    take(p);
    int n = snprintf(to + *size, INTERVAL_TEXT_MAX - *size, " %s%.*s %.*s", minus ? "-" : "", (int)v.size, v.data,
                     (int)unit.size, unit.data);
    if (n < 0 || (uint32_t)n >= INTERVAL_TEXT_MAX - *size)
        return invalid(p, begin, "INVALID_INTERVAL_FORMAT", "it is too long a text") != NULL;
    *size += (uint32_t)n;
    return true;
}

static bool at_value_unit(const struct parser *p, enum interval_unit *unit)
{
    uint32_t sign = sign_ahead(p, 0);
    enum token_kind kind = ahead(p, sign)->kind;
    return (kind == TOKEN_INTEGER || kind == TOKEN_DECIMAL || kind == TOKEN_STRING) && unit_ahead(p, sign + 1, unit);
}

static struct ast_expr *interval_units(struct parser *p, const struct token *begin)
{
    char text[INTERVAL_TEXT_MAX];
    uint32_t size = 0;
    struct units units = {0};
    enum interval_unit unit;
    while (p->status == STATUS_OK && at_value_unit(p, &unit)) {
        units_add(&units, unit);
        append_value(p, text, &size, begin);
    }
    if (p->status != STATUS_OK)
        return NULL;
    if (at_word(p, "TO") && unit_ahead(p, 1, &unit))
        return invalid(p, begin, "INVALID_INTERVAL_FORMAT", "one value, and one range: INTERVAL '1:30' HOUR TO MINUTE");
    return interval_of(p, (struct slice){text, size}, &units, "INVALID_INTERVAL_FORMAT", begin);
}

// ---- 'a b:c:d' unit TO unit

static bool is_range(enum interval_unit first, enum interval_unit last)
{
    return (first == UNIT_YEAR && last == UNIT_MONTH) || (first >= UNIT_DAY && first < last);
}

static struct ast_expr *interval_range(struct parser *p, const struct token *begin)
{
    bool minus = accept_symbol(p, "-");
    if (!minus)
        accept_symbol(p, "+");
    if (p->token->kind != TOKEN_STRING)
        return fail_expected(p, "a string before a range of units: INTERVAL '1:30' HOUR TO MINUTE");
    struct slice text = token_string(p->source->text, p->token, p->arena);
    enum interval_unit first = UNIT_DAY, last = UNIT_DAY;
    int64_t v;
    take(p);
    is_unit(token_text(p, p->token), &first);
    take(p);
    take(p);
    is_unit(token_text(p, p->token), &last);
    take(p);
    if (!is_range(first, last))
        return fail_at(p, begin->offset, (p->token - 1)->offset + (p->token - 1)->length - begin->offset,
                       "[INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION] no interval goes from %s to %s",
                       interval_unit_name(first), interval_unit_name(last));
    if (!interval_read_value(text, first, last, &v))
        return fail_at(p, begin->offset, (p->token - 1)->offset + (p->token - 1)->length - begin->offset,
                       "[INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING] '%.*s' is no %s TO %s; wanted is %s",
                       (int)(text.size < 60 ? text.size : 60), text.data, interval_unit_name(first),
                       interval_unit_name(last),
                       first == UNIT_YEAR ? "'1-2'" : "a text such as '1 02:03:04.5', cut to these units");
    return interval_new(p, minus ? -v : v, first, last, begin);
}

struct ast_expr *parse_interval(struct parser *p)
{
    const struct token *begin = p->token;
    enum interval_unit unit;
    take(p);
    uint32_t sign = sign_ahead(p, 0);
    if (unit_ahead(p, sign + 1, &unit))
        return ahead_word(p, sign + 2, "TO") && unit_ahead(p, sign + 3, &unit) ? interval_range(p, begin)
                                                                               : interval_units(p, begin);
    if (sign > 0 || p->token->kind != TOKEN_STRING) {
        for (uint32_t i = 0; i <= sign; i++)
            take(p);
        return fail_expected(p, "a unit: YEAR, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND or MICROSECOND");
    }
    struct slice text = token_string(p->source->text, p->token, p->arena);
    take(p);
    return interval_text(p, text, begin);
}
