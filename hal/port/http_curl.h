// HTTP by libcurl's multi interface: one I/O thread a client. What it does of itself: keep-alive, TLS 1.2 or newer with
// chain and host name verified, no proxy, no redirect. A request is never sent twice, unless its first sending was cut
// before its end: on a connection that the peer had already left, libcurl alone would repeat what was acted on.
#ifndef HAL_PORT_HTTP_CURL_H
#define HAL_PORT_HTTP_CURL_H

#include "hal/port/http.h"

extern const struct http_class http_curl;

#endif
