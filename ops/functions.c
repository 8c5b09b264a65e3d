#include "ops/functions.h"

#define FUNCTION_ENTRY(name) &function_##name,
static const struct function *const all[] = {FUNCTIONS(FUNCTION_ENTRY)};

static bool is_named(const struct function *f, struct slice name)
{
    if (slice_equal_fold(slice_of(f->name), name))
        return true;
    for (const char *const *alias = f->alias; alias && *alias; alias++)
        if (slice_equal_fold(slice_of(*alias), name))
            return true;
    return false;
}

const struct function *function_find(struct slice name)
{
    for (uint32_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        if (is_named(all[i], name))
            return all[i];
    return NULL;
}

const struct function *const *function_list(uint32_t *count)
{
    *count = sizeof(all) / sizeof(*all);
    return all;
}
