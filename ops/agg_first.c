// first, last, any_value (Spark's First, Last, AnyValue): in order of arrival, what the state has comes first. With
// true as second argument (IGNORE NULLS) NULLs are passed over. State: 00, no row was seen; or 01 and a datum
// (ops/datum.h).
#include "ops/aggregate.h"
#include "ops/datum.h"

struct seen {
    struct datum value;
    uint64_t any;
};

static const bool keep_nulls = false, ignore_nulls = true; // what bind leaves in `state`

static bool counts(const struct aggregate_call *bound, const struct column *c, uint32_t row)
{
    return !(*(const bool *)bound->state && is_null(c, row));
}

static void first_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                       void *const *groups)
{
    FOR_EACH_ROW (i, rows) {
        struct seen *s = groups[i_k];
        if (s->any || !counts(bound, args[0], i))
            continue;
        datum_set(&s->value, args[0], i, bound->arena);
        s->any = 1;
    }
}

static void last_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                      void *const *groups)
{
    FOR_EACH_ROW (i, rows) {
        struct seen *s = groups[i_k];
        if (!counts(bound, args[0], i))
            continue;
        datum_set(&s->value, args[0], i, bound->arena);
        s->any = 1;
    }
}

static void first_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    struct seen *a = into;
    if (!a->any)
        *a = *(const struct seen *)from;
}

static void last_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    const struct seen *b = from;
    if (b->any)
        *(struct seen *)into = *b;
}

static void seen_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    datum_get(&((const struct seen *)group)->value, out, row, bound->arena);
}

static void seen_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    const struct seen *s = group;
    text_char(out, s->any ? 1 : 0);
    if (s->any)
        datum_save(bound->type, &s->value, out);
}

static size_t seen_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    struct seen *s = group;
    if (bytes.size < 1 || (unsigned char)bytes.data[0] > 1)
        return 0;
    s->any = (uint64_t)bytes.data[0];
    if (!s->any)
        return 1;
    struct slice value = {bytes.data + 1, bytes.size - 1};
    size_t used = datum_load(bound->type, value, &s->value, bound->arena);
    return used > 0 ? 1 + used : 0;
}

static const struct aggregate_kernels first_kernels = {
    .step = first_step, .merge = first_merge, .finish = seen_finish, .save = seen_save, .load = seen_load};
static const struct aggregate_kernels last_kernels = {
    .step = last_step, .merge = last_merge, .finish = seen_finish, .save = seen_save, .load = seen_load};

static enum status seen_bind(struct aggregate_binding *b, const struct aggregate_kernels *kernels, struct error *e)
{
    bool ignore = false;
    if (b->argc > 1) {
        const struct expr *flag = b->arg[1];
        if (flag->kind != EXPR_LITERAL || flag->type->id != TYPE_BOOLEAN || flag->literal.null)
            return error_set(e, STATUS_CONFIG,
                             "[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] %s: argument 2 says whether NULLs are ignored: "
                             "write true or false",
                             b->aggregate->name);
        ignore = flag->literal.boolean;
    }
    b->type = b->arg[0]->type;
    b->nullable = true;
    b->state_size = sizeof(struct seen);
    b->state = ignore ? &ignore_nulls : &keep_nulls;
    b->kernels = kernels;
    return STATUS_OK;
}

static enum status first_bind(struct aggregate_binding *b, struct error *e)
{
    return seen_bind(b, &first_kernels, e);
}

static enum status last_bind(struct aggregate_binding *b, struct error *e)
{
    return seen_bind(b, &last_kernels, e);
}

const struct aggregate aggregate_first = {
    .name = "first",
    .alias = (const char *const[]){"first_value", NULL},
    .min_args = 1,
    .max_args = 2,
    .bind = first_bind,
    .usage = "first(expr[, ignoreNulls])",
    .summary = "The value of the group's first row, in order of arrival.",
    .example = "SELECT first(x, true) FROM VALUES (NULL), (1), (2) AS t(x)",
    .gives = "1",
};

const struct aggregate aggregate_last = {
    .name = "last",
    .alias = (const char *const[]){"last_value", NULL},
    .min_args = 1,
    .max_args = 2,
    .bind = last_bind,
    .usage = "last(expr[, ignoreNulls])",
    .summary = "The value of the group's last row, in order of arrival.",
    .example = "SELECT last(x, true) FROM VALUES (1), (2), (NULL) AS t(x)",
    .gives = "2",
};

const struct aggregate aggregate_any_value = {
    .name = "any_value",
    .min_args = 1,
    .max_args = 2,
    .bind = first_bind,
    .usage = "any_value(expr[, ignoreNulls])",
    .summary = "A value of the group: as in Spark, that of its first row.",
    .example = "SELECT any_value(x) FROM VALUES (1), (2) AS t(x)",
    .gives = "1",
};
