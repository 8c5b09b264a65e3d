// The keys of what groups rows: a chunk's key columns to bytes and hashes, and the bytes back to columns.
//
// The event time, if there is one, is written first (NULL last), the other keys behind it in their order (NULL first):
// so what a batch changes lies together in the state, and what a watermark closes is its beginning. Without keys the
// one group's key is the byte 01. ops/key.h has the bytes of each value.
#ifndef OPS_GROUP_KEY_H
#define OPS_GROUP_KEY_H

#include "ops/key.h"

struct group_key {
    uint32_t count;
    uint32_t *place; // of the k-th key written, among the columns
    unsigned *order;
    key_writer *writer;
    size_t fixed;                 // bytes of the keys whose size does not depend on the row
    const struct type *time_type; // NULL: no event time among the keys
};

// The keys of the rows of a chunk; kept from chunk to chunk.
struct group_keys {
    struct text bytes;
    struct slice *key; // CHUNK_ROWS of each
    uint64_t *hash;
};

// `time_key` is the event time's place among the columns, or -1.
void group_key_init(struct group_key *g, const struct type *const *type, uint32_t count, int32_t time_key,
                    struct arena *arena);
void group_keys_init(struct group_keys *keys, struct memory *memory, struct arena *arena);
void group_keys_free(struct group_keys *keys);
// key[k] and hash[k] become those of the k-th row of `rows`.
void group_keys_write(const struct group_key *g, struct column *const *columns, const struct rows *rows,
                      struct group_keys *out);
// Slices are copied to `arena`. false: the bytes are damaged.
bool group_key_read(const struct group_key *g, struct slice key, struct column *const *columns, uint32_t row,
                    struct arena *arena);
// The event time that a watermark is compared with (a window's end, else the value itself) of a key. false: NULL.
bool group_key_time(const struct group_key *g, struct slice key, int64_t *time);
// What is late and what is not of a chunk's rows; kept from chunk to chunk.
struct group_late {
    uint8_t *late; // CHUNK_ROWS of each
    uint32_t *kept_index, *late_index;
};
void group_late_init(struct group_late *l, struct arena *arena);
// Leaves in `rows` those that are not late, and returns the late ones: whose event time is there and not after the
// watermark. `time` is the column of a time, or of a window, whose end counts.
struct rows group_late_part(struct group_late *l, const struct column *time, int64_t watermark, struct rows *rows);

#endif
