#include "agent/store/metapage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 + 128, HEAD_SIZE = 32, META_SIZE = 192, COPY_SIZE = 65536 };

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
        kind = ENV_ABSENT; // a start that died before its first write
    for (size_t i = 0; i < sizeof pages / sizeof *pages && kind == ENV_RUINED; i++)
        kind = judge_at(file, pages[i]);
    close(file);
    return kind;
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
