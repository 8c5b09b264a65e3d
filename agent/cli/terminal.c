#include "agent/cli/terminal.h"

#include "ops/datetime.h"
#include "ops/slice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { LOG_WINDOW_SECONDS = 10, LOG_WINDOW_LINES = 20 };

static const char *const level_names[] = {[LOG_LEVEL_ERROR] = "error",
                                          [LOG_LEVEL_WARNING] = "warning",
                                          [LOG_LEVEL_INFO] = "info",
                                          [LOG_LEVEL_DEBUG] = "debug"};

enum { LEVELS = sizeof level_names / sizeof level_names[0] };

static void wipe(struct terminal *t)
{
    if (t->drawn)
        fputs("\r\033[K", stderr);
    t->drawn = false;
}

static void say(const struct terminal *t, enum log_level level, const char *text)
{
    time_t now = time(NULL);
    struct tm utc;
    char stamp[24] = "";
    if (gmtime_r(&now, &utc))
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
    fprintf(stderr, "%s %s: %s: %s\n", stamp, t->query, level_names[level], text);
}

static void say_left_out(struct terminal *t)
{
    char words[64];
    snprintf(words, sizeof words, "%u lines of the log were left out", t->left_out);
    if (t->left_out)
        say(t, LOG_LEVEL_WARNING, words);
    t->left_out = 0;
}

// A fault that repeats a thousand times a second must not fill a card: so many lines a window, the rest are counted.
static void log_write(void *self, enum log_level level, const char *text)
{
    struct terminal *t = self;
    if (level > t->level)
        return;
    wipe(t);
    int64_t window = (int64_t)time(NULL) / LOG_WINDOW_SECONDS;
    if (window != t->window) {
        say_left_out(t);
        t->window = window;
        t->said = 0;
    }
    if (t->said >= LOG_WINDOW_LINES) {
        t->left_out++;
        return;
    }
    t->said++;
    say(t, level, text);
}

static enum status wiping_print(struct port *p, const void *bytes, size_t count, struct error *e)
{
    struct terminal *t = (struct terminal *)(void *)(uintptr_t)p->class; // the class is its first member
    wipe(t);
    fflush(stderr);
    return t->real->print(p, bytes, count, e);
}

enum status terminal_open(struct terminal *t, struct port *port, const char *query, const char *level, struct error *e)
{
    *t = (struct terminal){.level = LOG_LEVEL_INFO, .query = query, .log = {log_write, t}};
    for (unsigned i = 0; level && i <= LEVELS; i++) {
        if (i == LEVELS)
            return error_set(e, STATUS_USAGE, "runnel: --log-level is one of error, warning, info, debug; got \"%s\"",
                             level);
        if (strcmp(level, level_names[i]) == 0) {
            t->level = (enum log_level)i;
            break;
        }
    }
    t->progress = isatty(STDERR_FILENO);
    t->real = port->class;
    t->class = *port->class;
    t->class.print = wiping_print;
    t->began = port->class->monotonic(port);
    port->class = &t->class;
    return STATUS_OK;
}

void terminal_close(struct terminal *t, struct port *port)
{
    wipe(t);
    say_left_out(t);
    if (t->real)
        port->class = t->real;
}

// A line that wraps cannot be wiped.
static size_t room(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return SIZE_MAX;
    return size.ws_col - 1u;
}

void terminal_progress(void *terminal, const struct engine_progress *p)
{
    struct terminal *t = terminal;
    t->rows += p->rows_in;
    if (!t->progress)
        return;
    struct memory m = {0};
    struct text line;
    text_init(&line, &m);
    double seconds = (double)(p->took > 0 ? p->took : 1) / 1e6;
    text_printf(&line, "batch %" PRId64 "  rows %" PRIu64 " (%" PRIu64 " in all, %.0f/s)  out %" PRIu64, p->batch,
                p->rows_in, t->rows, (double)p->rows_in / seconds, p->rows_out);
    if (p->late || p->rejected)
        text_printf(&line, "  late %" PRIu64 "  rejected %" PRIu64, p->late, p->rejected);
    if (p->watermark != INT64_MIN) {
        text_string(&line, "  watermark ");
        timestamp_print(p->watermark, &zone_utc, &line);
        text_printf(&line, "  lag %.1f s", (double)(p->started - p->watermark) / 1e6);
    }
    if (p->behind)
        text_printf(&line, "  waiting %" PRIu64, p->behind);
    if (p->outbox)
        text_printf(&line, "  outbox %" PRIu64, p->outbox);
    wipe(t);
    size_t most = room();
    fwrite(line.data, 1, line.size < most ? line.size : most, stderr);
    fflush(stderr);
    t->drawn = true;
    text_free(&line);
}
