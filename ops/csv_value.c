#include "ops/csv_value.h"
#include "ops/decimal.h"
#include "ops/number.h"
#include "ops/utf8.h"

#include <math.h>

static struct slice text_or(const struct options *o, const char *name, struct slice absent)
{
    const struct option_value *v = option_get(o, name);
    return v ? v->text : absent;
}

enum status csv_values_read(struct csv_values *v, const struct options *o, const struct session *session,
                            struct arena *arena, struct error *e)
{
    const struct option_value *prefer = option_get(o, "preferDate");
    enum status status = payload_time_read(&v->time, o, session, arena, e);
    // With preferDate, as by default, Spark's own pattern is always there; it shows where nothing is tried behind it.
    if (status == STATUS_OK && !v->time.date && !v->time.date_again && (!prefer || prefer->integer))
        status = time_format_compile(SLICE("yyyy-MM-dd"), arena, &v->time.date, e);
    v->nan = text_or(o, "nanValue", SLICE("NaN"));
    v->positive = text_or(o, "positiveInf", SLICE("Inf"));
    v->negative = text_or(o, "negativeInf", SLICE("-Inf"));
    return status;
}

static bool put_boolean(const struct csv_column *v, struct slice text, struct column *c, uint32_t row,
                        struct arena *arena)
{
    (void)v, (void)arena;
    bool yes = slice_equal_fold(text, SLICE("true"));
    if (!yes && !slice_equal_fold(text, SLICE("false")))
        return false;
    c->boolean[row] = yes;
    return true;
}

// Nearly all integers are short and plain.
static bool integer(struct slice text, int64_t least, int64_t most, int64_t *out)
{
    enum { PLAIN_MAX = 18 };
    bool negative = text.size > 0 && text.data[0] == '-';
    uint32_t i = negative;
    uint64_t v = 0;
    if (text.size - negative <= PLAIN_MAX)
        for (; i < text.size && (uint8_t)(text.data[i] - '0') < 10; i++)
            v = v * 10 + (uint64_t)(text.data[i] - '0');
    *out = negative ? -(int64_t)v : (int64_t)v;
    if ((i < text.size || i == (uint32_t)negative) && !int64_parse_java(text, out))
        return false;
    return *out >= least && *out <= most;
}

static bool put_i8(const struct csv_column *v, struct slice text, struct column *c, uint32_t row, struct arena *arena)
{
    (void)v, (void)arena;
    int64_t n;
    if (!integer(text, INT8_MIN, INT8_MAX, &n))
        return false;
    c->i8[row] = (int8_t)n;
    return true;
}

static bool put_i16(const struct csv_column *v, struct slice text, struct column *c, uint32_t row, struct arena *arena)
{
    (void)v, (void)arena;
    int64_t n;
    if (!integer(text, INT16_MIN, INT16_MAX, &n))
        return false;
    c->i16[row] = (int16_t)n;
    return true;
}

static bool put_i32(const struct csv_column *v, struct slice text, struct column *c, uint32_t row, struct arena *arena)
{
    (void)v, (void)arena;
    int64_t n;
    if (!integer(text, INT32_MIN, INT32_MAX, &n))
        return false;
    c->i32[row] = (int32_t)n;
    return true;
}

static bool put_i64(const struct csv_column *v, struct slice text, struct column *c, uint32_t row, struct arena *arena)
{
    (void)v, (void)arena;
    int64_t n;
    if (!integer(text, INT64_MIN, INT64_MAX, &n))
        return false;
    c->i64[row] = n;
    return true;
}

static bool special(const struct csv_values *v, struct slice text, double *out)
{
    if (slice_equal(text, v->nan))
        *out = (double)NAN;
    else if (slice_equal(text, v->negative))
        *out = -(double)INFINITY;
    else if (slice_equal(text, v->positive))
        *out = (double)INFINITY;
    else
        return false;
    return true;
}

static bool put_f32(const struct csv_column *v, struct slice text, struct column *c, uint32_t row, struct arena *arena)
{
    (void)arena;
    double word;
    if (!special(v->values, text, &word))
        return float_parse_java(text, &c->f32[row]);
    c->f32[row] = (float)word;
    return true;
}

static bool put_f64(const struct csv_column *v, struct slice text, struct column *c, uint32_t row, struct arena *arena)
{
    (void)arena;
    return special(v->values, text, &c->f64[row]) || double_parse_java(text, &c->f64[row]);
}

static bool put_decimal(const struct csv_column *v, struct slice text, struct column *c, uint32_t row,
                        struct arena *arena)
{
    (void)arena;
    return decimal_parse_java(text, (struct decimal_size){v->type->precision, v->type->scale}, &c->decimal[row]);
}

static bool put_date(const struct csv_column *v, struct slice text, struct column *c, uint32_t row, struct arena *arena)
{
    (void)arena;
    return payload_date(&v->values->time, text, &c->i32[row]);
}

static bool put_timestamp(const struct csv_column *v, struct slice text, struct column *c, uint32_t row,
                          struct arena *arena)
{
    (void)arena;
    return payload_timestamp(&v->values->time, text, &c->i64[row]);
}

static bool put_timestamp_ntz(const struct csv_column *v, struct slice text, struct column *c, uint32_t row,
                              struct arena *arena)
{
    (void)arena;
    return payload_timestamp_ntz(&v->values->time, text, &c->i64[row]);
}

static bool put_interval(const struct csv_column *v, struct slice text, struct column *c, uint32_t row,
                         struct arena *arena)
{
    (void)v, (void)arena;
    return payload_interval(text, c, row);
}

static inline uint64_t load(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

// Nearly all texts are ASCII, and short.
static inline bool is_ascii(struct slice s)
{
    uint64_t all = 0;
    const char *p = s.data, *end = p + s.size;
    if (s.size >= sizeof all) {
        for (; end - p > (int)sizeof all; p += sizeof all)
            all |= load(p);
        all |= load(end - sizeof all);
        return (all & UINT64_C(0x8080808080808080)) == 0;
    }
    for (; p < end; p++)
        all |= (uint8_t)*p;
    return all < 0x80;
}

static bool put_bytes(const struct csv_column *v, struct slice text, struct column *c, uint32_t row,
                      struct arena *arena)
{
    (void)v;
    c->slice[row] = is_ascii(text) ? text : utf8_repair(text, arena);
    return true;
}

static csv_put put_of(enum type_id id)
{
    static const csv_put put[TYPE_COUNT] = {
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
        [TYPE_STRING] = put_bytes,
        [TYPE_BINARY] = put_bytes,
    };
    return put[id];
}

enum status csv_column_make(struct csv_column *c, const struct type *type, const struct csv_values *values,
                            struct slice where, struct error *e)
{
    *c = (struct csv_column){.type = type, .put = put_of(type->id), .values = values};
    if (c->put)
        return STATUS_OK;
    struct memory memory = {0};
    struct text name;
    text_init(&name, &memory);
    type_print_sql(type, &name);
    error_set(e, STATUS_CONFIG, "[UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE] column %.*s: csv is not read into %s",
              (int)where.size, where.data, text_cstring(&name));
    text_free(&name);
    return STATUS_CONFIG;
}
