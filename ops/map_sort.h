#ifndef OPS_MAP_SORT_H
#define OPS_MAP_SORT_H

#include "ops/function.h"

extern const struct function function_map_sort; // ops/fn_map_sort.c; no name of SQL finds it

#endif
