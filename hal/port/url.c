#include "hal/port/url.h"

const struct url_rule url_mqtt = {.plain = "mqtt", .secure = "mqtts", .plain_port = 1883, .secure_port = 8883};
const struct url_rule url_http = {
    .plain = "http", .secure = "https", .plain_port = 80, .secure_port = 443, .has_path = true};

static struct slice tail(struct slice s, uint32_t from)
{
    return (struct slice){s.data + from, s.size - from};
}

// The place of the first of `any` in s, or its size.
static uint32_t find(struct slice s, const char *any)
{
    uint32_t i = 0;
    while (i < s.size && (s.data[i] == '\0' || strchr(any, s.data[i]) == NULL))
        i++;
    return i;
}

static bool read_port(struct slice s, uint16_t *out)
{
    uint32_t port = 0;
    if (s.size == 0 || s.size > 5)
        return false;
    for (uint32_t i = 0; i < s.size; i++) {
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
        port = port * 10 + (uint32_t)(s.data[i] - '0');
    }
    *out = (uint16_t)port;
    return port > 0 && port <= 65535;
}

static bool is_loopback(const char *host)
{
    struct slice h = slice_of(host), name = SLICE("localhost"), zone = SLICE(".localhost");
    if (h.size > zone.size && slice_equal_fold(tail(h, h.size - zone.size), zone))
        return true;
    if (slice_equal_fold(h, name) || strcmp(host, "::1") == 0)
        return true;
    return strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == h.size;
}

static enum status refuse(struct error *e, struct slice text, const char *why)
{
    return error_set(e, STATUS_CONFIG, "url %.*s: %s", (int)text.size, text.data, why);
}

// Takes `scheme://` away; *tls is set where there was one.
static enum status read_scheme(struct slice text, const struct url_rule *rule, struct slice *rest, bool *given,
                               bool *tls, struct error *e)
{
    *rest = text;
    *given = false;
    uint32_t colon = find(text, ":/?#");
    if (colon + 3 > text.size || memcmp(text.data + colon, "://", 3) != 0)
        return STATUS_OK;
    struct slice scheme = {text.data, colon};
    *given = true;
    *tls = slice_equal_fold(scheme, slice_of(rule->secure));
    *rest = tail(text, colon + 3);
    if (*tls || slice_equal_fold(scheme, slice_of(rule->plain)))
        return STATUS_OK;
    return error_set(e, STATUS_CONFIG, "url %.*s: the scheme is %.*s; wanted is %s:// or %s://", (int)text.size,
                     text.data, (int)scheme.size, scheme.data, rule->plain, rule->secure);
}

static enum status read_host(struct slice text, struct slice *rest, struct url *out, struct error *e)
{
    struct slice host = *rest;
    uint32_t skip = 0;
    if (host.size > 0 && host.data[0] == '[') { // an IPv6 address
        host = tail(host, 1);
        host.size = find(host, "]");
        if (host.size + 2 > rest->size)
            return refuse(e, text, "the address has no closing ]");
        skip = 2;
    } else {
        host.size = find(host, ":");
    }
    if (host.size == 0)
        return refuse(e, text, "it names no host");
    if (host.size > URL_HOST_MAX)
        return refuse(e, text, "the host's name is too long");
    for (uint32_t i = 0; i < host.size; i++)
        if ((unsigned char)host.data[i] <= ' ' || (unsigned char)host.data[i] == 0x7f)
            return refuse(e, text, "the host's name has a blank in it");
    memcpy(out->host, host.data, host.size);
    out->host[host.size] = '\0';
    *rest = tail(*rest, host.size + skip);
    return STATUS_OK;
}

enum status url_parse(struct slice text, const struct url_rule *rule, struct url *out, struct error *e)
{
    bool given, tls = false;
    struct slice rest;
    *out = (struct url){0};
    enum status status = read_scheme(text, rule, &rest, &given, &tls, e);
    if (status != STATUS_OK)
        return status;
    struct slice authority = {rest.data, find(rest, "/?#")};
    out->path = tail(rest, authority.size);
    if (find(authority, "@") < authority.size) // not printed: it may hold a password
        return error_set(e, STATUS_CONFIG,
                         "the url holds a user or a password; give them as \"username\" and \"password\"");
    status = read_host(text, &authority, out, e);
    if (status != STATUS_OK)
        return status;
    out->loopback = is_loopback(out->host);
    out->tls = given ? tls : !out->loopback;
    out->port = out->tls ? rule->secure_port : rule->plain_port;
    if (authority.size > 0 && (authority.data[0] != ':' || !read_port(tail(authority, 1), &out->port)))
        return refuse(e, text, "the port is no number from 1 to 65535");
    if (!rule->has_path && out->path.size > 0 && !slice_equal(out->path, SLICE("/")))
        return refuse(e, text, "it has a path; wanted is host and port only");
    if (!rule->has_path)
        out->path.size = 0;
    return STATUS_OK;
}

enum status url_check_secret(const struct url *u, const char *secret, bool allow_plaintext, struct error *e)
{
    if (secret == NULL || u->tls || u->loopback || allow_plaintext)
        return STATUS_OK;
    return error_set(e, STATUS_CONFIG,
                     "%s would go to %s in plaintext, for everybody on the way to read; use TLS, or say "
                     "\"allowPlaintext\": true",
                     secret, u->host);
}

void url_print(const struct url *u, const struct url_rule *rule, struct text *out)
{
    bool brackets = strchr(u->host, ':') != NULL;
    text_printf(out, "%s://%s%s%s:%u", u->tls ? rule->secure : rule->plain, brackets ? "[" : "", u->host,
                brackets ? "]" : "", (unsigned)u->port);
    text_slice(out, u->path);
}
