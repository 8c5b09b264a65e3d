// A request's body, packed.
#ifndef HAL_PORT_HTTP_GZIP_H
#define HAL_PORT_HTTP_GZIP_H

#include "ops/text.h"

// Appends `body` as one gzip member (RFC 1952).
void http_gzip(struct slice body, struct text *out);

#endif
