// gzip (RFC 1952), read as a stream; several members in a row are one text, as gunzip has it.
#ifndef HAL_SOURCE_GZIP_H
#define HAL_SOURCE_GZIP_H

#include "ops/memory.h"
#include "ops/status.h"

struct gzip;

// Where compressed bytes come from; 0 bytes: the end.
typedef enum status (*gzip_fill)(void *arg, void *to, size_t room, size_t *got, struct error *e);

struct gzip *gzip_new(struct memory *memory);
void gzip_free(struct gzip *g); // NULL is fine
void gzip_restart(struct gzip *g);
// *got 0: the end. STATUS_DAMAGED: no gzip, cut off, or a wrong checksum.
enum status gzip_read(struct gzip *g, gzip_fill fill, void *arg, void *to, size_t room, size_t *got, struct error *e);

#endif
