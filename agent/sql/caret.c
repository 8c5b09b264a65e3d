#include "agent/sql/caret.h"

enum {
    CARET_BEFORE = 60, // characters shown before the caret, and behind it
    CARET_AFTER = 50,
    CARET_INDENT = 2,
};

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

uint32_t caret_line_start(struct slice text, uint32_t offset, uint32_t *line)
{
    uint32_t start = 0;
    *line = 0;
    for (uint32_t i = 0; i < offset && i < text.size; i++) {
        if (text.data[i] == '\n') {
            start = i + 1;
            ++*line;
        }
    }
    return start;
}

uint32_t caret_characters(struct slice text)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < text.size; i++)
        n += !is_continuation(text.data[i]);
    return n;
}

struct pen {
    char *to;
    size_t room, size;
};

static void draw(struct pen *p, char c)
{
    if (p->size + 1 < p->room)
        p->to[p->size++] = c;
}

static void draw_word(struct pen *p, const char *word)
{
    while (*word != '\0')
        draw(p, *word++);
}

// `count` characters back from `at`, not beyond `least`.
static uint32_t step_back(struct slice text, uint32_t at, uint32_t least, uint32_t count)
{
    while (at > least && count > 0) {
        at--;
        if (!is_continuation(text.data[at]))
            count--;
    }
    return at;
}

void caret_print(struct slice text, uint32_t offset, uint32_t length, char *to, size_t room)
{
    struct pen pen = {.to = to, .room = room};
    uint32_t line;
    offset = offset > text.size ? text.size : offset;
    uint32_t start = caret_line_start(text, offset, &line);
    uint32_t end = offset;
    while (end < text.size && text.data[end] != '\n' && end - offset < CARET_AFTER)
        end++;
    while (end < text.size && is_continuation(text.data[end]))
        end++;
    uint32_t from = step_back(text, offset, start, CARET_BEFORE);
    for (int i = 0; i < CARET_INDENT; i++)
        draw(&pen, ' ');
    draw_word(&pen, from > start ? "..." : "");
    for (uint32_t i = from; i < end; i++)
        draw(&pen, (unsigned char)text.data[i] < ' ' && text.data[i] != '\t' ? ' ' : text.data[i]);
    draw_word(&pen, end < text.size && text.data[end] != '\n' ? "...\n" : "\n");
    for (int i = 0; i < CARET_INDENT; i++)
        draw(&pen, ' ');
    draw_word(&pen, from > start ? "   " : "");
    for (uint32_t i = from; i < offset; i++)
        if (!is_continuation(text.data[i]))
            draw(&pen, text.data[i] == '\t' ? '\t' : ' ');
    draw(&pen, '^');
    for (uint32_t i = offset + 1; i < offset + length && i < end; i++)
        if (!is_continuation(text.data[i]))
            draw(&pen, '~');
    if (pen.room > 0)
        pen.to[pen.size] = '\0';
}
