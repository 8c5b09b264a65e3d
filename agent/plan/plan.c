#include "agent/plan/plan.h"

#include "agent/plan/physical.h"
#include "agent/plan/predicates.h"
#include "agent/plan/subquery.h"

static const char *corrupt_column(const struct pipeline_source *s, struct arena *a)
{
    struct slice given = option_text(&s->options, "columnNameOfCorruptRecord");
    return given.size ? arena_printf(a, "%.*s", (int)given.size, given.data) : "_corrupt_record";
}

// Only the corrupt-record column: nothing would be parsed, so nothing would be corrupt (JsonFileFormat).
static enum status check_corrupt_only(const struct logical *l, const struct node *n, struct error *e)
{
    const struct pipeline_source *s = &l->pipeline->sources[n->source];
    const struct source_table *t = &l->tables[n->source];
    struct slice corrupt = slice_of(corrupt_column(s, l->arena));
    uint32_t wanted = 0;
    bool only = true;
    for (uint32_t i = 0; i < n->attribute_count; i++) {
        if (!n->wanted[i] || !t->column[i].decoded)
            continue;
        wanted++;
        only = only && slice_equal(t->column[i].field.name, corrupt);
    }
    if (wanted == 0 || !only)
        return STATUS_OK;
    return sql_error(
        &l->pipeline->query, n->offset, n->length, e,
        "[UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN] the query asks for %.*s only, which depends on "
        "the columns asked for: ask for another one too",
        (int)corrupt.size, corrupt.data);
}

static enum status check_sources(const struct logical *l, const struct node *n, struct error *e)
{
    enum status s = STATUS_OK;
    for (; n && !s; n = n->child) {
        if (n->kind == NODE_SOURCE)
            s = check_corrupt_only(l, n, e);
        if (!s && n->second)
            s = check_sources(l, n->second, e);
    }
    return s;
}

// Where no decoder makes the columns, a source fills them once for all who read it.
static void share_columns(struct logical *l, const struct node *n, bool **wanted)
{
    for (; n; n = n->child) {
        if (n->second)
            share_columns(l, n->second, wanted);
        if (n->kind != NODE_SOURCE || l->pipeline->sources[n->source].decoder)
            continue;
        bool **all = &wanted[n->source];
        if (!*all)
            *all = ARENA_ARRAY(l->arena, bool, n->attribute_count);
        for (uint32_t i = 0; i < n->attribute_count; i++)
            (*all)[i] |= n->wanted[i];
    }
}

// In the order in which physical_make meets them.
static void fill_reads(struct plan *p, struct node *n, const struct node *above, bool *const *wanted)
{
    bool second_first = n->kind == NODE_JOIN && join_table_input(n) == 1;
    for (unsigned k = 0; k < 2; k++) {
        struct node *input = node_input(n, k ^ second_first);
        if (input)
            fill_reads(p, input, n, wanted);
    }
    if (n->kind != NODE_SOURCE)
        return;
    struct plan_read *r = &p->reads[p->read_count++];
    int32_t *output = ARENA_ARRAY(p->logical.arena, int32_t, n->attribute_count + 1);
    if (wanted[n->source])
        n->wanted = wanted[n->source];
    *r = (struct plan_read){.source = n->source, .is_static = n->is_static, .output = output};
    for (uint32_t i = 0; i < n->attribute_count; i++)
        output[i] = n->wanted[i] ? (int32_t)r->outputs++ : -1;
    struct expr_list filter = {0};
    if (above && above->kind == NODE_FILTER)
        filters_for_reader(&p->logical, above, n, output, &filter);
    r->filter = (const struct expr *const *)filter.at;
    r->filters = filter.count;
}

// Operators at most: a union makes a projection for each input, and none of its own.
static uint32_t count_steps(const struct node *n)
{
    uint32_t count = 0;
    for (; n; n = n->child)
        count += n->second ? 2 + count_steps(n->second) : 1;
    return count;
}

static uint32_t count_reads(const struct node *n)
{
    uint32_t count = 0;
    for (; n; n = n->child)
        count += (n->kind == NODE_SOURCE) + (n->second ? count_reads(n->second) : 0);
    return count;
}

static enum status check_size(const struct logical *l, struct error *e)
{
    uint32_t steps = count_steps(l->root) + (l->late ? 1 : 0), reads = count_reads(l->root);
    if (reads > PLAN_READS)
        return sql_error(&l->pipeline->query, l->root->offset, l->root->length, e,
                         "[UNSUPPORTED_FEATURE] the query reads sources %u times, each query in an expression for each "
                         "place it stands in; there may be %d",
                         reads, PLAN_READS);
    if (steps <= PLAN_OPERATORS)
        return STATUS_OK;
    return sql_error(&l->pipeline->query, l->root->offset, l->root->length, e,
                     "[UNSUPPORTED_FEATURE] the query takes %u steps, there may be %d", steps, PLAN_OPERATORS);
}

const struct field *plan_sink_fields(const struct plan *p, const struct pipeline_sink *sink, uint32_t *count)
{
    return sink == p->logical.pipeline->late_sink ? plan_late_fields(p, count) : plan_fields(p, count);
}

static enum status check_source_options(const struct logical *l, struct error *e)
{
    for (uint32_t i = 0; i < l->pipeline->source_count; i++) {
        const struct pipeline_source *source = &l->pipeline->sources[i];
        struct error why = {0};
        if (source->class->check == NULL)
            continue;
        enum status s = source->class->check(&source->options, l->arena->memory, &why);
        if (s == STATUS_CONFIG)
            return pipeline_error(l->pipeline, source->place, e, "source %.*s: %.900s", (int)source->name.size,
                                  source->name.data, why.text);
        if (s)
            return error_set(e, s, "%s", why.text);
    }
    return STATUS_OK;
}

// The result's columns and each sink's options together.
static enum status check_sinks(const struct plan *p, struct error *e)
{
    const struct logical *l = &p->logical;
    for (uint32_t i = 0; i < l->pipeline->sink_count; i++) {
        const struct pipeline_sink *sink = &l->pipeline->sinks[i];
        struct error why = {0};
        uint32_t count;
        const struct field *fields = plan_sink_fields(p, sink, &count);
        if (sink->class->check == NULL)
            continue;
        enum status s = sink->class->check(&sink->options, fields, count, l->arena->memory, &why);
        if (s == STATUS_CONFIG)
            return pipeline_error(l->pipeline, sink->place, e, "sink %.*s: %.900s", (int)sink->name.size,
                                  sink->name.data, why.text);
        if (s)
            return error_set(e, s, "%s", why.text);
    }
    return STATUS_OK;
}

enum status plan_make(const struct pipeline *pipeline, const struct session *session, struct arena *arena,
                      struct plan **out, struct error *e)
{
    struct plan *p = ARENA_NEW(arena, struct plan);
    struct logical *l = &p->logical;
    l->arena = arena;
    l->session = session;
    l->pipeline = pipeline;
    l->tables = ARENA_ARRAY(arena, struct source_table, pipeline->source_count + 1);
    for (uint32_t i = 0; i < pipeline->source_count; i++)
        l->tables[i] = source_table_make(&pipeline->sources[i], arena);
    enum status s = query_bind(l, e);
    if (!s)
        s = modes_check(l, e);
    if (s)
        return s;
    p->field_count = l->root->item_count;
    expressions_simplify(l);
    subqueries_tie(l);
    predicates_push(l);
    subqueries_place(l);
    s = late_rows_find(l, e);
    if (s)
        return s;
    columns_prune(l);
    s = check_sources(l, l->root, e);
    if (!s)
        s = check_size(l, e);
    if (!s)
        s = check_source_options(l, e);
    if (!s)
        s = check_sinks(p, e);
    if (s)
        return s;
    bool **wanted = ARENA_ARRAY(arena, bool *, pipeline->source_count + 1);
    share_columns(l, l->root, wanted);
    fill_reads(p, l->root, NULL, wanted);
    *out = p;
    return STATUS_OK;
}

const struct field *plan_fields(const struct plan *p, uint32_t *count)
{
    *count = p->field_count;
    return p->logical.fields;
}

const struct field *plan_late_fields(const struct plan *p, uint32_t *count)
{
    const struct logical *l = &p->logical;
    *count = l->late_source ? l->late_source->attribute_count : 0;
    if (!l->late_source)
        return NULL;
    struct field *fields = ARENA_ARRAY(l->arena, struct field, *count + 1);
    for (uint32_t i = 0; i < *count; i++)
        fields[i] = l->tables[l->late_source->source].column[i].field;
    return fields;
}

static bool find_column(const struct node *root, uint32_t attribute, uint32_t *out)
{
    for (*out = 0; *out < root->item_count; ++*out) {
        const struct expr *x = root->items[*out].expr;
        if (x->kind == EXPR_COLUMN && (uint32_t)x->column == attribute)
            return true;
    }
    return false;
}

const uint32_t *plan_group_columns(const struct plan *p, uint32_t *count)
{
    const struct logical *l = &p->logical;
    const struct node *n = l->root;
    *count = 0;
    while (n && n->kind != NODE_AGGREGATE && !n->second)
        n = n->child;
    if (!n || n->kind != NODE_AGGREGATE || n->item_count == 0)
        return NULL;
    uint32_t *columns = ARENA_ARRAY(l->arena, uint32_t, n->item_count);
    for (uint32_t i = 0; i < n->item_count; i++)
        if (!find_column(l->root, n->items[i].attribute, &columns[i]))
            return NULL;
    *count = n->item_count;
    return columns;
}

const struct plan_read *plan_reads(const struct plan *p, uint32_t *count)
{
    *count = p->read_count;
    return p->reads;
}

bool plan_source_used(const struct plan *p, uint32_t source)
{
    for (uint32_t i = 0; i < p->read_count; i++)
        if (p->reads[i].source == source)
            return true;
    return false;
}

uint32_t plan_clocks(const struct plan *p)
{
    return p->logical.clocks;
}

// `times`: what the watermarks met so far are made of.
static bool is_time(const struct logical *l, const struct node *n, uint32_t source, struct slice column, bool *times)
{
    bool found = false;
    for (; n; n = n->child) {
        const struct source_table *t = &l->tables[n->source];
        if (n->kind == NODE_WATERMARK)
            times[n->column] = true;
        for (uint32_t i = 0; n->kind == NODE_PROJECT && i < n->item_count; i++)
            if (times[n->items[i].attribute])
                expr_mark(n->items[i].expr, times);
        for (uint32_t i = 0; n->kind == NODE_UNION && i < n->attribute_count; i++)
            for (unsigned k = 0; k < 2; k++)
                times[n->from[k][i]] |= times[n->attributes[i]];
        for (uint32_t i = 0; n->kind == NODE_SOURCE && n->source == source && i < n->attribute_count; i++)
            found |=
                times[n->attributes[i]] && !t->column[i].decoded && slice_equal_fold(t->column[i].field.name, column);
        if (n->second)
            found |= is_time(l, n->second, source, column, times);
    }
    return found;
}

bool plan_times(const struct plan *p, uint32_t source, struct slice column)
{
    const struct logical *l = &p->logical;
    return is_time(l, l->root, source, column, ARENA_ARRAY(l->arena, bool, l->attribute_count));
}

bool plan_wants_no_data_batch(const struct plan *p)
{
    return (p->logical.pipeline->mode != OUTPUT_COMPLETE && node_count(p->logical.root, NODE_AGGREGATE) > 0) ||
           node_count(p->logical.root, NODE_DEDUP) > 0;
}

static bool is_stateful(const struct logical *l, const struct node *n)
{
    for (; n; n = n->child)
        if (n->kind == NODE_AGGREGATE || n->kind == NODE_DEDUP || (n->kind == NODE_LIMIT && limit_is_stateful(l, n)) ||
            (n->second && is_stateful(l, n->second)))
            return true;
    return false;
}

bool plan_is_stateful(const struct plan *p)
{
    return is_stateful(&p->logical, p->logical.root);
}

enum status plan_start(const struct plan *p, const struct state *(*state)(void *self, const char *part), void *self,
                       struct op *collector, size_t memory_limit, struct memory *memory, struct plan_run *out,
                       struct error *e)
{
    return physical_make(&p->logical, state, self, collector, memory_limit, memory, out, e);
}
