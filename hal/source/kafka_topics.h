// The partitions of the topics that a Kafka source reads, and where each stands.
#ifndef HAL_SOURCE_KAFKA_TOPICS_H
#define HAL_SOURCE_KAFKA_TOPICS_H

#include "ops/arena.h"
#include "ops/slice.h"
#include "ops/state.h"

enum { KAFKA_EARLIEST = -2, KAFKA_LATEST = -1, KAFKA_UNKNOWN = -3 }; // as Spark's startingOffsets; ours

struct kafka_partition {
    struct slice topic; // the table's: valid as long as it
    int32_t number;
    bool kept;          // `saved` stands in the checkpoint
    int64_t saved;      // where the next batch begins; KAFKA_UNKNOWN until the broker was asked
    int64_t taken;      // where the batch after the one under way begins
    int64_t next;       // the first offset not yet read from the bridge
    int64_t begin, end; // what the broker holds, as last asked; or KAFKA_UNKNOWN
    int64_t stop;       // nothing from here on counts; INT64_MAX
    // While an answer is read:
    bool seen, skip; // it had a record of this partition; the rest of them is asked for again
    uint8_t gaps;    // how often in a row a gap was found at `next`
};

struct kafka_topics {
    struct memory *memory;
    struct arena names;
    struct kafka_partition *partition;
    uint32_t count, capacity;
    uint32_t last; // found last
};

// Where a query begins: Spark's startingOffsets.
struct kafka_start {
    bool named;             // offsets of single partitions; else `all`
    int64_t all;            // KAFKA_EARLIEST, KAFKA_LATEST
    struct kafka_topics of; // named: `saved` is the offset
};

void kafka_topics_init(struct kafka_topics *t, struct memory *memory);
void kafka_topics_free(struct kafka_topics *t); // safe on zeroed memory
// NULL: not there.
struct kafka_partition *kafka_topics_find(struct kafka_topics *t, struct slice topic, int32_t number);
struct kafka_partition *kafka_topics_add(struct kafka_topics *t, struct slice topic, int32_t number);
bool kafka_topics_has(const struct kafka_topics *t, struct slice topic);
// Beside the offsets in the checkpoint: the name of the consumer instance. No topic begins like that.
#define KAFKA_INSTANCE ((struct slice){"\0instance", 9})
// The offsets in the checkpoint, one entry a partition (docs/SPEC.md).
enum status kafka_topics_load(struct kafka_topics *t, const struct state *state, struct error *e);
enum status kafka_topics_save(const struct kafka_topics *t, const struct state *state, struct error *e);

// "earliest", "latest", or {"topic": {"0": 23, "1": -1}, …}. STATUS_CONFIG: what is wrong with it.
enum status kafka_start_parse(struct slice text, struct memory *memory, struct kafka_start *out, struct error *e);
void kafka_start_free(struct kafka_start *s);

#endif
