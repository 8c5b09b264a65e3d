// Records as the bodies of produce requests (API v2). What the log keeps of a key or a value is a piece of that body,
// so that it is frozen whatever becomes of the options: JSON as it stands in a json request, or "=" and base64, for a
// binary one.
#ifndef SINKS_KAFKA_BODY_H
#define SINKS_KAFKA_BODY_H

#include "ops/text.h"
#include "sinks/sink.h"

void kafka_piece_bytes(struct text *out, struct slice bytes, bool binary); // a STRING or BINARY
void kafka_piece_json(struct text *out, struct slice json, bool binary);
#define KAFKA_PIECE_NULL SLICE("null")

bool kafka_record_is_binary(const struct sink_record *record);
// `{"key":…,"value":…`, without the brace at the end.
void kafka_record_append(struct text *out, const struct sink_record *record);
// `,"headers":[{"key":…,"value":base64}]`, or nothing.
void kafka_headers_append(struct text *out, const struct sink_record *record);

// [a-zA-Z0-9._-]{1,249}, not . or .. (org.apache.kafka.common.internals.Topic)
bool kafka_topic_valid(struct slice topic);

#endif
