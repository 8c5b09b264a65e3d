// An HTTP client as a port: hal/port/http_curl.c is the real one (libcurl's multi interface); tests/sim has a model
// bridge. Called by one thread; nothing here blocks; every request has a deadline.
#ifndef HAL_PORT_HTTP_H
#define HAL_PORT_HTTP_H

#include "hal/port/log.h"
#include "hal/port/port.h"
#include "ops/memory.h"
#include "ops/slice.h"
#include "ops/status.h"

struct http_settings { // of all requests of a client
    const char *ca, *cert,
        *key; // PEM files; NULL: the system's authorities, no client certificate. Read anew when changed
    const char *username, *password; // basic; NULL: none
    const char *token;               // bearer; NULL: none
    // Where password and token came from; read anew for each request when the file has changed. NULL: as given above.
    const char *password_file, *token_file;
    int64_t timeout;       // microseconds a request, look-up and connecting included
    uint32_t connections;  // at most, kept alive
    size_t response_limit; // bytes of an answer; a longer one is a failure
};

struct http_request {
    const char *method, *url;
    const char *const *headers; // "Name: value", NULL-terminated; NULL: none
    struct slice body;
    bool gzip; // send the body gzipped
};

enum http_failure {
    HTTP_ANSWERED,  // there is a status and a body
    HTTP_NOT_SENT,  // the peer cannot have acted on it (no address, no connection, TLS refused)
    HTTP_NO_ANSWER, // it may have: sent, and no whole answer came in time
};

enum { HTTP_REASON_MAX = 256 };

struct http_answer { // borrowed until the next answer is taken
    uint64_t id;
    enum http_failure failure;
    int status;
    struct slice body;
    char content_type[96];
    int64_t retry_after;          // microseconds, from Retry-After as seconds or date; 0: not given
    int64_t took;                 // microseconds
    char reason[HTTP_REASON_MAX]; // in words, where it was not answered; an untrusted clock is named as such
};

struct http_client;

struct http_class {
    enum status (*open)(const struct http_settings *settings, struct port *port, const struct log *log,
                        struct memory *memory, struct http_client **out, struct error *e);
    void (*close)(struct http_client *c); // NULL is fine; requests under way are given up
    // Begins a request; everything is copied. Requests on one client are answered in any order. STATUS_AGAIN: too many.
    enum status (*request)(struct http_client *c, const struct http_request *request, uint64_t *id, struct error *e);
    // The next answer. false: none yet.
    bool (*answer)(struct http_client *c, struct http_answer *out);
    void (*cancel)(struct http_client *c, uint64_t id);
};

#endif
