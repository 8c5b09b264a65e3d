#include "hal/port/http_curl.h"
#include "hal/port/linux_impl.h"
#include "hal/port/mqtt_mosquitto.h"
#include "hal/port/tls_words.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 16 };

// What an epoll event carries: the slot, or one of the port's own descriptors.
#define TAG_WAKE    UINT64_MAX
#define TAG_INOTIFY (UINT64_MAX - 1)

static int64_t clock_micros(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t wall(struct port *p)
{
    (void)p;
    return clock_micros(CLOCK_REALTIME);
}

static int64_t monotonic(struct port *p)
{
    (void)p;
    return clock_micros(CLOCK_MONOTONIC);
}

static bool synchronised(struct port *p)
{
    (void)p;
    return tls_clock_now().synchronised;
}

enum status linux_error(struct error *e, int number, const char *what, const char *path, bool absent_is_end)
{
    if (absent_is_end && (number == ENOENT || number == ENOTDIR))
        return error_set(e, STATUS_END, "%s %s: it is not there", what, path);
    if (number == ENOSPC || number == EDQUOT)
        return error_set(e, STATUS_FULL, "%s %s: the disk is full (%s)", what, path, strerror(number));
    return error_set(e, STATUS_FAILED, "%s %s: %s", what, path, strerror(number));
}

int linux_slot_new(struct port_linux *p, enum slot_kind kind, int fd, const char *path)
{
    uint32_t i = 0;
    while (i < p->slot_count && p->slots[i].kind != SLOT_FREE)
        i++;
    if (i == p->slot_count) {
        uint32_t more = p->slot_count == 0 ? 16 : p->slot_count * 2;
        p->slots = mem_resize(&p->memory, p->slots, p->slot_count * sizeof(*p->slots), more * sizeof(*p->slots));
        memset(p->slots + p->slot_count, 0, (more - p->slot_count) * sizeof(*p->slots));
        p->slot_count = more;
    }
    struct slot *s = &p->slots[i];
    *s = (struct slot){.kind = kind, .fd = fd, .generation = s->generation + 1};
    if (path != NULL) {
        size_t size = strlen(path) + 1;
        s->path = mem_alloc(&p->memory, size);
        memcpy(s->path, path, size);
    }
    return (int)i;
}

struct slot *linux_slot(struct port_linux *p, int handle, enum slot_kind kind)
{
    assert(handle >= 0 && (uint32_t)handle < p->slot_count && p->slots[handle].kind == kind);
    (void)kind;
    return &p->slots[handle];
}

void linux_slot_free(struct port_linux *p, int handle)
{
    struct slot *s = &p->slots[handle];
    if (s->path != NULL)
        mem_free(&p->memory, s->path, strlen(s->path) + 1);
    uint32_t generation = s->generation;
    *s = (struct slot){.kind = SLOT_FREE, .fd = -1, .generation = generation};
}

bool linux_epoll(struct port_linux *p, int handle, uint32_t events)
{
    struct slot *s = &p->slots[handle];
    struct epoll_event event = {.events = events, .data.u64 = (uint64_t)s->generation << 32 | (uint32_t)handle};
    if (events == 0) {
        if (s->in_epoll)
            epoll_ctl(p->epoll, EPOLL_CTL_DEL, s->fd, &event);
        s->in_epoll = false;
        return true;
    }
    if (epoll_ctl(p->epoll, s->in_epoll ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, s->fd, &event) != 0)
        return false;
    s->in_epoll = true;
    return true;
}

static void close_handle(struct port *port, int handle)
{
    struct port_linux *p = port_linux_of(port);
    if (handle < 0)
        return;
    assert((uint32_t)handle < p->slot_count);
    switch (p->slots[handle].kind) {
    case SLOT_FREE:
        assert(false && "a handle is closed once");
        break;
    case SLOT_FILE:
        close(p->slots[handle].fd);
        linux_slot_free(p, handle);
        break;
    case SLOT_WATCH:
        linux_watch_close(p, handle);
        break;
    case SLOT_SOCKET:
        linux_socket_close(p, handle);
        break;
    case SLOT_SERVER:
        linux_serve_close(p, handle);
        break;
    }
}

// write() of 8 bytes to an eventfd: what a signal handler may do.
static void wake(struct port *port)
{
    int saved = errno;
    uint64_t one = 1;
    ssize_t ignored = write(port_linux_of(port)->wake, &one, sizeof(one));
    (void)ignored;
    errno = saved;
}

static bool dispatch(struct port_linux *p, const struct epoll_event *event)
{
    if (event->data.u64 == TAG_WAKE) {
        uint64_t count;
        ssize_t ignored = read(p->wake, &count, sizeof(count));
        (void)ignored;
        return true;
    }
    if (event->data.u64 == TAG_INOTIFY)
        return linux_watch_dispatch(p);
    uint32_t handle = (uint32_t)event->data.u64;
    uint32_t generation = (uint32_t)(event->data.u64 >> 32);
    // An earlier event of the same round may have closed this one's handle.
    if (handle >= p->slot_count || p->slots[handle].generation != generation)
        return false;
    if (p->slots[handle].kind == SLOT_SERVER)
        return linux_serve_dispatch(p, (int)handle);
    return p->slots[handle].kind == SLOT_SOCKET && linux_socket_dispatch(p, (int)handle, event->events);
}

// Whole milliseconds, rounded up: waking early would be a busy loop until `until`.
static int timeout_millis(int64_t now, int64_t until)
{
    if (until <= now)
        return 0;
    int64_t left = until - now;
    return left > (int64_t)INT32_MAX * 1000 - 1000 ? INT32_MAX : (int)((left + 999) / 1000);
}

static enum status wait_for(struct port *port, int64_t until, struct error *e)
{
    struct port_linux *p = port_linux_of(port);
    for (;;) {
        int64_t now = monotonic(port);
        int64_t deadline = linux_socket_deadline(p);
        struct epoll_event events[EVENTS_AT_ONCE];
        int count =
            epoll_wait(p->epoll, events, EVENTS_AT_ONCE, timeout_millis(now, until < deadline ? until : deadline));
        if (count < 0 && errno != EINTR)
            return error_set(e, STATUS_FAILED, "epoll_wait: %s", strerror(errno));
        bool told = false;
        for (int i = 0; i < count; i++)
            told |= dispatch(p, &events[i]);
        now = monotonic(port);
        told |= linux_socket_expire(p, now);
        if (told)
            return STATUS_OK;
        if (now >= until)
            return STATUS_END;
    }
}

static const struct zones *zones(struct port *port)
{
    return zone_cache_zones(port_linux_of(port)->zones);
}

static bool add_own(int epoll, int fd, uint64_t tag)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = tag};
    return fd >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static const struct port_class linux_class = {
    .name = "linux",
    .wall = wall,
    .monotonic = monotonic,
    .synchronised = synchronised,
    .wait = wait_for,
    .wake = wake,
    .open = linux_open,
    .read = linux_read,
    .write = linux_write,
    .sync = linux_sync,
    .close = close_handle,
    .stat = linux_stat,
    .rename = linux_rename,
    .unlink = linux_unlink,
    .make_directory = linux_make_directory,
    .sync_directory = linux_sync_directory,
    .list = linux_list,
    .watch_directory = linux_watch_directory,
    .connect = linux_connect,
    .receive = linux_receive,
    .send = linux_send,
    .interest = linux_interest,
    .serve = linux_serve,
    .accept = linux_accept,
    .zones = zones,
    .print = linux_print,
};

enum status port_linux_open(struct port **out, struct error *e)
{
    struct memory start = {0};
    struct port_linux *p = mem_zalloc(&start, sizeof(*p));
    p->port.class = &linux_class;
#if RUNNEL_KAFKA
    p->port.http = &http_curl;
#endif
#if RUNNEL_MQTT
    p->port.mqtt = &mqtt_mosquitto;
#endif
    p->memory = start;
    p->zones = zone_cache_new(NULL);
    p->epoll = epoll_create1(EPOLL_CLOEXEC);
    p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    // May be refused (fs.inotify.max_user_instances): then directories are only scanned.
    p->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    bool up = p->epoll >= 0 && add_own(p->epoll, p->wake, TAG_WAKE) &&
              (p->inotify < 0 || add_own(p->epoll, p->inotify, TAG_INOTIFY));
    if (!up) {
        int number = errno;
        port_linux_close(&p->port);
        return error_set(e, STATUS_FAILED, "the event loop cannot be made: %s", strerror(number));
    }
    *out = &p->port;
    return STATUS_OK;
}

void port_linux_close(struct port *port)
{
    if (port == NULL)
        return;
    struct port_linux *p = port_linux_of(port);
    for (uint32_t i = 0; i < p->slot_count; i++)
        if (p->slots[i].kind != SLOT_FREE)
            close_handle(port, (int)i);
    mem_free(&p->memory, p->slots, p->slot_count * sizeof(*p->slots));
    int own[] = {p->epoll, p->wake, p->inotify};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (own[i] >= 0)
            close(own[i]);
    zone_cache_free(p->zones);
    struct memory end = p->memory;
    mem_free(&end, p, sizeof(*p));
}
