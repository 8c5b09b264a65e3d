// What the files of CAST share. Private to ops/cast*.c.
#ifndef OPS_CASTS_H
#define OPS_CASTS_H

#include "ops/cast.h"
#include "ops/decimal.h"

// One value: row `from` of `in` to row `to` of `out`. false: NULL.
struct cast_place {
    const struct call *call;
    const struct column *in;
    struct column *out;
    uint32_t from, to;
};
typedef bool (*cast_value)(const struct cast_place *p);

// Loops over whole columns: between BOOLEAN, TINYINT … DOUBLE; NULL if one of the types is none of these.
kernel cast_number_kernel(enum type_id from, enum type_id to);
// Single values, by family of the source; NULL if there is none.
cast_value cast_from_string(const struct type *to);
cast_value cast_from_number(const struct type *from, const struct type *to); // to DECIMAL, TIMESTAMP, BINARY
cast_value cast_from_time(const struct type *from, const struct type *to);
cast_value cast_from_interval(const struct type *from, const struct type *to); // but to STRING
cast_value cast_to_interval(const struct type *from);
bool cast_to_string(const struct cast_place *p);

// (long) of a double, as Java: saturates, NaN is 0.
static inline int64_t cast_saturate64(double v)
{
    if (!(v == v))
        return 0;
    if (v >= 9223372036854775808.0)
        return INT64_MAX;
    return v <= -9223372036854775808.0 ? INT64_MIN : (int64_t)v;
}
static inline int32_t cast_saturate32(double v)
{
    if (!(v == v))
        return 0;
    if (v >= 2147483647.0)
        return INT32_MAX;
    return v <= -2147483648.0 ? INT32_MIN : (int32_t)v;
}

static inline struct decimal_size cast_size(const struct type *t)
{
    return (struct decimal_size){t->precision, t->scale};
}

#endif
