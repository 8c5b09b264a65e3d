// Small functions of no large family: isnan, nanvl, nullifzero, zeroifnull, equal_null, factorial, width_bucket,
// typeof, current_timezone, is_valid_utf8.
#include "ops/kernel.h"
#include "ops/result.h"
#include "ops/utf8.h"

#include <math.h>

static void is_nan(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = 0;
        c->out->boolean[i] = !is_null(c->in[0], i) && isnan(double_at(c->in[0], i));
    }
}

static enum status bind_isnan(struct binding *b, struct error *e)
{
    enum status status = binding_want(b, 0, WANT_DOUBLE, e);
    b->type = type_simple(TYPE_BOOLEAN);
    b->nullable = false;
    b->kernel = is_nan;
    return status;
}

static void unless_nan(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        bool other = !is_null(c->in[0], i) && isnan(double_at(c->in[0], i));
        c->out->null[i] = is_null(c->in[other], i);
        c->out->f64[i] = double_at(c->in[other], i);
    }
}

static enum status bind_nanvl(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_DOUBLE);
    b->kernel = unless_nan;
    return binding_wants(b, (const enum want[]){WANT_DOUBLE, WANT_DOUBLE}, 2, e);
}

static struct expr *zero(const struct binding *b)
{
    return expr_literal(b->arena, (struct value){.type = type_simple(TYPE_INT)});
}

static enum status bind_nullifzero(struct binding *b, struct error *e)
{
    struct expr *args[] = {b->arg[0], zero(b)};
    return expr_call(b->arena, b->session, &function_nullif, args, 2, &b->instead, e);
}

static enum status bind_zeroifnull(struct binding *b, struct error *e)
{
    struct expr *args[] = {b->arg[0], zero(b)};
    return expr_call(b->arena, b->session, &function_coalesce, args, 2, &b->instead, e);
}

static enum status bind_equal_null(struct binding *b, struct error *e)
{
    return expr_call(b->arena, b->session, &function_not_distinct, b->arg, 2, &b->instead, e);
}

static void factorial(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int32_t n = int_at(c->in[0], i);
        c->out->null[i] = n < 0 || n > 20;
        c->out->i64[i] = 1;
        for (int32_t k = 2; k <= n && n <= 20; k++)
            c->out->i64[i] *= k;
    }
}

static enum status bind_factorial(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_BIGINT);
    b->nullable = true;
    b->kernel = factorial;
    return binding_want(b, 0, WANT_INT, e);
}

// WidthBucket.computeBucketNumber
static void width_bucket(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        double v = double_at(c->in[0], i), low = double_at(c->in[1], i), high = double_at(c->in[2], i);
        int64_t count = bigint_at(c->in[3], i);
        c->out->null[i] =
            count <= 0 || count == INT64_MAX || isnan(v) || low == high || !isfinite(low) || !isfinite(high);
        if (c->out->null[i])
            continue;
        bool up = low < high;
        if (up ? v < low : v > low)
            c->out->i64[i] = 0;
        else if (up ? v >= high : v <= high)
            c->out->i64[i] = count + 1;
        else
            c->out->i64[i] = (int64_t)((double)count * (up ? v - low : low - v) / (up ? high - low : low - high)) + 1;
    }
}

static enum status bind_width_bucket(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_BIGINT);
    b->nullable = true;
    b->kernel = width_bucket;
    return binding_wants(b, (const enum want[]){WANT_DOUBLE, WANT_DOUBLE, WANT_DOUBLE, WANT_BIGINT}, 4, e);
}

static struct expr *text_literal(const struct binding *b, struct slice s)
{
    return expr_literal(b->arena, (struct value){.type = type_simple(TYPE_STRING), .bytes = s});
}

static enum status bind_typeof(struct binding *b, struct error *e)
{
    (void)e;
    struct text text;
    text_init(&text, b->arena->memory);
    type_print_simple(b->arg[0]->type, &text);
    b->instead = text_literal(b, (struct slice){arena_copy(b->arena, text.data, text.size), (uint32_t)text.size});
    text_free(&text);
    return STATUS_OK;
}

static enum status bind_current_timezone(struct binding *b, struct error *e)
{
    (void)e;
    b->instead = text_literal(b, zone_name(b->session->zone));
    return STATUS_OK;
}

// What a session of Spark's that set nothing has.
static enum status bind_current_catalog(struct binding *b, struct error *e)
{
    (void)e;
    b->instead = text_literal(b, SLICE("spark_catalog"));
    return STATUS_OK;
}

static enum status bind_current_schema(struct binding *b, struct error *e)
{
    (void)e;
    b->instead = text_literal(b, SLICE("default"));
    return STATUS_OK;
}

static void valid_utf8(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->boolean[i] = utf8_valid(slice_at(c->in[0], i).data, slice_at(c->in[0], i).size);
    }
}

static enum status bind_is_valid_utf8(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_BOOLEAN);
    b->kernel = valid_utf8;
    return binding_want(b, 0, WANT_STRING, e);
}

#define VARIOUS(id, arguments, how, words, shown, result)                                                              \
    const struct function function_##id = {.name = #id,                                                                \
                                           .min_args = arguments,                                                      \
                                           .max_args = arguments,                                                      \
                                           .bind = bind_##id,                                                          \
                                           .usage = how,                                                               \
                                           .summary = words,                                                           \
                                           .example = shown,                                                           \
                                           .gives = result};

VARIOUS(isnan, 1, "isnan(x)", "Is the number NaN? FALSE of NULL.", "isnan(CAST('NaN' AS DOUBLE))", "true")
VARIOUS(nanvl, 2, "nanvl(x, other)", "The number, or the other one where it is NaN.", "nanvl(CAST('NaN' AS DOUBLE), 5)",
        "5.0")
VARIOUS(nullifzero, 1, "nullifzero(x)", "NULL where the number is 0, else the number.", "nullifzero(5)", "5")
VARIOUS(zeroifnull, 1, "zeroifnull(x)", "0 where the number is NULL, else the number.", "zeroifnull(NULL)", "0")
VARIOUS(equal_null, 2, "equal_null(a, b)", "Are they equal, or both NULL? Never NULL itself.", "equal_null(1, NULL)",
        "false")
VARIOUS(factorial, 1, "factorial(n)", "The factorial; NULL outside 0 to 20.", "factorial(5)", "120")
VARIOUS(width_bucket, 4, "width_bucket(value, min, max, count)",
        "Which of count equal buckets between min and max, from 1; 0 and count + 1 are outside.",
        "width_bucket(5.3, 0.2, 10.6, 5)", "3")
VARIOUS(typeof, 1, "typeof(expr)", "The name of the value's type.", "typeof(array(1))", "\"array<int>\"")
VARIOUS(current_timezone, 0, "current_timezone()", "The session's time zone.", "length(current_timezone()) > 0", "true")
VARIOUS(is_valid_utf8, 1, "is_valid_utf8(str)", "Are the bytes of the string well-formed UTF-8?",
        "is_valid_utf8('Spark')", "true")
VARIOUS(current_catalog, 0, "current_catalog()", "The session's catalog, as Spark names the one it begins with.",
        "current_catalog()", "\"spark_catalog\"")
const struct function function_current_schema = {
    .name = "current_schema",
    .alias = (const char *const[]){"current_database", NULL},
    .bind = bind_current_schema,
    .usage = "current_schema()",
    .summary = "The session's schema, as Spark names the one it begins with.",
    .example = "current_schema()",
    .gives = "\"default\"",
};
