#include "hal/source/source_socket.h"

#include "hal/source/line_queue.h"
#include "hal/source/offsets.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    HOST_MAX = 255,
    MESSAGES = 1024,            // handed over at once
    LINE_MAX_DEFAULT = 1 << 20, // maxLineBytes
    CONNECT_TIME = 10000000,    // microseconds, name look-up included
    RETRY_FIRST = 500000,       // then twice as long each time,
    RETRY_MOST = 30000000,      // up to this
    MILLISECOND = 1000,
};

static const struct slice offset_key = {"socket", 6};

enum phase { PHASE_DOWN, PHASE_CONNECTING, PHASE_UP };

struct source {
    struct source_setup setup;
    struct source_counters counters;
    char host[HOST_MAX + 1], service[8];
    enum phase phase;
    int handle;  // -1: none
    bool paused; // the queue is full: the peer waits
    int64_t retry_at, retry_after;
    char reason[ERROR_TEXT_MAX]; // why it is down
    struct line_queue queue;
    struct message *messages; // MESSAGES of them
    int64_t taken;            // lines committed, of all runs
    bool any;                 // a batch was committed on this checkpoint
    bool in_batch;
    uint32_t planned, cursor; // lines of the queue
};

static int64_t monotonic(const struct source *s)
{
    return s->setup.port->class->monotonic(s->setup.port);
}

// Lines have the millisecond they came in, as in Spark; by the clock as it is when they are read, for it may have been
// set since.
static int64_t wall_of(const struct source *s, int64_t arrived)
{
    int64_t at = s->setup.port->class->wall(s->setup.port) - (monotonic(s) - arrived);
    return at - at % MILLISECOND;
}

static void go_down(struct source *s)
{
    if (s->handle >= 0)
        s->setup.port->class->close(s->setup.port, s->handle);
    s->handle = -1;
    s->phase = PHASE_DOWN;
    s->paused = false;
    s->retry_at = monotonic(s) + s->retry_after;
    s->retry_after = s->retry_after * 2 < RETRY_MOST ? s->retry_after * 2 : RETRY_MOST;
}

static void lost(struct source *s, enum status status, const struct error *why)
{
    line_queue_end(&s->queue, monotonic(s));
    snprintf(s->reason, sizeof(s->reason), "%s", status == STATUS_END ? "the peer closed the stream" : why->text);
    go_down(s);
    log_say(s->setup.log, LOG_LEVEL_WARNING, "source %s: %s:%s: %s; connecting again", s->setup.name, s->host,
            s->service, s->reason);
}

static void receive(struct source *s)
{
    struct port *port = s->setup.port;
    while (s->phase == PHASE_UP) {
        size_t room, got = 0;
        char *to = line_queue_room(&s->queue, &room);
        if (room == 0) { // TCP tells the peer
            s->paused = true;
            port->class->interest(port, s->handle, 0);
            break;
        }
        struct error why;
        enum status status = port->class->receive(port, s->handle, to, room, &got, &why);
        if (status == STATUS_AGAIN)
            break;
        if (status != STATUS_OK) {
            lost(s, status, &why);
            break;
        }
        s->counters.bytes += got;
        line_queue_added(&s->queue, got, monotonic(s));
    }
    s->counters.oversized = s->queue.oversized;
    s->counters.waiting = s->queue.count;
}

static void on_ready(void *arg, int handle, unsigned events)
{
    struct source *s = arg;
    (void)handle;
    if (s->phase == PHASE_CONNECTING && (events & PORT_WRITABLE)) {
        s->phase = PHASE_UP;
        s->retry_after = RETRY_FIRST;
        log_say(s->setup.log, LOG_LEVEL_INFO, "source %s: connected to %s:%s", s->setup.name, s->host, s->service);
    } else if (s->phase == PHASE_CONNECTING && (events & PORT_CLOSED)) {
        char byte;
        size_t got;
        struct error why = {0};
        s->setup.port->class->receive(s->setup.port, s->handle, &byte, 1, &got, &why);
        bool said = strcmp(s->reason, why.text) == 0 || !s->any; // the first time it is an error
        if (!said)
            log_say(s->setup.log, LOG_LEVEL_WARNING, "source %s: %s; trying again", s->setup.name, why.text);
        snprintf(s->reason, sizeof(s->reason), "%s", why.text);
        go_down(s);
    } else if (s->phase == PHASE_UP) {
        receive(s);
    }
}

static void start_connecting(struct source *s)
{
    struct port *port = s->setup.port;
    struct error why = {0};
    s->phase = PHASE_CONNECTING;
    enum status status =
        port->class->connect(port, s->host, s->service, monotonic(s) + CONNECT_TIME, on_ready, s, &s->handle, &why);
    if (status == STATUS_OK)
        return;
    s->handle = -1;
    snprintf(s->reason, sizeof(s->reason), "%s", why.text);
    go_down(s);
}

// The first time there must be a server, as in Spark: a wrong host or port is told at once.
static enum status connect_first(struct source *s, struct error *e)
{
    struct port *port = s->setup.port;
    int64_t deadline = monotonic(s) + CONNECT_TIME;
    while (s->phase == PHASE_CONNECTING && monotonic(s) < deadline) {
        enum status status = port->class->wait(port, deadline, e);
        if (status != STATUS_OK && status != STATUS_END)
            return status;
    }
    if (s->phase == PHASE_UP)
        return STATUS_OK;
    if (s->reason[0] == '\0')
        snprintf(s->reason, sizeof(s->reason), "%s:%s: no answer in time", s->host, s->service);
    return error_set(e, STATUS_FAILED, "source %s: %s; the server must be there first", s->setup.name, s->reason);
}

static void socket_close(struct source *s)
{
    if (s == NULL)
        return;
    struct memory *memory = s->setup.memory;
    if (s->handle >= 0)
        s->setup.port->class->close(s->setup.port, s->handle);
    line_queue_free(&s->queue);
    mem_free(memory, s->messages, MESSAGES * sizeof(*s->messages));
    mem_free(memory, s, sizeof(*s));
}

static enum status socket_open(const struct source_setup *setup, struct source **out, struct error *e)
{
    struct slice host = option_text(setup->options, "host");
    if (host.size == 0 || host.size > HOST_MAX)
        return error_set(e, STATUS_CONFIG, "source %s: host is %s", setup->name, host.size == 0 ? "empty" : "too long");
    struct source *s = mem_zalloc(setup->memory, sizeof(*s));
    s->setup = *setup;
    s->handle = -1;
    s->retry_after = RETRY_FIRST;
    s->any = !setup->fresh;
    memcpy(s->host, host.data, host.size);
    snprintf(s->service, sizeof(s->service), "%" PRId64, option_integer(setup->options, "port", 0));
    line_queue_init(&s->queue, setup->memory, (size_t)option_integer(setup->options, "maxLineBytes", LINE_MAX_DEFAULT));
    s->messages = mem_zalloc(setup->memory, MESSAGES * sizeof(*s->messages));
    enum status status = offsets_load(setup->state, offset_key, &s->taken, 1, e);
    if (status == STATUS_OK || status == STATUS_END) {
        start_connecting(s);
        status = setup->fresh ? connect_first(s, e) : STATUS_OK;
    }
    if (status != STATUS_OK) {
        socket_close(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

static enum status socket_plan(struct source *s, int64_t *next, struct error *e)
{
    (void)e;
    if (s->phase == PHASE_DOWN && monotonic(s) >= s->retry_at)
        start_connecting(s);
    *next = s->phase == PHASE_DOWN ? s->retry_at : INT64_MAX;
    // Spark connects with its first batch, which so has no rows.
    s->planned = s->any ? s->queue.count : 0;
    s->cursor = 0;
    s->in_batch = s->planned > 0 || !s->any;
    return s->in_batch ? STATUS_OK : STATUS_END;
}

static enum status socket_read(struct source *s, struct chunk *rows, struct block *out, struct error *e)
{
    (void)rows, (void)e;
    if (!s->in_batch || s->cursor == s->planned)
        return STATUS_END;
    uint32_t count = 0;
    for (; count < MESSAGES && s->cursor < s->planned; count++, s->cursor++)
        s->messages[count] = (struct message){
            .value = line_queue_at(&s->queue, s->cursor),
            .timestamp = wall_of(s, s->queue.lines[s->cursor].arrived),
            .offset = s->taken + s->cursor,
        };
    s->counters.records += count;
    *out = (struct block){.kind = BLOCK_MESSAGES, .messages = s->messages, .message_count = count, .origin = s->host};
    return STATUS_OK;
}

static enum status socket_save(struct source *s, struct error *e)
{
    int64_t taken = s->taken + s->planned;
    return s->in_batch ? offsets_save(s->setup.state, offset_key, &taken, 1, e) : STATUS_OK;
}

static enum status socket_committed(struct source *s, struct error *e)
{
    (void)e;
    if (!s->in_batch)
        return STATUS_OK;
    line_queue_drop(&s->queue, s->planned);
    s->taken += s->planned;
    s->planned = s->cursor = 0;
    s->any = true;
    s->in_batch = false;
    s->counters.waiting = s->queue.count;
    if (s->paused) {
        s->paused = false;
        s->setup.port->class->interest(s->setup.port, s->handle, PORT_READABLE);
    }
    return STATUS_OK;
}

static const struct type *socket_columns(const struct options *options, struct arena *arena)
{
    struct field fields[] = {
        {.name = SLICE("value"), .type = type_simple(TYPE_STRING), .nullable = true},
        {.name = SLICE("timestamp"), .type = type_simple(TYPE_TIMESTAMP), .nullable = true},
    };
    return type_struct(arena, fields, option_boolean(options, "includeTimestamp") ? 2 : 1);
}

static const struct source_counters *socket_counters(const struct source *s)
{
    return &s->counters;
}

static void socket_describe(const struct source *s, struct text *out)
{
    static const char *const words[] = {
        [PHASE_DOWN] = "not connected to", [PHASE_CONNECTING] = "connecting to", [PHASE_UP] = "connected to"};
    text_printf(out, "%s %s:%s, %" PRIu64 " lines waiting", words[s->phase], s->host, s->service, s->counters.waiting);
    if (s->phase == PHASE_DOWN)
        text_printf(out, " (%s)", s->reason);
}

static const struct option_spec socket_options[] = {
    {.name = "host", .kind = OPTION_STRING, .required = true, .summary = "The server's name or address"},
    {.name = "port",
     .kind = OPTION_INTEGER,
     .required = true,
     .least = 1,
     .most = 65535,
     .summary = "The server's port"},
    {.name = "includeTimestamp",
     .kind = OPTION_BOOLEAN,
     .fallback = "false",
     .summary = "A second column, timestamp: when the line came in"},
    {.name = "maxLineBytes",
     .kind = OPTION_SIZE,
     .fallback = "1MB",
     .least = 1,
     .most = 1 << 28,
     .summary = "A longer line is one rejected row"},
    {.name = NULL},
};

const struct source_class source_socket = {
    .format = "socket",
    .options = socket_options,
    .live = true,
    .clock = CLOCK_TIMESTAMP,
    .decodes = true,
    .columns = socket_columns,
    .open = socket_open,
    .close = socket_close,
    .plan = socket_plan,
    .read = socket_read,
    .save = socket_save,
    .committed = socket_committed,
    .counters = socket_counters,
    .describe = socket_describe,
};
