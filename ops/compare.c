// The order of values (SQLOrderingUtil): NaN equals NaN and is the greatest, -0.0 equals 0.0; strings by their bytes;
// nested values element by element.
#include "ops/compare.h"

static int order_reals(double x, double y)
{
    if (x < y || (y != y && x == x))
        return -1;
    return x > y || (x != x && y == y);
}

static int order_decimals(struct decimal x, struct decimal y)
{
    if (x.high != y.high)
        return x.high < y.high ? -1 : 1;
    return (x.low > y.low) - (x.low < y.low);
}

// Inside nested values NULL is a value, the least one.
static int order_inner(const struct column *a, uint32_t i, const struct column *b, uint32_t k)
{
    bool left = is_null(a, i), right = is_null(b, k);
    return left || right ? (int)right - (int)left : column_compare(a, i, b, k);
}

static int order_nested(const struct column *a, uint32_t i, const struct column *b, uint32_t k)
{
    int order = 0;
    if (a->type->id == TYPE_STRUCT) {
        for (uint32_t f = 0; f < a->type->field_count && order == 0; f++)
            order = order_inner(&a->child[f], i, &b->child[f], k);
        return order;
    }
    struct span x = a->span[i], y = b->span[k];
    for (uint32_t n = 0; n < x.size && n < y.size && order == 0; n++)
        order = order_inner(&a->child[0], x.offset + n, &b->child[0], y.offset + n);
    return order != 0 ? order : (x.size > y.size) - (x.size < y.size);
}

int column_compare(const struct column *a, uint32_t i, const struct column *b, uint32_t k)
{
    i = at(a, i);
    k = at(b, k);
    switch (a->type->id) {
    case TYPE_NULL:
        return 0;
    case TYPE_BOOLEAN:
        return a->boolean[i] - b->boolean[k];
    case TYPE_TINYINT:
        return a->i8[i] - b->i8[k];
    case TYPE_SMALLINT:
        return a->i16[i] - b->i16[k];
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        return (a->i32[i] > b->i32[k]) - (a->i32[i] < b->i32[k]);
    case TYPE_FLOAT:
        return order_reals((double)a->f32[i], (double)b->f32[k]);
    case TYPE_DOUBLE:
        return order_reals(a->f64[i], b->f64[k]);
    case TYPE_DECIMAL:
        return order_decimals(a->decimal[i], b->decimal[k]);
    case TYPE_STRING:
    case TYPE_BINARY:
        return slice_compare(a->slice[i], b->slice[k]);
    case TYPE_ARRAY:
    case TYPE_STRUCT:
        return order_nested(a, i, b, k);
    default:
        return (a->i64[i] > b->i64[k]) - (a->i64[i] < b->i64[k]);
    }
}
