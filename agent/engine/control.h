// The control socket: questions to a running pipeline, from programs of the same user on this machine. A connection is
// one question: a JSON object and a newline in ({"ask": "deadletter.list"}), a JSON object and a newline out ({"text":
// …} or {"error": …}), the end. docs/pipeline.md, Control socket.
//
// A question is taken in whenever the engine waits, and answered between two batches, by the engine's own thread.
#ifndef AGENT_ENGINE_CONTROL_H
#define AGENT_ENGINE_CONTROL_H

#include "hal/port/port.h"
#include "ops/memory.h"

struct control;
struct engine;

enum status control_open(struct port *port, const char *path, struct memory *memory, struct control **out,
                         struct error *e);
void control_close(struct control *c); // NULL is fine
// Answers what was asked, lets go of who is too slow. *next: monotonic time of the next look. Fails if the answering
// broke the checkpoint; what else goes wrong is told to who asked.
enum status control_serve(struct control *c, struct engine *g, int64_t *next, struct error *e);

#endif
