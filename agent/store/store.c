#include "agent/store/store.h"

#include "agent/store/check.h"
#include "agent/store/guard.h"
#include "agent/store/inside.h"
#include "agent/store/repair.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    CHECK_SECONDS = 10, // that a start may wait for a walk; then records are checked as they are read
    CLEAN_SECONDS = 2,  // after a clean stop, which does not keep an SD card from going bad
    // Deaths at start after which the walk is done to its end. What it finds whole is kept, however many they are: a
    // process that is killed again and again must not take another epoch for it.
    STARTS_SUSPECT = 3,
};

static enum status make_directories(const char *directory, struct error *e)
{
    char path[STORE_PATH_ROOM];
    snprintf(path, sizeof path, "%s", directory);
    for (char *at = path + 1;; at++) {
        char kept = *at;
        if (kept != '/' && kept != '\0')
            continue;
        *at = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return error_set(e, STATUS_FAILED, "%s: cannot make the checkpoint's directory: %s", path, strerror(errno));
        *at = kept;
        if (kept == '\0')
            return STATUS_OK;
    }
}

// In a child: a damaged page can kill its reader.
static enum status walk_all(struct store *s, bool to_its_end, struct error *e)
{
    struct check check = {.directory = s->directory, .memory = s->memory};
    int seconds = to_its_end ? 0 : s->lock.clean ? CLEAN_SECONDS : CHECK_SECONDS;
    struct text said;
    text_init(&said, s->memory);
    enum status status = guard_run(check_all, &check, seconds, s->lock.file, &said, e);
    text_free(&said);
    if (status == STATUS_AGAIN && !s->lock.clean)
        text_printf(&s->notice,
                    "%s: stopped uncleanly, and too large to be checked in %d seconds: its records are "
                    "checked as they are read\n",
                    s->directory, seconds);
    return status == STATUS_AGAIN ? STATUS_OK : status;
}

// What is there, before LMDB maps it. STATUS_DAMAGED: to be set aside.
static enum status examine(struct store *s, const char *distrust, struct error *e)
{
    enum env_kind kind = env_probe(s->directory);
    if (kind == ENV_ABSENT && s->lock.held)
        text_printf(&s->notice, "%s: data.mdb, which had batches, is not there any more: the pipeline begins anew\n",
                    s->directory);
    if (kind == ENV_ABSENT || (kind == ENV_EMPTY && !s->lock.held))
        return STATUS_OK;
    if (kind == ENV_EMPTY)
        return error_set(e, STATUS_DAMAGED, "data.mdb has no bytes any more");
    if (kind == ENV_FOREIGN)
        return error_set(e, STATUS_CONFIG,
                         "%s/data.mdb was made on a machine with another word size or byte order, and cannot be opened "
                         "here: give the pipeline another checkpointLocation",
                         s->directory);
    if (kind == ENV_RUINED)
        return error_set(e, STATUS_DAMAGED, "data.mdb is no LMDB file any more");
    if (distrust)
        return error_set(e, STATUS_DAMAGED, "%s", distrust);
    enum status status = metapage_judge(s->directory, e);
    if (status == STATUS_DAMAGED)
        return status;
    bool cut = status == STATUS_AGAIN;
    return walk_all(s, cut || (!s->lock.clean && s->lock.starts >= STARTS_SUSPECT), e);
}

static enum status open_environment(struct store *s, const struct store_setup *setup, struct error *e)
{
    struct env_setup how = {
        .directory = s->directory,
        .map_first = setup->map_first,
        .map_max = setup->map_max,
        .read_only = setup->read_only,
        .memory = s->memory,
    };
    enum status status = env_open(&how, &s->env, e);
    if (status == STATUS_OK)
        status = env_discover(s->env, e);
    if (status != STATUS_OK)
        return status;
    env_database(s->env, "meta");
    env_database(s->env, "progress");
    status = meta_read(s->env, &s->meta, e);
    if (status == STATUS_OK && (status = env_read_begin(s->env, e)) == STATUS_OK) {
        status = meta_read_position(s->env, &s->position, e);
        env_read_end(s->env);
    }
    return status;
}

static enum status open_or_repair(struct store *s, const struct store_setup *setup, struct error *e)
{
    enum status status = examine(s, setup->distrust, e);
    if (status == STATUS_OK)
        status = open_environment(s, setup, e);
    if (status != STATUS_DAMAGED)
        return status;
    env_close(s->env);
    s->env = NULL;
    status = repair(s->directory, e->text, &s->lock, s->memory, &s->notice, e);
    return status == STATUS_OK ? open_environment(s, setup, e) : status;
}

static void take_name(char to[META_NAME_MAX + 1], const char *from)
{
    snprintf(to, META_NAME_MAX + 1, "%s", from ? from : "");
    for (char *at = to; *at; at++)
        *at = *at == '\n' ? ' ' : *at;
}

static enum status commit_identity(struct store *s, struct error *e)
{
    enum status status = STATUS_AGAIN;
    while (status == STATUS_AGAIN) {
        status = env_write_begin(s->env, e);
        if (status == STATUS_OK)
            status = meta_write(s->env, &s->meta, e);
        if (status == STATUS_OK)
            status = env_commit(s->env, e);
        env_abort(s->env);
        if (status == STATUS_AGAIN && env_grow(s->env, true, e) != STATUS_OK)
            status = STATUS_FULL;
    }
    return status;
}

// A new generation where a receiver must not take our next records for ones it has seen.
static enum status settle_identity(struct store *s, const struct store_setup *setup, struct error *e)
{
    struct meta was = s->meta, *now = &s->meta;
    enum status status = meta_file(s->directory, &now->inode, &now->birth, e);
    if (status != STATUS_OK)
        return status;
    if (setup->device)
        take_name(now->device, setup->device);
    if (setup->query)
        take_name(now->query, setup->query);
    take_name(now->build, setup->build);
    now->format = STORE_FORMAT;
    const char *why = NULL;
    if (was.format == 0 || was.epoch[0] == '\0')
        why = "";
    else if (was.inode != now->inode || was.birth != now->birth)
        why = "data.mdb is another file than before (copied or restored)";
    else if (strcmp(was.device, now->device) != 0)
        why = "the checkpoint comes from another device";
    if (!why && strcmp(was.query, now->query) == 0 && strcmp(was.build, now->build) == 0)
        return STATUS_OK;
    if (why)
        status = meta_new_epoch(now->epoch, e);
    if (why && why[0] != '\0')
        text_printf(&s->notice, "%s: %s: new epoch %s\n", s->directory, why, now->epoch);
    return status == STATUS_OK ? commit_identity(s, e) : status;
}

static enum status open_to_write(struct store *s, const struct store_setup *setup, struct error *e)
{
    enum status status = repair_finish(s->directory, e);
    if (status == STATUS_OK)
        status = make_directories(s->directory, e);
    if (status == STATUS_OK)
        status = lock_take(&s->lock, s->directory, e);
    if (status == STATUS_OK)
        status = open_or_repair(s, setup, e);
    if (status == STATUS_OK)
        status = settle_identity(s, setup, e);
    return status;
}

static enum status open_to_read(struct store *s, const struct store_setup *setup, struct error *e)
{
    struct check check = {.directory = s->directory, .memory = s->memory};
    enum env_kind kind = env_probe(s->directory);
    if (kind == ENV_ABSENT || kind == ENV_EMPTY)
        return error_set(e, STATUS_FAILED, "%s is no checkpoint: it has no data.mdb", s->directory);
    if (kind == ENV_FOREIGN)
        return error_set(e, STATUS_CONFIG, "%s was made on a machine with another word size or byte order",
                         s->directory);
    if (kind == ENV_RUINED)
        return error_set(e, STATUS_DAMAGED, "%s: data.mdb is no LMDB file", s->directory);
    enum status status = lock_share(&s->lock, s->directory, e);
    if (status == STATUS_OK) {
        status = metapage_judge(s->directory, e);
        if (status != STATUS_DAMAGED)
            status = guard_run(status == STATUS_OK ? check_head : check_all, &check, 0, -1, NULL, e);
        if (status == STATUS_DAMAGED)
            error_prefix(e, "%s is damaged", s->directory);
    }
    if (status == STATUS_OK)
        status = open_environment(s, setup, e);
    if (status == STATUS_OK && s->meta.format == 0)
        status = error_set(e, STATUS_FAILED, "%s is no checkpoint: nothing was ever committed to it", s->directory);
    return status;
}

enum status store_open(const struct store_setup *setup, struct store **out, struct error *e)
{
    struct error own; // repair needs the words of what was found
    struct error *words = e ? e : &own;
    *out = NULL;
    struct store *s = mem_zalloc(setup->memory, sizeof *s);
    s->memory = setup->memory;
    s->read_only = setup->read_only;
    s->lock = LOCK_NONE;
    text_init(&s->notice, s->memory);
    enum status status = STATUS_OK;
    if (snprintf(s->directory, sizeof s->directory, "%s", setup->directory) >= (int)sizeof s->directory)
        status = error_set(words, STATUS_FAILED, "the checkpoint's path is too long");
    for (size_t n = strlen(s->directory); n > 1 && s->directory[n - 1] == '/'; n--)
        s->directory[n - 1] = '\0';
    if (status == STATUS_OK)
        status = setup->read_only ? open_to_read(s, setup, words) : open_to_write(s, setup, words);
    if (status != STATUS_OK) {
        s->broken = status == STATUS_DAMAGED; // the next start shall look closely
        store_close(s);
        return status;
    }
    parts_init(&s->parts, s->memory, s->env, setup->cache_limit);
    *out = s;
    return STATUS_OK;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    bool clean = !s->read_only && !s->broken && !s->parts.damaged;
    mem_free(s->memory, s->logs, s->log_count * sizeof *s->logs);
    parts_free(&s->parts);
    env_close(s->env);
    lock_release(&s->lock, clean);
    text_free(&s->notice);
    mem_free(s->memory, s, sizeof *s);
}

void store_say_address(struct store *s, const char *address)
{
    lock_say_address(&s->lock, address);
}

_Static_assert((int)STORE_ADDRESS_ROOM == (int)LOCK_ADDRESS_ROOM, "the same words");

bool store_running(const char *directory, int *pid, char address[STORE_ADDRESS_ROOM])
{
    return lock_held(directory, pid, address);
}

struct slice store_notice(const struct store *s)
{
    struct slice all = text_view(&s->notice);
    all.size -= all.size > 0; // each line ends with a newline, the notice does not
    return all;
}

bool store_damaged(const struct store *s)
{
    return s->parts.damaged;
}

struct slice store_epoch(const struct store *s)
{
    return (struct slice){s->meta.epoch, EPOCH_TEXT};
}

struct store_position store_position(const struct store *s)
{
    return s->position;
}

struct part *store_part(struct store *s, const char *name, struct error *e)
{
    bool made;
    uint64_t entries, bytes;
    struct part *p = part_open(&s->parts, name, &made, e);
    if (!p || !made)
        return p;
    enum status status = meta_read_part(s->env, name, &entries, &bytes, e);
    if (status != STATUS_OK) {
        s->parts.damaged = s->parts.damaged || status == STATUS_DAMAGED;
        return NULL;
    }
    part_count(p, entries, bytes);
    return p;
}

const struct state *store_state(struct store *s, const char *part, struct error *e)
{
    struct part *p = store_part(s, part, e);
    return p ? &p->state : NULL;
}

enum status store_drop(struct store *s, const char *part, struct error *e)
{
    struct part *p = store_part(s, part, e);
    if (!p)
        return STATUS_FAILED;
    part_drop(p);
    return STATUS_OK;
}

enum status store_meta_get(struct store *s, const char *key, struct text *out, struct error *e)
{
    struct slice value;
    struct part *p = store_part(s, "meta:text", e);
    if (!p)
        return STATUS_DAMAGED;
    enum status status = state_get(&p->state, slice_of(key), &value, e);
    if (status == STATUS_OK)
        text_slice(out, value);
    return status;
}

enum status store_meta_put(struct store *s, const char *key, struct slice value, struct error *e)
{
    struct part *p = store_part(s, "meta:text", e);
    return p ? state_put(&p->state, slice_of(key), value, e) : STATUS_DAMAGED;
}

static enum status write_parts(struct store *s, struct error *e)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < s->parts.count && status == STATUS_OK; i++) {
        struct part *p = s->parts.at[i];
        if (!part_changed(p))
            continue;
        status = part_write(p, e);
        if (status == STATUS_OK && (p->entries != p->committed_entries || p->bytes != p->committed_bytes))
            status = meta_write_part(s->env, p->name, p->entries, p->bytes, e);
    }
    return status;
}

static enum status write_batch(struct store *s, const struct store_position *position, struct slice progress,
                               struct error *e)
{
    enum status status = env_write_begin(s->env, e);
    if (status == STATUS_OK)
        status = write_parts(s, e);
    if (status == STATUS_OK)
        status = meta_write_position(s->env, position, e);
    if (status == STATUS_OK && progress.size > 0)
        status = progress_write(s->env, position->batch, progress, e);
    if (status == STATUS_OK)
        status = env_commit(s->env, e);
    env_abort(s->env); // nothing, after a commit
    return status;
}

// Whether the batch takes more away than it brings: it may have the map's last tenth.
static bool shrinks(const struct store *s)
{
    uint64_t now = 0, before = 0;
    for (uint32_t i = 0; i < s->parts.count; i++) {
        now += s->parts.at[i]->bytes;
        before += s->parts.at[i]->committed_bytes;
    }
    return now < before;
}

static void settle(struct store *s, const struct store_position *position)
{
    struct env_usage usage;
    for (uint32_t i = 0; i < s->parts.count; i++)
        part_settle(s->parts.at[i], true);
    cache_trim(&s->parts.cache);
    logs_settle(s);
    s->position = *position;
    s->counters.commits++;
    if (!s->settled)
        lock_settled(&s->lock);
    s->settled = true;
    if (env_usage(s->env, &usage, NULL) == STATUS_OK) {
        s->counters.map_bytes = usage.map;
        s->counters.map_used = usage.used;
        s->counters.map_max = usage.map_max;
    }
}

enum status store_commit(struct store *s, const struct store_position *position, struct slice progress, struct error *e)
{
    assert(!s->read_only);
    if (s->broken)
        return error_set(e, STATUS_FAILED, "%s: an earlier commit failed for good", s->directory);
    enum status status = logs_prepare(s, e);
    if (status != STATUS_OK)
        return status;
    while ((status = write_batch(s, position, progress, e)) == STATUS_AGAIN) {
        // The map is full and the transaction with it; the dirty entries are still here: a larger map, all again.
        status = env_grow(s->env, shrinks(s), e);
        if (status != STATUS_OK)
            return status;
    }
    if (status == STATUS_OK) {
        settle(s, position);
    } else if (status != STATUS_FULL) {
        s->broken = true;
        s->parts.damaged = s->parts.damaged || status == STATUS_DAMAGED;
    }
    if (status == STATUS_FAILED) {
        error_prefix(e, "the batch could not be committed and the process has to end, because what the disk holds now "
                        "is not known; the last batch it confirmed is intact, so start again once the disk is sound");
    }
    return status;
}

void store_rollback(struct store *s)
{
    for (uint32_t i = 0; i < s->parts.count; i++)
        part_settle(s->parts.at[i], false);
    cache_trim(&s->parts.cache);
}

const struct store_counters *store_counters(struct store *s)
{
    s->counters.cache_hits = s->parts.hits;
    s->counters.cache_misses = s->parts.misses;
    s->counters.bytes_put = s->parts.bytes_put;
    s->counters.cache_bytes = s->parts.cache.bytes;
    s->counters.dirty_keys = 0;
    for (uint32_t i = 0; i < s->parts.count; i++)
        s->counters.dirty_keys += s->parts.at[i]->dirty.count;
    return &s->counters;
}
