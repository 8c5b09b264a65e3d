#include "agent/plan/json_file.h"

#include "agent/sql/caret.h"

#include <assert.h>
#include <cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { JSON_SIZE_MAX = 16 << 20 };

enum status json_error_at(const struct json_text *source, uint32_t at, uint32_t length, struct error *e,
                          const char *format, ...)
{
    char words[ERROR_TEXT_MAX / 2], caret[ERROR_TEXT_MAX / 4];
    uint32_t line;
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    uint32_t start = caret_line_start(source->text, at, &line);
    uint32_t column = caret_characters((struct slice){source->text.data + start, at - start});
    caret_print(source->text, at, length, caret, sizeof caret);
    return error_set(e, STATUS_CONFIG, "%s%s%u:%u: %s\n%s", source->file == NULL ? "" : source->file,
                     source->file == NULL ? "" : ":", line + 1, column + 1, words, caret);
}

// ---- comments

// A copy in which comments (and a byte order mark) are blanks, so that places stay.
static enum status blank_comments(const struct json_text *source, struct arena *arena, char **out, struct error *e)
{
    char *t = arena_copy(arena, source->text.data, source->text.size);
    uint32_t size = source->text.size;
    bool string = false;
    *out = t;
    if (size >= 3 && memcmp(t, "\xEF\xBB\xBF", 3) == 0)
        memset(t, ' ', 3);
    for (uint32_t i = 0; i < size; i++) {
        if (string && t[i] == '\\') {
            i++;
        } else if (t[i] == '"') {
            string = !string;
        } else if (t[i] == '\n') {
            string = false; // a string that is not closed: let the check say so, here
        } else if (!string && t[i] == '/' && i + 1 < size && t[i + 1] == '/') {
            while (i < size && t[i] != '\n')
                t[i++] = ' ';
        } else if (!string && t[i] == '/' && i + 1 < size && t[i + 1] == '*') {
            uint32_t begin = i;
            for (i += 2; i + 1 < size && !(t[i] == '*' && t[i + 1] == '/'); i++)
                ;
            if (i + 1 >= size)
                return json_error_at(source, begin, 2, e, "this comment has no end; close it with */");
            for (uint32_t k = begin; k < i + 2; k++)
                t[k] = t[k] == '\n' ? '\n' : ' ';
            i++;
        }
    }
    return STATUS_OK;
}

// ---- text and tree in lockstep

struct walker {
    const struct json_text *source;
    struct arena *arena;
    const char *text; // without comments
    uint32_t at;      // what the tree says next begins at or behind this
    struct error *error;
};

// To the next byte that is no blank and no separator: what stands there, the tree knows.
static void skip_to_token(struct walker *w)
{
    while (w->at < w->source->text.size && strchr(" \t\r\n,:", w->text[w->at]) != NULL)
        w->at++;
}

static uint32_t utf8_length(unsigned code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
}

// Behind the string that begins at w->at. *escaped: it has escapes.
static void skip_string(struct walker *w, bool *escaped)
{
    *escaped = false;
    for (w->at++; w->text[w->at] != '"'; w->at++) {
        if (w->text[w->at] == '\\') {
            *escaped = true;
            w->at++;
        }
    }
    w->at++;
}

// The columns that each byte of a string's value takes in the file.
static const uint8_t *string_widths(struct walker *w, uint32_t begin, uint32_t size)
{
    uint8_t *widths = arena_zalloc(w->arena, size + 1u);
    uint32_t to = 0;
    for (uint32_t i = begin + 1; w->text[i] != '"' && to < size;) {
        if (w->text[i] != '\\') {
            widths[to++] = ((unsigned char)w->text[i++] & 0xC0) != 0x80;
        } else if (w->text[i + 1] != 'u') {
            widths[to++] = 2;
            i += 2;
        } else {
            const char digits[5] = {w->text[i + 2], w->text[i + 3], w->text[i + 4], w->text[i + 5], 0};
            unsigned code = (unsigned)strtoul(digits, NULL, 16);
            bool pair = code >= 0xD800 && code <= 0xDBFF;
            widths[to] = pair ? 12 : 6;
            to += pair ? 4 : utf8_length(code);
            i += pair ? 12 : 6;
        }
    }
    return widths;
}

static enum status build(struct walker *w, const cJSON *item, struct json *out);

static enum status refuse_twin(struct walker *w, const struct json *object, const struct json *member)
{
    for (const struct json *other = object->first; other != NULL && other != member; other = other->next)
        if (slice_equal(other->name, member->name))
            return json_error_at(w->source, member->name_at, member->name.size + 2, w->error,
                                 "\"%.*s\" is given twice; keep one", (int)member->name.size, member->name.data);
    return STATUS_OK;
}

static enum status build_members(struct walker *w, const cJSON *item, struct json *out)
{
    struct json **tail = &out->first;
    bool escaped;
    w->at++;
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        struct json *member = ARENA_NEW(w->arena, struct json);
        *tail = member;
        tail = &member->next;
        if (out->kind == JSON_OBJECT) {
            skip_to_token(w);
            member->name_at = w->at;
            member->name = (struct slice){arena_copy(w->arena, child->string, strlen(child->string)),
                                          (uint32_t)strlen(child->string)};
            skip_string(w, &escaped);
            enum status status = refuse_twin(w, out, member);
            if (status != STATUS_OK)
                return status;
        }
        enum status status = build(w, child, member);
        if (status != STATUS_OK)
            return status;
    }
    skip_to_token(w);
    w->at++;
    return STATUS_OK;
}

static void build_scalar(struct walker *w, const cJSON *item, struct json *out)
{
    bool escaped;
    if (cJSON_IsString(item)) {
        uint32_t size = (uint32_t)strlen(item->valuestring);
        out->kind = JSON_STRING;
        out->text = (struct slice){arena_copy(w->arena, item->valuestring, size), size};
        skip_string(w, &escaped);
        out->widths = escaped ? string_widths(w, out->at, size) : NULL;
        return;
    }
    out->kind = cJSON_IsNumber(item) ? JSON_NUMBER : cJSON_IsBool(item) ? JSON_BOOLEAN : JSON_NULL;
    out->boolean = cJSON_IsTrue(item) != 0;
    while (w->at < w->source->text.size && strchr(" \t\r\n,:]}", w->text[w->at]) == NULL)
        w->at++;
    out->text = (struct slice){w->source->text.data + out->at, w->at - out->at};
}

static enum status build(struct walker *w, const cJSON *item, struct json *out)
{
    enum status status = STATUS_OK;
    skip_to_token(w);
    out->at = w->at;
    if (cJSON_IsObject(item) || cJSON_IsArray(item)) {
        out->kind = cJSON_IsObject(item) ? JSON_OBJECT : JSON_ARRAY;
        status = build_members(w, item, out);
    } else {
        build_scalar(w, item, out);
    }
    out->size = w->at - out->at;
    return status;
}

// Where a text ends too early, its last character is the place a person looks at, not the blank line behind it.
static enum status refuse_text(const struct json_text *source, const char *text, uint32_t at, const char *expected,
                               struct error *e)
{
    uint32_t end = source->text.size;
    while (end > 0 && strchr(" \t\r\n", text[end - 1]) != NULL)
        end--;
    if (at < end || end == 0)
        return json_error_at(source, at, 1, e, "this is not JSON: expected %s", expected);
    return json_error_at(source, end - 1, 1, e, "this is not JSON: the text ends here, where is expected %s", expected);
}

enum status json_read(const struct json_text *source, struct arena *arena, struct json **out, struct error *e)
{
    char *text;
    uint32_t at;
    const char *expected;
    *out = NULL;
    if (source->text.size > JSON_SIZE_MAX)
        return error_set(e, STATUS_CONFIG, "%s: %u bytes; at most %d are read",
                         source->file == NULL ? "" : source->file, source->text.size, JSON_SIZE_MAX);
    enum status status = blank_comments(source, arena, &text, e);
    if (status != STATUS_OK)
        return status;
    if (!json_check((struct slice){text, source->text.size}, &at, &expected))
        return refuse_text(source, text, at, expected, e);
    const char *end = text;
    cJSON *tree = cJSON_ParseWithLengthOpts(text, source->text.size, &end, false);
    if (tree == NULL)
        return json_error_at(source, (uint32_t)(end - text), 1, e, "this is not JSON (half a surrogate pair?)");
    struct walker w = {.source = source, .arena = arena, .text = text, .error = e};
    struct json *root = ARENA_NEW(arena, struct json);
    status = build(&w, tree, root);
    cJSON_Delete(tree);
    if (status == STATUS_OK)
        *out = root;
    return status;
}

struct json *json_member(const struct json *object, const char *name)
{
    struct slice wanted = slice_of(name);
    if (object == NULL || object->kind != JSON_OBJECT)
        return NULL;
    for (struct json *member = object->first; member != NULL; member = member->next)
        if (slice_equal(member->name, wanted))
            return member;
    return NULL;
}

uint32_t json_count(const struct json *parent)
{
    uint32_t n = 0;
    for (const struct json *child = parent->first; child != NULL; child = child->next)
        n++;
    return n;
}

const char *json_kind_name(enum json_kind kind)
{
    static const char *const names[] = {"null", "true or false", "a number", "a string", "an array", "an object"};
    return names[kind];
}
