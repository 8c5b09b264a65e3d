#include "agent/store/rebuild.h"

#include "agent/store/check.h"
#include "agent/store/env.h"
#include "agent/store/frame.h"
#include "agent/store/guard.h"
#include "agent/store/meta.h"
#include "agent/store/part.h"
#include "agent/store/repair.h"
#include "agent/store/salvage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_ROOM = 4096 + 64, RECORDS_A_COMMIT = 2000 };

struct rebuild {
    struct env *to;
    struct memory *memory;
    struct tallies kept, before;
    uint64_t records;
    char database[ENV_NAME_MAX + 1]; // that the records come from at the moment
    unsigned target, in_transaction;
    bool position;                              // meta's own was readable
    bool names_lost, counts_lost, offsets_lost; // what of the databases could not be read
    bool rows_lost;                             // or of the others, the log of batches apart
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

// A damaged branch leads into another database's pages: the sum of what stands there is right, its place is not.
static bool belongs(const char *database, struct slice key)
{
    char home[ENV_NAME_MAX + 1], name[PART_NAME_MAX + 1], prefix[PART_NAME_MAX + 2];
    uint32_t prefix_size;
    const char *nul = memchr(key.data, '\0', key.size);
    if (strncmp(database, "state:", 6) == 0)
        return key.data[0] == 'k';
    if (strcmp(database, "progress") == 0)
        return key.size == 1 || slice_equal(key, SLICE("position"));
    if (strcmp(database, "meta") == 0 && !nul)
        return slice_equal(key, SLICE("identity")) || slice_equal(key, SLICE("format")) ||
               slice_equal(key, SLICE("position")) || (key.size > 5 && memcmp(key.data, "part:", 5) == 0);
    if (!nul || nul - key.data > PART_NAME_MAX)
        return false;
    memcpy(name, key.data, (size_t)(nul - key.data) + 1);
    return part_place(name, home, prefix, &prefix_size) && strcmp(home, database) == 0;
}

static void note_losses(void *arg, const char *database, bool lost)
{
    struct rebuild *b = arg;
    if (database[0] == '\0')
        b->names_lost = lost;
    else if (strcmp(database, "meta") == 0)
        b->counts_lost = lost;
    else if (strcmp(database, "offsets") == 0)
        b->offsets_lost = lost;
    else if (strcmp(database, "progress") != 0)
        b->rows_lost = b->rows_lost || lost;
}

// Records of `meta` that are made anew are not brought over.
static bool wanted(struct rebuild *b, const char *database, struct slice key, struct slice record)
{
    struct slice payload;
    if (!belongs(database, key))
        return false;
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

static uint64_t kept_of(struct rebuild *b, const char *part)
{
    return tally_of(&b->kept, part, strlen(part))->entries;
}

// Whether anything that a batch needs is not there. What only the log of batches lost is no loss.
static bool incomplete(struct rebuild *b)
{
    for (uint32_t i = 0; i < b->before.count; i++) {
        if (kept_of(b, b->before.at[i].name) != b->before.at[i].entries)
            return true;
    }
    return b->names_lost || b->counts_lost || b->offsets_lost || b->rows_lost || !b->position;
}

static bool are_offsets(const char *part)
{
    return strncmp(part, "offsets:", 8) == 0;
}

// For the source, when it is opened: `meta:text` "lost:" PART.
static enum status mark_lost(struct rebuild *b, const char *part, struct error *e)
{
    char key[ENV_NAME_MAX + 32], record[FRAME_HEAD + 3];
    int size = snprintf(key, sizeof key, "meta:text%clost:%s", '\0', part);
    struct slice k = {key, (uint32_t)size};
    memcpy(record + FRAME_HEAD, "yes", 3);
    frame_seal(record, k, 3);
    return take_record(b, "meta", k, (struct slice){record, sizeof record}, e);
}

static enum status mark_offsets(struct rebuild *b, struct error *e)
{
    enum status status = STATUS_OK;
    if (b->records == 0)
        return STATUS_OK; // it begins anew, and reads everything anew
    // Whose entries are missing is not known when the counts are missing too.
    if ((b->names_lost || b->counts_lost) && (b->names_lost || b->offsets_lost))
        status = mark_lost(b, "offsets", e);
    for (uint32_t i = 0; i < b->before.count && status == STATUS_OK; i++) {
        const struct tally *was = &b->before.at[i];
        if (are_offsets(was->name) && kept_of(b, was->name) != was->entries)
            status = mark_lost(b, was->name, e);
    }
    return status;
}

static void tell_part(struct rebuild *b, const struct tally *was, struct text *said)
{
    uint64_t kept = kept_of(b, was->name);
    if (kept == was->entries)
        return;
    text_printf(said, "%s: %" PRIu64 " of %" PRIu64 " entries kept", was->name, kept, was->entries);
    if (are_offsets(was->name))
        text_printf(said, ", %" PRIu64 " lost: the checkpoint no longer knows all that source %s has read",
                    was->entries > kept ? was->entries - kept : 0, was->name + 8);
    text_char(said, '\n');
}

static void tell(struct rebuild *b, const struct salvage *s, struct text *said)
{
    text_printf(said,
                "kept %" PRIu64 " records; %" PRIu64 " were damaged, and reading had to stop at %" PRIu64 " places\n",
                b->records, s->bad, s->broken);
    for (uint32_t i = 0; i < b->before.count; i++)
        tell_part(b, &b->before.at[i], said);
    if (b->records == 0)
        text_string(said,
                    "nothing could be read: the pipeline begins anew, and reads what its sources have once more\n");
    else if ((b->names_lost || b->counts_lost) && (b->names_lost || b->offsets_lost))
        text_string(said,
                    "offsets: entries are lost, and how many is not known: the checkpoint no longer knows all that "
                    "its sources have read\n");
    if (b->records > 0 && (b->names_lost || b->counts_lost) && (b->names_lost || b->rows_lost))
        text_string(said, "state: entries are lost, and how many is not known: groups that are lost begin anew\n");
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
        repair_remove(mended);
        if (mkdir(mended, 0777) != 0)
            return error_set(e, STATUS_FAILED, "cannot make %s: %s", mended, strerror(errno));
        status = metapage_mend(from, mended, winner, e);
        s->directory = mended;
        if (status == STATUS_OK)
            status = salvage_run(s, e);
        else if (status == STATUS_END)
            status = STATUS_OK;
    }
    repair_remove(mended);
    s->directory = from;
    return status;
}

static void begin(struct rebuild *b, struct memory *memory)
{
    *b = (struct rebuild){.memory = memory, .kept = {.memory = memory}, .before = {.memory = memory}};
}

static void end(struct rebuild *b)
{
    env_close(b->to);
    tallies_free(&b->kept);
    tallies_free(&b->before);
}

// `from` into `to`, which is made anew. *all: nothing of it is missing, and it has a batch.
static enum status bring(const char *from, const char *to, int lock, struct memory *memory, bool *all,
                         struct text *said, struct error *e)
{
    char file[PATH_ROOM + 16];
    struct stat info = {0};
    struct rebuild b;
    begin(&b, memory);
    snprintf(file, sizeof file, "%s/data.mdb", from);
    (void)!stat(file, &info);
    struct salvage s = {.directory = from,
                        .close_in_child = lock,
                        .memory = memory,
                        .record = take_record,
                        .done = note_losses,
                        .arg = &b};
    size_t first = info.st_size > ENV_MAP_FIRST / 2 ? (size_t)info.st_size * 2 : ENV_MAP_FIRST;
    struct env_setup setup = {.directory = to, .map_first = first, .memory = memory};
    repair_remove(to);
    if (mkdir(to, 0777) != 0)
        return error_set(e, STATUS_FAILED, "cannot make %s: %s", to, strerror(errno));
    enum status status = env_open(&setup, &b.to, e);
    if (status == STATUS_OK)
        status = salvage_run(&s, e);
    if (status == STATUS_OK && b.records == 0)
        status = salvage_mended(&s, &b, e);
    *all = !incomplete(&b);
    if (status == STATUS_OK)
        tell(&b, &s, said);
    if (status == STATUS_OK)
        status = mark_offsets(&b, e);
    if (status == STATUS_OK)
        status = write_head(&b, e);
    end(&b);
    return status;
}

// The last commit but one, whose pages no later one has written over: a copy in which it is the last. False: it is not
// whole either.
static bool commit_before(const char *from, const char *to, int lock, struct memory *memory)
{
    struct check check = {.directory = to, .memory = memory};
    int older = metapage_older(from);
    repair_remove(to);
    if (older < 0 || mkdir(to, 0777) != 0)
        return false;
    return metapage_mend(from, to, older, NULL) == STATUS_OK &&
           guard_run(check_all, &check, 0, lock, NULL, NULL) == STATUS_OK;
}

enum status rebuild(const char *from, const char *to, int lock, struct memory *memory, struct text *said,
                    struct error *e)
{
    char before[PATH_ROOM];
    bool all, all_before = false;
    snprintf(before, sizeof before, "%s.mended", from);
    enum status status = bring(from, to, lock, memory, &all, said, e);
    if (status == STATUS_OK && !all && commit_before(from, before, lock, memory)) {
        text_clear(said);
        text_string(said,
                    "the commit before the last is whole: nothing else is lost, and the last batch is done again\n");
        status = bring(before, to, lock, memory, &all_before, said, e);
        if (status == STATUS_OK && !all_before) { // there was no batch in it
            text_clear(said);
            status = bring(from, to, lock, memory, &all, said, e);
        }
    }
    repair_remove(before);
    if (status != STATUS_OK)
        repair_remove(to);
    return status;
}
