// dataType and colTypeList of SqlBaseParser.g4: the types of CAST and of schemas.
#include "agent/sql/parser.h"

enum { COLUMNS_MAX = 10000, TYPE_LENGTH_MAX = 9 };

static const struct {
    const char *name;
    enum type_id id;
} simple[] = {
    {"BOOLEAN", TYPE_BOOLEAN},
    {"TINYINT", TYPE_TINYINT},
    {"BYTE", TYPE_TINYINT},
    {"SMALLINT", TYPE_SMALLINT},
    {"SHORT", TYPE_SMALLINT},
    {"INT", TYPE_INT},
    {"INTEGER", TYPE_INT},
    {"BIGINT", TYPE_BIGINT},
    {"LONG", TYPE_BIGINT},
    {"FLOAT", TYPE_FLOAT},
    {"REAL", TYPE_FLOAT},
    {"DOUBLE", TYPE_DOUBLE},
    {"DATE", TYPE_DATE},
    {"TIMESTAMP", TYPE_TIMESTAMP},
    {"TIMESTAMP_LTZ", TYPE_TIMESTAMP},
    {"TIMESTAMP_NTZ", TYPE_TIMESTAMP_NTZ},
    {"STRING", TYPE_STRING},
    {"BINARY", TYPE_BINARY},
    {"VOID", TYPE_NULL},
};

// Beside those above, for "did you mean".
static const char *const other_names[] = {"DECIMAL", "DEC",   "NUMERIC", "CHAR", "CHARACTER",
                                          "VARCHAR", "ARRAY", "STRUCT",  "MAP",  "INTERVAL"};

const struct type *type_by_name(struct slice name)
{
    for (size_t i = 0; i < sizeof simple / sizeof simple[0]; i++)
        if (slice_equal_fold(name, slice_of(simple[i].name)))
            return type_simple(simple[i].id);
    return NULL;
}

static const struct type *unknown_type(struct parser *p, const struct token *t)
{
    struct slice names[sizeof simple / sizeof simple[0] + sizeof other_names / sizeof other_names[0]];
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof simple / sizeof simple[0]; i++)
        names[count++] = slice_of(simple[i].name);
    for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; i++)
        names[count++] = slice_of(other_names[i]);
    struct slice word = token_text(p, t);
    int near = slice_nearest(word, names, count);
    return fail_token(p, t, "[UNSUPPORTED_DATATYPE] %.*s is no type%s%.*s%s", (int)(word.size < 60 ? word.size : 60),
                      word.data,
                      near < 0 ? "; there are BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL(p, s), "
                                 "STRING, BINARY, DATE, "
                                 "TIMESTAMP, TIMESTAMP_NTZ, ARRAY<>, MAP<>, STRUCT<>"
                               : ". Did you mean ",
                      near < 0 ? 0 : (int)names[near].size, near < 0 ? "" : names[near].data, near < 0 ? "" : "?");
}

static void expect_close(struct parser *p)
{
    expect_symbol(p, ">", "behind the type's parts (or ',')");
}

// ---- parameters

// (10, 2): up to `most` numbers.
static uint32_t parse_lengths(struct parser *p, int64_t *numbers, uint32_t most)
{
    uint32_t count = 0;
    if (!accept_symbol(p, "("))
        return 0;
    do {
        struct slice text = token_text(p, p->token);
        if (count == most || p->token->kind != TOKEN_INTEGER || text.size > TYPE_LENGTH_MAX) {
            fail_expected(p, count == most ? "')' behind the type's length" : "a number");
            return 0;
        }
        numbers[count] = 0;
        for (uint32_t i = 0; i < text.size; i++)
            numbers[count] = numbers[count] * 10 + (text.data[i] - '0');
        count++;
        take(p);
    } while (accept_symbol(p, ","));
    expect_symbol(p, ")", "behind the type's length");
    return count;
}

static const struct type *parse_decimal(struct parser *p, const struct token *begin)
{
    int64_t n[2] = {10, 0};
    parse_lengths(p, n, 2);
    if (n[0] > 38 || n[0] < 1)
        return fail_token(p, begin, "[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] a DECIMAL has 1 to 38 digits");
    if (n[1] > n[0])
        return fail_token(p, begin,
                          "[DECIMAL_SCALE_EXCEEDS_PRECISION] a DECIMAL's scale (%d) is not more than its "
                          "digits (%d)",
                          (int)n[1], (int)n[0]);
    return p->status == STATUS_OK ? type_decimal(p->arena, (unsigned)n[0], (unsigned)n[1]) : NULL;
}

// CHAR(n), VARCHAR(n): STRING in a CAST; Spark refuses them in a schema.
static const struct type *parse_char(struct parser *p, const struct token *begin)
{
    int64_t n;
    struct slice name = token_text(p, begin);
    if (p->schema)
        return fail_token(p, begin, "[UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING] a schema has no %.*s; write STRING",
                          (int)name.size, name.data);
    if (parse_lengths(p, &n, 1) == 0)
        return fail_token(p, begin, "[DATATYPE_MISSING_SIZE] %.*s needs a length: %.*s(10)", (int)name.size, name.data,
                          (int)name.size, name.data);
    return type_simple(TYPE_STRING);
}

static const struct type *parse_interval_type(struct parser *p)
{
    enum interval_unit first, last;
    if (!is_name_token(p->token) || !is_unit(token_text(p, p->token), &first))
        return fail_unsupported(p, p->token - 1, "INTERVAL without units as a type (write INTERVAL DAY TO SECOND)");
    take(p);
    last = first;
    if (accept_word(p, "TO") && (!is_unit(token_text(p, p->token), &last) || p->token->kind != TOKEN_WORD))
        return fail_expected(p, "a unit: MONTH, HOUR, MINUTE or SECOND");
    else if (last != first)
        take(p);
    if (last < first || (first == UNIT_MONTH && last > first) || (first == UNIT_YEAR && last > UNIT_MONTH))
        return fail_token(p, p->token - 1,
                          "[PARSE_SYNTAX_ERROR] there is no such interval; write YEAR TO MONTH or DAY TO "
                          "SECOND");
    return type_interval(first, last);
}

// ---- columns

// name type [NOT NULL] [COMMENT 'x']; inside STRUCT<> a colon may stand between name and type.
static struct field parse_column(struct parser *p, bool colon)
{
    struct field f = {.nullable = true};
    f.name = expect_name(p, "a column: name TYPE");
    if (colon)
        accept_symbol(p, ":");
    f.type = parse_type(p);
    for (;;) {
        if (accept_words(p, "NOT", "NULL")) {
            f.nullable = false;
        } else if (at_word(p, "COMMENT")) {
            take(p);
            if (p->token->kind != TOKEN_STRING)
                fail_expected(p, "a string behind COMMENT");
            take(p);
        } else {
            break;
        }
    }
    return f;
}

static const struct type *struct_of(struct parser *p, const struct list *fields)
{
    return p->status == STATUS_OK ? type_struct(p->arena, fields->data, fields->count) : NULL;
}

static void open_complex(struct parser *p, const char *name, const char *example)
{
    if (!accept_symbol(p, "<"))
        fail_token(p, p->token - 1, "[INCOMPLETE_TYPE_DEFINITION.%s] %s has no parts; write %s", name, name, example);
}

static const struct type *parse_struct(struct parser *p)
{
    struct list fields = {0};
    if (accept_symbol(p, "<>"))
        return struct_of(p, &fields);
    open_complex(p, "STRUCT", "STRUCT<a: INT>");
    if (accept_symbol(p, ">"))
        return struct_of(p, &fields);
    do {
        struct field f = parse_column(p, true);
        *(struct field *)list_add(p, &fields, sizeof f) = f;
    } while (accept_symbol(p, ","));
    expect_close(p);
    return struct_of(p, &fields);
}

static const struct type *parse_array(struct parser *p)
{
    open_complex(p, "ARRAY", "ARRAY<INT>");
    const struct type *element = parse_type(p);
    expect_close(p);
    return p->status == STATUS_OK ? type_array(p->arena, element, true) : NULL;
}

static const struct type *parse_map(struct parser *p)
{
    open_complex(p, "MAP", "MAP<STRING, INT>");
    const struct type *key = parse_type(p);
    expect_symbol(p, ",", "and the type of the values: MAP<STRING, INT>");
    const struct type *value = parse_type(p);
    expect_close(p);
    return p->status == STATUS_OK ? type_map(p->arena, key, value, true) : NULL;
}

// ---- types

static const struct type *parse_simple(struct parser *p, const struct token *begin)
{
    const struct type *type = type_by_name(token_text(p, begin));
    if (type == NULL)
        return unknown_type(p, begin);
    if (at_symbol(p, "("))
        return fail_token(p, begin, "[UNSUPPORTED_DATATYPE] %.*s takes no length", (int)begin->length,
                          p->source->text.data + begin->offset);
    if (type->id == TYPE_TIMESTAMP && begin->length == 9 && at_words(p, "WITHOUT", "TIME") &&
        ahead_word(p, 2, "ZONE")) {
        take(p);
        accept_words(p, "TIME", "ZONE");
        return type_simple(TYPE_TIMESTAMP_NTZ);
    }
    return type;
}

static const struct type *parse_any_type(struct parser *p)
{
    const struct token *begin = p->token;
    if (begin->kind != TOKEN_WORD)
        return fail_expected(p, "a type, such as INT, STRING or TIMESTAMP");
    take(p);
    struct slice word = token_text(p, begin);
    static const struct {
        const char *name;
        const struct type *(*parse)(struct parser *p, const struct token *begin);
    } sized[] = {{"DECIMAL", parse_decimal}, {"DEC", parse_decimal},    {"NUMERIC", parse_decimal},
                 {"CHAR", parse_char},       {"CHARACTER", parse_char}, {"VARCHAR", parse_char}};
    static const struct {
        const char *name;
        const struct type *(*parse)(struct parser *p);
    } complex[] = {
        {"ARRAY", parse_array}, {"MAP", parse_map}, {"STRUCT", parse_struct}, {"INTERVAL", parse_interval_type}};
    for (size_t i = 0; i < sizeof sized / sizeof sized[0]; i++)
        if (slice_equal_fold(word, slice_of(sized[i].name)))
            return sized[i].parse(p, begin);
    for (size_t i = 0; i < sizeof complex / sizeof complex[0]; i++)
        if (slice_equal_fold(word, slice_of(complex[i].name)))
            return complex[i].parse(p);
    return parse_simple(p, begin);
}

const struct type *parse_type(struct parser *p)
{
    const struct type *type = parser_enter(p) ? parse_any_type(p) : NULL;
    p->depth--;
    return p->status == STATUS_OK ? type : NULL;
}

// Two columns of one name: which of them would a query mean?
static void refuse_twins(struct parser *p, const struct list *fields, const struct token *t)
{
    const struct field *f = fields->data;
    struct slice last = f[fields->count - 1].name;
    for (uint32_t i = 0; i + 1 < fields->count && p->status == STATUS_OK; i++)
        if (slice_equal_fold(f[i].name, last))
            fail_token(p, t, "[COLUMN_ALREADY_EXISTS] the schema has a column %.*s already", (int)last.size, last.data);
}

const struct type *parse_columns(struct parser *p)
{
    struct list fields = {0};
    p->schema = true;
    if (p->token->kind == TOKEN_END)
        return fail_token(p, p->token,
                          "[PARSE_EMPTY_STATEMENT] the schema is empty; it is a text such as \"a INT, b "
                          "STRING\"");
    do {
        const struct token *t = p->token;
        if (fields.count == COLUMNS_MAX)
            return fail_token(p, t, "[PARSE_SYNTAX_ERROR] more than %d columns", COLUMNS_MAX);
        struct field f = parse_column(p, false);
        *(struct field *)list_add(p, &fields, sizeof f) = f;
        if (p->status == STATUS_OK)
            refuse_twins(p, &fields, t);
    } while (p->status == STATUS_OK && accept_symbol(p, ","));
    if (p->status == STATUS_OK && p->token->kind != TOKEN_END)
        return fail_expected(p, "',' and the next column, NOT NULL, COMMENT or the end");
    return struct_of(p, &fields);
}
