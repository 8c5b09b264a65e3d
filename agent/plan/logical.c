#include "agent/plan/logical.h"

#include "agent/plan/subquery.h"

#include "ops/function.h"
#include "ops/program.h"

#include <assert.h>

uint32_t attribute_add(struct logical *l, struct slice name, const struct type *type, bool nullable, bool event_time)
{
    if (l->attribute_count == l->attribute_capacity) {
        uint32_t capacity = l->attribute_capacity ? 2 * l->attribute_capacity : 32;
        struct attribute *grown = ARENA_ARRAY(l->arena, struct attribute, capacity);
        if (l->attribute_count)
            memcpy(grown, l->attributes, l->attribute_count * sizeof(*grown));
        l->attributes = grown;
        l->attribute_capacity = capacity;
    }
    l->attributes[l->attribute_count] =
        (struct attribute){.name = name, .type = type, .nullable = nullable, .event_time = event_time};
    return l->attribute_count++;
}

struct expr *attribute_expr(const struct logical *l, uint32_t attribute)
{
    assert(attribute < l->attribute_count);
    const struct attribute *a = &l->attributes[attribute];
    return expr_column(l->arena, attribute, a->type, a->nullable);
}

struct node *node_new(struct logical *l, enum node_kind kind, struct node *child, uint32_t offset, uint32_t length)
{
    struct node *n = ARENA_NEW(l->arena, struct node);
    n->kind = kind;
    n->child = child;
    n->offset = offset;
    n->length = length;
    n->limit = -1;
    return n;
}

struct node *node_filter(struct logical *l, struct node *child, struct expr *const *conjuncts, uint32_t count)
{
    if (count == 0)
        return child;
    struct node *n = node_new(l, NODE_FILTER, child, 0, 0);
    n->conjuncts = ARENA_ARRAY(l->arena, struct expr *, count);
    memcpy(n->conjuncts, conjuncts, count * sizeof(*conjuncts));
    n->conjunct_count = count;
    return n;
}

uint32_t node_count(const struct node *n, enum node_kind kind)
{
    uint32_t count = 0;
    for (; n; n = n->child) {
        count += n->kind == kind;
        if (n->second && node_streams(n->second))
            count += node_count(n->second, kind);
        if (n->second && !node_streams(n->child))
            break;
    }
    return count;
}

bool node_streams(const struct node *n)
{
    for (; n; n = n->child)
        if ((n->kind == NODE_SOURCE && !n->is_static) || (n->second && node_streams(n->second)))
            return true;
    return false;
}

const struct node *node_stream(const struct node *n)
{
    while (n->kind != NODE_SOURCE)
        n = node_streams(n->child) ? n->child : n->second;
    return n;
}

unsigned join_table_input(const struct node *n)
{
    assert(n->kind == NODE_JOIN);
    if (node_streams(n->child))
        return 1;
    return node_streams(n->second) || n->join == AST_RIGHT ? 0 : 1;
}

void node_mark_made(const struct node *n, bool *made)
{
    for (; n; n = n->child) {
        for (uint32_t i = 0; i < n->attribute_count; i++)
            made[n->attributes[i]] = true;
        for (uint32_t i = 0; i < n->item_count; i++)
            made[n->items[i].attribute] = true;
        for (uint32_t i = 0; i < n->part_count; i++)
            made[n->parts[i].attribute] = true;
        if (n->second)
            node_mark_made(n->second, made);
    }
}

// Made of nothing else, and of something.
static bool is_of(const struct logical *l, const struct expr *x, const bool *side)
{
    return expr_mark(x, NULL) > 0 && mentions_only(l, x, side);
}

bool conjunct_is_key(const struct logical *l, const struct expr *x, const bool *left, const bool *right,
                     struct expr *sides[2])
{
    bool equality = expr_is_call(x, "=") || expr_is_call(x, "<=>");
    if (!equality || !expr_is_deterministic(x) || !type_equal(x->args[0]->type, x->args[1]->type))
        return false;
    for (unsigned swap = 0; swap < 2; swap++) {
        sides[0] = x->args[swap];
        sides[1] = x->args[!swap];
        if (is_of(l, sides[0], left) && is_of(l, sides[1], right))
            return true;
    }
    return false;
}

struct value constant_value(const struct logical *l, const struct expr *x)
{
    if (x->kind == EXPR_LITERAL)
        return x->literal;
    struct memory memory = {0};
    struct arena scratch;
    arena_init(&scratch, &memory, 4096);
    struct program *p = program_compile(&x, 1, l->session, &memory);
    struct chunk chunk = {.rows = {NULL, 1}, .arena = &scratch};
    program_run(p, &chunk, &chunk.rows);
    const struct column *c = program_result(p, 0);
    struct value v = {.type = x->type, .null = is_null(c, 0)};
    bool nested = x->type->id == TYPE_ARRAY || x->type->id == TYPE_STRUCT || x->type->id == TYPE_MAP;
    if (!v.null && !nested) {
        v = value_load(c, at(c, 0));
        if (x->type->id == TYPE_STRING || x->type->id == TYPE_BINARY)
            v.bytes.data = arena_copy(l->arena, v.bytes.data, v.bytes.size);
    }
    program_free(p);
    arena_free(&scratch);
    return v;
}

bool mentions_only(const struct logical *l, const struct expr *x, const bool *allowed)
{
    bool *seen = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    expr_mark(x, seen);
    for (uint32_t i = 0; i < l->attribute_count; i++)
        if (seen[i] && !allowed[i])
            return false;
    return true;
}

void expr_list_add(struct logical *l, struct expr_list *list, struct expr *x)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? 2 * list->capacity : 8;
        struct expr **grown = ARENA_ARRAY(l->arena, struct expr *, capacity);
        if (list->count)
            memcpy(grown, list->at, list->count * sizeof(*grown));
        list->at = grown;
        list->capacity = capacity;
    }
    list->at[list->count++] = x;
}

struct expr *call_named(const struct logical *l, const char *name, struct expr *const *args, uint32_t argc)
{
    const struct function *f = function_find(slice_of(name));
    struct expr *out = NULL;
    if (!f || expr_call(l->arena, l->session, f, args, argc, &out, NULL))
        return NULL;
    return out;
}

bool expr_is_call(const struct expr *x, const char *name)
{
    return x->kind == EXPR_CALL && strcmp(x->function->name, name) == 0;
}

bool expr_is_constant(const struct expr *x)
{
    return expr_is_deterministic(x) && expr_mark(x, NULL) == 0 && !expr_has_subquery(x);
}

bool carries_event_time(const struct logical *l, const struct expr *x)
{
    if (expr_is_call(x, "window_time"))
        x = x->args[0];
    return x->kind == EXPR_COLUMN && l->attributes[x->column].event_time;
}

enum window_kind window_of(const struct logical *l, const struct expr *x)
{
    return x->kind == EXPR_COLUMN ? l->attributes[x->column].window : WINDOW_NONE;
}

bool window_is_session(const struct node *n)
{
    return expr_is_call(n->input, "session_window");
}

int32_t aggregate_session_key(const struct logical *l, const struct node *n)
{
    for (uint32_t i = 0; i < n->item_count; i++)
        if (l->attributes[n->items[i].attribute].window == WINDOW_SESSION)
            return (int32_t)i;
    return -1;
}

// (a AND b) OR (a AND c) is a AND (b OR c) (BooleanSimplification).
static struct expr *factor_or(struct logical *l, struct expr *x, struct expr_list *out)
{
    struct expr_list side[2] = {{0}, {0}}, rest[2] = {{0}, {0}};
    conjuncts_split(l, x->args[0], &side[0]);
    conjuncts_split(l, x->args[1], &side[1]);
    for (uint32_t k = 0; k < 2; k++)
        for (uint32_t i = 0; i < side[k].count; i++) {
            bool common = false;
            for (uint32_t n = 0; n < side[1 - k].count && !common; n++)
                common = expr_same(side[k].at[i], side[1 - k].at[n]);
            if (common && k == 0)
                expr_list_add(l, out, side[k].at[i]);
            if (!common)
                expr_list_add(l, &rest[k], side[k].at[i]);
        }
    if (rest[0].count == side[0].count)
        return x;
    if (rest[0].count == 0 || rest[1].count == 0)
        return NULL;
    struct expr *pair[2] = {conjuncts_join(l, &rest[0]), conjuncts_join(l, &rest[1])};
    return call_named(l, "or", pair, 2);
}

struct expr *conjuncts_join(struct logical *l, const struct expr_list *list)
{
    struct expr *all = list->at[0];
    for (uint32_t i = 1; i < list->count; i++) {
        struct expr *pair[2] = {all, list->at[i]};
        all = call_named(l, "and", pair, 2);
    }
    return all;
}

void conjuncts_split(struct logical *l, struct expr *x, struct expr_list *out)
{
    if (expr_is_call(x, "and")) {
        for (uint32_t i = 0; i < x->argc; i++)
            conjuncts_split(l, x->args[i], out);
        return;
    }
    if (expr_is_call(x, "not") && expr_is_call(x->args[0], "or")) {
        for (uint32_t i = 0; i < x->args[0]->argc; i++)
            conjuncts_split(l, call_named(l, "not", &x->args[0]->args[i], 1), out);
        return;
    }
    if (expr_is_call(x, "or") && x->argc == 2)
        x = factor_or(l, x, out);
    if (x && !(x->kind == EXPR_LITERAL && !x->literal.null && x->literal.boolean))
        expr_list_add(l, out, x);
}

struct mark {
    bool *seen;
    uint32_t count;
    const uint32_t *attributes; // looked for, `wanted` of them
    uint32_t wanted;
    bool found;
};

static void visit_column(void *self, uint32_t column)
{
    struct mark *m = self;
    m->count++;
    if (m->seen)
        m->seen[column] = true;
    for (uint32_t i = 0; i < m->wanted; i++)
        m->found |= m->attributes[i] == column;
}

uint32_t expr_mark(const struct expr *x, bool *seen)
{
    struct mark m = {.seen = seen};
    expr_columns(x, visit_column, &m);
    return m.count;
}

bool expr_mentions_any(const struct expr *x, const uint32_t *attributes, uint32_t count)
{
    struct mark m = {.attributes = attributes, .wanted = count};
    expr_columns(x, visit_column, &m);
    return m.found;
}

bool expr_mentions(const struct expr *x, uint32_t attribute)
{
    return expr_mentions_any(x, &attribute, 1);
}

struct expr *expr_replace(struct logical *l, const struct expr *x, struct expr *const *by)
{
    struct expr **all = ARENA_ARRAY(l->arena, struct expr *, l->attribute_count);
    bool *seen = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    expr_mark(x, seen);
    for (uint32_t i = 0; i < l->attribute_count; i++) {
        if (seen[i])
            all[i] = by[i] ? by[i] : attribute_expr(l, i);
    }
    return expr_substitute(l->arena, x, all);
}

static bool commutative(const struct expr *x)
{
    static const char *const names[] = {"+", "*", "=", "<=>", "and", "or", "&", "|", "^"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (expr_is_call(x, names[i]))
            return x->argc == 2;
    return false;
}

bool expr_same(const struct expr *x, const struct expr *y)
{
    if (expr_equal(x, y))
        return true;
    if (x->kind != EXPR_CALL || y->kind != EXPR_CALL || x->function != y->function || x->argc != y->argc ||
        !type_equal(x->type, y->type))
        return false;
    bool same = true;
    for (uint32_t i = 0; i < x->argc && same; i++)
        same = expr_same(x->args[i], y->args[i]);
    return same || (commutative(x) && expr_same(x->args[0], y->args[1]) && expr_same(x->args[1], y->args[0]));
}
