#include "ops/casts.h"
#include "ops/datetime.h"

static const int64_t micros_per_day = (int64_t)SECONDS_PER_DAY * MICROS_PER_SECOND;

// Hive's rule, kept by Spark: a DATE is no number.
static bool nothing(const struct cast_place *p)
{
    (void)p;
    return false;
}

static bool days_to_micros(int32_t days, const struct zone *zone, int64_t *micros)
{
    int64_t local;
    return !__builtin_mul_overflow((int64_t)days, micros_per_day, &local) && micros_from_local(local, zone, micros);
}

static bool date_to_timestamp(const struct cast_place *p)
{
    return days_to_micros(p->in->i32[p->from], p->call->session->zone, &p->out->i64[p->to]);
}

static bool date_to_timestamp_ntz(const struct cast_place *p)
{
    return days_to_micros(p->in->i32[p->from], &zone_utc, &p->out->i64[p->to]);
}

static bool timestamp_to_date(const struct cast_place *p)
{
    int64_t local = micros_to_local(p->in->i64[p->from], p->call->session->zone);
    p->out->i32[p->to] = (int32_t)floor_divide(local, micros_per_day);
    return true;
}

static bool timestamp_ntz_to_date(const struct cast_place *p)
{
    p->out->i32[p->to] = (int32_t)floor_divide(p->in->i64[p->from], micros_per_day);
    return true;
}

static bool timestamp_to_ntz(const struct cast_place *p)
{
    p->out->i64[p->to] = micros_to_local(p->in->i64[p->from], p->call->session->zone);
    return true;
}

static bool ntz_to_timestamp(const struct cast_place *p)
{
    return micros_from_local(p->in->i64[p->from], p->call->session->zone, &p->out->i64[p->to]);
}

static double seconds_of(const struct cast_place *p)
{
    return (double)p->in->i64[p->from] / (double)MICROS_PER_SECOND;
}

// Seconds, floored; NULL, not wrapped, where they do not fit.
static bool timestamp_to_number(const struct cast_place *p)
{
    int64_t micros = p->in->i64[p->from];
    int64_t seconds = floor_divide(micros, MICROS_PER_SECOND);
    struct column *out = p->out;
    switch (out->type->id) {
    case TYPE_BOOLEAN:
        out->boolean[p->to] = micros != 0;
        return true;
    case TYPE_TINYINT:
        out->i8[p->to] = (int8_t)seconds;
        return out->i8[p->to] == seconds;
    case TYPE_SMALLINT:
        out->i16[p->to] = (int16_t)seconds;
        return out->i16[p->to] == seconds;
    case TYPE_INT:
        out->i32[p->to] = (int32_t)seconds;
        return out->i32[p->to] == seconds;
    case TYPE_BIGINT:
        out->i64[p->to] = seconds;
        return true;
    case TYPE_FLOAT:
        out->f32[p->to] = (float)seconds_of(p);
        return true;
    case TYPE_DOUBLE:
        out->f64[p->to] = seconds_of(p);
        return true;
    default:
        assert(out->type->id == TYPE_DECIMAL);
        return decimal_rescale(decimal_of(micros), 6, cast_size(out->type), &out->decimal[p->to]);
    }
}

cast_value cast_from_time(const struct type *from, const struct type *to)
{
    bool number = to->id >= TYPE_BOOLEAN && to->id <= TYPE_DECIMAL;
    switch (from->id) {
    case TYPE_DATE:
        if (to->id == TYPE_TIMESTAMP)
            return date_to_timestamp;
        if (to->id == TYPE_TIMESTAMP_NTZ)
            return date_to_timestamp_ntz;
        return number ? nothing : NULL;
    case TYPE_TIMESTAMP:
        if (to->id == TYPE_DATE)
            return timestamp_to_date;
        if (to->id == TYPE_TIMESTAMP_NTZ)
            return timestamp_to_ntz;
        return number ? timestamp_to_number : NULL;
    case TYPE_TIMESTAMP_NTZ:
        if (to->id == TYPE_DATE)
            return timestamp_ntz_to_date;
        return to->id == TYPE_TIMESTAMP ? ntz_to_timestamp : NULL;
    default:
        return NULL;
    }
}
