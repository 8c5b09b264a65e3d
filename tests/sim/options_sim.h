// Options for tests, as agent/plan would read them from a file.
#ifndef TESTS_SIM_OPTIONS_SIM_H
#define TESTS_SIM_OPTIONS_SIM_H

#include "ops/option.h"

enum { OPTIONS_SIM_MAX = 16 };

struct options_sim {
    struct options options;
    struct option_value values[OPTIONS_SIM_MAX];
};

// Pairs of name and text, NULL at the end; numbers in base units (bytes, microseconds). The texts are borrowed.
// Options not named are absent, those of `specs` with a fallback too.
void options_sim_fill(struct options_sim *o, const struct option_spec *specs, const char *directory, ...);

#endif
