#include "tests/sim/port_sim_impl.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

uint64_t sim_random(struct port *p) // splitmix64
{
    uint64_t z = (sim_of(p)->random += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

enum status sim_enter(struct port_sim *s, const char *call, bool changes, struct error *e)
{
    if (s->down)
        return error_set(e, STATUS_FAILED, "%s: the machine is off", call);
    for (uint32_t i = 0; i < SIM_FAULT_MAX; i++) {
        struct fault *f = &s->faults[i];
        if (f->left == 0 || strcmp(f->call, call) != 0)
            continue;
        if (--f->left == 0)
            return error_set(e, f->status, "%s: a fault on order", call);
    }
    if (!changes)
        return STATUS_OK;
    s->changes++;
    if (s->crash_at != 0 && --s->crash_at == 0) {
        sim_crash(&s->port);
        return error_set(e, STATUS_FAILED, "%s: the power failed", call);
    }
    return STATUS_OK;
}

int sim_slot_new(struct port_sim *s, enum sim_kind kind)
{
    uint32_t i = 0;
    while (i < s->slot_count && s->slots[i].kind != SIM_FREE)
        i++;
    if (i == s->slot_count) {
        uint32_t more = s->slot_count == 0 ? 16 : s->slot_count * 2;
        s->slots = mem_resize(&s->memory, s->slots, s->slot_count * sizeof(*s->slots), more * sizeof(*s->slots));
        memset(s->slots + s->slot_count, 0, (more - s->slot_count) * sizeof(*s->slots));
        s->slot_count = more;
    }
    s->slots[i] = (struct sim_slot){.kind = kind};
    return (int)i;
}

struct sim_slot *sim_slot(struct port_sim *s, int handle, enum sim_kind kind)
{
    assert(handle >= 0 && (uint32_t)handle < s->slot_count);
    struct sim_slot *slot = &s->slots[handle];
    assert(slot->kind == kind || slot->kind == SIM_DEAD);
    return slot->kind == kind ? slot : NULL;
}

static int64_t wall(struct port *p)
{
    return sim_of(p)->monotonic + sim_of(p)->wall_offset;
}

static int64_t monotonic(struct port *p)
{
    return sim_of(p)->monotonic;
}

static bool synchronised(struct port *p)
{
    return !sim_of(p)->unsynchronised;
}

void sim_synchronised(struct port *p, bool on)
{
    sim_of(p)->unsynchronised = !on;
}

void sim_step_wall(struct port *p, int64_t micros)
{
    sim_of(p)->wall_offset += micros;
}

void sim_at(struct port *p, int64_t when, void (*what)(struct port *p, void *arg), void *arg)
{
    struct port_sim *s = sim_of(p);
    if (s->script_count == s->script_capacity) {
        uint32_t more = s->script_capacity == 0 ? 16 : s->script_capacity * 2;
        s->scripts =
            mem_resize(&s->memory, s->scripts, s->script_capacity * sizeof(*s->scripts), more * sizeof(*s->scripts));
        s->script_capacity = more;
    }
    s->scripts[s->script_count++] = (struct script){when, s->script_order++, what, arg};
}

static struct script *next_script(struct port_sim *s)
{
    struct script *first = NULL;
    for (uint32_t i = 0; i < s->script_count; i++) {
        struct script *c = &s->scripts[i];
        if (first == NULL || c->when < first->when || (c->when == first->when && c->order < first->order))
            first = c;
    }
    return first;
}

static bool dispatch(struct port_sim *s)
{
    bool told = s->woken;
    s->woken = false;
    for (uint32_t i = 0; i < s->slot_count; i++) {
        struct sim_slot slot = s->slots[i];
        unsigned events = 0;
        if (slot.kind == SIM_WATCH)
            events = slot.pending;
        else if (slot.kind == SIM_SOCKET)
            events = sim_net_events(s, &slot);
        else if (slot.kind == SIM_SERVER)
            events = sim_net_arrivals(s, &slot);
        if (events == 0)
            continue;
        s->slots[i].pending = 0;
        if (slot.kind == SIM_SOCKET)
            s->slots[i].up = true;
        slot.ready(slot.arg, (int)i, events);
        told = true;
    }
    return told;
}

static enum status wait_for(struct port *p, int64_t until, struct error *e)
{
    struct port_sim *s = sim_of(p);
    for (;;) {
        if (s->down)
            return error_set(e, STATUS_FAILED, "wait: the machine is off");
        if (dispatch(s))
            return STATUS_OK;
        struct script *next = next_script(s);
        if (next != NULL && next->when <= until) {
            struct script due = *next;
            *next = s->scripts[--s->script_count];
            if (due.when > s->monotonic)
                s->monotonic = due.when;
            due.what(p, due.arg);
            continue;
        }
        if (until <= s->monotonic)
            return STATUS_END;
        if (until == INT64_MAX)
            return error_set(e, STATUS_FAILED, "wait: nothing will ever happen");
        s->monotonic = until;
        return STATUS_END;
    }
}

static void wake(struct port *p)
{
    sim_of(p)->woken = true;
}

static void close_handle(struct port *p, int handle)
{
    struct port_sim *s = sim_of(p);
    if (handle < 0)
        return;
    assert((uint32_t)handle < s->slot_count && s->slots[handle].kind != SIM_FREE);
    if (s->slots[handle].kind == SIM_SOCKET)
        sim_net_close(s, handle);
    sim_inode_drop(s, s->slots[handle].inode);
    s->slots[handle] = (struct sim_slot){.kind = SIM_FREE};
}

static enum status watch_directory(struct port *p, const char *path, port_ready ready, void *arg, int *handle,
                                   struct error *e)
{
    struct port_sim *s = sim_of(p);
    struct port_stat what;
    enum status status = sim_enter(s, "watch", false, e);
    if (status == STATUS_OK)
        status = sim_file_stat(p, path, &what, e);
    if (status != STATUS_OK)
        return status;
    if (!what.directory)
        return error_set(e, STATUS_END, "watch %s: no directory", path);
    *handle = sim_slot_new(s, SIM_WATCH);
    struct sim_slot *slot = &s->slots[*handle];
    snprintf(slot->path, sizeof(slot->path), "%s", path);
    slot->ready = ready;
    slot->arg = arg;
    return STATUS_OK;
}

void sim_watch_tell(struct port_sim *s, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t parent = slash == NULL ? 0 : (size_t)(slash - path);
    for (uint32_t i = 0; i < s->slot_count; i++) {
        struct sim_slot *slot = &s->slots[i];
        if (slot->kind != SIM_WATCH)
            continue;
        if (strlen(slot->path) == parent && memcmp(slot->path, path, parent) == 0)
            slot->pending |= PORT_READABLE;
        struct port_stat ignored;
        if (strcmp(slot->path, path) == 0 && sim_file_stat(&s->port, path, &ignored, NULL) == STATUS_END)
            slot->pending |= PORT_READABLE | PORT_CLOSED;
    }
}

static const struct zones *zones(struct port *p)
{
    return zone_cache_zones(sim_of(p)->zones);
}

static enum status print(struct port *p, const void *bytes, size_t count, struct error *e)
{
    enum status status = sim_enter(sim_of(p), "print", false, e);
    if (status == STATUS_OK)
        text_bytes(&sim_of(p)->printed, bytes, count);
    return status;
}

static const struct port_class sim_class = {
    .name = "simulated",
    .wall = wall,
    .monotonic = monotonic,
    .synchronised = synchronised,
    .wait = wait_for,
    .wake = wake,
    .open = sim_file_open,
    .read = sim_file_read,
    .write = sim_file_write,
    .sync = sim_file_sync,
    .close = close_handle,
    .stat = sim_file_stat,
    .rename = sim_file_rename,
    .unlink = sim_file_unlink,
    .make_directory = sim_file_make_directory,
    .sync_directory = sim_file_sync_directory,
    .list = sim_file_list,
    .watch_directory = watch_directory,
    .connect = sim_net_connect,
    .receive = sim_net_receive,
    .send = sim_net_send,
    .interest = sim_net_interest,
    .serve = sim_net_serve,
    .accept = sim_net_accept,
    .zones = zones,
    .print = print,
};

struct port *sim_open(uint64_t seed)
{
    struct memory start = {0};
    struct port_sim *s = mem_zalloc(&start, sizeof(*s));
    s->port.class = &sim_class;
    s->memory = start;
    s->random = seed;
    s->monotonic = 1000000;
    s->wall_offset = SIM_WALL_START - s->monotonic;
    s->disk_room = -1;
    s->zones = zone_cache_new(NULL);
    text_init(&s->printed, &s->memory);
    return &s->port;
}

void sim_close(struct port *p)
{
    if (p == NULL)
        return;
    struct port_sim *s = sim_of(p);
    for (uint32_t i = 0; i < s->slot_count; i++)
        if (s->slots[i].kind != SIM_FREE)
            close_handle(p, (int)i);
    sim_files_free(s);
    sim_net_free(s);
    mem_free(&s->memory, s->slots, s->slot_count * sizeof(*s->slots));
    mem_free(&s->memory, s->scripts, s->script_capacity * sizeof(*s->scripts));
    text_free(&s->printed);
    zone_cache_free(s->zones);
    struct memory end = s->memory;
    mem_free(&end, s, sizeof(*s));
}

void sim_crash(struct port *p)
{
    struct port_sim *s = sim_of(p);
    s->down = true;
    s->crash_at = 0;
    for (uint32_t i = 0; i < s->slot_count; i++) {
        struct sim_slot *slot = &s->slots[i];
        if (slot->kind == SIM_SOCKET)
            sim_net_close(s, (int)i);
        if (slot->kind != SIM_FREE) {
            sim_inode_drop(s, slot->inode);
            *slot = (struct sim_slot){.kind = SIM_DEAD};
        }
    }
    sim_files_crash(s);
}

void sim_crash_after(struct port *p, uint32_t calls)
{
    sim_of(p)->crash_at = calls;
}

void sim_boot(struct port *p)
{
    sim_of(p)->down = false;
    sim_of(p)->crash_at = 0;
}

uint32_t sim_changes(struct port *p)
{
    return sim_of(p)->changes;
}

void sim_fail(struct port *p, const char *call, uint32_t nth, enum status status)
{
    for (uint32_t i = 0; i < SIM_FAULT_MAX; i++) {
        struct fault *f = &sim_of(p)->faults[i];
        if (f->left != 0)
            continue;
        snprintf(f->call, sizeof(f->call), "%s", call);
        f->left = nth;
        f->status = status;
        return;
    }
    assert(false && "too many faults on order");
}

uint32_t sim_open_handles(struct port *p)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sim_of(p)->slot_count; i++)
        count += sim_of(p)->slots[i].kind != SIM_FREE;
    return count;
}

struct slice sim_printed(struct port *p)
{
    return text_view(&sim_of(p)->printed);
}

void sim_print_clear(struct port *p)
{
    text_clear(&sim_of(p)->printed);
}
