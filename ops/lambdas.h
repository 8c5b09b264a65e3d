// What the higher-order functions share.
#ifndef OPS_LAMBDAS_H
#define OPS_LAMBDAS_H

#include "ops/lambda.h"
#include "ops/list.h"

static inline const struct expr *lambda_body(const struct binding *b, uint32_t k)
{
    return b->lambda[k]->body;
}
static inline void lambda_parameter(struct lambda_parameters *out, uint32_t k, const struct type *type, bool nullable)
{
    out->of[k] = (struct lambda_parameter){type, nullable};
    out->most = k + 1;
}
// The body's value as a condition: BOOLEAN, or a bare NULL.
enum status lambda_condition(struct binding *b, struct error *e);
// The spans of the row's results, as long as argument 0's lists: room for all their elements. The list itself is NULL
// where argument 0 is.
void lambda_spans(const struct call *c, const struct rows *rows);
// Puts values [0, count) of `from` into a child's places from `first` on.
void lambda_store(const struct call *c, uint32_t child, uint32_t first, const struct column *from, uint32_t count);

#define LAMBDA_FUNCTION(id, plain, names, binder, how, words, shown, result)                                           \
    const struct function function_##id = {.name = #id,                                                                \
                                           .min_args = (plain) + 1,                                                    \
                                           .max_args = (plain) + 1,                                                    \
                                           .plain_args = plain,                                                        \
                                           .parameters = names,                                                        \
                                           .bind = binder,                                                             \
                                           .usage = how,                                                               \
                                           .summary = words,                                                           \
                                           .example = shown,                                                           \
                                           .gives = result};

#endif
