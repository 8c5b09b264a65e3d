// `runnel spark`: the pipeline as a PySpark program that needs nothing of ours. What Spark has no reader or writer for
// is a marked place to be filled in; what it has no option for is left out, and said in a comment.
#ifndef AGENT_PLAN_SPARK_H
#define AGENT_PLAN_SPARK_H

#include "agent/plan/plan.h"

// The pipeline was read and planned, so all of it is valid. Scratch memory is of `arena`.
void spark_program(const struct pipeline *p, const struct plan *plan, struct arena *arena, struct text *out);

#endif
