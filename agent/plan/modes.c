// What cannot stream: Spark's UnsupportedOperationChecker, in our words with its error classes.
#include "agent/plan/logical.h"

#define NODE_ERROR(l, n, e, ...) sql_error(&(l)->pipeline->query, (n)->offset, (n)->length, e, __VA_ARGS__)

static const char *mode_name(enum output_mode mode)
{
    static const char *const names[] = {"append", "update", "complete"};
    return names[mode];
}

static bool has_event_time_key(const struct logical *l, const struct node *n)
{
    for (uint32_t i = 0; i < n->item_count; i++)
        if (l->attributes[n->items[i].attribute].event_time)
            return true;
    return false;
}

// An aggregation of the stream, DISTINCT among them or not. Spark does not look behind WITH.
static bool has_aggregate(const struct node *n, bool distinct)
{
    for (; n && !n->cte && node_streams(n); n = n->child)
        if ((n->kind == NODE_AGGREGATE && (distinct || !n->distinct)) ||
            (n->second && has_aggregate(n->second, distinct)))
            return true;
    return false;
}

static enum status refuse_late(const struct logical *l, const struct node *n, const char *what, struct error *e)
{
    return NODE_ERROR(
        l, n, e,
        "%s behind an aggregation is there in append mode only, this is %s: rows of the first that change "
        "would be counted again by the second (Spark: Detected pattern of possible 'correctness' issue due "
        "to global watermark)",
        what, mode_name(l->pipeline->mode));
}

static enum status check_session(const struct logical *l, const struct node *n, struct error *e)
{
    int32_t session = aggregate_session_key(l, n);
    uint32_t keys = 0;
    if (session < 0)
        return STATUS_OK;
    if (l->pipeline->mode == OUTPUT_UPDATE)
        return NODE_ERROR(l, n, e,
                          "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] a session_window cannot be in update mode: a "
                          "session that was printed may become part of another; choose append or complete");
    for (uint32_t i = 0; i < n->item_count; i++)
        keys += (int32_t)i != session && !expr_is_constant(n->items[i].expr);
    if (keys == 0)
        return NODE_ERROR(l, n, e,
                          "a session_window cannot be the only key of a stream: group by what the sessions are of, too "
                          "(Spark: Global aggregation with session window in streaming query is not supported)");
    return STATUS_OK;
}

// Which of two event times would say when a group is over?
static enum status check_times(const struct logical *l, const struct node *n, struct error *e)
{
    uint32_t times = 0;
    for (uint32_t i = 0; i < n->item_count; i++)
        times += l->attributes[n->items[i].attribute].event_time;
    if (times < 2 || (l->pipeline->mode == OUTPUT_COMPLETE && aggregate_session_key(l, n) < 0))
        return STATUS_OK;
    return NODE_ERROR(
        l, n, e,
        "two of the keys carry the watermark (a window and its time, say): which of them says when a group is "
        "over? Group by one (Spark: More than one event time columns are available)");
}

static enum status refuse_append(const struct logical *l, const struct node *n, struct error *e)
{
    const char *what = n->distinct ? "SELECT DISTINCT is a grouping by all its columns; " : "";
    for (uint32_t i = 0; i < l->attribute_count; i++) {
        const struct attribute *a = &l->attributes[i];
        if (a->event_time && a->type->id == TYPE_TIMESTAMP)
            return NODE_ERROR(
                l, n, e,
                "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] %sin append mode a group goes out when the "
                "watermark has passed it: have `%.*s` itself among the keys or a window of it, such as "
                "window(%.*s, '10 minutes') (other expressions of it carry no watermark), or choose "
                "outputMode update or complete",
                what, (int)a->name.size, a->name.data, (int)a->name.size, a->name.data);
    }
    return NODE_ERROR(
        l, n, e,
        "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] %sin append mode a group goes out when the watermark "
        "has passed it: give the source a \"watermark\" and group by its column or by a window of it, or "
        "choose outputMode update or complete",
        what);
}

static enum status check_aggregate(const struct logical *l, const struct node *n, struct error *e)
{
    enum output_mode mode = l->pipeline->mode;
    if (mode == OUTPUT_APPEND && !has_event_time_key(l, n))
        return refuse_append(l, n, e);
    if (mode != OUTPUT_APPEND && has_aggregate(n->child, true))
        return refuse_late(l, n, n->distinct ? "DISTINCT" : "an aggregation", e);
    enum status s = check_session(l, n, e);
    return s ? s : check_times(l, n, e);
}

static enum status check_sort(const struct logical *l, const struct node *n, struct error *e)
{
    if (l->pipeline->mode == OUTPUT_COMPLETE && has_aggregate(n->child, false))
        return STATUS_OK;
    return NODE_ERROR(l, n, e,
                      "ORDER BY needs an aggregation below it and outputMode complete (Spark: Sorting is not "
                      "supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset "
                      "in Complete output mode)");
}

static enum status check_limit(const struct logical *l, const struct node *n, struct error *e)
{
    if (n->skip || n->limit < 0)
        return NODE_ERROR(l, n, e,
                          "OFFSET is not there for streams; leave it out (Spark: Offset is not supported on streaming "
                          "DataFrames/Datasets)");
    if (l->pipeline->mode == OUTPUT_UPDATE)
        return NODE_ERROR(
            l, n, e,
            "LIMIT cannot be in update mode; choose append or complete (Spark: Limits are not supported on streaming "
            "DataFrames/Datasets in Update output mode)");
    return STATUS_OK;
}

static enum status check_union(const struct logical *l, const struct node *n, struct error *e)
{
    if (node_streams(n->child) == node_streams(n->second))
        return STATUS_OK;
    return NODE_ERROR(l, n, e,
                      "UNION of a stream and a table is not there (Spark: Union between streaming and batch "
                      "DataFrames/Datasets is not supported)");
}

// Joins that keep rows of a table which no row of the stream meets would wait for the stream's end.
static enum status check_join(const struct logical *l, const struct node *n, struct error *e)
{
    bool left = node_streams(n->child), right = node_streams(n->second);
    static const char *const names[] = {
        [AST_LEFT] = "LeftOuter", [AST_RIGHT] = "RightOuter", [AST_FULL] = "FullOuter", [AST_SEMI] = "LeftSemi",
        [AST_ANTI] = "LeftAnti",  [AST_INNER] = "Inner",      [AST_CROSS] = "Cross",
    };
    if (left && right)
        return NODE_ERROR(l, n, e, "[UNSUPPORTED_FEATURE] joins of two streams are not supported yet");
    bool keeps_table = n->join == AST_FULL ||
                       (right && n->join != AST_INNER && n->join != AST_CROSS && n->join != AST_RIGHT) ||
                       (left && n->join == AST_RIGHT);
    if ((left || right) && keeps_table)
        return NODE_ERROR(
            l, n, e,
            "this join keeps rows of the table that no row of the stream meets, which cannot be known before the "
            "stream's end: the stream must be on the side whose rows stay (Spark: %s join with a streaming "
            "DataFrame/Dataset on the %s and a static DataFrame/Dataset on the %s is not supported)",
            names[n->join], left ? "left" : "right", left ? "right" : "left");
    return STATUS_OK;
}

static enum status check_node(const struct logical *l, const struct node *n, struct error *e)
{
    switch (n->kind) {
    case NODE_JOIN:
        return check_join(l, n, e);
    case NODE_UNION:
        return check_union(l, n, e);
    case NODE_AGGREGATE:
        return check_aggregate(l, n, e);
    case NODE_SORT:
        return check_sort(l, n, e);
    case NODE_LIMIT:
        return check_limit(l, n, e);
    default:
        return STATUS_OK;
    }
}

// A table may be whatever a query can be, but for what we have over streams only.
static enum status check_table(const struct logical *l, const struct node *n, bool expression, struct error *e)
{
    if (n->kind == NODE_JOIN)
        return check_join(l, n, e);
    if (n->kind == NODE_LIMIT && (n->skip || n->limit < 0) && !expression)
        return NODE_ERROR(l, n, e, "OFFSET is not there in a query of a stream, over a table neither (nor in Spark)");
    if (n->kind == NODE_DEDUP)
        return NODE_ERROR(l, n, e,
                          "[UNSUPPORTED_FEATURE] dropDuplicates of a table is not supported yet; SELECT DISTINCT is");
    if (n->kind == NODE_AGGREGATE && aggregate_session_key(l, n) >= 0)
        return NODE_ERROR(l, n, e, "[UNSUPPORTED_FEATURE] session_window over a table is not supported yet");
    return STATUS_OK;
}

// The deepest fault first, as Spark finds them.
static enum status check_nodes(const struct logical *l, const struct node *n, bool expression, struct error *e)
{
    if (!n)
        return STATUS_OK;
    enum status s = check_nodes(l, n->child, expression, e);
    if (!s)
        s = check_nodes(l, n->second, expression, e);
    if (!s)
        s = node_streams(n) ? check_node(l, n, e) : check_table(l, n, expression, e);
    return s;
}

enum status modes_check_table(const struct logical *l, const struct node *table, struct error *e)
{
    return check_nodes(l, table, true, e);
}

enum status modes_check(const struct logical *l, struct error *e)
{
    enum status s = check_nodes(l, l->root, false, e);
    if (!s && l->pipeline->mode == OUTPUT_COMPLETE && node_count(l->root, NODE_AGGREGATE) == 0)
        s = NODE_ERROR(l, l->root, e,
                       "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] outputMode complete prints a whole "
                       "aggregation each time, and the query has none; choose append");
    return s;
}
