// Lists from other values: sequence, arrays_zip, array_join (collectionOperations.scala).
#include "ops/datetime.h"
#include "ops/list.h"
#include "ops/temporal.h"

static const int64_t MICROS_PER_DAY = INT64_C(86400000000);

// ---- sequence: what is longer than LIST_MAX, and a step of the wrong sign, is NULL (in Spark they end the query)

static int64_t whole_at(const struct column *c, uint32_t row)
{
    uint32_t k = at(c, row);
    switch (c->type->id) {
    case TYPE_TINYINT:
        return c->i8[k];
    case TYPE_SMALLINT:
        return c->i16[k];
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        return c->i32[k];
    default:
        return c->i64[k];
    }
}

static void append_whole(const struct call *c, uint32_t row, int64_t v)
{
    struct column *child = &c->out->child[0];
    uint32_t place = list_add(c, row);
    child = &c->out->child[0];
    child->null[place] = 0;
    switch (child->type->id) {
    case TYPE_TINYINT:
        child->i8[place] = (int8_t)v;
        break;
    case TYPE_SMALLINT:
        child->i16[place] = (int16_t)v;
        break;
    case TYPE_INT:
    case TYPE_DATE:
        child->i32[place] = (int32_t)v;
        break;
    default:
        child->i64[place] = v;
    }
}

// From, to and by in one unit.
static void count_up(const struct call *c, uint32_t row, int64_t from, int64_t to, int64_t by)
{
    bool wrong = by == 0 ? from != to : by > 0 ? from > to : from < to;
    uint64_t span = from > to ? (uint64_t)from - (uint64_t)to : (uint64_t)to - (uint64_t)from;
    uint64_t step = by < 0 ? 0 - (uint64_t)by : (uint64_t)by, more = step == 0 ? 0 : span / step;
    c->out->null[row] = wrong || more >= LIST_MAX;
    for (uint64_t k = 0; !c->out->null[row] && k <= more; k++)
        append_whole(c, row, (int64_t)((uint64_t)from + k * (uint64_t)by));
}

static void sequence_whole(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        int64_t from = whole_at(c->in[0], i), to = whole_at(c->in[1], i);
        count_up(c, i, from, to, c->argc > 2 ? whole_at(c->in[2], i) : from <= to ? 1 : -1);
    }
}

// Days on the calendar, so many micros where the elements are TIMESTAMPs; a step of less than a day moves a TIMESTAMP
// on the clock.
static void sequence_time(const struct call *c, const struct rows *rows)
{
    bool date = c->in[0]->type->id == TYPE_DATE;
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        int64_t from = whole_at(c->in[0], i), to = whole_at(c->in[1], i);
        int64_t by = c->argc > 2 ? whole_at(c->in[2], i) : from <= to ? MICROS_PER_DAY : -MICROS_PER_DAY;
        if (date && by % MICROS_PER_DAY != 0)
            c->out->null[i] = 1;
        else
            count_up(c, i, from, to, date ? by / MICROS_PER_DAY : by);
    }
}

// Each element is so many months behind the first, the day cut to the month's last.
static void sequence_months(const struct call *c, const struct rows *rows)
{
    bool date = c->in[0]->type->id == TYPE_DATE;
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        int64_t from = whole_at(c->in[0], i), to = whole_at(c->in[1], i), by = int_at(c->in[2], i);
        c->out->null[i] = by == 0 ? from != to : by > 0 ? from > to : from < to;
        for (int64_t k = 0, v = from; !c->out->null[i] && (by >= 0 ? v <= to : v >= to);) {
            append_whole(c, i, v);
            if (by == 0)
                break;
            int32_t day = 0;
            v = from;
            if (date ? !date_add_months((int32_t)from, ++k * by, &day)
                     : !timestamp_add_months(&v, ++k * by, c->session->zone))
                break;
            v = date ? day : v;
            c->out->null[i] = k >= LIST_MAX;
        }
    }
}

static enum status sequence_types(const struct binding *b, struct error *e)
{
    return error_set(e, STATUS_CONFIG,
                     "[DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES] sequence takes two whole numbers, or two dates or "
                     "timestamps and an INTERVAL, not %s and %s",
                     type_text(b->arena, b->arg[0]->type), type_text(b->arena, b->arg[1]->type));
}

static enum status bind_sequence(struct binding *b, struct error *e)
{
    struct expr *const *arg = b->arg;
    const struct type *t = type_widest_number(b->arena, arg, 2);
    const struct type *step = b->argc > 2 ? arg[2]->type : NULL;
    if (t == NULL || !(type_is_integral(t) || t->id == TYPE_DATE || t->id == TYPE_TIMESTAMP))
        return sequence_types(b, e);
    if (type_is_integral(t)) {
        const struct type *all = step ? type_wider(b->arena, t, step) : t;
        if (all == NULL || !type_is_integral(all))
            return sequence_types(b, e);
        t = all;
        b->kernel = sequence_whole;
        if (step)
            b->want[2] = t;
    } else if (step == NULL || step->id == TYPE_INTERVAL_DT) {
        b->kernel = sequence_time;
    } else if (step->id == TYPE_INTERVAL_YM) {
        b->kernel = sequence_months;
    } else {
        return sequence_types(b, e);
    }
    b->want[0] = b->want[1] = t;
    b->type = type_array(b->arena, t, false);
    b->nullable = true;
    return STATUS_OK;
}

// ---- arrays_zip

// An element for each place of the longest list; a list that ends before gives NULL.
static void zip(const struct call *c, const struct rows *rows)
{
    struct column *entry = &c->out->child[0];
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        uint32_t most = 0;
        for (uint32_t n = 0; n < c->argc; n++)
            most = list_at(c, n, i).size > most ? list_at(c, n, i).size : most;
        for (uint32_t k = 0; k < most; k++) {
            uint32_t place = list_add(c, i);
            entry->null[place] = 0;
            for (uint32_t n = 0; n < c->argc; n++) {
                struct span s = list_at(c, n, i);
                if (k < s.size)
                    column_copy(&entry->child[n], place, list_child(c, n), s.offset + k, c->arena);
                else
                    column_set_null(&entry->child[n], place);
            }
        }
    }
}

// The fields are named 0, 1, … (the planner names those that come from a column).
static enum status bind_arrays_zip(struct binding *b, struct error *e)
{
    struct field *fields = ARENA_ARRAY(b->arena, struct field, b->argc + 1);
    for (uint32_t i = 0; i < b->argc; i++) {
        const struct type *t;
        enum status status = binding_array(b, i, &t, e);
        if (status != STATUS_OK)
            return status;
        fields[i] = (struct field){slice_of(arena_printf(b->arena, "%u", i)), t->element, true};
    }
    b->type = type_array(b->arena, type_struct(b->arena, fields, b->argc), false);
    b->kernel = zip;
    return STATUS_OK;
}

// ---- array_join

// Adds up (`to` NULL) or writes the row's text. NULLs are left out, or written as argument 2 says.
static uint64_t join_row(const struct call *c, uint32_t row, char *to)
{
    struct span s = list_at(c, 0, row);
    uint64_t size = 0;
    bool first = true;
    for (uint32_t k = s.offset; k < s.offset + s.size; k++) {
        bool null = is_null(list_child(c, 0), k);
        if (null && c->argc < 3)
            continue;
        struct slice parts[] = {first ? SLICE("") : slice_at(c->in[1], row),
                                null ? slice_at(c->in[2], row) : slice_at(list_child(c, 0), k)};
        first = false;
        for (uint32_t n = 0; n < 2; n++) {
            if (to != NULL && parts[n].size > 0)
                memcpy(to + size, parts[n].data, parts[n].size);
            size += parts[n].size;
        }
    }
    return size;
}

static void join(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        char *to = string_room(c, i, join_row(c, i, NULL));
        if (to != NULL)
            join_row(c, i, to);
    }
}

static enum status bind_array_join(struct binding *b, struct error *e)
{
    const struct type *t;
    enum status status = binding_array(b, 0, &t, e);
    if (status == STATUS_OK && type_is_nested(t->element))
        return binding_mismatch(b, 0, "ARRAY of STRING", e);
    b->want[0] = type_array(b->arena, type_simple(TYPE_STRING), true);
    b->type = type_simple(TYPE_STRING);
    b->kernel = join;
    for (uint32_t i = 1; i < b->argc && status == STATUS_OK; i++)
        status = binding_want(b, i, WANT_TEXT, e);
    return status;
}

const struct function function_sequence = {
    .name = "sequence",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_sequence,
    .usage = "sequence(from, to[, step])",
    .summary = "The whole numbers, dates or timestamps from one to the other, by 1 or a day unless told.",
    .example = "sequence(5, 1, -2)",
    .gives = "[5,3,1]",
};
const struct function function_arrays_zip = {
    .name = "arrays_zip",
    .min_args = 0,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_arrays_zip,
    .usage = "arrays_zip(a, b, ...)",
    .summary = "A list of STRUCTs, each of the elements that are at one place of the lists.",
    .example = "size(arrays_zip(array(1, 2), array('a')))",
    .gives = "2",
};
const struct function function_array_join = {
    .name = "array_join",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_array_join,
    .usage = "array_join(array, separator[, null])",
    .summary = "The elements as one text; NULLs are left out, or written as told.",
    .example = "array_join(array('hello', NULL, 'world'), ' ', ',')",
    .gives = "\"hello , world\"",
};
