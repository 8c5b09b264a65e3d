#include "hal/port/http_options.h"

#include "hal/port/path.h"
#include "hal/port/url.h"

enum { MILLISECOND = 1000, TIMEOUT_MOST_HOURS = 24 };

static const char *text_option(const struct options *o, const char *name, struct arena *arena)
{
    const struct option_value *v = option_get(o, name);
    return v == NULL ? NULL : arena_copy(arena, v->text.data, v->text.size);
}

static const char *file_of(const struct options *o, const char *name, struct arena *arena)
{
    const struct option_value *v = option_get(o, name);
    return v == NULL || v->file.size == 0 ? NULL : arena_copy(arena, v->file.data, v->file.size);
}

static const char *text_keep(struct text *t, struct arena *arena)
{
    const char *copy = arena_copy(arena, t->data, t->size);
    text_free(t);
    return copy;
}

static const char *path_option(const struct options *o, const char *name, struct arena *arena)
{
    const struct option_value *v = option_get(o, name);
    if (v == NULL)
        return NULL;
    struct text path;
    text_init(&path, arena->memory);
    path_resolve(&path, o->directory, v->text);
    return text_keep(&path, arena);
}

// What would break out of its header line.
static bool has_control(const char *s)
{
    for (; s != NULL && *s != '\0'; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            return true;
    return false;
}

static enum status check_login(const struct options *o, const struct url *url, const struct http_settings *s,
                               struct error *e)
{
    if (s->password != NULL && s->username == NULL)
        return error_set(e, STATUS_CONFIG, "a password without a username; give both");
    if (s->token != NULL && s->username != NULL)
        return error_set(e, STATUS_CONFIG, "a token and a username; give one of them");
    if (s->username != NULL && strchr(s->username, ':') != NULL)
        return error_set(e, STATUS_CONFIG, "username has a colon in it, which basic authentication cannot say");
    if (has_control(s->token))
        return error_set(e, STATUS_CONFIG, "token has a newline or another control character in it");
    if ((s->cert == NULL) != (s->key == NULL))
        return error_set(e, STATUS_CONFIG, "cert and key go together; %s is missing", s->cert == NULL ? "cert" : "key");
    if (!url->tls && (s->ca != NULL || s->cert != NULL))
        return error_set(e, STATUS_CONFIG, "%s is for TLS, and the url is plaintext; say https://",
                         s->ca != NULL ? "ca" : "cert");
    const char *secret = s->token != NULL ? "a token" : s->password != NULL ? "a password" : NULL;
    return url_check_secret(url, secret, option_boolean(o, "allowPlaintext"), e);
}

static const char *base_of(struct url *url, struct arena *arena)
{
    struct text whole;
    while (url->path.size > 0 && url->path.data[url->path.size - 1] == '/')
        url->path.size--;
    text_init(&whole, arena->memory);
    url_print(url, &url_http, &whole);
    return text_keep(&whole, arena);
}

enum status http_options_read(const struct options *options, struct arena *arena, struct http_settings *out,
                              const char **base, struct error *e)
{
    struct url url;
    enum status status = url_parse(option_text(options, "url"), &url_http, &url, e);
    if (status != STATUS_OK)
        return status;
    *out = (struct http_settings){
        .ca = path_option(options, "ca", arena),
        .cert = path_option(options, "cert", arena),
        .key = path_option(options, "key", arena),
        .username = text_option(options, "username", arena),
        .password = text_option(options, "password", arena),
        .token = text_option(options, "token", arena),
        .password_file = file_of(options, "password", arena),
        .token_file = file_of(options, "token", arena),
        .timeout = option_integer(options, "timeout", 30 * INT64_C(1000000)),
    };
    if (url.path.size > 0 &&
        (memchr(url.path.data, '?', url.path.size) != NULL || memchr(url.path.data, '#', url.path.size) != NULL))
        return error_set(e, STATUS_CONFIG, "url has a query or a fragment; wanted is https://HOST[:PORT][/PATH]");
    if (out->timeout < MILLISECOND || out->timeout > TIMEOUT_MOST_HOURS * INT64_C(3600000000))
        return error_set(e, STATUS_CONFIG, "timeout is out of range; wanted is from \"1 milliseconds\" to \"%d hours\"",
                         (int)TIMEOUT_MOST_HOURS);
    *base = base_of(&url, arena);
    return check_login(options, &url, out, e);
}
