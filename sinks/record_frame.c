#include "sinks/record_frame.h"

#include "ops/endian.h"

enum { FRAME_VERSION = 1, HAS_GAP = 1, HAS_KEY = 2, HAS_GROUP = 4, VARINT_MAX = 10, HEADERS_MAX = 1 << 16 };

static void append_varint(struct text *out, uint64_t v)
{
    char *to = text_reserve(out, VARINT_MAX);
    size_t size = 0;
    for (; v >= 0x80; v >>= 7)
        to[size++] = (char)(v | 0x80);
    to[size++] = (char)v;
    out->size += size;
}

static void append_slice(struct text *out, struct slice s)
{
    append_varint(out, s.size);
    text_slice(out, s);
}

static void append_word(struct text *out, uint64_t v)
{
    store_little(text_reserve(out, 8), v, 8);
    out->size += 8;
}

void record_frame_append(struct text *out, const struct sink_record *r, const struct record_note *note)
{
    text_char(out, FRAME_VERSION);
    text_char(out, (char)((r->gap ? HAS_GAP : 0) | (r->has_key ? HAS_KEY : 0) | (note->has_group ? HAS_GROUP : 0)));
    append_varint(out, r->seq);
    if (r->gap) {
        append_varint(out, note->to);
        append_varint(out, note->count);
        text_char(out, (char)note->reason);
    }
    if (note->has_group) {
        append_word(out, note->group[0]);
        append_word(out, note->group[1]);
    }
    append_slice(out, r->topic);
    if (r->has_key)
        append_slice(out, r->key);
    append_varint(out, r->header_count);
    for (uint32_t i = 0; i < 2 * r->header_count; i++)
        append_slice(out, r->header[i]);
    text_slice(out, r->value);
}

// What is left to read; after a read beyond the end, `bad`.
struct reading {
    struct slice rest;
    bool bad;
};

static const char *take(struct reading *r, uint64_t bytes)
{
    const char *from = r->rest.data;
    if (r->bad || bytes > r->rest.size) {
        r->bad = true;
        return NULL;
    }
    r->rest.data += bytes;
    r->rest.size -= (uint32_t)bytes;
    return from;
}

static uint8_t take_byte(struct reading *r)
{
    const char *from = take(r, 1);
    return from ? (uint8_t)*from : 0;
}

static uint64_t take_varint(struct reading *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = take_byte(r);
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return v;
    }
    r->bad = true;
    return 0;
}

static uint64_t take_word(struct reading *r)
{
    const char *from = take(r, 8);
    return from ? load_little(from, 8) : 0;
}

static struct slice take_slice(struct reading *r)
{
    uint64_t size = take_varint(r);
    const char *from = take(r, size);
    return (struct slice){from, from ? (uint32_t)size : 0};
}

static void take_headers(struct reading *r, struct arena *arena, struct sink_record *record)
{
    uint64_t count = take_varint(r);
    if (count > HEADERS_MAX) {
        r->bad = true;
        return;
    }
    struct slice *header = count > 0 ? arena_alloc(arena, 2 * (size_t)count * sizeof *header) : NULL;
    for (uint32_t i = 0; i < 2 * count; i++)
        header[i] = take_slice(r);
    record->header = header;
    record->header_count = (uint32_t)count;
}

bool record_frame_open(struct slice frame, struct arena *arena, struct sink_record *record, struct record_note *note)
{
    struct reading r = {.rest = frame};
    *record = (struct sink_record){0};
    *note = (struct record_note){0};
    if (take_byte(&r) != FRAME_VERSION)
        return false;
    uint8_t flags = take_byte(&r);
    record->gap = (flags & HAS_GAP) != 0;
    record->has_key = (flags & HAS_KEY) != 0;
    note->has_group = (flags & HAS_GROUP) != 0;
    record->seq = take_varint(&r);
    if (record->gap) {
        note->to = take_varint(&r);
        note->count = take_varint(&r);
        note->reason = (enum gap_reason)take_byte(&r);
    }
    if (note->has_group) {
        note->group[0] = take_word(&r);
        note->group[1] = take_word(&r);
    }
    record->topic = take_slice(&r);
    if (!arena)
        return !r.bad;
    if (record->has_key)
        record->key = take_slice(&r);
    take_headers(&r, arena, record);
    record->value = r.rest;
    return !r.bad;
}
