// Inside the linux port: its handles, shared by linux.c, linux_file.c, linux_watch.c, linux_socket.c, linux_serve.c.
#ifndef HAL_PORT_LINUX_IMPL_H
#define HAL_PORT_LINUX_IMPL_H

#include "hal/port/linux.h"
#include "hal/port/zones.h"
#include "ops/memory.h"

#include <sys/socket.h>

struct lookup; // a name being looked up, linux_lookup.c

enum slot_kind { SLOT_FREE, SLOT_FILE, SLOT_WATCH, SLOT_SOCKET, SLOT_SERVER };
enum socket_phase { SOCKET_LOOKUP, SOCKET_CONNECTING, SOCKET_UP, SOCKET_DOWN };

enum { ADDRESS_MAX = 8, PEER_TEXT_MAX = 160, REASON_TEXT_MAX = 256 };

struct address {
    struct sockaddr_storage storage;
    socklen_t length;
    int family;
};

struct address_list {
    struct address at[ADDRESS_MAX];
    uint32_t count;
};

struct socket_part {
    enum socket_phase phase;
    int64_t deadline; // of look-up and connecting
    unsigned interest;
    struct lookup *lookup; // SOCKET_LOOKUP
    struct address_list list;
    uint32_t next_address;
    char peer[PEER_TEXT_MAX];
    char reason[REASON_TEXT_MAX]; // SOCKET_DOWN: why
};

// One handle. Generations tell an event of a closed handle from one of its successor.
struct slot {
    enum slot_kind kind;
    int fd;         // SLOT_WATCH: the inotify watch descriptor
    bool in_epoll;  // fd is registered
    bool append;    // SLOT_FILE
    char *path;     // SLOT_FILE: for messages; SLOT_WATCH: the directory; SLOT_SERVER: the socket
    uint64_t inode; // SLOT_SERVER: of the socket
    uint32_t generation;
    port_ready ready;
    void *arg;
    struct socket_part *socket;
};

struct port_linux {
    struct port port;
    struct memory memory;
    int epoll, wake, inotify;
    struct slot *slots;
    uint32_t slot_count;
    struct zone_cache *zones;
};

static inline struct port_linux *port_linux_of(struct port *p)
{
    return (struct port_linux *)p;
}

// A free slot of that kind; `path` is copied, NULL is fine. The array may move.
int linux_slot_new(struct port_linux *p, enum slot_kind kind, int fd, const char *path);
struct slot *linux_slot(struct port_linux *p, int handle, enum slot_kind kind);
void linux_slot_free(struct port_linux *p, int handle);
// Registers, changes (events not 0) or removes (0) the slot's fd with epoll.
bool linux_epoll(struct port_linux *p, int handle, uint32_t events);
// FULL for no room, END for not there where `absent_is_end`, FAILED else; "what path: why".
enum status linux_error(struct error *e, int number, const char *what, const char *path, bool absent_is_end);

enum status linux_open(struct port *p, const char *path, enum port_open how, int *handle, struct error *e);
enum status linux_read(struct port *p, int handle, void *to, size_t room, size_t *got, struct error *e);
enum status linux_write(struct port *p, int handle, const void *bytes, size_t count, struct error *e);
enum status linux_sync(struct port *p, int handle, struct error *e);
enum status linux_stat(struct port *p, const char *path, struct port_stat *out, struct error *e);
enum status linux_rename(struct port *p, const char *from, const char *to, struct error *e);
enum status linux_unlink(struct port *p, const char *path, struct error *e);
enum status linux_make_directory(struct port *p, const char *path, struct error *e);
enum status linux_sync_directory(struct port *p, const char *path, struct error *e);
enum status linux_list(struct port *p, const char *path,
                       bool (*visit)(void *arg, const char *name, const struct port_stat *s), void *arg,
                       struct error *e);
enum status linux_print(struct port *p, const void *bytes, size_t count, struct error *e);

enum status linux_watch_directory(struct port *p, const char *path, port_ready ready, void *arg, int *handle,
                                  struct error *e);
void linux_watch_close(struct port_linux *p, int handle);
bool linux_watch_dispatch(struct port_linux *p); // true: somebody was told

enum status linux_connect(struct port *p, const char *host, const char *service, int64_t deadline, port_ready ready,
                          void *arg, int *handle, struct error *e);
enum status linux_receive(struct port *p, int handle, void *to, size_t room, size_t *got, struct error *e);
enum status linux_send(struct port *p, int handle, const void *bytes, size_t count, size_t *sent, struct error *e);
void linux_interest(struct port *p, int handle, unsigned events);
int linux_socket_up(struct port_linux *p, int fd, const char *peer, port_ready ready, void *arg); // connected already
void linux_socket_close(struct port_linux *p, int handle);
bool linux_socket_dispatch(struct port_linux *p, int handle, uint32_t events);
int64_t linux_socket_deadline(const struct port_linux *p);   // the nearest, INT64_MAX: none
bool linux_socket_expire(struct port_linux *p, int64_t now); // true: somebody was told

enum status linux_serve(struct port *p, const char *path, port_ready ready, void *arg, int *handle, struct error *e);
enum status linux_accept(struct port *p, int server, port_ready ready, void *arg, int *handle, struct error *e);
void linux_serve_close(struct port_linux *p, int handle);
bool linux_serve_dispatch(struct port_linux *p, int handle);

// Names to addresses. A number or "localhost" is answered at once; else a thread of its own asks the resolver, which
// cannot be stopped: who does not want the answer any more lets go of it, and whoever is last frees it.
bool lookup_numeric(const char *host, const char *service, struct address_list *out);
enum status lookup_start(const char *host, const char *service, struct lookup **out, int *fd, struct error *e);
// After fd became readable. false: `why` says what the resolver said.
bool lookup_result(struct lookup *l, struct address_list *out, char *why, size_t why_size);
void lookup_release(struct lookup *l); // NULL is fine; closes fd

#endif
