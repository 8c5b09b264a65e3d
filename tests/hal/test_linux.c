#include "hal/port/linux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { SOON = 5000000 }; // microseconds; what is waited for happens at once

struct bench {
    struct port *port;
    char directory[64];
    unsigned events; // seen so far
    int calls;
};

static int setup(void **state)
{
    static struct bench bench;
    struct error e;
    bench = (struct bench){.directory = "/tmp/runnel-test-XXXXXX"};
    assert_non_null(mkdtemp(bench.directory));
    assert_int_equal(port_linux_open(&bench.port, &e), STATUS_OK);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    char command[128];
    port_linux_close(b->port);
    snprintf(command, sizeof(command), "rm -rf '%s'", b->directory);
    return system(command);
}

static const char *in(struct bench *b, const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", b->directory, name);
    return path;
}

static void on_ready(void *arg, int handle, unsigned events)
{
    (void)handle;
    struct bench *b = arg;
    b->events |= events;
    b->calls++;
}

static int64_t soon(struct bench *b)
{
    return b->port->class->monotonic(b->port) + SOON;
}

static void write_file(struct bench *b, const char *path, const char *text)
{
    struct error e;
    int h;
    assert_int_equal(b->port->class->open(b->port, path, PORT_CREATE, &h, &e), STATUS_OK);
    assert_int_equal(b->port->class->write(b->port, h, text, strlen(text), &e), STATUS_OK);
    assert_int_equal(b->port->class->sync(b->port, h, &e), STATUS_OK);
    b->port->class->close(b->port, h);
}

static bool count_entry(void *arg, const char *name, const struct port_stat *s)
{
    (void)name, (void)s;
    ++*(int *)arg;
    return true;
}

static void test_files(void **state)
{
    struct bench *b = *state;
    const struct port_class *c = b->port->class;
    struct error e;
    struct port_stat s;
    char bytes[64];
    size_t got;
    int h, count = 0;
    assert_int_equal(c->make_directory(b->port, in(b, "a/b/c"), &e), STATUS_OK);
    assert_int_equal(c->make_directory(b->port, in(b, "a/b/c"), &e), STATUS_OK);
    write_file(b, in(b, "a/x"), "hello");
    assert_int_equal(c->make_directory(b->port, in(b, "a/x"), &e), STATUS_FAILED);
    assert_int_equal(c->stat(b->port, in(b, "a/x"), &s, &e), STATUS_OK);
    assert_int_equal(s.size, 5);
    assert_false(s.directory);
    assert_true(llabs(s.modified - c->wall(b->port)) < 60 * INT64_C(1000000));
    assert_int_equal(c->stat(b->port, in(b, "nowhere"), &s, &e), STATUS_END);
    assert_int_equal(c->rename(b->port, in(b, "a/x"), in(b, "a/y"), &e), STATUS_OK);
    assert_int_equal(c->rename(b->port, in(b, "a/x"), in(b, "a/y"), &e), STATUS_END);
    assert_int_equal(c->sync_directory(b->port, in(b, "a"), &e), STATUS_OK);
    assert_int_equal(c->open(b->port, in(b, "a/x"), PORT_READ, &h, &e), STATUS_END);
    assert_int_equal(c->open(b->port, in(b, "a"), PORT_READ, &h, &e), STATUS_FAILED);
    assert_int_equal(c->open(b->port, in(b, "a/y"), PORT_READ, &h, &e), STATUS_OK);
    assert_int_equal(c->read(b->port, h, bytes, sizeof(bytes), &got, &e), STATUS_OK);
    assert_int_equal(got, 5);
    assert_int_equal(c->read(b->port, h, bytes, sizeof(bytes), &got, &e), STATUS_OK);
    assert_int_equal(got, 0);
    c->close(b->port, h);
    assert_int_equal(mkfifo(in(b, "a/fifo"), 0600), 0); // would block who opens it: not seen, not opened
    assert_int_equal(c->open(b->port, in(b, "a/fifo"), PORT_READ, &h, &e), STATUS_FAILED);
    assert_int_equal(symlink("nowhere", in(b, "a/dangling")), 0);
    assert_int_equal(c->list(b->port, in(b, "a"), count_entry, &count, &e), STATUS_OK);
    assert_int_equal(count, 2); // b, y
    assert_int_equal(c->list(b->port, in(b, "nowhere"), count_entry, &count, &e), STATUS_END);
    assert_int_equal(c->unlink(b->port, in(b, "a/y"), &e), STATUS_OK);
    assert_int_equal(c->unlink(b->port, in(b, "a/y"), &e), STATUS_END);
}

static void test_full_device(void **state)
{
    struct bench *b = *state;
    const struct port_class *c = b->port->class;
    struct error e;
    int saved = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0);
    fflush(stdout);
    dup2(full, STDOUT_FILENO);
    enum status status = c->print(b->port, "x", 1, &e);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(full);
    assert_int_equal(status, STATUS_FULL);
    assert_non_null(strstr(e.text, "full"));
}

static void test_wait_and_wake(void **state)
{
    struct bench *b = *state;
    const struct port_class *c = b->port->class;
    struct error e;
    int64_t began = c->monotonic(b->port);
    assert_int_equal(c->wait(b->port, began + 3000, &e), STATUS_END);
    assert_true(c->monotonic(b->port) >= began + 3000);
    c->wake(b->port);
    assert_int_equal(c->wait(b->port, soon(b), &e), STATUS_OK);
    assert_int_equal(c->wait(b->port, 0, &e), STATUS_END); // woken once
}

static void test_watch(void **state)
{
    struct bench *b = *state;
    const struct port_class *c = b->port->class;
    struct error e;
    int h, other;
    assert_int_equal(c->watch_directory(b->port, in(b, "w"), on_ready, b, &h, &e), STATUS_END);
    assert_int_equal(c->make_directory(b->port, in(b, "w"), &e), STATUS_OK);
    assert_int_equal(c->watch_directory(b->port, in(b, "w"), on_ready, b, &h, &e), STATUS_OK);
    assert_int_equal(c->watch_directory(b->port, in(b, "w"), on_ready, b, &other, &e), STATUS_OK);
    write_file(b, in(b, "x"), "1");
    assert_int_equal(c->wait(b->port, c->monotonic(b->port) + 1000, &e), STATUS_END); // not in it
    assert_int_equal(c->rename(b->port, in(b, "x"), in(b, "w/x"), &e), STATUS_OK);
    assert_int_equal(c->wait(b->port, soon(b), &e), STATUS_OK);
    assert_int_equal(b->calls, 2);
    assert_int_equal(b->events, PORT_READABLE);
    c->close(b->port, other); // the first still watches
    assert_int_equal(c->open(b->port, in(b, "w/y"), PORT_CREATE, &other, &e), STATUS_OK);
    assert_int_equal(c->wait(b->port, c->monotonic(b->port) + 1000, &e), STATUS_END); // not finished yet
    c->close(b->port, other);
    assert_int_equal(c->wait(b->port, soon(b), &e), STATUS_OK);
    assert_int_equal(c->unlink(b->port, in(b, "w/x"), &e), STATUS_OK);
    assert_int_equal(c->unlink(b->port, in(b, "w/y"), &e), STATUS_OK);
    assert_int_equal(rmdir(in(b, "w")), 0);
    while (!(b->events & PORT_CLOSED))
        assert_int_equal(c->wait(b->port, soon(b), &e), STATUS_OK);
    c->close(b->port, h);
}

static int listen_local(char service[8])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(listen(fd, 1), 0);
    snprintf(service, 8, "%u", ntohs(address.sin_port));
    return fd;
}

static void wait_for(struct bench *b, unsigned event)
{
    struct error e;
    while (!(b->events & event))
        assert_int_equal(b->port->class->wait(b->port, soon(b), &e), STATUS_OK);
}

static void test_socket(void **state)
{
    struct bench *b = *state;
    const struct port_class *c = b->port->class;
    struct error e;
    char service[8], bytes[64];
    size_t got;
    int h, listener = listen_local(service);
    assert_int_equal(c->connect(b->port, "localhost", service, soon(b), on_ready, b, &h, &e), STATUS_OK);
    wait_for(b, PORT_WRITABLE);
    int peer = accept(listener, NULL, NULL);
    assert_true(peer >= 0);
    assert_int_equal(c->receive(b->port, h, bytes, sizeof(bytes), &got, &e), STATUS_AGAIN);
    assert_int_equal(write(peer, "hello", 5), 5);
    wait_for(b, PORT_READABLE);
    assert_int_equal(c->receive(b->port, h, bytes, sizeof(bytes), &got, &e), STATUS_OK);
    assert_int_equal(got, 5);
    assert_int_equal(c->send(b->port, h, "abc", 3, &got, &e), STATUS_OK);
    assert_int_equal(read(peer, bytes, sizeof(bytes)), 3);
    // Without interest nothing is told, not even that the peer left.
    c->interest(b->port, h, 0);
    b->events = 0;
    assert_int_equal(write(peer, "last", 4), 4);
    close(peer);
    assert_int_equal(c->wait(b->port, c->monotonic(b->port) + 2000, &e), STATUS_END);
    c->interest(b->port, h, PORT_READABLE);
    wait_for(b, PORT_CLOSED);
    assert_int_equal(c->receive(b->port, h, bytes, sizeof(bytes), &got, &e), STATUS_OK);
    assert_int_equal(got, 4);
    assert_int_equal(c->receive(b->port, h, bytes, sizeof(bytes), &got, &e), STATUS_END);
    c->close(b->port, h);
    close(listener);
}

static void test_socket_refused(void **state)
{
    struct bench *b = *state;
    const struct port_class *c = b->port->class;
    struct error e;
    char service[8], byte;
    size_t got;
    int h;
    close(listen_local(service)); // nobody there any more
    assert_int_equal(c->connect(b->port, "127.0.0.1", service, soon(b), on_ready, b, &h, &e), STATUS_OK);
    wait_for(b, PORT_CLOSED);
    assert_int_equal(c->receive(b->port, h, &byte, 1, &got, &e), STATUS_FAILED);
    assert_non_null(strstr(e.text, service));
    c->close(b->port, h);
}

// Whatever the resolver here does, the handle hears of it, or of the deadline; and may be closed before.
static void test_socket_name(void **state)
{
    struct bench *b = *state;
    const struct port_class *c = b->port->class;
    struct error e;
    char byte;
    size_t got;
    int h;
    assert_int_equal(
        c->connect(b->port, "no-such-host.invalid", "1", c->monotonic(b->port) + 200000, on_ready, b, &h, &e),
        STATUS_OK);
    wait_for(b, PORT_CLOSED);
    assert_int_equal(c->receive(b->port, h, &byte, 1, &got, &e), STATUS_FAILED);
    assert_non_null(strstr(e.text, "name"));
    c->close(b->port, h);
    assert_int_equal(c->connect(b->port, "no-such-host.invalid", "1", soon(b), on_ready, b, &h, &e), STATUS_OK);
    c->close(b->port, h);
}

// What a program of this machine does: comes, and waits for nothing.
static int come(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void test_serve(void **state)
{
    struct bench *b = *state;
    const struct port_class *c = b->port->class;
    const char *path = in(b, "x.sock");
    struct error e;
    struct stat s;
    char bytes[8];
    size_t count;
    int h, one, none;
    assert_int_equal(c->serve(b->port, path, on_ready, b, &h, &e), STATUS_OK);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 07777, 0600);
    assert_int_equal(c->accept(b->port, h, on_ready, b, &one, &e), STATUS_AGAIN);
    int fd = come(path);
    wait_for(b, PORT_READABLE);
    assert_int_equal(c->accept(b->port, h, on_ready, b, &one, &e), STATUS_OK);
    assert_int_equal(c->accept(b->port, h, on_ready, b, &none, &e), STATUS_AGAIN);
    assert_int_equal(write(fd, "ask", 3), 3);
    wait_for(b, PORT_READABLE);
    assert_int_equal(c->receive(b->port, one, bytes, sizeof(bytes), &count, &e), STATUS_OK);
    assert_memory_equal(bytes, "ask", count);
    assert_int_equal(c->send(b->port, one, "yes", 3, &count, &e), STATUS_OK);
    assert_int_equal(read(fd, bytes, sizeof(bytes)), 3);
    close(fd);
    wait_for(b, PORT_CLOSED);
    assert_int_equal(c->receive(b->port, one, bytes, sizeof(bytes), &count, &e), STATUS_END);
    c->close(b->port, one);
    c->close(b->port, h);
    assert_int_equal(stat(path, &s), -1);
}

static void test_serve_refused(void **state)
{
    struct bench *b = *state;
    const struct port_class *c = b->port->class;
    const char *path = in(b, "x.sock");
    struct error e;
    struct stat s;
    char name[160];
    int h, other;
    write_file(b, path, "");
    assert_int_equal(c->serve(b->port, path, on_ready, b, &h, &e), STATUS_FAILED);
    assert_non_null(strstr(e.text, "no socket"));
    unlink(path);
    assert_int_equal(c->serve(b->port, in(b, "nowhere/x.sock"), on_ready, b, &h, &e), STATUS_FAILED);
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(c->serve(b->port, in(b, name), on_ready, b, &h, &e), STATUS_FAILED);
    assert_non_null(strstr(e.text, "may have 107"));
    assert_int_equal(c->serve(b->port, path, on_ready, b, &h, &e), STATUS_OK);
    assert_int_equal(c->serve(b->port, path, on_ready, b, &other, &e), STATUS_FAILED);
    assert_non_null(strstr(e.text, "another process listens"));
    // What a killed process leaves is taken over; and what another has taken over is not taken away.
    char aside[256];
    snprintf(aside, sizeof(aside), "%s/left", b->directory);
    assert_int_equal(rename(path, aside), 0);
    assert_int_equal(c->serve(b->port, path, on_ready, b, &other, &e), STATUS_OK);
    c->close(b->port, h);
    assert_int_equal(stat(path, &s), 0);
    c->close(b->port, other);
    assert_int_equal(rename(aside, path), 0);
    assert_int_equal(c->serve(b->port, path, on_ready, b, &h, &e), STATUS_OK);
    close(come(path));
    c->close(b->port, h);
}

static void test_zones(void **state)
{
    struct bench *b = *state;
    const struct zones *zones = b->port->class->zones(b->port);
    assert_null(zones->find(zones->self, SLICE("../etc/passwd")));
    assert_null(zones->find(zones->self, SLICE("/etc/localtime")));
    assert_null(zones->find(zones->self, SLICE("Nowhere/At_All")));
    assert_null(zones->find(zones->self, SLICE("Europe")));
    const struct zone *berlin = zones->find(zones->self, SLICE("Europe/Berlin"));
    if (berlin == NULL)
        skip(); // no tzdata on this machine
    assert_ptr_equal(zones->find(zones->self, SLICE("Europe/Berlin")), berlin);
    assert_int_equal(zone_offset(berlin, 1719835200), 7200); // 2024-07-01T12:00Z
    assert_int_equal(zone_offset(berlin, 1704110400), 3600); // 2024-01-01T12:00Z
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_files),  TEST(test_full_device),    TEST(test_wait_and_wake), TEST(test_watch),
        TEST(test_socket), TEST(test_socket_refused), TEST(test_socket_name),   TEST(test_zones),
        TEST(test_serve),  TEST(test_serve_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
