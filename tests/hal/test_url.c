#include "hal/port/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_good(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const struct url_rule *rule;
        bool tls, loopback;
        const char *printed;
    } cases[] = {
        {"mqtt://broker", &url_mqtt, false, false, "mqtt://broker:1883"},
        {"mqtts://broker", &url_mqtt, true, false, "mqtts://broker:8883"},
        {"MQTTS://Broker:1", &url_mqtt, true, false, "mqtts://Broker:1"},
        {"broker", &url_mqtt, true, false, "mqtts://broker:8883"},
        {"broker:1883", &url_mqtt, true, false, "mqtts://broker:1883"},
        {"localhost", &url_mqtt, false, true, "mqtt://localhost:1883"},
        {"127.0.0.1:5", &url_mqtt, false, true, "mqtt://127.0.0.1:5"},
        {"127.0.0.1.example.org", &url_mqtt, true, false, "mqtts://127.0.0.1.example.org:8883"},
        {"mqtts://localhost/", &url_mqtt, true, true, "mqtts://localhost:8883"},
        {"[::1]:7", &url_mqtt, false, true, "mqtt://[::1]:7"},
        {"mqtts://[2001:db8::1]", &url_mqtt, true, false, "mqtts://[2001:db8::1]:8883"},
        {"a.localhost", &url_mqtt, false, true, "mqtt://a.localhost:1883"},
        {"http://h:8080/x/y?z=1", &url_http, false, false, "http://h:8080/x/y?z=1"},
        {"h/hook", &url_http, true, false, "https://h:443/hook"},
        {"localhost:8080", &url_http, false, true, "http://localhost:8080"},
    };
    struct memory memory = {0};
    struct text out;
    text_init(&out, &memory);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct url u;
        struct error e = {0};
        if (url_parse(slice_of(cases[i].text), cases[i].rule, &u, &e) != STATUS_OK)
            fail_msg("%s: %s", cases[i].text, e.text);
        text_clear(&out);
        url_print(&u, cases[i].rule, &out);
        assert_string_equal(text_cstring(&out), cases[i].printed);
        assert_int_equal(u.tls, cases[i].tls);
        assert_int_equal(u.loopback, cases[i].loopback);
    }
    text_free(&out);
}

static void test_bad(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "names no host"},
        {"mqtt://", "names no host"},
        {"http://broker", "the scheme is http; wanted is mqtt:// or mqtts://"},
        {"mqtt://broker:0", "port"},
        {"mqtt://broker:65536", "port"},
        {"mqtt://broker:", "port"},
        {"mqtt://broker:18x", "port"},
        {"mqtt://[::1", "closing ]"},
        {"mqtt://[::1]x", "port"},
        {"mqtt://broker/topic", "path"},
        {"mqtt://bro ker", "blank"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct url u;
        struct error e = {0};
        assert_int_equal(url_parse(slice_of(cases[i].text), &url_mqtt, &u, &e), STATUS_CONFIG);
        if (strstr(e.text, cases[i].why) == NULL)
            fail_msg("%s: %s", cases[i].text, e.text);
    }
    struct url u;
    struct error e = {0};
    assert_int_equal(url_parse(SLICE("mqtt://me:hunter2@broker"), &url_mqtt, &u, &e), STATUS_CONFIG);
    assert_null(strstr(e.text, "hunter2"));
}

static void test_secrets(void **state)
{
    (void)state;
    struct url u;
    struct error e = {0};
    url_parse(SLICE("mqtt://broker"), &url_mqtt, &u, &e);
    assert_int_equal(url_check_secret(&u, NULL, false, &e), STATUS_OK);
    assert_int_equal(url_check_secret(&u, "a password", true, &e), STATUS_OK);
    assert_int_equal(url_check_secret(&u, "a password", false, &e), STATUS_CONFIG);
    assert_non_null(strstr(e.text, "allowPlaintext"));
    url_parse(SLICE("mqtts://broker"), &url_mqtt, &u, &e);
    assert_int_equal(url_check_secret(&u, "a password", false, &e), STATUS_OK);
    url_parse(SLICE("mqtt://127.0.0.1"), &url_mqtt, &u, &e);
    assert_int_equal(url_check_secret(&u, "a password", false, &e), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
