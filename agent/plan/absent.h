// Functions that Spark has and runnel has not, and why.
#ifndef AGENT_PLAN_ABSENT_H
#define AGENT_PLAN_ABSENT_H

#include "ops/slice.h"

// What to write instead, or why not; NULL: Spark has no such function either, or we know nothing to say.
const char *absent_reason(struct slice function);

#endif
