// The dead letters: records that a receiver refused for good, kept, shown, sent again on demand. docs/SPEC.md, Dead
// letters.
#ifndef AGENT_ENGINE_DEADLETTER_H
#define AGENT_ENGINE_DEADLETTER_H

#include "agent/store/store.h"
#include "ops/text.h"
#include "sinks/record_frame.h"

struct deadletter {
    struct log_place place;
    int64_t at; // wall clock of the refusal, microseconds
    struct slice reason, frame;
};

void deadletter_append(struct text *out, const struct deadletter *d); // its bytes, without the place
bool deadletter_open(struct slice key, struct slice value, struct deadletter *out);

// The part of a sink's dead letters, and the key of one in it.
const struct state *deadletter_part(struct store *s, const char *sink, struct error *e);
enum { DEADLETTER_KEY = 10 };
struct slice deadletter_key(struct log_place place, char to[DEADLETTER_KEY]);

// All sinks', for a person: two lines each, `most` bytes or little more, how many there are.
enum status deadletter_list(struct store *s, size_t most, struct text *out, uint64_t *count, struct error *e);
// Of a stopped checkpoint: moves them back behind the log's end, in a commit each so many: they are sent again with the
// same identity. Of a running pipeline: deliver_resend.
enum status deadletter_resend(struct store *s, uint64_t *count, struct error *e);

#endif
