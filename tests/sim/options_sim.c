#include "tests/sim/options_sim.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

static const struct option_spec *spec_of(const struct option_spec *specs, const char *name)
{
    for (; specs->name != NULL; specs++)
        if (strcmp(specs->name, name) == 0)
            return specs;
    assert(false && "no such option");
    return NULL;
}

void options_sim_fill(struct options_sim *o, const struct option_spec *specs, const char *directory, ...)
{
    *o = (struct options_sim){.options = {.value = o->values, .directory = slice_of(directory)}};
    va_list args;
    va_start(args, directory);
    for (const char *name = va_arg(args, const char *); name != NULL; name = va_arg(args, const char *)) {
        const char *text = va_arg(args, const char *);
        assert(o->options.count < OPTIONS_SIM_MAX);
        struct option_value *v = &o->values[o->options.count++];
        *v = (struct option_value){.spec = spec_of(specs, name), .given = true, .text = slice_of(text)};
        if (v->spec->kind == OPTION_BOOLEAN)
            v->integer = strcmp(text, "true") == 0;
        else if (v->spec->kind == OPTION_LIST)
            *v = (struct option_value){
                .spec = v->spec, .given = true, .list = &v->text, .list_size = 1, .text = v->text};
        else
            v->integer = strtoll(text, NULL, 10);
    }
    va_end(args);
}
