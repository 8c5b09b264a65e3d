#include "agent/plan/plan.h"

#include "agent/plan/physical.h"

static const struct node *source_node(const struct logical *l)
{
    const struct node *n = l->root;
    while (n->child)
        n = n->child;
    return n;
}

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

static void fill_outputs(struct plan *p)
{
    struct logical *l = &p->logical;
    const struct node *n = source_node(l);
    uint32_t sources = l->pipeline->source_count;
    p->output = ARENA_ARRAY(l->arena, const int32_t *, sources);
    p->outputs = ARENA_ARRAY(l->arena, uint32_t, sources);
    p->used = ARENA_ARRAY(l->arena, bool, sources);
    for (uint32_t i = 0; i < sources; i++) {
        int32_t *output = ARENA_ARRAY(l->arena, int32_t, l->tables[i].count + 1);
        p->used[i] = n->source == i;
        for (uint32_t k = 0; k < l->tables[i].count; k++)
            output[k] = p->used[i] && n->wanted[k] ? (int32_t)p->outputs[i]++ : -1;
        p->output[i] = output;
    }
}

// The result's columns and each sink's options together.
static enum status check_sinks(const struct plan *p, struct error *e)
{
    const struct logical *l = &p->logical;
    for (uint32_t i = 0; i < l->pipeline->sink_count; i++) {
        const struct pipeline_sink *sink = &l->pipeline->sinks[i];
        struct error why = {0};
        if (sink->class->check == NULL)
            continue;
        enum status s = sink->class->check(&sink->options, l->fields, p->field_count, l->arena->memory, &why);
        if (s == STATUS_CONFIG)
            return pipeline_error(l->pipeline, sink->place, e, "sink %.*s: %.900s", (int)sink->name.size,
                                  sink->name.data, why.text);
        if (s)
            return error_set(e, s, "%s", why.text);
    }
    return STATUS_OK;
}

void plan_warn(const struct plan *p, struct text *out)
{
    const struct logical *l = &p->logical;
    for (uint32_t i = 0; i < l->pipeline->sink_count; i++) {
        const struct pipeline_sink *sink = &l->pipeline->sinks[i];
        struct text words;
        text_init(&words, out->memory);
        if (sink->class->warn != NULL)
            sink->class->warn(&sink->options, l->fields, p->field_count, &words);
        for (size_t at = 0, end; at < words.size; at = end + 1) {
            for (end = at; words.data[end] != '\n';)
                end++;
            text_printf(out, "warning: sink %.*s: %.*s\n", (int)sink->name.size, sink->name.data, (int)(end - at),
                        words.data + at);
        }
        text_free(&words);
    }
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
    predicates_push(l);
    columns_prune(l);
    s = check_corrupt_only(l, source_node(l), e);
    if (!s)
        s = check_sinks(p, e);
    fill_outputs(p);
    *out = p;
    return s;
}

const struct field *plan_fields(const struct plan *p, uint32_t *count)
{
    *count = p->field_count;
    return p->logical.fields;
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
    while (n && n->kind != NODE_AGGREGATE)
        n = n->child;
    if (!n || n->item_count == 0)
        return NULL;
    uint32_t *columns = ARENA_ARRAY(l->arena, uint32_t, n->item_count);
    for (uint32_t i = 0; i < n->item_count; i++)
        if (!find_column(l->root, n->items[i].attribute, &columns[i]))
            return NULL;
    *count = n->item_count;
    return columns;
}

const int32_t *plan_source_output(const struct plan *p, uint32_t source, uint32_t *outputs)
{
    *outputs = p->outputs[source];
    return p->output[source];
}

bool plan_source_used(const struct plan *p, uint32_t source)
{
    return p->used[source];
}

bool plan_wants_no_data_batch(const struct plan *p)
{
    return p->logical.pipeline->mode != OUTPUT_COMPLETE && node_count(p->logical.root, NODE_AGGREGATE) > 0;
}

bool plan_is_stateful(const struct plan *p)
{
    const struct logical *l = &p->logical;
    for (const struct node *n = l->root; n; n = n->child)
        if (n->kind == NODE_AGGREGATE || (n->kind == NODE_LIMIT && limit_is_stateful(l, n)))
            return true;
    return false;
}

enum status plan_start(const struct plan *p, const struct state *(*state)(void *self, const char *part), void *self,
                       struct op *collector, size_t memory_limit, struct memory *memory, struct plan_run *out,
                       struct error *e)
{
    return physical_make(&p->logical, state, self, collector, memory_limit, memory, out, e);
}
