// What an expression may know beside its row: nothing of the machine, only what was handed in.
#ifndef OPS_SESSION_H
#define OPS_SESSION_H

#include "ops/zone.h"

#include <stdint.h>

struct session {
    const struct zone *zone;   // spark.sql.session.timeZone
    const struct zones *zones; // for zone names inside data and queries
    int64_t now;               // microseconds: current_timestamp() of the batch, set by the engine at its open
    int64_t batch_id;
};

#endif
