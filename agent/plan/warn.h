// What runs, and what a person should know all the same: a line each, "warning: …\n".
#ifndef AGENT_PLAN_WARN_H
#define AGENT_PLAN_WARN_H

#include "agent/plan/logical.h"

// The constructs of docs/spark-differences.md that the plan has.
void warn_spark(const struct logical *l, struct text *out);

#endif
