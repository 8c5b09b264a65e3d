#include "sinks/kafka_answer.h"

#include <cJSON.h>
#include <stdio.h>

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(member) ? member->valuestring : NULL;
}

static int code_of(const cJSON *object)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, "error_code");
    return cJSON_IsNumber(member) ? member->valueint : 0;
}

static bool has(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name) != NULL;
}

static bool has_schema_id(const cJSON *object)
{
    return has(object, "key_schema_id") || has(object, "value_schema_id");
}

static bool is_failed(const cJSON *entry)
{
    return code_of(entry) != 0 || text_of(entry, "error") != NULL || text_of(entry, "message") != NULL;
}

static bool is_good(const cJSON *entry)
{
    return !is_failed(entry) && cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(entry, "offset"));
}

static void note_shape(const cJSON *root, const cJSON *offsets, struct kafka_shape *shape)
{
    const cJSON *entry;
    *shape = (struct kafka_shape){.schema_ids = has_schema_id(root)};
    cJSON_ArrayForEach(entry, offsets)
    {
        shape->schema_ids |= has_schema_id(entry);
        if (is_good(entry)) {
            shape->good = true;
            shape->good_has_error |= has(entry, "error_code") || has(entry, "error");
        } else if (is_failed(entry)) {
            shape->has_message |= text_of(entry, "message") != NULL;
            shape->code = code_of(entry) != 0 ? code_of(entry) : shape->code;
        }
    }
}

static void tell_entry(const cJSON *entry, uint32_t index, const struct kafka_dialect *d, kafka_entry tell, void *arg)
{
    char reason[SINK_REASON_MAX];
    if (entry == NULL || (!is_good(entry) && !is_failed(entry))) {
        tell(arg, index, SINK_AGAIN, "the bridge's answer does not say what became of it");
        return;
    }
    if (is_good(entry)) {
        tell(arg, index, SINK_ARRIVED, "");
        return;
    }
    int code = code_of(entry);
    const char *words = text_of(entry, "error") != NULL ? text_of(entry, "error") : text_of(entry, "message");
    snprintf(reason, sizeof(reason), "the bridge refused it: error_code %d: %.180s", code, words == NULL ? "" : words);
    tell(arg, index, kafka_dialect_outcome(d, code), reason);
}

bool kafka_answer_read(struct slice body, uint32_t records, const struct kafka_dialect *d, kafka_entry entry, void *arg,
                       struct kafka_shape *shape)
{
    cJSON *root = body.size == 0 ? NULL : cJSON_ParseWithLength(body.data, body.size);
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(root, "offsets");
    bool there = cJSON_IsArray(offsets);
    if (there) {
        note_shape(root, offsets, shape);
        d = d != NULL ? d : kafka_dialect_of_shape(shape);
        const cJSON *at = offsets->child;
        for (uint32_t i = 0; i < records; i++) {
            tell_entry(at, i, d, entry, arg);
            at = at == NULL ? NULL : at->next;
        }
    }
    cJSON_Delete(root);
    return there;
}

void kafka_answer_words(int status, struct slice body, char *out, size_t size)
{
    cJSON *root = body.size == 0 ? NULL : cJSON_ParseWithLength(body.data, body.size);
    const char *words = text_of(root, "message") != NULL ? text_of(root, "message") : text_of(root, "error");
    if (words != NULL && code_of(root) != 0 && code_of(root) != status)
        snprintf(out, size, "the bridge answers %d: error_code %d: %.180s", status, code_of(root), words);
    else if (words != NULL)
        snprintf(out, size, "the bridge answers %d: %.200s", status, words);
    else
        snprintf(out, size, "the bridge answers %d", status);
    cJSON_Delete(root);
}
