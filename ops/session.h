// What an expression may know beside its row: nothing of the machine, only what was handed in.
#ifndef OPS_SESSION_H
#define OPS_SESSION_H

#include "ops/status.h"
#include "ops/type.h"
#include "ops/zone.h"

#include <stdint.h>

struct session {
    const struct zone *zone;   // spark.sql.session.timeZone
    const struct zones *zones; // for zone names inside data and queries
    int64_t now;               // microseconds: current_timestamp() of the batch, set by the engine at its open
    int64_t batch_id;
    // Reads a DDL schema ("a INT, b STRING") or a type ("ARRAY<INT>"), for from_json; set where queries are bound.
    enum status (*read_schema)(struct slice text, struct arena *arena, const struct type **out, struct error *e);
};

#endif
