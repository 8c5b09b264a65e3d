#include "ops/casts.h"
#include "ops/datetime.h"

#include <math.h>

// The members of struct column's union and the C type behind each.
#define BOOLEAN_MEMBER  boolean
#define TINYINT_MEMBER  i8
#define SMALLINT_MEMBER i16
#define INT_MEMBER      i32
#define BIGINT_MEMBER   i64
#define FLOAT_MEMBER    f32
#define DOUBLE_MEMBER   f64

// Whole numbers to whole numbers cut bits, fractions saturate; TINYINT and SMALLINT are reached by way of INT.
#define WHOLE_TO_BOOLEAN(v)     ((uint8_t)((v) != 0))
#define WHOLE_TO_TINYINT(v)     ((int8_t)(v))
#define WHOLE_TO_SMALLINT(v)    ((int16_t)(v))
#define WHOLE_TO_INT(v)         ((int32_t)(v))
#define WHOLE_TO_BIGINT(v)      ((int64_t)(v))
#define WHOLE_TO_FLOAT(v)       ((float)(v))
#define WHOLE_TO_DOUBLE(v)      ((double)(v))
#define FRACTION_TO_BOOLEAN(v)  ((uint8_t)((v) != 0))
#define FRACTION_TO_TINYINT(v)  ((int8_t)cast_saturate32(v))
#define FRACTION_TO_SMALLINT(v) ((int16_t)cast_saturate32(v))
#define FRACTION_TO_INT(v)      cast_saturate32(v)
#define FRACTION_TO_BIGINT(v)   cast_saturate64(v)
#define FRACTION_TO_FLOAT(v)    ((float)(v))
#define FRACTION_TO_DOUBLE(v)   ((double)(v))

#define KERNEL(from, to, kind)                                                                                         \
    static void from##_to_##to(const struct call *c, const struct rows *rows)                                          \
    {                                                                                                                  \
        const struct column *in = c->in[0];                                                                            \
        struct column *out = c->out;                                                                                   \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            uint32_t k = at(in, i);                                                                                    \
            out->null[i] = in->null[k];                                                                                \
            if (!in->null[k])                                                                                          \
                out->to##_MEMBER[i] = kind##_TO_##to(in->from##_MEMBER[k]);                                            \
        }                                                                                                              \
    }

#define KERNELS(from, kind)                                                                                            \
    KERNEL(from, BOOLEAN, kind)                                                                                        \
    KERNEL(from, TINYINT, kind)                                                                                        \
    KERNEL(from, SMALLINT, kind)                                                                                       \
    KERNEL(from, INT, kind)                                                                                            \
    KERNEL(from, BIGINT, kind)                                                                                         \
    KERNEL(from, FLOAT, kind)                                                                                          \
    KERNEL(from, DOUBLE, kind)

KERNELS(BOOLEAN, WHOLE)
KERNELS(TINYINT, WHOLE)
KERNELS(SMALLINT, WHOLE)
KERNELS(INT, WHOLE)
KERNELS(BIGINT, WHOLE)
KERNELS(FLOAT, FRACTION)
KERNELS(DOUBLE, FRACTION)

#define KERNEL_ROW(from)                                                                                               \
    {                                                                                                                  \
        from##_to_BOOLEAN, from##_to_TINYINT, from##_to_SMALLINT, from##_to_INT, from##_to_BIGINT, from##_to_FLOAT,    \
            from##_to_DOUBLE                                                                                           \
    }

enum { PLAIN_TYPES = TYPE_DOUBLE - TYPE_BOOLEAN + 1 };

static const kernel plain_kernel[PLAIN_TYPES][PLAIN_TYPES] = {
    KERNEL_ROW(BOOLEAN), KERNEL_ROW(TINYINT), KERNEL_ROW(SMALLINT), KERNEL_ROW(INT),
    KERNEL_ROW(BIGINT),  KERNEL_ROW(FLOAT),   KERNEL_ROW(DOUBLE),
};

kernel cast_number_kernel(enum type_id from, enum type_id to)
{
    if (from < TYPE_BOOLEAN || from > TYPE_DOUBLE || to < TYPE_BOOLEAN || to > TYPE_DOUBLE)
        return NULL;
    return plain_kernel[from - TYPE_BOOLEAN][to - TYPE_BOOLEAN];
}

static int64_t whole_value(const struct column *c, uint32_t row)
{
    switch (c->type->id) {
    case TYPE_BOOLEAN:
        return c->boolean[row];
    case TYPE_TINYINT:
        return c->i8[row];
    case TYPE_SMALLINT:
        return c->i16[row];
    case TYPE_INT:
        return c->i32[row];
    default:
        assert(c->type->id == TYPE_BIGINT);
        return c->i64[row];
    }
}

static double fraction_value(const struct column *c, uint32_t row)
{
    return c->type->id == TYPE_FLOAT ? (double)c->f32[row] : c->f64[row];
}

static bool whole_to_decimal(const struct cast_place *p)
{
    return decimal_from_int64(whole_value(p->in, p->from), cast_size(p->out->type), &p->out->decimal[p->to]);
}

static bool fraction_to_decimal(const struct cast_place *p)
{
    return decimal_from_double(fraction_value(p->in, p->from), cast_size(p->out->type), &p->out->decimal[p->to]);
}

static bool decimal_to_decimal(const struct cast_place *p)
{
    return decimal_rescale(p->in->decimal[p->from], p->in->type->scale, cast_size(p->out->type),
                           &p->out->decimal[p->to]);
}

static bool boolean_to_timestamp(const struct cast_place *p)
{
    p->out->i64[p->to] = p->in->boolean[p->from]; // true is one microsecond: Spark's
    return true;
}

// Seconds; TimeUnit.SECONDS.toMicros saturates.
static bool whole_to_timestamp(const struct cast_place *p)
{
    int64_t v = whole_value(p->in, p->from);
    if (__builtin_mul_overflow(v, (int64_t)MICROS_PER_SECOND, &p->out->i64[p->to]))
        p->out->i64[p->to] = v < 0 ? INT64_MIN : INT64_MAX;
    return true;
}

static bool fraction_to_timestamp(const struct cast_place *p)
{
    double v = fraction_value(p->in, p->from);
    p->out->i64[p->to] = cast_saturate64(v * MICROS_PER_SECOND);
    return !isnan(v) && !isinf(v);
}

static bool decimal_to_timestamp(const struct cast_place *p)
{
    p->out->i64[p->to] = decimal_to_micros(p->in->decimal[p->from], p->in->type->scale);
    return true;
}

static bool decimal_to_number(const struct cast_place *p)
{
    struct decimal v = p->in->decimal[p->from];
    unsigned scale = p->in->type->scale;
    struct column *out = p->out;
    switch (out->type->id) {
    case TYPE_BOOLEAN:
        out->boolean[p->to] = decimal_sign(v) != 0;
        break;
    case TYPE_TINYINT:
        out->i8[p->to] = (int8_t)decimal_to_int64(v, scale);
        break;
    case TYPE_SMALLINT:
        out->i16[p->to] = (int16_t)decimal_to_int64(v, scale);
        break;
    case TYPE_INT:
        out->i32[p->to] = (int32_t)decimal_to_int64(v, scale);
        break;
    case TYPE_BIGINT:
        out->i64[p->to] = decimal_to_int64(v, scale);
        break;
    case TYPE_FLOAT:
        out->f32[p->to] = decimal_to_float(v, scale);
        break;
    default:
        assert(out->type->id == TYPE_DOUBLE);
        out->f64[p->to] = decimal_to_double(v, scale);
    }
    return true;
}

// Big-endian two's complement (NumberConverter.toBinary).
static bool whole_to_binary(const struct cast_place *p)
{
    uint64_t v = (uint64_t)whole_value(p->in, p->from);
    uint32_t size = type_width(p->in->type);
    char *bytes = arena_alloc(p->call->arena, size);
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (char)(v >> (8 * (size - 1 - i)));
    p->out->slice[p->to] = (struct slice){bytes, size};
    return true;
}

cast_value cast_from_number(const struct type *from, const struct type *to)
{
    bool whole = type_is_integral(from), fraction = from->id == TYPE_FLOAT || from->id == TYPE_DOUBLE;
    bool boolean = from->id == TYPE_BOOLEAN;
    if (from->id == TYPE_DECIMAL && to->id >= TYPE_BOOLEAN && to->id <= TYPE_DOUBLE)
        return decimal_to_number;
    switch (to->id) {
    case TYPE_DECIMAL:
        if (from->id == TYPE_DECIMAL)
            return decimal_to_decimal;
        if (whole || boolean)
            return whole_to_decimal;
        return fraction ? fraction_to_decimal : NULL;
    case TYPE_TIMESTAMP:
        if (boolean)
            return boolean_to_timestamp;
        if (from->id == TYPE_DECIMAL)
            return decimal_to_timestamp;
        if (whole)
            return whole_to_timestamp;
        return fraction ? fraction_to_timestamp : NULL;
    case TYPE_BINARY:
        return whole ? whole_to_binary : NULL;
    default:
        return NULL;
    }
}
