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

// The words for what is no number, as strings and bare; false: none of them.
static bool not_a_number(struct slice text, double *out)
{
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
    (void)s;
    double v;
    if (token != JSON_STRING && token != JSON_INTEGER && token != JSON_FLOAT)
        return false;
    if (!not_a_number(text, &v) && (token == JSON_STRING || !double_parse(text, &v)))
        return false;
    c->f64[row] = v;
    return true;
}

static bool put_f32(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                    uint32_t row)
{
    (void)s;
    double word;
    float v;
    if (token != JSON_STRING && token != JSON_INTEGER && token != JSON_FLOAT)
        return false;
    if (not_a_number(text, &word))
        v = (float)word;
    else if (token == JSON_STRING || !float_parse(text, &v))
        return false;
    c->f32[row] = v;
    return true;
}

// value = value * 10 + digit; false: more than 128 bits with sign.
static bool decimal_digit(struct decimal *d, unsigned digit)
{
    uint64_t part[4] = {d->low & UINT32_MAX, d->low >> 32, (uint64_t)d->high & UINT32_MAX, (uint64_t)d->high >> 32};
    uint64_t carry = digit;
    for (int i = 0; i < 4; i++) {
        carry += part[i] * 10;
        part[i] = carry & UINT32_MAX;
        carry >>= 32;
    }
    if (carry || part[3] > INT32_MAX)
        return false;
    d->low = part[1] << 32 | part[0];
    d->high = (int64_t)(part[3] << 32 | part[2]);
    return true;
}

static struct decimal decimal_negate(struct decimal d)
{
    uint64_t low = ~d.low + 1;
    return (struct decimal){low, (int64_t)(~(uint64_t)d.high + (low == 0))};
}

// The parts of a decimal text as java.math.BigDecimal takes it; commas are passed over in strings (ExprUtils.
// getDecimalParser).
struct decimal_text {
    struct slice digits; // with the point and, in strings, commas
    int64_t exponent;
    bool negative;
};

static bool decimal_exponent(struct slice s, int64_t *out)
{
    uint32_t i = 0;
    bool negative = false;
    if (i < s.size && (s.data[i] == '-' || s.data[i] == '+'))
        negative = s.data[i++] == '-';
    int64_t v = 0;
    uint32_t count = 0;
    for (; i < s.size; i++) {
        if (s.data[i] == ',')
            continue;
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
        count++;
        v = v * 10 + (s.data[i] - '0');
        if (v > INT32_MAX)
            return false;
    }
    *out = negative ? -v : v;
    return count > 0;
}

static bool decimal_split(struct slice s, struct decimal_text *out)
{
    *out = (struct decimal_text){.exponent = 0};
    uint32_t i = 0, digits = 0, points = 0;
    while (i < s.size && s.data[i] == ',')
        i++;
    if (i < s.size && (s.data[i] == '-' || s.data[i] == '+'))
        out->negative = s.data[i++] == '-';
    out->digits.data = s.data + i;
    for (; i < s.size && (s.data[i] | 0x20) != 'e'; i++, out->digits.size++) {
        if (s.data[i] >= '0' && s.data[i] <= '9')
            digits++;
        else if (s.data[i] == '.')
            points++;
        else if (s.data[i] != ',')
            return false;
    }
    if (digits == 0 || points > 1)
        return false;
    return i == s.size || decimal_exponent((struct slice){s.data + i + 1, s.size - i - 1}, &out->exponent);
}

// Decimal(BigDecimal, precision, scale): rounded half up to the scale, then it must fit the precision.
static bool decimal_from_text(struct slice s, unsigned precision, unsigned scale, struct decimal *out)
{
    struct decimal_text t;
    if (!decimal_split(s, &t))
        return false;
    int64_t whole = 0; // digits before the point
    bool point = false;
    for (uint32_t i = 0; i < t.digits.size; i++) {
        point = point || t.digits.data[i] == '.';
        whole += !point && t.digits.data[i] != ',';
    }
    int64_t kept = whole + t.exponent + scale; // digits of the text that are part of the result; the next one rounds
    struct decimal d = {0, 0};
    bool zero = true, up = false;
    int64_t place = 0;
    for (uint32_t i = 0; i < t.digits.size && place <= kept; i++) {
        if (t.digits.data[i] < '0')
            continue;
        unsigned digit = (unsigned)(t.digits.data[i] - '0');
        if (place == kept)
            up = digit >= 5;
        else if (!decimal_digit(&d, digit))
            return false;
        zero = zero && digit == 0;
        place++;
    }
    for (; place < kept && !zero; place++)
        if (!decimal_digit(&d, 0))
            return false;
    if (up && ++d.low == 0)
        d.high++;
    struct decimal limit = {1, 0};
    for (unsigned i = 0; i < precision; i++)
        decimal_digit(&limit, 0);
    if (d.high > limit.high || (d.high == limit.high && d.low >= limit.low))
        return false;
    *out = t.negative ? decimal_negate(d) : d;
    return true;
}

static bool put_decimal(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                        uint32_t row)
{
    if (token != JSON_STRING && token != JSON_INTEGER && token != JSON_FLOAT)
        return false;
    return decimal_from_text(text, s->type->precision, s->type->scale, &c->decimal[row]);
}

// DateTimeUtils.cleanLegacyTimestampStr: Spark's second try goes without "GMT". false: there was none.
static bool without_gmt(struct slice text, char *to, uint32_t room, struct slice *out)
{
    uint32_t size = 0;
    if (text.size > room)
        return false;
    for (uint32_t i = 0; i < text.size;) {
        if (i + 3 <= text.size && memcmp(text.data + i, "GMT", 3) == 0)
            i += 3;
        else
            to[size++] = text.data[i++];
    }
    *out = (struct slice){to, size};
    return size < text.size;
}

enum { GMT_TEXT_MAX = 128 };

static bool put_timestamp(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                          uint32_t row)
{
    const struct session *session = s->formats->session;
    int64_t v;
    if (integer(token, text, &v)) {
        c->i64[row] = (int64_t)((uint64_t)v * MICROS_PER_SECOND);
        return true;
    }
    if (token != JSON_STRING)
        return false;
    if (s->formats->timestamp) {
        if (!time_format_parse(s->formats->timestamp, text, session->zone, session->zones, &v))
            return false;
    } else if (!timestamp_parse(text, session->zone, session->zones, &v)) {
        char bytes[GMT_TEXT_MAX];
        struct slice rest;
        if (!without_gmt(text, bytes, sizeof bytes, &rest) || !timestamp_parse(rest, session->zone, session->zones, &v))
            return false;
    }
    c->i64[row] = v;
    return true;
}

// A text that has a date, and no zone of its own: it means the same clock time wherever it is read.
static bool put_timestamp_ntz(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                              uint32_t row)
{
    const struct session *session = s->formats->session;
    int64_t here, there;
    if (token != JSON_STRING || !timestamp_parse(text, &zone_utc, session->zones, &here) ||
        !timestamp_parse(text, s->formats->elsewhere, session->zones, &there) || here == there)
        return false;
    const char *colon = memchr(text.data, ':', text.size), *dash = memchr(text.data, '-', text.size);
    if (colon && (!dash || dash > colon))
        return false; // a time of day only
    c->i64[row] = here;
    return true;
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
    if (token != JSON_STRING)
        return false;
    if (s->formats->date) {
        if (!time_format_parse(s->formats->date, text, &zone_utc, s->formats->session->zones, &v))
            return false;
        const int64_t day = (int64_t)SECONDS_PER_DAY * MICROS_PER_SECOND;
        c->i32[row] = (int32_t)(v / day - (v % day < 0));
        return true;
    }
    char bytes[GMT_TEXT_MAX];
    struct slice rest;
    int32_t days;
    if (!date_parse(text, &days) && !(without_gmt(text, bytes, sizeof bytes, &rest) && date_parse(rest, &days))) {
        // Spark 1.5 wrote dates as their days.
        if (!int64_parse(text, &v) || v < INT32_MIN || v > INT32_MAX)
            return false;
        days = rebase((int32_t)v);
    }
    c->i32[row] = days;
    return true;
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
    };
    return scalar[id];
}
