#include "hal/port/kept_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void kept_file_init(struct kept_file *f, const char *path, struct memory *memory)
{
    *f = (struct kept_file){.path = path};
    text_init(&f->bytes, memory);
}

void kept_file_free(struct kept_file *f)
{
    text_free(&f->bytes);
}

static int64_t modified_of(const struct stat *s)
{
    return (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec;
}

static bool unchanged(const struct kept_file *f, const struct stat *s)
{
    return f->there && f->modified == modified_of(s) && f->size == (int64_t)s->st_size &&
           f->inode == (uint64_t)s->st_ino;
}

static enum status read_whole(struct kept_file *f, int fd, struct error *e)
{
    text_clear(&f->bytes);
    for (;;) {
        ssize_t got = read(fd, text_reserve(&f->bytes, 4096), 4096);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(e, STATUS_FAILED, "%s cannot be read: %s", f->path, strerror(errno));
        if (got == 0)
            return STATUS_OK;
        f->bytes.size += (size_t)got;
        if (f->bytes.size > KEPT_FILE_MAX)
            return error_set(e, STATUS_FAILED, "%s is larger than %d bytes", f->path, (int)KEPT_FILE_MAX);
    }
}

enum status kept_file_read(struct kept_file *f, struct error *e)
{
    struct stat now;
    if (f->path == NULL || (stat(f->path, &now) == 0 && unchanged(f, &now)))
        return STATUS_OK;
    f->there = false;
    int fd = open(f->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(e, STATUS_FAILED, "%s cannot be read: %s", f->path, strerror(errno));
    // Of the open file, not of the name: it may be replaced at any moment.
    enum status status = fstat(fd, &now) == 0
                             ? read_whole(f, fd, e)
                             : error_set(e, STATUS_FAILED, "%s cannot be read: %s", f->path, strerror(errno));
    close(fd);
    if (status != STATUS_OK)
        return status;
    f->modified = modified_of(&now);
    f->size = (int64_t)now.st_size;
    f->inode = (uint64_t)now.st_ino;
    f->there = true;
    return STATUS_OK;
}

struct slice kept_file_line(const struct kept_file *f)
{
    struct slice s = text_view(&f->bytes);
    if (s.size > 0 && s.data[s.size - 1] == '\n')
        s.size -= s.size > 1 && s.data[s.size - 2] == '\r' ? 2 : 1;
    return s;
}
