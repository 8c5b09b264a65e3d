// The LMDB environment: the only door to <lmdb.h>. Default sync, no read-ahead; never WRITEMAP, NOSYNC, NOMETASYNC or
// NOMEMINIT.
//
// One thread, and at any moment one transaction or none: a short read, or the one write. Databases are handles that
// stay valid until env_close; one that does not exist yet is made by the first write to it.
#ifndef AGENT_STORE_ENV_H
#define AGENT_STORE_ENV_H

#include "agent/store/metapage.h"
#include "ops/memory.h"
#include "ops/slice.h"
#include "ops/status.h"

#include <stdbool.h>
#include <stdint.h>

struct env;

enum {
    ENV_DATABASES_MAX = 128,
    ENV_NAME_MAX = 200,
    ENV_KEY_MAX = 511,           // of LMDB as Debian and musl builds have it
    ENV_MAP_FIRST = 16 << 20,    // the map at first
    ENV_MAP_MAX_32BIT = 1 << 30, // address space is what a 32-bit board has least of
};

struct env_setup {
    const char *directory;
    size_t map_first; // 0: ENV_MAP_FIRST
    size_t map_max;   // 0: ENV_MAP_MAX_32BIT on 32-bit, else 1 TB
    bool read_only;   // no lock file, no write: a stopped or copied checkpoint
    struct memory *memory;
};

enum status env_open(const struct env_setup *setup, struct env **out, struct error *e);
void env_close(struct env *v); // NULL is fine; a transaction that is open is aborted

bool env_fresh(struct env *v); // nothing was ever committed to it
// The handle of a name ("": the database of the names themselves); ENV_DATABASES_MAX: there are too many. Not inside of
// a transaction, if it is new.
unsigned env_database(struct env *v, const char *name);
unsigned env_database_count(const struct env *v);
const char *env_database_name(const struct env *v, unsigned database);
// Names every database the file has (env_database for each). Outside of a transaction.
enum status env_discover(struct env *v, struct error *e);

// Reads nest: the outermost env_read_end lets go. Inside a write they see what it wrote.
enum status env_read_begin(struct env *v, struct error *e);
void env_read_end(struct env *v);
// STATUS_END: no such key. Borrowed until the read ends or the next write.
enum status env_get(struct env *v, unsigned database, struct slice key, struct slice *value, struct error *e);

// Cursors live inside one read or write.
enum env_step { ENV_FIRST, ENV_AT_OR_AFTER, ENV_NEXT, ENV_LAST, ENV_PREVIOUS };
struct env_cursor {
    void *lmdb; // NULL: the database does not exist
    struct env *env;
};
enum status env_cursor_open(struct env *v, unsigned database, struct env_cursor *out, struct error *e);
void env_cursor_close(struct env_cursor *c); // safe on zeroed memory
// *key is the target for ENV_AT_OR_AFTER, and the result. STATUS_END: nothing there.
enum status env_cursor_step(struct env_cursor *c, enum env_step step, struct slice *key, struct slice *value,
                            struct error *e);

// The write. STATUS_AGAIN from any of these: the map is full; abort, env_grow, do it all again.
enum status env_write_begin(struct env *v, struct error *e);
// *room points at `size` bytes to be filled before the next call.
enum status env_put(struct env *v, unsigned database, struct slice key, uint32_t size, char **room, struct error *e);
enum status env_remove(struct env *v, unsigned database, struct slice key, struct error *e); // STATUS_END: none
// All records whose key begins with `prefix` (not empty), by small deletes.
enum status env_empty(struct env *v, unsigned database, struct slice prefix, struct error *e);
// STATUS_FULL: no room on the disk. STATUS_FAILED: the disk did not take it; the environment is of no more use.
// Whatever it answers, the transaction is over.
enum status env_commit(struct env *v, struct error *e);
void env_abort(struct env *v);

// Doubles the map. `reserve`: the last tenth of the greatest map may be had too (for deletes). STATUS_FULL: it is as
// large as it may be.
enum status env_grow(struct env *v, bool reserve, struct error *e);

struct env_usage {
    uint64_t map, map_max; // bytes mapped now, and at most
    uint64_t file;         // bytes of pages the file has
    uint64_t used;         // of these, in use
};
enum status env_usage(struct env *v, struct env_usage *out, struct error *e);

// Entries and bytes of pages of one database.
enum status env_database_usage(struct env *v, unsigned database, uint64_t *entries, uint64_t *bytes, struct error *e);
// The free list against the pages in use: every free page inside the file, none twice, and no more pages in all than
// the file has.
enum status env_check_pages(struct env *v, struct error *e);

#endif
