// Java's regular expressions by PCRE2, with limits that a hostile pattern cannot pass.
#ifndef OPS_REGEX_H
#define OPS_REGEX_H

#include "ops/arena.h"
#include "ops/slice.h"
#include "ops/status.h"

#include <stdbool.h>

struct regex;

struct regex_match {
    uint32_t from, to; // bytes
};

// Lives in `arena`, scratch of its matches included: one thread. STATUS_CONFIG: no pattern Java takes, or one that
// Java and PCRE2 read differently.
enum status regex_compile(struct slice pattern, struct arena *arena, struct regex **out, struct error *e);
// The first match at or after byte `from`; false: none, or the limits were met. groups[0] is the whole match; a group
// that took no part is {UINT32_MAX, UINT32_MAX}.
bool regex_find(struct regex *r, struct slice s, uint32_t from, struct regex_match *groups, uint32_t group_count);
uint32_t regex_groups(const struct regex *r); // capturing groups, without the whole
// Is the pattern a plain text? Then `plain` is it.
bool regex_is_plain(struct slice pattern, struct arena *arena, struct slice *plain);

#endif
