// format_string: java.util.Formatter's %s %S %d %x %X %o %f %e %E %c %b %% %n with flags, width and precision
// (stringExpressions.scala: FormatString).
#include "ops/casefold.h"
#include "ops/character.h"
#include "ops/decimal.h"
#include "ops/kernel.h"
#include "ops/number.h"
#include "ops/result.h"
#include "ops/utf8.h"

#include <math.h>

enum { FORMAT_MAX = 1000, DIGITS_MAX = 400 }; // of widths and precisions; of a printed DOUBLE before its point

struct conversion {
    bool left, plus, blank, zero, comma, paren, alternate;
    int width, precision; // -1: none
    char letter;
    uint32_t arg; // from 0
};

// A text that is written twice: counted, then put where there is room for it.
struct output {
    char *to; // NULL: counting
    uint64_t size;
};

static void put(struct output *o, const char *bytes, size_t count)
{
    if (o->to != NULL && count > 0)
        memcpy(o->to + o->size, bytes, count);
    o->size += count;
}

static void put_padding(struct output *o, char with, int64_t count)
{
    for (; count > 0; count--)
        put(o, &with, 1);
}

static void put_text(struct output *o, const struct conversion *v, struct slice s)
{
    if (v->precision >= 0)
        s.size = character_offset(s, (uint32_t)v->precision);
    int64_t missing = (int64_t)v->width - characters_in(s);
    if (!v->left)
        put_padding(o, ' ', missing);
    put(o, s.data, s.size);
    if (v->left)
        put_padding(o, ' ', missing);
}

// A number's digits (and what is behind the point) with its sign, grouped and padded as the flags say.
static void put_number(struct output *o, const struct conversion *v, bool negative, struct slice digits, bool finite)
{
    char text[2 * DIGITS_MAX + FORMAT_MAX];
    size_t whole = 0, size = 0;
    while (whole < digits.size && digits.data[whole] >= '0' && digits.data[whole] <= '9')
        whole++;
    for (size_t k = 0; k < digits.size; k++) {
        if (v->comma && finite && k > 0 && k < whole && (whole - k) % 3 == 0)
            text[size++] = ',';
        text[size++] = digits.data[k];
    }
    const char *sign = negative ? (v->paren ? "(" : "-") : v->plus ? "+" : v->blank ? " " : "";
    const char *end = negative && v->paren ? ")" : "";
    int64_t missing = (int64_t)v->width - (int64_t)(strlen(sign) + size + strlen(end));
    bool zero = v->zero && finite;
    if (!v->left && !zero)
        put_padding(o, ' ', missing);
    put(o, sign, strlen(sign));
    if (zero)
        put_padding(o, '0', missing);
    put(o, text, size);
    put(o, end, strlen(end));
    if (v->left)
        put_padding(o, ' ', missing);
}

// ---- DOUBLEs by their shortest digits, rounded half up (sun.misc.FormattedFloatingDecimal)

struct digits {
    char digit[32];
    int count, point; // 0.digits * 10^point
};

static void read_digits(double v, struct digits *d)
{
    char text[NUMBER_TEXT_MAX];
    uint32_t size = double_print(v, text), k = 0;
    int exponent = 0;
    bool behind = false;
    *d = (struct digits){.count = 0};
    for (; k < size && text[k] != 'E'; k++) {
        if (text[k] == '.') {
            behind = true;
            continue;
        }
        if (d->count > 0 || text[k] != '0') {
            d->digit[d->count++] = text[k];
            d->point += !behind;
        } else if (behind) {
            d->point--;
        }
    }
    bool negative = k + 1 < size && text[k + 1] == '-';
    for (k += negative ? 2 : 1; k < size; k++)
        exponent = exponent * 10 + (text[k] - '0');
    d->point += negative ? -exponent : exponent;
    while (d->count > 0 && d->digit[d->count - 1] == '0')
        d->count--;
}

// Keeps `keep` digits (which may be none, or fewer than none).
static void round_digits(struct digits *d, int keep)
{
    if (keep >= d->count)
        return;
    bool up = keep >= 0 && d->digit[keep] >= '5';
    d->count = keep > 0 ? keep : 0;
    for (int k = d->count - 1; up && k >= 0; k--) {
        up = d->digit[k] == '9';
        d->digit[k] = up ? '0' : (char)(d->digit[k] + 1);
    }
    if (up) { // 9.99 became 10.0
        memmove(d->digit + 1, d->digit, (size_t)d->count);
        d->digit[0] = '1';
        d->count++;
        d->point++;
    }
}

static char digit_at(const struct digits *d, int place)
{
    return place >= 0 && place < d->count ? d->digit[place] : '0';
}

static uint32_t print_fixed(struct digits *d, int precision, char *to)
{
    char *begin = to;
    round_digits(d, d->point + precision);
    for (int k = d->point > 0 ? 0 : d->point - 1; k < d->point; k++)
        if (k >= 0 || k == d->point - 1)
            *to++ = digit_at(d, d->point > 0 ? k : -1);
    if (precision > 0)
        *to++ = '.';
    for (int k = 0; k < precision; k++)
        *to++ = digit_at(d, d->point + k);
    return (uint32_t)(to - begin);
}

static uint32_t print_scientific(struct digits *d, int precision, char letter, char *to)
{
    char *begin = to;
    round_digits(d, precision + 1);
    int exponent = d->count > 0 ? d->point - 1 : 0;
    *to++ = digit_at(d, 0);
    if (precision > 0)
        *to++ = '.';
    for (int k = 1; k <= precision; k++)
        *to++ = digit_at(d, k);
    *to++ = letter;
    *to++ = exponent < 0 ? '-' : '+';
    exponent = exponent < 0 ? -exponent : exponent;
    if (exponent >= 100)
        *to++ = (char)('0' + exponent / 100);
    *to++ = (char)('0' + exponent / 10 % 10);
    *to++ = (char)('0' + exponent % 10);
    return (uint32_t)(to - begin);
}

static void put_real(struct output *o, const struct conversion *v, double x)
{
    char text[DIGITS_MAX + FORMAT_MAX + 16];
    struct digits d;
    int precision = v->precision < 0 ? 6 : v->precision;
    bool negative = signbit(x) != 0 && !isnan(x);
    if (!isfinite(x)) {
        put_number(o, v, negative, isnan(x) ? SLICE("NaN") : SLICE("Infinity"), false);
        return;
    }
    read_digits(fabs(x), &d);
    uint32_t size =
        v->letter == 'f' ? print_fixed(&d, precision, text) : print_scientific(&d, precision, v->letter, text);
    put_number(o, v, negative, (struct slice){text, size}, true);
}

// ---- whole numbers and texts

static int64_t whole_at(const struct column *c, uint32_t k)
{
    switch (c->type->id) {
    case TYPE_TINYINT:
        return c->i8[k];
    case TYPE_SMALLINT:
        return c->i16[k];
    case TYPE_INT:
        return c->i32[k];
    default:
        return c->i64[k];
    }
}

static void put_whole(struct output *o, const struct conversion *v, const struct column *c, uint32_t k)
{
    int64_t x = whole_at(c, k);
    uint64_t bits = (uint64_t)x;
    unsigned base = v->letter == 'd' ? 10 : v->letter == 'o' ? 8 : 16;
    bool negative = base == 10 && x < 0;
    if (negative)
        bits = 0 - bits;
    else if (base != 10 && type_width(c->type) < 8)
        bits &= (UINT64_C(1) << 8 * type_width(c->type)) - 1;
    char text[32], *at_digit = text + sizeof text;
    do {
        *--at_digit = (v->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[bits % base];
        bits /= base;
    } while (bits != 0);
    put_number(o, v, negative, (struct slice){at_digit, (uint32_t)(text + sizeof text - at_digit)},
               base == 10 || v->zero);
}

static void put_argument(struct output *o, const struct call *c, uint32_t row, const struct conversion *v)
{
    const struct column *in = c->in[v->arg + 1];
    uint32_t k = at(in, row);
    bool null = in->type->id == TYPE_NULL || in->null[k];
    char bytes[UTF8_MAX];
    if (v->letter == 'b') {
        put_text(o, v, null || (in->type->id == TYPE_BOOLEAN && !in->boolean[k]) ? SLICE("false") : SLICE("true"));
    } else if (null) {
        put_text(o, v, v->letter == 'S' ? SLICE("NULL") : SLICE("null"));
    } else if (v->letter == 'c') {
        put_text(o, v, (struct slice){bytes, (uint32_t)utf8_write((uint32_t)whole_at(in, k), bytes)});
    } else if (v->letter == 's' || v->letter == 'S') {
        put_text(o, v, v->letter == 'S' ? text_upper(in->slice[k], c->arena) : in->slice[k]);
    } else if (strchr("feE", v->letter) != NULL) {
        put_real(o, v, in->f64[k]);
    } else {
        put_whole(o, v, in, k);
    }
}

// ---- the format, read once

struct piece {
    struct slice text;            // goes out before the conversion
    struct conversion conversion; // letter 0: none
};

struct format {
    struct piece *piece;
    uint32_t pieces;
};

static void format_rows(const struct call *c, const struct rows *rows)
{
    const struct format *f = c->state;
    FOR_EACH_ROW (i, rows) {
        struct output o = {NULL, 0};
        c->out->null[i] = 0;
        for (unsigned pass = 0; pass < 2; pass++) {
            for (uint32_t k = 0; k < f->pieces; k++) {
                put(&o, f->piece[k].text.data, f->piece[k].text.size);
                if (f->piece[k].conversion.letter != 0)
                    put_argument(&o, c, i, &f->piece[k].conversion);
            }
            if (pass == 1 || (o.to = string_room(c, i, o.size)) == NULL)
                break;
            o.size = 0;
        }
    }
}

static int read_number(struct slice s, uint32_t *k)
{
    int v = -1;
    for (; *k < s.size && s.data[*k] >= '0' && s.data[*k] <= '9' && v <= FORMAT_MAX; ++*k)
        v = (v < 0 ? 0 : v) * 10 + (s.data[*k] - '0');
    return v;
}

static void read_flags(struct slice s, uint32_t *k, struct conversion *v)
{
    static const char flags[] = "-+ 0,(#";
    bool *const flag[] = {&v->left, &v->plus, &v->blank, &v->zero, &v->comma, &v->paren, &v->alternate};
    for (const char *hit; *k < s.size && s.data[*k] != '\0' && (hit = strchr(flags, s.data[*k])) != NULL; ++*k)
        *flag[hit - flags] = true;
}

// From behind the %; *ordinary counts the arguments that were taken in turn, *last is the one before. false: not a
// conversion that is known here.
static bool read_conversion(struct slice s, uint32_t *k, uint32_t *ordinary, uint32_t *last, struct conversion *v)
{
    uint32_t from = *k;
    *v = (struct conversion){.precision = -1};
    int index = read_number(s, k);
    bool given = index > 0 && *k < s.size && s.data[*k] == '$', again = false;
    *k = given ? *k + 1 : from;
    if (!given && *k < s.size && s.data[*k] == '<') {
        again = true;
        ++*k;
    }
    read_flags(s, k, v);
    v->width = read_number(s, k);
    if (*k < s.size && s.data[*k] == '.') {
        ++*k;
        if ((v->precision = read_number(s, k)) < 0)
            return false;
    }
    if (*k >= s.size || v->width > FORMAT_MAX || v->precision > FORMAT_MAX || v->alternate)
        return false;
    v->letter = s.data[(*k)++];
    if (v->letter == 'n' || v->letter == '%')
        return true;
    v->arg = given ? (uint32_t)index - 1 : again ? *last : (*ordinary)++;
    *last = v->arg;
    return v->letter != '\0' && strchr("sSdxXofeEcb", v->letter) != NULL;
}

// The type that the conversion takes its argument in.
static enum status want_argument(struct binding *b, const struct conversion *v, struct error *e)
{
    uint32_t arg = v->arg + 1;
    if (arg >= b->argc)
        return error_set(e, STATUS_CONFIG, "[INVALID_PARAMETER_VALUE] format_string: %%%c has no argument %u",
                         v->letter, arg);
    const struct type *t = b->arg[arg]->type;
    bool text = v->letter == 's' || v->letter == 'S', real = strchr("feE", v->letter) != NULL;
    const struct type *want = text ? type_simple(TYPE_STRING) : real ? type_simple(TYPE_DOUBLE) : t;
    bool plain = text               ? t->id <= TYPE_STRING
                 : real             ? t->id == TYPE_FLOAT || t->id == TYPE_DOUBLE
                 : v->letter == 'b' ? true
                                    : type_is_integral(t) && !(v->letter == 'c' && t->id == TYPE_BIGINT);
    if (t->id != TYPE_NULL && !plain)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] format_string: %%%c takes no %s; cast argument %u",
                         v->letter, type_text(b->arena, t), arg + 1);
    if (b->want[arg] != NULL && !type_equal(b->want[arg], want))
        return error_set(e, STATUS_CONFIG,
                         "[UNSUPPORTED_FEATURE] format_string: argument %u is printed in two ways; give it twice",
                         arg + 1);
    b->want[arg] = want;
    return STATUS_OK;
}

static enum status bind_format_string(struct binding *b, struct error *e)
{
    struct format *f = ARENA_NEW(b->arena, struct format);
    b->type = type_simple(TYPE_STRING);
    b->kernel = format_rows;
    b->state = f;
    if (is_null_literal(b->arg[0])) {
        b->instead = expr_literal(b->arena, (struct value){.type = b->type, .null = true});
        return STATUS_OK;
    }
    if (!is_literal(b->arg[0]) || b->arg[0]->type->id != TYPE_STRING)
        return binding_not_literal(b, 0, e);
    b->nullable = true;
    struct slice s = b->arg[0]->literal.bytes;
    f->piece = ARENA_ARRAY(b->arena, struct piece, s.size + 1);
    uint32_t from = 0, ordinary = 0, last = 0;
    for (uint32_t k = 0; k <= s.size; k++) {
        if (k < s.size && s.data[k] != '%')
            continue;
        struct piece *piece = &f->piece[f->pieces++];
        piece->text = slice_part(s, from, k);
        if (k == s.size)
            break;
        from = ++k;
        if (!read_conversion(s, &k, &ordinary, &last, &piece->conversion))
            return error_set(e, STATUS_CONFIG,
                             "[UNSUPPORTED_FEATURE] format_string: '%%%.*s' is none of %%s %%S %%d %%x %%X %%o %%f %%e "
                             "%%E %%c %%b %%%% %%n",
                             (int)(k - from), s.data + from);
        char letter = piece->conversion.letter;
        from = k--;
        enum status status = STATUS_OK;
        if (letter == '%' || letter == 'n') {
            f->piece[f->pieces++] = (struct piece){.text = letter == 'n' ? SLICE("\n") : SLICE("%")};
            piece->conversion.letter = 0;
        } else {
            status = want_argument(b, &piece->conversion, e);
        }
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

const struct function function_format_string = {
    .name = "format_string",
    .alias = (const char *const[]){"printf", NULL},
    .min_args = 1,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_format_string,
    .usage = "format_string(format, a, b, ...)",
    .summary = "The values put into a text as Java's printf does it: %s %d %x %f %e %c %b, flags, width, precision.",
    .example = "format_string('%s: %5.1f', 'a', 2.25D)",
    .gives = "\"a:   2.3\"",
};
