#include "agent/sql/print.h"

#include "agent/sql/print_names.h"
#include "ops/datetime.h"
#include "ops/number.h"

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

// ---- values

static void print_decimal(struct text *out, struct decimal d, unsigned scale)
{
    char digits[48];
    uint32_t limb[4], count = 0;
    bool negative = d.high < 0;
    uint64_t low = negative ? ~d.low + 1 : d.low;
    uint64_t high = negative ? ~(uint64_t)d.high + (low == 0 ? 1 : 0) : (uint64_t)d.high;
    limb[0] = (uint32_t)(high >> 32), limb[1] = (uint32_t)high, limb[2] = (uint32_t)(low >> 32),
    limb[3] = (uint32_t)low;
    do {
        uint64_t rest = 0;
        for (int i = 0; i < 4; i++) {
            uint64_t v = (rest << 32) | limb[i];
            limb[i] = (uint32_t)(v / 10);
            rest = v % 10;
        }
        digits[count++] = (char)('0' + (int)rest);
    } while (count <= scale || limb[0] != 0 || limb[1] != 0 || limb[2] != 0 || limb[3] != 0);
    if (negative)
        text_char(out, '-');
    while (count-- > 0) {
        text_char(out, digits[count]);
        if (count == scale && scale > 0)
            text_char(out, '.');
    }
}

static void print_number(struct text *out, const struct value *v)
{
    char number[NUMBER_TEXT_MAX];
    if (v->type->id == TYPE_FLOAT)
        text_bytes(out, number, float_print((float)v->real, number));
    else if (v->type->id == TYPE_DOUBLE)
        text_bytes(out, number, double_print(v->real, number));
    else if (v->type->id == TYPE_DECIMAL)
        print_decimal(out, v->decimal, v->type->scale);
    else
        text_bytes(out, number, int64_print(v->integer, number));
}

static void print_literal(struct text *out, const struct value *v)
{
    switch (v->null ? TYPE_NULL : v->type->id) {
    case TYPE_NULL:
        text_string(out, "NULL");
        break;
    case TYPE_BOOLEAN:
        text_string(out, v->boolean ? "true" : "false");
        break;
    case TYPE_STRING:
        text_slice(out, v->bytes);
        break;
    case TYPE_BINARY:
        text_string(out, "X'");
        for (uint32_t i = 0; i < v->bytes.size; i++)
            text_printf(out, "%02X", (unsigned)(unsigned char)v->bytes.data[i]);
        text_char(out, '\'');
        break;
    case TYPE_DATE:
        text_string(out, "DATE '");
        date_print((int32_t)v->integer, out);
        text_char(out, '\'');
        break;
    default:
        print_number(out, v);
        break;
    }
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
}

static const struct zone *no_zone(void *self, struct slice name)
{
    (void)self, (void)name;
    return NULL;
}

// TIMESTAMP '…': a text without a zone reads and prints the same in every zone, so UTC will do here.
static void print_typed(struct printer *p, const struct ast_expr *x)
{
    static const struct zones none = {.find = no_zone};
    int64_t micros;
    struct slice text = x->args[0]->value.bytes;
    bool has_name = false; // of a zone: the binder's to read
    for (uint32_t i = 0; i < text.size; i++)
        has_name = has_name || (text.data[i] >= 'a' && text.data[i] <= 'z') || text.data[i] == '/';
    text_string(p->out, x->type->id == TYPE_TIMESTAMP ? "TIMESTAMP '" : "TIMESTAMP_NTZ '");
    if (has_name || !timestamp_parse(text, &zone_utc, &none, &micros))
        text_slice(p->out, text);
    else
        timestamp_ntz_print(micros, p->out);
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

static void print_infix(struct printer *p, const struct ast_expr *x)
{
    const struct ast_expr *left = x->args[0], *right = x->args[1];
    bool sum = is_call(x, "+");
    // a time and an interval: TimestampAddInterval, which puts no parentheses and the time in front
    bool time = (sum || is_call(x, "-")) && (left->kind == AST_INTERVAL) != (right->kind == AST_INTERVAL) &&
                (sum || right->kind == AST_INTERVAL);
    if (time && left->kind == AST_INTERVAL) {
        left = x->args[1];
        right = x->args[0];
    }
    text_string(p->out, time ? "" : "(");
    print(p, left);
    text_printf(p->out, " %s ", is_call(x, "and") ? "AND" : is_call(x, "or") ? "OR" : "");
    if (!is_call(x, "and") && !is_call(x, "or")) {
        p->out->size -= 1;
        text_slice(p->out, x->name);
        text_char(p->out, ' ');
    }
    print(p, right);
    text_string(p->out, time ? "" : ")");
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
        const struct ast_expr *value = x->args[i + 1];
        struct slice name = x->args[i]->value.bytes;
        text_string(p->out, i > 0 ? ", " : "");
        print(p, value);
        bool own = value->kind == AST_NAME && slice_equal(value->parts[value->part_count - 1], name);
        bool counted = value->kind != AST_NAME && name.size > 3 && memcmp(name.data, "col", 3) == 0;
        if (!own && !counted) {
            text_string(p->out, " AS ");
            text_slice(p->out, name);
        }
    }
    text_char(p->out, ')');
}

static const struct shape {
    const char *name;
    uint32_t argc;
    const char *prefix, *between, *suffix;
} shapes[] = {
    {"not", 1, "(NOT ", "", ")"},
    {"is null", 1, "(", "", " IS NULL)"},
    {"is not null", 1, "(", "", " IS NOT NULL)"},
    {"isnull", 1, "(", "", " IS NULL)"},
    {"isnotnull", 1, "(", "", " IS NOT NULL)"},
    {"~", 1, "~", "", ""},
    {"positive", 1, "(+ ", "", ")"},
    {"[]", 2, "", "[", "]"},
    {".", 2, "", ".", ""},
    {"extract", 2, "extract(", " FROM ", ")"},
    {"if", 3, "(IF(", ", ", "))"},
    {"rlike", 2, "RLIKE(", ", ", ")"},
    {"ilike", 2, "ilike(", ", ", ")"},
    {"log", 1, "LOG(E(), ", "", ")"},
};

static void print_call_arguments(struct printer *p, const struct ast_expr *x)
{
    const struct spelling *s = spelling_find(x->name, x->argc);
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
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
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
    } else if (is_infix(x)) {
        print_infix(p, x);
    } else if (is_call(x, "case") || (is_call(x, "when") && x->argc >= 2)) {
        print_case(p, x);
    } else if (is_call(x, "in")) {
        print_in(p, x);
    } else if (is_call(x, "like") && x->argc >= 2) {
        print_like(p, x);
    } else if (x->argc == 2 && (is_call(x, "trim") || is_call(x, "ltrim") || is_call(x, "rtrim"))) {
        print_trim(p, x);
    } else if (is_call(x, "named_struct") && x->symbol) {
        print_struct(p, x);
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

static void print(struct printer *p, const struct ast_expr *x)
{
    switch (x->kind) {
    case AST_LITERAL:
        print_literal(p->out, &x->value);
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
    else
        print(&p, x);
}
