// A pipeline without a file: `runnel sql "SELECT …" --from socket://localhost:9999 --to console`. The flags become the
// text of a pipeline file, which is read as any other: one reader, one set of rules and messages.
#include "agent/cli/command.h"
#include "agent/cli/runner.h"

#include "agent/sql/parse.h"
#include "ops/encoder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// FORMAT, FORMAT:PATH, FORMAT://HOST:PORT, each with ?option=value&…
static void write_url(struct text *out, const char *url, const char *schema, bool is_source)
{
    size_t format = strcspn(url, ":?");
    text_string(out, "{\"format\":");
    json_append_string(out, (struct slice){url, (uint32_t)format});
    const char *rest = url + format, *question = strchr(rest, '?');
    struct slice place = {rest, (uint32_t)(question ? (size_t)(question - rest) : strlen(rest))};
    if (place.size >= 3 && memcmp(place.data, "://", 3) == 0 && is_source && strncmp(url, "socket", 6) == 0) {
        place = (struct slice){place.data + 3, place.size - 3};
        const char *colon = memrchr(place.data, ':', place.size);
        uint32_t host = colon ? (uint32_t)(colon - place.data) : place.size;
        text_string(out, ",\"host\":");
        json_append_string(out, (struct slice){place.data, host});
        if (colon) {
            text_string(out, ",\"port\":");
            json_append_string(out, (struct slice){colon + 1, place.size - host - 1});
        }
    } else if (place.size > 1) {
        uint32_t skip = place.size >= 3 && memcmp(place.data, "://", 3) == 0 ? 3 : 1;
        if (place.size > skip) {
            text_string(out, ",\"path\":");
            json_append_string(out, (struct slice){place.data + skip, place.size - skip});
        }
    }
    for (const char *at = question; at && at[1]; at = strchr(at + 1, '&')) {
        const char *name = at + 1;
        size_t size = strcspn(name, "=&");
        text_char(out, ',');
        json_append_string(out, (struct slice){name, (uint32_t)size});
        text_char(out, ':');
        const char *value = name[size] == '=' ? name + size + 1 : "true";
        json_append_string(out, (struct slice){value, (uint32_t)(name[size] == '=' ? strcspn(value, "&") : 4)});
    }
    if (schema) {
        text_string(out, ",\"schema\":");
        json_append_string(out, slice_of(schema));
    }
}

// The one table that the query names is the source's name.
static struct slice table_of(const struct ast_relation *r);

static struct slice table_of_query(const struct ast_select *q)
{
    if (!q)
        return (struct slice){0};
    return q->from ? table_of(q->from) : table_of_query(q->left);
}

static struct slice table_of(const struct ast_relation *r)
{
    switch (r->kind) {
    case AST_TABLE:
        return r->name;
    case AST_DERIVED:
        return table_of_query(r->query);
    default:
        return table_of(r->left);
    }
}

static void write_watermark(struct text *out, const char *watermark)
{
    const char *comma = strchr(watermark, ',');
    size_t name = comma ? (size_t)(comma - watermark) : strlen(watermark);
    text_string(out, ",\"watermark\":{\"column\":");
    json_append_string(out, (struct slice){watermark, (uint32_t)name});
    text_string(out, ",\"delay\":");
    json_append_string(out, slice_of(comma ? comma + 1 + strspn(comma + 1, " ") : ""));
    text_char(out, '}');
}

static void write_pipeline(struct text *out, const struct arguments *a, struct slice table)
{
    text_string(out, "{\"name\":\"sql\",\"sources\":{");
    json_append_string(out, table);
    text_char(out, ':');
    write_url(out, a->from, a->schema, true);
    if (a->watermark)
        write_watermark(out, a->watermark);
    text_string(out, "}},\"query\":");
    json_append_string(out, slice_of(a->operand[0]));
    text_string(out, ",\"outputMode\":");
    json_append_string(out, slice_of(a->mode ? a->mode : "update"));
    if (a->trigger) {
        text_string(out, ",\"trigger\":{\"processingTime\":");
        json_append_string(out, slice_of(a->trigger));
        text_char(out, '}');
    }
    text_string(out, ",\"sinks\":{\"out\":");
    write_url(out, a->to ? a->to : "console", NULL, false);
    text_string(out, "}}}");
}

static void remove_directory(const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *entry; d && (entry = readdir(d));)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(d), entry->d_name, 0);
    if (d)
        closedir(d);
    rmdir(path);
}

static enum status run_text(struct arguments *a, struct arena *arena, struct memory *memory, struct error *e)
{
    struct sql_source source = {.text = slice_of(a->operand[0])};
    struct ast_select *query;
    enum status s = sql_parse(&source, arena, &query, e);
    if (s != STATUS_OK)
        return s;
    struct slice table = table_of_query(query);
    struct text text;
    text_init(&text, memory);
    write_pipeline(&text, a, table.size ? table : SLICE("source"));
    struct pipeline *p;
    s = pipeline_parse(text_view(&text), NULL, ".", a->set, a->sets, arena, &p, e);
    if (s == STATUS_OK && !p->query.file)
        p->query = source; // places are the query's, as it was written
    // Without --state it remembers nothing.
    const char *temporary = getenv("TMPDIR");
    char *scratch = arena_printf(arena, "%s/runnel-sql-XXXXXX", temporary && *temporary ? temporary : "/tmp");
    bool own = s == STATUS_OK && !a->state;
    if (own && !mkdtemp(scratch))
        s = error_set(e, STATUS_FAILED, "runnel sql: cannot make %s: %s", scratch, strerror(errno));
    a->private = own;
    if (own)
        a->state = scratch;
    if (s == STATUS_OK)
        s = runner_run(p, a, arena, memory, e);
    if (own) {
        remove_directory(arena_printf(arena, "%s/sql", scratch));
        rmdir(scratch);
    }
    text_free(&text);
    return s;
}

static enum status sql(int argc, char **argv, struct error *e)
{
    static const char *const flags[] = {"from",          "to",    "schema", "watermark", "mode",      "trigger",
                                        "available-now", "state", "device", "set",       "log-level", NULL};
    struct arguments a;
    enum status s = arguments_read(argc, argv, flags, &a, e);
    if (s == STATUS_OK && (a.operands != 1 || !a.from))
        s = error_set(e, STATUS_USAGE,
                      "runnel sql: wants one query and --from, such as --from socket://localhost:9999");
    if (s != STATUS_OK)
        return s;
    struct memory memory = {0};
    struct arena arena;
    arena_init(&arena, &memory, 16 * 1024);
    s = run_text(&a, &arena, &memory, e);
    arena_free(&arena);
    return s;
}

const struct command command_sql = {
    .name = "sql",
    .usage = "sql \"SELECT …\" --from FORMAT[:PATH|://HOST:PORT][?option=value&…] [--to FORMAT[:PATH]]\n"
             "             [--schema DDL] [--watermark \"COLUMN, DELAY\"] [--mode append|update|complete] [--trigger "
             "INTERVAL]\n"
             "             [--available-now] [--state DIR] [--device NAME] [--set path=value]… [--log-level LEVEL]",
    .summary = "runs a query without a pipeline file (mode update, to the console, remembering nothing unless told)",
    .run = sql,
};
