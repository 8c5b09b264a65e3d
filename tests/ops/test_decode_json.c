// JSON in, as Spark 4.3 reads it: each expectation here was given by spark.read.json.
#include "tests/ops/decoding.h"

// {i INT, s STRING, _corrupt_record STRING}
static void open_is(struct decoding *d, const char *mode, bool corrupt)
{
    decoding_begin(d, &decoder_json);
    decoding_field(d, "i", type_simple(TYPE_INT), true);
    decoding_field(d, "s", type_simple(TYPE_STRING), true);
    decoding_field(d, "_corrupt_record", type_simple(TYPE_STRING), corrupt);
    if (mode)
        decoding_option(d, "mode", mode);
    assert_int_equal(decoding_open(d), STATUS_OK);
}

struct line {
    const char *in, *out; // out NULL: no row
};

// Line by line, then all in one.
static void check_lines(struct decoding *d, const struct line *lines, size_t count)
{
    char in[8192] = "", out[8192] = "", expected[2048];
    for (size_t i = 0; i < count; i++) {
        snprintf(expected, sizeof expected, "%s%s", lines[i].out ? lines[i].out : "", lines[i].out ? "\n" : "");
        assert_string_equal(decoding_lines(d, lines[i].in), expected);
        strcat(strcat(in, lines[i].in), "\n");
        strcat(out, expected);
    }
    assert_string_equal(decoding_lines(d, in), out);
}

#define CHECK_LINES(d, lines) check_lines((d), (lines), sizeof(lines) / sizeof(lines)[0])

static void text_that_is_good(void **unused)
{
    (void)unused;
    static const struct line lines[] = {
        {"{\"i\":1}", "{\"i\":1}"},
        {" { \"i\" : 1 ,\t\"s\" : \"a\" } ", "{\"i\":1,\"s\":\"a\"}"},
        {"{}", "{}"},
        {"", NULL},
        {" \t ", NULL},
        {"{\"i\":1}x", "{\"i\":1}"},
        {"{\"i\":2} {\"i\":3}", "{\"i\":2}"},
        {"{'i':1,'s':'a\"b'}", "{\"i\":1,\"s\":\"a\\\"b\"}"},
        {"{\"s\":'it\\'s'}", "{\"s\":\"it's\"}"},
        {"{\"I\":1}", "{}"},
        {"{\"\\u0069\":1}", "{\"i\":1}"},
        {"{\"i\":1,\"i\":2}", "{\"i\":2}"},
        {"{\"i\":1,\"i\":null}", "{}"},
        {"{\"z\":{\"i\":[1,{\"q\":[]}],\"e\":\"\\u00e9\"},\"i\":4}", "{\"i\":4}"},
        {"{\"s\":1.50}", "{\"s\":\"1.50\"}"},
        {"{\"s\": {\"a\" : [1 , 2]} ,\"i\":1}", "{\"i\":1,\"s\":\"{\\\"a\\\" : [1 , 2]}\"}"},
        {"{\"s\":NaN,\"i\":9}", "{\"i\":9,\"s\":\"NaN\"}"},
        {"{\"s\":true}", "{\"s\":\"true\"}"},
        {"{\"s\":\"\\u0041\\n\\/\\ud83d\\ude00\"}", "{\"s\":\"A\\n/😀\"}"},
        {"{\"s\":\"\\ud83dx\\ude00\"}", "{\"s\":\"?x?\"}"},
        {"{\"s\":\"日本\",\"é\":1}", "{\"s\":\"日本\"}"},
        {"{\"s\":\"\xC0\x80\"}", "{\"s\":\"\\u0000\"}"},
        {"\xEF\xBB\xBF{\"i\":1}", "{\"i\":1}"},
        {"[{\"i\":1},{\"i\":2}]", "{\"i\":1}\n{\"i\":2}"},
        {"[]", NULL},
        {"{\"_corrupt_record\":\"mine\"}", "{}"},
    };
    struct decoding d;
    open_is(&d, NULL, true);
    CHECK_LINES(&d, lines);
    assert_int_equal(d.class->counters(d.decoder)->rejected, 0);
    decoding_end(&d);
}

static void text_that_is_malformed(void **unused)
{
    (void)unused;
    static const char *const lines[] = {
        "{\"i\":1",
        "{\"i\":1,}",
        "{\"i\":1,,\"s\":\"a\"}",
        "{\"i\":01}",
        "{\"i\":1.}",
        "{\"i\":.5}",
        "{\"i\":+1}",
        "{\"i\":1 \"s\":\"a\"}",
        "{i:1}",
        "{\"i\":tru}",
        "{\"i\":TRUE}",
        "{\"z\":tru,\"i\":1}",
        "{\"i\":1/*c*/}",
        "not json",
        "null",
        "7",
        "\"str\"",
        "[{\"i\":1},2]",
        "[null]",
        "[{\"i\":1}",
        "{\"i\":1]",
        "{\"i\":1,\"z\":\"a\x01\"}",
        "{\"z\":\"\xFF\",\"i\":1}",
        "{\"i\":1,\"z\":\"\\q\"}",
        "{\"\xFF\":1}",
        "{\"i\":-,\"s\":1}",
        "\x0B",
        "{\"\\ud83d\":1}",
        "{\"z\":[1,2}",
    };
    struct decoding d;
    open_is(&d, NULL, true);
    struct text expected;
    text_init(&expected, &d.memory);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        text_clear(&expected);
        text_string(&expected, "{\"_corrupt_record\":");
        json_append_string(&expected, slice_of(lines[i]));
        text_string(&expected, "}\n");
        assert_string_equal(decoding_lines(&d, lines[i]), text_cstring(&expected));
    }
    assert_int_equal(d.class->counters(d.decoder)->rejected, sizeof lines / sizeof lines[0]);
    text_free(&expected);
    decoding_end(&d);
}

// Where Spark reads on after an error inside a value.
static void parts_that_are_kept(void **unused)
{
    (void)unused;
    static const struct line lines[] = {
        {"{\"i\":\"x\",\"s\":\"a\"}", "{\"s\":\"a\"}"},
        {"{\"i\":1,\"i\":\"x\"}", "{\"i\":1}"},
        {"{\"i\":1.0,\"s\":\"a\"}", "{\"s\":\"a\"}"},
        {"{\"i\":99999999999,\"s\":\"a\"}", "{\"s\":\"a\"}"},
        {"{\"i\":{\"a\":1},\"s\":\"a\"}", "{\"s\":\"a\"}"},
        {"{\"i\":\"\",\"s\":\"a\"}", "{\"s\":\"a\"}"},
        {"{\"s\":\"a\x01,\"i\":1}", "{\"i\":1}"},
        {"{\"s\":[tru ,1],\"i\":1}", "{\"i\":1}"},
        {"{\"i\":\"a\\q\",\"s\":\"b\"}", NULL},
        {"{\"i\":5,\"s\":{\"a\":tru}}", "{\"i\":5}"},
        {"[{\"i\":1},{\"i\":\"x\",\"s\":\"a\"}]", "{\"i\":1}\n{\"s\":\"a\"}"},
    };
    struct decoding d;
    open_is(&d, NULL, false);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, "%s\n", lines[i].out ? lines[i].out : "{}");
        assert_string_equal(decoding_lines(&d, lines[i].in), expected);
    }
    assert_int_equal(d.class->counters(d.decoder)->rejected, 12);
    decoding_end(&d);
}

static void levels_have_a_limit(void **unused)
{
    (void)unused;
    struct decoding d;
    open_is(&d, NULL, true);
    for (int levels = 999; levels <= 1000; levels++) {
        text_clear(&d.text);
        struct text line;
        text_init(&line, &d.memory);
        text_string(&line, "{\"i\":1,\"z\":");
        for (int i = 0; i < levels; i++)
            text_char(&line, '[');
        for (int i = 0; i < levels; i++)
            text_char(&line, ']');
        text_string(&line, "}");
        const char *rows = decoding_rows(&d, line.data, line.size);
        assert_int_equal(strncmp(rows, "{\"i\":1}\n", 8) == 0, levels == 999);
        text_free(&line);
    }
    decoding_end(&d);
}

static void lines_end_three_ways(void **unused)
{
    (void)unused;
    struct decoding d;
    open_is(&d, NULL, false);
    assert_string_equal(decoding_lines(&d, "{\"i\":1}\r\n{\"i\":2}\r{\"i\":3}\n\r\n\n{\"i\":\n4}\n{\"i\":5}"),
                        "{\"i\":1}\n{\"i\":2}\n{\"i\":3}\n{}\n{}\n{\"i\":5}\n");
    assert_string_equal(decoding_lines(&d, "\xEF\xBB\xBF{\"i\":1}\n\xEF\xBB\xBF{\"i\":2}\n"), "{\"i\":1}\n{\"i\":2}\n");
    // An unfinished last line waits for its end.
    decoding_chunk(&d);
    uint32_t used;
    assert_int_equal(d.class->decode(d.decoder, SLICE("{\"i\":1}\n{\"i\":"), false, &d.chunk, &used, NULL), STATUS_OK);
    assert_int_equal(used, 8);
    assert_int_equal(d.chunk.rows.count, 1);
    decoding_end(&d);
}

static void modes_differ(void **unused)
{
    (void)unused;
    const char *lines = "{\"i\":1}\n{\"i\":\"x\"}\nbad\n[{\"i\":2},{\"i\":3}]\n[{\"i\":4},{\"i\":\"y\"}]\n7\n";
    struct decoding d;
    open_is(&d, "DROPMALFORMED", false);
    assert_string_equal(decoding_lines(&d, lines), "{\"i\":1}\n{\"i\":2}\n{\"i\":3}\n");
    const struct decode_counters *n = d.class->counters(d.decoder);
    assert_int_equal(n->rows, 3);
    assert_int_equal(n->dropped, 5);
    assert_int_equal(n->records, 8);
    decoding_end(&d);
    open_is(&d, "FAILFAST", false);
    const char *rows = decoding_lines(&d, lines);
    assert_int_equal(strncmp(rows, "{\"i\":1}\nERROR [MALFORMED_RECORD_IN_PARSING", 40), 0);
    decoding_end(&d);
}

// A wrong type in a column that nobody asked for is not seen; malformed text is.
static void columns_not_asked_for(void **unused)
{
    (void)unused;
    const char *lines = "{\"i\":\"x\",\"s\":\"a\"}\nbad\n{\"i\":1,\"s\":tru}\n{\"s\":5}\n";
    struct decoding d;
    decoding_begin(&d, &decoder_json);
    decoding_field(&d, "i", type_simple(TYPE_INT), false);
    decoding_field(&d, "s", type_simple(TYPE_STRING), true);
    decoding_option(&d, "mode", "DROPMALFORMED");
    assert_int_equal(decoding_open(&d), STATUS_OK);
    assert_string_equal(decoding_lines(&d, lines), "{\"s\":\"a\"}\n{\"s\":\"5\"}\n");
    decoding_end(&d);
    decoding_begin(&d, &decoder_json); // count(*)
    decoding_field(&d, "i", type_simple(TYPE_INT), false);
    assert_int_equal(decoding_open(&d), STATUS_OK);
    assert_string_equal(decoding_lines(&d, lines), "{}\n{}\n{}\n{}\n");
    decoding_end(&d);
}

struct value {
    enum type_id type;
    const char *in, *out; // out NULL: NULL, and corrupt
};

static void scalar_values(void **unused)
{
    (void)unused;
    static const struct value values[] = {
        {TYPE_BOOLEAN, "true", "true"},
        {TYPE_BOOLEAN, "\"true\"", NULL},
        {TYPE_BOOLEAN, "1", NULL},
        {TYPE_TINYINT, "128", "-128"},
        {TYPE_TINYINT, "255", "-1"},
        {TYPE_TINYINT, "256", NULL},
        {TYPE_SMALLINT, "-32768", "-32768"},
        {TYPE_SMALLINT, "32768", NULL},
        {TYPE_INT, "2147483648", NULL},
        {TYPE_INT, "-0", "0"},
        {TYPE_INT, "1e2", NULL},
        {TYPE_BIGINT, "-9223372036854775808", "-9223372036854775808"},
        {TYPE_BIGINT, "9223372036854775808", NULL},
        {TYPE_BIGINT, "123456789012", "123456789012"},
        {TYPE_DOUBLE, "1", "1.0"},
        {TYPE_DOUBLE, "-0", "0.0"},
        {TYPE_DOUBLE, "-0.0", "-0.0"},
        {TYPE_DOUBLE, "1e400", "\"Infinity\""},
        {TYPE_DOUBLE, "\"1.5\"", NULL},
        {TYPE_DOUBLE, "\"-INF\"", "\"-Infinity\""},
        {TYPE_DOUBLE, "\"INF\"", NULL},
        {TYPE_DOUBLE, "+Infinity", "\"Infinity\""},
        {TYPE_DOUBLE, "NaN", "\"NaN\""},
        {TYPE_FLOAT, "0.1", "0.1"},
        {TYPE_FLOAT, "3.5e38", "\"Infinity\""},
        {TYPE_BINARY, "\"AQID\"", "\"AQID\""},
        {TYPE_BINARY, "\" AQ==AQ== \"", "\"AQE=\""},
        {TYPE_BINARY, "\"AQI\"", NULL},
        {TYPE_BINARY, "\"!!!!\"", NULL},
        {TYPE_BINARY, "\"\"", "\"\""},
        {TYPE_BINARY, "'AQI='", "\"AQI=\""},
        {TYPE_DATE, "\"2024-03-01\"", "\"2024-03-01\""},
        {TYPE_DATE, "\"2024-03-01 12:34\"", "\"2024-03-01\""},
        {TYPE_DATE, "\"123\"", "\"1970-05-04\""},
        {TYPE_DATE, "19000", NULL},
        {TYPE_TIMESTAMP, "1709296496", "\"2024-03-01T12:34:56.000Z\""},
        {TYPE_TIMESTAMP, "1.5", NULL},
        {TYPE_TIMESTAMP, "\"2024-03-01T12:34:56.789+01:00\"", "\"2024-03-01T11:34:56.789Z\""},
        {TYPE_TIMESTAMP, "\"2024-01-01T00:00:00GMT+01:00\"", "\"2023-12-31T23:00:00.000Z\""},
        {TYPE_TIMESTAMP, "\"\"", NULL},
        {TYPE_TIMESTAMP_NTZ, "\"2024-03-01 12:34:56\"", "\"2024-03-01T12:34:56.000\""},
        {TYPE_TIMESTAMP_NTZ, "\"2024-03-01 12:34:56Z\"", NULL},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct decoding d;
        decoding_begin(&d, &decoder_json);
        decoding_field(&d, "x", type_simple(values[i].type), true);
        decoding_field(&d, "y", type_simple(TYPE_INT), true);
        assert_int_equal(decoding_open(&d), STATUS_OK);
        char line[256], expected[256];
        snprintf(line, sizeof line, "{\"x\":%s,\"y\":7}\n", values[i].in);
        if (values[i].out)
            snprintf(expected, sizeof expected, "{\"x\":%s,\"y\":7}\n", values[i].out);
        assert_string_equal(decoding_lines(&d, line), values[i].out ? expected : "{\"y\":7}\n");
        assert_int_equal(d.class->counters(d.decoder)->rejected, values[i].out == NULL);
        decoding_end(&d);
    }
}

static void decimal_values(void **unused)
{
    (void)unused;
    static const struct line lines[] = {
        {"{\"x\":1.005}", "{\"x\":1.01}"},
        {"{\"x\":\"7.25\"}", "{\"x\":7.25}"},
        {"{\"x\":\"1,234.5\"}", "{\"x\":1234.50}"},
        {"{\"x\":-2.675}", "{\"x\":-2.68}"},
        {"{\"x\":1e-400}", "{\"x\":0.00}"},
        {"{\"x\":99999999.995}", "{}"},
        {"{\"x\":\" 1\"}", "{}"},
        {"{\"x\":NaN}", "{}"},
        {"{\"x\":true}", "{}"},
    };
    struct decoding d;
    decoding_begin(&d, &decoder_json);
    decoding_field(&d, "x", type_decimal(&d.plan, 10, 2), true);
    assert_int_equal(decoding_open(&d), STATUS_OK);
    CHECK_LINES(&d, lines);
    decoding_end(&d);
}

static void nested_values(void **unused)
{
    (void)unused;
    static const struct line lines[] = {
        {"{\"a\":[1,null,3],\"i\":1}", "{\"a\":[1,null,3],\"i\":1}"},
        {"{\"a\":[1,\"x\"],\"i\":1}", "{\"i\":1}"},
        {"{\"a\":[],\"m\":{},\"s\":{},\"i\":1}", "{\"a\":[],\"m\":{},\"s\":{},\"i\":1}"},
        {"{\"m\":{\"a\":1,\"b\":null,\"a\":2},\"i\":1}", "{\"m\":{\"a\":1,\"b\":null,\"a\":2},\"i\":1}"},
        {"{\"m\":{\"a\":1,\"b\":\"x\"},\"i\":1}", "{\"i\":1}"},
        {"{\"s\":{\"p\":\"bad\",\"q\":[\"u\"]},\"i\":1}", "{\"s\":{\"q\":[\"u\"]},\"i\":1}"},
        {"{\"s\":{\"p\":1},\"s\":5,\"i\":1}", "{\"s\":{\"p\":1},\"i\":1}"},
        {"{\"s\":{\"p\":1},\"s\":{\"q\":[]},\"i\":1}", "{\"s\":{\"q\":[]},\"i\":1}"},
        {"{\"s\":{\"p\":1},\"s\":{\"p\":tru},\"i\":1}", "{\"s\":{\"p\":1}}"},
        {"{\"s\":null,\"a\":null,\"i\":1}", "{\"i\":1}"},
        {"{\"s\":\"\",\"a\":{\"x\":1},\"i\":1}", "{\"i\":1}"},
    };
    struct decoding d;
    decoding_begin(&d, &decoder_json);
    const struct type *integer = type_simple(TYPE_INT), *string = type_simple(TYPE_STRING);
    struct field members[] = {{SLICE("p"), integer, true}, {SLICE("q"), type_array(&d.plan, string, true), true}};
    decoding_field(&d, "a", type_array(&d.plan, integer, true), true);
    decoding_field(&d, "m", type_map(&d.plan, string, integer, true), true);
    decoding_field(&d, "s", type_struct(&d.plan, members, 2), true);
    decoding_field(&d, "i", integer, true);
    assert_int_equal(decoding_open(&d), STATUS_OK);
    CHECK_LINES(&d, lines);
    decoding_end(&d);
}

// A top-level array with more rows than a chunk has.
static void arrays_longer_than_a_chunk(void **unused)
{
    (void)unused;
    for (int bad = 0; bad < 2; bad++) {
        struct decoding d;
        open_is(&d, NULL, true);
        struct text in;
        text_init(&in, &d.memory);
        for (int i = 0; i < 10000; i++)
            text_printf(&in, "%c{\"i\":%d}", i ? ',' : '[', i);
        text_string(&in, bad ? ",{\"i\":\"x\"}]" : "]\n{\"i\":-1}\n");
        const char *row = decoding_rows(&d, in.data, in.size);
        for (int i = 0; i < 10000; i++) {
            char expected[32];
            int size = snprintf(expected, sizeof expected, "{\"i\":%d%s", i, bad ? "," : "}");
            assert_memory_equal(row, expected, (size_t)size);
            row = strchr(row, '\n') + 1;
        }
        if (!bad)
            assert_string_equal(row, "{\"i\":-1}\n");
        assert_int_equal(d.class->counters(d.decoder)->rows, 10001);
        assert_int_equal(d.class->counters(d.decoder)->rejected, bad ? 10001 : 0);
        text_free(&in);
        decoding_end(&d);
    }
}

static void messages_come_alone(void **unused)
{
    (void)unused;
    struct decoding d;
    open_is(&d, NULL, true);
    decoding_chunk(&d);
    assert_int_equal(d.class->decode_one(d.decoder, SLICE("{\"i\":1}"), &d.chunk, NULL), STATUS_OK);
    assert_int_equal(d.class->decode_one(d.decoder, SLICE("{\"i\":\n2,\r\"s\":\"a\"}"), &d.chunk, NULL), STATUS_OK);
    assert_int_equal(d.class->decode_one(d.decoder, SLICE("[{\"i\":3},{\"i\":4}]"), &d.chunk, NULL), STATUS_OK);
    assert_int_equal(d.class->decode_one(d.decoder, SLICE(""), &d.chunk, NULL), STATUS_OK);
    assert_int_equal(d.class->decode_one(d.decoder, SLICE("b\nad"), &d.chunk, NULL), STATUS_OK);
    text_clear(&d.text);
    decoding_show(&d);
    assert_string_equal(text_cstring(&d.text), "{\"i\":1}\n{\"i\":2,\"s\":\"a\"}\n{\"i\":3}\n{\"i\":4}\n"
                                               "{\"_corrupt_record\":\"b\\nad\"}\n");
    d.chunk.rows.count = CHUNK_ROWS - 1;
    assert_int_equal(d.class->decode_one(d.decoder, SLICE("[{\"i\":3},{\"i\":4}]"), &d.chunk, NULL), STATUS_AGAIN);
    assert_int_equal(d.chunk.rows.count, CHUNK_ROWS - 1);
    decoding_chunk(&d);
    assert_int_equal(d.class->decode_one(d.decoder, SLICE("[{\"i\":3},{\"i\":4}]"), &d.chunk, NULL), STATUS_OK);
    assert_int_equal(d.chunk.rows.count, 2);
    decoding_end(&d);
}

static void whole_files(void **unused)
{
    (void)unused;
    struct decoding d;
    decoding_begin(&d, &decoder_json);
    decoding_field(&d, "i", type_simple(TYPE_INT), true);
    decoding_field(&d, "s", type_simple(TYPE_STRING), true);
    decoding_field(&d, "_corrupt_record", type_simple(TYPE_STRING), true);
    decoding_option(&d, "multiLine", "true");
    assert_int_equal(decoding_open(&d), STATUS_OK);
    assert_string_equal(decoding_lines(&d, "{\"i\":1,\n\"s\":{\"a\":\n1.50}}\n"),
                        "{\"i\":1,\"s\":\"{\\\"a\\\":\\n1.50}\"}\n");
    assert_string_equal(decoding_lines(&d, "[{\"i\":1},\n{\"i\":2}]"), "{\"i\":1}\n{\"i\":2}\n");
    assert_string_equal(decoding_lines(&d, "{\"i\":1}\n{\"i\":2}"), "{\"i\":1}\n");
    assert_string_equal(decoding_lines(&d, "{\"i\":1"), "{\"_corrupt_record\":\"{\\\"i\\\":1\"}\n");
    assert_string_equal(decoding_lines(&d, " \n "), "");
    decoding_end(&d);
}

static void schemas_that_are_refused(void **unused)
{
    (void)unused;
    struct decoding d;
    decoding_begin(&d, &decoder_json);
    decoding_field(&d, "_corrupt_record", type_simple(TYPE_INT), true);
    assert_int_equal(decoding_open(&d), STATUS_CONFIG);
    assert_non_null(strstr(d.error.text, "INVALID_CORRUPT_RECORD_TYPE"));
    decoding_end(&d);
    decoding_begin(&d, &decoder_json);
    const struct type *integer = type_simple(TYPE_INT);
    decoding_field(&d, "m", type_array(&d.plan, type_map(&d.plan, integer, integer, true), true), true);
    assert_int_equal(decoding_open(&d), STATUS_CONFIG);
    assert_non_null(strstr(d.error.text, "INVALID_JSON_SCHEMA_MAP_TYPE"));
    decoding_end(&d);
}

static void steady_state_leaves_the_heap_alone(void **unused)
{
    (void)unused;
    const char *lines = "{\"i\":1,\"s\":\"a\"}\n{\"i\":\"x\",\"s\":\"\\u00e9\"}\nbad\n[{\"i\":2},{\"i\":3}]\n";
    struct decoding d;
    open_is(&d, NULL, true);
    size_t calls = 0;
    for (int i = 0; i < 4; i++) {
        decoding_lines(&d, lines);
        if (i > 0)
            assert_int_equal(d.memory.calls, calls);
        calls = d.memory.calls;
    }
    decoding_end(&d);
}

static void registry_finds(void **unused)
{
    (void)unused;
    uint32_t count;
    decoder_list(&count);
    assert_true(count >= 2);
    assert_ptr_equal(decoder_find(SLICE("JSON")), &decoder_json);
    assert_ptr_equal(decoder_find(SLICE("text")), &decoder_text);
    assert_null(decoder_find(SLICE("parquet")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_is_good),
        cmocka_unit_test(text_that_is_malformed),
        cmocka_unit_test(parts_that_are_kept),
        cmocka_unit_test(levels_have_a_limit),
        cmocka_unit_test(lines_end_three_ways),
        cmocka_unit_test(modes_differ),
        cmocka_unit_test(columns_not_asked_for),
        cmocka_unit_test(scalar_values),
        cmocka_unit_test(decimal_values),
        cmocka_unit_test(nested_values),
        cmocka_unit_test(arrays_longer_than_a_chunk),
        cmocka_unit_test(messages_come_alone),
        cmocka_unit_test(whole_files),
        cmocka_unit_test(schemas_that_are_refused),
        cmocka_unit_test(steady_state_leaves_the_heap_alone),
        cmocka_unit_test(registry_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
