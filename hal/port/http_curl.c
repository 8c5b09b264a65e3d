#include "hal/port/http_curl.h"

#include "hal/port/http_gzip.h"
#include "hal/port/kept_file.h"
#include "hal/port/tls_roots.h"
#include "hal/port/tls_words.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    SLOTS_MAX = 16,
    METHOD_MAX = 16,
    HOST_TEXT_MAX = 128,
    POLL_MOST = 60 * 1000, // milliseconds; whoever has something to do wakes us before
    IDLE_CONNECTION = 20,  // seconds; a bridge that drops idle ones should not be quicker
    CLOSE_PATIENCE = 1,    // seconds; a look-up cannot be stopped
    SECOND = 1000 * 1000,
};

enum phase {
    PHASE_FREE,
    PHASE_QUEUED,  // the engine's thread has filled it in
    PHASE_RUNNING, // the I/O thread's
    PHASE_DONE,    // there is an answer
    PHASE_TAKEN,   // the answer is being read
};

// A request and its answer. It counts its memory by itself: it changes hands between the threads.
struct slot {
    enum phase phase;
    bool cancelled;
    uint64_t id, done_order;
    struct memory memory;
    CURL *easy;
    struct curl_slist *lines;
    char method[METHOD_MAX];
    struct text url, headers, body, packed, answer; // headers: lines, each with its NUL
    bool gzip;
    size_t handed;  // bytes of the body that libcurl has taken
    uint32_t begun; // how often it was begun on a connection that was up
    size_t limit;   // of the answer
    char words[CURL_ERROR_SIZE];
    struct http_answer result;
};

struct http_client {
    struct memory memory; // of the I/O thread, once it runs
    struct port *port;
    struct text strings; // what the settings point to
    struct http_settings settings;
    struct kept_file ca, cert, key, password, token;
    struct tls_roots roots; // where no ca is given
    CURLM *multi;
    pthread_t thread;
    pthread_mutex_t lock; // phases, cancelled, counts, stopping, orphan, gone
    pthread_cond_t left;
    bool stopping, orphan, gone;
    uint64_t next_id, next_done;
    uint32_t slot_count;
    struct slot slots[SLOTS_MAX];
};

// ---------------------------------------------------------------- what libcurl calls

static size_t give_body(char *to, size_t size, size_t count, void *arg)
{
    struct slot *s = arg;
    const struct text *body = s->gzip ? &s->packed : &s->body;
    size_t room = size * count, left = body->size - s->handed;
    size_t n = left < room ? left : room;
    if (n > 0)
        memcpy(to, body->data + s->handed, n);
    s->handed += n;
    return n;
}

static bool handed_whole(const struct slot *s)
{
    return s->handed == (s->gzip ? s->packed.size : s->body.size);
}

// libcurl wants to send again what it has begun to send on a connection that was lost: only if it cannot have arrived.
static int rewind_body(void *arg, curl_off_t offset, int origin)
{
    struct slot *s = arg;
    if (handed_whole(s) || offset != 0 || origin != SEEK_SET)
        return CURL_SEEKFUNC_FAIL;
    s->handed = 0;
    return CURL_SEEKFUNC_OK;
}

static int before_request(void *arg, char *peer, char *own, int peer_port, int own_port)
{
    struct slot *s = arg;
    (void)peer, (void)own, (void)peer_port, (void)own_port;
    bool again = s->begun++ > 0;
    return again && handed_whole(s) ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t take_answer(char *from, size_t size, size_t count, void *arg)
{
    struct slot *s = arg;
    size_t n = size * count;
    if (n > s->limit - s->answer.size)
        return 0; // CURLE_WRITE_ERROR
    text_bytes(&s->answer, from, n);
    return n;
}

// ---------------------------------------------------------------- beginning

static enum status read_files(struct http_client *c, struct error *e)
{
    struct kept_file *files[] = {&c->ca, &c->cert, &c->key, &c->password, &c->token};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        enum status status = kept_file_read(files[i], e);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status find_roots(struct http_client *c, struct slot *s, struct error *e)
{
    bool wanted = c->ca.path == NULL && strncmp(text_cstring(&s->url), "https:", 6) == 0;
    return wanted ? tls_roots_find("", &c->roots, e) : STATUS_OK;
}

static void add_line(struct slot *s, const char *line)
{
    struct curl_slist *longer = curl_slist_append(s->lines, line);
    if (longer != NULL)
        s->lines = longer;
}

static void add_token(const struct http_client *c, struct slot *s)
{
    struct slice token = c->token.path != NULL       ? kept_file_line(&c->token)
                         : c->settings.token != NULL ? slice_of(c->settings.token)
                                                     : (struct slice){0};
    if (token.size == 0)
        return;
    struct text line;
    text_init(&line, &s->memory);
    text_printf(&line, "Authorization: Bearer %.*s", (int)token.size, token.data);
    add_line(s, text_cstring(&line));
    text_free(&line);
}

static void set_lines(const struct http_client *c, struct slot *s)
{
    curl_slist_free_all(s->lines);
    s->lines = NULL;
    for (size_t at = 0; at < s->headers.size; at += strlen(s->headers.data + at) + 1)
        add_line(s, s->headers.data + at);
    add_line(s, "Expect:"); // no waiting for 100
    if (s->gzip)
        add_line(s, "Content-Encoding: gzip");
    add_token(c, s);
    curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->lines);
}

// The bytes and not the paths: libcurl then makes a new connection when they have changed.
static void set_blob(CURL *easy, CURLoption option, const struct kept_file *f)
{
    if (f->path == NULL)
        return;
    struct curl_blob blob = {.data = f->bytes.data, .len = f->bytes.size, .flags = CURL_BLOB_COPY};
    curl_easy_setopt(easy, option, &blob);
}

static void set_security(const struct http_client *c, struct slot *s)
{
    CURL *easy = s->easy;
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    set_blob(easy, CURLOPT_CAINFO_BLOB, &c->ca);
    if (c->ca.path == NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, c->roots.file[0] != '\0' ? c->roots.file : NULL);
        curl_easy_setopt(easy, CURLOPT_CAPATH, c->roots.directory[0] != '\0' ? c->roots.directory : NULL);
    }
    set_blob(easy, CURLOPT_SSLCERT_BLOB, &c->cert);
    set_blob(easy, CURLOPT_SSLKEY_BLOB, &c->key);
    if (c->settings.username == NULL)
        return;
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, c->settings.username);
    struct slice password = kept_file_line(&c->password);
    struct text line;
    text_init(&line, &s->memory);
    text_slice(&line, password);
    curl_easy_setopt(easy, CURLOPT_PASSWORD,
                     c->password.path != NULL       ? text_cstring(&line)
                     : c->settings.password != NULL ? c->settings.password
                                                    : "");
    text_free(&line);
}

static void set_method(struct slot *s)
{
    CURL *easy = s->easy;
    size_t size = s->gzip ? s->packed.size : s->body.size;
    bool post = strcmp(s->method, "POST") == 0;
    if (size > 0 || post) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(easy, CURLOPT_READDATA, s);
        curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_body);
        curl_easy_setopt(easy, CURLOPT_SEEKDATA, s);
    }
    if (!post && strcmp(s->method, "GET") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, s->method);
}

static void set_all(struct http_client *c, struct slot *s)
{
    CURL *easy = s->easy;
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, s);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, s->words);
    curl_easy_setopt(easy, CURLOPT_URL, text_cstring(&s->url));
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); // the url decides where it goes, not the environment
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(c->settings.timeout / 1000));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(c->settings.timeout / 1000));
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, s);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, s);
    set_security(c, s);
    set_method(s);
    set_lines(c, s);
}

static void finish(struct http_client *c, struct slot *s)
{
    pthread_mutex_lock(&c->lock);
    s->phase = s->cancelled ? PHASE_FREE : PHASE_DONE;
    s->done_order = c->next_done++;
    if (!c->stopping) // a free slot is news too
        c->port->class->wake(c->port);
    pthread_mutex_unlock(&c->lock);
}

static void begin(struct http_client *c, struct slot *s)
{
    struct error e;
    text_clear(&s->answer);
    text_clear(&s->packed);
    s->handed = 0;
    s->begun = 0;
    s->limit = c->settings.response_limit;
    s->words[0] = '\0';
    s->result = (struct http_answer){.id = s->id, .failure = HTTP_NOT_SENT};
    if (read_files(c, &e) != STATUS_OK || find_roots(c, s, &e) != STATUS_OK) {
        snprintf(s->result.reason, sizeof(s->result.reason), "%.*s", HTTP_REASON_MAX - 1, e.text);
        finish(c, s);
        return;
    }
    if (s->easy == NULL)
        s->easy = curl_easy_init();
    if (s->gzip)
        http_gzip(text_view(&s->body), &s->packed);
    if (s->easy != NULL)
        set_all(c, s);
    if (s->easy == NULL || curl_multi_add_handle(c->multi, s->easy) != CURLM_OK) {
        snprintf(s->result.reason, sizeof(s->result.reason), "libcurl cannot begin a request");
        finish(c, s);
    }
}

// ---------------------------------------------------------------- the answer

static void host_of(const struct slot *s, char host[HOST_TEXT_MAX])
{
    const char *from = strstr(s->url.data, "://");
    from = from == NULL ? s->url.data : from + 3;
    snprintf(host, HOST_TEXT_MAX, "%.*s", (int)strcspn(from, "/?#"), from);
}

static bool never_sent(const struct slot *s)
{
    return s->begun == 0 || !handed_whole(s);
}

static void say_tls(const struct slot *s, const char *host, char *out)
{
    char words[HTTP_REASON_MAX / 2 + 64];
    long verify = 0;
    struct tls_clock clock = tls_clock_now();
    curl_easy_getinfo(s->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
    if (strstr(s->words, "does not match") != NULL || strstr(s->words, "no alternative certificate") != NULL)
        verify = 62; // libcurl compares the names itself
    if (!tls_words(verify, &clock, words, sizeof(words)))
        snprintf(words, sizeof(words), "%.150s", s->words[0] != '\0' ? s->words : "TLS failed");
    snprintf(out, HTTP_REASON_MAX, "%.60s: %.190s", host, words);
}

static void say_failure(const struct http_client *c, const struct slot *s, CURLcode code, char *out)
{
    char host[HOST_TEXT_MAX];
    long number = 0;
    host_of(s, host);
    const char *words = s->words[0] != '\0' ? s->words : curl_easy_strerror(code);
    curl_easy_getinfo(s->easy, CURLINFO_OS_ERRNO, &number);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        snprintf(out, HTTP_REASON_MAX, "%s: the name cannot be resolved", host);
        break;
    case CURLE_COULDNT_CONNECT:
        snprintf(out, HTTP_REASON_MAX, "%s cannot be reached: %.90s", host,
                 number != 0 ? strerror((int)number) : words);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        snprintf(out, HTTP_REASON_MAX, "%s: no %s within %g s", host, s->begun == 0 ? "connection" : "answer",
                 (double)c->settings.timeout / SECOND);
        break;
    case CURLE_WRITE_ERROR:
        snprintf(out, HTTP_REASON_MAX, "%s: the answer is longer than %zu bytes", host, c->settings.response_limit);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
        say_tls(s, host, out);
        break;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
        snprintf(out, HTTP_REASON_MAX, "%s: the connection was lost before the answer (%.70s)", host, words);
        break;
    case CURLE_SEND_FAIL_REWIND: // libcurl would have sent it again: it was told not to
    case CURLE_ABORTED_BY_CALLBACK:
        snprintf(out, HTTP_REASON_MAX, "%s: the connection was lost before the answer", host);
        break;
    default:
        snprintf(out, HTTP_REASON_MAX, "%s: %.120s", host, words);
    }
}

static void note_answer(struct slot *s)
{
    struct http_answer *a = &s->result;
    long status = 0;
    curl_off_t wait = 0;
    const char *type = NULL;
    curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(s->easy, CURLINFO_RETRY_AFTER, &wait); // seconds, of either form
    curl_easy_getinfo(s->easy, CURLINFO_CONTENT_TYPE, &type);
    a->failure = HTTP_ANSWERED;
    a->status = (int)status;
    a->retry_after = (int64_t)wait * SECOND;
    snprintf(a->content_type, sizeof(a->content_type), "%s", type == NULL ? "" : type);
}

static void take_result(struct http_client *c, struct slot *s, CURLcode code)
{
    struct http_answer *a = &s->result;
    curl_off_t took = 0;
    curl_easy_getinfo(s->easy, CURLINFO_TOTAL_TIME_T, &took);
    a->took = (int64_t)took;
    if (code == CURLE_OK) {
        note_answer(s);
    } else {
        a->failure = never_sent(s) ? HTTP_NOT_SENT : HTTP_NO_ANSWER;
        say_failure(c, s, code, a->reason);
    }
}

static void collect(struct http_client *c)
{
    int left;
    CURLMsg *m;
    while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode code = m->data.result;
        struct slot *s = NULL;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&s);
        curl_multi_remove_handle(c->multi, s->easy);
        take_result(c, s, code);
        finish(c, s);
    }
}

// ---------------------------------------------------------------- the I/O thread

// What the engine's thread has asked for since the last look. false: to stop.
static bool take_orders(struct http_client *c)
{
    struct slot *fresh[SLOTS_MAX], *unwanted[SLOTS_MAX];
    uint32_t fresh_count = 0, unwanted_count = 0;
    pthread_mutex_lock(&c->lock);
    bool stopping = c->stopping;
    for (uint32_t i = 0; i < c->slot_count && !stopping; i++) {
        struct slot *s = &c->slots[i];
        if (s->phase == PHASE_RUNNING && s->cancelled)
            unwanted[unwanted_count++] = s;
        if (s->phase != PHASE_QUEUED)
            continue;
        s->phase = PHASE_RUNNING;
        fresh[fresh_count++] = s;
    }
    pthread_mutex_unlock(&c->lock);
    for (uint32_t i = 0; i < unwanted_count; i++) {
        curl_multi_remove_handle(c->multi, unwanted[i]->easy);
        finish(c, unwanted[i]);
    }
    for (uint32_t i = 0; i < fresh_count; i++)
        begin(c, fresh[i]);
    return !stopping;
}

static void free_slot(struct slot *s)
{
    curl_slist_free_all(s->lines);
    struct text *texts[] = {&s->url, &s->headers, &s->body, &s->packed, &s->answer};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        text_free(texts[i]);
}

static void free_client(struct http_client *c)
{
    for (uint32_t i = 0; i < c->slot_count; i++)
        free_slot(&c->slots[i]);
    struct kept_file *files[] = {&c->ca, &c->cert, &c->key, &c->password, &c->token};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        kept_file_free(files[i]);
    text_free(&c->strings);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->left);
    struct memory memory = c->memory;
    mem_free(&memory, c, sizeof(*c));
}

static void end_curl(struct http_client *c)
{
    for (uint32_t i = 0; i < c->slot_count; i++) {
        if (c->slots[i].easy == NULL)
            continue;
        curl_multi_remove_handle(c->multi, c->slots[i].easy);
        curl_easy_cleanup(c->slots[i].easy);
    }
    curl_multi_cleanup(c->multi);
    curl_global_cleanup();
}

static void *io_thread(void *arg)
{
    struct http_client *c = arg;
    int running;
    while (take_orders(c)) {
        curl_multi_perform(c->multi, &running);
        collect(c);
        curl_multi_poll(c->multi, NULL, 0, POLL_MOST, NULL);
    }
    end_curl(c);
    pthread_mutex_lock(&c->lock);
    c->gone = true;
    bool orphan = c->orphan;
    pthread_cond_signal(&c->left);
    pthread_mutex_unlock(&c->lock);
    if (orphan)
        free_client(c);
    return NULL;
}

// ---------------------------------------------------------------- the engine's side

static const char *keep(struct http_client *c, const char *text, size_t *at)
{
    if (text == NULL)
        return NULL;
    const char *copy = c->strings.data + *at;
    *at += strlen(text) + 1;
    return copy;
}

static void keep_settings(struct http_client *c, const struct http_settings *from)
{
    const char **fields[] = {
        &c->settings.ca,       &c->settings.cert,  &c->settings.key,           &c->settings.username,
        &c->settings.password, &c->settings.token, &c->settings.password_file, &c->settings.token_file};
    enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };
    size_t at = 0;
    c->settings = *from;
    for (size_t i = 0; i < FIELDS; i++)
        if (*fields[i] != NULL)
            text_bytes(&c->strings, *fields[i], strlen(*fields[i]) + 1);
    for (size_t i = 0; i < FIELDS; i++)
        *fields[i] = keep(c, *fields[i], &at);
    kept_file_init(&c->ca, c->settings.ca, &c->memory);
    kept_file_init(&c->cert, c->settings.cert, &c->memory);
    kept_file_init(&c->key, c->settings.key, &c->memory);
    kept_file_init(&c->password, c->settings.password_file, &c->memory);
    kept_file_init(&c->token, c->settings.token_file, &c->memory);
}

// Signals are for the engine's thread.
static int start_thread(struct http_client *c)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(&c->thread, NULL, io_thread, c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return number;
}

static void make_slots(struct http_client *c)
{
    c->slot_count = c->settings.connections * 2 < SLOTS_MAX ? c->settings.connections * 2 : SLOTS_MAX;
    for (uint32_t i = 0; i < c->slot_count; i++) {
        struct slot *s = &c->slots[i];
        struct text *texts[] = {&s->url, &s->headers, &s->body, &s->packed, &s->answer};
        for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++)
            text_init(texts[t], &s->memory);
    }
}

static enum status client_open(const struct http_settings *settings, struct port *port, const struct log *log,
                               struct memory *memory, struct http_client **out, struct error *e)
{
    (void)log, (void)memory; // the client may outlive the engine for as long as a look-up takes
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(e, STATUS_FAILED, "libcurl cannot be started");
    struct memory own = {0};
    struct http_client *c = mem_zalloc(&own, sizeof(*c));
    c->memory = own;
    c->port = port;
    c->next_id = 1;
    text_init(&c->strings, &c->memory);
    keep_settings(c, settings);
    make_slots(c);
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&c->left, &monotonic);
    pthread_condattr_destroy(&monotonic);
    c->multi = curl_multi_init();
    int number = ENOMEM;
    if (c->multi != NULL) {
        curl_multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)settings->connections);
        curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)settings->connections);
        number = start_thread(c);
    }
    if (number != 0) {
        end_curl(c);
        free_client(c);
        return error_set(e, STATUS_FAILED, "the HTTP client's thread cannot be made: %s", strerror(number));
    }
    *out = c;
    return STATUS_OK;
}

static void client_close(struct http_client *c)
{
    if (c == NULL)
        return;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += CLOSE_PATIENCE;
    pthread_t thread = c->thread;
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    curl_multi_wakeup(c->multi);
    int number = 0;
    while (!c->gone && number == 0)
        number = pthread_cond_timedwait(&c->left, &c->lock, &until);
    c->orphan = !c->gone;
    bool orphan = c->orphan;
    pthread_mutex_unlock(&c->lock);
    if (orphan) { // it is in a look-up that cannot be stopped, and frees everything when that ends
        pthread_detach(thread);
        return;
    }
    pthread_join(thread, NULL);
    free_client(c);
}

static struct slot *find_slot(struct http_client *c, enum phase phase)
{
    struct slot *first = NULL;
    for (uint32_t i = 0; i < c->slot_count; i++) {
        struct slot *s = &c->slots[i];
        if (s->phase == phase && (first == NULL || s->done_order < first->done_order))
            first = s;
    }
    return first;
}

static enum status client_request(struct http_client *c, const struct http_request *request, uint64_t *id,
                                  struct error *e)
{
    pthread_mutex_lock(&c->lock);
    struct slot *s = find_slot(c, PHASE_FREE);
    pthread_mutex_unlock(&c->lock);
    if (s == NULL)
        return error_set(e, STATUS_AGAIN, "%u requests are under way", (unsigned)c->slot_count);
    s->id = c->next_id++;
    s->cancelled = false;
    s->gzip = request->gzip && request->body.size > 0;
    snprintf(s->method, sizeof(s->method), "%s", request->method);
    text_clear(&s->url);
    text_clear(&s->headers);
    text_clear(&s->body);
    text_string(&s->url, request->url);
    text_slice(&s->body, request->body);
    for (const char *const *line = request->headers; line != NULL && *line != NULL; line++)
        text_bytes(&s->headers, *line, strlen(*line) + 1);
    *id = s->id;
    pthread_mutex_lock(&c->lock);
    s->phase = PHASE_QUEUED;
    pthread_mutex_unlock(&c->lock);
    curl_multi_wakeup(c->multi);
    return STATUS_OK;
}

static bool client_answer(struct http_client *c, struct http_answer *out)
{
    pthread_mutex_lock(&c->lock);
    struct slot *taken = find_slot(c, PHASE_TAKEN);
    if (taken != NULL)
        taken->phase = PHASE_FREE;
    struct slot *s = find_slot(c, PHASE_DONE);
    if (s != NULL)
        s->phase = PHASE_TAKEN;
    pthread_mutex_unlock(&c->lock);
    if (s == NULL)
        return false;
    *out = s->result;
    out->body = text_view(&s->answer);
    return true;
}

static void client_cancel(struct http_client *c, uint64_t id)
{
    pthread_mutex_lock(&c->lock);
    for (uint32_t i = 0; i < c->slot_count; i++) {
        struct slot *s = &c->slots[i];
        if (s->id != id || s->phase == PHASE_FREE || s->phase == PHASE_TAKEN)
            continue;
        if (s->phase == PHASE_RUNNING)
            s->cancelled = true;
        else
            s->phase = PHASE_FREE;
    }
    pthread_mutex_unlock(&c->lock);
    curl_multi_wakeup(c->multi);
}

const struct http_class http_curl = {
    .open = client_open,
    .close = client_close,
    .request = client_request,
    .answer = client_answer,
    .cancel = client_cancel,
};
