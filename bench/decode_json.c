// What decoding costs by itself: the lines of a file into three columns, beside cJSON over the same lines in the same
// process. bench/run measures the whole agent; this one finds out where its time goes.
//
//     bench_decode_json FILE "name TYPE, …"        (types: STRING INT BIGINT DOUBLE TIMESTAMP)
#include "ops/decoder.h"

#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5, COLUMNS_MAX = 16, BLOCK = 1 << 20 };

struct schema {
    struct field field[COLUMNS_MAX];
    int32_t output[COLUMNS_MAX];
    uint32_t count;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool parse_schema(const char *text, struct schema *s)
{
    static const struct {
        const char *name;
        enum type_id id;
    } types[] = {{"STRING", TYPE_STRING},
                 {"INT", TYPE_INT},
                 {"BIGINT", TYPE_BIGINT},
                 {"DOUBLE", TYPE_DOUBLE},
                 {"TIMESTAMP", TYPE_TIMESTAMP}};
    *s = (struct schema){.count = 0};
    for (; *text && s->count < COLUMNS_MAX; s->count++) {
        text += strspn(text, " ,");
        struct slice name = {text, (uint32_t)strcspn(text, " ")};
        text += name.size;
        text += strspn(text, " ");
        struct slice type = {text, (uint32_t)strcspn(text, " ,")};
        text += type.size;
        struct field *f = &s->field[s->count];
        *f = (struct field){.name = name, .nullable = true};
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            if (slice_equal_fold(type, slice_of(types[i].name)))
                f->type = type_simple(types[i].id);
        if (!f->type)
            return false;
        s->output[s->count] = (int32_t)s->count;
    }
    return s->count > 0;
}

static char *read_file(const char *path, uint32_t *size)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    long end = ftell(f);
    rewind(f);
    char *bytes = end > 0 && end < INT32_MAX ? malloc((size_t)end) : NULL;
    if (bytes && fread(bytes, 1, (size_t)end, f) != (size_t)end) {
        free(bytes);
        bytes = NULL;
    }
    fclose(f);
    *size = (uint32_t)end;
    return bytes;
}

static uint64_t decode_all(struct decoder *d, const struct schema *s, struct slice bytes, struct arena *arena)
{
    uint64_t rows = 0;
    decoder_json.restart(d);
    for (uint32_t at = 0, used; at < bytes.size; at += used) {
        arena_reset(arena);
        struct column *column[COLUMNS_MAX];
        for (uint32_t i = 0; i < s->count; i++)
            column[i] = column_new(s->field[i].type, CHUNK_ROWS, arena);
        struct chunk chunk = {.column = column, .columns = s->count, .arena = arena};
        struct slice rest = {bytes.data + at, bytes.size - at};
        if (decoder_json.decode(d, rest, true, &chunk, &used, NULL) != STATUS_OK || used == 0)
            abort();
        rows += chunk.rows.count;
    }
    return rows;
}

static uint64_t cjson_all(const struct schema *s, struct slice bytes)
{
    uint64_t rows = 0, found = 0;
    const char *end = bytes.data + bytes.size;
    for (const char *p = bytes.data; p < end; rows++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        stop = stop ? stop : end;
        cJSON *row = cJSON_ParseWithLength(p, (size_t)(stop - p));
        for (uint32_t i = 0; i < s->count; i++) {
            char name[64];
            snprintf(name, sizeof name, "%.*s", (int)s->field[i].name.size, s->field[i].name.data);
            found += cJSON_GetObjectItemCaseSensitive(row, name) != NULL;
        }
        cJSON_Delete(row);
        p = stop + 1;
    }
    return found ? rows : 0;
}

int main(int argc, char **argv)
{
    struct schema schema;
    uint32_t size;
    char *bytes = argc == 3 ? read_file(argv[1], &size) : NULL;
    if (!bytes || !parse_schema(argv[2], &schema)) {
        fprintf(stderr, "usage: bench_decode_json FILE \"name TYPE, …\"\n");
        return 2;
    }
    struct memory memory = {0};
    struct arena arena;
    arena_init(&arena, &memory, BLOCK);
    struct session session = {.zone = &zone_utc};
    struct options options = {.count = 0};
    struct decode_spec spec = {.fields = schema.field,
                               .field_count = schema.count,
                               .output = schema.output,
                               .outputs = schema.count,
                               .options = &options,
                               .session = &session};
    struct decoder *d;
    struct error e;
    if (decoder_json.open(&spec, &memory, &d, &e) != STATUS_OK) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    double best = 1e9, best_cjson = 1e9;
    uint64_t rows = 0;
    struct slice all = {bytes, size};
    for (int i = 0; i < ROUNDS; i++) {
        double from = now();
        rows = decode_all(d, &schema, all, &arena);
        double middle = now();
        cjson_all(&schema, all);
        double to = now();
        best = middle - from < best ? middle - from : best;
        best_cjson = to - middle < best_cjson ? to - middle : best_cjson;
    }
    printf("rows %llu  decode %.1f ns  cJSON %.1f ns  ratio %.2f\n", (unsigned long long)rows,
           best / (double)rows * 1e9, best_cjson / (double)rows * 1e9, best_cjson / best);
    decoder_json.close(d);
    arena_free(&arena);
    free(bytes);
    return 0;
}
