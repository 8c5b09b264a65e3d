// Aggregates and what Spark 4.3 answered for them (aggregates.tsv: the text, the type, to_json of the row, or "!" and
// the error class) over 3,000 rows made by a rule: in one step, and in two merged by way of the bytes of their states.
#include "asked_aggregate.h"

#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 6, LINE_MAX_BYTES = 1 << 16, ROWS = 3000 };

static const struct asked_column columns[COLUMNS] = {
    {"r", TYPE_BIGINT}, {"i", TYPE_INT},    {"d", TYPE_DOUBLE},
    {"s", TYPE_STRING}, {"l", TYPE_BIGINT}, {"b", TYPE_BOOLEAN},
};

// The rows of tests/spark/record_aggregates.py.
static struct chunk *make_rows(struct arena *arena)
{
    struct chunk *chunk = ARENA_NEW(arena, struct chunk);
    *chunk = (struct chunk){.columns = COLUMNS, .rows.count = ROWS, .arena = arena};
    chunk->column = ARENA_ARRAY(arena, struct column *, COLUMNS);
    for (uint32_t c = 0; c < COLUMNS; c++)
        chunk->column[c] = column_new(type_simple(columns[c].type), CHUNK_ROWS, arena);
    struct column *const *column = chunk->column;
    for (uint32_t r = 0; r < ROWS; r++) {
        int32_t i = (int32_t)(r * 7919 % 1009) - 300;
        column[0]->i64[r] = r;
        column[1]->i32[r] = i;
        column[2]->f64[r] = (double)i / 7;
        column[1]->null[r] = column[2]->null[r] = r % 11 == 0;
        column[3]->slice[r] = slice_of(arena_printf(arena, "s%u", r * 31 % 257));
        column[3]->null[r] = r % 13 == 0;
        column[4]->i64[r] = (int64_t)r * r * 1000003;
        column[5]->boolean[r] = r % 3 == 0;
        column[5]->null[r] = r % 5 == 0;
    }
    return chunk;
}

static bool check(const char *text, const char *expected, bool in_parts)
{
    struct question q = {.asked = {.column = columns, .columns = COLUMNS, .session.zone = &zone_utc}};
    q.asked.other = bind_aggregate;
    arena_init(&q.asked.arena, &q.asked.memory, 1 << 16);
    const char *got = answer(&q, text, make_rows(&q.asked.arena), in_parts);
    bool refused = strncmp(expected, "\t!", 2) == 0;
    // the last digit of a real number depends on the batches, and so does a summary of few samples
    bool vague = in_parts && (strstr(expected, "double\t") != NULL || strstr(text, "percentile_approx(") == text);
    bool good = refused ? got == NULL : vague || (got != NULL && strcmp(got, expected) == 0);
    if (!good)
        print_error("%s%s\n  expected %.300s\n  got      %.300s\n", text, in_parts ? " in parts" : "", expected,
                    got ? got : q.asked.error.text);
    arena_free(&q.asked.arena);
    assert_int_equal(q.asked.memory.used, 0);
    return good;
}

static void test_as_spark(void **state)
{
    (void)state;
    char *line = malloc(LINE_MAX_BYTES);
    uint32_t lines = 0, wrong = 0;
    FILE *file = fopen(RUNNEL_ANSWERS_DIR "/aggregates.tsv", "r");
    assert_non_null(file);
    for (; fgets(line, LINE_MAX_BYTES, file); lines++) {
        line[strcspn(line, "\n")] = '\0';
        char *expected = strchr(line, '\t');
        assert_non_null(expected);
        *expected++ = '\0';
        wrong += !check(line, expected, false);
        wrong += !check(line, expected, true);
    }
    fclose(file);
    free(line);
    assert_true(lines > 50);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_spark)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
