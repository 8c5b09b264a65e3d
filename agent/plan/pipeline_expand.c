// ${VAR}, ${VAR:-default}, ${VAR:?message} in any string, and {"secretFile": "…"} in place of one; files beside the
// pipeline file.
#include "agent/plan/pipeline_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SECRET_BYTES_MAX = 64 << 10, EXPANDED_BYTES_MAX = 1 << 20, VARIABLE_MAX = 128 };

// ---- files

struct slice absolute_path(struct reader *r, struct slice path)
{
    if ((path.size > 0 && path.data[0] == '/') || r->directory == NULL)
        return path;
    char *whole = arena_printf(r->arena, "%s/%.*s", r->directory, (int)path.size, path.data);
    return slice_of(whole);
}

static enum status unreadable(struct reader *r, const struct json *at, struct slice path, const char *why)
{
    if (at == NULL)
        return error_set(r->error, STATUS_USAGE, "%.*s: %s", (int)path.size, path.data, why);
    return refuse(r, at, "%.*s: %s", (int)path.size, path.data, why);
}

enum status read_text_file(struct reader *r, const struct json *at, struct slice path, size_t most, struct slice *out)
{
    struct slice whole = at == NULL ? path : absolute_path(r, path);
    FILE *f = fopen(arena_copy(r->arena, whole.data, whole.size), "rb");
    if (f == NULL)
        return unreadable(r, at, path, errno == ENOENT ? "there is no such file" : strerror(errno));
    size_t size = 0, capacity = 4096;
    char *bytes = arena_alloc(r->arena, capacity);
    for (;;) {
        size_t n = fread(bytes + size, 1, capacity - size, f);
        size += n;
        if (n == 0 || size > most)
            break;
        if (size == capacity) {
            char *grown = arena_alloc(r->arena, 2 * capacity);
            memcpy(grown, bytes, size);
            bytes = grown;
            capacity *= 2;
        }
    }
    int failed = ferror(f) ? errno : 0;
    fclose(f);
    if (failed != 0)
        return unreadable(r, at, path, strerror(failed));
    if (size > most)
        return unreadable(r, at, path, "the file is too large");
    *out = (struct slice){bytes, (uint32_t)size};
    return STATUS_OK;
}

// {"secretFile": "name"}: a bare name is looked for among systemd's credentials first.
static enum status read_secret(struct reader *r, struct json *object)
{
    const struct json *file = object->first;
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    enum status status = STATUS_FAILED;
    struct slice text, found = absolute_path(r, file->text);
    if (credentials != NULL && file->text.size > 0 && memchr(file->text.data, '/', file->text.size) == NULL) {
        char *path = arena_printf(r->arena, "%s/%.*s", credentials, (int)file->text.size, file->text.data);
        status = read_text_file(r, file, slice_of(path), SECRET_BYTES_MAX, &text);
        if (status == STATUS_OK)
            found = slice_of(path);
    }
    if (status != STATUS_OK)
        status = read_text_file(r, file, file->text, SECRET_BYTES_MAX, &text);
    if (status != STATUS_OK)
        return status;
    if (text.size > 0 && text.data[text.size - 1] == '\n')
        text.size -= text.size > 1 && text.data[text.size - 2] == '\r' ? 2 : 1;
    if (text.size > 0 && memchr(text.data, '\0', text.size) != NULL)
        return refuse(r, file, "%.*s: the secret has a NUL byte", (int)file->text.size, file->text.data);
    object->kind = JSON_STRING;
    object->text = text;
    object->secret_file = found;
    object->written = file->written.size > 0 ? file->written : file->text;
    object->first = NULL;
    return STATUS_OK;
}

static bool is_secret(const struct json *at)
{
    return at->kind == JSON_OBJECT && at->first != NULL && at->first->next == NULL &&
           slice_equal(at->first->name, SLICE("secretFile")) && at->first->kind == JSON_STRING;
}

// ---- variables

struct expansion {
    struct slice value; // of the variable, or its default
    uint32_t length;    // of "${…}"
};

static bool is_variable(struct slice name)
{
    for (uint32_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return name.size > 0 && name.size < VARIABLE_MAX;
}

// text begins with "${".
static enum status expand_one(struct reader *r, const struct json *at, struct slice text, struct expansion *out)
{
    const char *close = memchr(text.data, '}', text.size);
    if (close == NULL)
        return refuse(r, at, "\"${\" without \"}\": wanted is ${NAME}, ${NAME:-default} or ${NAME:?message}");
    struct slice inside = {text.data + 2, (uint32_t)(close - text.data) - 2};
    const char *colon = inside.size == 0 ? NULL : memchr(inside.data, ':', inside.size);
    struct slice name = {inside.data, colon == NULL ? inside.size : (uint32_t)(colon - inside.data)};
    struct slice rest = {colon, inside.size - name.size};
    out->length = inside.size + 3;
    if (!is_variable(name) || (colon != NULL && (rest.size < 2 || (rest.data[1] != '-' && rest.data[1] != '?'))))
        return refuse(r, at, "\"${%.*s}\" is none of ${NAME}, ${NAME:-default}, ${NAME:?message}", (int)inside.size,
                      inside.data);
    const char *value = getenv(arena_copy(r->arena, name.data, name.size));
    if (value != NULL && (value[0] != '\0' || colon == NULL)) {
        out->value = slice_of(value);
        return STATUS_OK;
    }
    if (colon != NULL && rest.data[1] == '-') {
        out->value = (struct slice){rest.data + 2, rest.size - 2};
        return STATUS_OK;
    }
    if (colon != NULL && rest.size > 2)
        return refuse(r, at, "%.*s: %.*s", (int)name.size, name.data, (int)rest.size - 2, rest.data + 2);
    return refuse(r, at, "the environment has no %.*s; set it, or write ${%.*s:-default}", (int)name.size, name.data,
                  (int)name.size, name.data);
}

static uint32_t columns_of(const struct json *string, uint32_t from, uint32_t size)
{
    uint32_t columns = 0;
    for (uint32_t i = from; i < from + size; i++)
        columns += string->widths != NULL ? string->widths[i] : ((unsigned char)string->text.data[i] & 0xC0) != 0x80;
    return columns < UINT8_MAX ? columns : UINT8_MAX;
}

// The whole "${…}" counts as wide as it stands in the file, on the first byte of what it became.
static enum status expand_string(struct reader *r, struct json *string)
{
    struct slice from = string->text;
    uint32_t size = 0, capacity = from.size + 64;
    char *to = arena_alloc(r->arena, capacity);
    uint8_t *widths = arena_zalloc(r->arena, capacity);
    for (uint32_t i = 0; i < from.size;) {
        struct expansion x = {{from.data + i, 1}, 1};
        if (from.data[i] == '$' && i + 1 < from.size && from.data[i + 1] == '{') {
            enum status status = expand_one(r, string, (struct slice){from.data + i, from.size - i}, &x);
            if (status != STATUS_OK)
                return status;
        }
        if (x.value.size > EXPANDED_BYTES_MAX - size)
            return refuse(r, string, "with its variables this is longer than %d bytes", EXPANDED_BYTES_MAX);
        if (capacity - size < x.value.size + 1) {
            uint32_t more = 2 * capacity + x.value.size;
            char *grown = arena_alloc(r->arena, more);
            uint8_t *wider = arena_zalloc(r->arena, more);
            memcpy(grown, to, size);
            memcpy(wider, widths, size);
            to = grown;
            widths = wider;
            capacity = more;
        }
        widths[size] = (uint8_t)columns_of(string, i, x.length);
        memcpy(to + size, x.value.data, x.value.size);
        size += x.value.size;
        i += x.length;
    }
    string->text = (struct slice){to, size};
    string->written = from;
    string->widths = widths;
    return STATUS_OK;
}

static bool has_variable(struct slice s)
{
    for (uint32_t i = 0; i + 1 < s.size; i++)
        if (s.data[i] == '$' && s.data[i + 1] == '{')
            return true;
    return false;
}

enum status reader_expand(struct reader *r, struct json *at)
{
    enum status status = STATUS_OK;
    if (at->kind == JSON_STRING && has_variable(at->text))
        return expand_string(r, at);
    for (struct json *child = at->first; child != NULL && status == STATUS_OK; child = child->next)
        status = reader_expand(r, child);
    if (status == STATUS_OK && is_secret(at))
        status = read_secret(r, at);
    return status;
}
