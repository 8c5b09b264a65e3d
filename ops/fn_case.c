// upper, lower, initcap.
#include "ops/casefold.h"
#include "ops/kernel.h"

#define CASE_KERNEL(name, convert)                                                                                     \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            if (!row_is_null(c, i))                                                                                    \
                c->out->slice[i] = convert(slice_at(c->in[0], i), c->arena);                                           \
        }                                                                                                              \
    }
CASE_KERNEL(upper, text_upper)
CASE_KERNEL(lower, text_lower)
CASE_KERNEL(initcap, text_initcap)

static bool is_case(const struct expr *x)
{
    return x->kind == EXPR_CALL && (x->function == &function_upper || x->function == &function_lower);
}

// Of two in a row the outer one alone is done (SimplifyCaseConversionExpressions): lower(upper('ß')) of a column is ß.
static enum status bind_text_case(struct binding *b, struct error *e)
{
    if (b->function != &function_initcap && is_case(b->arg[0]))
        return expr_call(b->arena, b->session, b->function, b->arg[0]->args, 1, &b->instead, e);
    b->type = type_simple(TYPE_STRING);
    b->kernel = b->function == &function_upper ? upper : b->function == &function_lower ? lower : initcap;
    return binding_want(b, 0, WANT_STRING, e);
}

const struct function function_upper = {
    .name = "upper",
    .alias = (const char *const[]){"ucase", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_text_case,
    .usage = "upper(str)",
    .summary = "The string in upper case.",
    .example = "upper('Straße')",
    .gives = "\"STRASSE\"",
};
const struct function function_lower = {
    .name = "lower",
    .alias = (const char *const[]){"lcase", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_text_case,
    .usage = "lower(str)",
    .summary = "The string in lower case.",
    .example = "lower('SparkSql')",
    .gives = "\"sparksql\"",
};
const struct function function_initcap = {
    .name = "initcap",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_text_case,
    .usage = "initcap(str)",
    .summary = "The first letter after each blank in upper case, the others in lower case.",
    .example = "initcap('sPark sql')",
    .gives = "\"Spark Sql\"",
};
