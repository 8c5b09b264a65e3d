// What a bridge answers to a produce request: offsets[], one entry a record; or an error for the whole of it.
#ifndef SINKS_KAFKA_ANSWER_H
#define SINKS_KAFKA_ANSWER_H

#include "sinks/kafka_dialect.h"

typedef void (*kafka_entry)(void *arg, uint32_t index, enum sink_outcome outcome, const char *reason);

// Calls `entry` for each of the `records` of the request, in order; those without an entry did not arrive as far as
// anybody knows (SINK_AGAIN). `d` may be NULL: it is told by the answer's own shape. false: there is no offsets[], and
// nothing was called.
bool kafka_answer_read(struct slice body, uint32_t records, const struct kafka_dialect *d, kafka_entry entry, void *arg,
                       struct kafka_shape *shape);
// "404: error_code 40401: Topic not found", as far as the body says so.
void kafka_answer_words(int status, struct slice body, char *out, size_t size);

#endif
