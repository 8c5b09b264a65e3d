#include "ops/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status error_set(struct error *e, enum status status, const char *format, ...)
{
    if (!e)
        return status;
    va_list args;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    e->status = status;
    return status;
}

void error_prefix(struct error *e, const char *format, ...)
{
    if (!e)
        return;
    char prefix[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    int written = vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    if (written < 0 || (size_t)written + 2 >= sizeof e->text)
        return;
    size_t size = (size_t)written, room = sizeof e->text - size - 2 - 1, have = strlen(e->text);
    if (have > room)
        have = room;
    memmove(e->text + size + 2, e->text, have);
    memcpy(e->text, prefix, size);
    memcpy(e->text + size, ": ", 2);
    e->text[size + 2 + have] = '\0';
}
