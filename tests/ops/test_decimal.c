#include "ops/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static struct decimal of(const char *text, unsigned precision, unsigned scale)
{
    struct decimal v;
    if (!decimal_parse(slice_of(text), (struct decimal_size){(uint8_t)precision, (uint8_t)scale}, &v))
        fail_msg("%s does not fit DECIMAL(%u,%u)", text, precision, scale);
    return v;
}

static void expect(struct decimal v, unsigned scale, const char *text)
{
    char to[DECIMAL_TEXT_MAX + 1];
    to[decimal_print(v, scale, to)] = '\0';
    assert_string_equal(to, text);
}

static void prints_as_big_decimal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned precision, scale;
        const char *wanted, *plain;
    } table[] = {
        {"0", 20, 10, "0E-10", "0.0000000000"},
        {"0", 10, 2, "0.00", "0.00"},
        {"0", 10, 6, "0.000000", "0.000000"},
        {"0", 10, 7, "0E-7", "0.0000000"},
        {"3.3", 10, 2, "3.30", "3.30"},
        {"-0.05", 10, 2, "-0.05", "-0.05"},
        {"0.0000001", 10, 7, "1E-7", "0.0000001"},
        {"0.00000123", 10, 8, "0.00000123", "0.00000123"},
        {"-0.000000123", 10, 9, "-1.23E-7", "-0.000000123"},
        {"99999999999999999999999999999999999999", 38, 0, "99999999999999999999999999999999999999",
         "99999999999999999999999999999999999999"},
        {"-.99999999999999999999999999999999999999", 38, 38, "-0.99999999999999999999999999999999999999",
         "-0.99999999999999999999999999999999999999"},
        {"1e5", 10, 2, "100000.00", "100000.00"},
        {"12E-1", 10, 0, "1", "1"},
        {"1.005", 10, 2, "1.01", "1.01"},
        {"-2.5", 10, 0, "-3", "-3"},
        {"1e-100000", 10, 2, "0.00", "0.00"},
        {"0e99999", 10, 2, "0.00", "0.00"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct decimal v = of(table[i].text, table[i].precision, table[i].scale);
        expect(v, table[i].scale, table[i].wanted);
        char plain[DECIMAL_TEXT_MAX + 1];
        plain[decimal_print_plain(v, table[i].scale, plain)] = '\0';
        assert_string_equal(plain, table[i].plain);
    }
}

static void refuses_what_does_not_fit(void **state)
{
    (void)state;
    struct decimal v;
    const struct decimal_size small = {3, 1}, large = {38, 0};
    static const char *const wrong[] = {"",
                                        ".",
                                        "1e",
                                        "abc",
                                        "100",
                                        "99.95",
                                        "1 ",
                                        "1f",
                                        "NaN",
                                        "1e99999999",
                                        "0x1",
                                        "--1",
                                        "1..",
                                        "1e1.5",
                                        "1e+",
                                        "-100",
                                        "1234567890123456789012345678901234567890"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(decimal_parse(slice_of(wrong[i]), small, &v));
    assert_false(decimal_parse(SLICE("100000000000000000000000000000000000000"), large, &v));
    assert_false(decimal_parse(SLICE("99999999999999999999999999999999999999.5"), large, &v));
    assert_false(decimal_from_double((double)NAN, large, &v));
    assert_false(decimal_from_double((double)INFINITY, large, &v));
    assert_false(decimal_from_double(1e39, large, &v));
    assert_false(decimal_rescale(of("999.95", 5, 2), 2, (struct decimal_size){4, 1}, &v));
    assert_true(decimal_rescale(of("999.94", 5, 2), 2, (struct decimal_size){4, 1}, &v));
    expect(v, 1, "999.9");
}

// Answers of Spark 4.3.
static void arithmetic_is_sparks(void **state)
{
    (void)state;
    static const struct {
        char operation;
        unsigned p1, s1;
        const char *x;
        unsigned p2, s2;
        const char *y;
        unsigned precision, scale;
        const char *wanted; // NULL: does not fit
    } table[] = {
        {'+', 10, 2, "1.25", 10, 2, "-0.30", 11, 2, "0.95"},
        {'+', 38, 0, "99999999999999999999999999999999999999", 38, 0, "1", 38, 0, NULL},
        {'-', 10, 2, "0.10", 5, 5, "0.99999", 14, 5, "-0.89999"},
        {'*', 10, 2, "1.11", 10, 2, "-1.11", 21, 4, "-1.2321"},
        {'*', 38, 18, "12345678901234567890.123456789012345678", 38, 18, "2", 38, 6, "24691357802469135780.246914"},
        {'*', 38, 0, "99999999999999999999999999999999999999", 38, 0, "10", 38, 0, NULL},
        {'/', 10, 2, "1.00", 10, 2, "3.00", 23, 13, "0.3333333333333"},
        {'/', 10, 2, "-2.00", 10, 2, "3.00", 23, 13, "-0.6666666666667"},
        {'/', 38, 18, "1", 38, 18, "7", 38, 6, "0.142857"},
        {'/', 10, 2, "1.00", 10, 2, "0.00", 23, 13, NULL},
        {'/', 5, 5, "-0.99529", 38, 0, "1314", 38, 38, "-0.00075745053272450532724505327245053272"},
        {'%', 10, 2, "-7.50", 10, 2, "2.00", 10, 2, "-1.50"},
        {'%', 10, 2, "7.50", 3, 0, "-2", 5, 2, "1.50"},
        {'%', 10, 2, "7.50", 3, 0, "0", 5, 2, NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct decimal x = of(table[i].x, table[i].p1, table[i].s1), y = of(table[i].y, table[i].p2, table[i].s2), v;
        struct decimal_size a = {(uint8_t)table[i].p1, (uint8_t)table[i].s1};
        struct decimal_size b = {(uint8_t)table[i].p2, (uint8_t)table[i].s2}, to;
        bool ok = false;
        switch (table[i].operation) {
        case '+':
            to = decimal_size_add(a, b);
            ok = decimal_add(x, a.scale, y, b.scale, to, &v);
            break;
        case '-':
            to = decimal_size_add(a, b);
            ok = decimal_subtract(x, a.scale, y, b.scale, to, &v);
            break;
        case '*':
            to = decimal_size_multiply(a, b);
            ok = decimal_multiply(x, a.scale, y, b.scale, to, &v);
            break;
        case '/':
            to = decimal_size_divide(a, b);
            ok = decimal_divide(x, a.scale, y, b.scale, to, &v);
            break;
        default:
            to = decimal_size_remainder(a, b);
            ok = decimal_remainder(x, a.scale, y, b.scale, to, &v);
        }
        assert_int_equal(to.precision, table[i].precision);
        assert_int_equal(to.scale, table[i].scale);
        assert_int_equal(ok, table[i].wanted != NULL);
        if (ok)
            expect(v, to.scale, table[i].wanted);
    }
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

// (x * y) / y = x, x - (x / y) * y = x % y: long division against multiplication.
static void division_undoes_multiplication(void **state)
{
    (void)state;
    uint64_t seed = 2463534242;
    const struct decimal_size whole = {38, 0};
    for (int i = 0; i < 20000; i++) {
        struct decimal x = {next_random(&seed), (int64_t)(next_random(&seed) >> (4 + i % 60))};
        struct decimal y = {next_random(&seed) >> i % 64, (int64_t)(next_random(&seed) >> (8 + i % 56))};
        if (i & 1)
            y.high = 0;
        if (i & 2)
            x = decimal_negate(x);
        struct decimal product, rest, back;
        if (decimal_sign(y) == 0 || !decimal_fits(x, 38) || !decimal_fits(y, 38))
            continue;
        assert_true(decimal_remainder(x, 0, y, 0, whole, &rest));
        int64_t quotient;
        assert_true(decimal_quotient(x, 0, y, 0, &quotient));
        struct decimal by = decimal_of(quotient);
        if (!decimal_multiply(by, 0, y, 0, whole, &product) || !decimal_add(product, 0, rest, 0, whole, &back) ||
            decimal_digits(x) > 18 + decimal_digits(y))
            continue; // the quotient was cut to 64 bits
        assert_int_equal(decimal_compare(back, 0, x, 0), 0);
    }
}

static void compares_across_scales(void **state)
{
    (void)state;
    assert_int_equal(decimal_compare(of("1.5", 2, 1), 1, of("1.50", 3, 2), 2), 0);
    assert_int_equal(decimal_compare(of("-1.5", 2, 1), 1, of("1.50", 3, 2), 2), -1);
    assert_int_equal(decimal_compare(of("-1.5", 2, 1), 1, of("-1.51", 3, 2), 2), 1);
    assert_int_equal(decimal_compare(of("2", 1, 0), 0, of("1.99", 3, 2), 2), 1);
    struct decimal_size wider = decimal_size_wider((struct decimal_size){38, 0}, (struct decimal_size){38, 18});
    assert_int_equal(wider.precision, 38);
    assert_int_equal(wider.scale, 0);
    wider = decimal_size_wider((struct decimal_size){10, 2}, (struct decimal_size){5, 4});
    assert_int_equal(wider.precision, 12);
    assert_int_equal(wider.scale, 4);
}

static void converts(void **state)
{
    (void)state;
    assert_true(decimal_to_int64(of("-1.99", 3, 2), 2) == -1);
    assert_true(decimal_to_int64(of("9223372036854775808", 19, 0), 0) == INT64_MIN); // wraps
    assert_true(decimal_to_double(of("0.1", 2, 1), 1) == 0.1);
    assert_true(decimal_to_float(of("16777217", 8, 0), 0) == 16777216.0F);
    struct decimal v;
    const struct decimal_size size = {38, 2};
    assert_true(decimal_from_double(0.1 + 0.2, (struct decimal_size){20, 18}, &v));
    expect(v, 18, "0.300000000000000040");
    assert_true(decimal_from_double(5434780138615719880.0, (struct decimal_size){38, 0}, &v));
    expect(v, 0, "5434780138615719900"); // Java 17's digits
    assert_true(decimal_from_int64(INT64_MIN, size, &v));
    expect(v, 2, "-9223372036854775808.00");
}

static void rounds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int digits;
        enum decimal_rounding how;
        unsigned scale;
        const char *wanted;
    } table[] = {
        {"2.50", 0, DECIMAL_HALF_UP, 0, "3"},      {"2.50", 0, DECIMAL_HALF_EVEN, 0, "2"},
        {"3.50", 0, DECIMAL_HALF_EVEN, 0, "4"},    {"2.51", 0, DECIMAL_HALF_EVEN, 0, "3"},
        {"-2.50", 0, DECIMAL_HALF_UP, 0, "-3"},    {"-2.01", 0, DECIMAL_FLOOR, 0, "-3"},
        {"-2.99", 0, DECIMAL_CEILING, 0, "-2"},    {"2.01", 0, DECIMAL_CEILING, 0, "3"},
        {"155.00", -1, DECIMAL_HALF_UP, 0, "160"}, {"145.00", -1, DECIMAL_HALF_EVEN, 0, "140"},
        {"4.00", -200, DECIMAL_HALF_UP, 0, "0"},   {"1.25", 1, DECIMAL_HALF_UP, 1, "1.3"},
        {"1.25", 5, DECIMAL_HALF_UP, 2, "1.25"},   {"0.00", 0, DECIMAL_CEILING, 0, "0"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct decimal v;
        assert_true(decimal_round(of(table[i].text, 10, 2), 2, table[i].digits, table[i].how,
                                  (struct decimal_size){20, (uint8_t)table[i].scale}, &v));
        expect(v, table[i].scale, table[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_as_big_decimal),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(arithmetic_is_sparks),
        cmocka_unit_test(division_undoes_multiplication),
        cmocka_unit_test(compares_across_scales),
        cmocka_unit_test(converts),
        cmocka_unit_test(rounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
