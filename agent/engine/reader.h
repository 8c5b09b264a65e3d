// One reference of the query to a source: what the source brings, decoded into chunks of the columns that this
// reference wants, and pushed into the plan.
#ifndef AGENT_ENGINE_READER_H
#define AGENT_ENGINE_READER_H

#include "agent/plan/plan.h"
#include "agent/plan/table.h"

struct reader;

struct reader_setup {
    const struct pipeline_source *source;
    const struct plan_read *read;
    const struct session *session;
    struct memory *memory;
    struct op *entry; // where its chunks go
    unsigned entry_input;
};

// Since the start, without the batches that were given up. read = left_out + dropped + delivered.
struct reader_counters {
    uint64_t read, delivered;
    uint64_t left_out; // longer than maxLineBytes
    uint64_t dropped;  // DROPMALFORMED
    uint64_t rejected; // left out, or malformed and delivered with NULLs
};

enum status reader_open(const struct reader_setup *setup, struct arena *arena, struct reader **out, struct error *e);
void reader_close(struct reader *r); // NULL is fine
// The columns of the source's own, NULL where they are not wanted: for BLOCK_ROWS, to be filled.
struct chunk *reader_own(struct reader *r);
// A batch begins.
void reader_begin(struct reader *r);
enum status reader_bytes(struct reader *r, const struct block *b, struct error *e);
enum status reader_messages(struct reader *r, const struct block *b, struct error *e);
// `rows` are in reader_own of `from`: its own, or another one's of the same source and without a decoder.
enum status reader_rows(struct reader *r, const struct reader *from, struct rows rows, struct error *e);
// The source has left out so many records, all in all.
void reader_left_out(struct reader *r, uint64_t records);
struct reader_counters reader_counters(const struct reader *r);
void reader_take_back(struct reader *r, const struct reader_counters *to); // what came since has not been
bool reader_wants_timestamp(const struct reader *r);                       // the source's own column of that name
// Where its chunks go.
const struct op *reader_entry(const struct reader *r);

#endif
