// The dialects of Kafka's REST bridges, API v2: what differs between them, as a table. Measured on Confluent's REST
// Proxy (source, captures), Strimzi's bridge 0.33 and Karapace 6.
#ifndef SINKS_KAFKA_DIALECT_H
#define SINKS_KAFKA_DIALECT_H

#include "sinks/sink.h"

struct kafka_code { // error_code of an entry of offsets[]
    int code;
    enum sink_outcome outcome;
};

struct kafka_dialect {
    const char *name;
    bool headers; // records may have some
    bool gzip;    // requests may come gzipped
    // Those known; `codes` of them. What is not here does not say whether it is for good: SINK_UNDECIDED.
    const struct kafka_code *code;
    uint32_t codes;
};

// What an answer to a produce request looked like.
struct kafka_shape {
    bool good, good_has_error; // there was a good entry; it had the members error_code, error
    bool schema_ids;           // key_schema_id or value_schema_id, in the entries or beside them
    bool has_message;          // a failed entry had "message"
    int code;                  // of a failed entry; 0: there was none
};

extern const char *const kafka_dialect_names[]; // for OPTION_CHOICE

const struct kafka_dialect *kafka_dialect_find(struct slice name); // NULL: unknown
// Who answers like that; NULL: it cannot be told.
const struct kafka_dialect *kafka_dialect_of_shape(const struct kafka_shape *shape);
// Who answers GET / like that; NULL: it cannot be told.
const struct kafka_dialect *kafka_dialect_of_root(int status, struct slice body);
// `d` may be NULL: not known yet.
enum sink_outcome kafka_dialect_outcome(const struct kafka_dialect *d, int code);

#endif
