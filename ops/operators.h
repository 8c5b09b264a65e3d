// The operators there are and how each is made. Programs and states handed in are owned by the operator from then on,
// even if making it fails (it cannot, but for memory). Each returned one's `next` is NULL.
#ifndef OPS_OPERATORS_H
#define OPS_OPERATORS_H

#include "ops/aggregate.h"
#include "ops/operator.h"
#include "ops/program.h"
#include "ops/state.h"

// VALUES: `rows` of `columns`, the results of `values` one row behind the other. A leaf; its rows come at its close.
struct values_spec {
    struct program *values;
    uint32_t rows, columns;
};
struct op *values_new(const struct values_spec *spec, struct memory *memory);

// WHERE, HAVING: keeps the rows for which result 0 of `condition` is true. Moves nothing: makes a selection.
struct op *filter_new(struct program *condition, struct memory *memory);

// SELECT: output column k is result k.
struct op *project_new(struct program *columns, uint32_t count, struct memory *memory);

// explode / posexplode / inline-like generators, LATERAL VIEW: output is the input's columns followed by the
// generator's (posexplode: pos INT first). `outer` keeps a row without elements, with NULLs.
struct generate_spec {
    struct program *list; // result 0: ARRAY or MAP
    const struct type *list_type;
    bool position, outer;
    bool spread; // an ARRAY of STRUCT: its fields are the columns
};
struct op *generate_new(const struct generate_spec *spec, struct memory *memory);

// ROLLUP, CUBE, GROUPING SETS: each row once a set; output is the input's columns, the keys, ids[set] BIGINT, and with
// `places` the number of the set INT.
struct expand_spec {
    struct program *keys; // results: key_count
    uint32_t key_count;
    const struct type *const *key_type;
    const uint64_t *sets; // bit k: key k is in it; else it is NULL
    const int64_t *ids;
    uint32_t set_count;
    bool places;
};
struct op *expand_new(const struct expand_spec *spec, struct memory *memory);

// window(): output is the input's columns followed by STRUCT<start, end>; a NULL time is filtered, a sliding window
// repeats the row, in Spark's order (TimeWindowing). Durations are microseconds.
struct window_spec {
    struct program *time; // result 0: TIMESTAMP or TIMESTAMP_NTZ
    const struct type *time_type;
    int64_t size, slide, start;
};
struct op *window_new(const struct window_spec *spec, struct memory *memory);

// EventTimeWatermark: passes all rows, remembers the greatest event time of the batch (EventTimeWatermarkExec).
// A time that is more than `future` microseconds ahead of the batch's clock does not count (INT64_MAX: all do).
// Its answer for the engine, valid after close: the watermark this batch asks for, INT64_MIN if it saw no time.
struct op *watermark_new(uint32_t column, int64_t delay, int64_t future, struct memory *memory);
int64_t watermark_proposal(const struct op *op);

// GROUP BY: hash aggregation over a batch, merged into `state` at the batch's close; emits by output mode.
// Output columns: the group keys, then the aggregates.
struct aggregate_item {
    const struct aggregate_call *call; // arena is set by the operator
    uint32_t first_arg;                // place of its first argument in `inputs`' results; the others follow
    int32_t filter;                    // FILTER (WHERE): place of the condition in `inputs`' results, or -1
};
struct aggregate_spec {
    struct program *inputs; // results: key_count keys, then arguments and filters
    uint32_t key_count;
    const struct type *const *key_type;
    // The event time among the keys, or -1. With a STRUCT key (window) its `end` counts, else the value itself
    // (StatefulOperators.scala, WatermarkSupport): late when it is <= the late watermark, evicted when <= this batch's.
    int32_t time_key;
    const struct aggregate_item *items;
    uint32_t item_count;
    enum output_mode mode;
    const struct state *state; // NULL: one batch is all there is (OUTPUT_UPDATE)
    size_t memory_limit;       // of the batch's groups, before they are merged early
};
struct op *aggregate_new(const struct aggregate_spec *spec, struct memory *memory);

// JOIN with a table, held in memory. Input 1 is the table: all of its rows come before the first one of input 0, once.
// What comes out are the columns `left` of input 0 and behind them `right` of input 1; SEMI and ANTI pass input 0's
// rows. MARK passes all of them with one column more: whether the row meets one. SINGLE passes all of them with the
// columns `right` of the one that they meet, NULL if there is none; where there are two the query ends.
// OUTER: input 0's rows stay; FULL: those of input 1, too, at the close: for two tables.
enum join_kind { JOIN_INNER, JOIN_OUTER, JOIN_FULL, JOIN_SEMI, JOIN_ANTI, JOIN_MARK, JOIN_SINGLE };
struct join_spec {
    enum join_kind kind;
    const char *table;       // its name, for messages
    struct program *keys[2]; // results of each input: key_count keys; those of input 1 meet those of input 0
    uint32_t key_count;      // 0: every row meets every row
    const struct type *const *key_type;
    const bool *null_safe;     // keys that are compared with <=>; in others NULL meets nothing
    bool null_aware;           // ANTI, MARK; of one key: a NULL meets every row there is (NOT IN)
    struct program *condition; // over `left` and `right`: result 0 must be true; NULL: none, as for SINGLE
    const uint32_t *left, *right;
    uint32_t lefts, rights;
    const struct type *const *left_type, *const *right_type;
    size_t memory_limit; // of the table
};
struct op *join_new(const struct join_spec *spec, struct memory *memory);
// GROUP BY with a session_window among the keys: as aggregate_spec, but that key is STRUCT<start, end> of the row
// alone, and sessions of a group that overlap or touch become one. Append and complete mode.
struct session_spec {
    struct program *inputs;
    uint32_t key_count;
    const struct type *const *key_type;
    uint32_t session_key; // the place of the session among the keys; NULL is not in it
    bool timed;           // it carries the watermark
    const struct aggregate_item *items;
    uint32_t item_count;
    enum output_mode mode;
    const struct state *state;
    size_t memory_limit; // as in aggregate_spec
};
struct op *session_new(const struct session_spec *spec, struct memory *memory);

// dropDuplicates: passes the first row of each key.
struct dedup_spec {
    struct program *inputs; // results: key_count keys, and the event time where it is not among them
    uint32_t key_count;
    const struct type *const *key_type;
    int32_t time;     // the event time's place in `inputs`' results, or -1: no row is late
    int32_t time_key; // its place among the keys: an entry goes when the watermark has reached it; or -1: kept for ever
    bool within;      // dropDuplicatesWithinWatermark: an entry goes `delay` microseconds after its row's event time
    int64_t delay;
    const struct state *state;
};
struct op *dedup_new(const struct dedup_spec *spec, struct memory *memory);

// ORDER BY: the whole batch, stable. Result k of `keys` orders by order[k] (ops/key.h's key_order).
struct sort_spec {
    struct program *keys;
    const unsigned *order;
    uint32_t key_count;
    const struct type *const *column_type; // of the input's columns
    uint32_t columns;
    int64_t limit; // rows wanted of it (ORDER BY … LIMIT), or -1: only the best are kept
};
struct op *sort_new(const struct sort_spec *spec, struct memory *memory);

// LIMIT n OFFSET m. In append mode it counts over the life of the query (`state` holds the count); with state NULL over
// each batch.
struct op *limit_new(int64_t limit, int64_t offset, const struct state *state, struct memory *memory);

#endif
