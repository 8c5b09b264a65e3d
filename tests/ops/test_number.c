#include "ops/number.h"
#include "ops/number_powers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void expect_double(double v, const char *text)
{
    char to[NUMBER_TEXT_MAX + 1];
    to[double_print(v, to)] = '\0';
    assert_string_equal(to, text);
}

static void expect_float(float v, const char *text)
{
    char to[NUMBER_TEXT_MAX + 1];
    to[float_print(v, to)] = '\0';
    assert_string_equal(to, text);
}

static void double_print_is_javas(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text;
    } table[] = {{0.0, "0.0"},
                 {-0.0, "-0.0"},
                 {1, "1.0"},
                 {-1.5, "-1.5"},
                 {0.1, "0.1"},
                 {0.001, "0.001"},
                 {9.9999e-4, "9.9999E-4"},
                 {100, "100.0"},
                 {1234567, "1234567.0"},
                 {9999999, "9999999.0"},
                 {1e7, "1.0E7"},
                 {12345678.9, "1.23456789E7"},
                 {1e10, "1.0E10"},
                 {123456789012345680.0, "1.2345678901234568E17"},
                 {1e21, "1.0E21"},
                 {1e22, "1.0E22"},
                 {1e23, "1.0E23"},
                 {8.41e21, "8.41E21"},
                 {9007199254740992.0, "9.007199254740992E15"},
                 {4.9e-324, "4.9E-324"},
                 {2e-323, "2.0E-323"},
                 {2.2250738585072014e-308, "2.2250738585072014E-308"},
                 {1.7976931348623157e308, "1.7976931348623157E308"},
                 {0.30000000000000004, "0.30000000000000004"},
                 {3.3333333333333335, "3.3333333333333335"},
                 {1709296496.789123, "1.709296496789123E9"},
                 {(double)INFINITY, "Infinity"},
                 {-(double)INFINITY, "-Infinity"},
                 {(double)NAN, "NaN"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        expect_double(table[i].v, table[i].text);
}

static void float_print_is_javas(void **state)
{
    (void)state;
    expect_float(0.1F, "0.1");
    expect_float(0.3F, "0.3");
    expect_float(1e10F, "1.0E10");
    expect_float(3.4028235e38F, "3.4028235E38");
    expect_float(1.17549435e-38F, "1.1754944E-38");
    expect_float(1.4e-45F, "1.4E-45");
    expect_float(16777216.0F, "1.6777216E7");
    expect_float(123456.7F, "123456.7");
    expect_float(-2147483648.0F, "-2.1474836E9");
    expect_float(0x1p-126F, "1.1754944E-38");
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

// What is printed reads back as the same number, by us and by libc, and no text with one digit less does.
static void random_doubles_survive(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_random(&seed);
        if (i & 1)
            bits = (bits & 0x800FFFFFFFFFFFFF) | (uint64_t)(1000 + bits % 60) << 52;
        double v, back;
        memcpy(&v, &bits, sizeof v);
        if (isnan(v) || isinf(v))
            continue;
        char text[NUMBER_TEXT_MAX + 1];
        uint32_t size = double_print(v, text);
        text[size] = '\0';
        assert_true(double_parse((struct slice){text, size}, &back));
        assert_memory_equal(&back, &v, sizeof v);
        assert_true(strtod(text, NULL) == v);
        uint32_t digits = 0;
        for (uint32_t k = 0; k < size && text[k] != 'E'; k++)
            digits += text[k] >= '0' && text[k] <= '9';
        if (fabs(v) > 1e-3 && fabs(v) < 1e7)
            continue; // zeros that are no digits
        char shorter[64];
        snprintf(shorter, sizeof shorter, "%.*e", digits >= 3 ? (int)digits - 2 : 0, v);
        assert_true(digits < 3 || strtod(shorter, NULL) != v);
    }
}

static void random_floats_survive(void **state)
{
    (void)state;
    uint64_t seed = 362436069;
    for (int i = 0; i < 20000; i++) {
        uint32_t bits = (uint32_t)next_random(&seed);
        float v, back;
        memcpy(&v, &bits, sizeof v);
        if (isnan(v) || isinf(v))
            continue;
        char text[NUMBER_TEXT_MAX + 1];
        uint32_t size = float_print(v, text);
        assert_true(float_parse((struct slice){text, size}, &back));
        assert_memory_equal(&back, &v, sizeof v);
    }
}

static void random_texts_read_as_libc(void **state)
{
    (void)state;
    uint64_t seed = 521288629;
    for (int i = 0; i < 20000; i++) {
        char text[64];
        uint64_t r = next_random(&seed);
        int exponent = (int)(next_random(&seed) % 660) - 345;
        int size =
            snprintf(text, sizeof text, "%s%llu%s%llue%d", r & 1 ? "-" : "", (unsigned long long)(r >> (r >> 1) % 60),
                     r & 2 ? "." : "", (unsigned long long)next_random(&seed) >> (r >> 8) % 64, exponent);
        double v;
        float f;
        assert_true(double_parse((struct slice){text, (uint32_t)size}, &v));
        assert_true(v == strtod(text, NULL));
        assert_true(float_parse((struct slice){text, (uint32_t)size}, &f));
        assert_true(f == strtof(text, NULL));
    }
}

static void long_texts_round_once(void **state)
{
    (void)state;
    // The middle between 1 and the next double, and a digit behind it far out.
    char text[1200] = "1.00000000000000011102230246251565404236316680908203125";
    size_t size = strlen(text);
    double v;
    assert_true(double_parse((struct slice){text, (uint32_t)size}, &v));
    assert_true(v == 1.0);
    memset(text + size, '0', 1000);
    text[size + 1000] = '1';
    assert_true(double_parse((struct slice){text, (uint32_t)size + 1001}, &v));
    assert_true(v == 1.0000000000000002);
    // 16777217 is the middle of two floats; by way of double the tail would be lost.
    float f;
    assert_true(float_parse(SLICE("16777217"), &f));
    assert_true(f == 16777216.0F);
    assert_true(float_parse(SLICE("16777217.00000000000000000000001"), &f));
    assert_true(f == 16777218.0F);
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",    ".",  "+",  "-",   "1e",  "1e+", "e5", "1..2",
                                        "--1", "1 ", " 1", "NaN", "0x1", "1_0", "1f", "1e5.0"};
    double v;
    float f;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(double_parse(slice_of(wrong[i]), &v));
        assert_false(float_parse(slice_of(wrong[i]), &f));
    }
    assert_true(double_parse(SLICE("1e999999999999999999999"), &v) && isinf(v));
    assert_true(double_parse(SLICE("-1e-999999999999999999999"), &v) && v == 0 && signbit(v));
    assert_true(double_parse(SLICE("5."), &v) && v == 5);
    assert_true(double_parse(SLICE(".5"), &v) && v == 0.5);
}

static void integers(void **state)
{
    (void)state;
    static const int64_t values[] = {0, 1, -1, 9, 10, 99, 100, 12345, -99999, INT32_MIN, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[NUMBER_TEXT_MAX + 1], wanted[32];
        text[int64_print(values[i], text)] = '\0';
        snprintf(wanted, sizeof wanted, "%lld", (long long)values[i]);
        assert_string_equal(text, wanted);
        int64_t back = 7;
        assert_true(int64_parse(slice_of(text), &back));
        assert_true(back == values[i]);
    }
    int64_t v;
    assert_false(int64_parse(SLICE("9223372036854775808"), &v));
    assert_false(int64_parse(SLICE("-9223372036854775809"), &v));
    assert_true(int64_parse(SLICE("+00000000000000000000000012"), &v) && v == 12);
    assert_false(int64_parse(SLICE("1.0"), &v));
    assert_false(int64_parse(SLICE(""), &v));
    assert_false(int64_parse(SLICE("-"), &v));
}

static void powers_are_right(void **state)
{
    (void)state;
    // 10^k as a double is the first 53 bits of the table's, rounded.
    for (int k = -300; k <= 300; k++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", k);
        double wanted = strtod(text, NULL);
        double high = ldexp((double)(power_of_ten[k - POWER_LEAST].high >> 11), floor_log2_pow10(k) - 52);
        assert_true(fabs(high - wanted) <= wanted * 0x1p-52);
        assert_true(power_of_ten[k - POWER_LEAST].high >> 63);
    }
    assert_true(power_of_ten[0 - POWER_LEAST].high == UINT64_C(1) << 63 && power_of_ten[0 - POWER_LEAST].low == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(double_print_is_javas),
        cmocka_unit_test(float_print_is_javas),
        cmocka_unit_test(random_doubles_survive),
        cmocka_unit_test(random_floats_survive),
        cmocka_unit_test(random_texts_read_as_libc),
        cmocka_unit_test(long_texts_round_once),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(integers),
        cmocka_unit_test(powers_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
