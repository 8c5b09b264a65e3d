// booleanExpression, predicate and valueExpression of SqlBaseParser.g4, with its precedence.
#include "agent/sql/parser.h"

static struct ast_expr *negated(struct parser *p, struct ast_expr *x, const struct token *begin, bool negate)
{
    return negate ? expr_call_n(p, "not", begin, 1, x) : x;
}

// ---- predicates: BETWEEN, IN, LIKE, IS …

static struct ast_expr *parse_between(struct parser *p, struct ast_expr *x, const struct token *begin)
{
    struct ast_expr *low = parse_value(p);
    expect_word(p, "AND", "and the upper bound of BETWEEN");
    struct ast_expr *high = parse_value(p);
    struct ast_expr *both = expr_call_n(p, "and", begin, 2, expr_call_n(p, ">=", begin, 2, x, low),
                                        expr_call_n(p, "<=", begin, 2, x, high));
    if (both != NULL)
        both->between = true;
    return both;
}

// x IN (query), EXISTS (query): a call that has it.
static struct ast_expr *parse_subquery(struct parser *p, struct slice name, const struct list *args,
                                       const struct token *begin)
{
    struct ast_select *query = parse_query(p);
    expect_symbol(p, ")", "behind the query");
    struct ast_expr *x = expr_call_list(p, name, begin, args);
    if (x != NULL)
        x->subquery = query;
    return x;
}

static struct ast_expr *parse_in(struct parser *p, struct ast_expr *x, const struct token *begin)
{
    struct list args = {0};
    list_add_expr(p, &args, x);
    expect_symbol(p, "(", "behind IN");
    // ((SELECT …)) is a list of one value
    if (begins_query(p, 0) && !(at_symbol(p, "(") && ahead_symbol(p, behind_parenthesis(p, 0), ")")))
        return parse_subquery(p, SLICE("in"), &args, begin);
    if (at_symbol(p, ")"))
        return fail_token(p, p->token,
                          "[INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE] IN () has no value; put at least one in, "
                          "or write WHERE FALSE");
    do
        list_add_expr(p, &args, parse_expression(p));
    while (accept_symbol(p, ","));
    expect_symbol(p, ")", "behind the values of IN");
    return expr_call_list(p, SLICE("in"), begin, &args);
}

// Whether Spark knows its text before it knows any column.
static bool is_text(const struct ast_expr *x)
{
    if (x->kind == AST_CALL && slice_equal(x->name, SLICE("concat")) && x->symbol)
        return is_text(x->args[0]) && is_text(x->args[1]);
    return x->kind == AST_LITERAL && x->value.type->id == TYPE_STRING;
}

// x LIKE ANY (a, b), LIKE ALL: of each pattern by itself, NOT too.
static struct ast_expr *parse_like_each(struct parser *p, const char *name, struct ast_expr *x,
                                        const struct token *begin, bool negate)
{
    static const char *const names[2][2] = {{"likeany", "notlikeany"}, {"likeall", "notlikeall"}};
    bool conjunction = at_word(p, "ALL"), texts = true;
    struct ast_expr *all = NULL;
    take(p);
    take(p);
    if (at_symbol(p, ")"))
        return fail_expected(p, "a pattern between '(' and ')'");
    do {
        struct ast_expr *pattern = parse_expression(p);
        struct ast_expr *one = negated(p, expr_call_n(p, name, begin, 2, x, pattern), begin, negate);
        all = all ? expr_call_n(p, conjunction ? "and" : "or", begin, 2, all, one) : one;
        texts = texts && pattern != NULL && is_text(pattern);
    } while (accept_symbol(p, ","));
    expect_symbol(p, ")", "behind the patterns");
    if (all != NULL && texts)
        all->each = names[conjunction][negate];
    return all;
}

static struct ast_expr *parse_like(struct parser *p, const char *name, struct ast_expr *x, const struct token *begin,
                                   bool negate)
{
    static const char *const quantifiers[] = {"ANY", "SOME", "ALL", NULL};
    if (strcmp(name, "rlike") != 0 && ahead_any(p, 0, quantifiers) && ahead_symbol(p, 1, "("))
        return parse_like_each(p, name, x, begin, negate);
    struct ast_expr *pattern = parse_value(p);
    if (!accept_word(p, "ESCAPE"))
        return negated(p, expr_call_n(p, name, begin, 2, x, pattern), begin, negate);
    const struct token *t = p->token;
    if (t->kind != TOKEN_STRING)
        return fail_expected(p, "a string of one character behind ESCAPE");
    struct slice escape = token_string(p->source->text, t, p->arena);
    if (escape.size != 1)
        return fail_token(p, t, "[INVALID_ESC] the escape is one character, not '%.*s'", (int)escape.size, escape.data);
    take(p);
    return negated(p, expr_call_n(p, name, begin, 3, x, pattern, expr_string(p, escape, t)), begin, negate);
}

// Made of TRUE and FALSE alone? Of anything else IS UNKNOWN becomes IS NULL while Spark makes a name of it.
static bool is_of_truth_values(const struct ast_expr *x)
{
    if (x == NULL || (x->kind != AST_CALL && !(x->kind == AST_LITERAL && x->value.type->id == TYPE_BOOLEAN)))
        return false;
    for (uint32_t i = 0; i < x->argc; i++)
        if (!is_of_truth_values(x->args[i]))
            return false;
    return x->kind == AST_LITERAL || x->argc > 0;
}

static struct ast_expr *parse_is(struct parser *p, struct ast_expr *x, const struct token *begin)
{
    bool negate = accept_word(p, "NOT") || accept_symbol(p, "!");
    const struct token *t = p->token;
    if (at_word(p, "UNKNOWN") && is_of_truth_values(x)) {
        take(p);
        return expr_call_n(p, negate ? "is not unknown" : "is unknown", begin, 1, x);
    }
    if (accept_word(p, "NULL") || accept_word(p, "UNKNOWN"))
        return expr_call_n(p, negate ? "is not null" : "is null", begin, 1, x);
    if (accept_word(p, "TRUE"))
        return negated(p, expr_call_n(p, "<=>", begin, 2, x, expr_value(p, TYPE_BOOLEAN, 1, t)), begin, negate);
    if (accept_word(p, "FALSE"))
        return negated(p, expr_call_n(p, "<=>", begin, 2, x, expr_value(p, TYPE_BOOLEAN, 0, t)), begin, negate);
    if (accept_words(p, "DISTINCT", "FROM"))
        return negated(p, expr_call_n(p, "<=>", begin, 2, x, parse_value(p)), begin, !negate);
    return fail_expected(p, "NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM behind IS");
}

// The word of a predicate, when what follows it fits; else it is an alias: `SELECT a like FROM t`.
static bool at_predicate(const struct parser *p, uint32_t count, const char *word)
{
    return ahead_word(p, count, word) && begins_expression(p, count + 1);
}

static struct ast_expr *parse_predicate(struct parser *p)
{
    const struct token *begin = p->token;
    struct ast_expr *x = parse_value(p);
    if (p->status != STATUS_OK)
        return NULL;
    uint32_t not = at_word(p, "NOT") || at_symbol(p, "!") ? 1 : 0;
    static const struct {
        const char *word, *name;
    } patterns[] = {{"LIKE", "like"}, {"ILIKE", "ilike"}, {"RLIKE", "rlike"}, {"REGEXP", "rlike"}};
    if (at_predicate(p, not, "BETWEEN") || (ahead_word(p, not, "IN") && ahead_symbol(p, not +1, "("))) {
        bool between = ahead_word(p, not, "BETWEEN");
        for (uint32_t i = 0; i <= not ; i++)
            take(p);
        x = between ? parse_between(p, x, begin) : parse_in(p, x, begin);
        return negated(p, x, begin, not > 0);
    }
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        if (!at_predicate(p, not, patterns[i].word))
            continue;
        for (uint32_t k = 0; k <= not ; k++)
            take(p);
        return parse_like(p, patterns[i].name, x, begin, not > 0);
    }
    if (at_word(p, "IS") && (is_name_token(ahead(p, 1)) || ahead_symbol(p, 1, "!"))) {
        take(p);
        return parse_is(p, x, begin);
    }
    return x;
}

static struct ast_expr *parse_not(struct parser *p)
{
    const struct token *begin = p->token;
    if (at_symbol(p, "!") || (at_word(p, "NOT") && begins_expression(p, 1))) {
        if (!parser_enter(p))
            return NULL;
        take(p);
        struct ast_expr *x = parse_not(p);
        p->depth--;
        return expr_call_n(p, "not", begin, 1, x);
    }
    if (at_word(p, "EXISTS") && ahead_symbol(p, 1, "(") && begins_query(p, 2)) {
        const struct list none = {0};
        take(p);
        take(p);
        return parse_subquery(p, SLICE("exists"), &none, begin);
    }
    return parse_predicate(p);
}

// A chain of ANDs (ORs) as a balanced tree, cut where Spark cuts it (AstBuilder.visitLogicalBinary): a thousand terms
// are ten levels high.
static struct ast_expr *balance(struct parser *p, const char *name, struct ast_expr **x, uint32_t low, uint32_t high,
                                const struct token *begin)
{
    if (low == high)
        return x[low];
    uint32_t middle = low + (high - low) / 2;
    return expr_call_n(p, name, begin, 2, balance(p, name, x, low, middle, begin),
                       balance(p, name, x, middle + 1, high, begin));
}

static struct ast_expr *parse_chain(struct parser *p, const char *word, const char *name,
                                    struct ast_expr *(*operand)(struct parser *p))
{
    const struct token *begin = p->token;
    struct list terms = {0};
    list_add_expr(p, &terms, operand(p));
    while (at_predicate(p, 0, word)) {
        take(p);
        list_add_expr(p, &terms, operand(p));
    }
    if (p->status != STATUS_OK)
        return NULL;
    return balance(p, name, terms.data, 0, terms.count - 1, begin);
}

static struct ast_expr *parse_and(struct parser *p)
{
    return parse_chain(p, "AND", "and", parse_not);
}

struct ast_expr *parse_expression(struct parser *p)
{
    struct ast_expr *x = parser_enter(p) ? parse_chain(p, "OR", "or", parse_and) : NULL;
    p->depth--;
    return p->status == STATUS_OK ? x : NULL;
}

// ---- operators

enum { LEVEL_COMPARE = 1, LEVEL_OR, LEVEL_XOR, LEVEL_AND, LEVEL_SHIFT, LEVEL_ADD, LEVEL_MULTIPLY, LEVEL_UNARY };

static const struct operator_symbol {
    const char *symbol, *name;
    uint8_t level;
    bool negate;
} operators[] = {
    {"=", "=", LEVEL_COMPARE, false},   {"==", "=", LEVEL_COMPARE, false},  {"<=>", "<=>", LEVEL_COMPARE, false},
    {"<>", "=", LEVEL_COMPARE, true},   {"!=", "=", LEVEL_COMPARE, true},   {"<", "<", LEVEL_COMPARE, false},
    {"<=", "<=", LEVEL_COMPARE, false}, {"!>", "<=", LEVEL_COMPARE, false}, {">", ">", LEVEL_COMPARE, false},
    {">=", ">=", LEVEL_COMPARE, false}, {"!<", ">=", LEVEL_COMPARE, false}, {"|", "|", LEVEL_OR, false},
    {"^", "^", LEVEL_XOR, false},       {"&", "&", LEVEL_AND, false},       {"<<", "<<", LEVEL_SHIFT, false},
    {">>", ">>", LEVEL_SHIFT, false},   {">>>", ">>>", LEVEL_SHIFT, false}, {"+", "+", LEVEL_ADD, false},
    {"-", "-", LEVEL_ADD, false},       {"||", "concat", LEVEL_ADD, false}, {"*", "*", LEVEL_MULTIPLY, false},
    {"/", "/", LEVEL_MULTIPLY, false},  {"%", "%", LEVEL_MULTIPLY, false},
};

static const struct operator_symbol *at_operator(const struct parser *p)
{
    static const struct operator_symbol division = {"DIV", "div", LEVEL_MULTIPLY, false};
    if (at_predicate(p, 0, "DIV"))
        return &division;
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (at_symbol(p, operators[i].symbol))
            return &operators[i];
    return NULL;
}

static struct ast_expr *parse_unary(struct parser *p)
{
    static const struct {
        const char *symbol, *name;
    } signs[] = {{"-", "negative"}, {"+", "positive"}, {"~", "~"}};
    const struct token *begin = p->token;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        // a minus right before a number is the number's (constant: MINUS? number)
        if (!at_symbol(p, signs[i].symbol) || (i == 0 && token_is_number(ahead(p, 1))))
            continue;
        if (!parser_enter(p))
            return NULL;
        take(p);
        struct ast_expr *x = expr_call_n(p, signs[i].name, begin, 1, parse_unary(p));
        p->depth--;
        if (x != NULL)
            x->symbol = true;
        return x;
    }
    return parse_primary(p);
}

// Operators of `level` and tighter, left to right.
static struct ast_expr *parse_level(struct parser *p, unsigned level)
{
    const struct token *begin = p->token;
    struct ast_expr *x = parse_unary(p);
    const struct operator_symbol *o;
    while (x != NULL && (o = at_operator(p)) != NULL && o->level >= level) {
        take(p);
        if (strcmp(o->symbol, ">") == 0 && (at_symbol(p, ">") || at_symbol(p, ">>")))
            return fail_token(
                p, p->token - 1,
                "[PARSE_SYNTAX_ERROR] behind the words ARRAY, MAP or STRUCT Spark takes >> for the end of "
                "a type; write shiftright(a, n), or shiftrightunsigned for >>>");
        struct ast_expr *right = parse_level(p, o->level + 1u);
        x = expr_call_n(p, o->name, begin, 2, x, right);
        if (x != NULL)
            x->symbol = true;
        x = negated(p, x, begin, o->negate);
    }
    return p->status == STATUS_OK ? x : NULL;
}

struct ast_expr *parse_value(struct parser *p)
{
    struct ast_expr *x = parser_enter(p) ? parse_level(p, LEVEL_COMPARE) : NULL;
    p->depth--;
    return p->status == STATUS_OK ? x : NULL;
}
