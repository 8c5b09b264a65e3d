// The machine as a port: clock, wait, files, sockets behind one const struct of functions. hal/port/linux.c is the real
// one (epoll, timerfd, inotify); tests/sim has a simulated, seeded one. Sources and sinks touch the machine through it
// only.
//
// One thread. Handles are small non-negative integers of the port's own; -1 is none. Every call that can block has a
// deadline or does not block. Messages name the path or peer and say what the kernel said.
#ifndef HAL_PORT_PORT_H
#define HAL_PORT_PORT_H

#include "ops/slice.h"
#include "ops/status.h"
#include "ops/zone.h"

#include <stdbool.h>
#include <stdint.h>

struct port;

enum port_open {
    PORT_READ,
    PORT_CREATE, // write; made anew or truncated
    PORT_APPEND,
};

struct port_stat {
    int64_t size;
    int64_t modified; // microseconds since 1970
    bool directory;
};

enum port_event { PORT_READABLE = 1, PORT_WRITABLE = 2, PORT_CLOSED = 4 };

typedef void (*port_ready)(void *arg, int handle, unsigned events);

struct port_class {
    const char *name;

    // Clock. Microseconds. wall() is since 1970 and may step; monotonic() never goes back.
    int64_t (*wall)(struct port *p);
    int64_t (*monotonic)(struct port *p);
    bool (*synchronised)(struct port *p); // somebody keeps the wall clock right, by the kernel's word
    // Sleeps until an event was dispatched to its port_ready, wake() was called, or monotonic() >= until.
    // STATUS_OK: something was dispatched or woke us; STATUS_END: the time is up.
    enum status (*wait)(struct port *p, int64_t until, struct error *e);
    void (*wake)(struct port *p); // async-signal-safe

    // Files. Paths are NUL-terminated. A read of 0 bytes is the end.
    enum status (*open)(struct port *p, const char *path, enum port_open how, int *handle, struct error *e);
    enum status (*read)(struct port *p, int handle, void *to, size_t room, size_t *got, struct error *e);
    enum status (*write)(struct port *p, int handle, const void *bytes, size_t count,
                         struct error *e); // all of it, or fails
    enum status (*sync)(struct port *p, int handle, struct error *e);
    void (*close)(struct port *p, int handle); // files, sockets, watches
    enum status (*stat)(struct port *p, const char *path, struct port_stat *out,
                        struct error *e); // STATUS_END: not there
    // STATUS_END: `from` is not there.
    enum status (*rename)(struct port *p, const char *from, const char *to, struct error *e);
    enum status (*unlink)(struct port *p, const char *path, struct error *e); // STATUS_END: not there
    enum status (*make_directory)(struct port *p, const char *path,
                                  struct error *e); // with its parents; there already: fine
    enum status (*sync_directory)(struct port *p, const char *path, struct error *e);
    // Calls visit for each entry but . and .. ; stops when visit answers false. STATUS_END: not there.
    enum status (*list)(struct port *p, const char *path,
                        bool (*visit)(void *arg, const char *name, const struct port_stat *s), void *arg,
                        struct error *e);
    // Says (as PORT_READABLE) that something in the directory has changed: a file was moved in or closed after writing,
    // a directory made, something removed; one call may stand for many changes. PORT_CLOSED: the directory itself is
    // gone, the watch is dead and to be closed. STATUS_END: not there.
    enum status (*watch_directory)(struct port *p, const char *path, port_ready ready, void *arg, int *handle,
                                   struct error *e);

    // Sockets: non-blocking streams. connect answers at once; ready says PORT_WRITABLE when it is up, PORT_CLOSED when
    // it failed (receive then tells why) or the peer left (receive still gives what it sent before, then END).
    // `service` is a port number or name. Name look-up and connecting together end at `deadline` (monotonic).
    enum status (*connect)(struct port *p, const char *host, const char *service, int64_t deadline, port_ready ready,
                           void *arg, int *handle, struct error *e);
    enum status (*receive)(struct port *p, int handle, void *to, size_t room, size_t *got,
                           struct error *e); // AGAIN; END: peer closed
    enum status (*send)(struct port *p, int handle, const void *bytes, size_t count, size_t *sent,
                        struct error *e); // AGAIN
    // Which events of a connected socket to be told of; PORT_READABLE until this is called. Without any, the peer's
    // leaving is not told either: its bytes wait in the kernel, and it in front of them.
    void (*interest)(struct port *p, int handle, unsigned events);
    // A Unix socket for programs of this user on this machine: made at `path`, mode 0600, in place of one that nobody
    // listens at any more; gone with close. PORT_READABLE: somebody has come; accept takes them in, one a call
    // (STATUS_AGAIN: no more), as a socket that is up. STATUS_FAILED: no such path can be had, or somebody listens.
    enum status (*serve)(struct port *p, const char *path, port_ready ready, void *arg, int *handle, struct error *e);
    enum status (*accept)(struct port *p, int server, port_ready ready, void *arg, int *handle, struct error *e);

    // Zones of this machine, cached; valid as long as the port.
    const struct zones *(*zones)(struct port *p);
    // Standard output, written whole; STATUS_FAILED when its reader is gone.
    enum status (*print)(struct port *p, const void *bytes, size_t count, struct error *e);
};

struct mqtt_class;
struct http_class;

struct port {
    const struct port_class *class;
    const struct mqtt_class *mqtt; // hal/port/mqtt.h; NULL: built without
    const struct http_class *http; // hal/port/http.h; NULL: built without
};

#endif
