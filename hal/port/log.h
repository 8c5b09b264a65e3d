// Where words for the person who runs us go. The command line implements it (standard error, a level, a rate limit);
// whoever has nothing to say it to passes NULL.
#ifndef HAL_PORT_LOG_H
#define HAL_PORT_LOG_H

#include "ops/status.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum { LOG_LINE_MAX = 1024 };

struct log {
    void (*write)(void *self, enum log_level level, const char *text); // one line, without its newline
    void *self;
};

// Formats one line, cut at LOG_LINE_MAX. `log` may be NULL.
void log_say(const struct log *log, enum log_level level, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
