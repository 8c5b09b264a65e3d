#include "tests/sim/port_sim_impl.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct peer *peer_of(struct port_sim *s, const char *host, const char *service)
{
    char name[SIM_NAME_MAX];
    snprintf(name, sizeof(name), "%s:%s", host, service);
    for (struct peer *x = s->peers; x != NULL; x = x->next)
        if (strcmp(x->name, name) == 0)
            return x;
    struct peer *x = mem_zalloc(&s->memory, sizeof(*x));
    memcpy(x->name, name, sizeof(name));
    x->handle = -1;
    text_init(&x->inbox, &s->memory);
    text_init(&x->heard, &s->memory);
    x->next = s->peers;
    s->peers = x;
    return x;
}

enum status sim_net_connect(struct port *p, const char *host, const char *service, int64_t deadline, port_ready ready,
                            void *arg, int *handle, struct error *e)
{
    struct port_sim *s = sim_of(p);
    (void)deadline;
    enum status status = sim_enter(s, "connect", false, e);
    if (status != STATUS_OK)
        return status;
    struct peer *peer = peer_of(s, host, service);
    *handle = sim_slot_new(s, SIM_SOCKET);
    struct sim_slot *slot = &s->slots[*handle];
    slot->ready = ready;
    slot->arg = arg;
    slot->interest = PORT_READABLE;
    if (peer->listening && peer->handle < 0) {
        slot->peer = peer;
        peer->handle = *handle;
        peer->hung_up = false;
    }
    return STATUS_OK;
}

unsigned sim_net_events(const struct port_sim *s, const struct sim_slot *slot)
{
    (void)s;
    if (!slot->up)
        return slot->peer != NULL ? PORT_WRITABLE : PORT_CLOSED;
    if (slot->peer == NULL)
        return 0;
    unsigned events = slot->interest & PORT_WRITABLE;
    if (slot->interest & PORT_READABLE) {
        if (slot->peer->inbox.size > 0)
            events |= PORT_READABLE;
        if (slot->peer->hung_up)
            events |= PORT_READABLE | PORT_CLOSED;
    }
    return events;
}

enum status sim_net_receive(struct port *p, int handle, void *to, size_t room, size_t *got, struct error *e)
{
    struct port_sim *s = sim_of(p);
    *got = 0;
    enum status status = sim_enter(s, "receive", false, e);
    if (status != STATUS_OK)
        return status;
    struct sim_slot *slot = sim_slot(s, handle, SIM_SOCKET);
    if (slot == NULL || slot->peer == NULL)
        return error_set(e, STATUS_FAILED, "%s", slot == NULL ? "the machine was off" : "Connection refused");
    struct text *inbox = &slot->peer->inbox;
    if (inbox->size == 0)
        return slot->peer->hung_up ? STATUS_END : STATUS_AGAIN;
    size_t count = inbox->size < room ? inbox->size : room;
    if (count > 1 && sim_random(p) % 2 == 0)
        count = 1 + (size_t)(sim_random(p) % count);
    memcpy(to, inbox->data, count);
    memmove(inbox->data, inbox->data + count, inbox->size - count);
    inbox->size -= count;
    *got = count;
    return STATUS_OK;
}

enum status sim_net_send(struct port *p, int handle, const void *bytes, size_t count, size_t *sent, struct error *e)
{
    struct port_sim *s = sim_of(p);
    *sent = 0;
    enum status status = sim_enter(s, "send", false, e);
    if (status != STATUS_OK)
        return status;
    struct sim_slot *slot = sim_slot(s, handle, SIM_SOCKET);
    if (slot == NULL || slot->peer == NULL || slot->peer->hung_up)
        return error_set(e, STATUS_FAILED, "Broken pipe");
    if (slot->peer->local)
        text_bytes(&slot->peer->heard, bytes, count);
    *sent = count;
    return STATUS_OK;
}

void sim_net_interest(struct port *p, int handle, unsigned events)
{
    struct sim_slot *slot = sim_slot(sim_of(p), handle, SIM_SOCKET);
    if (slot != NULL)
        slot->interest = events;
}

void sim_net_close(struct port_sim *s, int handle)
{
    struct peer *peer = s->slots[handle].peer;
    if (peer == NULL)
        return;
    peer->handle = -1;
    text_clear(&peer->inbox);
}

void sim_net_free(struct port_sim *s)
{
    while (s->peers != NULL) {
        struct peer *gone = s->peers;
        s->peers = gone->next;
        text_free(&gone->inbox);
        text_free(&gone->heard);
        mem_free(&s->memory, gone, sizeof(*gone));
    }
}

// ---------------------------------------------------------------- served sockets

static struct sim_slot *server_at(struct port_sim *s, const char *path)
{
    for (uint32_t i = 0; i < s->slot_count; i++)
        if (s->slots[i].kind == SIM_SERVER && strcmp(s->slots[i].path, path) == 0)
            return &s->slots[i];
    return NULL;
}

static struct peer *arrived(const struct port_sim *s, const char *path)
{
    size_t size = strlen(path);
    for (struct peer *x = s->peers; x != NULL; x = x->next)
        if (x->waiting && strncmp(x->name, path, size) == 0 && x->name[size] == ':')
            return x;
    return NULL;
}

enum status sim_net_serve(struct port *p, const char *path, port_ready ready, void *arg, int *handle, struct error *e)
{
    struct port_sim *s = sim_of(p);
    enum status status = sim_enter(s, "serve", false, e);
    if (status == STATUS_OK && server_at(s, path) != NULL)
        status = error_set(e, STATUS_FAILED, "socket %s: another process listens there", path);
    if (status != STATUS_OK)
        return status;
    *handle = sim_slot_new(s, SIM_SERVER);
    struct sim_slot *slot = &s->slots[*handle];
    snprintf(slot->path, sizeof(slot->path), "%s", path);
    slot->ready = ready;
    slot->arg = arg;
    return STATUS_OK;
}

unsigned sim_net_arrivals(const struct port_sim *s, const struct sim_slot *server)
{
    return arrived(s, server->path) != NULL ? PORT_READABLE : 0;
}

enum status sim_net_accept(struct port *p, int server, port_ready ready, void *arg, int *handle, struct error *e)
{
    struct port_sim *s = sim_of(p);
    (void)e;
    struct sim_slot *at = sim_slot(s, server, SIM_SERVER);
    struct peer *peer = at == NULL ? NULL : arrived(s, at->path);
    if (peer == NULL)
        return STATUS_AGAIN;
    *handle = sim_slot_new(s, SIM_SOCKET);
    s->slots[*handle].ready = ready;
    s->slots[*handle].arg = arg;
    s->slots[*handle].interest = PORT_READABLE;
    s->slots[*handle].up = true;
    s->slots[*handle].peer = peer;
    peer->handle = *handle;
    peer->waiting = false;
    return STATUS_OK;
}

bool sim_served(struct port *p, const char *path)
{
    return server_at(sim_of(p), path) != NULL;
}

void sim_come(struct port *p, const char *path, const char *name)
{
    struct peer *peer = peer_of(sim_of(p), path, name);
    assert(server_at(sim_of(p), path) != NULL && peer->handle < 0);
    peer->local = peer->waiting = true;
    peer->hung_up = false;
    text_clear(&peer->inbox);
    text_clear(&peer->heard);
}

struct slice sim_heard(struct port *p, const char *path, const char *name)
{
    return text_view(&peer_of(sim_of(p), path, name)->heard);
}

// ---------------------------------------------------------------- peers

void sim_listen(struct port *p, const char *host, const char *service, bool on)
{
    peer_of(sim_of(p), host, service)->listening = on;
}

void sim_feed(struct port *p, const char *host, const char *service, const void *bytes, size_t count)
{
    struct peer *peer = peer_of(sim_of(p), host, service);
    assert((peer->handle >= 0 || peer->waiting) && !peer->hung_up);
    text_bytes(&peer->inbox, bytes, count);
}

void sim_hang_up(struct port *p, const char *host, const char *service)
{
    peer_of(sim_of(p), host, service)->hung_up = true;
}

bool sim_connected(struct port *p, const char *host, const char *service)
{
    return peer_of(sim_of(p), host, service)->handle >= 0;
}

size_t sim_unread(struct port *p, const char *host, const char *service)
{
    return peer_of(sim_of(p), host, service)->inbox.size;
}
