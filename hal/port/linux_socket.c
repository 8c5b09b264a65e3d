#include "hal/port/linux_impl.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

// A peer that lost its power is found out after about two minutes.
enum { KEEPALIVE_IDLE = 60, KEEPALIVE_INTERVAL = 15, KEEPALIVE_COUNT = 4 };

static void close_fd(struct port_linux *p, int handle)
{
    struct slot *s = &p->slots[handle];
    linux_epoll(p, handle, 0);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

// The socket is down; receive says why. The handle stays the caller's to close.
static void go_down(struct port_linux *p, int handle, const char *why)
{
    struct socket_part *part = p->slots[handle].socket;
    if (part->phase == SOCKET_LOOKUP) {
        linux_epoll(p, handle, 0);
        lookup_release(part->lookup); // closes what was the slot's fd
        part->lookup = NULL;
        p->slots[handle].fd = -1;
    } else {
        close_fd(p, handle);
    }
    part->phase = SOCKET_DOWN;
    if (why != NULL)
        snprintf(part->reason, sizeof(part->reason), "%s", why);
}

static uint32_t epoll_events(unsigned interest)
{
    uint32_t events = 0;
    if (interest & PORT_READABLE)
        events |= EPOLLIN | EPOLLRDHUP;
    if (interest & PORT_WRITABLE)
        events |= EPOLLOUT;
    return events;
}

static void set_options(int fd)
{
    int on = 1, idle = KEEPALIVE_IDLE, interval = KEEPALIVE_INTERVAL, count = KEEPALIVE_COUNT;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

// Begins connecting to the next address that lets us; false: there is none left, part->reason says why.
static bool try_next(struct port_linux *p, int handle)
{
    struct slot *s = &p->slots[handle];
    struct socket_part *part = s->socket;
    while (part->next_address < part->list.count) {
        const struct address *a = &part->list.at[part->next_address++];
        close_fd(p, handle);
        s->fd = socket(a->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (s->fd >= 0) {
            set_options(s->fd);
            int answer = connect(s->fd, (const struct sockaddr *)&a->storage, a->length);
            if ((answer == 0 || errno == EINPROGRESS || errno == EINTR) && linux_epoll(p, handle, EPOLLOUT)) {
                part->phase = SOCKET_CONNECTING;
                return true;
            }
        }
        snprintf(part->reason, sizeof(part->reason), "%s", strerror(errno));
    }
    return false;
}

enum status linux_connect(struct port *port, const char *host, const char *service, int64_t deadline, port_ready ready,
                          void *arg, int *handle, struct error *e)
{
    struct port_linux *p = port_linux_of(port);
    struct socket_part *part = mem_zalloc(&p->memory, sizeof(*part));
    int h = linux_slot_new(p, SLOT_SOCKET, -1, NULL);
    p->slots[h].ready = ready;
    p->slots[h].arg = arg;
    p->slots[h].socket = part;
    part->deadline = deadline;
    part->interest = PORT_READABLE;
    part->phase = SOCKET_CONNECTING;
    snprintf(part->peer, sizeof(part->peer), "%s:%s", host, service);

    enum status status = STATUS_OK;
    if (lookup_numeric(host, service, &part->list)) {
        if (!try_next(p, h))
            status = error_set(e, STATUS_FAILED, "connect to %s: %s", part->peer, part->reason);
    } else {
        int fd = -1;
        status = lookup_start(host, service, &part->lookup, &fd, e);
        if (status == STATUS_OK) {
            part->phase = SOCKET_LOOKUP;
            p->slots[h].fd = fd;
            if (!linux_epoll(p, h, EPOLLIN))
                status = error_set(e, STATUS_FAILED, "connect to %s: %s", part->peer, strerror(errno));
        }
    }
    if (status != STATUS_OK) {
        linux_socket_close(p, h);
        return status;
    }
    *handle = h;
    return STATUS_OK;
}

int linux_socket_up(struct port_linux *p, int fd, const char *peer, port_ready ready, void *arg)
{
    struct socket_part *part = mem_zalloc(&p->memory, sizeof(*part));
    int h = linux_slot_new(p, SLOT_SOCKET, fd, NULL);
    p->slots[h].ready = ready;
    p->slots[h].arg = arg;
    p->slots[h].socket = part;
    part->interest = PORT_READABLE;
    part->phase = SOCKET_UP;
    snprintf(part->peer, sizeof(part->peer), "%s", peer);
    linux_epoll(p, h, epoll_events(part->interest));
    return h;
}

void linux_socket_close(struct port_linux *p, int handle)
{
    struct socket_part *part = p->slots[handle].socket;
    go_down(p, handle, NULL);
    mem_free(&p->memory, part, sizeof(*part));
    linux_slot_free(p, handle);
}

static bool tell(struct port_linux *p, int handle, unsigned events)
{
    struct slot s = p->slots[handle]; // the callback may move the array
    if (events == 0)
        return false;
    s.ready(s.arg, handle, events);
    return true;
}

static bool looked_up(struct port_linux *p, int handle)
{
    struct socket_part *part = p->slots[handle].socket;
    char why[REASON_TEXT_MAX];
    bool found = lookup_result(part->lookup, &part->list, why, sizeof(why));
    if (!found) {
        go_down(p, handle, why);
        return tell(p, handle, PORT_CLOSED);
    }
    linux_epoll(p, handle, 0);
    lookup_release(part->lookup);
    part->lookup = NULL;
    p->slots[handle].fd = -1;
    part->phase = SOCKET_CONNECTING;
    if (try_next(p, handle))
        return false;
    go_down(p, handle, NULL);
    return tell(p, handle, PORT_CLOSED);
}

static bool connected(struct port_linux *p, int handle)
{
    struct slot *s = &p->slots[handle];
    int number = 0;
    socklen_t size = sizeof(number);
    if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
        number = errno;
    if (number == 0) {
        s->socket->phase = SOCKET_UP;
        linux_epoll(p, handle, epoll_events(s->socket->interest));
        return tell(p, handle, PORT_WRITABLE);
    }
    snprintf(s->socket->reason, sizeof(s->socket->reason), "%s", strerror(number));
    if (try_next(p, handle))
        return false;
    go_down(p, handle, NULL);
    return tell(p, handle, PORT_CLOSED);
}

bool linux_socket_dispatch(struct port_linux *p, int handle, uint32_t events)
{
    struct socket_part *part = p->slots[handle].socket;
    switch (part->phase) {
    case SOCKET_LOOKUP:
        return looked_up(p, handle);
    case SOCKET_CONNECTING:
        return connected(p, handle);
    case SOCKET_UP: {
        unsigned told = 0;
        if (events & EPOLLIN)
            told |= PORT_READABLE;
        if (events & EPOLLOUT)
            told |= PORT_WRITABLE;
        if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))
            told |= PORT_CLOSED;
        return tell(p, handle, told);
    }
    case SOCKET_DOWN:
        return false;
    }
    return false;
}

int64_t linux_socket_deadline(const struct port_linux *p)
{
    int64_t nearest = INT64_MAX;
    for (uint32_t i = 0; i < p->slot_count; i++) {
        const struct slot *s = &p->slots[i];
        if (s->kind == SLOT_SOCKET && s->socket->phase <= SOCKET_CONNECTING && s->socket->deadline < nearest)
            nearest = s->socket->deadline;
    }
    return nearest;
}

bool linux_socket_expire(struct port_linux *p, int64_t now)
{
    bool told = false;
    for (uint32_t i = 0; i < p->slot_count; i++) {
        struct slot *s = &p->slots[i];
        if (s->kind != SLOT_SOCKET || s->socket->phase > SOCKET_CONNECTING || now < s->socket->deadline)
            continue;
        go_down(p, (int)i,
                s->socket->phase == SOCKET_LOOKUP ? "no answer of the name service in time" : "no answer in time");
        told |= tell(p, (int)i, PORT_CLOSED);
    }
    return told;
}

static enum status down(const struct socket_part *part, struct error *e)
{
    return error_set(e, STATUS_FAILED, "%s: %s", part->peer, part->reason);
}

enum status linux_receive(struct port *port, int handle, void *to, size_t room, size_t *got, struct error *e)
{
    struct slot *s = linux_slot(port_linux_of(port), handle, SLOT_SOCKET);
    *got = 0;
    if (s->socket->phase == SOCKET_DOWN)
        return down(s->socket, e);
    if (s->socket->phase != SOCKET_UP)
        return STATUS_AGAIN;
    ssize_t n;
    do
        n = recv(s->fd, to, room, 0);
    while (n < 0 && errno == EINTR);
    if (n == 0)
        return STATUS_END;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return STATUS_AGAIN;
    if (n < 0)
        return error_set(e, STATUS_FAILED, "%s: %s", s->socket->peer, strerror(errno));
    *got = (size_t)n;
    return STATUS_OK;
}

enum status linux_send(struct port *port, int handle, const void *bytes, size_t count, size_t *sent, struct error *e)
{
    struct slot *s = linux_slot(port_linux_of(port), handle, SLOT_SOCKET);
    *sent = 0;
    if (s->socket->phase == SOCKET_DOWN)
        return down(s->socket, e);
    if (s->socket->phase != SOCKET_UP)
        return STATUS_AGAIN;
    ssize_t n;
    do
        n = send(s->fd, bytes, count, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return STATUS_AGAIN;
    if (n < 0)
        return error_set(e, STATUS_FAILED, "%s: %s", s->socket->peer, strerror(errno));
    *sent = (size_t)n;
    return STATUS_OK;
}

void linux_interest(struct port *port, int handle, unsigned events)
{
    struct port_linux *p = port_linux_of(port);
    struct slot *s = linux_slot(p, handle, SLOT_SOCKET);
    s->socket->interest = events;
    if (s->socket->phase == SOCKET_UP)
        linux_epoll(p, handle, epoll_events(events));
}
