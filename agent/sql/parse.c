// The parser's tools: looking, taking, complaining, making nodes. The rules are in parse_*.c.
#include "agent/sql/parse.h"

#include "agent/sql/parser.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum status parser_open(struct parser *p, const struct sql_source *source, struct arena *arena, struct error *e)
{
    struct token *tokens;
    uint32_t count;
    *p = (struct parser){.source = source, .arena = arena, .error = e};
    p->status = token_split(source, arena, &tokens, &count, e);
    if (p->status == STATUS_OK) {
        p->first = p->token = tokens;
        p->last = tokens + count - 1;
    }
    return p->status;
}

bool parser_enter(struct parser *p)
{
    if (p->status == STATUS_OK && p->depth >= PARSE_DEPTH_MAX)
        fail_token(p, p->token, "[FAILED_TO_PARSE_TOO_COMPLEX] this nests deeper than %d levels; split the query",
                   PARSE_DEPTH_MAX);
    p->depth++;
    return p->status == STATUS_OK;
}

// ---- looking

struct slice token_text(const struct parser *p, const struct token *t)
{
    return (struct slice){p->source->text.data + t->offset, t->length};
}

const struct token *ahead(const struct parser *p, uint32_t count)
{
    return (size_t)(p->last - p->token) > count ? p->token + count : p->last;
}

static bool is_symbol(const struct parser *p, const struct token *t, const char *symbol)
{
    return t->kind == TOKEN_SYMBOL && slice_equal(token_text(p, t), slice_of(symbol));
}

static bool is_word(const struct parser *p, const struct token *t, const char *word)
{
    return t->kind == TOKEN_WORD && slice_equal_fold(token_text(p, t), slice_of(word));
}

bool ahead_symbol(const struct parser *p, uint32_t count, const char *symbol)
{
    return is_symbol(p, ahead(p, count), symbol);
}

bool ahead_word(const struct parser *p, uint32_t count, const char *word)
{
    return is_word(p, ahead(p, count), word);
}

bool ahead_any(const struct parser *p, uint32_t count, const char *const *words)
{
    for (; *words != NULL; words++)
        if (ahead_word(p, count, *words))
            return true;
    return false;
}

bool at_symbol(const struct parser *p, const char *symbol)
{
    return is_symbol(p, p->token, symbol);
}

bool at_word(const struct parser *p, const char *word)
{
    return is_word(p, p->token, word);
}

bool at_words(const struct parser *p, const char *word, const char *next)
{
    return at_word(p, word) && ahead_word(p, 1, next);
}

bool is_name_token(const struct token *t)
{
    return t->kind == TOKEN_WORD || t->kind == TOKEN_QUOTED;
}

bool begins_expression(const struct parser *p, uint32_t count)
{
    const struct token *t = ahead(p, count);
    if (t->kind == TOKEN_END)
        return false;
    if (t->kind != TOKEN_SYMBOL)
        return true;
    static const char *const symbols[] = {"(", "-", "+", "~", "!", "*", "?", ":"};
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
        if (is_symbol(p, t, symbols[i]))
            return true;
    return false;
}

// The token behind the parenthesis that matches the one at `count`.
uint32_t behind_parenthesis(const struct parser *p, uint32_t count)
{
    uint32_t depth = 0;
    for (; ahead(p, count)->kind != TOKEN_END; count++) {
        if (ahead_symbol(p, count, "("))
            depth++;
        else if (ahead_symbol(p, count, ")") && --depth == 0)
            return count + 1;
    }
    return count;
}

bool begins_query(const struct parser *p, uint32_t count)
{
    static const char *const words[] = {"SELECT", "WITH", "VALUES", "FROM", "TABLE", NULL};
    static const char *const goes_on[] = {"UNION", "EXCEPT", "INTERSECT", "MINUS", "ORDER", "LIMIT", "OFFSET", NULL};
    uint32_t inner = count;
    while (ahead_symbol(p, inner, "(") && inner - count < PARSE_DEPTH_MAX)
        inner++;
    if (!ahead_any(p, inner, words) || !(is_name_token(ahead(p, inner + 1)) || begins_expression(p, inner + 1)))
        return false;
    if (inner == count)
        return true;
    // (SELECT …) UNION (SELECT …) is a query, (SELECT …) + 1 and (SELECT …) t JOIN … are not
    uint32_t behind = behind_parenthesis(p, count);
    return ahead_symbol(p, behind, ")") || ahead_any(p, behind, goes_on);
}

// ---- taking

void take(struct parser *p)
{
    if (p->token < p->last)
        p->token++;
}

bool accept_symbol(struct parser *p, const char *symbol)
{
    bool there = at_symbol(p, symbol);
    if (there)
        take(p);
    return there;
}

bool accept_word(struct parser *p, const char *word)
{
    bool there = at_word(p, word);
    if (there)
        take(p);
    return there;
}

bool accept_words(struct parser *p, const char *word, const char *next)
{
    bool there = at_words(p, word, next);
    if (there) {
        take(p);
        take(p);
    }
    return there;
}

bool expect_symbol(struct parser *p, const char *symbol, const char *where)
{
    char expected[80];
    if (accept_symbol(p, symbol))
        return true;
    snprintf(expected, sizeof expected, "'%s' %s", symbol, where);
    fail_expected(p, expected);
    return false;
}

bool expect_word(struct parser *p, const char *word, const char *where)
{
    char expected[80];
    if (accept_word(p, word))
        return true;
    snprintf(expected, sizeof expected, "%s %s", word, where);
    fail_expected(p, expected);
    return false;
}

// Spark's exitUnquotedIdentifier: ASCII letters, digits and _ only.
static bool name_is_plain(struct slice name)
{
    for (uint32_t i = 0; i < name.size; i++)
        if ((unsigned char)name.data[i] >= 0x80)
            return false;
    return true;
}

// Begins or ends it with a quote of U+2018 to U+201F?
static bool name_is_typographic(struct slice name)
{
    for (uint32_t k = 0; k < 2; k++) {
        const unsigned char *c = (const unsigned char *)name.data + (k == 0 ? 0 : name.size - 3);
        if (name.size >= 3 && c[0] == 0xe2 && c[1] == 0x80 && c[2] >= 0x98 && c[2] <= 0x9f)
            return true;
    }
    return false;
}

struct slice expect_name(struct parser *p, const char *what)
{
    const struct token *t = p->token;
    if (!is_name_token(t)) {
        fail_expected(p, what);
        return (struct slice){0};
    }
    struct slice name = t->kind == TOKEN_QUOTED ? token_string(p->source->text, t, p->arena) : token_text(p, t);
    if (t->kind == TOKEN_WORD && name_is_typographic(name))
        fail_token(p, t,
                   "[PARSE_SYNTAX_ERROR] these are typographic quotes, as word processors make them; write a text in "
                   "'…', a name in `…`");
    else if (t->kind == TOKEN_WORD && !name_is_plain(name))
        fail_token(p, t,
                   "[INVALID_IDENTIFIER] a name with other than ASCII letters, digits and _ is put in back quotes: "
                   "`%.*s`",
                   (int)name.size, name.data);
    else if (name.size == 0)
        fail_token(p, t, "[PARSE_SYNTAX_ERROR] an empty name; expected %s", what);
    take(p);
    return name;
}

struct slice *expect_names(struct parser *p, const char *what, uint32_t *count)
{
    struct list names = {0};
    expect_symbol(p, "(", "before the names");
    do {
        struct slice name = expect_name(p, what);
        *(struct slice *)list_add(p, &names, sizeof(struct slice)) = name;
    } while (accept_symbol(p, ","));
    expect_symbol(p, ")", "behind the names");
    *count = names.count;
    return names.data;
}

// ---- lists and nodes

void *list_add(struct parser *p, struct list *l, size_t size)
{
    if (l->count == l->capacity) {
        uint32_t capacity = l->capacity == 0 ? 4 : 2 * l->capacity;
        void *grown = arena_zalloc(p->arena, capacity * size);
        if (l->count > 0)
            memcpy(grown, l->data, l->count * size);
        l->data = grown;
        l->capacity = capacity;
    }
    return (char *)l->data + l->count++ * size;
}

void list_add_expr(struct parser *p, struct list *l, struct ast_expr *x)
{
    *(struct ast_expr **)list_add(p, l, sizeof(struct ast_expr *)) = x;
}

struct ast_expr *expr_finish(struct parser *p, struct ast_expr *x, const struct token *begin)
{
    if (p->status != STATUS_OK)
        return NULL;
    const struct token *end = p->token > begin ? p->token - 1 : begin;
    x->offset = begin->offset;
    x->length = end->offset + end->length - begin->offset;
    uint32_t height = x->filter != NULL ? x->filter->height : 0;
    uint64_t nodes = x->filter != NULL ? x->filter->nodes : 0;
    for (uint32_t i = 0; i < x->argc; i++) {
        height = x->args[i]->height > height ? x->args[i]->height : height;
        nodes += x->args[i]->nodes;
    }
    x->height = height + 1;
    x->nodes = (uint32_t)(nodes < AST_NODES_MAX ? nodes + 1 : AST_NODES_MAX + 1);
    if (x->height > AST_HEIGHT_MAX || x->nodes > AST_NODES_MAX)
        return fail_token(p, begin,
                          "[FAILED_TO_PARSE_TOO_COMPLEX] this expression is more than %d levels high or of more "
                          "than %d parts; split it",
                          AST_HEIGHT_MAX, AST_NODES_MAX);
    return x;
}

struct ast_expr *expr_new(struct parser *p, enum ast_kind kind, const struct token *begin)
{
    struct ast_expr *x = ARENA_NEW(p->arena, struct ast_expr);
    x->kind = kind;
    return expr_finish(p, x, begin);
}

struct ast_expr *expr_call_list(struct parser *p, struct slice name, const struct token *begin, const struct list *args)
{
    if (p->status != STATUS_OK)
        return NULL;
    struct ast_expr *x = ARENA_NEW(p->arena, struct ast_expr);
    x->kind = AST_CALL;
    x->name = name;
    x->args = args->data;
    x->argc = args->count;
    return expr_finish(p, x, begin);
}

struct ast_expr *expr_call_n(struct parser *p, const char *name, const struct token *begin, uint32_t argc, ...)
{
    struct list args = {0};
    va_list list;
    va_start(list, argc);
    for (uint32_t i = 0; i < argc; i++)
        list_add_expr(p, &args, va_arg(list, struct ast_expr *));
    va_end(list);
    return expr_call_list(p, slice_of(name), begin, &args);
}

struct ast_expr *expr_value(struct parser *p, enum type_id type, int64_t v, const struct token *begin)
{
    struct ast_expr *x = expr_new(p, AST_LITERAL, begin);
    if (x == NULL)
        return NULL;
    x->value.type = type_simple(type);
    if (type == TYPE_NULL)
        x->value.null = true;
    else if (type == TYPE_BOOLEAN)
        x->value.boolean = v != 0;
    else
        x->value.integer = v;
    return x;
}

struct ast_expr *expr_string(struct parser *p, struct slice text, const struct token *begin)
{
    struct ast_expr *x = expr_new(p, AST_LITERAL, begin);
    if (x != NULL) {
        x->value.type = type_simple(TYPE_STRING);
        x->value.bytes = text;
    }
    return x;
}

// ---- the two ways in

static enum status parser_close(struct parser *p, bool complete)
{
    if (complete && p->status == STATUS_OK && p->token->kind != TOKEN_END)
        fail_expected(p, "the end of the text");
    return p->status;
}

static bool is_blank(struct slice text)
{
    uint32_t i = 0;
    while (i < text.size && (unsigned char)text.data[i] <= ' ')
        i++;
    return i == text.size;
}

enum status sql_parse(const struct sql_source *source, struct arena *arena, struct ast_select **out, struct error *e)
{
    struct parser p;
    *out = NULL;
    if (parser_open(&p, source, arena, e) != STATUS_OK)
        return p.status;
    if (p.token->kind == TOKEN_END) {
        fail_token(&p, p.token, "[%s] there is no query here; it begins with SELECT or WITH",
                   is_blank(source->text) ? "PARSE_EMPTY_STATEMENT" : "PARSE_SYNTAX_ERROR");
        return p.status;
    }
    struct ast_select *select = parse_query(&p);
    while (accept_symbol(&p, ";"))
        ;
    if (p.status == STATUS_OK && p.token->kind != TOKEN_END)
        fail_expected(&p, NULL);
    if (p.status == STATUS_OK)
        *out = select;
    return p.status;
}

enum status sql_parse_schema(const struct sql_source *source, struct arena *arena, const struct type **out,
                             struct error *e)
{
    struct parser p;
    *out = NULL;
    if (parser_open(&p, source, arena, e) != STATUS_OK)
        return p.status;
    const struct type *type = parse_columns(&p);
    enum status status = parser_close(&p, true);
    if (status == STATUS_OK)
        *out = type;
    return status;
}

// ARRAY, MAP or STRUCT with its bracket is no column's name.
static bool at_whole_type(const struct parser *p)
{
    static const char *const names[] = {"ARRAY", "MAP", "STRUCT"};
    bool is = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        is |= p->token->kind == TOKEN_WORD && slice_equal_fold(token_text(p, p->token), slice_of(names[i]));
    return is && p->token[1].kind == TOKEN_SYMBOL && slice_equal(token_text(p, &p->token[1]), SLICE("<"));
}

enum status sql_parse_type(const struct sql_source *source, struct arena *arena, const struct type **out,
                           struct error *e)
{
    struct parser p;
    *out = NULL;
    if (parser_open(&p, source, arena, e) != STATUS_OK)
        return p.status;
    const struct type *type;
    if (at_whole_type(&p)) {
        type = parse_type(&p);
        if (p.status == STATUS_OK && p.token->kind != TOKEN_END)
            fail_expected(&p, "the end of the type");
    } else {
        type = parse_columns(&p);
    }
    enum status status = parser_close(&p, true);
    if (status == STATUS_OK)
        *out = type;
    return status;
}
