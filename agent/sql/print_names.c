// Seen in Spark 4.3: each row is what `SELECT f(…)` names its column.
#include "agent/sql/print_names.h"

#define UPPER(lower, upper)                                                                                            \
    {                                                                                                                  \
        lower, SPELLING_ANY, upper, NULL, 0                                                                            \
    }

// The lambdas that are there when none is given.
#define VARIABLE "namedlambdavariable()"
#define IDENTITY ", lambdafunction(" VARIABLE ", " VARIABLE ")"
#define COMPARATOR                                                                                                     \
    ", lambdafunction((IF(((" VARIABLE " IS NULL) AND (" VARIABLE " IS NULL)), 0, (IF((" VARIABLE                      \
    " IS NULL), 1, (IF((" VARIABLE " IS NULL), -1, (IF((" VARIABLE " < " VARIABLE "), -1, (IF((" VARIABLE              \
    " > " VARIABLE "), 1, 0)))))))))), " VARIABLE ", " VARIABLE ")"

static const struct spelling spellings[] = {
    UPPER("acos", "ACOS"),
    UPPER("acosh", "ACOSH"),
    UPPER("asin", "ASIN"),
    UPPER("asinh", "ASINH"),
    UPPER("atan", "ATAN"),
    UPPER("atan2", "ATAN2"),
    UPPER("atanh", "ATANH"),
    UPPER("cbrt", "CBRT"),
    UPPER("cos", "COS"),
    UPPER("cosh", "COSH"),
    UPPER("cot", "COT"),
    UPPER("csc", "CSC"),
    UPPER("degrees", "DEGREES"),
    UPPER("e", "E"),
    UPPER("exp", "EXP"),
    UPPER("expm1", "EXPM1"),
    UPPER("hypot", "HYPOT"),
    UPPER("log", "LOG"),
    UPPER("log10", "LOG10"),
    UPPER("log1p", "LOG1P"),
    UPPER("log2", "LOG2"),
    UPPER("pi", "PI"),
    UPPER("power", "POWER"),
    UPPER("radians", "RADIANS"),
    UPPER("regexp", "REGEXP"),
    UPPER("regexp_like", "REGEXP_LIKE"),
    UPPER("rlike", "RLIKE"),
    UPPER("sec", "SEC"),
    UPPER("signum", "SIGNUM"),
    UPPER("sin", "SIN"),
    UPPER("sinh", "SINH"),
    UPPER("sqrt", "SQRT"),
    UPPER("tan", "TAN"),
    UPPER("tanh", "TANH"),
    {"aggregate", 3, NULL, IDENTITY, 0},
    {"any_value", 2, NULL, NULL, 1},
    {"approx_count_distinct", 2, NULL, NULL, 1},
    {"approx_percentile", 2, NULL, ", 10000", 0},
    {"array_agg", SPELLING_ANY, "collect_list", NULL, 0},
    {"array_sort", 1, NULL, COMPARATOR, 0},
    {"bround", 1, NULL, ", 0", 0},
    {"ceil", 1, "CEIL", NULL, 0},
    {"ceil", 2, "ceil", NULL, 0},
    {"current_database", 0, "current_schema", NULL, 0},
    {"hmac", 2, NULL, ", SHA-256", 0},
    {"curdate", 0, "current_date", NULL, 0},
    {"dateadd", 2, "date_add", NULL, 0},
    {"first", 2, NULL, NULL, 1},
    {"first_value", 2, NULL, NULL, 1},
    {"floor", 1, "FLOOR", NULL, 0},
    {"floor", 2, "floor", NULL, 0},
    {"from_csv", SPELLING_ANY, NULL, NULL, 1},
    {"from_json", SPELLING_ANY, NULL, NULL, 1},
    {"from_unixtime", 1, NULL, ", yyyy-MM-dd HH:mm:ss", 0},
    {"ilike", 3, NULL, NULL, 2},
    {"last", 2, NULL, NULL, 1},
    {"last_value", 2, NULL, NULL, 1},
    {"listagg", 1, NULL, ", NULL", 0},
    {"locate", 2, NULL, ", 1", 0},
    {"lpad", 2, NULL, ",  ", 0},
    {"make_dt_interval", 0, NULL, "0, 0, 0, 0.000000", 0},
    {"make_dt_interval", 1, NULL, ", 0, 0, 0.000000", 0},
    {"make_dt_interval", 2, NULL, ", 0, 0.000000", 0},
    {"make_dt_interval", 3, NULL, ", 0.000000", 0},
    {"make_interval", 1, NULL, ", 0, 0, 0, 0, 0, 0.000000", 0},
    {"make_ym_interval", 0, NULL, "0, 0", 0},
    {"make_ym_interval", 1, NULL, ", 0", 0},
    {"mask", 1, NULL, ", X, x, n, NULL", 0},
    {"mask", 2, NULL, ", x, n, NULL", 0},
    {"mask", 3, NULL, ", n, NULL", 0},
    {"mask", 4, NULL, ", NULL", 0},
    {"mode", 2, NULL, NULL, 1},
    {"months_between", 2, NULL, ", true", 0},
    {"overlay", 3, NULL, ", -1", 0},
    {"percentile", 2, NULL, ", 1", 0},
    {"percentile_approx", 2, NULL, ", 10000", 0},
    {"position", 2, NULL, ", 1", 0},
    {"reduce", 3, NULL, IDENTITY, 0},
    {"regexp_extract", 2, NULL, ", 1", 0},
    {"regexp_extract_all", 2, NULL, ", 1", 0},
    {"regexp_instr", 2, NULL, ", 0", 0},
    {"regexp_replace", 3, NULL, ", 1", 0},
    {"replace", 2, NULL, ", ", 0},
    {"round", 1, NULL, ", 0", 0},
    {"rpad", 2, NULL, ",  ", 0},
    {"sort_array", 1, NULL, ", true", 0},
    {"split", 2, NULL, ", -1", 0},
    {"str_to_map", 1, NULL, ", ,, :", 0},
    {"str_to_map", 2, NULL, ", :", 0},
    {"string_agg", 1, NULL, ", NULL", 0},
    {"substr", 2, NULL, ", 2147483647", 0},
    {"substring", 2, NULL, ", 2147483647", 0},
    {"schema_of_csv", SPELLING_ANY, NULL, NULL, 1},
    {"schema_of_json", SPELLING_ANY, NULL, NULL, 1},
    {"to_csv", SPELLING_ANY, NULL, NULL, 1},
    {"to_json", SPELLING_ANY, NULL, NULL, 1},
    {"to_unix_timestamp", 1, NULL, ", yyyy-MM-dd HH:mm:ss", 0},
    {"to_varchar", 2, "to_char", NULL, 0},
    {"unix_timestamp", 0, NULL, "current_timestamp(), yyyy-MM-dd HH:mm:ss", 0},
    {"unix_timestamp", 1, NULL, ", yyyy-MM-dd HH:mm:ss", 0},
};

const struct type *ast_type(const struct ast_expr *x)
{
    if (x->bound != NULL)
        return x->bound;
    return x->kind == AST_INTERVAL || x->kind == AST_LITERAL ? x->value.type : x->type;
}

bool ast_has_type(const struct ast_expr *x, enum type_id id)
{
    return ast_type(x) != NULL && ast_type(x)->id == id;
}

static bool is_text(const struct ast_expr *x, const char *text)
{
    return x->kind == AST_LITERAL && ast_has_type(x, TYPE_STRING) && slice_equal_fold(x->value.bytes, slice_of(text));
}

// to_char of a time is date_format, of a BINARY what its format says.
static const struct spelling *spelling_of_to_char(const struct ast_expr *x)
{
    static const struct spelling time = {NULL, 2, "date_format", NULL, 0}, hex = {NULL, 2, "hex", NULL, 1},
                                 base64 = {NULL, 2, "base64", NULL, 1}, utf8 = {NULL, 2, "decode", NULL, 0},
                                 varchar = {NULL, 2, "to_varchar", NULL, 1};
    const struct ast_expr *value = x->args[0], *format = x->args[1];
    if (ast_has_type(value, TYPE_DATE) || ast_has_type(value, TYPE_TIMESTAMP) ||
        ast_has_type(value, TYPE_TIMESTAMP_NTZ))
        return &time;
    if (!ast_has_type(value, TYPE_BINARY))
        return NULL;
    if (slice_equal_fold(x->name, SLICE("to_varchar")))
        return &varchar;
    if (is_text(format, "hex"))
        return &hex;
    if (is_text(format, "base64"))
        return &base64;
    return is_text(format, "utf-8") ? &utf8 : NULL;
}

// What depends on types and values.
static const struct spelling *spelling_special(const struct ast_expr *x)
{
    static const struct spelling pad = {NULL, 2, NULL, ", X'00'", 0};
    bool varchar = slice_equal_fold(x->name, SLICE("to_varchar"));
    if (varchar || slice_equal_fold(x->name, SLICE("to_char")))
        return spelling_of_to_char(x);
    if (slice_equal_fold(x->name, SLICE("lpad")) || slice_equal_fold(x->name, SLICE("rpad")))
        return ast_has_type(x->args[0], TYPE_BINARY) ? &pad : NULL;
    return NULL;
}

const struct spelling *spelling_find(const struct ast_expr *x)
{
    const struct spelling *special = x->argc == 2 ? spelling_special(x) : NULL;
    for (size_t i = 0; special == NULL && i < sizeof spellings / sizeof spellings[0]; i++)
        if ((spellings[i].argc == SPELLING_ANY || spellings[i].argc == x->argc) &&
            slice_equal_fold(slice_of(spellings[i].name), x->name))
            special = &spellings[i];
    return special;
}
