// Timestamps of parts and of zones: make_timestamp, from_utc_timestamp, to_utc_timestamp, convert_timezone
// (datetimeExpressions.scala).
#include "ops/datetime.h"
#include "ops/decimal.h"
#include "ops/kernel.h"

static const int64_t MICROS_PER_MINUTE = INT64_C(60000000);

// A zone named in the data: one of the tables, or an offset.
struct place {
    const struct zone *zone; // NULL: the offset
    int32_t seconds;
};

static bool find_place(const struct call *c, struct slice name, struct place *p)
{
    p->zone = NULL;
    return zone_resolve(name, c->session->zones, &p->zone, &p->seconds);
}

static int64_t to_local(int64_t micros, const struct place *p)
{
    return p->zone != NULL ? micros_to_local(micros, p->zone) : micros + (int64_t)p->seconds * MICROS_PER_SECOND;
}

static bool from_local(int64_t local, const struct place *p, int64_t *micros)
{
    if (p->zone != NULL)
        return micros_from_local(local, p->zone, micros);
    return !__builtin_sub_overflow(local, (int64_t)p->seconds * MICROS_PER_SECOND, micros);
}

// Local micros of the parts; false: there is no such time. A second of exactly 60 is the next minute's first.
static bool from_parts(const struct call *c, uint32_t i, int64_t *local)
{
    int32_t part[5];
    for (uint32_t k = 0; k < 5; k++)
        part[k] = int_at(c->in[k], i);
    int64_t micros = decimal_to_int64(c->in[5]->decimal[at(c->in[5], i)], 0);
    if (part[1] < 1 || part[2] < 1 || !civil_is_date(part[0], (unsigned)part[1], (unsigned)part[2]))
        return false;
    if (part[3] < 0 || part[3] > 23 || part[4] < 0 || part[4] > 59 || micros < 0 || micros > MICROS_PER_MINUTE)
        return false;
    int64_t days = days_from_civil(part[0], (unsigned)part[1], (unsigned)part[2]);
    int64_t clock = ((int64_t)part[3] * 60 + part[4]) * MICROS_PER_MINUTE + micros;
    return !__builtin_mul_overflow(days, SECONDS_PER_DAY * (int64_t)MICROS_PER_SECOND, local) &&
           !__builtin_add_overflow(*local, clock, local);
}

static void make_timestamp(const struct call *c, const struct rows *rows)
{
    bool local_type = c->out->type->id == TYPE_TIMESTAMP_NTZ;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int64_t local;
        struct place p = {.zone = c->session->zone};
        bool there = from_parts(c, i, &local) && (c->argc < 7 || find_place(c, slice_at(c->in[6], i), &p));
        if (there && local_type)
            c->out->i64[i] = local;
        c->out->null[i] = !there || (!local_type && !from_local(local, &p, &c->out->i64[i]));
    }
}

static enum status bind_make_timestamp(struct binding *b, struct error *e)
{
    bool local = b->function == &function_make_timestamp_ntz;
    enum status status = binding_wants(b, (const enum want[]){WANT_INT, WANT_INT, WANT_INT, WANT_INT, WANT_INT}, 5, e);
    const struct type *seconds = b->arg[5]->type;
    if (status == STATUS_OK && !type_is_numeric(seconds) && seconds->id != TYPE_STRING && seconds->id != TYPE_NULL)
        return binding_mismatch(b, 5, "DECIMAL(16,6)", e);
    b->want[5] = type_decimal(b->arena, 16, 6);
    b->type = type_simple(local ? TYPE_TIMESTAMP_NTZ : TYPE_TIMESTAMP);
    b->nullable = true;
    b->kernel = make_timestamp;
    return status == STATUS_OK && b->argc > 6 ? binding_want(b, 6, WANT_STRING, e) : status;
}

// The clock of the zone taken as UTC's, or the other way round. A zone that is not known makes it NULL (in Spark it
// ends the query).
static void from_utc(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        struct place p;
        if (row_is_null(c, i))
            continue;
        c->out->null[i] = !find_place(c, slice_at(c->in[1], i), &p);
        if (!c->out->null[i])
            c->out->i64[i] = to_local(bigint_at(c->in[0], i), &p);
    }
}

static void to_utc(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        struct place p;
        if (!row_is_null(c, i))
            c->out->null[i] =
                !find_place(c, slice_at(c->in[1], i), &p) || !from_local(bigint_at(c->in[0], i), &p, &c->out->i64[i]);
    }
}

static enum status bind_utc(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_TIMESTAMP);
    b->nullable = true;
    b->kernel = b->function == &function_from_utc_timestamp ? from_utc : to_utc;
    return binding_wants(b, (const enum want[]){WANT_TIMESTAMP, WANT_STRING}, 2, e);
}

static void convert_zone(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        struct place from, to;
        int64_t micros;
        if (row_is_null(c, i))
            continue;
        c->out->null[i] = !find_place(c, slice_at(c->in[0], i), &from) || !find_place(c, slice_at(c->in[1], i), &to) ||
                          !from_local(bigint_at(c->in[2], i), &from, &micros);
        if (!c->out->null[i])
            c->out->i64[i] = to_local(micros, &to);
    }
}

static enum status bind_convert_timezone(struct binding *b, struct error *e)
{
    if (b->argc == 2) { // from the session's zone
        struct value zone = {.type = type_simple(TYPE_STRING), .bytes = zone_name(b->session->zone)};
        struct expr *args[] = {expr_literal(b->arena, zone), b->arg[0], b->arg[1]};
        return expr_call(b->arena, b->session, b->function, args, 3, &b->instead, e);
    }
    enum type_id id = b->arg[2]->type->id;
    b->type = type_simple(TYPE_TIMESTAMP_NTZ);
    b->nullable = true;
    b->kernel = convert_zone;
    if (id != TYPE_TIMESTAMP_NTZ && id != TYPE_TIMESTAMP && id != TYPE_DATE && id != TYPE_STRING && id != TYPE_NULL)
        return binding_mismatch(b, 2, "TIMESTAMP_NTZ", e);
    b->want[2] = b->type;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING}, 2, e);
}

const struct function function_make_timestamp = {
    .name = "make_timestamp",
    .alias = (const char *const[]){"make_timestamp_ltz", "try_make_timestamp", "try_make_timestamp_ltz", NULL},
    .min_args = 6,
    .max_args = 7,
    .bind = bind_make_timestamp,
    .usage = "make_timestamp(year, month, day, hour, minute, second[, zone])",
    .summary = "The TIMESTAMP of the parts; NULL if there is no such time.",
    .example = "CAST(make_timestamp(2014, 12, 28, 6, 30, 45.887) AS STRING)",
    .gives = "\"2014-12-28 06:30:45.887\"",
};
const struct function function_make_timestamp_ntz = {
    .name = "make_timestamp_ntz",
    .alias = (const char *const[]){"try_make_timestamp_ntz", NULL},
    .min_args = 6,
    .max_args = 6,
    .bind = bind_make_timestamp,
    .usage = "make_timestamp_ntz(year, month, day, hour, minute, second)",
    .summary = "The TIMESTAMP_NTZ of the parts; NULL if there is no such time.",
    .example = "CAST(make_timestamp_ntz(2014, 12, 28, 6, 30, 45.887) AS STRING)",
    .gives = "\"2014-12-28 06:30:45.887\"",
};
const struct function function_from_utc_timestamp = {
    .name = "from_utc_timestamp",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_utc,
    .usage = "from_utc_timestamp(timestamp, zone)",
    .summary = "The timestamp moved so that its clock in UTC shows what the zone's showed.",
    .example = "CAST(from_utc_timestamp('2016-08-31', '+09:00') AS STRING)",
    .gives = "\"2016-08-31 09:00:00\"",
};
const struct function function_to_utc_timestamp = {
    .name = "to_utc_timestamp",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_utc,
    .usage = "to_utc_timestamp(timestamp, zone)",
    .summary = "The timestamp moved so that the zone's clock shows what its clock in UTC showed.",
    .example = "CAST(to_utc_timestamp('2016-08-31', '+09:00') AS STRING)",
    .gives = "\"2016-08-30 15:00:00\"",
};
const struct function function_convert_timezone = {
    .name = "convert_timezone",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_convert_timezone,
    .usage = "convert_timezone([from, ]to, timestamp)",
    .summary = "A clock reading of one zone as that of another one.",
    .example = "CAST(convert_timezone('+01:00', '+03:00', TIMESTAMP_NTZ'2021-12-06 00:00:00') AS STRING)",
    .gives = "\"2021-12-06 02:00:00\"",
};
