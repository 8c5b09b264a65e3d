#include "hal/port/tls_roots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];

static void make_root(void)
{
    strcpy(root, "/tmp/runnel_roots_XXXXXX");
    assert_non_null(mkdtemp(root));
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
}

static void put(const char *path, const char *bytes)
{
    char whole[256];
    snprintf(whole, sizeof(whole), "%s%s", root, path);
    for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(whole, 0755);
        *slash = '/';
    }
    FILE *f = fopen(whole, "w");
    assert_non_null(f);
    fputs(bytes, f);
    fclose(f);
}

static void remove_root(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -r %s", root);
    assert_int_equal(system(command), 0);
}

static void test_boards(void **state)
{
    (void)state;
    static const struct {
        const char *board, *path, *file, *directory;
    } cases[] = {
        {"Debian", "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-certificates.crt", ""},
        {"Alpine", "/etc/ssl/cert.pem", "/etc/ssl/cert.pem", ""},
        {"OpenWrt, ca-certificates", "/etc/ssl/certs/4bfab552.0", "", "/etc/ssl/certs"},
        {"Fedora", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/certs/ca-bundle.crt", ""},
        {"SUSE", "/etc/ssl/ca-bundle.pem", "/etc/ssl/ca-bundle.pem", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tls_roots roots;
        struct error e = {0};
        char file[256] = "", directory[256] = "";
        make_root();
        put("/etc/ssl/certs/ca-certificates.crt", ""); // an empty one is none
        put(cases[i].path, "PEM");
        if (cases[i].file[0] != '\0')
            snprintf(file, sizeof(file), "%s%s", root, cases[i].file);
        if (cases[i].directory[0] != '\0')
            snprintf(directory, sizeof(directory), "%s%s", root, cases[i].directory);
        if (tls_roots_find(root, &roots, &e) != STATUS_OK)
            fail_msg("%s: %s", cases[i].board, e.text);
        assert_string_equal(roots.file, file);
        assert_string_equal(roots.directory, directory);
        remove_root();
    }
}

static void test_none(void **state)
{
    (void)state;
    struct tls_roots roots;
    struct error e = {0};
    make_root();
    assert_int_equal(tls_roots_find(root, &roots, &e), STATUS_FAILED);
    assert_non_null(strstr(e.text, "/etc/ssl/certs/ca-certificates.crt, /etc/ssl/cert.pem, "));
    assert_non_null(strstr(e.text, "install ca-certificates, or give the CA as \"ca\""));
    put("/etc/ssl/certs/README", "not a certificate");
    assert_int_equal(tls_roots_find(root, &roots, &e), STATUS_FAILED);
    remove_root();
}

static void test_environment(void **state)
{
    (void)state;
    struct tls_roots roots;
    struct error e = {0};
    char path[256];
    make_root();
    put("/etc/ssl/cert.pem", "PEM");
    put("/mine.pem", "PEM");
    snprintf(path, sizeof(path), "%s/mine.pem", root);
    setenv("SSL_CERT_FILE", path, 1);
    assert_int_equal(tls_roots_find(root, &roots, &e), STATUS_OK);
    assert_string_equal(roots.file, path);
    assert_string_equal(roots.directory, "");
    setenv("SSL_CERT_DIR", root, 1);
    assert_int_equal(tls_roots_find(root, &roots, &e), STATUS_OK);
    assert_string_equal(roots.file, path);
    assert_string_equal(roots.directory, root);
    setenv("SSL_CERT_FILE", "/nowhere/roots.pem", 1); // one of the two is enough
    assert_int_equal(tls_roots_find(root, &roots, &e), STATUS_OK);
    assert_string_equal(roots.file, "");
    assert_string_equal(roots.directory, root);
    unsetenv("SSL_CERT_DIR"); // what was said and is not there is not passed over
    assert_int_equal(tls_roots_find(root, &roots, &e), STATUS_FAILED);
    assert_string_equal(e.text, "SSL_CERT_FILE is /nowhere/roots.pem: No such file or directory");
    unsetenv("SSL_CERT_FILE");
    setenv("SSL_CERT_DIR", "/nowhere", 1);
    assert_int_equal(tls_roots_find(root, &roots, &e), STATUS_FAILED);
    assert_string_equal(e.text, "SSL_CERT_DIR is /nowhere: No such file or directory");
    unsetenv("SSL_CERT_DIR");
    remove_root();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boards),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
