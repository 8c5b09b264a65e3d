#include "ops/option.h"

const struct option_value *option_get(const struct options *o, const char *name)
{
    for (uint32_t i = 0; i < o->count; i++) {
        const struct option_value *v = &o->value[i];
        if (slice_equal_fold(slice_of(v->spec->name), slice_of(name)))
            return v->given || v->spec->fallback != NULL ? v : NULL;
    }
    return NULL;
}

struct slice option_text(const struct options *o, const char *name)
{
    const struct option_value *v = option_get(o, name);
    return v != NULL ? v->text : (struct slice){0};
}

int64_t option_integer(const struct options *o, const char *name, int64_t absent)
{
    const struct option_value *v = option_get(o, name);
    return v != NULL ? v->integer : absent;
}

bool option_boolean(const struct options *o, const char *name)
{
    return option_integer(o, name, 0) != 0;
}
