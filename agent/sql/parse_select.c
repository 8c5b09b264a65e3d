// query, queryTerm, querySpecification, queryOrganization of SqlBaseParser.g4.
#include "agent/sql/parser.h"

// A word that opens a clause only opens it when what must follow it follows; else it is a name, as in Spark, where no
// keyword is reserved: `SELECT i AS order FROM v` and even `SELECT i FROM v order`.
static bool begins_where(const struct parser *p, const char *word)
{
    return at_word(p, word) && begins_expression(p, 1);
}

static struct ast_select *select_new(struct parser *p)
{
    struct ast_select *s = ARENA_NEW(p->arena, struct ast_select);
    s->offset = p->token->offset;
    return s;
}

static struct ast_select *select_finish(struct parser *p, struct ast_select *s)
{
    if (p->status != STATUS_OK)
        return NULL;
    const struct token *end = p->token > p->first ? p->token - 1 : p->token;
    s->length = end->offset + end->length - s->offset;
    return s;
}

// ---- items

static bool begins_from(const struct parser *p, uint32_t count)
{
    return ahead_word(p, count, "FROM") && (is_name_token(ahead(p, count + 1)) || ahead_symbol(p, count + 1, "("));
}

static bool begins_alias(const struct parser *p)
{
    static const char *const set[] = {"UNION", "EXCEPT", "INTERSECT", "MINUS", NULL};
    static const char *const by[] = {"GROUP", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE", NULL};
    if (p->token->kind == TOKEN_QUOTED)
        return true;
    if (p->token->kind != TOKEN_WORD || (begins_from(p, 0) && !begins_from(p, 1)))
        return false;
    if (begins_where(p, "WHERE") || begins_where(p, "HAVING") || begins_where(p, "LIMIT") ||
        begins_where(p, "OFFSET") || begins_where(p, "QUALIFY"))
        return false;
    if (at_words(p, "LATERAL", "VIEW") || (at_word(p, "WINDOW") && ahead_word(p, 2, "AS")))
        return false;
    if (ahead_any(p, 0, by) && ahead_word(p, 1, "BY"))
        return false;
    return !ahead_any(p, 0, set) || !(ahead_word(p, 1, "ALL") || ahead_word(p, 1, "DISTINCT") || begins_query(p, 1));
}

// "AS" is itself the alias where no other follows: SELECT i AS FROM v.
static bool accept_as(struct parser *p)
{
    const struct token *next = ahead(p, 1);
    if (!at_word(p, "AS") || !(is_name_token(next) || next->kind == TOKEN_STRING || ahead_symbol(p, 1, "(")))
        return false;
    if (begins_from(p, 1) && !begins_from(p, 2))
        return false;
    take(p);
    return true;
}

static void parse_item(struct parser *p, struct list *items)
{
    struct ast_item item = {.expr = parse_expression(p)};
    bool as = accept_as(p);
    if (at_symbol(p, "("))
        item.aliases = expect_names(p, "an alias", &item.alias_count);
    else if (as)
        item.alias = expect_name(p, "an alias (a name; in back quotes if it is not a plain one)");
    else if (begins_alias(p))
        item.alias = expect_name(p, "an alias");
    if (item.alias.size > 0 && at_symbol(p, "-") && is_name_token(ahead(p, 1)))
        fail_token(p, p->token - 1, "[INVALID_IDENTIFIER] a name with a hyphen is put in back quotes");
    *(struct ast_item *)list_add(p, items, sizeof item) = item;
}

static void parse_items(struct parser *p, struct ast_select *s)
{
    struct list items = {0};
    do
        parse_item(p, &items);
    while (accept_symbol(p, ","));
    s->items = items.data;
    s->item_count = items.count;
}

// `SELECT a, FROM t` reads as the column FROM with the alias t; nobody means that.
static void refuse_trailing_comma(struct parser *p, const struct ast_select *s)
{
    if (p->status != STATUS_OK || s->from != NULL || s->item_count < 2)
        return;
    const struct ast_item *last = &s->items[s->item_count - 1];
    if (last->expr->kind == AST_NAME && last->expr->part_count == 1 && last->alias.size > 0 &&
        slice_equal_fold(last->expr->parts[0], SLICE("FROM")))
        fail_at(p, last->expr->offset, last->expr->length,
                "[TRAILING_COMMA_IN_SELECT] there is a comma before FROM; take it out");
}

// ---- one SELECT

// `SELECT distinct FROM t` has a column of that name.
static void parse_quantifier(struct parser *p, struct ast_select *s)
{
    if (!(at_word(p, "DISTINCT") || at_word(p, "ALL")) || !begins_expression(p, 1) || begins_from(p, 1))
        return;
    s->distinct = at_word(p, "DISTINCT");
    take(p);
}

static struct ast_select *parse_specification(struct parser *p)
{
    struct ast_select *s = select_new(p);
    struct ast_relation *from = NULL;
    if (at_word(p, "FROM") && (from = (take(p), parse_from(p))) == NULL)
        return NULL;
    if (!expect_word(p, "SELECT", "(or WITH, or a query in parentheses)"))
        return NULL;
    parse_quantifier(p, s);
    parse_items(p, s);
    s->from = from;
    if (from == NULL && at_word(p, "FROM")) {
        take(p);
        s->from = parse_from(p);
    } else if (at_words(p, "LATERAL", "VIEW")) {
        s->from = parse_laterals(p, from);
    }
    refuse_trailing_comma(p, s);
    if (accept_word(p, "WHERE"))
        s->where = parse_expression(p);
    if (accept_words(p, "GROUP", "BY"))
        parse_group(p, s);
    if (accept_word(p, "HAVING"))
        s->having = parse_expression(p);
    if (at_word(p, "WINDOW") && ahead_word(p, 2, "AS"))
        return fail_unsupported(p, p->token, "the WINDOW clause");
    if (begins_where(p, "QUALIFY"))
        return fail_token(p, p->token,
                          "[NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING] QUALIFY filters by window functions, which are "
                          "not there for streams; group by window(time, …) and use HAVING");
    return select_finish(p, s);
}

// ---- set operations

static struct ast_select *parse_term(struct parser *p, bool intersect_only);

static bool is_plain_body(const struct ast_select *s)
{
    return s->order_count == 0 && s->limit == NULL && s->offset_rows == NULL && s->cte_count == 0;
}

// (query): its own order and limit stay its own.
static struct ast_select *parse_parenthesized(struct parser *p)
{
    take(p);
    struct ast_select *s = parse_query(p);
    expect_symbol(p, ")", "behind the query");
    return s;
}

// SELECT * FROM `from`.
static struct ast_select *all_of(struct parser *p, struct ast_relation *from)
{
    struct ast_select *s = ARENA_NEW(p->arena, struct ast_select);
    s->offset = from->offset;
    s->length = from->length;
    s->items = ARENA_NEW(p->arena, struct ast_item);
    s->items[0].expr = ARENA_NEW(p->arena, struct ast_expr);
    *s->items[0].expr =
        (struct ast_expr){.kind = AST_STAR, .offset = from->offset, .length = from->length, .height = 1, .nodes = 1};
    s->item_count = 1;
    s->from = from;
    return s;
}

// A query that stands where a body is wanted becomes SELECT * FROM (query), unless it is a bare body.
static struct ast_select *body_of(struct parser *p, struct ast_select *s)
{
    if (p->status != STATUS_OK || s == NULL || is_plain_body(s))
        return s;
    struct ast_relation *from = ARENA_NEW(p->arena, struct ast_relation);
    *from = (struct ast_relation){.kind = AST_DERIVED, .offset = s->offset, .length = s->length, .query = s};
    return all_of(p, from);
}

static struct ast_select *parse_body(struct parser *p)
{
    if (at_symbol(p, "("))
        return body_of(p, parse_parenthesized(p));
    if (at_word(p, "VALUES")) {
        struct ast_relation *values = parse_values(p);
        return values ? all_of(p, values) : NULL;
    }
    if (at_word(p, "TABLE"))
        return fail_unsupported(p, p->token, "TABLE name (write SELECT * FROM name)");
    if ((at_word(p, "MAP") || at_word(p, "REDUCE")) && begins_expression(p, 1))
        return fail_unsupported(p, p->token, "TRANSFORM, MAP and REDUCE");
    return parse_specification(p);
}

static enum ast_set set_operator(const struct parser *p, bool intersect_only)
{
    if (at_word(p, "INTERSECT"))
        return AST_INTERSECT;
    if (intersect_only)
        return AST_NONE;
    return at_word(p, "UNION") ? AST_UNION : at_word(p, "EXCEPT") || at_word(p, "MINUS") ? AST_EXCEPT : AST_NONE;
}

static struct ast_select *parse_set(struct parser *p, struct ast_select *left, enum ast_set set)
{
    struct ast_select *s = ARENA_NEW(p->arena, struct ast_select);
    const struct token *word = p->token;
    take(p);
    bool all = accept_word(p, "ALL");
    if (!all)
        accept_word(p, "DISTINCT");
    if (all && set != AST_UNION)
        return fail_unsupported(p, word, set == AST_EXCEPT ? "EXCEPT ALL" : "INTERSECT ALL");
    s->set = all ? AST_UNION_ALL : set;
    s->offset = left->offset;
    s->left = left;
    s->right = set == AST_INTERSECT ? parse_body(p) : parse_term(p, true);
    return select_finish(p, s);
}

// INTERSECT binds tighter than UNION and EXCEPT.
static struct ast_select *parse_term(struct parser *p, bool intersect_only)
{
    struct ast_select *s = intersect_only ? parse_body(p) : parse_term(p, true);
    enum ast_set set;
    for (uint32_t chain = 0; s != NULL && (set = set_operator(p, intersect_only)) != AST_NONE; chain++) {
        if (chain == PARSE_CHAIN_MAX)
            return fail_token(p, p->token, "[FAILED_TO_PARSE_TOO_COMPLEX] more than %d set operations in a row",
                              PARSE_CHAIN_MAX);
        s = parse_set(p, s, set);
    }
    return s;
}

// ---- ORDER BY, LIMIT, WITH

struct ast_order *parse_order_items(struct parser *p, uint32_t *count)
{
    struct list order = {0};
    do {
        struct ast_order item = {.expr = parse_expression(p)};
        item.descending = accept_word(p, "DESC");
        if (!item.descending)
            accept_word(p, "ASC");
        if (accept_word(p, "NULLS")) {
            item.nulls_given = true;
            item.nulls_last = accept_word(p, "LAST");
            if (!item.nulls_last)
                expect_word(p, "FIRST", "or LAST behind NULLS");
        }
        *(struct ast_order *)list_add(p, &order, sizeof item) = item;
    } while (accept_symbol(p, ","));
    *count = order.count;
    return order.data;
}

static void parse_organization(struct parser *p, struct ast_select *s)
{
    static const char *const others[] = {"SORT", "CLUSTER", "DISTRIBUTE", NULL};
    if (accept_words(p, "ORDER", "BY"))
        s->order = parse_order_items(p, &s->order_count);
    if (ahead_any(p, 0, others) && ahead_word(p, 1, "BY"))
        fail_unsupported(p, p->token, "SORT BY, CLUSTER BY and DISTRIBUTE BY");
    if (accept_word(p, "LIMIT") && !accept_word(p, "ALL"))
        s->limit = parse_expression(p);
    if (accept_word(p, "OFFSET"))
        s->offset_rows = parse_expression(p);
    if (at_symbol(p, "|>"))
        fail_unsupported(p, p->token, "the pipe operator |>");
    if (p->status == STATUS_OK && p->token->kind != TOKEN_END && !at_symbol(p, ")") && !at_symbol(p, ";"))
        fail_expected(p, NULL);
}

static void parse_ctes(struct parser *p, struct list *ctes)
{
    if (at_word(p, "RECURSIVE") && is_name_token(ahead(p, 1)) && !ahead_word(p, 1, "AS"))
        fail_unsupported(p, p->token, "WITH RECURSIVE");
    do {
        const struct token *begin = p->token;
        struct ast_cte cte = {.name = expect_name(p, "the name of a common table expression")};
        for (uint32_t i = 0; i < ctes->count; i++)
            if (slice_equal_fold(((struct ast_cte *)ctes->data)[i].name, cte.name))
                fail_token(p, begin, "[DUPLICATED_CTE_NAMES] WITH has a query named %.*s already", (int)cte.name.size,
                           cte.name.data);
        if (at_symbol(p, "(") && !begins_query(p, 1))
            cte.columns = expect_names(p, "a column name", &cte.column_count);
        accept_word(p, "AS");
        if (expect_symbol(p, "(", "before the query of WITH")) {
            cte.query = parse_query(p);
            expect_symbol(p, ")", "behind the query of WITH");
        }
        *(struct ast_cte *)list_add(p, ctes, sizeof cte) = cte;
    } while (accept_symbol(p, ","));
}

static struct ast_select *parse_whole(struct parser *p)
{
    struct list ctes = {0};
    const struct token *begin = p->token;
    if (accept_word(p, "WITH"))
        parse_ctes(p, &ctes);
    struct ast_select *s = parse_term(p, false);
    if (s == NULL)
        return NULL;
    bool more = p->token->kind != TOKEN_END && !at_symbol(p, ")") && !at_symbol(p, ";");
    if (more || ctes.count > 0)
        s = body_of(p, s);
    parse_organization(p, s);
    s->offset = begin->offset;
    s->ctes = ctes.data;
    s->cte_count = ctes.count;
    return select_finish(p, s);
}

struct ast_select *parse_query(struct parser *p)
{
    struct ast_select *s = parser_enter(p) ? parse_whole(p) : NULL;
    p->depth--;
    return p->status == STATUS_OK ? s : NULL;
}
