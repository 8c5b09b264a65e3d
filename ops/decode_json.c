#include "ops/decode_mode.h"
#include "ops/json_quick.h"

#include <assert.h>

// A top-level array whose rows did not all fit into the chunk.
struct array_rest {
    bool active, corrupt;
    uint32_t offset; // of the first element that is not delivered, in the record
};

struct decoder {
    struct memory *memory;
    struct arena plan; // what open makes
    enum decode_mode mode;
    bool whole;             // multiLine: the bytes are one record
    bool begun;             // the first bytes of the file were seen
    int32_t corrupt_output; // -1: not wanted
    unsigned allow;         // json_bytes.allow
    struct slice line_end;  // lineSep; empty: \n, \r, \r\n
    struct json_formats formats;
    struct json_members members; // the wanted columns
    int32_t *output;             // of each member
    struct column **column;      // of each member, the chunk's
    struct column **spare;       // of each member, one row: what does not fit is read into it
    struct json_level *level;
    struct json_quick short_way;
    struct array_rest rest;
    struct decode_counters counters;
};

enum { PLAN_BLOCK = 16 * 1024 };

// The wanted columns; the one for corrupt records is no member, even if a record has one of its name.
static enum status open_members(struct decoder *d, const struct decode_spec *spec, struct error *e)
{
    struct slice *names = ARENA_ARRAY(&d->plan, struct slice, spec->field_count);
    struct json_shape *shape = ARENA_ARRAY(&d->plan, struct json_shape, spec->field_count);
    d->output = ARENA_ARRAY(&d->plan, int32_t, spec->field_count);
    d->corrupt_output = -1;
    uint32_t count = 0;
    for (uint32_t i = 0; i < spec->field_count; i++) {
        const struct field *f = &spec->fields[i];
        bool corrupt;
        enum status status = decode_is_corrupt(spec->options, f, &corrupt, e);
        if (status != STATUS_OK)
            return status;
        if (corrupt)
            d->corrupt_output = spec->output[i];
        if (corrupt || spec->output[i] < 0)
            continue;
        status = json_shape_make(&shape[count], f->type, &d->formats, f->name, &d->plan, e);
        if (status != STATUS_OK)
            return status;
        names[count] = f->name;
        d->output[count++] = spec->output[i];
    }
    d->column = ARENA_ARRAY(&d->plan, struct column *, count);
    d->spare = ARENA_ARRAY(&d->plan, struct column *, count);
    d->members = (struct json_members){.shape = shape, .column = d->column};
    json_names_make(&d->members.names, names, count, &d->plan);
    return STATUS_OK;
}

static void json_decoder_close(struct decoder *d)
{
    if (!d)
        return;
    decode_filter_free(d->members.filter);
    arena_free(&d->plan);
    mem_free(d->memory, d, sizeof *d);
}

// What Spark's filters see of a good record they see in WHERE too, unless one of their columns is there twice.
static void open_filter(struct decoder *d, const struct decode_spec *spec)
{
    uint32_t count = d->members.names.count;
    uint32_t *place = ARENA_ARRAY(&d->plan, uint32_t, spec->outputs);
    for (uint32_t i = 0; i < count; i++)
        place[d->output[i]] = i;
    struct decode_filter *f = decode_filter_new(spec->filter, spec->filters, place, count, spec->session, d->memory);
    d->members.filter = f;
    for (uint32_t i = 0; i < count; i++) {
        if (!decode_filter_reads(f, i))
            continue;
        d->short_way.off |= i >= 64;
        d->short_way.once |= i < 64 ? UINT64_C(1) << i : 0;
    }
}

static enum status json_decoder_open(const struct decode_spec *spec, struct memory *memory, struct decoder **out,
                                     struct error *e)
{
    struct decoder *d = mem_zalloc(memory, sizeof *d);
    d->memory = memory;
    arena_init(&d->plan, memory, PLAN_BLOCK);
    d->mode = decode_mode_read(spec->options);
    d->whole = option_boolean(spec->options, "multiLine");
    enum status status = json_formats_read(&d->formats, &d->allow, spec->options, spec->session, &d->plan, e);
    if (status == STATUS_OK)
        status = decode_line_end(spec->options, &d->line_end, e);
    if (status == STATUS_OK)
        status = open_members(d, spec, e);
    if (status != STATUS_OK) {
        json_decoder_close(d);
        return status;
    }
    open_filter(d, spec);
    d->level = ARENA_ARRAY(&d->plan, struct json_level, JSON_DEPTH_MAX + 2);
    d->short_way.members = &d->members;
    d->short_way.level = d->level;
    d->short_way.allow = d->allow;
    *out = d;
    return STATUS_OK;
}

static void json_decoder_restart(struct decoder *d)
{
    d->begun = false;
    d->rest = (struct array_rest){.active = false};
}

static const struct decode_counters *json_decoder_counters(const struct decoder *d)
{
    return &d->counters;
}

// The columns of this chunk.
static void use_chunk(struct decoder *d, struct chunk *out)
{
    assert(!out->rows.index && out->rows.count <= CHUNK_ROWS);
    for (uint32_t i = 0; i < d->members.names.count; i++)
        d->column[i] = out->column[d->output[i]];
    d->short_way.arena = out->arena;
}

static struct column *corrupt_column(const struct decoder *d, const struct chunk *out)
{
    return d->corrupt_output < 0 ? NULL : out->column[d->corrupt_output];
}

// Puts `count` rows, whose members are set, behind the chunk's.
static void add_rows(struct decoder *d, struct chunk *out, uint32_t count, const struct slice *corrupt)
{
    struct column *c = corrupt_column(d, out);
    for (uint32_t i = 0; c && i < count; i++) {
        uint32_t row = out->rows.count + i;
        c->null[row] = corrupt == NULL;
        if (corrupt)
            c->slice[row] = *corrupt;
    }
    out->rows.count += count;
    d->counters.rows += count;
    d->counters.rejected += corrupt ? count : 0;
}

// What becomes of a record that is malformed as a whole.
static enum status malformed(struct decoder *d, struct slice record, struct chunk *out, struct error *e)
{
    d->counters.records++;
    if (d->mode == DECODE_FAILFAST)
        return decode_fail(record, e);
    if (d->mode == DECODE_DROPMALFORMED) {
        d->counters.dropped++;
        return STATUS_OK;
    }
    for (uint32_t i = 0; i < d->members.names.count; i++)
        column_set_null(d->column[i], out->rows.count);
    add_rows(d, out, 1, &record);
    return STATUS_OK;
}

struct elements {
    uint32_t stored; // rows written behind the chunk's
    uint32_t after;  // where in the record the last of them ends
    uint64_t more;   // elements that found no room
};

// A top-level array's rows, as many as there is room for; the others are read too, to know whether they are good,
// unless that is known.
static enum json_result read_elements(struct decoder *d, struct json_reader *r, struct slice record, struct chunk *out,
                                      bool known, struct elements *n)
{
    uint32_t room = CHUNK_ROWS - out->rows.count;
    enum json_result result = JSON_GOOD;
    struct json_members members = d->members, spare = d->members;
    members.filter = spare.filter = NULL; // Spark's look at objects only
    spare.column = d->spare;
    for (;;) {
        if (n->stored == room && known) {
            n->more = 1;
            return result;
        }
        if (!json_next(r))
            return JSON_BAD;
        if (r->token == JSON_END_ARRAY)
            return result;
        if (r->token != JSON_START_OBJECT)
            return JSON_BAD;
        bool store = n->stored < room;
        for (uint32_t i = 0; !store && n->more == 0 && i < d->members.names.count; i++)
            d->spare[i] = column_new(d->members.shape[i].type, 1, out->arena);
        enum json_result element = store ? json_object(r, &members, out->rows.count + n->stored, out->arena)
                                         : json_object(r, &spare, 0, out->arena);
        if (element == JSON_BAD)
            return JSON_BAD;
        result = element > result ? element : result;
        if (store) {
            n->stored++;
            n->after = (uint32_t)(r->bytes.at - record.data);
        } else {
            n->more++;
        }
    }
}

static enum status deliver_elements(struct decoder *d, struct slice record, struct chunk *out, const struct elements *n,
                                    bool corrupt, struct error *e)
{
    d->rest = (struct array_rest){.active = n->more > 0, .corrupt = corrupt, .offset = n->after};
    if (corrupt && d->mode == DECODE_FAILFAST)
        return decode_fail(record, e);
    if (corrupt && d->mode == DECODE_DROPMALFORMED) {
        d->rest.active = false;
        d->counters.records += n->stored + n->more;
        d->counters.dropped += n->stored + n->more;
        return STATUS_OK;
    }
    d->counters.records += n->stored;
    add_rows(d, out, n->stored, corrupt ? &record : NULL);
    return d->rest.active ? STATUS_AGAIN : STATUS_OK;
}

// Goes on with an array, some of whose rows were delivered.
static enum status resume_array(struct decoder *d, struct slice record, struct chunk *out, struct error *e)
{
    struct json_reader r;
    json_open(&r, record, d->level, out->arena);
    r.bytes.allow = d->allow;
    r.bytes.at = record.data + d->rest.offset;
    r.depth = 1;
    r.level[1] = (struct json_level){.kind = JSON_START_ARRAY, .entries = 1};
    r.token = JSON_END_OBJECT;
    struct elements n = {.after = d->rest.offset};
    read_elements(d, &r, record, out, true, &n);
    return deliver_elements(d, record, out, &n, d->rest.corrupt, e);
}

// One record, the long way. STATUS_AGAIN: it is an array, and has more rows than there is room for. `atomic`: in that
// case nothing is written, unless the chunk was empty.
static enum status long_way(struct decoder *d, struct slice record, bool atomic, struct chunk *out, struct error *e)
{
    if (d->rest.active)
        return resume_array(d, record, out, e);
    struct json_reader r;
    json_open(&r, record, d->level, out->arena);
    r.bytes.allow = d->allow;
    if (!json_next(&r))
        return malformed(d, record, out, e);
    if (r.token == JSON_NONE)
        return STATUS_OK;
    if (r.token == JSON_START_ARRAY) {
        struct elements n = {.stored = 0};
        enum json_result result = read_elements(d, &r, record, out, false, &n);
        if (result == JSON_BAD)
            return malformed(d, record, out, e);
        if (atomic && n.more > 0 && out->rows.count > 0)
            return STATUS_AGAIN;
        return deliver_elements(d, record, out, &n, result == JSON_PARTIAL, e);
    }
    enum json_result result =
        r.token == JSON_START_OBJECT ? json_object(&r, &d->members, out->rows.count, out->arena) : JSON_BAD;
    if (result == JSON_LEFT_OUT) {
        d->counters.records++;
        d->counters.dropped++;
        return STATUS_OK;
    }
    if (result == JSON_BAD || (result == JSON_PARTIAL && d->mode != DECODE_PERMISSIVE))
        return malformed(d, record, out, e);
    d->counters.records++;
    add_rows(d, out, 1, result == JSON_PARTIAL ? &record : NULL);
    return STATUS_OK;
}

// The short way for the object at `p`. NULL: it has to be the long one, nothing was written.
static const char *short_way(struct decoder *d, const char *p, const char *end, struct chunk *out)
{
    uint32_t row = out->rows.count;
    if (d->short_way.off)
        return NULL;
    for (uint32_t i = 0; i < d->members.names.count; i++) {
        if (d->members.shape[i].type->id == TYPE_STRUCT)
            column_set_null(d->column[i], row);
        else
            d->column[i]->null[row] = 1;
    }
    d->short_way.end = end;
    p = quick_object(&d->short_way, p, row);
    if (p) {
        d->counters.records++;
        add_rows(d, out, 1, NULL);
    }
    return p;
}

// The first CR or LF at or behind `p`, else `end`.
static const char *line_end(const char *p, const char *end)
{
    const char *line_feed = memchr(p, '\n', (size_t)(end - p));
    if (line_feed)
        end = line_feed;
    const char *carriage_return = memchr(p, '\r', (size_t)(end - p));
    return carriage_return ? carriage_return : end;
}

// Records with an end of their own (lineSep).
static enum status decode_separated(struct decoder *d, struct slice bytes, bool last, struct chunk *out, uint32_t *used,
                                    struct error *e)
{
    enum status status = STATUS_OK;
    while (*used < bytes.size && out->rows.count < CHUNK_ROWS && status == STATUS_OK) {
        struct slice record;
        uint32_t next = decode_cut(bytes, *used, d->line_end, last, &record);
        if (next == *used)
            break;
        status = long_way(d, record, false, out, e);
        if (status == STATUS_OK)
            *used = next;
    }
    return status == STATUS_AGAIN ? STATUS_OK : status;
}

static enum status decode_lines(struct decoder *d, struct slice bytes, bool last, struct chunk *out, uint32_t *used,
                                struct error *e)
{
    const char *p = bytes.data + *used, *end = bytes.data + bytes.size;
    const char *sentinel = end; // behind the last newline
    while (sentinel > p && sentinel[-1] != '\n')
        sentinel--;
    enum status status = STATUS_OK;
    while (p < end && out->rows.count < CHUNK_ROWS && status == STATUS_OK) {
        const char *after = p < sentinel && *p == '{' ? short_way(d, p, end, out) : NULL;
        const char *stop = after && *after == '\n' ? after : line_end(after ? after : p, end);
        if (!after) {
            if (stop == end && !last)
                break;
            status = long_way(d, (struct slice){p, (uint32_t)(stop - p)}, false, out, e);
        }
        if (status == STATUS_OK)
            p = stop < end ? stop + 1 : end;
    }
    *used = (uint32_t)(p - bytes.data);
    return status == STATUS_AGAIN ? STATUS_OK : status;
}

static enum status json_decoder_decode(struct decoder *d, struct slice bytes, bool last, struct chunk *out,
                                       uint32_t *used, struct error *e)
{
    *used = 0;
    use_chunk(d, out);
    if (d->whole) {
        if (!last || (out->rows.count == CHUNK_ROWS))
            return STATUS_OK;
        enum status status = long_way(d, bytes, false, out, e);
        *used = status == STATUS_OK ? bytes.size : 0;
        return status == STATUS_AGAIN ? STATUS_OK : status;
    }
    // Hadoop's LineRecordReader takes a byte order mark off a file; Jackson then takes one off each line.
    if (!d->begun && bytes.size >= 3 && memcmp(bytes.data, "\xEF\xBB\xBF", 3) == 0)
        *used = 3;
    d->begun = d->begun || bytes.size > 0;
    return d->line_end.size ? decode_separated(d, bytes, last, out, used, e)
                            : decode_lines(d, bytes, last, out, used, e);
}

static enum status json_decoder_decode_one(struct decoder *d, struct slice message, struct chunk *out, struct error *e)
{
    if (out->rows.count == CHUNK_ROWS)
        return STATUS_AGAIN;
    use_chunk(d, out);
    d->formats.normal = true; // as from_json, which is what a message goes through in Spark
    if (message.size && message.data[0] == '{' && !d->rest.active) {
        // The short way needs a newline behind its record.
        char *copy = arena_alloc(out->arena, (size_t)message.size + QUICK_GUESS_MAX);
        memcpy(copy, message.data, message.size);
        memset(copy + message.size, '\n', QUICK_GUESS_MAX);
        if (short_way(d, copy, copy + message.size + QUICK_GUESS_MAX, out))
            return STATUS_OK;
    }
    return long_way(d, message, true, out, e);
}

const struct decoder_class decoder_json = {
    .name = "json",
    .options = json_read_options,
    .open = json_decoder_open,
    .close = json_decoder_close,
    .restart = json_decoder_restart,
    .decode = json_decoder_decode,
    .decode_one = json_decoder_decode_one,
    .counters = json_decoder_counters,
};
