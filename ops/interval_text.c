// The text of intervals with units of their own: INTERVAL '1 02:03' DAY TO MINUTE (IntervalUtils).
#include "ops/datetime.h"

#include <inttypes.h>

static const char *const unit_names[] = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"};
static const char separators[] = {0, '-', 0, ' ', ':', ':'};

const char *interval_unit_name(enum interval_unit unit)
{
    return unit_names[unit];
}

int64_t interval_unit_size(enum interval_unit unit)
{
    static const int64_t sizes[] = {12,
                                    1,
                                    (int64_t)SECONDS_PER_DAY * MICROS_PER_SECOND,
                                    (int64_t)3600 * MICROS_PER_SECOND,
                                    (int64_t)60 * MICROS_PER_SECOND,
                                    MICROS_PER_SECOND};
    return sizes[unit];
}

// ---- printing

static void print_fraction(uint64_t micros, struct text *out)
{
    if (micros == 0)
        return;
    text_printf(out, ".%06u", (unsigned)micros);
    while (out->data[out->size - 1] == '0')
        out->size--;
}

static void print_value(int64_t v, enum interval_unit first, enum interval_unit last, struct text *out)
{
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    text_string(out, v < 0 ? "-" : "");
    for (enum interval_unit unit = first; unit <= last; unit++) {
        uint64_t size = (uint64_t)interval_unit_size(unit);
        if (unit > first)
            text_char(out, separators[unit]);
        text_printf(out, unit <= UNIT_DAY ? "%" PRIu64 : "%02" PRIu64, rest / size);
        rest %= size;
    }
    if (last == UNIT_SECOND)
        print_fraction(rest, out);
}

void interval_print(int64_t v, enum interval_unit first, enum interval_unit last, struct text *out)
{
    text_string(out, "INTERVAL '");
    print_value(v, first, last, out);
    text_printf(out, "' %s", unit_names[first]);
    if (last != first)
        text_printf(out, " TO %s", unit_names[last]);
}

// ---- reading

// Digits at *i; -1: there are none, or too many.
static int64_t read_number(struct slice s, uint32_t *i)
{
    int64_t v = 0;
    uint32_t from = *i;
    while (*i < s.size && s.data[*i] >= '0' && s.data[*i] <= '9' && *i - from < 18)
        v = v * 10 + (s.data[(*i)++] - '0');
    return *i == from ? -1 : v;
}

// Micros; what is beyond is cut.
static int64_t read_fraction(struct slice s, uint32_t *i)
{
    int64_t v = 0;
    uint32_t digits = 0;
    for (++*i; *i < s.size && s.data[*i] >= '0' && s.data[*i] <= '9'; ++*i)
        if (digits++ < 6)
            v = v * 10 + (s.data[*i] - '0');
    for (uint32_t k = digits; k > 0 && k < 6; k++)
        v *= 10;
    return digits == 0 || digits > 9 ? -1 : v;
}

// The parts from `first` to `last`; false: the text does not have that form, or a part but the first is out of range.
static bool read_parts(struct slice s, uint32_t i, enum interval_unit first, enum interval_unit last, int64_t *sum)
{
    static const int64_t most[] = {0, 11, 0, 23, 59, 59};
    *sum = 0;
    for (enum interval_unit unit = first; unit <= last; unit++) {
        int64_t part;
        if (unit > first && (i >= s.size || s.data[i++] != separators[unit]))
            return false;
        int64_t v = read_number(s, &i);
        if (v < 0 || (unit > first && v > most[unit]) || __builtin_mul_overflow(v, interval_unit_size(unit), &part) ||
            __builtin_add_overflow(*sum, part, sum))
            return false;
    }
    if (last == UNIT_SECOND && i < s.size && s.data[i] == '.') {
        int64_t fraction = read_fraction(s, &i);
        if (fraction < 0 || __builtin_add_overflow(*sum, fraction, sum))
            return false;
    }
    return i == s.size && (first > UNIT_MONTH || *sum <= INT32_MAX);
}

static bool is_space(char c)
{
    return (unsigned char)c <= ' ';
}

static struct slice trimmed(struct slice s)
{
    while (s.size > 0 && is_space(s.data[s.size - 1]))
        s.size--;
    while (s.size > 0 && is_space(s.data[0]))
        s = (struct slice){s.data + 1, s.size - 1};
    return s;
}

static bool take_sign(struct slice *s, bool *minus)
{
    if (s->size == 0 || (s->data[0] != '-' && s->data[0] != '+'))
        return false;
    *minus = *minus != (s->data[0] == '-');
    *s = (struct slice){s->data + 1, s->size - 1};
    return true;
}

bool interval_read_value(struct slice s, enum interval_unit first, enum interval_unit last, int64_t *v)
{
    bool minus = false;
    s = trimmed(s);
    take_sign(&s, &minus);
    if (!read_parts(s, 0, first, last, v))
        return false;
    *v = minus ? -*v : *v;
    return true;
}

// A word in front; it and the blanks behind it are taken.
static bool take_word(struct slice *s, const char *word)
{
    uint32_t size = (uint32_t)strlen(word);
    if (s->size < size || !slice_equal_fold((struct slice){s->data, size}, slice_of(word)))
        return false;
    *s = trimmed((struct slice){s->data + size, s->size - size});
    return true;
}

bool interval_read(struct slice s, enum interval_unit first, enum interval_unit last, int64_t *v)
{
    bool minus = false;
    s = trimmed(s);
    if (!take_word(&s, "INTERVAL"))
        return interval_read_value(s, first, last, v);
    take_sign(&s, &minus);
    uint32_t end = 1;
    if (s.size == 0 || s.data[0] != '\'')
        return false;
    while (end < s.size && s.data[end] != '\'')
        end++;
    struct slice value = {s.data + 1, end - 1}, units = trimmed((struct slice){s.data + end, s.size - end});
    if (!take_word(&units, "'") || !take_word(&units, unit_names[first]))
        return false;
    if (last != first && (!take_word(&units, "TO") || !take_word(&units, unit_names[last])))
        return false;
    if (units.size > 0 || !interval_read_value(value, first, last, v))
        return false;
    *v = minus ? -*v : *v;
    return true;
}
