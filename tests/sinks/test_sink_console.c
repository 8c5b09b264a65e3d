#include "sinks/sink_console.h"

#include "tests/sim/options_sim.h"
#include "tests/sim/port_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_table(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct arena arena;
    struct error e;
    struct sink *sink = NULL;
    struct options_sim options;
    struct port *port = sim_open(1);
    struct session session = {.zone = &zone_utc};
    struct field fields[] = {{.name = SLICE("word"), .type = type_simple(TYPE_STRING)},
                             {.name = SLICE("count"), .type = type_simple(TYPE_BIGINT)}};
    arena_init(&arena, &memory, 4096);
    struct column *columns[] = {column_new(fields[0].type, 4, &arena), column_new(fields[1].type, 4, &arena)};
    struct chunk chunk = {.column = columns, .columns = 2, .rows = {NULL, 2}, .arena = &arena};
    columns[0]->slice[0] = SLICE("apache");
    columns[1]->i64[0] = 1;
    columns[0]->null[1] = 1;
    columns[1]->i64[1] = 20;
    options_sim_fill(&options, sink_console.options, "/", NULL);
    struct sink_setup setup = {.name = "screen",
                               .options = &options.options,
                               .port = port,
                               .memory = &memory,
                               .session = &session,
                               .fields = fields,
                               .field_count = 2};
    assert_int_equal(sink_console.open(&setup, &sink, &e), STATUS_OK);
    struct batch batch = {.id = 7};
    struct identity who = {0};
    assert_int_equal(sink_console.begin(sink, &batch, &who, &e), STATUS_OK);
    assert_int_equal(sink_console.render(sink, &chunk, &e), STATUS_OK);
    sink_console.abandon(sink);
    assert_int_equal(sim_printed(port).size, 0);
    assert_int_equal(sink_console.begin(sink, &batch, &who, &e), STATUS_OK);
    assert_int_equal(sink_console.render(sink, &chunk, &e), STATUS_OK);
    assert_int_equal(sink_console.prepare(sink, &e), STATUS_OK);
    assert_int_equal(sink_console.finish(sink, &e), STATUS_OK);
    struct slice out = sim_printed(port);
    assert_true(slice_equal(out, SLICE("-------------------------------------------\n"
                                       "Batch: 7\n"
                                       "-------------------------------------------\n"
                                       "+------+-----+\n"
                                       "|  word|count|\n"
                                       "+------+-----+\n"
                                       "|apache|    1|\n"
                                       "|  NULL|   20|\n"
                                       "+------+-----+\n"
                                       "\n")));
    sink_console.close(sink);
    arena_free(&arena);
    sim_close(port);
    assert_int_equal(memory.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
