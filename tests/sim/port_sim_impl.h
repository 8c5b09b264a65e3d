// Inside the simulated machine.
#ifndef TESTS_SIM_PORT_SIM_IMPL_H
#define TESTS_SIM_PORT_SIM_IMPL_H

#include "hal/port/zones.h"
#include "ops/text.h"
#include "tests/sim/port_sim.h"

enum { SIM_NAME_MAX = 512, SIM_FAULT_MAX = 16 };

struct inode {
    struct text data;
    size_t synced;
    int64_t modified;
    uint32_t links; // entries and handles that hold it
};

// A name: what it stands for now, and what it stands for after a crash. Directories are durable at once.
struct entry {
    char path[SIM_NAME_MAX];
    bool directory;
    struct inode *now, *durable;
};

enum sim_kind { SIM_FREE, SIM_FILE, SIM_WATCH, SIM_SOCKET, SIM_SERVER, SIM_DEAD };

struct sim_slot {
    enum sim_kind kind;
    struct inode *inode;
    size_t at; // of a reader
    bool writable;
    char path[SIM_NAME_MAX]; // SIM_WATCH: the directory; SIM_SERVER: the socket
    struct peer *peer;       // SIM_SOCKET: NULL: refused
    bool up;                 // told of being connected
    unsigned pending, interest;
    port_ready ready;
    void *arg;
};

struct peer {
    char name[SIM_NAME_MAX]; // host:service
    bool listening, hung_up;
    int handle; // of the connection; -1: none
    struct text inbox;
    bool local, waiting; // it comes to us; and is not taken in yet
    struct text heard;   // local: what it was sent
    struct peer *next;
};

struct script {
    int64_t when;
    uint64_t order;
    void (*what)(struct port *p, void *arg);
    void *arg;
};

struct fault {
    char call[32];
    uint32_t left;
    enum status status;
};

struct port_sim {
    struct port port;
    struct memory memory;
    uint64_t random;
    int64_t monotonic, wall_offset;
    bool woken, down, unsynchronised;
    struct entry *entries;
    uint32_t entry_count, entry_capacity;
    struct sim_slot *slots;
    uint32_t slot_count;
    struct script *scripts;
    uint32_t script_count, script_capacity;
    uint64_t script_order;
    struct fault faults[SIM_FAULT_MAX];
    uint32_t changes, crash_at;
    int64_t disk_room;
    struct peer *peers;
    struct text printed;
    struct zone_cache *zones;
    struct mqtt_sim *mqtt; // the model broker, if one is attached
};

static inline struct port_sim *sim_of(struct port *p)
{
    return (struct port_sim *)p;
}

// What every call asks first: is the machine on, is a fault due, is this the change at which the power fails?
enum status sim_enter(struct port_sim *s, const char *call, bool changes, struct error *e);
int sim_slot_new(struct port_sim *s, enum sim_kind kind);
struct sim_slot *sim_slot(struct port_sim *s, int handle, enum sim_kind kind); // NULL: dead
void sim_watch_tell(struct port_sim *s, const char *path);                     // something about `path` changed

enum status sim_file_open(struct port *p, const char *path, enum port_open how, int *handle, struct error *e);
enum status sim_file_read(struct port *p, int handle, void *to, size_t room, size_t *got, struct error *e);
enum status sim_file_write(struct port *p, int handle, const void *bytes, size_t count, struct error *e);
enum status sim_file_sync(struct port *p, int handle, struct error *e);
enum status sim_file_stat(struct port *p, const char *path, struct port_stat *out, struct error *e);
enum status sim_file_rename(struct port *p, const char *from, const char *to, struct error *e);
enum status sim_file_unlink(struct port *p, const char *path, struct error *e);
enum status sim_file_make_directory(struct port *p, const char *path, struct error *e);
enum status sim_file_sync_directory(struct port *p, const char *path, struct error *e);
enum status sim_file_list(struct port *p, const char *path,
                          bool (*visit)(void *arg, const char *name, const struct port_stat *s), void *arg,
                          struct error *e);
void sim_files_crash(struct port_sim *s);
void sim_files_free(struct port_sim *s);
void sim_inode_drop(struct port_sim *s, struct inode *i); // NULL is fine

enum status sim_net_connect(struct port *p, const char *host, const char *service, int64_t deadline, port_ready ready,
                            void *arg, int *handle, struct error *e);
enum status sim_net_receive(struct port *p, int handle, void *to, size_t room, size_t *got, struct error *e);
enum status sim_net_send(struct port *p, int handle, const void *bytes, size_t count, size_t *sent, struct error *e);
void sim_net_interest(struct port *p, int handle, unsigned events);
enum status sim_net_serve(struct port *p, const char *path, port_ready ready, void *arg, int *handle, struct error *e);
enum status sim_net_accept(struct port *p, int server, port_ready ready, void *arg, int *handle, struct error *e);
unsigned sim_net_arrivals(const struct port_sim *s, const struct sim_slot *server); // events of a server
void sim_net_close(struct port_sim *s, int handle);
unsigned sim_net_events(const struct port_sim *s, const struct sim_slot *slot); // what there is to tell
void sim_net_free(struct port_sim *s);

#endif
