#include "ops/datum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

// What datum_save never writes is not loaded.
static void test_damage(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct arena arena;
    struct datum d = {0};
    arena_init(&arena, &memory, 4096);
    const struct type *list = type_array(&arena, type_simple(TYPE_INT), true);
    assert_int_equal(datum_load(list, SLICE("\1\0\0\0\0"), &d, &arena), 0); // a nested value of no bytes
    assert_int_equal(datum_load(list, SLICE("\1\2\0\0\0\1\0"), &d, &arena), 7);
    assert_int_equal(datum_load(list, SLICE("\1\2\0\0\0\1"), &d, &arena), 0); // cut
    assert_int_equal(datum_load(list, SLICE("\2"), &d, &arena), 0);
    arena_free(&arena);
    assert_int_equal(memory.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
