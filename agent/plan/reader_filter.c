// What of WHERE Spark hands to its JSON and CSV readers (DataSourceStrategy.translateFilter, FileSourceStrategy).
#include "agent/plan/predicates.h"

#include "ops/function.h"

struct reader {
    const struct logical *l;
    struct slice corrupt; // name of the column for corrupt records
};

static bool is_literal(const struct expr *x)
{
    return x->kind == EXPR_LITERAL && !x->literal.null;
}

static bool is_true(const struct expr *x)
{
    return is_literal(x) && x->type->id == TYPE_BOOLEAN && x->literal.boolean;
}

static bool is_column(const struct reader *r, const struct expr *x)
{
    if (x->kind != EXPR_COLUMN)
        return false;
    struct slice name = r->l->attributes[x->column].name;
    return !memchr(name.data, '.', name.size) && !slice_equal(name, r->corrupt);
}

// UnwrapCastInBinaryComparison.canUnwrapCast: a wider number that holds each value of the narrower; a DATE's time.
static bool widens(const struct type *from, const struct type *to)
{
    if (from->id == TYPE_DATE)
        return to->id == TYPE_TIMESTAMP;
    if (!type_is_numeric(from) || !type_is_numeric(to) || to->id == TYPE_DECIMAL || from->id == TYPE_DECIMAL)
        return type_is_integral(from) && to->id == TYPE_DECIMAL;
    if ((from->id == TYPE_INT && to->id == TYPE_FLOAT) || (from->id == TYPE_BIGINT && to->id > TYPE_BIGINT))
        return false;
    return from->id < to->id;
}

// A column, or one that was made wider to be compared.
static bool is_compared(const struct reader *r, const struct expr *x)
{
    return is_column(r, x) ||
           (expr_is_call(x, "cast") && is_column(r, x->args[0]) && widens(x->args[0]->type, x->type));
}

// Beyond what the narrower type of a column holds Spark has other conditions, which it does not push.
static bool is_within(const struct expr *x, const struct expr *literal)
{
    if (!expr_is_call(x, "cast") || !type_is_integral(x->args[0]->type) || !type_is_integral(literal->type))
        return true;
    int64_t most = (int64_t)(UINT64_MAX >> (65 - 8 * type_width(x->args[0]->type)));
    return literal->literal.integer <= most && literal->literal.integer >= -most - 1;
}

static bool is_comparison(const struct reader *r, const struct expr *x)
{
    static const char *const names[] = {"=", "<=>", "<", "<=", ">", ">="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (expr_is_call(x, names[i]))
            return (is_compared(r, x->args[0]) && is_literal(x->args[1]) && is_within(x->args[0], x->args[1])) ||
                   (is_literal(x->args[0]) && is_compared(r, x->args[1]) && is_within(x->args[1], x->args[0]));
    return false;
}

// LIKE of a pattern that says no more than how a text begins or ends, or what is in it (LikeSimplification). `both`:
// how it begins and ends will do.
static bool is_simple_like(const struct reader *r, const struct expr *x, bool both)
{
    if (!is_column(r, x->args[0]) || x->argc != 2 || !is_literal(x->args[1]))
        return false;
    struct slice text = x->args[1]->literal.bytes;
    bool wild = text.size && text.data[0] == '%';
    text.data += wild;
    text.size -= wild;
    wild = text.size && text.data[text.size - 1] == '%';
    text.size -= wild;
    bool ends = text.size == x->args[1]->literal.bytes.size;
    uint32_t between = 0;
    for (uint32_t i = 0; i < text.size; i++) {
        if (strchr("_\\", text.data[i]))
            return false;
        between += text.data[i] == '%';
    }
    return text.size > 0 && (between == 0 || (between == 1 && ends && both));
}

static bool is_in_list(const struct reader *r, const struct expr *x)
{
    for (uint32_t i = 1; i < x->argc; i++)
        if (x->args[i]->kind != EXPR_LITERAL)
            return false;
    return is_compared(r, x->args[0]);
}

static bool is_pushed(const struct reader *r, const struct expr *x)
{
    if (x->type->id == TYPE_BOOLEAN && is_column(r, x))
        return true;
    static const char *const of_text[] = {"startswith", "endswith", "contains"};
    if (expr_is_call(x, "and") || expr_is_call(x, "or"))
        return is_pushed(r, x->args[0]) && is_pushed(r, x->args[1]);
    if (expr_is_call(x, "not"))
        return is_pushed(r, x->args[0]);
    if (expr_is_call(x, "is null") || expr_is_call(x, "is not null"))
        return is_column(r, x->args[0]);
    if (expr_is_call(x, "in"))
        return is_in_list(r, x);
    if (expr_is_call(x, "like"))
        return is_simple_like(r, x, false);
    for (size_t i = 0; i < sizeof of_text / sizeof *of_text; i++)
        if (expr_is_call(x, of_text[i]))
            return is_column(r, x->args[0]) && is_literal(x->args[1]);
    if (expr_is_call(x, "=") && is_true(x->args[1]))
        return is_pushed(r, x->args[0]);
    if (expr_is_call(x, "<=>") && x->args[1]->kind == EXPR_LITERAL && x->args[1]->literal.null)
        return is_column(r, x->args[0]); // IS NULL
    return is_comparison(r, x);
}

static void add(struct logical *l, const struct reader *r, struct expr *x, const uint32_t *place, struct expr_list *out)
{
    if (is_pushed(r, x) || (expr_is_call(x, "like") && is_simple_like(r, x, true)))
        expr_list_put(l, out, expr_remap(l->arena, x, place));
}

void filters_for_reader(struct logical *l, const struct node *filter, const struct node *source, const int32_t *output,
                        struct expr_list *out)
{
    const struct pipeline_source *s = &l->pipeline->sources[source->source];
    if (!s->decoder || s->class->columns) // Spark reads messages by from_json, which has no filters
        return;
    struct slice corrupt = option_text(&s->options, "columnNameOfCorruptRecord");
    struct reader r = {l, corrupt.size ? corrupt : SLICE("_corrupt_record")};
    uint32_t *place = ARENA_ARRAY(l->arena, uint32_t, l->attribute_count);
    for (uint32_t i = 0; i < source->attribute_count; i++)
        place[source->attributes[i]] = output[i] < 0 ? 0 : (uint32_t)output[i];
    for (uint32_t i = 0; i < filter->conjunct_count; i++) {
        struct expr_list there = {0};
        infer_not_null(l, filter->conjuncts[i], NO_ATTRIBUTE, &there);
        for (uint32_t k = 0; k < there.count; k++)
            add(l, &r, there.at[k], place, out);
        add(l, &r, filter->conjuncts[i], place, out);
    }
}
