// The checkpoint: one LMDB environment a pipeline. One batch is one commit: offsets, changed state, watermark, batch
// id, progress and the log of records move together or not at all.
//
// Between commits the store holds no transaction across a wait: reads are short read transactions, puts stay in the
// write-back cache until store_commit opens the one write transaction, writes the dirty keys in key order, and ends it.
#ifndef AGENT_STORE_STORE_H
#define AGENT_STORE_STORE_H

#include "ops/memory.h"
#include "ops/slice.h"
#include "ops/state.h"
#include "ops/status.h"
#include "ops/text.h"

#include <stdint.h>

struct store;

enum { STORE_FORMAT = 1, EPOCH_TEXT = 16 }; // epoch: 16 hex digits

struct store_setup {
    const char *directory; // made if absent
    const char *device;
    const char *query;
    const char *build;  // version text
    size_t cache_limit; // bytes of clean and dirty entries kept between batches
    bool read_only;     // runnel state: a stopped or copied checkpoint; takes no lock on a copy that cannot be written
    struct memory *memory;
};

// What moves with a batch beside state and offsets.
struct store_position {
    bool any;               // a batch was committed
    int64_t batch;          // its id
    int64_t watermark;      // of the next batch (eviction), microseconds
    int64_t watermark_late; // of the next batch (late rows)
    bool watermark_moved;   // the last batch moved it: a no-data batch may be due
    int64_t committed_at;   // wall clock
    uint64_t next_seq;      // of the log
};

// STATUS_FAILED: another process holds the lock (its pid is named), or the directory cannot be had.
// STATUS_DAMAGED: not a checkpoint of ours, a format of a later version, a device or query that differs in a way that
// matters.
enum status store_open(const struct store_setup *setup, struct store **out, struct error *e);
void store_close(struct store *s); // NULL is fine; what was not committed is gone

struct slice store_epoch(const struct store *s);
struct store_position store_position(const struct store *s);

// The state port of a named part ("state:0:aggregate", "offsets:events", "sink:out"); the same handle for the same
// name. Valid until store_close.
const struct state *store_state(struct store *s, const char *part, struct error *e);
// Forgets a part, with the next commit.
enum status store_drop(struct store *s, const char *part, struct error *e);

// Small named texts in `meta` (fingerprint, plan). Read: STATUS_END if absent. Written with the next commit.
enum status store_meta_get(struct store *s, const char *key, struct text *out, struct error *e);
enum status store_meta_put(struct store *s, const char *key, struct slice value, struct error *e);

// Everything put since the last commit, and the position, in one transaction. `progress` is a JSON line kept for
// `runnel state show` (the last 100). On STATUS_FULL nothing was written and all is as before the batch's puts.
enum status store_commit(struct store *s, const struct store_position *position, struct slice progress,
                         struct error *e);
// Forgets what was put since the last commit.
void store_rollback(struct store *s);

struct store_counters {
    uint64_t commits, cache_hits, cache_misses, bytes_put, dirty_keys;
    size_t cache_bytes;
    uint64_t map_bytes, map_used;
};
const struct store_counters *store_counters(const struct store *s);

// For `runnel state`: a page of text for a person; check reads every record and its CRC.
enum status store_show(struct store *s, struct text *out, struct error *e);
enum status store_check(struct store *s, struct text *out, struct error *e); // STATUS_DAMAGED with what was found

#endif
