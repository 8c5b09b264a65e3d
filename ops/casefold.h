// Upper and lower case of all of Unicode, as Spark has them.
#ifndef OPS_CASEFOLD_H
#define OPS_CASEFOLD_H

#include "ops/arena.h"
#include "ops/slice.h"

// Each gives `s` itself where nothing changes, else a text in `arena`. Invalid bytes stay.
struct slice text_upper(struct slice s, struct arena *arena);
struct slice text_lower(struct slice s, struct arena *arena); // with the final sigma
// The first letter after each blank in title case, the others in lower case.
struct slice text_initcap(struct slice s, struct arena *arena);

#endif
