// CSV in, as Spark's source reads it. tests/spark/cases has what Spark answers; here are chunks, messages and memory.
#include "tests/ops/decoding.h"

static void open_three(struct decoding *d)
{
    decoding_begin(d, &decoder_csv);
    decoding_field(d, "i", type_simple(TYPE_INT), true);
    decoding_field(d, "s", type_simple(TYPE_STRING), true);
    decoding_field(d, "_corrupt_record", type_simple(TYPE_STRING), true);
}

static void lines_are_rows(void **unused)
{
    (void)unused;
    struct decoding d;
    open_three(&d);
    assert_int_equal(decoding_open(&d), STATUS_OK);
    assert_string_equal(decoding_lines(&d, "1,a\r\n2,\"b,c\"\n\n3,\"say \\\"x\\\"\"\n4"),
                        "{\"i\":1,\"s\":\"a\"}\n{\"i\":2,\"s\":\"b,c\"}\n{\"i\":3,\"s\":\"say \\\"x\\\"\"}\n"
                        "{\"i\":4,\"_corrupt_record\":\"4\"}\n");
    assert_int_equal(d.class->counters(d.decoder)->records, 4);
    assert_int_equal(d.class->counters(d.decoder)->rejected, 1);
    assert_string_equal(
        decoding_lines(&d, "\xEF\xBB\xBFx,\"a\xFF\"\"\",z\n"),
        "{\"s\":\"a\xEF\xBF\xBD\\\"\\\"\",\"_corrupt_record\":\"x,\\\"a\xEF\xBF\xBD\\\"\\\"\\\",z\"}\n");
    decoding_end(&d);
}

static void malformed_rows_are_dropped(void **unused)
{
    (void)unused;
    struct decoding d;
    open_three(&d);
    decoding_option(&d, "mode", "DROPMALFORMED");
    assert_int_equal(decoding_open(&d), STATUS_OK);
    assert_string_equal(decoding_lines(&d, "1,a\nx,b\n3,\"c\"\n"), "{\"i\":1,\"s\":\"a\"}\n{\"i\":3,\"s\":\"c\"}\n");
    assert_int_equal(d.class->counters(d.decoder)->dropped, 1);
    decoding_end(&d);
}

static void malformed_rows_are_the_end(void **unused)
{
    (void)unused;
    struct decoding d;
    open_three(&d);
    decoding_option(&d, "mode", "FAILFAST");
    assert_int_equal(decoding_open(&d), STATUS_OK);
    assert_non_null(strstr(decoding_lines(&d, "1,a\nx,b\n"), "ERROR [MALFORMED_RECORD_IN_PARSING"));
    decoding_end(&d);
}

enum { MANY = 10000, LINE = 16 };

// More rows than a chunk has, the short way and the long one in turn, in files of lines and in one record each.
static void many_rows(bool multi_line)
{
    static char bytes[MANY * LINE], wanted[MANY * 2 * LINE];
    struct decoding d;
    open_three(&d);
    if (multi_line)
        decoding_option(&d, "multiLine", "true");
    assert_int_equal(decoding_open(&d), STATUS_OK);
    size_t size = 0, length = 0;
    for (int i = 0; i < MANY; i++) {
        size += (size_t)snprintf(bytes + size, sizeof bytes - size, i % 3 ? "%d,a\n" : "%d,\"\\\"\"\n", i);
        length += (size_t)snprintf(wanted + length, sizeof wanted - length,
                                   i % 3 ? "{\"i\":%d,\"s\":\"a\"}\n" : "{\"i\":%d,\"s\":\"\\\"\"}\n", i);
    }
    assert_string_equal(decoding_rows(&d, bytes, size), wanted);
    assert_int_equal(d.class->counters(d.decoder)->rows, MANY);
    decoding_end(&d);
}

static void chunks_follow_each_other(void **unused)
{
    (void)unused;
    many_rows(false);
    many_rows(true);
}

static void take_message(struct decoding *d, const char *message, enum status wanted)
{
    assert_int_equal(d->class->decode_one(d->decoder, slice_of(message), &d->chunk, &d->error), wanted);
}

static void messages_have_lines(void **unused)
{
    (void)unused;
    struct decoding d;
    open_three(&d);
    assert_int_equal(decoding_open(&d), STATUS_OK);
    decoding_chunk(&d);
    take_message(&d, "1,a", STATUS_OK);
    take_message(&d, "2,b\n3,c\n", STATUS_OK);
    take_message(&d, "", STATUS_OK);
    take_message(&d, "x", STATUS_OK);
    decoding_show(&d);
    assert_string_equal(text_cstring(&d.text), "{\"i\":1,\"s\":\"a\"}\n{\"i\":2,\"s\":\"b\"}\n{\"i\":3,\"s\":\"c\"}\n"
                                               "{\"_corrupt_record\":\"x\"}\n");
    decoding_end(&d);
}

// In a file more columns than maxColumns end the query, as in Spark. A message would come again at every start.
static void a_broken_message_is_one_bad_row(void **unused)
{
    (void)unused;
    for (int multi_line = 0; multi_line < 2; multi_line++) {
        struct decoding d;
        open_three(&d);
        decoding_option(&d, "maxColumns", "3");
        d.option[d.options.count - 1].integer = 3;
        decoding_option(&d, "multiLine", multi_line ? "true" : "false");
        assert_int_equal(decoding_open(&d), STATUS_OK);
        decoding_chunk(&d);
        take_message(&d, "1,a", STATUS_OK);
        take_message(&d, "2,b,3,4,5", STATUS_OK);
        take_message(&d, "3,c", STATUS_OK);
        assert_int_equal(d.chunk.rows.count, 3);
        assert_int_equal(d.class->counters(d.decoder)->rejected, 1);
        decoding_end(&d);
    }
}

// Where it broke off is forgotten: here within a separator of two characters.
static void a_message_behind_a_broken_one_is_read(void **unused)
{
    (void)unused;
    struct decoding d;
    open_three(&d);
    decoding_option(&d, "sep", "||");
    decoding_option(&d, "unescapedQuoteHandling", "SKIP_VALUE");
    assert_int_equal(decoding_open(&d), STATUS_OK);
    decoding_chunk(&d);
    take_message(&d, "\"a\"b\"||c", STATUS_OK);
    take_message(&d, "3||c", STATUS_OK);
    assert_int_equal(d.chunk.rows.count, 2);
    assert_int_equal(d.class->counters(d.decoder)->rejected, 1);
    assert_int_equal(d.chunk.column[0]->null[1], 0);
    decoding_end(&d);
}

static void a_message_has_line_ends_of_two_characters(void **unused)
{
    (void)unused;
    struct decoding d;
    open_three(&d);
    decoding_option(&d, "lineSep", "|;");
    assert_int_equal(decoding_open(&d), STATUS_OK);
    decoding_chunk(&d);
    take_message(&d, "1,a|;2,b", STATUS_OK);
    assert_int_equal(d.chunk.rows.count, 2);
    for (uint32_t row = 0; row < 2; row++)
        assert_true(slice_equal(d.chunk.column[1]->slice[row], row ? SLICE("b") : SLICE("a")));
    decoding_end(&d);
}

static void a_message_that_does_not_fit_comes_again(void **unused)
{
    (void)unused;
    static char message[2 * CHUNK_ROWS * 4 + 4];
    for (uint32_t i = 0; i < 2 * CHUNK_ROWS; i++)
        memcpy(message + 4 * i, "1,a\n", 4);
    struct decoding d;
    open_three(&d);
    assert_int_equal(decoding_open(&d), STATUS_OK);
    decoding_chunk(&d);
    take_message(&d, "7,z", STATUS_OK);
    take_message(&d, message, STATUS_AGAIN);
    assert_int_equal(d.chunk.rows.count, 1);
    uint32_t rows = 0;
    for (enum status status = STATUS_AGAIN; status == STATUS_AGAIN; rows += d.chunk.rows.count) {
        decoding_chunk(&d);
        status = d.class->decode_one(d.decoder, slice_of(message), &d.chunk, &d.error);
    }
    assert_int_equal(rows, 2 * CHUNK_ROWS);
    assert_int_equal(d.class->counters(d.decoder)->rows, 2 * CHUNK_ROWS + 1);
    decoding_end(&d);
}

static void hostile_quotes_end(void **unused)
{
    (void)unused;
    enum { SIZE = 200000 };
    static const char *const handling[] = {"STOP_AT_DELIMITER", "STOP_AT_CLOSING_QUOTE", "SKIP_VALUE"};
    static char bytes[SIZE + 1];
    for (size_t h = 0; h < sizeof handling / sizeof handling[0]; h++) {
        for (int kind = 0; kind < 4; kind++) {
            static const char *const pattern[] = {"\"x", "\"\\", "\" x", "\"\"\\"};
            size_t n = strlen(pattern[kind]);
            for (size_t i = 0; i < SIZE; i++)
                bytes[i] = pattern[kind][i % n];
            struct decoding d;
            open_three(&d);
            decoding_option(&d, "unescapedQuoteHandling", handling[h]);
            assert_int_equal(decoding_open(&d), STATUS_OK);
            decoding_rows(&d, bytes, SIZE);
            decoding_end(&d);
        }
    }
}

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

enum { RANDOM_SIZE = 64, RANDOM_ROUNDS = 4000 };

static size_t random_bytes(uint64_t *seed, bool line_ends, char *to)
{
    static const char alphabet[] = "\",\"\\ a1,\n#|\xC3\xA4\xFF\t\r";
    size_t size = next_random(seed) % RANDOM_SIZE;
    for (size_t i = 0; i < size; i++) {
        do
            to[i] = alphabet[next_random(seed) % (sizeof alphabet - 1)];
        while (!line_ends && to[i] == '\r');
    }
    return size;
}

static void open_random(struct decoding *d, uint64_t seed, bool lines, bool long_way)
{
    static const char *const handling[] = {"STOP_AT_DELIMITER", "STOP_AT_CLOSING_QUOTE", "SKIP_VALUE",
                                           "BACK_TO_DELIMITER", "RAISE_ERROR"};
    decoding_begin(d, &decoder_csv);
    decoding_field(d, "i", type_simple(TYPE_INT), true);
    decoding_field(d, "s", type_simple(TYPE_STRING), next_random(&seed) % 3);
    decoding_field(d, "t", type_simple(TYPE_STRING), next_random(&seed) % 3);
    decoding_field(d, "_corrupt_record", type_simple(TYPE_STRING), true);
    if (long_way)
        decoding_option(d, "lineSep", "\n");
    if (next_random(&seed) % 2)
        decoding_option(d, "escape", next_random(&seed) % 2 ? "\"" : "");
    if (!lines && next_random(&seed) % 2)
        decoding_option(d, "multiLine", "true");
    if (!lines && next_random(&seed) % 2)
        decoding_option(d, "sep", next_random(&seed) % 2 ? "||" : "\xC3\xA4");
    if (next_random(&seed) % 2)
        decoding_option(d, "ignoreLeadingWhiteSpace", "true");
    if (next_random(&seed) % 2)
        decoding_option(d, "ignoreTrailingWhiteSpace", "true");
    if (next_random(&seed) % 2)
        decoding_option(d, "emptyValue", "E");
    if (next_random(&seed) % 2)
        decoding_option(d, "unescapedQuoteHandling", handling[next_random(&seed) % (lines ? 3 : 5)]);
}

// With lineSep every record goes the long way: the short one must find the same.
static void both_ways_agree(void **unused)
{
    (void)unused;
    for (uint64_t round = 0; round < RANDOM_ROUNDS; round++) {
        char bytes[RANDOM_SIZE + 1];
        uint64_t seed = round;
        size_t size = random_bytes(&seed, false, bytes);
        struct decoding quick, slow;
        open_random(&quick, round, true, false);
        open_random(&slow, round, true, true);
        assert_int_equal(decoding_open(&quick), STATUS_OK);
        assert_int_equal(decoding_open(&slow), STATUS_OK);
        assert_string_equal(decoding_rows(&quick, bytes, size), decoding_rows(&slow, bytes, size));
        decoding_end(&quick);
        decoding_end(&slow);
    }
}

static void anything_is_survived(void **unused)
{
    (void)unused;
    for (uint64_t round = 0; round < RANDOM_ROUNDS; round++) {
        char bytes[RANDOM_SIZE + 1];
        uint64_t seed = round;
        size_t size = random_bytes(&seed, true, bytes);
        struct decoding d;
        open_random(&d, round, false, false);
        if (decoding_open(&d) == STATUS_OK)
            decoding_rows(&d, bytes, size);
        decoding_end(&d);
    }
}

static void refused(const char *option, const char *value, const struct type *type, const char *word)
{
    struct decoding d;
    decoding_begin(&d, &decoder_csv);
    decoding_field(&d, "i", type, true);
    if (option)
        decoding_option(&d, option, value);
    assert_int_equal(decoding_open(&d), STATUS_CONFIG);
    assert_non_null(strstr(d.error.text, word));
    text_free(&d.text);
    arena_free(&d.plan);
    arena_free(&d.arena);
    assert_int_equal(d.memory.used, 0);
}

static void what_is_refused(void **unused)
{
    (void)unused;
    const struct type *i = type_simple(TYPE_INT);
    refused("sep", "", i, "INVALID_DELIMITER_VALUE.EMPTY_STRING");
    refused("sep", "\\", i, "INVALID_DELIMITER_VALUE.SINGLE_BACKSLASH");
    refused("quote", "''", i, "quote");
    refused("escape", "\xC3\xA4", i, "ASCII");
    refused("lineSep", "", i, "lineSep");
    refused("lineSep", "abc", i, "lineSep");
    refused("sep", "\\u0000", i, "INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER");
    refused("timestampFormat", "YYYY", i, "INCONSISTENT_BEHAVIOR_CROSS_VERSION");
    refused("timeZone", "Mars/Olympus", i, "INVALID_TIMEZONE");
    struct memory memory = {0};
    struct arena arena;
    arena_init(&arena, &memory, 4096);
    refused(NULL, NULL, type_array(&arena, i, true), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
    arena_free(&arena);
}

// Without a newline at its end, in one record: one row, and not rows for ever. As in Spark it is NULL there.
static void an_empty_value_in_quotes_ends_a_file(void **unused)
{
    (void)unused;
    struct decoding d;
    open_three(&d);
    decoding_option(&d, "multiLine", "true");
    assert_int_equal(decoding_open(&d), STATUS_OK);
    assert_string_equal(decoding_lines(&d, "1,\"\""), "{\"i\":1}\n");
    assert_string_equal(decoding_lines(&d, "1,a\n2,\"\""), "{\"i\":1,\"s\":\"a\"}\n{\"i\":2}\n");
    assert_string_equal(decoding_lines(&d, ""), "");
    decoding_end(&d);
}

// Where NULL is written otherwise nothing stands before the separator: the value has no first byte to look at.
static void an_empty_value_is_no_integer(void **unused)
{
    (void)unused;
    for (int whole = 0; whole < 2; whole++) {
        struct decoding d;
        open_three(&d);
        decoding_option(&d, "nullValue", "-");
        decoding_option(&d, "multiLine", whole ? "true" : "false");
        assert_int_equal(decoding_open(&d), STATUS_OK);
        assert_string_equal(decoding_lines(&d, ",a\n7,b\n"), "{\"s\":\"a\"}\n{\"i\":7,\"s\":\"b\"}\n");
        decoding_end(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_rows),
        cmocka_unit_test(malformed_rows_are_dropped),
        cmocka_unit_test(malformed_rows_are_the_end),
        cmocka_unit_test(chunks_follow_each_other),
        cmocka_unit_test(messages_have_lines),
        cmocka_unit_test(a_broken_message_is_one_bad_row),
        cmocka_unit_test(a_message_behind_a_broken_one_is_read),
        cmocka_unit_test(a_message_has_line_ends_of_two_characters),
        cmocka_unit_test(a_message_that_does_not_fit_comes_again),
        cmocka_unit_test(hostile_quotes_end),
        cmocka_unit_test(both_ways_agree),
        cmocka_unit_test(anything_is_survived),
        cmocka_unit_test(an_empty_value_in_quotes_ends_a_file),
        cmocka_unit_test(an_empty_value_is_no_integer),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
