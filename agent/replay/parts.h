// What the parts of a replay share. Private to agent/replay.
#ifndef AGENT_REPLAY_PARTS_H
#define AGENT_REPLAY_PARTS_H

#include "ops/arena.h"
#include "ops/option.h"

// A whole file, in the arena. STATUS_END: there is none.
enum status replay_read_file(const char *path, struct arena *arena, struct slice *out, struct error *e);
// The options with that one set: an own copy of them.
void replay_add_option(struct options *options, const struct option_spec *spec, struct slice text, int64_t integer,
                       struct arena *arena);

#endif
