// functionCall of SqlBaseParser.g4, and the calls that have words inside: CAST (x AS t), EXTRACT (f FROM x) …
#include "agent/sql/parser.h"

// ---- OVER (…): read, so that the message can be the right one

static void skip_frame_bound(struct parser *p)
{
    if (!accept_words(p, "UNBOUNDED", "PRECEDING") && !accept_words(p, "UNBOUNDED", "FOLLOWING") &&
        !accept_words(p, "CURRENT", "ROW")) {
        parse_expression(p);
        if (!accept_word(p, "PRECEDING"))
            expect_word(p, "FOLLOWING", "or PRECEDING");
    }
}

static void skip_window(struct parser *p)
{
    uint32_t count;
    if (!accept_symbol(p, "(")) {
        expect_name(p, "a window: (PARTITION BY … ORDER BY …)");
        return;
    }
    if (accept_words(p, "PARTITION", "BY") || accept_words(p, "DISTRIBUTE", "BY")) {
        do
            parse_expression(p);
        while (accept_symbol(p, ","));
    }
    if (accept_words(p, "ORDER", "BY") || accept_words(p, "SORT", "BY"))
        parse_order_items(p, &count);
    if (accept_word(p, "RANGE") || accept_word(p, "ROWS")) {
        bool between = accept_word(p, "BETWEEN");
        skip_frame_bound(p);
        if (between && expect_word(p, "AND", "in the frame"))
            skip_frame_bound(p);
    }
    if (is_name_token(p->token) && ahead_symbol(p, 1, ")"))
        take(p);
    expect_symbol(p, ")", "behind the window");
}

// ---- calls

// timestampadd(DAY, 1, t): the unit is a word, not a column, where there are three arguments.
static void read_unit(struct parser *p, struct ast_expr *call)
{
    static const struct {
        const char *name, *becomes;
    } functions[] = {{"timestampadd", "timestampadd"},   {"dateadd", "timestampadd"},   {"date_add", "timestampadd"},
                     {"timestampdiff", "timestampdiff"}, {"datediff", "timestampdiff"}, {"date_diff", "timestampdiff"},
                     {"timediff", "timestampdiff"}};
    enum interval_unit unit;
    if (call == NULL || call->argc != 3 || call->args[0]->kind != AST_NAME || call->args[0]->part_count != 1)
        return;
    struct slice word = call->args[0]->parts[0];
    if (!is_unit(word, &unit) && !slice_equal_fold(word, SLICE("QUARTER")) &&
        !slice_equal_fold(word, SLICE("DAYOFYEAR")))
        return;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (slice_equal_fold(call->name, slice_of(functions[i].name))) {
            struct ast_expr *literal = ARENA_NEW(p->arena, struct ast_expr);
            *literal = *call->args[0];
            literal->kind = AST_LITERAL;
            literal->value = (struct value){.type = type_simple(TYPE_STRING), .bytes = word};
            call->name = slice_of(functions[i].becomes);
            call->args[0] = literal;
            return;
        }
    }
}

// int(x) is CAST (x AS INT).
static void read_cast(struct ast_expr *call, struct arena *arena)
{
    static const char *const names[] = {"boolean", "tinyint", "smallint", "int",       "bigint", "float",
                                        "double",  "decimal", "date",     "timestamp", "binary", "string"};
    if (call == NULL || call->argc != 1 || call->distinct || call->over || call->filter != NULL)
        return;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (slice_equal_fold(call->name, slice_of(names[i]))) {
            call->kind = AST_CAST;
            call->symbol = true;
            call->type =
                slice_equal_fold(call->name, SLICE("decimal")) ? type_decimal(arena, 10, 0) : type_by_name(call->name);
        }
    }
}

static bool parse_nulls(struct parser *p, struct ast_expr *call, struct list *args)
{
    const struct token *begin = p->token;
    if (accept_words(p, "IGNORE", "NULLS")) {
        list_add_expr(p, args, expr_value(p, TYPE_BOOLEAN, 1, begin));
        call->ignore_nulls = true;
        return true;
    }
    return accept_words(p, "RESPECT", "NULLS");
}

static void parse_arguments(struct parser *p, struct ast_expr *call, struct list *args)
{
    while (p->status == STATUS_OK && !at_symbol(p, ")")) {
        if (is_name_token(p->token) && ahead_symbol(p, 1, "=>")) {
            fail_token(p, p->token, "[NAMED_PARAMETERS_NOT_SUPPORTED] arguments are given by place, not by name");
            return;
        }
        list_add_expr(p, args, parse_expression(p));
        if (parse_nulls(p, call, args) || !accept_symbol(p, ","))
            break;
        if (at_symbol(p, ")"))
            fail_expected(p, "an argument behind ','");
    }
    expect_symbol(p, ")", "behind the arguments (or an operator, or ',')");
}

// What may stand behind the parenthesis.
static void parse_suffixes(struct parser *p, struct ast_expr *call, struct list *args)
{
    if (at_words(p, "WITHIN", "GROUP") && ahead_symbol(p, 2, "("))
        fail_unsupported(p, p->token, "WITHIN GROUP (ORDER BY …)");
    if (at_word(p, "FILTER") && ahead_symbol(p, 1, "(") && ahead_word(p, 2, "WHERE")) {
        take(p);
        take(p);
        take(p);
        call->filter = parse_expression(p);
        expect_symbol(p, ")", "behind the condition of FILTER");
    }
    parse_nulls(p, call, args);
    if (call->ignore_nulls) // Spark makes them anew, which loses the alias
        call->name = slice_equal_fold(call->name, SLICE("first_value"))  ? SLICE("first")
                     : slice_equal_fold(call->name, SLICE("last_value")) ? SLICE("last")
                                                                         : call->name;
    if (at_words(p, "OVER", "FROM"))
        fail_token(p, p->token,
                   "[MISSING_WINDOW_SPECIFICATION] OVER wants a window, (PARTITION BY …); as a name it is put "
                   "in back quotes");
    if (at_word(p, "OVER") && (ahead_symbol(p, 1, "(") || is_name_token(ahead(p, 1)))) {
        take(p);
        skip_window(p);
        call->over = true;
    }
}

struct ast_expr *parse_call(struct parser *p)
{
    const struct token *begin = p->token;
    struct list args = {0};
    struct slice name = expect_name(p, "a function");
    if (slice_equal(name, SLICE(".")) || slice_equal(name, SLICE("[]"))) // calls of ours, with arguments of their own
        return fail_token(p, begin, "[UNRESOLVED_ROUTINE] there is no function `%.*s`", (int)name.size, name.data);
    expect_symbol(p, "(", "behind a function's name");
    struct ast_expr *x = ARENA_NEW(p->arena, struct ast_expr);
    x->kind = AST_CALL;
    x->name = name;
    if ((at_word(p, "DISTINCT") || at_word(p, "ALL")) && begins_expression(p, 1)) {
        x->distinct = at_word(p, "DISTINCT");
        take(p);
    }
    if (at_symbol(p, "*") && ahead_symbol(p, 1, ")") && slice_equal_fold(name, SLICE("count")) && !x->distinct) {
        x->star = true;
        take(p);
    }
    parse_arguments(p, x, &args);
    parse_suffixes(p, x, &args);
    x->args = args.data;
    x->argc = args.count;
    x = expr_finish(p, x, begin);
    read_unit(p, x);
    read_cast(x, p->arena);
    return x;
}

// ---- calls with words inside

static struct ast_expr *parse_cast(struct parser *p, const struct token *begin)
{
    bool lenient = at_word(p, "TRY_CAST");
    take(p);
    take(p);
    struct ast_expr *inner = parse_expression(p);
    expect_word(p, "AS", "and a type, as in CAST (x AS INT)");
    const struct type *type = p->status == STATUS_OK ? parse_type(p) : NULL;
    expect_symbol(p, ")", "behind the type");
    struct ast_expr *x = expr_call_n(p, "cast", begin, 1, inner);
    if (x != NULL) {
        x->kind = AST_CAST;
        x->type = type;
        x->lenient = lenient;
    }
    return x;
}

static struct ast_expr *parse_extract(struct parser *p, const struct token *begin)
{
    take(p);
    take(p);
    const struct token *t = p->token;
    struct slice field = expect_name(p, "a field: YEAR, MONTH, DAY, HOUR …");
    expect_word(p, "FROM", "behind the field of EXTRACT");
    struct ast_expr *source = parse_value(p);
    expect_symbol(p, ")", "behind EXTRACT");
    return expr_call_n(p, "extract", begin, 2, expr_string(p, field, t), source);
}

// SUBSTRING (s FROM a FOR b) and OVERLAY (s PLACING r FROM a FOR b): words where others have commas.
static struct ast_expr *parse_worded(struct parser *p, const char *name, const char *const *words,
                                     const struct token *begin)
{
    struct list args = {0};
    take(p);
    take(p);
    list_add_expr(p, &args, parse_value(p));
    for (; *words != NULL; words++) {
        if (accept_word(p, *words) || accept_symbol(p, ","))
            list_add_expr(p, &args, parse_value(p));
        else
            break;
    }
    expect_symbol(p, ")", "behind the arguments (or an operator, or ',')");
    return expr_call_list(p, slice_of(name), begin, &args);
}

static struct ast_expr *parse_trim(struct parser *p, const struct token *begin)
{
    static const char *const options[] = {"BOTH", "LEADING", "TRAILING", NULL};
    const char *name = ahead_word(p, 2, "LEADING") ? "ltrim" : ahead_word(p, 2, "TRAILING") ? "rtrim" : "trim";
    struct ast_expr *what = NULL;
    take(p);
    take(p);
    if (ahead_any(p, 0, options))
        take(p);
    if (!at_word(p, "FROM") || ahead_word(p, 1, "FROM"))
        what = parse_value(p);
    expect_word(p, "FROM", "in TRIM (BOTH x FROM s)");
    struct ast_expr *source = parse_value(p);
    expect_symbol(p, ")", "behind TRIM");
    return what == NULL ? expr_call_n(p, name, begin, 1, source) : expr_call_n(p, name, begin, 2, what, source);
}

static struct ast_expr *parse_position(struct parser *p, const struct token *begin)
{
    take(p);
    take(p);
    struct ast_expr *what = parse_value(p);
    expect_word(p, "IN", "in POSITION (x IN s)");
    struct ast_expr *in = parse_value(p);
    expect_symbol(p, ")", "behind POSITION");
    return expr_call_n(p, "locate", begin, 2, what, in);
}

// Whether `word` stands inside the parenthesis we are at, not in one within it.
static bool has_word(const struct parser *p, const char *word)
{
    uint32_t depth = 0;
    for (uint32_t n = 1; ahead(p, n)->kind != TOKEN_END; n++) {
        if (ahead_symbol(p, n, "("))
            depth++;
        else if (ahead_symbol(p, n, ")") && --depth == 0)
            return false;
        else if (depth == 1 && n > 2 && ahead_word(p, n, word))
            return true;
    }
    return false;
}

struct ast_expr *parse_special(struct parser *p, bool *is_one)
{
    static const char *const substring[] = {"FROM", "FOR", NULL};
    static const char *const overlay[] = {"PLACING", "FROM", "FOR", NULL};
    static const char *const trims[] = {"BOTH", "LEADING", "TRAILING", "FROM", NULL};
    const struct token *begin = p->token;
    *is_one = true;
    if (at_word(p, "CAST") || at_word(p, "TRY_CAST"))
        return parse_cast(p, begin);
    if (at_word(p, "EXTRACT") && is_name_token(ahead(p, 2)) && ahead_word(p, 3, "FROM"))
        return parse_extract(p, begin);
    if ((at_word(p, "SUBSTRING") || at_word(p, "SUBSTR")) && has_word(p, "FROM"))
        return parse_worded(p, "substring", substring, begin);
    if (at_word(p, "OVERLAY") && has_word(p, "PLACING"))
        return parse_worded(p, "overlay", overlay, begin);
    if (at_word(p, "TRIM") && ahead_any(p, 2, trims) && !ahead_symbol(p, 3, ")") && !ahead_symbol(p, 3, ","))
        return parse_trim(p, begin);
    if (at_word(p, "TRIM") && has_word(p, "FROM"))
        return parse_trim(p, begin);
    if (at_word(p, "POSITION") && has_word(p, "IN"))
        return parse_position(p, begin);
    *is_one = false;
    return NULL;
}
