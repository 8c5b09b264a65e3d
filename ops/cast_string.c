#include "ops/casts.h"
#include "ops/datetime.h"
#include "ops/number.h"
#include "ops/utf8.h"

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

// The digit that a character is (Character.digit): '0' + its value; 0: none. Each script's ten stand side by side.
static char digit_of(uint32_t character)
{
    static const uint16_t zeros[] = {0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
                                     0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090,
                                     0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
                                     0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++)
        if (character >= zeros[i] && character < zeros[i] + 10u)
            return (char)('0' + (character - zeros[i]));
    return 0;
}

// The text with ASCII digits in place of those of other scripts, which BigDecimal reads; as it was if it has none.
static struct slice ascii_digits(struct arena *arena, struct slice s)
{
    uint32_t i = 0, size = 0;
    while (i < s.size && (unsigned char)s.data[i] < 0x80)
        i++;
    if (i == s.size)
        return s;
    char *to = arena_alloc(arena, s.size);
    for (i = 0; i < s.size;) {
        uint32_t character, bytes = (uint32_t)utf8_read(s.data + i, s.size - i, &character);
        char digit = digit_of(character);
        if (digit == 0 && bytes > 1)
            return s;
        to[size++] = digit != 0 ? digit : s.data[i];
        i += bytes;
    }
    return (struct slice){to, size};
}

static bool to_decimal(const struct cast_place *p)
{
    struct slice s = ascii_digits(p->call->arena, slice_trim_java(source(p)));
    return decimal_parse(s, cast_size(p->out->type), &p->out->decimal[p->to]);
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
