// min_by and max_by (Spark's MinBy, MaxBy): the value where another one is least or greatest. Rows whose ordering value
// is NULL do not count; of equal ones the last counts. State: the datum (ops/datum.h) of the ordering value, then that
// of the value.
#include "ops/aggregate.h"
#include "ops/datum.h"

struct extreme_by {
    struct datum order, value; // order is NULL before the first row that counts
};

static const int least = -1, greatest = 1; // what bind leaves in `state`

static int sign_of(const struct aggregate_call *bound)
{
    return *(const int *)bound->state;
}

static void by_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                    void *const *groups)
{
    const struct column *order = args[1];
    int sign = sign_of(bound);
    FOR_EACH_ROW (i, rows) {
        struct extreme_by *s = groups[i_k];
        if (is_null(order, i) || (s->order.there && datum_compare_row(&s->order, order, i, bound->arena) * sign > 0))
            continue;
        datum_set(&s->order, order, i, bound->arena);
        datum_set(&s->value, args[0], i, bound->arena);
    }
}

static void by_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    struct extreme_by *a = into;
    const struct extreme_by *b = from;
    if (b->order.there &&
        (!a->order.there || datum_compare(bound->arg_type[1], &a->order, &b->order) * sign_of(bound) <= 0))
        *a = *b;
}

static void by_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    datum_get(&((const struct extreme_by *)group)->value, out, row, bound->arena);
}

static void by_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    const struct extreme_by *s = group;
    datum_save(bound->arg_type[1], &s->order, out);
    datum_save(bound->type, &s->value, out);
}

static size_t by_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    struct extreme_by *s = group;
    size_t order = datum_load(bound->arg_type[1], bytes, &s->order, bound->arena);
    if (order == 0)
        return 0;
    struct slice rest = {bytes.data + order, bytes.size - (uint32_t)order};
    size_t value = datum_load(bound->type, rest, &s->value, bound->arena);
    return value > 0 ? order + value : 0;
}

static const struct aggregate_kernels by_kernels = {
    .step = by_step, .merge = by_merge, .finish = by_finish, .save = by_save, .load = by_load};

static enum status by_bind(struct aggregate_binding *b, const int *sign, struct error *e)
{
    if (!datum_is_ordered(b->arg[1]->type))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] %s: argument 2 has a MAP in it, which has no order",
                         b->aggregate->name);
    b->type = b->arg[0]->type;
    b->nullable = true;
    b->state_size = sizeof(struct extreme_by);
    b->state = sign;
    b->kernels = &by_kernels;
    return STATUS_OK;
}

static enum status min_by_bind(struct aggregate_binding *b, struct error *e)
{
    return by_bind(b, &least, e);
}

static enum status max_by_bind(struct aggregate_binding *b, struct error *e)
{
    return by_bind(b, &greatest, e);
}

const struct aggregate aggregate_min_by = {
    .name = "min_by",
    .min_args = 2,
    .max_args = 2,
    .bind = min_by_bind,
    .usage = "min_by(expr, order)",
    .summary = "The value of the row whose order is least.",
    .example = "SELECT min_by(x, y) FROM VALUES ('a', 2), ('b', 1) AS t(x, y)",
    .gives = "\"b\"",
};

const struct aggregate aggregate_max_by = {
    .name = "max_by",
    .min_args = 2,
    .max_args = 2,
    .bind = max_by_bind,
    .usage = "max_by(expr, order)",
    .summary = "The value of the row whose order is greatest.",
    .example = "SELECT max_by(x, y) FROM VALUES ('a', 2), ('b', 1) AS t(x, y)",
    .gives = "\"a\"",
};
