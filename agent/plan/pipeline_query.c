// The query of the pipeline file: one string, an array of lines, or a file; and SQL texts with their places.
#include "agent/plan/pipeline_reader.h"

enum { QUERY_BYTES_MAX = 1 << 20 };

static bool has_newline(struct slice s)
{
    return s.size > 0 && memchr(s.data, '\n', s.size) != NULL;
}

static void line_of(const struct reader *r, const struct json *string, struct sql_line *out)
{
    struct place place = place_of(r, string);
    *out = (struct sql_line){place.line, place.column + 1, string->widths}; // behind the quote
}

struct sql_source sql_source_of(struct reader *r, const struct json *string)
{
    struct sql_source s = {.file = string->origin != NULL ? string->origin : r->source.file, .text = string->text};
    if (string->origin == NULL && !has_newline(string->text)) {
        struct sql_line *line = ARENA_NEW(r->arena, struct sql_line);
        line_of(r, string, line);
        s.lines = line;
    }
    return s;
}

// Lines joined by newlines. Places are the file's where each line is a string of its own.
static enum status read_lines(struct reader *r, const struct json *array)
{
    uint32_t count = json_count(array), size = 0;
    struct sql_line *lines = ARENA_ARRAY(r->arena, struct sql_line, count + 1);
    bool own = true;
    count = 0;
    for (const struct json *line = array->first; line != NULL; line = line->next) {
        enum status status = want_kind(r, line, JSON_STRING, "a line of the query");
        if (status != STATUS_OK)
            return status;
        if (line->text.size > QUERY_BYTES_MAX - size - 1)
            return refuse(r, line, "the query is longer than %d bytes", QUERY_BYTES_MAX);
        size += line->text.size + 1;
        own = own && line->origin == NULL && !has_newline(line->text);
        line_of(r, line, &lines[count++]);
    }
    char *text = arena_alloc(r->arena, size + 1u);
    uint32_t at = 0;
    for (const struct json *line = array->first; line != NULL; line = line->next) {
        if (line->text.size > 0)
            memcpy(text + at, line->text.data, line->text.size);
        at += line->text.size;
        text[at++] = '\n';
    }
    r->out->query = (struct sql_source){.file = array->origin != NULL ? array->origin : r->source.file,
                                        .text = {text, at == 0 ? 0 : at - 1},
                                        .lines = own && count > 0 ? lines : NULL};
    return STATUS_OK;
}

static enum status read_file(struct reader *r, const struct json *object)
{
    static const struct key keys[] = {{"file", false}, {NULL, false}};
    static const struct option_spec *const none[2] = {NULL, NULL};
    enum status status = check_keys(r, object, keys, none, "a query");
    if (status != STATUS_OK)
        return status;
    const struct json *file = json_member(object, "file");
    if (file == NULL)
        return refuse(r, object, "a query is a text, an array of lines, or {\"file\": \"q.sql\"}");
    status = want_kind(r, file, JSON_STRING, "file");
    if (status == STATUS_OK)
        status = read_text_file(r, file, file->text, QUERY_BYTES_MAX, &r->out->query.text);
    r->out->query.file = arena_copy(r->arena, file->text.data, file->text.size);
    return status;
}

enum status read_query(struct reader *r, const struct json *query)
{
    if (query->kind == JSON_ARRAY)
        return read_lines(r, query);
    if (query->kind == JSON_OBJECT)
        return read_file(r, query);
    enum status status = want_kind(r, query, JSON_STRING, "query");
    if (status == STATUS_OK)
        r->out->query = sql_source_of(r, query);
    return status;
}
