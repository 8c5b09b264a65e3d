#include "agent/store/meta.h"

#include "agent/store/frame.h"
#include "agent/store/part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    POSITION_SIZE = 42, // batch, watermark, late watermark, wall clock, next seq, any, moved
    PATH_ROOM = 4096,
    LINE_HEAD = 8, // of a progress line: its batch
};

static unsigned meta_database(struct env *env)
{
    return env_database(env, "meta");
}

enum status record_get(struct env *env, unsigned database, struct slice key, struct slice *payload, struct error *e)
{
    struct slice record;
    enum status status = env_get(env, database, key, &record, e);
    if (status == STATUS_OK && !frame_open(key, record, payload))
        return error_set(e, STATUS_DAMAGED, "the checkpoint's record %.*s is damaged (its CRC32C differs)",
                         (int)key.size, key.data);
    return status;
}

enum status record_put(struct env *env, unsigned database, struct slice key, struct slice payload, struct error *e)
{
    char *room;
    enum status status = env_put(env, database, key, FRAME_HEAD + payload.size, &room, e);
    if (status != STATUS_OK)
        return status;
    if (payload.size > 0)
        memcpy(room + FRAME_HEAD, payload.data, payload.size);
    frame_seal(room, key, payload.size);
    return STATUS_OK;
}

// Up to the end of its line, cut to what there is room for.
static void take_line(struct slice text, const char *key, char to[META_NAME_MAX + 1])
{
    size_t size = strlen(key);
    const char *at = text.data, *end = text.data + text.size;
    to[0] = '\0';
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        if ((size_t)(stop - at) > size && memcmp(at, key, size) == 0 && at[size] == ' ') {
            snprintf(to, META_NAME_MAX + 1, "%.*s", (int)(stop - at - (ptrdiff_t)size - 1), at + size + 1);
            return;
        }
        at = stop + 1;
    }
}

static enum status read_identity(struct env *env, struct meta *out, struct error *e)
{
    struct slice text;
    char number[META_NAME_MAX + 1], epoch[META_NAME_MAX + 1];
    enum status status = record_get(env, meta_database(env), SLICE("identity"), &text, e);
    if (status == STATUS_END)
        return error_set(e, STATUS_DAMAGED, "the checkpoint has no identity");
    if (status != STATUS_OK)
        return status;
    take_line(text, "epoch", epoch);
    snprintf(out->epoch, sizeof out->epoch, "%.*s", EPOCH_TEXT, epoch);
    take_line(text, "device", out->device);
    take_line(text, "query", out->query);
    take_line(text, "build", out->build);
    take_line(text, "inode", number);
    out->inode = strtoull(number, NULL, 10);
    take_line(text, "birth", number);
    out->birth = strtoull(number, NULL, 10);
    return STATUS_OK;
}

// The format's own record keeps its bytes in every version to come, so that each can refuse the others in words.
enum status meta_read(struct env *env, struct meta *out, struct error *e)
{
    struct slice payload;
    memset(out, 0, sizeof *out);
    enum status status = env_read_begin(env, e);
    if (status != STATUS_OK)
        return status;
    status = record_get(env, meta_database(env), SLICE("format"), &payload, e);
    if (status == STATUS_END)
        status = env_fresh(env)
                     ? STATUS_OK
                     : error_set(e, STATUS_DAMAGED, "there is an LMDB file, but no checkpoint of ours in it");
    else if (status == STATUS_OK && payload.size != 4)
        status = error_set(e, STATUS_DAMAGED, "the checkpoint's format number is damaged");
    else if (status == STATUS_OK && (out->format = get_u32(payload.data)) > STORE_FORMAT)
        status = error_set(e, STATUS_CONFIG,
                           "the checkpoint has format %" PRIu32 ", of a later version of runnel; this one reads up to "
                           "format %d: upgrade runnel, or give the pipeline another checkpointLocation",
                           out->format, STORE_FORMAT);
    else if (status == STATUS_OK)
        status = read_identity(env, out, e);
    env_read_end(env);
    return status;
}

enum status meta_write(struct env *env, const struct meta *m, struct error *e)
{
    char text[4 * META_NAME_MAX + 256], format[4];
    put_u32(format, m->format);
    int size =
        snprintf(text, sizeof text, "epoch %s\ndevice %s\nquery %s\nbuild %s\ninode %" PRIu64 "\nbirth %" PRIu64 "\n",
                 m->epoch, m->device, m->query, m->build, m->inode, m->birth);
    enum status status = record_put(env, meta_database(env), SLICE("format"), (struct slice){format, 4}, e);
    if (status == STATUS_OK)
        status = record_put(env, meta_database(env), SLICE("identity"), (struct slice){text, (uint32_t)size}, e);
    return status;
}

enum status meta_new_epoch(char epoch[EPOCH_TEXT + 1], struct error *e)
{
    unsigned char bytes[EPOCH_TEXT / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return error_set(e, STATUS_FAILED, "no random numbers for a new epoch: %s", strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(epoch + 2 * i, 3, "%02x", bytes[i]);
    return STATUS_OK;
}

enum status meta_file(const char *directory, uint64_t *inode, uint64_t *birth, struct error *e)
{
    char path[PATH_ROOM];
    struct statx s;
    snprintf(path, sizeof path, "%s/data.mdb", directory);
    // The call itself: musl of Debian 12 has no name for it.
    if (syscall(SYS_statx, AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, &s) != 0)
        return error_set(e, STATUS_FAILED, "%s: %s", path, strerror(errno));
    *inode = s.stx_ino;
    *birth = s.stx_mask & STATX_BTIME ? (uint64_t)s.stx_btime.tv_sec * 1000000000u + s.stx_btime.tv_nsec : 0;
    return STATUS_OK;
}

enum status meta_read_position(struct env *env, struct store_position *out, struct error *e)
{
    struct slice p;
    memset(out, 0, sizeof *out);
    enum status status = record_get(env, meta_database(env), SLICE("position"), &p, e);
    if (status == STATUS_END)
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (p.size != POSITION_SIZE)
        return error_set(e, STATUS_DAMAGED, "the checkpoint's position is damaged");
    *out = (struct store_position){
        .batch = (int64_t)get_u64(p.data),
        .watermark = (int64_t)get_u64(p.data + 8),
        .watermark_late = (int64_t)get_u64(p.data + 16),
        .committed_at = (int64_t)get_u64(p.data + 24),
        .next_seq = get_u64(p.data + 32),
        .any = p.data[40] != 0,
        .watermark_moved = p.data[41] != 0,
    };
    return STATUS_OK;
}

enum status meta_write_position(struct env *env, const struct store_position *p, struct error *e)
{
    char bytes[POSITION_SIZE];
    put_u64(bytes, (uint64_t)p->batch);
    put_u64(bytes + 8, (uint64_t)p->watermark);
    put_u64(bytes + 16, (uint64_t)p->watermark_late);
    put_u64(bytes + 24, (uint64_t)p->committed_at);
    put_u64(bytes + 32, p->next_seq);
    bytes[40] = p->any;
    bytes[41] = p->watermark_moved;
    struct slice all = {bytes, sizeof bytes};
    enum status status = record_put(env, meta_database(env), SLICE("position"), all, e);
    // Once more in another tree, whose page is written anyway: what is left if a page of `meta` goes bad.
    return status == STATUS_OK ? record_put(env, env_database(env, "progress"), SLICE("position"), all, e) : status;
}

static struct slice part_key(const char *name, char to[PART_NAME_MAX + 8])
{
    int size = snprintf(to, PART_NAME_MAX + 8, "part:%s", name);
    return (struct slice){to, (uint32_t)size};
}

enum status meta_read_part(struct env *env, const char *name, uint64_t *entries, uint64_t *bytes, struct error *e)
{
    char key[PART_NAME_MAX + 8];
    struct slice p;
    *entries = *bytes = 0;
    enum status status = env_read_begin(env, e);
    if (status != STATUS_OK)
        return status;
    status = record_get(env, meta_database(env), part_key(name, key), &p, e);
    if (status == STATUS_OK && p.size == 16) {
        *entries = get_u64(p.data);
        *bytes = get_u64(p.data + 8);
    }
    env_read_end(env);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status meta_write_part(struct env *env, const char *name, uint64_t entries, uint64_t bytes, struct error *e)
{
    char key[PART_NAME_MAX + 8], counts[16];
    put_u64(counts, entries);
    put_u64(counts + 8, bytes);
    return record_put(env, meta_database(env), part_key(name, key), (struct slice){counts, 16}, e);
}

enum status meta_parts(struct env *env,
                       enum status (*visit)(void *arg, const char *name, uint64_t entries, uint64_t bytes,
                                            struct error *e),
                       void *arg, struct error *e)
{
    struct env_cursor c;
    struct slice key = SLICE("part:"), record, p;
    enum status status = env_cursor_open(env, meta_database(env), &c, e);
    if (status == STATUS_OK)
        status = env_cursor_step(&c, ENV_AT_OR_AFTER, &key, &record, e);
    while (status == STATUS_OK && key.size > 5 && memcmp(key.data, "part:", 5) == 0) {
        char name[PART_NAME_MAX + 1];
        if (key.size - 5 > PART_NAME_MAX || !frame_open(key, record, &p) || p.size != 16) {
            status = error_set(e, STATUS_DAMAGED, "the checkpoint's count of %.*s is damaged", (int)key.size - 5,
                               key.data + 5);
            break;
        }
        snprintf(name, sizeof name, "%.*s", (int)key.size - 5, key.data + 5);
        status = visit(arg, name, get_u64(p.data), get_u64(p.data + 8), e);
        if (status == STATUS_OK)
            status = env_cursor_step(&c, ENV_NEXT, &key, &record, e);
    }
    env_cursor_close(&c);
    return status == STATUS_END ? STATUS_OK : status;
}

// A ring: the same few pages are written over, nothing is ever trimmed.
enum status progress_write(struct env *env, int64_t batch, struct slice line, struct error *e)
{
    char slot = (char)((uint64_t)batch % PROGRESS_KEPT), *room;
    struct slice key = {&slot, 1};
    uint32_t size = LINE_HEAD + line.size;
    enum status status = env_put(env, env_database(env, "progress"), key, FRAME_HEAD + size, &room, e);
    if (status != STATUS_OK)
        return status;
    put_u64(room + FRAME_HEAD, (uint64_t)batch);
    memcpy(room + FRAME_HEAD + LINE_HEAD, line.data, line.size);
    frame_seal(room, key, size);
    return STATUS_OK;
}

enum status progress_read(struct env *env, unsigned last, struct text *out, struct error *e)
{
    struct slice lines[PROGRESS_KEPT] = {0};
    int64_t newest = -1;
    unsigned database = env_database(env, "progress");
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < PROGRESS_KEPT && status != STATUS_DAMAGED; i++) {
        char slot = (char)i;
        status = record_get(env, database, (struct slice){&slot, 1}, &lines[i], e);
        if (status != STATUS_OK || lines[i].size < LINE_HEAD)
            lines[i] = (struct slice){0};
        else if ((int64_t)get_u64(lines[i].data) > newest)
            newest = (int64_t)get_u64(lines[i].data);
    }
    for (int64_t batch = newest - (int64_t)last + 1; batch <= newest && status != STATUS_DAMAGED; batch++) {
        struct slice line = batch < 0 ? (struct slice){0} : lines[batch % PROGRESS_KEPT];
        if (line.size < LINE_HEAD || (int64_t)get_u64(line.data) != batch)
            continue;
        text_slice(out, (struct slice){line.data + LINE_HEAD, line.size - LINE_HEAD});
        text_char(out, '\n');
    }
    return status == STATUS_DAMAGED ? status : STATUS_OK;
}
