#include "sinks/kafka_body.h"

#include "ops/encoder.h"

enum { TOPIC_MAX = 249 };

static void append_base64(struct text *out, struct slice bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = ((size_t)bytes.size + 2) / 3 * 4;
    const unsigned char *from = (const unsigned char *)bytes.data;
    char *to = text_reserve(out, size);
    for (uint32_t i = 0; i < bytes.size; i += 3) {
        uint32_t left = bytes.size - i;
        uint32_t group = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)from[i + 2] : 0);
        *to++ = digits[group >> 18];
        *to++ = digits[group >> 12 & 63];
        *to++ = left > 1 ? digits[group >> 6 & 63] : '=';
        *to++ = left > 2 ? digits[group & 63] : '=';
    }
    out->size += size;
}

void kafka_piece_bytes(struct text *out, struct slice bytes, bool binary)
{
    if (!binary) {
        json_append_string(out, bytes);
        return;
    }
    text_char(out, '=');
    append_base64(out, bytes);
}

void kafka_piece_json(struct text *out, struct slice json, bool binary)
{
    if (binary)
        kafka_piece_bytes(out, json, true);
    else
        text_slice(out, json);
}

static bool is_base64(struct slice piece)
{
    return piece.size > 0 && piece.data[0] == '=';
}

bool kafka_record_is_binary(const struct sink_record *record)
{
    return is_base64(record->value) || (record->has_key && is_base64(record->key));
}

static void append_piece(struct text *out, struct slice piece)
{
    if (!is_base64(piece)) {
        text_slice(out, piece);
        return;
    }
    text_char(out, '"');
    text_bytes(out, piece.data + 1, piece.size - 1);
    text_char(out, '"');
}

void kafka_record_append(struct text *out, const struct sink_record *record)
{
    text_char(out, '{');
    if (record->has_key) {
        text_string(out, "\"key\":");
        append_piece(out, record->key);
        text_char(out, ',');
    }
    text_string(out, "\"value\":");
    append_piece(out, record->value);
}

void kafka_headers_append(struct text *out, const struct sink_record *record)
{
    for (uint32_t i = 0; i < record->header_count; i++) {
        text_string(out, i == 0 ? ",\"headers\":[{\"key\":" : ",{\"key\":");
        json_append_string(out, record->header[2 * i]);
        text_string(out, ",\"value\":\"");
        append_base64(out, record->header[2 * i + 1]);
        text_string(out, "\"}");
    }
    if (record->header_count > 0)
        text_char(out, ']');
}

bool kafka_topic_valid(struct slice topic)
{
    if (topic.size == 0 || topic.size > TOPIC_MAX || slice_equal(topic, SLICE(".")) || slice_equal(topic, SLICE("..")))
        return false;
    for (uint32_t i = 0; i < topic.size; i++) {
        char c = topic.data[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                    c == '_' || c == '-';
        if (!good)
            return false;
    }
    return true;
}
