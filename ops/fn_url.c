// URLs: url_encode, url_decode, parse_url (urlExpressions.scala; java.net.URLEncoder, URLDecoder, URI). What ends the
// query in Spark is NULL here.
#include "ops/kernel.h"
#include "ops/result.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// ---- encoding

static void url_encode(const struct call *c, const struct rows *rows)
{
    static const char digits[] = "0123456789ABCDEF";
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        char *begin = string_room(c, i, 3 * (uint64_t)s.size), *to = begin;
        for (uint32_t k = 0; to != NULL && k < s.size; k++) {
            char byte = s.data[k];
            if (is_letter(byte) || is_digit(byte) || is_one_of(byte, ".-*_")) {
                *to++ = byte;
            } else if (byte == ' ') {
                *to++ = '+';
            } else {
                *to++ = '%';
                *to++ = digits[(unsigned char)byte >> 4];
                *to++ = digits[(unsigned char)byte & 15];
            }
        }
        if (to != NULL)
            c->out->slice[i].size = (uint32_t)(to - begin);
    }
}

static void url_decode(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        char *begin = string_room(c, i, s.size), *to = begin;
        bool good = true;
        for (uint32_t k = 0; good && k < s.size; k++) {
            if (s.data[k] != '%') {
                *to++ = s.data[k] == '+' ? ' ' : s.data[k];
                continue;
            }
            int high = k + 2 < s.size ? hex_value(s.data[k + 1]) : -1, low = high < 0 ? -1 : hex_value(s.data[k + 2]);
            good = low >= 0;
            *to = good ? (char)(high * 16 + low) : *to;
            to += good;
            k += 2;
        }
        c->out->slice[i].size = (uint32_t)(to - begin);
        c->out->null[i] = !good;
    }
}

static enum status bind_code(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->nullable = true;
    b->kernel = b->function == &function_url_encode ? url_encode : url_decode;
    return binding_want(b, 0, WANT_STRING, e);
}

// ---- parts. data NULL: the part is not there

struct url {
    struct slice scheme, authority, user, host, path, query, fragment;
};

static bool is_character(struct slice s, uint32_t k, const char *punctuation)
{
    char c = s.data[k];
    if (c == '%')
        return k + 2 < s.size && hex_value(s.data[k + 1]) >= 0 && hex_value(s.data[k + 2]) >= 0;
    return is_letter(c) || is_digit(c) || (unsigned char)c >= 0x80 || is_one_of(c, punctuation);
}

static bool are_characters(struct slice s, const char *punctuation)
{
    for (uint32_t k = 0; k < s.size; k++)
        if (!is_character(s, k, punctuation))
            return false;
    return true;
}

static struct slice part(struct slice s, uint32_t from, uint32_t to)
{
    return (struct slice){s.data + from, to - from};
}

static uint32_t find_any(struct slice s, uint32_t from, const char *set)
{
    while (from < s.size && !is_one_of(s.data[from], set))
        from++;
    return from;
}

static bool is_address(struct slice s)
{
    uint32_t parts = 0, k = 0;
    while (k < s.size && parts < 4) {
        unsigned v = 0, digits = 0;
        for (; k < s.size && is_digit(s.data[k]) && digits < 4; k++, digits++)
            v = v * 10 + (unsigned)(s.data[k] - '0');
        if (digits == 0 || v > 255)
            return false;
        parts++;
        if (k < s.size && parts < 4 && s.data[k++] != '.')
            return false;
    }
    return parts == 4 && k == s.size;
}

// Labels of letters, digits and inner hyphens, the last of them begun by a letter; a dot may end it.
static bool is_host_name(struct slice s)
{
    uint32_t label = 0;
    if (s.size > 0 && s.data[s.size - 1] == '.')
        s.size--;
    for (uint32_t k = 0; k <= s.size; k++) {
        if (k < s.size && s.data[k] != '.') {
            if (!is_letter(s.data[k]) && !is_digit(s.data[k]) && s.data[k] != '-')
                return false;
            continue;
        }
        if (k == label || s.data[label] == '-' || s.data[k - 1] == '-')
            return false;
        if (k == s.size)
            return is_letter(s.data[label]);
        label = k + 1;
    }
    return false;
}

// user@host:port; what does not have that form is an authority without a host.
static void split_authority(struct url *u)
{
    struct slice s = u->authority, user = {0};
    uint32_t at_sign = find_any(s, 0, "@");
    if (at_sign < s.size) {
        user = part(s, 0, at_sign);
        s = part(s, at_sign + 1, s.size);
    }
    uint32_t end = s.size > 0 && s.data[0] == '[' ? find_any(s, 0, "]") + 1 : find_any(s, 0, ":");
    if (end > s.size)
        return;
    for (uint32_t k = end + 1; k < s.size; k++)
        if (!is_digit(s.data[k]))
            return;
    struct slice host = part(s, 0, end);
    bool literal = s.data[0] == '[' && are_characters(part(s, 1, end - 1), ":.%");
    if ((end < s.size && s.data[end] != ':') || !(literal || is_address(host) || is_host_name(host)))
        return;
    u->host = host;
    u->user = user;
}

// Behind "scheme:". false: no such URI.
static bool split_rest(struct slice s, struct url *u)
{
    uint32_t k = 0, end;
    if (s.size >= 2 && s.data[0] == '/' && s.data[1] == '/') {
        end = find_any(s, 2, "/?#");
        if (end == 2 && (end == s.size || s.data[end] != '/'))
            return false;
        if (end > 2) {
            u->authority = part(s, 2, end);
            if (!are_characters(u->authority, "_-!.~'()*,;:$&+=@[]"))
                return false;
            split_authority(u);
        }
        k = end;
    }
    end = find_any(s, k, "?#");
    u->path = part(s, k, end);
    if (end < s.size && s.data[end] == '?') {
        k = end + 1;
        end = find_any(s, k, "#");
        u->query = part(s, k, end);
    }
    return are_characters(u->path, "_-!.~'()*,;:$&+=@/") && are_characters(u->query, "_-!.~'()*,;:$&+=@/?[]");
}

static bool url_parse(struct slice s, struct url *u)
{
    *u = (struct url){.path = {NULL, 0}};
    uint32_t hash = find_any(s, 0, "#"), colon = find_any(s, 0, ":/?#");
    if (hash < s.size) {
        u->fragment = part(s, hash + 1, s.size);
        s.size = hash;
        if (!are_characters(u->fragment, "_-!.~'()*,;:$&+=@/?[]"))
            return false;
    }
    if (colon >= s.size || s.data[colon] != ':')
        return split_rest(s, u);
    u->scheme = part(s, 0, colon);
    if (colon == 0 || !is_letter(s.data[0]))
        return false;
    for (uint32_t k = 0; k < colon; k++)
        if (!is_letter(s.data[k]) && !is_digit(s.data[k]) && !is_one_of(s.data[k], "+-."))
            return false;
    struct slice rest = part(s, colon + 1, s.size);
    if (rest.size == 0)
        return false;
    if (rest.data[0] == '/')
        return split_rest(rest, u);
    return are_characters(rest, "_-!.~'()*,;:$&+=@/?[]"); // opaque: mailto:a@b
}

// The value of key=value in a query.
static struct slice query_value(struct slice query, struct slice key)
{
    uint32_t k = 0;
    while (query.data != NULL && k <= query.size) {
        uint32_t end = find_any(query, k, "&");
        struct slice pair = part(query, k, end);
        if (pair.size > key.size && memcmp(pair.data, key.data, key.size) == 0 && pair.data[key.size] == '=')
            return part(pair, key.size + 1, pair.size);
        k = end + 1;
    }
    return (struct slice){NULL, 0};
}

// The path and the query lie side by side.
static struct slice file_of(const struct url *u)
{
    if (u->path.data == NULL || u->query.data == NULL)
        return u->path;
    return (struct slice){u->path.data, u->path.size + 1 + u->query.size};
}

static struct slice url_part(const struct url *u, struct slice name)
{
    const struct {
        const char *name;
        struct slice part;
    } parts[] = {{"HOST", u->host},       {"PATH", u->path},    {"QUERY", u->query},         {"REF", u->fragment},
                 {"PROTOCOL", u->scheme}, {"FILE", file_of(u)}, {"AUTHORITY", u->authority}, {"USERINFO", u->user}};
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
        if (slice_equal(name, slice_of(parts[k].name)))
            return parts[k].part;
    return (struct slice){NULL, 0};
}

static void parse_url(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        struct url u;
        if (row_is_null(c, i))
            continue;
        struct slice found = {NULL, 0}, name = slice_at(c->in[1], i);
        if (url_parse(slice_at(c->in[0], i), &u))
            found = c->argc == 2                        ? url_part(&u, name)
                    : slice_equal(name, SLICE("QUERY")) ? query_value(u.query, slice_at(c->in[2], i))
                                                        : found;
        c->out->null[i] = found.data == NULL;
        c->out->slice[i] = found;
    }
}

static enum status bind_parse(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->nullable = true;
    b->kernel = parse_url;
    return binding_wants(b, (const enum want[]){WANT_TEXT, WANT_TEXT, WANT_TEXT}, 3, e);
}

const struct function function_url_encode = {
    .name = "url_encode",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_code,
    .usage = "url_encode(str)",
    .summary = "The text as application/x-www-form-urlencoded has it.",
    .example = "url_encode('a b&c')",
    .gives = "\"a+b%26c\"",
};
const struct function function_url_decode = {
    .name = "url_decode",
    .alias = (const char *const[]){"try_url_decode", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_code,
    .usage = "url_decode(str)",
    .summary = "The text that url_encode made; NULL where it is none.",
    .example = "url_decode('a+b%26c')",
    .gives = "\"a b&c\"",
};
const struct function function_parse_url = {
    .name = "parse_url",
    .alias = (const char *const[]){"try_parse_url", NULL},
    .min_args = 2,
    .max_args = 3,
    .bind = bind_parse,
    .usage = "parse_url(url, part[, key])",
    .summary = "A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO; with a key, what the "
               "QUERY has for it. NULL where it is not there.",
    .example = "parse_url('http://spark.apache.org/path?query=1', 'QUERY', 'query')",
    .gives = "\"1\"",
};
