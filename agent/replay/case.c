#include "agent/replay/case.h"

#include "agent/plan/json_file.h"
#include "agent/replay/parts.h"
#include "agent/replay/scan.h"
#include "ops/datetime.h"
#include "ops/encoder.h"
#include "ops/option.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILES_MAX = 10000, RUNS_MAX = 1000 };

#define DEFAULT_START  INT64_C(1709251200000000) // 2024-03-01T00:00:00Z
#define FIRST_MODIFIED INT64_C(1700000000000000) // of input files without a word about it, ten seconds apart
#define MODIFIED_APART (10 * INT64_C(1000000))

// ---- case.json

struct reading {
    struct test_case *c;
    struct json_text source;
    const struct zones *zones;
    struct arena *arena;
    struct error *e;
};

static enum status wrong(struct reading *r, const struct json *at, const char *words)
{
    return json_error_at(&r->source, at->at, at->size, r->e, "%.*s %s", (int)at->name.size, at->name.data, words);
}

static bool read_number(const struct json *at, int64_t least, int64_t most, int64_t *out)
{
    char digits[32] = "", *end = digits;
    if (at->kind != JSON_NUMBER || at->text.size >= sizeof digits)
        return false;
    memcpy(digits, at->text.data, at->text.size);
    *out = strtoll(digits, &end, 10);
    return *end == '\0' && *out >= least && *out <= most;
}

static bool is_below(const char *path)
{
    return path[0] != '\0' && path[0] != '/' && strncmp(path, "../", 3) != 0 && !strstr(path, "/../") &&
           strcmp(path, "..") != 0;
}

static enum status read_file(struct reading *r, const struct json *at, struct case_file *f)
{
    int64_t n;
    *f = (struct case_file){.run = 1, .modified = FIRST_MODIFIED + (f - r->c->files) * MODIFIED_APART};
    if (at->kind != JSON_OBJECT)
        return json_error_at(&r->source, at->at, at->size, r->e, "a file is {\"path\": …, \"mtime\": …, \"run\": …}");
    for (const struct json *m = at->first; m != NULL; m = m->next) {
        if (slice_equal(m->name, SLICE("path")) && m->kind == JSON_STRING)
            f->path = arena_copy(r->arena, m->text.data, m->text.size);
        else if (slice_equal(m->name, SLICE("mtime")) && read_number(m, 0, INT64_MAX / MICROS_PER_SECOND, &n))
            f->modified = n * MICROS_PER_SECOND;
        else if (slice_equal(m->name, SLICE("run")) && read_number(m, 1, RUNS_MAX, &n))
            f->run = (uint32_t)n;
        else
            return wrong(r, m, "is not what a file has: path (a text), mtime (seconds since 1970), run (from 1)");
    }
    if (!f->path || !is_below(f->path))
        return json_error_at(&r->source, at->at, at->size, r->e, "a file has a \"path\" below the case's directory");
    return STATUS_OK;
}

static enum status read_files(struct reading *r, const struct json *files)
{
    struct test_case *c = r->c;
    if (files->kind != JSON_ARRAY)
        return wrong(r, files, "is a list of {\"path\": …, \"mtime\": …, \"run\": …}");
    c->files = ARENA_ARRAY(r->arena, struct case_file, json_count(files) + 1);
    enum status s = STATUS_OK;
    for (const struct json *at = files->first; at != NULL && s == STATUS_OK; at = at->next)
        s = read_file(r, at, &c->files[c->file_count++]);
    return s;
}

static enum status read_dirs(struct reading *r, const struct json *dirs)
{
    if (dirs->kind != JSON_ARRAY)
        return wrong(r, dirs, "is a list of directories");
    r->c->dirs = ARENA_ARRAY(r->arena, const char *, json_count(dirs) + 1);
    for (const struct json *at = dirs->first; at != NULL; at = at->next) {
        const char *path = at->kind == JSON_STRING ? arena_copy(r->arena, at->text.data, at->text.size) : "";
        if (!is_below(path))
            return wrong(r, dirs, "is a list of directories below the case's");
        r->c->dirs[r->c->dir_count++] = path;
    }
    return STATUS_OK;
}

static enum status read_member(struct reading *r, const struct json *m)
{
    struct test_case *c = r->c;
    int64_t n;
    if (slice_equal(m->name, SLICE("ordered"))) {
        c->ordered = m->boolean;
        return m->kind == JSON_BOOLEAN ? STATUS_OK : wrong(r, m, "is true or false");
    }
    if (slice_equal(m->name, SLICE("runs"))) {
        bool good = read_number(m, 1, RUNS_MAX, &n);
        c->runs = good ? (uint32_t)n : 1;
        return good ? STATUS_OK : wrong(r, m, "is a number from 1");
    }
    if (slice_equal(m->name, SLICE("start"))) {
        bool good = m->kind == JSON_STRING && timestamp_parse(m->text, &zone_utc, r->zones, &c->start);
        return good ? STATUS_OK : wrong(r, m, "is a time such as \"2024-03-01T12:00:00Z\"");
    }
    if (slice_equal(m->name, SLICE("duration"))) {
        bool good = m->kind == JSON_STRING && duration_parse(m->text, &c->duration);
        return good ? STATUS_OK : wrong(r, m, "is a text such as \"10 minutes\"");
    }
    if (slice_equal(m->name, SLICE("files")))
        return read_files(r, m);
    if (slice_equal(m->name, SLICE("dirs")))
        return read_dirs(r, m);
    if (slice_equal(m->name, SLICE("group")) || slice_equal(m->name, SLICE("about")) ||
        slice_equal(m->name, SLICE("error")))
        return STATUS_OK; // for people
    return wrong(r, m, "is no key of case.json; there are ordered, runs, start, duration, files, dirs, group, about");
}

static enum status read_manifest(struct reading *r)
{
    struct json *root;
    struct error why;
    const char *path = arena_printf(r->arena, "%s/case.json", r->c->directory);
    r->source.file = path;
    enum status s = replay_read_file(path, r->arena, &r->source.text, &why);
    if (s == STATUS_END)
        return STATUS_OK;
    if (s != STATUS_OK)
        return error_set(r->e, s, "%s", why.text);
    s = json_read(&r->source, r->arena, &root, r->e);
    if (s == STATUS_OK && root->kind != JSON_OBJECT)
        return json_error_at(&r->source, 0, 1, r->e, "case.json is an object");
    for (const struct json *m = s == STATUS_OK ? root->first : NULL; m != NULL && s == STATUS_OK; m = m->next)
        s = read_member(r, m);
    return s;
}

// ---- input/ as it lies there

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct case_file *)a)->path, ((const struct case_file *)b)->path);
}

static enum status find_files(struct reading *r, const char *below)
{
    struct test_case *c = r->c;
    DIR *d = opendir(arena_printf(r->arena, "%s/%s", c->directory, below));
    if (!d)
        return errno == ENOENT ? STATUS_OK
                               : error_set(r->e, STATUS_FAILED, "%s/%s: %s", c->directory, below, strerror(errno));
    enum status s = STATUS_OK;
    for (struct dirent *entry; s == STATUS_OK && (entry = readdir(d));) {
        if (entry->d_name[0] == '.')
            continue;
        struct stat st;
        const char *path = arena_printf(r->arena, "%s/%s", below, entry->d_name);
        if (stat(arena_printf(r->arena, "%s/%s", c->directory, path), &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode))
            s = find_files(r, path);
        else if (c->file_count == FILES_MAX)
            s = error_set(r->e, STATUS_CONFIG, "%s: more than %d files", c->directory, FILES_MAX);
        else
            c->files[c->file_count++] = (struct case_file){.path = path, .run = 1};
    }
    closedir(d);
    return s;
}

static enum status list_files(struct reading *r)
{
    struct test_case *c = r->c;
    c->files = ARENA_ARRAY(r->arena, struct case_file, FILES_MAX);
    c->one_file_a_batch = true;
    enum status s = find_files(r, "input");
    qsort(c->files, c->file_count, sizeof *c->files, by_path);
    for (uint32_t i = 0; i < c->file_count; i++)
        c->files[i].modified = FIRST_MODIFIED + i * MODIFIED_APART;
    return s;
}

// ---- expected.jsonl

static enum status read_expected_line(struct reading *r, struct slice line, uint32_t number)
{
    struct test_case *c = r->c;
    struct slice at = line, name, value, batch = {0}, row = {0};
    bool error = false;
    if (!scan_is_object(line))
        return error_set(r->e, STATUS_CONFIG, "%s:%u: this is no row: wanted is an object a line", r->source.file,
                         number);
    uint32_t members = 0;
    for (; scan_member(&at, &name, &value); members++) {
        error = error || (slice_equal(name, SLICE("error")) && slice_equal(value, SLICE("true")));
        batch = slice_equal(name, SLICE("batch")) ? value : batch;
        row = slice_equal(name, SLICE("row")) ? value : row;
        if (error && slice_equal(name, SLICE("contains")) && value.size > 2)
            c->error = (struct slice){value.data + 1, value.size - 2};
    }
    if (error) {
        c->error = c->error.data ? c->error : SLICE("");
        return STATUS_OK;
    }
    struct case_row *to = &c->rows[c->row_count++];
    *to = (struct case_row){-1, line};
    if (members == 2 && batch.size > 0 && row.size > 0 && row.data[0] == '{')
        *to = (struct case_row){strtoll(batch.data, NULL, 10), row}; // a brace or comma is behind the digits
    c->whole = c->whole || to->batch < 0;
    return STATUS_OK;
}

static enum status read_expected(struct reading *r)
{
    struct test_case *c = r->c;
    struct slice text;
    struct error why;
    r->source.file = arena_printf(r->arena, "%s/expected.jsonl", c->directory);
    enum status s = replay_read_file(r->source.file, r->arena, &text, &why);
    if (s == STATUS_END)
        return error_set(r->e, STATUS_CONFIG,
                         "%s; write the rows that you expect, or let --update record what comes now", why.text);
    if (s != STATUS_OK)
        return error_set(r->e, s, "%s", why.text);
    uint32_t lines = 1, number = 0;
    for (uint32_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    c->rows = ARENA_ARRAY(r->arena, struct case_row, lines);
    for (uint32_t i = 0; i < text.size && s == STATUS_OK;) {
        const char *end = memchr(text.data + i, '\n', text.size - i);
        struct slice line = {text.data + i, end ? (uint32_t)(end - text.data) - i : text.size - i};
        i += line.size + 1;
        number++;
        if (strspn(line.data, " \t\r") < line.size)
            s = read_expected_line(r, line, number);
    }
    return s;
}

enum status case_read(const char *directory, bool update, const struct zones *zones, struct arena *arena,
                      struct test_case *out, struct error *e)
{
    struct stat st;
    struct reading r = {.c = out, .zones = zones, .arena = arena, .e = e};
    *out = (struct test_case){.directory = directory, .runs = 1, .start = DEFAULT_START, .duration = -1};
    if (stat(directory, &st) != 0 || !S_ISDIR(st.st_mode))
        return error_set(e, STATUS_USAGE, "%s: there is no such directory", directory);
    enum status s = read_manifest(&r);
    if (s == STATUS_OK && !out->files)
        s = list_files(&r);
    if (s == STATUS_OK && !update)
        s = read_expected(&r);
    return s;
}

// ---- staging

static enum status make_directory(char *path, struct error *e)
{
    for (char *slash = path; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        int failed = mkdir(path, 0777) != 0 && errno != EEXIST ? errno : 0;
        *slash = '/';
        if (failed)
            return error_set(e, STATUS_FAILED, "%s: %s", path, strerror(failed));
    }
    return STATUS_OK;
}

static enum status write_file(const char *path, struct slice text, struct error *e)
{
    FILE *f = fopen(path, "wb");
    bool good = f && (text.size == 0 || fwrite(text.data, 1, text.size, f) == text.size);
    if (f && fclose(f) != 0)
        good = false;
    return good ? STATUS_OK : error_set(e, STATUS_FAILED, "%s: %s", path, strerror(errno));
}

static enum status copy_file(const struct test_case *c, const struct case_file *f, const char *work,
                             struct arena *arena, struct error *e)
{
    struct slice text;
    char *to = arena_printf(arena, "%s/%s", work, f->path);
    enum status s = replay_read_file(arena_printf(arena, "%s/%s", c->directory, f->path), arena, &text, e);
    if (s == STATUS_END)
        s = STATUS_CONFIG;
    if (s == STATUS_OK)
        s = make_directory(to, e);
    if (s == STATUS_OK)
        s = write_file(to, text, e);
    struct timespec times[2] = {{.tv_sec = f->modified / MICROS_PER_SECOND},
                                {.tv_sec = f->modified / MICROS_PER_SECOND}};
    if (s == STATUS_OK && utimensat(AT_FDCWD, to, times, 0) != 0)
        s = error_set(e, STATUS_FAILED, "%s: %s", to, strerror(errno));
    return s;
}

enum status case_stage(const struct test_case *c, uint32_t run, const char *work, struct error *e)
{
    struct memory memory = {0};
    struct arena arena;
    arena_init(&arena, &memory, 64 * 1024);
    enum status s = STATUS_OK;
    for (uint32_t i = 0; i < c->dir_count && s == STATUS_OK; i++)
        s = make_directory(arena_printf(&arena, "%s/%s/", work, c->dirs[i]), e);
    for (uint32_t i = 0; i < c->file_count && s == STATUS_OK; i++) {
        if (c->files[i].run == run)
            s = copy_file(c, &c->files[i], work, &arena, e);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return s;
}

enum status case_write_expected(const struct test_case *c, const struct case_row *rows, uint32_t count,
                                const char *error, struct error *e)
{
    struct memory memory = {0};
    struct text text;
    struct arena arena;
    text_init(&text, &memory);
    arena_init(&arena, &memory, 4096);
    for (uint32_t i = 0; i < count; i++)
        text_printf(&text, "{\"batch\": %" PRId64 ", \"row\": %.*s}\n", rows[i].batch, (int)rows[i].row.size,
                    rows[i].row.data);
    if (error) {
        text_string(&text, "{\"error\": true, \"contains\": ");
        json_append_string(&text, slice_of(error));
        text_string(&text, "}\n");
    }
    const char *path = arena_printf(&arena, "%s/expected.jsonl", c->directory);
    const char *fresh = arena_printf(&arena, "%s.new", path);
    enum status s = write_file(fresh, text_view(&text), e);
    if (s == STATUS_OK && rename(fresh, path) != 0)
        s = error_set(e, STATUS_FAILED, "%s: %s", path, strerror(errno));
    arena_free(&arena);
    text_free(&text);
    return s;
}
