#include "hal/source/kafka_answer.h"

#include <stdlib.h>

enum { SCRATCH_BLOCK = 4096, HEADERS_MAX = 256, LEVELS = JSON_DEPTH_MAX + 2, MILLISECOND = 1000 };

void kafka_answers_init(struct kafka_answers *a, struct memory *memory)
{
    *a = (struct kafka_answers){.memory = memory};
    arena_init(&a->scratch, memory, SCRATCH_BLOCK);
    a->level = mem_alloc(memory, LEVELS * sizeof(*a->level));
}

void kafka_answers_free(struct kafka_answers *a)
{
    arena_free(&a->scratch);
    mem_free(a->memory, a->level, a->level ? LEVELS * sizeof(*a->level) : 0);
    *a = (struct kafka_answers){0};
}

static struct json_reader begin(struct kafka_answers *a, struct slice body)
{
    struct json_reader r;
    arena_reset(&a->scratch);
    json_open(&r, body, a->level, &a->scratch);
    return r;
}

// Passes over the value that the reader stands on.
static bool pass(struct json_reader *r)
{
    return r->token == JSON_START_OBJECT || r->token == JSON_START_ARRAY ? json_skip_children(r) : json_finish(r);
}

// Moves on to the next `wanted` of the object or array that ends with `end`. false: there is none, or (*good false)
// what stands there is neither.
static bool next_of(struct json_reader *r, enum json_token wanted, enum json_token end, bool *good)
{
    *good = json_next(r) && (r->token == wanted || r->token == end);
    return *good && r->token == wanted;
}

static bool next_name(struct json_reader *r, bool *good)
{
    return next_of(r, JSON_NAME, JSON_END_OBJECT, good);
}

static bool next_object(struct json_reader *r, bool *good)
{
    return next_of(r, JSON_START_OBJECT, JSON_END_ARRAY, good);
}

static bool to_integer(const struct json_reader *r, int64_t least, int64_t most, int64_t *out)
{
    char digits[24];
    if (r->token != JSON_INTEGER || r->text.size >= sizeof(digits))
        return false;
    memcpy(digits, r->text.data, r->text.size);
    digits[r->text.size] = '\0';
    *out = strtoll(digits, NULL, 10);
    return *out >= least && *out <= most;
}

// ---------------------------------------------------------------- small answers

bool kafka_answer_partitions(struct kafka_answers *a, struct slice body, void (*found)(void *arg, int32_t number),
                             void *arg)
{
    struct json_reader r = begin(a, body);
    bool whole, good;
    if (!json_next(&r) || r.token != JSON_START_ARRAY)
        return false;
    while (next_object(&r, &whole)) {
        int64_t number = -1;
        while (next_name(&r, &good)) {
            bool wanted = slice_equal(json_name(&r), SLICE("partition"));
            if (!json_next(&r) || (wanted && !to_integer(&r, 0, INT32_MAX, &number)) || !pass(&r))
                return false;
        }
        if (!good || number < 0)
            return false;
        found(arg, (int32_t)number);
    }
    return whole;
}

bool kafka_answer_offsets(struct kafka_answers *a, struct slice body, int64_t *begin_offset, int64_t *end_offset)
{
    struct json_reader r = begin(a, body);
    bool good;
    *begin_offset = *end_offset = -1;
    if (!json_next(&r) || r.token != JSON_START_OBJECT)
        return false;
    while (next_name(&r, &good)) {
        struct slice name = json_name(&r);
        int64_t *to = slice_equal(name, SLICE("beginning_offset")) ? begin_offset
                      : slice_equal(name, SLICE("end_offset"))     ? end_offset
                                                                   : NULL;
        if (!json_next(&r) || (to && !to_integer(&r, 0, INT64_MAX, to)) || !pass(&r))
            return false;
    }
    return good && *begin_offset >= 0 && *end_offset >= *begin_offset;
}

bool kafka_answer_text(struct kafka_answers *a, struct slice body, struct slice name, struct slice *out)
{
    struct json_reader r = begin(a, body);
    bool good;
    if (!json_next(&r) || r.token != JSON_START_OBJECT)
        return false;
    while (next_name(&r, &good)) {
        bool wanted = slice_equal(json_name(&r), name);
        if (!json_next(&r))
            return false;
        if (wanted && r.token == JSON_STRING && json_finish(&r)) {
            *out = r.text;
            return true;
        }
        if (!pass(&r))
            return false;
    }
    return false;
}

// ---------------------------------------------------------------- base64

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

// RFC 4648, both alphabets, padded or not. false: not base64.
static bool base64_decode(struct slice text, struct arena *arena, struct slice *out)
{
    while (text.size > 0 && text.data[text.size - 1] == '=')
        text.size--;
    if (text.size % 4 == 1)
        return false;
    char *to = arena_alloc(arena, (size_t)text.size / 4 * 3 + 3);
    *out = (struct slice){to, 0};
    uint32_t bits = 0, held = 0;
    for (uint32_t i = 0; i < text.size; i++) {
        int value = base64_value(text.data[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            to[out->size++] = (char)(unsigned char)(bits >> held);
        }
    }
    return true;
}

// ---------------------------------------------------------------- records

// A text in base64, or null (data NULL), that the reader stands on.
static bool read_bytes(struct json_reader *r, struct arena *keep, struct slice *out)
{
    *out = (struct slice){NULL, 0};
    if (r->token == JSON_NULL)
        return true;
    return r->token == JSON_STRING && json_finish(r) && base64_decode(r->text, keep, out);
}

// {"key": "h", "value": "base64"} from behind its {.
static bool read_header(struct json_reader *r, struct arena *keep, struct slice *pair)
{
    bool whole, good;
    pair[0] = pair[1] = (struct slice){NULL, 0};
    while (next_name(r, &whole)) {
        struct slice name = json_name(r);
        if (!json_next(r))
            return false;
        if (slice_equal(name, SLICE("key"))) {
            good = r->token == JSON_STRING && json_finish(r);
            pair[0] = good ? (struct slice){arena_copy(keep, r->text.data, r->text.size), r->text.size} : pair[0];
        } else if (slice_equal(name, SLICE("value"))) {
            good = read_bytes(r, keep, &pair[1]);
        } else {
            good = pass(r);
        }
        if (!good)
            return false;
    }
    return whole;
}

static bool read_headers(struct json_reader *r, struct arena *keep, struct message *m)
{
    struct slice pairs[2 * HEADERS_MAX];
    uint32_t count = 0;
    bool good;
    if (r->token == JSON_NULL)
        return true;
    if (r->token != JSON_START_ARRAY)
        return false;
    while (next_object(r, &good)) {
        if (count == HEADERS_MAX || !read_header(r, keep, &pairs[2 * count]))
            return false;
        count++;
    }
    struct slice *kept = ARENA_ARRAY(keep, struct slice, 2 * count);
    memcpy(kept, pairs, 2 * count * sizeof(*kept));
    m->header = kept;
    m->header_count = count;
    return good;
}

static bool read_member(struct json_reader *r, struct slice name, struct arena *keep, bool headers, struct message *m)
{
    int64_t number;
    if (slice_equal(name, SLICE("value")))
        return read_bytes(r, keep, &m->value);
    if (slice_equal(name, SLICE("key")))
        return read_bytes(r, keep, &m->key);
    if (slice_equal(name, SLICE("topic"))) {
        bool good = r->token == JSON_STRING && json_finish(r);
        m->topic = r->text;
        return good;
    }
    if (slice_equal(name, SLICE("partition"))) {
        bool good = to_integer(r, 0, INT32_MAX, &number);
        m->partition = good ? (int32_t)number : -1;
        return good;
    }
    if (slice_equal(name, SLICE("offset")))
        return to_integer(r, 0, INT64_MAX, &m->offset);
    if (slice_equal(name, SLICE("timestamp")) && r->token == JSON_INTEGER) {
        m->no_timestamp = !to_integer(r, 0, INT64_MAX / MILLISECOND, &number);
        m->timestamp = m->no_timestamp ? 0 : number * MILLISECOND;
        return true;
    }
    if (headers && slice_equal(name, SLICE("headers")))
        return read_headers(r, keep, m);
    return pass(r);
}

bool kafka_answer_records(struct kafka_answers *a, struct slice body, struct arena *keep, bool headers,
                          kafka_record found, void *arg)
{
    struct json_reader r = begin(a, body);
    bool whole, good;
    if (!json_next(&r) || r.token != JSON_START_ARRAY)
        return false;
    while (next_object(&r, &whole)) {
        struct message m = {.partition = -1, .offset = -1, .no_timestamp = true};
        while (next_name(&r, &good)) {
            struct slice name = json_name(&r);
            if (!json_next(&r) || !read_member(&r, name, keep, headers, &m))
                return false;
        }
        if (!good || m.topic.data == NULL || m.partition < 0 || m.offset < 0)
            return false;
        found(arg, &m);
    }
    return whole;
}
