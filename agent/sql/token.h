// Spark's tokens (SqlBaseLexer.g4, 4.x), all of a text at once: the parser looks ahead as far as it likes.
//
// Keywords are words: with ansi off every one of them can be a name, so it is the parser that knows when a word is one.
#ifndef AGENT_SQL_TOKEN_H
#define AGENT_SQL_TOKEN_H

#include "agent/sql/parse.h"
#include "ops/arena.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,       // name or keyword, unquoted
    TOKEN_QUOTED,     // `name`
    TOKEN_STRING,     // '…', "…", r'…', r"…"
    TOKEN_INTEGER,    // 1
    TOKEN_DECIMAL,    // 1.5
    TOKEN_EXPONENT,   // 1e3
    TOKEN_BIGINT,     // 1L
    TOKEN_SMALLINT,   // 1S
    TOKEN_TINYINT,    // 1Y
    TOKEN_FLOAT,      // 1.5F
    TOKEN_DOUBLE,     // 1.5D
    TOKEN_BIGDECIMAL, // 1.5BD
    TOKEN_SYMBOL,     // an operator or a bracket, the longest that fits
};

struct token {
    enum token_kind kind;
    uint32_t offset, length; // in the text
};

// The last token is TOKEN_END. STATUS_CONFIG: a string, a quoted name or a comment without an end, a byte that begins
// no token.
enum status token_split(const struct sql_source *source, struct arena *arena, struct token **out, uint32_t *count,
                        struct error *e);

static inline bool token_is_number(const struct token *t)
{
    return t->kind >= TOKEN_INTEGER && t->kind <= TOKEN_BIGDECIMAL;
}

// The bytes that a string token means (escapes undone, `''` one quote), or a `quoted` name; in `arena` where they
// differ from the text.
struct slice token_string(struct slice text, const struct token *t, struct arena *arena);

#endif
