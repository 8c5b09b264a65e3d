#include "agent/replay/clock.h"

static struct replay_clock *clock_of(const struct port *p)
{
    return (struct replay_clock *)(void *)(uintptr_t)p->class; // the class is its first member
}

static int64_t simulated_wall(struct port *p)
{
    return clock_of(p)->now;
}

// What the kernel has to tell (of files) is told first, as if it took no time.
static enum status simulated_wait(struct port *p, int64_t until, struct error *e)
{
    struct replay_clock *c = clock_of(p);
    enum status s = c->real->wait(p, 0, e);
    if (s != STATUS_END || until <= c->now)
        return s;
    c->now = until < c->end ? until : c->end;
    if (c->now < until && c->stop) {
        c->stop(c->self);
        return STATUS_OK;
    }
    return STATUS_END;
}

// The simulated time is as right as it can be, however long ago it is.
static bool always_synchronised(struct port *p)
{
    (void)p;
    return true;
}

static enum status kept_print(struct port *p, const void *bytes, size_t count, struct error *e)
{
    (void)e;
    text_bytes(clock_of(p)->printed, bytes, count);
    return STATUS_OK;
}

void replay_clock_open(struct replay_clock *c, struct port *port, int64_t now, struct text *printed)
{
    *c = (struct replay_clock){
        .class = *port->class, .real = port->class, .now = now, .end = INT64_MAX, .printed = printed};
    c->class.wall = simulated_wall;
    c->class.monotonic = simulated_wall;
    c->class.wait = simulated_wait;
    c->class.synchronised = always_synchronised;
    c->class.print = kept_print;
    port->class = &c->class;
}

void replay_clock_close(struct replay_clock *c, struct port *port)
{
    if (c->real)
        port->class = c->real;
}
