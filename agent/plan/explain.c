// A plan for a person, in the order a row goes; and the texts that are made of it.
#include "agent/plan/physical.h"

#include "ops/function.h"
#include "ops/key.h"

#include <inttypes.h>
#include <stdio.h>

// "1 minute 30 seconds"
static void duration_print(int64_t micros, struct text *out)
{
    static const struct {
        int64_t micros;
        const char *name;
    } units[] = {{604800000000, "week"}, {86400000000, "day"},  {3600000000, "hour"}, {60000000, "minute"},
                 {1000000, "second"},    {1000, "millisecond"}, {1, "microsecond"}};
    if (micros == 0)
        text_string(out, "0 seconds");
    if (micros < 0)
        text_char(out, '-');
    uint64_t rest = micros < 0 ? 0 - (uint64_t)micros : (uint64_t)micros;
    bool first = true;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        uint64_t count = rest / (uint64_t)units[i].micros;
        rest %= (uint64_t)units[i].micros;
        if (count == 0)
            continue;
        text_printf(out, "%s%" PRIu64 " %s%s", first ? "" : " ", count, units[i].name, count == 1 ? "" : "s");
        first = false;
    }
}

static void names_print(const struct logical *l, const uint32_t *attributes, uint32_t count, struct text *out)
{
    for (uint32_t i = 0; i < count; i++) {
        text_string(out, i ? ", " : "");
        text_slice(out, l->attributes[attributes[i]].name);
    }
}

static void source_print(const struct logical *l, const struct node *n, struct text *out)
{
    const struct pipeline_source *s = &l->pipeline->sources[n->source];
    text_printf(out, "source     %.*s (%s): ", (int)s->name.size, s->name.data, s->class->format);
    uint32_t wanted = 0;
    for (uint32_t i = 0; i < n->attribute_count; i++)
        wanted += n->wanted[i];
    text_printf(out, wanted ? "reads " : "reads no column, counts rows");
    bool first = true;
    for (uint32_t i = 0; i < n->attribute_count; i++) {
        if (!n->wanted[i])
            continue;
        text_string(out, first ? "" : ", ");
        text_slice(out, l->attributes[n->attributes[i]].name);
        text_char(out, ' ');
        type_print_sql(l->attributes[n->attributes[i]].type, out);
        first = false;
    }
    if (wanted < n->attribute_count)
        text_printf(out, "; skips %" PRIu32 " of %" PRIu32 " columns", n->attribute_count - wanted, n->attribute_count);
    text_char(out, '\n');
}

static void watermark_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_string(out, "watermark  greatest ");
    text_slice(out, l->attributes[n->column].name);
    text_string(out, " less ");
    duration_print(n->delay, out);
    text_char(out, '\n');
}

static void dedup_print(const struct logical *l, const struct node *n, struct text *out)
{
    bool timed = false;
    text_string(out, "distinct   the first row of each ");
    for (uint32_t i = 0; i < n->item_count; i++) {
        text_string(out, i ? ", " : "");
        text_slice(out, l->attributes[n->items[i].attribute].name);
        timed |= n->items[i].attribute == n->column;
    }
    text_string(out, "\n           state: one entry each, ");
    if (n->within) {
        text_string(out, "kept until the watermark passes its row's ");
        text_slice(out, l->attributes[n->column].name);
        text_string(out, " and ");
        duration_print(n->delay, out);
    } else if (timed) {
        text_string(out, "kept until the watermark passes its ");
        text_slice(out, l->attributes[n->column].name);
    } else {
        text_string(out, "kept for ever: no watermark among the columns");
    }
    text_string(out, n->late ? "; late rows go\n" : "\n");
}

static void filter_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_string(out, "filter     ");
    for (uint32_t i = 0; i < n->conjunct_count; i++) {
        text_string(out, i ? " AND " : "");
        expr_show(l, n->conjuncts[i], false, out);
    }
    text_char(out, '\n');
}

static void window_print(const struct logical *l, const struct node *n, struct text *out)
{
    if (window_is_session(n)) {
        text_string(out, "session    of ");
        expr_show(l, n->input->args[0], false, out);
        text_string(out, " until nothing came for ");
        expr_show(l, n->input->args[1], false, out);
        text_char(out, '\n');
        return;
    }
    text_string(out, "window     ");
    duration_print(n->size, out);
    text_string(out, " of ");
    expr_show(l, n->input, false, out);
    if (n->slide != n->size) {
        text_string(out, ", one each ");
        duration_print(n->slide, out);
    }
    if (n->start) {
        text_string(out, ", from ");
        duration_print(n->start, out);
    }
    text_char(out, '\n');
}

static void generate_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_printf(out, "%-10s ", n->generator->name);
    expr_show(l, n->input, false, out);
    text_string(out, " AS ");
    names_print(l, n->attributes, n->attribute_count, out);
    text_string(out, n->outer ? " (a row of NULLs for an empty list)\n" : "\n");
}

static void expand_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_string(out, "expand     each row for each of");
    for (uint32_t k = 0; k < n->set_count; k++) {
        bool first = true;
        text_string(out, k ? ", (" : " (");
        for (uint32_t i = 0; i < n->item_count; i++) {
            if (!(n->sets[k] >> i & 1))
                continue;
            text_string(out, first ? "" : ", ");
            expr_show(l, n->items[i].expr, false, out);
            first = false;
        }
        text_char(out, ')');
    }
    text_char(out, '\n');
}

static void late_print(const struct logical *l, const struct node *n, struct text *out)
{
    if (n != l->late)
        return;
    const struct slice sink = l->pipeline->late_sink->name;
    text_printf(out, "           late rows go to %.*s\n", (int)sink.size, sink.data);
}

static void state_print(const struct logical *l, const struct node *n, struct text *out)
{
    int32_t time = aggregate_time_key(l, n), session = aggregate_session_key(l, n);
    if (!node_streams(n))
        return;
    if (session >= 0)
        text_string(out, "           sessions of a group that overlap or touch become one\n");
    text_string(out,
                session >= 0 ? "           state: one entry a session, " : "           state: one entry a group, ");
    if (n->item_count == 0) {
        text_string(out, "a single one, kept for ever\n");
    } else if (l->pipeline->mode == OUTPUT_COMPLETE) {
        text_string(out, "kept for ever: complete mode prints all of them\n");
    } else if (time < 0) {
        text_string(out, "kept for ever: no key carries a watermark\n");
    } else {
        const struct attribute *a = &l->attributes[n->items[time].attribute];
        text_string(out, "kept until the watermark passes ");
        text_slice(out, a->name);
        text_string(out, a->type->id == TYPE_STRUCT ? ".end\n" : "\n");
    }
}

static void aggregate_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_string(out, "aggregate  ");
    for (uint32_t i = 0; i < n->part_count; i++) {
        text_string(out, i ? ", " : "");
        text_slice(out, l->attributes[n->parts[i].attribute].name);
        if (n->parts[i].filter) {
            text_string(out, " where ");
            expr_show(l, n->parts[i].filter, false, out);
        }
    }
    text_string(out, n->part_count == 0 ? "distinct" : "");
    text_string(out, n->item_count ? " by " : "");
    for (uint32_t i = 0; i < n->item_count; i++) {
        text_string(out, i ? ", " : "");
        expr_show(l, n->items[i].expr, false, out);
    }
    text_char(out, '\n');
    state_print(l, n, out);
    late_print(l, n, out);
}

static void sort_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_string(out, "sort       ");
    for (uint32_t i = 0; i < n->key_count; i++) {
        text_string(out, i ? ", " : "");
        expr_show(l, n->keys[i].expr, false, out);
        text_string(out, n->keys[i].order & KEY_DESCENDING ? " DESC" : "");
        text_string(out, n->keys[i].order & KEY_NULLS_LAST ? " NULLS LAST" : "");
    }
    text_char(out, '\n');
}

static void limit_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_string(out, "limit      ");
    if (n->limit >= 0)
        text_printf(out, "%" PRId64 " rows ", n->limit);
    if (n->skip)
        text_printf(out, "behind the first %" PRId64 " ", n->skip);
    text_string(out, limit_is_stateful(l, n) ? "over the life of the query\n" : "a batch\n");
}

static void project_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_string(out, "project    ");
    for (uint32_t i = 0; i < n->item_count; i++) {
        text_string(out, i ? ", " : "");
        expr_show(l, n->items[i].expr, false, out);
        struct slice name = n == l->root ? l->fields[i].name : l->attributes[n->items[i].attribute].name;
        bool same =
            n->items[i].expr->kind == EXPR_COLUMN && slice_equal(l->attributes[n->items[i].expr->column].name, name);
        if (!same)
            text_printf(out, " AS %.*s", (int)name.size, name.data);
    }
    text_char(out, '\n');
}

static void node_print(const struct logical *l, const struct node *n, struct text *out);

// What comes to where inputs meet, further in.
static void input_print(const struct logical *l, const struct node *n, const char *title, struct text *out)
{
    struct text lines;
    text_init(&lines, out->memory);
    node_print(l, n, &lines);
    text_printf(out, "%s\n", title);
    bool begins = true;
    for (size_t i = 0; i < lines.size; i++) {
        text_string(out, begins ? "  " : "");
        text_char(out, lines.data[i]);
        begins = lines.data[i] == '\n';
    }
    text_free(&lines);
}

// (a UNION ALL b) UNION ALL c has three inputs. Returns how many there are.
static uint32_t union_inputs(const struct logical *l, const struct node *n, struct text *out)
{
    uint32_t count = 1;
    if (n->child->kind == NODE_UNION)
        count = union_inputs(l, n->child, out);
    else
        input_print(l, n->child, "input 1", out);
    char title[24];
    snprintf(title, sizeof title, "input %" PRIu32, ++count);
    input_print(l, n->second, title, out);
    return count;
}

static void union_print(const struct logical *l, const struct node *n, struct text *out)
{
    uint32_t count = union_inputs(l, n, out);
    text_printf(out, "union      the rows of all %" PRIu32, count);
    text_string(out, n->attribute_count ? ", as " : "");
    names_print(l, n->attributes, n->attribute_count, out);
    text_char(out, '\n');
}

static void join_print(const struct logical *l, const struct node *n, struct text *out)
{
    static const char *const names[] = {
        [AST_INNER] = "inner", [AST_CROSS] = "inner", [AST_LEFT] = "left", [AST_RIGHT] = "right", [AST_SEMI] = "semi",
        [AST_ANTI] = "anti",   [AST_FULL] = "full",   [AST_MARK] = "mark", [AST_SINGLE] = "left",
    };
    unsigned table = join_table_input(n);
    input_print(l, node_input(n, table), "table, read once and held in memory", out);
    input_print(l, node_input(n, !table), node_streams(n) ? "stream" : "table, its rows go through", out);
    text_printf(out, "join       %s", names[n->join]);
    for (uint32_t i = 0; i < n->conjunct_count; i++) {
        text_string(out, i ? " AND " : " on ");
        expr_show(l, n->conjuncts[i], true, out);
    }
    if (n->join == AST_MARK) {
        text_string(out, ": whether ");
        names_print(l, &n->column, 1, out);
    } else if (n->join == AST_SINGLE) {
        text_string(out, ": one row at most");
    } else if (n->conjunct_count == 0) {
        text_string(out, ": each row with each");
    }
    text_char(out, '\n');
}

static void node_print(const struct logical *l, const struct node *n, struct text *out)
{
    if (n->child && !n->second)
        node_print(l, n->child, out);
    switch (n->kind) {
    case NODE_SOURCE:
        source_print(l, n, out);
        break;
    case NODE_VALUES:
        text_printf(out, "values     %" PRIu32 " row%s", n->rows, n->rows == 1 ? "" : "s");
        text_string(out, n->attribute_count ? " of " : "");
        names_print(l, n->attributes, n->attribute_count, out);
        text_char(out, '\n');
        break;
    case NODE_UNION:
        union_print(l, n, out);
        break;
    case NODE_JOIN:
        join_print(l, n, out);
        break;
    case NODE_WATERMARK:
        watermark_print(l, n, out);
        break;
    case NODE_DEDUP:
        dedup_print(l, n, out);
        late_print(l, n, out);
        break;
    case NODE_FILTER:
        filter_print(l, n, out);
        break;
    case NODE_WINDOW:
        window_print(l, n, out);
        break;
    case NODE_GENERATE:
        generate_print(l, n, out);
        break;
    case NODE_EXPAND:
        expand_print(l, n, out);
        break;
    case NODE_AGGREGATE:
        aggregate_print(l, n, out);
        break;
    case NODE_SORT:
        sort_print(l, n, out);
        break;
    case NODE_LIMIT:
        limit_print(l, n, out);
        break;
    case NODE_PROJECT:
        project_print(l, n, out);
        break;
    }
}

static void mark_clocks(const struct node *n, bool *clocks)
{
    for (; n; n = n->child) {
        if (n->kind == NODE_WATERMARK)
            clocks[n->clock] = true;
        if (n->second)
            mark_clocks(n->second, clocks);
    }
}

static uint32_t count_clocks(const struct logical *l)
{
    bool *clocks = ARENA_ARRAY(l->arena, bool, l->clocks);
    uint32_t count = 0;
    mark_clocks(l->root, clocks);
    for (uint32_t i = 0; i < l->clocks; i++)
        count += clocks[i];
    return count;
}

void plan_explain(const struct plan *p, struct text *out)
{
    const struct logical *l = &p->logical;
    node_print(l, l->root, out);
    uint32_t watermarks = count_clocks(l);
    if (watermarks > 1)
        text_printf(out, "time       the query's watermark is the %s of %" PRIu32 "%s\n",
                    l->pipeline->greatest_watermark ? "greatest" : "least", watermarks,
                    l->pipeline->greatest_watermark ? "" : "; a source without a row yet holds it at 1970");
    bool grouped = node_count(l->root, NODE_AGGREGATE) > 0;
    switch (l->pipeline->mode) {
    case OUTPUT_COMPLETE:
        text_string(out, "output     complete: the whole result, each batch\n");
        break;
    case OUTPUT_UPDATE:
        text_string(out, grouped ? "output     update: each batch, the groups that a row of it went into\n"
                                 : "output     update: each row, in the batch it came with\n");
        break;
    case OUTPUT_APPEND:
        text_string(out, grouped ? "output     append: each group once, when the watermark has passed it\n"
                                 : "output     append: each row, in the batch it came with\n");
        break;
    }
}
