#include "ops/casts.h"
#include "ops/datetime.h"
#include "ops/number.h"

enum { PRINT_MAX = 64 }; // the most bytes that a value without parts takes

struct style {
    const struct session *session;
    bool pretty;
};

static void print_value(const struct column *c, uint32_t row, const struct style *style, struct text *out);

static void print_or_null(const struct column *c, uint32_t row, const struct style *style, struct text *out)
{
    if (is_null(c, row))
        text_string(out, style->pretty ? "NULL" : "null");
    else
        print_value(c, row, style, out);
}

static void print_array(const struct column *c, uint32_t row, const struct style *style, struct text *out)
{
    struct span s = c->span[at(c, row)];
    text_char(out, '[');
    for (uint32_t i = 0; i < s.size; i++) {
        if (i)
            text_bytes(out, ", ", 2);
        print_or_null(&c->child[0], s.offset + i, style, out);
    }
    text_char(out, ']');
}

static void print_map(const struct column *c, uint32_t row, const struct style *style, struct text *out)
{
    struct span s = c->span[at(c, row)];
    text_char(out, '{');
    for (uint32_t i = 0; i < s.size; i++) {
        if (i)
            text_bytes(out, ", ", 2);
        print_or_null(&c->child[0], s.offset + i, style, out);
        text_bytes(out, " -> ", 4);
        print_or_null(&c->child[1], s.offset + i, style, out);
    }
    text_char(out, '}');
}

static void print_struct(const struct column *c, uint32_t row, const struct style *style, struct text *out)
{
    text_char(out, '{');
    for (uint32_t i = 0; i < c->type->field_count; i++) {
        if (i)
            text_bytes(out, ", ", 2);
        print_or_null(&c->child[i], row, style, out);
    }
    text_char(out, '}');
}

static void print_hex(struct slice s, struct text *out)
{
    static const char digits[] = "0123456789ABCDEF";
    text_char(out, '[');
    for (uint32_t i = 0; i < s.size; i++) {
        unsigned char byte = (unsigned char)s.data[i];
        if (i)
            text_char(out, ' ');
        text_char(out, digits[byte >> 4]);
        text_char(out, digits[byte & 15]);
    }
    text_char(out, ']');
}

static void print_number(const struct column *c, uint32_t row, const struct style *style, struct text *out)
{
    char *to = text_reserve(out, PRINT_MAX);
    switch (c->type->id) {
    case TYPE_TINYINT:
        out->size += int64_print(c->i8[row], to);
        break;
    case TYPE_SMALLINT:
        out->size += int64_print(c->i16[row], to);
        break;
    case TYPE_INT:
        out->size += int64_print(c->i32[row], to);
        break;
    case TYPE_BIGINT:
        out->size += int64_print(c->i64[row], to);
        break;
    case TYPE_FLOAT:
        out->size += float_print(c->f32[row], to);
        break;
    case TYPE_DOUBLE:
        out->size += double_print(c->f64[row], to);
        break;
    default:
        assert(c->type->id == TYPE_DECIMAL);
        out->size += style->pretty ? decimal_print_plain(c->decimal[row], c->type->scale, to)
                                   : decimal_print(c->decimal[row], c->type->scale, to);
    }
}

// The row is not NULL.
static void print_value(const struct column *c, uint32_t row, const struct style *style, struct text *out)
{
    uint32_t k = at(c, row);
    switch (c->type->id) {
    case TYPE_NULL:
        break;
    case TYPE_BOOLEAN:
        text_string(out, c->boolean[k] ? "true" : "false");
        break;
    case TYPE_STRING:
        text_slice(out, c->slice[k]);
        break;
    case TYPE_BINARY:
        if (style->pretty)
            print_hex(c->slice[k], out);
        else
            text_slice(out, c->slice[k]);
        break;
    case TYPE_DATE:
        date_print(c->i32[k], out);
        break;
    case TYPE_TIMESTAMP:
        timestamp_print(c->i64[k], style->session->zone, out);
        break;
    case TYPE_TIMESTAMP_NTZ:
        timestamp_ntz_print(c->i64[k], out);
        break;
    case TYPE_INTERVAL_YM:
    case TYPE_INTERVAL_DT:
        interval_print(c->type->id == TYPE_INTERVAL_YM ? c->i32[k] : c->i64[k], (enum interval_unit)c->type->precision,
                       (enum interval_unit)c->type->scale, out);
        break;
    case TYPE_ARRAY:
        print_array(c, row, style, out);
        break;
    case TYPE_MAP:
        print_map(c, row, style, out);
        break;
    case TYPE_STRUCT:
        print_struct(c, row, style, out);
        break;
    default:
        print_number(c, k, style, out);
    }
}

void value_print(const struct column *c, uint32_t row, const struct session *session, bool pretty, struct text *out)
{
    print_or_null(c, row, &(struct style){session, pretty}, out);
}

// At most so many bytes: then the text can lie in the arena from the start and the heap is not asked.
static size_t print_bound(const struct column *c, uint32_t row)
{
    if (is_null(c, row))
        return 8;
    uint32_t k = at(c, row);
    size_t bound = PRINT_MAX + 2;
    switch (c->type->id) {
    case TYPE_STRING:
    case TYPE_BINARY:
        return c->slice[k].size;
    case TYPE_STRUCT:
        for (uint32_t i = 0; i < c->type->field_count; i++)
            bound += 2 + print_bound(&c->child[i], row);
        return bound;
    case TYPE_ARRAY:
    case TYPE_MAP:
        for (uint32_t i = 0; i < c->span[k].size; i++) {
            bound += 2 + print_bound(&c->child[0], c->span[k].offset + i);
            if (c->type->id == TYPE_MAP)
                bound += 4 + print_bound(&c->child[1], c->span[k].offset + i);
        }
        return bound;
    default:
        return bound;
    }
}

bool cast_to_string(const struct cast_place *p)
{
    if (p->in->type->id == TYPE_BINARY || p->in->type->id == TYPE_STRING) {
        p->out->slice[p->to] = p->in->slice[p->from];
        return true;
    }
    char small[2 * PRINT_MAX];
    size_t bound = print_bound(p->in, p->from);
    bool fits = bound <= sizeof small;
    struct text text = {.memory = p->call->arena->memory, .data = small, .capacity = sizeof small};
    if (!fits) {
        text.data = arena_alloc(p->call->arena, bound + PRINT_MAX);
        text.capacity = bound + PRINT_MAX;
    }
    size_t capacity = text.capacity;
    print_value(p->in, p->from, &(struct style){p->call->session, false}, &text);
    assert(text.capacity == capacity); // the bound held: nothing was moved to the heap
    (void)capacity;
    if (fits)
        text.data = arena_copy(p->call->arena, small, text.size);
    p->out->slice[p->to] = text_view(&text);
    return true;
}
