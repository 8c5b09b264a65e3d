// The session that a pipeline's file asks for.
#ifndef AGENT_PLAN_SESSION_H
#define AGENT_PLAN_SESSION_H

#include "agent/plan/pipeline.h"
#include "ops/session.h"

// STATUS_CONFIG: timeZone names no zone of this machine.
enum status pipeline_session(const struct pipeline *p, const struct zones *zones, struct arena *arena,
                             struct session *out, struct error *e);

#endif
