// format_number (stringExpressions.scala: FormatNumber): thousands grouped, a fixed number of digits behind the point,
// rounded half even, as java.text.DecimalFormat does it.
#include "ops/decimal.h"
#include "ops/kernel.h"
#include "ops/number.h"
#include "ops/result.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FRACTION_MAX = 340, TEXT_MAX = 320 + FRACTION_MAX + DECIMAL_TEXT_MAX };

// A DOUBLE has the digits of its shortest form and zeros behind them, not those of its binary value; where fewer are
// wanted, the binary value decides how they are rounded (java.text.DigitList).
static size_t print_real(double v, int digits, char *to)
{
    char text[NUMBER_TEXT_MAX + 1], figure[NUMBER_TEXT_MAX];
    uint32_t size = double_print(v, text), i = text[0] == '-';
    int count = 0, point = 0; // figures; those in front of the point
    text[size] = '\0';
    for (; i < size && text[i] != 'E'; i++) {
        if (text[i] == '.')
            point = count;
        else
            figure[count++] = text[i];
    }
    point += i < size ? (int)strtol(text + i + 1, NULL, 10) : 0;
    while (count > 1 && figure[count - 1] == '0')
        count--;
    if (digits < count - point)
        return (size_t)snprintf(to, TEXT_MAX, "%.*f", digits, v);
    size_t n = 0;
    if (text[0] == '-')
        to[n++] = '-';
    if (point <= 0)
        to[n++] = '0';
    for (int k = point < 0 ? point : 0; k < point + digits; k++) {
        if (k == point)
            to[n++] = '.';
        to[n++] = k >= 0 && k < count ? figure[k] : '0';
    }
    return n;
}

// The number with `digits` behind the point, without groups; returns the bytes.
static size_t print_plain(const struct column *c, uint32_t k, int digits, char *to)
{
    size_t size = 0;
    int behind = 0;
    if (c->type->id == TYPE_FLOAT || c->type->id == TYPE_DOUBLE)
        return print_real(c->type->id == TYPE_FLOAT ? (double)c->f32[k] : c->f64[k], digits, to);
    if (c->type->id == TYPE_DECIMAL) {
        struct decimal v = c->decimal[k];
        behind = digits < c->type->scale ? digits : c->type->scale;
        bool good = digits >= c->type->scale ||
                    decimal_round(v, c->type->scale, digits, DECIMAL_HALF_EVEN,
                                  (struct decimal_size){DECIMAL_PRECISION_MAX, (uint8_t)digits}, &v);
        assert(good && "fewer digits fit");
        (void)good;
        size = decimal_print_plain(v, (unsigned)behind, to);
    } else {
        size = int64_print(c->i64[k], to);
    }
    if (behind == 0 && digits > 0)
        to[size++] = '.';
    for (; behind < digits; behind++)
        to[size++] = '0';
    return size;
}

static void put_grouped(const struct call *c, uint32_t row, const char *from, size_t size)
{
    size_t sign = size > 0 && from[0] == '-', whole = sign;
    while (whole < size && from[whole] != '.')
        whole++;
    char *to = string_room(c, row, size + (whole - sign) / 3), *begin = to;
    for (size_t k = 0; to != NULL && k < size; k++) {
        if (k > sign && k < whole && (whole - k) % 3 == 0)
            *to++ = ',';
        *to++ = from[k];
    }
    if (to != NULL)
        c->out->slice[row].size = (uint32_t)(to - begin);
}

static void format_rows(const struct call *c, const struct rows *rows)
{
    const struct column *in = c->in[0];
    FOR_EACH_ROW (i, rows) {
        char text[TEXT_MAX];
        if (row_is_null(c, i))
            continue;
        int32_t digits = int_at(c->in[1], i);
        uint32_t k = at(in, i);
        bool real = in->type->id == TYPE_FLOAT || in->type->id == TYPE_DOUBLE;
        double v = in->type->id == TYPE_FLOAT ? (double)in->f32[k] : real ? in->f64[k] : 0;
        c->out->null[i] = digits < 0;
        if (digits < 0)
            continue;
        if (!isfinite(v))
            c->out->slice[i] = isnan(v) ? SLICE("NaN") : v > 0 ? SLICE("∞") : SLICE("-∞");
        else
            put_grouped(c, i, text, print_plain(in, k, digits < FRACTION_MAX ? digits : FRACTION_MAX, text));
    }
}

static enum status bind_format_number(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (!type_is_numeric(t) && t->id != TYPE_NULL)
        return binding_mismatch(b, 0, "NUMERIC", e);
    if (b->arg[1]->type->id == TYPE_STRING)
        return error_set(e, STATUS_CONFIG,
                         "[UNSUPPORTED_FEATURE] format_number takes a number of digits, not a pattern");
    if (b->arg[1]->type->id != TYPE_INT && b->arg[1]->type->id != TYPE_NULL)
        return binding_mismatch(b, 1, "INT or STRING", e);
    if (type_is_integral(t) || t->id == TYPE_NULL)
        b->want[0] = type_simple(TYPE_BIGINT);
    b->type = type_simple(TYPE_STRING);
    b->nullable = true;
    b->kernel = format_rows;
    return binding_want(b, 1, WANT_INT, e);
}

const struct function function_format_number = {
    .name = "format_number",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_format_number,
    .usage = "format_number(x, digits)",
    .summary = "The number with its thousands grouped and so many digits behind the point, rounded half even.",
    .example = "format_number(12332.123456, 4)",
    .gives = "\"12,332.1235\"",
};
