// & | ^ ~ and shifts, bit_count, bit_get (bitwiseExpressions.scala, mathExpressions.scala).
#include "ops/kernel.h"

#define BITS_KERNELS(name, op)                                                                                         \
    BINARY_KERNEL(name##_i8, int8_t, i8, int8_t, i8, x op y)                                                           \
    BINARY_KERNEL(name##_i16, int16_t, i16, int16_t, i16, x op y)                                                      \
    BINARY_KERNEL(name##_i32, int32_t, i32, int32_t, i32, x op y)                                                      \
    BINARY_KERNEL(name##_i64, int64_t, i64, int64_t, i64, x op y)

BITS_KERNELS(both, &)
BITS_KERNELS(either, |)
BITS_KERNELS(one, ^)

UNARY_KERNEL(inverse_i8, int8_t, i8, int8_t, i8, ~x)
UNARY_KERNEL(inverse_i16, int16_t, i16, int16_t, i16, ~x)
UNARY_KERNEL(inverse_i32, int32_t, i32, int32_t, i32, ~x)
UNARY_KERNEL(inverse_i64, int64_t, i64, int64_t, i64, ~x)

#define BY_TYPE(name)                                                                                                  \
    {                                                                                                                  \
        [TYPE_TINYINT] = name##_i8, [TYPE_SMALLINT] = name##_i16, [TYPE_INT] = name##_i32, [TYPE_BIGINT] = name##_i64  \
    }

static const kernel both_kernels[TYPE_COUNT] = BY_TYPE(both), either_kernels[TYPE_COUNT] = BY_TYPE(either),
                    one_kernels[TYPE_COUNT] = BY_TYPE(one), inverse_kernels[TYPE_COUNT] = BY_TYPE(inverse);

static enum status bind_bits(struct binding *b, struct error *e)
{
    const struct type *x = b->arg[0]->type, *y = b->arg[1]->type;
    bool whole = (type_is_integral(x) || x->id == TYPE_NULL) && (type_is_integral(y) || y->id == TYPE_NULL);
    if (!whole && type_equal(x, y))
        return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE] %s takes whole numbers, not %s",
                         b->function->name, type_text(b->arena, x));
    if (!whole)
        return binding_differ(b, x, y, e);
    b->type = type_wider(b->arena, x, y);
    if (b->type->id == TYPE_NULL)
        b->type = type_simple(TYPE_INT);
    b->want[0] = b->want[1] = b->type;
    const kernel *kernels = b->function == &function_bitwise_and  ? both_kernels
                            : b->function == &function_bitwise_or ? either_kernels
                                                                  : one_kernels;
    b->kernel = kernels[b->type->id];
    return STATUS_OK;
}

static enum status bind_inverse(struct binding *b, struct error *e)
{
    enum status status = binding_want(b, 0, WANT_INTEGRAL, e);
    b->type = binding_type(b, 0);
    b->kernel = inverse_kernels[b->type->id];
    return status;
}

// ---- shifts: the distance counts modulo the width, as in Java

BINARY_KERNEL(left_i32, int32_t, i32, int32_t, i32, (uint32_t)x << (y & 31))
BINARY_KERNEL(right_i32, int32_t, i32, int32_t, i32, x >> (y & 31))
BINARY_KERNEL(unsigned_i32, int32_t, i32, int32_t, i32, (uint32_t)x >> (y & 31))

#define SHIFT_KERNEL(name, expression)                                                                                 \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        nulls_of_two(c, rows);                                                                                         \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            int64_t x = bigint_at(c->in[0], i);                                                                        \
            int32_t y = int_at(c->in[1], i) & 63;                                                                      \
            c->out->i64[i] = (int64_t)(expression);                                                                    \
        }                                                                                                              \
    }
SHIFT_KERNEL(left_i64, (uint64_t)x << y)
SHIFT_KERNEL(right_i64, x >> y)
SHIFT_KERNEL(unsigned_i64, (uint64_t)x >> y)

static enum status bind_bit_shift(struct binding *b, struct error *e)
{
    bool wide = b->arg[0]->type->id == TYPE_BIGINT;
    b->type = type_simple(wide ? TYPE_BIGINT : TYPE_INT);
    if (b->function == &function_shift_left)
        b->kernel = wide ? left_i64 : left_i32;
    else if (b->function == &function_shift_right)
        b->kernel = wide ? right_i64 : right_i32;
    else
        b->kernel = wide ? unsigned_i64 : unsigned_i32;
    return binding_wants(b, (const enum want[]){wide ? WANT_BIGINT : WANT_INT, WANT_INT}, 2, e);
}

// ---- counting and looking

UNARY_KERNEL(count_of_truth, uint8_t, boolean, int32_t, i32, x)
UNARY_KERNEL(count_of_i64, int64_t, i64, int32_t, i32, __builtin_popcountll((unsigned long long)x))

// Of the sign-extended 64 bits, whatever the type (BitwiseCount).
static enum status bind_bit_count(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    b->type = type_simple(TYPE_INT);
    if (t->id == TYPE_BOOLEAN) {
        b->kernel = count_of_truth;
        return STATUS_OK;
    }
    if (!type_is_integral(t) && t->id != TYPE_NULL)
        return binding_mismatch(b, 0, "INTEGRAL or BOOLEAN", e);
    b->want[0] = type_simple(TYPE_BIGINT);
    b->kernel = count_of_i64;
    return STATUS_OK;
}

// A place outside the type makes it NULL (in Spark it ends the query). state: the bits of the type.
static void bit_at(const struct call *c, const struct rows *rows)
{
    const int32_t *width = c->state;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int32_t place = int_at(c->in[1], i);
        c->out->null[i] = place < 0 || place >= *width;
        if (!c->out->null[i])
            c->out->i8[i] = (int8_t)((uint64_t)bigint_at(c->in[0], i) >> place & 1);
    }
}

static enum status bind_bit_get(struct binding *b, struct error *e)
{
    static const int32_t widths[TYPE_COUNT] = {
        [TYPE_NULL] = 64, [TYPE_TINYINT] = 8, [TYPE_SMALLINT] = 16, [TYPE_INT] = 32, [TYPE_BIGINT] = 64};
    const struct type *t = b->arg[0]->type;
    if (!type_is_integral(t) && t->id != TYPE_NULL)
        return binding_mismatch(b, 0, "INTEGRAL", e);
    b->want[0] = type_simple(TYPE_BIGINT);
    b->type = type_simple(TYPE_TINYINT);
    b->nullable = true;
    b->state = &widths[t->id];
    b->kernel = bit_at;
    return binding_want(b, 1, WANT_INT, e);
}

// ---- numbers as places in bitmaps of 32768 bits (BitmapExpressionUtils)

enum { BITMAP_BITS = 32768 };

UNARY_KERNEL(bitmap_place, int64_t, i64, int64_t, i64, x > 0 ? (x - 1) % BITMAP_BITS : -(x % BITMAP_BITS))
UNARY_KERNEL(bitmap_number, int64_t, i64, int64_t, i64, x > 0 ? 1 + (x - 1) / BITMAP_BITS : x / BITMAP_BITS)

static void bitmap_bits(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        int64_t bits = 0;
        for (uint32_t k = 0; k < s.size; k++)
            bits += __builtin_popcount((unsigned char)s.data[k]);
        c->out->i64[i] = bits;
    }
}

static enum status bind_bitmap(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_BIGINT);
    b->kernel = b->function == &function_bitmap_bit_position ? bitmap_place : bitmap_number;
    return binding_want(b, 0, WANT_BIGINT, e);
}

static enum status bind_bitmap_count(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    b->type = type_simple(TYPE_BIGINT);
    b->kernel = bitmap_bits;
    if (t->id != TYPE_BINARY && t->id != TYPE_NULL)
        return binding_mismatch(b, 0, "BINARY", e);
    return binding_want(b, 0, WANT_BINARY, e);
}

const struct function function_bitwise_and = {
    .name = "&",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_bits,
    .usage = "a & b",
    .summary = "The bits that are set in both.",
    .example = "3 & 5",
    .gives = "1",
};
const struct function function_bitwise_or = {
    .name = "|",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_bits,
    .usage = "a | b",
    .summary = "The bits that are set in one or both.",
    .example = "3 | 5",
    .gives = "7",
};
const struct function function_bitwise_xor = {
    .name = "^",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_bits,
    .usage = "a ^ b",
    .summary = "The bits that are set in one of them only.",
    .example = "3 ^ 5",
    .gives = "6",
};
const struct function function_bitwise_not = {
    .name = "~",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_inverse,
    .usage = "~a",
    .summary = "Every bit inverted.",
    .example = "~0",
    .gives = "-1",
};
const struct function function_shift_left = {
    .name = "<<",
    .alias = (const char *const[]){"shiftleft", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_bit_shift,
    .usage = "a << n",
    .summary = "The bits moved n places up; n counts modulo the width of the type.",
    .example = "2 << 1",
    .gives = "4",
};
const struct function function_shift_right = {
    .name = ">>",
    .alias = (const char *const[]){"shiftright", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_bit_shift,
    .usage = "a >> n",
    .summary = "The bits moved n places down, the sign kept.",
    .example = "shiftright(-4, 1)",
    .gives = "-2",
};
const struct function function_shift_right_unsigned = {
    .name = ">>>",
    .alias = (const char *const[]){"shiftrightunsigned", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_bit_shift,
    .usage = "a >>> n",
    .summary = "The bits moved n places down, zeros put in from above.",
    .example = "shiftrightunsigned(-4, 1)",
    .gives = "2147483646",
};
const struct function function_bit_count = {
    .name = "bit_count",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_bit_count,
    .usage = "bit_count(n)",
    .summary = "How many bits are set, the sign extended to 64 bits.",
    .example = "bit_count(7)",
    .gives = "3",
};
const struct function function_bit_get = {
    .name = "bit_get",
    .alias = (const char *const[]){"getbit", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_bit_get,
    .usage = "bit_get(n, place)",
    .summary = "The bit at a place, 0 the lowest.",
    .example = "bit_get(11, 1)",
    .gives = "1",
};
const struct function function_bitmap_bit_position = {
    .name = "bitmap_bit_position",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_bitmap,
    .usage = "bitmap_bit_position(n)",
    .summary = "The place, from 0, of a number in its bitmap of 32768 bits.",
    .example = "bitmap_bit_position(32769)",
    .gives = "0",
};
const struct function function_bitmap_bucket_number = {
    .name = "bitmap_bucket_number",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_bitmap,
    .usage = "bitmap_bucket_number(n)",
    .summary = "Which bitmap of 32768 bits a number belongs to.",
    .example = "bitmap_bucket_number(32769)",
    .gives = "2",
};
const struct function function_bitmap_count = {
    .name = "bitmap_count",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_bitmap_count,
    .usage = "bitmap_count(bytes)",
    .summary = "How many bits are set in a BINARY.",
    .example = "bitmap_count(X'FFFF01')",
    .gives = "17",
};
