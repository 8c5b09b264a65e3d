#include "sinks/topic_template.h"

#include "hal/port/mqtt_options.h"
#include "ops/cast.h"
#include "ops/character.h"
#include "ops/utf8.h"

#define NOTHING "__HIVE_DEFAULT_PARTITION__"

static enum status find_column(struct slice name, const struct field *fields, uint32_t count, int32_t *out,
                               struct arena *arena, struct error *e)
{
    struct slice *names = ARENA_ARRAY(arena, struct slice, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = fields[i].name;
        if (!slice_equal_fold(name, names[i]))
            continue;
        if (type_is_nested(fields[i].type))
            return error_set(e, STATUS_CONFIG, "topic: column %.*s is no plain value", (int)name.size, name.data);
        *out = (int32_t)i;
        return STATUS_OK;
    }
    int nearest = slice_nearest(name, names, count);
    if (nearest < 0)
        return error_set(e, STATUS_CONFIG, "topic: the result has no column \"%.*s\"", (int)name.size, name.data);
    return error_set(e, STATUS_CONFIG, "topic: the result has no column \"%.*s\"; did you mean \"%.*s\"?",
                     (int)name.size, name.data, (int)names[nearest].size, names[nearest].data);
}

enum status topic_template_parse(struct slice text, const struct field *fields, uint32_t field_count,
                                 struct arena *arena, struct topic_template *out, struct error *e)
{
    *out = (struct topic_template){.part = ARENA_ARRAY(arena, struct topic_part, text.size + 1)};
    struct slice rest = text;
    for (;;) {
        uint32_t open = slice_find(rest, SLICE("{"), 0);
        struct topic_part *part = &out->part[out->count++];
        *part = (struct topic_part){.text = {rest.data, open < rest.size ? open : rest.size}, .column = -1};
        if (part->text.size > 0 && (!mqtt_topic_valid(part->text) || memchr(part->text.data, '}', part->text.size)))
            return error_set(e, STATUS_CONFIG, "topic \"%.*s\" cannot be sent to: no + or #, and each { with its }",
                             (int)text.size, text.data);
        if (open >= rest.size)
            break;
        uint32_t close = slice_find(rest, SLICE("}"), open);
        if (close >= rest.size)
            return error_set(e, STATUS_CONFIG, "topic \"%.*s\": a { without its }", (int)text.size, text.data);
        enum status status =
            find_column(slice_part(rest, open + 1, close), fields, field_count, &part->column, arena, e);
        if (status != STATUS_OK)
            return status;
        rest = slice_part(rest, close + 1, rest.size);
    }
    if (text.size == 0)
        return error_set(e, STATUS_CONFIG, "topic is empty");
    return STATUS_OK;
}

static void put_value(struct slice value, struct text *out, size_t begin)
{
    for (uint32_t i = 0; i < value.size;) {
        unsigned char c = (unsigned char)value.data[i];
        size_t whole = utf8_sequence(value.data + i, value.size - i);
        uint32_t code;
        utf8_read(value.data + i, value.size - i, &code);
        bool plain = whole > 0 && mqtt_character_valid(code) && strchr("+#/%", c) == NULL;
        if (c == '$' && out->size == begin)
            plain = false;
        if (plain)
            text_bytes(out, value.data + i, whole);
        else
            text_printf(out, "%%%02X", c);
        i += plain ? (uint32_t)whole : 1;
    }
}

void topic_template_print(const struct topic_template *t, const struct chunk *chunk, uint32_t row,
                          const struct session *session, struct text *scratch, struct text *out)
{
    size_t begin = out->size;
    for (uint32_t i = 0; i < t->count; i++) {
        text_slice(out, t->part[i].text);
        if (t->part[i].column < 0)
            continue;
        const struct column *c = chunk->column[t->part[i].column];
        text_clear(scratch);
        if (!is_null(c, row))
            value_print(c, row, session, false, scratch);
        if (scratch->size > 0)
            put_value(text_view(scratch), out, begin);
        else
            text_string(out, NOTHING);
    }
}
