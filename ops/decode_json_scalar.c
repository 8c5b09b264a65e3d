#include "ops/decimal.h"
#include "ops/json_shape.h"
#include "ops/number.h"

#include <math.h>

// A number's text, which the reader found well-formed.
static bool integer(enum json_token token, struct slice text, int64_t *out)
{
    if (token != JSON_INTEGER)
        return false;
    bool negative = text.data[0] == '-';
    uint32_t i = negative;
    while (i + 1 < text.size && text.data[i] == '0') // allowNumericLeadingZeros
        i++;
    if (text.size - i > 19)
        return false;
    uint64_t v = 0;
    for (; i < text.size; i++)
        v = v * 10 + (uint64_t)(text.data[i] - '0');
    if (v > (uint64_t)INT64_MAX + negative)
        return false;
    *out = (int64_t)(negative ? 0 - v : v);
    return true;
}

static bool put_boolean(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                        uint32_t row)
{
    (void)s, (void)text;
    if (token != JSON_TRUE && token != JSON_FALSE)
        return false;
    c->boolean[row] = token == JSON_TRUE;
    return true;
}

// JsonParser.getByteValue takes -128..255.
static bool put_i8(const struct json_shape *s, enum json_token token, struct slice text, struct column *c, uint32_t row)
{
    (void)s;
    int64_t v;
    if (!integer(token, text, &v) || v < INT8_MIN || v > UINT8_MAX)
        return false;
    c->i8[row] = (int8_t)(v > INT8_MAX ? v - 256 : v);
    return true;
}

static bool put_i16(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                    uint32_t row)
{
    (void)s;
    int64_t v;
    if (!integer(token, text, &v) || v < INT16_MIN || v > INT16_MAX)
        return false;
    c->i16[row] = (int16_t)v;
    return true;
}

static bool put_i32(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                    uint32_t row)
{
    (void)s;
    int64_t v;
    if (!integer(token, text, &v) || v < INT32_MIN || v > INT32_MAX)
        return false;
    c->i32[row] = (int32_t)v;
    return true;
}

static bool put_i64(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                    uint32_t row)
{
    (void)s;
    return integer(token, text, &c->i64[row]);
}

// An integer has no negative zero.
static struct slice without_sign(enum json_token token, struct slice text)
{
    int64_t v;
    bool zero = token == JSON_INTEGER && text.data[0] == '-' && integer(token, text, &v) && v == 0;
    return zero ? SLICE("0") : text;
}

// The words for what is no number, as strings and bare; false: none of them.
static bool not_a_number(const struct json_shape *s, struct slice text, double *out)
{
    if (s->formats->no_words)
        return false;
    bool sign = text.size && (text.data[0] == '-' || text.data[0] == '+');
    struct slice rest = {text.data + sign, text.size - sign};
    if (slice_equal(text, SLICE("NaN")))
        *out = NAN;
    else if (slice_equal(rest, SLICE("Infinity")) || (sign && slice_equal(rest, SLICE("INF"))))
        *out = text.data[0] == '-' ? -INFINITY : INFINITY;
    else
        return false;
    return true;
}

static bool put_f64(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                    uint32_t row)
{
    double v;
    if (token != JSON_STRING && token != JSON_INTEGER && token != JSON_FLOAT)
        return false;
    if (!not_a_number(s, text, &v) && (token == JSON_STRING || !double_parse(without_sign(token, text), &v)))
        return false;
    c->f64[row] = v;
    return true;
}

static bool put_f32(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                    uint32_t row)
{
    double word;
    float v;
    if (token != JSON_STRING && token != JSON_INTEGER && token != JSON_FLOAT)
        return false;
    if (not_a_number(s, text, &word))
        v = (float)word;
    else if (token == JSON_STRING || !float_parse(without_sign(token, text), &v))
        return false;
    c->f32[row] = v;
    return true;
}

static bool put_decimal(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                        uint32_t row)
{
    if (token != JSON_STRING && token != JSON_INTEGER && token != JSON_FLOAT)
        return false;
    return decimal_parse_java(text, (struct decimal_size){s->type->precision, s->type->scale}, &c->decimal[row]);
}

static bool put_timestamp(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                          uint32_t row)
{
    int64_t v;
    if (integer(token, text, &v)) {
        c->i64[row] = (int64_t)((uint64_t)v * MICROS_PER_SECOND);
        return true;
    }
    return token == JSON_STRING && payload_timestamp(&s->formats->time, text, &c->i64[row]);
}

static bool put_timestamp_ntz(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                              uint32_t row)
{
    return token == JSON_STRING && payload_timestamp_ntz(&s->formats->time, text, &c->i64[row]);
}

// A date of the Julian calendar, counted in days, as the same day of the Gregorian (RebaseDateTime.
// rebaseJulianToGregorianDays).
static int32_t rebase(int32_t days)
{
    enum { FIRST_GREGORIAN = -141427, JULIAN_EPOCH = 719470 }; // 1582-10-15; 0000-03-01 of the Julian calendar
    if (days >= FIRST_GREGORIAN)
        return days;
    int64_t z = (int64_t)days + JULIAN_EPOCH;
    int64_t cycle = z >= 0 ? z / 1461 : -((1460 - z) / 1461);
    int64_t in_cycle = z - cycle * 1461;
    int64_t year = in_cycle == 1460 ? 3 : in_cycle / 365;
    int64_t day_of_year = in_cycle - year * 365; // from March 1
    int64_t month = (5 * day_of_year + 2) / 153;
    unsigned day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1);
    year += cycle * 4 + (month >= 10);
    return (int32_t)days_from_civil(year, (unsigned)(month < 10 ? month + 3 : month - 9), day);
}

static bool put_date(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                     uint32_t row)
{
    int64_t v;
    int32_t days;
    if (token != JSON_STRING)
        return false;
    if (!payload_date(&s->formats->time, text, &days)) {
        // Spark 1.5 wrote dates as their days.
        if (!s->formats->time.date_again || !int64_parse(text, &v) || v < INT32_MIN || v > INT32_MAX)
            return false;
        days = rebase((int32_t)v);
    }
    c->i32[row] = days;
    return true;
}

static bool put_interval(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                         uint32_t row)
{
    (void)s;
    return token == JSON_STRING && payload_interval(text, c, row);
}

json_scalar json_scalar_of(enum type_id id)
{
    static const json_scalar scalar[TYPE_COUNT] = {
        [TYPE_BOOLEAN] = put_boolean,
        [TYPE_TINYINT] = put_i8,
        [TYPE_SMALLINT] = put_i16,
        [TYPE_INT] = put_i32,
        [TYPE_BIGINT] = put_i64,
        [TYPE_FLOAT] = put_f32,
        [TYPE_DOUBLE] = put_f64,
        [TYPE_DECIMAL] = put_decimal,
        [TYPE_DATE] = put_date,
        [TYPE_TIMESTAMP] = put_timestamp,
        [TYPE_TIMESTAMP_NTZ] = put_timestamp_ntz,
        [TYPE_INTERVAL_YM] = put_interval,
        [TYPE_INTERVAL_DT] = put_interval,
    };
    return scalar[id];
}
