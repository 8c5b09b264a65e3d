// The simulated machine: files in memory, a clock that moves in wait() only, scripted peers, faults on order. All of it
// from a seed: the same calls give the same answers.
//
// Files know what is durable: bytes up to the last sync, names up to the last sync of their directory. sim_crash takes
// away the rest (of the unsynced bytes a random part stays, as on a disk).
#ifndef TESTS_SIM_PORT_SIM_H
#define TESTS_SIM_PORT_SIM_H

#include "hal/port/port.h"

struct port *sim_open(uint64_t seed);
void sim_close(struct port *p); // NULL is fine
uint64_t sim_random(struct port *p);

// Clock. Both start at fixed times; wall is 2024-03-01T00:00:00Z.
#define SIM_WALL_START INT64_C(1709251200000000)
void sim_step_wall(struct port *p, int64_t micros);
void sim_synchronised(struct port *p, bool on); // the kernel says so; true at first
// Runs `what` when monotonic time is `when`, inside a wait; in order of time, then of asking.
void sim_at(struct port *p, int64_t when, void (*what)(struct port *p, void *arg), void *arg);

// Files as the outside world sees and makes them: whole, durable, told to watches. Parent directories are made.
void sim_put_file(struct port *p, const char *path, const void *bytes, size_t count, int64_t modified);
void sim_put_text(struct port *p, const char *path, const char *text, int64_t modified);
void sim_remove(struct port *p, const char *path);                  // a directory with all that is in it
bool sim_file(struct port *p, const char *path, struct slice *out); // borrowed until the file changes
uint32_t sim_file_count(struct port *p, const char *directory);     // files directly in it
uint32_t sim_open_handles(struct port *p);

// Faults. The power fails: handles are dead, every call but close fails until sim_boot.
void sim_crash(struct port *p);
void sim_crash_after(struct port *p, uint32_t calls); // at that call that would change a file, instead of it; 0: never
void sim_boot(struct port *p);
uint32_t sim_changes(struct port *p); // calls so far that would change a file
// The `nth` (from 1) call from now on of that name ("write", "sync", "rename", …) answers `status`.
void sim_fail(struct port *p, const char *call, uint32_t nth, enum status status);
void sim_disk_room(struct port *p, int64_t bytes); // writes beyond it: STATUS_FULL, a part written; -1: no limit

// Peers. A peer that listens takes one connection at a time.
void sim_listen(struct port *p, const char *host, const char *service, bool on);
void sim_feed(struct port *p, const char *host, const char *service, const void *bytes, size_t count);
void sim_hang_up(struct port *p, const char *host, const char *service);
bool sim_connected(struct port *p, const char *host, const char *service);
size_t sim_unread(struct port *p, const char *host, const char *service); // fed, not yet received

// Programs of this machine that come to a socket the port serves at `path`; each has a name. Fed and hung up as peers
// are (host is the path, service the name).
bool sim_served(struct port *p, const char *path);
void sim_come(struct port *p, const char *path, const char *name);
struct slice sim_heard(struct port *p, const char *path, const char *name); // what it was sent; borrowed

struct slice sim_printed(struct port *p); // standard output so far
void sim_print_clear(struct port *p);

#endif
