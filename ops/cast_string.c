#include "ops/casts.h"
#include "ops/datetime.h"
#include "ops/number.h"

#include <math.h>

static struct slice source(const struct cast_place *p)
{
    return p->in->slice[p->from];
}

// UTF8String.trimAll: blanks and control characters.
static struct slice trim_all(struct slice s)
{
    while (s.size && ((unsigned char)*s.data <= ' ' || *s.data == 0x7F)) {
        s.data++;
        s.size--;
    }
    while (s.size && ((unsigned char)s.data[s.size - 1] <= ' ' || s.data[s.size - 1] == 0x7F))
        s.size--;
    return s;
}

// UTF8String.toLong: a sign, digits, and perhaps a point with digits that are cut. "." alone is 0 there.
static bool parse_whole(struct slice s, int64_t least, int64_t most, int64_t *out)
{
    s = trim_all(s);
    uint32_t whole = 0;
    while (whole < s.size && s.data[whole] != '.')
        whole++;
    for (uint32_t i = whole + 1; i < s.size; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    bool has_sign = whole && (*s.data == '-' || *s.data == '+');
    if (whole == has_sign) {
        *out = 0;
        return s.size > whole;
    }
    return int64_parse((struct slice){s.data, whole}, out) && *out >= least && *out <= most;
}

static bool to_whole(const struct cast_place *p)
{
    int64_t v;
    switch (p->out->type->id) {
    case TYPE_TINYINT:
        if (!parse_whole(source(p), INT8_MIN, INT8_MAX, &v))
            return false;
        p->out->i8[p->to] = (int8_t)v;
        return true;
    case TYPE_SMALLINT:
        if (!parse_whole(source(p), INT16_MIN, INT16_MAX, &v))
            return false;
        p->out->i16[p->to] = (int16_t)v;
        return true;
    case TYPE_INT:
        if (!parse_whole(source(p), INT32_MIN, INT32_MAX, &v))
            return false;
        p->out->i32[p->to] = (int32_t)v;
        return true;
    default:
        assert(p->out->type->id == TYPE_BIGINT);
        return parse_whole(source(p), INT64_MIN, INT64_MAX, &p->out->i64[p->to]);
    }
}

// Cast.processFloatingPointSpecialLiterals: any case.
static bool special_value(struct slice s, double *out)
{
    bool negative = s.size && *s.data == '-';
    struct slice name = s;
    if (s.size && (*s.data == '-' || *s.data == '+')) {
        name.data++;
        name.size--;
    }
    if (slice_equal_fold(name, SLICE("inf")) || slice_equal_fold(name, SLICE("infinity"))) {
        *out = negative ? -(double)INFINITY : (double)INFINITY;
        return true;
    }
    if (!slice_equal_fold(s, SLICE("nan")))
        return false;
    *out = (double)NAN;
    return true;
}

// Double.parseDouble's grammar, then the special names.
static bool to_fraction(const struct cast_place *p)
{
    struct column *out = p->out;
    bool narrow = out->type->id == TYPE_FLOAT;
    double v;
    if (narrow ? float_parse_java(source(p), &out->f32[p->to]) : double_parse_java(source(p), &out->f64[p->to]))
        return true;
    if (!special_value(slice_trim_java(source(p)), &v))
        return false;
    if (narrow)
        out->f32[p->to] = (float)v;
    else
        out->f64[p->to] = v;
    return true;
}

static bool to_decimal(const struct cast_place *p)
{
    return decimal_parse_digits(slice_trim_java(source(p)), cast_size(p->out->type), &p->out->decimal[p->to]);
}

static bool is_one_of(struct slice s, const char *const *names)
{
    for (; *names; names++)
        if (slice_equal_fold(s, slice_of(*names)))
            return true;
    return false;
}

static bool to_boolean(const struct cast_place *p)
{
    static const char *const yes[] = {"t", "true", "y", "yes", "1", NULL};
    static const char *const no[] = {"f", "false", "n", "no", "0", NULL};
    struct slice s = trim_all(source(p));
    p->out->boolean[p->to] = is_one_of(s, yes);
    return p->out->boolean[p->to] || is_one_of(s, no);
}

static bool to_binary(const struct cast_place *p)
{
    p->out->slice[p->to] = source(p);
    return true;
}

static bool to_date(const struct cast_place *p)
{
    return date_parse(source(p), &p->out->i32[p->to]);
}

static bool to_timestamp(const struct cast_place *p)
{
    const struct session *s = p->call->session;
    return timestamp_parse_at(source(p), s->zone, s->zones, s->now, &p->out->i64[p->to]);
}

static bool to_timestamp_ntz(const struct cast_place *p)
{
    return timestamp_ntz_parse(source(p), p->call->session->zones, true, &p->out->i64[p->to]);
}

cast_value cast_from_string(const struct type *to)
{
    switch (to->id) {
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
        return to_whole;
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
        return to_fraction;
    case TYPE_DECIMAL:
        return to_decimal;
    case TYPE_BOOLEAN:
        return to_boolean;
    case TYPE_BINARY:
        return to_binary;
    case TYPE_DATE:
        return to_date;
    case TYPE_TIMESTAMP:
        return to_timestamp;
    case TYPE_TIMESTAMP_NTZ:
        return to_timestamp_ntz;
    default:
        return NULL;
    }
}
