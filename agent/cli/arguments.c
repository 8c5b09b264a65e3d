#include "agent/cli/arguments.h"

#include <stddef.h>
#include <string.h>

struct flag {
    const char *name;
    size_t place; // of its const char * (FLAG_VALUE) or bool (FLAG_TRUE) in struct arguments; FLAG_SET: unused
    enum { FLAG_VALUE, FLAG_TRUE, FLAG_SET } kind;
};

static const struct flag flags[] = {
    {"available-now", offsetof(struct arguments, available_now), FLAG_TRUE},
    {"update", offsetof(struct arguments, update), FLAG_TRUE},
    {"set", 0, FLAG_SET},
    {"state", offsetof(struct arguments, state), FLAG_VALUE},
    {"device", offsetof(struct arguments, device), FLAG_VALUE},
    {"log-level", offsetof(struct arguments, log_level), FLAG_VALUE},
    {"from", offsetof(struct arguments, from), FLAG_VALUE},
    {"to", offsetof(struct arguments, to), FLAG_VALUE},
    {"mode", offsetof(struct arguments, mode), FLAG_VALUE},
    {"trigger", offsetof(struct arguments, trigger), FLAG_VALUE},
    {"schema", offsetof(struct arguments, schema), FLAG_VALUE},
    {"watermark", offsetof(struct arguments, watermark), FLAG_VALUE},
};

enum { FLAGS = sizeof flags / sizeof flags[0] };

static enum status unknown(const char *name, size_t size, const char *const *allowed, struct error *e)
{
    struct slice names[FLAGS];
    uint32_t count = 0;
    while (allowed[count]) {
        names[count] = slice_of(allowed[count]);
        count++;
    }
    int near = slice_nearest((struct slice){name, (uint32_t)size}, names, count);
    return error_set(e, STATUS_USAGE, "runnel: no such option here: --%.*s%s%s%s", (int)size, name,
                     near < 0 ? "" : "; did you mean --", near < 0 ? "" : allowed[near], near < 0 ? "" : "?");
}

static const struct flag *find(const char *name, size_t size, const char *const *allowed)
{
    for (unsigned i = 0; allowed[i]; i++)
        if (strlen(allowed[i]) == size && memcmp(allowed[i], name, size) == 0)
            for (unsigned k = 0; k < FLAGS; k++)
                if (strcmp(flags[k].name, allowed[i]) == 0)
                    return &flags[k];
    return NULL;
}

static enum status add_set(struct arguments *a, char *text, struct error *e)
{
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return error_set(e, STATUS_USAGE,
                         "runnel: --set wants path=value, such as sinks.screen.truncate=false; got \"%s\"", text);
    if (a->sets == ARGUMENT_SETS_MAX)
        return error_set(e, STATUS_USAGE, "runnel: more than %d --set", ARGUMENT_SETS_MAX);
    *equals = '\0';
    a->set[a->sets++] = (struct pipeline_set){text, equals + 1};
    return STATUS_OK;
}

static enum status add_flag(struct arguments *a, const struct flag *flag, char *value, struct error *e)
{
    if (flag->kind == FLAG_SET)
        return add_set(a, value, e);
    const char **to = (const char **)(void *)((char *)a + flag->place);
    if (*to)
        return error_set(e, STATUS_USAGE, "runnel: --%s is given twice", flag->name);
    *to = value;
    return STATUS_OK;
}

enum status arguments_read(int argc, char **argv, const char *const *allowed, struct arguments *a, struct error *e)
{
    *a = (struct arguments){0};
    bool only_operands = false;
    for (int i = 1; i < argc; i++) {
        if (!only_operands && argv[i][0] == '-' && argv[i][1] != '-' && argv[i][1] != '\0')
            return error_set(e, STATUS_USAGE,
                             "runnel: no such option here: %s (options have two dashes; a name that "
                             "begins with one stands behind --)",
                             argv[i]);
        if (only_operands || strncmp(argv[i], "--", 2) != 0) {
            if (a->operands == ARGUMENT_OPERANDS_MAX)
                return error_set(e, STATUS_USAGE, "runnel: too many arguments, from \"%s\" on", argv[i]);
            a->operand[a->operands++] = argv[i];
            continue;
        }
        if (argv[i][2] == '\0') {
            only_operands = true;
            continue;
        }
        char *name = argv[i] + 2, *equals = strchr(name, '=');
        size_t size = equals ? (size_t)(equals - name) : strlen(name);
        const struct flag *flag = find(name, size, allowed);
        if (!flag)
            return unknown(name, size, allowed, e);
        if (flag->kind == FLAG_TRUE) {
            if (equals)
                return error_set(e, STATUS_USAGE, "runnel: --%s takes no value", flag->name);
            *(bool *)((char *)a + flag->place) = true;
            continue;
        }
        char *value = equals ? equals + 1 : i + 1 < argc ? argv[++i] : NULL;
        if (!value)
            return error_set(e, STATUS_USAGE, "runnel: --%s wants a value", flag->name);
        enum status s = add_flag(a, flag, value, e);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}
