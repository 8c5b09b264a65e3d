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
    const char *device;    // NULL, as query: whose it is now
    const char *query;
    const char *build;    // version text
    size_t cache_limit;   // bytes of clean and dirty entries kept between batches
    size_t map_first;     // bytes mapped at first; 0: 16 MB. It doubles when it is full
    size_t map_max;       // and at most; 0: 1 GB on 32-bit, else 1 TB. Its last tenth is for batches that only remove
    const char *distrust; // damage met while it was open last: it is set aside without another look; NULL: none
    bool read_only; // runnel state: a stopped or copied checkpoint; takes no lock on a copy that cannot be written
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

// The checkpoint is walked first, in a child, for a time that an unclean stop makes longer. One that is damaged is set
// aside under another name and what can be read of it is brought into a new one; store_notice says so. STATUS_FAILED:
// another process holds the lock (its pid is named), or the directory cannot be had. STATUS_CONFIG: no checkpoint of
// this machine or this version: another word size, a later format. STATUS_DAMAGED: not a checkpoint of ours; or
// damaged, and opened read_only.
enum status store_open(const struct store_setup *setup, struct store **out, struct error *e);
// NULL is fine; what was not committed is gone. The stop counts as clean unless a commit failed for good or damage was
// met.
void store_close(struct store *s);

// Where this process can be asked while it runs, for store_running.
void store_say_address(struct store *s, const char *address);
// Whether another process works on the checkpoint now: its pid, and where it can be asked ("": nowhere).
enum { STORE_ADDRESS_ROOM = 128 };
bool store_running(const char *directory, int *pid, char address[STORE_ADDRESS_ROOM]);

// What the user has to be told about the opening: a checkpoint set aside, a new epoch and why. Empty: nothing.
struct slice store_notice(const struct store *s);
// Damage was met since it was opened: close it, and open it with `distrust`.
bool store_damaged(const struct store *s);
struct slice store_epoch(const struct store *s);
struct store_position store_position(const struct store *s);

// The state port of a named part ("state:0:aggregate", "offsets:events", "sink:out"); the same handle for the same
// name. Valid until store_close. NULL with a message: no such kind of part.
// A value that get gave may be put under another key, of any part, in the very next call.
const struct state *store_state(struct store *s, const char *part, struct error *e);
// Forgets a part, with the next commit.
enum status store_drop(struct store *s, const char *part, struct error *e);

// Small named texts in `meta` (fingerprint, plan). Read: STATUS_END if absent. Written with the next commit.
enum status store_meta_get(struct store *s, const char *key, struct text *out, struct error *e);
enum status store_meta_put(struct store *s, const char *key, struct slice value, struct error *e);

// Everything put since the last commit, and the position, in one transaction. `progress` is a JSON line kept for
// `runnel state show` (the last 100); empty: none.
// STATUS_FULL: nothing was written, and nothing that was put is lost: commit again when there is room, or roll back.
// STATUS_FAILED: the disk refused what it had taken; the store is of no more use, what was committed before stays.
enum status store_commit(struct store *s, const struct store_position *position, struct slice progress,
                         struct error *e);
// Forgets what was put since the last commit.
void store_rollback(struct store *s);

struct store_counters {
    uint64_t commits, cache_hits, cache_misses, bytes_put, dirty_keys;
    size_t cache_bytes;
    uint64_t map_bytes, map_used; // map_used: bytes of pages in use at the last commit
    uint64_t map_max;             // stop reading what can wait at 80 % of it
};
const struct store_counters *store_counters(struct store *s);

// The log of records, for sinks that send after the commit. One contiguous sequence a pipeline; each sink has its own
// rendering of a row under the row's seq, and its own cursor. Payloads are opaque here, and the same bytes for ever.
struct log_place {
    uint64_t seq;
    uint16_t turn; // 0: the row's record; above: gap records of this sink that are told behind it
};

// With the batch. Rows come in order; a gap record may be laid between what is there.
enum status store_log_append(struct store *s, const char *sink, struct log_place place, struct slice payload,
                             struct error *e);
// In order, from the first place >= `from`. What is put but not committed is seen too: read after the commit.
enum status store_log_read(struct store *s, const char *sink, struct log_place from,
                           bool (*visit)(void *arg, struct log_place place, struct slice payload), void *arg,
                           struct error *e);
// The same, and takes out, with the next commit, what visit wants gone: a loss, told by a gap record.
enum status store_log_edit(struct store *s, const char *sink, struct log_place from,
                           enum visit (*visit)(void *arg, struct log_place place, struct slice payload), void *arg,
                           struct error *e);
// Everything up to `place` has arrived. Recorded, and its records removed, with the next commits: after a crash the
// receiver may see them once more.
enum status store_log_acknowledge(struct store *s, const char *sink, struct log_place place, struct error *e);
// The last acknowledged place. STATUS_END: none yet.
enum status store_log_cursor(struct store *s, const char *sink, struct log_place *out, struct error *e);
// A place behind everything of this sink that the log holds or has held, beside the last row (next_seq is that of the
// first row to come, and not 0).
enum status store_log_end(struct store *s, const char *sink, uint64_t next_seq, struct log_place *out, struct error *e);
// Records of this sink that the log holds, and their bytes (for `limits.outbox`).
enum status store_log_size(struct store *s, const char *sink, uint64_t *records, uint64_t *bytes, struct error *e);

// Names and counts of all parts, as the last commit has them. visit must not call the store.
enum status store_parts(struct store *s,
                        enum status (*visit)(void *arg, const char *name, uint64_t entries, uint64_t bytes,
                                             struct error *e),
                        void *arg, struct error *e);

// For `runnel state`: a page of text for a person; check reads every record and its CRC.
enum status store_show(struct store *s, struct text *out, struct error *e);
enum status store_check(struct store *s, struct text *out, struct error *e); // STATUS_DAMAGED with what was found

#endif
