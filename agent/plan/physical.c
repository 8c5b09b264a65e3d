// The operators of a plan, made anew for a run: attributes become places in chunks.
#include "agent/plan/making.h"

#include "ops/function.h"

#include <assert.h>

static const uint32_t PLACE_NONE = UINT32_MAX; // not in the chunk

static uint32_t *places(struct making *m)
{
    uint32_t count = m->l->attribute_count;
    uint32_t *map = ARENA_ARRAY(&m->scratch, uint32_t, count + 1);
    memset(map, 0xff, (count + 1) * sizeof(*map));
    for (uint32_t i = 0; i < m->layout.count; i++)
        if (map[m->layout.attributes[i]] == PLACE_NONE)
            map[m->layout.attributes[i]] = i;
    return map;
}

struct program *making_compile(struct making *m, struct expr *const *roots, uint32_t count)
{
    const uint32_t *map = places(m);
    const struct expr **mapped = ARENA_ARRAY(&m->scratch, const struct expr *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        mapped[i] = expr_remap(&m->scratch, roots[i], map);
    return program_compile(mapped, count, m->l->session, m->memory);
}

// All that is open goes into `op`.
void making_connect(struct making *m, struct op *op, unsigned input)
{
    for (uint32_t i = 0; i < m->ends.count; i++) {
        *m->ends.at[i].op = op;
        *m->ends.at[i].input = input;
    }
    m->ends.count = 0;
}

static void add_operator(struct making *m, struct op *op)
{
    assert(m->run->all_count < PLAN_OPERATORS); // plan_make has counted
    m->run->is_static[m->run->all_count] = m->is_static;
    m->run->all[m->run->all_count++] = op;
}

void making_chain(struct making *m, struct op *op)
{
    add_operator(m, op);
    making_connect(m, op, 0);
    m->ends.at[m->ends.count++] = (struct end){&op->next, &op->next_input};
}

void making_columns(struct making *m, const uint32_t *attributes, uint32_t count)
{
    uint32_t before = m->layout.count;
    uint32_t *grown = ARENA_ARRAY(&m->scratch, uint32_t, before + count + 1);
    if (before)
        memcpy(grown, m->layout.attributes, before * sizeof(*grown));
    if (count)
        memcpy(grown + before, attributes, count * sizeof(*grown));
    m->layout = (struct layout){grown, before + count};
}

static void make_source(struct making *m, const struct node *n)
{
    uint32_t read = m->run->entry_count++;
    m->run->entry[read].made = m->run->all_count;
    m->run->entry[read].is_static = n->is_static;
    m->layout = (struct layout){0};
    for (uint32_t i = 0; i < n->attribute_count; i++)
        if (n->wanted[i])
            making_columns(m, &n->attributes[i], 1);
    m->ends.at[0] = (struct end){&m->run->entry[read].op, &m->run->entry[read].input};
    m->ends.count = 1;
}

static void make_values(struct making *m, const struct node *n)
{
    struct values_spec spec = {.rows = n->rows, .columns = n->attribute_count};
    m->layout = (struct layout){0};
    m->ends.count = 0;
    spec.values = making_compile(m, n->values, n->rows * n->attribute_count);
    making_chain(m, values_new(&spec, m->memory));
    making_columns(m, n->attributes, n->attribute_count);
}

static void make_watermark(struct making *m, const struct node *n)
{
    uint32_t place = places(m)[n->column];
    assert(place != PLACE_NONE);
    uint32_t source = node_stream(n)->source;
    int64_t future = m->l->pipeline->sources[source].max_future;
    struct op *op = watermark_new(place, n->delay, future, m->memory);
    making_chain(m, op);
    uint32_t k = m->run->watermark_count++;
    m->run->watermark[k].op = op;
    m->run->watermark[k].source = source;
    m->run->watermark[k].clock = n->clock;
}

// NULL: there are none.
struct expr *making_all(struct making *m, struct expr *const *conjuncts, uint32_t count)
{
    struct expr *all = count ? conjuncts[0] : NULL;
    for (uint32_t i = 1; i < count; i++) {
        struct expr *pair[2] = {all, conjuncts[i]};
        const struct function *both = function_find(SLICE("and"));
        enum status s = expr_call(&m->scratch, m->l->session, both, pair, 2, &all, NULL);
        assert(s == STATUS_OK);
        (void)s;
    }
    return all;
}

static void make_filter(struct making *m, const struct node *n)
{
    struct expr *all = making_all(m, n->conjuncts, n->conjunct_count);
    making_chain(m, filter_new(making_compile(m, &all, 1), m->memory));
}

// The sessions of single rows, as one more column.
static void make_session_rows(struct making *m, const struct node *n)
{
    uint32_t count = m->layout.count;
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const struct attribute *a = &m->l->attributes[m->layout.attributes[i]];
        roots[i] = expr_column(&m->scratch, m->layout.attributes[i], a->type, a->nullable);
    }
    roots[count] = n->input;
    making_chain(m, project_new(making_compile(m, roots, count + 1), count + 1, m->memory));
    making_columns(m, n->attributes, n->attribute_count);
}

static void make_window(struct making *m, const struct node *n)
{
    if (window_is_session(n)) {
        make_session_rows(m, n);
        return;
    }
    struct window_spec spec = {.time = making_compile(m, &n->input, 1),
                               .time_type = n->input->type,
                               .size = n->size,
                               .slide = n->slide,
                               .start = n->start};
    making_chain(m, window_new(&spec, m->memory));
    making_columns(m, n->attributes, n->attribute_count);
}

static void make_generate(struct making *m, const struct node *n)
{
    struct generate_spec spec = {.list = making_compile(m, &n->input, 1),
                                 .list_type = n->input->type,
                                 .position = n->position,
                                 .outer = n->outer,
                                 .spread = n->spread};
    making_chain(m, generate_new(&spec, m->memory));
    making_columns(m, n->attributes, n->attribute_count);
}

static void make_expand(struct making *m, const struct node *n)
{
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, n->item_count + 1);
    const struct type **types = ARENA_ARRAY(m->l->arena, const struct type *, n->item_count + 1);
    int64_t *ids = ARENA_ARRAY(m->l->arena, int64_t, n->set_count);
    for (uint32_t i = 0; i < n->item_count; i++) {
        roots[i] = n->items[i].expr;
        types[i] = n->items[i].expr->type;
        for (uint32_t k = 0; k < n->set_count; k++) // the first key is the highest bit; set: it is not in the set
            ids[k] |= (int64_t)(~n->sets[k] >> i & 1) << (n->item_count - 1 - i);
    }
    struct expand_spec spec = {.keys = making_compile(m, roots, n->item_count),
                               .key_count = n->item_count,
                               .key_type = types,
                               .sets = n->sets,
                               .ids = ids,
                               .set_count = n->set_count,
                               .places = n->attribute_count > 1};
    making_chain(m, expand_new(&spec, m->memory));
    for (uint32_t i = 0; i < n->item_count; i++)
        making_columns(m, &n->items[i].attribute, 1);
    making_columns(m, n->attributes, n->attribute_count);
}

int32_t aggregate_time_key(const struct logical *l, const struct node *n)
{
    for (uint32_t i = 0; i < n->item_count; i++)
        if (l->attributes[n->items[i].attribute].event_time)
            return (int32_t)i;
    return -1;
}

static void aggregate_inputs(struct making *m, const struct node *n, struct expr_list *inputs,
                             struct aggregate_item *items)
{
    struct logical scratch = {.arena = &m->scratch};
    for (uint32_t i = 0; i < n->item_count; i++)
        expr_list_add(&scratch, inputs, n->items[i].expr);
    for (uint32_t i = 0; i < n->part_count; i++) {
        const struct aggregate_part *p = &n->parts[i];
        items[i] = (struct aggregate_item){.call = p->call, .first_arg = inputs->count, .filter = -1};
        for (uint32_t k = 0; k < p->argc; k++)
            expr_list_add(&scratch, inputs, p->args[k]);
        if (p->filter) {
            items[i].filter = (int32_t)inputs->count;
            expr_list_add(&scratch, inputs, p->filter);
        }
    }
}

static enum status find_state(struct making *m, const char *kind, uint32_t number, const struct state **out)
{
    const char *part = number ? arena_printf(&m->scratch, "%s%u", kind, number + 1) : kind;
    *out = m->state(m->self, part);
    return *out ? STATUS_OK : error_set(m->e, STATUS_FAILED, "the checkpoint gives no state for %s", part);
}

static void aggregate_layout(struct making *m, const struct node *n)
{
    m->layout = (struct layout){0};
    for (uint32_t i = 0; i < n->item_count; i++)
        making_columns(m, &n->items[i].attribute, 1);
    for (uint32_t i = 0; i < n->part_count; i++)
        making_columns(m, &n->parts[i].attribute, 1);
}

static struct op *session_of(const struct making *m, const struct node *n, const struct aggregate_spec *a)
{
    uint32_t key = (uint32_t)aggregate_session_key(m->l, n);
    struct session_spec spec = {.inputs = a->inputs,
                                .key_count = a->key_count,
                                .key_type = a->key_type,
                                .session_key = key,
                                .timed = m->l->attributes[n->items[key].attribute].event_time,
                                .items = a->items,
                                .item_count = a->item_count,
                                .mode = a->mode,
                                .state = a->state,
                                .memory_limit = a->memory_limit};
    return session_new(&spec, m->memory);
}

// The rows that `op`, made of `n` on what is laid out now, drops as late.
static void attach_late(struct making *m, const struct node *n, struct op *op)
{
    const struct node *source = m->l->late_source;
    if (n != m->l->late)
        return;
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, source->attribute_count + 1);
    for (uint32_t i = 0; i < source->attribute_count; i++) {
        const struct attribute *a = &m->l->attributes[source->attributes[i]];
        roots[i] = expr_column(&m->scratch, source->attributes[i], a->type, a->nullable);
    }
    struct program *columns = making_compile(m, roots, source->attribute_count);
    op->late = m->run->late = project_new(columns, source->attribute_count, m->memory);
    add_operator(m, op->late);
}

static enum status make_aggregate(struct making *m, const struct node *n)
{
    const struct state *state = NULL;
    bool session = aggregate_session_key(m->l, n) >= 0;
    enum status s = STATUS_OK;
    if (!m->is_static)
        s = session ? find_state(m, "session", m->sessions++, &state)
                    : find_state(m, "aggregate", m->aggregates++, &state);
    if (s)
        return s;
    struct expr_list inputs = {0};
    // what a spec points to stays as long as the plan
    struct aggregate_item *items = ARENA_ARRAY(m->l->arena, struct aggregate_item, n->part_count + 1);
    const struct type **types = ARENA_ARRAY(m->l->arena, const struct type *, n->item_count + 1);
    aggregate_inputs(m, n, &inputs, items);
    for (uint32_t i = 0; i < n->item_count; i++)
        types[i] = n->items[i].expr->type;
    struct aggregate_spec spec = {.inputs = making_compile(m, inputs.at, inputs.count),
                                  .key_count = n->item_count,
                                  .key_type = types,
                                  .time_key = aggregate_time_key(m->l, n),
                                  .items = items,
                                  .item_count = n->part_count,
                                  .mode = m->is_static ? OUTPUT_UPDATE : m->l->pipeline->mode,
                                  .state = state,
                                  .memory_limit = m->memory_limit};
    struct op *op = session ? session_of(m, n, &spec) : aggregate_new(&spec, m->memory);
    attach_late(m, n, op);
    making_chain(m, op);
    aggregate_layout(m, n);
    return STATUS_OK;
}

static enum status make_dedup(struct making *m, const struct node *n)
{
    const struct state *state;
    enum status s = find_state(m, "dedup", m->dedups++, &state);
    if (s)
        return s;
    struct logical scratch = {.arena = &m->scratch};
    struct expr_list inputs = {0};
    const struct type **types = ARENA_ARRAY(&m->scratch, const struct type *, n->item_count);
    struct dedup_spec spec = {.key_count = n->item_count,
                              .key_type = types,
                              .time = -1,
                              .time_key = -1,
                              .within = n->within,
                              .delay = n->delay,
                              .state = state};
    for (uint32_t i = 0; i < n->item_count; i++) {
        expr_list_add(&scratch, &inputs, n->items[i].expr);
        types[i] = n->items[i].expr->type;
        if (n->items[i].attribute == n->column)
            spec.time = spec.time_key = (int32_t)i;
    }
    if (n->late && spec.time < 0) {
        const struct attribute *a = &m->l->attributes[n->column];
        spec.time = (int32_t)inputs.count;
        expr_list_add(&scratch, &inputs, expr_column(&m->scratch, n->column, a->type, a->nullable));
    }
    spec.inputs = making_compile(m, inputs.at, inputs.count);
    struct op *op = dedup_new(&spec, m->memory);
    attach_late(m, n, op);
    making_chain(m, op);
    return STATUS_OK;
}

static void make_sort(struct making *m, const struct node *n, int64_t limit)
{
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, n->key_count);
    unsigned *order = ARENA_ARRAY(m->l->arena, unsigned, n->key_count);
    const struct type **types = ARENA_ARRAY(m->l->arena, const struct type *, m->layout.count + 1);
    for (uint32_t i = 0; i < n->key_count; i++) {
        roots[i] = n->keys[i].expr;
        order[i] = n->keys[i].order;
    }
    for (uint32_t i = 0; i < m->layout.count; i++)
        types[i] = m->l->attributes[m->layout.attributes[i]].type;
    struct sort_spec spec = {.keys = making_compile(m, roots, n->key_count),
                             .order = order,
                             .key_count = n->key_count,
                             .column_type = types,
                             .columns = m->layout.count,
                             .limit = limit};
    making_chain(m, sort_new(&spec, m->memory));
}

// Over the life of the query, unless each batch is a whole result (SparkStrategies: StreamingGlobalLimit).
bool limit_is_stateful(const struct logical *l, const struct node *n)
{
    return node_streams(n) && (l->pipeline->mode == OUTPUT_APPEND || node_count(n->child, NODE_AGGREGATE) == 0);
}

static enum status make_limit(struct making *m, const struct node *n)
{
    bool stateful = limit_is_stateful(m->l, n);
    const struct state *state = NULL;
    enum status s = stateful ? find_state(m, "limit", m->limits++, &state) : STATUS_OK;
    if (!s && !(n->child->kind == NODE_SORT && !stateful && n->skip == 0)) // else the sort keeps to it
        making_chain(m, limit_new(n->limit < 0 ? INT64_MAX : n->limit, n->skip, state, m->memory));
    return s;
}

static void make_columns(struct making *m, struct expr *const *roots, const uint32_t *attributes, uint32_t count)
{
    const uint32_t *map = places(m);
    bool identity = count == m->layout.count;
    for (uint32_t i = 0; i < count; i++)
        identity = identity && roots[i]->kind == EXPR_COLUMN && map[roots[i]->column] == i;
    if (!identity)
        making_chain(m, project_new(making_compile(m, roots, count), count, m->memory));
    m->layout = (struct layout){0};
    making_columns(m, attributes, count);
}

static void make_project(struct making *m, const struct node *n)
{
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, n->item_count + 1);
    uint32_t *attributes = ARENA_ARRAY(&m->scratch, uint32_t, n->item_count + 1);
    for (uint32_t i = 0; i < n->item_count; i++) {
        roots[i] = n->items[i].expr;
        attributes[i] = n->items[i].attribute;
    }
    make_columns(m, roots, attributes, n->item_count);
}

static int64_t sort_limit(const struct logical *l, const struct node *above)
{
    bool limited = above && above->kind == NODE_LIMIT && above->limit >= 0 && !limit_is_stateful(l, above);
    return limited && above->limit <= INT64_MAX - above->skip ? above->limit + above->skip : -1;
}

// One of its inputs, its columns those of the union in their order.
static enum status make_branch(struct making *m, const struct node *n, uint32_t which)
{
    enum status s = making_node(m, which ? n->second : n->child, n);
    if (s)
        return s;
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, n->attribute_count + 1);
    for (uint32_t i = 0; i < n->attribute_count; i++) {
        const struct attribute *a = &m->l->attributes[n->from[which][i]];
        roots[i] = expr_column(&m->scratch, n->from[which][i], a->type, a->nullable);
    }
    make_columns(m, roots, n->attributes, n->attribute_count);
    return STATUS_OK;
}

// No operator: both inputs go on to what is above.
static enum status make_union(struct making *m, const struct node *n)
{
    enum status s = make_branch(m, n, 0);
    struct ends first = m->ends;
    if (!s)
        s = make_branch(m, n, 1);
    for (uint32_t i = 0; !s && i < first.count; i++)
        m->ends.at[m->ends.count++] = first.at[i];
    return s;
}

enum status making_node(struct making *m, const struct node *n, const struct node *above)
{
    if (n->kind == NODE_UNION)
        return make_union(m, n);
    if (n->kind == NODE_JOIN)
        return making_join(m, n);
    if (n->child) {
        enum status s = making_node(m, n->child, n);
        if (s)
            return s;
    }
    m->is_static = !node_streams(n);
    switch (n->kind) {
    case NODE_SOURCE:
        make_source(m, n);
        break;
    case NODE_VALUES:
        make_values(m, n);
        break;
    case NODE_UNION:
    case NODE_JOIN:
        break;
    case NODE_WATERMARK:
        make_watermark(m, n);
        break;
    case NODE_DEDUP:
        return make_dedup(m, n);
    case NODE_FILTER:
        make_filter(m, n);
        break;
    case NODE_WINDOW:
        make_window(m, n);
        break;
    case NODE_GENERATE:
        make_generate(m, n);
        break;
    case NODE_EXPAND:
        make_expand(m, n);
        break;
    case NODE_AGGREGATE:
        return make_aggregate(m, n);
    case NODE_SORT:
        make_sort(m, n, sort_limit(m->l, above));
        break;
    case NODE_LIMIT:
        return make_limit(m, n);
    case NODE_PROJECT:
        make_project(m, n);
        break;
    }
    return STATUS_OK;
}

enum status physical_make(const struct logical *l, const struct state *(*state)(void *self, const char *part),
                          void *self, struct op *collector, size_t memory_limit, struct memory *memory,
                          struct plan_run *out, struct error *e)
{
    *out = (struct plan_run){0};
    struct making m = {
        .l = l, .state = state, .self = self, .memory_limit = memory_limit, .memory = memory, .run = out, .e = e};
    arena_init(&m.scratch, memory, 16384);
    enum status s = making_node(&m, l->root, NULL);
    arena_free(&m.scratch);
    if (s) {
        plan_stop(out);
        return s;
    }
    making_connect(&m, collector, 0);
    return STATUS_OK;
}

// Closes what works on tables only among the operators that were made between this entry and the next.
static enum status close_tables(struct plan_run *run, uint32_t from, uint32_t next, struct error *e)
{
    uint32_t end = next < run->entry_count ? run->entry[next].made : run->all_count;
    enum status s = STATUS_OK;
    for (uint32_t i = from; s == STATUS_OK && i < end; i++)
        if (run->is_static[i])
            s = op_close(run->all[i], e);
    return s;
}

// VALUES that no table of a source is read behind have no other time.
enum status plan_open_tables(struct plan_run *run, const struct batch *batch, struct error *e)
{
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < run->all_count; i++)
        if (run->is_static[i])
            s = op_open(run->all[i], batch, e);
    if (s == STATUS_OK)
        s = close_tables(run, 0, 0, e);
    for (uint32_t i = 0; s == STATUS_OK && i < run->entry_count; i++)
        if (!run->entry[i].is_static)
            s = close_tables(run, run->entry[i].made, i + 1, e);
    return s;
}

// What was made between this table and the next source has all of its input now.
enum status plan_close_table(struct plan_run *run, uint32_t read, struct error *e)
{
    return close_tables(run, run->entry[read].made, read + 1, e);
}

enum status plan_open_batch(struct plan_run *run, struct op *collector, const struct batch *batch, struct error *e)
{
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < run->all_count; i++)
        if (!run->is_static[i])
            s = op_open(run->all[i], batch, e);
    return s == STATUS_OK ? op_open(collector, batch, e) : s;
}

enum status plan_close_batch(struct plan_run *run, struct op *collector, struct error *e)
{
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < run->all_count; i++)
        if (!run->is_static[i])
            s = op_close(run->all[i], e);
    return s == STATUS_OK ? op_close(collector, e) : s;
}

void plan_stop(struct plan_run *run)
{
    for (uint32_t i = 0; i < run->all_count; i++) {
        run->all[i]->next = NULL; // op_destroy would go on to the collector
        op_destroy(run->all[i]);
    }
    *run = (struct plan_run){0};
}
