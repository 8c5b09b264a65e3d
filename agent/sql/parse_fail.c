// What the parser says when a text is not SQL: what was found, what was expected, what was perhaps meant.
#include "agent/sql/parser.h"

#include <stdarg.h>
#include <stdio.h>

enum { WORD_MAX = 24 };

static const char *const keywords[] = {
    "SELECT", "DISTINCT", "FROM",      "WHERE",  "GROUP BY", "HAVING", "ORDER BY", "LIMIT",   "OFFSET", "UNION",
    "EXCEPT", "WITH",     "INTERSECT", "JOIN",   "INNER",    "LEFT",   "RIGHT",    "OUTER",   "CROSS",  "LATERAL",
    "VIEW",   "USING",    "BETWEEN",   "LIKE",   "RLIKE",    "ILIKE",  "CASE",     "WHEN",    "THEN",   "ELSE",
    "NULLS",  "FIRST",    "LAST",      "ESCAPE", "EXISTS",   "FILTER", "INTERVAL", "GROUP",   "ORDER",  "GROUPING SETS",
    "NULL",   "TRUE",     "FALSE",     "DESC",   "ROLLUP",   "CUBE",   "COMMENT",  "NOT NULL"};

// Edit distance in which two letters swapped count as one, case folded.
static uint32_t distance(struct slice a, struct slice b)
{
    uint32_t row[3][WORD_MAX + 1];
    for (uint32_t j = 0; j <= b.size; j++)
        row[0][j] = j;
    for (uint32_t i = 1; i <= a.size; i++) {
        uint32_t *now = row[i % 3], *above = row[(i + 2) % 3], *above2 = row[(i + 1) % 3];
        now[0] = i;
        for (uint32_t j = 1; j <= b.size; j++) {
            char x = (char)(a.data[i - 1] & ~0x20), y = (char)(b.data[j - 1] & ~0x20);
            uint32_t best = above[j - 1] + (x != y);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && x == (b.data[j - 2] & ~0x20) && y == (a.data[i - 2] & ~0x20) &&
                above2[j - 2] + 1 < best)
                best = above2[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[a.size % 3][b.size];
}

// The keyword that a word misspells, or NULL; "" when it is one itself.
static const char *keyword_near(struct slice word)
{
    const char *found = NULL;
    uint32_t least = word.size >= 7 ? 3 : 2;
    if (word.size < 4 || word.size > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        struct slice keyword = slice_of(keywords[i]);
        uint32_t d = distance(word, keyword);
        if (d == 0)
            return "";
        if (d < least) {
            least = d;
            found = keywords[i];
        }
    }
    return found;
}

static bool is_inside(const struct parser *p)
{
    int32_t open = 0;
    for (const struct token *t = p->first; t < p->token; t++)
        open += t->kind != TOKEN_SYMBOL                     ? 0
                : slice_equal(token_text(p, t), SLICE("(")) ? 1
                : slice_equal(token_text(p, t), SLICE(")")) ? -1
                                                            : 0;
    return open > 0;
}

// What stands here where the query could have ended.
static const char *hint_of_rest(const struct parser *p)
{
    static const char *const statements[] = {"INSERT", "CREATE", "DROP",  "ALTER", "UPDATE", "DELETE",
                                             "MERGE",  "USE",    "CACHE", "SET",   NULL};
    const struct token *before = p->token > p->first ? p->token - 1 : NULL;
    if (before == NULL && ahead_any(p, 0, statements))
        return ". A query only reads: where its rows go is said in \"sinks\", a view is WITH name AS (SELECT …)";
    if (before == NULL)
        return NULL;
    struct slice word = token_text(p, before);
    if (slice_equal(word, SLICE(";")))
        return ". There is one query: nothing may follow the ;";
    if (slice_equal_fold(word, SLICE("GROUP")) || slice_equal_fold(word, SLICE("ORDER")))
        return ". Is BY missing before it?";
    if (at_symbol(p, ")") && !is_inside(p))
        return ". There is no ( for it";
    if (at_symbol(p, "=>"))
        return ". Did you mean >=?";
    return NULL;
}

// " Did you mean FROM instead of 'FORM'?": the word we stand at, or the one before it, which passed as a name.
static void hint_print(const struct parser *p, bool rest, char *to, size_t room)
{
    to[0] = '\0';
    for (uint32_t back = 0; back < 2; back++) {
        if ((size_t)(p->token - p->first) < back)
            break;
        const struct token *t = p->token - back;
        if (t->kind != TOKEN_WORD)
            continue;
        struct slice word = token_text(p, t);
        const char *near = keyword_near(word);
        if (near != NULL && near[0] != '\0') {
            snprintf(to, room, ". Did you mean %s instead of '%.*s'?", near, (int)word.size, word.data);
            return;
        }
    }
    const char *words = hint_of_rest(p);
    if (words == NULL && rest && (p->token->kind == TOKEN_WORD || p->token->kind == TOKEN_QUOTED) &&
        keyword_near(token_text(p, p->token)) == NULL)
        words = ". Is a comma missing before it, or AND, OR?";
    snprintf(to, room, "%s", words ? words : "");
}

// What was expected where a whole query could have ended, said for the word that stands there.
static const char *expected_clause(const struct parser *p)
{
    static const char *const clauses[] = {"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "WITH", NULL};
    static const char *const binary[] = {"AND", "OR", "LIKE", "BETWEEN", "DIV", NULL};
    if ((at_word(p, "GROUP") || at_word(p, "ORDER")) && !ahead_word(p, 1, "BY"))
        return at_word(p, "GROUP") ? "GROUP BY and an expression" : "ORDER BY and an expression";
    if (ahead_any(p, 0, clauses))
        return begins_expression(p, 1) ? "clauses in the order FROM, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, OFFSET, "
                                         "each of them once"
                                       : "an expression behind it";
    if (ahead_any(p, 0, binary))
        return "an expression behind it";
    return "an operator, ',' or a clause (FROM, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, UNION), or the end";
}

static void stick(struct parser *p, enum status status)
{
    p->status = status;
    p->token = p->last;
}

// Behind the last token: blanks and line ends after it are not where a person looks.
static uint32_t end_of_text(const struct parser *p)
{
    return p->token > p->first ? (p->token - 1)->offset + (p->token - 1)->length : 0;
}

void *fail_expected(struct parser *p, const char *expected)
{
    if (p->status != STATUS_OK)
        return NULL;
    const struct token *t = p->token;
    char hint[160];
    hint_print(p, expected == NULL, hint, sizeof hint);
    if (expected == NULL)
        expected = expected_clause(p);
    if (t->kind == TOKEN_END)
        stick(p, sql_error(p->source, end_of_text(p), 1, p->error,
                           "[PARSE_SYNTAX_ERROR] the text ends here; expected %s%s", expected, hint));
    else
        stick(p, sql_error(p->source, t->offset, t->length, p->error,
                           "[PARSE_SYNTAX_ERROR] unexpected '%.*s'; expected %s%s",
                           (int)(t->length < 60 ? t->length : 60), p->source->text.data + t->offset, expected, hint));
    return NULL;
}

static void *fail_list(struct parser *p, uint32_t offset, uint32_t length, const char *format, va_list args)
{
    char words[ERROR_TEXT_MAX / 2];
    if (p->status != STATUS_OK)
        return NULL;
    vsnprintf(words, sizeof words, format, args);
    stick(p, sql_error(p->source, offset, length, p->error, "%s", words));
    return NULL;
}

void *fail_at(struct parser *p, uint32_t offset, uint32_t length, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_list(p, offset, length, format, args);
    va_end(args);
    return NULL;
}

void *fail_token(struct parser *p, const struct token *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_list(p, t->offset, t->length, format, args);
    va_end(args);
    return NULL;
}

void *fail_unsupported(struct parser *p, const struct token *t, const char *what)
{
    return fail_token(p, t, "[UNSUPPORTED_FEATURE] %s: Spark has it, runnel does not", what);
}
