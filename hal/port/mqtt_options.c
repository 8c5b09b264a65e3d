#include "hal/port/mqtt_options.h"

#include "hal/port/path.h"
#include "hal/port/url.h"
#include "ops/utf8.h"

#include <stdlib.h>

enum {
    KEEPALIVE_LEAST = 5,
    KEEPALIVE_MOST = 65535,
    TEXT_MAX = 65535, // of every string in MQTT
    SECOND = 1000 * 1000,
};

const char *const mqtt_versions[] = {"5", "3.1.1", NULL};

static const char *text_option(const struct options *o, const char *name, struct arena *arena)
{
    const struct option_value *v = option_get(o, name);
    return v == NULL ? NULL : arena_copy(arena, v->text.data, v->text.size);
}

static const char *path_option(const struct options *o, const char *name, struct arena *arena)
{
    const struct option_value *v = option_get(o, name);
    if (v == NULL)
        return NULL;
    struct text path;
    text_init(&path, arena->memory);
    path_resolve(&path, o->directory, v->text);
    const char *copy = arena_copy(arena, path.data, path.size);
    text_free(&path);
    return copy;
}

bool mqtt_character_valid(uint32_t code)
{
    bool control = code < ' ' || (code >= 0x7F && code <= 0x9F);
    bool none = (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE;
    return !control && !none;
}

bool mqtt_text_valid(struct slice text)
{
    if (text.size > TEXT_MAX || !utf8_valid(text.data, text.size))
        return false;
    uint32_t code;
    for (size_t i = 0; i < text.size;) {
        i += utf8_read(text.data + i, text.size - i, &code);
        if (!mqtt_character_valid(code))
            return false;
    }
    return true;
}

static bool password_valid(const char *s)
{
    return s == NULL || (strlen(s) <= TEXT_MAX && utf8_valid(s, strlen(s)));
}

static bool read_keepalive(struct slice text, uint16_t *out)
{
    int64_t micros, seconds = 0;
    bool digits = text.size > 0 && text.size <= 5;
    for (uint32_t i = 0; digits && i < text.size; i++) {
        digits = text.data[i] >= '0' && text.data[i] <= '9';
        seconds = seconds * 10 + (text.data[i] - '0');
    }
    if (!digits) {
        if (!duration_parse(text, &micros))
            return false;
        seconds = micros / SECOND;
    }
    *out = (uint16_t)seconds;
    return seconds >= KEEPALIVE_LEAST && seconds <= KEEPALIVE_MOST;
}

static enum status read_login(const struct options *o, const struct url *url, struct arena *arena,
                              struct mqtt_settings *out, struct error *e)
{
    out->username = text_option(o, "username", arena);
    out->password = text_option(o, "password", arena);
    const struct option_value *password = option_get(o, "password");
    out->password_file = password == NULL || password->file.size == 0
                             ? NULL
                             : arena_copy(arena, password->file.data, password->file.size);
    out->tls = (struct mqtt_tls){.on = url->tls,
                                 .ca = path_option(o, "ca", arena),
                                 .cert = path_option(o, "cert", arena),
                                 .key = path_option(o, "key", arena)};
    if (out->password != NULL && out->username == NULL)
        return error_set(e, STATUS_CONFIG, "a password without a username; give both");
    if ((out->tls.cert == NULL) != (out->tls.key == NULL))
        return error_set(e, STATUS_CONFIG, "cert and key go together; %s is missing",
                         out->tls.cert == NULL ? "cert" : "key");
    if (!url->tls && (out->tls.ca != NULL || out->tls.cert != NULL))
        return error_set(e, STATUS_CONFIG, "%s is for TLS, and the url is plaintext; say mqtts://",
                         out->tls.ca != NULL ? "ca" : "cert");
    if ((out->username != NULL && !mqtt_text_valid(slice_of(out->username))) || !password_valid(out->password))
        return error_set(e, STATUS_CONFIG,
                         "username and password are UTF-8 of at most %d bytes, the username without control characters",
                         TEXT_MAX);
    return url_check_secret(url, out->password != NULL ? "a password" : NULL, option_boolean(o, "allowPlaintext"), e);
}

enum status mqtt_options_read(const struct options *o, const struct port *port, const char *client_id,
                              struct arena *arena, struct mqtt_settings *out, struct error *e)
{
    struct url url;
    if (port != NULL && port->mqtt == NULL)
        return error_set(e, STATUS_CONFIG, "this build has no MQTT (RUNNEL_MQTT)");
    enum status status = url_parse(option_text(o, "url"), &url_mqtt, &url, e);
    if (status != STATUS_OK)
        return status;
    out->host = arena_copy(arena, url.host, strlen(url.host));
    out->port = url.port;
    out->version = slice_equal(option_text(o, "version"), SLICE("3.1.1")) ? MQTT_3_1_1 : MQTT_5;
    const char *given = text_option(o, "clientId", arena);
    out->client_id = given != NULL ? given : arena_copy(arena, client_id, strlen(client_id));
    if (out->client_id[0] == '\0' || !mqtt_text_valid(slice_of(out->client_id)))
        return error_set(e, STATUS_CONFIG, "clientId is empty, too long, not UTF-8, or has control characters in it");
    if (!read_keepalive(option_text(o, "keepalive"), &out->keepalive))
        return error_set(e, STATUS_CONFIG, "keepalive is %.*s; wanted is a time from \"%d seconds\" to \"%d seconds\"",
                         (int)option_text(o, "keepalive").size, option_text(o, "keepalive").data, KEEPALIVE_LEAST,
                         KEEPALIVE_MOST);
    return read_login(o, &url, arena, out, e);
}

// ---- will and birth

static enum status read_member(struct slice name, struct slice value, struct arena *arena, const char **topic,
                               struct slice *payload, int *qos, bool *retain, struct error *e)
{
    if (slice_equal_fold(name, SLICE("topic"))) {
        *topic = arena_copy(arena, value.data, value.size);
        if (!mqtt_topic_valid(value))
            return error_set(e, STATUS_CONFIG, "topic \"%s\" is none that can be sent to", *topic);
    } else if (slice_equal_fold(name, SLICE("payload"))) {
        *payload = value;
    } else if (slice_equal_fold(name, SLICE("qos"))) {
        if (value.size != 1 || value.data[0] < '0' || value.data[0] > '2')
            return error_set(e, STATUS_CONFIG, "qos is %.*s; wanted is 0, 1 or 2", (int)value.size, value.data);
        *qos = value.data[0] - '0';
    } else if (slice_equal_fold(name, SLICE("retain"))) {
        *retain = slice_equal_fold(value, SLICE("true"));
        if (!*retain && !slice_equal_fold(value, SLICE("false")))
            return error_set(e, STATUS_CONFIG, "retain is %.*s; wanted is true or false", (int)value.size, value.data);
    } else {
        return error_set(e, STATUS_CONFIG, "unknown \"%.*s\"; it has topic, payload, qos, retain", (int)name.size,
                         name.data);
    }
    return STATUS_OK;
}

enum status mqtt_options_message(const struct options *options, const char *name, struct arena *arena,
                                 const char **topic, struct slice *payload, int *qos, bool *retain, struct error *e)
{
    const struct option_value *v = option_get(options, name);
    *topic = NULL;
    *payload = (struct slice){"", 0};
    *qos = 0;
    *retain = false;
    if (v == NULL)
        return STATUS_OK;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i + 1 < v->list_size && status == STATUS_OK; i += 2)
        status = read_member(v->list[i], v->list[i + 1], arena, topic, payload, qos, retain, e);
    if (status == STATUS_OK && *topic == NULL)
        status = error_set(e, STATUS_CONFIG, "it has no topic");
    if (status != STATUS_OK)
        error_prefix(e, "%s", name);
    return status;
}

// ---- topics

bool mqtt_topic_valid(struct slice topic)
{
    return topic.size > 0 && mqtt_text_valid(topic) && memchr(topic.data, '+', topic.size) == NULL &&
           memchr(topic.data, '#', topic.size) == NULL;
}

bool mqtt_filter_valid(struct slice filter)
{
    if (filter.size == 0 || !mqtt_text_valid(filter))
        return false;
    for (uint32_t i = 0; i < filter.size; i++) {
        char c = filter.data[i];
        if (c != '+' && c != '#')
            continue;
        bool begins = i == 0 || filter.data[i - 1] == '/', ends = i + 1 == filter.size;
        if (!begins || !(ends || (c == '+' && filter.data[i + 1] == '/')))
            return false;
    }
    return true;
}
