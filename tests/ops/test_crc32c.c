#include "ops/crc32c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

// Bit by bit, as the polynomial says: what the tables and instructions are compared with.
static uint32_t slow(const unsigned char *at, size_t count)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < count; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
    }
    return ~crc;
}

// RFC 3720, appendix B.4; the last is the check value of every CRC catalogue.
static void test_published_values(void **state)
{
    (void)state;
    unsigned char bytes[32];
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(crc32c(0, bytes, 32), 0x8A9136AAu);
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(crc32c(0, bytes, 32), 0x62A8AB43u);
    for (unsigned i = 0; i < 32; i++)
        bytes[i] = (unsigned char)i;
    assert_int_equal(crc32c(0, bytes, 32), 0x46DD794Eu);
    assert_int_equal(crc32c(0, "123456789", 9), 0xE3069283u);
    assert_int_equal(crc32c(0, "", 0), 0);
}

static void test_any_length_place_and_cut(void **state)
{
    (void)state;
    unsigned char bytes[97];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 151 + 7);
    for (size_t from = 0; from < 9; from++) {
        for (size_t count = 0; count + from <= sizeof bytes; count++) {
            uint32_t want = slow(bytes + from, count);
            assert_int_equal(crc32c(0, bytes + from, count), want);
            size_t cut = count / 3;
            uint32_t first = crc32c(0, bytes + from, cut);
            assert_int_equal(crc32c(first, bytes + from + cut, count - cut), want);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_values),
        cmocka_unit_test(test_any_length_place_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
