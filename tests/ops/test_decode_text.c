// Text in, as Spark's text source reads it.
#include "tests/ops/decoding.h"

static void open_value(struct decoding *d, bool whole)
{
    decoding_begin(d, &decoder_text);
    decoding_field(d, "value", type_simple(TYPE_STRING), true);
    if (whole)
        decoding_option(d, "wholetext", "true");
    assert_int_equal(decoding_open(d), STATUS_OK);
}

static void lines_are_rows(void **unused)
{
    (void)unused;
    struct decoding d;
    open_value(&d, false);
    assert_string_equal(decoding_lines(&d, "a\nb\r\nc\rd"),
                        "{\"value\":\"a\"}\n{\"value\":\"b\"}\n{\"value\":\"c\"}\n{\"value\":\"d\"}\n");
    assert_string_equal(decoding_lines(&d, "\n\r\n\r\r\n"),
                        "{\"value\":\"\"}\n{\"value\":\"\"}\n{\"value\":\"\"}\n{\"value\":\"\"}\n");
    assert_string_equal(decoding_lines(&d, ""), "");
    assert_string_equal(decoding_lines(&d, "\xEF\xBB\xBFx\n\xEF\xBB\xBFy\n\xFFz"),
                        "{\"value\":\"x\"}\n{\"value\":\"\xEF\xBB\xBFy\"}\n{\"value\":\"\xEF\xBF\xBDz\"}\n");
    assert_int_equal(d.class->counters(d.decoder)->rows, 11);
    decoding_end(&d);
}

static void lines_go_over_blocks(void **unused)
{
    (void)unused;
    struct decoding d;
    uint32_t used;
    open_value(&d, false);
    decoding_chunk(&d);
    assert_int_equal(d.class->decode(d.decoder, SLICE("a\nb\r"), false, &d.chunk, &used, NULL), STATUS_OK);
    assert_int_equal(used, 4);
    assert_int_equal(d.class->decode(d.decoder, SLICE("\nc\nd"), false, &d.chunk, &used, NULL), STATUS_OK);
    assert_int_equal(used, 3);
    assert_int_equal(d.class->decode(d.decoder, SLICE("d"), true, &d.chunk, &used, NULL), STATUS_OK);
    text_clear(&d.text);
    decoding_show(&d);
    assert_string_equal(text_cstring(&d.text),
                        "{\"value\":\"a\"}\n{\"value\":\"b\"}\n{\"value\":\"c\"}\n{\"value\":\"d\"}\n");
    decoding_end(&d);
}

static void chunks_have_an_end(void **unused)
{
    (void)unused;
    struct decoding d;
    open_value(&d, false);
    char lines[2 * (CHUNK_ROWS + 10)];
    for (size_t i = 0; i < sizeof lines; i++)
        lines[i] = i % 2 ? '\n' : 'x';
    decoding_chunk(&d);
    uint32_t used;
    struct slice all = {lines, sizeof lines};
    assert_int_equal(d.class->decode(d.decoder, all, true, &d.chunk, &used, NULL), STATUS_OK);
    assert_int_equal(used, 2 * CHUNK_ROWS);
    assert_int_equal(d.class->decode_one(d.decoder, SLICE("y"), &d.chunk, NULL), STATUS_AGAIN);
    decoding_rows(&d, lines, sizeof lines);
    assert_int_equal(d.class->counters(d.decoder)->rows, 2 * CHUNK_ROWS + 10);
    decoding_end(&d);
}

static void files_are_rows(void **unused)
{
    (void)unused;
    struct decoding d;
    open_value(&d, true);
    assert_string_equal(decoding_lines(&d, "a\nb\n"), "{\"value\":\"a\\nb\\n\"}\n");
    decoding_end(&d);
}

static void schema_is_one_string(void **unused)
{
    (void)unused;
    struct decoding d;
    decoding_begin(&d, &decoder_text);
    decoding_field(&d, "value", type_simple(TYPE_INT), true);
    assert_int_equal(decoding_open(&d), STATUS_CONFIG);
    decoding_end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_rows), cmocka_unit_test(lines_go_over_blocks), cmocka_unit_test(chunks_have_an_end),
        cmocka_unit_test(files_are_rows), cmocka_unit_test(schema_is_one_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
