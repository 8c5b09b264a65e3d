// From a query's tree to something that runs: bind (names, types), optimise (filters below the watermark as Spark has
// them, columns nobody asks for), and the operators.
#ifndef AGENT_PLAN_PLAN_H
#define AGENT_PLAN_PLAN_H

#include "agent/plan/pipeline.h"
#include "ops/operators.h"
#include "ops/session.h"

struct plan; // bound and optimised, immutable

// STATUS_CONFIG with the place in the query and Spark's error class where it has one.
enum status plan_make(const struct pipeline *pipeline, const struct session *session, struct arena *arena,
                      struct plan **out, struct error *e);

// The result's schema.
const struct field *plan_fields(const struct plan *p, uint32_t *count);
// Of the sink that lateRows names: the columns of the source whose late rows it gets. NULL: there is none.
const struct field *plan_late_fields(const struct plan *p, uint32_t *count);
// The result's columns that name the group a row is of; none where there is no aggregate, or not all its keys are there
// as they are. Valid as long as the plan.
const uint32_t *plan_group_columns(const struct plan *p, uint32_t *count);
// A reference to a source in the query: each is decoded by itself, and the query may name a source more than once.
struct plan_read {
    uint32_t source;
    bool is_static;        // a table: read once, before the first batch
    const int32_t *output; // for each column of its table: its place among those that are read, or -1
    uint32_t outputs;
    // Of a file: what WHERE asks of it that Spark asks in its reader, over the columns that are read.
    const struct expr *const *filter;
    uint32_t filters;
};
// Tables come in the order in which they must be read.
const struct plan_read *plan_reads(const struct plan *p, uint32_t *count);
bool plan_source_used(const struct plan *p, uint32_t source);
// Clocks: each source that has a watermark is one, by its number, each WATERMARK of the query another. The query's
// watermark is the least of them, or the greatest.
uint32_t plan_clocks(const struct plan *p);
// Is that column of the source's own (not of its schema) the time of a watermark, or part of it?
bool plan_times(const struct plan *p, uint32_t source, struct slice column);
// An aggregate in append or update mode: a batch without data may be due when the watermark moved (spark-notes, Batches
// 5).
bool plan_wants_no_data_batch(const struct plan *p);
bool plan_is_stateful(const struct plan *p);
// What the state depends on: keys, aggregates, types, watermark; equal texts mean that the state fits.
void plan_fingerprint(const struct plan *p, struct text *out);
// For a person: what is read and decoded, kept as state and until when, what goes out when.
void plan_explain(const struct plan *p, struct text *out);
// States that grow for ever, and what the sinks warn of, a line each; nothing: nothing.
void plan_warn(const struct plan *p, struct text *out);
void plan_schema_print(const struct plan *p, struct text *out); // as df.printSchema()

enum { PLAN_READS = 32, PLAN_OPERATORS = 128 };

// The operators, made anew for a run.
struct plan_run {
    struct {
        struct op *op; // what its chunks are pushed to
        unsigned input;
        uint32_t made;   // operators that were there before
        bool is_static;  // a table
    } entry[PLAN_READS]; // for each of plan_reads
    uint32_t entry_count;
    struct op *all[PLAN_OPERATORS]; // every operator but the collector, each before the one it pushes to
    bool is_static[PLAN_OPERATORS]; // it works on tables only
    uint32_t all_count;
    struct {
        struct op *op;
        uint32_t source, clock;
    } watermark[PLAN_READS]; // those of them that propose a watermark, of which source, and which clock it moves
    uint32_t watermark_count;
    struct op *late; // what gives the late rows, with plan_late_fields; its `next` is the caller's to set. NULL: no row
                     // is late
};
// `state` gives the state port of a part by name; `collector` is the last operator's next.
enum status plan_start(const struct plan *p, const struct state *(*state)(void *self, const char *part), void *self,
                       struct op *collector, size_t memory_limit, struct memory *memory, struct plan_run *out,
                       struct error *e);
// Tables: all their operators are opened, then each table is read, pushed and closed in turn.
enum status plan_open_tables(struct plan_run *run, const struct batch *batch, struct error *e);
enum status plan_close_table(struct plan_run *run, uint32_t read, struct error *e);
// A batch begins and ends at every other operator, each before the one it pushes to; the collector is the last.
enum status plan_open_batch(struct plan_run *run, struct op *collector, const struct batch *batch, struct error *e);
enum status plan_close_batch(struct plan_run *run, struct op *collector, struct error *e);
void plan_stop(struct plan_run *run); // destroys all but the collector

#endif
