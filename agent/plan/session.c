#include "agent/plan/session.h"

enum status pipeline_session(const struct pipeline *p, const struct zones *zones, struct arena *arena,
                             struct session *out, struct error *e)
{
    *out = (struct session){.zones = zones, .zone = zone_lookup(p->time_zone, zones, arena)};
    if (out->zone)
        return STATUS_OK;
    return pipeline_error(
        p, p->time_zone_place, e,
        "[INVALID_CONF_VALUE.TIME_ZONE] timeZone: no time zone is named \"%.*s\"; wanted a name such as "
        "\"Europe/Berlin\", \"UTC\", or an offset such as \"+02:00\"",
        (int)p->time_zone.size, p->time_zone.data);
}
