// A url of a broker, a bridge, a webhook: where to go, and whether the way is encrypted (docs/pipeline.md,
// Connections). The scheme decides; without one it is TLS, but on loopback.
#ifndef HAL_PORT_URL_H
#define HAL_PORT_URL_H

#include "ops/slice.h"
#include "ops/status.h"
#include "ops/text.h"

enum { URL_HOST_MAX = 255 };

struct url_rule {               // what one kind of client takes
    const char *plain, *secure; // schemes, lower case: "mqtt", "mqtts"
    uint16_t plain_port, secure_port;
    bool has_path; // false: a path, a query or a fragment is refused
};

struct url {
    bool tls;
    bool loopback; // localhost, *.localhost (RFC 6761), 127.0.0.0/8, ::1
    uint16_t port;
    char host[URL_HOST_MAX + 1]; // without brackets
    struct slice path;           // from its first / on, query included; borrowed from the text; may be empty
};

extern const struct url_rule url_mqtt, url_http;

// STATUS_CONFIG: what is wrong with it, the url named. User and password inside it are refused: they are options.
enum status url_parse(struct slice text, const struct url_rule *rule, struct url *out, struct error *e);
// STATUS_CONFIG: `secret` (what would be sent: "a password", "a token"; NULL: nothing) would go in plaintext off
// loopback, and nobody allowed it.
enum status url_check_secret(const struct url *u, const char *secret, bool allow_plaintext, struct error *e);
// The url in full, scheme and port included.
void url_print(const struct url *u, const struct url_rule *rule, struct text *out);

#endif
