// CAST from and to intervals (IntervalUtils): a number counts the last unit of the type.
#include "ops/casts.h"
#include "ops/datetime.h"

static bool is_months(const struct type *t)
{
    return t->id == TYPE_INTERVAL_YM;
}

static int64_t interval_at(const struct cast_place *p)
{
    return is_months(p->in->type) ? p->in->i32[p->from] : p->in->i64[p->from];
}

static bool put_interval(const struct cast_place *p, int64_t v)
{
    if (!is_months(p->out->type)) {
        p->out->i64[p->to] = v;
        return true;
    }
    p->out->i32[p->to] = (int32_t)v;
    return p->out->i32[p->to] == v;
}

static int64_t last_unit(const struct type *t)
{
    return interval_unit_size((enum interval_unit)t->scale);
}

static bool interval_to_interval(const struct cast_place *p)
{
    int64_t v = interval_at(p);
    int64_t rest = p->out->type->scale == UNIT_SECOND ? 0 : v % last_unit(p->out->type); // a second keeps its fraction
    return put_interval(p, v - rest);
}

static bool interval_to_integer(const struct cast_place *p)
{
    int64_t v = interval_at(p) / last_unit(p->in->type);
    struct column *out = p->out;
    switch (out->type->id) {
    case TYPE_TINYINT:
        out->i8[p->to] = (int8_t)v;
        return out->i8[p->to] == v;
    case TYPE_SMALLINT:
        out->i16[p->to] = (int16_t)v;
        return out->i16[p->to] == v;
    case TYPE_INT:
        out->i32[p->to] = (int32_t)v;
        return out->i32[p->to] == v;
    default:
        out->i64[p->to] = v;
        return true;
    }
}

static bool interval_to_decimal(const struct cast_place *p)
{
    bool seconds = p->in->type->scale == UNIT_SECOND;
    int64_t v = seconds ? interval_at(p) : interval_at(p) / last_unit(p->in->type);
    return decimal_rescale(decimal_of(v), seconds ? 6 : 0, cast_size(p->out->type), &p->out->decimal[p->to]);
}

cast_value cast_from_interval(const struct type *from, const struct type *to)
{
    if (to->id == from->id)
        return interval_to_interval;
    if (type_is_integral(to))
        return interval_to_integer;
    return to->id == TYPE_DECIMAL ? interval_to_decimal : NULL;
}

// ---- to intervals

static bool integer_to_interval(const struct cast_place *p)
{
    const struct column *in = p->in;
    uint32_t k = p->from;
    int64_t v = in->type->id == TYPE_TINYINT    ? in->i8[k]
                : in->type->id == TYPE_SMALLINT ? in->i16[k]
                : in->type->id == TYPE_INT      ? in->i32[k]
                                                : in->i64[k];
    return !__builtin_mul_overflow(v, last_unit(p->out->type), &v) && put_interval(p, v);
}

static bool decimal_to_interval(const struct cast_place *p)
{
    struct decimal v;
    int64_t whole;
    if (!decimal_multiply(p->in->decimal[p->from], p->in->type->scale, decimal_of(last_unit(p->out->type)), 0,
                          (struct decimal_size){DECIMAL_PRECISION_MAX, 0}, &v))
        return false;
    whole = (int64_t)v.low;
    return v.high == (whole < 0 ? -1 : 0) && put_interval(p, whole);
}

static bool string_to_interval(const struct cast_place *p)
{
    const struct type *t = p->out->type;
    int64_t v;
    return interval_read(p->in->slice[p->from], (enum interval_unit)t->precision, (enum interval_unit)t->scale, &v) &&
           put_interval(p, v);
}

cast_value cast_to_interval(const struct type *from)
{
    if (from->id == TYPE_STRING)
        return string_to_interval;
    if (type_is_integral(from))
        return integer_to_interval;
    return from->id == TYPE_DECIMAL ? decimal_to_interval : NULL;
}
