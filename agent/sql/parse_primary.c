// primaryExpression of SqlBaseParser.g4: names, parentheses, lambdas, CASE, and what may stand behind them.
#include "agent/sql/parser.h"

static struct ast_expr *parse_lambda(struct parser *p)
{
    const struct token *begin = p->token;
    struct list parts = {0};
    if (at_symbol(p, "(")) {
        parts.data = expect_names(p, "a parameter", &parts.count);
    } else {
        struct slice name = expect_name(p, "a parameter");
        *(struct slice *)list_add(p, &parts, sizeof name) = name;
    }
    expect_symbol(p, "->", "behind the parameters");
    struct ast_expr *body = parse_expression(p);
    struct ast_expr *x = expr_call_n(p, "", begin, 1, body);
    if (x == NULL)
        return NULL;
    x->kind = AST_LAMBDA;
    x->parts = parts.data;
    x->part_count = parts.count;
    return x;
}

// (x, y) ->
static bool begins_lambda(const struct parser *p)
{
    uint32_t n = 1;
    if (is_name_token(p->token))
        return ahead_symbol(p, 1, "->");
    while (is_name_token(ahead(p, n)) && ahead_symbol(p, n + 1, ","))
        n += 2;
    return n > 1 && is_name_token(ahead(p, n)) && ahead_symbol(p, n + 1, ")") && ahead_symbol(p, n + 2, "->");
}

// The name a struct's field gets from the expression it is made of.
static struct slice field_name(struct parser *p, const struct ast_expr *x, uint32_t place)
{
    if (x->kind == AST_NAME)
        return x->parts[x->part_count - 1];
    if (x->kind == AST_CALL && slice_equal(x->name, SLICE(".")))
        return x->args[1]->value.bytes;
    return slice_of(arena_printf(p->arena, "col%u", place));
}

// Named expressions up to ")": as struct(…), or, where one is renamed, as named_struct(name, value, …).
// `first` was read already, or is NULL.
static struct ast_expr *parse_fields(struct parser *p, struct ast_expr *first, bool always_named,
                                     const struct token *begin)
{
    struct list plain = {0}, named = {0};
    bool renamed = always_named;
    while (p->status == STATUS_OK && (first != NULL || !at_symbol(p, ")"))) {
        struct ast_expr *x = first != NULL ? first : parse_expression(p);
        first = NULL;
        if (x == NULL)
            return NULL;
        struct slice field = field_name(p, x, plain.count + 1);
        bool has_alias = accept_word(p, "AS") || is_name_token(p->token);
        if (has_alias)
            field = expect_name(p, "a field name");
        renamed = renamed || has_alias;
        struct ast_expr *name = expr_string(p, field, begin);
        if (name != NULL)
            name->symbol = has_alias;
        list_add_expr(p, &plain, x);
        list_add_expr(p, &named, name);
        list_add_expr(p, &named, x);
        if (!accept_symbol(p, ","))
            break;
        if (at_symbol(p, ")"))
            return fail_expected(p, "an expression behind ','");
    }
    expect_symbol(p, ")", "behind the fields");
    struct ast_expr *x = renamed ? expr_call_list(p, SLICE("named_struct"), begin, &named)
                                 : expr_call_list(p, SLICE("struct"), begin, &plain);
    if (x != NULL)
        x->fields = true;
    if (!renamed)
        return x;
    if (x != NULL)
        x->symbol = !always_named;
    return x;
}

static struct ast_expr *parse_parenthesis(struct parser *p)
{
    const struct token *begin = p->token;
    if (begins_lambda(p))
        return parse_lambda(p);
    take(p);
    if (begins_query(p, 0)) {
        struct ast_select *query = parse_query(p);
        expect_symbol(p, ")", "behind the query");
        struct ast_expr *x = expr_new(p, AST_SUBQUERY, begin);
        if (x != NULL)
            x->subquery = query;
        return x;
    }
    struct ast_expr *x = parse_expression(p);
    if (x != NULL && (at_symbol(p, ",") || (at_word(p, "AS") && is_name_token(ahead(p, 1)))))
        return parse_fields(p, x, true, begin); // (a, b): a struct
    expect_symbol(p, ")", "to close the parenthesis");
    return p->status == STATUS_OK ? x : NULL;
}

// ---- CASE

static bool begins_case(const struct parser *p)
{
    if (!at_word(p, "CASE") || !begins_expression(p, 1) || ahead_symbol(p, 1, "*"))
        return false;
    return !(ahead_word(p, 1, "FROM") && !ahead_word(p, 2, "WHEN")) && !ahead_word(p, 1, "AS");
}

static struct ast_expr *parse_case(struct parser *p)
{
    const struct token *begin = p->token;
    struct list args = {0};
    struct ast_expr *subject = NULL;
    take(p);
    if (!(at_word(p, "WHEN") && !ahead_word(p, 1, "WHEN")))
        subject = parse_expression(p);
    if (!at_word(p, "WHEN"))
        return fail_expected(p, "WHEN");
    while (accept_word(p, "WHEN")) {
        struct ast_expr *when = parse_expression(p);
        if (subject != NULL)
            when = expr_call_n(p, "=", begin, 2, subject, when);
        list_add_expr(p, &args, when);
        expect_word(p, "THEN", "behind the condition of WHEN");
        list_add_expr(p, &args, parse_expression(p));
    }
    if (accept_word(p, "ELSE"))
        list_add_expr(p, &args, parse_expression(p));
    expect_word(p, "END", "at the end of CASE (or WHEN, ELSE)");
    return expr_call_list(p, SLICE("case"), begin, &args);
}

// ---- names

// * EXCEPT (a, b.c): what is left out is in `args`.
static struct ast_expr *parse_star(struct parser *p, struct ast_expr *star)
{
    struct list names = {0};
    if (star == NULL || !at_word(p, "EXCEPT") || !ahead_symbol(p, 1, "(") || begins_query(p, 2))
        return star;
    take(p);
    take(p);
    do {
        const struct token *begin = p->token;
        struct list parts = {0};
        do {
            struct slice part = expect_name(p, "a column");
            *(struct slice *)list_add(p, &parts, sizeof part) = part;
        } while (accept_symbol(p, "."));
        struct ast_expr *name = expr_new(p, AST_NAME, begin);
        if (name == NULL)
            return NULL;
        name->parts = parts.data;
        name->part_count = parts.count;
        list_add_expr(p, &names, name);
    } while (accept_symbol(p, ","));
    expect_symbol(p, ")", "behind the columns of EXCEPT");
    star->args = (struct ast_expr **)names.data;
    star->argc = names.count;
    return p->status == STATUS_OK ? star : NULL;
}

// a, t.a, t.*; a call where "(" follows.
static struct ast_expr *parse_name(struct parser *p)
{
    const struct token *begin = p->token;
    struct list parts = {0};
    enum ast_kind kind = AST_NAME;
    do {
        if (parts.count > 0 && accept_symbol(p, "*")) {
            kind = AST_STAR;
            break;
        }
        struct slice part = expect_name(p, "a name");
        *(struct slice *)list_add(p, &parts, sizeof part) = part;
    } while (accept_symbol(p, "."));
    if (kind == AST_NAME && parts.count > 1 && at_symbol(p, "("))
        return fail_token(p, begin, "[UNRESOLVED_ROUTINE] functions have no database in front: write the bare name");
    struct ast_expr *x = expr_new(p, kind, begin);
    if (x != NULL) {
        x->parts = parts.data;
        x->part_count = parts.count;
    }
    return kind == AST_STAR ? parse_star(p, x) : x;
}

static bool at_current(const struct parser *p)
{
    static const char *const words[] = {"CURRENT_DATE", "CURRENT_TIMESTAMP", NULL};
    return ahead_any(p, 0, words) && !ahead_symbol(p, 1, "(") && !ahead_symbol(p, 1, ".");
}

static struct ast_expr *parse_word(struct parser *p)
{
    const struct token *begin = p->token;
    bool done = false;
    if (begins_lambda(p))
        return parse_lambda(p);
    if (begins_case(p))
        return parse_case(p);
    struct ast_expr *x = parse_literal(p, &done);
    if (done || p->status != STATUS_OK)
        return x;
    if (at_current(p)) {
        const struct list none = {0};
        struct slice name = at_word(p, "CURRENT_DATE") ? SLICE("current_date") : SLICE("current_timestamp");
        take(p);
        return expr_call_list(p, name, begin, &none);
    }
    if (!ahead_symbol(p, 1, "("))
        return parse_name(p);
    if (at_word(p, "STRUCT") && p->token->kind == TOKEN_WORD) {
        take(p);
        take(p);
        return parse_fields(p, NULL, false, begin);
    }
    x = parse_special(p, &done);
    return done || p->status != STATUS_OK ? x : parse_call(p);
}

static struct ast_expr *parse_bare(struct parser *p)
{
    const struct token *begin = p->token;
    bool done = false;
    if (at_symbol(p, "("))
        return parse_parenthesis(p);
    if (is_name_token(begin))
        return parse_word(p);
    if (accept_symbol(p, "*"))
        return parse_star(p, expr_new(p, AST_STAR, begin));
    if (at_symbol(p, "?") || at_symbol(p, ":"))
        return fail_token(p, begin,
                          "[UNBOUND_SQL_PARAMETER] a query in a file has no parameters; ${NAME} takes a value "
                          "from the environment");
    struct ast_expr *x = parse_literal(p, &done);
    return done || p->status != STATUS_OK ? x : fail_expected(p, "an expression");
}

struct ast_expr *parse_primary(struct parser *p)
{
    const struct token *begin = p->token;
    struct ast_expr *x = parse_bare(p);
    while (p->status == STATUS_OK) {
        if (accept_symbol(p, "[")) {
            struct ast_expr *index = parse_value(p);
            expect_symbol(p, "]", "behind the index");
            x = expr_call_n(p, "[]", begin, 2, x, index);
        } else if (at_symbol(p, ".") && x->kind != AST_STAR) {
            take(p);
            const struct token *t = p->token;
            struct slice field = expect_name(p, "a field name behind '.'");
            x = expr_call_n(p, ".", begin, 2, x, expr_string(p, field, t));
        } else if (accept_symbol(p, "::")) {
            const struct type *type = parse_type(p);
            x = expr_call_n(p, "cast", begin, 1, x);
            if (x != NULL) {
                x->kind = AST_CAST;
                x->type = type;
            }
        } else if (at_word(p, "COLLATE") && is_name_token(ahead(p, 1)) && !ahead_word(p, 1, "FROM")) {
            return fail_unsupported(p, p->token, "COLLATE");
        } else {
            return x;
        }
    }
    return NULL;
}
