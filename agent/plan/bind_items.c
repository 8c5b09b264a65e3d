// The SELECT list: stars, generators, names.
#include "agent/plan/bind.h"
#include "agent/sql/print.h"

struct items {
    struct item *at;
    uint32_t count, capacity;
};

static struct item *add(struct query *q, struct items *list)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? 2 * list->capacity : 16;
        struct item *grown = ARENA_ARRAY(q->b->l->arena, struct item, capacity);
        if (list->count)
            memcpy(grown, list->at, list->count * sizeof(*grown));
        list->at = grown;
        list->capacity = capacity;
    }
    return &list->at[list->count++];
}

static void add_column(struct query *q, struct items *list, struct ast_expr *place, struct slice name,
                       uint32_t attribute)
{
    *add(q, list) = (struct item){.ast = place, .name = name, .expr = attribute_expr(q->b->l, attribute)};
}

// ---- * EXCEPT (a, s.b)

// Does `name` mean the column, or something in it? `taken`: the parts of it that mean the column.
static bool names_item(struct query *q, const struct ast_expr *name, const struct item *item, uint32_t *taken)
{
    uint32_t attribute;
    struct binder quiet = {.l = q->b->l};
    *taken = 1;
    if (item->expr->kind != EXPR_COLUMN) // a field of s.*
        return slice_equal_fold(name->parts[0], item->name);
    return scope_find(&quiet, &q->scope, name, &attribute, taken) == STATUS_OK && attribute == item->expr->column;
}

// A struct without the fields that `except`, at the parts from `first` on, names; NULL: none of it is left out.
static enum status leave_out(struct query *q, const struct ast_expr *star, struct expr *x, const bool *of,
                             uint32_t depth, const uint32_t *taken, struct expr **out)
{
    struct logical *l = q->b->l;
    const struct type *t = x->type;
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 2 * (size_t)t->field_count + 1);
    bool *used = ARENA_ARRAY(l->arena, bool, star->argc + 1);
    uint32_t argc = 0;
    for (uint32_t f = 0; f < t->field_count; f++) {
        bool *inner = ARENA_ARRAY(l->arena, bool, star->argc + 1), whole = false, part = false;
        for (uint32_t i = 0; i < star->argc; i++) {
            const struct ast_expr *name = star->args[i];
            uint32_t at = taken[i] + depth;
            if (!of[i] || !slice_equal_fold(name->parts[at], t->fields[f].name))
                continue;
            used[i] = true;
            inner[i] = at + 1 < name->part_count;
            whole = whole || !inner[i];
            part = part || inner[i];
        }
        struct expr *field;
        enum status s = expr_field(l->arena, x, t->fields[f].name, &field, q->b->e);
        if (!s && whole && part)
            return BIND_ERROR(q->b, star, "[EXCEPT_OVERLAPPING_COLUMNS] EXCEPT names a column and a field of it");
        if (!s && part && field->type->id == TYPE_STRUCT)
            s = leave_out(q, star, field, inner, depth + 1, taken, &field);
        else if (!s && part)
            s = BIND_ERROR(q->b, star, "[EXCEPT_NESTED_COLUMN_INVALID_TYPE] EXCEPT: `%.*s` is no STRUCT",
                           (int)t->fields[f].name.size, t->fields[f].name.data);
        if (s)
            return s;
        if (whole)
            continue;
        args[argc++] =
            expr_literal(l->arena, (struct value){.type = type_simple(TYPE_STRING), .bytes = t->fields[f].name});
        args[argc++] = field;
    }
    for (uint32_t i = 0; i < star->argc; i++)
        if (of[i] && !used[i])
            return BIND_ERROR(q->b, star->args[i], "[UNRESOLVED_COLUMN.WITH_SUGGESTION] EXCEPT: there is no column %s",
                              name_text(l->arena, star->args[i]->parts, star->args[i]->part_count));
    *out = call_named(l, "named_struct", args, argc);
    return STATUS_OK;
}

// Takes what EXCEPT names out of the columns from `first` on.
static enum status apply_except(struct query *q, struct ast_expr *star, struct items *list, uint32_t first)
{
    struct binder *b = q->b;
    struct arena *a = b->l->arena;
    uint32_t *taken = ARENA_ARRAY(a, uint32_t, star->argc + 1), kept = first;
    bool *used = ARENA_ARRAY(a, bool, star->argc + 1);
    for (uint32_t k = first; k < list->count; k++) {
        struct item *item = &list->at[k];
        bool *of = ARENA_ARRAY(a, bool, star->argc + 1), whole = false, part = false;
        for (uint32_t i = 0; i < star->argc; i++) {
            const struct ast_expr *name = star->args[i];
            of[i] = names_item(q, name, item, &taken[i]);
            if (!of[i])
                continue;
            if (whole || (part && taken[i] == name->part_count))
                return BIND_ERROR(b, name, "[EXCEPT_OVERLAPPING_COLUMNS] EXCEPT names a column twice");
            used[i] = true;
            whole = whole || taken[i] == name->part_count;
            part = part || taken[i] < name->part_count;
        }
        if (part && item->expr->type->id != TYPE_STRUCT)
            return BIND_ERROR(b, star, "[EXCEPT_NESTED_COLUMN_INVALID_TYPE] EXCEPT: `%.*s` is no STRUCT",
                              (int)item->name.size, item->name.data);
        enum status s = part ? leave_out(q, star, item->expr, of, 0, taken, &item->expr) : STATUS_OK;
        if (s)
            return s;
        item->aliased = item->aliased || part;
        if (!whole)
            list->at[kept++] = *item;
    }
    list->count = kept;
    for (uint32_t i = 0; i < star->argc; i++)
        if (!used[i])
            return scope_unresolved(b, &q->scope, star->args[i]);
    return STATUS_OK;
}

// s.*: the fields of a struct.
static enum status expand_struct(struct query *q, struct ast_expr *x, struct items *list)
{
    struct binder *b = q->b;
    struct logical *l = b->l;
    uint32_t attribute, taken = 0;
    enum status s = scope_find(b, &q->scope, x, &attribute, &taken);
    if (s == STATUS_OK && q->window && attribute == q->window_attribute)
        return BIND_ERROR(
            b, x,
            "[CANNOT_RESOLVE_STAR_EXPAND] the window's fields are not there for a star yet: write %.*s.start "
            "and %.*s.end",
            (int)x->parts[0].size, x->parts[0].data, (int)x->parts[0].size, x->parts[0].data);
    if (s == STATUS_END)
        return BIND_ERROR(b, x, "[CANNOT_RESOLVE_STAR_EXPAND] there is no table and no struct %s",
                          name_text(l->arena, x->parts, x->part_count));
    struct expr *base = s ? NULL : attribute_expr(l, attribute);
    for (uint32_t i = taken; !s && i < x->part_count; i++)
        s = expr_field(l->arena, base, x->parts[i], &base, b->e);
    if (s)
        return s;
    if (base->type->id != TYPE_STRUCT)
        return BIND_ERROR(b, x, "[CANNOT_RESOLVE_STAR_EXPAND] %s is no struct",
                          name_text(l->arena, x->parts, x->part_count));
    for (uint32_t i = 0; i < base->type->field_count; i++) {
        struct item *item = add(q, list);
        *item = (struct item){.ast = x, .name = base->type->fields[i].name};
        s = expr_field(l->arena, base, item->name, &item->expr, b->e);
        if (s)
            return bind_place(b, x);
    }
    return STATUS_OK;
}

static enum status expand_star(struct query *q, struct ast_expr *x, struct items *list, uint32_t columns)
{
    bool found = false;
    uint32_t first = list->count;
    for (uint32_t i = 0; i < columns; i++) {
        const struct scope_column *c = &q->scope.column[i];
        if (x->part_count ? x->part_count > 1 || !slice_equal_fold(c->qualifier, x->parts[0]) : c->hidden)
            continue;
        add_column(q, list, x, c->name, c->attribute);
        found = true;
    }
    enum status s = found || x->part_count == 0 ? STATUS_OK : expand_struct(q, x, list);
    return s || x->argc == 0 ? s : apply_except(q, x, list, first);
}

static struct ast_expr *star_name(struct query *q, const struct ast_expr *star, const struct item *item)
{
    struct arena *a = q->b->l->arena;
    struct ast_expr *name = ARENA_NEW(a, struct ast_expr);
    *name = *star;
    name->kind = AST_NAME;
    name->parts = ARENA_ARRAY(a, struct slice, star->part_count + 2);
    name->part_count = 0;
    if (item->expr->kind != EXPR_COLUMN) { // a field
        name->symbol = true;
        memcpy(name->parts, star->parts, star->part_count * sizeof(*star->parts));
        name->part_count = star->part_count;
    }
    for (uint32_t i = 0; name->part_count == 0 && i < q->scope.count; i++) {
        const struct scope_column *c = &q->scope.column[i];
        if (c->attribute == item->expr->column && slice_equal(c->name, item->name) && c->qualifier.size)
            name->parts[name->part_count++] = c->qualifier;
    }
    name->parts[name->part_count++] = item->name;
    return name;
}

static struct ast_expr *field_literal(struct query *q, const struct ast_expr *place, struct slice name)
{
    struct ast_expr *x = ARENA_NEW(q->b->l->arena, struct ast_expr);
    *x = (struct ast_expr){.kind = AST_LITERAL, .offset = place->offset, .length = place->length};
    x->value = (struct value){.type = type_simple(TYPE_STRING), .bytes = name};
    return x;
}

enum status expand_arguments(struct query *q, struct ast_expr *x)
{
    uint32_t columns = q->scope.count, most = x->argc, argc = 0;
    while (q->window && columns && q->scope.column[columns - 1].attribute == q->window_attribute)
        columns--; // what `*` stands for was there before the window
    struct items *lists = ARENA_ARRAY(q->b->l->arena, struct items, x->argc + 1);
    for (uint32_t i = 0; i < x->argc; i++) {
        if (x->args[i]->kind != AST_STAR)
            continue;
        enum status s = expand_star(q, x->args[i], &lists[i], columns);
        if (s)
            return s;
        most += lists[i].count;
    }
    bool named = x->fields && slice_equal(x->name, SLICE("named_struct"));
    struct ast_expr **args = ARENA_ARRAY(q->b->l->arena, struct ast_expr *, 2 * most + 1);
    for (uint32_t i = 0; i < x->argc; i++) {
        for (uint32_t k = 0; k < lists[i].count; k++) {
            struct ast_expr *name = star_name(q, x->args[i], &lists[i].at[k]);
            if (named && k > 0)
                args[argc++] = NULL;
            if (named)
                args[argc - 1] = field_literal(q, x->args[i], lists[i].at[k].name);
            args[argc++] = name;
        }
        if (x->args[i]->kind == AST_STAR && lists[i].count == 0 && named)
            argc--;
        if (x->args[i]->kind != AST_STAR)
            args[argc++] = x->args[i];
    }
    x->args = args;
    x->argc = argc;
    return STATUS_OK;
}

// The name of an item without alias is that of what its stars stand for.
static enum status expand_calls(struct query *q, struct ast_expr *x)
{
    enum status s = takes_star(q->b, x) ? expand_arguments(q, x) : STATUS_OK;
    for (uint32_t i = 0; !s && i < x->argc; i++)
        s = expand_calls(q, x->args[i]);
    return s;
}

static enum status expand_generator(struct query *q, const struct ast_item *ast, struct items *list)
{
    struct binder *b = q->b;
    const uint32_t most = sizeof(q->generators) / sizeof(*q->generators);
    if (q->generator_count == most)
        return BIND_ERROR(b, ast->expr, "[UNSUPPORTED_GENERATOR.MULTI_GENERATOR] more than %u generators in one SELECT",
                          most);
    struct context c = {.q = q, .clause = CLAUSE_SELECT};
    struct node *n;
    const struct slice *names = ast->alias_count ? ast->aliases : &ast->alias;
    uint32_t count = ast->alias_count ? ast->alias_count : ast->alias.size > 0;
    enum status s = bind_generator(&c, ast->expr, names, count, false, &n);
    if (s)
        return s;
    q->generators[q->generator_count++] = n;
    for (uint32_t i = 0; i < n->attribute_count; i++) {
        add_column(q, list, ast->expr, b->l->attributes[n->attributes[i]].name, n->attributes[i]);
        list->at[list->count - 1].generated = true;
        list->at[list->count - 1].aliased = count > 0;
    }
    return STATUS_OK;
}

// What a name of the SELECT list may mean.
struct seen {
    const struct query *q;
    const struct item *items; // before it
    uint32_t count;
};

static uint32_t count_qualifiers(void *self, const struct ast_expr *name)
{
    const struct query *q = ((const struct seen *)self)->q;
    uint32_t attribute, taken = 1;
    struct binder quiet = {.l = q->b->l};
    return scope_find(&quiet, &q->scope, name, &attribute, &taken) == STATUS_OK ? taken - 1 : 0;
}

// A column of FROM comes first. What a generator makes is a column like them.
static bool is_lateral_alias(void *self, const struct ast_expr *name)
{
    const struct seen *seen = self;
    uint32_t attribute, taken = 1;
    struct binder quiet = {.l = seen->q->b->l};
    if (scope_find(&quiet, &seen->q->scope, name, &attribute, &taken) != STATUS_END)
        return false;
    for (uint32_t i = 0; i < seen->count; i++)
        if (seen->items[i].aliased && slice_equal_fold(seen->items[i].name, name->parts[0]))
            return !seen->items[i].generated;
    return false;
}

struct slice automatic_name(struct query *q, const struct item *before, uint32_t count, const struct ast_expr *x)
{
    struct seen seen = {q, before, count};
    struct ast_names names = {count_qualifiers, is_lateral_alias, &seen, q->b->l->session->zone};
    struct memory memory = {0};
    struct text t;
    text_init(&t, &memory);
    ast_print_name_as(x, &names, &t);
    struct slice name = {arena_copy(q->b->l->arena, t.data, t.size), (uint32_t)t.size};
    text_free(&t);
    return name;
}

enum status bind_items(struct query *q, uint32_t columns)
{
    struct items list = {0};
    enum status s = STATUS_OK;
    for (uint32_t i = 0; !s && i < q->select->item_count; i++) {
        const struct ast_item *ast = &q->select->items[i];
        if (ast->expr->kind == AST_STAR) {
            s = expand_star(q, ast->expr, &list, columns);
        } else if (is_generator(ast->expr)) {
            s = expand_generator(q, ast, &list);
        } else if (ast->alias_count) {
            s = BIND_ERROR(q->b, ast->expr, "[UDTF_ALIAS_NUMBER_MISMATCH] a list of names is for a generator");
        } else {
            bool aliased = ast->alias.size > 0;
            s = expand_calls(q, ast->expr);
            struct slice name = aliased ? ast->alias : automatic_name(q, list.at, list.count, ast->expr);
            *add(q, &list) = (struct item){.ast = ast->expr, .name = name, .aliased = aliased};
        }
    }
    q->items = list.at;
    q->item_count = list.count;
    return s;
}
