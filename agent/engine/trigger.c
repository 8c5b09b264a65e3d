#include "agent/engine/trigger.h"

struct trigger_rule trigger_rule_make(const struct pipeline *p, bool available_now, bool live)
{
    struct trigger_rule r = {.kind = available_now ? TRIGGER_AVAILABLE_NOW : p->trigger,
                             .interval = p->trigger_interval};
    bool own_choice =
        r.kind == TRIGGER_DEFAULT || (r.kind == TRIGGER_PROCESSING_TIME && p->limits.commit_interval_given);
    if (live && own_choice)
        r.spacing = p->limits.commit_interval;
    return r;
}

bool trigger_is_bounded(const struct trigger_rule *r)
{
    return r->kind == TRIGGER_AVAILABLE_NOW || r->kind == TRIGGER_ONCE;
}

int64_t trigger_delay(const struct trigger_rule *r, int64_t wall, bool ran)
{
    int64_t spacing = ran ? r->spacing : 0;
    if (r->kind != TRIGGER_PROCESSING_TIME || r->interval == 0)
        return spacing;
    // The first multiple that is later, and late enough.
    int64_t least = spacing > 0 ? spacing : 1;
    int64_t into = (wall + least) % r->interval;
    into += into < 0 ? r->interval : 0;
    return into == 0 ? least : least + r->interval - into;
}
