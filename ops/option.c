#include "ops/option.h"

#include "ops/datetime.h"
#include "ops/number.h"

#include <inttypes.h>
#include <stdio.h>

enum { CONSOLE_TRUNCATE = 20, SHOWN_MAX = 120 };

const struct option_value *option_get(const struct options *o, const char *name)
{
    struct slice wanted = slice_of(name);
    for (uint32_t i = 0; i < o->count; i++)
        if (slice_equal_fold(slice_of(o->value[i].spec->name), wanted))
            return &o->value[i];
    return NULL;
}

struct slice option_text(const struct options *o, const char *name)
{
    const struct option_value *v = option_get(o, name);
    return v == NULL ? (struct slice){0} : v->text;
}

int64_t option_integer(const struct options *o, const char *name, int64_t absent)
{
    const struct option_value *v = option_get(o, name);
    return v == NULL ? absent : v->integer;
}

bool option_boolean(const struct options *o, const char *name)
{
    return option_integer(o, name, 0) != 0;
}

const struct option_spec *option_find(const struct option_spec *table, struct slice name)
{
    for (; table != NULL && table->name != NULL; table++)
        if (slice_equal_fold(slice_of(table->name), name))
            return table;
    return NULL;
}

// ---- sizes and durations

static struct slice trim(struct slice s)
{
    while (s.size > 0 && (unsigned char)s.data[0] <= ' ')
        s = (struct slice){s.data + 1, s.size - 1};
    while (s.size > 0 && (unsigned char)s.data[s.size - 1] <= ' ')
        s.size--;
    return s;
}

bool size_parse(struct slice s, int64_t *bytes)
{
    static const struct {
        const char *name;
        unsigned shift;
    } units[] = {{"", 0},     {"b", 0},  {"k", 10},  {"kb", 10},  {"kib", 10}, {"m", 20},  {"mb", 20},
                 {"mib", 20}, {"g", 30}, {"gb", 30}, {"gib", 30}, {"t", 40},   {"tb", 40}, {"tib", 40}};
    s = trim(s);
    uint32_t digits = 0;
    while (digits < s.size && s.data[digits] >= '0' && s.data[digits] <= '9')
        digits++;
    struct slice unit = trim((struct slice){s.data + digits, s.size - digits});
    int64_t v;
    if (digits == 0 || !int64_parse((struct slice){s.data, digits}, &v))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!slice_equal_fold(unit, slice_of(units[i].name)))
            continue;
        if (v > INT64_MAX >> units[i].shift)
            return false;
        *bytes = v * (INT64_C(1) << units[i].shift);
        return true;
    }
    return false;
}

bool duration_parse(struct slice s, int64_t *micros)
{
    struct interval i;
    return interval_parse(s, &i) && interval_micros(&i, micros) && *micros >= 0;
}

bool age_parse(struct slice s, int64_t *micros)
{
    static const struct {
        const char *name;
        int64_t micros;
    } units[] = {{"", 1000},      {"us", 1},         {"ms", 1000},      {"s", 1000000},
                 {"m", 60000000}, {"min", 60000000}, {"h", 3600000000}, {"d", 86400000000}};
    s = trim(s);
    uint32_t digits = 0;
    while (digits < s.size && s.data[digits] >= '0' && s.data[digits] <= '9')
        digits++;
    int64_t v;
    if (digits == 0 || !int64_parse((struct slice){s.data, digits}, &v))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!slice_equal_fold((struct slice){s.data + digits, s.size - digits}, slice_of(units[i].name)))
            continue;
        *micros = v > INT64_MAX / units[i].micros ? INT64_MAX : v * units[i].micros;
        return true;
    }
    return false;
}

// ---- one value

static enum status refuse(const struct option_spec *spec, struct slice text, struct error *e, const char *wanted)
{
    return error_set(e, STATUS_CONFIG, "%s%s%s%s is '%.*s'; wanted is %s", spec->condition ? "[" : "",
                     spec->condition ? spec->condition : "", spec->condition ? "] " : "", spec->name,
                     (int)(text.size < SHOWN_MAX ? text.size : SHOWN_MAX), text.size == 0 ? "" : text.data, wanted);
}

static enum status parse_size(const struct option_spec *spec, struct slice text, struct option_value *out,
                              struct error *e)
{
    if (!size_parse(text, &out->integer))
        return refuse(spec, text, e, "a size such as \"32MB\"");
    bool less = out->integer < spec->least;
    int64_t bound = less ? spec->least : spec->most;
    if (!less && (spec->most == 0 || out->integer <= spec->most))
        return STATUS_OK;
    unsigned unit = 0;
    for (; unit < 3 && bound % 1024 == 0; unit++)
        bound /= 1024;
    char wanted[48];
    snprintf(wanted, sizeof wanted, "%" PRId64 "%s or %s", bound, ((const char *[]){"", "KB", "MB", "GB"})[unit],
             less ? "more" : "less");
    return refuse(spec, text, e, wanted);
}

static enum status parse_integer(const struct option_spec *spec, struct slice text, struct option_value *out,
                                 struct error *e)
{
    if (!int64_parse(trim(text), &out->integer))
        return refuse(spec, text, e, "a whole number");
    bool bounded = spec->least != 0 || spec->most != 0;
    int64_t most = spec->most > spec->least ? spec->most : INT64_MAX;
    if (!bounded || (out->integer >= spec->least && out->integer <= most))
        return STATUS_OK;
    if (most == INT64_MAX)
        return error_set(e, STATUS_CONFIG, "%s is %" PRId64 "; wanted is %" PRId64 " or more", spec->name, out->integer,
                         spec->least);
    return error_set(e, STATUS_CONFIG, "%s is %" PRId64 "; wanted is %" PRId64 " to %" PRId64, spec->name, out->integer,
                     spec->least, most);
}

static bool parse_boolean(struct slice text, int64_t *out)
{
    text = trim(text);
    *out = slice_equal_fold(text, SLICE("true"));
    return *out != 0 || slice_equal_fold(text, SLICE("false"));
}

static enum status parse_choice(const struct option_spec *spec, struct slice text, struct option_value *out,
                                struct error *e)
{
    char wanted[256] = "one of ";
    size_t size = strlen(wanted);
    for (const char *const *c = spec->choices; *c != NULL; c++) {
        if (slice_equal_fold(slice_of(*c), text)) {
            out->text = slice_of(*c);
            return STATUS_OK;
        }
        size_t n = strlen(*c);
        if (size + n + 3 < sizeof wanted) {
            if (c != spec->choices) {
                memcpy(wanted + size, ", ", 2);
                size += 2;
            }
            memcpy(wanted + size, *c, n + 1);
            size += n;
        }
    }
    return refuse(spec, text, e, wanted);
}

// console: true is 20 characters, false all of them; a number is that many.
static enum status parse_truncate(const struct option_spec *spec, struct slice text, struct option_value *out,
                                  struct error *e)
{
    if (parse_boolean(text, &out->integer)) {
        out->integer = out->integer != 0 ? CONSOLE_TRUNCATE : 0;
        return STATUS_OK;
    }
    if (!int64_parse(trim(text), &out->integer) || out->integer < 0 || out->integer > INT32_MAX)
        return refuse(spec, text, e, "true, false or a number of characters");
    return STATUS_OK;
}

enum status option_parse(const struct option_spec *spec, struct slice text, struct arena *arena,
                         struct option_value *out, struct error *e)
{
    out->spec = spec;
    out->text = text;
    switch (spec->kind) {
    case OPTION_STRING:
        return STATUS_OK;
    case OPTION_INTEGER:
        return parse_integer(spec, text, out, e);
    case OPTION_BOOLEAN:
        return parse_boolean(text, &out->integer) ? STATUS_OK : refuse(spec, text, e, "true or false");
    case OPTION_DURATION:
        return duration_parse(text, &out->integer) ? STATUS_OK : refuse(spec, text, e, "a time such as \"10 seconds\"");
    case OPTION_AGE:
        return duration_parse(text, &out->integer) || age_parse(text, &out->integer)
                   ? STATUS_OK
                   : refuse(spec, text, e, "a time such as \"7 days\" or \"7d\"");
    case OPTION_SIZE:
        return parse_size(spec, text, out, e);
    case OPTION_CHOICE:
        return parse_choice(spec, text, out, e);
    case OPTION_TRUNCATE:
        return parse_truncate(spec, text, out, e);
    case OPTION_LIST: {
        struct slice *one = ARENA_NEW(arena, struct slice);
        *one = text;
        out->list = one;
        out->list_size = 1;
        return STATUS_OK;
    }
    case OPTION_OBJECT:
        return refuse(spec, text, e, "an object of names and strings");
    }
    return STATUS_OK;
}
