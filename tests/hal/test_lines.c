#include "hal/source/lines.h"
#include "ops/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

// Feeds `text` in pieces of `piece` bytes; returns all that came out, a | behind each block.
static void run(struct lines *l, const char *text, size_t size, size_t piece, struct text *out)
{
    size_t at = 0;
    struct slice s;
    while (at < size) {
        size_t room;
        char *to = lines_room(l, &room);
        assert_true(room > 0);
        size_t n = size - at < piece ? size - at : piece;
        n = n < room ? n : room;
        memcpy(to, text + at, n);
        lines_added(l, n);
        at += n;
        if (lines_take(l, &s)) {
            text_slice(out, s);
            text_char(out, '|');
        }
    }
    text_slice(out, lines_rest(l));
}

static void test_pieces(void **state)
{
    (void)state;
    static const char text[] = "one\ntwo\r\nthree\n\nfour";
    for (size_t piece = 1; piece < sizeof(text); piece++) {
        struct memory memory = {0};
        struct lines l;
        struct text out;
        text_init(&out, &memory);
        lines_init(&l, &memory, 100, false);
        run(&l, text, sizeof(text) - 1, piece, &out);
        struct text bare;
        text_init(&bare, &memory);
        for (size_t i = 0; i < out.size; i++) {
            if (out.data[i] != '|')
                text_char(&bare, out.data[i]);
            else
                assert_int_equal(out.data[i - 1], '\n'); // a block ends with a line
        }
        assert_string_equal(text_cstring(&bare), text);
        text_free(&out);
        text_free(&bare);
        lines_free(&l);
        assert_int_equal(memory.used, 0);
    }
}

static void test_oversized(void **state)
{
    (void)state;
    static const struct {
        const char *text, *out;
        uint64_t oversized;
    } cases[] = {
        {"12345678\nab\n", "12345678\n|ab\n|", 0}, // at the limit
        {"123456789\nab\n", "ab\n|", 1},           {"a\n1234567890123456789012\nb\n", "a\n|b\n|", 1},
        {"1234567890123\r\nab\n", "ab\n|", 1},     {"1234567890123", "", 1},
        {"123456789\n123456789\nx", "x", 2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct memory memory = {0};
        struct lines l;
        struct text out;
        text_init(&out, &memory);
        lines_init(&l, &memory, 8, false);
        run(&l, cases[i].text, strlen(cases[i].text), 1, &out);
        assert_string_equal(text_cstring(&out), cases[i].out);
        assert_int_equal(l.oversized, cases[i].oversized);
        text_free(&out);
        lines_free(&l);
    }
}

static void test_carriage_returns(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct lines l;
    struct text out;
    text_init(&out, &memory);
    lines_init(&l, &memory, 100, false);
    run(&l, "a\rb\rc", 5, 1, &out);
    assert_string_equal(text_cstring(&out), "a\r|b\r|c");
    text_free(&out);
    lines_free(&l);
}

static void test_whole(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct lines l;
    struct text out;
    text_init(&out, &memory);
    lines_init(&l, &memory, 16, true);
    run(&l, "a\nb\nc", 5, 2, &out);
    assert_string_equal(text_cstring(&out), "a\nb\nc");
    text_clear(&out);
    lines_restart(&l);
    run(&l, "0123456789\n0123456789\n", 22, 3, &out);
    assert_string_equal(text_cstring(&out), "");
    assert_int_equal(l.oversized, 1);
    text_free(&out);
    lines_free(&l);
    assert_int_equal(memory.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_oversized),
        cmocka_unit_test(test_carriage_returns),
        cmocka_unit_test(test_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
