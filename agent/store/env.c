#include "agent/store/env.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, PROBE_SIZE = 256 << 10 };

struct database {
    char name[ENV_NAME_MAX + 1];
    MDB_dbi dbi;
    bool open;  // dbi is a handle
    bool fresh; // it became one in this write transaction, and goes with it
};

struct env {
    struct memory *memory;
    MDB_env *lmdb;
    MDB_txn *read; // kept, reset between reads, so that a read costs no allocation
    MDB_txn *write;
    unsigned reads;
    size_t map, map_max;
    bool read_only;
    bool writes; // what fails now is a write
    unsigned count;
    char path[PATH_ROOM];
    struct database databases[ENV_DATABASES_MAX];
};

// LMDB calls a write that came out short, as the last one on a full disk does, an I/O error. So the disk is asked
// again: what it does not take of a file of our own, it would not have taken of LMDB's.
static bool disk_full(const struct env *v)
{
    static const char bytes[PROBE_SIZE];
    char path[PATH_ROOM + 8];
    snprintf(path, sizeof path, "%s.probe", v->path);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0)
        return errno == ENOSPC || errno == EDQUOT;
    ssize_t done = write(file, bytes, sizeof bytes);
    bool full = done >= 0 ? done < PROBE_SIZE : errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    if (!full && fsync(file) != 0)
        full = errno == ENOSPC || errno == EDQUOT;
    close(file);
    unlink(path);
    return full;
}

static enum status answer(const struct env *v, int code, const char *doing, struct error *e)
{
    if (code == EIO && v->writes && disk_full(v))
        code = ENOSPC;
    switch (code) {
    case MDB_SUCCESS:
        return STATUS_OK;
    case MDB_NOTFOUND:
        return STATUS_END;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
        return error_set(e, STATUS_AGAIN, "%s: the map is full", v->path);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return error_set(e, STATUS_FULL, "%s: %s: %s; nothing is lost, make room on the disk", v->path, doing,
                         mdb_strerror(code));
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_BAD_TXN: // what came before it was one of these
    case MDB_PAGE_FULL:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
    case MDB_CURSOR_FULL:
    case MDB_BAD_VALSIZE:
        return error_set(e, STATUS_DAMAGED, "%s: %s: %s", v->path, doing, mdb_strerror(code));
    default:
        return error_set(e, STATUS_FAILED, "%s: %s: %s", v->path, doing, mdb_strerror(code));
    }
}

static struct slice slice_from(MDB_val v)
{
    return (struct slice){v.mv_data, (uint32_t)v.mv_size};
}

static MDB_val val_from(struct slice s)
{
    return (MDB_val){.mv_size = s.size, .mv_data = (void *)(uintptr_t)s.data};
}

static size_t in_pages(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return bytes / page * page;
}

static enum status set_up(struct env *v, const struct env_setup *setup, struct error *e)
{
    int code = mdb_env_create(&v->lmdb);
    if (code == 0)
        code = mdb_env_set_maxdbs(v->lmdb, ENV_DATABASES_MAX);
    if (code == 0 && !setup->read_only)
        code = mdb_env_set_mapsize(v->lmdb, v->map);
    // The directory lock keeps other writers out; LMDB's own keeps its tools honest.
    unsigned flags = MDB_NORDAHEAD | MDB_NOTLS | (setup->read_only ? MDB_RDONLY | MDB_NOLOCK : 0);
    if (code == 0)
        code = mdb_env_open(v->lmdb, setup->directory, flags, 0666);
    MDB_envinfo info = {0};
    if (code == 0)
        code = mdb_env_info(v->lmdb, &info);
    v->map = info.me_mapsize;
    if (code == 0)
        code = mdb_txn_begin(v->lmdb, NULL, MDB_RDONLY, &v->read);
    if (code == 0)
        mdb_txn_reset(v->read);
    return answer(v, code, "open", e);
}

enum status env_open(const struct env_setup *setup, struct env **out, struct error *e)
{
    struct env *v = mem_zalloc(setup->memory, sizeof *v);
    v->memory = setup->memory;
    v->read_only = setup->read_only;
    snprintf(v->path, sizeof v->path, "%s/data.mdb", setup->directory);
    v->map = in_pages(setup->map_first > 0 ? setup->map_first : ENV_MAP_FIRST);
    if (setup->map_max > 0)
        v->map_max = setup->map_max;
    else if (sizeof(size_t) <= 4)
        v->map_max = ENV_MAP_MAX_32BIT;
    else
        v->map_max = (size_t)((uint64_t)1 << 40);
    *out = v;
    enum status status = set_up(v, setup, e);
    if (status != STATUS_OK) {
        env_close(v);
        *out = NULL;
    }
    return status;
}

void env_close(struct env *v)
{
    if (!v)
        return;
    if (v->write)
        mdb_txn_abort(v->write);
    if (v->read)
        mdb_txn_abort(v->read);
    if (v->lmdb)
        mdb_env_close(v->lmdb);
    mem_free(v->memory, v, sizeof *v);
}

bool env_fresh(struct env *v)
{
    MDB_envinfo info;
    return mdb_env_info(v->lmdb, &info) == 0 && info.me_last_txnid == 0;
}

// Handles become everybody's only when the transaction that opened them is committed, hence one of its own.
static void open_existing(struct env *v, struct database *d)
{
    MDB_txn *txn;
    if (mdb_txn_begin(v->lmdb, NULL, MDB_RDONLY, &txn) != 0)
        return;
    bool found = mdb_dbi_open(txn, d->name[0] ? d->name : NULL, 0, &d->dbi) == 0;
    d->open = mdb_txn_commit(txn) == 0 && found;
}

unsigned env_database(struct env *v, const char *name)
{
    for (unsigned i = 0; i < v->count; i++) {
        if (strcmp(v->databases[i].name, name) == 0)
            return i;
    }
    assert(v->reads == 0 && !v->write);
    if (v->count == ENV_DATABASES_MAX || strlen(name) > ENV_NAME_MAX)
        return ENV_DATABASES_MAX;
    struct database *d = &v->databases[v->count];
    memset(d, 0, sizeof *d);
    memcpy(d->name, name, strlen(name));
    open_existing(v, d);
    return v->count++;
}

unsigned env_database_count(const struct env *v)
{
    return v->count;
}

const char *env_database_name(const struct env *v, unsigned database)
{
    return v->databases[database].name;
}

// The unnamed database holds the names.
static int list_names(struct env *v, char (*names)[ENV_NAME_MAX + 1], unsigned *count)
{
    MDB_txn *txn;
    MDB_cursor *cursor = NULL;
    MDB_dbi main_dbi;
    MDB_val key, value;
    int code = mdb_txn_begin(v->lmdb, NULL, MDB_RDONLY, &txn);
    if (code != 0)
        return code;
    code = mdb_dbi_open(txn, NULL, 0, &main_dbi);
    if (code == 0)
        code = mdb_cursor_open(txn, main_dbi, &cursor);
    for (*count = 0; code == 0 && *count < ENV_DATABASES_MAX;) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
        if (code == 0 && key.mv_size <= ENV_NAME_MAX) {
            memcpy(names[*count], key.mv_data, key.mv_size);
            names[(*count)++][key.mv_size] = '\0';
        }
    }
    if (cursor)
        mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return code == MDB_NOTFOUND ? 0 : code;
}

enum status env_discover(struct env *v, struct error *e)
{
    size_t bytes = sizeof(char[ENV_NAME_MAX + 1]) * ENV_DATABASES_MAX;
    char(*names)[ENV_NAME_MAX + 1] = mem_alloc(v->memory, bytes);
    unsigned count = 0;
    enum status status = answer(v, list_names(v, names, &count), "list the databases", e);
    for (unsigned i = 0; i < count; i++)
        env_database(v, names[i]);
    mem_free(v->memory, names, bytes);
    return status;
}

enum status env_read_begin(struct env *v, struct error *e)
{
    if (v->reads++ > 0 || v->write)
        return STATUS_OK;
    int code = mdb_txn_renew(v->read);
    if (code != 0)
        v->reads--;
    return answer(v, code, "read", e);
}

void env_read_end(struct env *v)
{
    assert(v->reads > 0);
    if (--v->reads == 0 && !v->write)
        mdb_txn_reset(v->read);
}

static MDB_txn *current(const struct env *v)
{
    assert(v->write || v->reads > 0);
    return v->write ? v->write : v->read;
}

enum status env_get(struct env *v, unsigned database, struct slice key, struct slice *value, struct error *e)
{
    if (!v->databases[database].open)
        return STATUS_END;
    MDB_val k = val_from(key), found;
    int code = mdb_get(current(v), v->databases[database].dbi, &k, &found);
    if (code == 0)
        *value = slice_from(found);
    return answer(v, code, "read a record", e);
}

enum status env_cursor_open(struct env *v, unsigned database, struct env_cursor *out, struct error *e)
{
    MDB_cursor *cursor = NULL;
    int code = 0;
    if (v->databases[database].open)
        code = mdb_cursor_open(current(v), v->databases[database].dbi, &cursor);
    *out = (struct env_cursor){.lmdb = cursor, .env = v};
    return answer(v, code, "open a cursor", e);
}

void env_cursor_close(struct env_cursor *c)
{
    if (c->lmdb)
        mdb_cursor_close(c->lmdb);
    c->lmdb = NULL;
}

enum status env_cursor_step(struct env_cursor *c, enum env_step step, struct slice *key, struct slice *value,
                            struct error *e)
{
    static const MDB_cursor_op ops[] = {
        [ENV_FIRST] = MDB_FIRST, [ENV_AT_OR_AFTER] = MDB_SET_RANGE, [ENV_NEXT] = MDB_NEXT,
        [ENV_LAST] = MDB_LAST,   [ENV_PREVIOUS] = MDB_PREV,
    };
    if (!c->lmdb)
        return STATUS_END;
    if (step == ENV_AT_OR_AFTER && key->size == 0) // LMDB has no empty keys
        step = ENV_FIRST;
    MDB_val k = val_from(*key), found = {0};
    int code = mdb_cursor_get(c->lmdb, &k, &found, ops[step]);
    if (code == 0) {
        *key = slice_from(k);
        *value = slice_from(found);
    }
    return answer(c->env, code, "read on", e);
}

enum status env_write_begin(struct env *v, struct error *e)
{
    assert(!v->write && v->reads == 0 && !v->read_only);
    v->writes = true;
    return answer(v, mdb_txn_begin(v->lmdb, NULL, 0, &v->write), "begin to write", e);
}

static enum status make_database(struct env *v, struct database *d, struct error *e)
{
    if (d->open)
        return STATUS_OK;
    int code = mdb_dbi_open(v->write, d->name, MDB_CREATE, &d->dbi);
    d->open = d->fresh = code == 0;
    return answer(v, code, "make a database", e);
}

enum status env_put(struct env *v, unsigned database, struct slice key, uint32_t size, char **room, struct error *e)
{
    struct database *d = &v->databases[database];
    enum status status = make_database(v, d, e);
    if (status != STATUS_OK)
        return status;
    MDB_val k = val_from(key), value = {.mv_size = size};
    int code = mdb_put(v->write, d->dbi, &k, &value, MDB_RESERVE);
    if (code == 0)
        *room = value.mv_data;
    return answer(v, code, "write a record", e);
}

enum status env_remove(struct env *v, unsigned database, struct slice key, struct error *e)
{
    if (!v->databases[database].open)
        return STATUS_END;
    MDB_val k = val_from(key);
    return answer(v, mdb_del(v->write, v->databases[database].dbi, &k, NULL), "remove a record", e);
}

// Not mdb_drop: on a full disk that can fail where small deletes work.
enum status env_empty(struct env *v, unsigned database, struct slice prefix, struct error *e)
{
    if (!v->databases[database].open)
        return STATUS_OK;
    MDB_cursor *cursor;
    int code = mdb_cursor_open(v->write, v->databases[database].dbi, &cursor);
    if (code != 0)
        return answer(v, code, "open a cursor", e);
    while (code == 0) {
        MDB_val key = val_from(prefix), value;
        code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
        if (code == 0 && (key.mv_size < prefix.size || memcmp(key.mv_data, prefix.data, prefix.size) != 0))
            break;
        if (code == 0)
            code = mdb_cursor_del(cursor, 0);
    }
    mdb_cursor_close(cursor);
    return answer(v, code == MDB_NOTFOUND ? 0 : code, "empty a database", e);
}

static void settle_handles(struct env *v, bool committed)
{
    for (unsigned i = 0; i < v->count; i++) {
        struct database *d = &v->databases[i];
        d->open = d->open && (committed || !d->fresh);
        d->fresh = false;
    }
}

enum status env_commit(struct env *v, struct error *e)
{
    assert(v->write && v->reads == 0);
    int code = mdb_txn_commit(v->write);
    v->write = NULL;
    settle_handles(v, code == 0);
    enum status status = answer(v, code, "commit", e);
    v->writes = false;
    return status;
}

void env_abort(struct env *v)
{
    v->writes = false;
    if (!v->write)
        return;
    mdb_txn_abort(v->write);
    v->write = NULL;
    settle_handles(v, false);
}

enum status env_grow(struct env *v, bool reserve, struct error *e)
{
    assert(!v->write && v->reads == 0);
    size_t most = in_pages(reserve ? v->map_max : v->map_max / 10 * 9);
    if (v->map >= most)
        return error_set(e, STATUS_FULL, "%s: the checkpoint has grown to %zu MB, the most it may have here", v->path,
                         v->map >> 20);
    size_t wanted = v->map > most / 2 ? most : v->map * 2;
    int code = mdb_env_set_mapsize(v->lmdb, wanted);
    if (code == ENOMEM)
        return error_set(e, STATUS_FULL, "%s: no address space for %zu MB of checkpoint", v->path, wanted >> 20);
    if (code == 0)
        v->map = wanted;
    return answer(v, code, "grow the map", e);
}

static int tree_pages(MDB_txn *txn, MDB_dbi dbi, uint64_t *pages, uint64_t *entries)
{
    MDB_stat s;
    int code = mdb_stat(txn, dbi, &s);
    if (code == 0) {
        *pages += (uint64_t)s.ms_branch_pages + s.ms_leaf_pages + s.ms_overflow_pages;
        *entries = s.ms_entries;
    }
    return code;
}

// Databases 0 and 1 are LMDB's own: the free list, and the names.
static int pages_in_use(struct env *v, MDB_txn *txn, uint64_t *pages)
{
    uint64_t entries;
    *pages = 2; // the meta pages
    int code = tree_pages(txn, 0, pages, &entries);
    if (code == 0)
        code = tree_pages(txn, 1, pages, &entries);
    for (unsigned i = 0; i < v->count && code == 0; i++) {
        if (v->databases[i].open)
            code = tree_pages(txn, v->databases[i].dbi, pages, &entries);
    }
    return code;
}

enum status env_usage(struct env *v, struct env_usage *out, struct error *e)
{
    MDB_envinfo info;
    MDB_stat main_stat;
    uint64_t pages = 0;
    enum status status = env_read_begin(v, e);
    if (status != STATUS_OK)
        return status;
    mdb_env_info(v->lmdb, &info);
    mdb_env_stat(v->lmdb, &main_stat);
    int code = pages_in_use(v, current(v), &pages);
    env_read_end(v);
    *out = (struct env_usage){
        .map = info.me_mapsize,
        .map_max = v->map_max,
        .file = (uint64_t)(info.me_last_pgno + 1) * main_stat.ms_psize,
        .used = pages * main_stat.ms_psize,
    };
    return answer(v, code, "read the sizes", e);
}

enum status env_database_usage(struct env *v, unsigned database, uint64_t *entries, uint64_t *bytes, struct error *e)
{
    MDB_stat main_stat;
    uint64_t pages = 0;
    int code = 0;
    *entries = *bytes = 0;
    enum status status = env_read_begin(v, e);
    if (status != STATUS_OK)
        return status;
    if (v->databases[database].open)
        code = tree_pages(current(v), v->databases[database].dbi, &pages, entries);
    env_read_end(v);
    mdb_env_stat(v->lmdb, &main_stat);
    *bytes = pages * main_stat.ms_psize;
    return answer(v, code, "read the sizes", e);
}

// A free page that is listed twice, or that a tree still uses, would be written over.
static enum status mark_free(struct env *v, MDB_val list, size_t last, unsigned char *seen, uint64_t *count,
                             struct error *e)
{
    size_t ids = list.mv_size / sizeof(size_t), claimed = 0, page;
    if (ids > 0)
        memcpy(&claimed, list.mv_data, sizeof claimed);
    if (ids == 0 || claimed > ids - 1)
        return error_set(e, STATUS_DAMAGED, "%s: a list of free pages is cut short", v->path);
    for (size_t i = 1; i <= claimed; i++) {
        memcpy(&page, (const char *)list.mv_data + i * sizeof page, sizeof page);
        if (page < 2 || page > last || (seen[page / 8] & 1u << page % 8))
            return error_set(e, STATUS_DAMAGED, "%s: the list of free pages names page %zu wrongly", v->path, page);
        seen[page / 8] |= (unsigned char)(1u << page % 8);
    }
    *count += claimed;
    return STATUS_OK;
}

static enum status walk_free(struct env *v, size_t last, unsigned char *seen, uint64_t *count, struct error *e)
{
    MDB_cursor *cursor;
    MDB_val key, list;
    int code = mdb_cursor_open(current(v), 0, &cursor);
    if (code != 0)
        return answer(v, code, "open the free list", e);
    enum status status = STATUS_OK;
    while (status == STATUS_OK && (code = mdb_cursor_get(cursor, &key, &list, MDB_NEXT)) == 0)
        status = mark_free(v, list, last, seen, count, e);
    mdb_cursor_close(cursor);
    if (status == STATUS_OK && code != MDB_NOTFOUND)
        status = answer(v, code, "read the free list", e);
    return status;
}

enum status env_check_pages(struct env *v, struct error *e)
{
    MDB_envinfo info;
    uint64_t free_pages = 0, used = 0;
    enum status status = env_read_begin(v, e);
    if (status != STATUS_OK)
        return status;
    mdb_env_info(v->lmdb, &info);
    size_t bytes = info.me_last_pgno / 8 + 1;
    unsigned char *seen = mem_zalloc(v->memory, bytes);
    status = walk_free(v, info.me_last_pgno, seen, &free_pages, e);
    if (status == STATUS_OK)
        status = answer(v, pages_in_use(v, current(v), &used), "count the pages", e);
    env_read_end(v);
    mem_free(v->memory, seen, bytes);
    if (status == STATUS_OK && used + free_pages > (uint64_t)info.me_last_pgno + 1)
        status = error_set(e, STATUS_DAMAGED, "%s: pages are both free and in use", v->path);
    return status;
}
