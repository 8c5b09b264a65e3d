// What a person sees beside results: log lines and, on a terminal, one progress line. Both go to standard error, so
// piped output stays clean; where results share the terminal, the line is wiped before they are printed.
#ifndef AGENT_CLI_TERMINAL_H
#define AGENT_CLI_TERMINAL_H

#include "agent/engine/engine.h"

struct terminal {
    struct port_class class; // the port's, but for print
    const struct port_class *real;
    struct log log;
    enum log_level level;
    const char *query;
    bool progress, drawn; // standard error is a terminal; a line stands there now
    // rate limit of the log: a window of time and what was let through in it
    int64_t window;
    unsigned said, left_out;
    uint64_t rows; // since the start
    int64_t began; // monotonic, microseconds
};

// `level`: "error", "warning", "info", "debug", or NULL for info. Takes its place between `port` and its users until
// terminal_close.
enum status terminal_open(struct terminal *t, struct port *port, const char *query, const char *level, struct error *e);
void terminal_close(struct terminal *t, struct port *port);
void terminal_progress(void *terminal, const struct engine_progress *p); // for engine_setup.progress

#endif
