// window() and window_time(): checked here, done by the planner's window operator (TimeWindow.scala).
#include "ops/datetime.h"
#include "ops/kernel.h"
#include "ops/window_call.h"

#include <inttypes.h>

// A duration argument, in microseconds: interval text, or a number of them; months are refused.
static enum status read_duration(const struct binding *b, uint32_t index, int64_t *micros, struct error *e)
{
    static const char *const names[] = {"", "windowDuration", "slideDuration", "startTime"};
    const struct expr *x = b->arg[index];
    bool integral = type_is_integral(x->type);
    if (!is_literal(x) || (x->type->id != TYPE_STRING && !integral))
        return binding_not_literal(b, index, e);
    if (integral) {
        *micros = x->literal.integer;
        return STATUS_OK;
    }
    struct slice text = x->literal.bytes;
    struct interval interval;
    if (!interval_parse(text, &interval))
        return error_set(e, STATUS_CONFIG,
                         "[CANNOT_PARSE_INTERVAL] window: %s \"%.*s\" is no interval; for example"
                         " \"10 minutes\"",
                         names[index], (int)text.size, text.data);
    if (interval.months != 0)
        return error_set(e, STATUS_CONFIG,
                         "window: months differ in length, so the %s cannot be \"%.*s\"; write days, such as "
                         "\"30 days\" (Spark: Intervals greater than a month is not supported)",
                         names[index], (int)text.size, text.data);
    if (!interval_micros(&interval, micros))
        return error_set(e, STATUS_CONFIG, "[CANNOT_PARSE_INTERVAL] window: %s \"%.*s\" is too long", names[index],
                         (int)text.size, text.data);
    return STATUS_OK;
}

static enum status check_durations(const struct window_call *w, struct error *e)
{
    const char *class = "[DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION]";
    if (w->size <= 0 || w->slide <= 0)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE] window: the %s must be greater than 0, not %" PRId64
                         " microseconds",
                         w->size <= 0 ? "windowDuration" : "slideDuration", w->size <= 0 ? w->size : w->slide);
    if (w->slide > w->size)
        return error_set(e, STATUS_CONFIG, "%s window: the slideDuration must be at most the windowDuration", class);
    if (w->start <= -w->slide || w->start >= w->slide)
        return error_set(e, STATUS_CONFIG, "%s window: the startTime must be less than the slideDuration", class);
    return STATUS_OK;
}

const struct type *window_type(struct arena *a, const struct type *time)
{
    // nullable, as Spark has them: a row with a NULL time has left before
    struct field fields[] = {{SLICE("start"), time, true}, {SLICE("end"), time, true}};
    return type_struct(a, fields, 2);
}

static bool is_window(const struct type *t)
{
    return t->id == TYPE_STRUCT && t->field_count == 2 && slice_equal(t->fields[0].name, SLICE("start")) &&
           slice_equal(t->fields[1].name, SLICE("end"));
}

static enum status bind_window(struct binding *b, struct error *e)
{
    struct window_call *w = ARENA_NEW(b->arena, struct window_call);
    // the time may itself be a window: then its window_time counts
    const struct type *time = b->arg[0]->type;
    if (is_window(time))
        time = time->fields[1].type;
    else if (time->id != TYPE_TIMESTAMP_NTZ) {
        enum status status = binding_want(b, 0, WANT_TIMESTAMP, e);
        if (status != STATUS_OK)
            return status;
        time = type_simple(TYPE_TIMESTAMP);
    }
    enum status status = read_duration(b, 1, &w->size, e);
    w->slide = w->size;
    if (status == STATUS_OK && b->argc > 2)
        status = read_duration(b, 2, &w->slide, e);
    if (status == STATUS_OK && b->argc > 3)
        status = read_duration(b, 3, &w->start, e);
    if (status == STATUS_OK)
        status = check_durations(w, e);
    b->type = window_type(b->arena, time);
    b->nullable = false;
    b->state = w;
    return status;
}

// The last instant in the window: its end less one microsecond.
static void last_instant(const struct call *c, const struct rows *rows)
{
    const struct column *window = c->in[0], *end = &window->child[1];
    FOR_EACH_ROW (i, rows) {
        uint32_t k = at(window, i);
        c->out->null[i] = window->null[k] | end->null[at(end, k)];
        if (!c->out->null[i])
            c->out->i64[i] = end->i64[at(end, k)] - 1;
    }
}

static enum status bind_window_time(struct binding *b, struct error *e)
{
    if (!is_window(b->arg[0]->type))
        return binding_mismatch(b, 0, "a window, STRUCT<start: TIMESTAMP, end: TIMESTAMP>", e);
    b->type = b->arg[0]->type->fields[1].type;
    b->nullable |= b->arg[0]->type->fields[1].nullable;
    b->kernel = last_instant;
    return STATUS_OK;
}

const struct function function_window = {
    .name = "window",
    .min_args = 2,
    .max_args = 4,
    .flags = FUNCTION_WINDOW,
    .bind = bind_window,
    .usage = "window(time, windowDuration[, slideDuration[, startTime]])",
    .summary = "The window, or with a slide the windows, that a time falls into.",
    .example = "window(TIMESTAMP '2024-03-01 12:34:56', '10 minutes')",
    .gives = "{\"start\":\"2024-03-01T12:30:00.000Z\",\"end\":\"2024-03-01T12:40:00.000Z\"}",
};
const struct function function_window_time = {
    .name = "window_time",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_window_time,
    .usage = "window_time(window)",
    .summary = "The event time of a window's result: its end less one microsecond.",
    .example = "window_time(named_struct('start', TIMESTAMP '2024-03-01 12:30:00', 'end', TIMESTAMP '2024-03-01 "
               "12:40:00'))",
    .gives = "\"2024-03-01T12:39:59.999Z\"",
};
