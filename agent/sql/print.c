#include "agent/sql/print.h"

#include "agent/sql/print_names.h"
#include "ops/datetime.h"

#include <inttypes.h>

// Lambda parameters in force; all print as namedlambdavariable().
struct scope {
    const struct scope *outer;
    const struct ast_expr *lambda;
};

struct printer {
    const struct ast_names *names;
    const struct scope *scope;
    struct text *out;
};

static void print(struct printer *p, const struct ast_expr *x);

static bool is_call(const struct ast_expr *x, const char *name)
{
    return x->kind == AST_CALL && slice_equal_fold(x->name, slice_of(name));
}

// ---- names and casts

static bool is_parameter(const struct scope *s, struct slice name)
{
    for (; s != NULL; s = s->outer)
        for (uint32_t i = 0; i < s->lambda->part_count; i++)
            if (slice_equal_fold(s->lambda->parts[i], name))
                return true;
    return false;
}

static uint32_t first_part(const struct printer *p, const struct ast_expr *x)
{
    uint32_t skip = p->names == NULL || x->part_count < 2 ? 0 : p->names->qualifiers(p->names->self, x);
    return skip < x->part_count ? skip : x->part_count - 1;
}

static void print_column(struct printer *p, const struct ast_expr *x)
{
    uint32_t first = first_part(p, x);
    bool parameter = is_parameter(p->scope, x->parts[0]);
    bool lateral = !parameter && p->names != NULL && p->names->lateral(p->names->self, x);
    if (lateral) { // q.p is printed as p
        text_string(p->out, "lateralAliasReference(");
        first = x->part_count - 1;
    }
    if (parameter) {
        text_string(p->out, "namedlambdavariable()");
        first = 1;
        if (x->part_count > 1)
            text_char(p->out, '.');
    }
    for (uint32_t i = first; i < x->part_count; i++) {
        if (i > first)
            text_char(p->out, '.');
        text_slice(p->out, x->parts[i]);
    }
    text_string(p->out, lateral ? ")" : "");
    if (x->symbol) { // a star's field
        text_string(p->out, " AS ");
        text_slice(p->out, x->parts[x->part_count - 1]);
    }
}

static const struct zone *no_zone(void *self, struct slice name)
{
    (void)self, (void)name;
    return NULL;
}

// TIMESTAMP '…' prints the time it is, in the session's zone. Before it is bound: a text without a zone reads and
// prints the same in every zone, so UTC will do.
static void print_typed(struct printer *p, const struct ast_expr *x)
{
    static const struct zones none = {.find = no_zone};
    bool is_instant = x->type->id == TYPE_TIMESTAMP;
    int64_t micros = x->value.integer;
    text_string(p->out, is_instant ? "TIMESTAMP '" : "TIMESTAMP_NTZ '");
    if (is_instant && x->bound != NULL && p->names != NULL && p->names->zone != NULL)
        timestamp_print(micros, p->names->zone, p->out);
    else if (x->bound != NULL || timestamp_parse(x->args[0]->value.bytes, &zone_utc, &none, &micros))
        timestamp_ntz_print(micros, p->out);
    else
        text_slice(p->out, x->args[0]->value.bytes);
    text_char(p->out, '\'');
}

static void print_cast(struct printer *p, const struct ast_expr *x)
{
    if (x->symbol || type_is_nested(x->type)) { // int(x), or to a nested type: Spark forgets that it was there
        print(p, x->args[0]);
        return;
    }
    text_string(p->out, x->lenient ? "TRY_CAST(" : "CAST(");
    print(p, x->args[0]);
    text_string(p->out, " AS ");
    type_print_sql(x->type, p->out);
    text_char(p->out, ')');
}

// ---- calls

static void print_list(struct printer *p, struct ast_expr *const *args, uint32_t argc)
{
    for (uint32_t i = 0; i < argc; i++) {
        text_string(p->out, i > 0 ? ", " : "");
        print(p, args[i]);
    }
}

static bool is_infix(const struct ast_expr *x)
{
    static const char *const names[] = {"=", "<=>", "<", "<=", ">", ">=", "+",  "-",   "*",   "/",
                                        "%", "div", "|", "&",  "^", "<<", ">>", ">>>", "and", "or"};
    for (size_t i = 0; x->argc == 2 && i < sizeof names / sizeof names[0]; i++)
        if (slice_equal(x->name, slice_of(names[i])))
            return true;
    return false;
}

static void print_binary(struct printer *p, const struct ast_expr *left, struct slice symbol,
                         const struct ast_expr *right)
{
    print(p, left);
    text_char(p->out, ' ');
    text_slice(p->out, symbol);
    text_char(p->out, ' ');
    print(p, right);
}

static bool is_interval(const struct ast_expr *x)
{
    return ast_type(x) != NULL && type_is_interval(ast_type(x));
}

static bool is_time(const struct ast_expr *x)
{
    return ast_has_type(x, TYPE_DATE) || ast_has_type(x, TYPE_TIMESTAMP) || ast_has_type(x, TYPE_TIMESTAMP_NTZ);
}

// DATE and whole days: DateAdd, DateSub.
static void print_days(struct printer *p, const struct ast_expr *date, bool minus, const struct ast_expr *days)
{
    bool interval = is_interval(days);
    text_string(p->out, minus && !interval ? "date_sub(" : "date_add(");
    print(p, date);
    text_string(p->out, !interval ? ", " : minus ? ", (- extractansiintervaldays(" : ", extractansiintervaldays(");
    print(p, days);
    text_string(p->out, !interval ? ")" : minus ? ")))" : "))");
}

static bool is_whole_days(const struct ast_expr *x)
{
    if (ast_has_type(x, TYPE_INTERVAL_DT))
        return ast_type(x)->scale == UNIT_DAY;
    return ast_has_type(x, TYPE_TINYINT) || ast_has_type(x, TYPE_SMALLINT) || ast_has_type(x, TYPE_INT);
}

// What BinaryArithmeticWithDatetimeResolver makes of + and -: the time is in front, and there are no parentheses.
static bool print_shift(struct printer *p, const struct ast_expr *x)
{
    const struct ast_expr *left = x->args[0], *right = x->args[1];
    bool minus = is_call(x, "-"), null = ast_has_type(right, TYPE_NULL) || ast_has_type(left, TYPE_NULL);
    if (!minus && (is_time(right) || (is_interval(left) && !is_time(left)))) {
        left = x->args[1];
        right = x->args[0];
    }
    if (!minus && !is_call(x, "+"))
        return false;
    if (ast_has_type(left, TYPE_DATE) && is_whole_days(right)) {
        print_days(p, left, minus, right);
        return true;
    }
    bool shifts = is_interval(right) && !is_interval(left) && !null;
    if (!shifts && !(is_time(left) && null && !minus))
        return false;
    print_binary(p, left, x->name, right);
    return true;
}

// b = 1 is b, b = 0 is NOT b; with <=> where b is not NULL.
static bool print_truth(struct printer *p, const struct ast_expr *x)
{
    uint32_t boolean = ast_has_type(x->args[1], TYPE_BOOLEAN);
    const struct ast_expr *b = x->args[boolean], *number = x->args[1 - boolean];
    double v = number->kind == AST_LITERAL && !number->value.null ? literal_number(&number->value) : -1;
    bool safe = is_call(x, "<=>");
    if (!ast_has_type(b, TYPE_BOOLEAN) || !(is_call(x, "=") || safe) || !(v == 0 || v == 1))
        return false;
    if (safe) {
        text_string(p->out, "((");
        print(p, b);
        text_string(p->out, " IS NOT NULL) AND ");
    }
    text_string(p->out, v == 0 ? "(NOT " : "");
    print(p, b);
    text_string(p->out, v == 0 ? ")" : "");
    text_string(p->out, safe ? ")" : "");
    return true;
}

static void print_infix(struct printer *p, const struct ast_expr *x)
{
    const struct ast_expr *left = x->args[0], *right = x->args[1];
    if (print_shift(p, x) || print_truth(p, x))
        return;
    bool turned = is_call(x, "*") && is_interval(right) && !is_interval(left);
    struct slice symbol = is_call(x, "and") ? SLICE("AND") : is_call(x, "or") ? SLICE("OR") : x->name;
    text_char(p->out, '(');
    print_binary(p, turned ? right : left, symbol, turned ? left : right);
    text_char(p->out, ')');
}

static void print_case(struct printer *p, const struct ast_expr *x)
{
    text_string(p->out, "CASE");
    for (uint32_t i = 0; i + 1 < x->argc; i += 2) {
        text_string(p->out, " WHEN ");
        print(p, x->args[i]);
        text_string(p->out, " THEN ");
        print(p, x->args[i + 1]);
    }
    if (x->argc % 2 == 1) {
        text_string(p->out, " ELSE ");
        print(p, x->args[x->argc - 1]);
    }
    text_string(p->out, " END");
}

// Prefix, arguments joined by `between`, suffix.
static void print_shape(struct printer *p, const struct ast_expr *x, const char *prefix, const char *between,
                        const char *suffix)
{
    text_string(p->out, prefix);
    for (uint32_t i = 0; i < x->argc; i++) {
        text_string(p->out, i > 0 ? between : "");
        print(p, x->args[i]);
    }
    text_string(p->out, suffix);
}

static void print_in(struct printer *p, const struct ast_expr *x)
{
    text_char(p->out, '(');
    print(p, x->args[0]);
    text_string(p->out, " IN (");
    if (x->subquery)
        text_string(p->out, "listquery()");
    print_list(p, x->args + 1, x->argc - 1);
    text_string(p->out, "))");
}

static void print_like(struct printer *p, const struct ast_expr *x)
{
    print(p, x->args[0]);
    text_string(p->out, " LIKE ");
    print(p, x->args[1]);
    if (x->argc == 3) {
        text_string(p->out, " ESCAPE '");
        print(p, x->args[2]);
        text_char(p->out, '\'');
    }
}

// TRIM(BOTH x FROM s)
static void print_trim(struct printer *p, const struct ast_expr *x)
{
    char side = (char)(x->name.data[0] | 0x20);
    print_shape(p, x, side == 'l' ? "TRIM(LEADING " : side == 'r' ? "TRIM(TRAILING " : "TRIM(BOTH ", " FROM ", ")");
}

// struct(i AS q, s) was rewritten as named_struct; (a, b) too, and prints as that.
static void print_struct(struct printer *p, const struct ast_expr *x)
{
    text_string(p->out, "struct(");
    for (uint32_t i = 0; i + 1 < x->argc; i += 2) {
        text_string(p->out, i > 0 ? ", " : "");
        print(p, x->args[i + 1]);
        if (x->args[i]->symbol) { // AS was written
            text_string(p->out, " AS ");
            text_slice(p->out, x->args[i]->value.bytes);
        }
    }
    text_char(p->out, ')');
}

// x LIKE ANY ('a', 'b')
static void print_each(struct printer *p, const struct ast_expr *x)
{
    const struct ast_expr *like = x;
    while (!is_call(like, "like") && !is_call(like, "ilike"))
        like = like->args[0];
    bool folds = is_call(like, "ilike");
    text_printf(p->out, "%s(%s", x->each, folds ? "lower(" : "");
    print(p, like->args[0]);
    text_string(p->out, folds ? "))" : ")");
}

// mode(i, true): the least of those that are there most often.
static bool is_least_mode(const struct ast_expr *x)
{
    return is_call(x, "mode") && x->argc == 2 && x->args[1]->kind == AST_LITERAL && x->args[1]->value.boolean;
}

// st['x'] is a field, as st.x is.
static void print_item(struct printer *p, const struct ast_expr *x)
{
    const struct type *t = ast_type(x->args[0]);
    bool field = t != NULL && (t->id == TYPE_STRUCT || (t->id == TYPE_ARRAY && t->element->id == TYPE_STRUCT &&
                                                        ast_has_type(x->args[1], TYPE_STRING)));
    print_shape(p, x, "", field ? "." : "[", field ? "" : "]");
}

static const struct shape {
    const char *name;
    uint32_t argc;
    const char *prefix, *between, *suffix;
} shapes[] = {
    {"not", 1, "(NOT ", "", ")"},
    {"is null", 1, "(", "", " IS NULL)"},
    {"is not null", 1, "(", "", " IS NOT NULL)"},
    {"is unknown", 1, "(", "", " IS UNKNOWN)"},
    {"is not unknown", 1, "(", "", " IS NOT UNKNOWN)"},
    {"isnull", 1, "(", "", " IS NULL)"},
    {"isnotnull", 1, "(", "", " IS NOT NULL)"},
    {"~", 1, "~", "", ""},
    {"positive", 1, "(+ ", "", ")"},
    {".", 2, "", ".", ""},
    {"extract", 2, "extract(", " FROM ", ")"},
    {"datepart", 2, "datepart(", " FROM ", ")"},
    {"if", 3, "(IF(", ", ", "))"},
    {"rlike", 2, "RLIKE(", ", ", ")"},
    {"convert_timezone", 2, "convert_timezone(current_timezone(), ", ", ", ")"},
    {"log", 1, "LOG(E(), ", "", ")"},
};

static void print_call_arguments(struct printer *p, const struct ast_expr *x)
{
    const struct spelling *s = spelling_find(x);
    if (is_call(x, "from_json") && ast_has_type(x, TYPE_MAP)) { // that is all Spark says of it
        text_string(p->out, "entries");
        return;
    }
    if (s != NULL && s->prints != NULL)
        text_string(p->out, s->prints);
    else
        for (uint32_t i = 0; i < x->name.size; i++) {
            char c = x->name.data[i];
            text_char(p->out, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
        }
    text_string(p->out, x->distinct ? "(DISTINCT " : "(");
    if (x->star)
        text_char(p->out, '1');
    if (x->argc > 0)
        print_list(p, x->args, s != NULL && s->keep > 0 && s->keep < x->argc ? s->keep : x->argc);
    if (s != NULL && s->extra != NULL)
        text_string(p->out, s->extra);
    text_char(p->out, ')');
}

static bool print_special(struct printer *p, const struct ast_expr *x)
{
    for (size_t i = 0; x->each == NULL && i < sizeof shapes / sizeof shapes[0]; i++) {
        if (x->argc == shapes[i].argc && is_call(x, shapes[i].name)) {
            print_shape(p, x, shapes[i].prefix, shapes[i].between, shapes[i].suffix);
            return true;
        }
    }
    if (is_call(x, "negative") && x->symbol) {
        print_shape(p, x, "(- ", "", ")");
    } else if (x->between) {
        text_string(p->out, "between(");
        print(p, x->args[0]->args[0]);
        text_string(p->out, ", ");
        print(p, x->args[0]->args[1]);
        text_string(p->out, ", ");
        print(p, x->args[1]->args[1]);
        text_char(p->out, ')');
    } else if (x->each != NULL) {
        print_each(p, x);
    } else if (is_infix(x)) {
        print_infix(p, x);
    } else if (is_call(x, "[]")) {
        print_item(p, x);
    } else if (is_call(x, "case") || (is_call(x, "when") && x->argc >= 2)) {
        print_case(p, x);
    } else if (is_call(x, "in") && x->argc > 0) {
        print_in(p, x);
    } else if (is_call(x, "like") && x->argc >= 2) {
        print_like(p, x);
    } else if (x->argc == 2 && (is_call(x, "trim") || is_call(x, "ltrim") || is_call(x, "rtrim"))) {
        print_trim(p, x);
    } else if (is_call(x, "named_struct") && x->symbol) {
        print_struct(p, x);
    } else if (is_least_mode(x)) {
        text_string(p->out, "mode() WITHIN GROUP (ORDER BY ");
        print(p, x->args[0]);
        text_string(p->out, " DESC)");
    } else if (is_call(x, "window") || is_call(x, "session_window")) {
        text_string(p->out, is_call(x, "window") ? "window" : "session_window");
    } else {
        return false;
    }
    return true;
}

static void print_call(struct printer *p, const struct ast_expr *x)
{
    if (!print_special(p, x))
        print_call_arguments(p, x);
    if (x->filter != NULL) {
        text_string(p->out, " FILTER (WHERE ");
        print(p, x->filter);
        text_char(p->out, ')');
    }
}

static void print_lambda(struct printer *p, const struct ast_expr *x)
{
    const struct scope scope = {p->scope, x};
    p->scope = &scope;
    text_string(p->out, "lambdafunction(");
    print(p, x->args[0]);
    for (uint32_t i = 0; i < x->part_count; i++)
        text_string(p->out, ", namedlambdavariable()");
    text_char(p->out, ')');
    p->scope = scope.outer;
}

// A value where a lambda was meant: transform(a, 5).
static void print_constant_lambda(struct printer *p, const struct ast_expr *x)
{
    struct ast_expr body = *x;
    body.parameters = 0;
    text_string(p->out, "lambdafunction(");
    print(p, &body);
    for (uint32_t i = 0; i < x->parameters; i++)
        text_string(p->out, ", namedlambdavariable()");
    text_char(p->out, ')');
}

static void print(struct printer *p, const struct ast_expr *x)
{
    if (x->parameters > 0) {
        print_constant_lambda(p, x);
        return;
    }
    switch (x->kind) {
    case AST_LITERAL:
        literal_print(&x->value, p->out);
        break;
    case AST_NAME:
        print_column(p, x);
        break;
    case AST_STAR:
        text_char(p->out, '*');
        break;
    case AST_CALL:
        print_call(p, x);
        break;
    case AST_CAST:
        if (x->typed)
            print_typed(p, x);
        else
            print_cast(p, x);
        break;
    case AST_LAMBDA:
        print_lambda(p, x);
        break;
    case AST_SUBQUERY:
        text_string(p->out, "scalarsubquery()");
        break;
    case AST_INTERVAL:
        interval_print(x->value.integer, (enum interval_unit)x->value.type->precision,
                       (enum interval_unit)x->value.type->scale, p->out);
        break;
    }
}

void ast_print(const struct ast_expr *x, const struct ast_names *names, struct text *out)
{
    struct printer p = {.names = names, .out = out};
    print(&p, x);
}

void ast_print_name(const struct ast_expr *x, struct text *out)
{
    ast_print_name_as(x, NULL, out);
}

void ast_print_name_as(const struct ast_expr *x, const struct ast_names *names, struct text *out)
{
    struct printer p = {.names = names, .out = out};
    if (x->kind == AST_NAME)
        text_slice(out, x->parts[x->part_count - 1]);
    else if (x->kind == AST_CAST && !x->typed && x->args[0]->kind == AST_NAME &&
             x->args[0]->part_count - first_part(&p, x->args[0]) == 1)
        text_slice(out, x->args[0]->parts[x->args[0]->part_count - 1]);
    else if (is_call(x, ".") && x->args[0]->kind == AST_NAME)
        text_slice(out, x->args[1]->value.bytes);
    else
        print(&p, x);
}
