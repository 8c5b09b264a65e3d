// Functions of DOUBLE, and abs, sign, pmod (mathExpressions.scala, arithmetic.scala).
#include "ops/decimal.h"
#include "ops/decimal_call.h"
#include "ops/kernel.h"
#include "ops/real.h"

#include <math.h>

#define REAL_KERNEL(name, expression) UNARY_KERNEL(real_##name, double, f64, double, f64, expression)
REAL_KERNEL(sqrt, sqrt(x))
REAL_KERNEL(cbrt, strict_cbrt(x))
REAL_KERNEL(exp, strict_exp(x))
REAL_KERNEL(expm1, expm1(x))
REAL_KERNEL(sin, sin(x))
REAL_KERNEL(cos, cos(x))
REAL_KERNEL(tan, tan(x))
REAL_KERNEL(asin, asin(x))
REAL_KERNEL(acos, acos(x))
REAL_KERNEL(atan, atan(x))
REAL_KERNEL(sinh, strict_sinh(x))
REAL_KERNEL(cosh, strict_cosh(x))
REAL_KERNEL(tanh, tanh(x))
REAL_KERNEL(degrees, x *(180.0 / 3.14159265358979323846))
REAL_KERNEL(radians, x *(3.14159265358979323846 / 180.0))
REAL_KERNEL(sign, x > 0 ? 1.0 : x < 0 ? -1.0 : x)
REAL_KERNEL(rint, rint(x))

// Logarithms are NULL at and below `asymptote` (UnaryLogExpression).
static void logarithm(const struct call *c, const struct rows *rows, double (*of)(double), double asymptote)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        double x = double_at(c->in[0], i);
        c->out->null[i] = x <= asymptote;
        if (!c->out->null[i])
            c->out->f64[i] = of(x);
    }
}

static void real_ln(const struct call *c, const struct rows *rows)
{
    logarithm(c, rows, strict_log, 0);
}

static void real_log10(const struct call *c, const struct rows *rows)
{
    logarithm(c, rows, log10, 0);
}

static double log_of_two(double x) // StrictMath.log(x) / StrictMath.log(2), not the nearest
{
    return strict_log(x) / strict_log(2.0);
}

static void real_log2(const struct call *c, const struct rows *rows)
{
    logarithm(c, rows, log_of_two, 0);
}

static void real_log1p(const struct call *c, const struct rows *rows)
{
    logarithm(c, rows, log1p, -1);
}

static void real_log(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        double base = double_at(c->in[0], i), x = double_at(c->in[1], i);
        c->out->null[i] = base <= 0 || x <= 0;
        if (!c->out->null[i])
            c->out->f64[i] = strict_log(x) / strict_log(base);
    }
}

// Java's: a NaN exponent or |base| 1 with an infinite one is NaN, where C says 1.
static double java_pow(double x, double y)
{
    if (y != y || (fabs(x) == 1 && isinf(y)))
        return NAN;
    return pow(x, y);
}

BINARY_KERNEL(real_pow, double, f64, double, f64, java_pow(x, y))
BINARY_KERNEL(real_atan2, double, f64, double, f64, atan2(y == 0 && x == 0 ? x + 0.0 : x, y + 0.0))
BINARY_KERNEL(real_hypot, double, f64, double, f64, hypot(x, y))

REAL_KERNEL(acosh, acosh(x))
REAL_KERNEL(asinh, asinh(x))
REAL_KERNEL(atanh, 0.5 * (log1p(x) - log1p(-x)))
REAL_KERNEL(cot, 1 / tan(x))
REAL_KERNEL(csc, 1 / sin(x))
REAL_KERNEL(sec, 1 / cos(x))

static const struct {
    const struct function *function;
    kernel kernel;
} reals[] = {
    {&function_sqrt, real_sqrt},   {&function_cbrt, real_cbrt},       {&function_exp, real_exp},
    {&function_expm1, real_expm1}, {&function_sin, real_sin},         {&function_cos, real_cos},
    {&function_tan, real_tan},     {&function_asin, real_asin},       {&function_acos, real_acos},
    {&function_atan, real_atan},   {&function_sinh, real_sinh},       {&function_cosh, real_cosh},
    {&function_tanh, real_tanh},   {&function_degrees, real_degrees}, {&function_radians, real_radians},
    {&function_sign, real_sign},   {&function_rint, real_rint},       {&function_ln, real_ln},
    {&function_log10, real_log10}, {&function_log2, real_log2},       {&function_log1p, real_log1p},
    {&function_log, real_log},     {&function_pow, real_pow},         {&function_atan2, real_atan2},
    {&function_hypot, real_hypot}, {&function_acosh, real_acosh},     {&function_asinh, real_asinh},
    {&function_atanh, real_atanh}, {&function_cot, real_cot},         {&function_csc, real_csc},
    {&function_sec, real_sec},
};

UNARY_KERNEL(sign_i32, int32_t, i32, double, f64, x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0)
UNARY_KERNEL(sign_i64, int64_t, i64, double, f64, x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0)

static enum status bind_real(struct binding *b, struct error *e)
{
    if (b->function == &function_sign && type_is_interval(b->arg[0]->type)) {
        b->kernel = b->arg[0]->type->id == TYPE_INTERVAL_YM ? sign_i32 : sign_i64;
        b->type = type_simple(TYPE_DOUBLE);
        return STATUS_OK;
    }
    uint32_t which = 0;
    while (reals[which].function != b->function)
        which++;
    b->kernel = reals[which].kernel;
    if (b->kernel == real_log && b->argc == 1)
        b->kernel = real_ln;
    bool logarithm = b->kernel == real_ln || b->kernel == real_log || b->kernel == real_log10 ||
                     b->kernel == real_log2 || b->kernel == real_log1p;
    b->nullable |= logarithm || b->argc == 1; // UnaryMathExpression is declared so
    b->type = type_simple(TYPE_DOUBLE);
    return binding_wants(b, (const enum want[]){WANT_DOUBLE, WANT_DOUBLE}, 2, e);
}

static void constant_e(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = 0;
        c->out->f64[i] = 2.718281828459045;
    }
}

static void constant_pi(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = 0;
        c->out->f64[i] = 3.141592653589793;
    }
}

static enum status bind_constant(struct binding *b, struct error *e)
{
    (void)e;
    b->type = type_simple(TYPE_DOUBLE);
    b->kernel = b->function == &function_e ? constant_e : constant_pi;
    return STATUS_OK;
}

UNARY_KERNEL(abs_i8, int8_t, i8, int8_t, i8, x < 0 ? 0 - (uint32_t)x : (uint32_t)x)
UNARY_KERNEL(abs_i16, int16_t, i16, int16_t, i16, x < 0 ? 0 - (uint32_t)x : (uint32_t)x)
UNARY_KERNEL(abs_i32, int32_t, i32, int32_t, i32, x < 0 ? 0 - (uint32_t)x : (uint32_t)x)
UNARY_KERNEL(abs_i64, int64_t, i64, int64_t, i64, x < 0 ? 0 - (uint64_t)x : (uint64_t)x)
UNARY_KERNEL(abs_f32, float, f32, float, f32, fabsf(x))
UNARY_KERNEL(abs_f64, double, f64, double, f64, fabs(x))

static void abs_decimal(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct decimal v = c->in[0]->decimal[at(c->in[0], i)];
        c->out->decimal[i] = v;
        if (decimal_sign(v) < 0)
            c->out->null[i] = !decimal_negated(v, c->in[0]->type, &c->out->decimal[i]);
    }
}

static enum status bind_abs(struct binding *b, struct error *e)
{
    static const kernel kernels[TYPE_COUNT] = {
        [TYPE_TINYINT] = abs_i8,      [TYPE_SMALLINT] = abs_i16,    [TYPE_INT] = abs_i32,
        [TYPE_BIGINT] = abs_i64,      [TYPE_FLOAT] = abs_f32,       [TYPE_DOUBLE] = abs_f64,
        [TYPE_DECIMAL] = abs_decimal, [TYPE_INTERVAL_YM] = abs_i32, [TYPE_INTERVAL_DT] = abs_i64,
    };
    enum type_id id = b->arg[0]->type->id;
    enum status status = STATUS_OK;
    if (id != TYPE_INTERVAL_YM && id != TYPE_INTERVAL_DT)
        status = binding_want(b, 0, WANT_NUMERIC, e);
    b->type = binding_type(b, 0);
    b->kernel = kernels[b->type->id];
    return status;
}

// Pmod: the remainder brought to the divisor's side; NULL where it is 0.
#define PMOD_KERNEL(name, T, from, expression)                                                                         \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            T x = c->in[0]->from[at(c->in[0], i)], y = c->in[1]->from[at(c->in[1], i)];                                \
            if (row_is_null(c, i))                                                                                     \
                continue;                                                                                              \
            c->out->null[i] = y == 0;                                                                                  \
            if (y == 0)                                                                                                \
                continue;                                                                                              \
            T r = expression;                                                                                          \
            c->out->from[i] = r;                                                                                       \
        }                                                                                                              \
    }

static int64_t pmod_integer(int64_t x, int64_t y)
{
    int64_t r = y == -1 ? 0 : x % y;
    return r < 0 ? (int64_t)((uint64_t)r + (uint64_t)y) % y : r;
}

static double pmod_real(double x, double y)
{
    double r = fmod(x, y);
    return r < 0 ? fmod(r + y, y) : r;
}

static float pmod_float(float x, float y)
{
    float r = fmodf(x, y);
    return r < 0 ? fmodf(r + y, y) : r;
}

PMOD_KERNEL(pmod_i8, int8_t, i8, (int8_t)pmod_integer(x, y))
PMOD_KERNEL(pmod_i16, int16_t, i16, (int16_t)pmod_integer(x, y))
PMOD_KERNEL(pmod_i32, int32_t, i32, (int32_t)pmod_integer(x, y))
PMOD_KERNEL(pmod_i64, int64_t, i64, pmod_integer(x, y))
PMOD_KERNEL(pmod_f32, float, f32, pmod_float(x, y))
PMOD_KERNEL(pmod_f64, double, f64, pmod_real(x, y))

static enum status bind_pmod(struct binding *b, struct error *e)
{
    static const kernel kernels[TYPE_COUNT] = {
        [TYPE_TINYINT] = pmod_i8, [TYPE_SMALLINT] = pmod_i16, [TYPE_INT] = pmod_i32,
        [TYPE_BIGINT] = pmod_i64, [TYPE_FLOAT] = pmod_f32,    [TYPE_DOUBLE] = pmod_f64,
    };
    const struct type *sides[2];
    for (uint32_t i = 0; i < 2; i++) {
        sides[i] = b->arg[i]->type;
        if (sides[i]->id != TYPE_NULL && binding_want(b, i, WANT_NUMERIC, e) != STATUS_OK)
            return STATUS_CONFIG;
        sides[i] = binding_type(b, i);
    }
    b->type = type_wider(b->arena, sides[0], sides[1]);
    if (b->type->id == TYPE_DECIMAL)
        return decimal_bind(b);
    if (b->type->id == TYPE_NULL)
        b->type = type_simple(TYPE_DOUBLE);
    b->want[0] = b->want[1] = b->type;
    b->nullable = true;
    b->kernel = kernels[b->type->id];
    return STATUS_OK;
}

#define REAL_FUNCTION(id, count, shown, words, call_text, result)                                                      \
    const struct function function_##id = {.name = #id,                                                                \
                                           .min_args = count,                                                          \
                                           .max_args = count,                                                          \
                                           .bind = bind_real,                                                          \
                                           .usage = shown,                                                             \
                                           .summary = words,                                                           \
                                           .example = call_text,                                                       \
                                           .gives = result};

REAL_FUNCTION(sqrt, 1, "sqrt(x)", "The square root; NaN below 0.", "sqrt(4)", "2.0")
REAL_FUNCTION(cbrt, 1, "cbrt(x)", "The cube root.", "cbrt(27.0)", "3.0")
REAL_FUNCTION(exp, 1, "exp(x)", "e to the power of x.", "exp(0)", "1.0")
REAL_FUNCTION(expm1, 1, "expm1(x)", "exp(x) - 1, exact near 0.", "expm1(0)", "0.0")
REAL_FUNCTION(sin, 1, "sin(x)", "The sine of x radians.", "sin(0)", "0.0")
REAL_FUNCTION(cos, 1, "cos(x)", "The cosine of x radians.", "cos(0)", "1.0")
REAL_FUNCTION(tan, 1, "tan(x)", "The tangent of x radians.", "tan(0)", "0.0")
REAL_FUNCTION(asin, 1, "asin(x)", "The arc sine, in radians; NaN outside -1 to 1.", "asin(0)", "0.0")
REAL_FUNCTION(acos, 1, "acos(x)", "The arc cosine, in radians; NaN outside -1 to 1.", "acos(1)", "0.0")
REAL_FUNCTION(atan, 1, "atan(x)", "The arc tangent, in radians.", "atan(0)", "0.0")
REAL_FUNCTION(atan2, 2, "atan2(y, x)", "The angle of the point (x, y), in radians.", "atan2(0, 0)", "0.0")
REAL_FUNCTION(sinh, 1, "sinh(x)", "The hyperbolic sine.", "sinh(0)", "0.0")
REAL_FUNCTION(cosh, 1, "cosh(x)", "The hyperbolic cosine.", "cosh(0)", "1.0")
REAL_FUNCTION(tanh, 1, "tanh(x)", "The hyperbolic tangent.", "tanh(0)", "0.0")
REAL_FUNCTION(degrees, 1, "degrees(x)", "Radians to degrees.", "degrees(3.141592653589793)", "180.0")
REAL_FUNCTION(radians, 1, "radians(x)", "Degrees to radians.", "radians(180)", "3.141592653589793")
REAL_FUNCTION(rint, 1, "rint(x)", "The nearest whole number, half to even, as DOUBLE.", "rint(12.3456)", "12.0")
REAL_FUNCTION(ln, 1, "ln(x)", "The natural logarithm; NULL at 0 and below.", "ln(1)", "0.0")
REAL_FUNCTION(log10, 1, "log10(x)", "The logarithm to base 10; NULL at 0 and below.", "log10(10)", "1.0")
REAL_FUNCTION(log2, 1, "log2(x)", "The logarithm to base 2; NULL at 0 and below.", "log2(2)", "1.0")
REAL_FUNCTION(log1p, 1, "log1p(x)", "ln(1 + x), exact near 0; NULL at -1 and below.", "log1p(0)", "0.0")
REAL_FUNCTION(hypot, 2, "hypot(a, b)", "sqrt(a * a + b * b), without overflow on the way.", "hypot(3, 4)", "5.0")

const struct function function_log = {
    .name = "log",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_real,
    .usage = "log([base, ]x)",
    .summary = "The logarithm to the base (e if absent); NULL at 0 and below.",
    .example = "log(10, 100)",
    .gives = "2.0",
};
const struct function function_pow = {
    .name = "pow",
    .alias = (const char *const[]){"power", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_real,
    .usage = "pow(x, y)",
    .summary = "x to the power of y, as DOUBLE.",
    .example = "pow(2, 3)",
    .gives = "8.0",
};
const struct function function_sign = {
    .name = "sign",
    .alias = (const char *const[]){"signum", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_real,
    .usage = "sign(x)",
    .summary = "-1.0, 0.0 or 1.0, as x is negative, zero or positive.",
    .example = "sign(-40)",
    .gives = "-1.0",
};
const struct function function_e = {
    .name = "e",
    .bind = bind_constant,
    .usage = "e()",
    .summary = "Euler's number.",
    .example = "e()",
    .gives = "2.718281828459045",
};
const struct function function_pi = {
    .name = "pi",
    .bind = bind_constant,
    .usage = "pi()",
    .summary = "The circle's circumference over its diameter.",
    .example = "pi()",
    .gives = "3.141592653589793",
};
const struct function function_abs = {
    .name = "abs",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_abs,
    .usage = "abs(x)",
    .summary = "The number without its sign, of the same type.",
    .example = "abs(-1)",
    .gives = "1",
};
const struct function function_pmod = {
    .name = "pmod",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_pmod,
    .usage = "pmod(a, b)",
    .summary = "The remainder of a / b that is not negative for a positive b; NULL where b is 0.",
    .example = "pmod(-10, 3)",
    .gives = "2",
};
const struct function function_acosh = {
    .name = "acosh",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_real,
    .usage = "acosh(x)",
    .summary = "The inverse hyperbolic cosine.",
    .example = "acosh(1)",
    .gives = "0.0",
};
const struct function function_asinh = {
    .name = "asinh",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_real,
    .usage = "asinh(x)",
    .summary = "The inverse hyperbolic sine.",
    .example = "asinh(0)",
    .gives = "0.0",
};
const struct function function_atanh = {
    .name = "atanh",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_real,
    .usage = "atanh(x)",
    .summary = "The inverse hyperbolic tangent.",
    .example = "atanh(0)",
    .gives = "0.0",
};
const struct function function_cot = {
    .name = "cot",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_real,
    .usage = "cot(x)",
    .summary = "The cotangent of an angle in radians.",
    .example = "cot(1)",
    .gives = "0.6420926159343306",
};
const struct function function_csc = {
    .name = "csc",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_real,
    .usage = "csc(x)",
    .summary = "The cosecant of an angle in radians.",
    .example = "csc(1)",
    .gives = "1.1883951057781212",
};
const struct function function_sec = {
    .name = "sec",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_real,
    .usage = "sec(x)",
    .summary = "The secant of an angle in radians.",
    .example = "sec(0)",
    .gives = "1.0",
};
