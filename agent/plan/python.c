#include "agent/plan/python.h"

#include "ops/encoder.h"
#include "ops/utf8.h"

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void append_character(struct text *out, uint32_t code, bool block, bool quote_follows)
{
    char bytes[UTF8_MAX];
    if (code == '\\')
        text_string(out, "\\\\");
    else if (code == '"')
        text_string(out, block && !quote_follows ? "\"" : "\\\"");
    else if (code == '\n' && !block)
        text_string(out, "\\n");
    else if (code == '\t')
        text_string(out, "\\t");
    else if (code != '\n' && (code < ' ' || code == 0x7F))
        text_printf(out, "\\x%02x", (unsigned)code);
    else
        text_bytes(out, bytes, utf8_write(code, bytes));
}

// In a block a quote is itself unless another one (or the block's end) follows.
static void append_characters(struct text *out, struct slice s, bool block)
{
    for (uint32_t i = 0; i < s.size;) {
        uint32_t code;
        i += (uint32_t)utf8_read(s.data + i, s.size - i, &code);
        append_character(out, code, block, i == s.size || s.data[i] == '"');
    }
}

void python_string(struct text *out, struct slice s)
{
    text_char(out, '"');
    append_characters(out, s, false);
    text_char(out, '"');
}

void python_block(struct text *out, struct slice s)
{
    text_string(out, "\"\"\"\\\n");
    append_characters(out, s, true);
    text_string(out, "\"\"\"");
}

static void append_literal(struct text *out, struct slice s, bool block)
{
    if (block)
        python_block(out, s);
    else
        python_string(out, s);
}

// The inside of ${…}, which was checked when it was expanded.
static void append_variable(struct text *out, struct slice inside)
{
    const char *colon = memchr(inside.data, ':', inside.size);
    uint32_t size = colon == NULL ? inside.size : (uint32_t)(colon - inside.data);
    text_string(out, "variable(");
    python_string(out, (struct slice){inside.data, size});
    if (colon != NULL) {
        text_string(out, colon[1] == '-' ? ", default=" : ", message=");
        python_string(out, (struct slice){colon + 2, inside.size - size - 2});
    }
    text_char(out, ')');
}

void python_written(struct text *out, struct slice written, bool block)
{
    bool any = false;
    for (uint32_t i = 0; i < written.size || !any;) {
        struct slice rest = {written.data + i, written.size - i};
        bool variable = rest.size > 1 && rest.data[0] == '$' && rest.data[1] == '{';
        uint32_t size = 0;
        while (!variable && size < rest.size &&
               !(rest.data[size] == '$' && size + 1 < rest.size && rest.data[size + 1] == '{'))
            size++;
        text_string(out, any ? " + " : "");
        if (variable) {
            size = (uint32_t)((const char *)memchr(rest.data, '}', rest.size) - rest.data) + 1;
            append_variable(out, (struct slice){rest.data + 2, size - 3});
        } else {
            append_literal(out, (struct slice){rest.data, size}, block);
        }
        i += size;
        any = true;
    }
}

void python_value(struct text *out, const struct json *at)
{
    if (at->secret_file.size > 0) {
        text_string(out, "secret(");
        python_written(out, at->written, false);
        text_char(out, ')');
    } else if (at->kind == JSON_STRING && at->written.size > 0) {
        python_written(out, at->written, false);
    } else if (at->kind == JSON_BOOLEAN) {
        text_string(out, at->boolean ? "True" : "False");
    } else if (at->kind == JSON_NUMBER) {
        text_slice(out, at->text);
    } else {
        python_string(out, at->text);
    }
}

void python_comment(struct text *out, const struct json *at)
{
    if (at->secret_file.size > 0) {
        text_string(out, "{\"secretFile\": ");
        json_append_string(out, at->written);
        text_char(out, '}');
    } else if (at->kind == JSON_STRING) {
        json_append_string(out, at->written.size > 0 ? at->written : at->text);
    } else if (at->kind == JSON_BOOLEAN) {
        text_string(out, at->boolean ? "true" : "false");
    } else if (at->kind == JSON_NUMBER) {
        text_slice(out, at->text);
    } else {
        bool object = at->kind == JSON_OBJECT;
        text_char(out, object ? '{' : '[');
        for (const struct json *child = at->first; child != NULL; child = child->next) {
            text_string(out, child == at->first ? "" : ", ");
            if (object) {
                json_append_string(out, child->name);
                text_string(out, ": ");
            }
            python_comment(out, child);
        }
        text_char(out, object ? '}' : ']');
    }
}

void python_name(struct text *out, struct slice s)
{
    for (uint32_t i = 0; i < s.size; i++)
        text_char(out, is_word(s.data[i]) ? s.data[i] : '_');
}

bool python_mentions(const struct json *at, bool secret)
{
    if (at->written.size > 0 && (at->secret_file.size > 0) == secret)
        return true;
    if (!secret && at->secret_file.size > 0 && memmem(at->written.data, at->written.size, "${", 2) != NULL)
        return true;
    for (const struct json *child = at->first; child != NULL; child = child->next)
        if (python_mentions(child, secret))
            return true;
    return false;
}
