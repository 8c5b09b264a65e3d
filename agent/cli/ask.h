// Asks a running pipeline through its control socket (agent/engine/control.h).
#ifndef AGENT_CLI_ASK_H
#define AGENT_CLI_ASK_H

#include "ops/status.h"
#include "ops/text.h"

// `answer`: its "text". STATUS_FAILED: nobody answers, or what it could not do.
enum status ask_running(const char *socket, const char *question, struct text *answer, struct error *e);

#endif
