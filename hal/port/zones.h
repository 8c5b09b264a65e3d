// Time zones of the machine: its TZif files, parsed once each.
#ifndef HAL_PORT_ZONES_H
#define HAL_PORT_ZONES_H

#include "ops/zone.h"

struct zone_cache;

// `directory`: where the TZif files are; NULL: the usual places.
struct zone_cache *zone_cache_new(const char *directory);
void zone_cache_free(struct zone_cache *c); // NULL is fine; the zones go with it
const struct zones *zone_cache_zones(struct zone_cache *c);

#endif
