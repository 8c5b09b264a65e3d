#include "agent/store/metapage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 + 128, HEAD_SIZE = 32, META_SIZE = 192, COPY_SIZE = 65536 };

// MDB_page's head and MDB_meta, in units of the machine's word where they differ by it: number of the page (a word),
// two bytes, flags, four bytes; then magic, version, address, map size, two MDB_db (size of a page or nothing, flags,
// depth, four counters and a root), last page, transaction.
enum {
    WORD = sizeof(size_t),
    FLAGS_AT = WORD + 2,
    MAGIC_AT = WORD + 8,
    MAP_AT = MAGIC_AT + 8 + WORD,
    PAGE_SIZE_AT = MAP_AT + WORD,
    ENV_FLAGS_AT = PAGE_SIZE_AT + 4,
    LAST_PAGE_AT = PAGE_SIZE_AT + 2 * (8 + 5 * WORD),
    TXN_AT = LAST_PAGE_AT + WORD,
    PAGE_IS_META = 0x08,
    ENV_FLAGS = 0x08, // of the free list: MDB_INTEGERKEY; the environment's own are none that stay
    LMDB_VERSION = 1,
};

struct fields {
    size_t number, map, last_page, txn;
    uint32_t page_size, version;
    uint16_t flags, env_flags;
};

// LMDB's magic number stands behind a page head of 16 bytes on 64-bit machines, 12 on 32-bit ones.
static enum env_kind judge(const unsigned char head[HEAD_SIZE])
{
    static const uint32_t magic = 0xBEEFC0DE, swapped = 0xDEC0EFBE;
    uint32_t at16, at12;
    memcpy(&at16, head + 16, 4);
    memcpy(&at12, head + 12, 4);
    uint32_t own = sizeof(size_t) == 8 ? at16 : at12, other = sizeof(size_t) == 8 ? at12 : at16;
    if (own == magic)
        return ENV_OURS;
    return other == magic || at16 == swapped || at12 == swapped ? ENV_FOREIGN : ENV_RUINED;
}

static enum env_kind judge_at(int file, off_t place)
{
    unsigned char head[HEAD_SIZE];
    return pread(file, head, sizeof head, place) == (ssize_t)sizeof head ? judge(head) : ENV_RUINED;
}

static int open_data(const char *directory, int flags)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/data.mdb", directory);
    return open(path, flags | O_CLOEXEC, 0666);
}

enum env_kind env_probe(const char *directory)
{
    static const off_t pages[] = {0, 4096, 8192, 16384, 32768}; // the second meta page is one page in
    int file = open_data(directory, O_RDONLY);
    if (file < 0)
        return errno == ENOENT || errno == ENOTDIR ? ENV_ABSENT : ENV_OURS; // opening it will say what is wrong
    enum env_kind kind = ENV_RUINED;
    if (lseek(file, 0, SEEK_END) == 0)
        kind = ENV_EMPTY;
    for (size_t i = 0; i < sizeof pages / sizeof *pages && kind == ENV_RUINED; i++)
        kind = judge_at(file, pages[i]);
    close(file);
    return kind;
}

static bool read_fields(int file, off_t place, struct fields *f)
{
    char meta[META_SIZE];
    if (pread(file, meta, sizeof meta, place) != (ssize_t)sizeof meta)
        return false;
    memcpy(&f->number, meta, WORD);
    memcpy(&f->flags, meta + FLAGS_AT, 2);
    memcpy(&f->version, meta + MAGIC_AT + 4, 4);
    memcpy(&f->map, meta + MAP_AT, WORD);
    memcpy(&f->page_size, meta + PAGE_SIZE_AT, 4);
    memcpy(&f->env_flags, meta + ENV_FLAGS_AT, 2);
    memcpy(&f->last_page, meta + LAST_PAGE_AT, WORD);
    memcpy(&f->txn, meta + TXN_AT, WORD);
    return judge_at(file, place) == ENV_OURS;
}

static bool plausible(const struct fields *f, size_t number)
{
    bool size = f->page_size >= 256 && f->page_size <= 65536 && (f->page_size & (f->page_size - 1)) == 0;
    return size && f->number == number && f->flags == PAGE_IS_META && f->version == LMDB_VERSION &&
           f->env_flags == ENV_FLAGS && f->last_page < f->map / f->page_size &&
           (f->map >> (sizeof(size_t) > 4 ? 40 : 31)) <= 1 && (f->txn == 0 || f->txn % 2 == number);
}

// Both, or false: one cannot be read, or says what no commit writes.
static bool read_both(int file, struct fields both[2])
{
    return read_fields(file, 0, &both[0]) && plausible(&both[0], 0) &&
           read_fields(file, (off_t)both[0].page_size, &both[1]) && plausible(&both[1], 1);
}

// A commit writes the page of its number, so the two are always one apart; those of a new file are both of none.
static bool neighbours(const struct fields both[2])
{
    return both[0].page_size == both[1].page_size && both[0].txn - both[1].txn + 1 <= 2;
}

enum status metapage_judge(const char *directory, struct error *e)
{
    struct fields both[2];
    int file = open_data(directory, O_RDONLY);
    if (file < 0)
        return STATUS_OK; // opening it will say what is wrong
    off_t length = lseek(file, 0, SEEK_END);
    bool agree = read_both(file, both) && neighbours(both);
    close(file);
    if (!agree)
        return error_set(e, STATUS_DAMAGED, "data.mdb's meta pages are cut off, or say what no commit writes");
    const struct fields *newest = &both[both[1].txn > both[0].txn];
    if ((uint64_t)length / newest->page_size > newest->last_page)
        return STATUS_OK;
    return error_set(e, STATUS_AGAIN, "data.mdb has %lld bytes, and its pages want more", (long long)length);
}

int metapage_older(const char *directory)
{
    struct fields both[2];
    int file = open_data(directory, O_RDONLY);
    if (file < 0)
        return -1;
    bool agree = read_both(file, both) && neighbours(both) && both[0].txn != both[1].txn;
    close(file);
    return agree ? both[0].txn > both[1].txn : -1;
}

static enum status copy(int from, int to, struct error *e)
{
    char bytes[COPY_SIZE];
    ssize_t got;
    while ((got = read(from, bytes, sizeof bytes)) > 0) {
        if (write(to, bytes, (size_t)got) != got)
            return error_set(e, STATUS_FAILED, "cannot copy the checkpoint: %s", strerror(errno));
    }
    return got == 0 ? STATUS_OK : error_set(e, STATUS_FAILED, "cannot read the checkpoint: %s", strerror(errno));
}

enum status metapage_mend(const char *from, const char *to, int winner, struct error *e)
{
    // LMDB's pages have the size of the system's where the file was made: of this one, or the copy shows nothing new.
    off_t page = (off_t)sysconf(_SC_PAGESIZE);
    char meta[META_SIZE];
    enum status status = STATUS_END;
    int source = open_data(from, O_RDONLY);
    if (source < 0)
        return error_set(e, STATUS_FAILED, "%s/data.mdb: %s", from, strerror(errno));
    int target = -1;
    if (judge_at(source, winner * page) == ENV_OURS &&
        pread(source, meta, sizeof meta, winner * page) == (ssize_t)sizeof meta) {
        target = open_data(to, O_RDWR | O_CREAT | O_TRUNC);
        status =
            target < 0 ? error_set(e, STATUS_FAILED, "%s/data.mdb: %s", to, strerror(errno)) : copy(source, target, e);
    }
    if (status == STATUS_OK && pwrite(target, meta, sizeof meta, (1 - winner) * page) != (ssize_t)sizeof meta)
        status = error_set(e, STATUS_FAILED, "%s/data.mdb: %s", to, strerror(errno));
    if (target >= 0)
        close(target);
    close(source);
    return status;
}
