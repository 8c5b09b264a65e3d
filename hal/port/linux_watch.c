#include "hal/port/linux_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

// A file that is being written is told of when it is closed, not when it is made.
static const uint32_t watched =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

enum status linux_watch_directory(struct port *port, const char *path, port_ready ready, void *arg, int *handle,
                                  struct error *e)
{
    struct port_linux *p = port_linux_of(port);
    if (p->inotify < 0)
        return error_set(e, STATUS_FAILED, "watch %s: this machine gives us no inotify", path);
    int wd = inotify_add_watch(p->inotify, path, watched);
    if (wd < 0)
        return linux_error(e, errno, "watch", path, true);
    *handle = linux_slot_new(p, SLOT_WATCH, wd, path);
    struct slot *s = linux_slot(p, *handle, SLOT_WATCH);
    s->ready = ready;
    s->arg = arg;
    return STATUS_OK;
}

// The kernel has one descriptor a directory; two of our watches may share it.
void linux_watch_close(struct port_linux *p, int handle)
{
    int wd = p->slots[handle].fd;
    linux_slot_free(p, handle);
    if (wd < 0)
        return;
    for (uint32_t i = 0; i < p->slot_count; i++)
        if (p->slots[i].kind == SLOT_WATCH && p->slots[i].fd == wd)
            return;
    inotify_rm_watch(p->inotify, wd);
}

static bool tell(struct port_linux *p, const struct inotify_event *event)
{
    bool told = false;
    bool all = (event->mask & IN_Q_OVERFLOW) != 0; // something was lost: everybody looks
    bool gone = (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0;
    if (!all && !gone && (event->mask & IN_CREATE) != 0 && (event->mask & IN_ISDIR) == 0)
        return false;
    for (uint32_t i = 0; i < p->slot_count; i++) {
        struct slot *s = &p->slots[i];
        if (s->kind != SLOT_WATCH || s->fd < 0 || (!all && s->fd != event->wd))
            continue;
        if (gone && !all)
            s->fd = -1; // the kernel may give the number to another directory
        s->ready(s->arg, (int)i, PORT_READABLE | (gone && !all ? (unsigned)PORT_CLOSED : 0));
        told = true;
    }
    if (gone && !all && (event->mask & IN_MOVE_SELF) != 0)
        inotify_rm_watch(p->inotify, event->wd);
    return told;
}

bool linux_watch_dispatch(struct port_linux *p)
{
    bool told = false;
    _Alignas(struct inotify_event) char bytes[4096];
    ssize_t count = read(p->inotify, bytes, sizeof(bytes)); // what is more comes with the next round
    for (ssize_t i = 0; i + (ssize_t)sizeof(struct inotify_event) <= count;) {
        struct inotify_event event;
        memcpy(&event, bytes + i, sizeof(event));
        told |= tell(p, &event);
        i += (ssize_t)sizeof(event) + (ssize_t)event.len;
    }
    return told;
}
