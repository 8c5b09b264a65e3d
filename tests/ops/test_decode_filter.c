// Conjuncts that are asked while a record is read (ops/decode_filter.h), by the JSON and the CSV decoder.
#include "tests/ops/decoding.h"

#include "ops/expr.h"
#include "ops/function.h"

// `i > 3 OR s = 'b'` and `i > 3`, over columns i (0) and s (1).
static void filter_by(struct decoding *d, bool or_text)
{
    const struct type *whole = type_simple(TYPE_INT), *text = type_simple(TYPE_STRING);
    struct expr *greater[] = {expr_column(&d->plan, 0, whole, true),
                              expr_literal(&d->plan, (struct value){.type = whole, .integer = 3})};
    struct expr *equal[] = {expr_column(&d->plan, 1, text, true),
                            expr_literal(&d->plan, (struct value){.type = text, .bytes = SLICE("b")})};
    struct expr *either[2], *x;
    assert_int_equal(expr_call(&d->plan, &d->session, function_find(SLICE(">")), greater, 2, &either[0], &d->error),
                     STATUS_OK);
    assert_int_equal(expr_call(&d->plan, &d->session, function_find(SLICE("=")), equal, 2, &either[1], &d->error),
                     STATUS_OK);
    x = either[0];
    if (or_text)
        assert_int_equal(expr_call(&d->plan, &d->session, function_find(SLICE("or")), either, 2, &x, &d->error),
                         STATUS_OK);
    d->filter[d->filters++] = x;
}

static void begin(struct decoding *d, const struct decoder_class *class, const char *mode, bool or_text)
{
    decoding_begin(d, class);
    decoding_field(d, "i", type_simple(TYPE_INT), true);
    decoding_field(d, "_corrupt_record", type_simple(TYPE_STRING), true);
    decoding_field(d, "s", type_simple(TYPE_STRING), true);
    decoding_field(d, "d", type_simple(TYPE_DOUBLE), true);
    // the filter's columns are outputs: i is 0, s is 2
    decoding_option(d, "mode", mode);
    filter_by(d, or_text);
    if (or_text) {
        const uint32_t place[] = {0, 2};
        d->filter[0] = expr_remap(&d->plan, d->filter[0], place);
    }
    assert_int_equal(decoding_open(d), STATUS_OK);
}

static void json_is_read_no_further(void **unused)
{
    (void)unused;
    struct decoding d;
    begin(&d, &decoder_json, "PERMISSIVE", false);
    // 5 is good, 1 is left out; behind them the text is broken
    assert_string_equal(decoding_lines(&d, "{\"i\":5,\n{\"i\":1,\n{\"i\":1,\"d\":\"x\"}\n{\"i\":1,\"d\":2}\n"),
                        "{\"_corrupt_record\":\"{\\\"i\\\":5,\"}\n{\"i\":1,\"d\":2.0}\n");
    // not asked before it has come, nor when it does not fit
    assert_string_equal(decoding_lines(&d, "{\"d\":\"x\",\"i\":1}\n{\"d\":\"x\"}\n{\"i\":\"x\",\"d\":1}\n"),
                        "{\"_corrupt_record\":\"{\\\"d\\\":\\\"x\\\"}\"}\n"
                        "{\"_corrupt_record\":\"{\\\"i\\\":\\\"x\\\",\\\"d\\\":1}\",\"d\":1.0}\n");
    // the first of two decides; a second one is malformed
    assert_string_equal(decoding_lines(&d, "{\"i\":1,\"i\":5}\n{\"i\":5,\"i\":1}\n"),
                        "{\"i\":1,\"_corrupt_record\":\"{\\\"i\\\":5,\\\"i\\\":1}\"}\n");
    // elements of an array are not asked
    assert_string_equal(decoding_lines(&d, "[{\"i\":1},{\"i\":5}]\n"), "{\"i\":1}\n{\"i\":5}\n");
    assert_int_equal(d.class->counters(d.decoder)->dropped, 4);
    decoding_end(&d);
}

static void json_asks_once_all_have_come(void **unused)
{
    (void)unused;
    struct decoding d;
    begin(&d, &decoder_json, "FAILFAST", true);
    assert_string_equal(decoding_lines(&d, "{\"i\":1,\"s\":\"a\",\"d\":\"x\"}\n{\"s\":\"a\",\"i\":2,\"d\":\"x\"}\n"),
                        "");
    assert_non_null(strstr(decoding_lines(&d, "{\"i\":1,\"d\":\"x\",\"s\":\"b\"}\n"), "MALFORMED_RECORD_IN_PARSING"));
    assert_non_null(strstr(decoding_lines(&d, "{\"i\":1,\"d\":\"x\"}\n"), "MALFORMED_RECORD_IN_PARSING"));
    decoding_end(&d);
}

static void csv_fails_for_what_is_wanted_only(void **unused)
{
    (void)unused;
    struct decoding d;
    begin(&d, &decoder_csv, "FAILFAST", false);
    assert_string_equal(decoding_lines(&d, "1,a,x\n1\n1,\"a\"\"\",x\n5,b,2\n"), "{\"i\":5,\"s\":\"b\",\"d\":2.0}\n");
    assert_int_equal(d.class->counters(d.decoder)->dropped, 3);
    assert_non_null(strstr(decoding_lines(&d, "5,b,x\n"), "MALFORMED_RECORD_IN_PARSING"));
    assert_non_null(strstr(decoding_lines(&d, "x,b,1\n"), "MALFORMED_RECORD_IN_PARSING"));
    assert_non_null(strstr(decoding_lines(&d, "5\n"), "MALFORMED_RECORD_IN_PARSING"));
    decoding_end(&d);
    // the last column decides, whatever became of those before it
    begin(&d, &decoder_csv, "FAILFAST", true);
    assert_string_equal(decoding_lines(&d, "x,a,1\n"), "");
    assert_non_null(strstr(decoding_lines(&d, "x,b,1\n"), "MALFORMED_RECORD_IN_PARSING"));
    decoding_end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_read_no_further),
        cmocka_unit_test(json_asks_once_all_have_come),
        cmocka_unit_test(csv_fails_for_what_is_wanted_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
