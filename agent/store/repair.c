#include "agent/store/repair.h"

#include "agent/store/check.h"
#include "agent/store/env.h"
#include "agent/store/frame.h"
#include "agent/store/meta.h"
#include "agent/store/salvage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The order of steps, each of which a crash may be the last of: build DIR.recovering; rename it DIR.recovered; rename
// DIR to DIR.damaged-N; rename DIR.recovered to DIR. Without DIR, DIR.recovered is the checkpoint.
enum { PATH_ROOM = 4096 + 64, RECORDS_A_COMMIT = 2000 };

static const char *const FILES[] = {"data.mdb", "lock.mdb", "runnel.lock", "data.mdb.probe"};

static bool exists(const char *path)
{
    struct stat s;
    return lstat(path, &s) == 0;
}

static void remove_checkpoint(const char *directory)
{
    char path[PATH_ROOM + 16];
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, FILES[i]);
        unlink(path);
    }
    rmdir(directory);
}

static void sync_parent(const char *directory)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s", directory);
    char *slash = strrchr(path, '/');
    snprintf(slash ? slash + (slash == path) : path, 2, "%s", slash ? "" : ".");
    int file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    (void)!fsync(file);
    close(file);
}

static enum status move(const char *from, const char *to, struct error *e)
{
    if (rename(from, to) != 0)
        return error_set(e, STATUS_FAILED, "cannot rename %s to %s: %s", from, to, strerror(errno));
    sync_parent(to);
    return STATUS_OK;
}

enum status repair_finish(const char *directory, struct error *e)
{
    char recovered[PATH_ROOM];
    snprintf(recovered, sizeof recovered, "%s.recovered", directory);
    if (exists(directory) || !exists(recovered))
        return STATUS_OK;
    return move(recovered, directory, e);
}

struct rebuild {
    struct env *to;
    struct memory *memory;
    struct tallies kept, before;
    uint64_t records;
    char database[ENV_NAME_MAX + 1]; // that the records come from at the moment
    unsigned target, in_transaction;
    bool position; // meta's own was readable
    char spare[64];
    uint32_t spare_size; // of the position that progress keeps
};

static enum status end_transaction(struct rebuild *b, struct error *e)
{
    bool any = b->in_transaction > 0;
    b->in_transaction = 0;
    return any ? env_commit(b->to, e) : STATUS_OK;
}

static void note_count(struct rebuild *b, struct slice key, struct slice record)
{
    struct slice payload;
    if (!frame_open(key, record, &payload) || payload.size != 16 || key.size - 5 > ENV_NAME_MAX)
        return;
    struct tally *t = tally_of(&b->before, key.data + 5, key.size - 5);
    t->entries = get_u64(payload.data);
    t->bytes = get_u64(payload.data + 8);
}

// Records of `meta` that are made anew are not brought over.
static bool wanted(struct rebuild *b, const char *database, struct slice key, struct slice record)
{
    struct slice payload;
    if (strcmp(database, "progress") == 0 && slice_equal(key, SLICE("position"))) {
        b->spare_size = frame_open(key, record, &payload) && payload.size <= sizeof b->spare ? payload.size : 0;
        if (b->spare_size > 0)
            memcpy(b->spare, payload.data, payload.size);
        return true;
    }
    if (strcmp(database, "meta") != 0)
        return true;
    if (key.size > 5 && memcmp(key.data, "part:", 5) == 0) {
        note_count(b, key, record);
        return false;
    }
    b->position = b->position || slice_equal(key, SLICE("position"));
    return !slice_equal(key, SLICE("identity")) && !slice_equal(key, SLICE("format"));
}

static enum status turn_to(struct rebuild *b, const char *database, struct error *e)
{
    enum status status = end_transaction(b, e);
    if (status != STATUS_OK)
        return status;
    snprintf(b->database, sizeof b->database, "%s", database);
    b->target = env_database(b->to, database); // a new handle wants no transaction
    return b->target < ENV_DATABASES_MAX ? STATUS_OK : error_set(e, STATUS_FAILED, "too many databases");
}

static enum status take_record(void *arg, const char *database, struct slice key, struct slice record, struct error *e)
{
    struct rebuild *b = arg;
    enum status status = STATUS_OK;
    char *room;
    if (!wanted(b, database, key, record) || !tally_record(&b->kept, database, key, record))
        return STATUS_OK;
    if (strcmp(b->database, database) != 0)
        status = turn_to(b, database, e);
    else if (b->in_transaction == RECORDS_A_COMMIT)
        status = end_transaction(b, e);
    if (status == STATUS_OK && b->in_transaction == 0)
        status = env_write_begin(b->to, e);
    if (status != STATUS_OK)
        return status;
    b->in_transaction++;
    b->records++;
    status = env_put(b->to, b->target, key, record.size, &room, e);
    if (status == STATUS_OK)
        memcpy(room, record.data, record.size);
    return status;
}

// What makes a checkpoint of the records: counts, a position, an identity that any start takes for another's.
static enum status write_head(struct rebuild *b, struct error *e)
{
    struct meta meta = {.format = STORE_FORMAT};
    enum status status = end_transaction(b, e);
    unsigned database = env_database(b->to, "meta");
    if (status == STATUS_OK)
        status = env_write_begin(b->to, e);
    if (status == STATUS_OK)
        status = meta_write(b->to, &meta, e);
    if (status == STATUS_OK && !b->position && b->spare_size > 0)
        status = record_put(b->to, database, SLICE("position"), (struct slice){b->spare, b->spare_size}, e);
    for (uint32_t i = 0; i < b->kept.count && status == STATUS_OK; i++)
        status = meta_write_part(b->to, b->kept.at[i].name, b->kept.at[i].entries, b->kept.at[i].bytes, e);
    return status == STATUS_OK ? env_commit(b->to, e) : status;
}

static void tell(struct rebuild *b, const struct salvage *s, struct text *said)
{
    text_printf(said,
                "kept %" PRIu64 " records; %" PRIu64 " were damaged, and reading had to stop at %" PRIu64 " places\n",
                b->records, s->bad, s->broken);
    for (uint32_t i = 0; i < b->before.count; i++) {
        const struct tally *was = &b->before.at[i];
        uint64_t kept = tally_of(&b->kept, was->name, strlen(was->name))->entries;
        if (kept != was->entries)
            text_printf(said, "%s: %" PRIu64 " of %" PRIu64 " entries kept\n", was->name, kept, was->entries);
    }
    if (!b->position)
        text_string(said, b->spare_size > 0 ? "the batch id comes from its second copy\n"
                                            : "the batch id is lost: batches count from 0 again\n");
}

// Nothing at all could be read: the way to it, a meta page, is what is damaged. There are two.
static enum status salvage_mended(struct salvage *s, struct rebuild *b, struct error *e)
{
    const char *from = s->directory;
    char mended[PATH_ROOM];
    snprintf(mended, sizeof mended, "%s.mended", from);
    enum status status = STATUS_OK;
    for (int winner = 0; winner < 2 && status == STATUS_OK && b->records == 0; winner++) {
        remove_checkpoint(mended);
        if (mkdir(mended, 0777) != 0)
            return error_set(e, STATUS_FAILED, "cannot make %s: %s", mended, strerror(errno));
        status = metapage_mend(from, mended, winner, e);
        s->directory = mended;
        if (status == STATUS_OK)
            status = salvage_run(s, e);
        else if (status == STATUS_END)
            status = STATUS_OK;
    }
    remove_checkpoint(mended);
    s->directory = from;
    return status;
}

static enum status rebuild(const char *from, const char *to, const struct lock *lock, struct memory *memory,
                           struct text *said, struct error *e)
{
    char file[PATH_ROOM + 16];
    struct stat info = {0};
    snprintf(file, sizeof file, "%s/data.mdb", from);
    (void)!stat(file, &info);
    struct rebuild b = {.memory = memory, .kept = {.memory = memory}, .before = {.memory = memory}};
    struct salvage s = {
        .directory = from, .close_in_child = lock->file, .memory = memory, .record = take_record, .arg = &b};
    size_t first = info.st_size > ENV_MAP_FIRST / 2 ? (size_t)info.st_size * 2 : ENV_MAP_FIRST;
    struct env_setup setup = {.directory = to, .map_first = first, .memory = memory};
    remove_checkpoint(to);
    if (mkdir(to, 0777) != 0)
        return error_set(e, STATUS_FAILED, "cannot make %s: %s", to, strerror(errno));
    enum status status = env_open(&setup, &b.to, e);
    if (status == STATUS_OK)
        status = salvage_run(&s, e);
    if (status == STATUS_OK && b.records == 0)
        status = salvage_mended(&s, &b, e);
    if (status == STATUS_OK)
        status = write_head(&b, e);
    env_close(b.to);
    if (status == STATUS_OK)
        tell(&b, &s, said);
    else
        remove_checkpoint(to);
    tallies_free(&b.kept);
    tallies_free(&b.before);
    return status;
}

static enum status swap_in(const char *directory, const char *recovering, const char *recovered, struct lock *lock,
                           char aside[PATH_ROOM], struct error *e)
{
    for (int n = 1; n == 1 || exists(aside); n++)
        snprintf(aside, PATH_ROOM, "%s.damaged-%d", directory, n);
    remove_checkpoint(recovered);
    enum status status = move(recovering, recovered, e);
    if (status == STATUS_OK)
        status = move(directory, aside, e);
    if (status == STATUS_OK)
        status = move(recovered, directory, e);
    if (status != STATUS_OK)
        return status;
    lock_release(lock, false); // it went with the damaged one
    return lock_take(lock, directory, e);
}

// Nothing but a checkpoint's own files: a path that was given by mistake is not moved away.
static enum status is_ours(const char *directory, struct error *e)
{
    DIR *dir = opendir(directory);
    const char *strange = NULL;
    for (struct dirent *entry; dir && !strange && (entry = readdir(dir));) {
        bool known = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
            known = known || strcmp(entry->d_name, FILES[i]) == 0;
        if (!known)
            strange = entry->d_name;
    }
    enum status status = STATUS_OK;
    if (strange)
        status =
            error_set(e, STATUS_DAMAGED,
                      "%s is damaged, or no checkpoint, and holds other things too (%s): move it away yourself, or "
                      "give the pipeline another checkpointLocation",
                      directory, strange);
    if (dir)
        closedir(dir);
    return status;
}

enum status repair(const char *directory, const char *why, struct lock *lock, struct memory *memory, struct text *said,
                   struct error *e)
{
    char recovering[PATH_ROOM], recovered[PATH_ROOM], aside[PATH_ROOM] = "", reason[ERROR_TEXT_MAX];
    struct text losses;
    snprintf(reason, sizeof reason, "%s", why); // it may be e's own words
    snprintf(recovering, sizeof recovering, "%s.recovering", directory);
    snprintf(recovered, sizeof recovered, "%s.recovered", directory);
    text_init(&losses, memory);
    enum status status = is_ours(directory, e);
    if (status == STATUS_OK)
        status = rebuild(directory, recovering, lock, memory, &losses, e);
    if (status == STATUS_OK)
        status = swap_in(directory, recovering, recovered, lock, aside, e);
    if (status == STATUS_OK) {
        text_printf(
            said,
            "%s was damaged (%s): set aside as %s, its bytes unchanged; the pipeline goes on with what could be read\n",
            directory, reason, aside);
        text_bytes(said, losses.data, losses.size);
    } else {
        error_prefix(e, "%s is damaged (%s), and could not be set aside", directory, reason);
    }
    text_free(&losses);
    return status;
}
