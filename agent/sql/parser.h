// What the parts of the parser share. Private to agent/sql.
//
// The first error sticks: the parser then stands at the end of the text, every rule comes back by itself, and what it
// gives is NULL. So no rule needs to ask after each step.
#ifndef AGENT_SQL_PARSER_H
#define AGENT_SQL_PARSER_H

#include "agent/sql/ast.h"
#include "agent/sql/token.h"

enum {
    PARSE_DEPTH_MAX = 400, // rules inside rules: parentheses, subqueries, types
    PARSE_CHAIN_MAX = 400, // joins, set operations, items side by side that nest to the left
};

struct parser {
    const struct sql_source *source;
    struct arena *arena;
    struct error *error;
    enum status status;
    struct token *token; // the one we look at
    struct token *first, *last;
    uint32_t depth;
    uint32_t watermarks; // clauses so far
    bool schema;         // a DDL schema: no CHAR, no VARCHAR
};

enum status parser_open(struct parser *p, const struct sql_source *source, struct arena *arena, struct error *e);
// Goes into a rule that can nest; false (and an error) when that is too deep. Leave with p->depth--.
bool parser_enter(struct parser *p);

// Looking. Words are compared without regard to case.
bool at_symbol(const struct parser *p, const char *symbol);
bool at_word(const struct parser *p, const char *word);
bool ahead_symbol(const struct parser *p, uint32_t ahead, const char *symbol);
bool ahead_word(const struct parser *p, uint32_t ahead, const char *word);
bool at_words(const struct parser *p, const char *word, const char *next);
bool ahead_any(const struct parser *p, uint32_t ahead, const char *const *words); // NULL-terminated
const struct token *ahead(const struct parser *p, uint32_t count);                // the last token beyond the end
bool begins_expression(const struct parser *p, uint32_t ahead);
bool begins_query(const struct parser *p, uint32_t ahead);
uint32_t behind_parenthesis(const struct parser *p, uint32_t count); // how far ahead, of the one that opens there
bool is_name_token(const struct token *t);                           // word or `quoted`

// Taking.
void take(struct parser *p);
bool accept_symbol(struct parser *p, const char *symbol);
bool accept_word(struct parser *p, const char *word);
bool accept_words(struct parser *p, const char *word, const char *next); // both or none
bool expect_symbol(struct parser *p, const char *symbol, const char *where);
bool expect_word(struct parser *p, const char *word, const char *where);
// A name; `what` is said when there is none: "a column name".
struct slice expect_name(struct parser *p, const char *what);
// (a, b, c), the parenthesis not yet taken.
struct slice *expect_names(struct parser *p, const char *what, uint32_t *count);
struct slice token_text(const struct parser *p, const struct token *t);

// Errors. Each answers NULL, so that a rule can `return`.
void *fail_expected(struct parser *p, const char *expected); // at the token we look at
void *fail_at(struct parser *p, uint32_t offset, uint32_t length, const char *format, ...) PRINTF_LIKE(4, 5);
void *fail_token(struct parser *p, const struct token *t, const char *format, ...) PRINTF_LIKE(3, 4);
// What SQL has and we do not: "[UNSUPPORTED_FEATURE] …".
void *fail_unsupported(struct parser *p, const struct token *t, const char *what);

// Lists: a growing array in the arena.
struct list {
    void *data;
    uint32_t count, capacity;
};
void *list_add(struct parser *p, struct list *l, size_t size); // a zeroed element
void list_add_expr(struct parser *p, struct list *l, struct ast_expr *x);

// Trees. Offsets run from `begin` to the last token taken.
struct ast_expr *expr_new(struct parser *p, enum ast_kind kind, const struct token *begin);
struct ast_expr *expr_call_n(struct parser *p, const char *name, const struct token *begin, uint32_t argc, ...);
struct ast_expr *expr_call_list(struct parser *p, struct slice name, const struct token *begin,
                                const struct list *args);
struct ast_expr *expr_string(struct parser *p, struct slice text, const struct token *begin);
struct ast_expr *expr_value(struct parser *p, enum type_id type, int64_t v, const struct token *begin);
struct ast_expr *expr_finish(struct parser *p, struct ast_expr *x, const struct token *begin);

// Rules.
struct ast_select *parse_query(struct parser *p);
void parse_group(struct parser *p, struct ast_select *s); // behind GROUP BY
struct ast_relation *parse_values(struct parser *p);      // at VALUES
struct ast_relation *parse_from(struct parser *p);        // behind FROM
struct ast_relation *parse_laterals(struct parser *p, struct ast_relation *left);
struct ast_expr *parse_expression(struct parser *p); // booleanExpression
struct ast_expr *parse_value(struct parser *p);      // valueExpression
struct ast_expr *parse_primary(struct parser *p);
struct ast_expr *parse_call(struct parser *p);                  // at a name with "(" behind it
struct ast_expr *parse_special(struct parser *p, bool *is_one); // CAST, EXTRACT, TRIM … : calls with words inside
struct ast_expr *parse_literal(struct parser *p, bool *is_one);
struct ast_expr *parse_interval(struct parser *p); // at INTERVAL
bool begins_interval(const struct parser *p);
bool is_unit(struct slice word, enum interval_unit *unit); // singular or plural; WEEK is days, MILLISECOND seconds
struct ast_expr *parse_number(struct parser *p);           // with its sign
const struct type *type_by_name(struct slice name);        // INT, LONG, … of no parameters; NULL
struct ast_order *parse_order_items(struct parser *p, uint32_t *count);
const struct type *parse_type(struct parser *p);
const struct type *parse_columns(struct parser *p); // a DDL schema

#endif
