// A source that gives recorded messages at their times, in place of one that carries messages (socket, mqtt, kafka).
//
// A recording is a text of lines, oldest first. A line is an object: "at" (seconds since the start, or a time; as the
// line before if it is left out), "value" (a string; anything else is taken as its JSON text), and the columns that the
// source gives: "key", "topic", "partition", "offset", "timestamp", "qos", "retain", "headers". A line that is no
// object is a value.
#ifndef AGENT_REPLAY_RECORDED_H
#define AGENT_REPLAY_RECORDED_H

#include "agent/plan/pipeline.h"

struct recording {
    struct message *messages;
    int64_t *at; // of each, wall clock
    uint32_t count;
};

// STATUS_CONFIG: "FILE:LINE: …". All of it lives in the arena.
enum status recording_read(const char *file, int64_t start, const struct zones *zones, struct arena *arena,
                           struct recording *out, struct error *e);
// Puts the recording in the source's place. It keeps its columns, and whether it can be asked for all there is.
void recording_take_place(const char *file, int64_t start, struct pipeline_source *source, struct arena *arena);

#endif
