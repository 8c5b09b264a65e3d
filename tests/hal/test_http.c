// The HTTP client against small real servers on loopback: a thread of this program for what a peer can do, openssl's
// s_server for TLS.
#include "hal/port/http_curl.h"

#include "hal/port/linux.h"
#include "ops/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { SECOND = 1000 * 1000, REQUEST_MAX = 1 << 20, TEXT_MAX = 512, CONNECTIONS = 32 };

// ---------------------------------------------------------------- a server

struct server {
    int fd;
    uint16_t port;
    pthread_t thread;
    pthread_mutex_t lock;
    bool stopping;
    uint32_t connections, requests;
    char request[REQUEST_MAX]; // the last one
    size_t request_size, head_size;
    int open[CONNECTIONS];
};

struct peer {
    struct server *server;
    int fd;
    bool leave; // after the next request, without an answer
};

static void answer(int fd, const char *head, const char *body, size_t size)
{
    char text[TEXT_MAX];
    int n = snprintf(text, sizeof(text), "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                     head, size);
    ssize_t sent = send(fd, text, (size_t)n, MSG_NOSIGNAL);
    while (sent >= 0 && size > 0) {
        sent = send(fd, body, size, MSG_NOSIGNAL);
        size -= sent > 0 ? (size_t)sent : size;
        body += sent > 0 ? sent : 0;
    }
}

static void answer_date(int fd)
{
    char head[TEXT_MAX], date[64];
    time_t then = time(NULL) + 30;
    struct tm tm;
    gmtime_r(&then, &tm);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    snprintf(head, sizeof(head), "429 Slow\r\nRetry-After: %s", date);
    answer(fd, head, "", 0);
}

// false: the connection is over.
static bool serve(struct peer *p, const char *path)
{
    static char large[300000];
    if (p->leave || strncmp(path, "/leave", 6) == 0)
        return false;
    if (strncmp(path, "/large", 6) == 0)
        answer(p->fd, "200 OK", large, sizeof(large));
    else if (strncmp(path, "/busy", 5) == 0)
        answer(p->fd, "503 Busy\r\nRetry-After: 7", "busy", 4);
    else if (strncmp(path, "/date", 5) == 0)
        answer_date(p->fd);
    else if (strncmp(path, "/moved", 6) == 0)
        answer(p->fd, "302 Found\r\nLocation: /ok", "", 0);
    else if (strncmp(path, "/half", 5) == 0) {
        const char *half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
        send(p->fd, half, strlen(half), MSG_NOSIGNAL);
        return false;
    } else if (strncmp(path, "/silent", 7) != 0)
        answer(p->fd, "200 OK", "{\"ok\":1}", 8);
    p->leave = strncmp(path, "/once", 5) == 0;
    return true;
}

// Reads one request. 0: the peer has left.
static size_t read_request(int fd, char *to, size_t *head)
{
    size_t size = 0;
    for (;;) {
        ssize_t got = recv(fd, to + size, REQUEST_MAX - 1 - size, 0);
        if (got <= 0)
            return 0;
        size += (size_t)got;
        to[size] = '\0';
        const char *end = strstr(to, "\r\n\r\n");
        if (end == NULL)
            continue;
        *head = (size_t)(end - to) + 4;
        const char *length = strstr(to, "Content-Length: ");
        size_t body = length == NULL || length > end ? 0 : strtoul(length + 16, NULL, 10);
        if (size >= *head + body)
            return size;
    }
}

static void *serve_peer(void *arg)
{
    struct peer *p = arg;
    struct server *s = p->server;
    char *request = malloc(REQUEST_MAX);
    size_t head = 0, size;
    bool more = true;
    while (more && (size = read_request(p->fd, request, &head)) > 0) {
        pthread_mutex_lock(&s->lock);
        s->requests++;
        memcpy(s->request, request, size + 1);
        s->request_size = size;
        s->head_size = head;
        pthread_mutex_unlock(&s->lock);
        const char *path = strchr(request, ' ');
        more = serve(p, path + 1);
    }
    free(request);
    shutdown(p->fd, SHUT_RDWR);
    free(p);
    return NULL;
}

static void *accept_peers(void *arg)
{
    struct server *s = arg;
    pthread_t threads[CONNECTIONS];
    uint32_t count = 0;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0 || count == CONNECTIONS)
            break;
        struct peer *p = malloc(sizeof(*p));
        *p = (struct peer){.server = s, .fd = fd};
        pthread_mutex_lock(&s->lock);
        s->open[count] = fd;
        s->connections++;
        pthread_mutex_unlock(&s->lock);
        pthread_create(&threads[count++], NULL, serve_peer, p);
    }
    for (uint32_t i = 0; i < count; i++) {
        shutdown(s->open[i], SHUT_RDWR);
        pthread_join(threads[i], NULL);
        close(s->open[i]);
    }
    return NULL;
}

static int listen_somewhere(uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

// ---------------------------------------------------------------- the bench

struct bench {
    struct server server;
    struct port *port;
    struct http_client *client;
    struct memory memory;
    char directory[64];
};

static int setup(void **state)
{
    static struct bench bench;
    struct bench *b = &bench;
    struct error e;
    memset(b, 0, sizeof(*b));
    strcpy(b->directory, "/tmp/runnel-test-XXXXXX");
    assert_non_null(mkdtemp(b->directory));
    assert_int_equal(port_linux_open(&b->port, &e), STATUS_OK);
    b->server.fd = listen_somewhere(&b->server.port);
    pthread_mutex_init(&b->server.lock, NULL);
    pthread_create(&b->server.thread, NULL, accept_peers, &b->server);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    char command[128];
    http_curl.close(b->client);
    shutdown(b->server.fd, SHUT_RDWR);
    pthread_join(b->server.thread, NULL);
    close(b->server.fd);
    pthread_mutex_destroy(&b->server.lock);
    port_linux_close(b->port);
    snprintf(command, sizeof(command), "rm -rf '%s'", b->directory);
    return system(command);
}

static struct http_settings usual(void)
{
    return (struct http_settings){.timeout = 5 * SECOND, .connections = 2, .response_limit = 100000};
}

static void open_client(struct bench *b, struct http_settings settings)
{
    struct error e;
    http_curl.close(b->client);
    b->client = NULL;
    assert_int_equal(http_curl.open(&settings, b->port, NULL, &b->memory, &b->client, &e), STATUS_OK);
}

static struct http_answer await(struct bench *b)
{
    struct http_answer a;
    struct error e;
    int64_t until = b->port->class->monotonic(b->port) + 20 * SECOND;
    while (!http_curl.answer(b->client, &a)) {
        assert_true(b->port->class->monotonic(b->port) < until);
        b->port->class->wait(b->port, until, &e);
    }
    return a;
}

static struct http_answer ask_url(struct bench *b, const char *method, const char *url, struct slice body, bool gzip)
{
    static const char *const headers[] = {"Content-Type: application/vnd.kafka.json.v2+json", "X-One: 1", NULL};
    struct error e;
    uint64_t id = 0;
    struct http_request r = {.method = method, .url = url, .headers = headers, .body = body, .gzip = gzip};
    assert_int_equal(http_curl.request(b->client, &r, &id, &e), STATUS_OK);
    struct http_answer a = await(b);
    assert_int_equal(a.id, id);
    return a;
}

static struct http_answer ask(struct bench *b, const char *method, const char *path, const char *body)
{
    char url[TEXT_MAX];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", (unsigned)b->server.port, path);
    return ask_url(b, method, url, slice_of(body), false);
}

static uint32_t requests_of(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    uint32_t count = s->requests;
    pthread_mutex_unlock(&s->lock);
    return count;
}

static bool has_line(struct bench *b, const char *line)
{
    return strstr(b->server.request, line) != NULL;
}

// ---------------------------------------------------------------- requests and answers

static void test_post(void **state)
{
    struct bench *b = *state;
    open_client(b, usual());
    struct http_answer a = ask(b, "POST", "/topics/t", "{\"records\":[]}");
    assert_int_equal(a.failure, HTTP_ANSWERED);
    assert_int_equal(a.status, 200);
    assert_true(slice_equal(a.body, SLICE("{\"ok\":1}")));
    assert_string_equal(a.content_type, "application/json");
    assert_int_equal(a.retry_after, 0);
    assert_memory_equal(b->server.request, "POST /topics/t HTTP/1.1\r\n", 25);
    assert_true(has_line(b, "\r\nContent-Type: application/vnd.kafka.json.v2+json\r\n"));
    assert_true(has_line(b, "\r\nX-One: 1\r\n"));
    assert_false(has_line(b, "Expect"));
    assert_string_equal(b->server.request + b->server.head_size, "{\"records\":[]}");
    assert_int_equal(ask(b, "DELETE", "/consumers/c", "").status, 200);
    assert_memory_equal(b->server.request, "DELETE /consumers/c ", 20);
    assert_int_equal(ask(b, "GET", "/", "").status, 200);
    assert_int_equal(ask(b, "POST", "/consumers/c", "").status, 200);
    assert_int_equal(b->server.connections, 1); // kept alive
}

static void test_gzip(void **state)
{
    struct bench *b = *state;
    char url[TEXT_MAX], body[20000];
    open_client(b, usual());
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/ok", (unsigned)b->server.port);
    for (size_t i = 0; i < sizeof(body); i++)
        body[i] = (char)('a' + i % 7);
    struct http_answer a = ask_url(b, "POST", url, (struct slice){body, sizeof(body)}, true);
    assert_int_equal(a.status, 200);
    assert_true(has_line(b, "Content-Encoding: gzip\r\n"));
    size_t size = b->server.request_size - b->server.head_size;
    assert_true(size < 2000);
    char back[sizeof(body) + 1];
    z_stream z = {.next_in = (Bytef *)b->server.request + b->server.head_size, .avail_in = (uInt)size};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_out = (Bytef *)back;
    z.avail_out = sizeof(back);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    inflateEnd(&z);
    assert_int_equal(z.total_out, sizeof(body));
    assert_memory_equal(back, body, sizeof(body));
}

static void test_retry_after(void **state)
{
    struct bench *b = *state;
    open_client(b, usual());
    struct http_answer a = ask(b, "POST", "/busy", "x");
    assert_int_equal(a.status, 503);
    assert_int_equal(a.retry_after, 7 * SECOND);
    a = ask(b, "POST", "/date", "x");
    assert_int_equal(a.status, 429);
    assert_true(a.retry_after > 25 * SECOND && a.retry_after <= 30 * SECOND);
    assert_int_equal(ask(b, "GET", "/moved", "").status, 302); // not followed
}

static void test_limit(void **state)
{
    struct bench *b = *state;
    open_client(b, usual());
    struct http_answer a = ask(b, "POST", "/large", "x");
    assert_int_equal(a.failure, HTTP_NO_ANSWER);
    assert_non_null(strstr(a.reason, "longer than 100000 bytes"));
    assert_int_equal(ask(b, "POST", "/ok", "x").status, 200);
}

// ---------------------------------------------------------------- failures

static void test_not_sent(void **state)
{
    struct bench *b = *state;
    char url[TEXT_MAX];
    uint16_t port;
    open_client(b, usual());
    close(listen_somewhere(&port));
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/", (unsigned)port);
    struct http_answer a = ask_url(b, "POST", url, SLICE("x"), false);
    assert_int_equal(a.failure, HTTP_NOT_SENT);
    assert_non_null(strstr(a.reason, "Connection refused"));
    a = ask_url(b, "POST", "http://bridge.invalid:80/", SLICE("x"), false);
    assert_int_equal(a.failure, HTTP_NOT_SENT);
    assert_non_null(strstr(a.reason, "bridge.invalid"));
}

static void test_no_answer(void **state)
{
    struct bench *b = *state;
    struct http_settings s = usual();
    s.timeout = SECOND / 5;
    open_client(b, s);
    struct http_answer a = ask(b, "POST", "/silent", "x");
    assert_int_equal(a.failure, HTTP_NO_ANSWER);
    assert_non_null(strstr(a.reason, "no answer within 0.2 s"));
    open_client(b, usual());
    a = ask(b, "POST", "/leave", "x");
    assert_int_equal(a.failure, HTTP_NO_ANSWER);
    assert_non_null(strstr(a.reason, "lost before the answer"));
    assert_int_equal(ask(b, "POST", "/half", "x").failure, HTTP_NO_ANSWER);
}

// The peer takes a second request on a kept connection, and leaves: it may have acted on it, so it is not sent twice.
static void test_stale(void **state)
{
    struct bench *b = *state;
    static const char *const methods[] = {"POST", "GET"};
    for (int i = 0; i < 2; i++) {
        open_client(b, usual());
        assert_int_equal(ask(b, "POST", "/once", "x").status, 200);
        uint32_t before = requests_of(&b->server);
        struct http_answer a = ask(b, methods[i], "/ok", i == 0 ? "x" : "");
        assert_int_equal(a.failure, HTTP_NO_ANSWER);
        assert_int_equal(requests_of(&b->server), before + 1);
        assert_int_equal(ask(b, "POST", "/ok", "x").status, 200); // on a fresh one
    }
}

// The peer has left an idle connection: that is seen before, and a fresh one is made.
static void test_dropped_idle(void **state)
{
    struct bench *b = *state;
    open_client(b, usual());
    assert_int_equal(ask(b, "POST", "/ok", "x").status, 200);
    pthread_mutex_lock(&b->server.lock);
    shutdown(b->server.open[0], SHUT_RDWR);
    pthread_mutex_unlock(&b->server.lock);
    assert_int_equal(ask(b, "POST", "/ok", "x").status, 200);
    assert_int_equal(b->server.requests, 2);
    assert_int_equal(b->server.connections, 2);
}

static void test_cancel_and_limits(void **state)
{
    struct bench *b = *state;
    struct error e;
    char url[TEXT_MAX];
    uint64_t id[8];
    open_client(b, usual());
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/silent", (unsigned)b->server.port);
    struct http_request r = {.method = "POST", .url = url, .body = SLICE("x")};
    for (int i = 0; i < 4; i++)
        assert_int_equal(http_curl.request(b->client, &r, &id[i], &e), STATUS_OK);
    assert_int_equal(http_curl.request(b->client, &r, &id[4], &e), STATUS_AGAIN);
    for (int i = 0; i < 4; i++)
        http_curl.cancel(b->client, id[i]);
    int64_t until = b->port->class->monotonic(b->port) + 5 * SECOND;
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/ok", (unsigned)b->server.port);
    while (http_curl.request(b->client, &r, &id[4], &e) == STATUS_AGAIN) {
        assert_true(b->port->class->monotonic(b->port) < until);
        b->port->class->wait(b->port, until, &e);
    }
    struct http_answer a = await(b);
    assert_int_equal(a.id, id[4]);
    assert_int_equal(a.status, 200);
}

// Closing does not wait for what is under way.
static void test_close(void **state)
{
    struct bench *b = *state;
    struct error e;
    char url[TEXT_MAX];
    uint64_t id;
    open_client(b, usual());
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/silent", (unsigned)b->server.port);
    struct http_request r = {.method = "POST", .url = url, .body = SLICE("x")};
    assert_int_equal(http_curl.request(b->client, &r, &id, &e), STATUS_OK);
    int64_t began = b->port->class->monotonic(b->port);
    http_curl.close(b->client);
    b->client = NULL;
    assert_true(b->port->class->monotonic(b->port) - began < 3 * SECOND);
}

// ---------------------------------------------------------------- who we are

static void put(struct bench *b, const char *name, const char *text, char path[TEXT_MAX])
{
    char fresh[TEXT_MAX + 8];
    snprintf(path, TEXT_MAX, "%s/%s", b->directory, name);
    snprintf(fresh, sizeof(fresh), "%s.new", path);
    FILE *f = fopen(fresh, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(rename(fresh, path), 0);
}

static void test_login(void **state)
{
    struct bench *b = *state;
    char path[TEXT_MAX];
    struct http_settings s = usual();
    s.username = "Aladdin";
    s.password = "open sesame";
    open_client(b, s);
    ask(b, "POST", "/ok", "x");
    assert_true(has_line(b, "\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n")); // RFC 7617
    s = usual();
    s.token = "first";
    open_client(b, s);
    ask(b, "POST", "/ok", "x");
    assert_true(has_line(b, "\r\nAuthorization: Bearer first\r\n"));
    put(b, "token", "second\n", path);
    s.token_file = path;
    open_client(b, s);
    ask(b, "POST", "/ok", "x");
    assert_true(has_line(b, "\r\nAuthorization: Bearer second\r\n"));
    put(b, "token", "third", path);
    ask(b, "POST", "/ok", "x");
    assert_true(has_line(b, "\r\nAuthorization: Bearer third\r\n"));
    unlink(path);
    struct http_answer a = ask(b, "POST", "/ok", "x");
    assert_int_equal(a.failure, HTTP_NOT_SENT);
    assert_non_null(strstr(a.reason, "token cannot be read"));
}

// ---------------------------------------------------------------- TLS

static void shell(struct bench *b, const char *commands)
{
    char line[4096];
    snprintf(line, sizeof(line), "cd '%s' && { %s; } >openssl.log 2>&1", b->directory, commands);
    assert_int_equal(system(line), 0);
}

static void make_certificates(struct bench *b)
{
    shell(b,
          "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3 -subj /CN=ca && "
          "openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 3 -subj /CN=other && "
          "for n in good bad client; do openssl req -newkey rsa:2048 -nodes -keyout $n.key -out $n.csr -subj /CN=$n; "
          "done && "
          "echo subjectAltName=DNS:localhost >good.ext && echo subjectAltName=DNS:elsewhere.example >bad.ext && "
          "for n in good bad; do openssl x509 -req -in $n.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3 "
          "-extfile $n.ext -out $n.pem; done && "
          "openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3 -out client.pem && "
          "touch index && echo 01 >serial && printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nserial=serial\\n"
          "new_certs_dir=.\\ndefault_md=sha256\\npolicy=p\\nx509_extensions=v\\n[p]\\ncommonName=supplied\\n[v]\\n"
          "subjectAltName=DNS:localhost\\n' >ca.conf && "
          "openssl ca -batch -config ca.conf -cert ca.pem -keyfile ca.key -in good.csr -out old.pem "
          "-startdate 20200101000000Z -enddate 20200201000000Z");
}

static pid_t serve_tls(struct bench *b, const char *name, const char *more, const char *more_value, uint16_t *port)
{
    close(listen_somewhere(port));
    char at[32], cert[32], key[32];
    snprintf(at, sizeof(at), "127.0.0.1:%u", (unsigned)*port);
    snprintf(cert, sizeof(cert), "%s.pem", name);
    snprintf(key, sizeof(key), "%s.key", strcmp(name, "old") == 0 ? "good" : name);
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0), dup2(null, 1), dup2(null, 2);
        if (chdir(b->directory) == 0)
            execlp("openssl", "openssl", "s_server", "-accept", at, "-cert", cert, "-key", key, "-CAfile", "ca.pem",
                   "-www", more, more_value, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 100; i++) { // until it listens
        struct sockaddr_in to = {
            .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        bool up = connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
        close(fd);
        if (up)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return child;
}

static void stop_tls(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static struct http_answer ask_tls(struct bench *b, uint16_t port)
{
    char url[TEXT_MAX];
    snprintf(url, sizeof(url), "https://localhost:%u/", (unsigned)port);
    return ask_url(b, "GET", url, SLICE(""), false);
}

static void in(struct bench *b, const char *name, char path[TEXT_MAX])
{
    snprintf(path, TEXT_MAX, "%s/%s", b->directory, name);
}

static void test_tls(void **state)
{
    static const struct {
        const char *server, *ca, *says; // says NULL: it works
    } cases[] = {{"good", "ca.pem", NULL},
                 {"good", "other.pem", "authority"},
                 {"bad", "ca.pem", "another host name"},
                 {"old", "ca.pem", "has expired"}};
    struct bench *b = *state;
    char ca[TEXT_MAX];
    make_certificates(b);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint16_t port;
        struct http_settings s = usual();
        pid_t child = serve_tls(b, cases[i].server, NULL, NULL, &port);
        in(b, cases[i].ca, ca);
        s.ca = ca;
        open_client(b, s);
        struct http_answer a = ask_tls(b, port);
        stop_tls(child);
        if (cases[i].says == NULL) {
            assert_string_equal(a.reason, "");
            assert_int_equal(a.status, 200);
            continue;
        }
        assert_int_equal(a.failure, HTTP_NOT_SENT);
        if (strstr(a.reason, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].server, a.reason);
    }
}

// Without a ca the system's authorities count, wherever SSL_CERT_FILE says they are.
static void test_tls_roots(void **state)
{
    struct bench *b = *state;
    char ca[TEXT_MAX];
    uint16_t port;
    make_certificates(b);
    in(b, "ca.pem", ca);
    pid_t child = serve_tls(b, "good", NULL, NULL, &port);
    open_client(b, usual());
    unsetenv("SSL_CERT_DIR");
    assert_int_equal(ask_tls(b, port).failure, HTTP_NOT_SENT);
    setenv("SSL_CERT_FILE", ca, 1);
    assert_int_equal(ask_tls(b, port).status, 200);
    stop_tls(child);
    setenv("SSL_CERT_FILE", "/nowhere/roots.pem", 1);
    struct http_answer a = ask_tls(b, port);
    unsetenv("SSL_CERT_FILE");
    assert_int_equal(a.failure, HTTP_NOT_SENT);
    assert_string_equal(a.reason, "SSL_CERT_FILE is /nowhere/roots.pem: No such file or directory");
}

static void test_tls_versions_and_client(void **state)
{
    struct bench *b = *state;
    char ca[TEXT_MAX], cert[TEXT_MAX], key[TEXT_MAX];
    uint16_t port;
    struct http_settings s = usual();
    make_certificates(b);
    in(b, "ca.pem", ca);
    in(b, "client.pem", cert);
    in(b, "client.key", key);
    s.ca = ca;
    open_client(b, s);
    pid_t child = serve_tls(b, "good", "-tls1_1", NULL, &port);
    assert_int_equal(ask_tls(b, port).failure, HTTP_NOT_SENT);
    stop_tls(child);
    child = serve_tls(b, "good", "-Verify", "1", &port);
    assert_int_not_equal(ask_tls(b, port).failure, HTTP_ANSWERED); // no certificate of ours
    s.cert = cert;
    s.key = key;
    open_client(b, s);
    assert_int_equal(ask_tls(b, port).status, 200);
    stop_tls(child);
}

// An authority's file that is replaced counts from the next request on, on a client that is open.
static void test_tls_file_changes(void **state)
{
    struct bench *b = *state;
    char ca[TEXT_MAX];
    uint16_t port;
    struct http_settings s = usual();
    make_certificates(b);
    shell(b, "cp other.pem now.pem");
    in(b, "now.pem", ca);
    s.ca = ca;
    open_client(b, s);
    pid_t child = serve_tls(b, "good", NULL, NULL, &port);
    assert_int_equal(ask_tls(b, port).failure, HTTP_NOT_SENT);
    shell(b, "cp ca.pem fresh.pem && mv fresh.pem now.pem");
    assert_int_equal(ask_tls(b, port).status, 200);
    shell(b, "cp other.pem fresh.pem && mv fresh.pem now.pem");
    assert_int_equal(ask_tls(b, port).failure, HTTP_NOT_SENT); // a kept connection would not ask
    stop_tls(child);
}

#define HTTP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(test_post),
        HTTP_TEST(test_gzip),
        HTTP_TEST(test_retry_after),
        HTTP_TEST(test_limit),
        HTTP_TEST(test_not_sent),
        HTTP_TEST(test_no_answer),
        HTTP_TEST(test_stale),
        HTTP_TEST(test_dropped_idle),
        HTTP_TEST(test_cancel_and_limits),
        HTTP_TEST(test_close),
        HTTP_TEST(test_login),
        HTTP_TEST(test_tls),
        HTTP_TEST(test_tls_roots),
        HTTP_TEST(test_tls_versions_and_client),
        HTTP_TEST(test_tls_file_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
