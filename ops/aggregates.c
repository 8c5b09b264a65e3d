// The registry: one line an aggregate; its row is at the end of its family's file.
#include "ops/aggregate.h"

extern const struct aggregate aggregate_count, aggregate_count_if;
extern const struct aggregate aggregate_listagg;
extern const struct aggregate aggregate_regr_count, aggregate_regr_avgx, aggregate_regr_avgy, aggregate_regr_r2,
    aggregate_regr_slope;
extern const struct aggregate aggregate_regr_intercept, aggregate_regr_sxx, aggregate_regr_syy, aggregate_regr_sxy;
extern const struct aggregate aggregate_sum, aggregate_try_sum, aggregate_avg;
extern const struct aggregate aggregate_min, aggregate_max;
extern const struct aggregate aggregate_min_by, aggregate_max_by;
extern const struct aggregate aggregate_first, aggregate_last, aggregate_any_value;
extern const struct aggregate aggregate_bool_and, aggregate_bool_or;
extern const struct aggregate aggregate_stddev_samp, aggregate_stddev_pop, aggregate_var_samp, aggregate_var_pop;
extern const struct aggregate aggregate_corr, aggregate_covar_pop, aggregate_covar_samp;
extern const struct aggregate aggregate_bit_and, aggregate_bit_or, aggregate_bit_xor;
extern const struct aggregate aggregate_collect_list, aggregate_collect_set;
extern const struct aggregate aggregate_approx_count_distinct;
extern const struct aggregate aggregate_percentile_approx, aggregate_percentile, aggregate_median;
extern const struct aggregate aggregate_mode;
extern const struct aggregate aggregate_skewness, aggregate_kurtosis;

static const struct aggregate *const registry[] = {
    &aggregate_count,
    &aggregate_count_if,
    &aggregate_sum,
    &aggregate_try_sum,
    &aggregate_avg,
    &aggregate_min,
    &aggregate_max,
    &aggregate_min_by,
    &aggregate_max_by,
    &aggregate_first,
    &aggregate_last,
    &aggregate_any_value,
    &aggregate_bool_and,
    &aggregate_bool_or,
    &aggregate_var_samp,
    &aggregate_var_pop,
    &aggregate_stddev_samp,
    &aggregate_stddev_pop,
    &aggregate_corr,
    &aggregate_covar_pop,
    &aggregate_covar_samp,
    &aggregate_bit_and,
    &aggregate_bit_or,
    &aggregate_bit_xor,
    &aggregate_collect_list,
    &aggregate_collect_set,
    &aggregate_approx_count_distinct,
    &aggregate_percentile_approx,
    &aggregate_percentile,
    &aggregate_median,
    &aggregate_mode,
    &aggregate_skewness,
    &aggregate_kurtosis,
    &aggregate_listagg,
    &aggregate_regr_count,
    &aggregate_regr_avgx,
    &aggregate_regr_avgy,
    &aggregate_regr_r2,
    &aggregate_regr_slope,
    &aggregate_regr_intercept,
    &aggregate_regr_sxx,
    &aggregate_regr_syy,
    &aggregate_regr_sxy,
};

enum { REGISTRY_COUNT = sizeof registry / sizeof registry[0] };

const struct aggregate *aggregate_find(struct slice name)
{
    for (uint32_t k = 0; k < REGISTRY_COUNT; k++) {
        if (slice_equal_fold(name, slice_of(registry[k]->name)))
            return registry[k];
        for (const char *const *alias = registry[k]->alias; alias != NULL && *alias != NULL; alias++)
            if (slice_equal_fold(name, slice_of(*alias)))
                return registry[k];
    }
    return NULL;
}

const struct aggregate *const *aggregate_list(uint32_t *count)
{
    *count = REGISTRY_COUNT;
    return registry;
}

enum status aggregate_mismatch(const struct aggregate_binding *b, uint32_t argument, const char *wanted,
                               struct error *e)
{
    struct text name;
    text_init(&name, b->arena->memory);
    type_print_sql(b->arg[argument]->type, &name);
    error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] %s: argument %u is %s, wanted %s",
              b->aggregate->name, (unsigned)argument + 1, text_cstring(&name), wanted);
    text_free(&name);
    return STATUS_CONFIG;
}
