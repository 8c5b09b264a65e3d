// What a checkpoint knows about itself: the records of `meta` that belong to no part.
#ifndef AGENT_STORE_META_H
#define AGENT_STORE_META_H

#include "agent/store/env.h"
#include "agent/store/store.h"
#include "ops/text.h"

enum { META_NAME_MAX = 255 };

struct meta {
    uint32_t format; // 0: a fresh environment
    char epoch[EPOCH_TEXT + 1];
    char device[META_NAME_MAX + 1], query[META_NAME_MAX + 1], build[META_NAME_MAX + 1];
    uint64_t inode, birth; // of data.mdb when the epoch was made
};

// Framed records of any database. STATUS_END: no such; STATUS_DAMAGED: not what we wrote.
enum status record_get(struct env *env, unsigned database, struct slice key, struct slice *payload, struct error *e);
enum status record_put(struct env *env, unsigned database, struct slice key, struct slice payload, struct error *e);

// STATUS_DAMAGED: none of ours, or unreadable. STATUS_CONFIG: of a later version.
enum status meta_read(struct env *env, struct meta *out, struct error *e);
enum status meta_write(struct env *env, const struct meta *m, struct error *e); // into the open transaction
// Sixteen random hex digits.
enum status meta_new_epoch(char epoch[EPOCH_TEXT + 1], struct error *e);
// Inode and time of birth: a copy has others. (Device numbers change from boot to boot.)
enum status meta_file(const char *directory, uint64_t *inode, uint64_t *birth, struct error *e);

enum status meta_read_position(struct env *env, struct store_position *out, struct error *e);
enum status meta_write_position(struct env *env, const struct store_position *p, struct error *e);

// Entries and bytes of a part.
enum status meta_read_part(struct env *env, const char *name, uint64_t *entries, uint64_t *bytes, struct error *e);
enum status meta_write_part(struct env *env, const char *name, uint64_t entries, uint64_t bytes, struct error *e);
// Every part that has a record, in order of their names. Inside a read.
enum status meta_parts(struct env *env,
                       enum status (*visit)(void *arg, const char *name, uint64_t entries, uint64_t bytes,
                                            struct error *e),
                       void *arg, struct error *e);

// The last batches in words: one line a batch, the oldest overwritten.
enum { PROGRESS_KEPT = 100 };
enum status progress_write(struct env *env, int64_t batch, struct slice line, struct error *e);
enum status progress_read(struct env *env, unsigned last, struct text *out, struct error *e); // oldest first

#endif
