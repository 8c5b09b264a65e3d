#include "hal/source/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_registry(void **state)
{
    (void)state;
    static const char *const expected[] = {"csv",    "json", "kafka", "mqtt", "rate", "rate-micro-batch",
                                           "socket", "text"};
    uint32_t count;
    const struct source_class *const *list = source_list(&count);
    assert_int_equal(count, sizeof(expected) / sizeof(expected[0]));
    for (uint32_t i = 0; i < count; i++) {
        const struct source_class *c = list[i];
        assert_string_equal(c->format, expected[i]);
        assert_ptr_equal(source_find(slice_of(c->format)), c);
        assert_true(c->options && c->open && c->close && c->plan && c->read && c->save && c->committed && c->counters &&
                    c->describe);
        assert_true(c->live || c->freeze); // who cannot be bounded says so
        for (const struct option_spec *o = c->options; o->name != NULL; o++)
            assert_non_null(o->summary);
    }
    assert_null(source_find(SLICE("kinesis")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_registry)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
