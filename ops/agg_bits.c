// bit_and, bit_or, bit_xor (Spark's BitAndAgg …). State: 00, no value was seen; or 01 and the bits, 8 bytes.
#include "ops/aggregate.h"
#include "ops/endian.h"

struct bits {
    uint64_t value, any;
};

enum bits_operation { BITS_AND, BITS_OR, BITS_XOR };
static const enum bits_operation bits_and = BITS_AND, bits_or = BITS_OR, bits_xor = BITS_XOR;

static void add_bits(const struct aggregate_call *bound, struct bits *s, uint64_t v)
{
    enum bits_operation how = *(const enum bits_operation *)bound->state;
    if (!s->any)
        s->value = v;
    else
        s->value = how == BITS_AND ? s->value & v : how == BITS_OR ? s->value | v : s->value ^ v;
    s->any = 1;
}

static uint64_t bits_at(const struct column *c, uint32_t row)
{
    switch (c->type->id) {
    case TYPE_TINYINT:
        return (uint64_t)c->i8[row];
    case TYPE_SMALLINT:
        return (uint64_t)c->i16[row];
    case TYPE_INT:
        return (uint64_t)c->i32[row];
    default:
        return (uint64_t)c->i64[row];
    }
}

static void bits_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                      void *const *groups)
{
    FOR_EACH_ROW (i, rows) {
        if (!is_null(args[0], i))
            add_bits(bound, groups[i_k], bits_at(args[0], at(args[0], i)));
    }
}

static void bits_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    const struct bits *b = from;
    if (b->any)
        add_bits(bound, into, b->value);
}

static void bits_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct bits *s = group;
    (void)bound;
    out->null[row] = !s->any;
    switch (out->type->id) {
    case TYPE_TINYINT:
        out->i8[row] = (int8_t)s->value;
        break;
    case TYPE_SMALLINT:
        out->i16[row] = (int16_t)s->value;
        break;
    case TYPE_INT:
        out->i32[row] = (int32_t)s->value;
        break;
    default:
        out->i64[row] = (int64_t)s->value;
    }
}

static void bits_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct bits *s = group;
    text_char(out, s->any ? 1 : 0);
    if (!s->any)
        return;
    store_little(text_reserve(out, 8), s->value, 8);
    out->size += 8;
}

static size_t bits_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct bits *s = group;
    if (bytes.size < 1 || (unsigned char)bytes.data[0] > 1 || (bytes.data[0] == 1 && bytes.size < 9))
        return 0;
    s->any = (uint64_t)bytes.data[0];
    if (s->any)
        s->value = load_little(bytes.data + 1, 8);
    return s->any ? 9 : 1;
}

static const struct aggregate_kernels bits_kernels = {
    .step = bits_step, .merge = bits_merge, .finish = bits_finish, .save = bits_save, .load = bits_load};

static enum status bits_bind(struct aggregate_binding *b, const enum bits_operation *how, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (!type_is_integral(t) && t->id != TYPE_NULL)
        return aggregate_mismatch(b, 0, "INTEGRAL", e);
    b->type = t->id == TYPE_NULL ? type_simple(TYPE_INT) : t;
    b->want[0] = b->type;
    b->nullable = true;
    b->state_size = sizeof(struct bits);
    b->state = how;
    b->kernels = &bits_kernels;
    return STATUS_OK;
}

static enum status and_bind(struct aggregate_binding *b, struct error *e)
{
    return bits_bind(b, &bits_and, e);
}

static enum status or_bind(struct aggregate_binding *b, struct error *e)
{
    return bits_bind(b, &bits_or, e);
}

static enum status xor_bind(struct aggregate_binding *b, struct error *e)
{
    return bits_bind(b, &bits_xor, e);
}

const struct aggregate aggregate_bit_and = {
    .name = "bit_and",
    .min_args = 1,
    .max_args = 1,
    .bind = and_bind,
    .usage = "bit_and(expr)",
    .summary = "The bits that are set in all values; NULL if there is none.",
    .example = "SELECT bit_and(x) FROM VALUES (3), (5) AS t(x)",
    .gives = "1",
};
const struct aggregate aggregate_bit_or = {
    .name = "bit_or",
    .min_args = 1,
    .max_args = 1,
    .bind = or_bind,
    .usage = "bit_or(expr)",
    .summary = "The bits that are set in a value; NULL if there is none.",
    .example = "SELECT bit_or(x) FROM VALUES (3), (5) AS t(x)",
    .gives = "7",
};
const struct aggregate aggregate_bit_xor = {
    .name = "bit_xor",
    .min_args = 1,
    .max_args = 1,
    .bind = xor_bind,
    .usage = "bit_xor(expr)",
    .summary = "The bits that are set in an odd number of values; NULL if there is none.",
    .example = "SELECT bit_xor(x) FROM VALUES (3), (5) AS t(x)",
    .gives = "6",
};
