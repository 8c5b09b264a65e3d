// Expressions as text: bytes for the fingerprint, SQL for a person.
#include "agent/plan/logical.h"

#include "ops/datetime.h"
#include "ops/decimal.h"
#include "ops/function.h"
#include "ops/lambda.h"

#include <inttypes.h>

// As bytes that stay what they are: docs/SPEC.md, the fingerprint.
static void literal_print(const struct value *v, struct text *out)
{
    if (v->null || v->type->id == TYPE_NULL) {
        text_string(out, "NULL");
        return;
    }
    switch (v->type->id) {
    case TYPE_BOOLEAN:
        text_string(out, v->boolean ? "true" : "false");
        return;
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
        text_printf(out, "%.17g", v->real);
        return;
    case TYPE_STRING:
    case TYPE_BINARY:
        text_char(out, '\'');
        text_slice(out, v->bytes);
        text_char(out, '\'');
        return;
    case TYPE_DECIMAL:
        text_printf(out, "%" PRId64 ":%" PRIu64 "E-%u", v->decimal.high, v->decimal.low, v->type->scale);
        return;
    case TYPE_TIMESTAMP:
        text_string(out, "TIMESTAMP '");
        timestamp_print(v->integer, &zone_utc, out);
        text_string(out, "Z'");
        return;
    case TYPE_DATE:
        text_string(out, "DATE '");
        date_print((int32_t)v->integer, out);
        text_char(out, '\'');
        return;
    default:
        if (!type_is_integral(v->type)) {
            type_print_sql(v->type, out);
            text_char(out, ' ');
        }
        text_printf(out, "%" PRId64, v->integer);
    }
}

// As SQL writes it.
static void literal_show(const struct value *v, struct text *out)
{
    char digits[DECIMAL_TEXT_MAX];
    enum type_id id = v->null ? TYPE_NULL : v->type->id;
    if (id == TYPE_DECIMAL)
        text_bytes(out, digits, decimal_print_plain(v->decimal, v->type->scale, digits));
    else if (id == TYPE_INTERVAL_YM || id == TYPE_INTERVAL_DT)
        interval_print(v->integer, (enum interval_unit)v->type->precision, (enum interval_unit)v->type->scale, out);
    else
        literal_print(v, out);
}

// An expression inside a lambda's body: its columns are the lambda's parameters, then arguments of the call.
struct printing {
    const struct logical *l;
    const struct expr *call; // NULL: outside, columns are attributes
    const struct lambda *lambda;
    const struct printing *outer;
    uint32_t depth;
    struct text *out;
    bool shown, qualified; // for a person; columns with their table
};

static void print(const struct printing *p, const struct expr *x);

static void column_print(const struct printing *p, uint32_t column)
{
    if (!p->call) {
        const struct attribute *a = &p->l->attributes[column];
        if (p->qualified && a->table.size)
            text_printf(p->out, "%.*s.", (int)a->table.size, a->table.data);
        text_slice(p->out, a->name);
        return;
    }
    if (column < p->lambda->parameters)
        text_printf(p->out, "%c%u", 'x' + (char)column, p->depth);
    else
        print(p->outer, p->call->args[p->lambda->capture[column - p->lambda->parameters]]);
}

static void lambda_print(const struct printing *p, const struct expr *call, const struct lambda *lambda)
{
    const struct printing inner = {p->l, call, lambda, p, p->depth + 1, p->out, p->shown, p->qualified};
    text_string(p->out, ", (");
    for (uint32_t k = 0; k < lambda->parameters; k++)
        text_printf(p->out, "%s%c%u", k ? ", " : "", 'x' + (char)k, inner.depth);
    text_string(p->out, ") -> ");
    print(&inner, lambda->body);
}

static void arguments_print(const struct printing *p, const struct expr *x)
{
    uint32_t argc = x->lambdas ? x->function->plain_args : x->argc;
    for (uint32_t i = 0; i < argc; i++) {
        if (i)
            text_string(p->out, ", ");
        print(p, x->args[i]);
    }
    for (uint32_t k = 0; k < x->lambdas; k++)
        lambda_print(p, x, x->lambda[k]);
    if (strcmp(x->function->name, "cast") == 0) {
        text_string(p->out, " AS ");
        type_print_sql(x->type, p->out);
    }
}

static void case_show(const struct printing *p, const struct expr *x)
{
    text_string(p->out, "CASE");
    for (uint32_t i = 0; i < x->argc; i++) {
        bool otherwise = i + 1 == x->argc && i % 2 == 0;
        text_string(p->out, otherwise ? " ELSE " : i % 2 ? " THEN " : " WHEN ");
        print(p, x->args[i]);
    }
    text_string(p->out, " END");
}

// What SQL writes otherwise than as a call.
static bool show_special(const struct printing *p, const struct expr *x)
{
    static const struct {
        const char *name, *before, *behind;
    } forms[] = {{"not", "NOT ", ""}, {"is null", "", " IS NULL"}, {"is not null", "", " IS NOT NULL"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(x->function->name, forms[i].name) == 0) {
            text_string(p->out, forms[i].before);
            print(p, x->args[0]);
            text_string(p->out, forms[i].behind);
            return true;
        }
    }
    if (strcmp(x->function->name, "case") != 0)
        return false;
    case_show(p, x);
    return true;
}

static void print(const struct printing *p, const struct expr *x)
{
    if (x->kind == EXPR_COLUMN) {
        column_print(p, x->column);
        return;
    }
    if (x->kind == EXPR_LITERAL) {
        (p->shown ? literal_show : literal_print)(&x->literal, p->out);
        return;
    }
    if (p->shown && show_special(p, x))
        return;
    const char *name = x->function->name;
    if (strcmp(name, ".") == 0) {
        print(p, x->args[0]);
        text_printf(p->out, ".%.*s", (int)x->args[1]->literal.bytes.size, x->args[1]->literal.bytes.data);
        return;
    }
    bool word = (name[0] >= 'a' && name[0] <= 'z') || name[0] == '_';
    bool infix = x->argc == 2 && !x->lambdas && (!word || strcmp(name, "and") == 0 || strcmp(name, "or") == 0);
    text_printf(p->out, "%s(", infix ? "" : name);
    if (infix) {
        print(p, x->args[0]);
        bool upper = p->shown && word;
        text_printf(p->out, " %s ", !upper ? name : strcmp(name, "and") == 0 ? "AND" : "OR");
        print(p, x->args[1]);
    } else {
        arguments_print(p, x);
    }
    text_char(p->out, ')');
}

void expr_print(const struct logical *l, const struct expr *x, struct text *out)
{
    print(&(struct printing){.l = l, .out = out}, x);
}

void expr_show(const struct logical *l, const struct expr *x, bool qualified, struct text *out)
{
    print(&(struct printing){.l = l, .out = out, .shown = true, .qualified = qualified}, x);
}
