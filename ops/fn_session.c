// session_window(): the session of a row by itself, from its time until its gap is over (SessionWindow.scala). Where
// rows are grouped by it, ops/op_session.c puts together what overlaps or touches.
#include "ops/datetime.h"
#include "ops/kernel.h"
#include "ops/temporal.h"
#include "ops/window_call.h"

// Months and days by the calendar of the zone, what is left by the clock. A gap that is none, or not greater than 0,
// makes no session: the end is not after the start.
static void session_of_row(const struct call *c, const struct rows *rows)
{
    const struct column *gap = c->in[1];
    const struct zone *zone = c->out->type->fields[0].type->id == TYPE_TIMESTAMP ? c->session->zone : NULL;
    struct interval parsed;
    bool good = false;
    uint32_t last = UINT32_MAX; // the row whose gap `parsed` is
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        uint32_t k = at(gap, i);
        if (last == UINT32_MAX || !slice_equal(gap->slice[k], gap->slice[last]))
            good = interval_parse(gap->slice[k], &parsed);
        last = k;
        int64_t start = bigint_at(c->in[0], i), end = start;
        c->out->null[i] = !good || !timestamp_add_interval(&end, &parsed, zone);
        c->out->child[0].null[i] = c->out->child[1].null[i] = 0;
        c->out->child[0].i64[i] = start;
        c->out->child[1].i64[i] = end;
    }
}

static enum status bind_session_window(struct binding *b, struct error *e)
{
    const struct type *time = b->arg[0]->type;
    const struct type *gap = b->arg[1]->type;
    if (gap->id != TYPE_STRING && gap->id != TYPE_NULL)
        return error_set(e, STATUS_CONFIG,
                         "session_window: the gap is %s, wanted is interval text, such as '5 minutes' or CASE WHEN "
                         "… THEN '5 minutes' ELSE '1 hour' END (Spark: Gap duration expression used in session window "
                         "must be CalendarIntervalType)",
                         type_text(b->arena, gap));
    if (time->id != TYPE_TIMESTAMP_NTZ) {
        enum status s = binding_want(b, 0, WANT_TIMESTAMP, e);
        if (s != STATUS_OK)
            return s;
        time = type_simple(TYPE_TIMESTAMP);
    }
    b->want[1] = type_simple(TYPE_STRING);
    b->type = window_type(b->arena, time);
    b->nullable = false; // the planner leaves the rows without a session out
    b->kernel = session_of_row;
    return STATUS_OK;
}

const struct function function_session_window = {
    .name = "session_window",
    .min_args = 2,
    .max_args = 2,
    .flags = FUNCTION_WINDOW,
    .bind = bind_session_window,
    .usage = "session_window(time, gap)",
    .summary =
        "The session that a time is in: it ends when nothing came for the gap, which may differ from row to row.",
    .example = "session_window(TIMESTAMP '2024-03-01 12:34:56', '10 minutes')",
    .gives = "{\"start\":\"2024-03-01T12:34:56.000Z\",\"end\":\"2024-03-01T12:44:56.000Z\"}",
};
