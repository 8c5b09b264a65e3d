#include "hal/port/linux_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRECTORY_MODE = 0777, FILE_MODE = 0666 }; // less the umask

static void fill_stat(const struct stat *s, struct port_stat *out)
{
    int64_t nanos = s->st_mtim.tv_nsec;
    *out = (struct port_stat){
        .size = s->st_size,
        .modified = (int64_t)s->st_mtim.tv_sec * 1000000 + nanos / 1000,
        .directory = S_ISDIR(s->st_mode),
    };
}

enum status linux_open(struct port *port, const char *path, enum port_open how, int *handle, struct error *e)
{
    // A FIFO without a writer would block for ever, hence O_NONBLOCK; for a file it means nothing.
    static const int flags[] = {
        [PORT_READ] = O_RDONLY | O_NONBLOCK,
        [PORT_CREATE] = O_WRONLY | O_CREAT | O_TRUNC,
        [PORT_APPEND] = O_WRONLY | O_CREAT | O_APPEND,
    };
    int fd;
    do
        fd = open(path, flags[how] | O_CLOEXEC, FILE_MODE);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return linux_error(e, errno, how == PORT_READ ? "open" : "write", path, how == PORT_READ);
    struct stat s;
    if (fstat(fd, &s) == 0 && !S_ISREG(s.st_mode)) {
        close(fd);
        return error_set(e, STATUS_FAILED, "open %s: it is %s", path, S_ISDIR(s.st_mode) ? "a directory" : "no file");
    }
    if (how == PORT_READ)
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    *handle = linux_slot_new(port_linux_of(port), SLOT_FILE, fd, path);
    return STATUS_OK;
}

enum status linux_read(struct port *port, int handle, void *to, size_t room, size_t *got, struct error *e)
{
    struct slot *s = linux_slot(port_linux_of(port), handle, SLOT_FILE);
    ssize_t n;
    do
        n = read(s->fd, to, room < SSIZE_MAX ? room : SSIZE_MAX);
    while (n < 0 && errno == EINTR);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0 ? linux_error(e, errno, "read", s->path, false) : STATUS_OK;
}

static enum status write_all(int fd, const char *bytes, size_t count, const char *path, struct error *e)
{
    while (count > 0) {
        ssize_t n = write(fd, bytes, count < SSIZE_MAX ? count : SSIZE_MAX);
        if (n >= 0) {
            bytes += n;
            count -= (size_t)n;
        } else if (errno == EAGAIN) {
            // Standard output that somebody made non-blocking: the same as if it blocked.
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            poll(&room, 1, -1);
        } else if (errno == EPIPE) {
            return error_set(e, STATUS_FAILED, "write %s: nobody reads it any more (Broken pipe)", path);
        } else if (errno != EINTR) {
            return linux_error(e, errno, "write", path, false);
        }
    }
    return STATUS_OK;
}

enum status linux_write(struct port *port, int handle, const void *bytes, size_t count, struct error *e)
{
    struct slot *s = linux_slot(port_linux_of(port), handle, SLOT_FILE);
    return write_all(s->fd, bytes, count, s->path, e);
}

enum status linux_print(struct port *port, const void *bytes, size_t count, struct error *e)
{
    (void)port;
    return write_all(STDOUT_FILENO, bytes, count, "standard output", e);
}

// Never tried again: after a failed fsync the kernel has forgotten what was dirty, a second one would lie.
enum status linux_sync(struct port *port, int handle, struct error *e)
{
    struct slot *s = linux_slot(port_linux_of(port), handle, SLOT_FILE);
    return fsync(s->fd) != 0 ? linux_error(e, errno, "fsync", s->path, false) : STATUS_OK;
}

enum status linux_stat(struct port *port, const char *path, struct port_stat *out, struct error *e)
{
    (void)port;
    struct stat s;
    if (stat(path, &s) != 0)
        return linux_error(e, errno, "stat", path, true);
    fill_stat(&s, out);
    return STATUS_OK;
}

enum status linux_rename(struct port *port, const char *from, const char *to, struct error *e)
{
    (void)port;
    if (rename(from, to) == 0)
        return STATUS_OK;
    int number = errno;
    if (number == ENOENT)
        return error_set(e, STATUS_END, "rename %s to %s: it is not there", from, to);
    enum status status = linux_error(e, number, "rename to", to, false);
    error_prefix(e, "%s", from);
    return status;
}

enum status linux_unlink(struct port *port, const char *path, struct error *e)
{
    (void)port;
    return unlink(path) != 0 ? linux_error(e, errno, "remove", path, true) : STATUS_OK;
}

enum status linux_make_directory(struct port *port, const char *path, struct error *e)
{
    (void)port;
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof(part))
        return error_set(e, STATUS_FAILED, "make directory %s: the name is %s", path, length == 0 ? "empty" : "long");
    memcpy(part, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        part[i] = '\0';
        if (mkdir(part, DIRECTORY_MODE) != 0 && errno != EEXIST) {
            int number = errno;
            struct stat s; // EROFS, EACCES of a parent that is there: fine
            if (stat(part, &s) != 0 || !S_ISDIR(s.st_mode))
                return linux_error(e, number, "make directory", part, false);
        }
        part[i] = i < length ? '/' : '\0';
    }
    struct stat s;
    if (stat(path, &s) != 0 || !S_ISDIR(s.st_mode))
        return error_set(e, STATUS_FAILED, "make directory %s: it is there, but no directory", path);
    return STATUS_OK;
}

enum status linux_sync_directory(struct port *port, const char *path, struct error *e)
{
    (void)port;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return linux_error(e, errno, "open directory", path, true);
    int number = fsync(fd) != 0 ? errno : 0;
    close(fd);
    // EINVAL: a file system that has nothing to sync (some network and overlay ones).
    return number != 0 && number != EINVAL ? linux_error(e, number, "fsync", path, false) : STATUS_OK;
}

enum status linux_list(struct port *port, const char *path,
                       bool (*visit)(void *arg, const char *name, const struct port_stat *s), void *arg,
                       struct error *e)
{
    (void)port;
    DIR *d = opendir(path);
    if (d == NULL)
        return linux_error(e, errno, "list", path, true);
    enum status status = STATUS_OK;
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(d);
        if (entry == NULL) {
            if (errno != 0)
                status = linux_error(e, errno, "list", path, false);
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        struct stat s; // gone since, a dangling link, a device, a FIFO: nothing to read
        if (fstatat(dirfd(d), entry->d_name, &s, 0) != 0 || !(S_ISREG(s.st_mode) || S_ISDIR(s.st_mode)))
            continue;
        struct port_stat out;
        fill_stat(&s, &out);
        if (!visit(arg, entry->d_name, &out))
            break;
    }
    closedir(d);
    return status;
}
