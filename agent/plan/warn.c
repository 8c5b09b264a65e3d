// What runs, and what a person should know before it has run for a month: states that grow for ever, with the cure.
#include "agent/plan/warn.h"

#include "agent/plan/physical.h"

#include "ops/datetime.h"

static void names_print(const struct logical *l, const struct assignment *items, uint32_t count, struct text *out)
{
    for (uint32_t i = 0; i < count; i++) {
        struct slice name = l->attributes[items[i].attribute].name;
        text_printf(out, "%s`%.*s`", i == 0 ? "" : i + 1 < count ? ", " : " and ", (int)name.size, name.data);
    }
}

static bool has_keys(const struct node *n)
{
    for (uint32_t i = 0; i < n->item_count; i++)
        if (!expr_is_deterministic(n->items[i].expr) || expr_mark(n->items[i].expr, NULL) > 0)
            return true;
    return false;
}

// What an aggregate of a group that is kept for ever keeps of each row.
static void warn_values(const struct node *n, struct text *out)
{
    static const char *const growing[] = {"collect_list", "collect_set", "mode", "percentile", "median"};
    for (size_t k = 0; k < sizeof growing / sizeof *growing; k++) {
        bool there = false;
        for (uint32_t i = 0; i < n->part_count; i++)
            there |= strcmp(n->parts[i].aggregate->name, growing[k]) == 0;
        if (there)
            text_printf(out,
                        "warning: %s keeps the values of all rows, and its groups are kept for ever: take it of a "
                        "window that the watermark closes, or an aggregate of fixed size (max_by, "
                        "percentile_approx, approx_count_distinct)\n",
                        growing[k]);
    }
}

static void warn_aggregate(const struct logical *l, const struct node *n, struct text *out)
{
    bool complete = l->pipeline->mode == OUTPUT_COMPLETE;
    if (!complete && aggregate_time_key(l, n) >= 0)
        return;
    warn_values(n, out);
    const struct node *keys = n->child->kind == NODE_EXPAND ? n->child : n;
    if (!has_keys(keys))
        return;
    text_printf(out, "warning: the state grows with each new value of ");
    names_print(l, keys->items, keys->item_count, out);
    if (complete)
        text_string(out,
                    ": outputMode complete keeps all groups for ever. Where new ones keep coming, choose append or "
                    "update (sessions: append), with a watermark and a window of its column among the keys\n");
    else if (n->distinct)
        text_string(out,
                    ": SELECT DISTINCT keeps them for ever. Where new ones keep coming, give the source a watermark "
                    "and select its column, or a window of it, too\n");
    else
        text_string(out, ": none of them carries a watermark, so all groups are kept for ever. Where new ones keep "
                         "coming, give the source a watermark and group by its column, or by a window of it, too\n");
}

static void warn_dedup(const struct logical *l, const struct node *n, struct text *out)
{
    for (uint32_t i = 0; i < n->item_count; i++)
        if (n->within || n->items[i].attribute == n->column)
            return;
    text_string(out, "warning: the state grows with each new value of ");
    names_print(l, n->items, n->item_count, out);
    text_string(out, ": dropDuplicates keeps them for ever. Give the source a watermark and name its column too, or "
                     "take dropDuplicatesWithinWatermark\n");
}

static void warn_window(const struct node *n, struct text *out)
{
    const struct expr *gap = window_is_session(n) ? n->input->args[1] : NULL;
    struct interval parsed;
    int64_t micros = 0;
    if (gap == NULL || gap->kind != EXPR_LITERAL)
        return;
    bool good = !gap->literal.null && interval_parse(gap->literal.bytes, &parsed) && interval_micros(&parsed, &micros);
    if (!good || micros <= 0)
        text_printf(out,
                    "warning: session_window: the gap '%.*s' is %s: no row has a session, nothing will come out; write "
                    "one such as '10 minutes'\n",
                    gap->literal.null ? 4 : (int)gap->literal.bytes.size,
                    gap->literal.null ? "NULL" : gap->literal.bytes.data, good ? "not greater than 0" : "no interval");
}

static void warn_nodes(const struct logical *l, const struct node *n, struct text *out)
{
    if (n->child)
        warn_nodes(l, n->child, out);
    if (n->second)
        warn_nodes(l, n->second, out);
    if (n->kind == NODE_AGGREGATE && node_streams(n))
        warn_aggregate(l, n, out);
    if (n->kind == NODE_DEDUP)
        warn_dedup(l, n, out);
    if (n->kind == NODE_WINDOW)
        warn_window(n, out);
}

static void warn_sinks(const struct plan *p, struct text *out)
{
    const struct logical *l = &p->logical;
    for (uint32_t i = 0; i < l->pipeline->sink_count; i++) {
        const struct pipeline_sink *sink = &l->pipeline->sinks[i];
        struct text words;
        uint32_t count;
        const struct field *fields = plan_sink_fields(p, sink, &count);
        text_init(&words, out->memory);
        if (sink->class->warn != NULL)
            sink->class->warn(&sink->options, fields, count, &words);
        for (size_t at = 0, end; at < words.size; at = end + 1) {
            for (end = at; words.data[end] != '\n';)
                end++;
            text_printf(out, "warning: sink %.*s: %.*s\n", (int)sink->name.size, sink->name.data, (int)(end - at),
                        words.data + at);
        }
        text_free(&words);
    }
}

static void warn_outbox(const struct logical *l, struct text *out)
{
    if (l->pipeline->limits.outbox_full == OUTBOX_LATEST && l->pipeline->mode == OUTPUT_APPEND)
        text_string(out,
                    "warning: limits.outboxFull is latest, which keeps the newest row of each group, and in append "
                    "mode no row takes another's place: a full log blocks; to lose the oldest instead say "
                    "dropOldest\n");
}

void plan_warn(const struct plan *p, struct text *out)
{
    warn_nodes(&p->logical, p->logical.root, out);
    warn_spark(&p->logical, out);
    warn_outbox(&p->logical, out);
    warn_sinks(p, out);
}
