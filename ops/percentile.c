#include "ops/percentile.h"

#include "ops/coerce.h"
#include "ops/decimal.h"
#include "ops/functions.h"
#include "ops/number.h"

double percentile_number(const struct column *c, uint32_t row)
{
    switch (c->type->id) {
    case TYPE_TINYINT:
        return c->i8[row];
    case TYPE_SMALLINT:
        return c->i16[row];
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        return c->i32[row];
    case TYPE_FLOAT:
        return (double)c->f32[row];
    case TYPE_DOUBLE:
        return c->f64[row];
    case TYPE_DECIMAL:
        return decimal_to_double(c->decimal[row], c->type->scale);
    default:
        return (double)c->i64[row];
    }
}

static void put_number(struct column *c, uint32_t row, double v)
{
    c->null[row] = 0;
    switch (c->type->id) {
    case TYPE_TINYINT:
        c->i8[row] = (int8_t)v;
        break;
    case TYPE_SMALLINT:
        c->i16[row] = (int16_t)v;
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        c->i32[row] = (int32_t)v;
        break;
    case TYPE_FLOAT:
        c->f32[row] = (float)v;
        break;
    case TYPE_DOUBLE:
        c->f64[row] = v;
        break;
    case TYPE_DECIMAL:
        c->null[row] =
            !decimal_from_double(v, (struct decimal_size){c->type->precision, c->type->scale}, &c->decimal[row]);
        break;
    default:
        c->i64[row] = v >= 9223372036854775808.0 ? INT64_MAX : (int64_t)v; // the greatest is no DOUBLE
    }
}

void percentile_put(const struct aggregate_call *bound, struct column *out, uint32_t row, const double *value)
{
    const struct percentile *p = bound->state;
    out->null[row] = value == NULL;
    if (value == NULL)
        return;
    if (!p->list) {
        put_number(out, row, value[0]);
        return;
    }
    uint32_t first = out->used;
    column_reserve(out, first + p->count, bound->arena);
    out->used += p->count;
    out->span[row] = (struct span){first, p->count};
    for (uint32_t k = 0; k < p->count; k++)
        put_number(&out->child[0], first + k, value[k]);
}

bool percentile_literal(const struct expr *x, double *out)
{
    if (!is_literal(x))
        return false;
    if (x->type->id == TYPE_DECIMAL)
        *out = decimal_to_double(x->literal.decimal, x->type->scale);
    else if (x->type->id == TYPE_DOUBLE || x->type->id == TYPE_FLOAT)
        *out = x->literal.real;
    else if (type_is_integral(x->type))
        *out = (double)x->literal.integer;
    else
        return x->type->id == TYPE_STRING && double_parse_java(x->literal.bytes, out);
    return true;
}

enum status percentile_read(const struct aggregate_binding *b, struct percentile *p, struct error *e)
{
    const struct expr *x = b->arg[1];
    p->list = x->kind == EXPR_CALL && x->function == &function_array;
    p->count = p->list ? x->argc : 1;
    bool good = p->count > 0 && p->count <= PERCENTAGES_MAX;
    for (uint32_t k = 0; good && k < p->count; k++)
        good = percentile_literal(p->list ? x->args[k] : x, &p->at[k]);
    if (!good)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] %s: the percentage is a literal from 0 to 1, or an "
                         "array(…) of at most %d of them",
                         b->aggregate->name, PERCENTAGES_MAX);
    for (uint32_t k = 0; k < p->count; k++)
        if (!(p->at[k] >= 0 && p->at[k] <= 1))
            return error_set(e, STATUS_CONFIG,
                             "[DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE] %s: the percentage is between 0 and 1, not %g",
                             b->aggregate->name, p->at[k]);
    return STATUS_OK;
}
