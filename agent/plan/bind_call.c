#include "agent/plan/absent.h"
#include "agent/plan/bind.h"

#include "ops/window_call.h"

static const char *text_of(struct binder *b, struct slice s)
{
    return arena_printf(b->l->arena, "%.*s", (int)s.size, s.data);
}

// What is a function to us and an operator to whoever writes SQL is no help as a name.
static bool is_operator_name(const char *name)
{
    static const char *const operators[] = {"and", "or", "not", "in", "case", "div"};
    for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++)
        if (strcmp(name, operators[i]) == 0)
            return true;
    return strchr(name, ' ') != NULL || name[0] < 'a' || name[0] > 'z';
}

static enum status unresolved_routine(struct binder *b, const struct ast_expr *x)
{
    static const char *const ranks[] = {"row_number", "rank", "dense_rank", "percent_rank", "cume_dist",
                                        "ntile",      "lag",  "lead",       "nth_value"};
    const char *reason = absent_reason(x->name);
    if (reason)
        return BIND_ERROR(b, x, "[UNSUPPORTED_FEATURE] Spark has %s, runnel has not: %s", text_of(b, x->name), reason);
    uint32_t functions, aggregates;
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
        if (slice_equal_fold(x->name, slice_of(ranks[i])))
            return BIND_ERROR(b, x,
                              "[WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE] %s needs OVER, which is not there for streams; "
                              "group by window(time, …) instead",
                              text_of(b, x->name));
    const struct function *const *function = function_list(&functions);
    const struct aggregate *const *aggregate = aggregate_list(&aggregates);
    struct slice *names = ARENA_ARRAY(b->l->arena, struct slice, functions + aggregates);
    uint32_t count = 0;
    for (uint32_t i = 0; i < functions; i++)
        if (!is_operator_name(function[i]->name))
            names[count++] = slice_of(function[i]->name);
    for (uint32_t i = 0; i < aggregates; i++)
        names[count++] = slice_of(aggregate[i]->name);
    int nearest = slice_nearest(x->name, names, count);
    if (nearest < 0)
        return BIND_ERROR(b, x, "[UNRESOLVED_ROUTINE] there is no function `%s`", text_of(b, x->name));
    return BIND_ERROR(b, x, "[UNRESOLVED_ROUTINE] there is no function `%s`; did you mean `%s`?", text_of(b, x->name),
                      names[nearest].data);
}

bool takes_star(struct binder *b, const struct ast_expr *x)
{
    bool star = false;
    for (uint32_t i = 0; i < x->argc && !star; i++)
        star = x->args[i]->kind == AST_STAR;
    return star && x->kind == AST_CALL && !slice_equal_fold(x->name, SLICE("count")) &&
           !is_operator_name(text_of(b, x->name));
}

bool is_generator(const struct ast_expr *x)
{
    if (x->kind != AST_CALL)
        return false;
    const struct function *f = function_find(x->name);
    return f && (f->flags & FUNCTION_GENERATOR);
}

static enum status bind_args(const struct context *c, struct ast_expr *x, struct expr ***out)
{
    *out = ARENA_ARRAY(c->q->b->l->arena, struct expr *, x->argc + 1);
    for (uint32_t i = 0; i < x->argc; i++) {
        enum status s = bind_expr(c, x->args[i], &(*out)[i]);
        if (s)
            return s;
    }
    return STATUS_OK;
}

static enum status call(struct binder *b, const struct ast_expr *x, const struct function *f, struct expr *const *args,
                        uint32_t argc, struct expr **out)
{
    enum status s = expr_call(b->l->arena, b->l->session, f, args, argc, out, b->e);
    return s ? bind_place(b, x) : bind_fails(b, x, *out);
}

// In a grouping upper(k) may be a key, so lower(upper(k)) stays as it is: functions may take what they are called with
// apart as they are bound, which Spark does when it has looked for the keys.
static enum status call_kept(const struct context *c, const struct ast_expr *x, const struct function *f,
                             struct expr *const *args, struct expr **out)
{
    bool of_key = c->q->select->group_count && x->argc == 1 && args[0]->kind == EXPR_CALL;
    if (!of_key || !(f == function_find(SLICE("upper")) || f == function_find(SLICE("lower"))))
        return call(c->q->b, x, f, args, x->argc, out);
    struct expr column = *args[0], *arg = &column;
    column.kind = EXPR_COLUMN;
    enum status s = call(c->q->b, x, f, &arg, 1, out);
    if (!s)
        (*out)->args[0] = args[0];
    return s;
}

// st['x'] is the field st.x.
static bool is_field_item(const struct ast_expr *x)
{
    return slice_equal(x->name, SLICE("[]")) && x->args[0]->bound->id == TYPE_STRUCT &&
           x->args[1]->kind == AST_LITERAL && x->args[1]->value.type->id == TYPE_STRING;
}

// struct(a, t.b, a + 1) is named_struct('a', a, 'b', t.b, 'col3', a + 1) (ResolveCreateNamedStruct).
static enum status bind_struct(const struct context *c, struct ast_expr *x, struct expr **out)
{
    struct binder *b = c->q->b;
    struct arena *a = b->l->arena;
    struct expr **values, **args = ARENA_ARRAY(a, struct expr *, 2 * x->argc + 1);
    enum status s = bind_args(c, x, &values);
    if (s)
        return s;
    for (uint32_t i = 0; i < x->argc; i++) {
        const struct ast_expr *arg = x->args[i];
        bool field = arg->kind == AST_CALL && (slice_equal(arg->name, SLICE(".")) || is_field_item(arg));
        struct slice name = arg->kind == AST_NAME ? arg->parts[arg->part_count - 1]
                            : field               ? arg->args[1]->value.bytes
                                                  : slice_of(arena_printf(a, "col%u", i + 1));
        args[2 * i] = expr_literal(a, (struct value){.type = type_simple(TYPE_STRING), .bytes = name});
        args[2 * i + 1] = values[i];
    }
    const struct function *f = function_find(SLICE("named_struct"));
    if (!f)
        return unresolved_routine(b, x);
    return call(b, x, f, args, 2 * x->argc, out);
}

// The fields of arrays_zip have the names of the columns they come from, or of the struct's field; others their number.
static void name_zipped(struct binder *b, const struct ast_expr *x, struct expr *zipped)
{
    const struct type *entry = zipped->type->element;
    struct field *fields = ARENA_ARRAY(b->l->arena, struct field, x->argc + 1);
    for (uint32_t i = 0; i < x->argc; i++) {
        fields[i] = entry->fields[i];
        const struct ast_expr *arg = x->args[i];
        if (arg->kind == AST_NAME)
            fields[i].name = arg->parts[arg->part_count - 1];
        else if (arg->kind == AST_CALL && slice_equal(arg->name, SLICE(".")))
            fields[i].name = arg->args[1]->value.bytes;
    }
    zipped->type = type_array(b->l->arena, type_struct(b->l->arena, fields, x->argc), zipped->type->contains_null);
}

// (…).name: the parser has the name as a STRING.
static enum status bind_field(const struct context *c, struct ast_expr *x, struct expr **out)
{
    struct binder *b = c->q->b;
    struct expr *base;
    enum status s = bind_expr(c, x->args[0], &base);
    if (s)
        return s;
    s = expr_field(b->l->arena, base, x->args[1]->value.bytes, out, b->e);
    return s ? bind_place(b, x) : STATUS_OK;
}

static enum status misplaced_generator(const struct context *c, const struct ast_expr *x)
{
    if (c->clause == CLAUSE_SELECT || c->clause == CLAUSE_LATERAL)
        return BIND_ERROR(c->q->b, x,
                          "[UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS] %s makes rows and must stand alone "
                          "in the SELECT list; use its column in an outer SELECT",
                          text_of(c->q->b, x->name));
    return BIND_ERROR(c->q->b, x, "[%s] %s makes rows: it stands in the SELECT list or in LATERAL VIEW",
                      c->clause == CLAUSE_GROUP ? "UNSUPPORTED_EXPR_FOR_OPERATOR"
                                                : "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT",
                      text_of(c->q->b, x->name));
}

// What carries a watermark as a window does is a window, not any STRUCT<start, end>.
static enum status check_window_time(struct binder *b, const struct ast_expr *x, const struct expr *arg)
{
    if (window_of(b->l, arg) != WINDOW_NONE || arg->type->id != TYPE_STRUCT)
        return STATUS_OK;
    return BIND_ERROR(
        b, x,
        "%s takes a column that window() or session_window() made, or window(…) itself (Spark: The input is "
        "not a correct window column)",
        text_of(b, x->name));
}

// A window of a window is one of its window_time.
static enum status call_window(struct binder *b, const struct ast_expr *x, const struct function *f, struct expr **args,
                               struct expr **out)
{
    if (x->argc && args[0]->type->id == TYPE_STRUCT) {
        enum status s = check_window_time(b, x, args[0]);
        if (!s)
            s = call(b, x, function_find(SLICE("window_time")), args, 1, &args[0]);
        if (s)
            return s;
    }
    // a session's gap may be computed for each row
    for (uint32_t i = 1; i < x->argc && strcmp(f->name, "window") == 0; i++)
        if (x->args[i]->kind != AST_LITERAL || x->args[i]->value.null)
            return BIND_ERROR(b, x->args[i],
                              "[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] window: a duration is a text as it is, such as "
                              "'10 minutes': %s (Spark: The duration and time inputs to window must be an integer, "
                              "long or string literal)",
                              f->usage);
    return call(b, x, f, args, x->argc, out);
}

static enum status bind_window_call(const struct context *c, struct ast_expr *x, const struct function *f,
                                    struct expr **out)
{
    struct query *q = c->q;
    if (c->clause == CLAUSE_ORDER)
        return BIND_ERROR(q->b, x,
                          "[UNRESOLVED_COLUMN.WITH_SUGGESTION] the window's time is not there after the grouping; "
                          "write the window's name");
    if (!q->window && !q->inner_window)
        return BIND_ERROR(q->b, x,
                          "[UNSUPPORTED_FEATURE] %s cannot stand here; it stands in the SELECT list, in WHERE and "
                          "in GROUP BY",
                          f->name);
    struct expr **args, *window;
    struct scope *scope = &q->scope;
    uint32_t columns = scope->count; // the window's own column is none of those it is made of
    while (scope->count && scope->column[scope->count - 1].attribute == q->window_attribute)
        scope->count--;
    enum status s = bind_args(c, x, &args);
    scope->count = columns;
    if (!s)
        s = call_window(q->b, x, f, args, &window);
    if (s)
        return s;
    bool inner = q->inner_window && expr_same(window, q->inner_window);
    if (!inner && !(q->window && expr_same(window, q->window)))
        return BIND_ERROR(q->b, x,
                          "a SELECT can have one window: two would make every pair of them a row "
                          "(Spark: Multiple time/session window expressions)");
    *out = attribute_expr(q->b->l, inner ? q->inner_attribute : q->window_attribute);
    return STATUS_OK;
}

// What only an aggregate may have.
static enum status check_plain(struct binder *b, const struct ast_expr *x)
{
    if (x->filter || x->distinct)
        return BIND_ERROR(b, x,
                          "[INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX] %s is no aggregate and takes no %s",
                          text_of(b, x->name), x->filter ? "FILTER" : "DISTINCT");
    if (x->star)
        return BIND_ERROR(b, x, "[INVALID_USAGE_OF_STAR_OR_REGEX] only count takes *");
    return STATUS_OK;
}

// The schema's text becomes a NULL of its type.
static enum status read_schema(struct binder *b, const struct ast_expr *x, struct expr **args)
{
    const struct expr *text = args[1];
    if (text->kind != EXPR_LITERAL || text->type->id != TYPE_STRING || text->literal.null)
        return BIND_ERROR(b, x->args[1],
                          "[INVALID_SCHEMA.NON_STRING_LITERAL] %s: the schema is a text such as 'a INT, b STRING'",
                          text_of(b, x->name));
    struct sql_source source = {.text = text->literal.bytes};
    const struct type *type;
    struct error why;
    if (sql_parse_type(&source, b->l->arena, &type, &why) != STATUS_OK)
        return BIND_ERROR(b, x->args[1], "%s", why.text);
    args[1] = expr_literal(b->l->arena, (struct value){.type = type_as_nullable(b->l->arena, type), .null = true});
    return STATUS_OK;
}

enum status bind_call(const struct context *c, struct ast_expr *x, struct expr **out)
{
    struct binder *b = c->q->b;
    if (x->over)
        return BIND_ERROR(b, x,
                          "[NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING] %s(…) OVER is not there for streams; group "
                          "by window(time, …) instead",
                          text_of(b, x->name));
    if (x->subquery)
        return bind_subquery(c, x, out);
    enum status s = bind_grouping(c, x, out);
    if (s != STATUS_END)
        return s;
    s = takes_star(b, x) ? expand_arguments(c->q, x) : STATUS_OK;
    const struct aggregate *a = aggregate_find(x->name);
    if (a && !s)
        return bind_aggregate(c, x, a, out);
    if (!s)
        s = check_plain(b, x);
    if (s)
        return s;
    if (slice_equal(x->name, SLICE(".")))
        return bind_field(c, x, out);
    if (slice_equal_fold(x->name, SLICE("struct")))
        return bind_struct(c, x, out);
    const struct function *f = function_find(x->name);
    if (!f)
        return unresolved_routine(b, x);
    if (f->flags & FUNCTION_GENERATOR)
        return misplaced_generator(c, x);
    if (f->flags & FUNCTION_WINDOW)
        return bind_window_call(c, x, f, out);
    if (f->parameters && x->argc > f->plain_args)
        return bind_lambda_call(c, x, f, out);
    struct expr **args;
    s = bind_args(c, x, &args);
    if (!s && f->flags & FUNCTION_SCHEMA && x->argc > 1)
        s = read_schema(b, x, args);
    if (!s && x->argc == 1 && strcmp(f->name, "window_time") == 0)
        s = check_window_time(b, x, args[0]);
    if (!s)
        s = call_kept(c, x, f, args, out);
    if (!s && strcmp(f->name, "arrays_zip") == 0)
        name_zipped(b, x, *out);
    return s;
}

static struct ast_expr *find_window(struct ast_expr *x)
{
    if (!x)
        return NULL;
    if (x->kind == AST_CALL) {
        const struct function *f = function_find(x->name);
        if (f && (f->flags & FUNCTION_WINDOW))
            return x;
    }
    struct ast_expr *found = NULL;
    for (uint32_t i = 0; i < x->argc && !found; i++)
        found = find_window(x->args[i]);
    return found;
}

static enum status make_window(struct query *q, enum clause clause, struct ast_expr *x)
{
    struct binder *b = q->b;
    const struct function *f = function_find(x->name);
    struct context c = {.q = q, .clause = clause};
    struct expr **args;
    enum status s = bind_args(&c, x, &args);
    if (!s)
        s = call_window(b, x, f, args, &q->window);
    if (s)
        return s;
    q->window_ast = x;
    bool event_time = shows_event_time(q, x->args[0], q->window->args[0]);
    const struct window_call *w = q->window->state; // a session has none
    // as Spark has it: a struct that is always there, but for the Expand of sliding windows and a grouping
    bool nullable = (w && w->size != w->slide) || q->select->group_count || q->select->group_all || q->select->distinct;
    q->window_attribute = attribute_add(b->l, slice_of(f->name), q->window->type, nullable, event_time);
    b->l->attributes[q->window_attribute].window = w ? WINDOW_TIME : WINDOW_SESSION;
    return STATUS_OK;
}

enum status bind_window(struct query *q, enum clause clause, struct ast_expr *x)
{
    struct ast_expr *found = q->window ? NULL : find_window(x);
    if (!found)
        return STATUS_OK;
    struct ast_expr *inner = found->argc ? find_window(found->args[0]) : NULL;
    enum status s = inner ? make_window(q, clause, inner) : STATUS_OK;
    if (!s && inner) {
        window_apply(q);
        q->inner_window = q->window;
        q->inner_attribute = q->window_attribute;
        q->window = NULL;
    }
    if (!s)
        s = make_window(q, clause, found);
    if (!s && clause != CLAUSE_WHERE)
        scope_add(q->b, &q->scope, (struct slice){0}, q->b->l->attributes[q->window_attribute].name,
                  q->window_attribute);
    return s;
}

// The columns that explode and its like make of an ARRAY (pos, col), a MAP (pos, key, value) or an ARRAY of STRUCT
// (its fields).
static enum status generator_columns(struct binder *b, const struct ast_expr *x, struct node *n,
                                     const struct slice *aliases, uint32_t alias_count)
{
    const struct type *list = n->input->type;
    bool map = list->id == TYPE_MAP;
    uint32_t fields = n->spread ? list->element->field_count : 0, count = 0;
    struct field *made = ARENA_ARRAY(b->l->arena, struct field, fields + 3);
    for (; count < fields; count++) {
        made[count] = list->element->fields[count];
        made[count].nullable |= n->outer || list->contains_null;
    }
    if (n->position)
        made[count++] = (struct field){SLICE("pos"), type_simple(TYPE_INT), n->outer};
    if (map)
        made[count++] = (struct field){SLICE("key"), list->key, n->outer};
    if (!n->spread)
        made[count++] =
            (struct field){map ? SLICE("value") : SLICE("col"), list->element, n->outer || list->contains_null};
    if (alias_count && alias_count != count)
        return BIND_ERROR(b, x, "[UDTF_ALIAS_NUMBER_MISMATCH] %s makes %u columns here, and has %u names",
                          n->generator->name, count, alias_count);
    n->attributes = ARENA_ARRAY(b->l->arena, uint32_t, count);
    n->attribute_count = count;
    for (uint32_t i = 0; i < count; i++)
        n->attributes[i] =
            attribute_add(b->l, alias_count ? aliases[i] : made[i].name, made[i].type, made[i].nullable, false);
    return STATUS_OK;
}

enum status bind_generator(const struct context *c, struct ast_expr *x, const struct slice *aliases,
                           uint32_t alias_count, bool outer, struct node **out)
{
    struct binder *b = c->q->b;
    const struct function *f = function_find(x->name);
    struct expr **args, *bound;
    enum status s = check_plain(b, x);
    if (!s)
        s = bind_args(c, x, &args);
    if (!s)
        s = call(b, x, f, args, x->argc, &bound);
    if (s)
        return s;
    struct node *n = *out = node_new(b->l, NODE_GENERATE, NULL, x->offset, x->length);
    n->generator = f;
    n->input = bound->args[0];
    n->position = strncmp(f->name, "pos", 3) == 0;
    n->outer = outer || strstr(f->name, "_outer") != NULL;
    n->spread = strncmp(bound->function->name, "inline", 6) == 0; // stack and json_tuple are rewritten to it
    if (n->input->type->id != TYPE_ARRAY && n->input->type->id != TYPE_MAP)
        return BIND_ERROR(b, x, "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] %s takes an ARRAY or a MAP", f->name);
    return generator_columns(b, x, n, aliases, alias_count);
}
