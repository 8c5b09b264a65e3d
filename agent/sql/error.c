// A message about a SQL text: the place a person can go to, what is wrong, the line and a caret.
#include "agent/sql/caret.h"
#include "agent/sql/parse.h"

#include <stdarg.h>
#include <stdio.h>

static void place_of(const struct sql_source *source, uint32_t offset, uint32_t *line, uint32_t *column)
{
    uint32_t index;
    uint32_t start = caret_line_start(source->text, offset, &index);
    struct slice before = {source->text.data + start, offset - start};
    if (source->lines == NULL) {
        *line = index + 1;
        *column = caret_characters(before) + 1;
        return;
    }
    const struct sql_line *at = &source->lines[index];
    *line = at->line;
    *column = at->column;
    if (at->widths == NULL)
        *column += caret_characters(before);
    else
        for (uint32_t i = 0; i < before.size; i++)
            *column += at->widths[i];
}

enum status sql_error(const struct sql_source *source, uint32_t offset, uint32_t length, struct error *e,
                      const char *format, ...)
{
    char words[ERROR_TEXT_MAX / 2], caret[ERROR_TEXT_MAX / 4];
    uint32_t line, column;
    va_list args;
    offset = offset > source->text.size ? source->text.size : offset;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    place_of(source, offset, &line, &column);
    caret_print(source->text, offset, length, caret, sizeof caret);
    return error_set(e, STATUS_CONFIG, "%s%s%u:%u: %s\n%s", source->file == NULL ? "" : source->file,
                     source->file == NULL ? "" : ":", line, column, words, caret);
}
