// fromClause, relation, joinRelation, lateralView of SqlBaseParser.g4.
#include "agent/sql/parser.h"

#include "ops/datetime.h"

// Words that a table's alias cannot be without quotes (strictNonReserved), and those that open what comes next.
static bool begins_table_alias(const struct parser *p)
{
    static const char *const strict[] = {"ANTI", "CROSS",   "EXCEPT", "FULL",    "INNER", "INTERSECT",
                                         "JOIN", "LATERAL", "LEFT",   "NATURAL", "ON",    "RIGHT",
                                         "SEMI", "MINUS",   "UNION",  "USING",   NULL};
    static const char *const clause[] = {"WHERE", "HAVING", "LIMIT", "OFFSET", "QUALIFY", NULL};
    static const char *const by[] = {"GROUP", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE", NULL};
    static const char *const paren[] = {"PIVOT", "UNPIVOT", "TABLESAMPLE", NULL};
    if (p->token->kind == TOKEN_QUOTED)
        return true;
    if (p->token->kind != TOKEN_WORD || ahead_any(p, 0, strict))
        return false;
    if (ahead_any(p, 0, clause) && begins_expression(p, 1))
        return false;
    if ((ahead_any(p, 0, by) && ahead_word(p, 1, "BY")) || (ahead_any(p, 0, paren) && ahead_symbol(p, 1, "(")))
        return false;
    if (at_word(p, "SELECT") ||
        (at_word(p, "FOR") && ahead_any(p, 1, (const char *const[]){"VERSION", "TIMESTAMP", NULL})))
        return false;
    return !((at_word(p, "VERSION") || at_word(p, "TIMESTAMP")) && ahead_word(p, 1, "AS")) &&
           !(at_word(p, "WINDOW") && ahead_word(p, 2, "AS"));
}

// AS is an alias itself where nothing follows it.
static void parse_table_alias(struct parser *p, struct ast_relation *r)
{
    if (at_word(p, "TABLESAMPLE") && ahead_symbol(p, 1, "("))
        fail_unsupported(p, p->token, "TABLESAMPLE");
    if (at_word(p, "AS") && is_name_token(ahead(p, 1)))
        take(p);
    if (!begins_table_alias(p))
        return;
    r->alias = expect_name(p, "an alias");
    if (at_symbol(p, "-") && is_name_token(ahead(p, 1)))
        fail_token(p, p->token - 1, "[INVALID_IDENTIFIER] a name with a hyphen is put in back quotes");
    if (at_symbol(p, "("))
        r->columns = expect_names(p, "a column name", &r->column_count);
}

// WATERMARK is an alias where what follows is none: FROM events watermark JOIN …
static bool begins_watermark(const struct parser *p)
{
    struct parser behind = *p;
    if (!at_word(p, "WATERMARK"))
        return false;
    take(&behind);
    return begins_table_alias(&behind) && !at_word(&behind, "AS");
}

// The delay, in microseconds; false: said.
static bool parse_delay(struct parser *p, int64_t *micros)
{
    const struct token *begin = p->token;
    // a text needs its unit behind it: Spark takes no INTERVAL '10 minutes' here
    if (!begins_interval(p) || (ahead(p, 1)->kind == TOKEN_STRING && ahead(p, 2)->kind != TOKEN_WORD))
        return fail_expected(p, "an interval, such as INTERVAL 10 MINUTES") != NULL;
    const struct ast_expr *x = parse_interval(p);
    if (x == NULL)
        return false;
    struct interval delay = {.micros = x->value.integer};
    if (x->value.type->id == TYPE_INTERVAL_YM)
        delay = (struct interval){.months = (int32_t)x->value.integer};
    if (!interval_micros(&delay, micros))
        return fail_token(p, begin, "[INVALID_INTERVAL_FORMAT] the delay is too long") != NULL;
    if (*micros < 0)
        return fail_token(p, begin, "the delay of a watermark must not be negative") != NULL;
    return true;
}

static void parse_watermark(struct parser *p, struct ast_relation *r)
{
    if (!begins_watermark(p))
        return;
    const struct token *begin = p->token;
    struct ast_watermark *w = ARENA_NEW(p->arena, struct ast_watermark);
    if (r->watermark != NULL)
        fail_token(p, begin, "[UNSUPPORTED_FEATURE] there is a WATERMARK here already; one is enough");
    take(p);
    w->time = parse_expression(p);
    bool as = accept_word(p, "AS");
    if (p->status == STATUS_OK && (as || !at_words(p, "DELAY", "OF")))
        w->name = expect_name(p, "DELAY OF and an interval, or a name for the time");
    if (!expect_word(p, "DELAY", "behind the time of WATERMARK") || !expect_word(p, "OF", "behind DELAY") ||
        !parse_delay(p, &w->delay))
        return;
    w->number = p->watermarks++;
    w->offset = begin->offset;
    w->length = (p->token - 1)->offset + (p->token - 1)->length - begin->offset;
    r->watermark = w;
}

static struct ast_relation *relation_new(struct parser *p, enum ast_relation_kind kind)
{
    struct ast_relation *r = ARENA_NEW(p->arena, struct ast_relation);
    r->kind = kind;
    r->offset = p->token->offset;
    return r;
}

static struct ast_relation *relation_finish(struct parser *p, struct ast_relation *r)
{
    if (p->status != STATUS_OK)
        return NULL;
    const struct token *end = p->token - 1;
    r->length = end->offset + end->length - r->offset;
    return r;
}

static struct ast_relation *parse_relation(struct parser *p);

// STREAM name, STREAM (name): to Spark a table that is read as a stream; our sources are what they are.
static bool accept_stream(struct parser *p, bool *stream)
{
    bool parenthesis = at_word(p, "STREAM") && ahead_symbol(p, 1, "(") && is_name_token(ahead(p, 2));
    struct parser behind = *p;
    take(&behind);
    if (!parenthesis && !(at_word(p, "STREAM") && begins_table_alias(&behind) && !at_word(&behind, "AS")))
        return false;
    *stream = true;
    take(p);
    return parenthesis && accept_symbol(p, "(");
}

static struct ast_relation *parse_table(struct parser *p)
{
    struct ast_relation *r = relation_new(p, AST_TABLE);
    bool parenthesis = accept_stream(p, &r->stream);
    const struct token *begin = p->token;
    r->name = expect_name(p, "a table: a source of this pipeline, or a query in parentheses");
    if (at_symbol(p, "("))
        return fail_unsupported(p, begin, "a function as a table");
    if (at_symbol(p, "-") && is_name_token(ahead(p, 1)))
        return fail_token(p, begin, "[INVALID_IDENTIFIER] a name with a hyphen is put in back quotes");
    while (accept_symbol(p, ".")) {
        // catalogs and databases there are none: kept whole, so that the message can name it
        expect_name(p, "a name behind '.'");
        r->name = (struct slice){p->source->text.data + begin->offset,
                                 (p->token - 1)->offset + (p->token - 1)->length - begin->offset};
    }
    if (parenthesis)
        expect_symbol(p, ")", "behind the stream's name");
    if (at_word(p, "FOR") || ((at_word(p, "VERSION") || at_word(p, "TIMESTAMP")) && ahead_word(p, 1, "AS")))
        return begins_table_alias(p) ? (parse_table_alias(p, r), relation_finish(p, r))
                                     : fail_unsupported(p, p->token, "time travel (VERSION AS OF)");
    parse_watermark(p, r);
    parse_table_alias(p, r);
    return relation_finish(p, r);
}

struct ast_relation *parse_values(struct parser *p)
{
    struct ast_relation *r = relation_new(p, AST_VALUES);
    struct list rows = {0};
    take(p);
    do
        list_add_expr(p, &rows, parse_expression(p));
    while (accept_symbol(p, ","));
    parse_table_alias(p, r);
    r->rows = (struct ast_expr **)rows.data;
    r->row_count = rows.count;
    return relation_finish(p, r);
}

static struct ast_relation *parse_derived(struct parser *p)
{
    struct ast_relation *r = relation_new(p, AST_DERIVED);
    take(p);
    r->query = parse_query(p);
    expect_symbol(p, ")", "behind the query");
    parse_watermark(p, r);
    parse_table_alias(p, r);
    return relation_finish(p, r);
}

// LATERAL explode(a) AS t(b), of what stands in front of it: a LATERAL VIEW.
static struct ast_relation *parse_lateral_call(struct parser *p)
{
    struct ast_relation *r = relation_new(p, AST_LATERAL);
    take(p);
    r->generator = parse_call(p);
    parse_table_alias(p, r);
    return relation_finish(p, r);
}

static struct ast_relation *parse_relation_primary(struct parser *p)
{
    if (at_word(p, "LATERAL") && ahead_symbol(p, 1, "("))
        return fail_unsupported(p, p->token, "a LATERAL subquery");
    if (at_word(p, "LATERAL") && is_name_token(ahead(p, 1)) && ahead_symbol(p, 2, "("))
        return parse_lateral_call(p);
    if (at_word(p, "VALUES") && begins_expression(p, 1))
        return parse_values(p);
    if (!at_symbol(p, "("))
        return parse_table(p);
    if (begins_query(p, 1))
        return parse_derived(p);
    const struct token *begin = p->token;
    take(p);
    struct ast_relation *inner = parse_relation(p);
    expect_symbol(p, ")", "behind the tables");
    if (inner != NULL)
        parse_watermark(p, inner);
    if (inner != NULL && begins_table_alias(p) && inner->kind != AST_TABLE && inner->kind != AST_DERIVED)
        return fail_unsupported(p, begin, "an alias of joined tables");
    if (inner != NULL)
        parse_table_alias(p, inner);
    return p->status == STATUS_OK ? inner : NULL;
}

// ---- joins

static const struct join_words {
    const char *words[3];
    enum ast_join join;
} joins[] = {
    {{"JOIN"}, AST_INNER},
    {{"INNER", "JOIN"}, AST_INNER},
    {{"CROSS", "JOIN"}, AST_CROSS},
    {{"LEFT", "JOIN"}, AST_LEFT},
    {{"LEFT", "OUTER", "JOIN"}, AST_LEFT},
    {{"RIGHT", "JOIN"}, AST_RIGHT},
    {{"RIGHT", "OUTER", "JOIN"}, AST_RIGHT},
    {{"FULL", "JOIN"}, AST_FULL},
    {{"FULL", "OUTER", "JOIN"}, AST_FULL},
    {{"SEMI", "JOIN"}, AST_SEMI},
    {{"LEFT", "SEMI", "JOIN"}, AST_SEMI},
    {{"ANTI", "JOIN"}, AST_ANTI},
    {{"LEFT", "ANTI", "JOIN"}, AST_ANTI},
};

static const struct join_words *accept_join(struct parser *p)
{
    for (size_t i = 0; i < sizeof joins / sizeof joins[0]; i++) {
        uint32_t n = 0;
        while (n < 3 && joins[i].words[n] != NULL && ahead_word(p, n, joins[i].words[n]))
            n++;
        if (n < 3 && joins[i].words[n] != NULL)
            continue;
        while (n-- > 0)
            take(p);
        return &joins[i];
    }
    return NULL;
}

static bool at_join_word(const struct parser *p)
{
    static const char *const words[] = {"INNER", "CROSS", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", NULL};
    return ahead_any(p, 0, words);
}

static struct ast_relation *join_new(struct parser *p, struct ast_relation *left, enum ast_join join)
{
    struct ast_relation *r = relation_new(p, AST_JOIN);
    r->offset = left->offset;
    r->left = left;
    r->join = join;
    const struct token *begin = p->token;
    r->right = parse_relation_primary(p);
    if (r->right == NULL || r->right->kind != AST_LATERAL || r->right->left != NULL)
        return r;
    if (join != AST_INNER && join != AST_CROSS && join != AST_LEFT)
        return fail_token(p, begin, "[INVALID_LATERAL_JOIN_TYPE] LATERAL stands behind a comma, JOIN or CROSS JOIN");
    if (join == AST_LEFT)
        return fail_unsupported(p, begin, "LATERAL behind LEFT JOIN (LATERAL VIEW OUTER keeps all rows)");
    if (at_word(p, "ON") || at_word(p, "USING"))
        return fail_unsupported(p, p->token, "a condition behind LATERAL: put it into WHERE");
    r->right->left = left;
    r->right->offset = left->offset;
    return r->right;
}

// The joins behind a relation.
static struct ast_relation *parse_joins(struct parser *p, struct ast_relation *r)
{
    for (uint32_t chain = 0; r != NULL; chain++) {
        const struct token *begin = p->token;
        bool natural = accept_word(p, "NATURAL");
        if ((at_word(p, "PIVOT") || at_word(p, "UNPIVOT")) && ahead_symbol(p, 1, "("))
            r = fail_unsupported(p, begin, "PIVOT and UNPIVOT");
        const struct join_words *join = accept_join(p);
        if (join == NULL && (natural || at_join_word(p)))
            fail_expected(p, "JOIN (INNER, CROSS, LEFT, RIGHT, FULL, SEMI or ANTI JOIN)");
        if (join == NULL || r == NULL)
            break;
        if (chain == PARSE_CHAIN_MAX)
            r = fail_token(p, begin, "[FAILED_TO_PARSE_TOO_COMPLEX] more than %d joins", PARSE_CHAIN_MAX);
        else
            r = join_new(p, r, join->join);
        if (r != NULL && natural && r->kind == AST_LATERAL)
            r = fail_token(p, begin, "[INCOMPATIBLE_JOIN_TYPES] NATURAL and LATERAL exclude each other");
        if (r != NULL)
            r->natural = natural;
        if (r != NULL && !natural && accept_word(p, "ON"))
            r->on = parse_expression(p);
        else if (r != NULL && !natural && accept_word(p, "USING"))
            r->using = expect_names(p, "a column name", &r->using_count);
        r = r == NULL ? NULL : relation_finish(p, r);
    }
    return p->status == STATUS_OK ? r : NULL;
}

static struct ast_relation *parse_relation(struct parser *p)
{
    struct ast_relation *r = parser_enter(p) ? parse_joins(p, parse_relation_primary(p)) : NULL;
    p->depth--;
    return r;
}

struct ast_relation *parse_laterals(struct parser *p, struct ast_relation *left)
{
    for (uint32_t chain = 0; p->status == STATUS_OK && at_words(p, "LATERAL", "VIEW"); chain++) {
        struct ast_relation *r = relation_new(p, AST_LATERAL);
        struct list columns = {0};
        if (chain == PARSE_CHAIN_MAX)
            return fail_token(p, p->token, "[FAILED_TO_PARSE_TOO_COMPLEX] more than %d LATERAL VIEWs", PARSE_CHAIN_MAX);
        take(p);
        take(p);
        r->left = left;
        r->outer = at_word(p, "OUTER") && !ahead_symbol(p, 1, "(") && accept_word(p, "OUTER");
        if (!is_name_token(p->token) || !ahead_symbol(p, 1, "("))
            return fail_expected(p, "a generator behind LATERAL VIEW, such as explode(column)");
        r->generator = parse_call(p);
        // behind the call AS is the view's name, to Spark
        if (!at_word(p, "AS") || !is_name_token(ahead(p, 1)))
            r->alias = expect_name(p, "the view's name");
        accept_word(p, "AS");
        if (begins_table_alias(p)) {
            do
                *(struct slice *)list_add(p, &columns, sizeof(struct slice)) = expect_name(p, "a column name");
            while (accept_symbol(p, ","));
        }
        r->columns = columns.data;
        r->column_count = columns.count;
        left = relation_finish(p, r);
    }
    return p->status == STATUS_OK ? left : NULL;
}

struct ast_relation *parse_from(struct parser *p)
{
    struct ast_relation *r = parse_relation(p);
    for (uint32_t chain = 0; r != NULL && accept_symbol(p, ","); chain++) {
        if (chain == PARSE_CHAIN_MAX)
            return fail_token(p, p->token, "[FAILED_TO_PARSE_TOO_COMPLEX] more than %d tables", PARSE_CHAIN_MAX);
        struct ast_relation *join = join_new(p, r, AST_INNER);
        // a, b JOIN c ON …: to Spark the comma binds as a join does, and ON sees all three
        r = p->status == STATUS_OK ? parse_joins(p, relation_finish(p, join)) : NULL;
    }
    return r == NULL ? NULL : parse_laterals(p, r);
}
