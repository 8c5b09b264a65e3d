// Which files were read: path → modification time and batch, in the source's corner of the checkpoint. As Spark's
// SeenFilesMap, files older than the newest one read by more than maxFileAge are forgotten, and are never new.
//
// The bytes (docs/SPEC.md): key = the path; a path over SEEN_PATH_MAX is its first bytes and a hash of it all. Value =
// modified, batch: two int64, little endian. The key "\0position" holds newest, horizon, batches: three int64.
#ifndef HAL_SOURCE_SEEN_H
#define HAL_SOURCE_SEEN_H

#include "ops/slice.h"
#include "ops/state.h"

enum { SEEN_PATH_MAX = 240 };

struct seen_position {
    int64_t newest;  // modification time of the newest file read, microseconds; 0: none
    int64_t swept;   // files older than this have been removed from the map
    int64_t batches; // that had files
};

struct seen {
    const struct state *state;
    int64_t max_age; // INT64_MAX: no end
    struct seen_position committed, next;
};

enum status seen_open(struct seen *s, const struct state *state, int64_t max_age, struct error *e);
enum status seen_is_new(const struct seen *s, struct slice path, int64_t modified, bool *answer, struct error *e);
// A batch: begin, put each, save; then committed, or the next begin.
void seen_begin(struct seen *s);
enum status seen_put(struct seen *s, struct slice path, int64_t modified, struct error *e);
enum status seen_save(struct seen *s, struct error *e);
void seen_committed(struct seen *s);
uint64_t seen_count(const struct seen *s);

#endif
