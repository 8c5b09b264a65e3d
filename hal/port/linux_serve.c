#include "hal/port/linux_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 8 };

static enum status fail(struct error *e, const char *path, const char *why)
{
    return error_set(e, STATUS_FAILED, "socket %s: %s", path, why);
}

// What stands at the path: a socket that nobody listens at goes, as a killed process leaves it.
static enum status clear_path(const struct sockaddr_un *address, struct error *e)
{
    const char *path = address->sun_path;
    struct stat s;
    if (lstat(path, &s) != 0)
        return errno == ENOENT ? STATUS_OK : fail(e, path, strerror(errno));
    if (!S_ISSOCK(s.st_mode))
        return fail(e, path, "something that is no socket has this name");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(e, path, strerror(errno));
    bool dead = connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 && errno == ECONNREFUSED;
    close(fd);
    if (!dead)
        return fail(e, path, "another process listens there");
    return unlink(path) == 0 || errno == ENOENT ? STATUS_OK : fail(e, path, strerror(errno));
}

// The mode is set before there is a name, so that at no time somebody else may come.
static bool bind_private(int fd, const struct sockaddr_un *address)
{
    return fchmod(fd, 0600) == 0 && bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 &&
           chmod(address->sun_path, 0600) == 0 && listen(fd, BACKLOG) == 0;
}

enum status linux_serve(struct port *port, const char *path, port_ready ready, void *arg, int *handle, struct error *e)
{
    struct port_linux *p = port_linux_of(port);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat s = {0};
    if (strlen(path) >= sizeof(address.sun_path))
        return error_set(e, STATUS_FAILED, "socket %s: the name is %zu bytes long, a socket's may have %zu", path,
                         strlen(path), sizeof(address.sun_path) - 1);
    memcpy(address.sun_path, path, strlen(path));
    enum status status = clear_path(&address, e);
    if (status != STATUS_OK)
        return status;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || !bind_private(fd, &address) || lstat(path, &s) != 0) {
        status = fail(e, path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return status;
    }
    *handle = linux_slot_new(p, SLOT_SERVER, fd, path);
    struct slot *slot = linux_slot(p, *handle, SLOT_SERVER);
    slot->ready = ready;
    slot->arg = arg;
    slot->inode = s.st_ino;
    linux_epoll(p, *handle, EPOLLIN);
    return STATUS_OK;
}

enum status linux_accept(struct port *port, int server, port_ready ready, void *arg, int *handle, struct error *e)
{
    struct port_linux *p = port_linux_of(port);
    const struct slot *s = linux_slot(p, server, SLOT_SERVER);
    int fd;
    do
        fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return STATUS_AGAIN;
    if (fd < 0)
        return fail(e, s->path, strerror(errno));
    *handle = linux_socket_up(p, fd, "a program of this machine", ready, arg);
    return STATUS_OK;
}

void linux_serve_close(struct port_linux *p, int handle)
{
    struct slot *s = &p->slots[handle];
    struct stat now;
    linux_epoll(p, handle, 0);
    close(s->fd);
    if (lstat(s->path, &now) == 0 && now.st_ino == s->inode) // else it is another's by now
        unlink(s->path);
    linux_slot_free(p, handle);
}

bool linux_serve_dispatch(struct port_linux *p, int handle)
{
    struct slot s = p->slots[handle]; // the callback may move the array
    s.ready(s.arg, handle, PORT_READABLE);
    return true;
}
