#include "ops/decimal_call.h"

#include "ops/decimal.h"
#include "ops/kernel.h"

typedef bool (*decimal_operation)(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale,
                                  struct decimal_size to, struct decimal *out);

static void calculate(const struct call *c, const struct rows *rows, decimal_operation operation)
{
    const struct column *a = c->in[0], *b = c->in[1];
    struct decimal_size to = {c->out->type->precision, c->out->type->scale};
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] = !operation(a->decimal[at(a, i)], a->type->scale, b->decimal[at(b, i)], b->type->scale, to,
                                         &c->out->decimal[i]);
    }
}

static void add(const struct call *c, const struct rows *rows)
{
    calculate(c, rows, decimal_add);
}

static void subtract(const struct call *c, const struct rows *rows)
{
    calculate(c, rows, decimal_subtract);
}

static void multiply(const struct call *c, const struct rows *rows)
{
    calculate(c, rows, decimal_multiply);
}

static void divide(const struct call *c, const struct rows *rows)
{
    calculate(c, rows, decimal_divide);
}

static void remainder_of(const struct call *c, const struct rows *rows)
{
    calculate(c, rows, decimal_remainder);
}

// Where the remainder is negative the divisor is added, and what is left is divided again (Pmod.pmod).
static bool positive_remainder(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale,
                               struct decimal_size to, struct decimal *out)
{
    struct decimal_size sum = {DECIMAL_PRECISION_MAX, to.scale};
    struct decimal left;
    if (!decimal_remainder(x, x_scale, y, y_scale, to, &left))
        return false;
    *out = left;
    return decimal_sign(left) >= 0 || (decimal_add(left, to.scale, y, y_scale, sum, &left) &&
                                       decimal_remainder(left, sum.scale, y, y_scale, to, out));
}

static void positive_remainder_of(const struct call *c, const struct rows *rows)
{
    calculate(c, rows, positive_remainder);
}

static void quotient(const struct call *c, const struct rows *rows)
{
    const struct column *a = c->in[0], *b = c->in[1];
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] = !decimal_quotient(a->decimal[at(a, i)], a->type->scale, b->decimal[at(b, i)],
                                                b->type->scale, &c->out->i64[i]);
    }
}

bool decimal_negated(struct decimal v, const struct type *type, struct decimal *out)
{
    enum { DIGITS = 34 }; // MathContext.DECIMAL128
    struct decimal_size size = {type->precision, type->scale};
    int beyond = (int)decimal_digits(v) - DIGITS;
    *out = decimal_negate(v);
    return beyond <= 0 || decimal_round(*out, size.scale, size.scale - beyond, DECIMAL_HALF_EVEN, size, out);
}

void decimal_negation(const struct call *c, const struct rows *rows)
{
    const struct column *a = c->in[0];
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] = !decimal_negated(a->decimal[at(a, i)], a->type, &c->out->decimal[i]);
    }
}

static const struct {
    const struct function *function;
    kernel kernel;
    struct decimal_size (*size)(struct decimal_size x, struct decimal_size y);
} operations[] = {
    {&function_add, add, decimal_size_add},
    {&function_subtract, subtract, decimal_size_add},
    {&function_multiply, multiply, decimal_size_multiply},
    {&function_divide, divide, decimal_size_divide},
    {&function_remainder, remainder_of, decimal_size_remainder},
    {&function_pmod, positive_remainder_of, decimal_size_remainder},
    {&function_div, quotient, NULL},
};

// The type an operand is cast to: its own, or one that holds every value of it; of the other's where it is a NULL.
static const struct type *operand(const struct binding *b, uint32_t index)
{
    const struct expr *x = b->arg[index];
    return x->type->id == TYPE_NULL ? b->arg[1 - index]->type : type_decimal_for(b->arena, x);
}

enum status decimal_bind(struct binding *b)
{
    struct decimal_size sizes[2];
    for (uint32_t i = 0; i < 2; i++) {
        b->want[i] = operand(b, i);
        sizes[i] = (struct decimal_size){b->want[i]->precision, b->want[i]->scale};
    }
    uint32_t which = 0;
    while (operations[which].function != b->function)
        which++;
    b->nullable = true;
    b->kernel = operations[which].kernel;
    b->type = type_simple(TYPE_BIGINT);
    if (operations[which].size) {
        struct decimal_size size = operations[which].size(sizes[0], sizes[1]);
        b->type = type_decimal(b->arena, size.precision, size.scale);
    }
    return STATUS_OK;
}
