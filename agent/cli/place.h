// Where a pipeline keeps its state, and what this device is called.
#ifndef AGENT_CLI_PLACE_H
#define AGENT_CLI_PLACE_H

#include "agent/plan/pipeline.h"

// `--state DIR` wins over the file; then checkpointLocation; then $STATE_DIRECTORY, else ~/.local/state/runnel, each
// with the pipeline's name behind it.
enum status checkpoint_place(const struct pipeline *p, const char *state, struct arena *arena, const char **out,
                             struct error *e);
// Its control socket: NAME.sock in $RUNTIME_DIRECTORY, else $XDG_RUNTIME_DIR/runnel, else where checkpoints are kept by
// name. NULL: there is no such place.
const char *control_place(const struct pipeline *p, const char *state, struct arena *arena);
// `--device`, $RUNNEL_DEVICE, else the machine id, else the host's name.
const char *device_name(const char *given, struct arena *arena);

#endif
